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

from doc_miner.lexicon import Lexicon
from doc_miner.model import Document
from doc_miner.numerals import parse_chinese
from doc_miner.textfold import fold
from doc_miner.words import WordSet

# Kinds of enumerators in the order of their usual rank: a higher one closes those below it.
RANKS = {
    "chapter": 0,
    "chinese": 1,
    "label-numbered": 2,
    "chinese-bracketed": 3,
    "arabic": 4,
    "arabic-bracketed": 5,
    "label": 6,
    "circled": 7,
    "half-bracketed": 7,
    "is": 8,
    "tagged": 9,
}

_CN = "[一二三四五六七八九十]{1,3}"
_NUMERALS = rf"(?:{_CN}|\d{{1,2}})"
_SERIES = re.compile(rf"{_NUMERALS}(?:[、,]{_NUMERALS})*(?:年级|月|号|季度|期|班|类|级|楼|线|档|批|层|等奖|等品|组|小学|中学|次)|{_NUMERALS}[、,]{_NUMERALS}(?![、,.])")
"""What follows the first numeral of a series (一、二年级; 3、4月份; 5、6号楼) where an item's text would begin."""
_WHOLE = r"(?:(?:19|20)\d{2}年|\d{1,4}(?:所|名|位|间|家|座|栋|幢|片|项|条|门|件|处|支|辆|人(?!次)|个(?!百分点|小时|月|多?亿|多?万)|年|月|日))"
"""A whole number with its unit: after a point that may be an enumerator's, it is no decimal (1.3所小学改建)."""
_DOT = rf"(?:[.](?!\d)|[.](?={_WHOLE})|、)"
_LINE_MARKERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chapter", re.compile(rf"第\s?({_CN}|\d{{1,2}})\s?[章节部编条](?:分)?[ 、:.]?")),
    ("label-numbered", re.compile(rf"(?:反馈)?(?:存在)?(?:的)?问题\s?({_CN}|\d{{1,2}})\s?[:.、]\s?")),
    ("chinese", re.compile(rf"({_CN})\s?(?:、|[.,](?!\d))\s?")),
    ("chinese-bracketed", re.compile(rf"(?:[(]\s?({_CN})\s?[)]|([㈠-㈩]))\s?[、.]?\s?")),
    ("arabic", re.compile(rf"(?:(\d{{1,2}})\s?{_DOT}|([⒈-⒛]))\s?")),
    ("arabic-bracketed", re.compile(r"(?:[(]\s?(\d{1,2})\s?[)]|([⑴-⒇]))\s?[、.]?\s?")),
    ("half-bracketed", re.compile(r"(\d{1,2})[)]\s?")),
    ("circled", re.compile(r"([①-⑳])\s?[、.]?\s?")),
    ("is", re.compile(rf"({_CN})\s?(?:是|要|则)[ ,:]?\s?")),
    ("tagged", re.compile(rf"[一-鿿]{{2,3}}({_CN})\s?[:]\s?")),
)
_DAMAGED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chinese-bracketed", re.compile(rf"[(]\s?({_CN})(?![一二三四五六七八九十年月期])\s?")),
    ("chinese-bracketed", re.compile(rf"({_CN})\s?[)]\s?[、.]?\s?")),
    ("arabic", re.compile(r"(\d{1,2})。\s?")),
    ("label-numbered", re.compile(rf"问题\s?({_CN}|\d{{1,2}})(?![\d一二三四五六七八九十个项条类年月日%.])\s?")),
    ("is", re.compile(rf"[第其]({_CN})[,、]\s?(?!{_CN})")),
)
"""Enumerators that lost a part, or words that count: taken only where the list goes on."""
_REACH = 3000
"""Characters within which the second item of a list of such must follow its first."""
_INLINE = re.compile(
    rf"(?P<is>(?<![一-鿿])(?P<isn>{_CN})(?:是|要)[ ,:]?\s?)"
    rf"|(?P<nth>(?<![一-鿿])[第其](?P<nn>{_CN})[,、](?!{_CN})\s?)"
    rf"|(?P<circled>(?P<cn>[①-⑳])\s?[、.]?\s?)"
    rf"|(?P<arabic>(?<=[。;:,. ])\s?(?P<an>\d{{1,2}})\s?{_DOT}\s?)"
    rf"|(?P<arabicb>(?<=[。;:,. ])\s?[(](?P<bn>\d{{1,2}})[)]\s?[、.]?\s?)"
    rf"|(?P<chineseb>(?<=[。;: ])\s?[(](?P<zn>{_CN})[)]\s?[、.]?\s?)"
    rf"|(?P<tagged>(?<=[。;:, ])\s?(?P<word>[一-鿿]{{2,3}})(?P<tn>[一二三四五六七八九十])\s?[:]\s?)"
    rf"|(?P<labeln>(?<=[。; ])\s?问题\s?(?P<ln>{_CN}|\d{{1,2}})\s?[:]\s?)"
)
_INLINE_KINDS = {"is": "is", "nth": "is", "circled": "circled", "arabic": "arabic", "arabicb": "arabic-bracketed", "chineseb": "chinese-bracketed", "tagged": "tagged", "labeln": "label-numbered"}
_ONE_CHARACTER = {chr(first + i): i + 1 for first, count in ((0x2460, 20), (0x2474, 20), (0x2488, 20), (0x3220, 10)) for i in range(count)}
_QUOTED = re.compile(r"“[^“”\n]{0,80}”")
_BRACKETED = re.compile(r"\([^()\n]{0,60}\)")
_HEADING_END = re.compile(r"\([^()\n]{0,60}\)|[。:;]|\s(?=\s)")


_SHORT_LABELS = {"问题": "problem", "措施": "response", "进展": "progress", "时限": "deadline"}
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
        return self.inline or self.kind in ("is", "tagged", "circled")

    def walk(self) -> Iterator[Node]:
        """Yield the node and everything below it in order."""
        yield self
        for child in self.children:
            yield from child.walk()

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


class _Reader:
    def __init__(self, text: str, folded: str, lexicon: Lexicon) -> None:
        self.text, self.folded, self.lexicon = text, folded, lexicon
        self.root = Node("root", 0, 0, 0, len(text), (0, 0))
        self.stack = [self.root]
        forms = "|".join(re.escape(form) for form in sorted(lexicon.headings, key=len, reverse=True))
        short = "|".join(_SHORT_LABELS)
        self.label = re.compile(rf"[【\[](?P<boxed>{forms}|{short})(?:如下|情况)?[】\]]\s?[:]?\s?|[【\[(]?(?P<form>{forms}|{short})(?:如下|情况)?[】\])]?\s?[:]\s?")
        self.inner_label = re.compile(rf"(?<=[。;])\s?(?P<form>{forms}|{short})\s?[:]\s?")
        self.label_roles = {**_SHORT_LABELS, **lexicon.headings}
        self.role_words = WordSet(lexicon.headings)
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
        label = self.label.match(self.folded, at, end) if ":" in self.folded[at : at + 24] or self.folded[at : at + 1] in ("【", "[") else None
        if label is not None and (node is None or node.kind != "label"):
            node = self._push("label", 1, at, label.end(), end, self.folded[at : label.end()].strip(" :"), role=self.label_roles[label["form"] or label["boxed"]])
            node.heading = (at, label.end())
            at = label.end()
            inner, _ = self._line_marker(at, end, after_label=True)
            at = inner
        elif node is None and self._is_label_line(start, end):
            node = self._push("label", 1, start, end, end, self.folded[start:end].strip(" :【】[]"), role=self._role_of(start, end))
            node.heading = (start, end)
            return
        for match in self._inner_labels(at, end):
            self._inline(at, match.start())
            inside = self._push("label", 1, match.start("form"), match.end(), end, match["form"], role=self.label_roles[match["form"]])
            inside.heading = (match.start("form"), match.end())
            at = match.end()
        self._inline(at, end)

    def _inner_labels(self, start: int, end: int) -> list[re.Match[str]]:
        """Return the labels inside a paragraph that states a problem or a response (问题：…。整改措施：…。责任单位：…)."""
        if ":" not in self.folded[start:end]:
            return []
        found = list(self.inner_label.finditer(self.folded, start, end))
        parts = {match.start() for match in found if self.label_roles[match["form"]] in ("problem", "response", "measure")}
        last_item = max((match.start() for match in _INLINE.finditer(self.folded, start, end)), default=-1)
        return [match for match in found if match.start() > last_item or match.start() in parts] if parts else []

    def _line_marker(self, start: int, end: int, after_label: bool = False) -> tuple[int, Node | None]:
        for place, (kind, pattern) in enumerate((*_LINE_MARKERS, *_DAMAGED)):
            match = pattern.match(self.folded, start, end)
            if match is None or (after_label and kind not in ("is", "circled", "arabic", "arabic-bracketed")):
                continue
            number = _number(match[match.lastindex or 1])
            if number is None or not self._accepts(kind, number, start, match.end(), end):
                continue
            if place >= len(_LINE_MARKERS) and not self._goes_on(kind, pattern, number, match.end(), end):
                continue
            node = self._push(kind, number, start, match.end(), end, self.text[start : match.end()].strip())
            node.heading = (match.end(), self._heading_end(match.end(), end))
            if kind not in ("is", "tagged") and self._is_heading(*node.heading, end):
                node.own_role = self._role_of(*node.heading)
            return match.end(), node
        return start, None

    def _accepts(self, kind: str, number: int, start: int, after: int, end: int) -> bool:
        """Return whether an enumerator fits: the next of an open list, or the first of a new one."""
        if after >= end and kind in ("is", "tagged", "half-bracketed"):
            return False
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
        series = _SERIES.match(self.folded, after, end)
        if series is not None and _number(re.match(_NUMERALS, series[0])[0]) == number + 1:  # type: ignore[index]
            return True
        if after >= end or not self.folded[after].isdigit():
            return False
        opens = number == 1 or self._previous(kind) == number - 1
        return not opens or end - after < 5

    def _goes_on(self, kind: str, pattern: re.Pattern[str], number: int, after: int, end: int) -> bool:
        """Return whether a damaged enumerator continues an open list, or opens one whose second item follows."""
        if after >= end:
            return False
        if number > 1:
            return self._previous(kind) == number - 1
        at = self.folded.find("\n", end - 1, end + _REACH)
        while at >= 0:
            while at < len(self.folded) and self.folded[at].isspace():
                at += 1
            match = pattern.match(self.folded, at) or dict(_LINE_MARKERS)[kind].match(self.folded, at)
            if match is not None and _number(match[match.lastindex or 1]) == 2:
                return True
            at = self.folded.find("\n", at, end + _REACH)
        return False

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
        if not 4 <= len(line) <= 14 or re.search(r"[,。;、]", line):
            return False
        longest = max((stop - at for at, stop, _ in self.role_words.find(line)), default=0)
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
        for at, stop, form in self.role_words.find(heading):
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
        matches = list(_INLINE.finditer(self.folded, start, end))
        if not matches:
            return
        quoted = {at for quotation in _QUOTED.finditer(self.folded, start, end) for at in range(*quotation.span())}
        matches = [match for match in matches if match.start() not in quoted]
        last: Node | None = None
        seen: dict[str, int] = {}
        numbers = [(match, _INLINE_KINDS[match.lastgroup or ""] if match.lastgroup in _INLINE_KINDS else self._kind(match)) for match in matches]
        goes_on = _next_follow(numbers)
        for index, (match, kind) in enumerate(numbers):
            number = _number_of(match)
            if number is None:
                continue
            later = goes_on[index]
            continues = seen.get(kind) == number - 1 or (number > 1 and self._previous(kind) == number - 1)
            if not (continues or (number == 1 and (later or match["is"]))):
                continue
            if match.start() == start and kind == "is" and self.stack[-1].kind == "is" and self.stack[-1].start == match.start():
                seen[kind] = number
                continue
            if kind in ("arabic", "arabic-bracketed", "chinese-bracketed") and not self._after_break(match.start(), start):
                continue
            seen[kind] = number
            if last is not None:
                last.heading = (last.heading[0], min(last.heading[1], match.start()))
            last = node = self._push(kind, number, match.start(), match.end(), end, self.text[match.start() : match.end()].strip(), inline=True)
            node.heading = (match.end(), self._heading_end(match.end(), end))

    @staticmethod
    def _kind(match: re.Match[str]) -> str:
        for name, kind in _INLINE_KINDS.items():
            if match[name] is not None:
                return kind
        raise AssertionError("an alternative matched without a name")

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
        return node.line_bound and not node.inline and self.folded[node.body : at].rstrip().endswith(":")

    def _pop(self, at: int) -> None:
        node = self.stack.pop()
        end = at
        if node.line_bound and not node.holds_list and not self._open_heading(node):
            end = min(node.end, at)
        node.end = _trimmed(self.text, node.start, end)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if text in _ONE_CHARACTER:
        return _ONE_CHARACTER[text]
    return int(text) if text.isdigit() else parse_chinese(text)


def _number_of(match: re.Match[str]) -> int | None:
    return _number(match["isn"] or match["nn"] or match["cn"] or match["an"] or match["bn"] or match["zn"] or match["tn"] or match["ln"])


def _next_follow(items: Sequence[tuple[re.Match[str], str]]) -> list[bool]:
    """Return for each enumerator of running text whether one of its kind with the next number stands behind it."""
    behind: set[tuple[str, int | None]] = set()
    out = []
    for match, kind in reversed(items):
        number = _number_of(match)
        out.append((kind, (number or 0) + 1) in behind)
        behind.add((kind, number))
    return out[::-1]


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
