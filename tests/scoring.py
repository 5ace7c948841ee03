"""Score an export (JSONL) against gold files: how much was found, and how much of what was found is right.

A gold file lists problems, measures, figures, changes and targets with ``start`` and ``end`` in the
gold text; ``…_also`` keys hold further readings that are right.  Records have their places in the
mined text; `Bridge` takes one to the other, so that white space and page furniture cost nothing.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]
Span = tuple[int, int]

TABLES = ("documents", "problems", "measures", "figures", "changes", "targets")
SAME = 0.5
"""Least share of two spans' characters that both hold, for one to stand for the other."""
RELATIVE = 1e-6
GRAM = 9


@dataclass
class Count:
    """How many were right, how many the gold has, how many were found."""

    right: int = 0
    gold: int = 0
    found: int = 0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
        return 2 * self.right / (self.gold + self.found) if self.gold + self.found else 1.0

    def add(self, *, right: bool | int, gold: bool | int, found: bool | int) -> None:
        self.right, self.gold, self.found = self.right + right, self.gold + gold, self.found + found


class Bridge:
    """From characters of a mined text to those of the gold text, both without white space and in NFKC form.

    Runs of nine characters that stand once in either text pin it; from there it grows while the characters agree.
    """

    def __init__(self, mined: str, gold: str) -> None:
        self._mined, plain = _plain(mined)
        self._gold, wanted = _plain(gold)
        self._to: dict[int, int] = {}
        here, there = _once(plain), _once(wanted)
        for gram, at in here.items():
            if gram in there:
                self._to.update({at + i: there[gram] + i for i in range(GRAM)})
        for step, order in ((1, sorted(self._to)), (-1, sorted(self._to, reverse=True))):
            for at in order:
                self._grow(plain, wanted, at, step)

    def _grow(self, plain: str, wanted: str, at: int, step: int) -> None:
        to = self._to[at]
        while at + step not in self._to and 0 <= at + step < len(plain) and 0 <= to + step < len(wanted) and plain[at + step] == wanted[to + step]:
            at, to = at + step, to + step
            self._to[at] = to

    def gold(self, record: Record) -> Span:
        """Return where a gold record stands."""
        return self._gold[record["start"]], self._gold[record["end"]]

    def mined(self, record: Record) -> Span | None:
        """Return where a mined record stands in the gold text, or ``None`` where nothing of it does."""
        to = [self._to[at] for at in range(self._mined[record["start"]], self._mined[record["end"]]) if at in self._to]
        return (min(to), max(to) + 1) if to else None


def _plain(text: str) -> tuple[list[int], str]:
    """Return for each position of *text* its position in the text without white space, and that text."""
    places, out = [], ""
    for char in text:
        places.append(len(out))
        out += "".join(unicodedata.normalize("NFKC", char).split())
    return [*places, len(out)], out


def _once(text: str) -> dict[str, int]:
    grams = [text[at : at + GRAM] for at in range(len(text) - GRAM + 1)]
    counts = Counter(grams)
    return {gram: at for at, gram in enumerate(grams) if counts[gram] == 1}


def score_archive(export: Path, gold: Path, texts: Path | None = None) -> dict[str, Count]:
    """Return the counts by measure of all documents that have a gold file in the folder *gold*; the gold texts lie in *texts*, or in it."""
    rows = {name: [json.loads(line) for line in (export / f"{name}.jsonl").read_text("utf-8").splitlines()] for name in TABLES}
    documents = {Path(document["path"]).name: document for document in rows["documents"]}
    counts: dict[str, Count] = {}
    for path in sorted(gold.glob("*.json")):
        wanted = json.loads(path.read_text("utf-8"))
        document = documents[wanted["document"]]
        mined = {name: [row for row in rows[name] if row["doc_id"] == document["doc_id"]] for name in TABLES[1:]}
        text = ((texts or gold / "text") / wanted["document"]).read_text("utf-8")
        _Document(wanted, text[: wanted["meta"].get("duplicate_from")], document, mined, counts).score()
    return counts


class _Document:
    """One document's gold beside what was mined of it."""

    def __init__(self, gold: dict[str, Any], text: str, document: Record, mined: dict[str, list[Record]], counts: dict[str, Count]) -> None:
        self.gold, self.document, self.mined, self.counts = gold, document, mined, counts
        self.bridge = Bridge(document["text"], text)

    def count(self, measure: str, *, right: bool | int, gold: bool | int, found: bool | int) -> None:
        self.counts.setdefault(measure, Count()).add(right=right, gold=gold, found=found)

    def value(self, measure: str, wanted: Iterable[Any], found: Any) -> None:
        """Count a field of a record that was found: the gold lists what is right, the best first; ``None`` is nothing."""
        wanted = list(wanted)
        right = found in wanted
        if found is not None or not right:
            self.count(measure, right=right, gold=right or wanted[0] is not None, found=found is not None)

    def score(self) -> None:
        self.meta()
        problems, measures = self.statements("problems"), self.statements("measures")
        self.conduct(measures)
        self.links(problems, measures)
        figures = self.figures()
        self.movements(figures)
        self.targets()

    def meta(self) -> None:
        meta = self.gold["meta"]
        region = meta.get("region") or {}
        for field in ("title", "doc_type", "issuer", "doc_number", "date"):
            wanted = [meta.get(field), *meta.get(f"{field}_also", [])]
            self.value("meta", [one and _plain(one)[1] for one in wanted], self.document[field] and _plain(self.document[field])[1])
        for field in ("province", "city", "county"):
            self.value("meta", [region.get(field)], self.document[field])

    # --- problems and measures ---------------------------------------------------------------
    def statements(self, table: str) -> list[tuple[Record, Record]]:
        """Count the problems or measures found and their categories; return what stands for what."""
        gold, mined = self.gold[table], self.mined[table]
        wanted = [[self.bridge.gold(place) for place in (record, *record.get("restated", ()))] for record in gold]
        found = [self.bridge.mined(record) for record in mined]
        likeness = {(i, j): max(_shared(a, b) for a in wanted[i]) for i in range(len(gold)) for j, b in enumerate(found) if b}
        pairs = [(gold[i], mined[j]) for i, j in _best({key: share for key, share in likeness.items() if share >= SAME})]
        self.count(f"{table}.items", right=len(pairs), gold=len(gold), found=len(mined))
        for one, other in pairs:
            readings = (*one["categories"], *one.get("categories_also", ()))
            self.count(f"{table}.category", right=other["categories"][0] in readings, gold=1, found=1)
        return pairs

    def conduct(self, measures: Sequence[tuple[Record, Record]]) -> None:
        for one, other in measures:
            self.value("measures.status", [one["status"], *one.get("status_also", ())], other["status"])
            self.value("measures.deadline", [one["deadline"], *one.get("deadline_also", ())], other["deadline"])
            wanted, found = set(one["units"]), set(other["units"])
            self.count("measures.units", right=len(wanted & found), gold=len(wanted), found=len(found))

    def links(self, problems: Sequence[tuple[Record, Record]], measures: Sequence[tuple[Record, Record]]) -> None:
        """Count a link as right where both its ends stand for those of a link of the gold; links of measures that the gold has not count as measures made up."""
        named = {other["problem_id"]: one["id"] for one, other in problems}
        reached = {id(one): other for one, other in measures}
        for one in self.gold["measures"]:
            wanted = [one["problem"], *one.get("problem_also", ())]
            other = reached.get(id(one), {})
            found = other.get("problem_id")
            self.value("links", wanted, named.get(found, f"not in the gold: {found}") if found else None)

    # --- figures -----------------------------------------------------------------------------
    def figures(self) -> dict[str, str]:
        """Count the figures found and their fields; return the gold id of each figure found."""
        gold, mined = self.gold["figures"], [record for record in self.mined["figures"] if not record["missing"]]
        wanted = [self.bridge.gold(record) for record in gold]
        found = [self.bridge.mined(record) for record in mined]
        touching = {(i, j): _shared(a, b) for i, a in enumerate(wanted) for j, b in enumerate(found) if b and _shared(a, b)}
        pairs = _best({(i, j): share + (1 if _near(gold[i]["value"], mined[j]["value"]) else 0) for (i, j), share in touching.items()})
        near_optional = {j for i, j in touching if gold[i]["optional"]}
        for record in gold:
            if not record["optional"]:
                self.count("figures.full", right=0, gold=1, found=0)
        for i, j in pairs:
            if not gold[i]["optional"]:
                self.count("figures.full", right=_is_same_quantity(gold[i], mined[j]), gold=0, found=1)
                self.fields(gold[i], mined[j])
        spare = set(range(len(mined))) - {j for _, j in pairs} - near_optional
        self.count("figures.full", right=0, gold=0, found=len(spare))
        return {mined[j]["figure_id"]: gold[i]["id"] for i, j in pairs}

    def fields(self, one: Record, other: Record) -> None:
        for field, measure in (("role", "roles"), ("category", "figures.category"), ("stage", "figures.stage"), ("year", "figures.year")):
            self.value(measure, [one[field], *one.get(f"{field}_also", ())], other[field])
        self.count("figures.subject", right=_alike(one["subject"] or "", other["subject"] or ""), gold=1, found=1)

    def movements(self, figures: Mapping[str, str]) -> None:
        ends = ("before", "after", "change")
        wanted = {tuple(change[end] for end in ends) for change in self.gold["changes"]}
        found = {tuple(change[end] and figures.get(change[end], f"not in the gold: {change[end]}") for end in ends) for change in self.mined["changes"]}
        self.count("changes", right=len(wanted & found), gold=len(wanted), found=len(found))

    def targets(self) -> None:
        cells = [{(int(t["indicator"]), int(t["year"]), _plain(t["text"])[1]) for t in table} for table in (self.gold["targets"], self.mined["targets"])]
        self.count("targets", right=len(cells[0] & cells[1]), gold=len(cells[0]), found=len(cells[1]))


def _shared(a: Span, b: Span) -> float:
    """Return the share of the characters of two spans that both hold."""
    common = min(a[1], b[1]) - max(a[0], b[0])
    return max(0.0, common / (max(a[1], b[1]) - min(a[0], b[0])))


def _best(likeness: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Return pairs, each side used once, the most alike first."""
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for (i, j), _ in sorted(likeness.items(), key=lambda item: (-item[1], item[0])):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((i, j))
    return pairs


def _near(a: float | None, b: float | None) -> bool:
    return a is None and b is None if a is None or b is None else abs(a - b) <= RELATIVE * max(1.0, abs(b))


def _is_same_quantity(one: Record, other: Record) -> bool:
    values = _near(one["value"], other["value"]) and (one["value_max"] is None or _near(one["value_max"], other["value_max"]))
    return values and one["qualifier"] == other["qualifier"] and other["unit"] in (one["unit"], *one.get("unit_also", ()))


def _alike(a: str, b: str) -> bool:
    """Return whether two short texts share half of their pairs of characters."""
    grams = [{text[i : i + 2] for i in range(len(text) - 1)} or {text} for text in (_plain(a)[1], _plain(b)[1])]
    return 4 * len(grams[0] & grams[1]) >= len(grams[0]) + len(grams[1])
