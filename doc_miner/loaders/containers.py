"""Archives of files: what is in them, one member at a time, and in the archives inside them.

Nothing is written to disk and no name inside an archive is ever used as a path. Unpacking is
left to a function, so that a process that may be killed can do it (`SafeLoader.unpack`).
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from doc_miner.errors import LoadError
from doc_miner.loaders import read_bytes
from doc_miner.loaders.formats import CONTAINERS
from doc_miner.loaders.limits import MEGABYTE, Limits
from doc_miner.loaders.sniff import detect_format

INSIDE = "!/"
"""Stands in a path between an archive and its member: ``a.zip!/b.zip!/c.txt``."""
_RATIO_MATTERS = 10 * MEGABYTE
_SYSTEM_NAMES = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its bytes, or why they cannot be had. The name '' is the archive itself."""

    name: str
    data: bytes | None = None
    error: LoadError | None = None


@dataclass(slots=True)
class Room:
    """What an archive, with all archives inside it, may still cost."""

    size: int
    entries: int
    seconds: float

    @classmethod
    def of(cls, limits: Limits) -> Room:
        """Return all that *limits* allow one archive."""
        return cls(limits.archive_mb * MEGABYTE, limits.archive_entries, limits.seconds)


Unpack = Callable[[bytes, str, Room], list[Member]]


def is_system_file(name: str) -> bool:
    """Return whether *name* is a file that systems and editors leave behind, never a document."""
    return name in _SYSTEM_NAMES or name.startswith("~$")


def container_kind(data: bytes | None) -> str | None:
    """Return which kind of archive *data* is, or ``None``; a DOCX, though a ZIP, is none."""
    if data is None or data[:2] not in (b"PK", b"7z", b"Ra"):
        return None
    kind = detect_format(data, "")
    return kind if kind in CONTAINERS else None


def members(data: bytes, kind: str, limits: Limits, unpack: Unpack | None = None) -> Iterator[Member]:
    """Yield every file in the archive *data* and in archives inside it, each with its bytes or its refusal.

    *unpack* is `SafeLoader.unpack`; without it archives are unpacked in this process. Raises nothing: an archive that cannot be read is a member with its own name and a reason.
    All of them together keep within the limits of one archive.
    """
    return _walk(data, kind, limits, unpack or _unpack_here(limits), Room.of(limits), 1)


def _walk(data: bytes, kind: str, limits: Limits, unpack: Unpack, room: Room, depth: int) -> Iterator[Member]:
    begun = time.monotonic()
    found = unpack(data, kind, replace(room))
    room.seconds -= time.monotonic() - begun
    room.entries -= len(found)
    room.size -= sum(len(member.data) for member in found if member.data)
    for member in found:
        inner = container_kind(member.data)
        if inner is None or member.data is None:
            yield member
        elif depth >= limits.archive_depth:
            yield Member(member.name, error=LoadError("depth", f"压缩包里套压缩包超过 {limits.archive_depth} 层，不予读取；请先解压。"))
        elif room.seconds <= 0:
            yield Member(member.name, error=LoadError("timeout", f"解压整个压缩包超过 {limits.seconds:g} 秒，未再解压；请拆分后再试。"))
        else:
            for one in _walk(member.data, inner, limits, unpack, room, depth + 1):
                yield replace(one, name=f"{member.name}{INSIDE}{one.name}" if one.name else member.name)


def _unpack_here(limits: Limits) -> Unpack:
    return lambda data, kind, room: list(unpacked(data, kind, limits, room))


def unpacked(data: bytes, kind: str, limits: Limits, room: Room) -> Iterator[Member]:
    """Yield the files of one archive; should it fail half-way, the last member is the archive's own refusal."""
    module, function = _UNPACKERS[kind]
    found = False
    try:
        for member in getattr(import_module(module), function)(data, limits, room):
            found = True
            yield member
        if not found:
            raise LoadError("empty", "压缩包里没有文件。")
    except LoadError as error:
        yield Member("", error=error)
    except ImportError as error:
        advice = '请运行 pip install "doc-miner[archives]" 后再试，或改打包为 ZIP'
        yield Member("", error=LoadError("not_installed", f"读取 {CONTAINERS[kind]}需要的程序库 {error.name} 没有安装；{advice}。"))
    except MemoryError:
        yield Member("", error=LoadError("memory", f"解压时内存不足（上限 {limits.memory_mb} MB）；请解压成文件夹后再试。"))
    except Exception as error:  # the border: no library's exception passes it
        yield Member("", error=damaged(error))


def damaged(error: Exception) -> LoadError:
    """Return the refusal of an archive that its library cannot read."""
    return LoadError("damaged", f"压缩包不完整或已损坏（{type(error).__name__}）；请重新下载或重新打包。")


class Names:
    """Gives each entry of one archive a name of its own that leads nowhere outside."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def place(self, raw: str) -> tuple[str, LoadError | None]:
        """Return the name for a path, and a refusal where *raw* was made to leave its folder."""
        parts = raw.replace("\\", "/").split("/")
        outside = not parts[0] or ".." in parts or _DRIVE.match(parts[0]) is not None
        if outside:
            parts = ["_" if part == ".." else part.replace(":", "_") for part in parts]
        name = "/".join(_CONTROL.sub("\ufffd", part) for part in parts if part not in ("", ".")) or "_"
        while self._seen[name]:
            self._seen[name] += 1
            name = f"{name} ({self._seen[name]})"
        self._seen[name] = 1
        return name, LoadError("traversal", "压缩包给它的路径指向文件夹之外（含 ..、盘符或以 / 开头），可能带有恶意，不予读取；请解压后核对。") if outside else None


def decoded_name(raw: bytes) -> str:
    """Return a name in no stated encoding: it is UTF-8, or GB18030."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def is_left_out(raw: str) -> bool:
    """Return whether an entry is a folder or a system's own file: neither is a document."""
    path = raw.replace("\\", "/")
    return path.endswith("/") or path.startswith("__MACOSX/") or is_system_file(path.rpartition("/")[2])


def refusal(size: int, packed: int, limits: Limits, room: Room) -> LoadError | None:
    """Return why an entry that unpacks to *size* bytes is not unpacked, or ``None``."""
    if size > _RATIO_MATTERS and size > packed * limits.archive_ratio:
        return LoadError("too_large", f"压缩比超过 {limits.archive_ratio} 倍，疑为压缩炸弹，不予解压。")
    if size > limits.file_mb * MEGABYTE:
        return LoadError("too_large", f"解压后有 {size / MEGABYTE:.0f} MB，超过 {limits.file_mb} MB 的上限；请拆分后再试。")
    if size > room.size:
        return LoadError("too_large", f"压缩包解压后总共超过 {limits.archive_mb} MB 的上限，此文件未读；请解压成文件夹后再试。")
    return None


def check_entries(count: int, limits: Limits, room: Room) -> None:
    """Raise `LoadError` where an archive has more entries than there is room for."""
    if count > room.entries:
        raise LoadError("too_large", f"压缩包里有 {count} 项，超过 {limits.archive_entries} 项的上限，不予读取；请解压成文件夹后再试。")


def encrypted() -> LoadError:
    """Return the refusal of what only a password opens."""
    return LoadError("encrypted", "压缩包设有密码；请解压后再读取，或不设密码重新打包。")


def link() -> LoadError:
    """Return the refusal of an entry that points at another file."""
    return LoadError("special", "压缩包里的这一项是链接，不是文件，不予读取。")


def find_member(path: Path, limits: Limits, unpack: Unpack | None = None) -> bytes | None:
    """Return the bytes of ``archive!/member``; ``None`` where *path* names no archive.

    Raises `LoadError` for a member that is not there or cannot be read.
    """
    text = path.as_posix()
    for mark in re.finditer(re.escape(INSIDE), text):
        archive, wanted = Path(text[: mark.start()]), text[mark.end() :]
        if not archive.is_file():
            continue
        data = read_bytes(archive, limits)
        kind = container_kind(data)
        if kind is None:
            return None
        for member in members(data, kind, limits, unpack):
            if member.name in (wanted, ""):
                if member.error is not None or member.data is None:
                    raise member.error or LoadError("empty", "文件是空的。")
                return member.data
        raise LoadError("missing", f"压缩包里没有 {wanted}；请核对名称（文件夹用 / 分隔）。")
    return None


# One line for each kind of archive: the module and the function (data, limits, room) -> members.
_UNPACKERS = {
    "zip": ("doc_miner.loaders.zipped", "files"),
    "7z": ("doc_miner.loaders.sevenzip", "files"),
    "rar": ("doc_miner.loaders.rar", "files"),
}
