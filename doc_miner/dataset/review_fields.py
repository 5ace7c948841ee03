"""The fields of a record that a reader may correct: reading, checking and writing one."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from doc_miner.dataset.rows import exact, number
from doc_miner.errors import DatasetError
from doc_miner.lexicon import QUALIFIERS, STAGES

KINDS = {"problem": "problems", "measure": "measures", "figure": "figures"}
"""The kinds of records that can be reviewed, and their tables."""
FIELDS = {
    "problem": ("categories", "indicator", "span"),
    "measure": ("categories", "status", "deadline", "units", "problem_id", "span"),
    "figure": ("value", "value_max", "unit", "qualifier", "subject", "stage", "year", "role", "category", "indicator", "missing", "problem_id", "measure_id", "span"),
}
"""What can be corrected, by kind; ``span`` is start and end."""
_LISTS = ("categories", "units")
_TEXTS = ("unit", "subject", "deadline", "problem_id", "measure_id", "category", "indicator")
_LARGEST_EXPONENT = 30
"""Powers of ten that a value may have: more than all money there is."""
_JSON = (*_LISTS, "span", "year", "missing")
_CHOICES: dict[str, tuple[str | None, ...]] = {
    "status": ("done", "ongoing", "planned"),
    "role": ("level", "before", "after", "change", "plan", "standard"),
    "qualifier": tuple(QUALIFIERS),
    "stage": (*STAGES, None),
}
_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def encoded(value: Any) -> str | None:
    """Return a value as a review keeps it: text as it is, everything else as JSON, nothing as null.

    >>> encoded(["G2"]), encoded("done"), encoded(2023), encoded(None)
    ('["G2"]', 'done', '2023', None)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return exact(value)
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False, default=exact)


def decoded(field: str, text: str | None) -> Any:
    """Return the value that `encoded` made *text* of."""
    return json.loads(text) if field in _JSON and text is not None else text


def same(field: str, one: Any, other: Any) -> bool:
    """Return whether two values of a field are the same; numbers are, however they are written."""
    if field in ("value", "value_max") and one is not None and other is not None:
        try:
            return Decimal(one) == Decimal(other)
        except (InvalidOperation, TypeError, ValueError):
            return False
    return encoded(one) == encoded(other)


def read_field(row: Mapping[str, Any], field: str) -> Any:
    """Return a field of a row as a reader sees it."""
    if field == "span":
        return [row["start"], row["end"]]
    if field in ("value", "value_max"):
        return row[f"{field}_exact"]
    value = row[field]
    if field in _LISTS:
        return json.loads(value or "[]")
    return bool(value) if field == "missing" else value


def check_field(db: sqlite3.Connection, kind: str, row: Mapping[str, Any], field: str, value: Any, text: str) -> None:
    """Raise `DatasetError` where a field of this kind cannot have this value."""
    if field not in FIELDS[kind]:
        raise DatasetError(f"“{field}”不能核对；可用：{'、'.join(FIELDS[kind])}。")
    fault = DatasetError(f"“{field}”不能是 {encoded(value)}。")
    if field in _CHOICES and value not in _CHOICES[field]:
        raise DatasetError(f"“{field}”不能是 {encoded(value)}；可用：{'、'.join(one for one in _CHOICES[field] if one)}。")
    if field in _LISTS and not (isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)):
        raise fault
    if field in ("value", "value_max") and value is not None:
        try:
            if isinstance(value, bool) or not Decimal(value).is_finite() or abs(Decimal(value).adjusted()) > _LARGEST_EXPONENT:
                raise fault
        except (InvalidOperation, TypeError, ValueError) as error:
            raise fault from error
    if field == "year" and not (value is None or (isinstance(value, int) and 1900 <= value <= 2200)):
        raise fault
    if field == "missing" and not isinstance(value, bool):
        raise fault
    if field == "deadline" and not (value is None or _DAY.fullmatch(str(value))):
        raise fault
    if field in _TEXTS and not (value is None or isinstance(value, str)):
        raise fault
    if field == "span" and not _is_place(value, len(text)):
        raise fault
    _check_reference(db, row, field, value, fault)


def _is_place(value: Any, length: int) -> bool:
    whole = isinstance(value, (list, tuple)) and len(value) == 2 and all(type(one) is int for one in value)
    return whole and 0 <= value[0] < value[1] <= length


def _check_reference(db: sqlite3.Connection, row: Mapping[str, Any], field: str, value: Any, fault: DatasetError) -> None:
    """Raise *fault* where a code is not in the tables of names, or a record not in the document."""
    if field in ("problem_id", "measure_id") and value is not None:
        if db.execute(f"SELECT 1 FROM {field[:-3]}s WHERE {field} = ? AND doc_id = ?", (value, row["doc_id"])).fetchone() is None:
            raise fault
    codes = value if field == "categories" else [value] if field in ("category", "indicator") and value is not None else []
    table = "indicators" if field == "indicator" else "categories"
    known = {code for (code,) in db.execute(f"SELECT code FROM {table}")} if codes else set()
    if known and not set(codes) <= known:
        raise fault


def write_field(db: sqlite3.Connection, kind: str, record_id: str, field: str, value: Any, text: str) -> None:
    """Set a field of a record, with what depends on it: the exact value beside the number, the words of a span."""
    values: dict[str, Any] = {field: value}
    if field == "span":
        values = {"start": value[0], "end": value[1], "text": text[value[0] : value[1]]}
    elif field in ("value", "value_max"):
        decimal = None if value is None else Decimal(value)
        values = {field: number(decimal), f"{field}_exact": exact(decimal)}
        if field == "value" and decimal is not None:
            values["missing"] = 0
    elif field in _LISTS:
        values = {field: json.dumps(list(value), ensure_ascii=False)}
    elif field == "missing":
        values = {field: int(value)}
    settings = ", ".join(f'"{column}" = ?' for column in values)
    db.execute(f"UPDATE {KINDS[kind]} SET {settings} WHERE {kind}_id = ?", (*values.values(), record_id))
