"""Read DOCX from its XML: paragraphs with their automatic numbers, tables, text boxes and notes.

Every library loses some of these, and the numbers carry the structure of official
documents.  Headers, footers, comments and pictures are not read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from doc_miner.loaders.docx_numbering import Numberer, read_numbering
from doc_miner.loaders.docx_styles import Styles, own_number, read_styles
from doc_miner.loaders.docx_tables import TableCell, table_blocks
from doc_miner.loaders.docx_text import Notes, TextReader, chosen, local_name
from doc_miner.loaders.docx_xml import NAMESPACE, attribute, child, is_on, number_of, value_of, w
from doc_miner.loaders.grid import with_captions
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.package import Package, parse_xml
from doc_miner.source import Block, Line, Paragraph, Source, Warning

_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_THROUGH = frozenset(("ins", "moveTo", "customXml", "smartTag", "sdtContent"))
_PAGE_NUMBER_AT_END = re.compile(r"[\divxIVX]\s*$")
_BODY_TEXT = 9
_MESSAGES = {
    "hidden": "略去了 {} 处隐藏文字。",
    "revisions": "文件带有 {} 处修订；已按“接受全部修订”读取。",
    "symbols": "有 {} 个特殊字体的符号无法转换成文字，已略去。",
    "contents": "略去了 {} 行自动生成的目录。",
    "embedded": "有 {} 处嵌入的其他文件没有读取。",
}


def read(data: bytes, limits: Limits) -> Source:
    """Return the blocks of the document in reading order; footnotes and endnotes stand at the end."""
    with Package(data, limits) as package:
        parts = _Parts.of(package)
        document = _DocumentReader.of(parts, limits)
        body = child(_root(package, parts.main), "body")
        blocks = document.blocks(body) if body is not None else []
        blocks += document.note_blocks(package, parts)
    warnings = tuple(Warning(code, _MESSAGES[code].format(count)) for code, count in document.notes.counts.items())
    return Source("docx", with_captions(blocks), warnings=warnings)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Where the parts of the document stand in its package."""

    package: Package
    main: str
    related: dict[str, str]

    @classmethod
    def of(cls, package: Package) -> _Parts:
        main = _relations(package, "").get("officeDocument", "word/document.xml")
        main = main if main in package else "word/document.xml"
        return cls(package, main, _relations(package, main))

    def root(self, kind: str) -> etree._Element | None:
        """Return the root of the part of that kind, if the document has one."""
        part = self.related.get(kind, posixpath.join(posixpath.dirname(self.main), f"{kind}.xml"))
        return _root(self.package, part) if part in self.package else None


def _relations(package: Package, part: str) -> dict[str, str]:
    """Return the internal targets related to *part* ('' for the package), by the last word of their type."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package:
        return {}
    targets = {}
    for relation in package.xml(relations):
        if local_name(relation) == "Relationship" and relation.get("TargetMode") != "External":
            kind = (relation.get("Type") or "").rpartition("/")[2]
            targets[kind] = posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or "")).lstrip("/")
    return targets


def _root(package: Package, part: str) -> etree._Element:
    """Return the root of *part*; the strict variant of the format differs in its names only."""
    return parse_xml(package.read(part).replace(_STRICT, NAMESPACE.encode()), part)


@dataclass(slots=True)
class _DocumentReader:
    """Goes through the blocks once, in order: numbers and fields depend on what came before."""

    styles: Styles
    numberer: Numberer
    text: TextReader
    notes: Notes
    limits: Limits
    _carried: str = ""
    _current: list[Block] = field(default_factory=list)

    @classmethod
    def of(cls, parts: _Parts, limits: Limits) -> _DocumentReader:
        styles = read_styles(parts.root("styles"))
        notes = Notes()
        return cls(styles, read_numbering(parts.root("numbering"), styles.lists()), TextReader(styles, notes), notes, limits)

    def blocks(self, container: etree._Element) -> list[Block]:
        """Return the blocks of a body, a cell, a text box or a note."""
        found: list[Block] = []
        for element in _block_elements(container, self.notes):
            if element.tag == w("tbl"):
                found += table_blocks(element, self._table_cell, self.limits)
            else:
                self._add_paragraph(element, found)
        if self._carried:  # the last paragraph's mark was deleted: nothing follows that its text could join
            found.append(Paragraph((Line(self._carried),)))
            self._carried = ""
        return found

    def _table_cell(self, element: etree._Element) -> TableCell:
        return TableCell(element, tuple(self.blocks(element)))

    def _add_paragraph(self, element: etree._Element, found: list[Block]) -> None:
        properties = child(element, "pPr")
        in_contents = self.text.in_contents
        text, boxes = self.text.read(element)
        if text.strip() and self._is_contents(element, text, in_contents or self.text.in_contents):
            self.notes.count("contents")
            if found and isinstance(found[-1], Paragraph) and "".join(found[-1].text.split()) == "目录":
                found.pop()
            return
        if _mark_deleted(properties):
            self._carried += text
            return
        found += self._paragraphs(properties, self._carried + text)
        self._carried = ""
        for box in boxes:
            found += self.blocks(box)

    def _is_contents(self, element: etree._Element, text: str, in_contents: bool) -> bool:
        """Return whether the paragraph is a line of an automatic table of contents.

        Its field may be left open in a broken file: so a line must also look like one.
        """
        if self.styles.is_contents(value_of(child(element, "pPr"), "pStyle")):
            return True
        return in_contents and bool(_PAGE_NUMBER_AT_END.search(text)) and element.find(f".//{w('r')}/{w('tab')}") is not None

    def _paragraphs(self, properties: etree._Element | None, text: str) -> Iterator[Paragraph]:
        number = self._number(properties)
        lines = [line for line in text.split("\n") if line.strip()]
        if not lines:
            return
        lines[0] = number + lines[0].lstrip() if number else lines[0]
        heading = self._heading(properties)
        if heading is None:
            yield from (Paragraph((Line(line),)) for line in lines)
        else:  # a heading broken for its looks is one heading
            yield Paragraph(tuple(Line(line) for line in lines), heading)

    def _number(self, properties: etree._Element | None) -> str:
        number_id, level = own_number(properties)
        style_number, style_level, styles = self.styles.number(value_of(properties, "pStyle"))
        if number_id is None and style_number is not None:
            number_id = style_number
            linked = next((found for name in styles if (found := self.numberer.level_of_style(style_number, name)) is not None), None)
            level = level if level is not None else linked if linked is not None else style_level
        return self.numberer.next_number(number_id, level or 0) if number_id not in (None, "0") else ""

    def _heading(self, properties: etree._Element | None) -> int | None:
        own = value_of(properties, "outlineLvl")
        if own is None:
            return self.styles.heading(value_of(properties, "pStyle"))
        level = number_of(own, _BODY_TEXT)
        return level + 1 if level < _BODY_TEXT else None

    def note_blocks(self, package: Package, parts: _Parts) -> list[Block]:
        """Return the footnotes and endnotes in the order in which the text refers to them."""
        found: list[Block] = []
        roots = {kind: parts.root(f"{kind}s") for kind in {kind for kind, _ in self.notes.references}}
        for kind, name in tuple(dict.fromkeys(self.notes.references)):
            root = roots[kind]
            for note in () if root is None else root.iterchildren(w(kind)):
                if attribute(note, "id") == name:
                    found += self.blocks(note)
        return found


def _mark_deleted(properties: etree._Element | None) -> bool:
    """Return whether the end of the paragraph was deleted, so that the next one continues it."""
    mark = None if properties is None else child(properties, "rPr")
    return mark is not None and (child(mark, "del") is not None or child(mark, "moveFrom") is not None)


def _block_elements(container: Iterable[etree._Element], notes: Notes) -> Iterator[etree._Element]:
    """Yield paragraphs and tables of *container*, through everything that only wraps them."""
    for element in container:
        name = local_name(element)
        if element.tag in (w("p"), w("tbl")):
            yield element
        elif name == "sdt":
            yield from _control_elements(element, notes)
        elif name == "AlternateContent":
            yield from _block_elements(chosen(element), notes)
        elif name in _THROUGH:
            yield from _block_elements(element, notes)
        elif name == "altChunk":
            notes.count("embedded")


def _control_elements(control: etree._Element, notes: Notes) -> Iterator[etree._Element]:
    properties, content = child(control, "sdtPr"), child(control, "sdtContent")
    gallery = None if properties is None else next((attribute(part, "val") for part in properties.iter(w("docPartGallery"))), None)
    if gallery == "Table of Contents":
        notes.count("contents")
    elif content is not None and not is_on(properties, "showingPlcHdr"):
        yield from _block_elements(content, notes)
