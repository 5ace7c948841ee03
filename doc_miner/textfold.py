"""Fold width and look-alike characters for matching, one character for one character.

The text of a document is never rewritten; patterns run over its fold, so a span in
the fold is the same span in the text.
"""

from __future__ import annotations

import re

_TABLE: dict[int, int] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TABLE |= {ord(a): ord(b) for a, b in zip("\u3000\xa0\u2002\u2003\u2009\u202f﹪﹙﹚﹕﹐∶．", "      %():,:.", strict=True)}
_TABLE |= {ord(a): ord(b) for a, b in zip("—–―－‐‑~～∼〜", "----------", strict=True)}
_TABLE |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)  # half of a surrogate pair: the matchers of words take UTF-8 only
_FOLDED = {chr(code): chr(to) for code, to in _TABLE.items()}
_FREQUENT = tuple((char, _FOLDED[char]) for char in "，；：（）％")
"""What nearly every Chinese sentence holds; a plain replacement of each is faster than to look up every character."""
_OTHER = re.compile(f"[{''.join(re.escape(char) for char in _FOLDED)}]")


def fold(text: str) -> str:
    """Return *text* with full-width forms in half width and dashes as ``-``; its length is kept.

    >>> fold("（２０１８—２０１９年，93.5％）")
    '(2018-2019年,93.5%)'
    """
    for char, folded in _FREQUENT:
        text = text.replace(char, folded)
    return _OTHER.sub(lambda match: _FOLDED[match[0]], text)
