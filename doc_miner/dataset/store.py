"""The dataset file: one SQLite database, one transaction a document, readable by others while it grows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from types import TracebackType

from doc_miner.dataset.rows import Row
from doc_miner.dataset.schema import RECORD_TABLES, SCHEMA_VERSION, TABLES, create_statements
from doc_miner.errors import DatasetError

_FORMAT = [column.name for column in TABLES["documents"]].index("format")


@dataclass(frozen=True, slots=True)
class Known:
    """What the dataset knows of a file: enough to tell whether it must be read again."""

    doc_id: str
    sha256: str | None
    size: int
    mtime_ns: int
    miner_version: str
    lexicon_digest: str
    status: str


class Store:
    """Writes documents into a dataset file; use it in a ``with`` statement.

    Raises `DatasetError` with a reason and a next step where the file is none of ours, is of a
    newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if path.parent and not path.parent.exists():
                path.parent.mkdir(parents=True)
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._write_ahead()
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._prepare()
        except sqlite3.Error as error:
            raise DatasetError(f"{path}: 打不开数据集（{error}）；请检查路径、权限和磁盘空间，或换一个 --dataset。") from error
        except OSError as error:
            raise DatasetError(f"{path}: 不能建立数据集（{error.strerror}）；请换一个可以写入的位置。") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was committed is safe."""
        self._db.close()

    def _write_ahead(self) -> None:
        """Switch to write-ahead logging; the switch does not wait for another run that is making it, so it is tried again."""
        for pause in (0.05, 0.2, 0.5, 1.0, 2.0):
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                sleep(pause)
        self._db.execute("PRAGMA journal_mode=WAL")

    def _prepare(self) -> None:
        if self._version() == SCHEMA_VERSION:
            return
        self._db.execute("BEGIN IMMEDIATE")  # another run may be making the same dataset: who comes second finds it made
        try:
            self._make()
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _version(self) -> int:
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        return version

    def _make(self) -> None:
        """Make the tables in an empty file; raise `DatasetError` for a file of another program or a newer version."""
        version = self._version()
        if version == SCHEMA_VERSION:
            return
        if version > SCHEMA_VERSION:
            raise DatasetError(f"{self.path}: 数据集由更新的版本（{version}）生成，本程序只认识到 {SCHEMA_VERSION}；请升级 doc-miner。")
        if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise DatasetError(f"{self.path}: 这是一个数据库，但不是 doc-miner 的数据集；请换一个 --dataset 文件名。")
        for statement in create_statements():
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def known(self) -> dict[str, Known]:
        """Return what is known of each path."""
        rows = self._db.execute(
            "SELECT f.path, f.doc_id, d.sha256, f.size, f.mtime_ns, d.miner_version, d.lexicon_digest, d.status FROM files f JOIN documents d USING (doc_id)"
        )
        return {path: Known(*rest) for path, *rest in rows}

    def write(self, documents: Iterable[Mapping[str, Sequence[Row]]], gone: Iterable[str] = ()) -> None:
        """Drop the paths that are *gone* and write documents, each with all its records, in one transaction: all of it or nothing."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for path in gone:
                self._drop_path(path)
            for tables in documents:
                self._write_one(tables)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise DatasetError(f"{self.path}: 写入失败（{error}）；已写入的文档完好，请检查磁盘空间后再运行一次。") from error

    def _write_one(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """Replace one document. The same bytes under several paths are one document, named by the file itself rather than a copy in an archive, then by the path that tells its format."""
        (document,) = tables["documents"]
        doc_id, path = document[0], document[1]
        before = self._db.execute("SELECT doc_id FROM files WHERE path=?", (path,)).fetchone()
        if before is not None and before[0] != doc_id:
            self._drop_path(path)
        paths = [path, *(row[0] for row in self._db.execute("SELECT path FROM files WHERE doc_id=?", (doc_id,)))]
        self._drop(doc_id)
        for name, rows in tables.items():
            if rows:
                marks = ",".join("?" * len(TABLES[name]))
                self._db.executemany(f"INSERT OR REPLACE INTO {name} VALUES ({marks})", rows)
        suffix = f".{document[_FORMAT]}"
        best = min(paths, key=lambda one: ("!/" in one, not one.lower().endswith(suffix), one))
        if best != path:
            self._db.execute("UPDATE documents SET path=? WHERE doc_id=?", (best, doc_id))

    def _drop(self, doc_id: str) -> None:
        for name in RECORD_TABLES:
            self._db.execute(f"DELETE FROM {name} WHERE doc_id=?", (doc_id,))
        self._db.execute("DELETE FROM documents WHERE doc_id=?", (doc_id,))

    def _drop_path(self, path: str) -> None:
        """Forget a path, and its document if no other path holds it."""
        for (doc_id,) in self._db.execute("SELECT doc_id FROM files WHERE path=?", (path,)).fetchall():
            self._db.execute("DELETE FROM files WHERE path=?", (path,))
            if self._db.execute("SELECT 1 FROM files WHERE doc_id=? LIMIT 1", (doc_id,)).fetchone() is None:
                self._drop(doc_id)

    def counts(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        return {name: self._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}

    def failures(self) -> dict[str, str]:
        """Return the documents that were not read: path to warnings as JSON."""
        rows = self._db.execute("SELECT f.path, d.warnings FROM files f JOIN documents d USING (doc_id) WHERE d.status='failed'")
        return dict(rows.fetchall())
