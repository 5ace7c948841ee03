"""Tell data tables from layout tables, and spread merged cells over the grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from doc_miner.loaders.grid import Cell, make_table
from doc_miner.loaders.html_dom import HEADINGS, text_of
from doc_miner.loaders.limits import Limits
from doc_miner.source import SourceTable

_WIDEST = 1000
"""What the HTML standard allows for ``colspan``."""
_ARTICLE_CELL = 500


def is_data_table(table: etree._Element) -> bool:
    """Return whether *table* holds data: rows and columns of short texts, no table inside, no article in one cell."""
    if table.tag != "table" or table.get("role") == "presentation" or next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [cells for cells in (list(_cells(row)) for row in table.iter("tr")) if any(_is_filled(cell) for cell in cells)]
    if len(rows) < 2 or max(len(cells) for cells in rows) < 2:
        return False
    sizes = [len("".join(text_of(cell).split())) for cells in rows for cell in cells]
    if max(sizes) > _ARTICLE_CELL and max(sizes) * 10 > sum(sizes) * 6:
        return False
    return next(table.iterdescendants(*HEADINGS), None) is None


def _is_filled(cell: etree._Element) -> bool:
    return bool(text_of(cell).strip())


def read_table(table: etree._Element, cell_text: Callable[[etree._Element], str], limits: Limits) -> SourceTable:
    """Return *table* as a grid; *cell_text* gives the text of a cell."""
    rows = list(table.iter("tr"))
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for index, row in enumerate(rows):
        column = 0
        for element in _cells(row):
            while (index, column) in taken:
                column += 1
            colspan = _span(element, "colspan", _WIDEST)
            # rowspan 0 means all rows below; no span may reach past the last row.
            rowspan = min(_span(element, "rowspan", len(rows)) or len(rows), len(rows) - index)
            cells.append(Cell(index, column, cell_text(element), rowspan, colspan))
            if len(taken) + rowspan * colspan > limits.cells:
                rowspan = colspan = 1  # make_table refuses the table by its size
            taken.update((down, right) for down in range(index, index + rowspan) for right in range(column, column + colspan))
            column += colspan
    return make_table(_trimmed(cells), most_cells=limits.cells, marked_headers=_marked_headers(rows))


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """Cut a span that reaches past every other cell: ``colspan=20`` for "all the width"."""
    if not cells:
        return []
    width = max(cell.column + (1 if cell.column == 0 else cell.colspan) for cell in cells)
    return [Cell(c.row, c.column, c.text, c.rowspan, min(c.colspan, max(1, width - c.column))) for c in cells]


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    yield from row.iterchildren("td", "th")


def _span(cell: etree._Element, name: str, most: int) -> int:
    try:
        return min(max(int(cell.get(name) or 1), 0), most) if name == "rowspan" else min(max(int(cell.get(name) or 1), 1), most)
    except ValueError:
        return 1


def _marked_headers(rows: list[etree._Element]) -> int:
    """Return the number of leading rows in ``thead`` or of ``th`` alone."""
    count = 0
    for row in rows:
        parent = row.getparent()
        in_head = parent is not None and parent.tag == "thead"
        kinds = {cell.tag for cell in _cells(row)}
        if not in_head and kinds != {"th"}:
            break
        count += 1
    return count
