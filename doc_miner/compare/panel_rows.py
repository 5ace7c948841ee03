"""A panel as tables: long, with a row for each value and each gap, and wide, with a row for each series and a column for each year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doc_miner.compare.panel import Panel, Series, Value, folded
from doc_miner.dataset.describe import QUALIFIERS
from doc_miner.lexicon import Threshold
from doc_miner.similarity import bigrams, dice

GAP = "缺"
VALUE, SEVERAL, CONFLICT = "单值", "多值", "冲突"
"""What stands in a cell: one value; values of different things (several schools); values that contradict one another."""
AGAIN = "重述"
MET, BELOW, MIXED = "达标", "未达标", "不一致"
_SAME = 0.6

LONG: Sequence[tuple[str, str]] = (
    ("region_code", "区划代码"), ("province", "省"), ("city", "市"), ("county", "县区"), ("year", "年份"), ("state", "情况"), ("stage", "学段"), ("subject", "对象"),
    ("qualifier", "限定"), ("value", "数值"), ("value_max", "上限值"), ("value_exact", "精确值"), ("unit", "单位"), ("standard", "标准"), ("meets", "是否达标"), ("year_from", "年份依据"),
    ("text", "原文"), ("sentence", "原句"), ("title", "文档"), ("page", "页"), ("path", "来源文件"), ("confidence", "把握"), ("figure_id", "数据编号"),
)  # fmt: skip
"""Columns of the long table: name for programs and title for people."""
NUMBERS = {"value", "value_max", "confidence"}
INTEGERS = {"year", "page"}

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the wide table: its values, those that say the same once, and how they stand to one another."""

    values: tuple[Value, ...]
    state: str

    @property
    def text(self) -> str:
        """The values as one reads them: ``7.9 / ≥8.2``."""
        return " / ".join(map(shown, self.values)) or GAP

    @property
    def met(self) -> str:
        """Whether the standard is met: `MET`, `BELOW`, `MIXED`, or nothing where it is not known."""
        verdicts = {value.met for value in self.values} - {None}
        return "" if not verdicts else MIXED if len(verdicts) > 1 else MET if True in verdicts else BELOW


def shown(value: Value) -> str:
    """Return a value with its qualifier and, of a range, both ends."""
    upper = f"—{value.value_max:g}" if value.value_max is not None else ""
    return f"{QUALIFIERS.get(value.qualifier, value.qualifier)}{value.exact}{upper}"


def grouped(value: Value) -> str:
    """Return a value for reading: large numbers with their thousands apart."""
    text = shown(value)
    return text.replace(value.exact, f"{int(value.exact):,}") if value.exact.isdigit() and len(value.exact) > 4 else text


def cell(series: Series, year: int) -> Cell:
    """Return the cell of *series* in *year*."""
    values = series.cells.get(year, ())
    if not values:
        return Cell((), GAP)
    if len(values) == 1:
        return Cell(values, VALUE)
    subjects = [bigrams(value.subject) for value in values]
    same = any(dice(one, other) >= _SAME for number, one in enumerate(subjects[:30]) for other in subjects[number + 1 : 30])
    return Cell(values, CONFLICT if same else SEVERAL)


def standard(panel: Panel, series: Series) -> str:
    """Return the threshold that holds for *series*, as text, or nothing."""
    held = [one for one in thresholds(panel) if one.stage in (series.stage, None) and one.unit == series.unit]
    return "；".join(written(one, with_stage=False) for one in held)


def thresholds(panel: Panel) -> tuple[Threshold, ...]:
    """Return what the standard asks for; nothing for a category."""
    return panel.indicator.thresholds if panel.indicator else ()


def written(threshold: Threshold, *, with_stage: bool = True) -> str:
    """Return a threshold as text: ``小学≥7.5平方米``."""
    return f"{(threshold.stage or '') if with_stage else ''}{QUALIFIERS[threshold.qualifier] or '＝'}{threshold.value.normalize():f}{threshold.unit or ''}"


def long_rows(panel: Panel) -> Iterator[Row]:
    """Yield the rows of the long table: every value with its evidence, the gaps of each series, and at the end the regions without any figure.

    A document that repeats a value gives a row of its own, which says 重述.
    """
    again: dict[tuple[object, ...], list[Value]] = {}
    for value in panel.values:
        again.setdefault(_said(value), []).append(value)
    for series in panel.series:
        for year in panel.years:
            one = cell(series, year)
            if not one.values:
                yield _place(series) | {"year": year, "state": GAP, "standard": standard(panel, series)}
            for value in one.values:
                for repeated in again[_said(value)]:
                    if panel.indicator or folded(repeated.subject) == folded(value.subject):
                        yield _place(series) | _value(repeated, one.state if repeated is value else AGAIN) | {"standard": standard(panel, series)}
    for place in panel.without:
        for gap in panel.years or (None,):
            yield {"region_code": place.code, "province": place.province, "city": place.city, "county": place.county, "year": gap, "state": GAP}


def _said(value: Value) -> tuple[object, ...]:
    return value.place, value.stage, value.unit, value.year, value.qualifier, value.exact, value.value_max


def _place(series: Series) -> Row:
    place = series.place
    return {"region_code": place.code, "province": place.province, "city": place.city, "county": place.county, "stage": series.stage, "subject": series.subject, "unit": series.unit}


def _value(value: Value, state: str) -> Row:
    return {
        "year": value.year, "state": state, "subject": value.subject, "qualifier": value.qualifier, "value": value.value, "value_max": value.value_max, "value_exact": value.exact,
        "meets": {True: MET, False: BELOW, None: ""}[value.met], "year_from": value.year_from, "text": value.text, "sentence": value.sentence, "title": value.title,
        "page": value.page, "path": value.path, "confidence": value.confidence, "figure_id": value.figure_id,
    }  # fmt: skip


def wide_header(panel: Panel) -> list[str]:
    """Return the titles of the wide table."""
    return ["区划代码", "省", "市", "县区", "学段", "单位", *([] if panel.indicator else ["对象"]), "标准", *map(str, panel.years), "最近一年是否达标"]


def wide_rows(panel: Panel) -> Iterator[list[str]]:
    """Yield the rows of the wide table as text: conflicts as ``7.9 / 8.2（冲突）``, gaps as 缺."""
    for series in panel.series:
        place = series.place
        cells = [cell(series, year) for year in panel.years]
        latest = next((one.met for one in reversed(cells) if one.values), "")
        head = [place.code, place.province, place.city, place.county, series.stage, series.unit, *([] if panel.indicator else [series.subject]), standard(panel, series)]
        yield [*(text or "" for text in head), *(one.text + (f"（{one.state}）" if one.state in (SEVERAL, CONFLICT) else "") for one in cells), latest]
    for place in panel.without:
        head = [place.code, place.province, place.city, place.county, *[""] * (3 if panel.indicator else 4)]
        yield [*(text or "" for text in head), *[GAP] * len(panel.years), ""]
