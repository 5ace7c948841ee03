"""Tables of invented counties whose numbers agree, and errors planted in them; used by ``benchmarks/audit.py``."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Rows = list[list[str]]
TOWNS = ("东河镇", "西坪乡", "南岭镇", "北溪乡", "石桥镇", "龙潭镇", "青山乡")


def towns_with_total(r: random.Random) -> Rows:
    body = [[town, *(str(r.randint(*span)) for span in ((3, 19), (60, 240), (900, 4000)))] for town in TOWNS[: r.randint(4, 7)]]
    total = ["合计", *(str(sum(int(row[c]) for row in body)) for c in (1, 2, 3))]
    return [["乡镇", "学校数（所）", "教师数（人）", "学生数（人）"], *body, total]


def stages_with_sum_column(r: random.Random) -> Rows:
    body = []
    for town in TOWNS[: r.randint(4, 6)]:
        a, b = r.randint(200, 900), r.randint(100, 600)
        body.append([town, str(a + b), str(a), str(b)])
    return [["乡镇", "合计", "小学", "初中"], *body]


def two_years(r: random.Random) -> Rows:
    body = []
    for town in TOWNS[: r.randint(5, 7)]:
        a, b = r.randint(200, 900), r.randint(200, 900)
        body.append([town, str(a), str(b), str(b - a)])
    return [["乡镇", "2021年", "2022年", "增减"], *body]


def rates(r: random.Random) -> Rows:
    body = []
    for town in TOWNS[: r.randint(5, 7)]:
        a = r.randint(200, 900)
        b = r.randint(80, a)
        body.append([town, str(a), str(b), f"{100 * b / a:.1f}%"])
    return [["乡镇", "应训教师（人）", "已训教师（人）", "完成率"], *body]


TABLES: tuple[Callable[[random.Random], Rows], ...] = (towns_with_total, stages_with_sum_column, two_years, rates)


def plant_in_table(r: random.Random, rows: Sequence[Sequence[str]]) -> list[tuple[str, Rows]]:
    """Return the table with a number changed and with a row copied over another."""
    out: list[tuple[str, Rows]] = []
    body = range(1, len(rows) - (rows[-1][0] == "合计"))
    copy = [list(row) for row in rows]
    i, c = r.choice(body), r.randrange(1, len(rows[0]))
    cell = copy[i][c]
    value = float(cell.rstrip("%"))
    places = len(cell.rstrip("%").partition(".")[2])
    copy[i][c] = f"{value * 1.3 + 2:.{places}f}" + ("%" if cell.endswith("%") else "")
    out.append(("number", copy))
    i, j = r.sample(body, 2)
    copy = [list(row) for row in rows]
    copy[j] = [copy[j][0], *copy[i][1:]]
    out.append(("row", copy))
    return out
