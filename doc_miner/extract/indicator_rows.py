"""What the heads of a table tell about the numbers in its cells of words (小学≥0.8,初中≥1.1 in the row 生均实验室面积(平方米)).

Such a cell is read like a sentence; its row names the indicator, the brackets behind that name the unit,
and its column whether the number is a norm (国家标准), a state (2021年现状) or a promise (目标值).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from doc_miner.dates import find_dates
from doc_miner.extract.quantities import QuantityFinder
from doc_miner.model import Figure, Table
from doc_miner.numerals import parse_numeral, tidy
from doc_miner.textfold import fold

_UNIT = re.compile(r"[(\[]\s?(?:单位\s?:\s?)?(?P<unit>[^()\[\]\d]{1,8})\s?[)\]]")
_NUMBER = re.compile(r"\s*\d{1,3}\s*[.、]?\s*")
_BARE = re.compile(r"(?<![\d.])(?:(?P<stage>小学|初中|高中|幼儿园)[:为]?\s?|(?<=[,;、\s]))?(?P<n>\d+(?:\.\d+)?)(?=$|[,;、\s])")
_NORM = re.compile(r"标准|要求|底线|规定值?|合格线")
_STATE = re.compile(r"现状|现值|实际|基础值|基期|完成值|监测值")
_GOAL = re.compile(r"目标|计划|预期|规划值")
_CHANGE = re.compile(r"(?:增减|增加|增长|减少|下降|增幅|降幅)(?:额|数|率|量|值|情况)?$")
_STAGES = {"九年一贯制": "九年一贯制", "小学": "小学", "初中": "初中", "高中": "高中", "幼儿园": "学前", "学前": "学前", "特殊教育": "特教", "特教": "特教"}
STAGE_WORD = re.compile("|".join(_STAGES))
_SHORT = 40
"""Characters of a cell that holds values and no sentence."""


def role_of_column(head: str) -> str | None:
    """Return the role that the head of a column gives its numbers, or ``None`` if it gives none.

    >>> role_of_column("省定标准"), role_of_column("2021年现状"), role_of_column("比上年增减"), role_of_column("学校数")
    ('standard', 'level', 'change', None)
    """
    bare = _UNIT.sub("", head).strip()
    if _STATE.search(bare):
        return "level"
    if _NORM.search(bare) and "达标" not in bare and len(bare) <= 8:
        return "standard"
    if _GOAL.search(bare) and len(bare) <= 10:
        return "plan"
    return "change" if _CHANGE.search(bare) and len(bare) <= 10 else None


def stage_in(text: str) -> str | None:
    """Return the stage that a head or cell names, ``None`` if it names none or several."""
    stages = {_STAGES[word] for word in STAGE_WORD.findall(text.replace("中小学", ""))}
    return stages.pop() if len(stages) == 1 else None


@dataclass(frozen=True, slots=True)
class IndicatorCell:
    """A cell of words in the row of an indicator: its span and what its heads say."""

    start: int
    end: int
    indicator: str
    unit: str | None
    factor: int
    year: int | None
    role: str | None


def indicator_cells(table: Table, finder: QuantityFinder, taken: Sequence[tuple[int, int]]) -> Iterator[IndicatorCell]:
    """Yield the cells of a table whose row names an indicator and whose column says how its numbers are meant; *taken* cells are read elsewhere."""
    if not table.rows:
        return
    heads = [fold(head).strip() for head in table.rows[max(0, table.header_rows - 1)]]
    roles = [role_of_column(head) for head in heads]
    if not any(roles):
        return
    covered = set(taken)
    first = next(c for c, role in enumerate(roles) if role)
    years = [next((m.year for m in find_dates(head) if m.year), None) for head in heads]
    for row, cells in zip(table.rows[max(1, table.header_rows) :], table.cells[max(1, table.header_rows) :], strict=True):
        names = [fold(text).strip() for text in row[:first]]
        name = next((text for text in reversed(names) if text and not _NUMBER.fullmatch(text)), "")
        if not name:
            continue
        match = _UNIT.search(name)
        unit, factor = finder.units.header(match["unit"]) if match else (None, 1)
        indicator = _UNIT.sub("", name)
        for c, cell in enumerate(cells):
            if c < first or cell is None or not roles[c] or (cell.start, cell.end) in covered or not 0 < cell.end - cell.start <= _SHORT:
                continue
            yield IndicatorCell(cell.start, cell.end, indicator[-30:], unit, factor, years[c], roles[c])


def told_by_heads(text: str, cells: Sequence[IndicatorCell], figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures with what the heads of their cells tell, and the bare numbers of those cells beside them."""
    if not cells:
        return list(figures)
    out: list[Figure] = []
    places = sorted(cells, key=lambda cell: cell.start)
    index = 0
    ordered = sorted(figures, key=lambda figure: figure.start)
    for cell in places:
        while index < len(ordered) and ordered[index].start < cell.start:
            out.append(ordered[index])
            index += 1
        own: list[Figure] = []
        while index < len(ordered) and ordered[index].end <= cell.end:
            own.append(_told(ordered[index], cell, text))
            index += 1
        own += _bare(text, cell, own)
        out += sorted(own, key=lambda figure: figure.start)
    return [*out, *ordered[index:]]


def _told(figure: Figure, cell: IndicatorCell, text: str) -> Figure:
    more = STAGE_WORD.sub("", figure.subject) if figure.subject else ""
    counts = len(more) >= 2 and more not in cell.indicator
    stage = stage_in(fold(text[cell.start : figure.start].rpartition("，")[2][-8:])) or figure.stage or stage_in(cell.indicator)
    unit, value, top = figure.unit, figure.value, figure.value_max
    if unit is None and not counts and cell.unit is not None and value is not None:
        unit, value, top = cell.unit, value * cell.factor, None if top is None else top * cell.factor
    role = figure.role if cell.role == "level" and figure.role in ("plan", "change") else cell.role or figure.role
    return replace(figure, subject=cell.indicator + (more if counts else ""), stage=stage, unit=unit, value=value, value_max=top, year=cell.year or figure.year, role=role)


def _bare(text: str, cell: IndicatorCell, found: Sequence[Figure]) -> Iterator[Figure]:
    """Yield the numbers of a cell that stand alone or behind a stage (小学0.8,初中1.1), with the unit of the row's head."""
    folded = fold(text[cell.start : cell.end])
    for match in _BARE.finditer(folded):
        start, end = cell.start + match.start("n"), cell.start + match.end("n")
        if (match.start() and match["stage"] is None and folded[match.start() - 1] not in ",;、 ") or any(f.start < end and start < f.end for f in found):
            continue
        value = parse_numeral(match["n"])
        if value is None:
            continue
        stage = _STAGES[match["stage"]] if match["stage"] else stage_in(cell.indicator)
        yield Figure(
            start, end, text[start:end], tidy(value * cell.factor), cell.unit, "=", "figure/table-cell", subject=cell.indicator, stage=stage, year=cell.year, role=cell.role or "level",
            figure_id=f"f{start}",
        )  # fmt: skip
