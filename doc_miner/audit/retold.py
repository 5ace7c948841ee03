"""What the sentences right behind a table tell of its rows: the lowest and highest (最低的是…，为93.0%), and how far a row has moved (三年共提升0.48平方米)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.grids import Grid, read_grids
from doc_miner.audit.values import exact, show
from doc_miner.model import Figure
from doc_miner.textfold import fold

_NEAR = 400
"""How many characters behind its end the sentences tell of a table."""
_EXTREME = re.compile(r"(?P<way>最低|最高|最小|最大|最多|最少)的?(?:是|为)(?P<name>[^#,。;、()]{2,24}),(?:仅?为|仅|达到?|只有)?(?P<value>#)")
_MOVED = re.compile(r"[^#,。;、]{0,12}?(?:提升|提高|增加|增长|下降|减少|降低|上升|还差|尚差|只差|相差)了?(?P<value>#)(?!以)")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_STAGES = ("小学", "初中", "高中", "幼儿园")
_TOTAL = re.compile(r"合计|总计|小计|共计|^全[县区市]$|平均")
_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")


def retold_rows(context: Context) -> Iterator[Flaw]:
    """Return the figures behind a table that name one of its rows and are none of its numbers, differences or growth."""
    for grid in read_grids(context):
        for line in context.lines:
            if grid.table.end <= line.start <= grid.table.end + _NEAR:
                yield from _extremes(line, grid)
                yield from _moves(line, grid)


def _written(figure: Figure) -> Fraction:
    found = _NUMERAL.search(fold(figure.text))
    return Fraction(found[0].replace(",", "")) if found else Fraction(-1)


def _places(figure: Figure) -> int:
    found = _NUMERAL.search(fold(figure.text))
    return len(found[0].partition(".")[2]) if found else 0


def _extremes(line: Line, grid: Grid) -> Iterator[Flaw]:
    for match in _EXTREME.finditer(line.words) if "最" in line.words else ():
        figure = line.at(match, "value")
        rows = [i for i, label in enumerate(grid.labels) if label and (fold(label).startswith(match["name"]) or match["name"] in fold(label))]
        if len(rows) != 1 or not exact(figure) or _places(figure) == 0 and _written(figure) < 10:
            continue
        row, value = rows[0], _written(figure)
        columns = [c for c, cell in enumerate(grid.values[row]) if cell == value]
        low = match["way"] in ("最低", "最小", "最少")
        for c in columns:
            others = [v[c] for i, v in enumerate(grid.values) if i != row and v[c] is not None and not _TOTAL.search(grid.labels[i])]
            if others and all(other is not None and (value <= other if low else value >= other) for other in others):
                break
        else:
            told = "、".join(dict.fromkeys(show(cell) for cell in grid.values[row] if cell is not None))
            yield Flaw(f"文中“{match['way']}的是{match['name']}，{figure.text}”与前面的表不符：表中该行为{told}。", (figure,), told, figure.text)


def _moves(line: Line, grid: Grid) -> Iterator[Flaw]:
    cores = [_BRACKETS.sub("", fold(label)).strip() for label in grid.labels]
    for i, core in enumerate(cores):
        at = line.words.find(core) if len(core) >= 5 else -1
        if at < 0 or _TOTAL.search(core) or cores.count(core) > 1 and not _own_stage(line, at, fold(grid.labels[i])):
            continue
        match = _MOVED.match(line.words, at + len(core))
        if match is None:
            continue
        figure = line.at(match, "value")
        cells = [v for v in grid.values[i] if v is not None]
        decimals = max((grid.places(i, c) for c, v in enumerate(grid.values[i]) if v is not None), default=0)
        named = figure.unit is not None and (figure.unit == "个百分点" or figure.unit in fold(grid.labels[i]))
        if len(cells) < 2 or not exact(figure) or not (named or decimals and _places(figure) == decimals):
            continue
        value, room = _written(figure), Fraction(1, 2 * 10 ** _places(figure))
        differences = [abs(a - b) for k, a in enumerate(cells) for b in cells[k + 1 :]]
        if figure.unit != "%" and not any(abs(value - known) <= (room if _places(figure) < decimals else 0) for known in (*cells, *differences)) and value <= max(cells):
            told = "、".join(show(cell) for cell in cells)
            yield Flaw(f"文中“{core[-14:]}”的增减{figure.text}与前面的表不符：表中该行为{told}，没有两数相差{show(value)}。", (figure,), None, figure.text)


def _own_stage(line: Line, at: int, label: str) -> bool:
    """Return whether the stage in the brackets of a label stands right in front of its name in a sentence."""
    stage = next((stage for stage in _STAGES if stage in label), "")
    return bool(stage) and line.words[max(0, at - len(stage)) : at] == stage
