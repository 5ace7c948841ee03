"""The words around a record: what a reader sees as its evidence."""

from __future__ import annotations

import re

_END = re.compile(r"[。；;！？\n]")
_REACH = 200


def sentence(text: str, start: int | None, end: int | None) -> str:
    """Return the sentence of *text* around a place, at most 200 characters on either side; '' where there is no place.

    >>> sentence("一、概况。全县有小学17所；初中4所。", 9, 12)
    '全县有小学17所；'
    """
    if start is None or end is None:
        return ""
    left = max((match.end() for match in _END.finditer(text, max(0, start - _REACH), start)), default=max(0, start - _REACH))
    right = _END.search(text, end, end + _REACH)
    return text[left : right.end() if right else end + _REACH].strip()
