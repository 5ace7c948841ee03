"""Enumerators of every kind become a tree; what only looks like one does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_miner.enumerators import LINE_FORMS, LineForm, line_forms
from doc_miner.lexicon import ROLES, default_lexicon
from doc_miner.model import Document, Table
from doc_miner.outline import RANKS, Node, read_outline

Item = tuple[int, str, int]
"""Depth from 0, kind and number."""


def outline(text: str, *tables: Table) -> Node:
    return read_outline(Document("", "", "", "text", text, tables=tables), default_lexicon())


def depth(node: Node) -> int:
    return -1 if node.parent is None else depth(node.parent) + 1


def items(text: str) -> list[Item]:
    """Return the items of a text in order."""
    return [(depth(node), node.kind, node.number) for node in outline(text).walk() if node.parent]


def written(text: str) -> list[str]:
    """Return what each item of a text covers."""
    return [text[node.start : node.end] for node in outline(text).walk() if node.parent]


def roles(text: str) -> dict[str, str | None]:
    """Return the role of each item by its heading."""
    return {text[node.heading[0] : node.heading[1]].strip(" ：:。"): node.role for node in outline(text).walk() if node.parent}


# --- every kind at the start of a line ---------------------------------------------------------
KINDS = {
    "chapter": [("第一章", "第二章"), ("第一条 ", "第二条 "), ("第一部分", "第二部分"), ("第1章", "第2章")],
    "chinese": [("一、", "二、"), ("一 、", "二 、"), ("一.", "二."), ("一．", "二．"), ("一，", "二，"), ("一,", "二,"), ("十、", "十一、"), ("二十、", "二十一、")],
    "chinese-bracketed": [("（一）", "（二）"), ("(一)", "(二)"), ("（一)", "（二)"), ("(一）", "(二）"), ("﹙一﹚", "﹙二﹚"), ("（ 一 ）", "（ 二 ）"), ("（一）、", "（二）、")],
    "arabic": [("1.", "2."), ("1．", "2．"), ("1、", "2、"), ("1 .", "2 ."), ("1 、", "2 、"), ("１．", "２．"), ("1. ", "2. "), ("9.", "10.")],
    "arabic-bracketed": [("（1）", "（2）"), ("(1)", "(2)"), ("（１）", "（２）"), ("（1)", "（2)"), ("（ 1 ）", "（ 2 ）"), ("（1）、", "（2）、")],
    "half-bracketed": [("1）", "2）"), ("1)", "2)")],
    "circled": [("①", "②"), ("① ", "② "), ("⑨", "⑩")],
    "is": [("一是", "二是"), ("一要", "二要"), ("一是，", "二是，"), ("一是：", "二是："), ("首先，", "其次，")],
    "label-numbered": [("问题1：", "问题2："), ("问题一：", "问题二："), ("问题 1:", "问题 2:"), ("反馈问题1：", "反馈问题2："), ("存在的问题1：", "存在的问题2："), ("【问题一】", "【问题二】"), ("〔问题1〕", "〔问题2〕"), ("整改事项一：", "整改事项二：")],
    "tagged": [("短板一：", "短板二：")],
    "bullet": [("● ", "● "), ("★", "★"), ("——", "——"), ("- ", "- "), ("◆", "◆")],
    "roman": [("Ⅰ.", "Ⅱ."), ("Ⅰ、", "Ⅱ、")],
    "letter": [("A.", "B."), ("A、", "B、")],
}
NUMBERS = {"十、": 10, "二十、": 20, "9.": 9, "⑨": 9}


@pytest.mark.parametrize(("kind", "first", "second"), [(kind, *pair) for kind, pairs in KINDS.items() for pair in pairs])
def test_an_enumerator_at_the_start_of_a_line_is_an_item(kind: str, first: str, second: str) -> None:
    text = f"{first}教师配备不足。\n{second}校舍面积不足。"
    number = NUMBERS.get(first, 1)
    assert items(text) == [(0, kind, number), (0, kind, number + 1)]
    assert written(text) == [f"{first}教师配备不足。", f"{second}校舍面积不足。"]
    assert [text[node.body : node.end] for node in outline(text).children] == ["教师配备不足。", "校舍面积不足。"]


def test_every_kind_has_a_rank() -> None:
    assert set(RANKS) == {*KINDS, "label", "boxed", "aimed"}


def test_headings_in_brackets_are_items_that_begin_with_their_bracket() -> None:
    text = "三、重点任务\n【强师行动】\n1.招聘教师60名。\n2.培训教师300名。\n【扩容行动】新建学校2所。\n四、组织保障"
    assert [item for item in items(text) if item[0] < 2] == [(0, "chinese", 3), (1, "boxed", 1), (1, "boxed", 2), (0, "chinese", 4)]
    assert "【扩容行动】新建学校2所。" in written(text)


def test_a_single_mark_that_may_be_none_opens_no_list() -> None:
    assert items("青石县教育工作会议讲话\n——在全县教育大会上\n今年招聘教师60名。") == []
    assert items("【本报讯】青石县召开教育大会。\n会议部署了学位建设。") == []
    assert items("A.校舍面积不足。\n以上问题须整改。") == []


def test_paragraphs_beside_each_other_that_name_their_problem_are_items() -> None:
    text = "现将情况报告如下。\n针对教师不足问题，招聘教师60名。\n针对校舍不足问题，新建学校2所。\n特此报告。"
    assert [kind for _, kind, _ in items(text)] == ["aimed", "aimed"]
    assert items("针对教师不足问题，招聘教师60名。\n新建学校2所。\n改造校舍3栋。\n添置图书2万册。\n针对校舍不足问题，新建学校2所。") == []


def test_next_steps_behind_answered_problems_belong_to_the_document() -> None:
    text = "问题1：校舍不足。\n整改情况：新建校舍。\n问题2：教师不足。\n整改情况：招聘教师。\n下一步打算：\n1.每年招聘教师60名。"
    assert [(level, kind) for level, kind, _ in items(text)] == [(0, "label-numbered"), (1, "label"), (0, "label-numbered"), (1, "label"), (0, "label"), (1, "arabic")]
    own = "问题1：校舍不足。\n整改情况：新建校舍。\n下一步打算：扩建校舍。\n问题2：教师不足。\n整改情况：招聘教师。\n下一步打算：再招聘教师。"
    assert [level for level, kind, _ in items(own) if kind == "label"] == [1, 1, 1, 1]


@pytest.mark.parametrize("front", ["　　", "  ", "\t"])
def test_an_indented_enumerator_is_an_item(front: str) -> None:
    assert written(f"{front}一、教师不足\n{front}二、校舍不足") == ["一、教师不足", "二、校舍不足"]


def test_kinds_are_nested_by_rank() -> None:
    text = "一、存在问题\n（一）教师不足\n1.音乐教师少\n（1）小学少\n①青石小学缺1人\n②柳泉小学缺2人\n（2）初中少\n2.美术教师少\n（二）校舍不足\n二、整改措施"
    assert items(text) == [
        (0, "chinese", 1),
        (1, "chinese-bracketed", 1),
        (2, "arabic", 1),
        (3, "arabic-bracketed", 1),
        (4, "circled", 1),
        (4, "circled", 2),
        (3, "arabic-bracketed", 2),
        (2, "arabic", 2),
        (1, "chinese-bracketed", 2),
        (0, "chinese", 2),
    ]


def test_a_level_may_be_left_out() -> None:
    assert items("一、存在问题\n1.教师不足\n2.校舍不足\n二、整改措施\n（1）招聘\n（2）新建") == [
        (0, "chinese", 1),
        (1, "arabic", 1),
        (1, "arabic", 2),
        (0, "chinese", 2),
        (1, "arabic-bracketed", 1),
        (1, "arabic-bracketed", 2),
    ]


def test_an_item_ends_where_the_next_of_its_rank_begins_and_holds_its_paragraphs() -> None:
    assert written("（一）教师不足\n共缺23人。\n\n（二）校舍不足\n共缺2000平方米。") == ["（一）教师不足\n共缺23人。", "（二）校舍不足\n共缺2000平方米。"]


def test_an_item_of_running_text_ends_with_its_line() -> None:
    assert written("一是教师不足。\n全县共缺23人。\n二是校舍不足。")[0] == "一是教师不足。"


def test_a_list_that_an_item_announces_is_its_own() -> None:
    assert items("一是教师不足：\n1.缺音乐教师。\n2.缺美术教师。\n二是校舍不足。") == [(0, "is", 1), (1, "arabic", 1), (1, "arabic", 2), (0, "is", 2)]


# --- in running text -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("主要表现：一是教师不足；二是校舍陈旧。三是经费紧张。", ["一是教师不足；", "二是校舍陈旧。", "三是经费紧张。"]),
        ("教师不足，一是编制少，二是流动大。", ["一是编制少，", "二是流动大。"]),
        ("全县教师不足：①青石小学缺3人；②柳泉小学缺2人。", ["①青石小学缺3人；", "②柳泉小学缺2人。"]),
        ("主要问题有：1.教师不足。2.校舍陈旧。3.经费紧张。", ["1.教师不足。", "2.校舍陈旧。", "3.经费紧张。"]),
        ("主要问题有：1、教师不足；2、校舍陈旧。", ["1、教师不足；", "2、校舍陈旧。"]),
        ("主要问题有：（1）教师不足。（2）校舍陈旧。", ["（1）教师不足。", "（2）校舍陈旧。"]),
        ("主要问题有：（一）教师不足。（二）校舍陈旧。", ["（一）教师不足。", "（二）校舍陈旧。"]),
        ("我们将：一要加强领导，二要增加投入。", ["一要加强领导，", "二要增加投入。"]),
    ],
)
def test_a_list_in_running_text_is_read(text: str, expected: list[str]) -> None:
    assert written(text) == expected
    assert all(node.inline for node in outline(text).children)


def test_items_of_running_text_stand_below_the_item_of_their_line() -> None:
    text = "（一）教师不足。一是编制少；二是流动大。\n（二）校舍不足。"
    assert items(text) == [(0, "chinese-bracketed", 1), (1, "is", 1), (1, "is", 2), (0, "chinese-bracketed", 2)]


# --- labels ------------------------------------------------------------------------------------
@pytest.mark.parametrize("label", ["整改措施：", "整改措施:", "【整改措施】：", "整改措施如下：", "整改措施情况："])
def test_a_label_holds_its_line_and_has_a_role(label: str) -> None:
    node = outline(f"{label}招聘教师12人。").children[0]
    assert (node.kind, node.role) == ("label", "response")


def test_a_label_holds_the_list_behind_it() -> None:
    text = "整改措施：1.招聘教师。2.交流教师。"
    assert items(text) == [(0, "label", 1), (1, "arabic", 1), (1, "arabic", 2)]
    text = "整改措施：\n1.招聘教师。\n2.交流教师。"
    assert items(text) == [(0, "label", 1), (1, "arabic", 1), (1, "arabic", 2)]


def test_labels_part_what_belongs_to_one_problem() -> None:
    text = "问题1：教师不足。\n整改措施：招聘教师。\n责任单位：县教育局。\n完成时限：2025年底前。\n问题2：校舍不足。\n整改措施：新建校舍。"
    assert [(level, kind) for level, kind, _ in items(text)] == [(0, "label-numbered"), (1, "label"), (1, "label"), (1, "label"), (0, "label-numbered"), (1, "label")]
    assert [node.role for node in outline(text).walk() if node.kind == "label"] == ["response", "units", "deadline", "response"]


def test_a_heading_without_a_number_is_a_label() -> None:
    text = "存在的问题\n教师不足。\n整改落实情况\n招聘教师12人。"
    assert [(node.kind, node.role) for node in outline(text).children] == [("label", "problem"), ("label", "response")]
    assert written(text) == ["存在的问题\n教师不足。", "整改落实情况\n招聘教师12人。"]


# --- what is none --------------------------------------------------------------------------------
NOTHING = [
    "统一是关键，专一是美德。",
    "之一是教师不足，其二是校舍陈旧。",
    "全县一是一，二是二。",
    "1.5万元用于维修。\n2.1万元用于培训。",
    "2.1万人受益。",
    "3.2个百分点。",
    "第一小学改造完成。\n第二小学新建食堂。",
    "第一小学\n第二小学",
    "第三季度完成招聘。",
    "按照（一）的要求，依据（二）执行。",
    "根据第（一）项规定整改。",
    "见附表（1）和附表（2）。",
    "2019年投入1.5万元。2020年投入2.1万元。",
    "18、2019年的数据不可比。",
    "三，四年级合班上课。",
    "五是开门见山的讨论。",
    "教师不足①。",
    "学校（含教学点）12所，（其中）小学8所。",
    "整改措施落实到位。",
    "落实整改措施和责任单位。",
    "目标明确，责任到人。",
    "1",
    "一",
    "（一",
    "",
    "\n\n",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_an_enumerator_is_none(text: str) -> None:
    assert items(text) == []


@pytest.mark.parametrize("text", ["3、4月份完成招聘。", "一、二年级学生减少。", "一、二、三年级均开设劳动课。", "5、6号楼已经竣工。"])
def test_two_numerals_with_a_comma_between_are_no_enumerator(text: str) -> None:
    assert items(text) == []


def test_a_saying_in_quotation_marks_is_no_list() -> None:
    assert items("发扬“一是一、二是二”的作风。") == []


@pytest.mark.parametrize("text", ["1.2019年投入50万元。\n2.2020年投入60万元。", "1、2019年投入50万元。\n2、2020年投入60万元。", "1.3所小学改建。\n2.5所小学扩建。\n3.校舍不足。"])
def test_an_item_that_begins_with_a_number_is_an_item(text: str) -> None:
    assert [(kind, number) for _, kind, number in items(text)][:2] == [("arabic", 1), ("arabic", 2)]


@pytest.mark.parametrize(
    "text",
    ["（一教师不足。\n（二校舍陈旧。", "一）教师不足。\n二）校舍陈旧。", "1。教师不足。\n2。校舍陈旧。", "⑴教师不足。\n⑵校舍陈旧。", "一 是教师不足。\n二 是校舍陈旧。", "问题1.教师不足。\n问题2教师流动大。", "第一，教师不足。\n第二，校舍陈旧。"],
    ids=["closing bracket lost", "opening bracket lost", "full stop for a point", "bracketed digit in one character", "space inside", "colon lost", "第一 with a comma"],
)
def test_a_damaged_enumerator_is_an_item(text: str) -> None:
    assert len(items(text)) == 2


@pytest.mark.parametrize("text", ["一、2023年工作回顾\n投入5亿元。\n二、2024年工作打算\n新建学校。", "1、3所学校改建。\n2、5所学校扩建。", "⒈教师不足。\n⒉校舍陈旧。", "㈠教师不足。\n㈡校舍陈旧。", "1.2024年底前建成。\n2.2025年底前投用。"])
def test_an_enumerator_before_a_year_or_in_one_character_is_one(text: str) -> None:
    assert [number for _, _, number in items(text)] == [1, 2]


@pytest.mark.parametrize("text", ["二、三年级合班上课。", "第一，教师不足。", "（一期工程已经完工。", "1。", "问题2个。", "3。校舍陈旧。"])
def test_a_damaged_enumerator_that_no_list_goes_on_from_is_none(text: str) -> None:
    assert items(text) == []


def test_words_that_count_are_a_list_in_running_text() -> None:
    assert written("第一，教师不足。第二，校舍陈旧。") == ["第一，教师不足。", "第二，校舍陈旧。"]


def test_brackets_at_the_end_of_an_item_give_it_no_role() -> None:
    assert [node.own_role for node in outline("（一）扩建校舍（责任单位：县教育局）。\n（二）新建食堂（完成时限：2024年）。").children] == [None, None]


def test_rows_of_tables_are_no_part_of_the_outline() -> None:
    text = "一、存在问题\n1.\t教师不足\n2.\t校舍不足\n二、整改措施"
    start, end = text.index("1."), text.index("\n二、")
    table = Table("d-t1", start, end, (("1.", "教师不足"), ("2.", "校舍不足")), (), 0)
    assert [(node.kind, node.number) for node in outline(text, table).walk() if node.parent] == [("chinese", 1), ("chinese", 2)]


# --- roles -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("存在的主要问题", "problem"),
        ("存在问题和不足", "problem"),
        ("整改措施", "response"),
        ("反馈问题整改落实情况", "response"),
        ("针对存在问题的整改情况", "response"),
        ("下一步工作打算", "plan"),
        ("督导意见建议", "recommendation"),
        ("工作目标", "goal"),
        ("指导思想", "principle"),
        ("主要任务", "measure"),
        ("基本情况", "situation"),
        ("完成时限", "deadline"),
        ("责任单位", "units"),
        ("附件", "attachment"),
        ("教师队伍建设", None),
    ],
)
def test_a_heading_tells_the_role_of_its_part(heading: str, role: str | None) -> None:
    assert roles(f"一、{heading}\n望溪县共有学校56所。")[heading] == role


def test_a_role_is_inherited_until_a_heading_tells_another() -> None:
    text = "一、存在问题\n（一）教师不足\n1.音乐教师少\n（二）整改措施\n1.招聘教师\n二、工作目标\n（一）教师达标"
    assert roles(text) == {
        "存在问题": "problem",
        "教师不足": "problem",
        "音乐教师少": "problem",
        "整改措施": "response",
        "招聘教师": "response",
        "工作目标": "goal",
        "教师达标": "goal",
    }


def test_a_sentence_with_the_word_of_a_heading_has_no_role_of_its_own() -> None:
    text = "一、望溪县概况介绍\n1.目标明确，措施有力，全县上下形成合力。\n2.各校把整改作为首要政治任务抓紧抓实抓出成效并长期坚持下去，确保按期达标验收不反弹。"
    assert [node.own_role for node in outline(text).children[0].children] == [None, None]


# --- any text ----------------------------------------------------------------------------------
PIECES = ["一、", "二、", "（一）", "（二）", "1.", "2.", "（1）", "（2）", "①", "②", "一是", "二是", "整改措施：", "存在问题", "问题1：", "第一章", "教师不足", "校舍陈旧", "，", "。", "；", "：", "\n", " ", "　", "2019年", "1.5万元", "第", "（", "）"]
texts = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@given(texts)
def test_items_are_in_order_and_lie_within_the_item_above(text: str) -> None:
    root = outline(text)
    assert (root.start, root.end) == (0, len(text))
    for node in root.walk():
        assert 0 <= node.start < node.end <= len(text) or node is root
        assert node.start < node.body or node is root or node.kind == "label"
        assert node.role is None or node.role in ROLES
        for this, following in zip(node.children, node.children[1:], strict=False):
            assert this.end <= following.start
        for child in node.children:
            assert node.start <= child.start and child.end <= node.end


@given(texts)
def test_a_paragraph_in_front_of_a_chapter_moves_items_and_changes_nothing_else(text: str) -> None:
    """A new first heading closes what was open: nothing above it changes what stands below."""
    front = "望溪县整改报告\n"
    below = f"一、概况\n{text}"
    own = [(node.kind, node.number, node.start + len(front), node.end + len(front), node.role) for node in outline(below).walk() if node.parent]
    assert [(node.kind, node.number, node.start, node.end, node.role) for node in outline(front + below).walk() if node.parent] == own


@given(texts)
def test_a_marker_names_its_item_and_the_heading_begins_behind_it(text: str) -> None:
    for node in outline(text).walk():
        if node.parent and node.kind != "label":
            assert node.number >= 1
            assert node.heading[0] == node.body


def test_a_marker_is_kept_as_written() -> None:
    assert [node.marker for node in outline("主要有：（1）教师不足。（2）校舍陈旧。").children] == ["（1）", "（2）"]


def test_a_heading_ends_with_its_item() -> None:
    text = "主要有：一是编制少，二是流动大。"
    assert [text[node.heading[0] : node.heading[1]] for node in outline(text).children] == ["编制少，", "流动大。"]


@pytest.mark.parametrize("form", LINE_FORMS, ids=lambda form: form.kind + "-damaged" * form.damaged)
@given(data=st.data())
def test_every_enumerator_is_looked_for_at_its_first_character(form: LineForm, data: st.DataObject) -> None:
    enumerator = data.draw(st.from_regex(form.pattern, fullmatch=True))
    assert form in line_forms(enumerator[0])
    assert form not in line_forms("，")
