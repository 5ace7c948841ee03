"""Reviews: what a reader says holds, survives mining again, can be taken back, and is never written over another reader's word."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import Summary, mine_archive
from doc_miner.classify.reviews import reviewed_rows
from doc_miner.dataset.reviews import ReviewConflict, add_record, add_review, undo, unfit
from doc_miner.dataset.store import Store
from doc_miner.engine.serial import Serial
from doc_miner.errors import DatasetError
from doc_miner.lexicon import Lexicon

REPORT = """青岚县义务教育均衡发展督导反馈问题整改情况的报告
一、存在问题
（一）大班额问题突出。全县56人以上班级5个。
（二）校舍紧张。小学缺教室12间。
二、整改措施
（一）化解大班额。2024年底前投入资金5.5万元新建学校2所。
（二）扩建校舍。计划新建教室12间。责任单位：县教育局。
另有山区教学点供水困难。
青岚县人民政府
2023年9月20日
"""


class Case:
    def __init__(self, folder: Path, lexicon: Lexicon) -> None:
        self.file, self.path, self.lexicon = folder / "报告.txt", folder / "dataset.db", lexicon
        self.file.write_text(REPORT, "utf-8")
        self.mine()

    def mine(self, **options: Any) -> Summary:
        return mine_archive([self.file], self.path, lexicon=options.pop("lexicon", self.lexicon), engine=Serial(), **options)

    def one(self, sql: str, *values: Any) -> Any:
        with closing(sqlite3.connect(self.path)) as db:
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            return db.execute(sql, values).fetchone()

    def id(self, kind: str, words: str) -> str:
        (key,) = self.one(f"SELECT {kind}_id FROM {kind}s WHERE text LIKE ?", f"%{words}%")
        return str(key)

    def review(self, kind: str, words: str, field: str, old: Any, new: Any = None, **options: Any) -> str:
        with Store(self.path) as store:
            return add_review(store, kind, self.id(kind, words), field, old, new, reviewer=options.pop("reviewer", "甲"), **options)

    def undo(self, review: str) -> None:
        with Store(self.path) as store:
            undo(store, review)


@pytest.fixture
def case(tmp_path: Path, lexicon: Lexicon) -> Case:
    return Case(tmp_path, lexicon)


CORRECTIONS = [
    ("problem", "校舍紧张", "categories", ["G3"]),
    ("measure", "扩建校舍", "status", "done"),
    ("measure", "扩建校舍", "units", ["县财政局", "县教育局"]),
    ("measure", "化解大班额", "deadline", "2025-06-30"),
    ("measure", "化解大班额", "problem_id", None),
    ("figure", "5.5万元", "value", "56000.50"),
    ("figure", "2所", "year", 2022),
    ("figure", "2所", "role", "level"),
    ("figure", "2所", "missing", True),
    ("figure", "2所", "stage", "小学"),
]


def shown(case: Case, kind: str, key: str, field: str) -> Any:
    column = f"{field}_exact" if field == "value" else field
    (value,) = case.one(f"SELECT {column} FROM {kind}s WHERE {kind}_id = ?", key)
    return json.loads(value or "[]") if field in ("categories", "units") else bool(value) if field == "missing" else value


@pytest.mark.parametrize(("kind", "words", "field", "new"), CORRECTIONS, ids=lambda value: str(value)[:12])
def test_a_correction_holds_survives_mining_and_can_be_taken_back(case: Case, kind: str, words: str, field: str, new: Any) -> None:
    key = case.id(kind, words)
    old = shown(case, kind, key, field)
    assert old != new
    review = case.review(kind, words, field, old, new)
    for _ in range(2):
        assert shown(case, kind, key, field) == new
        case.mine(force=True)
    case.undo(review)
    for _ in range(2):
        assert shown(case, kind, key, field) == old
        case.mine(force=True)


def test_a_corrected_value_is_the_number_and_the_exact_text(case: Case) -> None:
    case.review("figure", "5.5万元", "value", "55000.0", "56000.50")
    assert case.one("SELECT value, value_exact FROM figures WHERE text = '5.5万元'") == (56000.5, "56000.50")


def test_a_corrected_place_changes_the_words_and_later_reviews_still_find_the_record(case: Case) -> None:
    key = case.id("problem", "校舍紧张")
    start, end = case.one('SELECT start, "end" FROM problems WHERE problem_id = ?', key)
    case.review("problem", "校舍紧张", "span", [start, end], [start, start + 4])
    case.review("problem", "校舍紧张", "categories", shown(case, "problem", key, "categories"), ["G3"])
    case.mine(force=True)
    assert case.one('SELECT text, "end", categories FROM problems WHERE problem_id = ?', key) == ("校舍紧张", start + 4, '["G3"]')


def test_a_rejected_record_stays_away_and_comes_back_with_its_links(case: Case) -> None:
    key = case.id("problem", "校舍紧张")
    linked = case.one("SELECT count(*) FROM measures WHERE problem_id = ?", key)
    assert linked != (0,)
    review = case.review("problem", "校舍紧张", "", None, verdict="rejected")
    for _ in range(2):
        assert case.one("SELECT count(*) FROM problems WHERE problem_id = ?", key) == (0,)
        case.mine(force=True)
    case.undo(review)
    assert case.one("SELECT count(*) FROM measures WHERE problem_id = ?", key) == linked
    with pytest.raises(ReviewConflict, match="已不存在"), Store(case.path) as store:
        add_review(store, "problem", "nobody", "", None, verdict="rejected", reviewer="甲")


def test_an_added_record_survives_and_can_be_taken_back(case: Case) -> None:
    doc_id, start = case.one("SELECT doc_id, instr(text, '另有山区') - 1 FROM documents")
    with Store(case.path) as store:
        review = add_record(store, "problem", doc_id, start, start + 11, {"categories": ["R2"]}, reviewer="甲")
        with pytest.raises(ReviewConflict, match="已有这种记录"):
            add_record(store, "problem", doc_id, start, start + 11, {}, reviewer="乙")
    for _ in range(2):
        assert case.one("SELECT text, categories, rule FROM problems WHERE text LIKE '另有山区%'") == ("另有山区教学点供水困难", '["R2"]', "problem/added")
        case.mine(force=True)
    case.undo(review)
    case.mine(force=True)
    assert case.one("SELECT 1 FROM problems WHERE text LIKE '另有山区%'") is None


def test_what_a_reader_confirmed_outlives_a_program_that_thinks_otherwise(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    review = case.review("measure", "扩建校舍", "status", "planned", verdict="confirmed")
    whole = case.review("measure", "化解大班额", "", None, verdict="confirmed")
    import doc_miner.records as records

    monkeypatch.setattr(records, "status_of", lambda *a, **k: "ongoing")
    case.mine(force=True)
    assert case.one("SELECT status FROM measures WHERE text LIKE '%扩建校舍%'") == ("planned",)
    kept = case.one("SELECT status FROM measures WHERE text LIKE '%化解大班额%'")
    case.undo(review)
    case.undo(whole)
    assert case.one("SELECT status FROM measures WHERE text LIKE '%扩建校舍%'") == ("ongoing",)
    assert kept != ("ongoing",) and case.one("SELECT status FROM measures WHERE text LIKE '%化解大班额%'") == ("ongoing",)


def test_of_two_readers_the_second_is_told_what_the_first_did(case: Case) -> None:
    case.review("measure", "扩建校舍", "status", "planned", "done")
    with pytest.raises(ReviewConflict, match="“status”现在是 done，不是 planned（甲 已于 .* 核对）；请刷新后再核对。"):
        case.review("measure", "扩建校舍", "status", "planned", "ongoing", reviewer="乙")
    assert case.one("SELECT count(*) FROM reviews") == (1,)
    later = case.review("measure", "扩建校舍", "status", "done", "ongoing", reviewer="乙")
    assert case.one("SELECT state FROM reviews WHERE reviewer = '甲'") == ("replaced",)
    case.undo(later)
    assert case.one("SELECT status FROM measures WHERE text LIKE '%扩建校舍%'") == ("done",)
    with pytest.raises(ReviewConflict, match="已被撤销"):
        case.undo(later)


@pytest.mark.parametrize(
    ("kind", "words", "field", "old", "new"),
    [
        ("measure", "扩建校舍", "status", "planned", "finished"),
        ("measure", "扩建校舍", "text", "", "x"),
        ("measure", "扩建校舍", "deadline", None, "年底"),
        ("measure", "扩建校舍", "problem_id", None, "d-p0"),
        ("problem", "校舍紧张", "categories", ["R2"], ["Z9"]),
        ("figure", "5.5万元", "value", "55000", "很多"),
        ("figure", "5.5万元", "value", "55000", "NaN"),
        ("figure", "5.5万元", "span", [0, 1], [5, 2]),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_cannot_be_is_refused(case: Case, kind: str, words: str, field: str, old: Any, new: Any) -> None:
    with pytest.raises(DatasetError):
        case.review(kind, words, field, old, new)
    assert case.one("SELECT count(*) FROM reviews") == (0,)


def test_a_review_of_a_changed_file_is_told_and_holds_again_when_the_file_is_back(case: Case) -> None:
    case.review("measure", "扩建校舍", "status", "planned", "done")
    case.file.write_text(REPORT.replace("12间", "13间"), "utf-8")
    case.mine()
    with Store(case.path) as store:
        (one,) = unfit(store.db)
        assert one.kind == "measure" and "文件内容已变" in one.note and str(case.file) in one.note
    case.file.write_text(REPORT, "utf-8")
    case.mine()
    assert case.one("SELECT status FROM measures WHERE text LIKE '%扩建校舍%'") == ("done",)
    assert case.one("SELECT state, note FROM reviews") == ("applied", "")


def test_a_review_whose_record_is_not_found_any_more_is_told(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.review("figure", "2所", "unit", "所", "个")
    from doc_miner.records import Extractor

    whole = Extractor.complete

    def fewer(self: Extractor, *arguments: Any) -> Any:
        records = whole(self, *arguments)
        return replace(records, figures=tuple(one for one in records.figures if one.text != "2所"))

    monkeypatch.setattr(Extractor, "complete", fewer)
    case.mine(force=True)
    with Store(case.path) as store:
        assert [(one.kind, one.text, one.note) for one in unfit(store.db)] == [("figure", "2所", "程序已不再找到这条记录")]
    monkeypatch.undo()
    case.mine(force=True)
    assert case.one("SELECT unit FROM figures WHERE text = '2所'") == ("个",)


def test_a_review_follows_its_record_when_the_text_is_read_otherwise(case: Case) -> None:
    case.review("measure", "扩建校舍", "status", "planned", "done")
    with Store(case.path) as store, store.transaction() as db:
        db.execute('UPDATE reviews SET start = start + 7, "end" = "end" + 7')
    case.mine(force=True)
    assert case.one("SELECT status FROM measures WHERE text LIKE '%扩建校舍%'") == ("done",)


def test_other_lexicons_keep_the_reviews(case: Case, tmp_path: Path) -> None:
    case.review("measure", "扩建校舍", "status", "planned", "done")
    shutil.copytree(case.lexicon.folder, tmp_path / "lexicons")
    with (tmp_path / "lexicons" / "set_phrases.tsv").open("a", encoding="utf-8") as file:
        file.write("一事一议到底\n")
    assert case.mine(lexicon=Lexicon.load(tmp_path / "lexicons")).read == 1
    assert case.one("SELECT status FROM measures WHERE text LIKE '%扩建校舍%'") == ("done",)


def test_a_model_learns_from_what_stands_and_not_from_what_was_taken_back(case: Case) -> None:
    old = shown(case, "problem", case.id("problem", "校舍紧张"), "categories")
    review = case.review("problem", "校舍紧张", "categories", old, ["G3"])
    case.review("measure", "扩建校舍", "", None, verdict="confirmed")
    doc_id, start = case.one("SELECT doc_id, instr(text, '另有山区') - 1 FROM documents")
    with Store(case.path) as store:
        add_record(store, "problem", doc_id, start, start + 11, {"categories": ["G4"]}, reviewer="甲")
    learnt = {(row.kind, row.categories[0]) for row in reviewed_rows(case.path, case.lexicon)}
    assert learnt >= {("problem", "G3"), ("problem", "G4")} and len(learnt) == 3
    case.undo(review)
    assert ("problem", "G3") not in {(row.kind, row.categories[0]) for row in reviewed_rows(case.path, case.lexicon)}


@pytest.mark.parametrize(("after", "page"), [(3, 3), (4, None), (None, None)])
def test_an_added_record_is_on_the_page_of_the_records_around_it(case: Case, after: int | None, page: int | None) -> None:
    with Store(case.path) as store:
        (text, doc_id) = store.db.execute("SELECT text, doc_id FROM documents").fetchone()
        start = text.index("校舍紧张")
        for table in ("problems", "measures", "figures"):
            store.db.execute(f"UPDATE {table} SET page = CASE WHEN start <= ? THEN 3 ELSE ? END", (start, after))
        add_record(store, "figure", doc_id, start + 1, start + 3, {}, reviewer="甲")
    assert case.one("SELECT page FROM figures WHERE rule = 'figure/added'") == (page,)
