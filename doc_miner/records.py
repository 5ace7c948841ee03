"""Run the extractors over one document and complete the records with what their places tell.

`Extractor.extract` finds statements of problems, passages of measures, tables and targets;
`Extractor.complete`, after linking, adds status, deadline, units, figures and movements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from doc_miner.extract.around import Around
from doc_miner.extract.citations import find_citations
from doc_miner.extract.conduct import cues_of, deadline_of, latest_deadline, status_of, status_of_progress
from doc_miner.extract.duties import split_units, units_of
from doc_miner.extract.figures import FigureContext, FigureFinder, Zone
from doc_miner.extract.indicator_rows import IndicatorCell, indicator_cells, told_by_heads
from doc_miner.extract.measures import Passage, find_passages
from doc_miner.extract.passages import Passages
from doc_miner.extract.problems import Statement, find_statements
from doc_miner.extract.rectification import RectificationTable, Row, find_rectification_tables
from doc_miner.extract.running import find_running
from doc_miner.extract.table_figures import find_table_figures, is_data_table
from doc_miner.extract.targets import TargetTable, find_targets
from doc_miner.lexicon import Lexicon
from doc_miner.link import Link
from doc_miner.model import Change, Citation, Document, Figure, Measure, Metadata, Problem, Span
from doc_miner.outline import Node
from doc_miner.textfold import fold

PLANS = ("整改方案", "实施方案")
"""Document types whose unmarked items are planned."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the extractors found before linking."""

    statements: tuple[Statement, ...]
    passages: tuple[Passage, ...]
    tables: tuple[RectificationTable, ...]
    targets: tuple[TargetTable, ...]
    citations: tuple[Citation, ...]
    rows: dict[Span, Row]


@dataclass(frozen=True, slots=True)
class Records:
    """The records after linking; ``links`` runs parallel to ``measures``."""

    problems: tuple[Problem, ...]
    measures: tuple[Measure, ...]
    links: tuple[Link, ...]
    figures: tuple[Figure, ...]
    changes: tuple[Change, ...]


class Extractor:
    """The extractors of one lexicon."""

    def __init__(self, lexicon: Lexicon, figures: FigureFinder) -> None:
        self.lexicon, self.figures, self.cues = lexicon, figures, cues_of(lexicon)

    def extract(self, document: Document, metadata: Metadata, outline: Node) -> Extracted:
        """Return problems' statements, measures' passages, tables, targets and citations."""
        passages = Passages(document.text, fold(document.text), self.lexicon)
        _give_default_roles(outline, metadata, passages)
        targets = tuple(find_targets(document, passages, self.lexicon))
        tables = tuple(find_rectification_tables(document))
        covered = [span for found in targets for span in (*found.cells, *found.indicators)]
        if is_regulation(outline):
            return Extracted((), (), tables, targets, tuple(find_citations(document.text)), {})
        statements = [s for s in find_statements(outline, passages) if not _inside(s.problem.start, s.problem.end, covered)]
        found = [p for p in find_passages(outline, passages, statements) if not _inside(p.start, p.end, covered)]
        if metadata.doc_type not in SILENT:
            stretches = _running_stretches(outline, metadata, passages, [(t.start, t.end) for t in document.tables])
            told, done = find_running(stretches, passages)
            statements += [s for s in told if not _inside(s.problem.start, s.problem.end, covered)]
            found += [p for p in done if not _inside(p.start, p.end, [*covered, *((q.start, q.end) for q in found)])]
        rows: dict[Span, Row] = {}
        for table in tables:
            node = Node("table", 1, table.table.start, table.table.start, table.table.end, (table.table.start, table.table.start), role="response")
            for span in table.problems:
                statements.append(Statement(Problem(*span, document.text[span[0] : span[1]], "problem/table-cell"), _cell_node(span), True))
            for row in table.rows:
                rows[row.measure] = row
                found.append(Passage(*row.measure, node, "measure/table-cell"))
        first = {passage.start: passage for passage in sorted(found, key=lambda p: p.start, reverse=True)}
        return Extracted(_one_a_place(statements), tuple(first[start] for start in sorted(first)), tables, targets, tuple(find_citations(document.text)), rows)

    def complete(self, document: Document, metadata: Metadata, outline: Node, found: Extracted, problems: Sequence[Problem], links: Sequence[Link]) -> Records:
        """Return the records with status, deadline, units and figures."""
        links = [self._table_link(passage, found, problems, link) for passage, link in zip(found.passages, links, strict=True)]
        around = Around(document.text, metadata.reference)
        measures = tuple(self._measure(document, metadata, passage, found, around) for passage in found.passages)
        figures, changes = self._figures(document, metadata, outline, found, problems, measures)
        return Records(tuple(problems), measures, tuple(links), figures, changes)

    def _table_link(self, passage: Passage, found: Extracted, problems: Sequence[Problem], link: Link) -> Link:
        row = found.rows.get((passage.start, passage.end))
        if row is None or row.problem is None:
            return link
        for index, problem in enumerate(problems):
            if row.problem in ((problem.start, problem.end), *problem.mentions):
                return Link(index)
        return link

    # --- measures ----------------------------------------------------------------------------
    def _measure(self, document: Document, metadata: Metadata, passage: Passage, found: Extracted, around: Around) -> Measure:
        text = document.text[passage.start : passage.end]
        folded = fold(text)
        reference = around.reference
        row = found.rows.get((passage.start, passage.end))
        told = around.of(passage.node)
        planned_section = passage.node.role in ("plan", "recommendation") or told.is_ahead
        status = status_of(folded, self.cues, results=told.results, planned_section=planned_section, plan_document=metadata.doc_type in PLANS, reference=reference, past=told.past)
        deadline = deadline_of(folded, self.cues, reference, planned=status == "planned")
        units = units_of(text)
        if row is not None:
            progress = " ".join(document.text[a:b] for a, b in row.progress)
            limits = [document.text[a:b] for a, b in row.deadline]
            status = status_of_progress(progress) or ("done" if any(limit.startswith("已") for limit in limits) else status)
            if status == "ongoing" and not progress and reference is not None and (latest_deadline(limits, reference) or "") > reference.isoformat():
                status = "planned"
            deadline = min(filter(None, (deadline, latest_deadline(limits, reference))), default=None)  # a year alone in the text gives way to its month
            units = tuple(dict.fromkeys(unit for a, b in row.units for unit in split_units(document.text[a:b]))) or units
        else:
            lines = told.lines
            progress = " ".join(document.text[a:b] for kind, (a, b) in lines if kind == "progress")
            status = status_of_progress(progress) or status
            units = units or tuple(unit for kind, (a, b) in lines if kind == "units" for unit in split_units(document.text[a:b]))
            deadline = deadline or latest_deadline([document.text[a:b] for kind, (a, b) in lines if kind == "deadline"], reference)
        marker = passage.node.marker if passage.node.body <= passage.start and not passage.rule.endswith("paragraph") else ""
        return Measure(passage.start, passage.end, text, passage.rule, number=marker, status=status, deadline=deadline, units=units)

    # --- figures -----------------------------------------------------------------------------
    def _figures(
        self, document: Document, metadata: Metadata, outline: Node, found: Extracted, problems: Sequence[Problem], measures: Sequence[Measure]
    ) -> tuple[tuple[Figure, ...], tuple[Change, ...]]:
        excluded = [span for table in found.targets for span in table.cells]
        table_figures: list[Figure] = []
        taken = {id(table.table) for table in found.tables}
        targets = {span for table in found.targets for span in table.cells}
        worded: list[IndicatorCell] = []
        for table in document.tables:
            if id(table) in taken:
                continue
            if not any(table.start <= a < table.end for a, _ in targets) and is_data_table(table):
                some, spans = find_table_figures(document.text, table, self.figures.quantities)
                table_figures += some
                excluded += spans
            worded += indicator_cells(table, self.figures.quantities, excluded)
        zones = _zones(outline, found, problems, measures)
        context = FigureContext(_reported_day(metadata), metadata.doc_type in PLANS, tuple(zones), tuple(excluded))
        figures, changes = self.figures.find(document.text, context)
        merged = sorted([*told_by_heads(document.text, worded, figures), *table_figures], key=lambda figure: (figure.start, figure.end))
        return tuple(merged), tuple(changes)


_REPORTS_ON = re.compile(r"(20\d\d)年度?[^年]{0,20}(?:统计公报|统计|年报|工作总结)")


def _reported_day(metadata: Metadata) -> date | None:
    """Return the day from which 当年 and 上年 are counted in figures: the end of the year that a bulletin's title names, else the date of issue."""
    reference = metadata.reference
    named = _REPORTS_ON.search(fold(metadata.title or ""))
    if named is None or (reference is not None and not 0 <= reference.year - int(named[1]) <= 1):
        return reference
    return date(int(named[1]), 12, 31)


SILENT = ("督导反馈", "统计公报")
"""Document types whose parts without a telling heading hold no measures of the county's own."""
_MATTER = re.compile(r"^关于.{2,40}(?:问题|诉求|建议|情况)$")


def is_regulation(outline: Node) -> bool:
    """Return whether a document is made of articles (第一条 …): rules hold no county's problems or measures."""
    articles = [node for node in outline.walk() if node.kind == "chapter" and node.marker.rstrip(" 、:.").endswith("条")]
    return len(articles) >= 6


def _give_default_roles(outline: Node, metadata: Metadata, passages: Passages) -> None:
    """Let parts whose heading says what is done (一、加大投入，改善条件) hold measures, where no heading above tells otherwise."""
    if metadata.doc_type in SILENT:
        return
    for node in outline.children:
        if node.role is None and not node.line_bound and node.kind != "label":
            _give_default_role(node, passages)
    _act_as_list(outline, passages)
    if metadata.doc_type in PLANS:
        for node in list(outline.walk()):
            _follow_majority(node, passages)


def _give_default_role(node: Node, passages: Passages) -> None:
    heading = passages.folded[node.heading[0] : node.heading[1]].strip(" :。")
    action = passages.action_cue.search(heading)
    if action is not None and action.start() <= 8 and not _MATTER.match(heading) and passages.problem_cue.search(heading) is None:
        for below in node.walk():
            below.role = below.role or "measure"
        return
    _act_as_list(node, passages)
    for child in node.children:
        if child.role is None and not child.line_bound and child.kind != "label":
            _give_default_role(child, passages)


_NO_ACTION = re.compile(r"意义|重要性|认识|概况|背景|目标|原则|问题|范围|对象")


def _follow_majority(node: Node, passages: Passages) -> None:
    """Give an item of a plan the role of its neighbours where most of them hold measures, whatever words its heading has."""
    items = [child for child in node.children if not child.line_bound and child.kind == node.children[0].kind]
    acting = sum(1 for child in items if child.role == "measure")
    if node.kind == "root" or len(items) < 3 or acting * 2 < len(items):
        return
    for child in items:
        if child.role is None and _NO_ACTION.search(passages.folded, *child.heading) is None:
            for below in child.walk():
                below.role = below.role or "measure"


def _act_as_list(node: Node, passages: Passages) -> None:
    """Let the items 一是…二是… of a part hold measures where most of them do something."""
    items = [child for child in node.children if child.role is None and child.kind in ("is", "circled")]
    acting = [child for child in items if passages.action_cue.search(passages.folded, child.body, child.end)]
    if len(acting) * 2 > len(items):
        for child in items:
            child.role = "measure"


def _one_a_place(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements without those that begin where another does: a record is known by its place. What a paragraph only admits gives way."""
    kept: dict[int, Statement] = {}
    for statement in statements:
        before = kept.get(statement.problem.start)
        if before is None or before.problem.rule == "problem/admitted":
            kept[statement.problem.start] = statement
    chosen = {id(statement) for statement in kept.values()}
    return tuple(statement for statement in statements if id(statement) in chosen)


def _running_stretches(outline: Node, metadata: Metadata, passages: Passages, tables: Sequence[Span]) -> list[tuple[Node, Span]]:
    """Return the stretches of running text that no heading explains, each with its node; none where the outline tells all."""
    told = any(node.role in ("response", "measure", "plan", "problem") and not node.line_bound for node in outline.walk())
    out: list[tuple[Node, Span]] = []
    for node in outline.walk():
        if node.role is not None or node.line_bound:
            continue
        if node.kind == "root":
            if told:
                continue
            start = passages.folded.find("\n") + 1
        else:
            start = node.heading[1]
        gaps = [(start, node.own_end())]
        ends = [child.start for child in node.children[1:]] + [node.end]
        gaps += [(child.end, end) for child, end in zip(node.children, ends, strict=False) if child.line_bound and not child.inline]
        for begin, end in gaps:
            for piece in _without(begin, end, tables):
                out.append((node, piece))
    return out


def _without(start: int, end: int, holes: Sequence[Span]) -> list[Span]:
    out, at = [], start
    for a, b in sorted(holes):
        if a < end and b > at:
            if a > at:
                out.append((at, a))
            at = max(at, b)
    if at < end:
        out.append((at, end))
    return out


def _inside(start: int, end: int, spans: Sequence[Span]) -> bool:
    return any(a < end and start < b for a, b in spans)


def _cell_node(span: Span) -> Node:
    return Node("cell", 1, span[0], span[0], span[1], span)


def _zones(outline: Node, found: Extracted, problems: Sequence[Problem], measures: Sequence[Measure]) -> list[Zone]:
    zones = [Zone(node.start, node.end, node.role) for node in outline.walk() if node.own_role and node.role and node.role not in ("units", "deadline")]
    zones += [Zone(start, end, "goal") for table in found.targets for start, end in table.indicators]
    zones += [Zone(start, end, "target") for table in found.tables for start, end in table.goals]
    zones += [Zone(problem.start, problem.end, "problem") for problem in problems]
    zones += [Zone(a, b, "problem") for problem in problems for a, b in problem.mentions]
    zones += [Zone(m.start, m.end, {"planned": "plan", "done": "done"}.get(m.status, "response")) for m in measures]
    return zones
