"""Links: which problem a measure answers, what is one problem stated twice, and what is left open with a finding."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_miner.loaders import read_source
from doc_miner.model import Report
from doc_miner.pipeline import Miner, default_miner

HEAD = "青岚县人民政府关于义务教育督导反馈问题整改情况的报告\n"
FOOT = "青岚县人民政府\n2023年9月20日\n"


def links(report: Report) -> list[tuple[str, str | None]]:
    """Return each measure's text with that of its problem."""
    problems = {problem.problem_id: problem.text for problem in report.problems}
    return [(measure.text, problems[measure.problem_id] if measure.problem_id else None) for measure in report.measures]


@dataclass(frozen=True)
class Case:
    """The body of a document; each measure (by its beginning) with the beginning of its problem, or ``None``."""

    label: str
    text: str
    links: dict[str, str | None] = field(default_factory=dict)


CASES = [
    Case(
        "a response below its problem answers it",
        "一、整改情况\n（一）大班额突出，56人以上班级73个。\n整改措施：新建学校2所，新增学位3000个。\n（二）音乐教师短缺，缺86人。\n整改措施：招聘音乐教师40名。\n",
        {"新建学校2所": "大班额突出", "招聘音乐教师": "音乐教师短缺"},
    ),
    Case(
        "all items of a response answer the one problem above them",
        "问题1：大班额突出，56人以上班级73个。\n整改落实情况：一是新建学校2所，新增学位3000个。二是严格控制起始年级班额。\n",
        {"新建学校2所": "大班额突出", "严格控制": "大班额突出"},
    ),
    Case(
        "structure goes before meaning: a response that speaks of another problem still answers its own",
        "一、整改情况\n（一）大班额突出，56人以上班级73个。\n整改措施：招聘音乐教师40名，配齐音乐教师。\n（二）音乐教师短缺，缺86人。\n整改措施：新建学校2所，化解大班额。\n",
        {"招聘音乐教师": "大班额突出", "新建学校": "音乐教师短缺"},
    ),
    Case(
        "the one problem of a part is answered by all measures of the part beside it",
        "一、办学条件\n（一）存在问题\n1.校舍不足，缺5间。\n（二）整改措施\n1.扩建校舍3万平方米。\n2.改造食堂2个，惠及学生900人。\n",
        {"扩建校舍": "校舍不足", "改造食堂": "校舍不足"},
    ),
    Case(
        "parts of different subjects do not mix",
        "一、办学条件\n（一）存在问题\n1.校舍不足，缺5间。\n（二）整改措施\n1.招聘保安员12名，充实安保力量。\n二、教师队伍\n（一）存在问题\n1.音乐教师缺86人。\n（二）整改措施\n1.扩建周转宿舍36套。\n",
        {"招聘保安员": "校舍不足", "扩建周转宿舍": "音乐教师缺"},
    ),
    Case(
        "of several problems the one that the measure speaks of",
        "一、存在问题\n（一）大班额突出，56人以上班级73个。\n（二）音乐教师不足，缺86人。\n（三）教育经费投入不足，缺口900万元。\n二、整改措施\n"
        "（一）公开招聘音乐教师40名，配齐乡镇学校音乐教师。\n（二）新建学校2所，化解大班额，56人以上班级清零。\n（三）县财政追加教育经费900万元，补足投入缺口。\n",
        {"公开招聘": "音乐教师不足", "新建学校": "大班额突出", "县财政追加": "教育经费投入不足"},
    ),
    Case(
        "a measure that says what it is aimed at",
        "一、存在问题\n（一）专用教室配备不足。\n（二）乡村教师流失严重。\n二、整改措施\n（一）围绕乡村教师流失严重问题，发放生活补助。\n（二）针对专用教室配备不足的问题，新建专用教室36间。\n",
        {"围绕乡村教师": "乡村教师流失", "针对专用教室": "专用教室配备"},
    ),
    Case(
        "a heading that names the problem holds for the items below it",
        "一、存在问题\n（一）学位供需矛盾突出，缺学位3000个。\n（二）教师编制管理滞后，空编288名。\n二、整改措施\n（一）着力缓解学位供需矛盾\n1.新建学校2所。\n2.改扩建学校4所。\n（二）创新教师编制管理\n1.核增岗位120个，盘活存量。\n",
        {"新建学校": "学位供需矛盾", "改扩建学校": "学位供需矛盾", "核增岗位": "教师编制管理"},
    ),
    Case(
        "a measure that speaks of none of the problems answers none",
        "一、存在问题\n（一）大班额突出，56人以上班级73个。\n（二）音乐教师不足，缺86人。\n二、整改措施\n（一）加强党对教育工作的领导，建立联席会议制度。\n",
        {"加强党": None},
    ),
    Case(
        "of two problems that fit as well none is taken",
        "一、存在问题\n（一）乡镇学校音乐教师不足，缺40人。\n（二）乡镇学校美术教师不足，缺46人。\n二、整改措施\n（一）已招聘教师90名，充实乡镇学校。\n",
        {"已招聘教师": None},
    ),
    Case(
        "places that the measure does not tell apart leave it open",
        "一、存在问题\n（一）望溪镇中心小学校舍不足，缺5间。\n（二）松坪镇中心小学校舍不足，缺6间。\n二、整改措施\n（一）投入900万元扩建乡镇中心小学校舍11间。\n",
        {"投入900万元": None},
    ),
    Case(
        "what a report lists as done answers no problem that it names later",
        "一、主要做法\n（一）近三年新建学校6所，投入教育经费12亿元。\n二、存在问题\n（一）城区学位紧张，缺口2400个。\n",
        {"近三年": None},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_measure_answers_the_problem(miner: Miner, case: Case) -> None:
    found = links(miner.mine_text(HEAD + case.text + FOOT))
    assert len(found) == len(case.links)
    for (measure, problem), (wanted, answer) in zip(found, case.links.items(), strict=True):
        assert measure.startswith(wanted)
        assert problem is None if answer is None else problem is not None and problem.startswith(answer), measure


@pytest.mark.parametrize("case", [case for case in CASES if case.label.startswith(("of two", "places"))], ids=lambda case: case.label)
def test_a_link_left_open_in_doubt_is_reported_with_its_candidates(miner: Miner, case: Case) -> None:
    report = miner.mine_text(HEAD + case.text + FOOT)
    (finding,) = [one for one in report.findings if (one.start, one.end) == (report.measures[0].start, report.measures[0].end)]
    assert finding.severity == "info"
    assert all(problem.text.rstrip("。") in finding.message for problem in report.problems)


@pytest.mark.parametrize("case", [case for case in CASES if None not in case.links.values()], ids=lambda case: case.label)
def test_a_link_that_is_clear_raises_no_doubt(miner: Miner, case: Case) -> None:
    assert [one for one in miner.mine_text(HEAD + case.text + FOOT).findings if one.severity == "info"] == []


# --- one problem, several places ----------------------------------------------------------------------
def stated(report: Report) -> list[tuple[str, list[str]]]:
    text = report.document.text
    return [(problem.text, [text[start:end] for start, end in problem.mentions]) for problem in report.problems]


def test_a_problem_restated_in_front_of_its_response_is_one_record(miner: Miner) -> None:
    report = miner.mine_text(
        f"{HEAD}一、存在问题\n（一）大班额现象突出，56人以上班级73个。\n（二）教师编制紧缺，尚缺教师86人。\n二、整改情况\n（一）大班额现象突出\n整改措施：新建学校2所，新增学位3000个。\n（二）教师编制紧缺\n整改措施：招聘教师90名。\n{FOOT}"
    )
    assert stated(report) == [("大班额现象突出，56人以上班级73个。", ["大班额现象突出"]), ("教师编制紧缺，尚缺教师86人。", ["教师编制紧缺"])]
    assert [problem for _, problem in links(report)] == ["大班额现象突出，56人以上班级73个。", "教师编制紧缺，尚缺教师86人。"]


def test_the_same_words_under_two_headings_are_one_record(miner: Miner) -> None:
    report = miner.mine_text(f"{HEAD}一、存在问题\n（一）城区学校大班额问题突出，56人以上班级73个。\n二、主要不足\n（一）城区学校大班额问题突出，56人以上班级73个。\n{FOOT}")
    assert stated(report) == [("城区学校大班额问题突出，56人以上班级73个。", ["城区学校大班额问题突出，56人以上班级73个。"])]


def test_a_coarse_sentence_gives_way_to_the_parts_that_are_answered(miner: Miner) -> None:
    coarse = "办学条件不达标，校舍面积不足，运动场地不足。"
    report = miner.mine_text(f"{HEAD}一、存在问题\n（一）{coarse}\n二、整改情况\n1.校舍面积不足\n整改措施：扩建校舍3万平方米。\n2.运动场地不足\n整改措施：改造运动场12片，惠及学生900人。\n{FOOT}")
    assert stated(report) == [("校舍面积不足", [coarse]), ("运动场地不足", [coarse])]
    assert [problem for _, problem in links(report)] == ["校舍面积不足", "运动场地不足"]


def test_an_explicit_label_holds_its_problem_together(miner: Miner) -> None:
    report = miner.mine_text(f"{HEAD}问题1：办学条件不达标，校舍面积不足，运动场地不足。\n整改落实情况：1.校舍面积方面，扩建校舍3万平方米。2.运动场地方面，改造运动场12片。\n{FOOT}")
    assert [text for text, _ in stated(report)] == ["办学条件不达标，校舍面积不足，运动场地不足。"]
    assert len(links(report)) == 2 and {problem for _, problem in links(report)} == {"办学条件不达标，校舍面积不足，运动场地不足。"}


def test_problems_that_are_only_alike_stay_two(miner: Miner) -> None:
    report = miner.mine_text(f"{HEAD}一、存在问题\n（一）小学音乐教师不足，缺40人。\n（二）初中美术教师不足，缺46人。\n{FOOT}")
    assert stated(report) == [("小学音乐教师不足，缺40人。", []), ("初中美术教师不足，缺46人。", [])]


def test_cells_of_a_table_answer_the_problem_of_their_row_whatever_they_say(miner: Miner) -> None:
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in [("问题", "整改措施"), ("校舍不足，缺5间。", "招聘音乐教师40名，配齐音乐教师。"), ("音乐教师不足，缺86人。", "扩建校舍5间。")])
    page = f"<html><body><h1>青岚县教育督导问题整改台账</h1><p>现将整改台账印发给你们，请各单位提高认识，明确责任，逐项抓好落实。</p><table>{rows}</table></body></html>"
    report = miner.mine_source(read_source(page.encode(), "a.html"), path="a.html", sha256="0" * 64)
    assert links(report) == [("招聘音乐教师40名，配齐音乐教师。", "校舍不足，缺5间。"), ("扩建校舍5间。", "音乐教师不足，缺86人。")]


def test_a_table_and_its_text_name_the_same_problem_once(miner: Miner) -> None:
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in [("问题", "整改措施"), ("乡镇学校校舍不足，缺5间。", "扩建校舍5间。")])
    page = f"<html><body><h1>青岚县教育督导反馈问题整改报告</h1><p>现将整改情况报告如下：</p><p>一、存在问题</p><p>（一）乡镇学校校舍不足，缺5间。</p><p>二、整改台账</p><table>{rows}</table></body></html>"
    report = miner.mine_source(read_source(page.encode(), "a.html"), path="a.html", sha256="0" * 64)
    assert stated(report) == [("乡镇学校校舍不足，缺5间。", ["乡镇学校校舍不足，缺5间。"])]
    assert links(report) == [("扩建校舍5间。", "乡镇学校校舍不足，缺5间。")]


# --- contracts -----------------------------------------------------------------------------------
PROBLEMS = ["大班额突出，56人以上班级73个。", "校舍面积不足，缺口3万平方米。", "音乐教师短缺，缺86人。", "教育经费投入不足，缺口900万元。", "乡村教师流失严重，流失31人。"]
MEASURES = ["新建学校2所，化解大班额。", "扩建校舍3万平方米。", "公开招聘音乐教师40名。", "县财政增加教育经费900万元。", "发放乡村教师生活补助300万元。"]
PAIRS = st.lists(st.sampled_from(list(zip(PROBLEMS, MEASURES, strict=True))), min_size=1, max_size=5, unique=True)


@given(PAIRS)
def test_answers_below_their_problems_are_linked_in_any_order(pairs: list[tuple[str, str]]) -> None:
    body = "".join(f"（{'一二三四五'[n]}）{problem}\n整改措施：{measure}\n" for n, (problem, measure) in enumerate(pairs))
    report = default_miner().mine_text(f"{HEAD}一、整改情况\n{body}{FOOT}")
    assert links(report) == [(measure, problem) for problem, measure in pairs]


@given(PAIRS, st.permutations(range(5)))
def test_a_link_by_meaning_is_right_or_left_open(pairs: list[tuple[str, str]], order: list[int]) -> None:
    answers = [pairs[n] for n in order if n < len(pairs)]
    problems = "".join(f"（{'一二三四五'[n]}）{problem}\n" for n, (problem, _) in enumerate(pairs))
    measures = "".join(f"（{'一二三四五'[n]}）{measure}\n" for n, (_, measure) in enumerate(answers))
    report = default_miner().mine_text(f"{HEAD}一、存在问题\n{problems}二、整改措施\n{measures}{FOOT}")
    assert [measure for measure, _ in links(report)] == [measure for _, measure in answers]
    assert all(found in (problem, None) for (_, found), (problem, _) in zip(links(report), answers, strict=True))


@given(PAIRS)
def test_links_do_not_depend_on_a_paragraph_put_before(pairs: list[tuple[str, str]]) -> None:
    body = "".join(f"问题{n}：{problem}\n整改落实情况：{measure}\n" for n, (problem, measure) in enumerate(pairs, 1))
    plain = default_miner().mine_text(HEAD + body + FOOT)
    longer = default_miner().mine_text(HEAD + "临岳市人民政府：\n全县有小学12所，在校学生9000人。\n" + body + FOOT)
    assert links(plain) == links(longer) == [(measure, problem) for problem, measure in pairs]
