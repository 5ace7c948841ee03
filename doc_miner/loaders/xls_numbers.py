"""Find the numbers of an Excel 97–2003 workbook with the formats their cells show them in.

The library that reads the texts gives 0.986 for 98.6%; formats and numbers are plain records
of the file, and are read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from doc_miner.errors import LoadError
from doc_miner.loaders.cell_formats import BUILT_IN, shown
from doc_miner.loaders.compound import damaged

_BOF, _EOF, _FILEPASS, _DATEMODE, _SHEET, _XF = 0x809, 0x0A, 0x2F, 0x22, 0x85, 0xE0
_FORMAT_8, _FORMAT_5 = 0x41E, 0x1E
_NUMBER, _RK, _MANY_RK, _FORMULA, _ROW = 0x203, 0x27E, 0xBD, 0x06, 0x208
_CELLS = (_NUMBER, _RK, _MANY_RK, _FORMULA, 0xFD, 0x204, 0xD6, 0x205)
"""Records of cells that hold something; the last four are texts, truth values and errors."""
_BLANK, _MANY_BLANK, _STRINGS = 0x201, 0xBE, 0xFC
_DIMENSIONS = 0x200
_MOST_ROWS, _MOST_COLUMNS = 65_536, 256
_WORKSHEET = 0
_MOST_FRAMED = 500_000
_NOT_A_NUMBER = b"\xff\xff"

Place = tuple[int, int]


@dataclass(slots=True)
class SheetNumbers:
    """The numbers of a sheet as shown, its cells that are framed but empty, its size, its hidden rows."""

    numbers: dict[Place, str] = field(default_factory=dict)
    framed: list[Place] = field(default_factory=list)
    height: int = 0
    width: int = 0
    hidden_rows: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Globals:
    formats: dict[int, str] = field(default_factory=lambda: dict(BUILT_IN))
    styles: list[int] = field(default_factory=list)
    framed: list[bool] = field(default_factory=list)
    sheets: list[int] = field(default_factory=list)
    since_1904: bool = False

    def shown(self, value: float, style: int) -> str:
        number = self.styles[style] if style < len(self.styles) else 0
        return shown(value, self.formats.get(number, "General") or "General", since_1904=self.since_1904)


def read_numbers(stream: bytes) -> list[SheetNumbers]:
    """Return what *stream*, the workbook, holds of numbers, worksheet by worksheet; raise `LoadError` for one with a password."""
    book = _globals(stream)
    return [_sheet(stream, at, book) for at in book.sheets]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of the substream that begins at *at*; charts inside it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + size]
        if depth <= 0:
            return
        at += 4 + size


def _globals(stream: bytes) -> _Globals:
    book = _Globals()
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise LoadError("encrypted", "文件设有打开密码；请去掉密码后再试。")
        if kind == _STRINGS and len(body) >= 8 and struct.unpack_from("<I", body, 4)[0] > len(stream):
            raise damaged()  # the library would make room for as many strings as the file says it has
        if kind == _DATEMODE:
            book.since_1904 = body[:1] == b"\1"
        elif kind == _SHEET and len(body) > 6 and body[5] == _WORKSHEET:
            book.sheets.append(struct.unpack_from("<I", body)[0])
        elif kind == _XF and len(body) >= 4:
            book.styles.append(struct.unpack_from("<H", body, 2)[0])
            book.framed.append(len(body) >= 20 and body[10:12] != b"\0\0")
        elif kind in (_FORMAT_8, _FORMAT_5) and len(body) > 2:
            book.formats[struct.unpack_from("<H", body)[0]] = _code(kind, body)
    return book


def _code(kind: int, body: bytes) -> str:
    if len(body) < 5 or body[2] == len(body) - 3:  # Excel 95: one byte of length, one a character
        return body[3:].decode("gb18030", errors="replace")
    length, wide = struct.unpack_from("<HB", body, 2)
    return body[5 : 5 + 2 * length].decode("utf-16-le", errors="replace") if wide & 1 else body[5 : 5 + length].decode("latin-1")


def _sheet(stream: bytes, at: int, book: _Globals) -> SheetNumbers:
    found = SheetNumbers()
    for kind, body in _records(stream, at):
        if kind == _ROW and len(body) >= 16:
            if struct.unpack_from("<I", body, 12)[0] & 0x20:
                found.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _DIMENSIONS and len(body) >= 10:
            _believe(found, body)
        elif kind in _CELLS and len(body) >= 6:
            row, column, style = struct.unpack_from("<HHH", body)
            for index, value, own in _values(kind, body, style):
                found.numbers[row, column + index] = book.shown(value, own)
            last = column + ((len(body) - 6) // 6 - 1 if kind == _MANY_RK else 0)
            found.height, found.width = max(found.height, row + 1), max(found.width, last + 1)
        elif kind in (_BLANK, _MANY_BLANK) and len(body) >= 6 and len(found.framed) < _MOST_FRAMED:
            row, column = struct.unpack_from("<HH", body)
            styles = struct.unpack_from(f"<{(len(body) - 4 if kind == _BLANK else len(body) - 6) // 2}H", body, 4)
            found.framed += [(row, column + index) for index, style in enumerate(styles) if style < len(book.framed) and book.framed[style]]
    return found


def _believe(sheet: SheetNumbers, body: bytes) -> None:
    """Take over the size that a sheet states: the library makes room for it, be it true or not."""
    _, low, _, right = struct.unpack_from("<IIHH" if len(body) >= 12 else "<HHHH", body)
    if low > _MOST_ROWS or right > _MOST_COLUMNS:
        raise damaged()
    sheet.height, sheet.width = max(sheet.height, low), max(sheet.width, right)


def _values(kind: int, body: bytes, style: int) -> Iterator[tuple[int, float, int]]:
    """Yield (place in the record, number, style) of the numbers in a record of cells."""
    if kind == _MANY_RK:
        for index in range((len(body) - 6) // 6):
            own, packed = struct.unpack_from("<HI", body, 4 + 6 * index)
            yield index, _unpacked(packed), own
    elif kind == _RK and len(body) >= 10:
        yield 0, _unpacked(struct.unpack_from("<I", body, 6)[0]), style
    elif len(body) >= 14 and (kind == _NUMBER or (kind == _FORMULA and body[12:14] != _NOT_A_NUMBER)):
        yield 0, struct.unpack_from("<d", body, 6)[0], style


def _unpacked(packed: int) -> float:
    """Return a number of 30 bits: an integer or the upper half of a double, perhaps in hundredths."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value
