"""Figures of one paragraph that stand together: sums of neighbours, and what can be made of a few numbers by adding and taking away."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from doc_miner.audit.context import Line
from doc_miner.audit.values import Span, span_of, total

_LONGEST = 8
"""Most neighbours that are added up."""
_ALIKE = ({"个", "个班"}, {"人", "个"}, {"所", "个"}, {"项", "个"}, {"人", "人次"})


def same_unit(a: str | None, b: str | None) -> bool:
    """Return whether two units count the same things (个 stands for classes, schools and people)."""
    return a == b or {a or "", b or ""} in _ALIKE


def run_sums(line: Line, same: Sequence[int]) -> list[tuple[Sequence[int], Span]]:
    """Return the sums of two and more neighbours among some figures of a paragraph, each with its members."""
    out: list[tuple[Sequence[int], Span]] = []
    for at in range(len(same)):
        for size in range(2, min(_LONGEST, len(same) - at) + 1):
            members = same[at : at + size]
            out.append((members, total(span_of(line.figures[k]) for k in members)))
    return out


def gives(spans: Sequence[Span], goal: Span) -> bool:
    """Return whether a number is the difference of two others, a sum of neighbours, or what such a sum leaves of another."""
    if any((a - b).size().meets(goal) for a, b in combinations(spans, 2)):
        return True
    for at in range(len(spans)):
        summed = spans[at]
        for end in range(at + 1, min(len(spans), at + _LONGEST)):
            summed += spans[end]
            if summed.meets(goal):
                return True
            if any((other - summed).meets(goal) for k, other in enumerate(spans) if not at <= k <= end):
                return True
    return False
