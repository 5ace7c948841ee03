"""Find measures: what was, is being or will be done, as the document lists it.

Of nested lists the innermost items are the measures; a lead sentence with a figure of its
own is one more. Rules: ``measure/…``. Status, deadline and responsible units are read in
`doc_miner.extract.conduct`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doc_miner.extract.passages import Passages
from doc_miner.extract.problems import OF_RUNNING_TEXT, Statement
from doc_miner.outline import Node

ROLES = ("response", "measure", "plan", "recommendation")
"""Roles of the parts that hold measures."""

_NAME_LABEL = re.compile(r"[一-鿿]{2,12}(?:小学|中学|学校|幼儿园|中心校|学区|镇|乡|局|[一二三四五六七八九十]中|[一二三四五六七八九十]小)\s?:")
"""A paragraph that opens with the school or body it is about (望溪镇中心小学：…)."""
_AIMED = re.compile(r"针对[^,。\n]{2,36}(?:问题|不足|情况|短板)[,，]")
"""A paragraph that opens with the problem it is aimed at."""
LONG = 1200
"""Characters from which an item of many paragraphs is read paragraph by paragraph."""
SHORT = 5
"""Characters below which a paragraph does nothing: a verb, its object and a full stop take as many."""
_STANDS_ALONE = re.compile(r"(?:现|目前|均|该问题)?(?:已|正在|未|持续|基本)?(?:经|全部|全面|按时|按要求|按期)?(?:完成|落实|整改|推进|解决)(?:到位|完成|完毕|落实|中|情况|整改)?[。;]?")
"""A paragraph that only says how things stand (已落实到位。): it does nothing of its own."""
_SAYS_MORE = re.compile(r"\d|[^,。;\n]{4,},[^,。;\n]{4,}")
_OF_A_TABLE = re.compile(r"(?:附?表|附?图|单位)\s?[\d一二三四五六七八九十:]|[^\n]{0,80}\t")
"""A row or caption of a table."""
_NAMES_PROBLEM = re.compile(r"(?:问题|不足|短板|困难)(?:的?(?:整改|落实|解决))(?:落实)?(?:情况|措施|工作)?$|^关于.{4,36}(?:问题|不足)$")
"""A heading of a response that names the problem (关于专用教室不足的问题; …问题的整改)."""
_LEADING_IN = ("其中", "具体如下", "主要做法是", "具体是", "具体做法是", "一方面")
_FIGURE = re.compile(r"\d")
_PUNCTUATED = re.compile(r"[,。;]")
_QUOTED_LABEL = re.compile(r"[“\"][一-鿿]{2,6}[”\"](?:就是|即是|即|:)")
"""A paragraph that opens with the quoted name of one part of a list (“分流”就是…): an item without a number."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A measure's span with the node it stands in and the rule that found it."""

    start: int
    end: int
    node: Node
    rule: str


def find_passages(root: Node, passages: Passages, statements: Sequence[Statement]) -> list[Passage]:
    """Return the spans of the measures of the outline, in order."""
    stated = {id(statement.node) for statement in statements if statement.problem.rule not in OF_RUNNING_TEXT}
    stated_spans = [(statement.problem.start, statement.problem.end) for statement in statements]
    out: list[Passage] = []
    _collect(root, passages, stated, out)
    for statement in statements:
        if statement.problem.rule == "problem/aimed" and not statement.node.children:
            start, stop = passages.trimmed(passages.after_aim(statement.problem.end), passages.body_end(statement.node))
            if stop - start >= SHORT:
                out.append(Passage(start, stop, statement.node, "measure/listed"))
        if statement.problem.rule == "problem/listed" and not statement.node.line_bound:
            start, stop = passages.trimmed(statement.problem.end, passages.body_end(statement.node))
            if stop - start >= SHORT and passages.folded.startswith("下一步", start):
                out.append(Passage(start, stop, statement.node, "measure/listed"))
    out = [p for p in out if not any(a < p.end and p.start < b for a, b in stated_spans)]
    return sorted(out, key=lambda p: (p.start, p.end))


def _collect(node: Node, passages: Passages, stated: set[int], out: list[Passage]) -> None:
    holds = node.role in ROLES
    problems_below = any(child.role == "problem" for child in node.children)
    listed = [child for child in node.children if child.kind != "label" or child.role in ROLES]
    if holds and node.kind != "root" and id(node) not in stated:
        if not node.children:
            out += list(_leaf(node, passages))
        elif listed and not problems_below and all(child.kind != "label" or child.role in ROLES for child in node.children):
            out += list(_lead(node, passages))
            out += list(_between(node, passages))
        elif all(child.kind == "label" and child.role not in (*ROLES, "problem") for child in node.children):
            out += list(_leaf(node, passages, end=node.children[0].start))
        if not node.children and node.kind != "label":
            out += [Passage(*span, node.parent or node, "measure/paragraph") for span in passages.after_list(node) if _acts_for_all(passages, *span)]
    for child in node.children:
        if id(child) in stated and not child.children:
            continue
        _collect(child, passages, stated, out)


def _leaf(node: Node, passages: Passages, end: int | None = None) -> Iterator[Passage]:
    stop = passages.body_end(node) if end is None else end
    if node.kind == "label" or (node.own_role in ROLES and passages.is_pure_heading(*node.heading)):
        start = node.body if node.kind == "label" else max(node.body, node.heading[1])
        yield from _unlisted(node, passages, start, stop)
        return
    if node.heading[1] < stop and _NAMES_PROBLEM.search(passages.folded[node.heading[0] : node.heading[1]].rstrip("。: ")) and passages.text[node.heading[1] : stop].startswith("\n"):
        yield from _unlisted(node, passages, node.heading[1], stop)
        return
    start, stop = passages.trimmed(node.start if node.kind == "aimed" else node.body, stop)
    below = passages.paragraphs(node.heading[1], stop)
    named = sum(1 for begin, _ in below if _NAME_LABEL.match(passages.folded, begin) or _AIMED.match(passages.folded, begin))
    if named >= 2 or (stop - start > LONG and len(below) >= 4):
        yield from _unlisted(node, passages, node.heading[1], stop)
        return
    if stop - start < SHORT or _only_heading(node, passages, start, stop):
        return
    if passages.is_closing(start, stop) and stop - start < 80:
        return
    yield Passage(start, stop, node, "measure/listed")


def _acts_for_all(passages: Passages, start: int, end: int) -> bool:
    """Return whether a paragraph behind a list does something itself: duties laid on the reader (请你县于30日内报送…) do not."""
    return end - start >= 20 and not passages.is_request(start) and not passages.is_preamble(start, end) and passages.action_cue.search(passages.folded, start, end) is not None


def _only_heading(node: Node, passages: Passages, start: int, stop: int) -> bool:
    """Return whether an item is a heading with nothing under it that does anything (（二）整改任务)."""
    text = passages.folded[start:stop]
    return len(text) <= 12 and not _PUNCTUATED.search(text) and passages.action_cue.search(text) is None


def _unlisted(node: Node, passages: Passages, start: int, stop: int) -> Iterator[Passage]:
    """Yield the paragraphs of a part in which nothing is listed, without preambles and closings."""
    for begin, end in passages.paragraphs(start, stop):
        if passages.folded[begin] in ":。":
            begin, end = passages.trimmed(begin + 1, end)
        if end - begin < SHORT or _OF_A_TABLE.match(passages.folded, begin, end) or passages.is_furniture(begin, end) or passages.is_closing(begin, end) or passages.is_preamble(begin, end):
            continue
        acts = passages.action_cue.search(passages.folded, begin, end) is not None or _answers_alone(node, passages, begin, start, stop)
        if not acts or _STANDS_ALONE.fullmatch(passages.folded, begin, end):
            continue
        yield Passage(begin, end, node, "measure/paragraph")


def _answers_alone(node: Node, passages: Passages, begin: int, start: int, stop: int) -> bool:
    """Return whether a paragraph is all that a label of the response to one problem holds, and says more than how things stand."""
    return node.kind == "label" and node.own_role == "response" and len(passages.paragraphs(start, stop)) == 1 and _SAYS_MORE.search(passages.folded, begin, stop) is not None


def _between(node: Node, passages: Passages) -> Iterator[Passage]:
    """Yield the paragraphs of a part beside those that hold its lists, where all its lists stand in running text."""
    if not all(child.inline for child in node.children):
        return
    at = passages.folded.find("\n", node.children[0].end, node.end)
    held = [child.start for child in node.children]
    for begin, end in passages.paragraphs(at, node.end) if at >= 0 else ():
        if bisect_left(held, begin) < bisect_left(held, end) or passages.folded[end - 1] == ":":
            continue
        yield from _unlisted(node, passages, begin, end)


def _lead(node: Node, passages: Passages) -> Iterator[Passage]:
    """Yield the lead of a list where it has a figure and an action of its own (累计安排专项资金12.76亿元。其中, 一是…)."""
    first = node.children[0]
    start = max(node.body, node.heading[1] if node.heading[1] < first.start else first.start)
    lead = passages.folded[start : first.start]
    stop = len(lead)
    while stop and (lead[stop - 1] in ",:" or lead[stop - 1].isspace()):
        stop -= 1
    lead = lead[:stop]
    lead = next((lead.removesuffix(words) for words in _LEADING_IN if lead.endswith(words)), lead)
    for begin, end in passages.paragraphs(start, start + len(lead)):
        if passages.folded[begin] in ":。":
            begin, end = passages.trimmed(begin + 1, end)
        if end - begin < 10 or (_FIGURE.search(passages.folded, begin, end) is None and not _QUOTED_LABEL.match(passages.folded, begin)):
            continue
        if passages.action_cue.search(passages.folded, begin, end) and not passages.is_preamble(begin, end) and not passages.is_closing(begin, end):
            yield Passage(begin, end, node, "measure/lead")
