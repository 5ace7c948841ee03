"""Read tables of rectification: 问题 | 整改措施 | 整改目标 | 责任单位 | 完成时限 | 进展.

Each entry of the measures column is a measure; the other columns of its row give its
problem, units, deadline and status. A merged cell holds for all its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doc_miner.model import Cell, Document, Span, Table
from doc_miner.textfold import fold

_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("other", re.compile(r"类别|类型|分类|来源|备注|附件")),
    ("units", re.compile(r"(?:责任|牵头|配合|承办|协办|主办|落实|整改)(?:单位|部门|科室)|责任主体")),
    ("person", re.compile(r"(?:责任|牵头|分管|包保)(?:人|领导)")),
    ("deadline", re.compile(r"时限|期限|完成时间|整改时间|时间节点|完成日期")),
    ("progress", re.compile(r"进展|完成情况|落实情况|整改情况|整改结果|整改成效|目前状态|销号")),
    ("target", re.compile(r"目标|预期|标准")),
    ("measure", re.compile(r"措施|举措|做法|整改任务|工作任务|整改内容及|整改意见")),
    ("problem", re.compile(r"问题|不足|短板|反馈意见|整改事项|存在")),
    ("number", re.compile(r"^(?:序号|编号|№|NO\.?)$", re.I)),
)
_ENTRY = re.compile(r"(?:(?<=^)|(?<=[。;:\s])|(?<=[。；]))\s?(?:(?P<a>\d{1,2})\s?(?:[.](?!\d)|[.](?=20\d\d年)|、)|[(](?P<b>\d{1,2})[)]|(?P<c>[①-⑳])|(?P<d>[一二三四五六七八九十])是)\s?")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of a table with the spans of the cells that belong to it."""

    measure: Span
    problem: Span | None
    units: tuple[Span, ...]
    deadline: tuple[Span, ...]
    progress: tuple[Span, ...]
    number: str = ""


@dataclass(frozen=True, slots=True)
class RectificationTable:
    """A table of rectification: its rows, its problem cells in order, and the spans of its goal cells."""

    table: Table
    rows: tuple[Row, ...]
    problems: tuple[Span, ...]
    goals: tuple[Span, ...]


def find_rectification_tables(document: Document) -> list[RectificationTable]:
    """Return the tables of a document whose header names problems or measures."""
    out = []
    for table in document.tables:
        header = _header(table)
        if header is None:
            continue
        depth, columns = header
        out.append(_read(document, table, depth, columns))
    return [found for found in out if found.rows or found.problems]


def _header(table: Table) -> tuple[int, dict[int, str]] | None:
    for r, row in enumerate(table.rows[:3]):
        columns: dict[int, str] = {}
        for c, cell in enumerate(row):
            name = re.sub(r"\s", "", fold(cell))
            if not name or len(name) > 14:
                continue
            for kind, pattern in _COLUMNS:
                if pattern.search(name):
                    columns[c] = kind
                    break
        kinds = set(columns.values())
        if "measure" in kinds and kinds & {"problem", "units", "person", "deadline", "progress"} or {"problem", "progress"} <= kinds:
            if "measure" not in kinds and "problem" in kinds:
                columns = {c: "measure" if kind == "progress" else kind for c, kind in columns.items()}
            if "units" not in kinds:  # who answers for it stands in the column of persons alone
                columns = {c: "units" if kind == "person" else kind for c, kind in columns.items()}
            return r + 1, columns
    return None


def _read(document: Document, table: Table, depth: int, columns: dict[int, str]) -> RectificationTable:
    covering = _covering(table)
    rows: list[Row] = []
    problems: list[Span] = []
    goals: list[Span] = []
    for r in range(max(depth, 0), len(table.rows)):
        cells = {c: covering[r][c] for c in columns}
        problem = next((_content(document, cells[c]) for c, kind in columns.items() if kind == "problem" and _content(document, cells[c])), None)
        if problem is not None and problem not in problems:
            problems.append(problem)
        for c, kind in columns.items():
            own = table.cells[r][c]
            span = _content(document, own)
            if span is None:
                continue
            if kind == "target":
                goals.append(span)
            if kind == "measure":
                for start, end in entries(document.text, *span):
                    rows.append(Row((start, end), problem, _spans(document, cells, columns, "units"), _spans(document, cells, columns, "deadline"), _spans(document, cells, columns, "progress")))
    return RectificationTable(table, tuple(rows), tuple(problems), tuple(goals))


def _covering(table: Table) -> list[list[Cell | None]]:
    """Return for each place of the grid the cell that covers it, merged cells spread over their rows and columns.

    Below a filled cell of a problem or unit column an empty cell that no merge covers stays empty.
    """
    grid: list[list[Cell | None]] = [list(row) for row in table.cells]
    for r, row in enumerate(table.cells):
        for c, cell in enumerate(row):
            if cell is None:
                continue
            for i in range(r, min(len(grid), r + cell.rowspan)):
                for j in range(c, min(len(grid[i]), c + cell.colspan)):
                    grid[i][j] = cell
    return grid


def _content(document: Document, cell: Cell | None) -> Span | None:
    if cell is None or cell.end <= cell.start:
        return None
    start, end = cell.start, cell.end
    marker = re.match(r"\s*(?:[(（]?\d{1,2}(?:[)）、]|[.．](?!\d(?!\d{3}年)))|[一二三四五六七八九十]+[、.]|[(（][一二三四五六七八九十]+[)）]|问题\s?[\d一二三四五六七八九十]+\s?[:：])\s?", document.text[start:end])
    if marker and marker.end() < end - start:
        start += marker.end()
    return start, end


def _spans(document: Document, cells: dict[int, Cell | None], columns: dict[int, str], kind: str) -> tuple[Span, ...]:
    out = []
    for c, name in columns.items():
        cell = cells[c]
        if name == kind and cell is not None and cell.end > cell.start:
            out.append((cell.start, cell.end))
    return tuple(out)


def entries(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the entries of a cell that lists several (1.… 2.…), else the whole cell."""
    folded = fold(text[start:end])
    marks = [match for match in _ENTRY.finditer(folded)]
    chain: list[re.Match[str]] = []
    for match in marks:
        if _order(match) == len(chain) + 1 and (not chain or _kind(match) == _kind(chain[0])):
            chain.append(match)
    first_marked = re.match(r"\s*$", folded[: chain[0].start()]) if chain else None
    if len(chain) < 2 and not (chain and first_marked):
        at_head = bool(marks) and not folded[: marks[0].start()].strip()
        if not marks or not (at_head or _order(marks[0]) == 2):
            yield start, end
            return
        chain = [marks[0]]  # a list that goes on from the cell above
    bounds = [match.start() for match in chain]
    if bounds[0] > 0 and folded[: bounds[0]].strip():
        yield _trim(text, start, start + bounds[0])
    for match, stop in zip(chain, [*bounds[1:], len(folded)], strict=True):
        yield _trim(text, start + match.end(), start + stop)


def _order(match: re.Match[str]) -> int:
    if match["c"]:
        return ord(match["c"]) - 0x2460 + 1
    if match["d"]:
        return "一二三四五六七八九十".index(match["d"]) + 1
    return int(match["a"] or match["b"])


def _kind(match: re.Match[str]) -> str:
    return next(name for name in "abcd" if match[name])


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def mask(tables: Sequence[RectificationTable]) -> list[Span]:
    """Return the spans of the tables in the text."""
    return [(table.table.start, table.table.end) for table in tables]
