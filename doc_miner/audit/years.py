"""The same quantity in two years of one document, in different sentences: 2021年招聘120人。2022年招聘130人，比上年增加12人."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.movements import check_movement
from doc_miner.audit.values import exact
from doc_miner.model import Figure

_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)年(?:底|末|秋季学期|春季学期|全年)?")
_AFTER = re.compile(r"#[^#。;,]{0,6},(?:同比|(?:比|较)(?:上年|去年|上一年|(?P<base>(?:19|20)\d\d)年)(?:同期)?)(?:净|共)?(?P<by>增加|增长|减少|下降|提高|上升|降低|多|少)(?:了|出)?(?P<change>#)")
_LONE = re.compile(r"(?:(?P<year>(?:19|20)\d\d)年)(?:比|较)(?P<base>(?:19|20)\d\d)年(?P<name>[^#。;,]{2,14}?)(?:净|共)?(?:增加|增长|减少|下降|提高|上升|降低)(?:了)?(?P<change>#)")
_NOISE = re.compile(r"^(?:[,、和及]|全[县区市]|我[县区市]|本[县区市]|其中|共|又|再)+|(?:总数|人数|数|共有|共|有|为|达到?|是|已|了)+$")
_LEAST = 3
"""Least characters of a name that two years must share."""


def wrong_yearly_changes(context: Context) -> Iterator[Flaw]:
    """Return the changes against an earlier year that the document's own number of that year does not give."""
    if not any(word in context.folded for word in ("上年", "去年", "同比", "上一年", "年增", "年减", "比20", "较20")):
        return
    stated = _by_year(context)
    for line, match in context.matches(_AFTER, "上年", "去年", "同比", "上一年", "年增", "年减", "比20", "较20"):
        index = line.index(match.start())
        name, year = _named(line, index)
        change = line.at(match, "change")
        if len(name) < _LEAST or year is None or not exact(line.figures[index]):
            continue
        yield from _against(stated, name, int(match["base"] or year - 1), line.figures[index], change)
    for line in context.lines:
        for match in _LONE.finditer(line.words) if "年比" in line.words or "年较" in line.words else ():
            name, change = _core(match["name"]), line.at(match, "change")
            now = stated.get((name, int(match["year"])), [])
            if len(name) >= _LEAST and len({f.value for f in now}) == 1:
                yield from _against(stated, name, int(match["base"]), now[0], change)


def _against(stated: dict[tuple[str, int], list[Figure]], name: str, year: int, after: Figure, change: Figure) -> Iterator[Flaw]:
    before = [f for f in stated.get((name, year), []) if f.unit == after.unit]
    if len({f.value for f in before}) != 1 or before[0] is after or change.value is None:
        return
    if change.unit not in (after.unit, "%", "个百分点", "倍") or after.unit == "%" and change.unit == "%":
        return
    yield from check_movement(before[0], after, change)


def _by_year(context: Context) -> dict[tuple[str, int], list[Figure]]:
    """Return the figures that a year and a name stand right in front of."""
    out: dict[tuple[str, int], list[Figure]] = defaultdict(list)
    for line in context.lines:
        for index, figure in enumerate(line.figures):
            if figure.value is None or not exact(figure) or figure.role in ("change", "standard", "plan"):
                continue
            name, year = _named(line, index)
            if year is not None and len(name) >= _LEAST:
                out[name, year].append(figure)
    return out


def _named(line: Line, index: int) -> tuple[str, int | None]:
    """Return what a figure counts and the year written in the same clause, ``None`` where it is not written exactly once."""
    words = line.clause(index)
    years = list(_YEAR.finditer(words))
    if len(years) != 1:
        return "", None
    return _core(words[: years[0].start()] + words[years[0].end() :]), int(years[0]["year"])


def _core(words: str) -> str:
    before = None
    while before != words:
        before, words = words, _NOISE.sub("", words)
    return words
