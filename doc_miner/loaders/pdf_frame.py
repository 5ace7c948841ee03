"""Where things stand on a PDF page: the space of the file, the way the text reads, the page as shown.

A page may be turned as a whole (its /Rotate), its text may be drawn turned, or both; all
reading is done in the space in which the text runs from left to right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from doc_miner.source import BBox


@dataclass(frozen=True, slots=True)
class Frame:
    """The box of a page in the space of the file (left, bottom, right, top), and how far page and text are turned.

    ``turn`` and ``shown`` are quarters clockwise: what brings the text upright, what the page asks for.
    ``skew`` is by how many radians the lines of a scan ran downwards before it was levelled about its middle.
    """

    box: BBox
    turn: int = 0
    shown: int = 0
    skew: float = 0.0

    @property
    def width(self) -> float:
        """The width of the page as its text reads."""
        return self.box[2] - self.box[0] if self.turn % 2 == 0 else self.box[3] - self.box[1]

    @property
    def height(self) -> float:
        """The height of the page as its text reads."""
        return self.box[3] - self.box[1] if self.turn % 2 == 0 else self.box[2] - self.box[0]

    @property
    def is_plain(self) -> bool:
        """Whether the page is shown as its text reads."""
        return self.turn == self.shown

    def reading(self, left: float, bottom: float, right: float, top: float) -> BBox:
        """Return a box of the file's space as left, top, right, bottom where the text reads.

        >>> Frame((0, 0, 595, 842)).reading(10, 800, 20, 812)
        (10, 30, 20, 42)
        """
        return _turned(self.box, self.turn, (left, bottom, right, top))

    def as_shown(self, bbox: BBox) -> BBox:
        """Return a box from where the text reads as it stands on the page as shown."""
        if self.skew:
            bbox = self._askew(bbox)
        if self.is_plain:
            return bbox
        return _turned(self.box, self.shown, _turned_back(self.box, self.turn, bbox))

    def edges_as_shown(self, edges: Sequence[float], y: float) -> tuple[float, ...]:
        """Return the edges of characters on a line at height *y* as on the page as shown; nothing where it is shown sideways."""
        if not self.is_plain:
            return ()
        if not self.skew:
            return tuple(edges)
        return tuple(round(self._point_askew(x, y)[0], 2) for x in edges)

    def _askew(self, bbox: BBox) -> BBox:
        left, top, right, bottom = bbox
        corners = [self._point_askew(x, y) for x in (left, right) for y in (top, bottom)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    def _point_askew(self, x: float, y: float) -> tuple[float, float]:
        across, down = x - self.width / 2, y - self.height / 2
        sine, cosine = math.sin(self.skew), math.cos(self.skew)
        return self.width / 2 + across * cosine - down * sine, self.height / 2 + across * sine + down * cosine


def _turned(box: BBox, turn: int, rect: BBox) -> BBox:
    x0, y0, x1, y1 = box
    left, bottom, right, top = rect
    if turn == 0:
        return left - x0, y1 - top, right - x0, y1 - bottom
    if turn == 1:
        return bottom - y0, left - x0, top - y0, right - x0
    if turn == 2:
        return x1 - right, bottom - y0, x1 - left, top - y0
    return y1 - top, x1 - right, y1 - bottom, x1 - left


def _turned_back(box: BBox, turn: int, bbox: BBox) -> BBox:
    x0, y0, x1, y1 = box
    left, top, right, bottom = bbox
    if turn == 0:
        return left + x0, y1 - bottom, right + x0, y1 - top
    if turn == 1:
        return top + x0, left + y0, bottom + x0, right + y0
    if turn == 2:
        return x1 - right, top + y0, x1 - left, bottom + y0
    return x1 - bottom, y1 - right, x1 - top, y1 - left
