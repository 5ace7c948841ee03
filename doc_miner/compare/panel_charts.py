"""Small multiples of a panel: one little chart a region, all on the same axes, with the threshold as a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from doc_miner.compare.charts import BLUE, GREY, RED, WIDTH, Chart, label, names_of
from doc_miner.compare.panel import Panel, Series, Value
from doc_miner.compare.panel_rows import cell, grouped, thresholds, written
from doc_miner.compare.svg import SOFT, Drawing, breadth, number, scale, ticks
from doc_miner.lexicon import Threshold

_COLUMNS, _ROWS, _HEIGHT = 4, 9, 92
_MOST_CHARTS = 4
_FEWEST = 3
"""Values below which a subject of a category is no picture."""


def multiples(panel: Panel) -> list[Chart]:
    """Return a chart for each stage and unit (of a category: and subject) that most regions have, at most four kinds."""
    kinds: dict[tuple[str, str, str], list[Series]] = {}
    for series in panel.series:
        kinds.setdefault((series.stage or "", series.unit or "", series.subject or ""), []).append(series)
    kinds = {kind: found for kind, found in kinds.items() if panel.indicator or sum(len(series.cells) for series in found) >= _FEWEST}
    ranked = sorted(kinds.items(), key=lambda item: (-len(item[1]), -sum(len(series.cells) for series in item[1]), item[0]))[:_MOST_CHARTS]
    return [chart for kind, found in ranked for chart in _charts(panel, kind, found)]


def _charts(panel: Panel, kind: tuple[str, str, str], found: Sequence[Series]) -> list[Chart]:
    stage, unit, subject = kind
    norm = next((one for one in thresholds(panel) if one.stage in (stage or None, None) and one.unit == (unit or None)), None)
    title = " · ".join(part for part in (subject or panel.name, stage, unit) if part)
    size = _COLUMNS * _ROWS
    parts = [found[at : at + size] for at in range(0, len(found), size)][:2]
    left_out = len(found) - sum(map(len, parts))
    note = "每格一个地区，坐标相同；" + (f"红线为标准 {written(norm)}；" if norm else "") + "灰色方块为同一年的几个值；断开处缺数据。" + (f"另有 {left_out} 个地区只在表中。" if left_out else "")
    names = [title + (f"（{at + 1}）" if len(parts) > 1 else "") for at in range(len(parts))]
    return [Chart(name, note, _grid(name, panel, part, found, norm)) for name, part in zip(names, parts, strict=True)]


def _grid(title: str, panel: Panel, part: Sequence[Series], found: Sequence[Series], norm: Threshold | None) -> str:
    values = [value.value for series in found for cells in series.cells.values() for value in cells] + ([float(norm.value)] if norm else [])
    low, high = min(values), max(values)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    levels = ticks(low - room, high + room, 4)
    left = max(breadth(number(level), 10) for level in levels) + 10
    width, years = (WIDTH - left - 12) / _COLUMNS, panel.years
    drawing = Drawing(WIDTH, _HEIGHT * -(-len(part) // _COLUMNS) + 18, title)
    labels = names_of([series.place for series in part])
    repeated = Counter(series.place for series in part)
    for at, series in enumerate(part):
        row, column = divmod(at, _COLUMNS)
        begin, end, top, bottom = left + width * column, left + width * (column + 1) - 12, _HEIGHT * row + 22, _HEIGHT * (row + 1) - 4
        across, down = scale(years[0] - 0.5, years[-1] + 0.5, begin, end), scale(low - room, high + room, bottom, top)
        name = labels[series.place] + (f" {label(series.subject or '', 8)}" if repeated[series.place] > 1 else "")
        drawing.text(begin, top - 9, name, size=11)
        for level in levels:
            drawing.line(begin, down(level), end, down(level), "#edf2f7")
            if column == 0:
                drawing.text(begin - 5, down(level), number(level), anchor="end", size=10, colour=SOFT)
        drawing.line(begin, bottom, end, bottom, GREY)
        for year in _ticks(years) if at + _COLUMNS >= len(part) else ():
            drawing.text(across(year), bottom + 10, str(year), anchor="middle", size=10, colour=SOFT)
        if norm:
            drawing.line(begin, down(float(norm.value)), end, down(float(norm.value)), RED, dashed=True)
        _points(drawing, series, years, across, down)
    return str(drawing)


def _points(drawing: Drawing, series: Series, years: Sequence[int], across: Callable[[float], float], down: Callable[[float], float]) -> None:
    line: list[tuple[float, float]] = []
    for year in (*years, None):
        values = cell(series, year).values if year is not None else ()
        if len(values) == 1 and year is not None:
            line.append((across(year), down(values[0].value)))
            continue
        if len(line) > 1:
            drawing.path(line, BLUE)
        line = []
    for year in years:
        values = cell(series, year).values
        for value in values:
            drawing.dot(across(year), down(value.value), 3, GREY if len(values) > 1 else BLUE, square=len(values) > 1, hollow=len(values) > 1, tip=_told(value))


def _told(value: Value) -> str:
    return f"{value.place.name} {value.year}{'' if value.stated else '*'}：{grouped(value)}{value.unit or ''}\n{value.sentence}\n{value.title or ''}" + (f"，第{value.page}页" if value.page else "")


def _ticks(years: Sequence[int]) -> list[int]:
    """Return at most four years to write at an axis: the first, the last and those between at equal steps."""
    step = max(1, -(-(years[-1] - years[0]) // 3))
    return list(range(years[0], years[-1] + 1, step))
