"""Read the outline: 一、（一）1.（1）① 一是 问题1 第一条 and labels become a tree of nodes.

Enumerators stand at the start of a line or in running text (一是…二是…; 1. inside a
paragraph). What a heading means (problems, measures, goals …) is its *role*, looked up in
``headings.tsv`` and inherited by what stands below it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from doc_miner.enumerators import (
    OF_ITS_TEXT,
    UNCOUNTED,
    LineForm,
    goes_on,
    inline_marks,
    is_next,
    is_rule,
    is_second,
    is_series,
    last_inline,
    line_forms,
    number_of,
)
from doc_miner.lexicon import Lexicon
from doc_miner.model import Document
from doc_miner.textfold import fold
from doc_miner.words import WordSet

# Kinds of enumerators in the order of their usual rank: a higher one closes those below it.
RANKS = {
    "chapter": 0,
    "chinese": 1,
    "roman": 1,
    "label-numbered": 2,
    "chinese-bracketed": 3,
    "boxed": 3,
    "arabic": 4,
    "letter": 5,
    "arabic-bracketed": 5,
    "bullet": 6,
    "label": 7,
    "circled": 8,
    "half-bracketed": 8,
    "is": 9,
    "tagged": 10,
    "aimed": 11,
}

_REACH = 3000
"""Characters within which the second item of a list must follow a first one whose enumerator is damaged."""
_BESIDE = 800
"""Characters within which the lines beside a line stand."""
_QUOTED = re.compile(r"“[^“”\n]{0,80}”")
_BRACKETED = re.compile(r"\([^()\n]{0,60}\)")
_PUNCTUATED = re.compile(r"[,。;、]")
_HEADING_END = re.compile(r"\([^()\n]{0,60}\)|[。:;]|\s(?=\s)")


_SHORT_LABELS = {
    "问题": "problem", "反馈意见": "problem", "措施": "response", "整改": "response", "落实": "response", "举措": "response", "做法": "response", "成效": "response", "进展": "progress", "状态": "progress", "时限": "deadline",
}  # fmt: skip
"""Words that name a part only as a label with a colon (问题：… 措施：…), never inside a heading."""


@dataclass(slots=True)
class Node:
    """An item of the outline while it is read: a tree with spans in the text.

    ``start`` is where the enumerator stands, ``body`` the first character after it, ``end`` where
    everything below it ends. ``heading`` is the span of the heading line or first sentence.
    """

    kind: str
    number: int
    start: int
    body: int
    end: int
    heading: tuple[int, int]
    marker: str = ""
    inline: bool = False
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)
    """The number of the last child of each kind."""
    holds_list: bool = False
    role: str | None = None
    own_role: str | None = None

    @property
    def line_bound(self) -> bool:
        """Whether the item ends with its line: items of running text do, headings do not."""
        return self.inline or self.kind in ("is", "tagged", "circled", "aimed")

    def walk(self) -> Iterator[Node]:
        """Yield the node and everything below it in order."""
        ahead = [self]
        while ahead:
            node = ahead.pop()
            yield node
            ahead += reversed(node.children)

    def own_end(self) -> int:
        """Return where the node's own text ends: at its first child, or at its end."""
        return self.children[0].start if self.children else self.end


def read_outline(document: Document, lexicon: Lexicon) -> Node:
    """Return the root of the outline of a document; rows of tables are no part of it."""
    text = document.text
    folded = fold(text)
    reader = _Reader(text, folded, lexicon)
    root = reader.read([(table.start, table.end) for table in document.tables])
    _give_roles(root, None)
    for node in root.walk():
        _tell_progress(node)
    return root


class _Labels:
    """The patterns of labels, made of the forms of ``headings.tsv``."""

    def __init__(self, headings: Sequence[str]) -> None:
        forms = "|".join(re.escape(form) for form in sorted(headings, key=len, reverse=True))
        short = "|".join(_SHORT_LABELS)
        self.opening = re.compile(rf"[【\[](?P<boxed>{forms}|{short})(?:如下|情况)?[】\]]\s?[:]?\s?|[【\[(]?(?P<form>{forms}|{short})(?:如下|情况)?[】\])]?\s?[:]\s?")
        self.inner = re.compile(rf"(?<=[。;])\s?(?P<form>{forms}|{short})\s?[:]\s?")
        self.words = WordSet(headings)


_labels_of = lru_cache(maxsize=4)(_Labels)
"""The patterns for the forms of a lexicon, made once."""


class _Reader:
    def __init__(self, text: str, folded: str, lexicon: Lexicon) -> None:
        self.text, self.folded, self.lexicon = text, folded, lexicon
        self.root = Node("root", 0, 0, 0, len(text), (0, 0))
        self.stack = [self.root]
        self.labels = _labels_of(tuple(lexicon.headings))
        self.label_roles = {**_SHORT_LABELS, **lexicon.headings}
        self.stops = [match.start() for match in _HEADING_END.finditer(folded) if folded[match.start()] != "("]

    def read(self, tables: Sequence[tuple[int, int]]) -> Node:
        at = 0
        for line in self.folded.split("\n"):
            start, end = at, at + len(line)
            at = end + 1
            if not line.strip() or any(a <= start < b or a == start for a, b in tables):
                continue
            self._line(start, end)
        while len(self.stack) > 1:
            self._pop(len(self.text))
        return self.root

    def _line(self, start: int, end: int) -> None:
        while start < end and self.folded[start].isspace():
            start += 1
        at, node = self._line_marker(start, end)
        if node is None:
            self._unmarked(start, end)
        label = self.labels.opening.match(self.folded, at, end) if self.folded.find(":", at, at + 24) >= 0 or self.folded.startswith(("【", "["), at) else None
        if label is not None and (node is None or node.kind != "label"):
            role: str | None = self.label_roles[label["form"] or label["boxed"]]
            if role == "plan" and node is None:
                self._leave_answered(start)
            node = self._push("label", 1, at, label.end(), end, self.folded[at : label.end()].strip(" :"), role=role)
            node.heading = (at, label.end())
            at = label.end()
            inner, _ = self._line_marker(at, end, after_label=True)
            at = inner
        elif node is None and self._is_label_line(start, end):
            role = self._role_of(start, end)
            if role == "plan":
                self._leave_answered(start)
            node = self._push("label", 1, start, end, end, self.folded[start:end].strip(" :【】[]"), role=role)
            node.heading = (start, end)
            return
        for match in self._inner_labels(at, end):
            self._inline(at, match.start())
            inside = self._push("label", 1, match.start("form"), match.end(), end, match["form"], role=self.label_roles[match["form"]])
            inside.heading = (match.start("form"), match.end())
            at = match.end()
        self._inline(at, end)

    def _leave_answered(self, at: int) -> None:
        """Close an item whose labels have answered it, where next steps follow that the item before it has not: they belong to the document."""
        for depth in range(len(self.stack) - 1, 0, -1):
            node = self.stack[depth]
            if node.kind == "label" or node.line_bound:
                continue
            beside = reversed(node.parent.children) if node.parent is not None else iter(())
            before = next((child for child in beside if child is not node and child.kind == node.kind), None)
            roles = [child.own_role for child in before.children if child.kind == "label"] if before is not None else []
            if "response" in roles and "plan" not in roles:
                while len(self.stack) > depth:
                    self._pop(at)
            return

    def _inner_labels(self, start: int, end: int) -> list[re.Match[str]]:
        """Return the labels inside a paragraph that states a problem or a response (问题：…。整改措施：…。责任单位：…)."""
        if self.folded.find(":", start, end) < 0:
            return []
        found = list(self.labels.inner.finditer(self.folded, start, end))
        parts = {match.start() for match in found if self.label_roles[match["form"]] in ("problem", "response", "measure")}
        if not parts:
            duties = self.stack[-1].kind == "label" and self.stack[-1].own_role in ("units", "deadline") and self.stack[-1].body == start
            return [match for match in found if duties and self.label_roles[match["form"]] in ("deadline", "units") and match["form"] not in self.stack[-1].marker and self.label_roles[match["form"]] != self.stack[-1].own_role]
        last_item = last_inline(self.folded, start, end)
        return [match for match in found if match.start() > last_item or match.start() in parts]

    def _line_marker(self, start: int, end: int, after_label: bool = False) -> tuple[int, Node | None]:
        for form in line_forms(self.folded[start]) if start < end else ():
            match, kind = form.pattern.match(self.folded, start, end), form.kind
            if match is None or (after_label and kind not in ("is", "circled", "arabic", "arabic-bracketed")):
                continue
            number = self._next(kind) if kind in UNCOUNTED or is_next(match) else number_of(match)
            if number is None or not self._accepts(kind, number, start, match.end(), end):
                continue
            if form.damaged and not self._goes_on(form, number, match.end(), end):
                continue
            body = start if kind in OF_ITS_TEXT else match.end()
            node = self._push(kind, number, start, body, end, self.text[start:body].strip())
            node.heading = (body, match.end() if kind == "boxed" else self._heading_end(body, end))
            if kind not in ("is", "tagged") and self._is_heading(*node.heading, end):
                node.own_role = self._role_of(*node.heading)
            return body, node
        return start, None

    def _accepts(self, kind: str, number: int, start: int, after: int, end: int) -> bool:
        """Return whether an enumerator fits: the next of an open list, or the first of a new one."""
        if after >= end and kind in ("is", "tagged", "half-bracketed"):
            return False
        if kind == "boxed":
            return self.labels.opening.match(self.folded, start, end) is None
        if kind == "bullet":
            return not is_rule(self.folded, after, end)
        if kind in ("chinese", "arabic") and self.folded[after - 1] in "、,." and self._counts(kind, number, after, end):
            return False
        if kind == "chinese" and self.folded[after - 1] == "," and number != 1 and self._previous(kind) != number - 1:
            return False
        if kind == "tagged":
            return number == 1 or self._previous(kind) == number - 1
        if kind == "is":
            return number == 1 or self._previous(kind) is not None
        return not (kind == "chapter" and self.folded[start:after].rstrip(" 、:.").endswith(("条", "节", "部")) and end - after < 2)

    def _counts(self, kind: str, number: int, after: int, end: int) -> bool:
        """Return whether an enumerator is the first numeral of a series (一、二年级), or a number before a year or a unit that continues no list."""
        if is_series(self.folded, number, after, end):
            return True
        if after >= end or not self.folded[after].isdigit():
            return False
        opens = number == 1 or self._previous(kind) == number - 1
        return not opens or end - after < 5

    def _goes_on(self, form: LineForm, number: int, after: int, end: int) -> bool:
        """Return whether a damaged enumerator continues an open list, or opens one whose second item follows."""
        if after >= end and form.kind != "boxed":
            return False
        if form.kind == "aimed":
            return self._has_beside(form, after, end)
        if number > 1:
            return self._previous(form.kind) == number - 1
        at = self.folded.find("\n", end - 1, end + _REACH)
        while at >= 0:
            while at < len(self.folded) and self.folded[at].isspace():
                at += 1
            if is_second(form, self.folded, at):
                return True
            at = self.folded.find("\n", at, end + _REACH)
        return False

    def _next(self, kind: str) -> int:
        """Return the place of an item without a number in its list: one more than that of the item before it, 1 below a label or heading of its own."""
        for node in reversed(self.stack):
            if node.kind == kind:
                return node.number + 1
            if kind in node.last:
                return node.last[kind] + 1
        return 1

    def _has_beside(self, form: LineForm, start: int, end: int) -> bool:
        """Return whether one of the two lines before or behind a line opens in the same way."""
        behind = self.folded[end : end + _BESIDE].split("\n")[1:]
        before = self.folded[max(0, start - _BESIDE) : start].split("\n")[-2::-1]
        return any(form.pattern.match(line.lstrip()) for lines in (behind, before) for line in [one for one in lines if one.strip()][:2])

    def _previous(self, kind: str) -> int | None:
        for node in reversed(self.stack):
            number = node.number if node.kind == kind else node.last.get(kind)
            if number is not None:
                return number
        return None

    def _unmarked(self, start: int, end: int) -> None:
        """A line without an enumerator ends the items of running text (一是 …) that stand above it."""
        while len(self.stack) > 1 and self.stack[-1].line_bound and not self._open_heading(self.stack[-1]):
            self._pop(start)

    def _open_heading(self, node: Node) -> bool:
        """Return whether a 一是 item is only a heading so far, so that the next line still belongs to it."""
        line_end = self.folded.find("\n", node.body, node.body + 200)
        whole = self.folded[node.body : line_end if line_end >= 0 else node.body + 200]
        return not node.inline and len(whole.strip()) <= 24 and not whole.rstrip().endswith(("。", ";")) and node.heading[1] > node.body

    def _is_label_line(self, start: int, end: int) -> bool:
        """Return whether a whole line is a heading of its own without a number (整改落实情况, 存在的问题)."""
        line = self.folded[start:end].strip(" :【】[]<>")
        if not 4 <= len(line) <= 14 or _PUNCTUATED.search(line):
            return False
        longest = max((stop - at for at, stop, _ in self.labels.words.find(line)), default=0)
        return longest >= 4 and len(line) - longest <= 3

    def _is_heading(self, start: int, stop: int, end: int) -> bool:
        """Return whether an item's first words name it: they fill their line, or are short and without a comma."""
        return stop >= end or self.folded[stop : stop + 1] == ":" or self.folded.find(",", start, stop) < 0

    def _role_of(self, start: int, end: int) -> str | None:
        """Return the role of a heading: that of the longest form in it, the last one where several are as long."""
        heading = _BRACKETED.sub(lambda match: " " * len(match[0]), self.folded[start:end])
        if len(heading) > 44:
            return None
        best: tuple[int, int, str] | None = None
        for at, stop, form in self.labels.words.find(heading):
            key = (stop - at, stop, self.lexicon.headings[form])
            if best is None or key[:2] >= best[:2]:
                best = key
        if best is None:
            return None
        rest = heading.replace(" ", "")
        role = best[2]
        # A heading that only contains a short form inside a sentence of its own (加强整改落实, 目标明确) has no role.
        if best[0] < 4 and len(rest) > best[0] + 4:
            return None
        # Nor has a sentence that goes on behind the form (部分学校对监测结果运用重视不够。).
        if rest.endswith("。") and len(rest) > best[0] + 8 and best[1] < len(heading.rstrip(" 。")):
            return None
        if role == "problem" and re.search(r"针对|对照|围绕|解决|整改(?:落实|措施|情况)|着力", heading) and not rest.endswith(("问题", "不足")):
            return "response" if "整改" in heading else None
        return role

    def _heading_end(self, start: int, end: int) -> int:
        """Return where a heading ends: the line's end, or the first sentence of a line that goes on."""
        index = bisect_left(self.stops, start)
        if index == len(self.stops) or self.stops[index] >= end:
            return end
        return self.stops[index] + (self.folded[self.stops[index]] == "。")

    def _inline(self, start: int, end: int) -> None:
        """Find enumerators in running text: each must continue its list, or begin one that goes on."""
        marks = inline_marks(self.folded, start, end)
        if not marks:
            return
        quoted = {at for quotation in _QUOTED.finditer(self.folded, start, end) for at in range(*quotation.span())}
        marks = [mark for mark in marks if mark.start not in quoted]
        last: Node | None = None
        seen: dict[str, int] = {}
        for mark, later in zip(marks, goes_on(marks), strict=True):
            kind, number = mark.kind, mark.number
            if number is None:
                continue
            continues = seen.get(kind) == number - 1 or (number > 1 and self._previous(kind) == number - 1)
            if not (continues or (number == 1 and (later or mark.is_said))):
                continue
            if mark.start == start and kind == "is" and self.stack[-1].kind == "is" and self.stack[-1].start == mark.start:
                seen[kind] = number
                continue
            if kind in ("arabic", "arabic-bracketed", "chinese-bracketed") and not self._after_break(mark.start, start):
                continue
            seen[kind] = number
            if last is not None:
                last.heading = (last.heading[0], min(last.heading[1], mark.start))
            last = node = self._push(kind, number, mark.start, mark.end, end, self.text[mark.start : mark.end].strip(), inline=True)
            node.heading = (mark.end, self._heading_end(mark.end, end))

    def _after_break(self, at: int, start: int) -> bool:
        before = self.folded[start:at].rstrip()
        return not before or before[-1] in "。;:.,"

    # --- the stack ---------------------------------------------------------------------------
    def _push(self, kind: str, number: int, start: int, body: int, end: int, marker: str, *, inline: bool = False, role: str | None = None) -> Node:
        if any(node.kind == kind for node in self.stack[1:]):
            while any(node.kind == kind for node in self.stack[1:]):
                self._pop(start)
        elif not inline and number == 1 and self._introduces_list(self.stack[-1], start):
            self.stack[-1].holds_list = True
        if not inline:
            while len(self.stack) > 1 and RANKS[self.stack[-1].kind] >= RANKS[kind] and not self.stack[-1].holds_list:
                self._pop(start)
        parent = self.stack[-1]
        node = Node(kind, number, start, body, end, (body, end), marker, inline, parent, own_role=role)
        parent.children.append(node)
        parent.last[kind] = number
        self.stack.append(node)
        return node

    def _introduces_list(self, node: Node, at: int) -> bool:
        """Return whether a list that begins at *at* is an item's own: the item ends with a colon there, or is a label on its line."""
        if node.kind == "label":
            return not self.folded[node.body : at].strip()
        if node.kind == "boxed":
            return not self.folded[node.heading[1] : at].strip()
        return node.line_bound and not node.inline and self.folded[node.body : at].rstrip().endswith(":")

    def _pop(self, at: int) -> None:
        node = self.stack.pop()
        end = at
        if node.line_bound and not node.holds_list and not self._open_heading(node):
            end = min(node.end, at)
        node.end = _trimmed(self.text, node.start, end)


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


_PROGRESS = re.compile(r"进展|完成情况|完成进度")


def _tell_progress(node: Node) -> None:
    """Take a label of results beside one of measures (整改措施：… 整改进展：…) for what tells how far these are."""
    labels = [child for child in node.children if child.kind == "label" and child.own_role == "response"]
    if not labels or "措施" not in labels[0].marker:
        return
    for label in labels[1:]:
        if _PROGRESS.search(label.marker) and "措施" not in label.marker:
            label.own_role = "progress"
            _give_roles(label, None)


def _give_roles(node: Node, inherited: str | None) -> None:
    node.role = node.own_role or inherited
    for child in node.children:
        _give_roles(child, node.role)
