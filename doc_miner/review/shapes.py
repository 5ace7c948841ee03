"""What goes in and out of the JSON API; its description (``/api/openapi.json``) is made of these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

Kind = Literal["problem", "measure", "figure"]
Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,80}$")]
Count = Annotated[StrictInt, Field(ge=0, le=2**31 - 1)]
Text = Annotated[StrictStr, Field(max_length=2000)]
Name = Annotated[StrictStr, Field(max_length=40, pattern=r"^[a-z_]*$")]
Value = StrictBool | Annotated[StrictInt, Field(ge=-(2**31), le=2**31)] | Text | Annotated[list[StrictInt | Text], Field(max_length=200)] | None
"""A value of a field: text, whole number, truth, a list of them (``span``: start and end), or nothing. Numbers of figures are text, exact."""
Fields = Annotated[dict[Name, Value], Field(max_length=30)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewReview(_Strict):
    """A verdict on a record. *old* is what the reader saw: of a field its value, of the whole record (empty *field*) its fields."""

    kind: Kind
    record_id: Id
    verdict: Literal["confirmed", "corrected", "rejected"]
    field: Name = ""
    old: Value | Fields = None
    new: Value = None
    note: Text = ""


class NewRecord(_Strict):
    """A record that was missed: code points of the document's text, and values of its fields."""

    kind: Kind
    doc_id: Id
    start: Count
    end: Count
    values: Fields = {}
    note: Text = ""


class Progress(BaseModel):
    """How many records a document has, and how many were reviewed."""

    records: int
    reviewed: int


class Link(BaseModel):
    """A record that another is linked with."""

    kind: Kind
    record_id: str
    text: str


class Remark(BaseModel):
    """A finding about a record."""

    rule: str
    severity: str
    message: str


class Review(BaseModel):
    """A row of ``reviews``, with its document where that is still in the dataset."""

    review_id: str
    record_kind: str
    record_id: str | None
    field: str | None
    old: str | None
    new: str | None
    verdict: str
    reviewer: str | None
    at: str | None
    text: str
    state: str | None
    note: str | None
    doc_id: str | None
    title: str | None
    path: str | None


class Row(BaseModel):
    """A record in a list."""

    kind: Kind
    record_id: str
    doc_id: str
    start: int
    end: int
    text: str
    subject: str | None
    categories: list[str]
    confidence: float | None
    page: int | None
    state: str


class Rows(BaseModel):
    """A part of a list of records, and how many there are."""

    count: int
    records: list[Row]


class Record(Row):
    """A record with all that belongs to it."""

    fields: dict[str, Any]
    rule: str | None
    bbox: list[float] | None
    title: str | None
    path: str
    section: str
    sentence: str
    links: list[Link]
    findings: list[Remark]
    reviews: list[Review]


class Place(BaseModel):
    """Where a record stands in a list, from 0; null where it is not in it."""

    index: int | None


class Done(BaseModel):
    """What a change has made: the review, the record as it is now (null: it is gone), and the document's progress."""

    review_id: str
    record: Record | None
    doc_id: str | None
    progress: Progress | None


class Section(BaseModel):
    """A part of the outline."""

    level: int | None
    number: str | None
    heading: str | None
    start: int
    end: int


class Finding(Remark):
    """A finding with its place."""

    start: int | None
    end: int | None


class Document(BaseModel):
    """A document with its text, outline, findings and the places of its records (kind, id, start, end, state)."""

    doc_id: str
    path: str
    title: str | None
    doc_type: str | None
    issuer: str | None
    year: int | None
    format: str | None
    pages: int | None
    drawn: bool
    """Whether its pages can be shown as pictures."""
    status: str | None
    region: str | None
    warnings: list[Any]
    text: str
    sections: list[Section]
    findings: list[Finding]
    marks: list[tuple[Kind, str, int, int, str]]
    progress: Progress


class Listed(BaseModel):
    """A document in a list."""

    doc_id: str
    title: str | None
    path: str
    doc_type: str | None
    year: int | None
    format: str | None
    status: str | None
    region: str | None
    findings: int
    records: int
    reviewed: int


class Documents(BaseModel):
    """A part of the list of documents, and how many there are."""

    count: int
    documents: list[Listed]


class Reviews(BaseModel):
    """A part of the list of reviews, the latest first, and how many there are."""

    count: int
    reviews: list[Review]


class Page(BaseModel):
    """The size of a page in points, as ``bbox`` counts them."""

    number: int
    width: float
    height: float


class Option(BaseModel):
    """A value that a field may have, and its name in Chinese."""

    value: str | None
    name: str


class Correctable(BaseModel):
    """A field that can be corrected: ``form`` is how it is typed in, ``options`` what it may be."""

    name: str
    title: str
    form: Literal["text", "number", "year", "date", "choice", "codes", "list", "yes", "problem", "measure", "span"]
    options: list[Option]


class Vocabulary(BaseModel):
    """The fields of each kind, the names of categories, and the regions of the dataset."""

    fields: dict[str, list[Correctable]]
    categories: dict[str, str]
    regions: list[str]


class Hit(BaseModel):
    """A document or record that was found; ``marks`` are places of the words in the snippet."""

    kind: str
    doc_id: str
    record_id: str | None
    title: str | None
    path: str
    start: int
    end: int
    page: int | None
    snippet: str
    marks: list[tuple[int, int]]
    count: int


class Hits(BaseModel):
    """The best hits, and how many documents hold the words."""

    documents: int
    hits: list[Hit]


class Fault(BaseModel):
    """Why something was not done, in Chinese."""

    message: str


class Conflict(Fault):
    """Somebody else was faster: nothing was written, and this is the record as it is now (null: it is gone)."""

    record: Record | None = None
