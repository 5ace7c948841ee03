"""Mine problems, figures and measures from Chinese county supervision documents.

The public names below are loaded when first used, so that ``import doc_miner`` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doc_miner.dataset import Dataset, open_dataset
    from doc_miner.dates import DateMention, find_dates
    from doc_miner.errors import DocMinerError, LexiconError, LoadError
    from doc_miner.lexicon import Lexicon
    from doc_miner.model import Figure, Measure, Problem, Report
    from doc_miner.pipeline import find_figures, mine

__version__ = "0.3.0"

_HOMES = {
    "mine": "doc_miner.pipeline",
    "find_figures": "doc_miner.pipeline",
    "find_dates": "doc_miner.dates",
    "DateMention": "doc_miner.dates",
    "open_dataset": "doc_miner.dataset",
    "Dataset": "doc_miner.dataset",
    "Lexicon": "doc_miner.lexicon",
    "Report": "doc_miner.model",
    "Figure": "doc_miner.model",
    "Problem": "doc_miner.model",
    "Measure": "doc_miner.model",
    "DocMinerError": "doc_miner.errors",
    "LoadError": "doc_miner.errors",
    "LexiconError": "doc_miner.errors",
}

__all__ = [
    "Dataset",
    "DateMention",
    "DocMinerError",
    "Figure",
    "Lexicon",
    "LexiconError",
    "LoadError",
    "Measure",
    "Problem",
    "Report",
    "__version__",
    "find_dates",
    "find_figures",
    "mine",
    "open_dataset",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'doc_miner' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__]
