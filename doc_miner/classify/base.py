"""What the pipeline asks of a classifier, and what it gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

FALLBACK = "O1"
"""The category of a text in which nothing speaks for any: organisation and leadership, with the lowest confidence."""


@dataclass(frozen=True, slots=True)
class Label:
    """Categories, the main one first, and the probability that the main one is right."""

    categories: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class FigureWords:
    """What stands around a figure: what it counts, the clause and the sentence that it stands in."""

    subject: str
    clause: str
    sentence: str


class Classifier(Protocol):
    """What the pipeline asks of a classifier. All texts are folded (`doc_miner.textfold.fold`)."""

    def label_statement(self, folded: str) -> Label:
        """Return the categories of a problem or measure; at least one."""
        ...

    def label_figure(self, subject: str, clause: str, sentence: str) -> Label:
        """Return the one category of a figure, from its subject, its clause and its sentence."""
        ...

    def label_all(self, statements: Sequence[str], figures: Sequence[FigureWords]) -> tuple[list[Label], list[Label]]:
        """Return the labels of all statements and figures of a document, at once."""
        ...

    def profile(self, text: str) -> Mapping[str, float]:
        """Return a weight for each category that a text touches, for comparing topics."""
        ...
