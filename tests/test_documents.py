"""Whole documents in the layouts that offices use (``tests/documents``): every problem and measure, with what belongs to it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from doc_miner.loaders import read_source
from doc_miner.model import Report
from doc_miner.pipeline import Miner

DOCUMENTS = [pytest.param(tomllib.loads(path.read_text("utf-8")), id=path.stem) for path in sorted((Path(__file__).parent / "documents").glob("*.toml"))]


def mined(miner: Miner, case: dict[str, Any]) -> Report:
    name = f"document.{case['format']}"
    return miner.mine_source(read_source(case["text"].encode(), name), path=name, sha256="0" * 64)


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_document_says_of_itself(miner: Miner, case: dict[str, Any]) -> None:
    metadata = mined(miner, case).metadata
    assert {"title": metadata.title or "", "doc_type": metadata.doc_type, "issuer": metadata.issuer or "", "date": metadata.date or ""} == {
        key: case[key] for key in ("title", "doc_type", "issuer", "date")
    }


@pytest.mark.parametrize("case", DOCUMENTS)
def test_the_problems_of_a_document(miner: Miner, case: dict[str, Any]) -> None:
    assert [problem.text for problem in mined(miner, case).problems] == case["problems"]


@pytest.mark.parametrize("case", DOCUMENTS)
def test_the_measures_of_a_document(miner: Miner, case: dict[str, Any]) -> None:
    report = mined(miner, case)
    place = {problem.problem_id: index for index, problem in enumerate(report.problems)}
    found = [
        {"text": one.text, "problem": place[one.problem_id] if one.problem_id else -1, "status": one.status, "deadline": one.deadline or "", "units": list(one.units)}
        for one in report.measures
    ]
    assert found == case["measures"]


@pytest.mark.parametrize("day", ["2月31日", "2月30日", "4月31日", "二月三十日"])
def test_a_day_that_the_calendar_has_not_is_no_date_and_ends_nothing(day: str, miner: Miner) -> None:
    report = miner.mine_text(f"青岚县教育工作报告\n存在的主要问题\n一是校舍不足。全县缺少校舍3栋。\n整改措施\n一是3年内新建校舍2栋。\n青岚县教育局\n2021年{day}\n")
    assert report.metadata.date is None and report.figures


@pytest.mark.parametrize(
    ("title", "doc_type"),
    [
        ("青岚县2022年教育事业发展和经费执行情况统计公告", "统计公报"),
        ("青岚县教育局关于省级督导反馈问题整改落实情况的公告", "整改报告"),
        ("青岚县教育局关于2023年招聘教师的公告", "其他"),
        ("青岚县人民政府关于中小学划片招生的通告", "其他"),
    ],
)
def test_what_a_public_notice_announces_is_its_type(miner: Miner, title: str, doc_type: str) -> None:
    assert miner.mine_text(f"{title}\n现将有关情况公告如下。\n").metadata.doc_type == doc_type
