"""Filters of a reader as SQL: what does not fit is never read, and what cannot fit is refused with what there is."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from doc_miner.dataset.schema import TABLES, Column
from doc_miner.errors import DatasetError

_ALONE = ("documents", "reviews", "categories", "indicators", "figure_details")
_OF_DOCUMENT = ("county", "city", "province", "region_code", "doc_type")
_MOST = 12

PANEL = (
    *(Column(name) for name in ("figure_id", "doc_id", "region_code", "province", "city", "county")),
    *(Column(name, "INTEGER") for name in ("year", "stated_year", "document_year")),
    *(Column(name) for name in ("doc_type", "category", "category_name", "indicator", "indicator_name", "subject", "stage", "role", "qualifier")),
    Column("value", "NUMERIC"), Column("value_max", "NUMERIC"), Column("unit"), Column("value_exact"), Column("missing", "BOOLEAN"), Column("confidence", "REAL"),
    Column("text"), Column("page", "INTEGER"), Column("title"), Column("path"), Column("problem_id"), Column("measure_id"),
)  # fmt: skip
"""The columns of the view ``figure_details`` with their types."""

_NAMES = {"category": "categories", "categories": "categories", "indicator": "indicators"}
_CLOSED: dict[str, dict[str, tuple[str, ...]]] = {
    "status": {"measures": ("done", "ongoing", "planned"), "documents": ("ok", "partial", "failed")},
    "role": {name: ("level", "before", "after", "change", "plan", "standard") for name in ("figures", "figure_details")},
    "severity": {"findings": ("error", "warning", "info")},
    "verdict": {"reviews": ("confirmed", "corrected", "rejected", "added")},
}
"""Column to the values it can have, by table."""


def columns_of(name: str) -> Sequence[Column]:
    """Return the columns of a table or of the view ``figure_details``."""
    return PANEL if name == "figure_details" else TABLES[name]


def select(db: sqlite3.Connection, name: str, columns: Sequence[Column], filters: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the SQL that selects *columns* of the rows that fit, and its values; raises `DatasetError` for what cannot fit."""
    known = {column.name: column for column in columns}
    parts: list[str] = []
    values: list[Any] = []
    joined = False
    for key, value in filters.items():
        if key not in known and (key not in _OF_DOCUMENT or name in _ALONE):
            raise DatasetError(f"{name} 表没有“{key}”这一列；可用：{'、'.join(sorted(known))}。")
        options = [_plain(one) for one in value] if isinstance(value, (list, tuple, set, frozenset, range)) else [_plain(value)]
        _check(db, name, key, options)
        joined |= key not in known
        part, given = _condition(f't."{key}"' if key in known else f'd."{key}"', options, is_list=key in known and known[key].is_list)
        parts.append(part)
        values += given
    listed = ", ".join(f't."{column.name}"' for column in columns)
    join = " JOIN documents d ON d.doc_id = t.doc_id" if joined else ""
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    return f"SELECT {listed} FROM {name} t{join}{where}", values


def _condition(column: str, options: Sequence[Any], *, is_list: bool) -> tuple[str, list[Any]]:
    given = [one for one in options if one is not None]
    marks = ",".join("?" * len(given))
    part = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({marks}))" if is_list else f"{column} IN ({marks})"
    return (f"({part} OR {column} IS NULL)" if len(given) < len(options) else part), given


def _plain(value: Any) -> Any:
    """Return a filter's value as SQLite compares it; numpy's and pandas' own numbers are numbers."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, Decimal):
        return float(value)
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def _check(db: sqlite3.Connection, name: str, key: str, options: Sequence[Any]) -> None:
    """Raise `DatasetError` for a value that the column can never have."""
    given = [one for one in options if one is not None]
    there: Sequence[Any] = _CLOSED.get(key, {}).get(name, ())
    if not there and key in _NAMES and name not in ("categories", "indicators"):
        there = [row[0] for row in db.execute(f"SELECT code FROM {_NAMES[key]} ORDER BY code")]
        if name == "targets":
            return  # its indicator is a number in a table
    if not there and given and key in _OF_DOCUMENT:
        there = [row[0] for row in db.execute(f"SELECT DISTINCT {key} FROM documents WHERE {key} IS NOT NULL ORDER BY 1")]
    wrong = [one for one in given if one not in there] if there else []
    if wrong:
        near = difflib.get_close_matches(str(wrong[0]), [str(one) for one in there], n=_MOST, cutoff=0.5) or [str(one) for one in there[:_MOST]]
        more = "……" if len(near) < len(there) else ""
        raise DatasetError(f"{name} 的“{key}”没有“{wrong[0]}”这个值；可用：{'、'.join(near)}{more}。")
