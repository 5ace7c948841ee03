"""The text of one paragraph of a Word document: what a reader sees once all changes are accepted.

Deleted and hidden text, field codes and comments are out; inserted text, field results,
content controls and the newer of two alternatives are in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from doc_miner.loaders.docx_styles import Styles
from doc_miner.loaders.docx_xml import NAMESPACE, attribute, child, is_on, value_of, w

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_GONE = frozenset(("del", "moveFrom"))
_THROUGH = frozenset(("hyperlink", "ins", "moveTo", "smartTag", "customXml", "fldSimple", "bdo", "dir", "sdtContent", "ruby", "rubyBase"))
_FIXED = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Symbol fonts that offices use for signs; code points as Word writes them, less F000.
_SYMBOLS = {
    "symbol": {0xA3: "≤", 0xB3: "≥", 0xB0: "°", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xB7: "·", 0xA5: "∞", 0xE5: "∑"},
    "wingdings": {0xFE: "☑", 0xFD: "☒", 0xFC: "✓", 0xFB: "✗", 0xA8: "□", 0x6F: "□", 0x6C: "●", 0x6E: "■", 0xA1: "○", 0xAB: "★", 0xE0: "→"},
    "wingdings 2": {0x52: "☑", 0x53: "☒", 0x50: "✓", 0x4F: "✗", 0xA3: "□", 0x2A: "□"},
}


@dataclass(slots=True)
class Notes:
    """What was met on the way and belongs elsewhere or deserves a warning."""

    references: list[tuple[str, str]] = field(default_factory=list)
    """Footnotes and endnotes in the order of their references: kind and id."""
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> None:
        """Remember that *what* was met once more."""
        self.counts[what] = self.counts.get(what, 0) + 1


@dataclass(slots=True)
class _Field:
    code: str = ""
    in_result: bool = False


@dataclass(slots=True)
class TextReader:
    """Reads paragraphs in order; a field may begin in one paragraph and end in a later one."""

    styles: Styles
    notes: Notes
    _fields: list[_Field] = field(default_factory=list)
    _hidden: bool = False

    def read(self, paragraph: etree._Element) -> tuple[str, list[etree._Element]]:
        """Return the text, lines separated by newlines, and the contents of the text boxes anchored in it."""
        properties = child(paragraph, "pPr")
        self._hidden = self.styles.is_hidden(value_of(properties, "pStyle"))
        pieces: list[str] = []
        boxes: list[etree._Element] = []
        self._inline(paragraph, pieces, boxes)
        # A field's code never runs over the end of its paragraph in a sound file; in a broken one it would swallow the rest.
        for open_field in self._fields:
            open_field.in_result = True
        return "".join(pieces), boxes

    @property
    def in_contents(self) -> bool:
        """Whether the place now reached lies in the result of a table of contents."""
        return any(open_field.code.split()[:1] == ["TOC"] for open_field in self._fields)

    def _inline(self, element: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
        for part in element:
            name = local_name(part)
            if name in _GONE:
                self.notes.count("revisions")
            elif name == "r" and part.tag == w("r"):
                self._run(part, pieces, boxes)
            elif name == "sdt":
                if not is_on(child(part, "sdtPr"), "showingPlcHdr"):
                    self._inline(part, pieces, boxes)
            elif name in ("oMath", "oMathPara"):
                pieces.extend(text.text or "" for text in part.iter(f"{{{MATH}}}t"))
            elif name == "AlternateContent":
                self._inline(chosen(part), pieces, boxes)
            elif name in _THROUGH:
                if name == "ins":
                    self.notes.count("revisions")
                self._inline(part, pieces, boxes)

    def _run(self, run: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
        properties = child(run, "rPr")
        hidden = is_on(properties, "vanish")
        if hidden is None:
            style = value_of(properties, "rStyle")
            hidden = self._hidden or (style is not None and self.styles.is_hidden(style))
        for part in run:
            self._run_part(part, pieces, boxes, hidden=hidden)

    def _run_part(self, part: etree._Element, pieces: list[str], boxes: list[etree._Element], *, hidden: bool) -> None:
        name = local_name(part)
        special = _SPECIAL.get(name)
        if special is not None:
            special(self, part, boxes)
        elif name in ("AlternateContent", "ruby", "rubyBase"):
            for inner in chosen(part) if name == "AlternateContent" else part:
                if inner.tag == w("r"):
                    self._run(inner, pieces, boxes)
                else:
                    self._run_part(inner, pieces, boxes, hidden=hidden)
        elif text := self._text_of(part, name):
            if hidden:
                self.notes.count("hidden")
            elif all(open_field.in_result for open_field in self._fields):
                pieces.append(text)

    def _text_of(self, part: etree._Element, name: str) -> str:
        if name == "t":
            return (part.text or "").replace("\n", " ")
        if name == "sym":
            return self._symbol(part)
        return _FIXED.get(name, "")

    def _symbol(self, part: etree._Element) -> str:
        try:
            code = int(attribute(part, "char") or "", 16)
        except ValueError:
            code = 0
        sign = _SYMBOLS.get((attribute(part, "font") or "").lower(), {}).get(code & 0xFFF if code >= 0xF000 else code)
        if sign is None and 0x20 <= code < 0xD800:
            sign = chr(code)
        if sign is None:
            self.notes.count("symbols")
        return sign or ""

    def _field_mark(self, part: etree._Element, boxes: list[etree._Element]) -> None:
        kind = attribute(part, "fldCharType")
        if kind == "begin":
            self._fields.append(_Field())
        elif self._fields and kind == "separate":
            self._fields[-1].in_result = True
        elif self._fields and kind == "end":
            self._fields.pop()

    def _field_code(self, part: etree._Element, boxes: list[etree._Element]) -> None:
        if self._fields and not self._fields[-1].in_result:
            self._fields[-1].code += part.text or ""

    def _note(self, part: etree._Element, boxes: list[etree._Element]) -> None:
        self.notes.references.append((local_name(part).removesuffix("Reference"), attribute(part, "id") or ""))

    def _picture(self, part: etree._Element, boxes: list[etree._Element]) -> None:
        boxes.extend(_text_boxes(part))


_SPECIAL: dict[str, Callable[[TextReader, etree._Element, list[etree._Element]], None]] = {
    "fldChar": TextReader._field_mark,
    "instrText": TextReader._field_code,
    "footnoteReference": TextReader._note,
    "endnoteReference": TextReader._note,
    "drawing": TextReader._picture,
    "pict": TextReader._picture,
    "object": TextReader._picture,
}


def local_name(element: etree._Element) -> str:
    """Return the name of *element* without its namespace; '' for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def chosen(alternatives: etree._Element) -> etree._Element:
    """Return the newer of two alternatives, which hold the same text."""
    choice = alternatives.find(f"{{{MC}}}Choice")
    fallback = alternatives.find(f"{{{MC}}}Fallback")
    return choice if choice is not None else fallback if fallback is not None else alternatives


def _text_boxes(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the outermost text boxes in *element*, those of alternatives once."""
    waiting = [element]
    while waiting:
        part = waiting.pop()
        if part.tag == f"{{{NAMESPACE}}}txbxContent":
            yield part
        elif local_name(part) == "AlternateContent":
            waiting.append(chosen(part))
        else:
            waiting.extend(reversed(part))
