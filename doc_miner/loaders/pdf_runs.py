"""Read the characters of a PDF page with their places, as runs that stand on one baseline.

The only module that asks pdfium for text, and so the one that knows its quirks: spaces it
makes up, hyphens at line ends turned into U+FFFE or U+0002, fonts without a map to Unicode.
"""

from __future__ import annotations

import ctypes
import math
import re
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_objects import PageObjects, pointer

_HYPHENS = "\ufffe\x02"
_BREAKS = "\r\n"
_MARKS = frozenset(_HYPHENS + _BREAKS + " \xa0\0")
_BLANK = re.compile(rf"[\s{_HYPHENS}]")
_IDEOGRAPHS = re.compile("[\u4e00-\u9fff]+")
# Neither Latin, punctuation, symbols, kana and full-width forms nor ideographs; controls but white space.
_STRANGE = re.compile("[^\\s\x02\ufffe\x20-\x7e\xa0-\xff\u2000-\u33ff\u4e00-\u9fff\ufe30-\uffef]|\ufffd")
_SAMPLES = 25
_SLANT = math.radians(10)
"""Text of a scan may stand askew; a watermark runs across the page."""
# What ends a run, in parts of the height: a gap, an overlap, a shift up or down.
_GAP, _OVERLAP, _SHIFT = 0.2, 0.3, 0.12
_ABOVE, _BELOW = 0.86, 0.14
"""The body of a Chinese character above and below the baseline; what fonts say of themselves differs."""

# The prototypes of the binding check every argument; these two are called for each character.
_loose_box = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)
_text_object = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium_c.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)
_bounds = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 5)(ctypes.cast(pdfium_c.FPDFPageObj_GetBounds, ctypes.c_void_p).value or 0)

Quad = tuple[float, float, float, float]


@dataclass(slots=True)
class Run:
    """Characters that follow each other on one baseline; ``edges`` as in `Line`, y runs downwards.

    ``seams`` are the places in the text where the file begins a new string; ``confidence`` is
    the score of recognised text, from 0 to 1.
    """

    text: str
    edges: list[float]
    top: float
    bottom: float
    seams: list[int] = field(default_factory=list)
    sideways: bool = False
    confidence: float | None = None

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


def read_runs(page: pdfium.PdfPage, objects: PageObjects) -> PageText:
    """Return the text of *page*; it is empty and ``garbled`` where the codes of its font mean nothing."""
    _show_empty_texts(objects)
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
        collector = _Collector(textpage, frame)
        # Where the file begins a new string matters in tables only.
        collector.collect(text, seams=bool(objects.paths))
        runs = [run for run in collector.runs if _on_page(run, frame)]
        return PageText(frame, runs, "".join(collector.slanted))
    finally:
        textpage.close()


def _show_empty_texts(objects: PageObjects) -> None:
    """Make pdfium see text of no width or height.

    A font that is neither in the file nor on this machine has no outlines. pdfium then drops single
    characters, lines that run upwards, and a line that stands again further down. An outline drawn
    around the text gives it a width and a height.
    """
    box = (ctypes.c_float * 4)()
    left, bottom, right, top = range(ctypes.addressof(box), ctypes.addressof(box) + 16, 4)
    for at in objects.texts:
        if _bounds(at, left, bottom, right, top) and box[2] - box[0] >= 0.01 and box[3] - box[1] >= 0.01:
            continue
        item = pointer(at)
        font = pdfium_c.FPDFTextObj_GetFont(item)
        # In a font that is in the file, text of no size is white space.
        if font and not pdfium_c.FPDFFont_GetIsEmbedded(font):
            pdfium_c.FPDFTextObj_SetTextRenderMode(item, pdfium_c.FPDF_TEXTRENDERMODE_STROKE)
            pdfium_c.FPDFPageObj_SetStrokeWidth(item, 1.0)
            pdfium_c.FPDFPageObj_Transform(item, 1, 0, 0, 1, 0, 0)  # has the bounds computed anew


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
    matrix = pdfium_c.FS_MATRIX()
    quarters: Counter[int] = Counter()
    for index in range(0, count, step):
        if pdfium_c.FPDFText_GetMatrix(textpage, index, matrix) and (turn := _quarter(math.atan2(matrix.b, matrix.a))) is not None:
            quarters[turn] += 1
    return quarters.most_common(1)[0][0] if quarters else 0


def _quarter(angle: float) -> int | None:
    quarters = angle / (math.pi / 2)
    return round(quarters) % 4 if abs(quarters - round(quarters)) * (math.pi / 2) < _SLANT else None


def _boxes(handle: int | None, count: int, frame: Frame) -> Iterable[Quad]:
    """Return left, top, right, bottom of every character; its width is the advance, its height not quite the font size.

    Where the text is upright they are in the space of the file: moving them all is dear, and only runs need it.
    """
    buffer = (ctypes.c_float * (4 * count))()
    start = ctypes.addressof(buffer)
    for _ in map(_loose_box, repeat(handle), range(count), range(start, start + 16 * count, 16)):
        pass
    values = iter(struct.unpack(f"{4 * count}f", buffer))
    boxes = zip(values, values, values, values, strict=True)
    if frame.turn == 0:
        return boxes
    return (frame.reading(left, bottom, right, top) for left, top, right, bottom in boxes)


class _Collector:
    """Takes the characters of a page one by one and makes runs of them."""

    def __init__(self, textpage: pdfium.PdfTextPage, frame: Frame) -> None:
        self.runs: list[Run] = []
        self.slanted: list[str] = []
        self._textpage = textpage
        self._frame = frame

    def collect(self, text: str, *, seams: bool) -> None:
        handle = ctypes.cast(self._textpage.raw, ctypes.c_void_p).value
        objects: Iterable[int | None] = map(_text_object, repeat(handle), range(len(text))) if seams else repeat(None, len(text))
        run: Run | None = None
        characters: list[str] = []
        run_top = run_bottom = run_right = height = 0.0
        run_object = None
        for index, (character, (left, top, right, bottom), item) in enumerate(
            zip(text, _boxes(handle, len(text), self._frame), objects, strict=True)
        ):
            if character in _MARKS and (character := self._true_character(character, index)) == "":
                continue
            shift = height * _SHIFT
            if (
                run is not None
                and -height * _OVERLAP < left - run_right < height * _GAP
                and -shift < bottom - run_bottom < shift
                and -shift < top - run_top < shift
            ):
                if item != run_object:
                    run.seams.append(len(characters))
                    run_object = item
                characters.append(character)
                run.edges.append(left)
                run_right = right
                continue
            if run is not None:
                _close(run, characters, run_right)
            run = self._new_run(character, index, (left, top, right, bottom))
            characters = [character]
            run_top, run_bottom, run_right, height, run_object = top, bottom, right, abs(bottom - top), item
        if run is not None:
            _close(run, characters, run_right)
        if self._frame.turn == 0 and self._frame.box[0]:
            self._move(-self._frame.box[0])

    def _move(self, x: float) -> None:
        for run in self.runs:
            if not run.sideways:
                run.edges = [edge + x for edge in run.edges]

    def _true_character(self, character: str, index: int) -> str:
        """Return '' for what pdfium made up, the hyphen for what it made of one, U+FFFD for ink without a code."""
        if character in _HYPHENS:
            return "-"
        if character == "\0":
            return "\ufffd" if self._has_ink(index) else ""
        if character in _BREAKS or pdfium_c.FPDFText_IsGenerated(self._textpage, index):
            return ""
        return character

    def _has_ink(self, index: int) -> bool:
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        found = pdfium_c.FPDFText_GetCharBox(self._textpage, index, left, right, bottom, top)
        return bool(found and right.value > left.value and top.value > bottom.value)

    def _new_run(self, character: str, index: int, box: Quad) -> Run | None:
        """Return the run that a character begins, or ``None`` where it does not stand in the direction of the text."""
        matrix, x, y = pdfium_c.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        pdfium_c.FPDFText_GetMatrix(self._textpage, index, matrix)
        quarter = _quarter(math.atan2(matrix.b, matrix.a))
        if self._frame.turn == 0:
            left, top, right, bottom = box
            box = self._frame.reading(left, bottom, right, top)
        if quarter is None:
            self.slanted.append(character)
            return None
        if quarter != self._frame.turn:
            _add_sideways(self.runs, character, box)
            return None
        size = abs(pdfium_c.FPDFText_GetFontSize(self._textpage, index)) * math.hypot(matrix.c, matrix.d)
        top, bottom = box[1], box[3]
        if size > 0.1 and pdfium_c.FPDFText_GetCharOrigin(self._textpage, index, x, y):
            baseline = self._frame.reading(x.value, y.value, x.value, y.value)[1]
            top, bottom = baseline - _ABOVE * size, baseline + _BELOW * size
        run = Run("", [box[0] + (self._frame.box[0] if self._frame.turn == 0 else 0)], top, bottom)
        self.runs.append(run)
        return run


def _close(run: Run, characters: list[str], right: float) -> None:
    run.edges.append(max(right, run.edges[-1]))
    run.text = "".join(characters)


def _add_sideways(runs: list[Run], character: str, box: Quad) -> None:
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
    signs = len(text) - len(_BLANK.findall(text))
    if not signs:
        return False
    if len(_STRANGE.findall(text)) > 0.3 * signs:
        return True
    ideographs = "".join(_IDEOGRAPHS.findall(text))
    return len(ideographs) >= 30 and _common(ideographs) < 0.6 * len(ideographs)


def _common(ideographs: str) -> float:
    """Return how many of *ideographs* are in everyday use, be it in simplified or in traditional text.

    Nearly all are in the first level of Big5 or in GB 2312; of characters taken at random a third.
    """
    big5 = ideographs.encode("big5", "ignore")[::2]
    return max(len(ideographs.encode("gb2312", "ignore")) / 2, sum(0xA4 <= lead <= 0xC6 for lead in big5))


def visible_length(runs: Sequence[Run]) -> int:
    """Return how many characters the runs hold, white space left out."""
    return sum(len(run.text) - run.text.count(" ") for run in runs)
