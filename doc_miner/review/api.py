"""The JSON API: what the page reads and changes. Described at ``/api/openapi.json``."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from doc_miner.dataset.connection import connect
from doc_miner.dataset.reviews import ReviewConflict, add_record, add_review, undo
from doc_miner.dataset.search import search
from doc_miner.dataset.store import Store
from doc_miner.errors import LoadError
from doc_miner.review import reading, shapes
from doc_miner.review.pictures import PagePicture, Pictures
from doc_miner.review.settings import Settings
from doc_miner.review.vocabulary import vocabulary

Key = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,80}$")]
Number = Annotated[int, Path(ge=1, le=100_000)]
Offset = Annotated[int, Query(ge=0, le=2**31)]
Limit = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str, Query(max_length=80)]
_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": shapes.Fault}, 401: {"model": shapes.Fault}, 403: {"model": shapes.Fault}, 404: {"model": shapes.Fault},
    409: {"model": shapes.Conflict}, 413: {"model": shapes.Fault}, 422: {"model": shapes.Fault},
}  # fmt: skip


class Gone(HTTPException):
    """What was asked for is not there."""

    def __init__(self, message: str = "数据集里没有这个文档或记录；它可能已被否定、撤销或重新处理。") -> None:
        super().__init__(404, message)


class Clash(Exception):
    """Somebody else was faster; *record* is what stands there now."""

    def __init__(self, message: str, record: dict[str, Any] | None) -> None:
        super().__init__(message)
        self.message, self.record = message, record


def api_of(settings: Settings, pictures: Pictures) -> APIRouter:
    """Return the routes of the API for one dataset."""
    api = APIRouter(prefix="/api", responses=_FAULTS)
    _add_reading(api, settings, pictures)
    _add_records(api, settings)
    _add_changes(api, settings)
    return api


def _add_reading(api: APIRouter, settings: Settings, pictures: Pictures) -> None:
    @api.get("/vocabulary", response_model=shapes.Vocabulary)
    def get_vocabulary() -> Any:
        """The fields that can be corrected and what they may be, categories, regions."""
        with connect(settings.dataset) as db:
            return vocabulary(db)

    @api.get("/documents", response_model=shapes.Documents)
    def get_documents(region: Word = "", offset: Offset = 0, limit: Limit = 100) -> Any:
        """The documents with the progress of their review."""
        with connect(settings.dataset) as db:
            count, documents = reading.list_documents(db, region=region, offset=offset, limit=limit)
        return {"count": count, "documents": documents}

    @api.get("/documents/{doc_id}", response_model=shapes.Document)
    def get_document(doc_id: Key) -> Any:
        """A document: text, outline, findings, places of its records."""
        with connect(settings.dataset) as db:
            return _there(reading.read_document(db, doc_id))

    @api.get("/documents/{doc_id}/pages/{number}", response_model=shapes.Page)
    def get_page(doc_id: Key, number: Number) -> Any:
        """The size of a page of a document."""
        page = _page(settings, pictures, doc_id, number)
        return {"number": number, "width": page.width, "height": page.height}

    @api.get("/documents/{doc_id}/pages/{number}/picture", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    def get_picture(doc_id: Key, number: Number) -> Response:
        """The picture of a page of a document."""
        return Response(_page(settings, pictures, doc_id, number).jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    @api.get("/search", response_model=shapes.Hits)
    def get_hits(query: Annotated[str, Query(min_length=1, max_length=200)], kind: Literal["文档", "问题", "措施", "数据"] = "文档", region: Word = "", limit: Limit = 20) -> Any:
        """Documents, or records in them, that hold every word of the query."""
        found = search(settings.dataset, query, kinds=[kind], regions=[region] if region else (), limit=limit)
        return {"documents": found.documents, "hits": [{name: getattr(hit, name) for name in shapes.Hit.model_fields} for hit in found.hits]}


def _add_records(api: APIRouter, settings: Settings) -> None:
    @api.get("/records", response_model=shapes.Rows)
    def get_records(
        doc_id: Word = "", region: Word = "", kind: shapes.Kind | None = None, category: Word = "", below: Annotated[float | None, Query(ge=0, le=1.01)] = None,
        found: bool = False, open: bool = False, offset: Offset = 0, limit: Limit = 200,
    ) -> Any:  # fmt: skip
        """The records of a filter, by document and place."""
        with connect(settings.dataset) as db:
            count, records = reading.list_records(db, reading.Filter(doc_id, region, kind or "", category, below, found, open), offset, limit)
        return {"count": count, "records": records}

    @api.get("/records/{record_kind}/{record_id}", response_model=shapes.Record)
    def get_record(record_kind: shapes.Kind, record_id: Key) -> Any:
        """One record with its evidence, links, findings and what was said of it."""
        with connect(settings.dataset) as db:
            return _there(reading.read_record(db, record_kind, record_id))

    @api.get("/records/{record_kind}/{record_id}/place", response_model=shapes.Place)
    def get_place(
        record_kind: shapes.Kind, record_id: Key, doc_id: Word = "", region: Word = "", kind: shapes.Kind | None = None, category: Word = "",
        below: Annotated[float | None, Query(ge=0, le=1.01)] = None, found: bool = False, open: bool = False,
    ) -> Any:  # fmt: skip
        """Where a record stands in the list of a filter."""
        with connect(settings.dataset) as db:
            return {"index": reading.place_of(db, reading.Filter(doc_id, region, kind or "", category, below, found, open), record_kind, record_id)}


def _add_changes(api: APIRouter, settings: Settings) -> None:
    @api.get("/reviews", response_model=shapes.Reviews)
    def get_reviews(doc_id: Word = "", verdict: Word = "", reviewer: Word = "", offset: Offset = 0, limit: Limit = 100) -> Any:
        """What readers have said, the latest first."""
        with connect(settings.dataset) as db:
            count, found = reading.list_reviews(db, doc_id=doc_id, verdict=verdict, reviewer=reviewer, offset=offset, limit=limit)
        return {"count": count, "reviews": found}

    @api.post("/reviews", response_model=shapes.Done, status_code=201)
    def post_review(review: shapes.NewReview, request: Request) -> Any:
        """Confirm, correct or reject a record. 409: it is not any more what the reader saw."""
        def write(store: Store) -> str:
            return add_review(
                store, review.kind, review.record_id, review.field, review.old, review.new, verdict=review.verdict, reviewer=request.scope["session"].name, note=review.note
            )

        if not review.field and not isinstance(review.old, (dict, type(None))):
            raise HTTPException(422, "整条记录的 old 应是各字段的值。")
        return _changed(settings, write, review.kind, review.record_id)

    @api.post("/records", response_model=shapes.Done, status_code=201)
    def post_record(record: shapes.NewRecord, request: Request) -> Any:
        """Add a record that the program did not find."""
        def write(store: Store) -> str:
            return add_record(store, record.kind, record.doc_id, record.start, record.end, record.values, reviewer=request.scope["session"].name, note=record.note)

        return _changed(settings, write)

    @api.post("/reviews/{review_id}/undo", response_model=shapes.Done)
    def post_undo(review_id: Key) -> Any:
        """Take a review back: the record is as it was before it."""
        with connect(settings.dataset) as db:
            known = db.execute("SELECT 1 FROM reviews WHERE review_id = ?", (review_id,)).fetchone()
        if known is None:
            raise Gone("没有这条核对。")

        def write(store: Store) -> str:
            undo(store, review_id)
            return review_id

        return _changed(settings, write)


def _changed(settings: Settings, write: Callable[[Store], str], kind: str = "", record_id: str = "") -> dict[str, Any]:
    """Write through `doc_miner.dataset.reviews` and return what stands there now."""
    with Store(settings.dataset, create=False) as store, _as_clash(store, kind, record_id):
        review_id = write(store)
        with _rows(store.db) as db:
            review = db.execute(
                "SELECT r.record_kind, r.record_id, d.doc_id FROM reviews r LEFT JOIN documents d ON d.sha256 = r.doc_sha256 WHERE r.review_id = ?", (review_id,)
            ).fetchone()
            return {
                "review_id": review_id, "record": reading.read_record(db, review["record_kind"], review["record_id"]), "doc_id": review["doc_id"],
                "progress": reading.progress_of(db, review["doc_id"]) if review["doc_id"] else None,
            }  # fmt: skip


@contextmanager
def _as_clash(store: Store, kind: str, record_id: str) -> Iterator[None]:
    try:
        yield
    except ReviewConflict as error:
        with _rows(store.db) as db:
            raise Clash(str(error), reading.read_record(db, kind, record_id) if kind else None) from error


@contextmanager
def _rows(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    before, db.row_factory = db.row_factory, sqlite3.Row
    try:
        yield db
    finally:
        db.row_factory = before


def _there(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise Gone
    return found


def _page(settings: Settings, pictures: Pictures, doc_id: str, number: int) -> PagePicture:
    try:
        with connect(settings.dataset) as db:
            return pictures.page(db, doc_id, number)
    except LoadError as error:
        raise Gone(error.message) from error
