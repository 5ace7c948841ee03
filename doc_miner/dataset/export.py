"""Write a dataset as files for other programs: JSONL or CSV (UTF-8 with BOM), one file a table."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doc_miner.dataset.reader import connect
from doc_miner.dataset.schema import KEYS, TABLES, Column

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def export_jsonl(dataset: Path, folder: Path) -> list[Path]:
    """Write each table as ``NAME.jsonl`` into *folder* and return the files; a file is whole or absent."""
    return [_write(folder / f"{name}.jsonl", _json_lines(dataset, name)) for name in TABLES]


def export_csv(dataset: Path, folder: Path) -> list[Path]:
    """Write each table as ``NAME.csv`` into *folder*: UTF-8 with BOM, so that Excel and WPS show Chinese.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    return [_write(folder / f"{name}.csv", _csv_lines(dataset, name), bom=True) for name in TABLES]


def _write(path: Path, lines: Iterator[str], bom: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".part")
    with aside.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        file.writelines(lines)
    os.replace(aside, path)
    return path


def _rows(dataset: Path, name: str) -> Iterator[sqlite3.Row]:
    with connect(dataset) as db:
        there = {column.name for column in TABLES[name]}
        order = "path" if "path" in there else KEYS[name] if "doc_id" not in there else 'doc_id, "start"' if "start" in there else f"doc_id, {KEYS[name]}"
        yield from db.execute(f"SELECT * FROM {name} ORDER BY {order}")


def _json_lines(dataset: Path, name: str) -> Iterator[str]:
    for row in _rows(dataset, name):
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
    for row in _rows(dataset, name):
        writer.writerow([_csv_value(column, row[column.name]) for column in TABLES[name]])
        yield line.text


def _csv_value(column: Column, value: Any) -> Any:
    if value is None:
        return ""
    if column.is_list:
        return value
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value
