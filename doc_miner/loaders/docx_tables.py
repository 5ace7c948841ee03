"""The tables of a Word document: merged cells, rows and cells inside content controls, tables in tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from doc_miner.loaders.docx_text import local_name
from doc_miner.loaders.docx_xml import attribute, child, is_on, number_of, value_of, w
from doc_miner.loaders.grid import Cell, flattened, make_table
from doc_miner.loaders.limits import Limits
from doc_miner.source import Block, Paragraph, SourceTable

_THROUGH = frozenset(("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_WIDEST = 1000


@dataclass(frozen=True, slots=True)
class TableCell:
    """One ``w:tc`` with its blocks, which must be read once only: their numbers count."""

    element: etree._Element
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The text of the cell, its paragraphs as lines."""
        return "\n".join(block.text if isinstance(block, Paragraph) else flattened(block) for block in self.blocks).strip()


@dataclass(slots=True)
class _Growing:
    row: int
    column: int
    cell: TableCell
    rowspan: int = 1
    colspan: int = 1


def table_blocks(table: etree._Element, read_cell: Callable[[etree._Element], TableCell], limits: Limits) -> list[Block]:
    """Return the table as one block, or the blocks inside it where it only places text on the page."""
    rows = [row for row in _through(table, "tr") if not _deleted(row)]
    placed = _placed(rows, read_cell)
    if _is_layout(placed):
        return [block for growing in placed for block in growing.cell.blocks]
    cells = [Cell(found.row, found.column, found.cell.text, found.rowspan, found.colspan) for found in placed]
    return [make_table(cells, most_cells=limits.cells, marked_headers=_marked_headers(rows))]


def _is_layout(placed: Sequence[_Growing]) -> bool:
    """One column is a frame around text; a table whose text is mostly in tables inside it is a scaffold."""
    if all(found.column == 0 for found in placed):
        return True
    inner = sum(len(flattened(block)) for found in placed for block in found.cell.blocks if isinstance(block, SourceTable))
    return inner * 2 > sum(len(found.cell.text) for found in placed)


def _placed(rows: Sequence[etree._Element], read_cell: Callable[[etree._Element], TableCell]) -> list[_Growing]:
    placed: list[_Growing] = []
    above: dict[int, _Growing] = {}  # the cell that a vertical merge in this column continues
    for index, row in enumerate(rows):
        column = _count(child(row, "trPr"), "gridBefore", 0)
        open_cells: dict[int, _Growing] = {}
        previous: _Growing | None = None
        for element in _through(row, "tc"):
            properties = child(element, "tcPr")
            width = _count(properties, "gridSpan", 1)
            continued = _merge_continued(properties, "vMerge")
            if previous is not None and _merge_continued(properties, "hMerge"):
                previous.colspan += width
            elif continued and column in above:
                open_cells[column] = above[column]
                if above[column].row + above[column].rowspan == index:
                    above[column].rowspan += 1
                previous = None
            else:
                previous = _Growing(index, column, read_cell(element), 1, width)
                placed.append(previous)
                open_cells[column] = previous
            column += width
        above = open_cells
    return placed


def _count(properties: etree._Element | None, name: str, default: int) -> int:
    return min(max(number_of(value_of(properties, name), default), default), _WIDEST)


def _merge_continued(properties: etree._Element | None, name: str) -> bool:
    found = None if properties is None else child(properties, name)
    return found is not None and attribute(found, "val") != "restart"


def _marked_headers(rows: Sequence[etree._Element]) -> int:
    """Return the number of leading rows that Word repeats on every page."""
    count = 0
    for row in rows:
        if not is_on(child(row, "trPr"), "tblHeader"):
            break
        count += 1
    return count


def _deleted(row: etree._Element) -> bool:
    properties = child(row, "trPr")
    return properties is not None and child(properties, "del") is not None


def _through(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the children called *name*, through everything that only wraps them."""
    for part in element:
        if part.tag == w(name):
            yield part
        elif local_name(part) in _THROUGH:
            yield from _through(part, name)
