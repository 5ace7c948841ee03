"""Read written numerals: 三万四千五百六十七, 1.2亿, 3万5千, 2,380 to exact values.

The functions take a numeral and nothing else, in half-width form (see `doc_miner.textfold`).
A vague numeral (十几, 数百) has no exact value: it gives ``None`` and is never guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

Number = Decimal | Fraction

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "○": 0, "俩": 2}
_FINANCIAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億參", "一二三四五六七八九十百千万亿三")
_PLACES = {"十": 10, "百": 100, "千": 1000}
_MAGNITUDES = {"百": 100, "千": 1000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 10**8, "万亿": 10**12}

_LONGEST = 40
"""More characters than any numeral has that somebody meant."""

CHINESE_NUMERAL = "〇零○一二两三四五六七八九十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬億參"
"""The characters of Chinese numerals, for character classes."""

_PLAIN = re.compile(r"\d{1,20}+(?:\.\d{1,7}+)?")
"""Digits and nothing else, as most numbers are written."""
_MIXED_PART = re.compile(r"(\d++(?:\.\d++)?)(万亿|千万|百万|十万|[百千万亿])?")


def parse_chinese(text: str) -> int | None:
    """Return the value of a whole Chinese numeral, or ``None`` if it is none.

    Positional (一百二十), bare digits (二〇一九) and spoken endings (三万五 is 35,000) are read.

    >>> parse_chinese("三万四千五百六十七")
    34567
    >>> parse_chinese("二〇一九"), parse_chinese("十二"), parse_chinese("三万五")
    (2019, 12, 35000)
    >>> parse_chinese("万二"), parse_chinese("两百五")
    (12000, 250)
    >>> parse_chinese("十几") is None
    True
    """
    if not text or len(text) > _LONGEST:
        return None
    text = text.translate(_FINANCIAL).replace("廿", "二十").replace("卅", "三十")
    if all(c in _DIGITS for c in text):
        return int(Decimal("".join(str(_DIGITS[c]) for c in text))) if len(text) != 1 else _DIGITS[text]
    if len(text) == 2 and text[0] in "百千万亿" and text[1] in _DIGITS:
        text = "一" + text  # 万二 is 一万二
    total = section = digit = 0
    last_place = 1
    for char in text:
        if char in _DIGITS:
            if digit and last_place != 0:
                return None
            digit = _DIGITS[char]
            if digit == 0:
                last_place = 0
        elif char in _PLACES:
            section += (digit or 1) * _PLACES[char]
            digit, last_place = 0, _PLACES[char]
        elif char == "万":
            total += (section + digit) * 10_000 if section + digit else 0
            if not section + digit:
                return None
            section, digit, last_place = 0, 0, 10_000
        elif char == "亿":
            total = (total + section + digit) * 10**8
            if not total:
                return None
            section, digit, last_place = 0, 0, 10**8
        else:
            return None
    if digit and last_place >= 100:  # 三万五, 两百五: the last digit counts the next lower place
        digit *= last_place // 10
    return total + section + digit


def parse_arabic(text: str) -> Decimal | None:
    """Return the value of Arabic digits with thousands separators, a decimal point and magnitudes.

    >>> parse_arabic("1,250"), parse_arabic("1.2亿"), parse_arabic("3万5千")
    (Decimal('1250'), Decimal('120000000.0'), Decimal('35000'))
    >>> parse_arabic("3万5")
    Decimal('35000')
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    text = text.replace(",", "").replace(" ", "")
    total, at, place = Decimal(0), 0, 1
    for match in _MIXED_PART.finditer(text):
        if match.start() != at:
            return None
        if match[2]:
            place = _MAGNITUDES[match[2]]
        else:
            place = place // 10 if place >= 100 and len(match[1]) == 1 else 1  # 3万5: the last digit counts the next lower place
        total += Decimal(match[1]) * place
        at = match.end()
    return total if at == len(text) and at else None


def parse_numeral(text: str) -> Decimal | None:
    """Return the exact value of the numeral *text*, or ``None`` if it has none.

    >>> parse_numeral("三万四千五百六十七")
    Decimal('34567')
    >>> parse_numeral("九十三点五"), parse_numeral("1.2亿")
    (Decimal('93.5'), Decimal('120000000.0'))
    >>> parse_numeral("数百") is None
    True
    """
    if text.isdecimal() and len(text) <= 20:
        return Decimal(text)
    if text[:1].isdigit() and text[0] not in CHINESE_NUMERAL:
        return parse_arabic(text)
    whole, point, rest = text.partition("点")
    value = parse_chinese(whole)
    if value is None:
        return None
    if not point:
        return Decimal(value)
    magnitude = 1
    while rest and rest[-1] in "万亿":
        magnitude *= _MAGNITUDES[rest[-1]]
        rest = rest[:-1]
    if not rest or any(c not in _DIGITS for c in rest):
        return None
    return Decimal(f"{value}.{''.join(str(_DIGITS[c]) for c in rest)}") * magnitude


def magnitude(text: str) -> int:
    """Return the factor of a magnitude word (万, 亿, 千万, …; '' is 1).

    >>> magnitude("万"), magnitude("")
    (10000, 1)
    """
    return _MAGNITUDES[text] if text else 1


def tidy(value: Number) -> Number:
    """Return a value in its plainest exact form (no trailing zeros, no exponent).

    >>> tidy(Decimal("120000000.0")), tidy(Fraction(4, 2))
    (Decimal('120000000'), Decimal('2'))
    """
    if not isinstance(value, Decimal):  # asked this way round: isinstance() with the abstract class of fractions is slow
        if value.denominator == 1:
            return Decimal(value.numerator)
        rest = value.denominator
        for prime in (2, 5):
            while rest % prime == 0:
                rest //= prime
        if rest != 1:
            return value
        value = Decimal(value.numerator) / Decimal(value.denominator)
    if value == value.to_integral_value():
        return Decimal(int(value))
    return value.normalize()
