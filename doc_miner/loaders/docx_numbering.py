"""Write out the automatic numbers of a Word document: 一、（一）1. ① live in numbering.xml, not in the text.

The rules are those of ECMA-376 part 1, 17.9: levels with a start, a format and a pattern
(``%1.%2``); lists that share an abstract definition share their counters; a deeper level
starts again after a higher one, unless the level says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from doc_miner.loaders.docx_xml import attribute, child, is_on, number_of, value_of, w
from doc_miner.loaders.number_formats import format_number

_ById = Mapping[str | None, etree._Element]
_PLACE = re.compile(r"%([1-9])")


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
