"""Make blocks of the cells of a sheet: title lines, tables, notes.

A sheet is paper without lines: several tables may stand on it, with their titles, units and
notes in cells of their own. Empty rows and columns part them; rows of one cell are text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from doc_miner.errors import LoadError
from doc_miner.loaders.grid import Cell, make_table, parse_unit
from doc_miner.source import Block, Line, Paragraph, SourceTable

_FORM_LINE = re.compile(
    r"(?:填[表报写]|制表|审[核批签]|负责|报送|上报|经办|主管|联系|单位(?:名称|负责|领导|盖章)|学校(?:名称)?|盖章|日期|时间|截[至止]|统计)"
    r"[^：:]{0,12}[：:]"
)
_NOTE = re.compile(r"(?:注|备注|说明|附注|填表说明|资料来源|数据来源)\s*\d{0,2}\s*[：:.、]")
_LONG_TITLE = 60
_FAR = 20
"""Free columns that part even a single cell from a table."""
_LONG_NOTE = 40


def sheet_blocks(cells: Sequence[Cell], most_cells: int) -> Iterator[Block]:
    """Yield the paragraphs and tables that *cells* make, from top to bottom; empty cells may be among them.

    No two cells may take the same place.
    """
    for part in _parted(cells):
        yield from table_blocks(part, most_cells)


def table_blocks(cells: Sequence[Cell], most_cells: int) -> list[Block]:
    """Return one block of cells as its title lines, the table, and the notes below it."""
    cells = _trimmed(cells)
    rows = _rows(cells)
    if not rows:
        return []
    left, right = min(cell.column for cell in cells), max(_right(cell) for row in rows[1:] or rows for cell in row)
    first, last = 0, len(rows)
    while first < last and _is_title(rows[first], left, right) and _has_columns(rows[first + 1 : last]):
        first += 1
    while last > first and _is_note(rows[last - 1], left, right) and _has_columns(rows[first : last - 1]):
        last -= 1
    titles = [text for row in rows[:first] for text in _texts(row)]
    body = _trimmed([cell for row in rows[first:last] for cell in row])
    notes = [text for row in rows[last:] for text in _texts(row)]
    return [*_paragraphs(titles), *_body(body, titles, most_cells), *_paragraphs(notes)]


# --- parts -------------------------------------------------------------------------------------
def _parted(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Yield the parts of a sheet that empty rows or columns keep apart."""
    for band in _runs(cells, lambda cell: (cell.row, cell.row + cell.rowspan)):
        if not any(cell.text.strip() for cell in band):
            continue
        band = _trimmed(band)
        parts = _beside(band)
        if len(parts) == 1:
            yield band
        else:
            for part in parts:
                yield from _parted(part)


def _runs(cells: Sequence[Cell], span: Callable[[Cell], tuple[int, int]]) -> list[list[Cell]]:
    """Return *cells* in groups between which a row (or column) is free."""
    runs: list[list[Cell]] = []
    end = -1
    for cell in sorted(cells, key=span):
        start, after = span(cell)
        if runs and start <= end:
            runs[-1].append(cell)
            end = max(end, after)
        else:
            runs.append([cell])
            end = after
    return runs


def _beside(band: Sequence[Cell]) -> list[list[Cell]]:
    """Return the tables side by side in a band; a single column beside a table belongs to it."""
    runs = _runs(band, lambda cell: (cell.column, _right(cell)))
    parts = runs[:1]
    for run in runs[1:]:
        gap = min(cell.column for cell in run) - max(map(_right, parts[-1]))
        if gap >= _FAR or (_is_wide(run) and _is_wide(parts[-1])):
            parts.append(run)
        else:
            parts[-1] = parts[-1] + run
    return parts


def _is_wide(cells: Sequence[Cell]) -> bool:
    return len(_rows(cells)) > 1 and len({cell.column for cell in cells if cell.text}) > 1


def _trimmed(cells: Sequence[Cell]) -> list[Cell]:
    """Return *cells* without the empty ones that stand outside all that hold text."""
    filled = [cell for cell in cells if cell.text.strip()]
    if not filled:
        return []
    top, low = min(cell.row for cell in filled), max(cell.row + cell.rowspan for cell in filled)
    left, right = min(cell.column for cell in filled), max(map(_right, filled))
    inside = [cell for cell in cells if top <= cell.row < low and left <= cell.column < right]
    return [
        cell
        if cell.row + cell.rowspan <= low and _right(cell) <= right
        else replace(cell, rowspan=min(cell.rowspan, low - cell.row), colspan=min(cell.colspan, right - cell.column))
        for cell in inside
    ]


def _rows(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Return the rows in which a cell with text begins, each from left to right, empty cells among them."""
    rows: dict[int, list[Cell]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        rows[cell.row].append(cell)
    return list(rows.values())


def _right(cell: Cell) -> int:
    return cell.column + cell.colspan


# --- lines -------------------------------------------------------------------------------------
def _texts(row: Sequence[Cell]) -> list[str]:
    return [cell.text for cell in row if cell.text.strip()]


def _has_columns(rows: Sequence[Sequence[Cell]]) -> bool:
    return any(len(_texts(row)) > 1 for row in rows)


def _is_title(row: Sequence[Cell], left: int, right: int) -> bool:
    """Return whether a row above a table is text: one cell over all of it, or lines of a form (填报单位：… 单位：万元)."""
    texts = _texts(row)
    if not texts or all(parse_unit(text) or _FORM_LINE.match(text.strip()) for text in texts):
        return True
    return len(row) == 1 and (row[0].column <= left or _right(row[0]) >= right) and (row[0].rowspan == 1 or _right(row[0]) >= right)


def _is_note(row: Sequence[Cell], left: int, right: int) -> bool:
    texts = [text.strip() for text in _texts(row)]
    if not texts or all(_FORM_LINE.match(text) or _NOTE.match(text) for text in texts):
        return True
    wide = row[0].column <= left and _right(row[0]) >= right
    return len(row) == 1 and len(texts[0]) > _LONG_NOTE and (wide or row[0].colspan == 1)


def _paragraphs(texts: Sequence[str]) -> Iterator[Paragraph]:
    for text in texts:
        yield from (Paragraph((Line(line.strip()),)) for line in text.splitlines() if line.strip())


def _body(cells: Sequence[Cell], titles: Sequence[str], most_cells: int) -> Iterator[Block]:
    """Yield a table, or paragraphs where there is but one row or column."""
    rows = _rows(cells)
    if len({cell.column for cell in cells if cell.text.strip()}) < 2:
        yield from _paragraphs([text for row in rows for text in _texts(row)])
    elif len(rows) == 1:
        yield Paragraph((Line("\t".join(" ".join(text.split()) for text in _texts(rows[0]))),))
    else:
        yield _table(cells, titles, most_cells)


def _table(cells: Sequence[Cell], titles: Sequence[str], most_cells: int) -> SourceTable:
    top, left = min(cell.row for cell in cells), min(cell.column for cell in cells)
    placed = [Cell(cell.row - top, cell.column - left, cell.text.strip(), cell.rowspan, cell.colspan) for cell in cells]
    table = make_table(placed, most_cells=most_cells)
    names = [line for text in titles if (line := " ".join(text.split())) and not parse_unit(line) and not _FORM_LINE.match(line)]
    caption = names[-1] if names and len(names[-1]) <= _LONG_TITLE and "。" not in names[-1] else ""
    unit = next((unit for text in titles if (unit := parse_unit(text))), "")
    return replace(table, caption=caption, unit=unit or table.unit)


# --- cells -------------------------------------------------------------------------------------
def merged_cells(filled: dict[tuple[int, int], str], merges: Sequence[tuple[int, int, int, int]], most_cells: int) -> list[Cell]:
    """Return the cells of a sheet with *merges* (top, left, bottom, right, all inclusive) applied.

    What stands below a merged cell is not shown and is left out. A merge may reach far beyond what
    is written; it ends there.
    """
    if not filled:
        return []
    low, right_end = max(row for row, _ in filled), max(column for _, column in filled)
    covered: set[tuple[int, int]] = set()
    cells = []
    for top, left, bottom, right in merges:
        bottom, right = min(bottom, max(low, top)), min(right, max(right_end, left))
        if top > low or left > right_end or (top, left) in covered:
            continue
        if len(covered) + (bottom - top + 1) * (right - left + 1) > 4 * most_cells:
            raise LoadError("too_large", f"工作表的合并单元格超过 {4 * most_cells} 格，不予读取；请另存后再试。")
        places = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        if places & covered:
            continue
        covered |= places
        cells.append(Cell(top, left, filled.get((top, left), ""), bottom - top + 1, right - left + 1))
    return cells + [Cell(row, column, text) for (row, column), text in filled.items() if (row, column) not in covered]
