"""Open a dataset for reading, and say in words why SQLite refuses something."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from doc_miner.dataset.schema import SCHEMA_VERSION
from doc_miner.errors import DatasetError

WAIT_SECONDS = 60.0
"""How long a connection waits for another that writes; a run writes for less than a second at a time."""
_MAPPED = 1 << 36
_REASONS = {
    "SQLITE_NOTADB": "这个文件不是数据库",
    "SQLITE_FULL": "磁盘已满",
    "SQLITE_READONLY": "文件或所在文件夹不可写",
    "SQLITE_BUSY": "另一个程序正在长时间写入",
    "SQLITE_CANTOPEN": "文件打不开，所在文件夹可能不存在或不可写",
    "SQLITE_CORRUPT": "文件已损坏",
    "SQLITE_IOERR": "读写磁盘出错",
    "SQLITE_PERM": "没有权限",
}


def reason_of(error: sqlite3.Error) -> str:
    """Return in Chinese why SQLite refused; its own words where there are no better ones.

    >>> reason_of(sqlite3.OperationalError("no such table: t"))
    'no such table: t'
    """
    return next((reason for code, reason in _REASONS.items() if _name(error).startswith(code)), str(error))


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", None) or ""


def _is_outside(error: sqlite3.Error) -> bool:
    return _name(error).startswith(tuple(_REASONS))


@contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a dataset for reading, or raise `DatasetError` with the reason and what to do; others may write meanwhile."""
    path = Path(path)
    if not path.is_file():
        raise DatasetError(f"{path}: 没有这个数据集；请先运行 doc-miner mine 文件夹 --dataset {path}")
    try:
        with closing(sqlite3.connect(f"{_address(path)}", uri=True, timeout=WAIT_SECONDS)) as db:
            db.row_factory = sqlite3.Row
            db.execute(f"PRAGMA mmap_size={_MAPPED}")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA_VERSION:
                raise DatasetError(_other_version(path, version))
            yield db
    except sqlite3.DatabaseError as error:
        if not _is_outside(error):
            raise  # a fault of a query is a fault of the program
        raise DatasetError(f"{path}: 读不出数据集（{reason_of(error)}）。") from error


def _address(path: Path) -> str:
    """Return the address for reading. In a folder that may not be written SQLite cannot share a file with a writer; there is none, so it need not."""
    alone = not os.access(path.resolve().parent, os.W_OK) and not Path(f"{path}-wal").exists()
    return f"{path.resolve().as_uri()}?mode=ro" + ("&immutable=1" if alone else "")


def _other_version(path: Path, version: int) -> str:
    if version > SCHEMA_VERSION:
        return f"{path}: 数据集由更新的版本（{version}）生成，本程序只认识到 {SCHEMA_VERSION}；请升级 doc-miner。"
    if version == 0:
        return f"{path}: 这是一个数据库，但不是 doc-miner 的数据集。"
    return f"{path}: 数据集版本是 {version}，本程序读取版本 {SCHEMA_VERSION}；请运行 doc-miner check --repair --dataset {path} 升级，数据和核对都会保留。"
