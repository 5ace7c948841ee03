"""Search over a dataset: exact for Chinese of any length, whatever happened to its documents since."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from doc_miner.archive import mine_archive
from doc_miner.dataset import search as searching
from doc_miner.dataset.search import KINDS, search
from doc_miner.dataset.search_index import rebuild, searchable
from doc_miner.engine.serial import Serial
from doc_miner.errors import DatasetError, SettingsError
from doc_miner.lexicon import Lexicon

TEXTS = {
    "青岚.txt": "青岚县人民政府关于督导反馈问题的整改报告\n\n一、存在问题及整改情况\n问题1：大班额尚未消除。全县56人以上班级61个。\n整改措施：一是加快新建学校，新增学位4050个；二是严控大班额。\n\n青岚县人民政府\n2023年5月6日\n",
    "沚水.txt": "沚水县人民政府关于教师培训工作的整改报告\n\n一、存在问题及整改情况\n问题1：德育活动形式单一，ＡＩ课堂仅１２所学校开设。\n整改措施：一是安排教师培训经费30万元；二是开展德育评比。\n\n沚水县人民政府\n2021年3月1日\n",
    "空白.txt": "大班，额外说明：本文没有那个词。\n",
}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def dataset(folder: Path, lexicon: Lexicon) -> Path:
    mine_archive([folder], folder / "d.db", lexicon=lexicon, engine=Serial())
    return folder / "d.db"


def files(dataset: Path, query: str, **filters: object) -> list[str]:
    return [Path(hit.path).name for hit in search(dataset, query, **filters).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("额", {"青岚.txt", "空白.txt"}),
        ("德育", {"沚水.txt"}),
        ("大班额", {"青岚.txt"}),  # 大班，额 is another thing
        ("教师培训经费", {"沚水.txt"}),
        ("ai课堂", {"沚水.txt"}),
        ("AI课堂", {"沚水.txt"}),
        ("12所", {"沚水.txt"}),
        ("教师 德育", {"沚水.txt"}),
        ("教师 大班额", set()),
        ("56人", {"青岚.txt"}),
        ("班，额", {"空白.txt"}),
        ("班 ， 额", {"空白.txt", "青岚.txt"}),
        ("；", {"青岚.txt", "沚水.txt"}),
        ('"', set()),
        ("大班额 OR 德育", set()),
        ("没有这个", set()),
    ],
)
def test_a_word_is_found_as_it_stands(dataset: Path, query: str, names: set[str]) -> None:
    assert set(files(dataset, query)) == names


def test_every_piece_of_every_text_is_found(dataset: Path) -> None:
    rng = random.Random(5)
    for name, text in TEXTS.items():
        for _ in range(40):
            start = rng.randrange(len(text) - 8)
            piece = text[start : start + rng.randint(1, 8)].strip()
            if piece and not any(char.isspace() for char in piece):
                assert name in files(dataset, piece)


def test_filters_leave_what_fits(dataset: Path) -> None:
    assert files(dataset, "整改", years=[2021]) == ["沚水.txt"]
    assert files(dataset, "整改", years=[1999]) == []
    with closing(sqlite3.connect(dataset)) as db:
        db.execute("UPDATE documents SET county='青岚县', region_code='990001' WHERE path LIKE '%青岚%'")
        db.commit()
    for region in ("青岚县", "青岚", "990001"):
        assert files(dataset, "整改", regions=[region]) == ["青岚.txt"]


def test_of_very_many_documents_the_latest_come_first(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_MOST_RANKED", 1)
    monkeypatch.setattr(searching, "_FEW_RANKED", 1)
    for few in (0, 9):
        monkeypatch.setattr(searching, "_FEW", few)
        assert files(dataset, "整改") == ["青岚.txt", "沚水.txt"]  # of 2023 and of 2021
        assert files(dataset, "整改", years=[2021]) == ["沚水.txt"]
        assert files(dataset, "没有这个") == []


def test_of_very_many_documents_the_few_of_a_region_are_ranked_by_how_often_they_hold_the_words(folder: Path, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_MOST_RANKED", 1)
    for name, times in (("一", 1), ("三", 3), ("二", 2)):
        (folder / f"多{name}.txt").write_text(f"云台县\n\n{'消防安全，' * times}{'校园整洁，' * (5 - times)}\n", "utf-8")
    mine_archive([folder], folder / "d.db", lexicon=lexicon, engine=Serial())
    assert files(folder / "d.db", "消防") == ["多三.txt", "多二.txt", "多一.txt"]
    assert files(folder / "d.db", "整洁 校园") == ["多一.txt", "多二.txt", "多三.txt"]


def test_records_are_found_with_their_place(dataset: Path) -> None:
    hits = search(dataset, "大班额", kinds=["问题", "措施"]).hits
    assert [hit.kind for hit in hits] == ["问题", "措施"]
    with closing(sqlite3.connect(dataset)) as db:
        for hit in hits:
            (text,) = db.execute("SELECT text FROM documents WHERE doc_id=?", (hit.doc_id,)).fetchone()
            assert "大班额" in text[hit.start : hit.end]
            assert [hit.snippet[start:end] for start, end in hit.marks] == ["大班额"] * len(hit.marks) != []
            assert db.execute(f"SELECT 1 FROM {KINDS[hit.kind]} WHERE {KINDS[hit.kind][:-1]}_id=?", (hit.record_id,)).fetchone()


def test_records_of_a_category(dataset: Path) -> None:
    assert {hit.kind for hit in search(dataset, "班", kinds=["问题", "措施", "数据"], categories=["G2"]).hits} >= {"问题"}
    assert search(dataset, "德育", kinds=["问题"], categories=["G2"]).hits == ()


def test_what_changed_is_found_as_it_is_now(folder: Path, dataset: Path, lexicon: Lexicon) -> None:
    (folder / "青岚.txt").write_text(TEXTS["青岚.txt"].replace("大班额", "超大校额"), "utf-8")
    mine_archive([folder], dataset, lexicon=lexicon, engine=Serial())
    assert files(dataset, "大班额") == []
    assert files(dataset, "超大校额") == ["青岚.txt"]
    mine_archive([folder], dataset, lexicon=lexicon, engine=Serial(), force=True)
    assert files(dataset, "超大校额") == ["青岚.txt"]
    assert search(dataset, "超大校额").documents == 1


def index(db: sqlite3.Connection) -> Iterator[str]:
    yield from (row[0] for row in db.execute("SELECT doc_id FROM search_documents ORDER BY doc_id"))


def test_the_index_holds_every_document_once_and_can_be_made_anew(dataset: Path) -> None:
    with closing(sqlite3.connect(dataset)) as db:
        documents = [row[0] for row in db.execute("SELECT doc_id FROM documents ORDER BY doc_id")]
        assert list(index(db)) == documents
        db.execute("INSERT INTO search_text (search_text) VALUES ('integrity-check')")
        db.execute("DROP TABLE search_text")
        rebuild(db)
        db.commit()
        assert list(index(db)) == documents
    assert files(dataset, "大班额") == ["青岚.txt"]


def test_more_is_said_to_be_there_than_is_listed(dataset: Path) -> None:
    found = search(dataset, "整改", limit=1)
    assert (len(found.hits), found.documents) == (1, 2)


@pytest.mark.parametrize(("query", "options", "word"), [("", {}, "大班额"), ("  ", {}, "大班额"), ("班", {"kinds": ["图片"]}, "图片"), ("班", {"categories": ["ZZ"]}, "ZZ")])
def test_what_cannot_be_searched_is_told(dataset: Path, query: str, options: dict[str, list[str]], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        search(dataset, query, **options)  # type: ignore[arg-type]


def test_a_dataset_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="没有这个数据集"):
        search(tmp_path / "none.db", "班")


def test_searchable_text_keeps_its_length() -> None:
    text = "İẞＡＢ\x00\ud800Ⅲ①㎡𠮷"
    assert len(searchable(text)) == len(text)
