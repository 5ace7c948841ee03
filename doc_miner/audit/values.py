"""What a written number can mean: the range that its digits and qualifier leave open, and exact arithmetic on ranges.

Rounding as written: a number that was rounded or cut off to its last digit may stand for anything up to one
unit of that digit. A whole number of people, schools or classes is exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from doc_miner.model import Figure
from doc_miner.numerals import Number
from doc_miner.textfold import fold

_ENDLESS = Fraction(10**40)
_ROUNDED_UNITS = ("%", "‰", "个百分点", "个千分点", "比", "倍")
"""Units of rates: a whole number of them may be rounded."""
_SCALED = ("元", "平方米", "人", "人次", "册", "个", "亩", "公里", "平方公里")
"""Units that 万 and 亿 often scale."""
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_MONEY = ((10**8, "亿元"), (10**4, "万元"))


@dataclass(frozen=True, slots=True)
class Span:
    """The values that a number may stand for, both ends included."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Span) -> Span:
        return Span(self.low - other.high, self.high - other.low)

    def over(self, other: Span) -> Span:
        """Return the quotient of two positive ranges."""
        return Span(max(self.low, Fraction(0)) / max(other.high, Fraction(1, 10**9)), self.high / max(other.low, Fraction(1, 10**9)))

    def times(self, other: Span | int) -> Span:
        """Return the product of two positive ranges."""
        if isinstance(other, int):
            return Span(self.low * other, self.high * other)
        return Span(self.low * other.low, self.high * other.high)

    def size(self) -> Span:
        """Return the range without its sign."""
        if self.low >= 0:
            return self
        return Span(-self.high, -self.low) if self.high <= 0 else Span(Fraction(0), max(-self.low, self.high))

    def meets(self, other: Span) -> bool:
        """Return whether both numbers can be the same."""
        return self.low <= other.high and other.low <= self.high


def total(spans: Iterable[Span]) -> Span:
    """Return the sum of ranges."""
    out = Span(Fraction(0), Fraction(0))
    for span in spans:
        out += span
    return out


def span_of(figure: Figure) -> Span:
    """Return the values that a figure (with a value) may stand for.

    余, 多: up to the next unit of the last digit that is not zero; 约, 左右: a tenth on both sides; 近, 不足: the same, below;
    以上, 不低于, 超过 and their opposites: without end on their side; a range: both its ends.
    """
    assert figure.value is not None
    value = Fraction(figure.value)
    if figure.value_max is not None:
        return Span(min(value, Fraction(figure.value_max)), max(value, Fraction(figure.value_max)))
    step = last_place(figure)
    if figure.qualifier == "=":
        if not step:
            return Span(value, value)
        return Span(value - step / 2, value + step)
    place = _round_place(value)
    if figure.qualifier == "~":
        room = max(abs(value) / 10, place / 2, step)
        return Span(value - room, value if "近" in figure.text else value + room)
    if figure.qualifier in (">", ">="):
        open_end = figure.qualifier == ">=" or re.search(r"超|高于|大于|多于|突破", figure.text) is not None
        return Span(value, _ENDLESS if open_end else value + max(place, abs(value) / 10))
    return Span(-_ENDLESS if figure.qualifier == "<=" or value < 1 else Fraction(0), value)


def exact(*figures: Figure) -> bool:
    """Return whether figures state one number each, without 约, 余 or 以上."""
    return all([figure.qualifier == "=" and figure.value_max is None for figure in figures])


def last_place(figure: Figure) -> Fraction:
    """Return what one unit of the last digit written is worth, and zero where the number is a count written out."""
    assert figure.value is not None
    if figure.text[:1].isdigit() and figure.unit not in _ROUNDED_UNITS and figure.unit not in _SCALED and figure.value == int(figure.value):
        return Fraction(0)
    number = _DIGITS.search(fold(figure.text))
    if number is None:
        return _last_place_in_words(figure)
    digits = number[0].replace(",", "")
    places = len(digits.partition(".")[2])
    written = Fraction(digits)
    scale = abs(Fraction(figure.value) / written) if written and figure.unit != "比" else Fraction(1)
    if places or scale > 1:
        return scale / int("1" + "0" * places)
    return Fraction(1) if figure.unit in _ROUNDED_UNITS else Fraction(0)


def _last_place_in_words(figure: Figure) -> Fraction:
    if figure.unit not in _ROUNDED_UNITS:
        return Fraction(0)
    point = re.search(r"点([〇零一二三四五六七八九]+)", figure.text)
    if point is not None:
        return Fraction(1, int("1" + "0" * len(point[1])))
    return Fraction(10) if "成" in figure.text else Fraction(1)


def _round_place(value: Fraction) -> Fraction:
    """Return the place of the last digit that is not zero: 1600 → 100."""
    if not value:
        return Fraction(1)
    place = Fraction(1)
    while value % place:
        place /= 10
    while not value % (place * 10):
        place *= 10
    return place


def show(value: Number | int, places: int = 2) -> str:
    """Return a number in plain digits, a fraction rounded.

    >>> show(Fraction(2050 * 100, 5572)), show(Decimal("96"))
    ('36.79', '96')
    """
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{round(Decimal(value), places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Number, unit: str | None) -> str:
    """Return a value with its unit, money in 万元 or 亿元 as one would write it."""
    if unit == "元":
        for scale, name in _MONEY:
            if abs(Fraction(value)) >= scale:
                return show(Fraction(value) / scale, 6) + name
    return show(value) + (unit or "")
