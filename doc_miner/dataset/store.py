"""The dataset file: one SQLite database, one transaction a batch of documents, readable by others while it grows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from time import sleep
from types import TracebackType

from doc_miner.dataset import reapply
from doc_miner.dataset.connection import WAIT_SECONDS, reason_of
from doc_miner.dataset.migrations import migrate, renew_indexes
from doc_miner.dataset.rows import Row, names
from doc_miner.dataset.schema import RECORD_TABLES, SCHEMA_VERSION, TABLES, create_statements
from doc_miner.dataset.search_index import add_texts, drop_text
from doc_miner.errors import DatasetError
from doc_miner.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Known:
    """What the dataset knows of a file: enough to tell whether it must be read again."""

    doc_id: str
    sha256: str | None
    size: int
    mtime_ns: int
    miner_version: str
    lexicon_digest: str
    model_digest: str
    status: str


def known_files(db: sqlite3.Connection) -> dict[str, Known]:
    """Return what a dataset knows of each path."""
    rows = db.execute(
        "SELECT f.path, f.doc_id, d.sha256, f.size, f.mtime_ns, d.miner_version, d.lexicon_digest, coalesce(d.model_digest, ''), d.status"
        " FROM files f JOIN documents d USING (doc_id)"
    )
    return {path: Known(*rest) for path, *rest in rows}


def remarks(db: sqlite3.Connection) -> dict[str, str]:
    """Return the warnings of the documents that were not read, read in part, or read by OCR: path to warnings as JSON."""
    unsure = """d.status <> 'ok' OR d.warnings LIKE '%"ocr"%'"""
    return {path: warnings for path, warnings in db.execute(f"SELECT f.path, d.warnings FROM files f JOIN documents d USING (doc_id) WHERE {unsure}")}


class Store:
    """Writes documents into a dataset file; use it in a ``with`` statement.

    A dataset of an older version is brought to this one. Raises `DatasetError` with a reason and
    a next step where the file is none of ours (it is left as it was), is of a newer version, or
    cannot be written; where there is none, one is made unless *create* is false.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        if not create and not path.is_file():
            raise DatasetError(f"{path}: 没有这个数据集；请先运行 doc-miner mine 文件夹 --dataset {path}")
        db: sqlite3.Connection | None = None
        try:
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
            sqlite3.register_adapter(type(None), _nothing)
            self._db = db = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            self._look()
            self._write_ahead()
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA cache_size=-65536")
            db.execute("PRAGMA secure_delete=OFF")  # what is replaced need not be overwritten with zeros first
            db.execute("PRAGMA wal_autocheckpoint=8000")  # pages: 32 MB at a time are moved into the file
            self._prepare()
            db.execute("PRAGMA foreign_keys=ON")
        except sqlite3.Error as error:
            self._give_up(db)
            raise DatasetError(f"{path}: 打不开数据集（{reason_of(error)}）；请检查路径、权限和磁盘空间，或换一个 --dataset。") from error
        except OSError as error:
            raise DatasetError(f"{path}: 不能建立数据集（{error.strerror}）；请换一个可以写入的位置。") from error
        except DatasetError:
            self._give_up(db)
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for what reads within a transaction of this store."""
        return self._db

    def close(self) -> None:
        """Close the file; what was committed is safe."""
        self._db.close()

    @staticmethod
    def _give_up(db: sqlite3.Connection | None) -> None:
        if db is not None:
            db.close()

    def _write_ahead(self) -> None:
        """Switch to write-ahead logging; the switch does not wait for another run that is making it, so it is tried again."""
        for pause in (0.05, 0.2, 0.5, 1.0, 2.0):
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if not (error.sqlite_errorname or "").startswith("SQLITE_BUSY"):
                    raise
                sleep(pause)
        self._db.execute("PRAGMA journal_mode=WAL")

    def _look(self) -> int:
        """Return the version of the file, or raise `DatasetError` for one of another program or a newer version; changes nothing."""
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise DatasetError(f"{self.path}: 数据集由更新的版本（{version}）生成，本程序只认识到 {SCHEMA_VERSION}；请升级 doc-miner。")
        if version == 0 and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise DatasetError(f"{self.path}: 这是一个数据库，但不是 doc-miner 的数据集；请换一个 --dataset 文件名。")
        return version

    def _prepare(self) -> None:
        """Make the tables, or bring them to this version. Taking the lock also tells at once whether the file may be written."""
        self._db.execute("PRAGMA foreign_keys=OFF")  # tables are replaced in a migration
        self._db.execute("BEGIN IMMEDIATE")  # another run may be making the same dataset: who comes second finds it made
        try:
            version = self._look()
            if version == 0:
                for statement in create_statements():
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            elif version < SCHEMA_VERSION:
                migrate(self._db, version)
            else:
                renew_indexes(self._db)
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is done within, or nothing; raises `DatasetError` where it cannot be written."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise DatasetError(f"{self.path}: 写入失败（{reason_of(error)}）；已写入的文档完好，请检查磁盘空间和权限后再运行一次。") from error

    # --- what is known ---------------------------------------------------------------------------
    def known(self) -> dict[str, Known]:
        """Return what is known of each path."""
        return known_files(self._db)

    def remarks(self) -> dict[str, str]:
        """Return the warnings (as JSON) of documents that were not read, read in part, or read by OCR: what another run may mend."""
        return remarks(self._db)

    def counts(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        return {name: self._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}

    def also_elsewhere(self, paths: Sequence[str]) -> list[str]:
        """Return those of *paths* whose document is also at a path that is not among them."""
        wanted, held = set(paths), defaultdict(set)
        for path, doc_id in self._db.execute("SELECT path, doc_id FROM files"):
            held[doc_id].add(path)
        return sorted({path for together in held.values() if together - wanted for path in together & wanted})

    def reviewed(self, paths: Iterable[str]) -> list[str]:
        """Return those of *paths* whose document has reviews that were not taken back."""
        sql = "SELECT 1 FROM files f JOIN documents d USING (doc_id) JOIN reviews r ON r.doc_sha256 = d.sha256 WHERE f.path = ? AND coalesce(r.state, 'applied') <> 'undone' LIMIT 1"
        return [path for path in paths if self._db.execute(sql, (path,)).fetchone()]

    # --- writing ---------------------------------------------------------------------------------
    def describe(self, lexicon: Lexicon, roots: Iterable[str], at: str) -> None:
        """Write the names of categories and indicators, and which paths were mined *at* that time."""
        with self.transaction() as db:
            db.execute("DELETE FROM categories")
            db.execute("DELETE FROM indicators")
            db.executemany(_insert("categories", ("code", "name", "dimension")), [(c.code, c.name, c.dimension) for c in lexicon.categories.values()])
            rows = [(i.code, i.number, i.name, i.category, i.source) for i in lexicon.indicators.values()]
            db.executemany(_insert("indicators", ("code", "number", "name", "category", "source")), rows)
            db.executemany(_insert("roots", ("path", "mined_at")), [(root, at) for root in roots])

    def write(self, documents: Iterable[Mapping[str, Sequence[Row]]], gone: Iterable[str] = ()) -> None:
        """Drop the paths that are *gone* and write documents, each with all its records, in one transaction: all of it or nothing."""
        with self.transaction():
            for path in gone:
                self._drop_path(path)
            for together in _apart(documents):
                self._write_together(together)

    def place(self, doc_id: str, path: str, size: int, mtime_ns: int, instead_of: Iterable[str] = ()) -> None:
        """Note that a known document is (also) at *path*, and forget the paths *instead_of* which it is there."""
        with self.transaction() as db:
            for other in instead_of:
                if other != path or db.execute("SELECT doc_id FROM files WHERE path=?", (path,)).fetchone()[0] != doc_id:
                    self._drop_path(other)
            db.execute(_insert("files", ("path", "doc_id", "size", "mtime_ns")), (path, doc_id, size, mtime_ns))
            self._name(doc_id)

    def _write_together(self, documents: Mapping[str, Mapping[str, Sequence[Row]]]) -> None:
        """Replace documents with their records, table by table in the order of their ids: what lies together in the file is written together."""
        heads = {doc_id: dict(zip(names("documents"), tables["documents"][0], strict=True)) for doc_id, tables in sorted(documents.items())}
        for doc_id, head in heads.items():
            before = self._db.execute("SELECT doc_id FROM files WHERE path=?", (head["path"],)).fetchone()
            if before is not None and before[0] != doc_id:
                self._drop_path(head["path"])
        known = [doc_id for doc_id in heads if self._db.execute("SELECT 1 FROM documents WHERE doc_id=?", (doc_id,)).fetchone()]
        for doc_id in known:
            self._clear(doc_id)
            drop_text(self._db, doc_id)
        for name, sql in _WRITE.items():
            self._db.executemany(sql, chain.from_iterable(documents[doc_id].get(name, ()) for doc_id in heads))
        add_texts(self._db, ((doc_id, head["text"] or "") for doc_id, head in heads.items()))
        for doc_id in known:
            self._name(doc_id)
        for doc_id, head in heads.items():
            if self._db.execute("SELECT 1 FROM reviews WHERE doc_sha256=? LIMIT 1", (head["sha256"],)).fetchone():
                reapply.apply(self._db, doc_id)

    def _name(self, doc_id: str) -> None:
        """Name a document by the best of its paths: the file itself rather than a copy in an archive, then the one that tells its format."""
        paths = [row[0] for row in self._db.execute("SELECT path FROM files WHERE doc_id=?", (doc_id,))]
        if len(paths) == 0:
            return
        suffix = f".{self._db.execute('SELECT format FROM documents WHERE doc_id=?', (doc_id,)).fetchone()[0]}"
        best = min(paths, key=lambda one: ("!/" in one, not one.lower().endswith(suffix), one))
        self._db.execute("UPDATE documents SET path=? WHERE doc_id=? AND path<>?", (best, doc_id, best))

    def _clear(self, doc_id: str) -> None:
        for name in reversed(RECORD_TABLES):  # what refers to others goes first
            self._db.execute(f"DELETE FROM {name} WHERE doc_id=?", (doc_id,))

    def _drop_path(self, path: str) -> None:
        """Forget a path, and its document if no other path holds it."""
        for (doc_id,) in self._db.execute("SELECT doc_id FROM files WHERE path=?", (path,)).fetchall():
            self._db.execute("DELETE FROM files WHERE path=?", (path,))
            if self._db.execute("SELECT 1 FROM files WHERE doc_id=? LIMIT 1", (doc_id,)).fetchone() is None:
                reapply.leave(self._db, doc_id)
                self._clear(doc_id)
                drop_text(self._db, doc_id)
                self._db.execute("DELETE FROM documents WHERE doc_id=?", (doc_id,))
            else:
                self._name(doc_id)


def _nothing(_: None) -> None:
    """Adapt None to SQL, where it is NULL as it stands. Python asks for an adapter of every None that it binds; without one it looks in
    further places, at the cost of an exception each time. Every fourth value is None: without keys and indexes rows are written in half the time."""


def _apart(documents: Iterable[Mapping[str, Sequence[Row]]]) -> Iterator[dict[str, Mapping[str, Sequence[Row]]]]:
    """Yield documents by id in groups that hold no document and no path twice, in the order given: the same bytes under several paths are one document."""
    group: dict[str, Mapping[str, Sequence[Row]]] = {}
    paths: set[str] = set()
    at_id, at_path = names("documents").index("doc_id"), names("documents").index("path")
    for tables in documents:
        doc_id, path = tables["documents"][0][at_id], tables["documents"][0][at_path]
        if doc_id in group or path in paths:
            yield group
            group, paths = {}, set()
        group[doc_id] = tables
        paths.add(path)
    if group:
        yield group


def _insert(table: str, columns: Sequence[str], verb: str = "INSERT OR REPLACE") -> str:
    return f"{verb} INTO {table} ({_listed(columns)}) VALUES ({','.join('?' * len(columns))})"


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _upsert(table: str, key: str) -> str:
    """Return the SQL that writes a row over one of the same key without deleting it: what refers to it stays."""
    columns = names(table)
    changed = ", ".join(f'"{column}"=excluded."{column}"' for column in columns if column != key)
    return f"INSERT INTO {table} ({_listed(columns)}) VALUES ({','.join('?' * len(columns))}) ON CONFLICT ({key}) DO UPDATE SET {changed}"


_WRITE = {name: _insert(name, names(name), verb="INSERT" if name in RECORD_TABLES else "INSERT OR REPLACE") for name in TABLES} | {"documents": _upsert("documents", "doc_id")}
"""Table to the SQL that writes one of its rows, columns as `doc_miner.dataset.rows` gives them."""
