"""Tables: rows and columns against their totals, differences of two years, rates, rows that stand twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw
from doc_miner.audit.grids import Grid, figures_of, read_grids
from doc_miner.audit.values import show
from doc_miner.textfold import fold

_TOTAL = re.compile(r"(?:合\s?计|总\s?计|小\s?计|共\s?计|总数|总人数|总量|总额|(?:全县|全区|全市)(?:合计|总计|小计)?|[两三四五]年(?:合计|累计)?)(?:[(].*)?")
_TOTAL_OF = re.compile(r"[一-鿿]{2,6}(?:总数|总人数|合计|总计|总额)(?:[(].*)?")
"""The head of a column that sums others if most of its rows do (教师总数)."""
_SUBTOTAL = re.compile(r"小\s?计")
_AMONG = re.compile(r"^其中|^(?:其)?中[:：]|^#|女生|女教师|女$|寄宿生")
_NOT_ADDED = re.compile(r"率|比|均|平均|系数|占|每|年份|序号|编号|名次|排名|得分|分数|评分|完成时间|%|面积/|单价|年度$|^年$")
_DIFFERENCE = re.compile(r"增减(?!率|幅|%|[(]%)|净增|增量|变化(?!率)|差额|增加数|减少数|比上年增|较上年增|增减数")
_DERIVED = re.compile(r"增|减|变化|差|净|率|占|比|%|幅|均|空编|缺|结余|剩余|余额|超|短|富余|需")
"""Heads of columns that may be drawn from two others."""
_MOST_COLUMNS = 12
"""Most columns among which the two that give a third are sought."""


def wrong_totals(context: Context) -> Iterator[Flaw]:
    """Return the totals of rows and columns that their members do not give."""
    for grid in read_grids(context):
        yield from _column_totals(context, grid)
        yield from _row_totals(context, grid)


def _column_totals(context: Context, grid: Grid) -> Iterator[Flaw]:
    last_total = -1
    for i, label in enumerate(grid.labels):
        name = fold(label).strip()
        if not _TOTAL.fullmatch(name.split(" ")[-1] if name else ""):
            continue
        groups = _member_rows(grid, i, last_total)
        if _SUBTOTAL.search(name):
            last_total = i
        columns = [c for c in range(len(grid.heads)) if grid.values[i][c] is not None and not _NOT_ADDED.search(grid.heads[c])]
        wrong: list[tuple[int, list[int]]] = []
        right = 0
        for c in columns:
            sums = [members for members in groups if len(members) >= 2 and all(grid.values[m][c] is not None for m in members)]
            if not sums:
                continue
            if any(abs(_sum(grid, members, c) - (grid.values[i][c] or 0)) <= _room(grid, [*members, i], c) for members in sums):
                right += 1
            else:
                wrong.append((c, sums[0]))
        for c, members in wrong:
            summed, stated = _sum(grid, members, c), grid.values[i][c] or Fraction(0)
            if right < len(wrong) and not (stated and Fraction(1, 2) <= summed / stated <= 2 and len(wrong) <= 1 + right):
                continue
            figures, start, end = figures_of(context, grid.table, [*((grid.rows[m], c) for m in members), (grid.rows[i], c)])
            head = re.sub(r"\s", "", grid.heads[c]) or f"第{c + 1}列"
            shown = "＋".join(show(grid.values[m][c] or 0) for m in members)
            yield Flaw(f"表中“{head}”一列的“{name}”与各行之和不符：{shown}＝{show(summed)}，表中为{show(stated)}，相差{show(abs(summed - stated))}。", figures, show(summed), show(stated), start, end)


def _member_rows(grid: Grid, total: int, last_total: int) -> list[list[int]]:
    """Return which rows a total may be the sum of, the likeliest first."""
    def plain(rows: range) -> list[int]:
        return [r for r in rows if not _AMONG.search(grid.labels[r]) and not _TOTAL.fullmatch(fold(grid.labels[r]).strip().split(" ")[-1] if grid.labels[r] else "")]

    above, below = plain(range(last_total + 1, total)), plain(range(total + 1, len(grid.labels)))
    subtotals = [r for r, label in enumerate(grid.labels) if r != total and _SUBTOTAL.search(label)]
    out = [above] if above else [below]
    out += [plain(range(total)), below] if above else []
    if subtotals:
        out = [subtotals, plain(range(len(grid.labels))), *out]
    return [rows for rows in out if rows]


def _sum(grid: Grid, rows: Sequence[int], c: int) -> Fraction:
    return sum((grid.values[r][c] or Fraction(0) for r in rows), Fraction(0))


def _room(grid: Grid, rows: Sequence[int], c: int) -> Fraction:
    """Return how far rounding of the cells can move a sum."""
    places = max((len(fold(grid.table.rows[grid.rows[r]][c]).strip().rstrip("%").partition(".")[2]) for r in rows), default=0)
    return Fraction(len(rows), 2 * 10**places) if places else Fraction(0)


def _row_totals(context: Context, grid: Grid) -> Iterator[Flaw]:
    for c, head in enumerate(grid.heads):
        own = head[len(grid.groups[c]) :] if head != grid.groups[c] and head.startswith(grid.groups[c]) else head
        named = _TOTAL.fullmatch(own) is not None
        if not named and not _TOTAL_OF.fullmatch(own) or _NOT_ADDED.search(head):
            continue
        members = _member_columns(grid, c)
        usable = [i for i in range(len(grid.values)) if grid.values[i][c] is not None and all(grid.values[i][m] is not None for m in members)]
        if len(members) < 2 or not usable:
            continue
        wrong = [i for i in usable if abs(sum((grid.values[i][m] or Fraction(0) for m in members), Fraction(0)) - (grid.values[i][c] or 0)) > _room_of_row(grid, i, [*members, c])]
        if not wrong or not named and len(usable) - len(wrong) < 2 or len(wrong) * 2 > len(usable) and len(usable) > 1:
            continue
        for i in wrong:
            summed, stated = sum((grid.values[i][m] or Fraction(0) for m in members), Fraction(0)), grid.values[i][c] or Fraction(0)
            if len(usable) == 1 and not (stated and Fraction(1, 2) <= summed / stated <= 2):
                continue
            figures, start, end = figures_of(context, grid.table, [*((grid.rows[i], m) for m in members), (grid.rows[i], c)])
            shown = "＋".join(show(grid.values[i][m] or 0) for m in members)
            yield Flaw(f"表中“{grid.labels[i]}”一行的“{own}”与各列之和不符：{shown}＝{show(summed)}，表中为{show(stated)}，相差{show(abs(summed - stated))}。", figures, show(summed), show(stated), start, end)


def _room_of_row(grid: Grid, i: int, columns: Sequence[int]) -> Fraction:
    places = max(len(fold(grid.table.rows[grid.rows[i]][c]).strip().partition(".")[2]) for c in columns)
    return Fraction(len(columns), 2 * 10**places) if places else Fraction(0)


def _member_columns(grid: Grid, total: int) -> list[int]:
    """Return the columns that a total column sums: those of its own head group, else those on one side of it."""
    def usable(c: int) -> bool:
        tail = grid.heads[c].removeprefix(grid.groups[c])
        return any(row[c] is not None for row in grid.values) and not _NOT_ADDED.search(grid.heads[c]) and not _AMONG.search(tail or grid.heads[c]) and not _TOTAL.fullmatch(grid.heads[c]) and "备注" not in grid.heads[c]

    grouped = grid.heads[total] != grid.groups[total]
    pool = [c for c in range(len(grid.heads)) if c != total and usable(c) and (not grouped or grid.groups[c] == grid.groups[total])]
    right, left = [c for c in pool if c > total], [c for c in pool if c < total]
    stop = next((n for n, c in enumerate(right) if _DIFFERENCE.search(grid.heads[c])), len(right))
    return right[:stop] if len(right[:stop]) >= 2 else left if len(left) >= 2 else []


def wrong_differences(context: Context) -> Iterator[Flaw]:
    """Return the cells of a difference column (增减) or rate column (达标率) that two other columns do not give, where most rows do."""
    for grid in read_grids(context):
        numeric = [c for c in range(len(grid.heads)) if sum(row[c] is not None for row in grid.values) >= 2]
        for c in numeric:
            if _DERIVED.search(grid.heads[c]):
                near = sorted((k for k in numeric if k != c), key=lambda k: abs(k - c))[:_MOST_COLUMNS]
                yield from _derived(context, grid, c, sorted(near))


def _derived(context: Context, grid: Grid, c: int, others: Sequence[int]) -> Iterator[Flaw]:
    """Find the two columns that give a third in most rows, and return the rows where they do not."""
    best: tuple[int, int, int, str, list[int]] | None = None
    for a in others:
        for b in others:
            if a == b:
                continue
            for kind in ("−", "÷", "%"):
                rows = [i for i in range(len(grid.values)) if None not in (grid.values[i][a], grid.values[i][b], grid.values[i][c])]
                if len(rows) < 3:
                    continue
                wrong = [i for i in rows if not _holds(grid, i, a, b, c, kind)]
                if len(rows) - len(wrong) >= max(2, 2 * len(wrong)) and len(wrong) <= max(1, len(rows) // 4) and (best is None or len(wrong) < len(best[4])):
                    best = (a, b, c, kind, wrong)
    if best is None:
        return
    a, b, c, kind, wrong = best
    for i in wrong:
        left, right, stated = (grid.values[i][k] or Fraction(0) for k in (a, b, c))
        result = _compute(left, right, kind)
        if result is None:
            continue
        sign = "%" if kind != "−" and "%" in grid.table.rows[grid.rows[i]][c] + grid.heads[c] else ""
        operation = {"−": f"{show(left)}－{show(right)}", "÷": f"{show(left)}÷{show(right)}", "%": f"（{show(left)}－{show(right)}）÷{show(right)}"}[kind]
        figures, start, end = figures_of(context, grid.table, [(grid.rows[i], k) for k in (a, b, c)])
        head = re.sub(r"\s", "", grid.heads[c])
        factor = 100 if sign or kind != "−" and stated and abs(result) < abs(stated) / 20 else 1
        shown = show(result * factor)
        yield Flaw(f"表中“{grid.labels[i]}”一行的“{head}”与其他各列不符：{operation}＝{shown}{sign}，表中为{show(stated)}{sign}。", figures, shown + sign, show(stated) + sign, start, end)


def _compute(a: Fraction, b: Fraction, kind: str) -> Fraction | None:
    if kind == "−":
        return a - b
    if not b:
        return None
    return a / b if kind == "÷" else (a - b) / b


def _holds(grid: Grid, i: int, a: int, b: int, c: int, kind: str) -> bool:
    left, right, stated = grid.values[i][a], grid.values[i][b], grid.values[i][c]
    assert left is not None and right is not None and stated is not None
    result = _compute(left, right, kind)
    if result is None:
        return stated == 0
    places = len(fold(grid.table.rows[grid.rows[i]][c]).strip().rstrip("%").partition(".")[2])
    room = Fraction(1, 10**places) if places or kind != "−" else Fraction(0)
    if kind == "−" and (left == stated or right == stated) and result == 0:
        return False
    return any(abs(result * factor - stated) <= room for factor in ((1,) if kind == "−" else (1, 100)))


def _misses_totals(grid: Grid) -> bool:
    """Return whether the last row is a total that no column of counts comes to: then even small numbers that stand twice were copied."""
    last = len(grid.values) - 1
    name = fold(grid.labels[last]).strip().split(" ")[-1] if grid.labels[last] else ""
    if not _TOTAL.fullmatch(name) or any(_TOTAL.fullmatch(fold(label).strip()) for label in grid.labels[:last]):
        return False
    columns = [c for c in range(len(grid.heads)) if not _NOT_ADDED.search(grid.heads[c]) and all(row[c] is not None for row in grid.values)]
    members = list(range(last))
    return len(columns) >= 2 and sum(_sum(grid, members, c) != grid.values[last][c] for c in columns) >= 2


def repeated_rows(context: Context) -> Iterator[Flaw]:
    """Return the rows whose numbers are those of another row throughout: one of them was copied."""
    for grid in read_grids(context):
        seen: dict[tuple[Fraction | None, ...], int] = {}
        for i, row in enumerate(grid.values):
            numbers = [v for v in row if v is not None]
            if len(numbers) < 2 or len(set(numbers)) < 2:
                continue
            key = tuple(row)
            telling = max(numbers) >= 20 or any(v.denominator > 1 for v in numbers)
            digits = sum(len(re.sub(r"\D", "", cell).lstrip("0")) for cell in {fold(grid.table.rows[grid.rows[i]][c]) for c, v in enumerate(row) if v is not None})
            if key in seen and (len(set(numbers)) >= 3 and telling or digits >= 6 and telling or _misses_totals(grid)) and not _TOTAL.search(grid.labels[i]) and not _TOTAL.search(grid.labels[seen[key]]):
                first = seen[key]
                columns = [c for c, v in enumerate(row) if v is not None]
                figures, _, end = figures_of(context, grid.table, [(grid.rows[i], c) for c in columns])
                start = next((cell.start for cell in grid.table.cells[grid.rows[first]] if cell is not None), grid.table.start)
                yield Flaw(f"表中“{grid.labels[i]}”一行的数字与“{grid.labels[first]}”一行完全相同，可能重复抄录。", figures, None, None, start, end)
            seen.setdefault(key, i)
