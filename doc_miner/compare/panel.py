"""A panel: one indicator or category, region by region and year by year, from the figures of a dataset.

Stages and units are kept apart; two documents that differ are shown as a conflict, never
averaged; a year without a figure is a gap. Every value carries its sentence, document and page.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from doc_miner.compare.places import Place, choose, places_of
from doc_miner.compare.subjects import state_of
from doc_miner.dataset.connection import connect
from doc_miner.dataset.evidence import sentence
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Indicator, Lexicon
from doc_miner.textfold import fold

_MOST_YEARS = 20
"""Years without figures between the first and the last are shown as gaps where there are at most so many years in all."""
STATED, TITLED, DATED = "原文", "标题", "成文日期"
"""What names the year of a figure: its sentence, the title of the bulletin it stands in, or nothing but the date of the document."""
_BULLETIN = "统计公报"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")
MEETS, MISSES = "meets-standard", "below-standard"
"""The rules of the audit that compare a figure with the standard."""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of a panel with its evidence; ``year_from`` tells what names the year: `STATED`, `TITLED` or `DATED`."""

    place: Place
    year: int
    year_from: str
    stage: str | None
    unit: str | None
    subject: str
    qualifier: str
    value: float
    value_max: float | None
    exact: str
    text: str
    met: bool | None
    sentence: str
    title: str | None
    path: str
    page: int | None
    doc_id: str
    figure_id: str
    confidence: float

    @property
    def stated(self) -> bool:
        """Whether the document names the year; else it is that of its date."""
        return self.year_from != DATED


@dataclass(frozen=True, slots=True)
class Series:
    """What can be compared over years: one region, stage and unit (of a category also one subject)."""

    place: Place
    stage: str | None
    unit: str | None
    subject: str | None
    cells: dict[int, tuple[Value, ...]]
    """Year to its values, those that say the same thing once; several are a conflict; a year that is missing is a gap."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel with what it is of: an official indicator or a category."""

    code: str
    name: str
    indicator: Indicator | None
    years: tuple[int, ...]
    places: tuple[Place, ...]
    series: tuple[Series, ...]
    values: tuple[Value, ...]

    @property
    def without(self) -> tuple[Place, ...]:
        """The regions that were asked for and have no figure."""
        there = {series.place for series in self.series}
        return tuple(place for place in self.places if place not in there)


def build_panel(
    dataset: Path, lexicon: Lexicon, *, indicator: str | None = None, category: str | None = None, regions: Sequence[str] = (), years: Sequence[int] = ()
) -> Panel:
    """Return the panel of an official *indicator* (``YZ-01``) or of a *category* (``G2``), for *regions* as typed and *years* (default: all).

    Figures that state how things are count (roles ``level`` and ``after``, and ``before`` where its year is stated), not plans and norms.
    Raises `SettingsError` for an unknown code or region, `DatasetError` where the dataset cannot be read.
    """
    if (indicator is None) == (category is None):
        raise SettingsError("请用 --indicator 或 --category 指明一个指标或类别，例如 --indicator YZ-09 或 --category G2。")
    code, name = _named(indicator, category, lexicon)
    with connect(dataset) as db:
        known = places_of(db)
        places = choose(regions, known, lexicon.regions) if regions else known
        official = lexicon.indicators[code] if indicator else None
        there = set(places)
        values = [value for value in _values(db, "indicator" if indicator else "category", code) if value.place in there and (not years or value.year in years)]
    series = _series(values, by_subject=indicator is None)
    return Panel(code, name, official, _columns({value.year for value in values}, years), tuple(places), tuple(series), tuple(values))


def _columns(there: set[int], asked: Sequence[int]) -> tuple[int, ...]:
    """Return the years of a panel: those asked for, else those with figures and, where they are not too far apart, those between."""
    if asked or not there:
        return tuple(sorted({*asked}))
    between = range(min(there), max(there) + 1)
    return tuple(between if len(between) <= _MOST_YEARS else sorted(there))


def _named(indicator: str | None, category: str | None, lexicon: Lexicon) -> tuple[str, str]:
    code = (indicator or category or "").upper()
    known = {i.code: i.name for i in lexicon.indicators.values()} if indicator else {c.code: c.name for c in lexicon.categories.values()}
    if code not in known:
        kind = "指标" if indicator else "类别"
        raise SettingsError(f"没有{kind}“{indicator or category}”；可用：{'、'.join(f'{one} {name}' for one, name in list(known.items())[:60])}。")
    return code, known[code]


def _values(db: sqlite3.Connection, column: str, code: str) -> list[Value]:
    met = dict(_verdicts(db))
    out = []
    doc_id, text = None, ""
    query = (
        f"SELECT f.*, d.region_code, d.province, d.city, d.county, d.year AS doc_year, d.doc_type, d.title, d.path FROM figures f JOIN documents d USING (doc_id) WHERE f.{column} = ? "
        "AND (f.role IN ('level', 'after') OR f.role = 'before' AND f.year IS NOT NULL) AND f.value IS NOT NULL AND coalesce(d.county, d.city, d.province) IS NOT NULL "
        'ORDER BY d.region_code, d.county, d.doc_id, f."start"'
    )
    for row in db.execute(query, (code,)):
        if row["doc_id"] != doc_id:
            doc_id = row["doc_id"]
            (text,) = db.execute("SELECT text FROM documents WHERE doc_id=?", (doc_id,)).fetchone()
        place = Place(row["region_code"], row["province"], row["city"], row["county"])
        year, year_from = _year(row)
        if year is None:
            continue
        out.append(
            Value(
                place, year, year_from, row["stage"], row["unit"], (row["subject"] or "") if row["role"] == "level" else state_of(row["subject"]), row["qualifier"], row["value"], row["value_max"],
                row["value_exact"], row["text"], met.get(row["figure_id"]), sentence(text, row["start"], row["end"]), row["title"], row["path"], row["page"], row["doc_id"],
                row["figure_id"], row["confidence"] or 0.0,
            )  # fmt: skip
        )
    return out


def _year(row: sqlite3.Row) -> tuple[int | None, str]:
    """Return the year of a figure (None where nothing names one) and what names it; a bulletin that appears in 2024 on the year 2023 tells of 2023."""
    if row["year"] is not None:
        return row["year"], STATED
    titled = set(_YEAR.findall(fold(row["title"] or ""))) if row["doc_type"] == _BULLETIN else set()
    return (int(titled.pop()), TITLED) if len(titled) == 1 else (row["doc_year"], DATED)


def _verdicts(db: sqlite3.Connection) -> Iterable[tuple[str, bool]]:
    """Yield the figures that the audit has compared with the standard, and whether they meet it."""
    for rule, figure in db.execute("SELECT n.rule, f.value FROM findings n, json_each(n.figures) f WHERE n.rule IN (?, ?)", (MEETS, MISSES)):
        yield figure, rule == MEETS


def _series(values: Sequence[Value], *, by_subject: bool) -> list[Series]:
    groups: dict[tuple[Place, str | None, str | None, str | None], dict[int, dict[tuple[str, str, float | None], Value]]] = {}
    titles: dict[tuple[Place, str | None, str | None, str | None], str | None] = {}
    for value in values:
        key = (value.place, value.stage, value.unit, folded(value.subject) if by_subject else None)
        titles.setdefault(key, value.subject if by_subject else None)
        groups.setdefault(key, {}).setdefault(value.year, {}).setdefault((value.qualifier, value.exact, value.value_max), value)
    out = [
        Series(key[0], key[1], key[2], titles[key], {year: tuple(sorted(cell.values(), key=lambda value: value.value)) for year, cell in sorted(cells.items())})
        for key, cells in groups.items()
    ]
    return sorted(out, key=lambda s: (s.place.code or "9", s.place.full, s.stage or "", s.subject or "", s.unit or ""))


def folded(subject: str) -> str:
    """Return a subject without white space and differences of width, by which two are compared."""
    return "".join(fold(subject).split())
