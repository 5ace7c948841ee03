"""A classifier without training: it weighs the cue words of ``category_cues.tsv``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from doc_miner.classify.base import FALLBACK, FigureWords, Label
from doc_miner.lexicon import Lexicon
from doc_miner.words import WordSet


class LexiconClassifier:
    """Scores categories by their cue words: longer and earlier cues count more."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._cues: Mapping[str, Mapping[str, int]] = lexicon.category_cues
        self._fallback = FALLBACK if FALLBACK in lexicon.categories else [*lexicon.categories, FALLBACK][-2:][0]
        self._words = WordSet(self._cues)
        self._last: tuple[str, dict[str, float]] = ("", {})

    def label_statement(self, folded: str) -> Label:
        """Return every category with at least 45 % of the best one's score, at most four."""
        scores = self._scores(folded, decay=max(60.0, len(folded) / 2.0))
        if not scores:
            return Label((self._fallback,), 0.1)
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
            return Label((self._fallback,), 0.1)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return Label((ranked[0][0],), _confidence(ranked))

    def label_all(self, statements: Sequence[str], figures: Sequence[FigureWords]) -> tuple[list[Label], list[Label]]:
        """Return the labels of all statements and figures of a document."""
        return [self.label_statement(text) for text in statements], [self.label_figure(f.subject, f.clause, f.sentence) for f in figures]

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
