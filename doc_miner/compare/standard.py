"""Whether a figure meets what a standard asks for, where the figure tells."""

from __future__ import annotations

from decimal import Decimal

from doc_miner.lexicon import Indicator, Threshold

_INFINITE = Decimal("Infinity")


def meets(indicator: Indicator, *, stage: str | None, unit: str | None, qualifier: str, value: Decimal, value_max: Decimal | None = None) -> bool | None:
    """Return whether a figure meets the thresholds of *indicator* for its stage; None where it cannot be told.

    A figure of another unit, one whose stage is open where the stages differ in the verdict, and one such as 不足50
    against a threshold of 45 tell nothing.
    """
    held = [one for one in indicator.thresholds if one.unit == unit and (stage is None or one.stage in (stage, None))]
    verdicts = {_meets(one, qualifier, value, value_max) for one in held}
    return verdicts.pop() if len(verdicts) == 1 else None


def _meets(threshold: Threshold, qualifier: str, value: Decimal, value_max: Decimal | None) -> bool | None:
    low = -_INFINITE if qualifier in ("<", "<=") else value
    high = value_max if value_max is not None else _INFINITE if qualifier in (">", ">=") else value
    norm = threshold.value
    if threshold.qualifier == "=":
        return True if low == high == norm else False if high < norm or low > norm else None
    if threshold.qualifier in ("<", "<="):
        reached = high < norm or high == norm and (threshold.qualifier == "<=" or qualifier == "<")
        missed = low > norm or low == norm and (threshold.qualifier == "<" or qualifier == ">")
    else:
        reached = low > norm or low == norm and (threshold.qualifier == ">=" or qualifier == ">")
        missed = high < norm or high == norm and (threshold.qualifier == ">" or qualifier == "<")
    return True if reached else False if missed else None
