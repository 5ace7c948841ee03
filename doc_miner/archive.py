"""Mine an archive of files into a dataset: find the files, leave out what is unchanged, record what fails.

Each file is one transaction's all-or-nothing part; a run that is killed is completed by
running again. An archive of files is read as the documents in it, ``archive.zip!/folder/file``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doc_miner import __version__
from doc_miner.classify import model_digest
from doc_miner.dataset.rows import failed_rows, rows_of
from doc_miner.dataset.store import Known, Store
from doc_miner.engine import Engine
from doc_miner.errors import LoadError, SettingsError
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits, read_bytes
from doc_miner.loaders.containers import INSIDE, Member, container_kind, is_system_file, members
from doc_miner.loaders.ocr_choice import would_differ
from doc_miner.loaders.worker import SafeLoader
from doc_miner.pipeline import Miner
from doc_miner.source import Source, Warning

_BATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """A file to mine."""

    path: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document: its rows by table, and the reason where it was not read."""

    path: str
    rows: dict[str, list[tuple[object, ...]]]
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers, and the failures with their reasons (path, reason). The files in an archive count, the archive does not."""

    found: int
    read: int
    unchanged: int
    failures: tuple[tuple[str, str], ...]
    records: dict[str, int]
    seconds: float


def find_files(paths: Sequence[Path], dataset: Path) -> list[Path]:
    """Return the files under *paths* in a fixed order; raises `SettingsError` for a path that does not exist.

    Hidden system files and the dataset itself are left out; nothing else is.
    """
    out: dict[Path, None] = {}
    place = os.path.realpath(dataset)
    own = {place, f"{place}-wal", f"{place}-shm"}
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if (file.is_symlink() or not file.is_dir()) and not is_system_file(file.name) and os.path.realpath(file) not in own:
                    out[file] = None
        elif path.exists() or path.is_symlink():
            out[path] = None
        else:
            raise SettingsError(f"{path}: 没有这个文件或文件夹；请检查路径。")
    return list(out)


def mine_archive(
    paths: Sequence[Path],
    dataset: Path,
    *,
    lexicon: Lexicon,
    engine: Engine,
    limits: Limits = DEFAULT,
    force: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Summary:
    """Mine the files under *paths* into *dataset* and return the run in numbers.

    *progress* is called with (done, all, path) after each file. A file whose size, time and
    bytes are known and whose lexicons and program version are the same is not read again,
    unless *force*.
    """
    begun = time.monotonic()
    files = [str(file) for file in find_files(paths, dataset)]
    run = _Run()
    with Store(dataset) as store:
        store.describe(lexicon, [written_path(str(path)) for path in paths], datetime.now(UTC).isoformat(timespec="seconds"))
        known, remarks = _by_file(store.known(), [written_path(file) for file in files]), store.remarks()
        tasks = []
        for file in files:
            entries = known.get(written_path(file), {})
            if force or not _is_unchanged(file, entries, remarks, lexicon, limits):
                tasks.append(Task(file))
                continue
            run.leave(entries, remarks)
            if progress:
                progress(run.files, len(files), written_path(file))
        written = time.monotonic()
        for task, outcomes in zip(tasks, engine.map(FileWork(lexicon.folder, limits), tasks), strict=True):
            run.add(outcomes, known.get(written_path(task.path), {}))
            if progress:
                progress(run.files, len(files), written_path(task.path))
            if time.monotonic() - written > _BATCH_SECONDS:
                run.write(store)
                written = time.monotonic()
        run.write(store)
    return run.summary(time.monotonic() - begun)


class _Run:
    """The tally of a run, and what is not yet written."""

    def __init__(self) -> None:
        self.files = self.found = self.unchanged = self.read = 0
        self._failures: list[tuple[str, str]] = []
        self._records: Counter[str] = Counter()
        self._batch: list[Outcome] = []
        self._gone: list[str] = []

    def leave(self, entries: Mapping[str, Known], remarks: Mapping[str, str]) -> None:
        """Count a file that is unchanged, with the documents it holds."""
        self.files += 1
        self.found += len(entries)
        self.unchanged += len(entries)
        self._failures += [(path, _reason(remarks.get(path, "[]"))) for path, entry in entries.items() if entry.status == "failed"]

    def add(self, outcomes: Sequence[Outcome], before: Mapping[str, Known]) -> None:
        """Count a file that was read; what it held *before* and holds no more is to be dropped."""
        self.files += 1
        self.found += len(outcomes)
        self._batch += outcomes
        self._gone += sorted(before.keys() - {outcome.path for outcome in outcomes})
        for outcome in outcomes:
            if outcome.failure is None:
                self.read += 1
                self._records.update({name: len(rows) for name, rows in outcome.rows.items()})
            else:
                self._failures.append((outcome.path, outcome.failure))

    def write(self, store: Store) -> None:
        """Write what waits, in one transaction: an archive is in it whole or not at all."""
        store.write([one.rows for one in self._batch], gone=self._gone)
        self._batch, self._gone = [], []

    def summary(self, seconds: float) -> Summary:
        """Return the run in numbers."""
        return Summary(self.found, self.read, self.unchanged, tuple(self._failures), dict(self._records), seconds)


def _by_file(known: Mapping[str, Known], files: Collection[str]) -> dict[str, dict[str, Known]]:
    """Return what is known of each of *files*: of an archive, of all its members."""
    out: dict[str, dict[str, Known]] = {}
    there = set(files)
    for path, entry in known.items():
        heads = (path[: mark.start()] for mark in re.finditer(INSIDE, path))
        file = path if path in there else next((head for head in heads if head in there), path)
        out.setdefault(file, {})[path] = entry
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


def _is_unchanged(file: str, entries: Mapping[str, Known], remarks: Mapping[str, str], lexicon: Lexicon, limits: Limits) -> bool:
    """Return whether reading *file* again would give what is known; a library that was missing may be there now, and OCR chosen otherwise."""
    size = _size(Path(file))
    return bool(entries) and all(
        (entry.miner_version, entry.lexicon_digest, entry.model_digest, entry.size, entry.mtime_ns)
        == (__version__, lexicon.digest, model_digest(lexicon), size["size"], size["mtime_ns"])
        and '"not_installed"' not in remarks.get(path, "")
        and not would_differ(path, remarks.get(path, ""), limits)
        for path, entry in entries.items()
    )


def _reason(warnings: str) -> str:
    return "；".join(warning["message"] for warning in json.loads(warnings))


class FileWork:
    """Mines one file; made once in each process that works. Picklable: it holds settings, and builds the rest when first called."""

    def __init__(self, lexicons: Path, limits: Limits) -> None:
        self.lexicons, self.limits = lexicons, limits
        self._miner: Miner | None = None
        self._loader: SafeLoader | None = None

    def __getstate__(self) -> tuple[Path, Limits]:
        return self.lexicons, self.limits

    def __setstate__(self, state: tuple[Path, Limits]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def __call__(self, task: Task) -> list[Outcome]:
        """Return the rows of one file, or of its refusal; of an archive those of every file in it."""
        if self._miner is None or self._loader is None:
            self._miner, self._loader = Miner(Lexicon.load(self.lexicons)), SafeLoader(self.limits)
        loader, path, written = self._loader, Path(task.path), written_path(task.path)
        common = self._common(path)
        try:
            data = read_bytes(path, self.limits)
        except LoadError as error:
            return [self._refused(written, None, Warning(error.code, error.message), common)]
        kind = container_kind(data)
        if kind is None:
            sha256 = hashlib.sha256(data).hexdigest()
            del data  # it is read again, in the child
            return [self._outcome(written, sha256, lambda: loader.load(path), common)]
        return [
            self._member(f"{written}{INSIDE}{member.name}" if member.name else written, member, common)
            for member in members(data, kind, self.limits, loader.unpack)
        ]

    def _common(self, path: Path) -> dict[str, object]:
        assert self._miner is not None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return {"mined_at": now, "miner_version": __version__, "lexicon_digest": self._miner.lexicon.digest, "model_digest": model_digest(self._miner.lexicon), **_size(path)}

    def _member(self, path: str, member: Member, common: dict[str, object]) -> Outcome:
        data, loader = member.data, self._loader
        assert loader is not None
        if member.error is not None or data is None:
            error = member.error or LoadError("empty", "文件是空的。")
            return self._refused(path, None, Warning(error.code, error.message), common)
        sha256 = hashlib.sha256(data).hexdigest()
        return self._outcome(path, sha256, lambda: loader.load_bytes(data, member.name), common)

    def _outcome(self, path: str, sha256: str, load: Callable[[], Source], common: dict[str, object]) -> Outcome:
        """Return the rows of the document that *load* gives, or of its refusal."""
        assert self._miner is not None
        try:
            report = self._miner.mine_source(load(), path=path, sha256=sha256)
        except LoadError as error:
            return self._refused(path, None, Warning(error.code, error.message), common)
        except OSError as error:
            return self._refused(path, None, Warning("unreadable", f"读取时出错（{error.strerror}）；请检查文件和磁盘。"), common)
        except (RecursionError, MemoryError, ValueError, IndexError, KeyError, AttributeError, TypeError, AssertionError) as error:
            # A fault of ours costs this document alone; it is recorded with enough to report it.
            return self._refused(path, sha256, Warning("internal", f"程序内部错误（{type(error).__name__}: {error}）；请把该文件和此信息报告给维护者。"), common)
        return Outcome(path, dict(rows_of(report, **common)))  # type: ignore[arg-type]

    @staticmethod
    def _refused(path: str, sha256: str | None, warning: Warning, common: dict[str, object]) -> Outcome:
        doc_id = "x" + hashlib.sha256(path.encode()).hexdigest()[:15]
        return Outcome(path, dict(failed_rows(doc_id, path, sha256, warning, **common)), warning.message)  # type: ignore[arg-type]

    def close(self) -> None:
        """End the child process that reads files."""
        if self._loader is not None:
            self._loader.close()


def _size(path: Path) -> dict[str, int]:
    try:
        status = path.stat()
    except OSError:
        return {"size": -1, "mtime_ns": -1}
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
