"""Read the characters of a PDF page with their places, as runs that stand on one baseline.

The only module that asks pdfium for text, and so the one that knows its quirks: spaces it
makes up, hyphens at line ends turned into U+FFFE or U+0002, fonts without a map to Unicode.
"""

from __future__ import annotations

import ctypes
import math
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from doc_miner.loaders.pdf_frame import Frame

_HYPHENS = "\ufffe\x02"
_BREAKS = "\r\n"
_SPACES = " \xa0"
_SAMPLES = 25
_SLANT = math.radians(3)
# A gap or an overlap of more than these parts of the size ends a run.
_GAP, _OVERLAP = 0.2, 0.3

# The prototypes of the binding check every argument; these two are called for each character.
_loose_box = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)


@dataclass(slots=True)
class Run:
    """Characters that follow each other on one baseline; ``edges`` as in `Line`, y runs downwards."""

    text: str
    edges: list[float]
    top: float
    bottom: float
    sideways: bool = False

    @property
    def left(self) -> float:
        """Left edge of the first character."""
        return self.edges[0]

    @property
    def right(self) -> float:
        """Right edge of the last character."""
        return self.edges[-1]

    @property
    def size(self) -> float:
        """Font size in points."""
        return self.bottom - self.top


@dataclass(slots=True)
class PageText:
    """The runs of a page in the order of the file; ``slanted`` is text across the page (a watermark)."""

    frame: Frame
    runs: list[Run] = field(default_factory=list)
    slanted: str = ""
    garbled: bool = False


def read_runs(page: pdfium.PdfPage) -> PageText:
    """Return the text of *page*; it is empty and ``garbled`` where the codes of its font mean nothing."""
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDF_GetPageBoundingBox(page, box)
    corners = (min(box.left, box.right), min(box.bottom, box.top), max(box.left, box.right), max(box.bottom, box.top))
    shown = pdfium_c.FPDFPage_GetRotation(page) % 4
    textpage = page.get_textpage()
    try:
        text = _codes(textpage)
        turn = _turn(textpage, len(text)) if text else shown
        frame = Frame(corners, turn, shown)
        if is_garbled(text):
            return PageText(frame, garbled=True)
        return _collected(textpage, text, frame)
    finally:
        textpage.close()


def _codes(textpage: pdfium.PdfTextPage) -> str:
    """Return one character for each that pdfium counts."""
    count = textpage.count_chars()
    text = textpage.get_text_range(0, count) if count > 0 else ""
    if len(text) == count:
        return text
    codes = (pdfium_c.FPDFText_GetUnicode(textpage, index) for index in range(count))
    return "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)


def _turn(textpage: pdfium.PdfTextPage, count: int) -> int:
    """Return the quarter turns clockwise that bring most of the text upright."""
    step = max(1, count // _SAMPLES)
    angles = (pdfium_c.FPDFText_GetCharAngle(textpage, index) for index in range(0, count, step))
    quarters = Counter(turn for angle in angles if (turn := _quarter(angle)) is not None)
    return quarters.most_common(1)[0][0] if quarters else 0


def _quarter(angle: float) -> int | None:
    quarters = angle / (math.pi / 2)
    return round(quarters) % 4 if abs(quarters - round(quarters)) * (math.pi / 2) < _SLANT else None


def _boxes(textpage: pdfium.PdfTextPage, count: int, frame: Frame) -> Iterator[tuple[float, float, float, float]]:
    """Return left, top, right, bottom of every character; the height is the font size, the width the advance."""
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    buffer = (ctypes.c_float * (4 * count))()
    start = ctypes.addressof(buffer)
    for _ in map(_loose_box, [handle] * count, range(count), range(start, start + 16 * count, 16)):
        pass
    values = iter(struct.unpack(f"{4 * count}f", buffer))
    quadruples = zip(values, values, values, values, strict=True)  # left, top, right, bottom in the space of the file
    if frame.turn == 0:
        x0, y1 = frame.box[0], frame.box[3]
        return ((left - x0, y1 - top, right - x0, y1 - bottom) for left, top, right, bottom in quadruples)
    return (frame.reading(left, bottom, right, top) for left, top, right, bottom in quadruples)


def _collected(textpage: pdfium.PdfTextPage, text: str, frame: Frame) -> PageText:
    page = PageText(frame)
    slanted: list[str] = []
    run: Run | None = None
    characters: list[str] = []
    run_top = run_bottom = run_right = near = 0.0

    def close() -> None:
        if run is not None:
            run.edges.append(run_right)
            run.text = "".join(characters)
            page.runs.append(run)

    for index, (character, (left, top, right, bottom)) in enumerate(zip(text, _boxes(textpage, len(text), frame), strict=True)):
        if character in _BREAKS or (character in _SPACES and pdfium_c.FPDFText_IsGenerated(textpage, index)):
            continue
        if character in _HYPHENS:
            character = "-"
        gap = left - run_right
        if run is not None and -near * _OVERLAP < gap < near * _GAP and abs(bottom - run_bottom) < 0.05 and abs(top - run_top) < 0.05:
            characters.append(character)
            run.edges.append(left)
            run_right = right
            continue
        quarter = _quarter(pdfium_c.FPDFText_GetCharAngle(textpage, index))
        if quarter is None:
            slanted.append(character)
            continue
        if quarter != frame.turn:
            _add_sideways(page.runs, character, (left, top, right, bottom))
            continue
        close()
        characters, run = [character], Run("", [left], top, bottom)
        run_top, run_bottom, run_right, near = top, bottom, right, bottom - top
    close()
    page.slanted = "".join(slanted)
    page.runs = [run for run in page.runs if _on_page(run, frame)]
    return page


def _add_sideways(runs: list[Run], character: str, box: tuple[float, float, float, float]) -> None:
    """Add a character that stands at a right angle to the text: a label along the side of a page or a cell."""
    left, top, right, bottom = box
    last = runs[-1] if runs else None
    if last is not None and last.sideways and left < last.right and right > last.left:
        last.text += character
        last.top, last.bottom = min(last.top, top), max(last.bottom, bottom)
        last.edges.insert(-1, last.left)
    else:
        runs.append(Run(character, [left, right], top, bottom, sideways=True))


def _on_page(run: Run, frame: Frame) -> bool:
    return 0 <= (run.left + run.right) / 2 <= frame.width and 0 <= (run.top + run.bottom) / 2 <= frame.height


def is_garbled(text: str) -> bool:
    """Return whether the characters mean nothing: no map to Unicode, or glyph numbers taken for codes.

    >>> is_garbled("一、存在问题（一）大班额问题仍然存在")
    False
    >>> is_garbled("\\x03\\x11\\x12\\x13\\ue001\\ue002")
    True
    """
    signs = [character for character in text if not character.isspace() and character not in _HYPHENS]
    if not signs:
        return False
    counted = Counter(signs)
    strange = sum(count for character, count in counted.items() if _is_strange(character))
    if strange > 0.3 * len(signs):
        return True
    ideographs = {character: count for character, count in counted.items() if "\u4e00" <= character <= "\u9fff"}
    # Text in simplified characters is in GB 2312 but for a name now and then, text in traditional ones
    # by more than half; of characters taken at random it is a third.
    total = sum(ideographs.values())
    return total >= 30 and _share_in_gb2312(ideographs) < 0.45


def _is_strange(character: str) -> bool:
    if character < "\u0100":
        return unicodedata.category(character) == "Cc"
    if "\u2000" <= character <= "\u33ff" or "\u4e00" <= character <= "\u9fff" or "\ufe30" <= character <= "\uffef":
        return character == "\ufffd"
    return True


def _share_in_gb2312(counted: dict[str, int]) -> float:
    known = sum(count for character, count in counted.items() if character.encode("gb2312", "ignore"))
    return known / sum(counted.values())


def visible_length(runs: Sequence[Run]) -> int:
    """Return how many characters the runs hold, white space left out."""
    return sum(len(run.text) - run.text.count(" ") for run in runs)
