"""Make the blocks of a document of its pages, whatever format they come from: what PDF and OFD share.

Running headers, page numbers and watermarks are left out and named in the warnings. A page
without usable text is named too; nothing is guessed for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doc_miner.errors import LoadError
from doc_miner.loaders.grid import with_captions
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.ocr_choice import advice, mark
from doc_miner.loaders.pdf_columns import take_columns
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_furniture import PageSpace, find_furniture
from doc_miner.loaders.pdf_joins import as_source_table, goes_on, join
from doc_miner.loaders.pdf_lines import PageLine, needs_space
from doc_miner.loaders.pdf_paragraphs import Group, Item, body_size_of, group_lines
from doc_miner.loaders.pdf_tables import PageTable
from doc_miner.source import BBox, Block, Line, Paragraph, Warning

_LOW_SHOWN = 8
_CONTINUED = re.compile(r"[（(]?\s*(?:续\s*表|续上表|接上表|上接).{0,20}")


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well a page was read by OCR: the mean score of its characters, its doubtful lines with their scores, marks put right."""

    score: float
    low: tuple[tuple[str, float], ...]
    marks: int


@dataclass(slots=True)
class Page:
    """What one page holds; ``state`` is "text", "blank", "picture" or "lost"."""

    number: int
    state: str
    frame: Frame
    lines: list[PageLine]
    tables: list[PageTable]
    slanted: str = ""
    recognition: Recognition | None = None

    @property
    def unmapped(self) -> int:
        """Number of characters without a code."""
        texts = [line.text for line in self.lines] + [cell.text for table in self.tables for cell in table.cells]
        return sum(text.count("\ufffd") for text in texts)


def blocks_of(pages: Sequence[Page], limits: Limits) -> tuple[tuple[Block, ...], list[str]]:
    """Return the blocks of all pages in reading order, and the texts of running headers and footers."""
    frames = {page.number: page.frame for page in pages}
    body = body_size_of(line for page in pages for line in page.lines)
    furniture, dropped = find_furniture([PageSpace(page.frame.height, page.lines, page.frame.width) for page in pages], body)
    items: list[Item] = []
    for page in pages:
        last = items[-1] if items and isinstance(items[-1], PageTable) else None
        bare, lines = take_columns([line for line in page.lines if id(line) not in furniture], last)
        content: list[Item] = [*lines, *page.tables, *bare]
        _add_page(items, sorted(content, key=lambda item: item.top))
    widths = {number: frame.width for number, frame in frames.items()}

    def to_page(number: int, bbox: BBox) -> BBox:
        return _rounded(frames[number].as_shown(bbox))

    blocks: list[Block] = []
    for group in group_lines(items, widths):
        if isinstance(group, PageTable):
            blocks.append(as_source_table(group, to_page, limits.cells))
        else:
            blocks.append(_paragraph(group, frames))
    return with_captions(blocks), dropped


def _add_page(items: list[Item], content: list[Item]) -> None:
    """Add a page to *items*; a table at its head that goes on from the page before becomes part of that one."""
    for index, item in enumerate(content):
        if not isinstance(item, PageTable):
            continue
        last = next((other for other in reversed(items) if isinstance(other, PageTable)), None)
        above = [line for line in content[:index] if isinstance(line, PageLine)]
        if last is not None and items[-1] is last and _is_repetition(items, last, above) and goes_on(last, item):
            join(last, item)
            content = content[index + 1 :]
        break
    items += content


def _is_repetition(items: Sequence[Item], table: PageTable, above: Sequence[PageLine]) -> bool:
    """Return whether the lines above a part of a table only say that it goes on, or repeat what stood above the first part."""
    start = next(index for index, item in enumerate(items) if item is table)
    known = {item.text for item in items[max(0, start - 3) : start] if isinstance(item, PageLine)}
    return all(line.text in known or _CONTINUED.fullmatch(line.text) for line in above)


def _paragraph(group: Group, frames: dict[int, Frame]) -> Paragraph:
    lines = []
    for index, line in enumerate(group.lines):
        after = group.lines[index + 1].text if index + 1 < len(group.lines) else ""
        lines.append(_line(line, frames[line.page], space=needs_space(line.text, after)))
    return Paragraph(tuple(lines), heading=0 if group.is_title else None)


def _line(line: PageLine, frame: Frame, *, space: bool) -> Line:
    bbox = _rounded(frame.as_shown((line.left, line.top, line.right, line.bottom)))
    # Edges run along the line, which on a page shown sideways is not from left to right.
    edges = frame.edges_as_shown(line.edges, (line.top + line.bottom) / 2)
    if space:
        return Line(line.text + " ", line.page, bbox, (*edges, edges[-1]) if edges else (), line.confidence)
    return Line(line.text, line.page, bbox, edges, line.confidence)


def _rounded(bbox: BBox) -> BBox:
    left, top, right, bottom = bbox
    return round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)


# --- warnings ----------------------------------------------------------------------------------
def refuse_unreadable(label: str, pages: Sequence[Page], limits: Limits) -> None:
    """Raise `LoadError` where no page has text; *label* is the format as users call it."""
    states = {page.state for page in pages}
    if "text" in states:
        return
    label += " " if label.isascii() else ""
    if "picture" in states:
        # Where OCR was at work, it will not do better another time.
        raise LoadError("unsupported" if mark(limits) else "scanned", f"{label}共 {len(pages)} 页，都没有文字层（可能是扫描件）；{advice(limits)}。")
    if "lost" in states or not pages:
        raise LoadError("damaged", f"{label}已损坏，没有一页能读；请重新下载或从原软件另存后再试。")
    raise LoadError("empty", f"{label}里没有文字。")


def page_warnings(pages: Sequence[Page], dropped: Sequence[str], limits: Limits) -> list[Warning]:
    """Return what to know of *pages*; *dropped* are the texts of running headers and footers."""
    return _unread(pages, limits) + _recognised(pages, limits) + _unmapped(pages) + _left_out(pages, dropped)


def _unread(pages: Sequence[Page], limits: Limits) -> list[Warning]:
    messages = {
        "picture": ("no-text-layer", f"{{}}没有可用的文字层（扫描图像，或字体没有编码对照），未读取；{advice(limits)}。"),
        "lost": ("truncated", "{}已损坏，未能读取；请重新下载或从原软件另存后再试。"),
    }
    warnings = []
    for state, (code, message) in messages.items():
        numbers = [page.number for page in pages if page.state == state]
        if numbers:
            warnings.append(Warning(code, message.format(page_list(numbers)), page_list(numbers)))
    return warnings


def _recognised(pages: Sequence[Page], limits: Limits) -> list[Warning]:
    found = [(page.number, page.recognition) for page in pages if page.recognition is not None]
    if not found:
        return []
    place = page_list(number for number, _ in found)
    warnings = [Warning("ocr", f"{place}由文字识别{mark(limits)}读出；请对照原件核对，尤其是数字。", place)]
    for number, recognition in found:
        if recognition.low:
            shown = "、".join(f"“{text}”（{score:.2f}）" for text, score in recognition.low[:_LOW_SHOWN])
            more = "等" if len(recognition.low) > _LOW_SHOWN else ""
            message = f"第{number}页有 {len(recognition.low)} 处识别把握不大：{shown}{more}；请与原件核对。"
            warnings.append(Warning("ocr-low", message, page_list([number])))
    mended = [(number, recognition.marks) for number, recognition in found if recognition.marks]
    if mended:
        place = page_list(number for number, _ in mended)
        warnings.append(Warning("marks", f"{place}识别有误的文号括号、连接号共 {sum(count for _, count in mended)} 处，已改为〔〕、—。", place))
    return warnings


def _unmapped(pages: Sequence[Page]) -> list[Warning]:
    found = [(page.number, count) for page in pages if (count := page.unmapped)]
    if not found:
        return []
    place = page_list([number for number, _ in found])
    return [Warning("unmapped", f"{place}有 {sum(count for _, count in found)} 个字符没有编码对照，以“\ufffd”代替；请与原件核对。", place)]


def _left_out(pages: Sequence[Page], dropped: Sequence[str]) -> list[Warning]:
    warnings = []
    if dropped:
        shown = "、".join(f"“{text}”" for text in dropped[:5]) + ("等" if len(dropped) > 5 else "")
        warnings.append(Warning("page-furniture", f"去掉了页眉页脚：{shown}。"))
    marked = [page for page in pages if page.slanted.strip()]
    if marked:
        message = f"去掉了水印文字：“{marked[0].slanted.strip()[:40]}”。"
        warnings.append(Warning("watermark", message, page_list([page.number for page in marked])))
    return warnings


def page_list(numbers: Iterable[int]) -> str:
    """Return page numbers as a reader writes them.

    >>> page_list([3, 5, 6, 7])
    '第3、5—7页'
    """
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][1] + 1:
            stretches[-1][1] = number
        else:
            stretches.append([number, number])
    return "第" + "、".join(f"{first}" if first == last else f"{first}—{last}" for first, last in stretches) + "页"
