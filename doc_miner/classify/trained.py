"""The trained classifier: all records of a document in one pass, with calibrated confidences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from doc_miner.classify.base import FigureWords, Label
from doc_miner.classify.cues import LexiconClassifier
from doc_miner.classify.weights import OUT_OF_SCOPE, Calibration, Floats, Scorer, Weights, softmax
from doc_miner.lexicon import Lexicon

SUBJECT, CLAUSE, NEXT, SENTENCE = 1.0, 0.3, 0.4, 0.4
"""How much the parts around a figure count: its subject, its clause, for money the clause that says what it buys, its sentence."""
ALONE = 3.0
"""The temperature at which single sentences are compared."""
MOST = 4
"""At most so many categories for one statement."""
_MONEY = re.compile(r"[0-9][万亿]?元|资金|经费|投资|投入|拨款")
_BREAK = re.compile(r"[,;。!?\n]")


class TrainedClassifier:
    """Labels records with `Weights`; topics are still compared by the lexicon's cue words."""

    def __init__(self, weights: Weights, lexicon: Lexicon) -> None:
        self.weights = weights
        self._scorer = Scorer(weights.buckets, weights.rarity, weights.table, weights.scale)
        self._cues = LexiconClassifier(lexicon)
        self._inside = np.array([i for i, code in enumerate(weights.classes) if code != OUT_OF_SCOPE])

    def label_statement(self, folded: str) -> Label:
        """Return the categories of a problem or measure, the main one first."""
        return self.label_all([folded], [])[0][0]

    def label_figure(self, subject: str, clause: str, sentence: str) -> Label:
        """Return the one category of a figure."""
        return self.label_all([], [FigureWords(subject, clause, sentence)])[1][0]

    def profile(self, text: str) -> Mapping[str, float]:
        """Return the scores of the cue words."""
        return self._cues.profile(text)

    def label_all(self, statements: Sequence[str], figures: Sequence[FigureWords]) -> tuple[list[Label], list[Label]]:
        """Return the labels of all statements and figures of a document, each text scored once."""
        places: dict[str, int] = {text: i for i, text in enumerate(dict.fromkeys(statements))}
        parts = [[(places.setdefault(text, len(places)), weight) for text, weight in figure_parts(f)] for f in figures]
        if not places:
            return [], []
        whole, alone, owners = self._scorer.score(list(places))
        return self._statements([places[text] for text in statements], whole, alone, owners), self._figures(parts, whole)

    def _statements(self, wanted: Sequence[int], whole: Floats, alone: Floats, owners: npt.NDArray[np.int64]) -> list[Label]:
        if not wanted:
            return []
        rows = max(wanted) + 1  # statements come first among the texts
        scores = whole[:rows] + self.weights.bias
        count = int(np.searchsorted(owners, rows))
        best_alone = sentence_best(alone[:count] + self.weights.bias, owners[:count])
        main, confidence = self._best(scores, self.weights.statement)
        odds = further_odds(scores, best_alone, main, self.weights)
        labels = []
        for i in range(rows):
            first = int(main[i])
            more = sorted((int(j) for j in np.flatnonzero(odds[i] > 0) if j != first), key=lambda j: (-odds[i, j], j))
            labels.append(Label(tuple(self.weights.classes[j] for j in [first, *more][:MOST]), confidence[i]))
        return [labels[i] for i in wanted]

    def _figures(self, parts: Sequence[Sequence[tuple[int, float]]], whole: Floats) -> list[Label]:
        if not parts:
            return []
        texts = np.array([text for figure in parts for text, _ in figure])
        weights = np.array([weight for figure in parts for _, weight in figure], dtype=np.float32)
        starts = np.cumsum([0, *(len(figure) for figure in parts[:-1])])
        scores = np.add.reduceat(whole[texts] * weights[:, None], starts, axis=0) + self.weights.bias
        main, confidence = self._best(scores, self.weights.figure)
        return [Label((self.weights.classes[int(j)],), c) for j, c in zip(main, confidence, strict=True)]

    def _best(self, scores: Floats, calibration: Calibration) -> tuple[npt.NDArray[np.int64], list[float]]:
        """Return the best category of each row and the calibrated probability that it is right."""
        probabilities = softmax(scores, calibration.temperature)
        main = self._inside[probabilities[:, self._inside].argmax(axis=1)]
        raw = probabilities[np.arange(len(main)), main]
        return main, [round(float(c), 3) for c in np.interp(raw, calibration.probability, calibration.right)]


def figure_parts(figure: FigureWords) -> list[tuple[str, float]]:
    """Return the texts around a figure that speak for its category, each with its weight.

    >>> figure_parts(FigureWords("投入资金", "先后投入资金2128万元", "先后投入资金2128万元,实施取暖项目69个"))[-1]
    ('实施取暖项目69个', 0.4)
    """
    parts = [(figure.subject, SUBJECT), (figure.clause, CLAUSE), (figure.sentence, SENTENCE)]
    if _MONEY.search(figure.subject) or _MONEY.search(figure.clause):
        at = figure.sentence.find(figure.clause)
        rest = figure.sentence[at + len(figure.clause) + 1 :] if at >= 0 else ""
        end = _BREAK.search(rest)
        following = rest[: end.start()] if end else rest
        if following:
            parts.append((following, NEXT))
    return parts


def sentence_best(scores: Floats, owners: npt.NDArray[np.int64]) -> Floats:
    """Return for each text and class the highest probability that one of its sentences alone gives it."""
    first = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
    out: Floats = np.maximum.reduceat(softmax(scores, ALONE), first, axis=0)
    return out


def further_odds(scores: Floats, best_alone: Floats, main: npt.NDArray[np.int64], weights: Weights) -> Floats:
    """Return for each text and class the log odds (above 0: yes) that the class stands beside the main one."""
    features = further_features(scores, best_alone, main, weights.together)
    odds: Floats = features @ np.array(weights.further[:-1], dtype=np.float32) + np.float32(weights.further[-1])
    for i, code in enumerate(weights.classes):
        if code == OUT_OF_SCOPE:
            odds[:, i] = -1.0
    return odds


def further_features(scores: Floats, best_alone: Floats, main: npt.NDArray[np.int64], together: Floats) -> Floats:
    """Return what speaks for each class as a further category: a row for each text, a column for each class."""
    best = scores[np.arange(len(main)), main][:, None]
    return np.stack([scores, best - scores, best_alone, np.log(best_alone + 1e-3), together[main]], axis=-1).astype(np.float32)
