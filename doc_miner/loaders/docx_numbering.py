"""Write out the automatic numbers of a Word document: 一、（一）1. ① live in numbering.xml, not in the text.

The rules are those of ECMA-376 part 1, 17.9: levels with a start, a format and a pattern
(``%1.%2``); lists that share an abstract definition share their counters; a deeper level
starts again after a higher one, unless the level says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from doc_miner.loaders.docx_xml import attribute, child, is_on, number_of, value_of, w

_ById = Mapping[str | None, etree._Element]
_PLACE = re.compile(r"%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"))
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_LARGEST = 9999


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts and looks."""

    start: int
    format: str
    pattern: str
    suffix: str
    restart: int | None
    """None: after any higher level; 0: never; n: only after level n (from 1) or higher."""
    legal: bool
    hidden: bool
    style: str | None


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """One ``w:num``: the abstract list it counts with, its levels, and the starts it sets itself."""

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]


@dataclass(slots=True)
class Numberer:
    """The counters of one document; paragraphs must be asked for in order."""

    lists: Mapping[str, ListDefinition]
    _counters: dict[str, dict[int, int]] = field(default_factory=dict)
    _started: set[tuple[str, int]] = field(default_factory=set)

    def level_of_style(self, number_id: str, style: str) -> int | None:
        """Return the level of the list that belongs to the paragraph style, if one does."""
        definition = self.lists.get(number_id)
        levels = definition.levels if definition else {}
        return next((index for index, level in levels.items() if level.style == style), None)

    def next_number(self, number_id: str, index: int) -> str:
        """Count one paragraph and return its number with what separates it from the text; '' for a bullet."""
        definition = self.lists.get(number_id)
        level = definition.levels.get(index) if definition else None
        if definition is None or level is None:
            return ""
        counters = self._counters.setdefault(definition.abstract, {})
        self._advance(definition, number_id, index, counters)
        if level.format == "bullet" or level.hidden:
            return ""
        return _with_suffix(_written(definition, level, counters), level.suffix)

    def _advance(self, definition: ListDefinition, number_id: str, index: int, counters: dict[int, int]) -> None:
        start = definition.starts.get(index, definition.levels[index].start)
        fresh = index in definition.starts and (number_id, index) not in self._started
        self._started.add((number_id, index))
        counters[index] = start if fresh or index not in counters else counters[index] + 1
        for deeper in [other for other in counters if other > index]:
            restart = definition.levels[deeper].restart if deeper in definition.levels else None
            if restart is None or 0 < index + 1 <= restart:
                del counters[deeper]


def _written(definition: ListDefinition, level: Level, counters: Mapping[int, int]) -> str:
    def one(match: re.Match[str]) -> str:
        index = int(match[1]) - 1
        shown = definition.levels.get(index)
        if shown is None:
            return ""
        # A higher level that was never used shows its start.
        value = counters.get(index, definition.starts.get(index, shown.start))
        return format_number(value, "decimal" if level.legal and shown.format != "none" else shown.format)

    return _PLACE.sub(one, level.pattern)


def _with_suffix(number: str, suffix: str) -> str:
    """Return *number* as it stands before the text: a tab after 1. is a space (1. 2023年), after 一、 nothing."""
    if not number or suffix == "nothing":
        return number
    return number + " " if suffix == "space" or number[-1].isascii() else number


def read_numbering(root: etree._Element | None, style_lists: Mapping[str, str]) -> Numberer:
    """Return the lists that numbering.xml defines; *style_lists* gives the list a numbering style links to."""
    if root is None:
        return Numberer({})
    abstracts = {attribute(element, "abstractNumId"): element for element in root.iterchildren(w("abstractNum"))}
    numbers = {attribute(element, "numId"): element for element in root.iterchildren(w("num"))}
    lists = {}
    for name, element in numbers.items():
        abstract = _linked(value_of(element, "abstractNumId"), abstracts, numbers, style_lists)
        if name is not None and abstract in abstracts:
            lists[name] = _definition(str(abstract), abstracts[abstract], element)
    return Numberer(lists)


def _linked(name: str | None, abstracts: _ById, numbers: _ById, style_lists: Mapping[str, str]) -> str | None:
    """Follow ``numStyleLink`` to the abstract list that holds the levels."""
    for _ in range(len(abstracts)):
        link = value_of(abstracts[name], "numStyleLink") if name in abstracts else None
        number = numbers.get(style_lists.get(link, "")) if link else None
        if number is None:
            return name
        name = value_of(number, "abstractNumId")
    return name


def _definition(name: str, abstract: etree._Element, number: etree._Element) -> ListDefinition:
    levels = {number_of(level.get(w("ilvl")), 0): _level(level) for level in abstract.iterchildren(w("lvl"))}
    starts = {}
    for override in number.iterchildren(w("lvlOverride")):
        index = number_of(attribute(override, "ilvl"), 0)
        replaced = child(override, "lvl")
        if replaced is not None:
            levels[index] = _level(replaced)
        start = value_of(override, "startOverride")
        if start is not None:
            starts[index] = number_of(start, 1)
    return ListDefinition(name, levels, starts)


def _level(element: etree._Element) -> Level:
    pattern = value_of(element, "lvlText")
    restart = value_of(element, "lvlRestart")
    properties = child(element, "rPr")
    return Level(
        start=number_of(value_of(element, "start"), 0),
        format=_format_of(element),
        pattern=pattern or "",
        suffix=value_of(element, "suff") or "tab",
        restart=None if restart is None else number_of(restart, 0),
        legal=is_on(element, "isLgl") is True,
        hidden=is_on(properties, "vanish") is True,
        style=value_of(element, "pStyle"),
    )


def _format_of(element: etree._Element) -> str:
    """Return the number format; a newer one stands in an alternative beside the old (``w:format`` "001, 002")."""
    found = next(element.iter(w("numFmt")), None)
    if found is None:
        return "decimal"
    if attribute(found, "val") == "custom":
        return "custom:" + (attribute(found, "format") or "").partition(",")[0].strip()
    return attribute(found, "val") or "decimal"


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
