"""Write a number of a spreadsheet as its cell shows it: 0.986 in the format 0.0% is 98.6%, 44805 a date.

Covers what office tables use: sections for negative numbers and zero, conditions, percent,
thousands, scaling (万), leading zeros, dates and times. What is not understood is shown plainly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from doc_miner.loaders.number_formats import format_number

_YEAR_MONTH, _MONTH_DAY, _DATE = 'yyyy"年"m"月"', 'm"月"d"日"', 'yyyy"年"m"月"d"日"'
_CLOCK, _SECONDS = '上午/下午h"时"mm"分"', '上午/下午h"时"mm"分"ss"秒"'
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: _YEAR_MONTH, 28: _MONTH_DAY, 29: _MONTH_DAY, 30: "m/d/yy", 31: _DATE, 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: _CLOCK, 35: _SECONDS,
    36: _YEAR_MONTH, 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: "#,##0;-#,##0", 42: "¥#,##0;¥-#,##0", 43: "#,##0.00;-#,##0.00", 44: "¥#,##0.00;¥-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    50: _YEAR_MONTH, 51: _MONTH_DAY, 52: _YEAR_MONTH, 53: _MONTH_DAY, 54: _MONTH_DAY, 55: _CLOCK, 56: _SECONDS, 57: _YEAR_MONTH, 58: _MONTH_DAY,
}  # fmt: skip
"""The formats that a file names by number only, as a Chinese Office shows them."""
_TOKEN = re.compile(
    r'"[^"]*"?|[\\!].?|[_*].?|\[[^\]]*\]|General|G/通用格式|AM/PM|A/P|上午/下午|E[+-]|y+|m+|d+|h+|s+(?:\.0+)?|a{3,4}|e+|.', re.I | re.S
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.I)
_DATE_PART = re.compile(r"(?:y+|m+|d+|h+|s+(?:\.0+)?|a{3,4}|e+)|\[(?:h+|m+|s+)\]", re.I)
_GENERAL = ("general", "g/通用格式")
_HALVES = {"am/pm": ("AM", "PM"), "a/p": ("A", "P"), "上午/下午": ("上午", "下午")}
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_LATEST = 2_958_466
_PLACES = "0#?"
_LONGEST = 400


@lru_cache(maxsize=500)
def _sections(code: str) -> tuple[tuple[str, ...], ...]:
    sections: list[list[str]] = [[]]
    for token in _TOKEN.findall(code[:_LONGEST]):
        if token == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return tuple(tuple(section) for section in sections)


@lru_cache(maxsize=20_000)
def shown(value: float, code: str, *, since_1904: bool = False) -> str:
    """Return *value* as a cell with the number format *code* shows it.

    >>> shown(0.986, "0.0%"), shown(44805, 'yyyy"年"m"月"d"日"'), shown(2896.2, "#,##0.00"), shown(772, "0000")
    ('98.6%', '2022年9月1日', '2,896.20', '0772')
    """
    if code == "General" and 1e-4 < abs(value) < 1e9:
        return plain(Decimal(f"{value:.15g}"))
    number = Decimal(f"{value:.15g}")  # what the file holds is a little off: 0.98599999999999999
    if not number.is_finite():
        return str(value)
    tokens, number = _chosen(_sections(code), number)
    if any(token.lower() in _GENERAL for token in tokens):
        return "".join(plain(number) if token.lower() in _GENERAL else _literal(token) for token in tokens)
    if any(_DATE_PART.fullmatch(token) for token in tokens):
        return _date(tokens, value, since_1904=since_1904) or plain(number)
    if "@" in tokens or ("/" in tokens and "?" in tokens):
        return plain(number)
    return _number(tokens, number)


def shown_text(text: str, code: str) -> str:
    """Return *text* as a cell with the number format *code* shows it: "第"@"中学" puts words around it."""
    tokens = _sections(code)[-1]
    return "".join(text if token == "@" else _literal(token) for token in tokens) if "@" in tokens and len(tokens) > 1 else text


def plain(number: Decimal) -> str:
    """Return a number without a format of its own; whole ones in full, others as wide as a cell shows them.

    >>> plain(Decimal("450224020")), plain(Decimal(1) / 3), plain(Decimal("4.70"))
    ('450224020', '0.333333333', '4.7')
    """
    if number == number.to_integral_value() and number.adjusted() < 21:
        return f"{number:.0f}" if number else "0"
    if not -9 <= number.adjusted() < 21:
        return f"{number:.6G}"
    decimals = max(0, min(9, 9 - number.adjusted()))
    text = f"{_rounded(number, decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) if number.adjusted() + decimals < 27 else number


def _chosen(sections: Sequence[Sequence[str]], number: Decimal) -> tuple[Sequence[str], Decimal]:
    """Return the section that holds for *number*, and what it writes: mostly a number without its sign."""
    conditions = [next((match for token in section if (match := _CONDITION.fullmatch(token))), None) for section in sections[:3]]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=False):
            if condition is None or _holds(number, condition[1], Decimal(condition[2])):
                return section, number
        return ("General",), number
    numeric = [section for index, section in enumerate(sections[:3]) if index == 0 or "@" not in section]
    if number < 0 and len(numeric) > 1:
        return numeric[1], -number
    if not number and len(numeric) > 2:
        return numeric[2], number
    return numeric[0], number


def _holds(number: Decimal, sign: str, bound: Decimal) -> bool:
    if sign in ("=", "<>"):
        return (number == bound) == (sign == "=")
    return number < bound if sign == "<" else number > bound if sign == ">" else number <= bound if sign == "<=" else number >= bound


def _literal(token: str) -> str:
    """Return what a token that stands for itself writes; colours, fillers and spaces of a width write nothing."""
    if token[0] == '"':
        return token[1:].removesuffix('"')
    if token[0] in "\\!":
        return token[1:]
    if token.startswith("[$"):
        return token[2:-1].partition("-")[0]
    return "" if token[0] in "_*[" else token


# --- numbers -----------------------------------------------------------------------------------
def _number(tokens: Sequence[str], number: Decimal) -> str:
    places = [index for index, token in enumerate(tokens) if token in _PLACES]
    if not places:
        return "".join(map(_literal, tokens))
    scientific = next((index for index, token in enumerate(tokens) if token.upper() in ("E+", "E-")), None)
    point = next((index for index, token in enumerate(tokens) if token == "."), len(tokens))
    decimals = [index for index in places if index > point and (scientific is None or index < scientific)]
    if scientific is not None:
        mantissa, _, exponent = f"{number:.{len(decimals)}E}".partition("E")
        return f"{mantissa}E{exponent[0] if exponent[0] == '-' or tokens[scientific][1] == '+' else ''}{exponent[1:].zfill(2)}"
    whole = [index for index in places if index < point]
    last = whole[-1] if whole else point - 1
    # Commas behind the last place scale by a thousand each, before the point or after the decimals.
    thousands = sum(next(step for step, token in enumerate([*tokens[end + 1 :], ""]) if token != ",") for end in {last, places[-1]})
    number = number.scaleb(2 * tokens.count("%") - 3 * thousands)
    grouped = any(token == "," for token in tokens[whole[0] if whole else 0 : last])
    rounded = _rounded(number, len(decimals))
    digits, _, fraction = f"{abs(rounded):f}".partition(".")
    fraction = _fraction(fraction, "".join(tokens[index] for index in decimals))
    written = _filled(tokens[: last + 1], digits.lstrip("0"), grouped=grouped)
    tail = [token for token in tokens[last + 1 :] if token not in _PLACES and token not in ",."]
    if not whole:
        written = "".join(map(_literal, tokens[:point]))
    sign = "-" if rounded < 0 else ""
    return sign + written + ("." + fraction if fraction else "") + "".join(map(_literal, tail))


def _fraction(digits: str, places: str) -> str:
    needed = len(places.rstrip("#?"))
    return digits[:needed] + digits[needed:].rstrip("0")


def _filled(tokens: Sequence[str], digits: str, *, grouped: bool) -> str:
    """Return the digits before the point at their places, from the right; the first place takes all that are left."""
    places = [index for index, token in enumerate(tokens) if token in _PLACES]
    least = next((len(places) - index for index, place in enumerate(places) if tokens[place] == "0"), 0)
    digits = digits.zfill(least)
    left = [digit + ("," if grouped and rest and rest % 3 == 0 else "") for digit, rest in zip(digits, range(len(digits) - 1, -1, -1), strict=True)]
    out: list[str] = []
    for index in range(len(tokens) - 1, -1, -1):
        if index == places[0]:
            out.append("".join(left))
        elif tokens[index] in _PLACES:
            out.append(left.pop() if left else "")
        elif tokens[index] != "," or index < places[0]:
            out.append(_literal(tokens[index]))
    return "".join(reversed(out))


# --- dates -------------------------------------------------------------------------------------
def _date(tokens: Sequence[str], value: float, *, since_1904: bool) -> str:
    """Return a date or a time, or '' where *value* is none."""
    serial = value + (1462 if since_1904 else 0)
    if not 0 <= serial < _LATEST:
        return ""
    exact = any("." in token for token in tokens if token[0] in "sS")
    seconds = round(serial * 86400, 3 if exact else 0)
    # Day 60 of the first calendar is 29 February 1900, which never was.
    when = datetime(1899, 12, 31 if serial < 60 and not since_1904 else 30) + timedelta(seconds=seconds)
    half = next((_HALVES[token.lower()] for token in tokens if token.lower() in _HALVES), None)
    count = next((token[1:-1].lower() for token in tokens if token.lower() in ("[dbnum1]", "[dbnum2]")), "")
    out = []
    for index, token in enumerate(tokens):
        low = token.lower()
        if low in _HALVES:
            out.append(_HALVES[low][when.hour >= 12])
        elif _ELAPSED.fullmatch(token):
            out.append(str(int(seconds // {"h": 3600, "m": 60, "s": 1}[low[1]])))
        elif _DATE_PART.fullmatch(token):
            minutes = low[0] == "m" and len(low) < 3 and _is_minutes(tokens, index)
            out.append(_date_part("minutes"[: len(low)] if minutes else low, when, half=half is not None, minutes=minutes, count=count))
        else:
            out.append(_literal(token))
    return "".join(out)


def _is_minutes(tokens: Sequence[str], index: int) -> bool:
    """Return whether an m means minutes: hours stand before it or seconds after it."""
    before = next((token for token in reversed(tokens[:index]) if _DATE_PART.fullmatch(token)), "")
    after = next((token for token in tokens[index + 1 :] if _DATE_PART.fullmatch(token)), "")
    return "h" in before.lower() or after[:1].lower() == "s"


def _date_part(token: str, when: datetime, *, half: bool, minutes: bool, count: str) -> str:
    kind, length = token[0], len(token)
    if kind == "a":
        return ("星期" if length > 3 else "") + "一二三四五六日"[when.weekday()]
    if kind in "md" and length > 2 and not minutes:
        name = _MONTHS[when.month - 1] if kind == "m" else _DAYS[when.weekday()]
        return name[:1] if length > 4 else name if length > 3 else name[:3]
    if kind == "s" and "." in token:
        return f"{when.second + when.microsecond / 1e6:0{length}.{length - token.index('.') - 1}f}"
    hour = (when.hour % 12 or 12) if half else when.hour
    number = {"y": when.year, "e": when.year, "m": when.minute if minutes else when.month, "d": when.day, "h": hour, "s": when.second}[kind]
    if kind == "y" and length < 3:
        number %= 100
    if count:
        legal = count == "dbnum2"
        by_digit = format_number(number, "ideographDigital")
        return by_digit if kind in "ye" and not legal else format_number(number, "chineseLegalSimplified" if legal else "chineseCountingThousand")
    return f"{number:0{2 if length > 1 else 1}d}"
