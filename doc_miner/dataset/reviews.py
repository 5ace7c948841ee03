"""Readers' verdicts on records: stored by the document's bytes, the record's place and the field, and applied again whenever the document is mined again.

The record tables hold what holds now: corrected values, no rejected records, added ones among the
others; ``mined`` of a review keeps what the program found, so that it can be undone. A reader says what
he saw (*old*): where that is not what stands there, somebody else was faster, and nothing is written.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from doc_miner.dataset.review_fields import FIELDS, KINDS, check_field, decoded, encoded, read_field, same, write_field
from doc_miner.dataset.review_rows import create, document_of, every, fields_of, first, insert, record, record_at, remove, restore, standing
from doc_miner.errors import DatasetError

if TYPE_CHECKING:
    from doc_miner.dataset.store import Store


class ReviewConflict(DatasetError):
    """Somebody else has changed the record since it was shown; nothing was written."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A review that could not be applied: the document, what it was about, and why."""

    path: str
    kind: str
    text: str
    note: str


def add_review(
    store: Store, kind: str, record_id: str, field: str, old: Any, new: Any = None, *, verdict: str = "corrected", reviewer: str, note: str = "", at: datetime | None = None
) -> str:
    """Write a verdict on a record, apply it and return its id.

    *verdict* is ``corrected`` (*field* from *old* to *new*), ``confirmed`` (*field* is *old*; with an empty *field* the whole record is right as it stands) or
    ``rejected`` (there is no such record; *field* is empty). Values are those of the column, lists as lists, a figure's ``value`` and ``value_max`` as exact
    decimals (text or `Decimal`), ``span`` as ``[start, end]``. Of a whole record *old* may give its fields as the reader saw them. Raises `ReviewConflict` where a
    field is not *old* any more, `DatasetError` for a field or value that cannot be.
    """
    _check_kind(kind)
    if verdict not in ("corrected", "confirmed", "rejected") or (verdict == "corrected" and not field) or (verdict == "rejected" and field):
        raise DatasetError(f"核对的结论“{verdict}”与字段“{field}”不相配。")
    with store.transaction() as db:
        row = record(db, kind, record_id)
        if row is None:
            raise ReviewConflict(f"{record_id}: 这条记录已不存在{_by_whom(db, record_id, '')}；请刷新后再核对。")
        document = document_of(db, row["doc_id"])
        before = fields_of(row, kind) if not field else None
        if field:
            check_field(db, kind, row, field, new if verdict == "corrected" else old, document["text"])
        for name, seen in ({field: old} if field else old or {}).items():
            now = read_field(row, name) if name in FIELDS[kind] else None
            if not same(name, now, seen):
                raise ReviewConflict(f"{record_id}: “{name}”现在是 {encoded(now)}，不是 {encoded(seen)}{_by_whom(db, record_id, name)}；请刷新后再核对。")
        key = _key(db, kind, row)
        previous = standing(db, kind, key, document["sha256"], field)
        review = {
            "review_id": uuid.uuid4().hex, "record_kind": kind, "record_id": record_id, "doc_sha256": document["sha256"], "start": key[0], "end": key[1], "field": field,
            "old": encoded(before if before is not None else old), "new": encoded(new) if verdict == "corrected" else None, "verdict": verdict, "reviewer": reviewer,
            "at": _time(at), "text": document["text"][key[0] : key[1]], "state": "applied", "note": note,
            "mined": previous["mined"] if previous else json.dumps(before if before is not None else read_field(row, field), ensure_ascii=False),
        }  # fmt: skip
        if previous:
            db.execute("UPDATE reviews SET state = 'replaced' WHERE review_id = ?", (previous["review_id"],))
        if verdict == "rejected":
            review["mined"] = json.dumps(remove(db, kind, row), ensure_ascii=False)
        elif verdict == "corrected":
            write_field(db, kind, record_id, field, new, document["text"])
        insert(db, review)
    return str(review["review_id"])


def add_record(store: Store, kind: str, doc_id: str, start: int, end: int, values: Mapping[str, Any], *, reviewer: str, note: str = "", at: datetime | None = None) -> str:
    """Add a record that the program did not find, at a place of the document's text, and return the id of the review (verdict ``added``).

    *values* gives columns of the kind; what is left out is null, or what is usual. Raises as `add_review` does.
    """
    _check_kind(kind)
    with store.transaction() as db:
        document = document_of(db, doc_id)
        if not 0 <= start < end <= len(document["text"]):
            raise DatasetError(f"{doc_id}: 正文里没有 {start}–{end} 这一段。")
        if record_at(db, kind, doc_id, start, end) is not None:
            raise ReviewConflict(f"{doc_id}: {start}–{end} 处已有这种记录；请刷新后再核对。")
        for field, value in values.items():
            check_field(db, kind, {"doc_id": doc_id}, field, value, document["text"])
        record_id = create(db, kind, document, start, end, values)
        review = {
            "review_id": uuid.uuid4().hex, "record_kind": kind, "record_id": record_id, "doc_sha256": document["sha256"], "start": start, "end": end, "field": "",
            "new": encoded(dict(values)), "verdict": "added", "reviewer": reviewer, "at": _time(at), "text": document["text"][start:end], "state": "applied",
            "note": note, "mined": "null",
        }  # fmt: skip
        insert(db, review)
    return str(review["review_id"])


def undo(store: Store, review_id: str) -> None:
    """Take a review back: the record is as the review before it, or else the program, had it. Raises `ReviewConflict` where it does not stand any more."""
    with store.transaction() as db:
        review = first(db, "SELECT * FROM reviews WHERE review_id = ?", review_id)
        if review is None or review["state"] in ("undone", "replaced"):
            raise ReviewConflict(f"{review_id}: 这条核对不存在，或已被撤销、取代；请刷新。")
        db.execute("UPDATE reviews SET state = 'undone' WHERE review_id = ?", (review_id,))
        if review["state"] == "unfit":
            return
        earlier = standing(db, review["record_kind"], (review["start"], review["end"]), review["doc_sha256"], review["field"], state="replaced")
        if earlier:
            db.execute("UPDATE reviews SET state = 'applied', mined = ? WHERE review_id = ?", (review["mined"], earlier["review_id"]))
        _take_back(db, review, earlier)


def _take_back(db: sqlite3.Connection, review: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> None:
    kind, record_id = review["record_kind"], review["record_id"]
    row = record(db, kind, record_id)
    if review["verdict"] == "rejected":
        restore(db, kind, json.loads(review["mined"] or "null"))
    elif row is not None and not review["field"]:
        _as_mined(db, kind, row, review)
    elif row is not None and review["field"]:
        text = document_of(db, row["doc_id"])["text"]
        value = json.loads(review["mined"] or "null")
        if earlier is not None:
            value = decoded(review["field"], earlier["new"] if earlier["verdict"] == "corrected" else earlier["old"])
        write_field(db, kind, record_id, review["field"], value, text)


def _as_mined(db: sqlite3.Connection, kind: str, row: Mapping[str, Any], review: Mapping[str, Any]) -> None:
    """Take back a verdict on a whole record: an added one goes unless the program finds it now, the fields return but for those with a verdict of their own."""
    mined = json.loads(review["mined"] or "null")
    if mined is None:
        remove(db, kind, row)
        return
    own = {one["field"] for one in every(db, "SELECT field FROM reviews WHERE record_id = ? AND state = 'applied'", review["record_id"])}
    text = document_of(db, row["doc_id"])["text"]
    for field, value in mined.items():
        if field not in own and not same(field, read_field(row, field), value):
            write_field(db, kind, review["record_id"], field, value, text)


def unfit(db: sqlite3.Connection) -> list[Unfit]:
    """Return the reviews that do not fit the dataset as it is."""
    sql = "SELECT d.path, r.* FROM reviews r LEFT JOIN documents d ON d.sha256 = r.doc_sha256 WHERE r.state = 'unfit' ORDER BY d.path, r.start, r.review_id"
    return [Unfit(one["path"] or "", one["record_kind"], one["text"] or one["record_id"] or "", one["note"] or "") for one in every(db, sql)]


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise DatasetError(f"不能核对“{kind}”这种记录；可用：{'、'.join(KINDS)}。")


def _key(db: sqlite3.Connection, kind: str, row: Mapping[str, Any]) -> tuple[int, int]:
    """Return the place at which the program found a record, whose span a reader may have corrected."""
    moved = first(db, "SELECT mined FROM reviews WHERE record_kind = ? AND record_id = ? AND field = 'span' AND state = 'applied'", kind, row[f"{kind}_id"])
    start, end = json.loads(moved["mined"]) if moved else (row["start"], row["end"])
    return start, end


def _by_whom(db: sqlite3.Connection, record_id: str, field: str) -> str:
    last = first(db, "SELECT reviewer, at FROM reviews WHERE record_id = ? AND (field = ? OR ? = '') AND state = 'applied' ORDER BY at DESC", record_id, field, field)
    return f"（{last['reviewer']} 已于 {last['at'][:16]} 核对）" if last else ""


def _time(at: datetime | None) -> str:
    return (at or datetime.now(UTC)).isoformat(timespec="microseconds")
