"""Small multiples of a panel: one little chart a region, all on the same axes, with the threshold as a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from doc_miner.compare.charts import BLUE, GREY, RED, Chart, figure_of, label, names_of
from doc_miner.compare.panel import Panel, Series
from doc_miner.compare.panel_rows import CONFLICT, cell, thresholds, written
from doc_miner.lexicon import Threshold

_COLUMNS, _ROWS, _HEIGHT = 4, 9, 105
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
    return [Chart(title + (f"（{number + 1}）" if len(parts) > 1 else ""), note, _grid(panel, part, found, norm)) for number, part in enumerate(parts)]


def _grid(panel: Panel, part: Sequence[Series], found: Sequence[Series], norm: Threshold | None) -> dict[str, Any]:
    rows = -(-len(part) // _COLUMNS)
    height = 45 + _HEIGHT * rows
    values = [value.value for series in found for cells in series.cells.values() for value in cells]
    low, high = min([*values, float(norm.value)] if norm else values), max([*values, float(norm.value)] if norm else values)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    years = panel.years
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": [], "showlegend": False}
    labels = names_of([series.place for series in part])
    repeated = Counter(series.place for series in part)
    for number, series in enumerate(part):
        row, column = divmod(number, _COLUMNS)
        axis = str(number + 1) if number else ""
        width, tall = 1 / _COLUMNS, 1 / rows
        domain_x = [column * width + 0.05 * width, (column + 1) * width - 0.02 * width]
        domain_y = [1 - (row + 1) * tall + 0.2 * tall, 1 - row * tall - 0.16 * tall]
        last = number + _COLUMNS >= len(part)
        layout[f"xaxis{axis}"] = {"domain": domain_x, "anchor": f"y{axis}", "range": [years[0] - 0.5, years[-1] + 0.5], "tickvals": _ticks(years), "showticklabels": last, "fixedrange": True, "gridcolor": "#edf2f7", "tickfont": {"size": 10}, "zeroline": False}
        layout[f"yaxis{axis}"] = {"domain": domain_y, "anchor": f"x{axis}", "range": [low - room, high + room], "showticklabels": column == 0, "fixedrange": True, "nticks": 4, "gridcolor": "#edf2f7", "tickfont": {"size": 10}, "zeroline": False}
        name = labels[series.place] + (f" {label(series.subject or '', 8)}" if repeated[series.place] > 1 else "")
        layout["annotations"].append({"text": name, "xref": "paper", "yref": "paper", "x": domain_x[0], "y": domain_y[1], "xanchor": "left", "yanchor": "bottom", "showarrow": False, "font": {"size": 11}})
        if norm:
            level = float(norm.value)
            layout["shapes"].append({"type": "line", "xref": f"x{axis}", "yref": f"y{axis}", "x0": years[0] - 0.5, "x1": years[-1] + 0.5, "y0": level, "y1": level, "line": {"color": RED, "width": 1, "dash": "dash"}})
        data += _points(series, years, axis, name)
    return figure_of(data, {**layout, "margin": {"l": 60, "r": 20, "t": 20, "b": 25}}, height)


def _points(series: Series, years: Sequence[int], axis: str, name: str) -> list[dict[str, Any]]:
    line, doubtful = [], []
    for year in years:
        one = cell(series, year)
        line.append(one.values[0].value if len(one.values) == 1 else None)
        doubtful += [(year, value.value) for value in one.values if len(one.values) > 1]
    common = {"type": "scatter", "xaxis": f"x{axis}", "yaxis": f"y{axis}", "hovertemplate": f"{name}<br>%{{x}}：%{{y}}<extra></extra>"}
    out = [common | {"mode": "lines+markers", "x": list(years), "y": line, "connectgaps": False, "line": {"color": BLUE, "width": 2}, "marker": {"size": 6}}]
    if doubtful:
        out.append(common | {"mode": "markers", "x": [year for year, _ in doubtful], "y": [value for _, value in doubtful], "marker": {"size": 7, "symbol": "square-open", "color": GREY, "line": {"width": 2}}, "name": CONFLICT})
    return out


def _ticks(years: Sequence[int]) -> list[int]:
    """Return at most four years to write at an axis: the first, the last and those between at equal steps."""
    step = max(1, -(-(years[-1] - years[0]) // 3))
    return list(range(years[0], years[-1] + 1, step))
