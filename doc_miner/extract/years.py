"""The calendar year that a sentence states for one of its figures."""

from __future__ import annotations

import re
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
_BEHIND = 6
"""Characters between a number and a date behind it that is its own (其余3项于2025年底前办结)."""


def year_of(folded: str, at: tuple[int, int], dates: Sequence[DateMention], role: str) -> int | None:
    """Return the year of the figure ``folded[at[0]:at[1]]``, given the *dates* around it in its sentence: the last one named before it.

    Not its own are the year of a comparison (较2020年), of where a movement started (由2020年的11.2%降至4.4%)
    for its end, days without a year (9月5日), and a deadline of another member of a list (…;…).
    """
    begin, end = at
    behind = next((m for m in dates if end < m.start <= end + _BEHIND and re.fullmatch(r"(?![应须拟])[一-鿿]?(?:于|在)", folded[end : m.start])), None)
    if behind is not None and behind.year is not None:
        return behind.year
    candidates = [m for m in dates if m.end <= begin and _STATED.search(m.text) is not None or m.kind == "vague" and m.end <= begin]
    candidates = [m for m in candidates if not _COMPARED.search(folded[max(0, m.start - 3) : m.end])]
    if role == "before":
        own = [m for m in candidates if _starts_movement(folded, m, begin) or (_SINCE_THEN.search(folded[max(0, m.start - 2) : m.start]) and "由" in folded[m.end : begin])]
        return own[-1].year if own else None
    candidates = [m for m in candidates if not (_FROM.search(folded[max(0, m.start - 2) : m.start]) and "起" not in m.text and _VALUE.search(folded[m.end : begin]))]
    if not candidates:
        return None
    last = candidates[-1]
    if role == "plan" and folded[last.end : last.end + 1] in ("就", "已"):
        return None
    if last.kind == "vague" or (_DEADLINE.search(last.text) and folded.find(";", last.end, begin) >= 0):
        return None
    group = _group(folded, candidates)
    if len(group) > 1:
        return _respective(folded, group, begin)
    return last.year


def _starts_movement(folded: str, mention: DateMention, at: int) -> bool:
    return _FROM.search(folded[max(0, mention.start - 2) : mention.start]) is not None and _VALUE.search(folded[mention.end : at]) is None


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
