"""The files of a 7z archive; needs py7zr (the extra ``archives``).

A 7z archive packs files together in blocks: a damaged or password-protected block costs the files in it.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
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
        names, blocks, count = Names(), _Blocks(entries), Counter(entry.filename for entry in entries)
        placed: list[tuple[Any, str, LoadError | None]] = []
        for entry in entries:
            name, refused = names.place(entry.filename)
            refused = refused or blocks.refusal(entry, limits, room)
            if refused is None and count[entry.filename] > 1:  # the library knows entries by name alone
                refused = LoadError("damaged", "压缩包里有几个同名文件，分不开；请解压后再读取。")
            room.size -= 0 if refused else entry.uncompressed
            placed.append((entry, name, refused))
        contents = _unpack(archive, [entry for entry, _, refused in placed if refused is None])
        for entry, name, refused in placed:
            found = None if refused else contents.take(entry)
            if refused is None and found is None:
                refused = LoadError("damaged", "压缩包已损坏，此文件解不开；请重新下载或重新打包。")
            yield Member(name, found, refused)


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


def _unpack(archive: py7zr.SevenZipFile, entries: Collection[Any]) -> _Memory:
    """Return the contents of *entries*: unpacked all at once, and if that fails block by block."""
    store = _Memory()
    blocks: dict[int, list[Any]] = {}
    for entry in entries:
        blocks.setdefault(id(entry.folder), []).append(entry)
    for group in (entries, *blocks.values()):
        missing = {entry.filename for entry in group if not store.has(entry)}
        if missing:
            try:
                archive.reset()
                archive.extract(targets=missing, factory=store)
            except MemoryError:
                raise
            except Exception:  # what is not whole now is tried again with its block, and then refused
                continue
    return store


class _Memory(WriterFactory):
    """Where the library writes: nowhere but memory."""

    def __init__(self) -> None:
        self._written: dict[str, _Buffer] = {}
        self._whole: set[int] = set()

    def create(self, filename: str) -> Py7zIO:
        """Return the buffer for a file; an earlier one of that name is thrown away."""
        self._written[filename] = _Buffer()
        return self._written[filename]

    def has(self, entry: Any) -> bool:
        """Return whether *entry* was written whole and as its checksum says."""
        if entry.id not in self._whole:
            data = self._bytes(entry)
            if len(data) == entry.uncompressed and (entry.crc32 is None or zlib.crc32(data) == entry.crc32):
                self._whole.add(entry.id)
        return entry.id in self._whole

    def take(self, entry: Any) -> bytes | None:
        """Return the bytes of *entry* and forget them; ``None`` where it is not whole."""
        data = self._bytes(entry) if self.has(entry) else None
        self._written.pop(_key(entry), None)
        return data

    def _bytes(self, entry: Any) -> bytes:
        buffer = self._written.get(_key(entry))
        return buffer.getvalue() if buffer else b""


def _key(entry: Any) -> str:
    return PurePosixPath(entry.filename).as_posix()


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
