"""Find the ruling lines of a PDF page among its drawn paths.

Tables are drawn in many ways: strokes, rectangles, filled slivers, dashes, one path for the
whole grid, forms inside forms. Here they all become horizontal and vertical rules.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from doc_miner.loaders.pdf_frame import Frame

_THICK = 5.0
"""A box thinner than this is a line (pdfium adds the width of the stroke on both sides)."""
_SHORT = 1.0
_FORMS_DEEP = 3
_MOST_PARTS = 30_000
"""Objects and segments looked at on one page; drawings (maps, plans) have more, tables never."""

# The prototypes of the binding check every argument; these are called for each object.
_object_of_page = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium_c.FPDFPage_GetObject, ctypes.c_void_p).value or 0
)
_object_of_form = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)(
    ctypes.cast(pdfium_c.FPDFFormObj_GetObject, ctypes.c_void_p).value or 0
)
_kind_of = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(ctypes.cast(pdfium_c.FPDFPageObj_GetType, ctypes.c_void_p).value or 0)

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
_SAME: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Rules:
    """Horizontal rules as (y, left, right), vertical ones as (x, top, bottom)."""

    across: tuple[tuple[float, float, float], ...] = ()
    down: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page shows apart from its text: its rules, the share of it that pictures cover, the number of paths."""

    rules: Rules = Rules()
    pictures: float = 0.0
    paths: int = 0


class _TooMuch(Exception):
    """The page is a drawing; its lines are no tables."""


def read_drawn(page: pdfium.PdfPage, frame: Frame) -> Drawn:
    """Return what is drawn on *page*; a page with very many paths has no rules."""
    reader = _Reader()
    try:
        handle = ctypes.cast(page.raw, ctypes.c_void_p).value
        reader.read_objects(map(_object_of_page, repeat(handle), range(pdfium_c.FPDFPage_CountObjects(page))), _SAME, 0)
    except _TooMuch:
        return Drawn(pictures=reader.covered(frame), paths=reader.paths)
    across, down = [], []
    for left, bottom, right, top in reader.lines:
        x0, y0, x1, y1 = frame.reading(left, bottom, right, top)
        if y1 - y0 <= x1 - x0:
            across.append(((y0 + y1) / 2, x0, x1))
        else:
            down.append(((x0 + x1) / 2, y0, y1))
    return Drawn(Rules(tuple(across), tuple(down)), reader.covered(frame), reader.paths)


class _Reader:
    """Walks over the objects of a page and keeps thin boxes, in the space of the file."""

    def __init__(self) -> None:
        self.lines: list[tuple[float, float, float, float]] = []
        self.paths = 0
        self._pictures = 0.0
        self._parts = 0
        self._floats = [ctypes.c_float() for _ in range(4)]

    def covered(self, frame: Frame) -> float:
        """Return the share of the page that pictures cover."""
        return min(1.0, self._pictures / max(1.0, frame.width * frame.height))

    def read_objects(self, items: Iterable[int], matrix: Matrix, depth: int) -> None:
        """Look at every object; text, by far the most of them, is passed over."""
        for at in items:
            self._count(1)
            kind = _kind_of(at)
            if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
                continue
            item = ctypes.cast(at, pdfium_c.FPDF_PAGEOBJECT)
            if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
                self.paths += 1
                self._read_path(item, matrix)
            elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = self._bounds(item, matrix)
                self._pictures += (right - left) * (top - bottom)
            elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _FORMS_DEEP:
                size = pdfium_c.FPDFFormObj_CountObjects(item)
                self.read_objects(map(_object_of_form, repeat(at), range(size)), _product(_matrix(item), matrix), depth + 1)

    def _count(self, parts: int) -> None:
        self._parts += parts
        if self._parts > _MOST_PARTS:
            raise _TooMuch

    def _bounds(self, item: Any, matrix: Matrix) -> tuple[float, float, float, float]:
        left, bottom, right, top = self._floats
        if not pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            return 0, 0, 0, 0
        return _box(_moved(matrix, left.value, bottom.value), _moved(matrix, right.value, top.value))

    def _read_path(self, item: Any, matrix: Matrix) -> None:
        left, bottom, right, top = box = self._bounds(item, matrix)
        if right - left <= _THICK or top - bottom <= _THICK:
            self._keep(box)
            return
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke)
        if not (fill.value or stroke.value):
            return
        subpaths = list(self._subpaths(item, _product(_matrix(item), matrix)))
        if stroke.value:
            for points in subpaths:
                for one, other in zip(points, points[1:], strict=False):
                    self._keep(_box(one, other))
        else:
            # Paint without outline: a sliver is a rule, a larger box a background.
            for points in subpaths:
                self._keep(_hull(points))

    def _subpaths(self, item: Any, matrix: Matrix) -> Iterator[list[Point]]:
        count = pdfium_c.FPDFPath_CountSegments(item)
        self._count(count)
        x, y = self._floats[:2]
        points: list[Point] = []
        for index in range(count):
            segment = pdfium_c.FPDFPath_GetPathSegment(item, index)
            pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
            point = _moved(matrix, x.value, y.value)
            if pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_MOVETO and points:
                yield points
                points = []
            points.append(point)
            if pdfium_c.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if points:
            yield points

    def _keep(self, box: tuple[float, float, float, float]) -> None:
        left, bottom, right, top = box
        width, height = right - left, top - bottom
        if min(width, height) <= _THICK and max(width, height) >= max(_SHORT, 1.2 * min(width, height)):
            self.lines.append(box)


def _matrix(item: Any) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, found):
        return _SAME
    return found.a, found.b, found.c, found.d, found.e, found.f


def _product(first: Matrix, second: Matrix) -> Matrix:
    """Return the matrix that applies *first*, then *second*."""
    a, b, c, d, e, f = first
    a2, b2, c2, d2, e2, f2 = second
    return (a * a2 + b * c2, a * b2 + b * d2, c * a2 + d * c2, c * b2 + d * d2, e * a2 + f * c2 + e2, e * b2 + f * d2 + f2)


def _moved(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _box(one: Point, other: Point) -> tuple[float, float, float, float]:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _hull(points: list[Point]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
