"""Find the ruling lines of a PDF page among its drawn paths.

Tables are drawn in many ways: strokes, rectangles, filled slivers, dashes, one path for the
whole grid. Here they all become horizontal and vertical rules.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_objects import Matrix, PageObjects, Point, Rect, bounds_of, matrix_of, moved, product

_THICK = 5.0
"""A box thinner than this is a line (pdfium adds the width of the stroke on both sides)."""
_SHORT = 1.0
_MOST_PARTS = 30_000
"""Paths and segments looked at on one page; drawings (maps, plans) have more, tables never."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Horizontal rules as (y, left, right), vertical ones as (x, top, bottom)."""

    across: tuple[tuple[float, float, float], ...] = ()
    down: tuple[tuple[float, float, float], ...] = ()


class _TooMuch(Exception):
    """The page is a drawing; its lines are no tables."""


def covered_by_pictures(objects: PageObjects, frame: Frame) -> float:
    """Return the share of the page that pictures cover."""
    area = 0.0
    for item, matrix in objects.pictures:
        left, bottom, right, top = _moved_box(bounds_of(item), matrix)
        area += (right - left) * (top - bottom)
    return min(1.0, area / max(1.0, frame.width * frame.height))


def read_rules(objects: PageObjects, frame: Frame) -> Rules:
    """Return the rules of a page where its text reads; a page with very many paths has none."""
    reader = _Reader()
    try:
        for item, matrix in objects.paths:
            reader.read_path(item, matrix)
    except _TooMuch:
        return Rules()
    return rules_from(reader.lines, frame)


def rules_from(lines: Iterable[Rect], frame: Frame) -> Rules:
    """Return thin boxes in the space of the file as rules of the page where its text reads."""
    across, down = [], []
    for left, bottom, right, top in lines:
        x0, y0, x1, y1 = frame.reading(left, bottom, right, top)
        if y1 - y0 <= x1 - x0:
            across.append(((y0 + y1) / 2, x0, x1))
        else:
            down.append(((x0 + x1) / 2, y0, y1))
    return Rules(tuple(across), tuple(down))


class _Reader:
    """Takes paths one by one and keeps thin boxes, in the space of the file."""

    def __init__(self) -> None:
        self.lines: list[Rect] = []
        self._parts = 0

    def read_path(self, item: Any, matrix: Matrix) -> None:
        self._count(1)
        box = _moved_box(bounds_of(item), matrix)
        left, bottom, right, top = box
        if right - left <= _THICK or top - bottom <= _THICK:
            self._keep(box)
            return
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke)
        if not (fill.value or stroke.value):
            return
        subpaths = list(self._subpaths(item, product(matrix_of(item), matrix)))
        if stroke.value:
            for points in subpaths:
                for one, other in zip(points, points[1:], strict=False):
                    self._keep(_box(one, other))
        else:
            # Paint without outline: a sliver is a rule, a larger box a background.
            for points in subpaths:
                self._keep(_hull(points))

    def _count(self, parts: int) -> None:
        self._parts += parts
        if self._parts > _MOST_PARTS:
            raise _TooMuch

    def _subpaths(self, item: Any, matrix: Matrix) -> Iterator[list[Point]]:
        count = pdfium_c.FPDFPath_CountSegments(item)
        self._count(count)
        x, y = ctypes.c_float(), ctypes.c_float()
        points: list[Point] = []
        for index in range(count):
            segment = pdfium_c.FPDFPath_GetPathSegment(item, index)
            pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
            if pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_MOVETO and points:
                yield points
                points = []
            points.append(moved(matrix, x.value, y.value))
            if pdfium_c.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if points:
            yield points

    def _keep(self, box: Rect) -> None:
        left, bottom, right, top = box
        width, height = right - left, top - bottom
        if min(width, height) <= _THICK and max(width, height) >= max(_SHORT, 1.2 * min(width, height)):
            self.lines.append(box)


def _moved_box(box: Rect, matrix: Matrix) -> Rect:
    left, bottom, right, top = box
    return _box(moved(matrix, left, bottom), moved(matrix, right, top))


def _box(one: Point, other: Point) -> Rect:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _hull(points: list[Point]) -> Rect:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
