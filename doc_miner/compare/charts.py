"""The charts of a report, drawn when it is made: nothing is left for the reader's browser to compute, and paper shows the same.

Every chart is as wide as the text of an A4 page. Texts are escaped where they are drawn (`doc_miner.compare.svg`).
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date

from doc_miner.compare.comparison import Comparison, Moved
from doc_miner.compare.places import Place
from doc_miner.compare.svg import SOFT, Drawing, breadth, log_ticks, number, scale, ticks
from doc_miner.dataset.describe import STATUS

WIDTH = 690
"""Pixels: 182 mm at 96 dpi, which is what the margins of an A4 page leave."""
BLUE, ORANGE, GREY, RED = "#2b6cb0", "#dd6b20", "#a0aec0", "#c53030"
STATUS_COLOURS = {"done": "#2f855a", "ongoing": "#d69e2e", "planned": BLUE}
MOST_ROWS = 40
"""Rows of a heat map or dumbbells that fit on a page."""
_MOST_MAPS, _MOST_UNITS, _DUMBBELLS = 2, 3, 24
_WIDE_BEYOND = 100
"""Ratio of the largest to the smallest value from which an axis is logarithmic."""
_PALE, _DARK = (219, 234, 254), (30, 78, 140)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, what a reader must know to read it, and its picture as SVG."""

    title: str
    note: str
    svg: str

    def _repr_html_(self) -> str:
        """Return what Jupyter shows."""
        return f"<figure><figcaption><b>{html.escape(self.title)}</b>　{html.escape(self.note)}</figcaption>{self.svg}</figure>"


def label(text: str, most: int = 14) -> str:
    """Return *text* shortened to a label.

    >>> label("青岚县人民政府", 6)
    '青岚县人民…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def names_of(places: Sequence[Place]) -> dict[Place, str]:
    """Return a label for each place: its name, with what lies above it where two have the same."""
    count = Counter(place.name for place in places)
    return {place: label(place.name if count[place.name] == 1 else f"{(place.city or place.province or '')[:4]}{place.name}" + (f" {place.code}" if place.code else "")) for place in places}


def bars(title: str, note: str, rows: Sequence[tuple[str, int, int]], unit: str, part: str = "", links: Mapping[str, str] | None = None) -> list[Chart]:
    """Return a chart of bars, one for each of *rows*: name, count in *unit* and how many of them are *part*, which is drawn in another colour."""
    if not rows:
        return []
    left, row = max(breadth(name) for name, _, _ in rows) + 16, 22
    top = 30 if part else 8
    drawing = Drawing(WIDTH, top + row * len(rows) + 8, title)
    across = scale(0, max(count for _, count, _ in rows) or 1, left, WIDTH - 60)
    if part:
        _legend(drawing, left, [(BLUE, "找到措施" if part == "没有找到措施" else "其余", False), (ORANGE, part, False)])
    for at, (name, count, inside) in enumerate(rows):
        y = top + row * at
        drawing.text(left - 8, y + row / 2, name, anchor="end", href=(links or {}).get(name, ""))
        drawing.rect(left, y + 3, across(count - inside) - left, row - 6, BLUE, tip=f"{name}：{count} {unit}")
        if inside:
            drawing.rect(across(count - inside), y + 3, across(count) - across(count - inside), row - 6, ORANGE, tip=f"{name}：{part} {inside} {unit}")
        drawing.text(across(count) + 6, y + row / 2, f"{count}" + (f"（{inside}）" if inside else ""), colour=SOFT)
    return [Chart(title, note, str(drawing))]


def heat_maps(title: str, counts: Mapping[tuple[Place, str], int], places: Sequence[Place], columns: Mapping[str, str], what: str, links: Mapping[str, str] | None = None) -> list[Chart]:
    """Return maps of region × column with the counts written in their cells; regions beyond 80 are left to the tables, which the note says."""
    shown = [code for code in columns if any(counts.get((place, code)) for place in places)]
    totals = {place: sum(counts.get((place, code), 0) for code in shown) for place in places}
    ranked = set(sorted(places, key=lambda place: -totals[place])[: MOST_ROWS * _MOST_MAPS])
    rows = [place for place in places if place in ranked]
    if not shown or not rows or not any(totals.values()):
        return []
    note = f"格中是{what}，空格为没有找到。" + (f"共 {len(places)} 个地区，只画最多的 {len(rows)} 个。" if len(rows) < len(places) else "")
    most = max(counts.get((place, code), 0) for place in rows for code in shown)
    out = []
    for at in range(0, len(rows), MOST_ROWS):
        name = title + (f"（{at // MOST_ROWS + 1}）" if len(rows) > MOST_ROWS else "")
        out.append(Chart(name, note, _map(name, rows[at : at + MOST_ROWS], {code: columns[code] for code in shown}, counts, most, what, links or {})))
    return out


def _map(title: str, rows: Sequence[Place], columns: Mapping[str, str], counts: Mapping[tuple[Place, str], int], most: int, what: str, links: Mapping[str, str]) -> str:
    labels, heads = names_of(rows), {code: label(name, 9) for code, name in columns.items()}
    left, right = max(breadth(text) for text in labels.values()) + 12, max(12, breadth(list(heads.values())[-1]) * 0.57 - 8)
    column, row = min(56.0, (WIDTH - left - right) / len(columns)), 20
    top = max(breadth(text) for text in heads.values()) * 0.82 + 22
    drawing = Drawing(WIDTH, top + row * len(rows) + 6, title)
    for across, (code, text) in enumerate(heads.items()):
        drawing.text(left + column * (across + 0.5), top - 10, text, turned=-55, href=links.get(code, ""))
    for down, place in enumerate(rows):
        y = top + row * down
        drawing.text(left - 8, y + row / 2, labels[place], anchor="end")
        drawing.rect(left, y, column * len(columns), row - 1, "#f7fafc")
        for across, code in enumerate(columns):
            if count := counts.get((place, code), 0):
                share = (count / most) ** 0.7
                colour = "#" + "".join(f"{round(pale + (dark - pale) * share):02x}" for pale, dark in zip(_PALE, _DARK, strict=True))
                drawing.rect(left + column * across, y, column - 1, row - 1, colour, tip=f"{labels[place]}，{columns[code]}：{what} {count}")
                drawing.text(left + column * (across + 0.5), y + row / 2, str(count), anchor="middle", size=11, colour="#fff" if share > 0.45 else "")
    return str(drawing)


def dumbbells(movements: Iterable[Moved]) -> list[Chart]:
    """Return before/after charts, one for each of the units that occur most; the widest movements first."""
    by_unit: dict[str, dict[tuple[Place, str, float, float], Moved]] = {}
    for moved in movements:
        if moved.ends:
            before, after, unit = moved.ends
            by_unit.setdefault(unit, {}).setdefault((moved.source.place, moved.subject, before, after), moved)
    return [_dumbbell(unit, list(found.values())) for unit, found in sorted(by_unit.items(), key=lambda item: -len(item[1]))[:_MOST_UNITS]]


def _dumbbell(unit: str, found: Sequence[Moved]) -> Chart:
    ranked = sorted(found, key=lambda moved: -_ratio(moved))[:_DUMBBELLS]
    ranked.sort(key=lambda moved: (moved.source.number, moved.change_id))
    labels = names_of(list(dict.fromkeys(moved.source.place for moved in ranked)))
    documents = Counter(place for place, _ in {(moved.source.place, moved.source.number) for moved in ranked})
    years = {moved.source.number: f" {moved.source.year}" if documents[moved.source.place] > 1 and moved.source.year else "" for moved in ranked}
    names = [f"{labels[moved.source.place]}{years[moved.source.number]} {label(moved.subject or '（对象不明）', 14)}" for moved in ranked]
    told = [f"{moved.before.text if moved.before else ''} → {moved.after.text if moved.after else ''}" for moved in ranked]
    left, right, top, row = max(map(breadth, names)) + 16, min(max(map(breadth, told)), 170) + 24, 34, 24
    ends = [moved.ends[:2] for moved in ranked if moved.ends]
    values = [value for pair in ends for value in pair]
    log = min(values) > 0 and max(values) / min(values) > _WIDE_BEYOND
    title, height = f"变化前后对比（{unit or '无单位'}）", top + row * len(ranked)
    drawing = Drawing(WIDTH, height + 44, title)
    place = _axis(drawing, values, (left, WIDTH - right), (top, height), (f"单位：{unit}" if unit else "无单位") + ("（对数刻度）" if log else ""), log=log)
    _legend(drawing, left, [(ORANGE, "变化前", True), (BLUE, "变化后", False)])
    for at, (moved, name, text, (before, after)) in enumerate(zip(ranked, names, told, ends, strict=True)):
        y = top + row * (at + 0.5)
        tip = f"{moved.sentence}\n{moved.source.title}" + (f"，第{moved.page}页" if moved.page else "")
        drawing.text(left - 10, y, name, anchor="end")
        drawing.line(place(before), y, place(after), y, GREY, 3)
        drawing.dot(place(before), y, 5, ORANGE, hollow=True, tip=tip, href=f"#d{moved.source.number}")
        drawing.dot(place(after), y, 5, BLUE, tip=tip, href=f"#d{moved.source.number}")
        drawing.text(WIDTH - right + 14, y, label(text, 24), size=11, colour=SOFT)
    note = f"每行一次变化，空心为变化前，实心为变化后；原句见各类别的“数据的变化”。共 {len(found)} 次" + (f"，只画变化最大的 {len(ranked)} 次。" if len(ranked) < len(found) else "。")
    return Chart(title, note, str(drawing))


def _axis(drawing: Drawing, values: Sequence[float], across: tuple[float, float], down: tuple[float, float], title: str, *, log: bool) -> Callable[[float], float]:
    low, high = min(values), max(values)
    if log:
        low, high = low / 1.3, high * 1.3
    else:
        low = 0.0 if 0 <= low < high * 0.6 else low
        room = (high - low) * 0.04 or 1.0
        low, high = low if low == 0 else low - room, high + room
    place = scale(low, high, *across, log=log)
    for value in log_ticks(low, high) if log else ticks(low, high):
        drawing.line(place(value), down[0], place(value), down[1])
        drawing.text(place(value), down[1] + 12, number(value), anchor="middle", size=11, colour=SOFT)
    drawing.text((across[0] + across[1]) / 2, down[1] + 30, title, anchor="middle", colour=SOFT)
    return place


def _legend(drawing: Drawing, x: float, marks: Sequence[tuple[str, str, bool]]) -> None:
    for colour, text, hollow in marks:
        drawing.dot(x + 6, 14, 5, colour, hollow=hollow)
        drawing.text(x + 17, 14, text)
        x += breadth(text) + 40


def _ratio(moved: Moved) -> float:
    before, after, _ = moved.ends or (0.0, 0.0, "")
    return abs(after - before) / (max(abs(before), abs(after)) or 1)


def timeline(comparison: Comparison) -> list[Chart]:
    """Return when measures are due: one row a region, one dot a day and status, as large as the measures are many."""
    counts: Counter[tuple[Place, Date, str]] = Counter()
    for place, deadline, status, _ in {(s.source.place, s.deadline, s.status, s.measure_id) for s in comparison.steps if s.deadline}:
        counts[place, Date.fromisoformat(str(deadline)), status] += 1
    if not counts:
        return []
    due = Counter(place for place, _, _ in counts.elements())
    ranked = set(sorted(due, key=lambda place: -due[place])[:MOST_ROWS])
    rows = {place: number for number, place in enumerate(place for place in comparison.places if place in ranked)}
    labels = names_of(list(rows))
    left, top, row = max(map(breadth, labels.values())) + 16, 34, 22
    height = top + row * len(rows)
    drawing = Drawing(WIDTH, height + 30, "完成时限")
    days = [day.toordinal() for place, day, _ in counts if place in rows]
    across = scale(min(days) - 20, max(days) + 20, left, WIDTH - 30)
    for mark, text in _months(min(days) - 20, max(days) + 20):
        drawing.line(across(mark), top, across(mark), height)
        drawing.text(across(mark), height + 12, text, anchor="middle", size=11, colour=SOFT)
    for place, at in rows.items():
        drawing.line(left, top + row * (at + 0.5), WIDTH - 30, top + row * (at + 0.5), "#f1f5f9")
        drawing.text(left - 10, top + row * (at + 0.5), labels[place], anchor="end")
    for (place, day, status), count in sorted(counts.items(), key=lambda item: (-item[1], item[0][1], item[0][2])):
        if place in rows:
            tip = f"{labels[place]}，{day.year}年{day.month}月{day.day}日：{count} 条措施，{STATUS[status]}"
            drawing.dot(across(day.toordinal()), top + row * (rows[place] + 0.5), min(12, 3.5 + 1.5 * count**0.5), STATUS_COLOURS.get(status, GREY), opacity=0.75, tip=tip)
    _legend(drawing, left, [(STATUS_COLOURS.get(status, GREY), name, False) for status, name in STATUS.items() if any(one == status for _, _, one in counts)])
    note = "点在期限的最后一天，越大措施越多。" + (f"共 {len(due)} 个地区写明期限，只画最多的 {len(rows)} 个。" if len(rows) < len(due) else "")
    return [Chart("完成时限", note, str(drawing))]


def _months(first: int, last: int) -> list[tuple[int, str]]:
    """Return at most ten first days of months between two days (ordinals), with what is written there."""
    begin, end = Date.fromordinal(first), Date.fromordinal(last)
    months = (end.year - begin.year) * 12 + end.month - begin.month
    step = next((size for size in (1, 3, 6, 12, 24, 60) if months <= size * 9), 120)
    out = []
    for month in range(begin.year * 12 // step * step, end.year * 12 + 12, step):
        day = Date(month // 12, month % 12 + 1, 1)
        if first <= day.toordinal() <= last:
            out.append((day.toordinal(), str(day.year) if step >= 12 else f"{day.year}-{day.month:02}"))
    return out
