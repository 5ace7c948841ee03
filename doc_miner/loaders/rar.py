"""The files of a RAR archive; needs rarfile (the extra ``archives``), and for packed files a program that unpacks RAR.

rarfile reads the directory and files that are stored as they are. What is packed only unar, UnRAR, 7-Zip or bsdtar
can unpack: all files in one go, and those that come out wrong one by one. They write to a pipe, never to the disk.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from tempfile import NamedTemporaryFile
from typing import Any

import rarfile

from doc_miner.errors import LoadError
from doc_miner.loaders.containers import Member, Names, Room, check_entries, damaged, decoded_name, encrypted, is_left_out, link, refusal
from doc_miner.loaders.limits import Limits

_PLACES = {
    "UNRAR_TOOL": ("C:/Program Files/WinRAR/UnRAR.exe", "C:/Program Files (x86)/WinRAR/UnRAR.exe"),
    "SEVENZIP_TOOL": ("C:/Program Files/7-Zip/7z.exe", "C:/Program Files (x86)/7-Zip/7z.exe"),
    "BSDTAR_TOOL": ("C:/Windows/System32/tar.exe",),  # Windows and macOS bring bsdtar with them
}
_COPIES = (rarfile.RAR5_XREDIR_FILE_COPY, rarfile.RAR5_XREDIR_HARD_LINK)
"""Entries that are another file once more, and hold nothing themselves."""


def files(data: bytes, limits: Limits, room: Room) -> Iterator[Member]:
    """Yield the files of a RAR archive in its own order."""
    archive = _opened(data)
    fault = archive.strerror()
    all_entries = archive.infolist()
    if archive.needs_password() and not all_entries:
        raise encrypted()
    check_entries(len(all_entries), limits, room)
    entries = [entry for entry in all_entries if not entry.is_dir() and not is_left_out(_name(entry))]
    names, count, share = Names(), Counter(entry.filename for entry in entries), _Shares(archive)
    placed: list[tuple[Any, str, LoadError | None]] = []
    for entry in entries:
        name, refused = names.place(_name(entry))
        refused = refused or _refusal(entry) or refusal(entry.file_size, share.packed(entry), limits, room)
        if refused is None and count[entry.filename] > 1:  # the library knows entries by name alone
            refused = LoadError("damaged", "压缩包里有几个同名文件，分不开；请解压后再读取。")
        room.size -= 0 if refused else entry.file_size
        placed.append((entry, name, refused))
    contents = _Contents(archive, data, [entry for entry, _, refused in placed if refused is None])
    for entry, name, refused in placed:
        yield Member(name, error=refused) if refused else contents.member(entry, name)
    if fault and not any(_is_volume(entry) for entry in entries):
        raise LoadError("damaged", "压缩包不完整或已损坏，后面的文件没有读到；请重新下载或重新打包。")


def _opened(data: bytes) -> Any:
    try:
        return rarfile.RarFile(io.BytesIO(data))
    except rarfile.NeedFirstVolume as error:
        raise _volume() from error
    except rarfile.RarCannotExec as error:
        raise _no_program() from error
    except (rarfile.PasswordRequired, rarfile.RarWrongPassword) as error:
        raise encrypted() from error
    except rarfile.Error as error:
        raise damaged(error) from error


def _name(entry: Any) -> str:
    """Return the name as it was meant: names of the older format without a mark of Unicode are UTF-8, or GB18030."""
    if isinstance(entry, rarfile.Rar3Info) and not entry.flags & rarfile.RAR_FILE_UNICODE:
        return decoded_name(entry.orig_filename)
    return str(entry.filename)


def _refusal(entry: Any) -> LoadError | None:
    if entry.is_symlink() or (entry.file_redir and entry.file_redir[0] not in _COPIES):
        return link()
    if entry.needs_password():
        return encrypted()
    return _volume() if _is_volume(entry) else None


def _is_volume(entry: Any) -> bool:
    return bool(entry.flags & (rarfile.RAR_FILE_SPLIT_BEFORE | rarfile.RAR_FILE_SPLIT_AFTER))


class _Shares:
    """The packed size of an entry; in a solid archive, where files are packed as one, its share of the whole."""

    def __init__(self, archive: Any) -> None:
        self._solid = archive.is_solid()
        self._packed = sum(entry.compress_size for entry in archive.infolist())
        self._size = max(1, sum(entry.file_size for entry in archive.infolist()))

    def packed(self, entry: Any) -> int:
        """Return the packed size of *entry* in bytes."""
        if entry.file_redir:
            return int(entry.file_size)
        return int(self._packed * entry.file_size // self._size if self._solid else entry.compress_size)


class _Contents:
    """The bytes of the entries that are to be read."""

    def __init__(self, archive: Any, data: bytes, entries: Sequence[Any]) -> None:
        self._archive = archive
        self._made: dict[str, bytes] = {}
        packed = [entry for entry in entries if entry.compress_type != rarfile.RAR_M0]
        self._tool = _tool() if packed else None
        if self._tool is not None and len(packed) > 1 and all(entry in entries for entry in archive.infolist() if _comes_out(entry)):
            self._made = _all_at_once(self._tool, data, [entry for entry in archive.infolist() if _comes_out(entry)])

    def member(self, entry: Any, name: str) -> Member:
        """Return *entry* with its bytes, or with the reason why there are none."""
        if entry.filename in self._made:
            return Member(name, self._made.pop(entry.filename))
        if self._tool is None and entry.compress_type != rarfile.RAR_M0:
            return Member(name, error=_no_program())
        try:
            return Member(name, self._archive.read(entry))
        except MemoryError:
            raise
        except Exception as error:  # a broken entry costs itself, whatever its decompressor raises
            return Member(name, error=damaged(error))


def _comes_out(entry: Any) -> bool:
    return not (entry.is_dir() or entry.is_symlink() or entry.file_redir or entry.needs_password())


def _all_at_once(tool: Any, data: bytes, entries: Sequence[Any]) -> dict[str, bytes]:
    """Return the bytes of *entries*, which a program writes one after another, up to the first that its checksum does not fit."""
    made: dict[str, bytes] = {}
    with NamedTemporaryFile(suffix=".rar", delete=False) as copy:
        copy.write(data)
    try:
        command = tool.open_cmdline(None, copy.name)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            for entry in entries:
                found = process.stdout.read(entry.file_size)
                if len(found) != entry.file_size or entry.CRC is None or zlib.crc32(found) != entry.CRC:
                    break
                made[entry.filename] = found
            process.kill()
    finally:
        os.unlink(copy.name)
    return made


def _tool() -> Any | None:
    """Return the program that unpacks, as rarfile describes it: one on the PATH or in a usual place; ``None`` where there is none."""
    for name, places in _PLACES.items():
        if shutil.which(getattr(rarfile, name)) is None:
            setattr(rarfile, name, next((place for place in places if os.path.isfile(place)), getattr(rarfile, name)))
    try:
        return rarfile.tool_setup()
    except rarfile.RarCannotExec:
        return None


def _volume() -> LoadError:
    return LoadError("unsupported", "这是分卷压缩包的一卷，单独不能读取；请把各卷放在一起解压后再试。")


def _no_program() -> LoadError:
    return LoadError("not_installed", "解开 RAR 压缩包需要 unar、UnRAR、7-Zip 或 bsdtar 中的一个程序，本机没有找到；请安装后再试，或改打包为 ZIP。")
