"""What paragraph and character styles say about numbers, headings and hidden text, inheritance resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from doc_miner.loaders.docx_xml import attribute, child, is_on, number_of, value_of, w

_HEADING_NAME = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TOC_NAME = re.compile(r"(?:toc|目录)\s*(?:[1-9]|heading|标题)", re.IGNORECASE)
_TITLE_NAMES = ("title", "标题")
_BODY_TEXT = 9


@dataclass(frozen=True, slots=True)
class Style:
    """The properties of one style as it states them itself."""

    name: str
    parent: str | None
    number: tuple[str | None, int | None]
    outline: int | None
    hidden: bool | None


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a document by their identifiers."""

    by_id: Mapping[str, Style]
    default: str | None = None

    def chain(self, style: str | None) -> Iterator[tuple[str, Style]]:
        """Yield *style* (the default paragraph style for ``None``) and what it is based on, nearest first."""
        seen: set[str] = set()
        current = style or self.default
        while current is not None and current in self.by_id and current not in seen:
            seen.add(current)
            yield current, self.by_id[current]
            current = self.by_id[current].parent

    def number(self, style: str | None) -> tuple[str | None, int | None, tuple[str, ...]]:
        """Return the list and the level the style gives its paragraphs, and the styles that may name the level."""
        names = tuple(name for name, _ in self.chain(style))
        number_id = next((found.number[0] for _, found in self.chain(style) if found.number[0] is not None), None)
        level = next((found.number[1] for _, found in self.chain(style) if found.number[1] is not None), None)
        return number_id, level, names

    def heading(self, style: str | None) -> int | None:
        """Return the outline level from 1 of a heading style, 0 for the title, ``None`` for the rest."""
        for _, found in self.chain(style):
            if found.name in _TITLE_NAMES:
                return 0
            if found.outline is not None:
                return found.outline + 1 if found.outline < _BODY_TEXT else None
            if match := _HEADING_NAME.fullmatch(found.name):
                return int(match[1])
        return None

    def is_hidden(self, style: str | None) -> bool:
        """Return whether the style hides its text."""
        return next((found.hidden for _, found in self.chain(style) if found.hidden is not None), False)

    def is_contents(self, style: str | None) -> bool:
        """Return whether the style belongs to a table of contents."""
        return any(_TOC_NAME.fullmatch(found.name) for _, found in self.chain(style))

    def lists(self) -> dict[str, str]:
        """Return the list of every style that names one: what numbering styles link to."""
        return {name: style.number[0] for name, style in self.by_id.items() if style.number[0] is not None}


def read_styles(root: etree._Element | None) -> Styles:
    """Return the styles of styles.xml."""
    if root is None:
        return Styles({})
    by_id, default = {}, None
    for element in root.iterchildren(w("style")):
        name = attribute(element, "styleId")
        if name is None:
            continue
        by_id[name] = _style(element)
        if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true"):
            default = name
    return Styles(by_id, default)


def _style(element: etree._Element) -> Style:
    properties = child(element, "pPr")
    outline = value_of(properties, "outlineLvl")
    return Style(
        name=(value_of(element, "name") or "").strip().lower(),
        parent=value_of(element, "basedOn"),
        number=own_number(properties),
        outline=None if outline is None else number_of(outline, _BODY_TEXT),
        hidden=is_on(child(element, "rPr"), "vanish"),
    )


def own_number(properties: etree._Element | None) -> tuple[str | None, int | None]:
    """Return the list and the level that paragraph properties state themselves."""
    numbering = None if properties is None else child(properties, "numPr")
    level = value_of(numbering, "ilvl")
    return value_of(numbering, "numId"), None if level is None else number_of(level, 0)
