"""What the page asks the dataset: records by filter, one record with all that belongs to it, a document with its places, how far the review is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from doc_miner.dataset.evidence import sentence
from doc_miner.dataset.review_fields import FIELDS, KINDS, read_field
from doc_miner.review.pictures import PAGED

_REVIEWED = "EXISTS (SELECT 1 FROM reviews v WHERE v.record_id = r.{key} AND v.state = 'applied')"
_FOUND = (
    "EXISTS (SELECT 1 FROM findings n WHERE n.doc_id = r.doc_id AND"
    " (n.start < r.\"end\" AND n.\"end\" > r.start OR instr(coalesce(n.figures, ''), '\"' || r.{key} || '\"')))"
)
_SHOWN = 200
"""Characters of a record in a list."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records are listed; what is empty does not matter. ``below`` is a confidence, ``found`` those that a finding is about."""

    doc_id: str = ""
    region: str = ""
    kind: str = ""
    category: str = ""
    below: float | None = None
    found: bool = False
    open: bool = False
    """Only those that nobody has reviewed yet."""


def list_records(db: sqlite3.Connection, wanted: Filter, offset: int = 0, limit: int = 200) -> tuple[int, list[dict[str, Any]]]:
    """Return how many records there are, and those from *offset* on, by document and place."""
    kinds = [wanted.kind] if wanted.kind else list(KINDS)
    values: list[Any] = []
    parts = []
    for kind in kinds:
        where, more = _where(kind, wanted)
        parts.append(f"SELECT '{kind}' AS kind, r.{kind}_id AS record_id, r.doc_id AS doc_id, r.start AS start, r.\"end\" AS \"end\" FROM {KINDS[kind]} r {where}")
        values += more
    union = " UNION ALL ".join(parts)
    (count,) = db.execute(f"SELECT count(*) FROM ({union})", values).fetchone()
    rows = db.execute(f'{union} ORDER BY doc_id, start, "end" DESC, kind LIMIT ? OFFSET ?', [*values, limit, offset]).fetchall()
    return count, [_listed(db, row["kind"], row["record_id"]) for row in rows]


def place_of(db: sqlite3.Connection, wanted: Filter, kind: str, record_id: str) -> int | None:
    """Return the number of a record in the list that a filter gives, or None where it is not in it."""
    row = _row(db, kind, record_id)
    if row is None or (wanted.kind and wanted.kind != kind):
        return None
    before, there = 0, False
    for one in [wanted.kind] if wanted.kind else list(KINDS):
        where, values = _where(one, wanted)
        key = (row["doc_id"], row["start"], -row["end"], kind)
        order = f"(r.doc_id, r.start, -r.\"end\", '{one}')"
        before += db.execute(f"SELECT count(*) FROM {KINDS[one]} r {where} AND {order} < (?, ?, ?, ?)", [*values, *key]).fetchone()[0]
        if one == kind:
            there = db.execute(f"SELECT 1 FROM {KINDS[one]} r {where} AND r.{kind}_id = ?", [*values, record_id]).fetchone() is not None
    return before if there else None


def _where(kind: str, wanted: Filter) -> tuple[str, list[Any]]:
    key = f"{kind}_id"
    parts: list[str] = ["1"]
    values: list[Any] = []
    if wanted.doc_id:
        parts.append("r.doc_id = ?")
        values.append(wanted.doc_id)
    if wanted.region:
        parts.append("r.doc_id IN (SELECT doc_id FROM documents WHERE coalesce(county, city, province) = ?)")
        values.append(wanted.region)
    if wanted.category:
        parts.append("r.category = ?" if kind == "figure" else "EXISTS (SELECT 1 FROM json_each(r.categories) c WHERE c.value = ?)")
        values.append(wanted.category)
    if wanted.below is not None:
        parts.append("coalesce(r.confidence, 0) < ?")
        values.append(wanted.below)
    if wanted.found:
        parts.append(_FOUND.format(key=key))
    if wanted.open:
        parts.append(f"NOT {_REVIEWED.format(key=key)}")
    return f"WHERE {' AND '.join(parts)}", values


def _listed(db: sqlite3.Connection, kind: str, record_id: str) -> dict[str, Any]:
    row = _row(db, kind, record_id)
    assert row is not None
    return {
        "kind": kind, "record_id": record_id, "doc_id": row["doc_id"], "start": row["start"], "end": row["end"], "text": row["text"][:_SHOWN],
        "subject": row.get("subject"), "categories": _categories(kind, row), "confidence": row["confidence"], "page": row["page"], "state": state_of(db, record_id),
    }  # fmt: skip


def _categories(kind: str, row: Mapping[str, Any]) -> list[str]:
    return [row["category"]] if kind == "figure" and row["category"] else read_field(row, "categories") if kind != "figure" else []


def state_of(db: sqlite3.Connection, record_id: str) -> str:
    """Return what readers have said of a record: the verdict that says most, or an empty string."""
    return _strongest({row[0] for row in db.execute("SELECT verdict FROM reviews WHERE record_id = ? AND state = 'applied'", (record_id,))})


def _strongest(verdicts: Collection[str]) -> str:
    return next((one for one in ("rejected", "added", "corrected", "confirmed") if one in verdicts), "")


def _verdicts(db: sqlite3.Connection, doc_id: str) -> dict[str, set[str]]:
    said: dict[str, set[str]] = {}
    sql = "SELECT v.record_id, v.verdict FROM reviews v JOIN documents d ON d.sha256 = v.doc_sha256 WHERE d.doc_id = ? AND v.state = 'applied'"
    for record_id, verdict in db.execute(sql, (doc_id,)):
        said.setdefault(record_id, set()).add(verdict)
    return said


def read_record(db: sqlite3.Connection, kind: str, record_id: str) -> dict[str, Any] | None:
    """Return one record: its fields, its evidence, what it is linked with, what was said of it; None where there is none (any more)."""
    row = _row(db, kind, record_id)
    if row is None:
        return None
    document = db.execute("SELECT path, title, text, format FROM documents WHERE doc_id = ?", (row["doc_id"],)).fetchone()
    section = db.execute("SELECT number, heading FROM sections WHERE section_id = ?", (row["section_id"],)).fetchone()
    box = json.loads(row["bbox"]) if row["bbox"] else None
    return _listed(db, kind, record_id) | {
        "text": row["text"], "fields": {field: read_field(row, field) for field in FIELDS[kind]}, "rule": row["rule"], "bbox": box,
        "title": document["title"], "path": document["path"], "section": f"{section['number'] or ''}{section['heading'] or ''}" if section else "",
        "sentence": sentence(document["text"], row["start"], row["end"]), "links": _links(db, kind, row), "findings": _findings(db, row, record_id),
        "reviews": reviews_of(db, record_id),
    }  # fmt: skip


def _links(db: sqlite3.Connection, kind: str, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records around this one: the problem of a measure, the measures of a problem, problem and measure of a figure."""
    found: list[tuple[str, Any]] = []
    if kind == "problem":
        found = [("measure", one[0]) for one in db.execute("SELECT measure_id FROM measures WHERE doc_id = ? AND problem_id = ?", (row["doc_id"], row["problem_id"]))]
    else:
        found = [(name, row[f"{name}_id"]) for name in ("problem", "measure") if name != kind and row.get(f"{name}_id")]
    linked = [(other, _row(db, other, key)) for other, key in found]
    return [{"kind": other, "record_id": one[f"{other}_id"], "text": one["text"][:_SHOWN]} for other, one in linked if one]


def _findings(db: sqlite3.Connection, row: Mapping[str, Any], record_id: str) -> list[dict[str, Any]]:
    sql = """SELECT rule, severity, message FROM findings WHERE doc_id = ? AND (start < ? AND "end" > ? OR instr(coalesce(figures, ''), ?))"""
    return [dict(one) for one in db.execute(sql, (row["doc_id"], row["end"], row["start"], f'"{record_id}"'))]


def reviews_of(db: sqlite3.Connection, record_id: str) -> list[dict[str, Any]]:
    """Return all that was said of a record, the latest first."""
    return [_review(row) for row in db.execute(f"{_REVIEWS} WHERE r.record_id = ? ORDER BY r.at DESC, r.review_id", (record_id,))]


_REVIEWS = (
    "SELECT r.review_id, r.record_kind, r.record_id, r.field, r.old, r.new, r.verdict, r.reviewer, r.at, r.text, r.state, r.note, d.doc_id, d.title, d.path"
    " FROM reviews r LEFT JOIN documents d ON d.sha256 = r.doc_sha256"
)


def list_reviews(db: sqlite3.Connection, *, doc_id: str = "", verdict: str = "", reviewer: str = "", offset: int = 0, limit: int = 100) -> tuple[int, list[dict[str, Any]]]:
    """Return how many reviews there are, and those from *offset* on, the latest first."""
    wanted = {"d.doc_id": doc_id, "r.verdict": verdict, "r.reviewer": reviewer}
    where = "".join(f" AND {column} = ?" for column, value in wanted.items() if value)
    values = [value for value in wanted.values() if value]
    (count,) = db.execute(f"SELECT count(*) FROM ({_REVIEWS} WHERE 1{where})", values).fetchone()
    rows = db.execute(f"{_REVIEWS} WHERE 1{where} ORDER BY r.at DESC, r.review_id LIMIT ? OFFSET ?", [*values, limit, offset])
    return count, [_review(row) for row in rows]


def _review(row: sqlite3.Row) -> dict[str, Any]:
    return dict(row) | {"text": (row["text"] or "")[:_SHOWN]}


def read_document(db: sqlite3.Connection, doc_id: str) -> dict[str, Any] | None:
    """Return a document with its text, outline and findings; None where there is none."""
    columns = "doc_id, path, title, doc_type, issuer, year, pages, format, status, warnings, text, coalesce(county, city, province) AS region"
    row = db.execute(f"SELECT {columns} FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()
    if row is None:
        return None
    sections = db.execute('SELECT level, number, heading, start, "end" FROM sections WHERE doc_id = ? ORDER BY start, level', (doc_id,))
    findings = db.execute('SELECT rule, severity, message, start, "end" FROM findings WHERE doc_id = ? ORDER BY start', (doc_id,))
    return dict(row) | {
        "text": row["text"] or "", "drawn": row["format"] in PAGED, "warnings": json.loads(row["warnings"] or "[]"), "sections": [dict(one) for one in sections], "findings": [dict(one) for one in findings],
        "marks": marks_of(db, doc_id), "progress": progress_of(db, doc_id),
    }  # fmt: skip


def marks_of(db: sqlite3.Connection, doc_id: str) -> list[list[Any]]:
    """Return the places of all records of a document: kind, id, start, end, state, in the order of the text."""
    said = _verdicts(db, doc_id)
    marks = []
    for kind, table in KINDS.items():
        for record_id, start, end in db.execute(f'SELECT {kind}_id, start, "end" FROM {table} WHERE doc_id = ?', (doc_id,)):
            verdicts = said.get(record_id, set())
            marks.append([kind, record_id, start, end, _strongest(verdicts)])
    return sorted(marks, key=lambda mark: (mark[2], -mark[3], mark[0]))


def progress_of(db: sqlite3.Connection, doc_id: str) -> dict[str, int]:
    """Return how many records a document has, and how many of them were reviewed."""
    records = sum(db.execute(f"SELECT count(*) FROM {table} WHERE doc_id = ?", (doc_id,)).fetchone()[0] for table in KINDS.values())
    return {"records": records, "reviewed": sum("rejected" not in verdicts for verdicts in _verdicts(db, doc_id).values())}


def list_documents(db: sqlite3.Connection, *, region: str = "", offset: int = 0, limit: int = 100) -> tuple[int, list[dict[str, Any]]]:
    """Return how many documents there are, and those from *offset* on, by region and year, each with its progress and number of findings."""
    where, values = ("WHERE coalesce(county, city, province) = ?", [region]) if region else ("", [])
    (count,) = db.execute(f"SELECT count(*) FROM documents {where}", values).fetchone()
    sql = (
        "SELECT doc_id, title, path, doc_type, year, format, status, warnings, coalesce(county, city, province) AS region,"
        " (SELECT count(*) FROM findings n WHERE n.doc_id = d.doc_id) AS findings"
        f" FROM documents d {where} ORDER BY region IS NULL, region, year, path LIMIT ? OFFSET ?"
    )
    rows = db.execute(sql, [*values, limit, offset]).fetchall()
    return count, [dict(row) | {"warnings": json.loads(row["warnings"] or "[]")} | progress_of(db, row["doc_id"]) for row in rows]


def list_regions(db: sqlite3.Connection) -> list[str]:
    """Return the regions of the documents."""
    return [row[0] for row in db.execute("SELECT DISTINCT coalesce(county, city, province) AS region FROM documents WHERE region IS NOT NULL ORDER BY region")]


def places_by_path(db: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Return path to id, region and year of each document."""
    rows = db.execute("SELECT path, doc_id, coalesce(county, city, province) AS region, year FROM documents")
    return {row["path"]: {"doc_id": row["doc_id"], "region": row["region"], "year": row["year"]} for row in rows}


def names_of(db: sqlite3.Connection, table: str) -> list[dict[str, str]]:
    """Return code and name of all ``categories`` or ``indicators``."""
    assert table in ("categories", "indicators")
    return [dict(row) for row in db.execute(f"SELECT code, name FROM {table} ORDER BY code")]


def _row(db: sqlite3.Connection, kind: str, record_id: str) -> dict[str, Any] | None:
    row = db.execute(f"SELECT * FROM {KINDS[kind]} WHERE {kind}_id = ?", (record_id,)).fetchone()
    return dict(row) if row else None
