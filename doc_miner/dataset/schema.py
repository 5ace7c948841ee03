"""The tables of a dataset, in one place: names, columns and types as ``PRAGMA user_version`` 1 has them."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its SQLite type, and ``json`` where it holds a list."""

    name: str
    type: str = "TEXT"

    @property
    def is_list(self) -> bool:
        """Whether the column holds a JSON list."""
        return self.type == "JSON"


def _columns(*specs: str) -> tuple[Column, ...]:
    return tuple(Column(*spec.split(":")) for spec in specs)


TABLES: dict[str, tuple[Column, ...]] = {
    "documents": _columns(
        "doc_id", "path", "sha256", "format", "title", "doc_type", "issuer", "doc_number", "date", "year:INTEGER", "region_code", "province", "city", "county",
        "text", "pages:INTEGER", "status", "warnings:JSON", "mined_at", "miner_version", "lexicon_digest",
    ),
    "files": _columns("path", "doc_id", "size:INTEGER", "mtime_ns:INTEGER"),
    "tables": _columns("table_id", "doc_id", "page:INTEGER", "caption", "unit", "header_rows:INTEGER", "rows:JSON", "start:INTEGER", "end:INTEGER"),
    "sections": _columns("section_id", "doc_id", "parent_id", "level:INTEGER", "number", "heading", "start:INTEGER", "end:INTEGER", "role"),
    "problems": _columns(
        "problem_id", "doc_id", "section_id", "number", "text", "start:INTEGER", "end:INTEGER", "mentions:JSON", "categories:JSON", "indicator", "confidence:REAL", "rule"
    ),
    "measures": _columns(
        "measure_id", "doc_id", "section_id", "problem_id", "number", "text", "start:INTEGER", "end:INTEGER", "categories:JSON", "status", "deadline", "units:JSON",
        "confidence:REAL", "rule",
    ),
    "figures": _columns(
        "figure_id", "doc_id", "section_id", "problem_id", "measure_id", "text", "start:INTEGER", "end:INTEGER", "value:NUMERIC", "value_max:NUMERIC", "unit", "qualifier",
        "subject", "stage", "year:INTEGER", "role", "category", "indicator", "missing:BOOLEAN", "confidence:REAL", "rule", "page:INTEGER", "bbox:JSON", "value_exact", "value_max_exact",
    ),
    "changes": _columns("change_id", "doc_id", "before", "after", "change"),
    "targets": _columns("target_id", "doc_id", "indicator:INTEGER", "indicator_code", "stage", "year:INTEGER", "text", "value:NUMERIC", "unit", "qualifier"),
    "citations": _columns("citation_id", "doc_id", "start:INTEGER", "end:INTEGER", "title", "doc_number"),
    "findings": _columns("finding_id", "doc_id", "rule", "severity", "message", "expected", "found", "figures:JSON", "start:INTEGER", "end:INTEGER"),
    "reviews": _columns(
        "review_id", "record_kind", "record_id", "doc_sha256", "start:INTEGER", "end:INTEGER", "field", "old", "new", "verdict", "reviewer", "at"
    ),
}

KEYS = {name: columns[0].name for name, columns in TABLES.items()}
"""The primary key of each table."""

RECORD_TABLES = tuple(name for name in TABLES if name not in ("documents", "files", "reviews"))
"""The tables that hold the records of one document and are replaced with it."""


def create_statements() -> list[str]:
    """Return the SQL that makes an empty dataset of this version."""
    out = []
    for name, columns in TABLES.items():
        parts = [f'"{column.name}" {_sql_type(column)}' + (" PRIMARY KEY" if column.name == KEYS[name] else "") for column in columns]
        if name in RECORD_TABLES:
            parts.append("FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE")
        out.append(f"CREATE TABLE {name} ({', '.join(parts)}) WITHOUT ROWID" if name != "documents" else f"CREATE TABLE {name} ({', '.join(parts)})")
    out += [f"CREATE INDEX {name}_doc ON {name}(doc_id)" for name in RECORD_TABLES]
    out += [
        "CREATE INDEX files_doc ON files(doc_id)",
        "CREATE INDEX documents_place ON documents(county, year)",
        "CREATE INDEX figures_indicator ON figures(indicator, year, stage)",
        "CREATE INDEX figures_category ON figures(category, year)",
    ]
    return out


def _sql_type(column: Column) -> str:
    return {"JSON": "TEXT", "BOOLEAN": "INTEGER"}.get(column.type, column.type)
