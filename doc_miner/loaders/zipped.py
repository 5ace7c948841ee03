"""The files of a ZIP archive: names in whatever encoding they were written, sizes not believed."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator

from doc_miner.errors import LoadError
from doc_miner.loaders.containers import Member, Names, Room, check_entries, damaged, decoded_name, encrypted, is_left_out, link, refusal
from doc_miner.loaders.limits import Limits

_CHUNK = 65_536
_ENCRYPTED, _UTF8 = 0x1, 0x800


def files(data: bytes, limits: Limits, room: Room) -> Iterator[Member]:
    """Yield the files of a ZIP archive in the order of its directory."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise LoadError("damaged", "压缩包不完整或已损坏（目录读不出）；请重新下载或重新打包。") from error
    names = Names()
    with archive:
        entries = archive.infolist()
        check_entries(len(entries), limits, room)
        for info in entries:
            raw = _name(info)
            if not is_left_out(raw):
                name, refused = names.place(raw)
                yield _member(archive, info, name, refused or _refusal(info, limits, room), room)


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name as it was meant: without the UTF-8 mark it is UTF-8 all the same, or GB18030."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    return decoded_name(info.orig_filename.encode("cp437"))  # undoes what zipfile did; every byte has its character there


def _refusal(info: zipfile.ZipInfo, limits: Limits, room: Room) -> LoadError | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return link()
    if info.flag_bits & _ENCRYPTED:
        return encrypted()
    return refusal(info.file_size, info.compress_size, limits, room)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, error: LoadError | None, room: Room) -> Member:
    if error is not None:
        return Member(name, error=error)
    room.size -= info.file_size
    try:
        return Member(name, _unpack(archive, info))
    except NotImplementedError:
        return Member(name, error=LoadError("unsupported", f"压缩方法（{info.compress_type} 号）不能解；请解压后再读取，或改用普通 ZIP 打包。"))
    except MemoryError:
        return Member(name, error=LoadError("memory", "解压时内存不足；请解压成文件夹后再试。"))
    except Exception as fault:  # a broken entry costs itself, whatever its decompressor raises
        return Member(name, error=damaged(fault))


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of an entry: never more than it states, read in pieces lest a false size be decompressed whole."""
    with archive.open(info) as stream:
        return b"".join(iter(lambda: stream.read(_CHUNK), b""))
