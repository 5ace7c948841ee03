"""Turn a report into rows of the dataset's tables; values leave as exact decimals (fractions to six places)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter, itemgetter
from typing import Any

from doc_miner.dataset.schema import KEYS, RECORD_TABLES, REFERENCES, TABLES
from doc_miner.model import Report
from doc_miner.numerals import Number
from doc_miner.source import Warning

Row = tuple[Any, ...]
_encoded = json.JSONEncoder(ensure_ascii=False).encode


class _Reader:
    """Makes the rows of a table of records: ``doc_id``, columns that are made by functions of the record, and fields of the same name, all in the order of the columns."""

    def __init__(self, table: str, **made: Callable[[Any], Any]) -> None:
        for column in TABLES[table]:
            if column.is_list:
                made[column.name] = _of_field(column.name, _listed)
            elif column.type == "BOOLEAN":
                made[column.name] = _of_field(column.name, int)
        own = [name for name in names(table) if name != "doc_id" and name not in made]
        self._made, self._fields = list(made.values()), attrgetter(*own)
        order = ["doc_id", *made, *own]
        self._ordered = itemgetter(*(order.index(name) for name in names(table)))

    def rows(self, records: Iterable[Any], doc_id: str) -> list[Row]:
        """Return the rows of a document's records."""
        made, fields, ordered = self._made, self._fields, self._ordered
        return [ordered((doc_id, *[make(record) for make in made], *fields(record))) for record in records]


def _of_field(name: str, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    field = attrgetter(name)
    return lambda record: make(field(record))


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
    rows = {"documents": [_row("documents", head)], "files": [(document.path, doc_id, size, mtime_ns)]}
    records: dict[str, Iterable[Any]] = {
        "tables": document.tables, "sections": report.sections, "problems": report.problems, "measures": report.measures, "figures": report.figures,
        "changes": report.changes, "targets": report.targets, "citations": report.citations, "findings": report.findings,
    }  # fmt: skip
    return rows | {name: _READERS[name].rows(some, doc_id) for name, some in records.items()}


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


def _warning(warning: Warning) -> dict[str, str]:
    return {"code": warning.code, "message": warning.message, "place": warning.place}


def _row(table: str, values: dict[str, Any]) -> Row:
    return tuple([_listed(values.get(column.name)) if column.is_list else values.get(column.name) for column in TABLES[table]])


def _listed(value: Sequence[Any] | None) -> str | None:
    if not value:
        return None if value is None else "[]"
    return _encoded(value)


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
    if value is None:
        return None
    text = f"{value:f}" if isinstance(value, Decimal) else str(exact(value))
    if "." not in text:
        return int(text) if abs(int(text)) < 2**63 else float(text)
    return float(text)


def names(table: str) -> Sequence[str]:
    """Return the column names of a table in order."""
    return [column.name for column in TABLES[table]]


_READERS = {
    "figures": _Reader(
        "figures",
        value=lambda figure: number(figure.value),
        value_max=lambda figure: number(figure.value_max),
        value_exact=lambda figure: exact(figure.value),
        value_max_exact=lambda figure: exact(figure.value_max),
    ),
    "targets": _Reader("targets", value=lambda target: number(target.value)),
    **{name: _Reader(name) for name in ("tables", "sections", "problems", "measures", "changes", "citations", "findings")},
}
