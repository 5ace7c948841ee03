"""The tables of a document as grids of numbers with the labels of their rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from doc_miner.model import Figure, Table
from doc_miner.numerals import parse_numeral
from doc_miner.textfold import fold

if TYPE_CHECKING:
    from doc_miner.audit.context import Context

_NUMBER = re.compile(r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[%‰]?")
_COUNTED = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:所|人|个|名|间|台|册|万元|亿元|元|平方米|项|个班)")
_NO_DATA = re.compile(r"序号|编号|年份|^年度?$")


@dataclass(frozen=True, slots=True)
class Grid:
    """The numbers of a table with the labels of their rows and columns; ``rows`` says which row of the table each one is."""

    table: Table
    labels: list[str]
    heads: list[str]
    groups: list[str]
    values: list[list[Fraction | None]]
    rows: list[int]

    def places(self, i: int, c: int) -> int:
        """Return how many decimals a cell is written with."""
        return len(fold(self.table.rows[self.rows[i]][c]).strip().rstrip("%‰").partition(".")[2])


def read_grids(context: Context) -> list[Grid]:
    """Return the tables with numbers, read once for all rules."""
    if "grids" not in context.memo:
        context.memo["grids"] = [grid for table in context.report.document.tables if (grid := _grid(table)) is not None]
    out: list[Grid] = context.memo["grids"]
    return out


def _grid(table: Table) -> Grid | None:
    """Return a table's numbers with the labels of rows and columns, or ``None`` where there are none."""
    header = max(1, table.header_rows)
    width = len(table.rows[0]) if table.rows else 0
    rows = list(range(header, len(table.rows)))
    if width < 2 or len(rows) < 2:
        return None
    values = [[_value(cell) for cell in table.rows[r]] for r in rows]
    first = next((c for c in range(width) if sum(v[c] is not None for v in values) * 2 >= len(rows) and not _NO_DATA.search(_head(table, c, header))), None)
    if first is None or first == 0:
        return None
    labels = [" ".join(dict.fromkeys(cell.strip() for cell in table.rows[r][:first] if cell.strip() and _value(cell) is None and not _COUNTED.fullmatch(fold(cell).strip()))) for r in rows]
    heads = [_head(table, c, header) for c in range(width)]
    groups = [covering(table, 0, c) for c in range(width)]
    for row in values:
        row[:first] = [None] * first
    return Grid(table, labels, heads, groups, values, rows)


def _value(cell: str) -> Fraction | None:
    text = fold(cell).replace(" ", "")
    if not _NUMBER.fullmatch(text):
        return None
    number = parse_numeral(text.rstrip("%‰").lstrip("-−+"))
    return None if number is None else Fraction(number) * (-1 if text[0] in "-−" else 1)


def _head(table: Table, column: int, header: int) -> str:
    return "".join(dict.fromkeys(covering(table, r, column) for r in range(header)))


def covering(table: Table, row: int, column: int) -> str:
    """Return the text of the cell that covers a place."""
    for c in range(column, -1, -1):
        cell = table.cells[row][c]
        if cell is not None and c + cell.colspan > column:
            return fold(table.rows[row][c]).strip()
        if cell is not None and c == column:
            break
    return fold(table.rows[row][column]).strip()


def figures_of(context: Context, table: Table, places: Sequence[tuple[int, int]]) -> tuple[tuple[Figure, ...], int, int]:
    """Return the figures in some cells, and the place of the last of them."""
    spans = [cell for r, c in places if (cell := table.cells[r][c]) is not None]
    found = tuple(f for f in context.report.figures if any(s.start <= f.start and f.end <= s.end for s in spans))
    own = spans[-1] if spans else None
    return found, own.start if own else table.start, own.end if own else table.end
