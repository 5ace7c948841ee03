"""How lines of Chinese text are broken: what could have stood at the end of the line before."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What may not be torn apart at a line's end: a Latin word or a number, or one character, with the
# brackets that open before it and the marks that may not begin a line.
_UNIT = re.compile(
    r"[“‘《〈（〔【\[(]*(?:[A-Za-z0-9](?:[A-Za-z0-9.,%‰/:+\-]*[A-Za-z0-9%‰])?|.)[，。、；：！？）〕》〉】”’…·,.;:!?)\]%‰℃—]*", re.DOTALL
)


def room_needed(text: str, edges: Sequence[float]) -> float:
    """Return the width of what stands first in a line and cannot be torn apart."""
    unit = _UNIT.match(text)
    length = min(unit.end() if unit else 1, len(edges) - 1)
    return edges[length] - edges[0]
