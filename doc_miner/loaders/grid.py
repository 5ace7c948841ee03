"""Make the rectangular grid of a table, and find its header rows, caption and unit.

What the flowing formats (HTML, DOCX) share; pages have geometry instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from doc_miner.errors import LoadError
from doc_miner.source import Block, Paragraph, SourceTable

Merge = tuple[int, int, int, int]

_UNIT = re.compile(r"[（(]?\s*(?:计量|货币|金额|面积)?\s*单位\s*[:：]\s*(?P<unit>[^:：，。；]{1,20}?)\s*[）)]?")
_CAPTION = re.compile(
    r"(?:附?表|续表|附件)\s*[\d一二三四五六七八九十]{1,3}(?:[-－—.．]\d{1,3})?(?!\s*[:：]?$)\s*[:：]?\s*[^。；]{2,60}"
    r"|附[表件]\s*[:：]\s*[^。；]{2,40}表"
)
_NUMBERED = r"第?[一二三四五六七八九十\d]+[、.．章节]|[（(][一二三四五六七八九十\d]+[）)]"
_TABLE_WORD = re.compile(
    rf"(?!{_NUMBERED})[^。；：:]{{2,50}}(?:表|情况|台账|清单|名单|汇总|统计|明细|目录)\s*(?:[（(][^（()）]{{1,20}}[）)])?"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at its place, with the rows and columns it takes."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1


def make_table(cells: Sequence[Cell], *, most_cells: int, marked_headers: int = 0) -> SourceTable:
    """Return the table of *cells*: a merged cell's text at its top left, '' wherever nothing stands.

    *marked_headers* is the number of leading rows that the file itself marks as headers.
    """
    height = max((cell.row + cell.rowspan for cell in cells), default=0)
    width = max((cell.column + cell.colspan for cell in cells), default=0)
    if height * width > most_cells:
        raise LoadError("too_large", f"表格展开后有 {height}×{width} 格，超过 {most_cells} 格的上限，不予读取。")
    grid = [[""] * width for _ in range(height)]
    for cell in cells:
        grid[cell.row][cell.column] = cell.text
    merges = tuple((cell.row, cell.column, cell.rowspan, cell.colspan) for cell in cells if cell.rowspan * cell.colspan > 1)
    rows = tuple(tuple(row) for row in grid)
    headers = marked_headers if 0 < marked_headers < height else _header_depth(rows, merges)
    return SourceTable(rows, header_rows=headers, merges=merges, unit=_unit_inside(rows))


def cells_of(rows: Sequence[Sequence[str]]) -> list[Cell]:
    """Return the filled cells of rows that know no merged cells: where a row below the first two begins with empty cells, those above hold for it too.

    >>> [(cell.text, cell.rowspan) for cell in cells_of([["问题", "措施"], ["大班额", "新建学校"], ["", "扩建学校"]])]
    [('问题', 1), ('措施', 1), ('大班额', 2), ('新建学校', 1), ('扩建学校', 1)]
    """
    spans: dict[tuple[int, int], int] = {}
    owner: dict[int, int] = {}
    for number, row in enumerate(rows):
        leading = next((column for column, cell in enumerate(row) if cell), 0)
        for column, cell in enumerate(row):
            if cell:
                owner[column] = number
            elif column < leading and owner.get(column):  # nothing belongs to the first row, the header
                spans[owner[column], column] = number - owner[column] + 1
    return [Cell(r, c, cell, spans.get((r, c), 1)) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell]


def _header_depth(rows: Sequence[Sequence[str]], merges: Sequence[Merge]) -> int:
    """Return the rows that the merged cells of the first true row reach over.

    A first row that is one cell over the whole width is the table's own title or unit line and
    counts as one more.  A cell merged over most of the table is a category, not a header.
    """
    first = 0
    while first + 2 < len(rows) and (first, 0, 1, len(rows[0])) in merges:
        first += 1
    deep = max((rowspan for row, _, rowspan, _ in merges if row == first), default=1)
    return first + (deep if deep <= 3 and first + deep < len(rows) else 1) if rows else 0


def _unit_inside(rows: Sequence[Sequence[str]]) -> str:
    """Return the unit that a line of its own inside the first two rows states."""
    for row in rows[:2]:
        filled = [cell for cell in row if cell.strip()]
        if len(filled) == 1 and (unit := parse_unit(filled[0])):
            return unit
    return ""


def parse_unit(text: str) -> str:
    """Return the unit that a line such as 单位：万元 states, or ''.

    >>> parse_unit("（单位：万元、人）")
    '万元、人'
    >>> parse_unit("填报单位：县教育局 单位：人")
    '人'
    >>> parse_unit("责任单位：县教育局")
    ''
    """
    found = _UNIT.fullmatch(text.strip()) or _UNIT.fullmatch(_last_part(text))
    return found["unit"] if found else ""


def _last_part(text: str) -> str:
    """Return what follows the last wide space of a line of form entries, which may be the unit."""
    parts = re.split(r"\s+(?=(?:计量|货币|金额|面积)?单位\s*[:：])", text.strip())
    return parts[-1] if len(parts) > 1 else ""


def _unit_of_caption(caption: str) -> str:
    """Return the unit that a caption ends with.

    >>> _unit_of_caption("班额情况统计表（单位：个）")
    '个'
    """
    found = re.search(r"[（(]([^（()）]{1,30})[）)]\s*$", caption)
    return parse_unit(found[1]) if found else parse_unit(_last_part(caption))


def is_caption(text: str) -> bool:
    """Return whether a line just above a table names it.

    >>> is_caption("表3 2022年教育经费投入情况")
    True
    >>> is_caption("附表：班额情况统计表")
    True
    >>> is_caption("四、年度目标")
    False
    """
    line = text.strip()
    return bool(_CAPTION.fullmatch(line) or _TABLE_WORD.fullmatch(line))


def caption_and_unit(above: Sequence[str]) -> tuple[str, str]:
    """Return the caption and the unit that the lines just above a table state, either may be ''.

    *above* runs downwards.  The lines themselves stay paragraphs of the text.

    >>> caption_and_unit(["见下表。", "表1 经费投入情况", "单位：万元"])
    ('表1 经费投入情况', '万元')
    >>> caption_and_unit(["表2 班额情况统计（单位：个）"])
    ('表2 班额情况统计（单位：个）', '个')
    """
    lines = [line for line in above if line.strip()][-2:]
    unit = parse_unit(lines[-1]) if lines else ""
    if unit:
        lines.pop()
    caption = lines[-1].strip() if lines and is_caption(lines[-1]) else ""
    return caption, unit or _unit_of_caption(caption)


def with_captions(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return *blocks* with every table told the caption and the unit of the paragraphs just above it."""
    done: list[Block] = []
    for block in blocks:
        if isinstance(block, SourceTable):
            above: list[str] = []
            for earlier in reversed(done[-3:]):
                if not isinstance(earlier, Paragraph):
                    break
                above.insert(0, earlier.text)
            caption, unit = caption_and_unit(above)
            block = replace(block, caption=block.caption or caption, unit=unit or block.unit)
        done.append(block)
    return tuple(done)


def flattened(table: SourceTable) -> str:
    """Return the text of a table that stands inside a cell: a line for each row."""
    return "\n".join(" ".join(cell for cell in row if cell) for row in table.rows)
