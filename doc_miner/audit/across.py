"""Across the documents of a region: what one document says against what another does. Computed when it is asked for.

A dataset grows; what two documents say of each other changes with each that is added. So these findings are not
stored with a document but computed from the dataset, of documents with a county and a date.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from sqlite3 import Connection, Row

from doc_miner.audit.rules import SEVERITIES
from doc_miner.dataset.reader import connect
from doc_miner.similarity import bigrams, dice

ALIKE = 0.5
"""Least likeness of wording (shared bigrams) of two problems that are taken for one; they must share their main category too."""
_REGION = "coalesce(d.region_code, coalesce(d.province, '') || coalesce(d.city, '') || d.county)"
"""The region of a document, by its names where the list of regions has no code for it."""
_PART = re.compile(r"城区|县城|乡村|农村|乡镇|镇区|[一-鿿]{2}镇|民办|公办|[一二三四五六七八九十]中|中心校|实验")


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as it is listed: rule, severity, message, and where it stands (document's path, place in its text)."""

    rule: str
    severity: str
    message: str
    path: str
    start: int
    end: int
    title: str | None = None

    @property
    def order(self) -> tuple[int, str, int, str]:
        """By severity, document and place."""
        return list(SEVERITIES).index(self.severity), self.path, self.start, self.rule


@dataclass(frozen=True, slots=True)
class RegionRule:
    """A rule over the documents of one region; *find* takes the dataset and the day that counts as today."""

    name: str
    severity: str
    title: str
    find: Callable[[Connection, date], Iterator[tuple[str, Row]]]
    example: str
    counterexample: str


def audit_dataset(path: Path, today: date, severities: Sequence[str] = ()) -> list[Remark]:
    """Return all findings of a dataset, gravest first: those stored with its documents and those across documents.

    *severities* keeps some of them (all where empty). Raises `DatasetError` where there is no dataset.
    """
    with connect(path) as db:
        rows = db.execute('SELECT f.rule, f.severity, f.message, d.path, f.start, f."end" AS stop, d.title FROM findings f JOIN documents d USING (doc_id)')
        out = [Remark(*row) for row in rows]
        for rule in REGION_RULES:
            out += [Remark(rule.name, rule.severity, message, row["path"], row["start"] or 0, row["stop"] or 0, row["title"]) for message, row in rule.find(db, today)]
    return sorted((r for r in out if not severities or r.severity in severities), key=lambda remark: remark.order)


# --- one indicator, one year, two values -----------------------------------------------------
def _two_documents(db: Connection, today: date) -> Iterator[tuple[str, Row]]:
    """The same indicator, stage, year and unit of a county with two values."""
    rows = db.execute(
        f'SELECT f.indicator, f.stage, f.year, f.unit, f.text, f.value_exact, f.subject, f.start, f."end" AS stop, d.doc_id, d.path, d.title, d.date, {_REGION} AS region FROM figures f JOIN documents d USING (doc_id) '
        f"WHERE f.indicator IS NOT NULL AND f.year IS NOT NULL AND f.role IN ('level', 'after') AND f.qualifier = '=' AND f.value_exact IS NOT NULL AND f.value_max_exact IS NULL AND {_REGION} IS NOT NULL ORDER BY d.date, d.doc_id, f.start"
    )
    known: dict[tuple[object, ...], Row] = {}
    for row in rows:
        if _PART.search(row["subject"] or ""):
            continue
        key = (row["region"], row["indicator"], row["stage"], row["year"], row["unit"])
        first = known.setdefault(key, row)
        if first["doc_id"] != row["doc_id"] and not _same(first, row):
            yield f"{row['year']}年{row['stage'] or ''}“{row['subject']}”在两份文件中不一：《{_title(first)}》为{first['text']}，本文件为{row['text']}。", row


def _same(a: Row, b: Row) -> bool:
    """Return whether two values are equal to the digits of the one with fewer."""
    one, two = Decimal(a["value_exact"]), Decimal(b["value_exact"])
    places = min(max(0, -int(one.as_tuple().exponent)), max(0, -int(two.as_tuple().exponent)))
    return abs(one - two) < Decimal(1).scaleb(-places) if one != one.to_integral() or two != two.to_integral() else one == two


def _title(row: Row) -> str:
    return str(row["title"] or row["path"])


# --- solved, and there again -----------------------------------------------------------------
def _returned(db: Connection, today: date) -> Iterator[tuple[str, Row]]:
    """A problem all of whose measures were reported done, and a later document that finds it again."""
    problems: dict[str, list[Row]] = defaultdict(list)
    for row in db.execute(
        f'SELECT p.problem_id, p.text, p.categories, p.start, p."end" AS stop, d.doc_id, d.path, d.title, d.date, {_REGION} AS region, d.doc_type, '
        "(SELECT group_concat(DISTINCT m.status) FROM measures m WHERE m.problem_id = p.problem_id) AS status FROM problems p JOIN documents d USING (doc_id) "
        f"WHERE {_REGION} IS NOT NULL AND d.date IS NOT NULL ORDER BY d.date, d.doc_id, p.start"
    ):
        problems[row["region"]].append(row)
    cited = _cited(db)
    for rows in problems.values():
        solved = [(row, bigrams(row["text"])) for row in rows if row["status"] == "done"]
        for row in rows:
            for old, grams in solved:
                if old["date"][:4] >= row["date"][:4] or old["doc_id"] == row["doc_id"] or _main(old) != _main(row) or cited[old["doc_id"]] & cited[row["doc_id"]]:
                    continue
                if dice(grams, bigrams(row["text"])) >= ALIKE:
                    yield f"问题再次出现：“{_brief(row['text'])}”；《{_title(old)}》（{old['date']}）曾报告已整改。", row
                    break


def _cited(db: Connection) -> dict[str, set[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for doc_id, number in db.execute("SELECT doc_id, doc_number FROM citations WHERE doc_number IS NOT NULL"):
        out[doc_id].add(number)
    return out


def _main(row: Row) -> str | None:
    codes = json.loads(row["categories"] or "[]")
    return codes[0] if codes else None


def _brief(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else flat[:39] + "…"


# --- promised, and nothing heard ---------------------------------------------------------------
def _unreported(db: Connection, today: date) -> Iterator[tuple[str, Row]]:
    """Promises whose deadline has passed in a county that has no document from after it."""
    latest = dict(db.execute(f"SELECT {_REGION}, max(d.date) FROM documents d WHERE {_REGION} IS NOT NULL AND d.date IS NOT NULL GROUP BY 1").fetchall())
    promised: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in db.execute(
        f'SELECT m.text, m.deadline, m.start, m."end" AS stop, d.doc_id, d.path, d.title, d.date, {_REGION} AS region FROM measures m JOIN documents d USING (doc_id) '
        f"WHERE m.status IN ('planned', 'ongoing') AND m.deadline IS NOT NULL AND {_REGION} IS NOT NULL AND d.date IS NOT NULL ORDER BY d.doc_id, m.deadline, m.start"
    ):
        if row["date"] < row["deadline"] < today.isoformat() and latest[row["region"]] < row["deadline"]:
            promised[row["doc_id"], row["deadline"]].append(row)
    for (_, deadline), rows in promised.items():
        more = f"等{len(rows)}项" if len(rows) > 1 else ""
        yield f"承诺期限{deadline}已过，未见后续文件：“{_brief(rows[0]['text'])}”{more}。", rows[0]


REGION_RULES = (
    RegionRule("values-differ", "error", "两份文件数字不一", _two_documents, "两份文件：2022年全县初中三年巩固率为98.6%；2022年全县初中三年巩固率为96.8%。", "两份文件：2022年全县初中三年巩固率为98.6%；2023年全县初中三年巩固率为96.8%。"),
    RegionRule("problem-returns", "warning", "问题再次出现", _returned, "2020年报告大班额已整改完成；2022年又列为存在问题。", "2020年报告大班额正在整改；2022年仍列为存在问题。"),
    RegionRule("promise-unreported", "info", "承诺到期无报告", _unreported, "承诺2021年底前完成；数据集中没有该县2021年底以后的文件。", "承诺2021年底前完成；数据集中有该县2022年的报告。"),
)
"""The rules over several documents; their findings are computed from the dataset and never stored."""
