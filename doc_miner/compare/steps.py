"""Cut measures into steps, each a passage that does one kind of thing (or several in one sentence)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import ahocorasick_rs

from doc_miner.lexicon import GAP, ActionType
from doc_miner.textfold import fold

OTHER = "other"
"""The code of what no type of ``action_types.tsv`` fits."""

_SENTENCE = re.compile(r"[^。；;！？\n]*+[。；;！？\n]*+")
_STOP = re.compile(r"[。;\n]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a measure, ``start`` and ``end`` counting in it, and what is done there (codes of the types; none: `OTHER`)."""

    start: int
    end: int
    types: tuple[str, ...]


class StepReader:
    """Finds what measures do, by the cues of ``action_types.tsv``: one pass over a text for all types."""

    def __init__(self, types: Mapping[str, ActionType]) -> None:
        self._forms: list[tuple[str, bool, tuple[str, ...]]] = []
        pieces: dict[str, list[int]] = {}
        for kind in types.values():
            for form, counts in [*((cue, True) for cue in kind.cues), *((other, False) for other in kind.exceptions)]:
                parts = tuple(form.split("…"))
                pieces.setdefault(parts[0], []).append(len(self._forms))
                self._forms.append((kind.code, counts, parts[1:]))
        self._heads = list(pieces.values())
        self._matcher = ahocorasick_rs.AhoCorasick(list(pieces)) if pieces else None

    def types(self, text: str) -> tuple[str, ...]:
        """Return the codes of what *text* does, in the order of their cues; empty where nothing fits."""
        if self._matcher is None:
            return ()
        folded = fold(text)
        hits: list[tuple[int, int, str]] = []
        covered: list[tuple[int, int, str]] = []
        for head, start, end in self._matcher.find_matches_as_indexes(folded, overlapping=True):
            for number in self._heads[head]:
                code, counts, rest = self._forms[number]
                stop = _after(folded, end, rest)
                if stop is not None:
                    (hits if counts else covered).append((start, stop, code))
        seen = [code for start, stop, code in sorted(hits) if not any(code == other and left < stop and start < right for left, right, other in covered)]
        return tuple(dict.fromkeys(seen))

    def passages(self, text: str) -> list[Passage]:
        """Return the passages of a measure, which together are all of it.

        A sentence that shows nothing of its own belongs to the one before it, at the beginning to the one behind it.
        """
        out: list[Passage] = []
        lead = 0
        for match in _SENTENCE.finditer(text):
            if match.start() == match.end():
                continue
            types = self.types(match[0])
            if out and types in ((), out[-1].types):
                out[-1] = Passage(out[-1].start, match.end(), out[-1].types)
            elif types:
                out.append(Passage(lead, match.end(), types))
            if out:
                lead = match.end()
        return out or [Passage(0, len(text), (OTHER,))]


def _after(text: str, at: int, rest: tuple[str, ...]) -> int | None:
    """Return where the last of the *rest* of a form ends that follow one another from *at* within a clause, or None."""
    for part in rest:
        found = text.find(part, at, at + GAP + len(part))
        if found < 0 or _STOP.search(text, at, found):
            return None
        at = found + len(part)
    return at
