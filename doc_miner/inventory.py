"""What is new, changed, moved, stale, failed or gone: the files on disk beside what a dataset knows of them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from doc_miner import __version__
from doc_miner.classify import model_digest
from doc_miner.dataset.store import Known
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits
from doc_miner.loaders.containers import INSIDE, is_system_file
from doc_miner.loaders.ocr_choice import would_differ

_BLOCK = 1 << 20
_OVER_A_LIMIT = ("too_large", "timeout", "memory", "depth", "crash")


@dataclass(frozen=True, slots=True)
class Versions:
    """What a record depends on besides the bytes of its file."""

    miner: str
    lexicon: str
    model: str

    @staticmethod
    def current(lexicon: Lexicon) -> Versions:
        """Return those of this program with *lexicon*."""
        return Versions(__version__, lexicon.digest, model_digest(lexicon))


@dataclass(slots=True)
class Inventory:
    """Files by what is to be done with them (as found on disk), and known paths that are *gone* (as the dataset writes them)."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    """The same bytes, but read by another version, with other lexicons or another model, or for want of a library."""
    same: dict[str, str] = field(default_factory=dict)
    """A path that is new, or whose time has changed, with the bytes of a known document: path to document id."""
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """Documents among the unchanged ones that could not be read: path in the dataset to reason."""
    gone: list[str] = field(default_factory=list)
    entries: dict[str, dict[str, Known]] = field(default_factory=dict)
    """What is known of each file found: of an archive, of all its members."""

    @property
    def to_read(self) -> list[str]:
        """The files that `mine` reads, in the order found."""
        wanted = {*self.new, *self.changed, *self.stale}
        return [file for file in self.entries if file in wanted]


def take_inventory(
    files: Sequence[str], roots: Iterable[Path], known: Mapping[str, Known], remarks: Mapping[str, str], versions: Versions, limits: Limits = DEFAULT
) -> Inventory:
    """Compare *files* (as `find_files` gives them for *roots*) with what a dataset knows. Only files of another size or time are opened.

    *remarks* are the warnings of what was not read, read in part or by OCR, by path. What would be read otherwise now, with a
    library that is there, another choice of OCR or *limits* of the caller's, is stale.
    """
    out = Inventory(entries=dict.fromkeys(files, {}))
    by_path, rest = _by_file(known, files)
    out.entries |= by_path
    by_size: dict[int, list[Known]] = defaultdict(list)
    for path, entry in known.items():
        if INSIDE not in path and entry.sha256 and entry.status != "failed" and _is_current(entry, versions):
            by_size[entry.size].append(entry)
    suffixes = {entry.doc_id: Path(path).suffix.lower() for path, entry in known.items()}
    for file, entries in out.entries.items():
        size, mtime_ns = stat_of(Path(file))
        if entries and all((entry.size, entry.mtime_ns) == (size, mtime_ns) for entry in entries.values()):
            current = all(_is_current(entry, versions) and not _may_differ(path, remarks.get(path, ""), limits) for path, entry in entries.items())
            (out.unchanged if current else out.stale).append(file)
            if current:
                out.failed |= {path: reason_of(remarks.get(path, "[]")) for path, entry in entries.items() if entry.status == "failed"}
            continue
        twin = _twin(file, by_size.get(size, []), suffixes)
        if twin is not None:
            out.same[file] = twin
        elif not entries:
            out.new.append(file)
        else:
            (out.stale if _same_bytes(file, size, entries) else out.changed).append(file)
    out.gone = _gone(rest, roots, files)
    return out


def find_files(paths: Sequence[Path], dataset: Path) -> list[Path]:
    """Return the files under *paths* in a fixed order; raises `SettingsError` for a path that does not exist.

    Hidden system files and the dataset itself are left out; nothing else is. A folder that may not be opened is
    in the list itself, so that it is refused with its reason.
    """
    out: dict[Path, None] = {}
    place = os.path.realpath(dataset)
    own = {place, f"{place}-wal", f"{place}-shm"}
    for path in paths:
        if path.is_dir():
            out |= dict.fromkeys(file for file in sorted(_below(path)) if not is_system_file(file.name) and os.path.realpath(file) not in own)
        elif path.exists() or path.is_symlink():
            out[path] = None
        else:
            raise SettingsError(f"{path}: 没有这个文件或文件夹；请检查路径。")
    return list(out)


def _below(folder: Path) -> list[Path]:
    out: list[Path] = []

    def shut(error: OSError) -> None:
        out.append(Path(error.filename))

    for place, folders, names in os.walk(folder, onerror=shut):
        out += [Path(place, name) for name in names]
        out += [Path(place, name) for name in folders if os.path.islink(os.path.join(place, name))]
    return out


def written_path(path: str) -> str:
    """Return a path as the dataset writes it: a name that is not UTF-8 (from an unpacked archive, on Linux) is read as GB18030."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "/".join(_name(part) for part in path.split("/"))
    return path


def _name(part: str) -> str:
    data = os.fsencode(part)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def stat_of(path: Path) -> tuple[int, int]:
    """Return size in bytes and time of change in nanoseconds; −1 where they cannot be asked."""
    try:
        status = path.stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def reason_of(warnings: str) -> str:
    """Return the messages of a document's warnings, as stored."""
    return "；".join(warning["message"] for warning in json.loads(warnings))


def _is_current(entry: Known, versions: Versions) -> bool:
    return (entry.miner_version, entry.lexicon_digest, entry.model_digest) == (versions.miner, versions.lexicon, versions.model)


def _may_differ(path: str, warnings: str, limits: Limits) -> bool:
    """Return whether a document would be read otherwise now: what was missing may be there, other limits may let it in, OCR may be chosen otherwise."""
    asked = replace(limits, ocr=DEFAULT.ocr, more_time=DEFAULT.more_time) != DEFAULT
    codes = ("not_installed", *_OVER_A_LIMIT) if asked else ("not_installed",)
    return any(f'"{code}"' in warnings for code in codes) or would_differ(path, warnings, limits)


def _by_file(known: Mapping[str, Known], files: Sequence[str]) -> tuple[dict[str, dict[str, Known]], dict[str, Known]]:
    """Return what is known of each of *files*, however its path was written, and what is known of other paths."""
    there = {os.path.abspath(written_path(file)): file for file in files}
    out: dict[str, dict[str, Known]] = {}
    rest: dict[str, Known] = {}
    for path, entry in known.items():
        heads = (path, *(path[: mark.start()] for mark in re.finditer(INSIDE, path)))
        file = next((there[head] for head in map(os.path.abspath, heads) if head in there), None)
        if file is None:
            rest[path] = entry
        else:
            out.setdefault(file, {})[path] = entry
    return out, rest


def _twin(file: str, candidates: Sequence[Known], suffixes: Mapping[str, str]) -> str | None:
    """Return the known document that has the bytes of *file* (and a name of the same kind), or None."""
    candidates = [entry for entry in candidates if suffixes[entry.doc_id] == Path(file).suffix.lower()]
    digest = _sha256(file) if candidates else None
    return next((entry.doc_id for entry in candidates if entry.sha256 == digest), None)


def _same_bytes(file: str, size: int, entries: Mapping[str, Known]) -> bool:
    """Return whether a file has the bytes that were read, though its time is another."""
    read = [entry for path, entry in entries.items() if INSIDE not in path and entry.size == size and entry.sha256]
    return bool(read) and read[0].sha256 == _sha256(file)


def _sha256(file: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with open(file, "rb") as data:
            while block := data.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def _gone(rest: Iterable[str], roots: Iterable[Path], files: Sequence[str]) -> list[str]:
    """Return which known paths lay under *roots* and are not there any more; what lies in a folder that may not be opened is not gone."""
    under = [os.path.abspath(root) for root in roots]
    shut = [os.path.abspath(file) for file in files if is_shut(Path(file))]
    out = []
    for path in rest:
        place = os.path.abspath(path)
        heads = [place, *(place[: mark.start()] for mark in re.finditer(INSIDE, place))]
        if any(_lies_in(place, root) for root in under) and not any(_lies_in(place, one) for one in shut) and not any(map(os.path.lexists, heads)):
            out.append(path)
    return sorted(out)


def is_shut(path: Path) -> bool:
    """Return whether *path* is a folder that may not be opened."""
    return path.is_dir() and not path.is_symlink() and not os.access(path, os.R_OK | os.X_OK)


def _lies_in(place: str, root: str) -> bool:
    return place == root or place.startswith(root.rstrip(os.sep) + os.sep)
