"""The sentences of a text that hold numbers, and the stretch of one that is looked at for a number."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from doc_miner.dates import DateMention
from doc_miner.extract.quantity import Quantity
from doc_miner.extract.topics import Label, label_of_line

_SENTENCE_END = re.compile(r"[。!?\n\t;.](?:(?<=[。!?\n\t])|(?<=;)(?=\s?[一二三四五六七八九十]{1,2}是)|(?<=[%\d人个所名]\.)(?=[一-鿿]))")
"""Begins with the set of all that may end a sentence, so that the matcher skips the rest without trying."""
NEAR = 160
"""Characters of its sentence in front of a figure, and behind it, that are looked at: no longer clause is meant."""


_PROMISE = re.compile(
    r"[计拟将力预争可打确规即有待今明目要](?:(?<=计)划|(?<=力)争|(?<=预)(?:计|期)|(?<=争)取|(?<=打)算|(?<=确)保到|(?<=规)划|(?<=即)将|(?<=有)望|(?<=[今明])年|(?<=目)标|(?<=[拟将待])|(?<=可)(?=[新提增容满解])|(?<=要)(?=[再增降减提完压新改下保控]))"
)
"""What each cue of a promise holds (`doc_miner.extract.roles`): where none is near, none is looked for."""
_PART = re.compile(r"[其(包含](?:(?<=[(含])|(?<=其)中|(?<=包)括)")
"""What leads up to the parts of a whole."""


class Sentence:
    """Where a sentence lies in the folded text, its dates, and what is looked up for each of its figures."""

    __slots__ = ("start", "end", "dates", "spans", "moves", "lists_parts", "label", "_promises")

    def __init__(self, folded: str, start: int, end: int, dates: Sequence[DateMention]) -> None:
        self.start = start
        self.end = end
        self.dates = dates
        self.spans = [(mention.start, mention.end) for mention in dates]
        self.moves = folded.find("由", start, end) >= 0 or folded.find("从", start, end) >= 0
        """Whether it may say from where something moved."""
        self.lists_parts = _PART.search(folded, start, end) is not None
        """Whether it may name parts of a whole (其中, 包括, a bracket)."""
        self.label: Label | None = label_of_line(folded, start)
        self._promises = [match.span() for match in _PROMISE.finditer(folded, start, end)]

    def promises_near(self, at: int) -> bool:
        """Return whether a word that may promise something stands before a place, in the stretch that is looked at."""
        last = bisect_left(self._promises, (at, 0)) - 1
        return last >= 0 and self._promises[last][1] > at - NEAR


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
    return sentence.start if sentence.start > at - NEAR else at - NEAR


def clause_start(folded: str, sentence: Sentence, at: int) -> int:
    """Return where the clause of a place begins: after the last comma or semicolon before it."""
    since = sentence.start if sentence.start > at - NEAR else at - NEAR
    comma, semicolon = folded.rfind(",", since, at), folded.rfind(";", since, at)
    return (comma if comma > semicolon else semicolon) + 1 or since
