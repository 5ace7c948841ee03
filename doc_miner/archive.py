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
from doc_miner.dataset.rows import names
from doc_miner.dataset.store import Store
from doc_miner.engine import Engine
from doc_miner.errors import SettingsError
from doc_miner.filework import FileWork, Outcome, Task
from doc_miner.inventory import Inventory, Versions, find_files, reason_of, stat_of, take_inventory, written_path
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits
from doc_miner.loaders.office import batches
from doc_miner.parts import Parts, PartWork

__all__ = ["FileWork", "Outcome", "Summary", "Task", "find_files", "mine_archive", "written_path"]

_BATCH_SECONDS = 0.5


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
    paths: Sequence[Path | str],
    dataset: Path,
    *,
    lexicon: Lexicon,
    engine: Engine,
    limits: Limits = DEFAULT,
    force: bool = False,
    prune: bool = False,
    shard: tuple[int, int] = (1, 1),
    parts: Parts | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Summary:
    """Mine the files under *paths* (a URL as text) into *dataset* and return the run in numbers.

    *progress* is called with (done, all, path) after each file. A file whose size, time and
    bytes are known and whose lexicons, model and program version are the same is not read again,
    unless *force*; nor is one that was moved or renamed; with *limits* of the caller's, what was
    refused as too much is tried again. Documents whose files are gone from *paths* are kept, or
    dropped with *prune* unless they have reviews. *shard* (i, n) takes one part of n of the files,
    by their paths below *paths*; with *parts*, results come by way of that folder, and those that
    an earlier run left there are taken in first.
    """
    begun = time.monotonic()
    files = [file for root in paths for file in in_shard([str(one) for one in find_files([root], dataset)], root, shard)]
    files = list(dict.fromkeys(files))
    with Store(dataset) as store:
        store.describe(lexicon, [written_path(str(path)) for path in paths], datetime.now(UTC).isoformat(timespec="seconds"))
        if parts is not None:
            for name in parts.listed():
                store.write([outcome.rows for _, outcome in parts.read(name)])
                parts.remove([name])
        remarks, versions = store.remarks(), Versions.current(lexicon)
        there = take_inventory(files, paths, store.known(), remarks, versions, limits)
        if shard[1] > 1:
            there.gone.clear()  # what is not here may be in another part
        run = _Run(store, there, len(files), progress)
        tasks = [Task(tuple(batch)) for batch in batches(files if force else there.to_read, _head, lambda file: stat_of(file)[0])]
        if not force:
            run.leave(remarks)
        work = FileWork(lexicon.folder, limits, versions, lexicon)
        if parts is None:
            run.mine(engine, work, tasks)
        else:
            by_parts = PartWork(work, parts)
            run.mine(engine, by_parts, tasks, written=lambda: parts.remove(by_parts.taken()))
        run.sweep(prune)
        return run.summary(time.monotonic() - begun)


def shard_of(text: str) -> tuple[int, int]:
    """Return part and number of parts from ``i/n``; raises `SettingsError`."""
    part, _, count = text.partition("/")
    if not (part.isdecimal() and count.isdecimal() and 1 <= int(part) <= int(count)):
        raise SettingsError(f"--shard {text}: 应写作 i/n，i 从 1 到 n，如 2/8。")
    return int(part), int(count)


def in_shard(files: Sequence[str], root: Path | str, shard: tuple[int, int]) -> list[str]:
    """Return the files of part i of n, told by a hash of their paths below *root*: the same on every machine, wherever the archive is mounted."""
    part, count = shard
    if count == 1:
        return list(files)
    top = str(root).rstrip("/\\")
    return [file for file in files if _hash(file.removeprefix(top).replace("\\", "/") or os.path.basename(file)) % count == part - 1]


def _hash(path: str) -> int:
    return int.from_bytes(hashlib.sha256(path.lstrip("/").encode("utf-8", "surrogateescape")).digest()[:8], "big")


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
        self._then: Callable[[], None] = lambda: None
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
            self._store.place(doc_id, written_path(file), *stat_of(file), instead_of=entries.keys())

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

    def mine(self, engine: Engine, work: FileWork | PartWork, tasks: Sequence[Task], written: Callable[[], None] = lambda: None) -> None:
        """Let *engine* do the tasks and take in what comes; call *written* after each transaction. A lost task of several files is done again, each alone."""
        self._then = written
        results, again = engine.map(work, tasks), []
        try:
            for task, outcomes in zip(tasks, results, strict=True):
                if outcomes or len(task.paths) == 1:
                    self.add(task.paths, outcomes)
                else:
                    again += [Task((path,)) for path in task.paths]
        finally:
            results.close()  # ends the engine's processes first
            self.write()  # what was read is not lost, whatever stops the run
        if again:
            self.mine(engine, work, again, written)

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
        self._then()

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


def _head(file: str) -> bytes:
    """Return the first bytes of a file, none where it cannot be read: the refusal is for the loader."""
    try:
        if not os.path.isfile(file):  # a pipe would wait for ever
            return b""
        with open(file, "rb") as stream:
            return stream.read(8)
    except (OSError, ValueError):
        return b""
