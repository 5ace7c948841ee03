"""Cut Chinese text into words with jieba and the domain's own words.

Each `Segmenter` holds a tokenizer of its own: no global dictionary is changed, no cache
file in a shared folder is read or written, jieba's logger is left alone.
"""

from __future__ import annotations

import logging
from functools import cached_property, lru_cache
from typing import Any

from doc_miner.lexicon import Lexicon

_AHEAD = 40
"""Characters in front of the tail of a text that are cut with it, so that its first word is found."""


class Segmenter:
    """Cuts text into words; the words joined are the text. The dictionary is read when the first text is cut."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._cut = lru_cache(4096)(self._cut_words)
        self._own_words = sorted({*lexicon.counted_nouns, *(form for form in lexicon.category_cues if 3 <= len(form) <= 6)})

    @cached_property
    def _tokenizer(self) -> Any:
        level = logging.getLogger("jieba").level
        import jieba  # noqa: PLC0415 - half a second and 80 MB, paid only where text is cut

        logging.getLogger("jieba").setLevel(level or logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        for word in self._own_words:
            tokenizer.add_word(word)
        return tokenizer

    def words(self, text: str) -> list[str]:
        """Return the words of *text* in order."""
        return list(self._cut(text))

    def _cut_words(self, text: str) -> tuple[str, ...]:
        return tuple(self._tokenizer.cut(text))

    def tail(self, text: str, length: int) -> str:
        """Return the last whole words of *text* that take at most *length* characters (the last word, if it alone is longer)."""
        words = self.words(text[-length - _AHEAD :])
        size = 0
        for index in range(len(words) - 1, -1, -1):
            size += len(words[index])
            if size > length:
                return "".join(words[index + 1 :]) or words[index]
        return text
