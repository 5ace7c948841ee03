"""Turn quantities into figures: what each number measures, its year, stage and role, and movements.

Works sentence by sentence, so that text in front of a sentence moves spans and changes
nothing else. The reading of the numbers themselves is `doc_miner.extract.quantities`, what they
count `subjects`, their school stage `stages`, their role `roles`, their movements `changes`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from doc_miner.dates import DateMention, mentions_in
from doc_miner.extract.blanks import find_blanks
from doc_miner.extract.changes import find_changes, roles_from_changes
from doc_miner.extract.quantities import QuantityFinder
from doc_miner.extract.quantity import Quantity, lies_in
from doc_miner.extract.roles import goes_with, role_of
from doc_miner.extract.sentences import Sentence, by_sentence, clause_start
from doc_miner.extract.stages import Lead, StageFinder, StageWord, leads_of, stage_of, stage_of_lead
from doc_miner.extract.subjects import subject_of
from doc_miner.extract.years import Years
from doc_miner.lexicon import Lexicon
from doc_miner.model import Change, Figure
from doc_miner.segment import Segmenter
from doc_miner.textfold import fold

_BRACKETED = re.compile(r"《[^》\n]{0,80}》|\([^()\n]{0,60}\)|〔[^〕\n]{0,12}〕|\[[^\]\n]{0,12}\]")

SHORT_SUBJECT = 8
"""Characters of a subject to which the stage of its heading is put in front ((一)小学。招生… → 小学招生)."""
HAS_SCHOOL = re.compile(r"小学|初中|高中|学校|中学")


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the document whose section tells how its figures are meant."""

    start: int
    end: int
    role: str
    """``goal``, ``plan``, ``problem``, ``response``, ``situation`` …: a heading role of the lexicon."""


@dataclass(frozen=True, slots=True)
class FigureContext:
    """What the document tells about its figures: the day it speaks on, whether it plans, and its zones."""

    reference: date | None = None
    plans: bool = False
    zones: tuple[Zone, ...] = ()
    excluded: tuple[tuple[int, int], ...] = ()
    """Spans that hold no figures of their own (the cells of a table of yearly goals)."""


class FigureFinder:
    """Finds figures and the movements among them; built once from a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.quantities = QuantityFinder(lexicon)
        self._words = Segmenter(lexicon)
        self._stages = StageFinder(lexicon)

    def find(self, text: str, context: FigureContext | None = None) -> tuple[list[Figure], list[Change]]:
        """Return the figures of *text* in order, and the movements they form (by ``figure_id`` ``f<start>``)."""
        context = context or FigureContext()
        folded = fold(text)
        found = self.quantities.find(folded, text)
        if context.excluded:
            excluded = sorted(context.excluded)
            found = [q for q in found if not lies_in(excluded, q.start)]
        if not found:
            return find_blanks(text, folded), []
        figures: list[Figure] = []
        changes: list[Change] = []
        brackets = [match.span() for match in _BRACKETED.finditer(folded)]
        zones = _Zones(context.zones)
        stage_words = self._stages.find(folded)
        leads = leads_of(folded)
        for (start, end), quantities in by_sentence(folded, found):
            sentence = Sentence(folded, start, end, mentions_in(text, folded, start, end, context.reference))
            outside = [m for m in sentence.dates if m.kind != "relative" and not _in_brackets(folded, brackets, m)]
            members = self._sentence(text, folded, sentence, quantities, stage_words, Years(folded, outside) if outside else None, zones, plans=context.plans)
            if leads:
                members = _of_leads(folded, sentence, members, leads)
            figures += members
            if len(members) > 1:
                changes += find_changes(folded, members)
        figures = roles_from_changes(figures, changes)
        figures = sorted([*figures, *find_blanks(text, folded)], key=lambda figure: (figure.start, figure.end))
        return figures, changes

    def _sentence(
        self, text: str, folded: str, sentence: Sentence, quantities: Sequence[Quantity], stage_words: Sequence[StageWord], years: Years | None, zones: _Zones, *, plans: bool
    ) -> list[Figure]:
        """Return the figures of one sentence."""
        figures: list[Figure] = []
        stages = self._stages.read(folded, sentence, stage_words)
        before: Quantity | None = None
        for quantity in quantities:
            start, end = quantity.start, quantity.end
            clause = clause_start(folded, sentence, start)
            role = role_of(folded, sentence, quantity, zones.role_at(start), clause, plans=plans)
            if before is not None and figures[-1].role != role and goes_with(folded, before, quantity, figures[-1].role, role):
                role = figures[-1].role
            figures.append(
                Figure(
                    start,
                    end,
                    text[start:end],
                    None if quantity.damaged else quantity.value,
                    quantity.unit,
                    quantity.qualifier,
                    quantity.rule,
                    quantity.value_max,
                    subject_of(folded, sentence, quantity, before, figures, self._words),
                    stage_of(folded, sentence, quantity, before, stages, clause) if stages else None,
                    years.of(start, end, role) if years is not None else None,
                    role,
                    quantity.damaged,
                    figure_id=f"f{start}",
                )
            )
            before = quantity
        return figures


def _of_leads(folded: str, sentence: Sentence, members: list[Figure], leads: Sequence[Lead]) -> list[Figure]:
    """Return the figures of a sentence with the stage of the heading above them, where they have none of their own."""
    out = []
    for figure in members:
        stage = stage_of_lead(folded, leads, sentence, clause_start(folded, sentence, figure.start), figure.end) if figure.stage is None else None
        if stage is not None:
            named = stage in ("小学", "初中", "高中") and len(figure.subject) <= SHORT_SUBJECT and not HAS_SCHOOL.search(figure.subject)
            figure = replace(figure, stage=stage, subject=stage + figure.subject if named else figure.subject)
        out.append(figure)
    return out


class _Zones:
    """Tells the role of the smallest zone that a place lies in."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._bounds = sorted({bound for zone in zones for bound in (zone.start, zone.end)})
        self._roles: list[str | None] = [None] * len(self._bounds)
        for zone in sorted(zones, key=lambda zone: zone.start - zone.end):
            first, stop = bisect_left(self._bounds, zone.start), bisect_left(self._bounds, zone.end)
            self._roles[first:stop] = [zone.role] * (stop - first)

    def role_at(self, at: int) -> str | None:
        index = bisect_right(self._bounds, at) - 1
        return self._roles[index] if index >= 0 else None


def _in_brackets(folded: str, brackets: Sequence[tuple[int, int]], mention: DateMention) -> bool:
    """Return whether a date stands in a title or in the brackets of a document number."""
    index = bisect_right(brackets, (mention.start, len(folded))) - 1
    return index >= 0 and mention.end <= brackets[index][1] and folded[brackets[index][0]] in "《〔["
