"""The charts of a report, as plain values for plotly's script: no library is needed to make them.

Every chart is as wide as the text of an A4 page; text of documents is escaped, since plotly reads some HTML in labels.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doc_miner.compare.comparison import Comparison, Moved
from doc_miner.compare.places import Place
from doc_miner.dataset.describe import STATUS

WIDTH = 690
"""Pixels: 182 mm at 96 dpi, which is what the margins of an A4 page leave."""
FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','Hiragino Sans GB','SimHei',sans-serif"
BLUE, ORANGE, GREY, RED = "#2b6cb0", "#dd6b20", "#a0aec0", "#c53030"
STATUS_COLOURS = {"done": "#2f855a", "ongoing": "#d69e2e", "planned": BLUE}
MOST_ROWS = 40
"""Rows of a heat map or dumbbells that fit on a page."""
_MOST_MAPS, _MOST_UNITS, _DUMBBELLS = 2, 3, 24
_ROOM_LEFT = 150


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, what a reader must know to read it, and what plotly draws."""

    title: str
    note: str
    figure: dict[str, Any]


def label(text: str, most: int = 14) -> str:
    """Return *text* as a label: shortened, and escaped for plotly.

    >>> label("<b>青岚县</b>人民政府", 6)
    '&lt;b&gt;青岚…'
    """
    return html.escape(text if len(text) <= most else text[: most - 1] + "…", quote=False)


def names_of(places: Sequence[Place]) -> dict[Place, str]:
    """Return a label for each place: its name, with what lies above it where two have the same."""
    count = Counter(place.name for place in places)
    return {place: label(place.name if count[place.name] == 1 else f"{(place.city or place.province or '')[:4]}{place.name}" + (f" {place.code}" if place.code else "")) for place in places}


def heat_maps(title: str, counts: Mapping[tuple[Place, str], int], places: Sequence[Place], columns: Mapping[str, str], what: str) -> list[Chart]:
    """Return maps of region × column with the counts written in their cells; regions beyond 80 are left to the tables, which the note says."""
    shown = [code for code in columns if any(counts.get((place, code)) for place in places)]
    totals = {place: sum(counts.get((place, code), 0) for code in shown) for place in places}
    ranked = sorted(places, key=lambda place: -totals[place])[: MOST_ROWS * _MOST_MAPS]
    rows = [place for place in places if place in set(ranked)]
    if not shown or not rows or not any(totals.values()):
        return []
    most = max(counts.get((place, code), 0) for place in rows for code in shown)
    labels = names_of(rows)
    out = []
    for at in range(0, len(rows), MOST_ROWS):
        part = rows[at : at + MOST_ROWS]
        values = [[counts.get((place, code), 0) for code in shown] for place in part]
        note = f"格中是{what}，空格为没有找到。" + (f"共 {len(places)} 个地区，只画最多的 {len(rows)} 个。" if len(rows) < len(places) else "")
        data = {
            "type": "heatmap", "z": values, "x": [label(columns[code], 9) for code in shown], "y": [labels[place] for place in part], "text": [[str(v or "") for v in row] for row in values],
            "texttemplate": "%{text}", "zmin": 0, "zmax": most, "colorscale": [[0, "#f7fafc"], [0.01, "#dbeafe"], [1, "#1e4e8c"]], "showscale": False, "xgap": 1, "ygap": 1, "hovertemplate": "%{y}<br>%{x}：%{z}<extra></extra>",
        }  # fmt: skip
        layout = {"xaxis": {"side": "top", "tickangle": -60, "type": "category", "fixedrange": True}, "yaxis": {"autorange": "reversed", "type": "category", "fixedrange": True}}
        pages = f"（{at // MOST_ROWS + 1}）" if len(rows) > MOST_ROWS else ""
        out.append(Chart(title + pages, note, figure_of([data], layout, 130 + max(20, min(28, 800 // len(part))) * len(part), top=110, bottom=10)))
    return out


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
    rows = [f"{labels[moved.source.place]} {label(moved.subject or '（对象不明）', 12)}" for moved in ranked]
    ends = [moved.ends for moved in ranked]
    before, after = [end[0] for end in ends if end], [end[1] for end in ends if end]
    places = list(range(len(rows)))
    lines = {"type": "scatter", "mode": "lines", "x": [x for pair in zip(before, after, strict=True) for x in (*pair, None)], "y": [y for place in places for y in (place, place, None)], "line": {"color": GREY, "width": 3}, "hoverinfo": "skip", "showlegend": False}
    dots = [
        {"type": "scatter", "mode": "markers", "name": name, "x": values, "y": places, "marker": {"color": colour, "size": 10, "symbol": symbol}, "text": texts, "customdata": rows, "hovertemplate": "%{customdata}<br>" + name + "：%{text}<extra></extra>"}
        for name, values, colour, symbol, texts in (
            ("变化前", before, ORANGE, "circle-open", [html.escape(m.before.text) for m in ranked if m.before]),
            ("变化后", after, BLUE, "circle", [html.escape(m.after.text) for m in ranked if m.after]),
        )
    ]
    positive = [value for value in (*before, *after) if value > 0]
    wide = len(positive) == len(before) + len(after) and max(positive) / min(positive) > 100
    layout = {
        "xaxis": {"title": {"text": label(unit or "无单位") + ("（对数刻度）" if wide else "")}, "type": "log" if wide else "linear", "fixedrange": True, "gridcolor": "#e2e8f0", "automargin": True, "zeroline": False} | ({"dtick": 1, "exponentformat": "none"} if wide else {}),
        "yaxis": {"tickvals": places, "ticktext": rows, "range": [len(rows) - 0.4, -0.6], "fixedrange": True, "gridcolor": "#f1f5f9", "automargin": True, "zeroline": False},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
    }
    note = f"每行一次变化，空心为变化前，实心为变化后；原句见各类别的“数据的变化”。共 {len(found)} 次" + (f"，只画变化最大的 {len(ranked)} 次。" if len(ranked) < len(found) else "。")
    return Chart(f"变化前后对比（{unit or '无单位'}）", note, figure_of([lines, *dots], layout, 130 + 26 * len(rows)))


def _ratio(moved: Moved) -> float:
    before, after, _ = moved.ends or (0.0, 0.0, "")
    return abs(after - before) / (max(abs(before), abs(after)) or 1)


def timeline(comparison: Comparison) -> list[Chart]:
    """Return when measures are due: one row a region, one dot a day and status, as large as the measures are many."""
    counts: Counter[tuple[Place, str, str]] = Counter()
    for place, deadline, status, _ in {(s.source.place, s.deadline, s.status, s.measure_id) for s in comparison.steps if s.deadline}:
        counts[place, str(deadline), status] += 1
    if not counts:
        return []
    due = Counter(place for place, _, _ in counts.elements())
    ranked = set(sorted(due, key=lambda place: -due[place])[:MOST_ROWS])
    rows = [place for place in comparison.places if place in ranked]
    labels = names_of(rows)
    data = []
    for status, name in STATUS.items():
        found = sorted(((place, day, count) for (place, day, one), count in counts.items() if one == status and place in ranked), key=lambda one: (one[1], one[0].full))
        if found:
            data.append(
                {"type": "scatter", "mode": "markers", "name": name, "x": [day for _, day, _ in found], "y": [labels[place] for place, _, _ in found], "text": [f"{count} 条" for _, _, count in found],
                 "marker": {"color": STATUS_COLOURS[status], "size": [min(26, 8 + 3 * count**0.5) for _, _, count in found], "opacity": 0.75}, "hovertemplate": "%{y}<br>%{x}：%{text}" + name + "<extra></extra>"}
            )  # fmt: skip
    layout = {
        "xaxis": {"type": "date", "fixedrange": True, "gridcolor": "#e2e8f0", "tickformat": "%Y-%m", "nticks": 10},
        "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": [labels[place] for place in reversed(rows)], "fixedrange": True, "gridcolor": "#f1f5f9"},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"}, "showlegend": True,
    }  # fmt: skip
    note = "点在期限的最后一天，越大措施越多。" + (f"共 {len(due)} 个地区写明期限，只画最多的 {len(rows)} 个。" if len(rows) < len(due) else "")
    return [Chart("完成时限", note, figure_of(data, layout, 130 + 24 * len(rows)))]


def figure_of(data: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], height: int, *, top: int = 40, bottom: int = 50) -> dict[str, Any]:
    """Return what plotly draws: *data* with a layout that all charts share."""
    common = {"width": WIDTH, "height": height, "margin": {"l": _ROOM_LEFT, "r": 50, "t": top, "b": bottom}, "font": {"family": FONT, "size": 12, "color": "#1a202c"}, "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff", "showlegend": len(data) > 1}
    return {"data": list(data), "layout": common | dict(layout)}
