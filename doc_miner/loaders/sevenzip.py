"""The files of a 7z archive; needs py7zr (the extra ``archives``).

A 7z archive packs files together in blocks: a damaged or password-protected block costs the files in it.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Collection, Iterator
from typing import Any

import py7zr
from py7zr.exceptions import PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from doc_miner.errors import LoadError
from doc_miner.loaders.containers import Member, Names, Room, check_entries, damaged, encrypted, is_left_out, link, refusal
from doc_miner.loaders.limits import Limits

_AES = b"\x06\xf1\x07\x01"


def files(data: bytes, limits: Limits, room: Room) -> Iterator[Member]:
    """Yield the files of a 7z archive in its own order."""
    try:
        archive = py7zr.SevenZipFile(io.BytesIO(data))
    except PasswordRequired as error:
        raise encrypted() from error
    except Exception as error:
        raise damaged(error) from error
    with archive:
        check_entries(len(archive.files), limits, room)
        entries = [entry for entry in archive.files if not entry.is_directory and not is_left_out(entry.filename)]
        names, blocks = Names(), _Blocks(entries)
        placed: list[tuple[Any, str, LoadError | None]] = []
        for entry in entries:
            name, error = names.place(entry.filename)
            # The library knows entries by name alone: of two with one name neither can be had for sure.
            twice = LoadError("damaged", "压缩包里有几个同名文件，分不开；请解压后再读取。") if name != entry.filename and not error else None
            error = error or blocks.refusal(entry, limits, room) or twice
            room.size -= 0 if error else entry.uncompressed
            placed.append((entry, name, error))
        contents = _unpack(archive, [entry for entry, _, error in placed if error is None])
        for entry, name, error in placed:
            found = contents.get(entry.filename)
            if error is None and not _is_whole(entry, found):
                error = LoadError("damaged", "压缩包已损坏，此文件解不开；请重新下载或重新打包。")
            yield Member(name, error=error) if error else Member(name, found)


class _Blocks:
    """What is known of each block: packed and unpacked size, and whether a password closes it."""

    def __init__(self, entries: Collection[Any]) -> None:
        self._packed: dict[int, int] = {}
        self._size: dict[int, int] = {}
        for entry in entries:
            block = id(entry.folder)
            self._packed[block] = max(self._packed.get(block, 0), entry.compressed or 0)
            self._size[block] = self._size.get(block, 0) + entry.uncompressed

    def refusal(self, entry: Any, limits: Limits, room: Room) -> LoadError | None:
        """Return why *entry* is not unpacked, or ``None``."""
        if entry.is_symlink or entry.is_junction or entry.is_socket:
            return link()
        if entry.folder is None:
            return None
        if any(coder["method"] == _AES for coder in entry.folder.coders):
            return encrypted()
        block = id(entry.folder)
        # The ratio of a member is that of its block: inside it nothing is packed apart.
        share = self._packed[block] * entry.uncompressed // max(1, self._size[block])
        return refusal(entry.uncompressed, share, limits, room)


def _unpack(archive: py7zr.SevenZipFile, entries: Collection[Any]) -> dict[str, bytes]:
    """Return the bytes of *entries* by name: all at once, and if that fails block by block."""
    store = _Memory()
    blocks: dict[int, list[Any]] = {}
    for entry in entries:
        blocks.setdefault(id(entry.folder), []).append(entry)
    for group in (entries, *blocks.values()):
        missing = {entry.filename for entry in group if not _is_whole(entry, store.contents().get(entry.filename))}
        if missing:
            try:
                archive.reset()
                archive.extract(targets=missing, factory=store)
            except MemoryError:
                raise
            except Exception:  # noqa: S112 - what is not whole now is tried again by its block, then refused
                continue
    return store.contents()


def _is_whole(entry: Any, data: bytes | None) -> bool:
    if data is None or len(data) != entry.uncompressed:
        return entry.uncompressed == 0 and not data
    return entry.crc32 is None or zlib.crc32(data) == entry.crc32


class _Memory(WriterFactory):
    """Where the library writes: nowhere but memory."""

    def __init__(self) -> None:
        self._written: dict[str, _Buffer] = {}

    def create(self, filename: str) -> Py7zIO:
        """Return the buffer for a file; an earlier one of that name is thrown away."""
        self._written[filename] = _Buffer()
        return self._written[filename]

    def contents(self) -> dict[str, bytes]:
        """Return what was written, by name."""
        return {name: buffer.getvalue() for name, buffer in self._written.items()}


class _Buffer(Py7zIO):
    """Bytes in memory with the interface that the library asks for."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()

    def getvalue(self) -> bytes:
        """Return all that was written."""
        return self._bytes.getvalue()

    def write(self, s: bytes | bytearray) -> int:
        """Append bytes."""
        return self._bytes.write(s)

    def read(self, size: int | None = None) -> bytes:
        """Return bytes from the current place."""
        return self._bytes.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move the current place."""
        return self._bytes.seek(offset, whence)

    def flush(self) -> None:
        """Do nothing: there is no file."""

    def size(self) -> int:
        """Return how many bytes there are."""
        return self._bytes.getbuffer().nbytes
