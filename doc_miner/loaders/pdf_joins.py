"""Join the parts of a table that runs over pages, and hand it over in the common form.

A page break may repeat the header, fall between two rows, or cut a row or a merged cell in
two; all of it is decided from the parts alone, the text around them is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from doc_miner.loaders.grid import Cell, make_table
from doc_miner.loaders.pdf_tables import GridCell, PageTable
from doc_miner.source import BBox, CellPlace, SourceTable

_NEAR = 4.0
_MOST_HEADER_ROWS = 6
_ENDS = tuple("。；！？;!?")


def goes_on(table: PageTable, part: PageTable) -> bool:
    """Return whether *part*, first on its page, has the columns of *table*, last on the page before.

    The columns of one may be a selection of the other's: a page may hold merged cells only.
    """
    shift = part.xs[0] - table.xs[0]
    xs = [x - shift for x in part.xs]
    if abs(xs[-1] - table.xs[-1]) > 1.5 * _NEAR:
        return False
    few, many = sorted((xs, table.xs), key=len)
    return all(min(abs(x - other) for other in many) <= _NEAR for x in few)


def join(table: PageTable, part: PageTable) -> None:
    """Put *part* at the end of *table*, its repeated header rows dropped and a cut row made whole."""
    _share_columns(table, part)
    repeated = _repeated_rows(table, part)
    if repeated:
        table.header_rows = table.header_rows or repeated
        _drop_rows(part, repeated)
    if not part.cells:
        return
    continued = _continue_cells(table, part)
    start = len(table.ys) - 1 - (1 if continued == "row" else 0)
    for cell in part.cells:
        table.cells.append(replace(cell, row=cell.row + start))
    for _ in range(part.height - (1 if continued == "row" else 0)):
        table.ys.append(table.ys[-1] + 1)


def as_source_table(table: PageTable, to_page: Callable[[int, BBox], BBox], most_cells: int) -> SourceTable:
    """Return the table in the form of all loaders; *to_page* brings a box from where text reads to the page as shown."""
    cells = [Cell(cell.row, cell.column, cell.text, cell.rowspan, cell.colspan) for cell in table.cells]
    made = make_table(cells, most_cells=most_cells, marked_headers=table.header_rows)
    places: list[list[CellPlace | None]] = [[None] * len(row) for row in made.rows]
    for cell in table.cells:
        places[cell.row][cell.column] = CellPlace(cell.page, to_page(cell.page, cell.bbox))
    return replace(made, page=table.page, places=tuple(tuple(row) for row in places))


# --- columns -----------------------------------------------------------------------------------
def _share_columns(table: PageTable, part: PageTable) -> None:
    """Give both the finer columns of the two."""
    shift = part.xs[0] - table.xs[0]
    part.xs = [x - shift for x in part.xs]
    xs = max(table.xs, part.xs, key=len)
    for one in (table, part):
        if one.xs is not xs:
            _set_columns(one, xs)


def _set_columns(table: PageTable, xs: list[float]) -> None:
    place = [min(range(len(xs)), key=lambda index: abs(xs[index] - x)) for x in table.xs]
    for cell in table.cells:
        first, last = place[cell.column], place[cell.column + cell.colspan]
        cell.column, cell.colspan = first, max(1, last - first)
    table.xs = xs


# --- repeated header ---------------------------------------------------------------------------
def _rows(table: PageTable, count: int) -> list[list[tuple[int, int, str]]]:
    rows: list[list[tuple[int, int, str]]] = [[] for _ in range(count)]
    for cell in table.cells:
        if cell.row < count:
            rows[cell.row].append((cell.column, cell.colspan, "".join(cell.text.split())))
    return [sorted(row) for row in rows]


def _repeated_rows(table: PageTable, part: PageTable) -> int:
    """Return how many rows at the head of *part* are those at the head of *table*."""
    count = min(table.height, part.height, _MOST_HEADER_ROWS)
    same = 0
    for one, other in zip(_rows(table, count), _rows(part, count), strict=True):
        if one != other or not any(text for _, _, text in one):
            break
        same += 1
    # One row of the body may begin with a row just like the header's only if nothing else follows.
    return same


def _drop_rows(table: PageTable, count: int) -> None:
    kept = []
    for cell in table.cells:
        end = cell.row + cell.rowspan
        if end > count:
            row = max(cell.row - count, 0)
            text = cell.text if cell.row >= count else ""
            kept.append(replace(cell, row=row, rowspan=end - count - row, text=text))
    table.cells = kept
    table.ys = table.ys[count:]


# --- cut rows ----------------------------------------------------------------------------------
def _continue_cells(table: PageTable, part: PageTable) -> str:
    """Let cells of the last row go on in the first row of *part*: return "row" where the whole row was cut."""
    above = _last_row(table)
    pairs = [(above.get((cell.column, cell.colspan)), cell) for cell in part.cells if cell.row == 0]
    first = min(part.cells, key=lambda cell: (cell.row, cell.column))
    if first.text or first.row or first.column:
        return ""
    going_on = [(old, new) for old, new in pairs if old is not None and _text_goes_on(old, new)]
    written = sum(bool(cell.text) for _, cell in pairs)
    if going_on and len(going_on) == written:
        _stretch([(old, new) for old, new in pairs if old is not None], overlap=1)
        kept = {id(new) for old, new in pairs if old is not None}
        part.cells = [cell for cell in part.cells if id(cell) not in kept]
        return "row"
    # A merged cell at the edge goes on where its text does, or where the part below spans rows too.
    stretched = going_on + [
        (old, new) for old, new in pairs if old is not None and not new.text and (new.rowspan > 1 or (going_on and new is first))
    ]
    _stretch(stretched, overlap=0)
    gone = {id(new) for _, new in stretched}
    part.cells = [cell for cell in part.cells if id(cell) not in gone]
    return "cells" if stretched else ""


def _last_row(table: PageTable) -> dict[tuple[int, int], GridCell]:
    last = table.height - 1
    return {(cell.column, cell.colspan): cell for cell in table.cells if cell.row + cell.rowspan - 1 >= last}


def _text_goes_on(old: GridCell, new: GridCell) -> bool:
    return bool(old.text and new.text and old.open_end and not old.text.endswith(_ENDS))


def _stretch(pairs: Sequence[tuple[GridCell, GridCell]], *, overlap: int) -> None:
    for old, new in pairs:
        old.text += new.text
        old.rowspan += new.rowspan - overlap
        old.open_end = new.open_end
