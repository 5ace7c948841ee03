"""Write each table as Parquet, with types and the same names; lists are lists, values exact decimals beside numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from doc_miner.dataset.aside import aside
from doc_miner.dataset.datapackage import KEPT_AS_JSON
from doc_miner.dataset.describe import descriptions
from doc_miner.dataset.export import table_rows
from doc_miner.dataset.schema import TABLES, Column
from doc_miner.errors import SettingsError

_GROUP = 50_000
"""Rows in a row group: what is held in memory at once."""
_LISTS_OF_NUMBERS = {"bbox"}


def export_parquet(dataset: Path, folder: Path) -> list[Path]:
    """Write each table as ``NAME.parquet`` into *folder* and return the files.

    Raises `SettingsError` where pyarrow (extra ``parquet``) is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise SettingsError("导出 Parquet 需要 pyarrow；请运行 pip install 'doc-miner[parquet]'，或改用 --format csv。") from error
    out = []
    for name, columns in TABLES.items():
        schema = pyarrow.schema([_field(pyarrow, name, column) for column in columns])
        path = folder / f"{name}.parquet"
        with aside(path) as part, pyarrow.parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            for rows in _groups(table_rows(dataset, name)):
                arrays = [pyarrow.array([_value(column, row[column.name]) for row in rows], type=schema.field(column.name).type) for column in columns]
                writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
        out.append(path)
    return out


def _groups(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while group := list(islice(rows, _GROUP)):
        yield group


def _field(pyarrow: Any, table: str, column: Column) -> Any:
    kinds = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "REAL": pyarrow.float64(), "NUMERIC": pyarrow.float64(), "BOOLEAN": pyarrow.bool_()}
    kind = kinds.get(column.type)
    if kind is None:
        kind = pyarrow.string() if column.name in KEPT_AS_JSON else pyarrow.list_(pyarrow.float64() if column.name in _LISTS_OF_NUMBERS else pyarrow.string())
    told = descriptions()[table, column.name]
    return pyarrow.field(column.name, kind, metadata={"title": told.title, "description_zh": told.zh, "description_en": told.en})


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.type == "BOOLEAN":
        return bool(value)
    if column.type in ("REAL", "NUMERIC"):
        return float(value)
    return json.loads(value) if column.is_list and column.name not in KEPT_AS_JSON else value
