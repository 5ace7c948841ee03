"""Write a number the way a list does: 一 二, ① ②, 甲 乙, iii, in the names that WordprocessingML gives the formats."""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"))
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_LARGEST = 9999


def format_number(value: int, name: str) -> str:
    """Return *value* in the number format *name* of WordprocessingML; unknown formats count in decimals.

    >>> format_number(21, "chineseCountingThousand"), format_number(3, "decimalEnclosedCircle"), format_number(4, "upperRoman")
    ('二十一', '③', 'IV')
    """
    if name == "none":
        return ""
    if name.startswith("custom:"):
        return str(value).zfill(len(name) - len("custom:")) if name[7:].isdigit() else str(value)
    writer = FORMATS.get(name)
    return writer(value) if writer and 0 <= value <= _LARGEST else str(value)


def _chinese(value: int, digits: str = _DIGITS.replace("〇", "零"), units: str = "十百千", *, short_ten: bool = True) -> str:
    if value == 0:
        return digits[0]
    text, zero = "", False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if digit == 0:
            zero = bool(text)
            continue
        text += (digits[0] if zero else "") + digits[digit] + (units[power - 1] if power else "")
        zero = False
    return text[1:] if short_ten and 10 <= value < 20 else text


def _by_digit(value: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(value))


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda value: signs[(value - 1) % len(signs)] if value else "0"


def _letters(value: int) -> str:
    """a…z, then aa, bb: Word doubles the letter."""
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1) if value else "0"


def _roman(value: int) -> str:
    text = ""
    for size, sign in _ROMAN:
        text, value = text + sign * (value // size), value % size
    return text + _ROMAN_ONES[value]


def _enclosed(first: int, last: int) -> Callable[[int], str]:
    """Signs from the code point *first* for 1 up to *last*; plain decimals beyond."""
    return lambda value: chr(first + value - 1) if 1 <= value <= last else str(value)


def _circled(value: int) -> str:
    for low, high, first in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
        if low <= value <= high:
            return chr(first + value - low)
    return str(value)


def _full_width(value: int) -> str:
    return "".join(chr(ord("０") + int(digit)) for digit in str(value))


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda value: f"{value:02}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalHalfWidth": str,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _enclosed(0x2474, 20),
    "decimalEnclosedFullstop": _enclosed(0x2488, 20),
    "ideographEnclosedCircle": _enclosed(0x3280, 10),
    "numberInDash": lambda value: f"- {value} -",
    "ordinal": lambda value: f"{value}{'th' if 10 <= value % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}",
    "lowerLetter": _letters,
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "chineseCounting": lambda value: _chinese(value) if value < 100 else _by_digit(value),
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": lambda value: _chinese(value) if value < 100 else _by_digit(value),
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "japaneseDigitalTenThousand": _by_digit,
    "taiwaneseDigital": _by_digit,
    "ideographDigital": _by_digit,
    "koreanDigital2": _by_digit,
    "chineseLegalSimplified": lambda value: _chinese(value, _LEGAL, "拾佰仟", short_ten=False),
    "ideographLegalTraditional": lambda value: _chinese(value, _LEGAL_TRADITIONAL, "拾佰仟", short_ten=False),
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "hex": lambda value: f"{value:X}",
}
