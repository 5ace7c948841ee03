"""Mine an archive of files into a dataset: find the files, leave out what is unchanged, record what fails.

Each file is one transaction's all-or-nothing part; a run that is killed is completed by
running again. An archive of files is read as the documents in it, ``archive.zip!/folder/file``.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doc_miner.dataset.reviews import Unfit, unfit
from doc_miner.dataset.rows import failed_rows, names, rows_of
from doc_miner.dataset.store import Store
from doc_miner.engine import Engine
from doc_miner.errors import LoadError
from doc_miner.inventory import Inventory, Versions, find_files, is_shut, reason_of, stat_of, take_inventory, written_path
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits, read_bytes
from doc_miner.loaders.containers import INSIDE, Member, container_kind, members
from doc_miner.loaders.office import batches
from doc_miner.loaders.worker import SafeLoader
from doc_miner.pipeline import Miner
from doc_miner.source import Source, Warning

__all__ = ["FileWork", "Outcome", "Summary", "Task", "find_files", "mine_archive", "written_path"]

_BATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """Files to mine together: one, or some that LibreOffice converts in one go."""

    paths: tuple[str, ...]


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
    """Rows written by table; the same bytes under two paths count once."""
    seconds: float
    moved: int = 0
    """Files moved, renamed or copied: bytes that were known."""
    gone: tuple[str, ...] = ()
    """Paths in the dataset whose files are not there any more; their documents were kept."""
    pruned: tuple[str, ...] = ()
    """Paths that were dropped, by *prune*."""
    reviewed: tuple[str, ...] = ()
    """Paths that *prune* kept, because readers have reviewed their documents."""
    unfit: tuple[Unfit, ...] = ()
    """Reviews that fit no more."""


def mine_archive(
    paths: Sequence[Path],
    dataset: Path,
    *,
    lexicon: Lexicon,
    engine: Engine,
    limits: Limits = DEFAULT,
    force: bool = False,
    prune: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Summary:
    """Mine the files under *paths* into *dataset* and return the run in numbers.

    *progress* is called with (done, all, path) after each file. A file whose size, time and
    bytes are known and whose lexicons, model and program version are the same is not read again,
    unless *force*; nor is one that was moved or renamed; with *limits* of the caller's, what was
    refused as too much is tried again. Documents whose files are gone from *paths* are kept, or
    dropped with *prune* unless they have reviews.
    """
    begun = time.monotonic()
    files = [str(file) for file in find_files(paths, dataset)]
    with Store(dataset) as store:
        store.describe(lexicon, [written_path(str(path)) for path in paths], datetime.now(UTC).isoformat(timespec="seconds"))
        remarks = store.remarks()
        there = take_inventory(files, paths, store.known(), remarks, Versions.current(lexicon), limits)
        run = _Run(store, there, len(files), progress)
        tasks = [Task(tuple(batch)) for batch in batches(files if force else there.to_read, _head, lambda file: stat_of(Path(file))[0])]
        if not force:
            run.leave(remarks)
        results = engine.map(FileWork(lexicon.folder, limits), tasks)
        try:
            for task, outcomes in zip(tasks, results, strict=True):
                run.add(task.paths, outcomes)
        finally:
            results.close()  # ends the engine's processes first
            run.write()  # what was read is not lost, whatever stops the run
        run.sweep(prune)
        return run.summary(time.monotonic() - begun)


class _Run:
    """The tally of a run, and what is not yet written."""

    def __init__(self, store: Store, there: Inventory, files: int, progress: Callable[[int, int, str], None] | None) -> None:
        self._store, self._there, self._files, self._progress = store, there, files, progress
        self._done = self._found = self._unchanged = self._read = self._moved = 0
        self._failures: list[tuple[str, str]] = []
        self._records: Counter[str] = Counter()
        self._counted: set[object] = set()
        self._batch: list[Outcome] = []
        self._dropped: list[str] = []
        self._written = time.monotonic()
        self._gone: list[str] = []
        self._pruned: list[str] = []
        self._reviewed: list[str] = []

    def leave(self, remarks: Mapping[str, str]) -> None:
        """Count the files that need not be read; a known document at a new place gets its path."""
        for file in self._there.unchanged:
            entries = self._there.entries[file]
            self._found += len(entries)
            self._unchanged += len(entries)
            self._failures += [(path, reason_of(remarks.get(path, "[]"))) for path, entry in entries.items() if entry.status == "failed"]
            self._tell(file)
        for file, doc_id in self._there.same.items():
            entries = self._there.entries[file]
            self._found += 1
            self._unchanged += bool(entries)
            self._moved += not entries
            self._tell(file)
            self._store.place(doc_id, written_path(file), *stat_of(Path(file)), instead_of=entries.keys())

    def add(self, files: Sequence[str], outcomes: Sequence[Outcome]) -> None:
        """Count files that were read; what they held before and hold no more is to be dropped."""
        self._found += len(outcomes)
        self._batch += outcomes
        self._dropped += sorted({path for file in files for path in self._there.entries[file]} - {outcome.path for outcome in outcomes})
        for outcome in outcomes:
            if outcome.failure is None:
                self._read += 1
                self._count(outcome)
            else:
                self._failures.append((outcome.path, outcome.failure))
        for file in files:
            self._tell(file)
        if time.monotonic() - self._written > _BATCH_SECONDS:
            self.write()

    def _count(self, outcome: Outcome) -> None:
        doc_id = outcome.rows["documents"][0][names("documents").index("doc_id")]
        self._records["files"] += len(outcome.rows["files"])
        if doc_id not in self._counted:
            self._counted.add(doc_id)
            self._records.update({name: len(rows) for name, rows in outcome.rows.items() if name != "files"})

    def _tell(self, file: str) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._files, written_path(file))

    def write(self) -> None:
        """Write what waits, in one transaction: an archive is in it whole or not at all."""
        if self._batch or self._dropped:
            self._store.write([one.rows for one in self._batch], gone=self._dropped)
        self._batch, self._dropped, self._written = [], [], time.monotonic()

    def sweep(self, prune: bool) -> None:
        """Forget paths that are gone where the document is at another place, and with *prune* where it has no reviews; keep the others."""
        gone = self._there.gone
        moved = self._store.also_elsewhere(gone)
        self._reviewed = self._store.reviewed(one for one in gone if one not in moved) if prune else []
        self._pruned = [one for one in gone if one not in moved and one not in self._reviewed] if prune else []
        self._gone = [] if prune else [one for one in gone if one not in moved]
        if moved or self._pruned:
            self._store.write([], gone=[*moved, *self._pruned])

    def summary(self, seconds: float) -> Summary:
        """Return the run in numbers."""
        return Summary(
            self._found, self._read, self._unchanged, tuple(self._failures), dict(self._records), seconds,
            self._moved, tuple(self._gone), tuple(self._pruned), tuple(self._reviewed), tuple(unfit(self._store.db)),
        )  # fmt: skip


class FileWork:
    """Mines files; made once in each process that works. Picklable: it holds settings, and builds the rest when first called."""

    def __init__(self, lexicons: Path, limits: Limits) -> None:
        self.lexicons, self.limits = lexicons, limits
        self._miner: Miner | None = None
        self._loader: SafeLoader | None = None
        self._versions: Versions | None = None

    def __getstate__(self) -> tuple[Path, Limits]:
        return self.lexicons, self.limits

    def __setstate__(self, state: tuple[Path, Limits]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def __call__(self, task: Task) -> list[Outcome]:
        """Return the rows of each file, or of its refusal; of an archive those of every file in it."""
        if self._miner is None or self._loader is None:
            self._miner, self._loader = Miner(Lexicon.load(self.lexicons)), SafeLoader(self.limits)
            self._versions = Versions.current(self._miner.lexicon)
        loader, paths = self._loader, [Path(path) for path in task.paths]
        if len(paths) > 1:
            loader.prepare([(data, path.name) for path in paths if (data := _bytes(path, self.limits)) is not None])
        return [outcome for path in paths for outcome in self._file(path, loader)]

    def _file(self, path: Path, loader: SafeLoader) -> list[Outcome]:
        common, written = self._common(path), written_path(str(path))
        try:
            if is_shut(path):
                raise LoadError("unreadable", "没有打开这个文件夹的权限；请检查文件夹的权限设置。")
            data = read_bytes(path, self.limits)
        except LoadError as error:
            return [self._refused(written, None, Warning(error.code, error.message), common)]
        kind = container_kind(data)
        if kind is None:
            sha256 = hashlib.sha256(data).hexdigest()
            del data  # it is read again, in the child
            return [self._outcome(written, sha256, lambda: loader.load(path), common)]
        found = []
        for batch in batches(members(data, kind, self.limits, loader.unpack), lambda one: (one.data or b"")[:8], lambda one: len(one.data or b"")):
            if len(batch) > 1:
                loader.prepare([(member.data, member.name) for member in batch if member.data])
            found += [self._member(f"{written}{INSIDE}{member.name}" if member.name else written, member, common) for member in batch]
        return found

    def _common(self, path: Path) -> dict[str, object]:
        assert self._versions is not None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        size, mtime_ns = stat_of(path)
        versions = self._versions
        return {"mined_at": now, "miner_version": versions.miner, "lexicon_digest": versions.lexicon, "model_digest": versions.model, "size": size, "mtime_ns": mtime_ns}

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

    def lost(self, task: Task) -> list[Outcome]:
        """Return the refusal of a file on which a worker process died twice."""
        self._versions = self._versions or Versions.current(Lexicon.load(self.lexicons))
        message = "处理这个文件时进程两次意外结束（可能内存不足或程序库崩溃），已跳过；请把该文件报告给维护者，或加 --force 重试。"
        return [self._refused(written_path(task.path), None, Warning("killed", message), self._common(Path(task.path)))]

    def close(self) -> None:
        """End the child process that reads files."""
        if self._loader is not None:
            self._loader.close()


def _head(file: str) -> bytes:
    """Return the first bytes of a file, none where it cannot be read: the refusal is for the loader."""
    try:
        if not os.path.isfile(file):  # a pipe would wait for ever
            return b""
        with open(file, "rb") as stream:
            return stream.read(8)
    except (OSError, ValueError):
        return b""


def _bytes(path: Path, limits: Limits) -> bytes | None:
    try:
        return read_bytes(path, limits)
    except LoadError:
        return None
