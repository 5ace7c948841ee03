"""Bring the documents of several datasets into one: what `mine --shard` made on several machines."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from doc_miner.dataset.connection import connect
from doc_miner.dataset.rows import Row, names
from doc_miner.dataset.schema import RECORD_TABLES
from doc_miner.dataset.store import Store
from doc_miner.errors import DatasetError

_BATCH = 200


def merge_datasets(sources: Sequence[Path], into: Path) -> int:
    """Write the documents of *sources* into the dataset *into* (made where there is none); return how many were written.

    A path that *into* holds already is replaced only by what was mined later. Names of categories and
    indicators and the mined paths come along. Raises `DatasetError` for a source that cannot be read, is *into*
    itself, or has reviews: these belong to the dataset in which they were made.
    """
    count = 0
    with Store(into) as store:
        for source in sources:
            if source.resolve() == into.resolve():
                raise DatasetError(f"{source}: 不能与自己合并；请换一个 --dataset。")
            with connect(source) as db:
                if db.execute("SELECT 1 FROM reviews LIMIT 1").fetchone():
                    raise DatasetError(f"{source}: 含有人工核对，不能合并；请以它为 --dataset，把其他数据集合并进来。")
                _take_names(store, db)
                count += _take_documents(store, db)
    return count


def _take_names(store: Store, db: sqlite3.Connection) -> None:
    with store.transaction() as own:
        for table in ("categories", "indicators", "roots"):
            columns = ", ".join(f'"{name}"' for name in names(table))
            own.executemany(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({','.join('?' * len(names(table)))})", map(tuple, db.execute(f"SELECT {columns} FROM {table}")))


def _take_documents(store: Store, db: sqlite3.Connection) -> int:
    own = {path: str(at) for path, at in store.db.execute("SELECT f.path, d.mined_at FROM files f JOIN documents d USING (doc_id)")}
    batch: list[dict[str, list[Row]]] = []
    count = 0
    for doc_id, path, at in db.execute("SELECT d.doc_id, f.path, d.mined_at FROM documents d JOIN files f USING (doc_id) ORDER BY f.path").fetchall():
        if path in own and own[path] >= at:
            continue
        batch.append(document_rows(db, doc_id, path))
        count += 1
        if len(batch) == _BATCH:
            store.write(batch)
            batch.clear()
    store.write(batch)
    return count


def document_rows(db: sqlite3.Connection, doc_id: str, path: str) -> dict[str, list[Row]]:
    """Return the rows of a document at one of its paths, by table, as they were mined."""
    out: dict[str, list[Row]] = {}
    for table in ("documents", "files", *RECORD_TABLES):
        columns = ", ".join(f'"{name}"' for name in names(table))
        where, values = ("path=?", (path,)) if table == "files" else ("doc_id=?", (doc_id,))
        order = " ORDER BY rowid" if table in RECORD_TABLES else ""  # as they were written: a section before those in it
        out[table] = [tuple(row) for row in db.execute(f"SELECT {columns} FROM {table} WHERE {where}{order}", values)]
    out["documents"] = [tuple(path if name == "path" else value for name, value in zip(names("documents"), row, strict=True)) for row in out["documents"]]
    return out
