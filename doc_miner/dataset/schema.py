"""The tables of a dataset, in one place: names, columns, types, keys and indexes as ``PRAGMA user_version`` 2 has them.

What changes here is a step in `doc_miner.dataset.migrations`. Nothing may depend on the order of the columns.
"""

from __future__ import annotations

from dataclasses import dataclass

from doc_miner.dataset import search_index
from doc_miner.dataset.views import VIEWS

SCHEMA_VERSION = 2


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
        "text", "pages:INTEGER", "status", "warnings:JSON", "mined_at", "miner_version", "lexicon_digest", "model_digest",
    ),
    "files": _columns("path", "doc_id", "size:INTEGER", "mtime_ns:INTEGER"),
    "tables": _columns("table_id", "doc_id", "page:INTEGER", "caption", "unit", "header_rows:INTEGER", "rows:JSON", "start:INTEGER", "end:INTEGER"),
    "sections": _columns("section_id", "doc_id", "parent_id", "level:INTEGER", "number", "heading", "start:INTEGER", "end:INTEGER", "role"),
    "problems": _columns(
        "problem_id", "doc_id", "section_id", "number", "text", "start:INTEGER", "end:INTEGER", "mentions:JSON", "categories:JSON", "indicator", "confidence:REAL", "rule",
        "page:INTEGER", "bbox:JSON",
    ),
    "measures": _columns(
        "measure_id", "doc_id", "section_id", "problem_id", "number", "text", "start:INTEGER", "end:INTEGER", "categories:JSON", "status", "deadline", "units:JSON",
        "confidence:REAL", "rule", "page:INTEGER", "bbox:JSON",
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
        "review_id", "record_kind", "record_id", "doc_sha256", "start:INTEGER", "end:INTEGER", "field", "old", "new", "verdict", "reviewer", "at",
        "text", "mined", "state", "note",
    ),
    "categories": _columns("code", "name", "dimension"),
    "indicators": _columns("code", "number:INTEGER", "name", "category", "source"),
    "roots": _columns("path", "mined_at"),
}  # fmt: skip

KEYS = {name: columns[0].name for name, columns in TABLES.items()}
"""The primary key of each table."""

RECORD_TABLES = tuple(name for name, columns in TABLES.items() if name not in ("documents", "files") and any(column.name == "doc_id" for column in columns))
"""The tables that hold the records of one document and are replaced with it; a table refers only to those before it."""

REFERENCES: dict[str, dict[str, str]] = {
    "sections": {"parent_id": "sections"},
    "problems": {"section_id": "sections"},
    "measures": {"section_id": "sections", "problem_id": "problems"},
    "figures": {"section_id": "sections", "problem_id": "problems", "measure_id": "measures"},
    "changes": {"before": "figures", "after": "figures", "change": "figures"},
}
"""Column to the table whose key it holds, for each table: always a record of the same document, or null."""

_INDEXES = (
    "CREATE INDEX files_doc ON files(doc_id)",
    "CREATE INDEX documents_place ON documents(county, year)",
    "CREATE INDEX documents_sha256 ON documents(sha256)",
    # Region and year without the page of the text: what every join of records with their place reads.
    "CREATE INDEX documents_region ON documents(doc_id, county, year, city, province, region_code)",
    # All that the view indicator_values tells of a figure: a look into the table for each of 20,000 values takes longer than all the rest.
    "CREATE INDEX figures_indicator ON figures(indicator, year, doc_id, role, stage, value, unit, qualifier, missing, figure_id) WHERE indicator IS NOT NULL",
    "CREATE INDEX figures_category ON figures(category, year)",
    "CREATE INDEX measures_deadline ON measures(deadline) WHERE deadline IS NOT NULL",
    "CREATE INDEX reviews_document ON reviews(doc_sha256)",
    "CREATE INDEX reviews_record ON reviews(record_id)",
)


def create_statements() -> list[str]:
    """Return the SQL that makes an empty dataset of this version."""
    return [*(table_statement(name) for name in TABLES), *index_statements(), *VIEWS.values(), *search_index.STATEMENTS]


def table_statement(name: str, as_name: str | None = None) -> str:
    """Return the SQL that makes the table *name*, under another name where *as_name* is given.

    Records lie in the order in which they were written, those of a document together: a large dataset grows at its end, and only
    its indexes grow in between.
    """
    parts = [f'"{column.name}" {_sql_type(column)}' + (" PRIMARY KEY NOT NULL" if column.name == KEYS[name] else "") for column in TABLES[name]]
    if name in RECORD_TABLES or name == "files":
        parts.append("FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE")
    for column, other in REFERENCES.get(name, {}).items():
        parts.append(f'FOREIGN KEY (doc_id, "{column}") REFERENCES {other}(doc_id, {KEYS[other]})')
    return f"CREATE TABLE {as_name or name} ({', '.join(parts)})" + ("" if name == "documents" or name in RECORD_TABLES else " WITHOUT ROWID")


def index_statements() -> list[str]:
    """Return the SQL of the indexes; the unique ones on document and key are what the foreign keys refer to."""
    return [f"CREATE UNIQUE INDEX {name}_doc ON {name}(doc_id, {KEYS[name]})" for name in RECORD_TABLES] + list(_INDEXES)


def _sql_type(column: Column) -> str:
    return {"JSON": "TEXT", "BOOLEAN": "INTEGER"}.get(column.type, column.type)
