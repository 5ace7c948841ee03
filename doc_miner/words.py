"""Find the words of a long list in a text in one pass, the longest at each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ahocorasick_rs


class WordSet:
    """A list of words, ready for searching; matches are leftmost, then longest, and do not overlap."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))
        self._automaton = ahocorasick_rs.AhoCorasick(self.words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest) if self.words else None

    def find(self, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and word of each match in ``text[start:end]``, positions counted from the text's beginning.

        >>> list(WordSet(["大班额", "超大班额"]).find("消除超大班额"))
        [(2, 6, '超大班额')]
        """
        if self._automaton is None:
            return
        piece = text if start == 0 and end is None else text[start:end]
        for index, first, last in self._automaton.find_matches_as_indexes(piece):
            yield start + first, start + last, self.words[index]
