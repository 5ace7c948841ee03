"""Join lines to paragraphs, over page breaks and around tables.

A line goes on in the next one only when nothing more would have fitted into it and the next
begins where lines go on, not at an indent. Titles set large over several lines are one paragraph.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from doc_miner.loaders.grid import is_caption, parse_unit
from doc_miner.loaders.pdf_lines import PageLine
from doc_miner.loaders.pdf_tables import PageTable
from doc_miner.loaders.pdf_wrap import cannot_begin, room_needed
from doc_miner.textfold import fold

_LARGER = 1.12
_OTHER_SIZE, _OTHER_SIZE_READ = 0.08, 0.25
"""From which difference two lines are of different sizes; OCR only knows the height of the ink, which is less in a line of digits."""
_SENTENCE_ENDS = tuple("。！？；：!?;:")
_CN = "[一二三四五六七八九十百]{1,3}"
_MARKER = re.compile(
    rf"(?:{_CN}\s?[、.](?!\d)|\(\s?(?:{_CN}|\d{{1,2}})\s?\)|\d{{1,2}}\s?[.、](?!\d)|\d{{1,2}}\)|\[\d{{1,2}}\]|[①-⑳]|第{_CN}[章节条部]|(?:存在)?问题\s?(?:\d{{1,2}}|{_CN})\s?[:.、]|附件|附表)"
)
_STRONG_MARKER = re.compile(rf"{_CN}\s?、|\(\s?{_CN}\s?\)|第{_CN}[章节条]")
_RED_HEAD = re.compile(r"(?:文件|[〕\])]第?\d{1,4}号|第.{1,4}期\)?)$")


@dataclass(frozen=True, slots=True)
class Margins:
    """Left and right bounds of the body of a page."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class _Style:
    """How a document shows where a paragraph begins: by an indent, by space above it, or by neither."""

    indents: bool
    spaces: bool


@dataclass(slots=True)
class Group:
    """Lines of one paragraph; ``is_title`` for the title of the document, ``kept_apart`` for a caption or a unit line."""

    lines: list[PageLine]
    is_title: bool = False
    kept_apart: bool = False


Item = PageLine | PageTable


def _other_size(one: PageLine, other: PageLine) -> float:
    return _OTHER_SIZE if one.confidence is None and other.confidence is None else _OTHER_SIZE_READ


def body_size_of(lines: Iterable[PageLine]) -> float:
    """Return the font size of most characters."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 12.0


def group_lines(items: Sequence[Item], widths: Mapping[int, float]) -> list[Group | PageTable]:
    """Return paragraphs and tables in reading order; *widths* gives the width of each page."""
    lines = [item for item in items if isinstance(item, PageLine)]
    body = body_size_of(lines)
    margins, pitches = margins_of(lines, widths, body), _pitches(lines)
    grouper = _Grouper(margins, body, pitches, _style(lines, margins, pitches))
    for index, item in enumerate(items):
        if isinstance(item, PageTable):
            grouper.add_table(item)
        else:
            grouper.add_line(item, before_table=any(isinstance(after, PageTable) for after in items[index + 1 : index + 3]))
    return grouper.blocks


class _Grouper:
    """Takes lines one by one; the last group is open."""

    def __init__(self, margins: Mapping[int, Margins], body: float, pitches: Mapping[float, float], style: _Style) -> None:
        self.blocks: list[Group | PageTable] = []
        self._margins = margins
        self._body = body
        self._pitches = pitches
        self._style = style
        self._open: Group | None = None
        self._title_found = False

    def add_table(self, table: PageTable) -> None:
        self.blocks.append(table)
        if self._open is not None and (self._open.kept_apart or not self._interrupted(self._open)):
            self._open = self._before_caption()

    def add_line(self, line: PageLine, *, before_table: bool) -> None:
        if before_table and (parse_unit(line.text) or is_caption(line.text)):
            self._start(line, kept_apart=True)
        elif self._open is not None and not self._open.kept_apart and self._goes_on(self._open, line):
            self._open.lines.append(line)
        else:
            self._start(line)

    def _start(self, line: PageLine, *, kept_apart: bool = False) -> None:
        group = Group([line], kept_apart=kept_apart)
        if not self._title_found and line.size > _LARGER * self._body and not _RED_HEAD.search(fold(line.text)):
            group.is_title = self._title_found = True
        self.blocks.append(group)
        self._open = group

    def _before_caption(self) -> Group | None:
        """Return the paragraph that a table and its caption interrupt, if it is one in mid-sentence."""
        for block in reversed(self.blocks[-4:]):
            if isinstance(block, Group) and not block.kept_apart:
                return block if self._interrupted(block) else None
        return None

    def _interrupted(self, group: Group) -> bool:
        last = group.lines[-1]
        return not last.text.endswith(_SENTENCE_ENDS) and self._margins[last.page].right - last.right < 1.5 * last.size

    def _goes_on(self, group: Group, line: PageLine) -> bool:
        last = group.lines[-1]
        if abs(last.size - line.size) > _other_size(last, line) * max(last.size, line.size):
            return False
        around_table = isinstance(self.blocks[-1], PageTable)
        if last.page == line.page and not around_table and line.top - last.top > self._farthest(line):
            return False
        if line.size > _LARGER * self._body:
            return not _MARKER.match(fold(line.text)) and not _RED_HEAD.search(fold(last.text))
        if around_table and not self._interrupted(group):
            return False
        margins = self._margins[last.page]
        if margins.right - last.right >= room_needed(line.text, line.edges) + 0.5 * line.size and not cannot_begin(line.text):
            return False
        return self._begins_where_lines_go_on(group, line)

    def _farthest(self, line: PageLine) -> float:
        """Return how far below the last line a line of the same paragraph may begin."""
        pitch = self._pitches.get(round(line.size), 1.6 * line.size)
        return max(1.45 * pitch, 2.4 * line.size if line.size > _LARGER * self._body else 0)

    def _begins_where_lines_go_on(self, group: Group, line: PageLine) -> bool:
        first, last = group.lines[0], group.lines[-1]
        margins = self._margins[line.page]
        indent = line.left - margins.left
        if len(group.lines) > 1 and abs(indent - (last.left - self._margins[last.page].left)) < 0.4 * line.size:
            return not self._starts_item(last, line)
        if indent < 0.8 * line.size:
            return not self._starts_item(last, line)
        if len(group.lines) == 1 and _MARKER.match(fold(first.text)) and 0.8 * line.size < line.left - first.left < 4 * line.size:
            return not _MARKER.match(fold(line.text))
        return self._is_centred(first) and self._is_centred(line) and not first.text.endswith(_SENTENCE_ENDS) and len(group.lines) == 1

    def _starts_item(self, last: PageLine, line: PageLine) -> bool:
        """Return whether a list marker at the margin begins an item, where nothing else would show it."""
        if self._style.indents or (self._style.spaces and last.page == line.page):
            return False
        text = fold(line.text)
        if _STRONG_MARKER.match(text) and not last.text.endswith(("、", "，")):
            return True
        return bool(_MARKER.match(text)) and last.text.endswith(_SENTENCE_ENDS)

    def _is_centred(self, line: PageLine) -> bool:
        margins = self._margins[line.page]
        return abs((line.left - margins.left) - (margins.right - line.right)) < line.size


def _pitches(lines: Sequence[PageLine]) -> dict[float, float]:
    """Return the distance of one line of a paragraph from the next, by font size: the least but for a few."""
    found: dict[float, list[float]] = defaultdict(list)
    for one, other in _neighbours(lines):
        if abs(one.size - other.size) < 0.5:
            found[round(one.size)].append(other.top - one.top)
    return {size: sorted(steps)[len(steps) // 10] for size, steps in found.items()}


def _neighbours(lines: Sequence[PageLine]) -> Iterator[tuple[PageLine, PageLine]]:
    for one, other in zip(lines, lines[1:], strict=False):
        if one.page == other.page and 0 < other.top - one.top < 3.5 * one.size:
            yield one, other


def _style(lines: Sequence[PageLine], margins: Mapping[int, Margins], pitches: Mapping[float, float]) -> _Style:
    indented = sum(1.5 * line.size < line.left - margins[line.page].left < 2.5 * line.size for line in lines)
    spaced = sum(other.top - one.top > 1.2 * pitches.get(round(one.size), 1e9) for one, other in _neighbours(lines))
    return _Style(10 * indented >= len(lines), 10 * spaced >= len(lines))


# --- margins -----------------------------------------------------------------------------------
def margins_of(lines: Sequence[PageLine], widths: Mapping[int, float], body: float) -> dict[int, Margins]:
    """Return the margins of every page, from its own lines and those of the pages around it of the same width."""
    by_page: dict[int, list[PageLine]] = {page: [] for page in widths}
    for line in lines:
        by_page[line.page].append(line)
    return {page: _page_margins(page, by_page, widths, body) for page in widths}


def _page_margins(page: int, by_page: Mapping[int, list[PageLine]], widths: Mapping[int, float], body: float) -> Margins:
    own, width = by_page[page], widths[page]
    around = [line for near in range(page - 2, page + 3) if abs(widths.get(near, 0) - width) < 1 for line in by_page.get(near, ())]
    left, wider = _left_margin(own, body, 8), _left_margin(around, body, 2)
    if left is None or (wider is not None and 1.5 * body < left - wider < 2.5 * body):
        left = wider
    if left is None:
        left = min((line.left for line in around), default=0.0)
    right = _right_margin(own, width / 2, 5) or _right_margin(around, width / 2, 3)
    # Where hardly a line is full, the margins are taken to be equal.
    return Margins(left, right or max([width - left, *(line.right for line in around)]))


def _right_margin(lines: Sequence[PageLine], long: float, least: int) -> float | None:
    """Return where full lines end: most long lines are full, some hang over, some end a paragraph."""
    ends = sorted(line.right for line in lines if line.right - line.left > long)
    return ends[len(ends) * 3 // 4] if len(ends) >= least else None


def _left_margin(lines: Sequence[PageLine], body: float, least: int) -> float | None:
    """Return the leftmost place at which two lines begin, or one if the others stand indented from it."""
    if len(lines) < least:
        return None
    starts = sorted(line.left for line in lines)
    shared = next((one for one, other in zip(starts, starts[1:], strict=False) if other - one < 2), starts[0])
    return next((start for start in starts if 1.5 * body < shared - start < 2.5 * body), shared)
