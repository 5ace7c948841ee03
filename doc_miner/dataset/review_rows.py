"""The rows that reviews are about, within the caller's transaction: found by id or place, added, taken out and put back with the links that led to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from doc_miner.dataset.review_fields import FIELDS, KINDS, read_field, write_field
from doc_miner.errors import DatasetError

_LETTERS = {"problem": "p", "measure": "m", "figure": "f"}
_LINKS = {
    "problem": (("measures", "problem_id"), ("figures", "problem_id")),
    "measure": (("figures", "measure_id"),),
    "figure": (("changes", "before"), ("changes", "after"), ("changes", "change")),
}


# --- found ---------------------------------------------------------------------------------
def record(db: sqlite3.Connection, kind: str, record_id: str) -> dict[str, Any] | None:
    """Return a record by its id, None where there is none."""
    return first(db, f"SELECT * FROM {KINDS[kind]} WHERE {kind}_id = ?", record_id)


def document_of(db: sqlite3.Connection, doc_id: str) -> dict[str, Any]:
    """Return id, path, bytes' hash and text of a document; raises `DatasetError` where there is none."""
    document = first(db, "SELECT doc_id, path, sha256, text FROM documents WHERE doc_id = ?", doc_id)
    if document is None:
        raise DatasetError(f"{doc_id}: 数据集里没有这个文档。")
    return document


def insert(db: sqlite3.Connection, review: Mapping[str, Any]) -> None:
    """Write a review."""
    db.execute(f"INSERT INTO reviews ({_listed(review)}) VALUES ({','.join('?' * len(review))})", list(review.values()))


def first(db: sqlite3.Connection, sql: str, *values: Any) -> dict[str, Any] | None:
    """Return the first row that a query finds, as column to value; None where it finds none."""
    found = every(db, f"{sql} LIMIT 1", *values)
    return found[0] if found else None


def every(db: sqlite3.Connection, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return all rows that a query finds, each as column to value."""
    cursor = db.execute(sql, values)
    columns = [one[0] for one in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _listed(row: Mapping[str, Any]) -> str:
    return ", ".join(f'"{column}"' for column in row)


def record_at(db: sqlite3.Connection, kind: str, doc_id: str, start: int, end: int) -> dict[str, Any] | None:
    """Return the record of a kind at a place, None where there is none."""
    return first(db, f'SELECT * FROM {KINDS[kind]} WHERE doc_id = ? AND start = ? AND "end" = ? ORDER BY 1', doc_id, start, end)


def standing(db: sqlite3.Connection, kind: str, key: tuple[int, int], sha256: str, field: str, state: str = "applied") -> dict[str, Any] | None:
    """Return the last review of a field of the record at a place that is in a state."""
    sql = 'SELECT * FROM reviews WHERE doc_sha256 = ? AND record_kind = ? AND start = ? AND "end" = ? AND field = ? AND state = ? AND verdict <> \'added\' ORDER BY at DESC, review_id DESC'
    return first(db, sql, sha256, kind, *key, field, state)


# --- added, taken out, put back -------------------------------------------------------------
def create(db: sqlite3.Connection, kind: str, document: Mapping[str, Any], start: int, end: int, values: Mapping[str, Any]) -> str:
    """Add a record at a place of a document and return its id; what *values* leaves out is null, or what is usual."""
    doc_id, table = document["doc_id"], KINDS[kind]
    record_id = f"{doc_id}-{_LETTERS[kind]}{start}"
    if record(db, kind, record_id) is not None:
        record_id += f"-{end}"
    section = first(db, 'SELECT section_id FROM sections WHERE doc_id = ? AND start <= ? AND "end" > ? ORDER BY level DESC', doc_id, start, start)
    row: dict[str, Any] = {f"{kind}_id": record_id, "doc_id": doc_id, "section_id": section and section["section_id"], "text": document["text"][start:end], "start": start, "end": end, "confidence": 1.0}
    usual: dict[str, dict[str, Any]] = {"figure": {"qualifier": "=", "role": "level", "missing": 0}, "measure": {"status": "ongoing", "units": "[]"}, "problem": {"mentions": "[]"}}
    row |= {"rule": f"{kind}/added", "page": _page(db, doc_id, start)} | usual[kind]
    db.execute(f"INSERT INTO {table} ({_listed(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
    for field, value in values.items():
        write_field(db, kind, record_id, field, value, document["text"])
    return record_id


def _page(db: sqlite3.Connection, doc_id: str, start: int) -> int | None:
    """Return the page of a place: that of the records before and after it where both are on one page, else None."""
    either = " UNION ALL ".join(f'SELECT start, page FROM {table} WHERE doc_id = :doc AND start {{0}} :start' for table in KINDS.values())
    pages = []
    for side, order in (("<=", "DESC"), (">=", "ASC")):
        found = db.execute(f"SELECT page FROM ({either.format(side)}) ORDER BY start {order} LIMIT 1", {"doc": doc_id, "start": start}).fetchone()
        pages.append(found[0] if found else None)
    return pages[0] if pages[0] == pages[1] else None


def remove(db: sqlite3.Connection, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Take a record out; return it with the links that led to it, for `restore`."""
    record_id, doc_id = row[f"{kind}_id"], row["doc_id"]
    links: list[list[Any]] = []
    for table, column in _LINKS[kind]:
        key = f"{table[:-1]}_id"
        links += [[table, column, one[key], record_id] for one in every(db, f"SELECT {key} FROM {table} WHERE doc_id = ? AND {column} = ?", doc_id, record_id)]
        db.execute(f"UPDATE {table} SET {column} = NULL WHERE doc_id = ? AND {column} = ?", (doc_id, record_id))
    for finding in every(db, "SELECT finding_id, figures FROM findings WHERE doc_id = ? AND figures LIKE ?", doc_id, f'%"{record_id}"%'):
        links.append(["findings", "figures", finding["finding_id"], finding["figures"]])
        left = [one for one in json.loads(finding["figures"]) if one != record_id]
        db.execute("UPDATE findings SET figures = ? WHERE finding_id = ?", (json.dumps(left, ensure_ascii=False), finding["finding_id"]))
    db.execute(f"DELETE FROM {KINDS[kind]} WHERE {kind}_id = ?", (record_id,))
    return {"row": dict(row), "links": links}


def restore(db: sqlite3.Connection, kind: str, kept: Mapping[str, Any] | None) -> None:
    """Put back what `remove` took out, unless it is there."""
    if not kept or record(db, kind, kept["row"][f"{kind}_id"]) is not None:
        return
    row = kept["row"]
    db.execute(f"INSERT INTO {KINDS[kind]} ({_listed(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
    for table, column, key, value in kept["links"]:
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {table[:-1]}_id = ?", (value, key))


def fields_of(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return all that can be reviewed of a record, as column to value."""
    return {field: read_field(row, field) for field in FIELDS[kind]}
