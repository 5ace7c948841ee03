"""Link: one problem stated in several places becomes one record, measures find the problem they answer.

Structure decides first (a response below its problem, a table row, paired parts of one
section); meaning second, and only where one answer is clearly the best. Where two are
possible none is taken, and the doubt is reported.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from doc_miner.extract.measures import Passage
from doc_miner.extract.problems import OF_RUNNING_TEXT, Statement
from doc_miner.model import Problem, Span
from doc_miner.outline import Node
from doc_miner.similarity import bigrams, containment, dice
from doc_miner.textfold import fold

SAME = 0.62
"""Least share of a restatement's bigrams that stand in the statement it repeats."""
REPEATS = 0.85
"""Least Dice coefficient of two problems of the same wording; either then holds at least REPEATS / (2 - REPEATS) of the other's bigrams."""
ANSWERS = 0.35
"""Least likeness (shared wording plus shared topic) of a measure to the problem that it answers, where structure leaves several."""
AHEAD = 0.12
"""How much more alike the best answer must be than the second."""
NEAR = 12
"""Places within which parts of problems and responses, and an item and the problem it may answer instead, are looked for."""
CONTRADICTS = 0.1
"""How much more alike another problem must be than the one in an item's place for its order to say nothing."""
ECHO = 0.5
"""Least share of a heading's bigrams that stand in the problem it names."""
LEAST_SHARED = 4
"""Least number of bigrams that a heading shares with the problem it names."""
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
    grams = {text: bigrams(text) for text in dict.fromkeys(s.problem.text for s in statements)}
    of_listed: dict[int, list[Statement]] = {}
    lone: list[Statement] = []
    sharing = _Sharing([grams[s.problem.text] for s in listed])
    for later in answered:
        own = grams[later.problem.text]
        alike = [(containment(own, grams[listed[i].problem.text]), listed[i]) for i in sharing.candidates(own, SAME)]
        share, best = max(alike, key=lambda one: one[0], default=(0.0, later))
        if best is not later and share >= SAME and best.problem.start != later.problem.start:
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
    records = _without_repeats(records, grams)
    records.sort(key=lambda record: (record[0].start, record[0].end))
    problems = [problem for problem, _ in records]
    nodes = {id(s.node): index for index, (_, members) in enumerate(records) for s in members if s.problem.rule not in OF_RUNNING_TEXT}
    return problems, nodes


class _Sharing:
    """Finds, among sets of bigrams, those that may hold most of another set without comparing it to each.

    A set that holds a share *least* of another holds one of its bigrams even if the most frequent
    part, so many as may be wanting, is left aside.
    """

    def __init__(self, sets: Sequence[frozenset[str]]) -> None:
        self._holders: dict[str, list[int]] = {}
        for index, grams in enumerate(sets):
            self.add(index, grams)

    def add(self, index: int, grams: frozenset[str]) -> None:
        for gram in grams:
            self._holders.setdefault(gram, []).append(index)

    def candidates(self, grams: frozenset[str], least: float) -> list[int]:
        """Return, in order, the places of the sets that may hold at least this share of *grams*."""
        holders = sorted((self._holders.get(gram, []) for gram in grams), key=len)
        return sorted({index for indices in holders[: len(grams) - math.ceil(least * len(grams) - 1e-9) + 1] for index in indices})


def _without_repeats(records: list[tuple[Problem, list[Statement]]], known: Mapping[str, frozenset[str]]) -> list[tuple[Problem, list[Statement]]]:
    """Join records of the same wording: the first stands, the later become its mentions."""
    out: list[tuple[Problem, list[Statement]]] = []
    kept: list[frozenset[str]] = []
    sharing = _Sharing([])
    for problem, members in sorted(records, key=lambda record: record[0].start):
        grams = known[problem.text]
        alike = sharing.candidates(grams, REPEATS / (2 - REPEATS)) if len(problem.text) >= 8 else []
        twin = next((i for i in alike if dice(grams, kept[i]) >= REPEATS), None)
        if twin is None:
            sharing.add(len(out), grams)
            kept.append(grams)
            out.append((problem, members))
        else:
            first, earlier = out[twin]
            spans: tuple[Span, ...] = (*first.mentions, (problem.start, problem.end), *problem.mentions)
            out[twin] = (replace(first, mentions=tuple(dict.fromkeys(spans))), earlier + members)
    return out


Profile = Callable[[str], Mapping[str, float]]
"""What a text is about: a weight for each category."""


def link_passages(text: str, passages: Sequence[Passage], problems: Sequence[Problem], nodes: dict[int, int], profile: Profile) -> list[Link]:
    """Return for each measure of *text* the problem that it answers."""
    meaning = _Meaning(problems, profile)
    order = _Order(text, problems, meaning)
    return [_link(text, passage, problems, nodes, meaning, order) for passage in passages]


class _Meaning:
    """How alike a measure is to each problem: in wording (the bigrams that tell the problems apart) and in topic."""

    def __init__(self, problems: Sequence[Problem], profile: Profile) -> None:
        self._problems, self._profile = problems, profile
        self._named: dict[str, int | None] = {}

    @cached_property
    def _grams(self) -> list[frozenset[str]]:
        return _telling([bigrams(problem.text) for problem in self._problems])

    @cached_property
    def _topics(self) -> list[Mapping[str, float]]:
        return [self._profile(fold(problem.text)) for problem in self._problems]

    @cached_property
    def _heads(self) -> list[frozenset[str]]:
        return [bigrams(problem.text[:80]) for problem in self._problems]

    def named(self, wording: str) -> int | None:
        """Return the problem that a wording names (see `_echo`); headings name it for each measure under them."""
        if wording not in self._named:
            self._named[wording] = _echo(_WORDS_OF_RESPONSE.sub("", wording), self._heads)
        return self._named[wording]

    def likeness(self, text: str, pool: Sequence[int]) -> list[float]:
        """Return for each problem of a pool a number from 0 (nothing shared) upwards."""
        grams, topic = bigrams(text[:200]), self._profile(fold(text[:120]))
        return [containment(self._grams[problem], grams) + 0.6 * _cosine(topic, self._topics[problem]) for problem in pool]


def _cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    norm = math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
    return sum(value * b.get(key, 0.0) for key, value in a.items()) / norm if norm else 0.0


def _telling(grams: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Return the bigrams of each problem that tell it from the others: those in at most a third of them."""
    counts: dict[str, int] = {}
    for one in grams:
        for gram in one:
            counts[gram] = counts.get(gram, 0) + 1
    limit = max(1, len(grams) // 3)
    return [frozenset(gram for gram in one if counts[gram] <= limit) for one in grams]


class _Order:
    """Which problems an item of a part of responses answers by its place: the parts have as many items, or there are as many problems."""

    def __init__(self, text: str, problems: Sequence[Problem], meaning: _Meaning) -> None:
        self._text, self._problems, self._meaning = text, problems, meaning
        self._starts = [problem.start for problem in problems]
        self._places: dict[int, dict[int, int]] = {}
        self._known: dict[int, dict[int, Sequence[int]]] = {}

    def of(self, node: Node) -> Sequence[int]:
        """Return the problems that stand where an item, or one around it, stands among the responses; none where order says nothing."""
        item: Node | None = node
        while item is not None and item.parent is not None:
            if item.kind != "label" and item.parent.own_role in ("response", "measure"):
                pool = self._pairs(item.parent).get(id(item))
                if pool is not None:
                    return pool
            item = item.parent
        return ()

    def _pairs(self, part: Node) -> dict[int, Sequence[int]]:
        if id(part) not in self._known:
            self._known[id(part)] = self._read(part)
        return self._known[id(part)]

    def _read(self, part: Node) -> dict[int, Sequence[int]]:
        items = _items(part)
        stated = next((node for node in self._before(part) if node.role == "problem"), None)
        if stated is None or len(items) < 2:
            return {}
        groups = [self._within(group) for group in _items(stated)]
        single = [[problem] for problem in self._within(stated)]
        for pools in (groups, single):
            if len(pools) == len(items) and all(pools) and self._agrees(items, pools):
                return {id(item): pool for item, pool in zip(items, pools, strict=True)}
        return {}

    def _within(self, node: Node) -> list[int]:
        return list(range(bisect_left(self._starts, node.start), bisect_left(self._starts, node.end)))

    def _before(self, part: Node) -> Sequence[Node]:
        """Return the parts beside a part that stand before it, the nearest first, as far as it may refer to them."""
        if part.parent is None:
            return ()
        beside = part.parent.children
        if id(part.parent) not in self._places:
            self._places[id(part.parent)] = {id(child): place for place, child in enumerate(beside)}
        place = self._places[id(part.parent)][id(part)]
        return beside[max(0, place - NEAR) : place][::-1]

    def _agrees(self, items: Sequence[Node], pools: Sequence[Sequence[int]]) -> bool:
        """Return whether what the items say fits their order: none is clearly more like another's problem, at least half are most like their own."""
        every = [problem for pool in pools for problem in pool]
        own = 0
        for item, pool in zip(items, pools, strict=True):
            near = every[bisect_left(every, pool[0] - NEAR) : bisect_left(every, pool[-1] + NEAR + 1)]
            likeness = dict(zip(near, self._meaning.likeness(self._text[item.body : item.end], near), strict=True))
            here = max(likeness[problem] for problem in pool)
            elsewhere = max((likeness[problem] for problem in near if problem not in pool), default=0.0)
            if elsewhere - here > CONTRADICTS:
                return False
            own += here > elsewhere
        return own * 2 >= len(items)


def _items(part: Node) -> list[Node]:
    """Return the items of a part that are written as its first one is."""
    items = [child for child in part.children if child.kind != "label"]
    return [child for child in items if child.kind == items[0].kind]


def _link(text: str, passage: Passage, problems: Sequence[Problem], nodes: dict[int, int], meaning: _Meaning, order: _Order) -> Link:
    node: Node | None = passage.node
    while node is not None:
        if id(node) in nodes:
            return Link(nodes[id(node)])
        node = node.parent
    by_order = order.of(passage.node)
    if len(by_order) == 1:
        return Link(by_order[0])
    named = _named(text, passage, meaning) if problems else None
    if named is not None:
        return Link(named)
    aimed = _AIMED.match(fold(text[passage.start : passage.start + 60]))
    if aimed is not None and not aimed[0].startswith("关于") and passage.node.role in ("plan", "recommendation") and len(problems) > 1:
        return _by_meaning(aimed["what"], range(len(problems)), meaning)
    if passage.node.role in ("plan", "recommendation"):
        return Link(None)
    told = [i for i, p in enumerate(problems) if p.rule == "problem/running-text" and _same_part(p, passage) and p.end <= passage.start]
    if told:
        return Link(told[-1])
    pool = by_order or _paired(passage.node, problems)
    if len(pool) == 1:
        return Link(pool[0])
    return _by_meaning(text[passage.start : passage.end], pool, meaning) if pool else Link(None)


_AIMED = re.compile(r"^(?:针对|围绕|对于|聚焦|对照|关于)(?:反馈的?|存在的?)?(?P<what>[^,。;:]{3,30}?)(?:的?(?:问题|实际|不足|短板|情况)|[,。:]|整改)")
_FIRST_SENTENCE = re.compile(r"[^。:;\n]{0,30}")
_WORDS_OF_RESPONSE = re.compile(r"(?:关于|针对|着力|切实|进一步|加快|有效|持续|全面)|(?:问题)?的?(?:整改(?:落实)?(?:情况|措施|成效)?|问题)$")


def _named(text: str, passage: Passage, meaning: _Meaning) -> int | None:
    """Return the problem that a measure, or a heading above it, names in its own words, if just one fits.

    (针对专用教室不足问题，…; （一）大班额化解不彻底问题的整改; 着力缓解学位供需矛盾。)
    """
    folded = fold(text[passage.start : passage.end])
    aimed = _AIMED.match(folded)
    if aimed is None and passage.node.role == "recommendation":
        return None
    wordings = [aimed["what"]] if aimed else []
    if passage.node.role == "plan" or passage.rule == "measure/listed":
        wordings.append(_FIRST_SENTENCE.match(folded)[0])  # type: ignore[index]
    node: Node | None = passage.node
    while node is not None:
        heading = fold(text[node.heading[0] : node.heading[1]]).strip(" 。:")
        if node.kind != "label" and node.role in ("response", "plan") and 5 <= len(heading) <= 40 and node.start < passage.start and not heading.endswith("方面"):
            wordings.append(heading)
        node = node.parent
    for wording in wordings:
        found = meaning.named(wording)
        if found is not None:
            return found
    return None


def _echo(wording: str, heads: Sequence[frozenset[str]]) -> int | None:
    """Return the one problem whose statement holds most of a wording, or ``None``."""
    if len(wording) < 4:
        return None
    grams = bigrams(wording)
    scored = sorted(((containment(grams, head), -i) for i, head in enumerate(heads)), reverse=True)
    if not scored or scored[0][0] < ECHO or scored[0][0] * len(grams) < LEAST_SHARED or (len(scored) > 1 and scored[0][0] < MARGIN * scored[1][0]):
        return None
    return -scored[0][1]


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


def _by_meaning(text: str, pool: Sequence[int], meaning: _Meaning) -> Link:
    scored = sorted(zip(meaning.likeness(text, pool), (-i for i in pool), strict=True), reverse=True)
    best, second = scored[0], scored[1]
    if best[0] >= ANSWERS and best[0] - second[0] >= AHEAD:
        return Link(-best[1])
    return Link(None, tuple(-i for score, i in scored[:3] if score > 0.1))
