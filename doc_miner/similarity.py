"""How alike two statements are: shared character bigrams, brackets and numbers' surroundings left out."""

from __future__ import annotations

import re
from operator import add

from doc_miner.textfold import fold

_LEFT_OUT = re.compile(r"\([^()]{0,80}\)|[\W_]+")


def bigrams(text: str) -> frozenset[str]:
    """Return the character bigrams of a text without brackets, punctuation and white space."""
    plain = _LEFT_OUT.sub("", fold(text))
    return frozenset(map(add, plain, plain[1:])) or frozenset([plain])


def containment(part: frozenset[str], whole: frozenset[str]) -> float:
    """Return the share of *part* that stands in *whole* (0 to 1).

    >>> containment(bigrams("共缺158人"), bigrams("教师不足，共缺158人。"))
    1.0
    """
    return len(part & whole) / len(part) if part else 0.0


def dice(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the Dice coefficient of two sets of bigrams (0 to 1)."""
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0
