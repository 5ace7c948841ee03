"""Apply the reviews of a document again when its records have just been written, and mark those that fit no more."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from doc_miner.dataset.review_fields import FIELDS, KINDS, check_field, decoded, read_field, write_field
from doc_miner.dataset.review_rows import create, document_of, every, fields_of, first, record, record_at, remove
from doc_miner.errors import DatasetError

_GONE = "文档已不在数据集中，或文件内容已变"


def apply(db: sqlite3.Connection, doc_id: str) -> int:
    """Apply all reviews of a document whose records have just been written, within the caller's transaction; return how many do not fit (`unfit` lists them)."""
    document = document_of(db, doc_id)
    reviews = every(db, "SELECT * FROM reviews WHERE doc_sha256 = ? AND coalesce(state, 'applied') IN ('applied', 'unfit') ORDER BY at, review_id", document["sha256"])
    lost = 0
    placed: list[tuple[dict[str, Any], dict[str, Any] | None]] = []
    for review in sorted(reviews, key=lambda one: one["verdict"] != "added"):
        why = _place(db, document, review)
        if not why and review["verdict"] == "added" and record_at(db, review["record_kind"], doc_id, review["start"], review["end"]) is None:
            review["created"] = True
            review["record_id"] = create(db, review["record_kind"], document, review["start"], review["end"], {})
        row = None if why else record_at(db, review["record_kind"], doc_id, review["start"], review["end"])
        if not why and row is None and review["verdict"] != "rejected":
            why = "程序已不再找到这条记录"
        if why:
            _mark(db, review, why)
            lost += 1
        else:
            placed.append((review, row))
    for review, row in sorted(placed, key=lambda one: one[0]["verdict"] == "rejected"):
        why = _again(db, document, review, row)
        if why:
            _mark(db, review, why)
            lost += 1
    return lost


def _again(db: sqlite3.Connection, document: Mapping[str, Any], review: dict[str, Any], row: Mapping[str, Any] | None) -> str:
    """Apply one review to the record as it was mined, and return why it cannot be (empty: it was)."""
    kind, verdict = review["record_kind"], review["verdict"]
    record_id = row[f"{kind}_id"] if row is not None else review["record_id"]
    if verdict == "rejected":
        now = record(db, kind, record_id) if row is not None else None
        mined: Any = remove(db, kind, now) if now is not None else None
    elif verdict == "added" or not review["field"]:
        values = json.loads(review["new" if verdict == "added" else "old"] or "{}")
        mined = fields_of(row, kind) if row is not None and "created" not in review else None
    else:
        values = {review["field"]: decoded(review["field"], review["new"] if verdict == "corrected" else review["old"])}
        mined = read_field(row, review["field"]) if row is not None else None
    if verdict != "rejected":
        try:
            for field, value in values.items():
                check_field(db, kind, row or {}, field, value, document["text"])
        except DatasetError as error:
            return str(error)
        for field, value in values.items():
            write_field(db, kind, record_id, field, value, document["text"])
    note = "" if review["state"] == "unfit" else review["note"]
    db.execute(
        'UPDATE reviews SET record_id = ?, start = ?, "end" = ?, mined = ?, state = \'applied\', note = ? WHERE review_id = ?',
        (record_id, review["start"], review["end"], json.dumps(mined, ensure_ascii=False), note, review["review_id"]),
    )
    return ""


def leave(db: sqlite3.Connection, doc_id: str) -> None:
    """Mark the reviews of a document that is being dropped; they are applied again should it come back."""
    document = first(db, "SELECT path, sha256 FROM documents WHERE doc_id = ?", doc_id)
    for review in every(db, "SELECT * FROM reviews WHERE doc_sha256 = ? AND coalesce(state, 'applied') = 'applied'", document and document["sha256"]):
        _mark(db, review, f"{_GONE}：{document and document['path']}")


def _place(db: sqlite3.Connection, document: Mapping[str, Any], review: dict[str, Any]) -> str:
    """Set where the words of a review stand now, and return why they cannot be found (empty: they are)."""
    if review["record_kind"] not in FIELDS:
        return "没有这种记录"
    words, text = review["text"], document["text"]
    if words is None or text[review["start"] : review["end"]] == words:
        return ""
    found = every(db, f'SELECT start, "end" FROM {KINDS[review["record_kind"]]} WHERE doc_id = ? AND text = ?', document["doc_id"], words)
    places = [(one["start"], one["end"]) for one in found]
    if not places and text.count(words) == 1:
        places = [(text.index(words), text.index(words) + len(words))]
    if len(places) != 1:
        return "正文已变，找不到唯一的对应处"
    review["start"], review["end"] = places[0]
    return ""


def _mark(db: sqlite3.Connection, review: Mapping[str, Any], why: str) -> None:
    db.execute("UPDATE reviews SET state = 'unfit', note = ? WHERE review_id = ?", (why, review["review_id"]))
