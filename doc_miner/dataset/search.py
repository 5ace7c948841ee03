"""Search a dataset: documents, or the problems, measures and figures in them, that hold every word of a query.

A word is any string without spaces; it is found as it stands, whatever its length. Width of
letters and digits and the case of Latin letters do not matter.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from doc_miner.dataset.connection import connect
from doc_miner.dataset.search_index import phrase, searchable
from doc_miner.errors import SettingsError

KINDS = {"文档": "documents", "问题": "problems", "措施": "measures", "数据": "figures"}
"""What can be searched, as users call it, and its table."""
_FEW = 1000
"""Documents that are looked up one by one; of more, the whole list is read, which is as long as the archive."""
_MOST_RANKED, _FEW_RANKED = 2000, 100
"""Documents that are put in order of how well they fit; of more, the latest come first, but for a few that region and year leave."""
_ONCE = 12
"""Characters of a word that is not expected to stand in one document more than once."""
_AROUND = 30
"""Characters of a snippet on either side of what was found."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document or record that was found: where it stands, and a snippet with the places of the words in it."""

    kind: str
    doc_id: str
    path: str
    title: str | None
    county: str | None
    year: int | None
    record_id: str | None
    start: int
    end: int
    page: int | None
    snippet: str
    marks: tuple[tuple[int, int], ...]
    count: int
    """How often the words occur in the document or record."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, and how many documents hold the words (all characters of each in a row, marks between them not counted)."""

    hits: tuple[Hit, ...]
    documents: int


def search(
    dataset: Path,
    query: str,
    *,
    kinds: Sequence[str] = ("文档",),
    regions: Sequence[str] = (),
    years: Sequence[int] = (),
    categories: Sequence[str] = (),
    limit: int = 20,
) -> Found:
    """Return what holds every word of *query*, best documents first (of more than 2,000, and of a word of 12 or more characters, the latest first), records in the order of the text.

    *kinds* are keys of `KINDS`; *regions* are names (or their beginnings: 柳江) or codes of a province,
    city or county; *years* are years of the documents; *categories* are codes that a record must carry
    (then documents are not listed). Raises `SettingsError` for an empty query, an unknown kind or category,
    `DatasetError` where the dataset cannot be read.
    """
    words = query.split()
    if not words:
        raise SettingsError("没有要查找的词；例如：doc-miner search 大班额")
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise SettingsError(f"不能查找“{'、'.join(unknown)}”；可用：{'、'.join(KINDS)}。")
    with connect(dataset) as db:
        codes = {row[0] for row in db.execute("SELECT code FROM categories")}
        if wrong := [code for code in categories if code not in codes]:
            raise SettingsError(f"没有类别“{'、'.join(wrong)}”；可用：{'、'.join(sorted(codes))}。")
        searched = [searchable(word) for word in words]
        where, values = _filters(regions, years)
        hits: list[Hit] = []
        ranked = _ranked(db, searched, where, values)
        for document in _documents(db, ranked, searched):
            hits += _hits(db, document, searched, kinds, categories)
            if len(hits) >= limit:
                break
    return Found(tuple(hits[:limit]), len(ranked))


def _filters(regions: Sequence[str], years: Sequence[int]) -> tuple[str, list[object]]:
    parts, values = [], []
    if regions:
        each = "d.county LIKE ? || '%' OR d.city LIKE ? || '%' OR d.province LIKE ? || '%' OR d.region_code = ?"
        parts.append("(" + " OR ".join([each] * len(regions)) + ")")
        values += [region.replace("%", "").replace("_", "") for region in regions for _ in range(4)]
    if years:
        parts.append(f"d.year IN ({','.join('?' * len(years))})")
        values += list(map(str, years))
    return "".join(f" AND {part}" for part in parts), list(values)


def _ranked(db: sqlite3.Connection, words: Sequence[str], where: str, values: Sequence[object]) -> list[str]:
    """Return the ids of the documents that hold every word, the best first (where they are not ranked, the latest); of words that are only marks, which are not indexed, all.

    The index is asked once and by itself; region and year are looked up beside it, in an index of their own.
    """
    phrases = [phrase(word) for word in words if any(char.isalnum() for char in word)]
    if not phrases:
        return [row[0] for row in db.execute(f"SELECT d.doc_id FROM documents d WHERE d.status <> 'failed'{where} ORDER BY d.doc_id", values)]
    query = " AND ".join(phrases)
    found = {number for (number,) in _tuples(db, "SELECT rowid FROM search_text WHERE search_text MATCH ?", (query,))}
    about = "SELECT s.number, d.doc_id, d.year FROM documents d INDEXED BY documents_region JOIN search_documents s USING (doc_id)"
    if len(found) > _FEW or where:
        kept = {number: doc_id for number, doc_id, _ in _tuples(db, f"{about} WHERE 1{where} ORDER BY d.year DESC, d.doc_id", values) if number in found}
    else:
        rows = [row for number in found for row in _tuples(db, f"{about} WHERE s.number = ?", (number,))]
        kept = {number: doc_id for number, doc_id, _ in sorted(rows, key=lambda row: (-(row[2] or 0), row[1]))}
    rank = _ranks(db, query, words, kept, len(found))
    return [kept[number] for number in (sorted(kept, key=lambda number: rank[number]) if rank else kept)]


def _tuples(db: sqlite3.Connection, sql: str, values: Sequence[object]) -> sqlite3.Cursor:
    """Return the rows of a query as plain tuples: where there are many, to name their columns takes as long as to find them."""
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values)


def _ranks(db: sqlite3.Connection, query: str, words: Sequence[str], kept: Mapping[int, str], found: int) -> Mapping[int, float]:
    """Return how well each of the *kept* documents fits, the smaller the better; nothing for words in very many, which tell little and take long,
    and for a single long one, which hardly stands twice in a document."""
    if len(words) == 1 and len(words[0]) >= _ONCE:
        return {}
    if found <= _MOST_RANKED:
        return dict(_tuples(db, "SELECT rowid, rank FROM search_text WHERE search_text MATCH ?", (query,)).fetchall())
    if len(kept) > _FEW_RANKED:
        return {}
    texts = {number: searchable(db.execute("SELECT text FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()[0]) for number, doc_id in kept.items()}
    usual = sum(map(len, texts.values())) / max(1, len(texts))
    return {number: -sum(_weight(text.count(word), len(text) / usual) for word in words) for number, text in texts.items()}


def _weight(times: int, length: float) -> float:
    """Return what a word weighs that stands so many times in a document, whose length is told in usual lengths: BM25 with its usual constants,
    as SQLite ranks, without the rareness of the word, which is the same for all."""
    return times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length))


def _documents(db: sqlite3.Connection, ranked: Sequence[str], words: Sequence[str]) -> Iterator[sqlite3.Row]:
    """Yield those of the documents that hold every word as it stands."""
    for doc_id in ranked:
        row: sqlite3.Row = db.execute("SELECT doc_id, path, title, county, year, text FROM documents WHERE doc_id=?", (doc_id,)).fetchone()
        text = searchable(row["text"])
        if all(word in text for word in words):
            yield row


def _hits(db: sqlite3.Connection, document: sqlite3.Row, words: Sequence[str], kinds: Sequence[str], categories: Sequence[str]) -> Iterator[Hit]:
    for kind in kinds:
        if kind == "文档":
            if not categories:
                places = _places(searchable(document["text"]), words)
                yield _hit(document, kind, None, places[0][0], places[0][1], None, len(places), words)
            continue
        for row in _records(db, KINDS[kind], document["doc_id"], categories):
            text = searchable(f"{row['subject']}\n{row['text']}" if kind == "数据" else row["text"])
            if all(word in text for word in words):
                yield _hit(document, kind, row[0], row["start"], row["end"], row["page"], len(_places(text, words)), words)


def _records(db: sqlite3.Connection, table: str, doc_id: str, categories: Sequence[str]) -> Iterator[sqlite3.Row]:
    where, values = "", []
    if categories:
        marks = ",".join("?" * len(categories))
        where = f" AND category IN ({marks})" if table == "figures" else f" AND EXISTS (SELECT 1 FROM json_each(categories) WHERE value IN ({marks}))"
        values = list(categories)
    yield from db.execute(f"SELECT {table[:-1]}_id, * FROM {table} WHERE doc_id=?{where} ORDER BY \"start\"", (doc_id, *values))


def _places(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    return sorted((match.start(), match.end()) for word in words for match in re.finditer(re.escape(word), text))


def _hit(document: sqlite3.Row, kind: str, record: str | None, start: int, end: int, page: int | None, count: int, words: Sequence[str]) -> Hit:
    """Return a hit with a snippet: around the first of the words within the record, on one line."""
    text = document["text"]
    inside = _places(searchable(text[start:end]), words)
    at = (start + inside[0][0], start + inside[0][1]) if inside else (start, end)
    left, right = max(0, at[0] - _AROUND), min(len(text), at[1] + _AROUND)
    snippet = "".join(" " if char.isspace() else char for char in text[left:right])
    return Hit(
        kind, document["doc_id"], document["path"], document["title"], document["county"], document["year"], record, start, end, page,
        snippet, tuple(_places(searchable(snippet), words)), count,
    )  # fmt: skip
