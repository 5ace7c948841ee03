"""A dataset of an older version is brought to this one with all its rows; one that cannot be is left as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doc_miner.archive import mine_archive
from doc_miner.dataset import open_dataset
from doc_miner.dataset.migrations import MIGRATIONS
from doc_miner.dataset.schema import RECORD_TABLES, SCHEMA_VERSION, TABLES
from doc_miner.dataset.store import Store
from doc_miner.engine.serial import Serial
from doc_miner.errors import DatasetError
from doc_miner.lexicon import Lexicon

VERSION_1 = """
CREATE TABLE documents ("doc_id" TEXT PRIMARY KEY, "path" TEXT, "sha256" TEXT, "format" TEXT, "title" TEXT, "doc_type" TEXT, "issuer" TEXT, "doc_number" TEXT, "date" TEXT, "year" INTEGER, "region_code" TEXT, "province" TEXT, "city" TEXT, "county" TEXT, "text" TEXT, "pages" INTEGER, "status" TEXT, "warnings" TEXT, "mined_at" TEXT, "miner_version" TEXT, "lexicon_digest" TEXT);
CREATE TABLE files ("path" TEXT PRIMARY KEY, "doc_id" TEXT, "size" INTEGER, "mtime_ns" INTEGER) WITHOUT ROWID;
CREATE TABLE tables ("table_id" TEXT PRIMARY KEY, "doc_id" TEXT, "page" INTEGER, "caption" TEXT, "unit" TEXT, "header_rows" INTEGER, "rows" TEXT, "start" INTEGER, "end" INTEGER, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE sections ("section_id" TEXT PRIMARY KEY, "doc_id" TEXT, "parent_id" TEXT, "level" INTEGER, "number" TEXT, "heading" TEXT, "start" INTEGER, "end" INTEGER, "role" TEXT, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE problems ("problem_id" TEXT PRIMARY KEY, "doc_id" TEXT, "section_id" TEXT, "number" TEXT, "text" TEXT, "start" INTEGER, "end" INTEGER, "mentions" TEXT, "categories" TEXT, "indicator" TEXT, "confidence" REAL, "rule" TEXT, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE measures ("measure_id" TEXT PRIMARY KEY, "doc_id" TEXT, "section_id" TEXT, "problem_id" TEXT, "number" TEXT, "text" TEXT, "start" INTEGER, "end" INTEGER, "categories" TEXT, "status" TEXT, "deadline" TEXT, "units" TEXT, "confidence" REAL, "rule" TEXT, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE figures ("figure_id" TEXT PRIMARY KEY, "doc_id" TEXT, "section_id" TEXT, "problem_id" TEXT, "measure_id" TEXT, "text" TEXT, "start" INTEGER, "end" INTEGER, "value" NUMERIC, "value_max" NUMERIC, "unit" TEXT, "qualifier" TEXT, "subject" TEXT, "stage" TEXT, "year" INTEGER, "role" TEXT, "category" TEXT, "indicator" TEXT, "missing" INTEGER, "confidence" REAL, "rule" TEXT, "page" INTEGER, "bbox" TEXT, "value_exact" TEXT, "value_max_exact" TEXT, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE changes ("change_id" TEXT PRIMARY KEY, "doc_id" TEXT, "before" TEXT, "after" TEXT, "change" TEXT, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE targets ("target_id" TEXT PRIMARY KEY, "doc_id" TEXT, "indicator" INTEGER, "indicator_code" TEXT, "stage" TEXT, "year" INTEGER, "text" TEXT, "value" NUMERIC, "unit" TEXT, "qualifier" TEXT, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE citations ("citation_id" TEXT PRIMARY KEY, "doc_id" TEXT, "start" INTEGER, "end" INTEGER, "title" TEXT, "doc_number" TEXT, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE findings ("finding_id" TEXT PRIMARY KEY, "doc_id" TEXT, "rule" TEXT, "severity" TEXT, "message" TEXT, "expected" TEXT, "found" TEXT, "figures" TEXT, "start" INTEGER, "end" INTEGER, FOREIGN KEY (doc_id) REFERENCES documents(doc_id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE reviews ("review_id" TEXT PRIMARY KEY, "record_kind" TEXT, "record_id" TEXT, "doc_sha256" TEXT, "start" INTEGER, "end" INTEGER, "field" TEXT, "old" TEXT, "new" TEXT, "verdict" TEXT, "reviewer" TEXT, "at" TEXT) WITHOUT ROWID;
CREATE INDEX tables_doc ON tables(doc_id);
CREATE INDEX sections_doc ON sections(doc_id);
CREATE INDEX problems_doc ON problems(doc_id);
CREATE INDEX measures_doc ON measures(doc_id);
CREATE INDEX figures_doc ON figures(doc_id);
CREATE INDEX changes_doc ON changes(doc_id);
CREATE INDEX targets_doc ON targets(doc_id);
CREATE INDEX citations_doc ON citations(doc_id);
CREATE INDEX findings_doc ON findings(doc_id);
CREATE INDEX files_doc ON files(doc_id);
CREATE INDEX documents_place ON documents(county, year);
CREATE INDEX figures_indicator ON figures(indicator, year, stage);
CREATE INDEX figures_category ON figures(category, year);
"""
REPORT = """青岚县义务教育均衡发展督导反馈问题整改情况的报告
一、存在问题
（一）大班额问题突出。全县56人以上班级5个。
二、整改措施
（一）化解大班额。2024年底前投入资金5.5万元新建学校2所，班级由25个降至5个。
青岚县人民政府
2023年9月20日
"""
SHA = "9f" * 32


def shape(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as db:
        return {name: " ".join(sql.replace('"', "").split()) for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A dataset of version 1 with a document, its records, and a review."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(VERSION_1)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("INSERT INTO documents (doc_id, path, sha256, format, county, year, text, status, warnings) VALUES ('d', 'a.txt', ?, 'txt', '青岚县', 2023, '甲乙丙丁5个', 'ok', '[]')", (SHA,))
        db.execute("INSERT INTO files VALUES ('a.txt', 'd', 9, 9)")
        db.execute("INSERT INTO sections (section_id, doc_id, level, start, end) VALUES ('d-s1', 'd', 1, 0, 6)")
        db.execute("INSERT INTO problems (problem_id, doc_id, section_id, text, start, end, categories) VALUES ('d-p0', 'd', 'd-s1', '甲乙', 0, 2, '[\"G2\"]')")
        db.execute("INSERT INTO measures (measure_id, doc_id, section_id, problem_id, text, start, end, status, deadline) VALUES ('d-m2', 'd', 'd-s1', 'd-p0', '丙丁', 2, 4, 'planned', '2024-12-31')")
        db.execute("INSERT INTO figures (figure_id, doc_id, measure_id, text, start, end, value, missing, page, bbox, value_exact) VALUES ('d-f4', 'd', 'd-m2', '5个', 4, 6, 5, 0, 1, '[1, 2, 3, 4]', '5')")
        db.execute("INSERT INTO changes VALUES ('d-c1', 'd', NULL, 'd-f4', NULL)")
        db.execute("INSERT INTO reviews VALUES ('r1', 'problem', 'd-p0', ?, 0, 2, 'categories', '[\"G1\"]', '[\"G2\"]', 'corrected', '甲', '2024-01-01')", (SHA,))
        db.execute("PRAGMA user_version=1")
        db.commit()
    return path


def test_there_is_a_step_from_every_version() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA_VERSION))


def test_an_old_dataset_gets_the_shape_of_a_new_one(old: Path, tmp_path: Path) -> None:
    with Store(old), Store(tmp_path / "new.db"):
        pass
    assert shape(old) == shape(tmp_path / "new.db")
    with closing(sqlite3.connect(old)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert (db.execute("PRAGMA foreign_key_check").fetchall(), db.execute("PRAGMA integrity_check").fetchone()) == ([], ("ok",))


def test_an_old_dataset_keeps_every_row_and_value(old: Path) -> None:
    def rows() -> dict[str, list[dict[str, object]]]:
        with closing(sqlite3.connect(old)) as db:
            db.row_factory = sqlite3.Row
            there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            return {name: [{key: row[key] for key in row.keys()} for row in db.execute(f"SELECT * FROM {name}")] for name in sorted(there)}  # noqa: SIM118 - a Row iterates over its values

    before = rows()
    with Store(old):
        pass
    after = rows()
    for name, listed in before.items():
        assert [row | one for row, one in zip(after[name], listed, strict=True)] == after[name], name
        assert {key for row in after[name] for key, value in row.items() if value is not None and key not in listed[0]} <= {"state"}
    assert after["reviews"][0]["state"] == "applied"


def test_a_migrated_dataset_is_read_and_mined_like_any_other(old: Path, tmp_path: Path, lexicon: Lexicon) -> None:
    with pytest.raises(DatasetError, match="数据集版本是 1，本程序读取版本 2；请运行 doc-miner check --repair"):
        open_dataset(old)
    (tmp_path / "b.txt").write_text(REPORT, "utf-8")
    mine_archive([tmp_path / "b.txt"], old, lexicon=lexicon, engine=Serial())
    dataset = open_dataset(old)
    assert {Path(path).name for path in dataset.documents().path} == {"a.txt", "b.txt"}
    assert list(dataset.figures(county="青岚县", text="5个").doc_id).count("d") == 1


def test_a_migration_that_is_stopped_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shape(old)
    monkeypatch.setitem(MIGRATIONS, 1, (*MIGRATIONS[1], "SELECT no_such_function()"))
    with pytest.raises(DatasetError):
        Store(old)
    assert shape(old) == before
    monkeypatch.undo()
    with Store(old) as store:
        assert store.counts()["figures"] == 1


def test_every_question_that_has_a_view_is_answered(old: Path) -> None:
    with Store(old) as store:
        rows = {name: store.db.execute(f"SELECT * FROM {name}").fetchall() for name in ("figure_details", "problem_measures", "open_promises", "movements")}
        assert {name: len(found) for name, found in rows.items()} == dict.fromkeys(rows, 1)
        (promise,) = store.db.execute("SELECT county, deadline, measure, problem FROM open_promises").fetchall()
        assert promise == ("青岚县", "2024-12-31", "丙丁", "甲乙")
        store.db.execute("UPDATE figures SET indicator = 'JB-01', role = 'level'")
        assert store.db.execute("SELECT county, year, value FROM indicator_values WHERE indicator = 'JB-01'").fetchall() == [("青岚县", 2023, 5)]


def test_a_record_can_only_refer_to_records_of_its_document(old: Path) -> None:
    with Store(old) as store:
        for column in ("section_id", "problem_id", "measure_id"):
            with pytest.raises(sqlite3.IntegrityError):
                store.db.execute(f"UPDATE figures SET {column} = 'e-x1'")
        assert set(RECORD_TABLES) < set(TABLES)


def test_an_index_of_an_older_form_is_made_anew(tmp_path: Path) -> None:
    with Store(tmp_path / "new.db"):
        pass
    wanted = shape(tmp_path / "new.db")
    with closing(sqlite3.connect(tmp_path / "new.db")) as db:
        db.execute("DROP INDEX figures_indicator")
        db.execute("CREATE INDEX figures_indicator ON figures(indicator, year, stage)")
    assert shape(tmp_path / "new.db") != wanted
    with Store(tmp_path / "new.db"):
        pass
    assert shape(tmp_path / "new.db") == wanted


def test_the_values_of_an_indicator_are_read_from_indexes_alone(tmp_path: Path) -> None:
    with Store(tmp_path / "new.db") as store:
        plan = [row[3] for row in store.db.execute("EXPLAIN QUERY PLAN SELECT * FROM indicator_values WHERE indicator = 'YZ-01'")]
    assert [step.split(" (")[0] for step in plan[:2]] == ["SEARCH f USING COVERING INDEX figures_indicator", "SEARCH d USING COVERING INDEX documents_region"]
