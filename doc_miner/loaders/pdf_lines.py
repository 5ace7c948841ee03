"""Put runs of characters together to lines, each with the place of every character.

Knows how Chinese text is set: no spaces between characters, titles spread with spaces,
bold made by drawing a glyph twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doc_miner.loaders.pdf_runs import Run

_TWICE = 0.15
"""A glyph drawn again within this part of its size is the same glyph made bold."""
_WORD_GAP, _COLUMN_GAP = 0.2, 1.2
_WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_SPREAD = re.compile(r"(?<!\S)[\u4e00-\u9fff](?:[ \u3000\xa0]+[\u4e00-\u9fff]){2,}(?!\S)")
_SPREAD_PAIR = re.compile(r"[\u4e00-\u9fff][ \u3000\xa0]+[\u4e00-\u9fff]")
_LATIN_END = re.compile(r"[A-Za-z][,;:]?$")
_LATIN_START = re.compile(r"[A-Za-z]")


@dataclass(slots=True)
class PageLine:
    """A line on page *page* (from 1), in the space in which its text reads; ``edges`` and ``confidence`` as in `Line`."""

    text: str
    edges: list[float]
    top: float
    bottom: float
    size: float
    page: int = 0
    confidence: float | None = None

    @property
    def left(self) -> float:
        """Left edge of the first character."""
        return self.edges[0]

    @property
    def right(self) -> float:
        """Right edge of the last character."""
        return self.edges[-1]


def lines_of(runs: Sequence[Run], page: int = 0) -> list[PageLine]:
    """Return the lines that *runs* make, from top to bottom; lines of white space are left out."""
    upright = sorted((run for run in runs if not run.sideways), key=lambda run: (run.bottom, run.left))
    rows: list[_Row] = []
    for run in upright:
        row = next((row for row in rows[-3:] if row.holds(run)), None)
        if row is None:
            rows.append(_Row([run], run.top, run.bottom))
        else:
            row.add(run)
    lines = [_line(row.runs, page) for row in rows]
    lines += [PageLine(run.text, run.edges, run.top, run.bottom, run.right - run.left, page) for run in runs if run.sideways]
    return sorted((line for line in lines if line.text), key=lambda line: (line.top + line.bottom, line.left))


def joined(lines: Iterable[PageLine]) -> str:
    """Return the lines joined without a break, but for the space between two Latin words."""
    text = ""
    for line in lines:
        text += (" " if needs_space(text, line.text) else "") + line.text
    return text


def needs_space(before: str, after: str) -> bool:
    """Return whether a line break between the two stood for a space.

    >>> needs_space("World", "Bank"), needs_space("2018", "年")
    (True, False)
    """
    return bool(_LATIN_END.search(before[-2:]) and _LATIN_START.match(after))


@dataclass(slots=True)
class _Row:
    """Runs on one line; the box is that of its longest run, so that a raised figure does not move it."""

    runs: list[Run]
    top: float
    bottom: float

    def holds(self, run: Run) -> bool:
        shared = min(self.bottom, run.bottom) - max(self.top, run.top)
        return shared >= 0.5 * min(self.bottom - self.top, run.size)

    def add(self, run: Run) -> None:
        if len(run.text) > max(len(other.text) for other in self.runs[-4:]):
            self.top, self.bottom = run.top, run.bottom
        self.runs.append(run)


def _line(runs: list[Run], page: int) -> PageLine:
    runs.sort(key=lambda run: run.left)
    if any(after.left < before.right - 0.3 * before.size for before, after in zip(runs, runs[1:], strict=False)):
        runs = _drawn_once(runs)
    text, edges = _strung(runs)
    text, edges = _closed_up(*_trimmed(text, edges))
    longest = max(runs, key=lambda run: len(run.text))
    size = longest.size
    same = [run for run in runs if abs(run.size - size) < 0.2 * size] or runs
    return PageLine(text, edges, min(run.top for run in same), max(run.bottom for run in same), size, page, _least_confidence(runs))


def _least_confidence(runs: Sequence[Run]) -> float | None:
    return min((run.confidence for run in runs if run.confidence is not None), default=None)


def _drawn_once(runs: Sequence[Run]) -> list[Run]:
    """Return *runs* without the glyphs that are drawn a second time for boldness."""
    drawn: dict[str, list[float]] = {}
    kept = []
    for run in runs:
        fresh = []
        for index, character in enumerate(run.text):
            places = drawn.setdefault(character, [])
            if all(abs(run.edges[index] - place) >= _TWICE * run.size for place in places[-3:]):
                fresh.append(index)
            places.append(run.edges[index])
        if len(fresh) == len(run.text):
            kept.append(run)
        elif fresh:
            edges = [run.edges[index] for index in fresh] + [run.edges[fresh[-1] + 1]]
            kept.append(Run("".join(run.text[index] for index in fresh), edges, run.top, run.bottom))
    return kept


def _strung(runs: Sequence[Run]) -> tuple[str, list[float]]:
    """Return text and edges of runs side by side, with a space where the gap between two says so."""
    text, edges = runs[0].text, list(runs[0].edges)
    for before, run in zip(runs, runs[1:], strict=False):
        gap = run.left - before.right
        limit = min(before.size, run.size)
        both_wide = re.match(_WIDE, text[-1]) or re.match(_WIDE, run.text[0])
        if gap > limit * (_COLUMN_GAP if both_wide else _WORD_GAP) and not (text[-1].isspace() or run.text[0].isspace()):
            text += " "
        else:
            edges.pop()
        text += run.text
        edges += run.edges
    return text, edges


def _trimmed(text: str, edges: list[float]) -> tuple[str, list[float]]:
    stripped = text.strip()
    start = len(text) - len(text.lstrip())
    return stripped, edges[start : start + len(stripped) + 1]


def _closed_up(text: str, edges: list[float]) -> tuple[str, list[float]]:
    """Take the spaces out of a title spread over the line (平 凉 市 → 平凉市)."""
    if " " not in text and "\u3000" not in text and "\xa0" not in text:
        return text, edges
    spans = [match.span() for match in _SPREAD.finditer(text)] or ([(0, len(text))] if _SPREAD_PAIR.fullmatch(text) else [])
    drop = {index for start, end in spans for index in range(start, end) if text[index].isspace()}
    if not drop:
        return text, edges
    kept = [index for index in range(len(text)) if index not in drop]
    return "".join(text[index] for index in kept), [edges[index] for index in kept] + edges[-1:]
