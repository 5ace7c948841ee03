"""Train the classifier from labelled sentences and the lexicon's own wording.

A linear support vector machine over characters and pairs of characters; the cue words and the
official wording of the indicators are training rows like any other. Calibration and the rule for
further categories are fitted on rows that the model did not see (cross-validation by hash).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from doc_miner.classify.base import FigureWords
from doc_miner.classify.corpus import Row, corpus_digest, read_corpus
from doc_miner.classify.grams import BITS, cut
from doc_miner.classify.scores import calibration_error, scores_of
from doc_miner.classify.trained import TrainedClassifier, clause_best, figure_parts, further_features, of_field
from doc_miner.classify.weights import FLOOR, NEARNESS, OUT_OF_SCOPE, Calibration, Floats, Scorer, Weights, softmax
from doc_miner.lexicon import Lexicon
from doc_miner.textfold import fold

FOLDS = 4
KNOTS = 24
LEAST_ROWS = 2 * KNOTS
"""With fewer rows (statements, or figures) confidences cannot be calibrated and are kept low."""
CUE_WEIGHT = 1.0
LONG = 50
"""The rule for further categories is fitted on rows of this length or more: statements in documents are longer than most rows."""
_CLAUSE = re.compile(r"[。;!?\n]|,(?!\d{3})|(?<!\d),")
Matrix = Any
"""A scipy.sparse.csr_matrix."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is left out of a training, for the ablation table."""

    cues: bool = True
    wording: bool = True
    pairs: bool = True


def train(lexicon: Lexicon, corpus: Path, reviewed: Sequence[Row] = ()) -> Weights:
    """Return weights trained on the training split of *corpus* and on *reviewed* rows."""
    rows = read_corpus(corpus, lexicon)
    weights = fit([row for row in rows if not row.in_test] + list(reviewed), lexicon)
    test = [row for row in rows if row.in_test]
    weights.provenance.update(_provenance(corpus, lexicon, rows, reviewed))
    if test:
        weights.provenance["test"] = measure(TrainedClassifier(weights, lexicon), test)
    return weights


def measure(classifier: TrainedClassifier, rows: Sequence[Row]) -> dict[str, float]:
    """Return accuracy, macro-F1 and calibration error on labelled rows."""
    labels = label_rows(classifier, rows)
    inside = [(row, label) for row, label in zip(rows, labels, strict=True) if row.categories]
    accuracy, macro = scores_of([(row.categories, label.categories[0]) for row, label in inside])
    error = calibration_error([(label.confidence, label.categories[0] in row.categories) for row, label in zip(rows, labels, strict=True)])
    return {"rows": len(rows), "accuracy": round(accuracy, 4), "macro_f1": round(macro, 4), "ece": round(error, 4)}


def label_rows(classifier: TrainedClassifier, rows: Sequence[Row]) -> list[Any]:
    """Return the label of each row, as a statement or as a figure."""
    statements, figures = classifier.label_all(
        [row.text for row in rows if row.kind != "figure"], [figure_words(row) for row in rows if row.kind == "figure"]
    )
    first, second = iter(statements), iter(figures)
    return [next(second) if row.kind == "figure" else next(first) for row in rows]


def figure_words(row: Row) -> FigureWords:
    """Return what stands around the figure of a row: its clause is the one most like its subject.

    >>> figure_words(Row("figure", ("G1",), "投资900万元,新增学位450个", "新增学位")).clause
    '新增学位450个'
    """
    wanted = set(row.subject)
    clauses = [clause for clause in _CLAUSE.split(row.text) if clause]
    clause = max(clauses, key=lambda clause: len(wanted & set(clause)), default=row.text)
    return FigureWords(row.subject, clause, row.text)


def fit(rows: Sequence[Row], lexicon: Lexicon, parts: Parts = Parts()) -> Weights:  # noqa: B008 - frozen
    """Return weights for *rows*."""
    classes = (*lexicon.categories, OUT_OF_SCOPE)
    extra = lexicon_rows(lexicon, parts)
    space = _Space([*rows, *extra], classes, parts)
    place = {code: i for i, code in enumerate(classes)}
    main = np.array([place[row.categories[0]] if row.categories else len(classes) - 1 for row in [*rows, *extra]])
    share = np.array([row.weight for row in rows] + [CUE_WEIGHT] * len(extra))
    held = np.array([_fold(row) for row in rows] + [-1] * len(extra))
    scores = np.zeros((len(rows), len(classes)), dtype=np.float32)
    best_alone = np.zeros_like(scores)
    sentences = np.zeros_like(scores)
    for k in range(FOLDS):
        table, scale, bias = space.fit(held != k, main, share)
        wanted = [i for i in range(len(rows)) if held[i] == k]
        if wanted:
            scores[wanted], best_alone[wanted], sentences[wanted] = _scored(Scorer(space.buckets, space.rarity, table, scale), bias, [rows[i] for i in wanted])
    table, scale, bias = space.fit(np.ones(len(main), dtype=bool), main, share)
    is_figure = np.array([row.kind == "figure" for row in rows], dtype=bool)
    truth = [frozenset(place[code] for code in row.categories) for row in rows]
    statement = _calibrated(scores[~is_figure], [t for t, f in zip(truth, is_figure, strict=True) if not f], len(classes) - 1)
    field = of_field(sentences[is_figure], [row.text for row in rows if row.kind == "figure"], statement.temperature)
    figure = _calibrated(scores[is_figure], [t for t, f in zip(truth, is_figure, strict=True) if f], len(classes) - 1, field)
    together = _together(rows, classes)
    long = np.array([len(row.text) >= LONG for row in rows], dtype=bool)
    further = _further(scores, best_alone, truth, ~is_figure & (long if long.sum() > 500 else True), together)
    return Weights(classes, space.buckets, space.rarity, table, scale, bias, statement, figure, further, together, {})


def lexicon_rows(lexicon: Lexicon, parts: Parts) -> list[Row]:
    """Return the lexicon's own wording as training rows: cue words, scopes, names and synonyms of indicators."""
    texts: list[tuple[str, str]] = []
    if parts.wording:
        for indicator in lexicon.indicators.values():
            texts += [(indicator.category, fold(form)) for form in (indicator.name, *indicator.synonyms)]
        for category in lexicon.categories.values():
            texts += [(category.code, fold(piece)) for piece in category.scope.replace("、", "，").split("，") if piece]
    if parts.cues:
        for form, codes in sorted(lexicon.category_cues.items()):
            if len(codes) == 1:
                texts += [(code, form) for code, weight in codes.items() if weight >= 2]
    return [Row(kind, (code,), text, text if kind == "figure" else "") for code, text in texts for kind in ("measure", "figure")]


class _Space:
    """The grams of the training rows, as a matrix."""

    def __init__(self, rows: Sequence[Row], classes: tuple[str, ...], parts: Parts) -> None:
        self._classes = classes
        texts = {text: i for i, text in enumerate(dict.fromkeys(t for row in rows for t, _ in _row_parts(row)))}
        grams = cut(list(texts))
        owners = np.repeat(grams.clause_texts, np.diff([*grams.clause_starts, len(grams.buckets)]))
        offsets = np.repeat(grams.clause_offsets, np.diff([*grams.clause_starts, len(grams.buckets)]))
        known = grams.buckets >= 0
        if not parts.pairs:
            known[1::2] = False
        buckets, columns = np.unique(grams.buckets[known], return_inverse=True)
        owners, offsets = owners[known], offsets[known]
        pairs = np.unique(owners.astype(np.int64) * (1 << BITS) + columns)
        frequency = np.bincount(pairs % (1 << BITS), minlength=len(buckets))
        self.buckets = buckets.astype(np.int32)
        self.rarity: Floats = ((np.log((1 + len(texts)) / (1 + frequency)) + 1) ** 0.7).astype(np.float32)
        near = FLOOR + (1 - FLOOR) * np.exp(-offsets / NEARNESS)
        values = near * self.rarity[columns]
        norms = np.sqrt(np.bincount(owners, values * values, minlength=len(texts)))
        self.matrix = self._combined(rows, texts, values / np.maximum(norms, 1e-6)[owners], owners, columns)

    def _combined(
        self, rows: Sequence[Row], texts: dict[str, int], values: npt.NDArray[np.float64], owners: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
    ) -> Matrix:
        from scipy import sparse

        single = sparse.csr_matrix((values, (owners, columns)), shape=(len(texts), len(self.buckets)))
        parts = [(i, texts[text], weight) for i, row in enumerate(rows) for text, weight in _row_parts(row)]
        mix = sparse.csr_matrix(([w for _, _, w in parts], ([i for i, _, _ in parts], [t for _, t, _ in parts])), shape=(len(rows), len(texts)))
        return (mix @ single).tocsr()

    def fit(self, chosen: npt.NDArray[np.bool_], main: npt.NDArray[np.int64], share: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
        """Return weights (as bytes and a scale for each class) and bias, fitted on the chosen rows."""
        from sklearn.svm import LinearSVC

        machine = LinearSVC(C=0.5, random_state=0, max_iter=3000).fit(self.matrix[chosen], main[chosen], sample_weight=share[chosen])
        full = np.zeros((len(self.buckets), len(self._classes)))
        bias = np.full(len(self._classes), -3.0, dtype=np.float32)
        if len(machine.classes_) == 2:
            coefficients, intercepts = np.vstack([-machine.coef_, machine.coef_]), np.array([-machine.intercept_[0], machine.intercept_[0]])
        else:
            coefficients, intercepts = machine.coef_, machine.intercept_
        full[:, machine.classes_] = coefficients.T
        bias[machine.classes_] = intercepts
        scale = np.maximum(np.abs(full).max(axis=0), 1e-9) / 127
        return np.rint(full / scale).astype(np.int8), scale.astype(np.float32), np.round(bias, 5)


def _row_parts(row: Row) -> list[tuple[str, float]]:
    return figure_parts(figure_words(row)) if row.kind == "figure" else [(row.text, 1.0)]


def _fold(row: Row) -> int:
    return int.from_bytes(hashlib.sha256(f"fold {row.text}".encode()).digest()[:4], "big") % FOLDS


def _scored(scorer: Scorer, bias: Floats, rows: Sequence[Row]) -> tuple[Floats, Floats, Floats]:
    """Return scores of rows as a whole, the best probabilities that their clauses alone give, and scores of their texts."""
    texts = {text: i for i, text in enumerate(dict.fromkeys(t for row in rows for t, _ in _row_parts(row)))}
    whole, alone, owners = scorer.score(list(texts), len(texts))
    best = clause_best(alone + bias, owners)
    scores = np.stack([sum((whole[texts[text]] * np.float32(weight) for text, weight in _row_parts(row)), np.zeros_like(bias)) for row in rows]) + bias
    return scores, np.stack([best[texts[_row_parts(row)[0][0]]] for row in rows]), np.stack([whole[texts[row.text]] for row in rows]) + bias


def _calibrated(scores: Floats, truth: Sequence[frozenset[int]], outside: int, field: Floats | float = 1.0) -> Calibration:
    """Return temperature and table for scores of rows that were not trained on."""
    from sklearn.isotonic import IsotonicRegression

    if len(scores) < LEAST_ROWS:  # nothing to measure by: few rows, little trust
        return Calibration(3.0, (0.0, 1.0), (0.0, round((len(scores) + 1) / (len(scores) + 20), 4)))
    marks = np.zeros(scores.shape, dtype=bool)
    for i, codes in enumerate(truth):
        marks[i, list(codes) or [outside]] = True
    temperature = min((float(t) for t in np.arange(0.5, 16.01, 0.25)), key=lambda t: float(-np.log((softmax(scores, t) * marks).sum(axis=1) + 1e-9).mean()))
    inside = softmax(scores, temperature)[:, :outside]
    best = inside.max(axis=1) * field
    right = np.array([int(j) in codes for j, codes in zip(inside.argmax(axis=1), truth, strict=True)], dtype=float)
    curve = IsotonicRegression(y_min=0.01, y_max=0.99, out_of_bounds="clip").fit(best, right)
    knots = np.unique(np.round(np.clip(np.quantile(best, np.linspace(0, 1, KNOTS)), 0.001, 0.999), 3))
    smooth = [float(right[np.abs(best - k).argsort(kind="stable")[: max(40, len(best) // KNOTS)]].mean()) for k in knots]
    values = np.maximum.accumulate((curve.predict(knots) + np.array(smooth)) / 2)
    return Calibration(temperature, (0.0, *(round(float(k), 3) for k in knots)), (round(float(values[0]) / 2, 4), *(round(float(v), 4) for v in values)))


def _together(rows: Sequence[Row], classes: tuple[str, ...]) -> Floats:
    """Return the smoothed log odds that a class stands beside a main one."""
    place = {code: i for i, code in enumerate(classes)}
    counts = np.zeros((len(classes), len(classes)))
    totals = np.zeros(len(classes))
    for row in rows:
        if row.kind != "figure" and row.categories:
            totals[place[row.categories[0]]] += 1
            for code in row.categories[1:]:
                counts[place[row.categories[0]], place[code]] += 1
    share = (counts + 0.5) / (totals[:, None] + 10)
    return np.round(np.log(share / (1 - share)), 4).astype(np.float32)


def _further(scores: Floats, best_alone: Floats, truth: Sequence[frozenset[int]], chosen: npt.NDArray[np.bool_], together: Floats) -> tuple[float, ...]:
    """Return the logistic rule that adds further categories, its threshold set for the best F1."""
    from sklearn.linear_model import LogisticRegression

    chosen = chosen & np.array([bool(t) for t in truth])
    scores, best_alone = scores[chosen], best_alone[chosen]
    truth = [t for t, c in zip(truth, chosen, strict=True) if c]
    width = scores.shape[1] - 1
    if len(scores) < 50 or not any(len(t) > 1 for t in truth):
        return (0.0, 0.0, 0.0, 0.0, 0.0, -1.0)
    main = scores[:, :width].argmax(axis=1)
    features = further_features(scores, best_alone, main, together)[:, :width]
    open_ = np.ones((len(scores), width), dtype=bool)
    open_[np.arange(len(main)), main] = False
    wanted = np.array([[j in t for j in range(width)] for t in truth])
    rule = LogisticRegression(C=1.0, max_iter=500, solver="newton-cholesky").fit(features[open_], wanted[open_])
    odds = features @ rule.coef_[0] + rule.intercept_[0]
    odds[~open_] = -99
    sure = sum(int(m) in t for m, t in zip(main, truth, strict=True))
    total = sum(len(t) for t in truth)

    def f1(least: float) -> float:
        picked = odds > least
        hits = sure + int((picked & wanted).sum())
        return 2 * hits / (len(main) + int(picked.sum()) + total)

    least = max((round(float(x), 2) for x in np.arange(-3, 2, 0.1)), key=f1)
    return (*(round(float(w), 4) for w in rule.coef_[0]), round(float(rule.intercept_[0]) - least, 4))


def _provenance(corpus: Path, lexicon: Lexicon, rows: Sequence[Row], reviewed: Sequence[Row]) -> dict[str, Any]:
    import sklearn

    return {
        "corpus_sha256": corpus_digest(corpus),
        "corpus_date": corpus_date(corpus),
        "wording_sha256": hashlib.sha256("\n".join(f"{r.categories[0]} {r.text}" for r in lexicon_rows(lexicon, Parts())).encode()).hexdigest(),
        "rows": len(rows),
        "training_rows": sum(not row.in_test for row in rows),
        "training_figures": sum(not row.in_test and row.kind == "figure" for row in rows),
        "reviewed_rows": len(reviewed),
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    }


def corpus_date(corpus: Path) -> str | None:
    """Return the date that the README of a corpus states in a line ``Date: …``."""
    readme = corpus / "README.md"
    if not readme.is_file():
        return None
    for line in readme.read_text(encoding="utf-8").splitlines():
        if line.startswith("Date:"):
            return line.removeprefix("Date:").strip()
    return None
