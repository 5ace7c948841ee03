"""Bring a dataset of an older version to this one: a table of steps, and one way to give the tables their shape."""

from __future__ import annotations

import sqlite3

from doc_miner.dataset import search_index
from doc_miner.dataset.schema import SCHEMA_VERSION, TABLES, index_statements, table_statement
from doc_miner.dataset.views import VIEWS

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE reviews ADD COLUMN state TEXT",
        "UPDATE reviews SET state = 'applied'",
    ),
}
"""Version to the SQL that turns its data into those of the next one. Columns and tables that are merely new need no step: `reshape` adds them empty."""


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring a dataset of *version* (1 or later) to `SCHEMA_VERSION`.

    The caller has begun a transaction, with foreign keys off, and commits: a migration that is stopped leaves the dataset as it was.
    """
    for step in range(version, SCHEMA_VERSION):
        for statement in MIGRATIONS[step]:
            db.execute(statement)
    reshape(db)


def renew_indexes(db: sqlite3.Connection) -> None:
    """Make anew the indexes that a dataset of this version has in an older form: they are no part of what it says, and any form of them can be read.

    The caller has begun a transaction. Takes seconds for millions of records, once.
    """
    made = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
    for statement in index_statements():
        name = statement.split(" ON ")[0].split()[-1]
        if made.get(name, statement) != statement:
            db.execute(f"DROP INDEX {name}")
            db.execute(statement)


def reshape(db: sqlite3.Connection) -> None:
    """Make every table, index and view as this version has them, and keep all rows: what a column has under its name stays, a new one is empty."""
    made = {(kind, name) for kind, name in db.execute("SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL")}
    for kind, name in made:
        if kind in ("view", "index"):
            db.execute(f'DROP {kind} "{name}"')
    for name, columns in TABLES.items():
        if ("table", name) not in made:
            db.execute(table_statement(name))
            continue
        db.execute(table_statement(name, f"new_{name}"))
        there = {row[1] for row in db.execute(f"PRAGMA table_info({name})")}
        kept = ", ".join(f'"{column.name}"' for column in columns if column.name in there)
        db.execute(f"INSERT INTO new_{name} ({kept}) SELECT {kept} FROM {name}")
        db.execute(f"DROP TABLE {name}")
        db.execute(f"ALTER TABLE new_{name} RENAME TO {name}")
    for statement in (*index_statements(), *VIEWS.values()):
        db.execute(statement)
    search_index.rebuild(db)
    db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
