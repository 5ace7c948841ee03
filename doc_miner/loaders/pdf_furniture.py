"""Tell running headers, footers and page numbers from the text of the body.

A running header is the same text, but for digits, at the same height on page after page
(or every other page). Nothing is taken for one because of its wording alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doc_miner.loaders.pdf_lines import PageLine
from doc_miner.textfold import fold

_TOP, _BOTTOM = 0.11, 0.135
"""The parts of a page's height in which headers and footers stand."""
_TOP_LEAST, _BOTTOM_LEAST = 72.0, 85.0
_SAME_HEIGHT = 3.0
_NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4})"
_TOTAL = rf"(?:[,/]?\(?共{_NUMBER}页\)?)?"
_DRESSED = re.compile(
    rf"[-·]+{_NUMBER}[-·]+|-?第{_NUMBER}页{_TOTAL}-?|共{_NUMBER}页[,/]?第{_NUMBER}页|Page\d+(?:of\d+)?", re.IGNORECASE
)
_LABEL = re.compile(r"附[件表录图]|[图表]\d")
"""Begins a line whose number counts annexes or tables, not pages: two of them are not the same line."""
_BARE = re.compile(r"[-·]*(\d{1,4})[-·]*(?:(?:/|of)\d{1,4})?")


@dataclass(frozen=True, slots=True)
class PageSpace:
    """A page for the purpose of this module: its height and width as read, and its lines."""

    height: float
    lines: Sequence[PageLine]
    width: float = 0.0


def find_furniture(pages: Sequence[PageSpace], body_size: float) -> tuple[set[int], list[str]]:
    """Return the ids of the lines that are furniture, and the texts of running headers and footers among them."""
    zones = [[line for line in page.lines if _in_zone(line, page.height) or _at_side(line, page.width)] for page in pages]
    numbers = _page_numbers(zones)
    running: set[int] = set()
    texts: dict[str, None] = {}
    for group in _repeated(zones, numbers):
        first = group[0][1]
        # A title set large over the form on every page is body once.
        kept = group[1:] if first.size > 1.15 * body_size else group
        for _, line in kept:
            running.add(id(line))
            texts.setdefault(line.text)
    return numbers | running, list(texts)


def _in_zone(line: PageLine, height: float) -> bool:
    return line.bottom < max(_TOP_LEAST, _TOP * height) or line.top > height - max(_BOTTOM_LEAST, _BOTTOM * height)


def _at_side(line: PageLine, width: float) -> bool:
    """Return whether a line runs upwards along a side: the foot of an upright page on which a wide table is drawn turned."""
    sideways = line.bottom - line.top > 1.2 * (line.right - line.left)
    return sideways and width > 0 and (line.right < _BOTTOM_LEAST or line.left > width - _BOTTOM_LEAST)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", fold(text))


def _page_numbers(zones: Sequence[Sequence[PageLine]]) -> set[int]:
    """Return the ids of page numbers: dressed ones (第1页, — 1 —), and bare ones that count with the pages."""
    found: set[int] = set()
    bare: dict[int, list[int]] = defaultdict(list)
    for index, lines in enumerate(zones):
        for line in lines:
            text = _squeezed(line.text)
            if _DRESSED.fullmatch(text):
                found.add(id(line))
            elif match := _BARE.fullmatch(text):
                bare[int(match.group(1)) - index].append(id(line))
    for offset, lines_ in bare.items():
        if len(lines_) > 1 or (len(zones) == 1 and offset == 1):
            found.update(lines_)
    return found


def _repeated(zones: Sequence[Sequence[PageLine]], numbers: set[int]) -> Iterable[list[tuple[int, PageLine]]]:
    """Return groups of lines with the same text at the same height on pages that follow each other."""
    alike: dict[str, list[tuple[int, PageLine]]] = defaultdict(list)
    for index, lines in enumerate(zones):
        for line in lines:
            if id(line) not in numbers:
                text = _squeezed(line.text)
                alike[text if _LABEL.match(text) else re.sub(r"\d+", "#", text)].append((index, line))
    for group in alike.values():
        for level in _at_one_height(group):
            yield from _in_succession(level, len(zones))


def _at_one_height(group: list[tuple[int, PageLine]]) -> Iterable[list[tuple[int, PageLine]]]:
    rest = sorted(group, key=lambda item: item[1].top)
    level: list[tuple[int, PageLine]] = []
    for item in rest:
        if level and item[1].top - level[0][1].top > _SAME_HEIGHT:
            yield level
            level = []
        level.append(item)
    if level:
        yield level


def _in_succession(level: list[tuple[int, PageLine]], pages: int) -> Iterable[list[tuple[int, PageLine]]]:
    """Cut where more than one page lacks the line; three times is a running header, in a short document twice."""
    level = sorted(level, key=lambda item: item[0])
    start = 0
    for index in range(1, len(level) + 1):
        if index == len(level) or level[index][0] - level[index - 1][0] > 2:
            stretch = level[start:index]
            distinct = len({page for page, _ in stretch})
            if distinct >= 3 or (distinct == 2 and pages <= 4):
                yield stretch
            start = index
