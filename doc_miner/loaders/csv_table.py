"""Read CSV: rows of fields between commas, semicolons or tabs, in any encoding that text may have."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from doc_miner.errors import LoadError
from doc_miner.loaders.grid import cells_of, with_captions
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.sheet_blocks import table_blocks
from doc_miner.loaders.text import decode, encoding_warnings
from doc_miner.source import Source

_DELIMITERS = "\t,;"
_HEAD = 65_536
_ROWS = 200
_LEAST_ROWS, _LEAST_FIELDS = 3, 3
_LONG_FIELD = 80
_PROSE = re.compile(r"[。！？；]$")
_AS_TEXT = re.compile(r'="([^"]*)"')


def read(data: bytes, limits: Limits) -> Source:
    """Return the rows of *data* as one table, lines above it that hold one field as paragraphs.

    >>> from doc_miner.loaders.limits import DEFAULT
    >>> read("学校;班额\\n一小;45\\n二小;065".encode("gb18030"), DEFAULT).blocks[0].rows
    (('学校', '班额'), ('一小', '45'), ('二小', '065'))
    """
    text, encoding = decode(data)
    rows = _rows(text, delimiter_of(text, named=True) or ",")
    if sum(map(len, rows)) > limits.cells:
        raise LoadError("too_large", f"表格超过 {limits.cells} 格的上限，不予读取；请拆分后再试。")
    return Source("csv", with_captions(table_blocks(cells_of(rows), limits.cells)), warnings=encoding_warnings(text, encoding))


def is_table(data: bytes, *, named: bool) -> bool:
    """Return whether *data*, known to be text, is a table; *named* if its name says so, when less is asked of it."""
    head = data[:_HEAD]
    if len(data) > _HEAD:
        head = head[: max(head.rfind(b"\n") + 1, _HEAD - 1) // 4 * 4]
    if not any(mark.encode() in head for mark in _DELIMITERS):
        return False
    try:
        text, _ = decode(head)
    except LoadError:
        return False
    return delimiter_of(text, named=named) is not None


def delimiter_of(text: str, *, named: bool) -> str | None:
    """Return what parts the fields of *text*, or ``None`` where it is no table.

    Nearly all rows must have the same number of fields, three at least; prose with commas never has.

    >>> delimiter_of("学校,班额,人数\\n一小,45,900\\n二小,50,1000", named=False)
    ','

    Of several, the one in which the most rows agree: 1,842 between semicolons holds a comma of its own.

    >>> delimiter_of("学校;人数\\n一小;1,842\\n二小;980", named=True)
    ';'
    >>> delimiter_of("一是加大投入，二是补充教师。", named=True) is None
    True
    """
    agreed: dict[str, float] = {}
    for delimiter in _DELIMITERS:
        if delimiter not in text:  # as in nearly all prose: each row would be one field
            continue
        try:
            rows = _split(text[:_HEAD], delimiter)[:_ROWS]
        except csv.Error:
            continue
        if _agree(rows, named=named):
            agreed[delimiter] = max(Counter(map(len, rows)).values()) / len(rows)
    return max(agreed, key=lambda delimiter: agreed[delimiter], default=None)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the rows that hold something."""
    return [[_field(field) for field in row] for row in _split(text, delimiter)]


def _split(text: str, delimiter: str) -> list[list[str]]:
    """Return the rows that hold something, their fields as they stand in the file."""
    rows = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    return [row for row in rows if any(map(_field, row))]


def _field(text: str) -> str:
    kept = _AS_TEXT.fullmatch(text.strip())
    return (kept[1] if kept else text).strip().replace("\r\n", "\n").replace("\r", "\n")


def _agree(rows: list[list[str]], *, named: bool) -> bool:
    if not rows:
        return False
    (width, count), *_ = Counter(map(len, rows)).most_common(1)
    if named:
        return width > 1 and count >= 0.5 * len(rows)
    titles = sum(len(row) == 1 for row in rows[:2])
    if width < _LEAST_FIELDS or count < max(_LEAST_ROWS, 0.9 * (len(rows) - titles)):
        return False
    fields = [_field(field) for row in rows for field in row]
    prose = sum(len(field) > _LONG_FIELD or bool(_PROSE.search(field)) for field in fields)
    return prose <= 0.1 * len(fields)
