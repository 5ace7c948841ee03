"""Tables in plain text: which lines are rows, what stands in their cells, and that the text stays as it was written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_miner.lexicon import default_lexicon
from doc_miner.loaders import read_source
from doc_miner.model import Document, Report
from doc_miner.normalise import normalise_source
from doc_miner.pipeline import default_miner


def document_of(text: str) -> Document:
    return normalise_source(read_source(text.encode(), "a.txt"), doc_id="0" * 16, path="a.txt", sha256="0" * 64, lexicon=default_lexicon())


def report_of(text: str) -> Report:
    return default_miner().mine_source(read_source(text.encode(), "a.txt"), path="a.txt", sha256="0" * 64)


TABLES = [
    ("情况如下。\n学段\t班级\t学生\n小学\t12\t540\n初中\t6\t300\n以上。", (("学段", "班级", "学生"), ("小学", "12", "540"), ("初中", "6", "300"))),
    ("| 学段 | 班级 |\n| :--- | ---: |\n| 小学 | 12 |\n| 初中 | |\n以上。", (("学段", "班级"), ("小学", "12"), ("初中", ""))),
    ("┌──┬──┐\n│学段│班级│\n├──┼──┤\n│小学│12│\n└──┴──┘\n以上。", (("学段", "班级"), ("小学", "12"))),
    ("学段　　班级　　学生\n小学　　12　　540\n合　计　　12　　540", (("学段", "班级", "学生"), ("小学", "12", "540"), ("合　计", "12", "540"))),
    ("学段   班级   学生\n小学   12   540\n初中   6   300", (("学段", "班级", "学生"), ("小学", "12", "540"), ("初中", "6", "300"))),
    ("序号\t问题\t措施\n1\t大班额多\t新建学校\n\t\t扩建学校\n\t第二部分另起一段，说的是别的事情。", (("序号", "问题", "措施"), ("1", "大班额多", "新建学校"), ("", "", "扩建学校"))),
]
NO_TABLES = {
    "a table of contents": "目录\n一、总体要求\t1\n二、主要任务\t3\n三、保障措施\t9",
    "a list with tabs": "1.\t加强领导。\n2.\t加大投入。\n3.\t补齐短板。",
    "indented paragraphs": "\t第一段说明情况。\n\t第二段提出要求。\n\t第三段。",
    "wide spaces before paragraphs": "　　第一段说明2021年情况。\n　　第二段提出2022年要求。\n　　第三段。",
    "a line with bars": "联系电话|传真|网址\n没有别的行。",
    "names with gaps": "张三　　李四　　王五\n赵六　　孙七　　周八\n吴九　　郑十　　王二",
    "a rule between parts": "第一部分\n──────────\n第二部分",
    "a signature": "校长（签字）：          年   月   日",
}


@pytest.mark.parametrize(("text", "rows"), TABLES)
def test_rows_in_text_are_a_table_whose_cells_stand_in_the_text(text: str, rows: tuple[tuple[str, ...], ...]) -> None:
    document = document_of(text)
    (table,) = document.tables
    assert table.rows == rows
    for cells, texts in zip(table.cells, table.rows, strict=True):
        assert [document.text[cell.start : cell.end] if cell else "" for cell in cells] == list(texts)
    assert "".join(document.text.split()) == "".join(text.split()), "a character was lost"


@pytest.mark.parametrize("text", NO_TABLES.values(), ids=NO_TABLES.keys())
def test_what_only_looks_like_rows_is_no_table(text: str) -> None:
    assert document_of(text).tables == ()


def test_an_empty_cell_at_the_head_of_a_row_belongs_to_the_cell_above() -> None:
    (table,) = document_of(TABLES[-1][0]).tables
    first, second = table.cells[1][:2]
    assert first is not None and second is not None and first.rowspan == second.rowspan == 2


@given(st.lists(st.sampled_from(["小学\t1\t2", "| 甲 | 乙 |", "|---|---|", "│3│", "\t\t丙", "丁　　1　　2", "", "正文一句。", "─────", "||", "\t", "一\t"]), max_size=9))
def test_no_order_of_rows_loses_a_character_or_a_cell(lines: list[str]) -> None:
    text = "\n".join(["开头一行。", *lines])
    document = document_of(text)
    assert re.sub(r"\W", "", document.text) == re.sub(r"\W", "", text)
    for table in document.tables:
        assert [[document.text[c.start : c.end] if c else "" for c in row] for row in table.cells] == [list(row) for row in table.rows]


def test_a_table_of_rectification_in_text_gives_problems_measures_and_links() -> None:
    report = report_of(
        "青岚县教育督导反馈问题整改方案\n整改任务清单\n序号\t反馈问题\t整改措施\t责任单位\t完成时限\n"
        "1\t城区大班额占比7.5%\t新建望溪小学，新增学位900个\t县教育局\t2024年8月底\n\t\t调整学区，分流3个班\t县教育局\t2023年9月\n"
        "2\t音乐教师缺12名\t招聘音乐教师12名\t县人社局\t2024年底\n"
    )
    assert [problem.text for problem in report.problems] == ["城区大班额占比7.5%", "音乐教师缺12名"]
    assert [(m.text[:4], m.problem_id == report.problems[n].problem_id, m.deadline) for m, n in zip(report.measures, (0, 0, 1), strict=True)] == [
        ("新建望溪", True, "2024-08-31"),
        ("调整学区", True, "2023-09-30"),
        ("招聘音乐", True, "2024-12-31"),
    ]


def test_a_table_of_yearly_goals_between_bars_gives_targets() -> None:
    report = report_of(
        "青岚县优质均衡发展实施方案\n| 序号 | 指标 | 2023年 | 2024年 |\n| --- | --- | --- | --- |\n"
        "| 1 | 每百名学生拥有高于规定学历教师数 | 小学达标 | 初中达标 |\n| 2 | 每百名学生拥有县级以上骨干教师数 | 0.9人 | ≥1 |\n"
    )
    assert [(target.indicator, target.year, target.text) for target in report.targets] == [
        (1, 2023, "小学达标"), (1, 2024, "初中达标"), (2, 2023, "0.9人"), (2, 2024, "≥1"),
    ]  # fmt: skip
