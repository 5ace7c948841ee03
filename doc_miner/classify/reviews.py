"""Turn the reviews in a dataset into labelled rows, so that a model can learn from what people corrected."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

from doc_miner.classify.corpus import Row
from doc_miner.dataset.reader import connect
from doc_miner.lexicon import Lexicon
from doc_miner.textfold import fold

WEIGHT = 3.0
"""A reviewed record counts as much as so many rows of the corpus."""
_TABLES = {"problem": "problems", "measure": "measures", "figure": "figures"}
_STANDING = """SELECT * FROM reviews WHERE coalesce(state, 'applied') = 'applied' AND verdict IN ('confirmed', 'corrected', 'added')
               AND field IN ('categories', 'category', '') ORDER BY at, review_id"""
"""What readers hold now: not what was undone, or replaced by a later verdict."""
_SENTENCE = re.compile(r"[。;!?\n]")


def reviewed_rows(dataset: Path, lexicon: Lexicon) -> list[Row]:
    """Return a row for each record whose categories a person confirmed or corrected; the latest verdict counts."""
    with connect(dataset) as db:
        found: dict[tuple[str, str], Row] = {}
        for review in db.execute(_STANDING):
            kind = str(review["record_kind"]).removesuffix("s")
            value = review["new"] if review["verdict"] in ("corrected", "added") or review["new"] else review["old"]
            codes = tuple(code for code in _codes(value if review["field"] else _of_record(value)) if code in lexicon.categories)
            row = _row(db, kind, str(review["record_id"]), codes) if codes and kind in _TABLES else None
            if row is not None:
                found[kind, str(review["record_id"])] = row
    return list(found.values())


def _codes(value: object) -> list[str]:
    try:
        read = json.loads(str(value))
    except ValueError:
        read = str(value).split(",")
    return [str(code).strip() for code in (read if isinstance(read, list) else [read])]


def _of_record(value: object) -> object:
    """Return the categories in a verdict on a whole record, which names its fields."""
    fields = json.loads(str(value)) if value else {}
    return json.dumps(fields.get("categories") or [fields.get("category")])


def _row(db: sqlite3.Connection, kind: str, record_id: str, codes: tuple[str, ...]) -> Row | None:
    record = db.execute(f"SELECT * FROM {_TABLES[kind]} WHERE {kind}_id = ?", (record_id,)).fetchone()
    if record is None:
        return None
    if kind != "figure":
        return Row(kind, codes, fold(record["text"]), weight=WEIGHT)
    document = db.execute("SELECT text FROM documents WHERE doc_id = ?", (record["doc_id"],)).fetchone()
    text = fold(document["text"])
    left = max((match.end() for match in _SENTENCE.finditer(text, max(0, record["start"] - 120), record["start"])), default=max(0, record["start"] - 120))
    right = _SENTENCE.search(text, record["end"], record["end"] + 80)
    return Row(kind, codes[:1], text[left : right.start() if right else record["end"] + 80], fold(record["subject"] or ""), weight=WEIGHT)
