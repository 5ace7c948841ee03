"""What is tidied on the way from a loaded file to its one text, and that nothing else is."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_miner import Lexicon
from doc_miner.lexicon import default_lexicon
from doc_miner.model import Document
from doc_miner.normalise import normalise_source, repeated_from
from doc_miner.source import Block, CellPlace, Line, Paragraph, Source, SourceTable, Warning

TOPICS = ["补充", "交流", "轮岗", "培训", "编制", "校舍", "操场", "食堂", "图书", "仪器", "经费", "学位", "班额", "体育", "艺术", "心理", "健康", "劳动", "教研", "督学", "评价", "安全", "寄宿", "营养", "校车", "结对", "帮扶"]


def paragraph(*lines: str, heading: int | None = None) -> Paragraph:
    return Paragraph(tuple(Line(line) for line in lines), heading)


def normalised(*blocks: str | Block, format: str = "docx", title: str | None = None, warnings: Sequence[Warning] = ()) -> Document:
    """Return the document of some blocks; a string is a paragraph of one line."""
    built = tuple(paragraph(block) if isinstance(block, str) else block for block in blocks)
    source = Source(format, built, title=title, warnings=tuple(warnings))
    return normalise_source(source, doc_id="d", path="报告", sha256="0" * 64, lexicon=default_lexicon())


def told(document: Document) -> list[tuple[str, str]]:
    return [(warning.code, warning.message) for warning in document.warnings]


def sentences(count: int, seed: int = 1) -> list[str]:
    """Return sentences of about 40 characters, no two alike."""
    pick = random.Random(seed)
    return [f"望溪县第{number}项反馈涉及{''.join(pick.sample(TOPICS, 9))}等方面，尚缺{pick.randint(10, 999)}人。" for number in range(1, count + 1)]


# --- white space -----------------------------------------------------------------------------
def test_blank_lines_and_white_space_at_line_ends_go_without_a_warning() -> None:
    document = normalised("　　教师不足。 ", "", "   ", "\u3000\xa0", "校舍陈旧。\r")
    assert document.text == "教师不足。\n校舍陈旧。"
    assert told(document) == []


def test_an_invisible_line_is_a_blank_line() -> None:
    document = normalised("教师不足。", "\u200b", "校舍陈旧。", format="txt")
    assert (document.text, told(document)) == ("教师不足。\n校舍陈旧。", [])


def test_characters_are_kept_as_written() -> None:
    line = "（一）２０１９年，生均４．２㎡，占比％——“三名”工程①Ⅲ〔2019〕7号"
    assert normalised(line).text == line


def test_the_lines_of_a_paragraph_are_joined_without_a_break() -> None:
    assert normalised(paragraph("全县共有教师3", "2人。")).text == "全县共有教师32人。"


def test_a_break_inside_a_line_becomes_a_space() -> None:
    assert normalised("责任单位\n县教育局").text == "责任单位 县教育局"


@given(st.lists(st.text(st.sampled_from("教师不足一二123。，（） \t　\n\xa0"), max_size=20), max_size=8))
def test_no_line_of_the_text_is_blank_or_has_white_space_at_its_ends(lines: list[str]) -> None:
    text = normalised("望溪县整改报告", *lines, "县教育局负责。").text
    assert all(line and line == line.strip(" \t\u3000\xa0\r") for line in text.split("\n"))
    assert "".join(text.split()) == "".join("".join(["望溪县整改报告", *lines, "县教育局负责。"]).split())


def test_nothing_gives_an_empty_text() -> None:
    assert normalised().text == normalised("", " ").text == ""


def test_warnings_of_the_loader_are_kept() -> None:
    warning = Warning("page-empty", "第 3 页没有文字。", "第 3 页")
    assert normalised("教师不足。", warnings=[warning]).warnings == (warning,)


# --- the title -------------------------------------------------------------------------------
def test_the_first_title_paragraph_is_the_title() -> None:
    document = normalised("望溪县人民政府文件", paragraph("  望溪县", "整改报告 ", heading=0), paragraph("附件", heading=0), "一、存在问题")
    assert document.title_span is not None
    start, end = document.title_span
    assert document.text[start:end] == "望溪县整改报告"


def test_a_document_without_a_title_has_none() -> None:
    assert normalised("教师不足。").title_span is None


# --- navigation ------------------------------------------------------------------------------
def test_navigation_is_dropped_and_told() -> None:
    document = normalised("当前位置：首页 > 政务公开", "望溪县整改报告", "发布日期：2024-03-05", "教师不足。", "打印本页 关闭窗口", "上一篇：通知", format="txt")
    assert document.text == "望溪县整改报告\n教师不足。"
    assert told(document) == [("navigation", "去掉了 4 行网页导航文字。")]


def test_what_navigation_said_is_kept_for_the_meta_data() -> None:
    document = normalised("来源：望溪县教育局", "望溪县整改报告", "教师不足。", format="txt", title="整改报告_望溪县")
    assert document.lead.split("\n") == ["整改报告_望溪县", "来源:望溪县教育局"]


def test_only_plain_text_is_searched_for_navigation() -> None:
    """A page comes from its loader without it."""
    assert normalised("来源：望溪县教育局", "教师不足。", format="html").text == "来源：望溪县教育局\n教师不足。"


def test_navigation_between_the_paragraphs_of_a_long_text_stays() -> None:
    body = sentences(40)
    assert "打印本页" in normalised(*body[:20], "打印本页", *body[20:], format="txt").text.split("\n")


@pytest.mark.parametrize("line", ["打印设备已经配齐，版权所有者为县教育局。", "来源于财政的经费占九成。", "学校主办单位为县教育局，各乡镇协助，共有五十六所学校参加了本次督导评估活动并报送材料", "分享到全县的经验共有三条。"])
def test_a_sentence_with_a_word_of_navigation_stays(line: str) -> None:
    assert line in normalised("望溪县整改报告", line, "教师不足。", format="txt").text


# --- lines of a fixed width ------------------------------------------------------------------
def wrapped(text: str, width: int = 30) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


LONG = "".join(sentences(8, seed=2))


def test_lines_broken_at_a_fixed_width_are_joined_and_told() -> None:
    lines = wrapped(LONG)
    document = normalised("一、存在问题", *lines, format="txt")
    assert document.text == f"一、存在问题\n{LONG}"
    assert told(document) == [("joined-lines", f"把 {len(lines) - 1} 处按固定宽度断开的行接回了整段。")]


@pytest.mark.parametrize("marker", ["二、", "（二）", "2.", "（2）", "②", "第二章", "问题2："])
def test_an_enumerated_line_begins_a_paragraph_of_its_own(marker: str) -> None:
    following = "".join(sentences(4, seed=8))
    lines = wrapped(LONG)[:-1]  # the last one that is left is full, as is every line before it
    document = normalised(*lines, *wrapped(f"{marker}{following}"), format="txt")
    assert document.text.startswith("".join(lines) + f"\n{marker}望溪县")


def test_an_indented_line_begins_a_paragraph_of_its_own() -> None:
    paragraphs = ["".join(sentences(2, seed=seed)) for seed in range(3, 7)]
    lines = [line for text in paragraphs for line in wrapped(f"　　{text}")]
    assert normalised(*lines, format="txt").text.split("\n") == paragraphs


def test_lines_of_so_many_characters_with_short_lines_between_are_joined() -> None:
    paragraphs = [f"望溪县第{n}小学现有教学班{n * 7}个、学生{n * 311}人，其中寄宿生{n * 45}人，专任教师{n * 19}名，缺音乐教师{n}名，校舍已使用{n + 20}年" for n in range(11, 18)]
    lines = [line for n, text in enumerate(paragraphs, 1) for line in (f"第{n}项工作", *wrapped(f"　　情况：{text}。", 24), "　　责任单位：县教育局")]
    document = normalised(*lines, format="txt")
    assert [line for line in document.text.split("\n") if line.startswith("情况")] == [f"情况：{text}。" for text in paragraphs]
    assert document.text.count("\n责任单位：县教育局") == document.text.count("项工作\n") == 7


def test_names_of_one_length_in_lines_of_their_own_stay() -> None:
    lines = ["望溪县义务教育学校名单", *(f"望溪县第{n}乡镇中心九年一贯制寄宿学校" for n in "一二三四五六七八九"), "望溪县教育局"]
    assert normalised(*lines, format="txt").text.split("\n") == lines


def test_a_file_that_was_not_wrapped_keeps_its_lines() -> None:
    lines = ["望溪县整改报告", *sentences(5), "一、存在问题", "教师不足。", "二、整改措施", "招聘教师。", "特此报告。"]
    document = normalised(*lines, format="txt")
    assert document.text.split("\n") == lines
    assert told(document) == []


def test_lines_of_other_formats_are_never_joined() -> None:
    lines = wrapped(LONG)
    assert normalised(*lines, format="docx").text.split("\n") == lines


def test_lines_that_end_with_a_comma_are_joined_where_there_are_many() -> None:
    halves = [f"望溪县第{number}小学校舍陈旧，" for number in range(1, 6)]
    document = normalised(*[line for half in halves for line in (half, "急需改造。")], format="txt")
    assert document.text.split("\n") == [f"{half}急需改造。" for half in halves]
    assert [code for code, _ in told(document)] == ["joined-lines"]


def test_a_single_line_that_ends_with_a_comma_stays() -> None:
    lines = ["望溪县整改报告", "教师不足，", "校舍陈旧。"]
    assert normalised(*lines, format="txt").text.split("\n") == lines


# --- a second copy ---------------------------------------------------------------------------
BODY = "\n".join(sentences(30))


def noisy(text: str, share: float, seed: int = 3) -> str:
    pick = random.Random(seed)
    characters = list(text)
    for at in pick.sample(range(len(text)), round(len(text) * share)):
        if characters[at] != "\n":
            characters[at] = pick.choice("※口曰土己")
    return "".join(characters)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.0, 0.01, 0.02])
def test_a_second_copy_is_found_where_it_begins(share: float, seed: int) -> None:
    assert repeated_from(f"{BODY}\n{noisy(BODY, share, seed)}") == len(BODY) + 1


def test_a_second_copy_is_dropped_and_told() -> None:
    lines = BODY.split("\n")
    document = normalised(*lines, *lines)
    assert document.text == BODY
    assert told(document) == [("repeated-text", f"全文出现两次，第二遍（{len(BODY)} 字）已去掉。")]
    assert document.warnings[0].place == f"第 {len(BODY) + 1} 字起"


def test_a_copy_that_is_cut_short_is_dropped() -> None:
    assert repeated_from(f"{BODY}\n{BODY[: len(BODY) * 2 // 3]}") == len(BODY) + 1


def test_a_short_line_between_the_copies_goes_with_the_second() -> None:
    lines = BODY.split("\n")
    assert normalised(*lines, "×", *lines).text == BODY


def test_tables_and_origins_of_a_dropped_copy_go_with_it() -> None:
    grid = SourceTable((("学校", "缺口"), ("望溪小学", "12")))
    placed = [Paragraph((Line(line, page=number // 20 + 1, bbox=(0, 0, 1, 1)),)) for number, line in enumerate(BODY.split("\n"))]
    document = normalised(*placed, grid, *placed, grid)
    assert len(document.tables) == 1
    assert all(origin.end <= len(document.text) for origin in document.origins)
    assert len(document.origins) == len(placed)


def _table(seed: int) -> str:
    pick = random.Random(seed)
    return "\n".join(f"{school}小学生均教学及辅助用房面积\t{pick.randint(10, 99)}\t{pick.randint(10, 99)}" for school in ["望溪", "青石", "柳泉", "云岭", "白水", "石桥", "河湾", "东岗", "南坪", "北塬", "西川", "金沟", "大岭"])


PARTS = sentences(20, seed=5)
ANSWERS = [f"整改情况：{sentence}" for sentence in sentences(20, seed=6)]

ONCE = {
    "a text that stands once": BODY,
    "a paragraph that stands twice": "\n".join([*PARTS[:10], PARTS[0] + PARTS[1], *PARTS[10:], PARTS[0] + PARTS[1]]),
    "a table of two years": f"{BODY}\n{_table(1)}\n{_table(2)}",
    "a table with the same words in every row": "\n".join(f"望溪镇第{number}小学\t达标\t4.2\t达标\t5.3\t是" for number in range(60)),
    "problems that stand again before their answers": "\n".join(["一、存在问题", *PARTS, "二、整改情况", *[line for pair in zip(PARTS, ANSWERS, strict=True) for line in pair]]),
    "a summary at the end": f"{BODY}\n综上所述。\n" + "\n".join(BODY.split("\n")[:3]),
    "a short text": "教师不足。\n教师不足。",
}


@pytest.mark.parametrize("text", ONCE.values(), ids=ONCE.keys())
def test_a_text_that_repeats_a_part_only_is_kept_whole(text: str) -> None:
    assert repeated_from(text) is None


PLAN = "县教育局牵头，会同县委编办、县人社局、县财政局，制定补充教师计划，逐年落实到位，确保按期完成整改任务。"

LOST = {
    "a paragraph that stands eight times": "\n".join(f"（{number}）{PLAN}" for number in range(8)),
    "a paragraph that stands in three places": "\n".join(["".join(PARTS[:4]), *PARTS[4:7], "".join(PARTS[:4]), *PARTS[7:9], "".join(PARTS[:4])]),
    "rows that are all alike": "\n".join("中心小学\t4.2\t5.3\t达标\t是" for _ in range(60)),
    "a list that stands again, and more after it": "\n".join(["一、反馈问题", *PARTS, "二、整改任务", *PARTS, "三、保障措施", *sentences(15, seed=9)]),
}


@pytest.mark.parametrize("text", LOST.values(), ids=LOST.keys())
def test_a_part_that_is_repeated_does_not_drop_the_rest(text: str) -> None:
    assert repeated_from(text) is None


# --- tables ----------------------------------------------------------------------------------
GRID = SourceTable(
    rows=(("指标", "小学", "初中"), ("生均面积", "4.2\n平方米", ""), ("", "3", "4")),
    caption="表1 办学条件",
    unit="平方米",
    merges=((1, 1, 1, 2), (1, 0, 2, 1)),
)


def test_a_table_is_in_the_text_row_by_row() -> None:
    document = normalised("前文。", GRID, "后文。")
    assert document.text == "前文。\n表1 办学条件\n指标\t小学\t初中\n生均面积\t4.2 平方米\t\n\t3\t4\n后文。"
    table = document.tables[0]
    assert document.text[table.start : table.end] == "指标\t小学\t初中\n生均面积\t4.2 平方米\t\n\t3\t4"
    assert (table.caption, table.unit, table.header_rows) == ("表1 办学条件", "平方米", 1)


def test_a_caption_that_stands_above_is_not_written_again() -> None:
    assert normalised("附：表1 办学条件（2024年）", GRID).text.count("办学条件") == 1


def test_merged_cells_keep_what_they_span_and_covered_ones_are_none() -> None:
    cells = normalised(GRID).tables[0].cells
    assert [[None if cell is None else (cell.rowspan, cell.colspan) for cell in row] for row in cells] == [
        [(1, 1), (1, 1), (1, 1)],
        [(2, 1), (1, 2), None],
        [None, (1, 1), (1, 1)],
    ]


cell_texts = st.text(st.sampled_from("教师4.2% \t\n　人"), max_size=6)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[cell_texts] * width), min_size=1, max_size=5)), st.text(st.sampled_from("前文。"), max_size=4))
def test_every_cell_is_the_text_at_its_span(rows: list[tuple[str, ...]], front: str) -> None:
    document = normalised(front, SourceTable(tuple(rows)), "后文。")
    table = document.tables[0]
    for texts, cells in zip(table.rows, table.cells, strict=True):
        for text, cell in zip(texts, cells, strict=True):
            assert (cell is None) == (text == "")
            assert cell is None or document.text[cell.start : cell.end] == text
    assert document.text[table.start : table.end].count("\n") == len(rows) - 1
    assert document.text.endswith("后文。")


def test_tables_are_numbered_in_order() -> None:
    assert [table.table_id for table in normalised(GRID, "间文。", GRID).tables] == ["d-t1", "d-t2"]


# --- places on pages -------------------------------------------------------------------------
def test_an_origin_tells_where_each_line_stood() -> None:
    lines = (Line("　　全县共有教师3", 1, (10, 20, 90, 30), tuple(range(10))), Line("2人。 ", 2, (10, 5, 40, 15), tuple(range(5))))
    document = normalised("望溪县", Paragraph(lines))
    assert document.text == "望溪县\n全县共有教师32人。"
    assert [(document.text[origin.start : origin.end], origin.page, origin.edges) for origin in document.origins] == [
        ("全县共有教师3", 1, tuple(range(2, 10))),
        ("2人。", 2, tuple(range(4))),
    ]
    assert [len(origin.edges) for origin in document.origins] == [origin.end - origin.start + 1 for origin in document.origins]


def test_a_cell_with_a_place_has_an_origin() -> None:
    grid = SourceTable((("学校", "缺口"),), places=((CellPlace(3, (1, 2, 3, 4)), None),))
    document = normalised(grid)
    assert [(document.text[origin.start : origin.end], origin.page, origin.bbox) for origin in document.origins] == [("学校", 3, (1, 2, 3, 4))]


def test_a_flowing_format_has_no_origins() -> None:
    assert normalised("教师不足。", GRID).origins == ()


def test_normalising_twice_changes_nothing(lexicon: Lexicon) -> None:
    once = normalised("  望溪县整改报告", *sentences(12), GRID)
    again = normalised(*once.text.split("\n"))
    assert again.text == "\n".join(line.strip() for line in once.text.split("\n"))
    assert told(again) == []


def test_a_short_answer_to_a_problem_that_stands_twice_is_kept() -> None:
    problem = "城区学校大班额问题突出，全县56人以上班级61个，占班级总数的7.2%，学位供给不足的矛盾没有得到根本缓解，群众对就近入学的期盼十分迫切，城区新建住宅小区配套学校建设普遍滞后，部分学校功能室被挤占为教室，音乐、美术课程难以开齐开足。"
    text = f"青岚县人民政府关于督导反馈问题的整改报告\n\n存在问题：{problem}\n{problem}整改措施：加快新建学校，2024年底前新增学位4050个。\n\n青岚县人民政府\n2023年5月6日\n"
    assert repeated_from(text) is None
