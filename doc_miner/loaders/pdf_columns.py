"""Find tables without ruling lines: rows of short texts that leave the same vertical gaps free.

Only what is plainly a table of figures is taken: three columns and four rows at least, and
digits in a good part of them. Everything else stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from doc_miner.loaders.pdf_lines import PageLine, joined
from doc_miner.loaders.pdf_tables import GridCell, PageTable

_GAP = 0.9
"""The least gap between two columns, in parts of the size; a space within text is half as wide."""
_TIGHT_GAP = 0.45
"""The same within a line that other gaps make a row: a head of table often leaves its cells half a character."""
_HALF_WIDTH, _FIRST_WIDE = 0.65, 0x2000
_COLUMNS, _ROWS = 3, 4
_DIGITS = 0.3
_UNIT_LINE = re.compile(r"单位\s*[:：]")
_NOTE = re.compile(r"[（(]?(?:备?注|说明|(?:资料|数据)来源|填表)\s*\d{0,2}\s*[:：.]|.*[。；]$")

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as the pieces between its wide gaps."""

    line: PageLine
    pieces: tuple[PageLine, ...]


def take_columns(lines: Sequence[PageLine], before: PageTable | None) -> tuple[list[PageTable], list[PageLine]]:
    """Return the tables without rules among *lines*, and the lines that belong to none.

    *before* is the table at the foot of the page before; one that goes on may be of one row.
    """
    rows = [_Row(line, _pieces(line)) for line in lines]
    if sum(len(row.pieces) >= _COLUMNS for row in rows) < (1 if before else _ROWS):
        return [], list(lines)
    tables: list[PageTable] = []
    rest: list[PageLine] = []
    for block in _blocks(rows):
        around, core = _trimmed(block)
        table = _table(core, before if not rest and not tables else None)
        if table is None:
            rest += [row.line for row in block]
        else:
            tables.append(table)
            rest += [row.line for row in around]
    return tables, rest


def _trimmed(block: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Return the lines that only stand close to a table, a short title above and a note below it, and the table's own."""
    start, end = 0, len(block)
    while start < end and len(block[start].pieces) == 1:
        start += 1
    while end > start and len(block[end - 1].pieces) == 1 and _ends_a_table(block[start:end]):
        end -= 1
    return block[:start] + block[end:], block[start:end]


def _ends_a_table(block: Sequence[_Row]) -> bool:
    """Return whether the last line, all in one piece, is a note, or runs over a gap between columns and so is text."""
    last = block[-1].line
    columns = _columns([row for row in block if len(row.pieces) >= _COLUMNS])
    over = sum(last.left < right and left < last.right for left, right in columns)
    return over > 1 or bool(_NOTE.match(last.text.strip()))


def _pieces(line: PageLine) -> tuple[PageLine, ...]:
    """Return what stands between the wide gaps of *line*; where that makes a row, narrower gaps part its cells too."""
    if len(line.text.split(None, 1)) == 1:
        return (line,)
    cuts = [match.span() for match in re.finditer(r"\s+", line.text)]
    wide = [(start, end) for start, end in cuts if line.edges[end] - line.edges[start] >= _GAP * line.size]
    if len(wide) + 1 >= _COLUMNS:
        wide = sorted([*wide, *((place, place) for place in _tight_cuts(line))])
    bounds = [0, *(place for cut in wide for place in cut), len(line.text)]
    spans = zip(bounds[::2], bounds[1::2], strict=True)
    return tuple(_part(line, start, end) for start, end in spans)


def _tight_cuts(line: PageLine) -> Iterator[int]:
    """Yield the places after characters that take more of the line than they are wide, where cells all but touch."""
    for place in range(1, len(line.text)):
        if line.text[place - 1].isspace() or line.text[place].isspace():
            continue
        if line.edges[place] - line.edges[place - 1] - _advance(line, place - 1) >= _TIGHT_GAP * line.size:
            yield place


def _advance(line: PageLine, index: int) -> float:
    """Return how wide a character of the line is at most by itself."""
    return line.size * (_HALF_WIDTH if ord(line.text[index]) < _FIRST_WIDE else 1)


def _part(line: PageLine, start: int, end: int) -> PageLine:
    right = min(line.edges[end], line.edges[end - 1] + _advance(line, end - 1)) if end < len(line.text) else line.edges[end]
    return PageLine(line.text[start:end], [*line.edges[start:end], right], line.top, line.bottom, line.size, line.page)


def _blocks(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Return the lines in stretches that may be a table or not; a line of one piece ends a stretch, unless it is short."""
    block: list[_Row] = []
    for row in rows:
        near = bool(block) and row.line.top - block[-1].line.bottom < 2 * row.line.size
        if not near or _is_text(row) or _is_text(block[-1]):
            yield block
            block = []
        block.append(row)
    yield block


def _is_text(row: _Row) -> bool:
    return bool(_UNIT_LINE.search(row.line.text)) or (len(row.pieces) == 1 and len(row.line.text) > 12)


def _table(block: list[_Row], before: PageTable | None) -> PageTable | None:
    full = [row for row in block if len(row.pieces) >= _COLUMNS]
    if len(full) < (1 if before else _ROWS) or len(block[-1].pieces) == 1:
        return None
    most = max(len(row.pieces) for row in full)
    columns = _columns([row for row in full if len(row.pieces) > 0.6 * most])
    pieces = [piece for row in full for piece in row.pieces]
    if len(columns) < _COLUMNS or sum(any(sign.isdigit() for sign in piece.text) for piece in pieces) < _DIGITS * len(pieces):
        return None
    if before is not None and len(full) < _ROWS and not _same_columns(before, columns):
        return None
    return _built(block, columns)


def _columns(rows: Sequence[_Row]) -> list[Span]:
    """Return the stretches of the line that the pieces of all rows cover together."""
    covered: list[Span] = []
    for left, right in sorted((piece.left, piece.right) for row in rows for piece in row.pieces):
        if covered and left < covered[-1][1]:
            covered[-1] = (covered[-1][0], max(covered[-1][1], right))
        else:
            covered.append((left, right))
    return covered


def _same_columns(table: PageTable, columns: Sequence[Span]) -> bool:
    if table.ruled or table.width != len(columns):
        return False
    places = zip(table.xs, table.xs[1:], columns, strict=False)
    return all(left - 12 < (start + end) / 2 < right + 12 for left, right, (start, end) in places)


def _built(block: Sequence[_Row], columns: Sequence[Span]) -> PageTable:
    xs = [columns[0][0], *((one[1] + other[0]) / 2 for one, other in zip(columns, columns[1:], strict=False)), columns[-1][1]]
    groups = _table_rows(block)
    ys = [group[0].line.top for group in groups] + [block[-1].line.bottom]
    page = block[0].line.page
    cells = []
    for index, group in enumerate(groups):
        held: list[list[PageLine]] = [[] for _ in columns]
        for row in group:
            for piece in row.pieces:
                held[_nearest(columns, (piece.left + piece.right) / 2)].append(piece)
        for column, pieces in enumerate(held):
            bbox = (xs[column], ys[index], xs[column + 1], ys[index + 1])
            cells.append(GridCell(index, column, 1, 1, bbox, page, joined(pieces), lines=len(pieces)))
    return PageTable(xs, ys, cells, page, ruled=False)


def _table_rows(block: Sequence[_Row]) -> list[list[_Row]]:
    """Return the lines that make up each row: closer to each other than rows are."""
    most = max(len(row.pieces) for row in block)
    tops = [row.line.top for row in block if len(row.pieces) >= most - 1]
    pitch = median([after - before for before, after in zip(tops, tops[1:], strict=False)]) if len(tops) > 1 else 0.0
    groups = [[block[0]]]
    for row in block[1:]:
        if row.line.top - groups[-1][-1].line.top < 0.75 * pitch:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _nearest(columns: Sequence[Span], x: float) -> int:
    return min(range(len(columns)), key=lambda index: max(columns[index][0] - x, x - columns[index][1]))
