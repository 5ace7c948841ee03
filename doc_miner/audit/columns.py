"""Columns of tables that hang together over the rows: totals so far (累计), and rates of one whole (累计达标学校, 达标率)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw
from doc_miner.audit.grids import Grid, figures_of, read_grids
from doc_miner.audit.values import Span, show

_SO_FAR = re.compile(r"累计|累积")
_RATE = re.compile(r"率|占比|比例|比重|%")
_LEAST_ROWS = 4
"""Least rows over which a relation between columns is sought: at most one of them may break it."""


def broken_columns(context: Context) -> Iterator[Flaw]:
    """Return the cells that break what holds in the other rows of two columns."""
    for grid in read_grids(context):
        if len(grid.values) >= _LEAST_ROWS:
            yield from _accumulated(context, grid)
            yield from _shares_of_one_whole(context, grid)


def _accumulated(context: Context, grid: Grid) -> Iterator[Flaw]:
    for c, head in enumerate(grid.heads):
        if not _SO_FAR.search(head):
            continue
        rows = [i for i, row in enumerate(grid.values) if row[c] is not None]
        for n in range(len(grid.heads)):
            steps = [(i, j) for i, j in zip(rows, rows[1:], strict=False) if n != c and grid.values[j][n] is not None]
            wrong = [(i, j) for i, j in steps if grid.values[i][c] + grid.values[j][n] != grid.values[j][c]]  # type: ignore[operator]
            adjacent = len(wrong) < 2 or wrong[0][1] == wrong[1][0]
            if len(steps) < 3 or not wrong or len(wrong) > 2 or len(steps) - len(wrong) < 2 or not adjacent:
                continue
            i, j = wrong[0]
            before, new, after = grid.values[i][c], grid.values[j][n], grid.values[j][c]
            assert before is not None and new is not None and after is not None
            figures, start, end = figures_of(context, grid.table, [(grid.rows[i], c), (grid.rows[j], n), (grid.rows[j], c)])
            yield Flaw(f"表中“{grid.labels[j]}”一行的“{head}”与上一行不符：{show(before)}＋{show(new)}＝{show(before + new)}，表中为{show(after)}。", figures, show(before + new), show(after), start, end)
            break


def _shares_of_one_whole(context: Context, grid: Grid) -> Iterator[Flaw]:
    rates = [c for c, head in enumerate(grid.heads) if _RATE.search(head + "".join(grid.table.rows[r][c] for r in grid.rows[:1]))]
    for c in rates:
        for a in range(len(grid.heads)):
            if a in rates:
                continue
            rows = [i for i, row in enumerate(grid.values) if row[a] and row[c]]
            if len(rows) < _LEAST_ROWS or len({grid.values[i][a] for i in rows}) < 3 or len({grid.values[i][c] for i in rows}) < 3:
                continue
            wholes = {i: _whole(grid, i, a, c) for i in rows}
            if _common(list(wholes.values())) is not None:
                continue
            odd = [(k, common) for k in rows if (common := _common([wholes[i] for i in rows if i != k])) is not None]
            if len(odd) != 1:
                continue
            k, common = odd[0]
            count, rate = grid.values[k][a] or Fraction(0), grid.values[k][c] or Fraction(0)
            figures, start, end = figures_of(context, grid.table, [(grid.rows[k], a), (grid.rows[k], c)])
            whole = common.low if common.low == common.high else Fraction(round((common.low + common.high) / 2))
            expected = show(count / whole * 100) + "%"
            yield Flaw(f"表中“{grid.labels[k]}”一行的“{grid.heads[c]}”与其他各行不合：其他各行的总数约为{show(whole)}，{show(count)}÷{show(whole)}＝{expected}，表中为{show(rate)}%。", figures, expected, show(rate) + "%", start, end)


def _whole(grid: Grid, i: int, a: int, c: int) -> Span:
    """Return of how much a count is the rate beside it."""
    count, rate = grid.values[i][a] or Fraction(0), grid.values[i][c] or Fraction(0)
    room = Fraction(1, 2 * 10 ** grid.places(i, c)) if rate != 100 or grid.places(i, c) else Fraction(0)
    return Span(count * 100 / (rate + room), count * 100 / max(rate - room, Fraction(1, 10**6)))


def _common(spans: list[Span]) -> Span | None:
    low, high = max(s.low for s in spans), min(s.high for s in spans)
    return Span(low, high) if low <= high and low > 0 else None
