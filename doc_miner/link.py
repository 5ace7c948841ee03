"""Link: one problem stated in several places becomes one record, measures find the problem they answer.

Structure decides first (a response below its problem, a table row, paired parts of one
section); meaning second, and only where one answer is clearly the best. Where two are
possible none is taken, and the doubt is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from doc_miner.extract.measures import Passage
from doc_miner.extract.problems import Statement
from doc_miner.model import Problem, Span
from doc_miner.outline import Node
from doc_miner.similarity import bigrams, containment, dice

SAME = 0.62
"""Least share of a restatement's bigrams that stand in the statement it repeats."""
ANSWERS = 0.2
"""Least likeness of a measure to the problem that it answers, where structure leaves several."""
MARGIN = 1.35
"""How many times more alike the best answer must be than the second."""


@dataclass(frozen=True, slots=True)
class Link:
    """Which problem (by its place in the list) a measure answers; ``doubt`` names candidates where none was taken."""

    problem: int | None
    doubt: tuple[int, ...] = ()


def merge_statements(statements: Sequence[Statement]) -> tuple[list[Problem], dict[int, int]]:
    """Return the problems, each once with its further places as mentions, and for each statement's node its problem.

    A coarse sentence that is answered in finer parts gives way to them and stands as their mention.
    """
    listed = [s for s in statements if not s.answered]
    answered = [s for s in statements if s.answered]
    grams = {id(s): bigrams(s.problem.text) for s in statements}
    of_listed: dict[int, list[Statement]] = {}
    same: dict[int, list[Statement]] = {}
    lone: list[Statement] = []
    for later in answered:
        best = max(listed, key=lambda s: containment(grams[id(later)], grams[id(s)]), default=None)
        if best is not None and best is not later and containment(grams[id(later)], grams[id(best)]) >= SAME and best.problem.start != later.problem.start:
            of_listed.setdefault(id(best), []).append(later)
        else:
            lone.append(later)
    records: list[tuple[Problem, list[Statement]]] = [(s.problem, [s]) for s in lone]
    for statement in listed:
        finer = of_listed.get(id(statement), [])
        span = (statement.problem.start, statement.problem.end)
        if len(finer) >= 2 and not statement.labelled:
            records += [(replace(f.problem, mentions=(span,)), [f, statement] if f is finer[0] else [f]) for f in finer]
        else:
            spans = tuple((f.problem.start, f.problem.end) for f in finer)
            records.append((replace(statement.problem, mentions=spans), [statement, *finer]))
    records = _without_repeats(records, same)
    records.sort(key=lambda record: (record[0].start, record[0].end))
    problems = [problem for problem, _ in records]
    nodes = {id(s.node): index for index, (_, members) in enumerate(records) for s in members if s.problem.rule != "problem/paragraph"}
    return problems, nodes


def _without_repeats(records: list[tuple[Problem, list[Statement]]], same: dict[int, list[Statement]]) -> list[tuple[Problem, list[Statement]]]:
    """Join records of the same wording: the first stands, the later become its mentions."""
    out: list[tuple[Problem, list[Statement]]] = []
    for problem, members in sorted(records, key=lambda record: record[0].start):
        grams = bigrams(problem.text)
        twin = next((i for i, (p, _) in enumerate(out) if dice(grams, bigrams(p.text)) >= 0.85 and len(problem.text) >= 8), None)
        if twin is None:
            out.append((problem, members))
        else:
            first, earlier = out[twin]
            spans: tuple[Span, ...] = (*first.mentions, (problem.start, problem.end), *problem.mentions)
            out[twin] = (replace(first, mentions=tuple(dict.fromkeys(spans))), earlier + members)
    return out


def link_passages(text: str, passages: Sequence[Passage], problems: Sequence[Problem], nodes: dict[int, int]) -> list[Link]:
    """Return for each measure of *text* the problem that it answers."""
    grams = _telling([bigrams(problem.text) for problem in problems])
    return [_link(text, passage, problems, nodes, grams) for passage in passages]


def _telling(grams: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Return the bigrams of each problem that tell it from the others: those in at most a third of them."""
    counts: dict[str, int] = {}
    for one in grams:
        for gram in one:
            counts[gram] = counts.get(gram, 0) + 1
    limit = max(1, len(grams) // 3)
    return [frozenset(gram for gram in one if counts[gram] <= limit) for one in grams]


def _link(text: str, passage: Passage, problems: Sequence[Problem], nodes: dict[int, int], grams: Sequence[frozenset[str]]) -> Link:
    node: Node | None = passage.node
    while node is not None:
        if id(node) in nodes:
            return Link(nodes[id(node)])
        node = node.parent
    if passage.node.role == "plan":
        return Link(None)
    told = [i for i, p in enumerate(problems) if p.rule == "problem/running-text" and _same_part(p, passage) and p.end <= passage.start]
    if told:
        return Link(told[-1])
    pool = _paired(passage.node, problems)
    if len(pool) == 1:
        return Link(pool[0])
    return _by_meaning(text[passage.start : passage.end], pool, grams) if pool else Link(None)


def _same_part(problem: Problem, passage: Passage) -> bool:
    """Return whether a problem of running text stands in the numbered part (or the unnumbered text) in which a measure stands."""
    node: Node | None = passage.node
    while node is not None and node.line_bound:
        node = node.parent
    return node is not None and node.start <= problem.start < node.end


def _paired(node: Node, problems: Sequence[Problem]) -> list[int]:
    """Return the problems stated in the sibling part to which a part of measures belongs (（一）存在问题（二）整改措施)."""
    current: Node | None = node
    while current is not None and current.parent is not None:
        parent = current.parent
        if current.own_role in ("response", "measure") or current.kind == "label":
            siblings = [child for child in parent.children if child is not current and child.role == "problem" and child.start < current.start]
            if siblings:
                nearest = siblings[-1]
                return [i for i, p in enumerate(problems) if nearest.start <= p.start < nearest.end]
        current = parent
    return []


def _by_meaning(text: str, pool: Sequence[int], grams: Sequence[frozenset[str]]) -> Link:
    own = bigrams(text[:160])
    scored = sorted(((containment(grams[i], own), i) for i in pool), reverse=True)
    best, second = scored[0], scored[1] if len(scored) > 1 else (0.0, -1)
    if best[0] >= ANSWERS and best[0] >= MARGIN * second[0]:
        return Link(best[1])
    return Link(None, tuple(i for score, i in scored[:3] if score > 0) if best[0] > 0.08 else ())
