"""Tag records with indicator categories and official indicators, each with a confidence.

`Classifier` is the seam: anything with its methods can stand here. `classifier_for` chooses the
trained one (``trained.py``) or, where no model fits the lexicon's categories, `LexiconClassifier`.
numpy is loaded only with a trained model, scikit-learn only for training.
"""

from doc_miner.classify.base import FALLBACK, Classifier, FigureWords, Label
from doc_miner.classify.choice import classifier_for, model_digest
from doc_miner.classify.cues import LexiconClassifier
from doc_miner.classify.indicators import IndicatorFinder, speaks_of_basic_standard
from doc_miner.model import REVIEW_BELOW

__all__ = [
    "FALLBACK",
    "REVIEW_BELOW",
    "Classifier",
    "FigureWords",
    "IndicatorFinder",
    "Label",
    "LexiconClassifier",
    "classifier_for",
    "model_digest",
    "speaks_of_basic_standard",
]
