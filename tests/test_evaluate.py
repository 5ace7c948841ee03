"""The scores of a dataset against gold files, and what a person's reviews teach a model."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doc_miner.archive import mine_archive
from doc_miner.classify.command import train_model
from doc_miner.classify.reviews import reviewed_rows
from doc_miner.classify.scores import by_class, calibration_error, scores_of
from doc_miner.cli import app
from doc_miner.engine.serial import Serial
from doc_miner.errors import SettingsError
from doc_miner.evaluate import Answer, Comparison, compare, report
from doc_miner.lexicon import Lexicon

TEXT = "柳坝县整改报告\n一、存在的主要问题\n1.部分学校大班额问题突出，共有73个大班额。\n2.教师培训经费安排不足。\n"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture
def dataset(tmp_path: Path, lexicon: Lexicon) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "liuba.txt").write_text(TEXT, encoding="utf-8")
    mine_archive([folder], tmp_path / "d.db", lexicon=lexicon, engine=Serial())
    return tmp_path / "d.db"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    first, second = "部分学校大班额问题突出，共有73个大班额。", "教师培训经费安排不足。"
    problems = [
        {"id": "p1", "text": first, "start": TEXT.index(first), "end": TEXT.index(first) + len(first), "categories": ["G2"]},
        {"id": "p2", "text": second, "start": TEXT.index(second), "end": TEXT.index(second) + len(second), "categories": ["G4"]},
    ]
    figures = [{"id": "f1", "text": "73个", "start": TEXT.index("73个"), "end": TEXT.index("73个") + 3, "category": "G2"}]
    (folder / "liuba.json").write_text(json.dumps({"document": "liuba.txt", "meta": {}, "problems": problems, "measures": [], "figures": figures}), encoding="utf-8")
    return folder


def test_records_are_matched_and_scored(dataset: Path, gold: Path, lexicon: Lexicon) -> None:
    comparison = compare(dataset, gold)
    assert [(answer.kind, answer.wanted, answer.right) for answer in comparison.answers] == [
        ("problems", ("G2",), True),
        ("problems", ("G4",), False),
        ("figures", ("G2",), True),
    ]
    text = report(comparison, lexicon)
    assert "【问题】2 条（未匹配 0 条） 主类别正确 50.0%" in text
    assert "G4 → G6  1 次，例：教师培训经费安排不足。" in text
    assert "【措施】没有可比的记录" in text


def test_gains_and_losses_are_listed(lexicon: Lexicon) -> None:
    old = Comparison([Answer("problems", "a.txt", "大班额", ("G2",), ("R1",), 0.5), Answer("measures", "a.txt", "培训", ("G6",), ("G6",), 0.5)])
    new = Comparison([Answer("problems", "a.txt", "大班额", ("G2",), ("G2",), 0.5), Answer("measures", "a.txt", "培训", ("G6",), ("G4",), 0.5)])
    text = report(new, lexicon, old)
    assert "与上一模型相比：改对 1 条，改错 1 条" in text
    assert "+ 问题 R1 → G2：大班额（a.txt）" in text
    assert "- 措施 G6 → G4：培训（a.txt）" in text


def test_the_command_prints_them(dataset: Path, gold: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", "--gold", str(gold), "--dataset", str(dataset), "--previous", str(dataset)])
    assert result.exit_code == 0
    assert "与上一模型相比：改对 0 条，改错 0 条" in result.output


def test_a_document_that_was_not_mined_is_named(dataset: Path, gold: Path, lexicon: Lexicon) -> None:
    (gold / "other.json").write_text(json.dumps({"document": "other.txt", "meta": {}}), encoding="utf-8")
    assert "数据集中没有的文档：other.txt" in report(compare(dataset, gold), lexicon)


def test_wrong_gold_is_named(dataset: Path, tmp_path: Path, gold: Path) -> None:
    with pytest.raises(SettingsError, match="没有标准答案文件"):
        compare(dataset, tmp_path / "nowhere")
    (gold / "liuba.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match="不是标准答案文件"):
        compare(dataset, gold)


def test_a_wrong_answer_is_a_miss_and_a_false_alarm() -> None:
    pairs = [(("G1",), "G1"), (("G2",), "G1"), (("G2", "G4"), "G4")]
    assert by_class(pairs) == {"G1": (1, 0, 1), "G2": (0, 1, 0), "G4": (1, 0, 0)}
    assert scores_of([]) == (0.0, 0.0)


def test_calibration_error_is_the_gap_between_said_and_right() -> None:
    assert calibration_error([(1.0, False), (1.0, False)]) == 1.0
    assert calibration_error([]) == 0.0


def test_reviews_become_labelled_rows(dataset: Path, lexicon: Lexicon, tmp_path: Path) -> None:
    with closing(sqlite3.connect(dataset)) as db, db:
        (problem,) = db.execute("SELECT problem_id FROM problems WHERE text LIKE '教师培训%'").fetchone()
        (figure,) = db.execute("SELECT figure_id FROM figures").fetchone()
        columns = "(review_id, record_kind, record_id, doc_sha256, start, \"end\", field, old, new, verdict, reviewer, at)"
        for number, row in enumerate(
            [
                ("problem", problem, "categories", '["G6"]', '["G4"]', "corrected"),
                ("problem", problem, "categories", '["G4"]', '["G4", "G6"]', "corrected"),
                ("figures", figure, "category", "G2", None, "confirmed"),
                ("problem", problem, "text", "a", "b", "corrected"),
                ("problem", "gone", "categories", "", '["G4"]', "corrected"),
            ]
        ):
            kind, record, field, old, new, verdict = row
            db.execute(f"INSERT INTO reviews {columns} VALUES (?, ?, ?, '', 0, 0, ?, ?, ?, ?, 'a', ?)", (f"r{number}", kind, record, field, old, new, verdict, f"2024-01-0{number + 1}"))
    rows = reviewed_rows(dataset, lexicon)
    assert [(row.kind, row.categories) for row in rows] == [("problem", ("G4", "G6")), ("figure", ("G2",))]
    assert "73个大班额" in rows[1].text
    with pytest.raises(SettingsError, match="不会覆盖自带的模型"):
        train_model(None, None, dataset, None)
