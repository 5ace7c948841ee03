"""The same quantity stated again in other places of a document: 2000个面向全体学生的美育社团 … 200个面向全体学生的美育社团.

Two places speak of the same quantity where the words right before or right behind the number are the same for long
enough. Only values that a slip of the pen turns into each other (digits swapped, a digit too many or too few, a
digit mistyped, a factor of ten) are held against each other: other differences may be of two things.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw
from doc_miner.audit.values import exact
from doc_miner.model import Figure
from doc_miner.textfold import fold

_BEFORE, _BEHIND = 7, 5
"""Least characters in front of and behind a number that two places must share."""
_FILLER = re.compile(r"(?:达到?|为|是|有|约|共|共有|现有|不少于|不低于|不超过|提高到|增加到|超过|≥|:|了|数|的|在|以上)+$")
_STOPS = re.compile(r"[\n。;,、()“”\"《》\t|]")
_ENDS = re.compile(r"[\n。;,()“”\"《》\t|\d]")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_NO_NAME = re.compile(r"[^一-鿿]")


def restated_slips(context: Context) -> Iterator[Flaw]:
    """Return the numbers that differ by a slip from those of another place with the same words around."""
    figures = [f for f in context.report.figures if f.value is not None and f.value_max is None and f.role != "change" and f.end > f.start and _PLAIN.search(fold(f.text))]
    told: set[int] = set()
    for keys in (_keys_before(context, figures), _keys_behind(context, figures)):
        for group in keys.values():
            if len({f.value for f in group}) < 2 or len(group) > 6:
                continue
            values: dict[object, list[Figure]] = defaultdict(list)
            for figure in group:
                values[figure.value].append(figure)
            first = max(group, key=lambda f: (len(values[f.value]), -f.start))
            for figure in group:
                if figure.value != first.value and figure.start not in told and _same_thing(context, first, figure) and _slip(first, figure):
                    told.add(figure.start)
                    yield Flaw(f"同一数据前后不一：另一处为{first.text}，此处为{figure.text}，请对照原件。", (first, figure), first.text, figure.text, figure.start, figure.end)


def _keys_before(context: Context, figures: list[Figure]) -> dict[tuple[str, str | None], list[Figure]]:
    out: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
    for figure in figures:
        words = _STOPS.split(context.folded[max(0, figure.start - 24) : figure.start])[-1]
        words = _FILLER.sub("", words).replace("数", "")
        if len(_NO_NAME.sub("", words)) >= _BEFORE and not re.search(r"其中|增|减|升|降|\d{4}年", words):
            out[words[-12:] if len(words) > 12 else words, figure.unit].append(figure)
    return out


def _keys_behind(context: Context, figures: list[Figure]) -> dict[tuple[str, str | None], list[Figure]]:
    out: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
    for figure in figures:
        words = _ENDS.split(context.folded[figure.end : figure.end + 12])[0]
        if len(_NO_NAME.sub("", words)) >= _BEHIND and exact(figure):
            out[words[:8], figure.unit].append(figure)
    return out


def _same_thing(context: Context, a: Figure, b: Figure) -> bool:
    """Return whether two figures can be one quantity: of one stage and year, and not members of one list."""
    if a.stage != b.stage and None not in (a.stage, b.stage) or a.year != b.year and None not in (a.year, b.year):
        return False
    years = [re.findall(r"20\d\d(?=年)", context.folded[context.folded.rfind("\n", 0, f.start) + 1 : f.start])[-1:] for f in (a, b)]
    if years[0] != years[1] and years[0] and years[1]:
        return False
    return context.folded.find("\n", min(a.end, b.end), max(a.start, b.start)) >= 0


def _slip(a: Figure, b: Figure) -> bool:
    one, two = (_PLAIN.search(fold(f.text).replace(",", "")) for f in (a, b))
    if one is None or two is None or not a.value or not b.value:
        return False
    ratio = Fraction(a.value) / Fraction(b.value)
    if ratio in (10, 100, 1000, 10000, Fraction(1, 10), Fraction(1, 100), Fraction(1, 1000), Fraction(1, 10000)):
        return True
    return slipped(one[0], two[0])


def slipped(a: str, b: str) -> bool:
    """Return whether one written number becomes another by one slip: two digits swapped, or one put in, left out or mistyped (of three or more).

    >>> slipped("95", "59"), slipped("1234", "1284"), slipped("12", "17"), slipped("38", "338")
    (True, True, False, True)
    """
    if len(a) == len(b):
        wrong = [k for k in range(len(a)) if a[k] != b[k]]
        if len(wrong) == 1:
            return len(a.replace(".", "")) >= 3
        return len(wrong) == 2 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and any(long[:k] + long[k + 1 :] == short for k in range(len(long)))
