"""What a loader returns: the blocks of a file in reading order, with their places on pages.

A `Source` is format-neutral and still in the layout of the file; `doc_miner.normalise`
turns it into the one text that every later stage works on.
"""

from __future__ import annotations

from dataclasses import dataclass

BBox = tuple[float, float, float, float]
"""Left, top, right, bottom in points (1/72 inch) from the top left corner of the page."""


@dataclass(frozen=True, slots=True)
class Warning:
    """Something a reader of the dataset should know: a code, a sentence in Chinese, and where."""

    code: str
    message: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, or one whole paragraph of a flowing format.

    ``edges`` holds the left edge of every character and the right edge of the last one
    (``len(text) + 1`` numbers, in points), or nothing where the format has no pages.
    ``confidence`` is the score, from 0 to 1, of a line read by OCR.
    """

    text: str
    page: int | None = None
    bbox: BBox | None = None
    edges: tuple[float, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together; they are joined without a break."""

    lines: tuple[Line, ...]
    heading: int | None = None
    """Outline level from 1 where the file itself says so (a heading style); 0 is the title."""

    @property
    def text(self) -> str:
        """The lines joined without a break."""
        return self.lines[0].text if len(self.lines) == 1 else "".join([line.text for line in self.lines])


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a table cell stands: page from 1 and box."""

    page: int
    bbox: BBox


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A data table (never a layout table).

    ``rows`` is a rectangular grid; a merged cell's text stands at its top left and '' elsewhere.
    ``merges`` lists ``(row, column, rowspan, colspan)`` of merged cells. ``places`` is a grid of
    the same shape as ``rows`` (or empty). ``lines`` holds each row as it is written where that is
    more than its cells (``| a | b |``), rules between rows included. One record for a table that
    runs over pages, its repeated header rows dropped.
    """

    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1
    caption: str = ""
    unit: str = ""
    page: int | None = None
    merges: tuple[tuple[int, int, int, int], ...] = ()
    places: tuple[tuple[CellPlace | None, ...], ...] = ()
    lines: tuple[str, ...] = ()


Block = Paragraph | SourceTable


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: its format by content, its blocks in reading order, and warnings."""

    format: str
    blocks: tuple[Block, ...]
    pages: int | None = None
    title: str | None = None
    """The title where the file states it apart from its body (HTML meta data), else ``None``."""
    warnings: tuple[Warning, ...] = ()
