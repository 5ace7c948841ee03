"""How lines of Chinese text are broken: what could have stood at the end of the line before."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What may not be torn apart at a line's end: a Latin word or a number, or one character, with the
# brackets that open before it and the marks that may not begin a line. Some writers never break
# beside a quotation mark, so the characters on both sides of one belong together.
_WORD = r"[≥≤=<>±]?[A-Za-z0-9](?:[A-Za-z0-9.,%‰/:∶~～+\-]*[A-Za-z0-9%‰])?"
_CORE = rf"(?:{_WORD}|[^“”‘’])"
_OPEN, _CLOSE = r"[《〈（〔【\[(]*", rf"[，。、；：！？）〕》〉】…·,.;:!?)\]%‰℃—]*(?:(?<=[)\]]){_WORD})?"
_UNIT = re.compile(rf"[“”‘’]*{_OPEN}{_CORE}{_CLOSE}(?:[“”‘’]+{_OPEN}{_CORE}?{_CLOSE}){{0,2}}", re.DOTALL)
_NEVER_FIRST = re.compile(r"[，。、；：！？）〕》〉】”’…,.;:!?)\]%‰℃]")


def room_needed(text: str, edges: Sequence[float]) -> float:
    """Return the width of what stands first in a line and cannot be torn apart."""
    unit = _UNIT.match(text)
    length = min(unit.end() if unit else 1, len(edges) - 1)
    return edges[length] - edges[0]


def cannot_begin(text: str) -> bool:
    """Return whether *text* begins with a mark that begins no paragraph."""
    return bool(_NEVER_FIRST.match(text))
