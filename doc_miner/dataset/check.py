"""Verify a dataset: the file is whole, every key resolves, every span is its text; and repair what can be."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doc_miner.dataset import search_index
from doc_miner.dataset.connection import connect, reason_of
from doc_miner.dataset.migrations import reshape
from doc_miner.dataset.schema import KEYS, RECORD_TABLES, REFERENCES, SCHEMA_VERSION, TABLES, create_statements
from doc_miner.dataset.store import Store
from doc_miner.errors import DatasetError

_AGAIN = "运行 doc-miner check --repair，再运行 doc-miner mine 重新读取"
_SHAPE = "运行 doc-miner check --repair"
_DAMAGED = "文件已损坏：请用备份替换；没有备份时换一个 --dataset 重新 mine"
_PLACED = tuple(name for name in RECORD_TABLES if {"text", "start", "end"} <= {column.name for column in TABLES[name]})
_MENTIONED = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong: what, how to repair it, and the document it is in (None: the whole dataset)."""

    message: str
    repair: str
    doc_id: str | None = None


def check_dataset(path: Path) -> tuple[dict[str, int], list[Fault]]:
    """Return how many rows each table holds, and all faults. Raises `DatasetError` for what is no dataset of this version."""
    with connect(path) as db:
        try:
            damage = [row[0] for row in db.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            damage = [reason_of(error)]
        if damage != ["ok"]:
            return {}, [Fault(f"数据库文件不完整：{damage[0]}", _DAMAGED)]
        faults = _shape(db)
        if faults:
            return {}, faults
        counts = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}
        return counts, [*_keys(db), *_search(db), *_documents(db), *_reviews(db)]


def repair_dataset(path: Path) -> list[str]:
    """Repair what can be and return what was done: an older version is brought to this one, indexes and views are made anew, records without
    their document go, references to nothing are emptied, and documents with faulty records are marked, so that the next run reads them again.
    """
    done: list[str] = []
    with closing(sqlite3.connect(path)) as db:
        version = _version(db)
    with Store(path, create=False) as store:
        if version < SCHEMA_VERSION:
            done.append(f"数据集已从版本 {version} 升级到 {SCHEMA_VERSION}")
        if _shape(store.db):
            store.db.execute("PRAGMA foreign_keys=OFF")
            with store.transaction() as db:
                reshape(db)
            store.db.execute("PRAGMA foreign_keys=ON")
            done.append("已重建表、索引和视图")
        with store.transaction() as db:
            db.execute("REINDEX")
            emptied = _resolve(db)
            if list(_search(db)):
                search_index.rebuild(db)
                done.append("已重建全文索引")
            marked = {fault.doc_id for fault in (*_keys(db), *_documents(db)) if fault.doc_id}
            db.executemany("UPDATE documents SET lexicon_digest = '' WHERE doc_id = ?", [(doc_id,) for doc_id in sorted(marked)])
        if emptied:
            done.append(f"已清除 {emptied} 处无效引用")
        if marked:
            done.append(f"已标记 {len(marked)} 个文档，下次 doc-miner mine 时会重新读取")
    return done


def _version(db: sqlite3.Connection) -> int:
    try:
        version: int = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError:
        return SCHEMA_VERSION  # the store says what is wrong with the file
    return version


def _shape(db: sqlite3.Connection) -> list[Fault]:
    """Compare tables, indexes and views with those of this version."""
    with closing(sqlite3.connect(":memory:")) as model:
        for statement in create_statements():
            model.execute(statement)
        wanted = _made(model)
    there = _made(db)
    return [Fault(f"{name} 缺失或与本版本不符", _SHAPE) for name in wanted if there.get(name) != wanted[name]]


def _made(db: sqlite3.Connection) -> dict[str, str]:
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")}


def _keys(db: sqlite3.Connection) -> Iterator[Fault]:
    for name in TABLES:
        for table, _, parent, _ in db.execute(f"PRAGMA foreign_key_check({name})").fetchall():
            yield Fault(f"{table} 中有记录引用了不存在的 {parent}", _AGAIN)
    for (doc_id,) in db.execute("SELECT doc_id FROM documents EXCEPT SELECT doc_id FROM files").fetchall():
        yield Fault(f"文档 {doc_id} 没有对应的文件路径", _AGAIN, doc_id)
    for doc_id, sha256 in db.execute("SELECT doc_id, sha256 FROM documents WHERE status <> 'failed' AND substr(sha256, 1, 16) IS NOT doc_id").fetchall():
        yield Fault(f"文档 {doc_id} 的编号与文件指纹 {sha256} 不符", _AGAIN, doc_id)


def _search(db: sqlite3.Connection) -> Iterator[Fault]:
    either = "SELECT doc_id FROM documents EXCEPT SELECT doc_id FROM search_documents", "SELECT doc_id FROM search_documents EXCEPT SELECT doc_id FROM documents"
    if any(db.execute(f"{sql} LIMIT 1").fetchone() for sql in either):
        yield Fault("全文索引与文档不符", _SHAPE)


def _documents(db: sqlite3.Connection) -> Iterator[Fault]:
    """Read each document with its records: lists are lists, spans are their texts, listed figures are there."""
    for doc_id, path, text in db.execute("SELECT doc_id, path, text FROM documents ORDER BY path"):
        wrong: list[str] = []
        figures = {row[0] for row in db.execute("SELECT figure_id FROM figures WHERE doc_id = ?", (doc_id,))}
        for table in RECORD_TABLES:
            for row in _rows(db, table, doc_id):
                wrong += [f"{row[KEYS[table]]}（{why}）" for why in _wrong(table, row, text or "", figures)]
        if wrong:
            more = f" 等 {len(wrong)} 条" if len(wrong) > _MENTIONED else ""
            yield Fault(f"{path}: {'、'.join(wrong[:_MENTIONED])}{more}", _AGAIN, doc_id)


def _rows(db: sqlite3.Connection, table: str, doc_id: str) -> Iterator[Mapping[str, Any]]:
    names = [column.name for column in TABLES[table]]
    listed = ", ".join(f'"{name}"' for name in names)
    for row in db.execute(f"SELECT {listed} FROM {table} WHERE doc_id = ?", (doc_id,)):
        yield dict(zip(names, row, strict=True))


def _wrong(table: str, row: Mapping[str, Any], text: str, figures: set[str]) -> Iterator[str]:
    if table in _PLACED and text[row["start"] : row["end"]] != row["text"]:
        yield "原文与位置不符"
    elif "start" in row and not 0 <= row["start"] <= row["end"] <= len(text):
        yield "位置超出正文"
    for column in TABLES[table]:
        if column.is_list and row[column.name] is not None and not _is_list(row[column.name]):
            yield f"{column.name} 不是列表"
            return
    if table == "findings" and not set(json.loads(row["figures"] or "[]")) <= figures:
        yield "引用了不存在的数据"
    if table == "problems" and any(not 0 <= start < end <= len(text) for start, end in json.loads(row["mentions"] or "[]")):
        yield "重述的位置超出正文"


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


def _reviews(db: sqlite3.Connection) -> Iterator[Fault]:
    kinds = {"problem": "problems", "measure": "measures", "figure": "figures"}
    for kind, table in kinds.items():
        sql = f"""SELECT count(*) FROM reviews r JOIN documents d ON d.sha256 = r.doc_sha256 LEFT JOIN {table} t ON t.{kind}_id = r.record_id
                  WHERE r.record_kind = ? AND r.state = 'applied' AND r.verdict <> 'rejected' AND t.{kind}_id IS NULL
                    AND NOT EXISTS (SELECT 1 FROM reviews o WHERE o.record_id = r.record_id AND o.verdict = 'rejected' AND o.state = 'applied')"""
        (lost,) = db.execute(sql, (kind,)).fetchone()
        if lost:
            yield Fault(f"{lost} 条核对找不到它的记录（{kind}）", "运行 doc-miner mine --force 重新读取")


def _resolve(db: sqlite3.Connection) -> int:
    """Empty references to records that are not there; drop records and paths without their document. Return how many."""
    before = db.total_changes
    for name in (*reversed(RECORD_TABLES), "files"):
        db.execute(f"DELETE FROM {name} WHERE doc_id NOT IN (SELECT doc_id FROM documents)")
    for name, columns in REFERENCES.items():
        for column, other in columns.items():
            there = f"SELECT 1 FROM {other} o WHERE o.doc_id = {name}.doc_id AND o.{KEYS[other]} = {name}.{column}"
            db.execute(f"UPDATE {name} SET {column} = NULL WHERE {column} IS NOT NULL AND NOT EXISTS ({there})")
    return db.total_changes - before


def report(path: Path, repair: bool) -> tuple[list[str], bool]:
    """Return what ``doc-miner check`` prints, and whether the dataset is sound."""
    done = [f"{one}。" for one in repair_dataset(path)] if repair else []
    try:
        counts, faults = check_dataset(path)
    except DatasetError as error:
        return [*done, str(error)], False
    if not faults:
        return [*done, f"{path}: 没有发现问题。{counts['documents']} 个文档，{counts['problems']} 条问题，{counts['measures']} 条措施，{counts['figures']} 条数据，{counts['reviews']} 条核对。"], True
    return [*done, *(f"{fault.message}。{fault.repair}。" for fault in faults), f"共 {len(faults)} 处问题。"], False
