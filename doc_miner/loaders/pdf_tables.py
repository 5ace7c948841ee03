"""Make tables from ruling lines: the grid, its merged cells, and the text in each.

A table is a group of rules that cross each other. The rules make a fine grid; two fields of
it with no rule between them belong to one cell, which gives merged cells at once and does
without the outer verticals that official tables often leave open.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from doc_miner.loaders.pdf_lines import PageLine, joined, lines_of
from doc_miner.loaders.pdf_rules import Rules
from doc_miner.loaders.pdf_runs import Run
from doc_miner.loaders.pdf_wrap import cannot_begin, room_needed
from doc_miner.source import BBox

Rule = tuple[float, float, float]
_NEAR = 3.0
"""Rules closer than this are one, and ends closer than this meet."""
_SHORTEST = 6.0
_MOST_RULES = 2000
_ARTICLE = 500
"""Characters that make one cell an article in a frame, where it also holds most of the text."""


@dataclass(slots=True)
class GridCell:
    """A cell at its place in the grid, with its text and how that is set: number of lines, room left in the last one.

    ``first_need`` is the room that the beginning of the text would have needed in a line before it.
    """

    row: int
    column: int
    rowspan: int
    colspan: int
    bbox: BBox
    page: int = 0
    text: str = ""
    lines: int = 0
    room_left: float = 0.0
    first_need: float = 0.0


@dataclass(slots=True)
class PageTable:
    """The part of a table that stands on one page; ``xs`` and ``ys`` are the bounds of its columns and rows."""

    xs: list[float]
    ys: list[float]
    cells: list[GridCell]
    page: int = 0
    header_rows: int = 0
    ruled: bool = True

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.ys[0]

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.ys[-1]

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.ys) - 1

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.xs) - 1


def take_tables(rules: Rules, runs: list[Run], page: int, most_cells: int) -> tuple[list[PageTable], list[Run]]:
    """Return the tables of a page with their text, and the runs that stand in none.

    A frame around text, a box of one column, and rules with next to nothing between them are no
    tables. A table of one row is returned as well: it may go on from the page before.
    """
    tables = []
    for table in _grids(rules, most_cells):
        inside = [run for run in runs if _stands_in(run, table)]
        _fill(table, inside)
        if _is_data(table):
            table.page = page
            for cell in table.cells:
                cell.page = page
            taken = {id(run) for run in inside}
            runs = [run for run in runs if id(run) not in taken]
            tables.append(table)
    return tables, runs


def _is_data(table: PageTable) -> bool:
    filled = [len(cell.text) for cell in table.cells if cell.text]
    if table.width < 2 or len(filled) < 2:
        return False
    return not (max(filled) > _ARTICLE and max(filled) * 10 > sum(filled) * 6)


# --- rules to grids ----------------------------------------------------------------------------
def _grids(rules: Rules, most_cells: int) -> Iterator[PageTable]:
    """Return the grids on a page, smaller ones first, so that a table inside a cell keeps its text."""
    across, down = _merged(rules.across), _merged(rules.down)
    if not across or not down or len(across) + len(down) > _MOST_RULES:
        return
    found = []
    for group_across, group_down in _crossing(across, down):
        xs = _bounds([x for x, _, _ in group_down], [end for _, left, right in group_across for end in (left, right)])
        ys = _bounds([y for y, _, _ in group_across], [end for _, top, bottom in group_down for end in (top, bottom)])
        if len(xs) > 2 and len(ys) > 1 and (len(xs) - 1) * (len(ys) - 1) <= most_cells:
            found.append(PageTable(xs, ys, _cells(xs, ys, group_across, group_down)))
    yield from sorted(found, key=lambda table: (table.xs[-1] - table.xs[0]) * (table.bottom - table.top))


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Return rules with those on one line snapped together and joined where they meet."""
    merged: list[Rule] = []
    for group in _clusters(sorted(rules)):
        at = sum(rule[0] for rule in group) / len(group)
        start, end = group[0][1:]
        for _, first, last in sorted(group, key=lambda rule: rule[1]):
            if first <= end + _NEAR + 1:  # the gaps of a dashed line are a little wider
                start, end = min(start, first), max(end, last)
            else:
                merged.append((at, start, end))
                start, end = first, last
        merged.append((at, start, end))
    return [rule for rule in merged if rule[2] - rule[1] >= _SHORTEST]


def _clusters(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Return sorted rules in groups that lie on one line."""
    group: list[Rule] = []
    for rule in rules:
        if group and rule[0] - group[0][0] > _NEAR:
            yield sorted(group, key=lambda one: one[1])
            group = []
        group.append(rule)
    if group:
        yield sorted(group, key=lambda one: one[1])


def _crossing(across: Sequence[Rule], down: Sequence[Rule]) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Return the groups of rules that hang together."""
    group = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for i, (y, left, right) in enumerate(across):
        for j, (x, top, bottom) in enumerate(down, len(across)):
            if left - _NEAR <= x <= right + _NEAR and top - _NEAR <= y <= bottom + _NEAR:
                group[root(i)] = root(j)
    members: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for index in range(len(group)):
        is_down = index >= len(across)
        members[root(index)][is_down].append(down[index - len(across)] if is_down else across[index])
    for one, other in members.values():
        if one and other:
            yield one, other


def _bounds(rules: Sequence[float], ends: Sequence[float]) -> list[float]:
    """Return where columns (or rows) begin and end: at the rules, and where the rules across them end."""
    places: list[float] = []
    for place in sorted(rules):
        if not places or place - places[-1] > _NEAR:
            places.append(place)
    if min(ends) < places[0] - 2 * _NEAR:
        places.insert(0, min(ends))
    if max(ends) > places[-1] + 2 * _NEAR:
        places.append(max(ends))
    return places


def _cells(xs: list[float], ys: list[float], across: Sequence[Rule], down: Sequence[Rule]) -> list[GridCell]:
    """Return the cells: the fields of the grid, joined where no rule parts them."""
    width, height = len(xs) - 1, len(ys) - 1
    closed_right = _walls(xs, ys, down)
    closed_below = _walls(ys, xs, across)
    seen: set[tuple[int, int]] = set()
    cells: list[GridCell] = []

    def joins_below(low: int, column: int, right: int) -> bool:
        """Return whether the fields below belong to the same cell: no rule above, beside or already in one."""
        columns = range(column, right + 1)
        if any((low + 1, at) in closed_below or (low + 1, at) in seen for at in columns):
            return False
        return not any((at, low + 1) in closed_right for at in columns[1:])

    for row in range(height):
        for column in range(width):
            if (row, column) in seen:
                continue
            right, low = column, row
            while right + 1 < width and (right + 1, row) not in closed_right and (row, right + 1) not in seen:
                right += 1
            while low + 1 < height and joins_below(low, column, right):
                low += 1
            seen.update((r, c) for r in range(row, low + 1) for c in range(column, right + 1))
            bbox = (xs[column], ys[row], xs[right + 1], ys[low + 1])
            cells.append(GridCell(row, column, low - row + 1, right - column + 1, bbox))
    return cells


def _walls(places: list[float], steps: list[float], rules: Sequence[Rule]) -> set[tuple[int, int]]:
    """Return (place, step) for each side of a field that a rule closes.

    The rules lie at *places*; a side is closed where rules cover most of the step.
    """
    covered: dict[tuple[int, int], float] = defaultdict(float)
    for at, start, end in rules:
        place = min(range(len(places)), key=lambda index: abs(places[index] - at))
        first = max(0, bisect_right(steps, start) - 1)
        for step in range(first, len(steps) - 1):
            shared = min(end, steps[step + 1]) - max(start, steps[step])
            if shared > 0:
                covered[place, step] += shared
            elif steps[step] > end:
                break
    return {(place, step) for (place, step), length in covered.items() if length >= 0.6 * (steps[step + 1] - steps[step])}


# --- text into cells ---------------------------------------------------------------------------
def _stands_in(run: Run, table: PageTable) -> bool:
    x, y = (run.left + run.right) / 2, (run.top + run.bottom) / 2
    return table.xs[0] <= x <= table.xs[-1] and table.ys[0] <= y <= table.ys[-1]


def _fill(table: PageTable, runs: Sequence[Run]) -> None:
    """Give every cell its text; a run goes where its middle is, so that text too long for its cell stays whole."""
    owner = {
        (row, column): cell
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for column in range(cell.column, cell.column + cell.colspan)
    }
    held: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        for part in _parts(run, table.xs):
            row = _place(table.ys, (part.top + part.bottom) / 2)
            column = _place(table.xs, (part.left + part.right) / 2)
            held[id(owner[row, column])].append(part)
    lines = {key: lines_of(parts) for key, parts in held.items()}
    padding = _padding([line.left - cell.bbox[0] for cell in table.cells for line in lines.get(id(cell), ())])
    for cell in table.cells:
        if id(cell) in lines:
            _set_text(cell, lines[id(cell)], cell.bbox[2] - cell.bbox[0] - 2 * padding)


def _padding(gaps: list[float]) -> float:
    """Return the space that the table keeps free at the left of its cells."""
    inner = sorted(gap for gap in gaps if gap >= 0)
    return inner[len(inner) // 10] if inner else 0.0


def _place(bounds: Sequence[float], at: float) -> int:
    return min(max(bisect_right(bounds, at) - 1, 0), len(bounds) - 2)


def _parts(run: Run, xs: Sequence[float]) -> list[Run]:
    """Return a run that reaches over a rule cut where the file begins a new string, and at spaces.

    Some writers put a whole row into one string; some cells are just as wide as their text.
    """
    if run.sideways or _place(xs, run.left + 1) == _place(xs, run.right - 1):
        return [run]
    bounds = [0, *run.seams, len(run.text)]
    words = [match.span() for start, end in pairwise(bounds) for match in re.compile(r"\S+").finditer(run.text, start, end)]
    return [Run(run.text[start:end], run.edges[start : end + 1], run.top, run.bottom) for start, end in words]


def _set_text(cell: GridCell, lines: Sequence[PageLine], room: float) -> None:
    """Set the text of a cell: lines that its width (*room*) broke are joined, a line that ends early ends a line of the cell."""
    if not lines:
        return
    stacked = all(len(line.text) <= 2 for line in lines)
    parts = [[lines[0]]]
    for line in lines[1:]:
        last = parts[-1][-1]
        if stacked or cannot_begin(line.text) or room - (last.right - last.left) < _need(line):
            parts[-1].append(line)
        else:
            parts.append([line])
    cell.text = "\n".join(joined(part) for part in parts)
    cell.lines = len(lines)
    cell.room_left = room - (lines[-1].right - lines[-1].left)
    cell.first_need = _need(lines[0])


def _need(line: PageLine) -> float:
    return room_needed(line.text, line.edges) + 0.5 * line.size
