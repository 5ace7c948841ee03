"""Figures of one paragraph that stand together: sums of neighbours, and what can be made of a few numbers by adding and taking away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from doc_miner.audit.context import Line
from doc_miner.audit.values import Span, span_of, total
from doc_miner.model import Figure
from doc_miner.textfold import fold

_WRITTEN = re.compile(r"\d[\d,]*(?:\.\d+)?")
_LONGEST = 8
"""Most neighbours that are added up."""
_ALIKE = ({"个", "个班"}, {"人", "个"}, {"所", "个"}, {"项", "个"}, {"人", "人次"})


def same_unit(a: str | None, b: str | None) -> bool:
    """Return whether two units count the same things (个 stands for classes, schools and people)."""
    return a == b or {a or "", b or ""} in _ALIKE


def narrow(figure: Figure) -> Span:
    """Return what a figure may stand for, but not half or twice of it where it has one digit (1万个): no more than a fortieth apart."""
    span, value = span_of(figure), Fraction(figure.value or 0)
    if figure.qualifier != "=" or figure.value_max is not None or figure.unit in ("%", "‰"):
        return span
    return Span(max(span.low, value - abs(value) / 40), min(span.high, value + abs(value) / 40))


def run_sums(line: Line, same: Sequence[int]) -> list[tuple[Sequence[int], Span]]:
    """Return the sums of two and more neighbours among some figures of a paragraph, each with its members."""
    out: list[tuple[Sequence[int], Span]] = []
    for at in range(len(same)):
        for size in range(2, min(_LONGEST, len(same) - at) + 1):
            members = same[at : at + size]
            out.append((members, total(narrow(line.figures[k]) for k in members)))
    return out


def slip_gives(whole: Figure, parts: Sequence[Figure]) -> bool:
    """Return whether one slip of the pen (two neighbouring digits swapped, a factor of ten or of 万) makes the parts give the whole."""
    spans = [span_of(f) for f in parts]
    summed = total(spans)
    if any(span.meets(summed) for span in slips(whole)):
        return True
    goal = span_of(whole)
    return any((summed - span_of(f) + span).meets(goal) and span.low > 0 for f in parts for span in slips(f))


def slips(figure: Figure) -> list[Span]:
    """Return what a figure would be with two neighbouring digits swapped, ten times more or less, or with another of 万 and 亿."""
    found = _WRITTEN.search(fold(figure.text))
    if found is None or figure.value is None:
        return []
    digits = found[0].replace(",", "")
    if not Fraction(digits):
        return []
    scale = Fraction(figure.value) / Fraction(digits)
    exact = "." not in digits and (abs(scale) == 1)
    out: list[Fraction] = []
    for k in range(len(digits) - 1):
        j = k + 2 if digits[k + 1] == "." else k + 1
        if j < len(digits) and digits[k] != "." and digits[k] != digits[j]:
            out.append(Fraction(digits[:k] + digits[j] + digits[k + 1 : j] + digits[k] + digits[j + 1 :]) * scale)
    step = scale / 10 ** len(digits.partition(".")[2])
    spans = [Span(v, v) if exact else Span(v - step / 2, v + step / 2) for v in out]
    own = span_of(figure)
    factors = [Fraction(10**4), Fraction(1, 10**4)] if figure.unit in ("元", "平方米", "人") else []
    return spans + [Span(own.low * f, own.high * f) for f in (*factors, Fraction(10), Fraction(1, 10))]


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
