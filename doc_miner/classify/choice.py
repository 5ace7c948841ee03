"""Choose the classifier for a lexicon: the trained one whose categories it has, else the one by cue words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from doc_miner.classify.base import Classifier
from doc_miner.classify.cues import LexiconClassifier
from doc_miner.lexicon import Lexicon

if TYPE_CHECKING:
    from doc_miner.classify.weights import Weights

MODEL = "indicators.npz"


def shipped_model() -> Path:
    """Return where the shipped model is."""
    return Path(__file__).resolve().parent.parent / "_model" / MODEL


def classifier_for(lexicon: Lexicon) -> Classifier:
    """Return the classifier of a lexicon folder.

    A model in the folder itself (written by ``doc-miner train``) goes first, then the shipped one;
    a model is used only where its categories are those of the lexicon.
    """
    for path in (lexicon.folder / MODEL, shipped_model()):
        if not path.is_file():
            continue
        weights = _weights(path, path.stat().st_mtime_ns)
        if set(weights.classes[:-1]) == set(lexicon.categories):
            from doc_miner.classify.trained import TrainedClassifier

            return TrainedClassifier(weights, lexicon)
    return LexiconClassifier(lexicon)


@lru_cache(maxsize=4)
def _weights(path: Path, changed: int) -> Weights:
    from doc_miner.classify.weights import load

    return load(path)
