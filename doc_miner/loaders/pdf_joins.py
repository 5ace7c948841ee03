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
    if not table.ruled or not part.ruled:
        # Columns without rules are as wide as what they hold.
        return table.ruled == part.ruled and table.width == part.width
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
    overlap = 1 if _continue_cells(table, part) else 0
    start = table.height - overlap
    table.cells += [replace(cell, row=cell.row + start) for cell in part.cells]
    # The bounds of rows on other pages mean nothing here; only their number counts.
    table.ys += [table.ys[-1]] * (part.height - overlap)


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
    if not table.ruled:
        return
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
def _continue_cells(table: PageTable, part: PageTable) -> bool:
    """Let cells of the last row go on in the first row of *part*; return whether the whole row was cut.

    A row whose first cell holds something is a new one. So is a row in which some cell begins
    anew; then only the cells to the left of that one can be merged over the page break.
    """
    above = _last_row(table)
    below = sorted((cell for cell in part.cells if cell.row == 0), key=lambda cell: cell.column)
    if not below or below[0].text or below[0].column:
        return False
    pairs = [(old, new) for new in below if (old := above.get((new.column, new.colspan))) is not None]
    going_on = {id(new) for old, new in pairs if _text_goes_on(old, new)}
    if going_on and all(id(new) in going_on for new in below if new.text):
        _stretch(part, pairs, overlap=1)
        return True
    merged = []
    for old, new in pairs:
        # A line that just fills its cell is no sign; a text of several lines that stops in mid-sentence is.
        if new.text and (id(new) not in going_on or old.lines < 2):
            break
        if id(new) in going_on or new.rowspan > 1 or old.rowspan > 1 or (going_on and new is below[0]):
            merged.append((old, new))
    _stretch(part, merged, overlap=0)
    return False


def _last_row(table: PageTable) -> dict[tuple[int, int], GridCell]:
    return {(cell.column, cell.colspan): cell for cell in table.cells if cell.row + cell.rowspan >= table.height}


def _text_goes_on(old: GridCell, new: GridCell) -> bool:
    return bool(old.text and new.text and old.room_left < new.first_need and not old.text.endswith(_ENDS))


def _stretch(part: PageTable, pairs: Sequence[tuple[GridCell, GridCell]], *, overlap: int) -> None:
    """Make one cell of each pair; *overlap* rows of the two are the same row."""
    for old, new in pairs:
        old.text += new.text
        old.rowspan += new.rowspan - overlap
        old.lines += new.lines
        old.room_left = new.room_left
    gone = {id(new) for _, new in pairs}
    part.cells = [cell for cell in part.cells if id(cell) not in gone]
