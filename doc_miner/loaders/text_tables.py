"""Find the tables that plain text holds: rows of cells between tabs, between bars (| or │), or between wide gaps.

People paste tables into text files, and the rows stay rows: as many cells in one line as in the next. A list with a tab behind
each number, a table of contents and indented paragraphs are no tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from doc_miner.loaders.grid import cells_of, make_table, with_captions
from doc_miner.source import Block, Line, Paragraph, SourceTable

_BARS = "|｜│┃"
_BAR = re.compile(f"[{_BARS}]")
_RULE = re.compile(rf"[\s{_BARS}:+\-—=─━┄┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛]+")
_SIGN = re.compile(f"[\t\u3000{_BARS}┌├└┏┣┗]|  |[-─━=]{{3}}")
_WIDE_GAP = re.compile("[ \u3000]{2,}")
_GAP = re.compile("\u3000")
_PROSE = re.compile(r"[。；！？]$")
_ENUMERATED = re.compile(r"\s*(?:[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[章节条]|[（(]?\d{1,2}[）).．、])")
_PAGE = re.compile(r"\s*[-—(（]?\s*\d{1,4}\s*[-—)）]?\s*")
_NUMBER = re.compile(r"\d")
_LONG = 24
"""A cell between wide gaps is no longer: what is longer is prose with a gap in it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as a row of one kind ("tab", "bar" or "gap") of table; a rule (├──┼──┤) has no cells."""

    line: str
    kind: str
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        return sum(map(bool, self.cells))


def blocks_of(lines: Sequence[str], most_cells: int) -> tuple[Block, ...]:
    """Return a paragraph for each line, and a table for the lines that are its rows.

    >>> [type(block).__name__ for block in blocks_of(["班额情况表", "学段\\t班级\\t学生", "小学\\t12\\t540", "初中\\t6\\t300", "以上。"], 1000)]
    ['Paragraph', 'SourceTable', 'Paragraph']
    """
    rows = [_row(line) for line in lines]
    if not any(row.kind for row in rows):
        return tuple(Paragraph((Line(line),)) for line in lines)
    blocks: list[Block] = []
    for kind, group in groupby(rows, key=lambda row: row.kind):
        for run in _runs(kind, list(group)):
            if kind and _IS_TABLE[kind](run):
                rows_end = next(end for end in range(len(run), 0, -1) if run[end - 1].cells)
                blocks.append(_table(run[:rows_end], most_cells))
                run = run[rows_end:]  # a rule at the foot
            blocks += [Paragraph((Line(row.line),)) for row in run]
    return with_captions(blocks)


def _row(line: str) -> _Row:
    text = line.strip()
    if _SIGN.search(text) is None and "\t" not in line:
        return _Row(line, "", ())
    if len(text) > 2 and _RULE.fullmatch(text):
        return _Row(line, "bar", ())
    if len(_BAR.findall(text)) >= 2:
        cells = tuple(cell.strip() for cell in _BAR.split(_unbarred(text)))
        return _Row(line, "bar", cells if any(cells) else ())
    if "\t" in line.rstrip():
        return _Row(line, "tab", tuple(cell.strip() for cell in line.rstrip().split("\t")))
    if "  " in text or "\u3000" in text:
        cells = tuple((_WIDE_GAP if _WIDE_GAP.search(text) else _GAP).split(text))
        if len(cells) >= 3 and all(len(cell) <= _LONG and not _PROSE.search(cell) for cell in cells):
            return _Row(line, "gap", cells)
    return _Row(line, "", ())


def _unbarred(text: str) -> str:
    """Return a row without the bars at its edges: one on each side, for more are empty cells."""
    return text[text[0] in _BARS : len(text) - (text[-1] in _BARS)]


def _runs(kind: str, rows: list[_Row]) -> list[list[_Row]]:
    """Part neighbouring rows where one table ends and what follows is none or another: at an indented paragraph, at another number of cells."""
    if not kind or kind == "bar":
        return [rows]
    runs: list[list[_Row]] = [[]]
    width = 0
    for row in rows:
        indented = kind == "tab" and row.filled == 1 and len(row.cells) <= 2 < max(width, 3)
        wider = bool(runs[-1]) and (len(row.cells) > width or (kind == "gap" and len(row.cells) != width))
        if indented or wider:
            runs.append([])
        if not runs[-1]:
            width = len(row.cells)
        runs[-1].append(row)
        if indented:
            runs.append([])
    return [run for run in runs if run]


def _tabbed(rows: Sequence[_Row]) -> bool:
    full = [row for row in rows if row.filled >= 2]
    width = max(len(row.cells) for row in rows)
    if len(full) < (2 if width > 2 else 3) or rows[0].filled < 2:
        return False
    if width > 2:
        return True
    if all(_PAGE.fullmatch(row.cells[-1]) for row in full) and sum(1 for row in full if _ENUMERATED.match(row.cells[0])) * 2 >= len(full):
        return False  # a table of contents
    return not all(re.fullmatch(r"[（(]?[\d一二三四五六七八九十①-⑳]{1,3}[）).．、]?|[-*•●◆]", row.cells[0]) for row in full)  # a list


def _barred(rows: Sequence[_Row]) -> bool:
    full = [row for row in rows if row.filled >= 2]
    return len(full) >= 2 and len({len(row.cells) for row in full}) <= 2


def _gapped(rows: Sequence[_Row]) -> bool:
    return len(rows) >= 3 and all(any(_NUMBER.search(cell) for cell in row.cells[1:]) for row in rows[1:])


_IS_TABLE: dict[str, Callable[[Sequence[_Row]], bool]] = {"tab": _tabbed, "bar": _barred, "gap": _gapped}


def _table(rows: Sequence[_Row], most_cells: int) -> SourceTable:
    cells = cells_of([row.cells for row in rows if row.cells])
    table = make_table(cells, most_cells=most_cells)
    return replace(table, lines=_lines(rows)) if rows[0].kind == "bar" else table


def _lines(rows: Sequence[_Row]) -> tuple[str, ...]:
    """Return the line of each row that has cells, behind the rules that stand above it."""
    out: list[str] = []
    rules: list[str] = []
    for row in rows:
        rules.append(row.line.strip())
        if row.cells:
            out.append("\n".join(rules))
            rules = []
    return tuple(out)
