"""Cut Chinese text into words with jieba and the domain's own words.

Each `Segmenter` holds a tokenizer of its own: no global dictionary is changed, no cache
file in a shared folder is read or written, jieba's logger is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from doc_miner.lexicon import Lexicon


class Segmenter:
    """Cuts text into words; the words joined are the text."""

    def __init__(self, lexicon: Lexicon) -> None:
        level = logging.getLogger("jieba").level
        import jieba  # noqa: PLC0415 - half a second and 80 MB, paid only where text is cut

        logging.getLogger("jieba").setLevel(level or logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        for word in sorted({*lexicon.counted_nouns, *(form for form in lexicon.category_cues if 3 <= len(form) <= 6)}):
            tokenizer.add_word(word)
        self._tokenizer = tokenizer

    def words(self, text: str) -> list[str]:
        """Return the words of *text* in order."""
        return list(self._tokenizer.cut(text))

    def bounds(self, text: str) -> Iterator[int]:
        """Yield the positions at which words end."""
        at = 0
        for word in self._tokenizer.cut(text):
            at += len(word)
            yield at
