"""Choose the classifier for a lexicon: the trained one whose categories it has, else the one by cue words."""

from __future__ import annotations

import hashlib
import json
import zipfile
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
    """Return the classifier of a lexicon folder: of the model that `model_for` names, else the one by cue words."""
    path = model_for(lexicon)
    if path is None:
        return LexiconClassifier(lexicon)
    from doc_miner.classify.trained import TrainedClassifier

    return TrainedClassifier(_weights(path, path.stat().st_mtime_ns), lexicon)


def model_for(lexicon: Lexicon) -> Path | None:
    """Return the model file that labels with *lexicon*, or None where no model has its categories.

    A model in the folder itself (written by ``doc-miner train``) goes first, then the shipped one. Raises
    `SettingsError` for a file that is no model. numpy is not loaded.
    """
    for path in (lexicon.folder / MODEL, shipped_model()):
        if path.is_file() and set(_classes(path, path.stat().st_mtime_ns)[:-1]) == set(lexicon.categories):
            return path
    return None


def model_digest(lexicon: Lexicon) -> str:
    """Return 16 hex digits that change with any byte of the model that labels with *lexicon*; empty where cue words decide.

    Together with ``Lexicon.digest`` it tells whether stored labels are still those that would be given today. Costs some
    milliseconds the first time, no numpy.
    """
    path = model_for(lexicon)
    return _digest(path, path.stat().st_mtime_ns) if path else ""


@lru_cache(maxsize=4)
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _classes(path: Path, changed: int) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.read("meta.npy")
        return tuple(json.loads(member[10 + int.from_bytes(member[8:10], "little") :])["classes"])  # what follows the header of a npy file
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return _weights(path, changed).classes  # says what is wrong


@lru_cache(maxsize=4)
def _weights(path: Path, changed: int) -> Weights:
    from doc_miner.classify.weights import load

    return load(path)
