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
from doc_miner.errors import DatasetError

if TYPE_CHECKING:
    from doc_miner.dataset.store import Store

_GONE = "文档已不在数据集中，或文件内容已变"
_LETTERS = {"problem": "p", "measure": "m", "figure": "f"}
_LINKS = {
    "problem": (("measures", "problem_id"), ("figures", "problem_id")),
    "measure": (("figures", "measure_id"),),
    "figure": (("changes", "before"), ("changes", "after"), ("changes", "change")),
}


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
    decimals (text or `Decimal`), ``span`` as ``[start, end]``. Raises `ReviewConflict` where the field is not *old* any more, `DatasetError` for a field or value
    that cannot be.
    """
    _check_kind(kind)
    if verdict not in ("corrected", "confirmed", "rejected") or (verdict == "corrected" and not field) or (verdict == "rejected" and field):
        raise DatasetError(f"核对的结论“{verdict}”与字段“{field}”不相配。")
    with store.transaction() as db:
        row = _row(db, kind, record_id)
        if row is None:
            raise ReviewConflict(f"{record_id}: 这条记录已不存在{_by_whom(db, record_id, '')}；请刷新后再核对。")
        document = _document(db, row["doc_id"])
        before = _fields(row, kind) if not field else None
        if field:
            check_field(db, kind, row, field, new if verdict == "corrected" else old, document["text"])
            now = read_field(row, field)
            if not same(field, now, old):
                raise ReviewConflict(f"{record_id}: “{field}”现在是 {encoded(now)}，不是 {encoded(old)}{_by_whom(db, record_id, field)}；请刷新后再核对。")
        key = _key(db, kind, row)
        previous = _standing(db, kind, key, document["sha256"], field)
        review = {
            "review_id": uuid.uuid4().hex, "record_kind": kind, "record_id": record_id, "doc_sha256": document["sha256"], "start": key[0], "end": key[1], "field": field,
            "old": encoded(before if before is not None else old), "new": encoded(new) if verdict == "corrected" else None, "verdict": verdict, "reviewer": reviewer,
            "at": _time(at), "text": document["text"][key[0] : key[1]], "state": "applied", "note": note,
            "mined": previous["mined"] if previous else json.dumps(before if before is not None else read_field(row, field), ensure_ascii=False),
        }  # fmt: skip
        if previous:
            db.execute("UPDATE reviews SET state = 'replaced' WHERE review_id = ?", (previous["review_id"],))
        if verdict == "rejected":
            review["mined"] = json.dumps(_remove(db, kind, row), ensure_ascii=False)
        elif verdict == "corrected":
            write_field(db, kind, record_id, field, new, document["text"])
        _insert(db, review)
    return str(review["review_id"])


def add_record(store: Store, kind: str, doc_id: str, start: int, end: int, values: Mapping[str, Any], *, reviewer: str, note: str = "", at: datetime | None = None) -> str:
    """Add a record that the program did not find, at a place of the document's text, and return the id of the review (verdict ``added``).

    *values* gives columns of the kind; what is left out is null, or what is usual. Raises as `add_review` does.
    """
    _check_kind(kind)
    with store.transaction() as db:
        document = _document(db, doc_id)
        if not 0 <= start < end <= len(document["text"]):
            raise DatasetError(f"{doc_id}: 正文里没有 {start}–{end} 这一段。")
        if _at(db, kind, doc_id, start, end) is not None:
            raise ReviewConflict(f"{doc_id}: {start}–{end} 处已有这种记录；请刷新后再核对。")
        for field, value in values.items():
            check_field(db, kind, {"doc_id": doc_id}, field, value, document["text"])
        record_id = _create(db, kind, document, start, end, values)
        review = {
            "review_id": uuid.uuid4().hex, "record_kind": kind, "record_id": record_id, "doc_sha256": document["sha256"], "start": start, "end": end, "field": "",
            "new": encoded(dict(values)), "verdict": "added", "reviewer": reviewer, "at": _time(at), "text": document["text"][start:end], "state": "applied",
            "note": note, "mined": "null",
        }  # fmt: skip
        _insert(db, review)
    return str(review["review_id"])


def undo(store: Store, review_id: str) -> None:
    """Take a review back: the record is as the review before it, or else the program, had it. Raises `ReviewConflict` where it does not stand any more."""
    with store.transaction() as db:
        review = _one(db, "SELECT * FROM reviews WHERE review_id = ?", review_id)
        if review is None or review["state"] in ("undone", "replaced"):
            raise ReviewConflict(f"{review_id}: 这条核对不存在，或已被撤销、取代；请刷新。")
        db.execute("UPDATE reviews SET state = 'undone' WHERE review_id = ?", (review_id,))
        if review["state"] == "unfit":
            return
        earlier = _standing(db, review["record_kind"], (review["start"], review["end"]), review["doc_sha256"], review["field"], state="replaced")
        if earlier:
            db.execute("UPDATE reviews SET state = 'applied', mined = ? WHERE review_id = ?", (review["mined"], earlier["review_id"]))
        _take_back(db, review, earlier)


def _take_back(db: sqlite3.Connection, review: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> None:
    kind, record_id = review["record_kind"], review["record_id"]
    row = _row(db, kind, record_id)
    if review["verdict"] == "rejected":
        _restore(db, kind, json.loads(review["mined"] or "null"))
    elif row is not None and not review["field"]:
        _as_mined(db, kind, row, review)
    elif row is not None and review["field"]:
        text = _document(db, row["doc_id"])["text"]
        value = json.loads(review["mined"] or "null")
        if earlier is not None:
            value = decoded(review["field"], earlier["new"] if earlier["verdict"] == "corrected" else earlier["old"])
        write_field(db, kind, record_id, review["field"], value, text)


def _as_mined(db: sqlite3.Connection, kind: str, row: Mapping[str, Any], review: Mapping[str, Any]) -> None:
    """Take back a verdict on a whole record: an added one goes unless the program finds it now, the fields return but for those with a verdict of their own."""
    mined = json.loads(review["mined"] or "null")
    if mined is None:
        _remove(db, kind, row)
        return
    own = {one["field"] for one in _all(db, "SELECT field FROM reviews WHERE record_id = ? AND state = 'applied'", review["record_id"])}
    text = _document(db, row["doc_id"])["text"]
    for field, value in mined.items():
        if field not in own and not same(field, read_field(row, field), value):
            write_field(db, kind, review["record_id"], field, value, text)


def apply(db: sqlite3.Connection, doc_id: str) -> int:
    """Apply all reviews of a document whose records have just been written, within the caller's transaction; return how many do not fit (`unfit` lists them)."""
    document = _document(db, doc_id)
    reviews = _all(db, "SELECT * FROM reviews WHERE doc_sha256 = ? AND coalesce(state, 'applied') IN ('applied', 'unfit') ORDER BY at, review_id", document["sha256"])
    lost = 0
    placed: list[tuple[dict[str, Any], dict[str, Any] | None]] = []
    for review in sorted(reviews, key=lambda one: one["verdict"] != "added"):
        why = _place(db, document, review)
        if not why and review["verdict"] == "added" and _at(db, review["record_kind"], doc_id, review["start"], review["end"]) is None:
            review["created"] = True
            review["record_id"] = _create(db, review["record_kind"], document, review["start"], review["end"], {})
        row = None if why else _at(db, review["record_kind"], doc_id, review["start"], review["end"])
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
        now = _row(db, kind, record_id) if row is not None else None
        mined: Any = _remove(db, kind, now) if now is not None else None
    elif verdict == "added" or not review["field"]:
        values = json.loads(review["new" if verdict == "added" else "old"] or "{}")
        mined = _fields(row, kind) if row is not None and "created" not in review else None
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
    document = _one(db, "SELECT path, sha256 FROM documents WHERE doc_id = ?", doc_id)
    for review in _all(db, "SELECT * FROM reviews WHERE doc_sha256 = ? AND coalesce(state, 'applied') = 'applied'", document and document["sha256"]):
        _mark(db, review, f"{_GONE}：{document and document['path']}")


def unfit(db: sqlite3.Connection) -> list[Unfit]:
    """Return the reviews that do not fit the dataset as it is."""
    sql = "SELECT d.path, r.* FROM reviews r LEFT JOIN documents d ON d.sha256 = r.doc_sha256 WHERE r.state = 'unfit' ORDER BY d.path, r.start, r.review_id"
    return [Unfit(one["path"] or "", one["record_kind"], one["text"] or one["record_id"] or "", one["note"] or "") for one in _all(db, sql)]


# --- places ------------------------------------------------------------------------------------------
def _place(db: sqlite3.Connection, document: Mapping[str, Any], review: dict[str, Any]) -> str:
    """Set where the words of a review stand now, and return why they cannot be found (empty: they are)."""
    if review["record_kind"] not in FIELDS:
        return "没有这种记录"
    words, text = review["text"], document["text"]
    if words is None or text[review["start"] : review["end"]] == words:
        return ""
    found = _all(db, f'SELECT start, "end" FROM {KINDS[review["record_kind"]]} WHERE doc_id = ? AND text = ?', document["doc_id"], words)
    places = [(one["start"], one["end"]) for one in found]
    if not places and text.count(words) == 1:
        places = [(text.index(words), text.index(words) + len(words))]
    if len(places) != 1:
        return "正文已变，找不到唯一的对应处"
    review["start"], review["end"] = places[0]
    return ""


def _key(db: sqlite3.Connection, kind: str, row: Mapping[str, Any]) -> tuple[int, int]:
    """Return the place at which the program found a record, whose span a reader may have corrected."""
    moved = _one(db, "SELECT mined FROM reviews WHERE record_kind = ? AND record_id = ? AND field = 'span' AND state = 'applied'", kind, row[f"{kind}_id"])
    start, end = json.loads(moved["mined"]) if moved else (row["start"], row["end"])
    return start, end


def _at(db: sqlite3.Connection, kind: str, doc_id: str, start: int, end: int) -> dict[str, Any] | None:
    return _one(db, f'SELECT * FROM {KINDS[kind]} WHERE doc_id = ? AND start = ? AND "end" = ? ORDER BY 1', doc_id, start, end)


def _standing(db: sqlite3.Connection, kind: str, key: tuple[int, int], sha256: str, field: str, state: str = "applied") -> dict[str, Any] | None:
    sql = 'SELECT * FROM reviews WHERE doc_sha256 = ? AND record_kind = ? AND start = ? AND "end" = ? AND field = ? AND state = ? AND verdict <> \'added\' ORDER BY at DESC, review_id DESC'
    return _one(db, sql, sha256, kind, *key, field, state)


# --- records -----------------------------------------------------------------------------------------
def _create(db: sqlite3.Connection, kind: str, document: Mapping[str, Any], start: int, end: int, values: Mapping[str, Any]) -> str:
    doc_id, table = document["doc_id"], KINDS[kind]
    record_id = f"{doc_id}-{_LETTERS[kind]}{start}"
    if _row(db, kind, record_id) is not None:
        record_id += f"-{end}"
    section = _one(db, 'SELECT section_id FROM sections WHERE doc_id = ? AND start <= ? AND "end" > ? ORDER BY level DESC', doc_id, start, start)
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


def _remove(db: sqlite3.Connection, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Take a record out; return it with the links that led to it, for `_restore`."""
    record_id, doc_id = row[f"{kind}_id"], row["doc_id"]
    links: list[list[Any]] = []
    for table, column in _LINKS[kind]:
        key = f"{table[:-1]}_id"
        links += [[table, column, one[key], record_id] for one in _all(db, f"SELECT {key} FROM {table} WHERE doc_id = ? AND {column} = ?", doc_id, record_id)]
        db.execute(f"UPDATE {table} SET {column} = NULL WHERE doc_id = ? AND {column} = ?", (doc_id, record_id))
    for finding in _all(db, "SELECT finding_id, figures FROM findings WHERE doc_id = ? AND figures LIKE ?", doc_id, f'%"{record_id}"%'):
        links.append(["findings", "figures", finding["finding_id"], finding["figures"]])
        left = [one for one in json.loads(finding["figures"]) if one != record_id]
        db.execute("UPDATE findings SET figures = ? WHERE finding_id = ?", (json.dumps(left, ensure_ascii=False), finding["finding_id"]))
    db.execute(f"DELETE FROM {KINDS[kind]} WHERE {kind}_id = ?", (record_id,))
    return {"row": dict(row), "links": links}


def _restore(db: sqlite3.Connection, kind: str, kept: Mapping[str, Any] | None) -> None:
    if not kept or _row(db, kind, kept["row"][f"{kind}_id"]) is not None:
        return
    row = kept["row"]
    db.execute(f"INSERT INTO {KINDS[kind]} ({_listed(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
    for table, column, key, value in kept["links"]:
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {table[:-1]}_id = ?", (value, key))


def _fields(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {field: read_field(row, field) for field in FIELDS[kind]}


# --- rows --------------------------------------------------------------------------------------------
def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise DatasetError(f"不能核对“{kind}”这种记录；可用：{'、'.join(KINDS)}。")


def _row(db: sqlite3.Connection, kind: str, record_id: str) -> dict[str, Any] | None:
    return _one(db, f"SELECT * FROM {KINDS[kind]} WHERE {kind}_id = ?", record_id)


def _document(db: sqlite3.Connection, doc_id: str) -> dict[str, Any]:
    document = _one(db, "SELECT doc_id, path, sha256, text FROM documents WHERE doc_id = ?", doc_id)
    if document is None:
        raise DatasetError(f"{doc_id}: 数据集里没有这个文档。")
    return document


def _by_whom(db: sqlite3.Connection, record_id: str, field: str) -> str:
    last = _one(db, "SELECT reviewer, at FROM reviews WHERE record_id = ? AND (field = ? OR ? = '') AND state = 'applied' ORDER BY at DESC", record_id, field, field)
    return f"（{last['reviewer']} 已于 {last['at'][:16]} 核对）" if last else ""


def _mark(db: sqlite3.Connection, review: Mapping[str, Any], why: str) -> None:
    db.execute("UPDATE reviews SET state = 'unfit', note = ? WHERE review_id = ?", (why, review["review_id"]))


def _insert(db: sqlite3.Connection, review: Mapping[str, Any]) -> None:
    db.execute(f"INSERT INTO reviews ({_listed(review)}) VALUES ({','.join('?' * len(review))})", list(review.values()))


def _one(db: sqlite3.Connection, sql: str, *values: Any) -> dict[str, Any] | None:
    found = _all(db, f"{sql} LIMIT 1", *values)
    return found[0] if found else None


def _all(db: sqlite3.Connection, sql: str, *values: Any) -> list[dict[str, Any]]:
    cursor = db.execute(sql, values)
    columns = [one[0] for one in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _listed(row: Mapping[str, Any]) -> str:
    return ", ".join(f'"{column}"' for column in row)


def _time(at: datetime | None) -> str:
    return (at or datetime.now(UTC)).isoformat(timespec="microseconds")
