"""Turn the elements of an article into paragraphs and tables, in reading order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from doc_miner.loaders.html_dom import BLOCKS, DROPPED, HEADINGS, text_of, walk
from doc_miner.loaders.html_noise import is_edge_noise
from doc_miner.loaders.html_tables import is_data_table, read_table
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.number_formats import format_number
from doc_miner.source import Block, Line, Paragraph, SourceTable

_BLANK = re.compile(r"[ \t\r\n\f\xa0]+")
# Browsers show no space for a line break of the source between two Chinese characters.
_WRAP = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef。，；：、）”》])[ \t]*[\r\n][ \t\r\n]*(?=[\u2e80-\u9fff\uff00-\uffef（“《])")
_LIST_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHINESE_LIST = re.compile(r"list-style(?:-type)?\s*:[^;]*(?:cjk-ideographic|simp-chinese|trad-chinese)", re.IGNORECASE)
_NO_LIST = re.compile(r"list-style(?:-type)?\s*:[^;]*none", re.IGNORECASE)
_EDGE = 6


def plain(text: str) -> str:
    """Return *text* without white space, for comparisons."""
    return "".join(text.split())


@dataclass(slots=True)
class _Flow:
    """Collects text until a block ends."""

    blocks: list[Block] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    heading: int | None = None
    number: str = ""
    kept_lines: int = 0
    """How many elements around the place reached keep the line breaks of the source."""

    def add(self, text: str) -> None:
        if not self.kept_lines:
            self.pieces.append(text)
            return
        for line in text.splitlines(keepends=True):
            self.pieces.append(line)
            if line[-1] in "\r\n":
                self.end_line()

    def end_line(self) -> None:
        text = _BLANK.sub(" ", _WRAP.sub("", "".join(self.pieces))).strip(" \u3000\u2003\u2002")
        self.pieces.clear()
        if text:
            self.lines.append(self.number + text)
            self.number = ""
        if self.heading is None:
            self.end_block()

    def end_block(self) -> None:
        lines, self.lines = self.lines, []
        if self.heading is None:
            self.blocks += [Paragraph((Line(line),)) for line in lines]
        elif lines:  # a heading broken for its looks is one heading
            self.blocks.append(Paragraph(tuple(Line(line) for line in lines), self.heading))


def article_blocks(article: etree._Element, limits: Limits) -> list[Block]:
    """Return the blocks of *article*; what portals put before and after it is cut from its ends."""
    return _trimmed(_blocks(article, limits))


def block_lines(root: etree._Element) -> list[tuple[str, ...]]:
    """Return the lines of every block of the page."""
    found: list[tuple[str, ...]] = []
    lines = [""]
    for event, item in walk(root, lambda element: element.tag in DROPPED):
        if isinstance(item, str):
            lines[-1] += item
        elif event == "open" and item.tag == "br":
            lines.append("")
        elif event != "whole" and item.tag in BLOCKS:
            found.append(tuple(line for line in (_BLANK.sub(" ", line).strip() for line in lines) if line))
            lines = [""]
    return [lines for lines in found if lines]


def _blocks(article: etree._Element, limits: Limits) -> list[Block]:
    tables = {table for table in article.iter("table") if is_data_table(table)}
    flow = _Flow()
    counters = _ListCounters()
    if article in tables:
        return [*_caption(article), read_table(article, cell_text, limits)]
    for event, item in walk(article, lambda element: element in tables or element.tag in DROPPED):
        if isinstance(item, str):
            flow.add(item)
        elif event == "whole":
            if item in tables:
                _end(flow)
                flow.blocks += [*_caption(item), read_table(item, cell_text, limits)]
        else:
            _boundary(flow, event, item, counters)
    _end(flow)
    return flow.blocks


def _boundary(flow: _Flow, event: str, element: etree._Element, counters: _ListCounters) -> None:
    if element.tag == "br":
        if event == "open":
            flow.end_line()
    elif element.tag in BLOCKS:
        _end(flow)
        if element.tag == "pre":
            flow.kept_lines += 1 if event == "open" else -1
        if element.tag in HEADINGS:
            flow.heading = max(1, HEADINGS[element.tag] - 1) if event == "open" else None
        elif element.tag == "li":
            flow.number = counters.next_number(element) if event == "open" else ""


def _end(flow: _Flow) -> None:
    flow.end_line()
    flow.end_block()


def _caption(table: etree._Element) -> list[Block]:
    texts = [_BLANK.sub(" ", text_of(caption)).strip() for caption in table.iterchildren("caption")]
    return [Paragraph((Line(text),)) for text in texts if text]


def cell_text(cell: etree._Element) -> str:
    """Return the text of a cell, its paragraphs as lines."""
    flow = _Flow()
    for _, item in walk(cell, lambda element: element.tag in DROPPED):
        if isinstance(item, str):
            flow.pieces.append(item)
        elif item.tag == "br" or item.tag in BLOCKS:
            _end(flow)
    _end(flow)
    return "\n".join(block.text for block in flow.blocks if isinstance(block, Paragraph))


@dataclass(slots=True)
class _ListCounters:
    """The numbers that a browser writes in front of the items of an ordered list."""

    reached: dict[etree._Element, int] = field(default_factory=dict)

    def next_number(self, item: etree._Element) -> str:
        """Return the number of *item* as it is shown, or ''."""
        parent = item.getparent()
        style = (item.get("style") or "") + ";" + (parent.get("style") or "" if parent is not None else "")
        if parent is None or parent.tag != "ol" or _NO_LIST.search(style):
            return ""
        value = _integer(item.get("value"), self.reached.get(parent, _integer(parent.get("start"), 1) - 1) + 1)
        self.reached[parent] = value
        if _CHINESE_LIST.search(style):
            return format_number(value, "chineseCountingThousand") + "、"
        return format_number(value, _LIST_FORMATS.get(parent.get("type") or "1", "decimal")) + ". "


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text.strip()) else default


def _trimmed(blocks: list[Block]) -> list[Block]:
    """Cut lines such as 来源 or 打印本页 from both ends; what looks like them further in is text."""
    first = max((i + 1 for i, block in enumerate(blocks[:_EDGE]) if _is_noise(block)), default=0)
    last = len(blocks)
    while last > first and _is_noise(blocks[last - 1]):
        last -= 1
    return [block for i, block in enumerate(blocks[:last]) if i >= first or not _is_noise(block)]


def _is_noise(block: Block) -> bool:
    return not isinstance(block, SourceTable) and is_edge_noise(block.text)
