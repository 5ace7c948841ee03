"""Describe exported files for other programs: ``datapackage.json`` (Frictionless Data Package, version 2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from doc_miner.dataset.aside import aside
from doc_miner.dataset.describe import TABLE_TITLES, descriptions
from doc_miner.dataset.schema import KEYS, RECORD_TABLES, REFERENCES, SCHEMA_VERSION, TABLES, Column

NAME = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_MEDIA = {"jsonl": "application/jsonl", "csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_TYPES = {"TEXT": "string", "INTEGER": "integer", "REAL": "number", "NUMERIC": "number", "BOOLEAN": "boolean", "JSON": "array"}
KEPT_AS_JSON = frozenset({"warnings", "rows", "mentions"})
"""Lists of objects or of lists, JSON text in Parquet."""


def write_package(folder: Path, format: str) -> Path:
    """Write ``datapackage.json`` for the tables exported into *folder* as ``jsonl``, ``csv`` or ``parquet``."""
    resources = [_resource(name, format) for name in TABLES]
    package = {"$schema": _PROFILE, "name": "doc-miner-dataset", "title": "doc-miner 数据集", "version": f"{SCHEMA_VERSION}", "resources": resources}
    path = folder / NAME
    with aside(path) as part:
        part.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return path


def _resource(name: str, format: str) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": name, "title": TABLE_TITLES[name], "path": f"{name}.{format}", "format": format, "mediatype": _MEDIA[format],
        "schema": {
            "fields": [_field(name, column, format) for column in TABLES[name]],
            "primaryKey": [KEYS[name]],
            "foreignKeys": [_reference(name, field, other) for field, other in _references(name).items()],
        },
    }  # fmt: skip
    if format != "parquet":
        out["encoding"] = "utf-8"
    return out


def _field(table: str, column: Column, format: str) -> dict[str, Any]:
    told = descriptions()[table, column.name]
    out: dict[str, Any] = {"name": column.name, "type": _TYPES[column.type], "title": told.title, "description": f"{told.zh} | {told.en}", "description_zh": told.zh, "description_en": told.en}
    if format == "parquet" and column.name in KEPT_AS_JSON:
        out["type"] = "string"
    if format == "csv" and column.type == "BOOLEAN":
        out |= {"trueValues": ["1"], "falseValues": ["0"]}
    return out


def _references(table: str) -> dict[str, str]:
    own = {"doc_id": "documents"} if table in RECORD_TABLES or table == "files" else {}
    return own | REFERENCES.get(table, {})


def _reference(table: str, field: str, other: str) -> dict[str, Any]:
    reference: Sequence[str] = [KEYS[other]]
    return {"fields": [field], "reference": {"resource": "" if other == table else other, "fields": reference}}
