"""What the outline tells of the measures that stand at an item of it: the headings above, the lines 责任单位：… and 完成时限：… below."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date

from doc_miner.model import Span
from doc_miner.outline import Node

_RESULTS = ("成效", "落实情况", "整改情况", "完成情况", "进展", "结果", "做法")
_PAST = ("前期工作", "已开展", "开展的工作", "做的工作", "立行立改", "工作回顾")
"""Words of headings under which things are done: results, and what was done before."""
_YEAR_AHEAD = re.compile(r"(20\d\d)年?(?:度)?[^,。;]{0,12}?(?:重点|任务|安排|打算|部署|计划|工作目标|主要工作)")


@dataclass(frozen=True, slots=True)
class Told:
    """What headings and lines around an item of the outline tell of its measures."""

    results: bool
    """A heading of results stands above."""
    past: bool
    """A heading of what was done before stands above."""
    is_ahead: bool
    """A heading about the work of a year to come stands above."""
    lines: Sequence[tuple[str, Span]]
    """The lines 责任单位：… and 完成时限：… that hold for it: below the item itself, below one around it, or below the last of its list."""


class Around:
    """Tells what stands around the items of an outline, each item looked at once."""

    def __init__(self, text: str, reference: Date | None) -> None:
        self.text, self.reference = text, reference
        self._known: dict[int, Told] = {}
        self._lines_of_problems: dict[int, tuple[list[int], list[list[Node]]]] = {}
        self._lines_of_list: dict[tuple[int, str], Sequence[Node]] = {}

    def of(self, node: Node) -> Told:
        """Return what is told of the measures of an item."""
        told = self._known.get(id(node))
        if told is None:
            told = self._known[id(node)] = self._read(node, self.of(node.parent) if node.parent is not None else Told(False, False, False, ()))
        return told

    def _read(self, node: Node, above: Told) -> Told:
        heading = self.text[node.heading[0] : node.heading[1]] if node.own_role else ""
        ahead = self._is_ahead(node)
        labels = _label_lines(node) or self._below_list(node) or self._of_its_problem(node)
        return Told(
            above.results or any(word in heading for word in _RESULTS),
            above.past or any(word in heading for word in _PAST),
            above.is_ahead if ahead is None else ahead,
            [(child.own_role or "", _first_line(self.text, child.body, child.end)) for child in labels] or above.lines,
        )

    def _below_list(self, node: Node) -> Sequence[Node]:
        """Return the lines below the last item of a list none of whose other items has any: they stand at the end of the list and hold for all of it."""
        if node.parent is None:
            return ()
        key = id(node.parent), node.kind
        if key not in self._lines_of_list:
            items = [child for child in node.parent.children if child.kind == node.kind]
            alone = len(items) < 2 or any(_label_lines(item) for item in items[:-1])
            self._lines_of_list[key] = () if alone else [line for line in _label_lines(items[-1]) if line.own_role != "progress"]
        return self._lines_of_list[key]

    def _of_its_problem(self, node: Node) -> Sequence[Node]:
        """Return the lines that stand with a label's problem where its part goes from one labelled problem to the next (问题：… 整改：… 责任单位：…)."""
        if node.kind != "label" or node.parent is None:
            return ()
        if id(node.parent) not in self._lines_of_problems:
            self._lines_of_problems[id(node.parent)] = _by_problem(node.parent)
        begins, lines = self._lines_of_problems[id(node.parent)]
        return lines[bisect_right(begins, node.start)] if len(begins) > 1 else ()

    def _is_ahead(self, node: Node) -> bool | None:
        """Return whether a heading is about the work of a year to come (2024年重点工作), or of the one that has just begun; ``None`` if it names no year."""
        if self.reference is None or node.kind == "root" or node.line_bound or node.heading[1] - node.heading[0] > 40:
            return None
        found = _YEAR_AHEAD.search(self.text, *node.heading)
        if found is None:
            return None
        year = int(found[1])
        return year > self.reference.year or (year == self.reference.year and self.reference.month <= 3)


def _label_lines(node: Node) -> list[Node]:
    return [child for child in node.children if child.kind == "label" and child.own_role in ("units", "deadline", "progress")]


def _by_problem(part: Node) -> tuple[list[int], list[list[Node]]]:
    """Return where the labelled problems of a part begin, and the lines of units, deadlines and progress before the first and behind each."""
    begins: list[int] = []
    lines: list[list[Node]] = [[]]
    for child in part.children:
        if child.kind == "label" and child.own_role == "problem":
            begins.append(child.start)
            lines.append([])
        elif child.kind == "label" and child.own_role in ("units", "deadline", "progress"):
            lines[-1].append(child)
    return begins, lines


def _first_line(text: str, start: int, end: int) -> Span:
    """Return the first line of a stretch that holds anything: what stands below a label's own line is no part of what it says."""
    while start < end and text[start].isspace():
        start += 1
    stop = text.find("\n", start, end)
    end = stop if stop >= 0 else end
    while end > start and text[end - 1] in ")）」】；; " and text.count("（", start, end) + text.count("(", start, end) < text.count("）", start, end) + text.count(")", start, end):
        end -= 1  # the end of brackets that opened before the label
    return start, end
