"""The sentences of a text that hold numbers, and the stretch of one that is looked at for a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doc_miner.dates import DateMention
from doc_miner.extract.quantity import Quantity

_SENTENCE_END = re.compile(r"[。!?\n\t;.](?:(?<=[。!?\n\t])|(?<=;)(?=\s?[一二三四五六七八九十]{1,2}是)|(?<=[%\d人个所名]\.)(?=[一-鿿]))")
"""Begins with the set of all that may end a sentence, so that the matcher skips the rest without trying."""
NEAR = 160
"""Characters of its sentence in front of a figure, and behind it, that are looked at: no longer clause is meant."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where a sentence lies in the folded text, and its dates."""

    start: int
    end: int
    dates: tuple[DateMention, ...]


def by_sentence(folded: str, quantities: Sequence[Quantity]) -> list[tuple[tuple[int, int], list[Quantity]]]:
    """Return start and end of each sentence that holds quantities, with them."""
    out: list[tuple[tuple[int, int], list[Quantity]]] = []
    at = 0
    bounds = [match.end() for match in _SENTENCE_END.finditer(folded)] + [len(folded)]
    index = 0
    for end in bounds:
        members = []
        while index < len(quantities) and quantities[index].start < end:
            members.append(quantities[index])
            index += 1
        if members:
            out.append(((at, end), members))
        at = end
        if index >= len(quantities):
            break
    return out


def since_of(sentence: Sentence, at: int) -> int:
    """Return where the stretch of a sentence begins that is looked at for a figure."""
    return max(sentence.start, at - NEAR)


def clause_start(folded: str, sentence: Sentence, at: int) -> int:
    """Return where the clause of a place begins: after the last comma or semicolon before it."""
    since = since_of(sentence, at)
    return max(folded.rfind(",", since, at), folded.rfind(";", since, at)) + 1 or since
