"""A written quantity: a number with its unit and qualifiers, and where it stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from doc_miner.numerals import Number


class Quantity(NamedTuple):
    """A number as written, with its value in the base unit. A named tuple: made several times for each number, it must cost little.

    ``start``/``end`` span the text with unit and adjacent qualifiers; ``number_start`` is where
    the number itself begins. ``supplied`` marks a unit that the text leaves out; ``damaged`` a
    number that the text has lost or garbled: it has no value.
    """

    start: int
    end: int
    number_start: int
    value: Number | None
    unit: str | None
    qualifier: str = "="
    value_max: Number | None = None
    rule: str = "figure/number"
    supplied: bool = False
    damaged: bool = False


def lies_in(spans: Sequence[tuple[int, int]], position: int) -> bool:
    """Return whether a position lies in one of some spans, which are in order and do not overlap."""
    index = bisect_right(spans, (position, 1 << 60)) - 1
    return index >= 0 and spans[index][0] <= position < spans[index][1]


def is_year(text: str) -> bool:
    """Return whether digits are a year (1986, 2023)."""
    return len(text) == 4 and text.isdigit() and text[:2] in ("19", "20")
