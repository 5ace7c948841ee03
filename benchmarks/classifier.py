"""What each part of the classifier is worth, how calibrated and how fast it is.

    python benchmarks/classifier.py [--fast]

Prints an ablation table over the training corpus (four parts by hash, each predicted by a model of the
others; the test split is left alone), the shipped model's scores on the test split, and the time that
classification takes for 3,000 characters of the documents given by --texts.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import sklearn
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from doc_miner.classify import FigureWords, Label
from doc_miner.classify.choice import shipped_model
from doc_miner.classify.corpus import Row, read_corpus
from doc_miner.classify.scores import scores_of
from doc_miner.classify.trained import TrainedClassifier
from doc_miner.classify.training import FOLDS, Parts, fit, label_rows, lexicon_rows, measure
from doc_miner.classify.weights import OUT_OF_SCOPE, load
from doc_miner.lexicon import Lexicon
from doc_miner.pipeline import Miner
from doc_miner.segment import Segmenter
from doc_miner.words import WordSet

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpora" / "training"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fast", action="store_true", help="leave the ablation table out")
    parser.add_argument("--texts", type=Path, default=ROOT / "corpora" / "gold" / "text")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scikit-learn {sklearn.__version__}, {platform.machine()}")
    lexicon = Lexicon.load()
    rows = read_corpus(CORPUS, lexicon)
    if not options.fast:
        ablation([row for row in rows if not row.in_test], lexicon)
    classifier = TrainedClassifier(load(shipped_model()), lexicon)
    test = [row for row in rows if row.in_test]
    print("\nshipped model, test split")
    for name, chosen in (("all", test), ("problems", _of(test, "problem")), ("measures", _of(test, "measure")), ("figures", _of(test, "figure"))):
        print(f"  {name:10}{measure(classifier, chosen)}")
    speed(lexicon, classifier, [path.read_text(encoding="utf-8") for path in sorted(options.texts.iterdir()) if path.is_file()])
    return 0


def _of(rows: Sequence[Row], kind: str) -> list[Row]:
    return [row for row in rows if row.kind == kind]


# --- ablation ------------------------------------------------------------------------------------
def ablation(rows: Sequence[Row], lexicon: Lexicon) -> None:
    part = [int.from_bytes(hashlib.sha256(row.text.encode()).digest()[4:8], "big") % FOLDS for row in rows]
    print(f"\n{'features':52}{'statements':>12}{'macro-F1':>10}{'figures':>10}{'macro-F1':>10}")

    def show(name: str, labels: Sequence[str]) -> None:
        line = f"{name:52}"
        for figures in (False, True):
            pairs = [(row.categories, label) for row, label in zip(rows, labels, strict=True) if row.categories and (row.kind == "figure") == figures]
            accuracy, macro = scores_of(pairs)
            line += f"{accuracy:>{10 if figures else 12}.3f}{macro:>10.3f}"
        print(line, flush=True)

    for name, parts in (
        ("single characters", Parts(cues=False, wording=False, pairs=False)),
        ("characters and pairs", Parts(cues=False, wording=False)),
        ("characters and pairs, official wording", Parts(cues=False)),
        ("characters and pairs, cue words as rows", Parts(wording=False)),
        ("characters and pairs, wording, cue words (shipped)", Parts()),
    ):
        labels = [""] * len(rows)
        for k in range(FOLDS):
            classifier = TrainedClassifier(fit([row for row, p in zip(rows, part, strict=True) if p != k], lexicon, parts), lexicon)
            held = [i for i, p in enumerate(part) if p == k]
            for i, label in zip(held, label_rows(classifier, [rows[i] for i in held]), strict=True):
                labels[i] = label.categories[0]
        show(name, labels)

    segmenter = Segmenter(lexicon)
    extra = lexicon_rows(lexicon, Parts())
    words = _matrix(rows, extra, TfidfVectorizer(analyzer=segmenter.words, sublinear_tf=True))
    characters = _matrix(rows, extra, TfidfVectorizer(analyzer="char", ngram_range=(1, 2)))
    longer = _matrix(rows, extra, TfidfVectorizer(analyzer="char", ngram_range=(1, 3)))
    context = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit_transform([row.context for row in [*rows, *extra]])
    for name, matrix in (
        ("words (jieba)", words),
        ("characters, pairs and triples", longer),
        ("characters and pairs, words", sparse.hstack([characters, words]).tocsr()),
        ("characters and pairs, counts of cue words", sparse.hstack([characters, 0.5 * _cues([*rows, *extra], lexicon)]).tocsr()),
        ("characters and pairs, context (heading)", sparse.hstack([characters, 0.4 * context]).tocsr()),
    ):
        show(name, _crossed(matrix, rows, extra, part))


def _matrix(rows: Sequence[Row], extra: Sequence[Row], vectorizer: TfidfVectorizer) -> sparse.csr_matrix:
    every = [*rows, *extra]
    vectorizer.fit([row.text for row in every])
    figures = sparse.diags([1.0 if row.kind == "figure" else 0.0 for row in every])
    return (vectorizer.transform([row.text for row in every]) + figures @ vectorizer.transform([row.subject for row in every])).tocsr()


def _cues(rows: Sequence[Row], lexicon: Lexicon) -> sparse.csr_matrix:
    words = WordSet(lexicon.category_cues)
    place = {code: i for i, code in enumerate(lexicon.categories)}
    out = np.zeros((len(rows), len(place)))
    for i, row in enumerate(rows):
        for _, _, form in words.find(row.subject + "," + row.text):
            for code, weight in lexicon.category_cues[form].items():
                out[i, place[code]] += weight
    return sparse.csr_matrix(out / (1 + np.linalg.norm(out, axis=1, keepdims=True)))


def _crossed(matrix: sparse.csr_matrix, rows: Sequence[Row], extra: Sequence[Row], part: Sequence[int]) -> list[str]:
    truth = np.array([row.categories[0] if row.categories else OUT_OF_SCOPE for row in [*rows, *extra]])
    held = np.array([*part, *([-1] * len(extra))])
    labels = np.array([""] * len(rows), dtype=object)
    for k in range(FOLDS):
        machine = LinearSVC(C=0.5, random_state=0).fit(matrix[held != k], truth[held != k])
        scores = machine.decision_function(matrix[np.flatnonzero(held == k)])
        scores[:, machine.classes_ == OUT_OF_SCOPE] = -np.inf
        labels[np.flatnonzero(held == k)] = machine.classes_[scores.argmax(axis=1)]
    return list(labels)


# --- speed -----------------------------------------------------------------------------------------
class _Kept:
    """A classifier that keeps what it was asked."""

    def __init__(self, inner: TrainedClassifier) -> None:
        self.inner = inner
        self.asked: list[tuple[Sequence[str], Sequence[FigureWords]]] = []
        self.label_statement, self.label_figure, self.profile = inner.label_statement, inner.label_figure, inner.profile

    def label_all(self, statements: Sequence[str], figures: Sequence[FigureWords]) -> tuple[list[Label], list[Label]]:
        self.asked.append((statements, figures))
        return self.inner.label_all(statements, figures)


def speed(lexicon: Lexicon, classifier: TrainedClassifier, texts: Sequence[str]) -> None:
    kept = _Kept(classifier)
    miner = Miner(lexicon, kept)
    for text in texts:
        miner.mine_text(text)
    characters = sum(map(len, texts))
    best = _best(lambda: [classifier.label_all(*asked) for asked in kept.asked])
    print(f"\n{len(texts)} documents, {characters:,} characters, {sum(len(a) for a, _ in kept.asked)} statements, {sum(len(b) for _, b in kept.asked)} figures")
    print(f"{best / characters * 3000 * 1000:.2f} ms for 3,000 characters; model file {shipped_model().stat().st_size / 1e6:.1f} MB, loaded in {_best(lambda: TrainedClassifier(load(shipped_model()), lexicon)) * 1000:.0f} ms")


def _best(work: Callable[[], object], repeat: int = 10) -> float:
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
