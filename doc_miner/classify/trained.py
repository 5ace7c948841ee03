"""The trained classifier: all records of a document in one pass, with calibrated confidences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from doc_miner.classify.base import FigureWords, Label
from doc_miner.classify.cues import LexiconClassifier
from doc_miner.classify.weights import Calibration, Floats, Scorer, Weights, softmax
from doc_miner.lexicon import Lexicon

SUBJECT, CLAUSE, NEXT, SENTENCE = 1.0, 0.3, 0.4, 0.4
"""How much the parts around a figure count: its subject, its clause, for money the clause that says what it buys, its sentence."""
ALONE = 3.0
"""The temperature at which single clauses are compared."""
MOST = 4
"""At most so many categories for one statement."""
SPEAKS = 8
"""A sentence of so many Chinese characters or more says for itself whether it belongs to the field."""
_SPEAKS = re.compile(rf"(?:[^一-鿿]*+[一-鿿]){{{SPEAKS}}}")
_MONEY = re.compile(r"[0-9][万亿]?元|资金|经费|投资|投入|拨款")
_BREAK = re.compile(r"[,;。!?\n]")


class TrainedClassifier:
    """Labels records with `Weights`; topics are still compared by the lexicon's cue words."""

    def __init__(self, weights: Weights, lexicon: Lexicon) -> None:
        self.weights = weights
        self._scorer = Scorer(weights.buckets, weights.rarity, weights.table, weights.scale)
        self._cues = LexiconClassifier(lexicon)
        self._codes = weights.classes[:-1]

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
        distinct = len(places)  # statements come first among the texts
        texts: list[int] = []
        weights: list[float] = []
        starts: list[int] = []
        for figure in figures:
            starts.append(len(texts))
            for text, weight in figure_parts(figure):
                texts.append(places.setdefault(text, len(places)))
                weights.append(weight)
        if not places:
            return [], []
        whole, alone, owners = self._scorer.score(list(places), distinct)
        labels = self._statements(whole[:distinct] + self.weights.bias, alone + self.weights.bias, owners) if statements else []
        if not figures:
            return [labels[places[text]] for text in statements], []
        mixed = whole.take(texts, axis=0)
        mixed *= np.array(weights, dtype=np.float32)[:, None]
        scores = np.add.reduceat(mixed, starts, axis=0) + self.weights.bias
        sentences = whole.take([places[figure.sentence] for figure in figures], axis=0) + self.weights.bias
        main, confidence = self._best(scores, self.weights.figure, of_field(sentences, [figure.sentence for figure in figures], self.weights.statement.temperature))
        return [labels[places[text]] for text in statements], [Label((self._codes[j],), c) for j, c in zip(main.tolist(), confidence, strict=True)]

    def _statements(self, scores: Floats, alone: Floats, owners: npt.NDArray[np.int64]) -> list[Label]:
        main, confidence = self._best(scores, self.weights.statement)
        odds = further_odds(scores, clause_best(alone, owners), main, self.weights)
        odds[np.arange(len(main)), main] = 1e9  # the main one goes first
        chosen: list[list[int]] = [[] for _ in confidence]
        rows, columns = np.nonzero(odds > 0)
        order = np.lexsort((columns, -odds[rows, columns], rows))
        for i, j in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
            chosen[i].append(j)
        return [Label(tuple([self._codes[j] for j in codes[:MOST]]), c) for codes, c in zip(chosen, confidence, strict=True)]

    def _best(self, scores: Floats, calibration: Calibration, field: Floats | float = 1.0) -> tuple[npt.NDArray[np.int64], list[float]]:
        """Return the best category of each row and the calibrated probability that it is right, *field* being the probability that the row's sentence is of the field."""
        probabilities = softmax(scores, calibration.temperature)
        main = probabilities[:, : len(self._codes)].argmax(axis=1)  # the last class is OUT_OF_SCOPE
        raw = probabilities[np.arange(len(main)), main] * field
        confidence: list[float] = np.round(np.interp(raw, calibration.probability, calibration.right), 3).tolist()
        return main, confidence


def of_field(scores: Floats, sentences: Sequence[str], temperature: float) -> Floats:
    """Return the probability that the sentence of each figure belongs to the field at all, from the sentence's scores.

    A figure is known by its subject, and subjects are alike in all fields (培训人次, 群众满意度); 1 where the sentence is too short to tell.
    """
    speaks = np.array([_SPEAKS.match(sentence) is not None for sentence in sentences], dtype=bool)
    out: Floats = np.where(speaks, 1.0 - softmax(scores, temperature)[:, -1], 1.0).astype(np.float32)
    return out


def figure_parts(figure: FigureWords) -> list[tuple[str, float]]:
    """Return the texts around a figure that speak for its category, each with its weight.

    >>> figure_parts(FigureWords("投入资金", "先后投入资金2128万元", "先后投入资金2128万元,实施取暖项目69个"))[-1]
    ('实施取暖项目69个', 0.4)
    """
    parts = [(figure.subject, SUBJECT), (figure.clause, CLAUSE), (figure.sentence, SENTENCE)]
    if len(figure.sentence) > len(figure.clause) and (_MONEY.search(figure.clause) or _MONEY.search(figure.subject)):
        at = figure.sentence.find(figure.clause)
        rest = figure.sentence[at + len(figure.clause) + 1 :] if at >= 0 else ""
        end = _BREAK.search(rest)
        following = rest[: end.start()] if end else rest
        if following:
            parts.append((following, NEXT))
    return parts


def clause_best(scores: Floats, owners: npt.NDArray[np.int64]) -> Floats:
    """Return for each text and class the highest probability that one of its clauses alone gives it."""
    first = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
    out: Floats = np.maximum.reduceat(softmax(scores, ALONE), first, axis=0)
    return out


def further_odds(scores: Floats, best_alone: Floats, main: npt.NDArray[np.int64], weights: Weights) -> Floats:
    """Return for each text and class the log odds (above 0: yes) that the class stands beside the main one; never `OUT_OF_SCOPE`, the last."""
    features = further_features(scores, best_alone, main, weights.together)
    odds: Floats = features @ np.array(weights.further[:-1], dtype=np.float32) + np.float32(weights.further[-1])
    odds[:, -1] = -1.0
    return odds


def further_features(scores: Floats, best_alone: Floats, main: npt.NDArray[np.int64], together: Floats) -> Floats:
    """Return what speaks for each class as a further category: a row for each text, a column for each class."""
    best = scores[np.arange(len(main)), main][:, None]
    return np.stack([scores, best - scores, best_alone, np.log(best_alone + 1e-3), together[main]], axis=-1).astype(np.float32)
