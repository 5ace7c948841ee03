"""Rows as a DataFrame, each column in its own type: nullable integers, categories for what repeats, dates, lists as lists, exact decimals as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas

from doc_miner.dataset.schema import Column

CATEGORICAL = (
    "format", "doc_type", "status", "province", "city", "county", "region_code", "unit", "qualifier", "stage", "role", "category", "category_name", "indicator",
    "indicator_name", "indicator_code", "rule", "severity", "verdict", "record_kind", "state", "miner_version", "lexicon_digest", "model_digest",
)  # fmt: skip
"""Columns of text with few values, each of them often."""
DATES = ("deadline",)
"""Columns that hold whole days; ``documents.date`` may be a year or a month, and stays text."""
_TYPES = {"INTEGER": "Int64", "REAL": "Float64", "NUMERIC": "Float64", "BOOLEAN": "boolean"}


def frame_of(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> pandas.DataFrame:
    """Return *rows* with *columns*. Gaps are ``pandas.NA`` (``NaT`` for dates, None for lists)."""
    by_column: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pandas.DataFrame({column.name: _series(column, values) for column, values in zip(columns, by_column, strict=True)})


def _series(column: Column, values: Sequence[Any]) -> pandas.Series:
    if column.is_list:
        return pandas.Series([None if text is None else json.loads(text) for text in values], dtype=object)
    if column.name in DATES:
        return pandas.to_datetime(pandas.Series(values, dtype=object), format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
    if column.type == "BOOLEAN":
        return pandas.Series([None if value is None else bool(value) for value in values], dtype="boolean")
    if column.type in ("REAL", "NUMERIC"):
        return pandas.Series([None if value is None else float(value) for value in values], dtype="Float64")
    if column.type != "TEXT":
        return pandas.Series(values, dtype=_TYPES[column.type])
    if column.name in CATEGORICAL:
        return pandas.Series(pandas.Categorical(values))
    return pandas.Series(values, dtype="string")
