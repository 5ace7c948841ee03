"""Tag records with indicator categories and official indicators, each with a confidence.

`Classifier` is the seam: anything with its two methods can stand here. `LexiconClassifier`
weighs the cue words of ``category_cues.tsv``; the official indicator is found by its
wording alone and left out in doubt.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from doc_miner.lexicon import Lexicon
from doc_miner.textfold import fold
from doc_miner.words import WordSet


@dataclass(frozen=True, slots=True)
class Label:
    """Categories, the main one first, and the probability that the main one is right."""

    categories: tuple[str, ...]
    confidence: float


class Classifier(Protocol):
    """What the pipeline asks of a classifier. All texts are folded (`doc_miner.textfold.fold`)."""

    def label_statement(self, folded: str) -> Label:
        """Return the categories of a problem or measure; at least one."""
        ...

    def label_figure(self, subject: str, clause: str, sentence: str) -> Label:
        """Return the one category of a figure, from its subject, its clause and its sentence."""
        ...

    def profile(self, text: str) -> Mapping[str, float]:
        """Return a weight for each category that a text touches, for comparing topics."""
        ...


FALLBACK = "O1"
"""The category of a text in which no cue stands: organisation and leadership, with the lowest confidence."""


class LexiconClassifier:
    """Scores categories by their cue words: longer and earlier cues count more."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._cues: Mapping[str, Mapping[str, int]] = lexicon.category_cues
        self._words = WordSet(self._cues)
        self._last: tuple[str, dict[str, float]] = ("", {})

    def label_statement(self, folded: str) -> Label:
        """Return every category with at least 45 % of the best one's score, at most four."""
        scores = self._scores(folded, decay=max(60.0, len(folded) / 2.0))
        if not scores:
            return Label((FALLBACK,), 0.1)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        best = ranked[0][1]
        return Label(tuple(code for code, score in ranked if score >= 0.45 * best)[:4], _confidence(ranked))

    def label_figure(self, subject: str, clause: str, sentence: str) -> Label:
        """Return the category of a figure: its subject counts most, its sentence least."""
        scores: dict[str, float] = {}
        for text, weight in ((subject, 2.0), (clause, 1.0), (sentence, 0.25)):
            for code, score in self._plain(text).items():
                scores[code] = scores.get(code, 0.0) + weight * score
        if not scores:
            return Label((FALLBACK,), 0.1)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return Label((ranked[0][0],), _confidence(ranked))

    def profile(self, text: str) -> Mapping[str, float]:
        """Return the categories' scores."""
        return self._plain(text)

    def _plain(self, text: str) -> dict[str, float]:
        """Return the scores of a text whatever the order of its words; the sentence of several figures is scored once."""
        if text == self._last[0]:
            return self._last[1]
        scores = self._scores(text, decay=1e9)
        if len(text) > 40:
            self._last = (text, scores)
        return scores

    def _scores(self, folded: str, decay: float) -> dict[str, float]:
        scores: dict[str, float] = {}
        seen: dict[str, int] = {}
        for start, _, form in self._words.find(folded):
            seen[form] = seen.get(form, 0) + 1
            if seen[form] > 2:
                continue
            closeness = math.exp(-start / decay) * (1.0 + 0.15 * max(0, len(form) - 2))
            for code, weight in self._cues[form].items():
                scores[code] = scores.get(code, 0.0) + (weight**1.5) * closeness
        return scores


def _confidence(ranked: Sequence[tuple[str, float]]) -> float:
    """Return the best score's share of the scores, damped where the evidence is thin."""
    best = ranked[0][1]
    total = sum(score for _, score in ranked)
    return round(min(0.98, best / (total + 2.0)), 3)


class IndicatorFinder:
    """Finds the official indicator that a wording names; ``None`` where none or several fit."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._forms: dict[str, list[str]] = {}
        for indicator in lexicon.indicators.values():
            for form in indicator.synonyms:
                self._forms.setdefault(form, []).append(indicator.code)
        self._words = WordSet(self._forms)

    def find(self, text: str, *, basic: bool) -> str | None:
        """Return the code of the indicator in *text*; *basic*: the document speaks of the 基本均衡 standard."""
        codes: set[str] = set()
        for _, _, form in self._words.find(fold(text)):
            known = self._forms[form]
            wanted = [code for code in known if code.startswith("JB" if basic else "YZ")] or known
            codes.update(wanted)
        return codes.pop() if len(codes) == 1 else None


def speaks_of_basic_standard(text: str) -> bool:
    """Return whether a document speaks of 基本均衡 (教督〔2012〕3号) rather than of 优质均衡 (教督〔2017〕6号)."""
    quality = len(re.findall("优质均衡", text))
    basic = len(re.findall("基本均衡|综合差异系数|义务教育均衡发展", text))
    return basic > quality
