"""Put the records of one document together: ids, sections, categories, places on pages, what belongs to what."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from doc_miner.classify import Classifier, FigureWords, IndicatorFinder, Label, speaks_of_basic_standard
from doc_miner.model import Change, Document, Figure, Measure, Metadata, Origin, Problem, Report, Section, Target
from doc_miner.outline import Node
from doc_miner.records import Extracted, Records
from doc_miner.source import BBox
from doc_miner.textfold import fold

_CLAUSE = re.compile(r"[。;!?\n,](?:(?<!,)|(?!\d{3})|(?<!\d,))")
"""A mark between clauses; a comma within a number (1,842) is none."""
OTHER_EDUCATION = "O2"
"""The category of kindergartens, senior schools and what else is no compulsory schooling."""
LEAST_FOR_INDICATOR = 0.5
"""A record less sure of its category may be of another field, where the wording of an indicator means something else (群众满意度 of a hospital)."""
RULE_CONFIDENCE = {
    "figure/number-unit": 0.99,
    "figure/table-cell": 0.98,
    "figure/coefficient": 0.97,
    "figure/tenths": 0.96,
    "figure/percent-words": 0.96,
    "figure/chinese-number": 0.95,
    "figure/magnitude": 0.8,
    "figure/comparator": 0.85,
}
"""How often a figure found by a rule is right: the shares that ``benchmarks/rules.py`` counts on the samples, less for
rules with few cases there; other rules: 0.93."""


def assemble(
    document: Document, metadata: Metadata, outline: Node, found: Extracted, records: Records, classifier: Classifier, indicators: IndicatorFinder
) -> Report:
    """Return the report of a document without findings."""
    doc_id = document.doc_id
    sections = sections_of(document, outline)
    basic = speaks_of_basic_standard(document.text)
    place = _Places(document)
    folded = fold(document.text)
    around = _Surroundings(folded)
    words = [FigureWords(subject, *around.of(f.start, f.end)) for f, subject in zip(records.figures, _folded([f.subject for f in records.figures]), strict=True)]
    statements = [folded[p.start : p.end] for p in records.problems] + [folded[m.start : m.end] for m in records.measures]
    labels, figure_labels = classifier.label_all(statements, words)
    problems = tuple(_problem(p, doc_id, label, sections, indicators, basic, place) for p, label in zip(records.problems, labels, strict=False))
    measures = tuple(
        _measure(m, doc_id, None if link.problem is None else problems[link.problem].problem_id, label, sections, place)
        for m, link, label in zip(records.measures, records.links, labels[len(problems) :], strict=True)
    )
    owners = _Owners(problems, measures)
    figures = tuple(_figure(f, doc_id, w, label, sections, indicators, basic, owners, place) for f, w, label in zip(records.figures, words, figure_labels, strict=True))
    targets: list[Target] = []
    for table in found.targets:
        targets += table.targets
    return Report(
        document=document,
        metadata=metadata,
        sections=tuple(sections.sections),
        problems=problems,
        measures=measures,
        figures=figures,
        changes=tuple(Change(_named(c.before, doc_id), _named(c.after, doc_id), _named(c.change, doc_id), f"{doc_id}-c{i}") for i, c in enumerate(records.changes, 1)),
        targets=tuple(replace(t, target_id=f"{doc_id}-y{i}") for i, t in enumerate(targets, 1)),
        citations=tuple(replace(c, citation_id=f"{doc_id}-q{c.start}") for c in found.citations),
        status="partial" if any(w.code in ("no-text-layer", "truncated") for w in document.warnings) else "ok",
        warnings=(*document.warnings, *metadata.warnings),
    )


def _folded(texts: Sequence[str]) -> Iterator[str]:
    """Yield the folds of some texts; to fold many short ones apart takes four times as long."""
    folded, at = fold("".join(texts)), 0
    for text in texts:
        yield folded[at : at + len(text)]
        at += len(text)


class Sections:
    """The sections of a document, with a quick way from a position to the innermost one."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = list(sections)
        self._starts = [section.start for section in self.sections]

    def at(self, position: int) -> str | None:
        """Return the id of the innermost section that covers a position."""
        index = bisect_right(self._starts, position) - 1
        while index >= 0:
            section = self.sections[index]
            if section.start <= position < section.end:
                return section.section_id
            index -= 1
        return None


def sections_of(document: Document, outline: Node) -> Sections:
    """Return the outline as section records."""
    out: list[Section] = []

    def add(node: Node, parent: str | None, level: int) -> None:
        section_id = f"{document.doc_id}-s{len(out) + 1}"
        heading = document.text[node.heading[0] : node.heading[1]].strip(" ：:。\n")
        out.append(Section(section_id, parent, level, node.marker, heading[:80], node.start, node.end, node.role))
        for child in node.children:
            add(child, section_id, level + 1)

    for child in outline.children:
        add(child, None, 1)
    return Sections(out)


def _named(key: str | None, doc_id: str) -> str | None:
    return f"{doc_id}-{key}" if key else None


def _problem(problem: Problem, doc_id: str, label: Label, sections: Sections, indicators: IndicatorFinder, basic: bool, place: _Places) -> Problem:
    page, bbox = place.of(problem.start, problem.end)
    indicator = indicators.find(problem.text, basic=basic, categories=label.categories) if label.confidence >= LEAST_FOR_INDICATOR else None
    return replace(
        problem, section_id=sections.at(problem.start), categories=label.categories, confidence=label.confidence, indicator=indicator, page=page, bbox=bbox,
        problem_id=f"{doc_id}-p{problem.start}",
    )  # fmt: skip


def _measure(measure: Measure, doc_id: str, problem: str | None, label: Label, sections: Sections, place: _Places) -> Measure:
    page, bbox = place.of(measure.start, measure.end)
    return replace(
        measure, problem_id=problem, section_id=sections.at(measure.start), categories=label.categories, confidence=label.confidence, page=page, bbox=bbox,
        measure_id=f"{doc_id}-m{measure.start}",
    )  # fmt: skip


class _Owners:
    """Which problem and measure a position belongs to."""

    def __init__(self, problems: Sequence[Problem], measures: Sequence[Measure]) -> None:
        spans: list[tuple[int, int, str | None, str | None]] = [(p.start, p.end, p.problem_id, None) for p in problems]
        spans += [(a, b, p.problem_id, None) for p in problems for a, b in p.mentions]
        spans += [(m.start, m.end, m.problem_id, m.measure_id) for m in measures]
        self._spans = sorted(spans, key=lambda span: (span[0], -span[1]))
        self._starts = [span[0] for span in self._spans]

    def of(self, position: int) -> tuple[str | None, str | None]:
        """Return problem id and measure id at a position (each may be ``None``)."""
        index = bisect_right(self._starts, position) - 1
        steps = 0
        while index >= 0 and steps < 40:
            start, end, problem, measure = self._spans[index]
            if start <= position < end:
                return problem, measure
            index -= 1
            steps += 1
        return None, None


_KINDERGARTEN = re.compile("(?<![校田公家])园|幼|学前")
_EXAMS = re.compile(r"高考|上线|录取|考试|成绩|本科")
_ALLOTTED = re.compile(r"名额|指标(?:生|分配|到校)|优质高中|示范高中|职普|普职")


def _of_other_schools(figure: Figure, words: FigureWords, category: str) -> str:
    """Return the category of a figure: what counts kindergartens or senior schools is of other education, but for their exams and the places dealt out to junior schools."""
    if figure.stage == "学前" and _KINDERGARTEN.search(words.subject + words.clause) is not None and "幼小衔接" not in words.clause:
        return OTHER_EDUCATION
    if figure.stage == "高中" and category != "Q7" and _EXAMS.search(words.subject) is None and _ALLOTTED.search(words.clause) is None:
        return OTHER_EDUCATION
    return category


def _figure(
    figure: Figure, doc_id: str, words: FigureWords, label: Label, sections: Sections, indicators: IndicatorFinder, basic: bool, owners: _Owners, place: _Places
) -> Figure:
    category = _of_other_schools(figure, words, label.categories[0])
    indicator = None
    if label.confidence >= LEAST_FOR_INDICATOR:
        indicator = indicators.find_for_figure(words.subject, words.clause, unit=figure.unit, stage=figure.stage, basic=basic, category=category)
    problem, measure = owners.of(figure.start)
    page, bbox = place.of(figure.start, figure.end)
    confidence = 0.0 if figure.missing else round(RULE_CONFIDENCE.get(figure.rule, 0.93) * label.confidence, 3)
    return Figure(  # field by field: figures are many, and `dataclasses.replace` takes twice as long
        figure.start, figure.end, figure.text, figure.value, figure.unit, figure.qualifier, figure.rule, figure.value_max, figure.subject, figure.stage, figure.year,
        figure.role, figure.missing, category, indicator, confidence, sections.at(figure.start), problem, measure, page, bbox, f"{doc_id}-{figure.figure_id}",
    )  # fmt: skip


class _Surroundings:
    """The clause and the sentence that a figure stands in; the marks between them are looked up once."""

    def __init__(self, folded: str) -> None:
        self._text = folded
        self._marks = [match.start() for match in _CLAUSE.finditer(folded)]
        self._stops = [at for at in self._marks if folded[at] in "。;\n"]

    def of(self, start: int, end: int) -> tuple[str, str]:
        """Return clause and sentence of a span: at most 60 characters before it and 40 behind it, and 160 and 120."""
        text, marks, stops = self._text, self._marks, self._stops
        floor, ceiling = max(0, start - 60), min(len(text), end + 40)
        at = bisect_left(marks, start)
        left = max(floor, marks[at - 1] + 1 if at else 0, text.rfind(",", max(floor, start - 3), start) + 1)
        at = bisect_left(marks, end, at)
        right = min(ceiling, marks[at] if at < len(marks) else ceiling)
        cut = text.find(",", max(end, ceiling - 3), right)  # of a number that goes on behind the window only the first part is seen
        at = bisect_left(stops, start)
        begin = max(0, start - 160, stops[at - 1] + 1 if at else 0)
        at = bisect_left(stops, end, at)
        stop = min(len(text), end + 120, stops[at] if at < len(stops) else len(text))
        return text[left : right if cut < 0 else cut], text[begin:stop]


class _Places:
    """From a span of the text to page and box."""

    def __init__(self, document: Document) -> None:
        self._origins: Sequence[Origin] = document.origins
        self._starts = [origin.start for origin in document.origins]

    def of(self, start: int, end: int) -> tuple[int | None, BBox | None]:
        """Return page and bounding box of a span (of its part on its first page), or ``(None, None)``."""
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return None, None
        boxes: list[BBox] = []
        page = None
        while index < len(self._origins) and self._origins[index].start < end:
            origin = self._origins[index]
            index += 1
            if origin.end <= start:
                continue
            if page is None:
                page = origin.page
            if origin.page != page:
                break
            boxes.append(_box(origin, start, end))
        if not boxes or page is None:
            return None, None
        return page, (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def _box(origin: Origin, start: int, end: int) -> BBox:
    left, top, right, bottom = origin.bbox
    if origin.edges:
        first = max(start, origin.start) - origin.start
        last = min(end, origin.end) - origin.start
        if last < len(origin.edges):
            left, right = origin.edges[first], origin.edges[last]
    return round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)
