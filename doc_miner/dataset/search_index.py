"""The index of all texts: every character is a word, so that Chinese of any length is found as a phrase, exactly.

SQLite's own tokenizers find no words of two characters (trigram) or only what a dictionary
knows. The index holds no text of its own; what is in it is what ``documents.text`` says.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from doc_miner.textfold import fold

STATEMENTS = (
    "CREATE TABLE search_documents (number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL UNIQUE REFERENCES documents(doc_id) ON DELETE CASCADE)",
    "CREATE VIRTUAL TABLE search_text USING fts5(text, content='', tokenize='unicode61 remove_diacritics 0')",
    "INSERT INTO search_text (search_text, rank) VALUES ('hashsize', 16777216)",  # bytes gathered in memory before a part of the index is written
)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)} | {0: 32}
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ\ud800-\udfff\0]+")
_AT_ONCE = 200
"""Texts that are held at once while they are indexed."""


def searchable(text: str) -> str:
    """Return *text* as it is compared: width folded, Latin letters small; its length is kept.

    >>> searchable("ＡＩ课堂（１２所）")
    'ai课堂(12所)'
    """
    return fold(text).translate(_LOWER)


def phrase(word: str) -> str:
    """Return the query that finds *word*: its characters in a row."""
    return '"' + " ".join(searchable(word)).replace('"', '""') + '"'


def add_texts(db: sqlite3.Connection, texts: Iterable[tuple[str, str]]) -> None:
    """Index the texts of documents that are not in the index, as pairs of id and text."""
    for some in _batches(texts):
        (last,) = db.execute("SELECT coalesce(max(number), 0) FROM search_documents").fetchone()
        db.executemany("INSERT INTO search_documents (number, doc_id) VALUES (?, ?)", ((number, doc_id) for number, (doc_id, _) in enumerate(some, last + 1)))
        db.executemany("INSERT INTO search_text (rowid, text) VALUES (?, ?)", ((number, _indexed(text)) for number, (_, text) in enumerate(some, last + 1)))


def _batches(texts: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    rest = iter(texts)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def drop_text(db: sqlite3.Connection, doc_id: str) -> None:
    """Take a document out of the index; ``documents.text`` must still be the text that was indexed."""
    row = db.execute("SELECT s.number, d.text FROM search_documents s JOIN documents d USING (doc_id) WHERE doc_id=?", (doc_id,)).fetchone()
    if row is not None:
        db.execute("INSERT INTO search_text (search_text, rowid, text) VALUES ('delete', ?, ?)", (row[0], _indexed(row[1] or "")))
        db.execute("DELETE FROM search_documents WHERE number=?", (row[0],))


def _indexed(text: str) -> str:
    """Return what SQLite indexes of *text*: its characters one by one, with a space after each. Marks are no words, and case is folded by the
    tokenizer, so that only letters and digits of full width are changed, and what cannot be stored."""
    if _WIDE.search(text):
        text = _WIDE.sub(lambda found: searchable(found[0]), text)
    narrow = text.encode("utf-32-le")  # four bytes a character: they are moved apart all at once, in less than half the time
    spaced = bytearray(b" \0\0\0" * (2 * len(text)))
    for byte in range(3):
        spaced[byte::8] = narrow[byte::4]
    return spaced.decode("utf-32-le")


def rebuild(db: sqlite3.Connection) -> None:
    """Make the index anew, from nothing, within the caller's transaction."""
    for name in ("search_text", "search_documents"):
        db.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in STATEMENTS:
        db.execute(statement)
    ids = db.execute("SELECT doc_id FROM documents ORDER BY doc_id").fetchall()
    add_texts(db, ((doc_id, db.execute("SELECT text FROM documents WHERE doc_id=?", (doc_id,)).fetchone()[0] or "") for (doc_id,) in ids))
