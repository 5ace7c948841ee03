"""Write a dataset as files for other programs: one function a format, one line each in the table at the foot of this file."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from doc_miner.dataset.aside import aside
from doc_miner.dataset.connection import connect
from doc_miner.dataset.datapackage import write_package
from doc_miner.dataset.schema import KEYS, TABLES, Column
from doc_miner.errors import SettingsError

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def export(dataset: Path, format: str, out: Path) -> list[Path]:
    """Write *dataset* to *out* as ``jsonl``, ``csv``, ``parquet`` (a folder) or ``xlsx`` (a folder or the file) and return the files.

    A file is whole or absent. Raises `DatasetError` where the dataset cannot be read or a file not be written,
    `SettingsError` for an unknown format or one whose library is not installed.
    """
    if format not in FORMATS:
        raise SettingsError(f"不能导出为“{format}”；可用：{'、'.join(FORMATS)}。")
    with connect(dataset):
        pass  # a dataset that cannot be read is refused before anything is written
    return FORMATS[format](dataset, out)


def export_jsonl(dataset: Path, folder: Path) -> list[Path]:
    """Write each table as ``NAME.jsonl`` into *folder* and return the files."""
    return [_write(folder / f"{name}.jsonl", _json_lines(dataset, name)) for name in TABLES]


def export_csv(dataset: Path, folder: Path) -> list[Path]:
    """Write each table as ``NAME.csv`` into *folder* and return the files: UTF-8 with BOM, so that Excel and WPS show Chinese.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    return [_write(folder / f"{name}.csv", _csv_lines(dataset, name), bom=True) for name in TABLES]


def table_rows(dataset: Path, name: str) -> Iterator[sqlite3.Row]:
    """Yield the rows of a table in a fixed order: records by document and place."""
    with connect(dataset) as db, closing(db.cursor()) as cursor:
        yield from cursor.execute(f"SELECT * FROM {name} ORDER BY {_order(name)}")


def _order(name: str) -> str:
    there = {column.name for column in TABLES[name]}
    if "doc_id" not in there or "path" in there:
        return "path" if "path" in there else KEYS[name]
    return 'doc_id, "start"' if "start" in there else f"doc_id, {KEYS[name]}"


def _write(path: Path, lines: Iterator[str], bom: bool = False) -> Path:
    with aside(path) as part, part.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        file.writelines(lines)
    return path


def _json_lines(dataset: Path, name: str) -> Iterator[str]:
    for row in table_rows(dataset, name):
        yield json.dumps({column.name: _value(column, row[column.name]) for column in TABLES[name]}, ensure_ascii=False) + "\n"


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.is_list:
        return json.loads(value)
    return bool(value) if column.type == "BOOLEAN" else value


class _Line:
    """A file object for the csv module that keeps the last line."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


def _csv_lines(dataset: Path, name: str) -> Iterator[str]:
    line = _Line()
    writer = csv.writer(line)
    writer.writerow([column.name for column in TABLES[name]])
    yield line.text
    for row in table_rows(dataset, name):
        writer.writerow([_csv_value(column, row[column.name]) for column in TABLES[name]])
        yield line.text


def _csv_value(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    if column.is_list or value == "=":  # a lone = is the qualifier; no spreadsheet takes it for a formula
        return value
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value


def _export_parquet(dataset: Path, out: Path) -> list[Path]:
    from doc_miner.dataset.parquet import export_parquet

    return [*export_parquet(dataset, out), write_package(out, "parquet")]


def _export_workbook(dataset: Path, out: Path) -> list[Path]:
    from doc_miner.dataset.workbook import export_workbook

    return [export_workbook(dataset, out if out.suffix.lower() == ".xlsx" else out / "数据集.xlsx")]


FORMATS: dict[str, Callable[[Path, Path], list[Path]]] = {
    "jsonl": lambda dataset, out: [*export_jsonl(dataset, out), write_package(out, "jsonl")],
    "csv": lambda dataset, out: [*export_csv(dataset, out), write_package(out, "csv")],
    "parquet": _export_parquet,
    "xlsx": _export_workbook,
}
"""Name of a format to the function that writes it."""
