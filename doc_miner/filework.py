"""What is done with one task of a run: read the files, mine them, and make the rows, of whatever becomes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath

from doc_miner.dataset.rows import check_keys, failed_rows, rows_of
from doc_miner.errors import LoadError, SettingsError
from doc_miner.inventory import Versions, is_shut, stat_of, written_path
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits, read_bytes
from doc_miner.loaders.containers import INSIDE, Member, container_kind, members
from doc_miner.loaders.office import batches
from doc_miner.loaders.worker import SafeLoader
from doc_miner.pipeline import Miner
from doc_miner.remote import fetch, is_url
from doc_miner.source import Source, Warning


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


class FileWork:
    """Mines files; made once in each process that works. Picklable: it holds settings, and builds the rest when first called."""

    def __init__(self, lexicons: Path, limits: Limits = DEFAULT, versions: Versions | None = None, lexicon: Lexicon | None = None) -> None:
        """With *versions*, those of another machine may not differ: what they read would be read again at each run.

        *lexicon* is the one of the folder *lexicons*, where the caller has loaded it; it does not travel.
        """
        self.lexicons, self.limits, self.asked, self._lexicon = lexicons, limits, versions, lexicon
        self._miner: Miner | None = None
        self._loader: SafeLoader | None = None
        self._versions: Versions | None = None

    def __getstate__(self) -> tuple[Path, Limits, Versions | None]:
        return self.lexicons, self.limits, self.asked

    def __setstate__(self, state: tuple[Path, Limits, Versions | None]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def __call__(self, task: Task) -> list[Outcome]:
        """Return the rows of each file, or of its refusal; of an archive those of every file in it."""
        if self._miner is None or self._loader is None:
            self._miner, self._loader = Miner(self._lexicon or Lexicon.load(self.lexicons)), SafeLoader(self.limits)
            self._versions = Versions.current(self._miner.lexicon)
            if self._versions != (self.asked or self._versions):
                raise SettingsError("这台机器上的 doc-miner、词典或模型与发起运行的机器不同；请在每台机器上安装相同的版本。")
        loader = self._loader
        if len(task.paths) > 1:
            loader.prepare([(data, PurePath(file).name) for file in task.paths if (data := _bytes(file, self.limits)) is not None])
        return [outcome for file in task.paths for outcome in self._file(file, loader)]

    def _file(self, file: str, loader: SafeLoader) -> list[Outcome]:
        common, written, path = self._common(file), written_path(file), Path(file)
        try:
            if not is_url(file) and is_shut(path):
                raise LoadError("unreadable", "没有打开这个文件夹的权限；请检查文件夹的权限设置。")
            data = _read(file, self.limits)
        except LoadError as error:
            return [self._refused(written, None, Warning(error.code, error.message), common)]
        kind = container_kind(data)
        if kind is None:
            sha256 = hashlib.sha256(data).hexdigest()
            if is_url(file):
                whole = data
                return [self._outcome(written, sha256, lambda: loader.load_bytes(whole, PurePath(file).name), common)]
            del data  # it is read again, in the child
            return [self._outcome(written, sha256, lambda: loader.load(path), common)]
        found = []
        for batch in batches(members(data, kind, self.limits, loader.unpack), lambda one: (one.data or b"")[:8], lambda one: len(one.data or b"")):
            if len(batch) > 1:
                loader.prepare([(member.data, member.name) for member in batch if member.data])
            found += [self._member(f"{written}{INSIDE}{member.name}" if member.name else written, member, common) for member in batch]
        return found

    def _common(self, file: str) -> dict[str, object]:
        assert self._versions is not None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        size, mtime_ns = stat_of(file)
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
            rows = rows_of(self._miner.mine_source(load(), path=path, sha256=sha256), **common)  # type: ignore[arg-type]
            check_keys(rows)
        except LoadError as error:
            return self._refused(path, None, Warning(error.code, error.message), common)
        except OSError as error:
            return self._refused(path, None, Warning("unreadable", f"读取时出错（{error.strerror}）；请检查文件和磁盘。"), common)
        except (RecursionError, MemoryError, ValueError, IndexError, KeyError, AttributeError, TypeError, AssertionError) as error:
            # A fault of ours costs this document alone; it is recorded with enough to report it.
            return self._refused(path, sha256, Warning("internal", f"程序内部错误（{type(error).__name__}: {error}）；请把该文件和此信息报告给维护者。"), common)
        return Outcome(path, dict(rows))

    @staticmethod
    def _refused(path: str, sha256: str | None, warning: Warning, common: dict[str, object]) -> Outcome:
        doc_id = "x" + hashlib.sha256(path.encode()).hexdigest()[:15]
        return Outcome(path, dict(failed_rows(doc_id, path, sha256, warning, **common)), warning.message)  # type: ignore[arg-type]

    def lost(self, task: Task) -> list[Outcome]:
        """Return the refusal of a file on which processes died; of several files nothing: each is to be tried alone."""
        if len(task.paths) > 1:
            return []
        self._versions = self._versions or Versions.current(self._lexicon or Lexicon.load(self.lexicons))
        message = "处理这个文件时进程屡次意外结束（可能内存不足或程序库崩溃），已跳过；请把该文件报告给维护者，或加 --force 重试。"
        return [self._refused(written_path(file), None, Warning("killed", message), self._common(file)) for file in task.paths]

    def close(self) -> None:
        """End the child process that reads files."""
        if self._loader is not None:
            self._loader.close()


def _read(file: str, limits: Limits) -> bytes:
    return fetch(file, limits) if is_url(file) else read_bytes(Path(file), limits)


def _bytes(file: str, limits: Limits) -> bytes | None:
    try:
        return _read(file, limits)
    except LoadError:
        return None
