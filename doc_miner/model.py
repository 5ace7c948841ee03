"""The records: what the program finds, as frozen values.

Every record has its place (``start``, ``end``: code points in ``Document.text``, end
exclusive, ``text == document.text[start:end]``) and the rule that found it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date

from doc_miner.numerals import Number
from doc_miner.regions import Region
from doc_miner.source import BBox, Warning

REVIEW_BELOW = 0.6
"""A record whose confidence is lower should be read by a person before it counts; its label is kept."""

Span = tuple[int, int]
"""Start and end in code points, end exclusive."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stretch of the text stands in a paged file; ``edges`` as in `doc_miner.source.Line`."""

    start: int
    end: int
    page: int
    bbox: BBox
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell in the text: its span and what it spans (1 × 1 unless merged)."""

    start: int
    end: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A data table in the text: ``rows`` is rectangular, ``cells`` of the same shape holds each cell's span (``None``: covered by a merge or empty)."""

    table_id: str
    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[Cell | None, ...], ...]
    header_rows: int
    caption: str = ""
    unit: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The normalised text of a file, the only coordinate system after loading."""

    doc_id: str
    path: str
    sha256: str
    format: str
    text: str
    title_span: Span | None = None
    tables: tuple[Table, ...] = ()
    origins: tuple[Origin, ...] = ()
    pages: int | None = None
    warnings: tuple[Warning, ...] = ()
    lead: str = ""
    """Text in front of the title that was dropped from the body (number, source and date lines of a page), for meta data only."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the document says of itself; ``date`` is ISO 8601, as precise as written."""

    title: str | None = None
    doc_type: str = "其他"
    issuer: str | None = None
    doc_number: str | None = None
    date: str | None = None
    region: Region = Region()
    warnings: tuple[Warning, ...] = ()

    @property
    def year(self) -> int | None:
        """The year of the date of issue."""
        return int(self.date[:4]) if self.date else None

    @property
    def reference(self) -> Date | None:
        """The day from which 今年 and 3年内 are counted: the date of issue, its last day where only month or year is written."""
        if not self.date:
            return None
        parts = [int(part) for part in self.date.split("-")]
        return Date(parts[0], parts[1] if len(parts) > 1 else 12, parts[2] if len(parts) > 2 else 28)


@dataclass(frozen=True, slots=True)
class Section:
    """A node of the outline: an enumerated item or a labelled part, with the span of everything below it."""

    section_id: str
    parent_id: str | None
    level: int
    number: str
    heading: str
    start: int
    end: int
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A deficiency as the document lists it; ``mentions`` are the places where it stands again."""

    start: int
    end: int
    text: str
    rule: str
    number: str = ""
    mentions: tuple[Span, ...] = ()
    section_id: str | None = None
    categories: tuple[str, ...] = ()
    indicator: str | None = None
    confidence: float = 0.0
    page: int | None = None
    bbox: BBox | None = None
    problem_id: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was, is being or will be done; ``problem_id`` names the problem it answers."""

    start: int
    end: int
    text: str
    rule: str
    number: str = ""
    status: str = "ongoing"
    deadline: str | None = None
    units: tuple[str, ...] = ()
    problem_id: str | None = None
    section_id: str | None = None
    categories: tuple[str, ...] = ()
    confidence: float = 0.0
    page: int | None = None
    bbox: BBox | None = None
    measure_id: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A written quantity: value in the base unit (exact), what it measures, and its role.

    ``value`` is ``None`` where the number is missing or damaged (``missing``). ``value_max`` is
    set for a range. ``qualifier`` is one of ``= >= <= > < ~``.
    """

    start: int
    end: int
    text: str
    value: Number | None
    unit: str | None
    qualifier: str
    rule: str
    value_max: Number | None = None
    subject: str = ""
    stage: str | None = None
    year: int | None = None
    role: str = "level"
    missing: bool = False
    category: str | None = None
    indicator: str | None = None
    confidence: float = 0.0
    section_id: str | None = None
    problem_id: str | None = None
    measure_id: str | None = None
    page: int | None = None
    bbox: BBox | None = None
    figure_id: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Figures that the text states as one movement, by the positions of the figures (``None`` where absent)."""

    before: str | None
    after: str | None
    change: str | None
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One cell of a table of yearly goals; ``indicator`` is its number in that table, ``indicator_code`` ours."""

    indicator: int
    year: int
    text: str
    indicator_code: str | None = None
    stage: str | None = None
    value: Number | None = None
    unit: str | None = None
    qualifier: str | None = None
    target_id: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A document that this one cites: its title and number as written."""

    start: int
    end: int
    title: str | None
    doc_number: str | None
    citation_id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up or is damaged, with the figures that show it."""

    rule: str
    severity: str
    message: str
    start: int
    end: int
    expected: str | None = None
    found: str | None = None
    figures: tuple[str, ...] = ()
    finding_id: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found in one document."""

    document: Document
    metadata: Metadata
    sections: tuple[Section, ...] = ()
    problems: tuple[Problem, ...] = ()
    measures: tuple[Measure, ...] = ()
    figures: tuple[Figure, ...] = ()
    changes: tuple[Change, ...] = ()
    targets: tuple[Target, ...] = ()
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()
    status: str = "ok"
    warnings: tuple[Warning, ...] = field(default=())
