"""The document as the rules see it: paragraphs in which each figure is one sign, so that patterns read the words between figures."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from doc_miner.lexicon import Lexicon
from doc_miner.link import Link
from doc_miner.model import Figure, Report
from doc_miner.textfold import fold

_WIDTH = 24
_SPACES = re.compile(r"(?<![年月日])[ \t]+")
_NUMBER = re.compile(r"\d+")
_LAST_SENTENCE = re.compile(r"(?s)^.*[。;!?:]")
_LAST_CLAUSE = re.compile(r"(?s)^.*[,。;!?:()、]")
_HIDDEN = "◇"
_LOST = "□"
_MARKED = re.compile("#")
_DEFINES = re.compile(r"的?(?:大班额|超大班额|班级|班额|的?学校|小规模学校|教师|学生|考生|班(?![级主]))")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What a rule found: the message, what was expected and found, the figures that show it, and the place."""

    message: str
    figures: tuple[Figure, ...] = ()
    expected: str | None = None
    found: str | None = None
    start: int = -1
    end: int = -1

    def place(self) -> tuple[int, int]:
        """Return the place: the one given, or from the first figure to the last."""
        if self.start >= 0:
            return self.start, self.end
        return min(f.start for f in self.figures), max(f.end for f in self.figures)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: ``words`` is its text with ``#`` for each figure (◇ for a threshold that only defines, □ for a lost number); ``figures`` runs parallel to the ``#``."""

    start: int
    end: int
    words: str
    figures: tuple[Figure, ...]
    marks: tuple[int, ...] = field(repr=False, default=())
    known: dict[tuple[int, int], str] = field(repr=False, default_factory=dict, compare=False)

    def index(self, position: int) -> int:
        """Return which figure the ``#`` at (or the first behind) a position of ``words`` is."""
        return bisect_left(self.marks, position)

    def at(self, match: re.Match[str], group: str | int) -> Figure:
        """Return the figure whose ``#`` a group of a match ends with."""
        return self.figures[self.index(match.end(group) - 1)]

    def label(self, index: int, width: int = _WIDTH) -> str:
        """Return the words in front of a figure, back to the figure or sentence mark before it."""
        key = index, width
        if key not in self.known:
            self.known[key] = _label(self.words, self.marks, index, width)
        return self.known[key]

    def clause(self, index: int) -> str:
        """Return the words in front of a figure back to the last mark of any kind."""
        key = index, 0
        if key not in self.known:
            self.known[key] = _LAST_CLAUSE.sub("", self.label(index)).strip()
        return self.known[key]

    def closed(self, index: int, before: int) -> bool:
        """Return whether a figure stands in a bracket that is closed in front of another."""
        gap = self.words[self.marks[index] + 1 : self.marks[before]]
        return gap.count(")") > gap.count("(")

    def sentence(self, index: int) -> tuple[int, int]:
        """Return from which to which figure (end exclusive) the sentence of a figure runs."""
        at = self.marks[index]
        left = max(self.words.rfind(mark, 0, at) for mark in "。!?")
        ends = [end for mark in "。!?" if (end := self.words.find(mark, at)) >= 0]
        return self.index(left + 1), self.index(min(ends, default=len(self.words)))


def _label(words: str, marks: Sequence[int], index: int, width: int) -> str:
    begin = marks[index - 1] + 1 if index else 0
    return _LAST_SENTENCE.sub("", words[max(begin, marks[index] - width) : marks[index]])


class Context:
    """A document with its figures, links and official thresholds."""

    def __init__(self, report: Report, links: Sequence[Link], lexicon: Lexicon) -> None:
        self.report = report
        self.links = links
        self.lexicon = lexicon
        self.text = report.document.text
        self.by_id = {figure.figure_id: figure for figure in report.figures}

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What several rules share, by a name of their own."""
        return {}

    @cached_property
    def taken(self) -> set[int]:
        """The positions at which a figure begins."""
        return {figure.start for figure in self.report.figures}

    @cached_property
    def folded(self) -> str:
        """The text in half width."""
        return fold(self.text)

    @cached_property
    def lines(self) -> list[Line]:
        """The paragraphs outside of tables that hold a figure."""
        tables = sorted((table.start, table.end) for table in self.report.document.tables)
        out, figures, at = [], [f for f in self.report.figures if f.end > f.start], 0
        for start, end in _paragraphs(self.folded):
            while tables and tables[0][1] <= start:
                tables.pop(0)
            begin = at
            while at < len(figures) and figures[at].start < end:
                at += 1
            own = [f for f in figures[begin:at] if f.start >= start and f.end <= end]
            if own and not (tables and tables[0][0] <= start < tables[0][1]):
                out.append(_line(self.folded, start, end, own))
        return out

    @cached_property
    def numbers(self) -> list[int]:
        """Where runs of digits begin."""
        return [match.start() for match in _NUMBER.finditer(self.folded)]

    def matches(self, pattern: re.Pattern[str], *words: str) -> Iterator[tuple[Line, re.Match[str]]]:
        """Return every match of a pattern with its paragraph, among those with two figures and one of some words."""
        for line in self.paired(words) if words else self._paired:
            for match in pattern.finditer(line.words):
                yield line, match

    def paired(self, words: tuple[str, ...]) -> list[Line]:
        """Return the paragraphs with two figures and one of some words, each word looked up once."""
        known: dict[str, frozenset[int]] = self.memo.setdefault("paired", {})
        for word in words:
            if word not in known:
                known[word] = frozenset(i for i, line in enumerate(self._paired) if word in line.words) if word in self.folded else frozenset()
        chosen = frozenset[int]().union(*(known[word] for word in words))
        return [self._paired[i] for i in sorted(chosen)]

    @cached_property
    def _paired(self) -> list[Line]:
        return [line for line in self.lines if len(line.marks) > 1]


def _paragraphs(folded: str) -> Iterable[tuple[int, int]]:
    at = 0
    while at <= len(folded):
        end = folded.find("\n", at)
        end = len(folded) if end < 0 else end
        if end > at:
            yield at, end
        at = end + 1


def _line(folded: str, start: int, end: int, figures: Sequence[Figure]) -> Line:
    parts: list[str] = []
    shown: list[Figure] = []
    at = start
    for figure in figures:
        if figure.start < at:
            continue
        parts.append(folded[at : figure.start].replace("#", " "))
        if figure.value is None:
            parts.append(_LOST)
        elif _only_defines(folded, figure):
            parts.append(_HIDDEN)
        else:
            parts.append("#")
            shown.append(figure)
        at = figure.end
    parts.append(folded[at:end].replace("#", " "))
    words = "".join(parts)
    if " " in words or "\t" in words:
        words = _SPACES.sub("", words)
    marks = tuple(match.start() for match in _MARKED.finditer(words))
    return Line(start, end, words, tuple(shown), marks)


def _only_defines(folded: str, figure: Figure) -> bool:
    """Return whether a figure only defines what is counted (60人以上 in 60人以上班级数)."""
    if figure.qualifier == "=" or figure.unit not in ("人", "岁", "年", "分", "公里"):
        return False
    return _DEFINES.match(folded, figure.end) is not None
