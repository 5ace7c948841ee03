"""Read the picture of a page: seal out, level, upright, its lines recognised and its rules found.

What comes out is what a page of any other format is made of, runs and rules with their places
(`Page`), so that paragraphs, tables and running headers are found by the same modules.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from doc_miner.loaders.limits import Limits
from doc_miner.loaders.ocr_choice import mark, not_installed
from doc_miner.loaders.ocr_engine import Image, TextLine, read_lines
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_lines import lines_of
from doc_miner.loaders.pdf_pages import Page, Recognition
from doc_miner.loaders.pdf_rules import Rules
from doc_miner.loaders.pdf_runs import Run
from doc_miner.loaders.pdf_tables import take_tables
from doc_miner.loaders.scan_image import Rule, levelled, ruling_lines, skew_of, without_rules, without_seals
from doc_miner.loaders.scan_text import runs_of
from doc_miner.textfold import fold

DPI = 200
"""Resolution at which a page is read; more costs time and finds no more."""
_MOST_PIXELS = 12_000_000
"""Pixels of a page as it is read: three pages of A4; a larger page is read at a lower resolution."""
_MM = 25.4
_UPRIGHT = 0.85
"""Mean score of the lines of an upright page at least; upside down they reach 0.6 to 0.7."""
_SURE, _AGREES = 0.9, 0.02
"""Mean score from which a page read by OCR is believed more than a hidden text layer; the difference at which both are right."""
_PAGE_NUMBER = re.compile(r"[-—–一·.]+\s?\d{1,4}\s?[-—–一·.]+")
_DOUBTFUL = 0.85
"""A line of a lower score is named in a warning."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read of a picture after so many quarter turns clockwise."""

    turn: int
    lines: list[TextLine]
    across: list[Rule]
    down: list[Rule]
    is_whole: bool

    @property
    def score(self) -> float:
        """Mean score over all characters."""
        count = sum(len(line.letters) for line in self.lines)
        return sum(line.score * len(line.letters) for line in self.lines) / count if count else 0.0

    @property
    def is_sideways(self) -> bool:
        """Whether most of the text stands in lines that are higher than wide."""
        tall = sum(len(line.letters) for line in self.lines if line.box[3] - line.box[1] > 1.5 * (line.box[2] - line.box[0]))
        return 2 * tall > sum(len(line.letters) for line in self.lines)

    @property
    def is_upright(self) -> bool:
        """Whether all was read, and reads as upright text does."""
        return self.is_whole and self.score >= _UPRIGHT and not self.is_sideways


class Scanner:
    """Reads the pictures among the pages of one document, as far as *limits* ask for it; `active` tells whether at all."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pages = 0
        self.active = bool(mark(limits))
        self.always = limits.ocr == "always"
        if self.always and not self.active:
            raise not_installed()

    def page(self, number: int, picture: Callable[[], Image], box: tuple[float, float, float, float], shown: int = 0) -> Page:
        """Return page *number* as read from its *picture* (three colours, red first), which shows it turned by *shown* quarters.

        *box* is the page in points in the space of the file. A page beyond the limit of pages, or
        any page where nothing is to be recognised, is returned as a picture, not read.
        """
        unread = Page(number, "picture", Frame(box, shown, shown), [], [])
        if not self.active or self._pages >= self._limits.ocr_pages:
            return unread
        self._pages += 1
        self._limits.more_time(self._limits.ocr_seconds)
        return _page(number, picture(), box, shown, self._limits)


def better_page(layer: Page, scanned: Page, *, trusted: bool) -> Page:
    """Return *layer*, the page by its own text, or *scanned*, the same page by OCR.

    Where OCR reads well, it is believed; a layer that says the same has the better places, and
    stays, if layers are *trusted* at all.
    """
    if scanned.recognition is None or scanned.recognition.score < _SURE:
        return layer if trusted or scanned.state == "picture" else scanned
    if trusted and difference(layer, scanned) < _AGREES:
        return layer
    return scanned


def difference(one: Page, other: Page) -> float:
    """Return the share of the characters in which two readings of a page differ, whatever their order.

    Marks and spaces are left out: engines write them in several widths.
    """
    counts = [Counter(character for text in _texts(page) for character in fold(text) if character.isalnum()) for page in (one, other)]
    most = max(sum(count.values()) for count in counts)
    return 1 - (counts[0] & counts[1]).total() / most if most else 0.0


def _texts(page: Page) -> list[str]:
    return [line.text for line in page.lines] + [cell.text for table in page.tables for cell in table.cells]


def _page(number: int, image: Image, box: tuple[float, float, float, float], shown: int, limits: Limits) -> Page:
    plain = Frame(box, shown, shown)
    scale = image.shape[1] / max(1.0, plain.width)  # pixels in a point
    pixels_per_mm = scale * 72 / _MM
    grey = without_seals(image, pixels_per_mm)
    skew = skew_of(grey)
    reading = _upright(levelled(grey, skew), pixels_per_mm, limits.ocr_threads)
    frame = Frame(box, (shown + reading.turn) % 4, shown, skew)
    runs, marks = runs_of(reading.lines, reading.down)
    runs = [_in_points(run, scale) for run in runs]
    rules = Rules(tuple(_rule(rule, scale) for rule in reading.across), tuple(_rule(rule, scale) for rule in reading.down))
    tables, rest = take_tables(rules, runs, number, limits.cells)
    low = tuple(
        (run.text, run.confidence)
        for run in runs
        if run.confidence is not None and run.confidence < _DOUBTFUL and not _PAGE_NUMBER.fullmatch(run.text)
    )
    recognition = Recognition(round(reading.score, 4), low, marks)
    return Page(number, "text" if runs else "blank", frame, lines_of(rest, number), tables, recognition=recognition)


def _upright(grey: Image, pixels_per_mm: float, threads: int) -> _Reading:
    """Return what stands in *grey*, turned until it reads well; of turns that all read badly the best.

    A page that is not upright shows in its longest lines, and the rest of it is not read before it is turned.
    """
    first = _read(grey, 0, pixels_per_mm, threads, _UPRIGHT)
    if first.is_upright or not first.lines:
        return first
    readings = [] if first.is_sideways else [first]
    for turn in (1, 3) if first.is_sideways else (2,):
        reading = _read(grey, turn, pixels_per_mm, threads, _UPRIGHT)
        if reading.is_upright:
            return reading
        readings.append(reading)
    best = max(readings, key=lambda reading: reading.score)
    return best if best.is_whole else _read(grey, best.turn, pixels_per_mm, threads, 0.0)


def _read(grey: Image, turn: int, pixels_per_mm: float, threads: int, least: float) -> _Reading:
    turned = np.ascontiguousarray(np.rot90(grey, -turn))
    across, down = ruling_lines(turned, pixels_per_mm)
    lines, is_whole = read_lines(without_rules(turned, across, down, pixels_per_mm), threads, least=least)
    return _Reading(turn, lines, across, down, is_whole)


def _in_points(run: Run, scale: float) -> Run:
    run.edges = [edge / scale for edge in run.edges]
    run.top, run.bottom = run.top / scale, run.bottom / scale
    return run


def _rule(rule: Rule, scale: float) -> Rule:
    at, start, end = rule
    return at / scale, start / scale, end / scale


def pixels_for(width: float, height: float, limits: Limits) -> float:
    """Return how many pixels a point gets when a page of *width* × *height* points is drawn, within the limit of pixels."""
    wanted = DPI / 72
    most = min(limits.pixels, _MOST_PIXELS)
    return min(wanted, math.sqrt(most / max(1.0, width * height)))
