"""Turn a report into rows of the dataset's tables; values leave as exact decimals (fractions to six places)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from doc_miner.dataset.schema import KEYS, RECORD_TABLES, REFERENCES, TABLES
from doc_miner.model import Report
from doc_miner.numerals import Number
from doc_miner.source import BBox, Warning

Row = tuple[Any, ...]
_COLUMNS = {name: [(column.name, column.is_list) for column in columns] for name, columns in TABLES.items()}


def rows_of(report: Report, *, mined_at: str, miner_version: str, lexicon_digest: str, model_digest: str, size: int, mtime_ns: int) -> dict[str, list[Row]]:
    """Return the rows of every table for one mined document."""
    document, meta = report.document, report.metadata
    doc_id = document.doc_id
    head = {
        "doc_id": doc_id, "path": document.path, "sha256": document.sha256, "format": document.format, "title": meta.title, "doc_type": meta.doc_type, "issuer": meta.issuer,
        "doc_number": meta.doc_number, "date": meta.date, "year": meta.year, "region_code": meta.region.code, "province": meta.region.province, "city": meta.region.city,
        "county": meta.region.county, "text": document.text, "pages": document.pages, "status": report.status, "warnings": [_warning(w) for w in report.warnings],
        "mined_at": mined_at, "miner_version": miner_version, "lexicon_digest": lexicon_digest, "model_digest": model_digest,
    }  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [head],
        "files": [{"path": document.path, "doc_id": doc_id, "size": size, "mtime_ns": mtime_ns}],
        "tables": [_from(t, doc_id, rows=[list(row) for row in t.rows]) for t in document.tables],
        "sections": [_from(s, doc_id) for s in report.sections],
        "problems": [_from(p, doc_id, mentions=[list(m) for m in p.mentions], bbox=_box(p.bbox)) for p in report.problems],
        "measures": [_from(m, doc_id, bbox=_box(m.bbox)) for m in report.measures],
        "figures": [
            _from(f, doc_id, value=number(f.value), value_max=number(f.value_max), value_exact=exact(f.value), value_max_exact=exact(f.value_max), bbox=_box(f.bbox))
            for f in report.figures
        ],
        "changes": [_from(c, doc_id) for c in report.changes],
        "targets": [_from(t, doc_id, value=number(t.value)) for t in report.targets],
        "citations": [_from(c, doc_id) for c in report.citations],
        "findings": [_from(f, doc_id) for f in report.findings],
    }
    return {name: [_row(name, values) for values in rows] for name, rows in tables.items()}


def check_keys(tables: Mapping[str, Sequence[Row]]) -> None:
    """Raise `ValueError` where two records of a document have one key or a record refers to none: the dataset would refuse it, and all that is written with it."""
    known: dict[str, set[Any]] = {}
    for name in RECORD_TABLES:
        rows, columns = tables.get(name, ()), names(name)
        known[name] = {row[0] for row in rows}  # the key is the first column
        if len(known[name]) < len(rows):
            raise ValueError(f"two records of {name} have the same {KEYS[name]}")
        for column, other in REFERENCES.get(name, {}).items():
            at = columns.index(column)
            unknown = {row[at] for row in rows} - known[other] - {None}
            if unknown:
                raise ValueError(f"{name}.{column} names no record of {other}: {min(unknown)}")


def failed_rows(
    doc_id: str, path: str, sha256: str | None, warning: Warning, *, mined_at: str, miner_version: str, lexicon_digest: str, model_digest: str, size: int, mtime_ns: int
) -> dict[str, list[Row]]:
    """Return the rows of a document that was not read, with its reason."""
    document = {
        "doc_id": doc_id, "path": path, "sha256": sha256, "text": "", "status": "failed", "warnings": [_warning(warning)],
        "mined_at": mined_at, "miner_version": miner_version, "lexicon_digest": lexicon_digest, "model_digest": model_digest,
    }  # fmt: skip
    return {"documents": [_row("documents", document)], "files": [(path, doc_id, size, mtime_ns)]}


def _box(bbox: BBox | None) -> list[float] | None:
    return None if bbox is None else list(bbox)


def _warning(warning: Warning) -> dict[str, str]:
    return {"code": warning.code, "message": warning.message, "place": warning.place}


def _from(record: Any, doc_id: str, **values: Any) -> dict[str, Any]:
    out = {name: getattr(record, name) for name in record.__slots__}
    return out | values | {"doc_id": doc_id}


def _row(table: str, values: dict[str, Any]) -> Row:
    return tuple([_listed(values.get(name)) if is_list else _plain(values.get(name)) for name, is_list in _COLUMNS[table]])


def _listed(value: Any) -> str | None:
    if not value:
        return None if value is None else "[]"
    return json.dumps(value if isinstance(value, list) else list(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    return int(value) if value is True or value is False else value


def exact(value: Number | None) -> str | None:
    """Return a value as an exact decimal string; a fraction without one rounded to six places.

    >>> exact(Fraction(2, 3)), exact(Decimal("7000000"))
    ('0.666667', '7000000')
    """
    if value is None:
        return None
    if isinstance(value, Fraction):
        value = round(Decimal(value.numerator) / Decimal(value.denominator), 6)
    return f"{value:f}"


def number(value: Number | None) -> int | float | None:
    """Return a value as SQLite stores it: an integer where it is one, else the nearest float of its exact decimal."""
    text = exact(value)
    if text is None:
        return None
    if "." not in text:
        return int(text) if abs(int(text)) < 2**63 else float(text)
    return float(text)


def names(table: str) -> Sequence[str]:
    """Return the column names of a table in order."""
    return [column.name for column in TABLES[table]]
