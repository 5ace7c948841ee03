"""The index of all texts: every character is a word, so that Chinese of any length is found as a phrase, exactly.

SQLite's own tokenizers find no words of two characters (trigram) or only what a dictionary
knows. The index holds no text of its own; what is in it is what ``documents.text`` says.
"""

from __future__ import annotations

import sqlite3

from doc_miner.textfold import fold

STATEMENTS = (
    "CREATE TABLE search_documents (number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL UNIQUE REFERENCES documents(doc_id) ON DELETE CASCADE)",
    "CREATE VIRTUAL TABLE search_text USING fts5(text, content='', tokenize='unicode61 remove_diacritics 0')",
)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)} | {0: 32}


def searchable(text: str) -> str:
    """Return *text* as it is compared: width folded, Latin letters small; its length is kept.

    >>> searchable("ＡＩ课堂（１２所）")
    'ai课堂(12所)'
    """
    return fold(text).translate(_LOWER)


def phrase(word: str) -> str:
    """Return the query that finds *word*: its characters in a row."""
    return '"' + " ".join(searchable(word)).replace('"', '""') + '"'


def add_text(db: sqlite3.Connection, doc_id: str, text: str) -> None:
    """Index the text of a document that is not in the index."""
    number = db.execute("INSERT INTO search_documents (doc_id) VALUES (?)", (doc_id,)).lastrowid
    db.execute("INSERT INTO search_text (rowid, text) VALUES (?, ?)", (number, " ".join(searchable(text))))


def drop_text(db: sqlite3.Connection, doc_id: str) -> None:
    """Take a document out of the index; ``documents.text`` must still be the text that was indexed."""
    row = db.execute("SELECT s.number, d.text FROM search_documents s JOIN documents d USING (doc_id) WHERE doc_id=?", (doc_id,)).fetchone()
    if row is not None:
        db.execute("INSERT INTO search_text (search_text, rowid, text) VALUES ('delete', ?, ?)", (row[0], " ".join(searchable(row[1] or ""))))
        db.execute("DELETE FROM search_documents WHERE number=?", (row[0],))


def rebuild(db: sqlite3.Connection) -> None:
    """Make the index anew, from nothing, within the caller's transaction."""
    for name in ("search_text", "search_documents"):
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in STATEMENTS:
        db.execute(statement)
    for (doc_id,) in db.execute("SELECT doc_id FROM documents ORDER BY doc_id").fetchall():
        (text,) = db.execute("SELECT text FROM documents WHERE doc_id=?", (doc_id,)).fetchone()
        add_text(db, doc_id, text or "")
