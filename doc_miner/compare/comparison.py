"""Regions side by side: the problems each states, what each does about them, with what money and result, and how figures moved.

`compare_regions` reads a dataset once; everything that a report shows stands in the `Comparison`, each
statement with its document, page and quotation.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from doc_miner.compare.clusters import clusters
from doc_miner.compare.places import Place, choose, places_of
from doc_miner.compare.steps import OTHER, StepReader
from doc_miner.compare.subjects import state_of
from doc_miner.dataset.connection import connect
from doc_miner.dataset.evidence import sentence
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon

UNSURE_BELOW = 0.6
"""Confidence of a category below which a person should look, as in `doc_miner.classify`."""
NONE = ""
"""The category of records that have none."""
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Source:
    """A document of the comparison; ``number`` is how the report refers to it, from 1."""

    number: int
    doc_id: str
    place: Place
    year: int | None
    title: str
    doc_type: str
    path: str
    problems: int = 0
    measures: int = 0


@dataclass(frozen=True, slots=True)
class Stated:
    """A problem as a document states it."""

    source: Source
    page: int | None
    text: str
    category: str
    confidence: float
    problem_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """A passage of a measure that does something; ``types`` are codes of ``action_types.tsv``, ``cluster`` is shared by those nearly alike."""

    source: Source
    page: int | None
    text: str
    types: tuple[str, ...]
    category: str
    status: str
    deadline: str | None
    units: tuple[str, ...]
    money: tuple[str, ...]
    results: tuple[str, ...]
    confidence: float
    problem_id: str | None
    measure_id: str
    cluster: int = -1


@dataclass(frozen=True, slots=True)
class End:
    """One end of a movement as written, with its value in the base unit (None where the number is missing)."""

    text: str
    value: float | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement of a figure."""

    source: Source
    page: int | None
    subject: str
    stage: str | None
    year: int | None
    before: End | None
    after: End | None
    change: End | None
    category: str
    sentence: str
    change_id: str

    @property
    def ends(self) -> tuple[float, float, str] | None:
        """Value before, value after and their unit, where both are known and of one unit."""
        if self.before is None or self.after is None or self.before.value is None or self.after.value is None or self.before.unit != self.after.unit:
            return None
        return self.before.value, self.after.value, self.after.unit or ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is compared, and what there was none of."""

    places: tuple[Place, ...]
    categories: tuple[str, ...]
    years: tuple[int, ...]
    sources: tuple[Source, ...]
    problems: tuple[Stated, ...]
    steps: tuple[Step, ...]
    movements: tuple[Moved, ...]
    names: dict[str, str]
    """Code to name, of categories and of types of action."""
    failed: tuple[tuple[str, str], ...]
    """Path and reason of each document of the dataset that was not read."""
    homeless: tuple[str, ...]
    """Names of the files that name no region, and so take no part."""

    @property
    def without(self) -> tuple[Place, ...]:
        """The chosen regions that have no document in the chosen years."""
        there = {source.place for source in self.sources}
        return tuple(place for place in self.places if place not in there)


def compare_regions(dataset: Path, lexicon: Lexicon, *, regions: Sequence[str] = (), categories: Sequence[str] = (), years: Sequence[int] = ()) -> Comparison:
    """Return the comparison of *regions* as typed (default: all), of the codes *categories* and the *years* of documents (default: all).

    A measure counts under the main category of the problem that it answers, else under its own. Raises
    `SettingsError` for an unknown region or where nothing is left to compare, `DatasetError` where the dataset cannot be read.
    """
    with connect(dataset) as db:
        db.execute("BEGIN")  # one state, whatever a run writes meanwhile
        known = places_of(db)
        places = choose(regions, known, lexicon.regions) if regions else known
        sources = _sources(db, set(places), set(years))
        if not sources:
            raise SettingsError(_nothing(known, places, years))
        reader = _Reader(db, sources, set(categories), StepReader(lexicon.action_types))
        problems, steps, movements = reader.problems(), reader.steps(), reader.movements()
        failed = [(row["path"], "；".join(warning["message"] for warning in json.loads(row["warnings"] or "[]"))) for row in db.execute("SELECT path, warnings FROM documents WHERE status='failed' ORDER BY path")]
        homeless = [Path(path).name for (path,) in db.execute("SELECT path FROM documents WHERE status<>'failed' AND coalesce(county, city, province) IS NULL ORDER BY path")]
    numbers = clusters([step.text for step in steps], [_own_names(step.source.place) for step in steps])
    names = {code: category.name for code, category in lexicon.categories.items()} | {NONE: "未归类"}
    names |= {code: kind.name for code, kind in lexicon.action_types.items()} | {OTHER: "其他做法"}
    there = {record.category for records in (problems, steps, movements) for record in records}
    in_order = [code for code in (*lexicon.categories, NONE) if code in there]
    problem_count, measure_count = Counter(p.source.number for p in problems), Counter(number for number, _ in {(s.source.number, s.measure_id) for s in steps})
    listed = tuple(replace(source, problems=problem_count[source.number], measures=measure_count[source.number]) for source in sources.values())
    return Comparison(
        tuple(places), tuple(in_order), tuple(years), listed, tuple(problems), tuple(replace(step, cluster=number) for step, number in zip(steps, numbers, strict=True)),
        tuple(movements), names, tuple(failed), tuple(homeless),
    )  # fmt: skip


def _nothing(known: Sequence[Place], places: Sequence[Place], years: Sequence[int]) -> str:
    if not known:
        return "数据集里没有能确定地区的文档，无从比较；请先用 doc-miner mine 读入文档。"
    chosen = "、".join(place.name for place in places[:8]) + (" 等" if len(places) > 8 else "")
    return f"{chosen}没有{'、'.join(map(str, years))}年的文档；请换 --regions 或 --years。"


def _own_names(place: Place) -> list[str]:
    """Return the names of a region and of what lies above it, the longest first, without the suffix too where enough is left."""
    names = [name for name in (place.province, place.city, place.county) if name]
    return sorted({*names, *(name[:-1] for name in names if len(name) > 2)}, key=len, reverse=True)


def _sources(db: sqlite3.Connection, places: set[Place], years: set[int]) -> dict[str, Source]:
    out: dict[str, Source] = {}
    rows = db.execute(
        "SELECT doc_id, region_code, province, city, county, year, title, doc_type, path FROM documents WHERE status <> 'failed' AND coalesce(county, city, province) IS NOT NULL "
        "ORDER BY coalesce(region_code, '9'), province, city, county, year, path, doc_id"
    )
    for row in rows:
        place = Place(row["region_code"], row["province"], row["city"], row["county"])
        if place in places and (not years or row["year"] in years):
            out[row["doc_id"]] = Source(len(out) + 1, row["doc_id"], place, row["year"], row["title"] or Path(row["path"]).name, row["doc_type"] or "", row["path"])
    return out


class _Reader:
    """Reads the records of the chosen documents."""

    def __init__(self, db: sqlite3.Connection, sources: dict[str, Source], categories: set[str], steps: StepReader) -> None:
        self._db, self._sources, self._categories, self._steps = db, sources, categories, steps
        self._of_problem: dict[str, str] = {}

    def problems(self) -> list[Stated]:
        """Return the problems, and remember their categories for the measures."""
        out = []
        for row in self._rows("SELECT * FROM problems t WHERE", 't."start"'):
            category = self._of_problem[row["problem_id"]] = _main(row["categories"])
            if self._wanted(category):
                out.append(Stated(self._sources[row["doc_id"]], row["page"], row["text"], category, row["confidence"] or 0.0, row["problem_id"]))
        return out

    def steps(self) -> list[Step]:
        """Return the passages of the measures, with the money and the results that stand in each."""
        figures: dict[str, list[sqlite3.Row]] = {}
        for row in self._rows("SELECT t.* FROM figures t WHERE t.measure_id IS NOT NULL AND NOT t.missing AND (t.unit = '元' AND t.role <> 'standard' OR t.role = 'after') AND", 't."start"'):
            figures.setdefault(row["measure_id"], []).append(row)
        out = []
        for row in self._rows("SELECT * FROM measures t WHERE", 't."start"'):
            category = self._of_problem.get(row["problem_id"]) or _main(row["categories"])
            if not self._wanted(category):
                continue
            for passage in self._steps.passages(row["text"]):
                inside = [f for f in figures.get(row["measure_id"], ()) if row["start"] + passage.start <= f["start"] < row["start"] + passage.end]
                out.append(
                    Step(
                        self._sources[row["doc_id"]], row["page"], row["text"][passage.start : passage.end].strip(), passage.types, category, row["status"], row["deadline"],
                        tuple(json.loads(row["units"] or "[]")), tuple(_amount(f) for f in inside if f["unit"] == "元" and f["role"] != "after"),
                        tuple(_result(f) for f in inside if f["role"] == "after"), row["confidence"] or 0.0, row["problem_id"], row["measure_id"],
                    )  # fmt: skip
                )
        return out

    def movements(self) -> list[Moved]:
        """Return the movements of figures, with the sentence of each."""
        out = []
        doc_id, text = None, ""
        ends = ", ".join(f"{side}.text {side}_text, {side}.value {side}_value, {side}.unit {side}_unit" for side in "bac")
        columns = ", ".join(f"coalesce(a.{name}, b.{name}, c.{name}) AS {name}" for name in ("subject", "stage", "category", "page"))
        joins = " ".join(f"LEFT JOIN figures {side} ON {side}.doc_id = t.doc_id AND {side}.figure_id = t.{column}" for side, column in zip("bac", ("before", "after", "change"), strict=True))
        first, last = 'min(coalesce(b."start", a."start", c."start"), coalesce(a."start", b."start", c."start"))', 'max(coalesce(b."end", a."end", c."end"), coalesce(a."end", b."end", c."end"))'
        for row in self._rows(f'SELECT t.change_id, t.doc_id, {ends}, {columns}, a.year AS year, {first} AS "start", {last} AS "end" FROM changes t {joins} WHERE', '"start"'):
            if not self._wanted(row["category"] or NONE):
                continue
            if row["doc_id"] != doc_id:
                doc_id = row["doc_id"]
                (text,) = self._db.execute("SELECT text FROM documents WHERE doc_id=?", (doc_id,)).fetchone()
            before, after, change = (_end(row, side) for side in "bac")
            out.append(
                Moved(self._sources[row["doc_id"]], row["page"], state_of(row["subject"]), row["stage"], row["year"], before, after, change, row["category"] or NONE, sentence(text, row["start"], row["end"]), row["change_id"])
            )
        return out

    def _wanted(self, category: str) -> bool:
        return not self._categories or category in self._categories

    def _rows(self, select: str, order: str) -> Iterator[sqlite3.Row]:
        """Yield the rows of a query on ``t`` for the chosen documents, in their order."""
        for group in _groups(list(self._sources)):
            rows: dict[str, list[sqlite3.Row]] = {}
            for row in self._db.execute(f"{select} t.doc_id IN ({','.join('?' * len(group))}) ORDER BY {order}", group):
                rows.setdefault(row["doc_id"], []).append(row)
            for doc_id in group:
                yield from rows.get(doc_id, ())


def _groups(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def _main(categories: str | None) -> str:
    codes = json.loads(categories or "[]")
    return str(codes[0]) if codes else NONE


def _amount(figure: sqlite3.Row) -> str:
    return str(figure["text"]) + ("（计划）" if figure["role"] == "plan" else "")


def _result(figure: sqlite3.Row) -> str:
    subject = state_of(figure["subject"])
    return f"{subject}：{figure['text']}" if subject else str(figure["text"])


def _end(row: sqlite3.Row, side: str) -> End | None:
    text = row[f"{side}_text"]
    return None if text is None else End(text, row[f"{side}_value"], row[f"{side}_unit"])
