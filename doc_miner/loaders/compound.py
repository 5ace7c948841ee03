"""Read one stream of a compound file (OLE2), the container of the old Office formats, without trusting it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from doc_miner.errors import LoadError

_ENTRY = 128
_LAST_SECTOR = 0xFFFFFFFA
_ROOT, _STREAM = 5, 2
_IN_HEADER = 109


def read_stream(data: bytes, names: Sequence[str]) -> bytes | None:
    """Return the stream called by the first of *names* that is there; names are compared without regard to case.

    Chains that run in circles or out of the file raise `LoadError`.
    """
    try:
        return _File(data).stream(names)
    except (struct.error, IndexError) as error:
        raise damaged() from error


def damaged() -> LoadError:
    """Return the refusal of a broken file."""
    return LoadError("damaged", "文件不完整或已损坏；请用原软件打开并另存后再试，或重新下载。")


class _File:
    def __init__(self, data: bytes) -> None:
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or not 4 <= mini_shift <= 9:
            raise damaged()
        self._data, self._size, self._mini_size = data, 1 << shift, 1 << mini_shift
        self._most = len(data) // self._size + 1
        (self._directory,) = struct.unpack_from("<I", data, 48)
        self._cutoff, self._mini_start = struct.unpack_from("<II", data, 56)
        self._next = [number for sector in self._table_sectors() for number in self._numbers(sector)]

    def stream(self, names: Sequence[str]) -> bytes | None:
        directory = self._chained(self._directory)
        entries = {}
        root = None
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            start, size = struct.unpack_from("<II", directory, at + 116)
            if kind == _ROOT:
                root = start
            elif kind == _STREAM:
                name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
                entries[name.lower()] = (start, size)
        found = next((entries[name.lower()] for name in names if name.lower() in entries), None)
        if found is None:
            return None
        start, size = found
        if size >= self._cutoff or root is None:
            return self._chained(start)[:size]
        return self._mini(start, self._chained(root))[:size]

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        if at >= len(self._data):
            raise damaged()
        return self._data[at : at + self._size]

    def _numbers(self, sector: int) -> Sequence[int]:
        data = self._sector(sector)
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    def _table_sectors(self) -> Iterator[int]:
        """Yield the sectors that hold the table of chains: the first 109 stand in the header, the others in a chain."""
        yield from (number for number in struct.unpack_from(f"<{_IN_HEADER}I", self._data, 76) if number < _LAST_SECTOR)
        (more,) = struct.unpack_from("<I", self._data, 68)
        for _ in range(self._most):
            if more >= _LAST_SECTOR:
                return
            numbers = self._numbers(more)
            yield from (number for number in numbers[:-1] if number < _LAST_SECTOR)
            more = numbers[-1]

    def _chained(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _chain(start, self._next, self._most))

    def _mini(self, start: int, held: bytes) -> bytes:
        table = self._chained(self._mini_start)
        following = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
        size = self._mini_size
        return b"".join(held[number * size : (number + 1) * size] for number in _chain(start, following, len(following)))


def _chain(start: int, following: Sequence[int], most: int) -> Iterator[int]:
    number = start
    for _ in range(most + 1):
        if number >= _LAST_SECTOR:
            return
        yield number
        number = following[number]
    raise damaged()
