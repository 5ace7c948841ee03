"""Mine an archive of files into a dataset: find the files, leave out what is unchanged, record what fails.

Each document is one transaction's all-or-nothing part; a run that is killed is completed by
running again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doc_miner import __version__
from doc_miner.dataset.rows import failed_rows, rows_of
from doc_miner.dataset.store import Known, Store
from doc_miner.engine import Engine
from doc_miner.errors import LoadError, SettingsError
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits
from doc_miner.loaders.worker import SafeLoader
from doc_miner.pipeline import Miner
from doc_miner.source import Warning

_SKIPPED_NAMES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_BATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """A file to mine."""

    path: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: its rows by table, and the reason where it was not read."""

    path: str
    rows: dict[str, list[tuple[object, ...]]]
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers, and the failures with their reasons (path, reason)."""

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
    own = {dataset.resolve(), Path(f"{dataset.resolve()}-wal"), Path(f"{dataset.resolve()}-shm")}
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if (file.is_symlink() or not file.is_dir()) and file.name not in _SKIPPED_NAMES and not file.name.startswith("~$") and file.resolve() not in own:
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
    files = find_files(paths, dataset)
    failures: list[tuple[str, str]] = []
    records: dict[str, int] = {}
    read = unchanged = done = 0
    with Store(dataset) as store:
        known, refused = store.known(), store.failures()
        tasks = []
        for file in files:
            if not force and (entry := known.get(str(file))) is not None and _is_unchanged(file, entry, lexicon):
                unchanged += 1
                done += 1
                if entry.status == "failed":
                    failures.append((str(file), _reason(refused.get(str(file), "[]"))))
                if progress:
                    progress(done, len(files), str(file))
            else:
                tasks.append(Task(str(file)))
        batch: list[Outcome] = []
        written = time.monotonic()
        work = FileWork(lexicon.folder, limits)
        for outcome in engine.map(work, tasks):
            done += 1
            batch.append(outcome)
            if outcome.failure is None:
                read += 1
                for name, rows in outcome.rows.items():
                    records[name] = records.get(name, 0) + len(rows)
            else:
                failures.append((outcome.path, outcome.failure))
            if progress:
                progress(done, len(files), outcome.path)
            if time.monotonic() - written > _BATCH_SECONDS:
                store.write([one.rows for one in batch])
                batch, written = [], time.monotonic()
        store.write([one.rows for one in batch])
    return Summary(len(files), read, unchanged, tuple(failures), records, time.monotonic() - begun)


def _is_unchanged(file: Path, entry: Known, lexicon: Lexicon) -> bool:
    try:
        status = file.stat()
    except OSError:
        return False
    same_program = entry.miner_version == __version__ and entry.lexicon_digest == lexicon.digest
    return same_program and entry.size == status.st_size and entry.mtime_ns == status.st_mtime_ns


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

    def __call__(self, task: Task) -> Outcome:
        """Return the rows of one file, or of its refusal."""
        if self._miner is None or self._loader is None:
            self._miner, self._loader = Miner(Lexicon.load(self.lexicons)), SafeLoader(self.limits)
        path = Path(task.path)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        common = {"mined_at": now, "miner_version": __version__, "lexicon_digest": self._miner.lexicon.digest, **_size(path)}
        sha256: str | None = None
        try:
            source = self._loader.load(path)
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            report = self._miner.mine_source(source, path=task.path, sha256=sha256)
        except LoadError as error:
            return self._refused(task.path, sha256, Warning(error.code, error.message), common)
        except OSError as error:
            return self._refused(task.path, sha256, Warning("unreadable", f"读取时出错（{error.strerror}）；请检查文件和磁盘。"), common)
        except (RecursionError, MemoryError, ValueError, IndexError, KeyError, AttributeError, TypeError, AssertionError) as error:
            # A fault of ours costs this document alone; it is recorded with enough to report it.
            return self._refused(task.path, sha256, Warning("internal", f"程序内部错误（{type(error).__name__}: {error}）；请把该文件和此信息报告给维护者。"), common)
        return Outcome(task.path, dict(rows_of(report, **common)))  # type: ignore[arg-type]

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
