"""The training corpus keeps what its README says of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from doc_miner.classify.corpus import KINDS, Row, corpus_digest, four_grams, near_duplicates, read_corpus
from doc_miner.errors import LexiconError
from doc_miner.lexicon import Lexicon
from doc_miner.textfold import fold

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpora" / "training"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="module")
def rows(lexicon: Lexicon) -> list[Row]:
    return read_corpus(CORPUS, lexicon)


def test_every_category_has_its_share(rows: list[Row], lexicon: Lexicon) -> None:
    counts = Counter(code for row in rows for code in row.categories[:1])
    assert len(rows) >= 9000
    assert {code: counts[code] for code in lexicon.categories if counts[code] < 200} == {}
    kinds = Counter((row.kind, row.categories[0]) for row in rows if row.categories)
    assert min(kinds[kind, code] for kind in KINDS for code in lexicon.categories) >= 50


def test_there_are_texts_of_other_fields(rows: list[Row]) -> None:
    assert sum(not row.categories for row in rows) >= 300


def test_figures_name_their_subject_and_have_one_category_and_few_second_readings(rows: list[Row]) -> None:
    figures = [row for row in rows if row.kind == "figure"]
    for row in figures:
        assert len(row.categories) <= 3 and row.subject, row.text
    assert sum(len(row.categories) > 1 for row in figures) <= 0.15 * len(figures)


def test_no_row_stands_twice(rows: list[Row]) -> None:
    seen = Counter((row.kind == "figure", row.text, row.subject) for row in rows)
    assert [key for key, count in seen.items() if count > 1] == []


def test_no_near_duplicates_across_the_split(rows: list[Row]) -> None:
    assert [(a.text, b.text) for a, b, _ in near_duplicates(rows, 0.6)] == []


def test_near_duplicates_are_seen() -> None:
    pool = [Row("problem", ("G2",), f"{place}中心小学大班额问题突出,起始年级班额偏大亟待化解") for place in ("白石", "青溪", "柳坝", "云岭", "松坪", "新桥", "石磨", "竹林", "高坪", "双河", "临江", "东山")]
    assert any(row.in_test for row in pool) and not all(row.in_test for row in pool)
    assert near_duplicates(pool, 0.6)


def test_split_does_not_depend_on_numbers() -> None:
    assert Row("figure", (), "投入12万元").in_test == Row("figure", (), "投入3.5万元").in_test


def test_a_tenth_is_for_testing_in_every_category(rows: list[Row], lexicon: Lexicon) -> None:
    test = [row for row in rows if row.in_test]
    assert 0.08 <= len(test) / len(rows) <= 0.12
    counts = Counter(row.categories[0] for row in test if row.categories)
    assert min(counts[code] for code in lexicon.categories) >= 10


def test_wording_is_varied(rows: list[Row]) -> None:
    texts = {row.text: row for row in rows}.values()
    grams = Counter(gram for row in texts for gram in four_grams(row))
    assert len(grams) / grams.total() >= 0.75
    assert max(Counter(row.text[:6] for row in texts).values()) <= 0.005 * len(texts)


def test_no_text_of_the_gold_is_in_it(rows: list[Row]) -> None:
    gold = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "corpora" / "gold").glob("*.json"))]
    known = {fold(record["text"]) for one in gold for kind in ("problems", "measures") for record in one[kind]}
    assert known and not known & {row.text for row in rows}


def test_faults_are_told_all_at_once(tmp_path: Path, lexicon: Lexicon) -> None:
    (tmp_path / "a.tsv").write_text("kind\tcategories\ttext\tsubject\tcontext\nsentence\tG1\t新建\t\t\nmeasure\tX9\t新建\t\t\nmeasure\tG1\t \t\t\n", encoding="utf-8")
    (tmp_path / "b.tsv").write_text("text\n", encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        read_corpus(tmp_path, lexicon)
    assert caught.value.faults == (
        "a.tsv:2: kind 不能是“sentence”；可用：problem、measure、figure。",
        "a.tsv:3: 类别“X9”不在 categories.tsv 中。",
        "a.tsv:4: text 为空。",
        "b.tsv:1: 首行应为：kind categories text subject context（以制表符分隔）。",
    )


def test_digest_changes_with_a_byte(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("x", encoding="utf-8")
    before = corpus_digest(tmp_path)
    (tmp_path / "a.tsv").write_text("y", encoding="utf-8")
    assert corpus_digest(tmp_path) != before
