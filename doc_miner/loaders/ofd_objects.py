"""Walk over the objects of an OFD page: where its characters, lines and pictures stand.

Everything is brought into one space, points with y upwards as in PDF, so that the modules
that make lines and tables of a PDF page can do so here. The order of the objects is not asked.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_objects import Matrix, Point, Rect, moved, product
from doc_miner.loaders.pdf_rules import Rules, rules_from
from doc_miner.loaders.pdf_runs import Run
from doc_miner.source import BBox

_SAME: Matrix = (1, 0, 0, 1, 0, 0)
POINTS = 72 / 25.4
"""Points in a millimetre."""
_ABOVE, _BELOW = 0.86, 0.14
_SLANT = math.radians(10)
_THICK, _SHORT = 5.0, 1.0
_GAP, _OVERLAP, _SHIFT = 0.2, 0.3, 0.12
_MOST_OBJECTS, _MOST_PARTS = 200_000, 30_000
_DEEP = 4
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_COMMAND = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_NUMBERS_OF = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_OFF = ("false", "0")
_THROUGH = ("Layer", "PageBlock", "Content")


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character by its corners on the baseline's side: origin, end of its advance, and the vector of its height."""

    text: str
    origin: Point
    end: Point
    up: Point

    @property
    def quarter(self) -> int | None:
        """Quarter turns that bring the character upright, ``None`` where it stands askew."""
        angle = math.atan2(-self.up[0], self.up[1]) / (math.pi / 2)
        return round(angle) % 4 if abs(angle - round(angle)) * (math.pi / 2) < _SLANT else None

    @property
    def box(self) -> Rect:
        """Left, bottom, right, top."""
        corners = [(x + share * self.up[0], y + share * self.up[1]) for x, y in (self.origin, self.end) for share in (-_BELOW, _ABOVE)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(slots=True)
class OfdObjects:
    """The objects of a page: strings as lists of glyphs, thin boxes that are rules, pictures and their area, the number of paths.

    A picture is the identifier of its file and the matrix from the unit square to the page.
    """

    strings: list[list[Glyph]] = field(default_factory=list)
    lines: list[Rect] = field(default_factory=list)
    pictures: float = 0.0
    images: list[tuple[str, Matrix]] = field(default_factory=list)
    paths: int = 0
    parts: int = 0
    count: int = 0


def numbers(text: str | None) -> list[float]:
    """Return the numbers of an attribute such as Boundary.

    >>> numbers("28 15.21 38.1 3.81"), numbers(None)
    ([28.0, 15.21, 38.1, 3.81], [])
    """
    return [float(number) for number in _NUMBER.findall(text or "")]


def name_of(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(etree.QName(element).localname)


def page_matrix(box: BBox) -> Matrix:
    """Return what brings the millimetres of a page with the box *box* (left, top, width, height) into points, y upwards."""
    left, top, _, height = box
    return POINTS, 0, 0, -POINTS, -POINTS * left, POINTS * (top + height)


def collect(found: OfdObjects, element: etree._Element, matrix: Matrix, units: Mapping[str, etree._Element], depth: int = 0) -> None:
    """Add the objects inside *element* to *found*; *units* are the composite graphics by their identifier."""
    for item in element:
        found.count += 1
        if found.count > _MOST_OBJECTS or item.get("Visible", "").lower() in _OFF:
            continue
        kind = name_of(item)
        if kind in _THROUGH:
            collect(found, item, matrix, units, depth)
        elif kind == "TextObject":
            _add_text(found, item, _placed(item, matrix))
        elif kind == "PathObject":
            _add_path(found, item, _placed(item, matrix))
        elif kind == "ImageObject":
            found.pictures += _area(item, matrix)
            found.images.append((item.get("ResourceID") or "", _placed(item, matrix, _whole_box(item))))
        elif kind == "CompositeObject" and depth < _DEEP:
            unit = units.get(item.get("ResourceID") or "")
            if unit is not None:
                collect(found, unit, _placed(item, matrix), units, depth + 1)


def _placed(item: etree._Element, matrix: Matrix, without: Matrix = _SAME) -> Matrix:
    """Return the matrix of an object: its own (*without* one, another), then where its box stands, then that of what holds it."""
    own = numbers(item.get("CTM"))
    a, b, c, d, e, f = own if len(own) == 6 else without
    boundary = numbers(item.get("Boundary"))
    x, y = boundary[:2] if len(boundary) >= 2 else (0.0, 0.0)
    return product((a, b, c, d, e + x, f + y), matrix)


def _whole_box(item: etree._Element) -> Matrix:
    boundary = numbers(item.get("Boundary"))
    return (boundary[2], 0, 0, boundary[3], 0, 0) if len(boundary) == 4 else _SAME


def _area(item: etree._Element, matrix: Matrix) -> float:
    boundary = numbers(item.get("Boundary"))
    return boundary[2] * boundary[3] * abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) if len(boundary) == 4 else 0.0


# --- text --------------------------------------------------------------------------------------
def _add_text(found: OfdObjects, item: etree._Element, matrix: Matrix) -> None:
    size = next(iter(numbers(item.get("Size"))), 0.0)
    scale = next(iter(numbers(item.get("HScale"))), 1.0)
    if size <= 0 or item.get("Alpha") == "0":
        return
    up = (-matrix[2] * size, -matrix[3] * size)  # y runs downwards inside the object
    x = y = 0.0
    for code in item.iterfind("{*}TextCode"):
        text = (code.text or "").strip("\r\n")
        x, y = (next(iter(numbers(code.get(name))), old) for name, old in (("X", x), ("Y", y)))
        across, down = _deltas(code.get("DeltaX"), len(text)), _deltas(code.get("DeltaY"), len(text))
        glyphs = []
        for index, character in enumerate(text):
            width = size * scale * _width(character)
            if index + 1 < len(text):
                step = across[index] if index < len(across) else 0.0 if down else width
                # An advance wider than any glyph is a gap after it; figures may be set as wide as Hanzi.
                advance = min(step, 1.15 * size * scale) if step > 0 else width
            else:
                step, advance = 0.0, width
            glyphs.append(Glyph(character, moved(matrix, x, y), moved(matrix, x + advance, y), up))
            x, y = x + step, y + (down[index] if index < len(down) else 0.0)
        if glyphs:
            found.strings.append(glyphs)


def _width(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5


def _deltas(text: str | None, most: int) -> list[float]:
    """Return the steps from character to character; "g 3 4.9" stands for three of 4.9.

    >>> _deltas("g 3 4.9 2.5", 9)
    [4.9, 4.9, 4.9, 2.5]
    """
    out: list[float] = []
    parts = iter((text or "").split())
    for part in parts:
        if len(out) >= most:
            break
        if part == "g":
            count, step = numbers(next(parts, "0")), numbers(next(parts, "0"))
            out += [step[0]] * min(int(count[0]), most) if count and step else []
        else:
            out += numbers(part)[:1]
    return out


def turn_of(found: OfdObjects) -> int:
    """Return the quarter turns clockwise that bring most of the text upright."""
    quarters: Counter[int] = Counter()
    for string in found.strings:
        if (quarter := string[0].quarter) is not None:
            quarters[quarter] += len(string)
    return quarters.most_common(1)[0][0] if quarters else 0


def runs_of(found: OfdObjects, frame: Frame) -> tuple[list[Run], str]:
    """Return the runs of a page where its text reads, and the text that stands askew (a watermark)."""
    runs: list[Run] = []
    slanted = ""
    for string in found.strings:
        quarter = string[0].quarter
        if quarter is None:
            slanted += "".join(glyph.text for glyph in string)
            continue
        boxes = [frame.reading(*glyph.box) for glyph in string]
        if quarter == frame.turn and not _runs_down(boxes):
            runs += _runs(string, boxes)
        else:
            edges = [min(box[0] for box in boxes)] * len(string) + [max(box[2] for box in boxes)]
            text = "".join(glyph.text for glyph in string)
            runs.append(Run(text, edges, min(box[1] for box in boxes), max(box[3] for box in boxes), sideways=True))
    return [run for run in runs if run.text.strip() and _on_page(run, frame)], slanted


def _runs_down(boxes: list[BBox]) -> bool:
    """Return whether characters stand below each other: a label in vertical writing."""
    return len(boxes) > 1 and boxes[-1][1] - boxes[0][1] > 0.8 * (boxes[0][3] - boxes[0][1]) and abs(boxes[-1][0] - boxes[0][0]) < 1


def _runs(string: list[Glyph], boxes: list[BBox]) -> Iterator[Run]:
    """Yield the stretches of a string that stand together on one baseline."""
    run: Run | None = None
    for glyph, (left, top, right, bottom) in zip(string, boxes, strict=True):
        height = bottom - top
        if run is not None and -_OVERLAP * height < left - run.right < _GAP * height and abs(bottom - run.bottom) < _SHIFT * height:
            run.text += glyph.text
            run.edges[-1] = left
            run.edges.append(right)
            continue
        if run is not None:
            yield run
        run = Run(glyph.text, [left, right], top, bottom)
    if run is not None:
        yield run


def _on_page(run: Run, frame: Frame) -> bool:
    return 0 <= (run.left + run.right) / 2 <= frame.width and 0 <= (run.top + run.bottom) / 2 <= frame.height


# --- lines -------------------------------------------------------------------------------------
def rules_of(found: OfdObjects, frame: Frame) -> Rules:
    """Return the rules of a page where its text reads; a drawing of very many parts has none."""
    if found.parts > _MOST_PARTS:
        return Rules()
    return rules_from(found.lines, frame)


def _add_path(found: OfdObjects, item: etree._Element, matrix: Matrix) -> None:
    """Keep what is thin in a path: strokes, slivers of paint; a larger box that is only filled is a background."""
    found.paths += 1
    stroke, fill = item.get("Stroke", "true").lower() not in _OFF, item.get("Fill", "false").lower() not in _OFF
    data = item.findtext("{*}AbbreviatedData") or ""
    if not (stroke or fill) or found.parts > _MOST_PARTS:
        return
    for points in _subpaths(data, matrix):
        found.parts += len(points)
        if found.parts > _MOST_PARTS:
            return
        if _keep(found, _hull(points)) or not stroke:
            continue
        for one, other in zip(points, points[1:], strict=False):
            _keep(found, _hull([one, other]))


def _subpaths(data: str, matrix: Matrix) -> Iterator[list[Point]]:
    """Yield the points of each part of a path; of curves their ends."""
    tokens = _COMMAND.findall(data)
    points: list[Point] = []
    at = 0
    while at < len(tokens):
        command = tokens[at].upper()
        needed = _NUMBERS_OF.get(command)
        at += 1
        if needed is None:
            continue
        values = tokens[at : at + needed]
        if len(values) < needed or any(value.isalpha() for value in values):
            continue
        at += needed
        if command == "C":
            points += points[:1]
            continue
        if command in "SM" and points:
            yield points
            points = []
        points.append(moved(matrix, float(values[-2]), float(values[-1])))
    if points:
        yield points


def _hull(points: list[Point]) -> Rect:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _keep(found: OfdObjects, box: Rect) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) <= _THICK and max(width, height) >= max(_SHORT, 1.2 * min(width, height)):
        found.lines.append(box)
        return True
    return False
