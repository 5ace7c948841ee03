"""The calendar year that a sentence states for one of its figures."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from doc_miner.dates import DateMention

_COMPARED = re.compile(
    r"(?:较|比|同比|与|相比)\s?(?:上年|去年|前年|上一年|往年|同期|20\d\d年|上年度|上学年)[^,。;]{0,6}$|(?:由|从|较|比|与|同|和)(?:上年|去年|上学年)(?:同期|末|底)?(?:的)?$"
)
_FROM = re.compile(r"(?:由|从)\s?$")
_SINCE_THEN = re.compile(r"(?:与|同|比|较)\s?$")
_STATED = re.compile(r"(?:19|20)\d\d|[〇零○一二三四五六七八九]{4}|[今去明前后来本上次]年|当年|学年|年底|十[一二三四五]五")
_LISTED = re.compile(r"\s?[、和与及至到]\s?")
_DEADLINE = re.compile(r"底?前$|以前$|之前$")
_PLAN_CUE = re.compile(r"计划|拟|将|力争|预计|争取")
_VALUE = re.compile(r"\d(?![\d.、])")
_HAS_VALUE = re.compile(r"\s?(?:为|约)?\d[\d.,]*[^,。;:\d]{1,4}(?=[、,。;])")
"""A year of a list with its value right behind it (其中2022年300万元、2023年450万元): what comes after the list is of none of them."""
_DONE_IN = re.compile(r"(?![应须拟])[一-鿿]?(?:于|在)")
_BEFORE = 8
"""Dates before a number that may be its own."""
_BEHIND = 6
"""Characters between a number and a date behind it that is its own (其余3项于2025年底前办结)."""


class Years:
    """The years of the figures of one sentence, read from its *dates*, which are in order; what only depends on a date is asked once."""

    def __init__(self, folded: str, dates: Sequence[DateMention]) -> None:
        self._folded = folded
        self._dates = dates
        self._ends = [mention.end for mention in dates]
        self._named = [_names_year(folded, mention) for mention in dates]
        self._starts = [_FROM.search(folded, max(0, mention.start - 2), mention.start) is not None for mention in dates]

    def of(self, begin: int, end: int, role: str) -> int | None:
        """Return the year of the figure from *begin* to *end*: the last one named before it.

        Not its own are the year of a comparison (较2020年), of where a movement started (由2020年的11.2%降至4.4%)
        for its end, days without a year (9月5日), and a deadline of another member of a list (…;…).
        """
        folded, dates = self._folded, self._dates
        stop = bisect_right(self._ends, begin)
        behind = next((m for m in dates[stop : stop + 2] if end < m.start <= end + _BEHIND and _DONE_IN.fullmatch(folded, end, m.start)), None)
        if behind is not None and behind.year is not None:
            return behind.year
        near = [index for index in range(max(0, stop - _BEFORE), stop) if self._named[index]]
        if role == "before":
            own = [dates[index] for index in near if self._starts_movement(index, begin)]
            return own[-1].year if own else None
        candidates = [dates[i] for i in near if not (self._starts[i] and "起" not in dates[i].text and _VALUE.search(folded[dates[i].end : begin]))]
        if not candidates:
            return None
        last = candidates[-1]
        if role == "plan" and folded[last.end : last.end + 1] in ("就", "已"):
            return None
        if last.kind == "vague" or (_DEADLINE.search(last.text) and folded.find(";", last.end, begin) >= 0):
            return None
        if len(candidates) > 1 and folded.find(",", last.end, begin) >= 0 and _HAS_VALUE.match(folded, last.end) and _HAS_VALUE.match(folded, candidates[-2].end):
            return None
        group = _group(folded, candidates)
        if len(group) > 1:
            return _respective(folded, group, begin)
        return last.year

    def _starts_movement(self, index: int, at: int) -> bool:
        """Return whether a date says when a movement started of which a place is the first value."""
        mention, folded = self._dates[index], self._folded
        if self._starts[index] and _VALUE.search(folded[mention.end : at]) is None:
            return True
        return _SINCE_THEN.search(folded[max(0, mention.start - 2) : mention.start]) is not None and "由" in folded[mention.end : at]


def _names_year(folded: str, mention: DateMention) -> bool:
    """Return whether a date may tell the year of a figure behind it: it states one, and nothing is compared with it."""
    if mention.kind != "vague" and _STATED.search(mention.text) is None:
        return False
    return _COMPARED.search(folded[max(0, mention.start - 3) : mention.end]) is None


def _group(folded: str, mentions: Sequence[DateMention]) -> list[DateMention]:
    """Return the last mention with those listed in front of it (2022年、2023年)."""
    group = [mentions[-1]]
    for mention in reversed(mentions[:-1]):
        if not _LISTED.fullmatch(folded[mention.end : group[0].start]):
            break
        group.insert(0, mention)
    return group


def _respective(folded: str, group: Sequence[DateMention], at: int) -> int | None:
    """Return the year of a listed group that the number at *at* belongs to, where the text deals them out (分别)."""
    between = folded[group[-1].end : at]
    found = between.find("分别")
    if found < 0:
        return None
    position = len(re.findall(r"\d(?:[\d.,]*\d)?", between[found:]))
    return group[position].year if position < len(group) else None
