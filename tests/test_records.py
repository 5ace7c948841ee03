"""Problems and measures of short documents: what is one and what is none, and how a measure stands (status, deadline, units)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doc_miner.loaders import read_source
from doc_miner.model import Measure, Report
from doc_miner.pipeline import Miner, default_miner

REPORT = "青岚县人民政府关于义务教育督导反馈问题整改情况的报告\n"
PLAN = "青岚县义务教育督导反馈问题整改方案\n"
WORK = "青岚县义务教育均衡发展工作汇报\n"
FEEDBACK = "临岳市人民政府教育督导室关于青岚县义务教育督导评估的反馈意见\n青岚县人民政府：\n"
FOOT = "青岚县人民政府\n2023年9月20日\n"


def only_measure(miner: Miner, text: str, head: str = REPORT) -> Measure:
    """Mine one item under a heading of measures, in a document of 20 September 2023."""
    report = miner.mine_text(f"{head}一、整改措施\n（一）{text}\n{FOOT}")
    assert [measure.text for measure in report.measures] == [text]
    return report.measures[0]


# --- status --------------------------------------------------------------------------------------
STATUS = [
    ("已新建学校2所，新增学位3000个。", "done"),
    ("完成了12所学校运动场改造。", "done"),
    ("2022年新建学校2所，增加学位3000个。", "done"),
    ("印发《青岚县消除大班额专项规划》，投入资金1200万元。", "done"),
    ("截至2023年8月底，已招聘教师40名。", "done"),
    ("正在建设实验小学综合楼，预留学位600个。", "ongoing"),
    ("逐步推进教师交流轮岗，交流比例有序扩大。", "ongoing"),
    ("坚持每学期开展一次控辍保学督查。", "ongoing"),
    ("加强师资培训，不断提高教师水平。", "ongoing"),
    ("计划新建学校2所。", "planned"),
    ("拟于明年招聘音乐教师40名。", "planned"),
    ("将于明年新建学校2所。", "planned"),
    ("力争在2025年底前新建学校2所。", "planned"),
    ("2024年底前完成教学楼建设。", "planned"),
    ("预计到2025年完成全部改造任务。", "planned"),
    ("待县财政批复后实施校舍改造。", "planned"),
    ("已于2023年6月底前完成整改。", "done"),
    ("2024年底前投入资金1.44亿元，新建学校3所，招聘教师20名。", "planned"),
    ("扩建实验小学校舍，2024年上半年完成。", "planned"),
    ("到2023年5月，56人以上班级由61个减少到14个。", "done"),
    ("实施学历提升计划，组织214名教师参加函授，比例提高到68%。", "done"),
    ("新建教学楼3栋，增加学位900个。下一步，将再建设食堂2个，完善配套，力争明年投用。", "done"),
    ("正在推进2所学校转设，预计2024年8月完成。", "ongoing"),
    ("每年遴选骨干教师30名。", "ongoing"),
    ("新聘生活教师21名，建立查寝制度。", "done"),
]


@pytest.mark.parametrize(("text", "status"), STATUS)
def test_status_of_a_measure_in_a_report(miner: Miner, text: str, status: str) -> None:
    assert only_measure(miner, text).status == status


PLANNED_UNLESS_SAID = [
    ("新建学校2所，新增学位3000个。", "planned"),
    ("加强师资培训，不断提高教师水平。", "planned"),
    ("坚持每学期开展一次控辍保学督查。", "planned"),
    ("目前已全部完成整改，12所学校的运动场已投入使用。", "done"),
    ("已新建学校2所，新增学位3000个。", "done"),
    ("正在建设实验小学综合楼，预留学位600个。", "ongoing"),
]


@pytest.mark.parametrize(("text", "status"), PLANNED_UNLESS_SAID)
def test_an_item_of_a_plan_is_planned_unless_its_text_says_otherwise(miner: Miner, text: str, status: str) -> None:
    assert only_measure(miner, text, PLAN).status == status


@pytest.mark.parametrize("heading", ["下一步工作打算", "下一步工作计划", "督导意见"])
def test_items_of_a_section_on_what_comes_next_are_planned(miner: Miner, heading: str) -> None:
    report = miner.mine_text(f"{REPORT}一、{heading}\n（一）加强教师队伍建设，充实乡镇学校。\n（二）落实教育经费，改善办学条件。\n{FOOT}")
    assert [measure.status for measure in report.measures] == ["planned", "planned"]


# --- deadline ------------------------------------------------------------------------------------
DEADLINES = [
    ("2024年底前完成教学楼建设。", "2024-12-31"),
    ("2024年8月前补充教师40名。", "2024-08-31"),
    ("力争在2025年底前新建学校2所。", "2025-12-31"),
    ("预计到2025年完成全部改造任务。", "2025-12-31"),
    ("今年底前新建学校2所。", "2023-12-31"),
    ("将于明年新建学校2所。", "2024-12-31"),
    ("扩建校舍三千平方米，确保2025年秋季学期开学前投入使用。", "2025-09-30"),
    ("2024年6月底前完成选址，2025年8月底前建成投用。", "2025-08-31"),
    ("扩建校舍三千平方米。责任单位：县教育局。完成时限：2024年6月。", "2024-06-30"),
    ("已于2023年6月底前完成整改。", None),
    ("截至2023年8月底，已招聘教师40名。", None),
    ("利用两年时间化解大班额。", None),
    ("按照《青岚县教育发展规划（2021—2025年）》推进学校建设。", None),
    ("2022年新建学校2所，增加学位3000个。", None),
    ("落实控辍保学责任制，长期坚持。", None),
    ("按照“十四五”规划推进学校建设。", None),
    ("扩建校舍3间，招聘教师2名（2024年6月底前完成）。", "2024-06-30"),
    ("扩建实验小学校舍，2024年上半年完成。", "2024-06-30"),
    ("力争两年内把班额降到标准以内。", None),
    ("2023年改扩建中学（完成时限：2024年8月）。", "2024-08-31"),
]


@pytest.mark.parametrize(("text", "deadline"), DEADLINES)
def test_deadline_of_a_measure(miner: Miner, text: str, deadline: str | None) -> None:
    assert only_measure(miner, text).deadline == deadline


@pytest.mark.parametrize(
    ("line", "deadline"),
    [
        ("完成时限：2024年6月底", "2024-06-30"),
        ("整改时限：2024年12月", "2024-12-31"),
        ("完成时限：长期坚持", None),
        ("完成时限：已完成", None),
    ],
)
def test_a_line_below_gives_the_deadline_of_all_measures_above_it(miner: Miner, line: str, deadline: str | None) -> None:
    text = f"{REPORT}一、存在问题及整改措施\n（一）校舍不足，缺5间。\n整改措施：1.扩建校舍5间。2.维修校舍，2023年11月底前完工。\n责任单位：县教育局、县住建局\n{line}\n{FOOT}"
    measures = miner.mine_text(text).measures
    assert [measure.text for measure in measures] == ["扩建校舍5间。", "维修校舍，2023年11月底前完工。"]
    assert [measure.deadline for measure in measures] == [deadline, "2023-11-30"]
    assert [measure.units for measure in measures] == [("县教育局", "县住建局")] * 2


def test_without_a_date_of_issue_a_deadline_is_still_read(miner: Miner) -> None:
    report = miner.mine_text(f"{PLAN}一、整改措施\n（一）2024年底前完成教学楼建设。\n（二）明年完成食堂建设。\n")
    assert [measure.deadline for measure in report.measures] == ["2024-12-31", None]


# --- units ---------------------------------------------------------------------------------------
UNITS = [
    ("扩建校舍三千平方米。责任单位：县教育局。", ("县教育局",)),
    ("扩建校舍三千平方米。（责任单位：县教育局、县住建局）", ("县教育局", "县住建局")),
    ("由县教育局牵头，落实专项经费300万元。", ("县教育局",)),
    ("县教育局、县财政局要加大投入，完善设施。", ("县教育局", "县财政局")),
    ("扩建校舍三千平方米，新建食堂两个。", ()),
    ("组织教育局干部走访学校12所。", ()),
    ("扩建实验小学校舍，新建食堂2个（责任单位：县教育局）。", ("县教育局",)),
]


@pytest.mark.parametrize(("text", "units"), UNITS)
def test_units_that_a_measure_names(miner: Miner, text: str, units: tuple[str, ...]) -> None:
    assert only_measure(miner, text).units == units


# --- what is a problem and what a measure -----------------------------------------------------------
@dataclass(frozen=True)
class Case:
    """A document with the texts of its problems and of its measures."""

    label: str
    text: str
    problems: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)


DOCUMENTS = [
    Case(
        "items under a heading of problems are problems, without their enumerators",
        f"{REPORT}一、存在的主要问题\n（一）大班额突出，56人以上班级73个。\n（二）校舍不足，缺口3万平方米。\n{FOOT}",
        ["大班额突出，56人以上班级73个。", "校舍不足，缺口3万平方米。"],
    ),
    Case(
        "of nested lists the innermost items are the problems, what groups them is none",
        f"{REPORT}一、存在问题\n（一）办学条件方面\n1.校舍不足，缺5间。\n2.运动场地不足，缺2片。\n（二）教师队伍方面\n1.音乐教师缺86人。\n{FOOT}",
        ["校舍不足，缺5间。", "运动场地不足，缺2片。", "音乐教师缺86人。"],
    ),
    Case(
        "一是…二是… under a heading of problems are two",
        f"{REPORT}一、存在问题\n一是大班额尚未消除。二是校舍面积不足，缺口3万平方米。\n{FOOT}",
        ["大班额尚未消除。", "校舍面积不足，缺口3万平方米。"],
    ),
    Case(
        "a heading and the statement below it are one problem, in front of its response",
        f"{REPORT}一、整改情况\n（一）大班额突出问题\n全县56人以上班级73个。\n整改情况：已新建学校2所，增加学位3000个。\n{FOOT}",
        ["大班额突出问题\n全县56人以上班级73个。"],
        ["已新建学校2所，增加学位3000个。"],
    ),
    Case(
        "a label 问题N is no part of the problem",
        f"{REPORT}问题1：大班额突出，56人以上班级73个。\n整改落实情况：已新建学校2所。\n问题2：音乐教师短缺，缺86人。\n整改落实情况：已招聘音乐教师40名。\n{FOOT}",
        ["大班额突出，56人以上班级73个。", "音乐教师短缺，缺86人。"],
        ["已新建学校2所。", "已招聘音乐教师40名。"],
    ),
    Case(
        "running text announces its problems as a list",
        f"{WORK}一、基本情况\n全县有小学12所。\n二、困难与不足\n虽然取得了一定成绩，但仍存在以下问题：一是城区学位紧张，缺口2400个。二是乡村教师老龄化，50岁以上占31%。\n{FOOT}",
        ["城区学位紧张，缺口2400个。", "乡村教师老龄化，50岁以上占31%。"],
    ),
    Case(
        "a paragraph under a heading of problems where nothing is listed is one problem",
        f"{WORK}一、存在问题\n城区学校大班额现象依然突出，部分学校功能室配备不足，教师结构性缺编尚未根本解决。\n{FOOT}",
        ["城区学校大班额现象依然突出，部分学校功能室配备不足，教师结构性缺编尚未根本解决。"],
    ),
    Case(
        "in a reply the sentence that is found to be so is the problem and the rest its measure",
        "关于青岚县第一小学门前交通问题的答复\n王先生：\n您反映的问题收悉，现答复如下。\n经核实，该校门前道路狭窄、接送车辆拥堵的情况属实，现有停车位仅12个。"
        "对此，县教育局会同县公安局增设临时停车位60个，安排执勤人员8名，实行错峰放学，并投入35万元改造校门前道路。\n感谢您对教育工作的关心。\n青岚县教育局\n2023年6月1日\n",
        ["经核实，该校门前道路狭窄、接送车辆拥堵的情况属实，现有停车位仅12个。"],
        ["对此，县教育局会同县公安局增设临时停车位60个，安排执勤人员8名，实行错峰放学，并投入35万元改造校门前道路。"],
    ),
    Case(
        "findings handed down have recommendations for measures",
        f"{FEEDBACK}一、主要成绩\n县委县政府重视教育，近三年投入3亿元。\n二、存在问题\n（一）大班额尚未消除，56人以上班级73个。\n（二）校舍面积不足，缺口3万平方米。\n三、督导意见\n"
        "（一）加快学校建设，2024年底前消除大班额。\n（二）加大投入，改善办学条件。\n临岳市人民政府教育督导室\n2023年5月8日\n",
        ["大班额尚未消除，56人以上班级73个。", "校舍面积不足，缺口3万平方米。"],
        ["加快学校建设，2024年底前消除大班额。", "加大投入，改善办学条件。"],
    ),
    Case(
        "the overall duty at the end of a finding is no measure and no part of one",
        f"{FEEDBACK}一、存在问题\n（一）大班额尚未消除，56人以上班级73个。\n二、督导意见\n（一）加快学校建设，2024年底前消除大班额。\n（二）加大投入，改善办学条件。\n"
        "请你县于收到本意见后30日内报送整改方案。\n临岳市人民政府教育督导室\n2023年5月8日\n",
        ["大班额尚未消除，56人以上班级73个。"],
        ["加快学校建设，2024年底前消除大班额。", "加大投入，改善办学条件。"],
    ),
    Case(
        "a problem that is denied is none",
        f"{REPORT}一、存在问题\n（一）经核查，不存在大班额问题。\n（二）校舍不足，缺5间。\n{FOOT}",
        ["校舍不足，缺5间。"],
    ),
    Case(
        "a deficiency denied in running text is none",
        "关于青岚县第二小学收费问题的答复\n李女士：\n您反映的问题收悉，现答复如下。\n经调查核实，该校不存在违规收取费用的问题，未发现强制购买教辅的情况。\n青岚县教育局\n2023年6月1日\n",
    ),
    Case(
        "a passing phrase inside a goal is no problem",
        f"{WORK}一、工作目标\n着力破解“城镇挤”“乡村弱”等难题，解决大班额问题，补齐办学短板。\n{FOOT}",
    ),
    Case(
        "preambles hold neither",
        f"{REPORT}临岳市人民政府：\n收到反馈意见后，我县高度重视，召开专题会议研究部署，成立整改工作领导小组，现将整改情况报告如下：\n一、整改措施\n（一）新建学校2所，新增学位3000个。\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。"],
    ),
    Case(
        "slogans and leave-taking are no measures",
        f"{REPORT}一、整改措施\n（一）新建学校2所，新增学位3000个。\n总之，我们将以此次整改为契机，凝心聚力，撸起袖子加油干，为建设教育强县而努力奋斗！\n特此报告。\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。"],
    ),
    Case(
        "an exhortation that is listed is no measure either",
        f"{REPORT}一、整改措施\n（一）新建学校2所，新增学位3000个。\n（二）让我们撸起袖子加油干，为建设教育强县而努力奋斗！\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。"],
    ),
    Case(
        "principles and goals hold no measures",
        f"{PLAN}一、指导思想\n坚持以人民为中心，办好人民满意的教育，推动义务教育优质均衡发展。\n二、基本原则\n（一）坚持统筹推进，加强组织领导。\n三、工作目标\n2025年底前消除大班额，建成优质均衡县。\n"
        f"四、整改措施\n（一）新建学校2所，新增学位3000个。\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。"],
    ),
    Case(
        "a lead sentence with a figure of its own is one more measure",
        f"{REPORT}一、整改措施\n（一）加大投入。累计安排专项资金12.76亿元。其中，一是新建学校2所，新增学位3000个。二是改造运动场12片，惠及学生9000人。\n{FOOT}",
        [],
        ["累计安排专项资金12.76亿元。", "新建学校2所，新增学位3000个。", "改造运动场12片，惠及学生9000人。"],
    ),
    Case(
        "a mere heading above a list is no measure",
        f"{REPORT}一、整改措施\n（一）优化学校布局\n1.新建学校2所，新增学位3000个。\n2.撤并教学点3个，集中办学。\n（二）充实教师队伍\n1.招聘教师96名，充实乡镇学校。\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。", "撤并教学点3个，集中办学。", "招聘教师96名，充实乡镇学校。"],
    ),
    Case(
        "an item that begins with a year is an item",
        f"{REPORT}一、整改措施\n1.新建学校2所，新增学位3000个。\n2.2024年底前改造运动场12片。\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。", "2024年底前改造运动场12片。"],
    ),
    Case(
        "a short measure is one",
        f"{REPORT}问题1：音乐教师短缺，缺86人。\n整改落实情况：正在招聘教师。\n{FOOT}",
        ["音乐教师短缺，缺86人。"],
        ["正在招聘教师。"],
    ),
    Case(
        "追加 is an action",
        f"{REPORT}问题1：教育经费投入不足，缺口900万元。\n整改落实情况：县财政追加教育经费900万元。\n{FOOT}",
        ["教育经费投入不足，缺口900万元。"],
        ["县财政追加教育经费900万元。"],
    ),
    Case(
        "a problem under the same heading as its neighbours' responses is one without an answer",
        f"{REPORT}一、存在问题及整改情况\n（一）大班额突出，56人以上班级73个。\n整改措施：新建学校2所，新增学位3000个。\n（二）校园文化薄弱，特色不明显。\n{FOOT}",
        ["大班额突出，56人以上班级73个。", "校园文化薄弱，特色不明显。"],
        ["新建学校2所，新增学位3000个。"],
    ),
    Case(
        "a signature, a date and a contact line belong to no record",
        f"{REPORT}一、整改措施\n（一）新建学校2所，新增学位3000个。\n{FOOT}联系人：某某，联系电话：0000-0000000\n（此件公开发布）\n",
        [],
        ["新建学校2所，新增学位3000个。"],
    ),
    Case(
        "a bound that ends a sentence with 以下 leads into nothing",
        f"{REPORT}问题1：班额偏大，平均58人。\n整改落实情况：新建城南学校，设计规模36个班，平均班额降至50人以下。\n{FOOT}",
        ["班额偏大，平均58人。"],
        ["新建城南学校，设计规模36个班，平均班额降至50人以下。"],
    ),
    Case(
        "a heading that names a problem is no part of what was done about it",
        f"{REPORT}一、整改措施\n（一）关于校舍不足的问题\n新建学校2所，新增学位3000个。\n（二）师资短缺问题的整改\n招聘教师96名，充实乡镇学校。\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。", "招聘教师96名，充实乡镇学校。"],
    ),
    Case(
        "a paragraph behind a list that does something is a measure of its own",
        f"{REPORT}一、整改措施\n1.新建学校2所，新增学位3000个。\n2.招聘教师96名，充实乡镇学校。\n3.改造运动场12片，惠及学生9000人。\n同时，县财政投入1200万元，为乡镇学校购置图书和仪器。\n{FOOT}",
        [],
        ["新建学校2所，新增学位3000个。", "招聘教师96名，充实乡镇学校。", "改造运动场12片，惠及学生9000人。", "同时，县财政投入1200万元，为乡镇学校购置图书和仪器。"],
    ),
    Case(
        "a response that only says that it is done holds no measure",
        f"{REPORT}问题1：校舍不足，缺5间。\n整改落实情况：已整改到位。\n{FOOT}",
        ["校舍不足，缺5间。"],
    ),
    Case("a text without either has neither", "今天天气很好，我们去了公园，看见12只鸟。\n"),
    Case("an empty text has neither", ""),
]  # fmt: skip


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: case.label)
def test_problems_and_measures_of_a_document(miner: Miner, case: Case) -> None:
    report = miner.mine_text(case.text)
    assert ([problem.text for problem in report.problems], [measure.text for measure in report.measures]) == (case.problems, case.measures)


# --- tables of rectification ------------------------------------------------------------------------
HEADER = ["序号", "存在问题", "整改措施", "整改目标", "责任单位", "完成时限", "进展情况"]


def mine_table(miner: Miner, *rows: list[str], title: str = "青岚县教育督导反馈问题整改台账") -> Report:
    """Mine a page that holds one table; a cell that spans rows is written as ``2:text``."""
    table = ""
    for row in rows:
        cells = [cell.split(":", 1) if cell[1:2] == ":" else ["1", cell] for cell in row]
        table += "<tr>" + "".join(f'<td rowspan="{span}">{text}</td>' for span, text in cells) + "</tr>"
    lead = "<p>现将整改台账印发给你们，请各单位提高认识，明确责任，逐项抓好落实，按时完成。</p>"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{lead}<table>{table}</table><p>青岚县教育局</p><p>2023年9月20日</p></body></html>"
    return miner.mine_source(read_source(page.encode(), "a.html"), path="a.html", sha256="0" * 64)


def entries(report: Report) -> list[tuple[str, str | None, str, str | None, tuple[str, ...]]]:
    problems = {problem.problem_id: problem.text for problem in report.problems}
    return [(one.text, problems.get(one.problem_id or ""), one.status, one.deadline, one.units) for one in report.measures]


def test_every_entry_of_the_measures_column_is_a_measure_with_its_row(miner: Miner) -> None:
    report = mine_table(
        miner,
        HEADER,
        ["1", "大班额突出，56人以上班级73个。", "新建学校2所，新增学位3000个。", "大班额清零。", "县教育局、县住建局", "2024年12月底", "正在施工"],
        ["2", "音乐教师不足，缺86人。", "1.公开招聘音乐教师40名。2.组织转岗培训46人。", "配齐配足。", "县教育局；县人社局", "2024年8月", "未启动"],
    )
    assert entries(report) == [
        ("新建学校2所，新增学位3000个。", "大班额突出，56人以上班级73个。", "ongoing", "2024-12-31", ("县教育局", "县住建局")),
        ("公开招聘音乐教师40名。", "音乐教师不足，缺86人。", "planned", "2024-08-31", ("县教育局", "县人社局")),
        ("组织转岗培训46人。", "音乐教师不足，缺86人。", "planned", "2024-08-31", ("县教育局", "县人社局")),
    ]


def test_a_merged_cell_holds_for_all_its_rows(miner: Miner) -> None:
    report = mine_table(
        miner,
        HEADER,
        ["2:1", "2:大班额突出，56人以上班级73个。", "新建学校2所，新增学位3000个。", "2:大班额清零。", "2:县教育局", "2024年12月底", "正在施工"],
        ["严格控制起始年级班额。", "长期坚持", "已完成"],
        ["2", "校舍不足，缺口3万平方米。", "扩建校舍3万平方米。", "达标。", "县住建局", "2024年6月", "已完成"],
    )
    problem = "大班额突出，56人以上班级73个。"
    assert entries(report) == [
        ("新建学校2所，新增学位3000个。", problem, "ongoing", "2024-12-31", ("县教育局",)),
        ("严格控制起始年级班额。", problem, "done", None, ("县教育局",)),
        ("扩建校舍3万平方米。", "校舍不足，缺口3万平方米。", "done", "2024-06-30", ("县住建局",)),
    ]
    assert [one.text for one in report.problems] == [problem, "校舍不足，缺口3万平方米。"]


@pytest.mark.parametrize(
    ("progress", "status"),
    [("已完成", "done"), ("已整改到位", "done"), ("4月份已培训结业", "done"), ("尚未启动，已完成踏勘", "planned"), ("正在推进", "ongoing"), ("持续推进中", "ongoing"), ("已启动，有序推进", "ongoing"), ("未启动", "planned"), ("尚未开工", "planned"), ("", "ongoing")],
)
def test_progress_gives_the_status(miner: Miner, progress: str, status: str) -> None:
    report = mine_table(miner, ["问题", "整改措施", "进展"], ["校舍不足。", "落实校舍管理制度。", progress], title="青岚县教育督导反馈问题整改情况表")
    assert [one.status for one in report.measures] == [status]


@pytest.mark.parametrize(
    ("cell", "deadline"),
    [("2024年12月底", "2024-12-31"), ("2024.6", "2024-06-30"), ("2023年11月30日前", "2023-11-30"), ("2024年6月—2025年6月", "2025-06-30"), ("长期坚持", None), ("已完成", None), ("立行立改", None), ("", None)],
)
def test_the_time_column_gives_the_deadline(miner: Miner, cell: str, deadline: str | None) -> None:
    report = mine_table(miner, ["问题", "整改措施", "完成时限"], ["校舍不足。", "扩建校舍3万平方米。", cell])
    assert [one.deadline for one in report.measures] == [deadline]


def test_a_date_in_the_entry_goes_before_that_of_its_column(miner: Miner) -> None:
    report = mine_table(miner, ["问题", "整改措施", "完成时限"], ["校舍不足。", "2024年3月底前扩建校舍3万平方米。", "2024年12月"])
    assert [one.deadline for one in report.measures] == ["2024-03-31"]


def test_a_table_without_a_column_of_measures_tells_them_in_its_results(miner: Miner) -> None:
    report = mine_table(miner, ["反馈问题", "整改落实情况"], ["校舍不足。", "已扩建校舍3万平方米。"], ["运动场地不足。", "正在改造运动场12个。"], title="青岚县教育督导整改情况表")
    assert entries(report) == [("已扩建校舍3万平方米。", "校舍不足。", "done", None, ()), ("正在改造运动场12个。", "运动场地不足。", "ongoing", None, ())]


def test_enumerators_of_cells_are_no_part_of_their_records(miner: Miner) -> None:
    report = mine_table(miner, ["问题", "整改措施", "责任单位"], ["（一）校舍不足。", "（1）扩建校舍3间。（2）租用校舍2间。", "县教育局"], ["问题2：运动场地不足。", "①改造运动场12个。②共享场地3处。", "县教育局"])
    assert [one.text for one in report.problems] == ["校舍不足。", "运动场地不足。"]
    assert [one.text for one in report.measures] == ["扩建校舍3间。", "租用校舍2间。", "改造运动场12个。", "共享场地3处。"]


def test_a_table_of_numbers_holds_neither(miner: Miner) -> None:
    report = mine_table(miner, ["学校", "班级数", "学生数"], ["望溪小学", "24", "1100"], ["松坪小学", "30", "1400"], title="青岚县2023年学校情况表")
    assert (report.problems, report.measures) == ((), ())


# --- what belongs to what ------------------------------------------------------------------------
def test_figures_know_the_problem_and_the_measure_they_stand_in(miner: Miner) -> None:
    report = miner.mine_text(f"{REPORT}全县有学校12所。\n一、整改情况\n（一）大班额突出，56人以上班级73个。\n整改措施：投入资金1200万元，新建学校2所。\n{FOOT}")
    (problem,), (measure,) = report.problems, report.measures
    owners = {figure.text: (figure.problem_id, figure.measure_id) for figure in report.figures if figure.text != "56人以上"}
    assert owners == {
        "12所": (None, None),
        "73个": (problem.problem_id, None),
        "1200万元": (problem.problem_id, measure.measure_id),
        "2所": (problem.problem_id, measure.measure_id),
    }


def test_figures_of_a_promise_are_plans(miner: Miner) -> None:
    report = miner.mine_text(f"{PLAN}一、整改措施\n（一）计划新建学校2所，新增学位3000个。\n{FOOT}")
    assert [(figure.text, figure.role) for figure in report.figures] == [("2所", "plan"), ("3000个", "plan")]


def test_sections_nest_and_name_the_place_of_a_record(miner: Miner) -> None:
    report = miner.mine_text(f"{REPORT}一、存在问题\n（一）办学条件方面\n1.校舍不足，缺5间。\n{FOOT}")
    sections = {section.section_id: section for section in report.sections}
    chain, place = [], report.problems[0].section_id
    while place is not None:
        chain.append((sections[place].level, sections[place].number, sections[place].heading))
        place = sections[place].parent_id
    assert chain == [(3, "1.", "校舍不足，缺5间"), (2, "（一）", "办学条件方面"), (1, "一、", "存在问题")]


# --- contracts -----------------------------------------------------------------------------------
LINES = st.sampled_from(
    [
        "青岚县整改报告", "一、存在问题", "二、整改措施", "三、下一步打算", "（一）大班额突出，56人以上班级73个。", "（二）校舍不足，缺口3万平方米。", "1.投入1.44亿元新建学校2所。", "2.2024年底前完成。",
        "整改情况：班级由73个降至51个，减少20个。", "责任单位：县教育局", "完成时限：长期坚持", "问题1：音乐教师短缺，缺86人。", "一是加强领导。二是新建学校3所。", "①扩建校舍。②招聘教师96名。", "",
        "  ", "总之，撸起袖子加油干。", "2023年9月20日", "青岚县人民政府", "（", "）：", "问题", "一是", "不存在大班额问题。", "经核实，情况属实，仅有停车位12个。", "附件：1.名单", "占比%", "１２３个，三分之二",
    ]
)  # fmt: skip


def check_report(report: Report) -> None:
    text = report.document.text
    for table in (report.problems, report.measures, report.figures):
        for record in table:
            assert 0 <= record.start < record.end <= len(text) and text[record.start : record.end] == record.text
            assert record.text == record.text.strip() or record in report.figures
            assert record.rule and 0 <= record.confidence <= 1
        assert [record.start for record in table] == sorted(record.start for record in table)
    assert all(a.end <= b.start for a, b in zip(report.measures, report.measures[1:], strict=False))
    problems, sections = {one.problem_id for one in report.problems}, {one.section_id for one in report.sections}
    figures = {one.figure_id for one in report.figures}
    assert len(problems) == len(report.problems) and len({one.measure_id for one in report.measures}) == len(report.measures) and len(figures) == len(report.figures)
    assert all(one.problem_id is None or one.problem_id in problems for one in report.measures)
    assert all(one.section_id is None or one.section_id in sections for one in (*report.problems, *report.measures, *report.figures))
    assert all(key is None or key in figures for one in report.changes for key in (one.before, one.after, one.change))
    for problem in report.problems:
        assert all(0 <= start < end <= len(text) for start, end in problem.mentions)


@given(st.lists(LINES, max_size=14))
@example(["一、存在问题", "一是"])
def test_any_order_of_lines_gives_records_that_keep_their_promises(lines: list[str]) -> None:
    text = "\n".join(lines)
    report = default_miner().mine_text(text)
    assert report.document.text == text
    check_report(report)
    assert default_miner().mine_text(text) == report


@given(st.text(st.sampled_from("一二三、（）是问题整改措施：。；\n12.%万元个由降至前年月“”《》 \t\u3000①②县校"), max_size=120))
def test_any_text_gives_records_that_keep_their_promises(text: str) -> None:
    report = default_miner().mine_text(text)
    assert report.document.text == text
    check_report(report)


@pytest.mark.parametrize("head", [REPORT, PLAN, WORK, FEEDBACK])
def test_a_document_of_headings_alone_has_no_records(miner: Miner, head: str) -> None:
    report = miner.mine_text(f"{head}一、存在问题\n二、整改措施\n（一）组织领导\n（二）保障措施\n{FOOT}")
    assert (report.problems, report.measures, report.figures) == ((), (), ())


# --- one record a place ----------------------------------------------------------------------------
def test_a_row_that_an_admission_announces_and_running_text_tells_is_one_problem(miner: Miner) -> None:
    row = "1\t城区学位供给不足，3所小学存在超额班级，占城区小学班级总数的17.5%。"
    report = miner.mine_text(f"{PLAN}二、整改任务\n但对照群众期盼，工作中还存在一些问题。\n{row}\t新建望溪小学，规划24个班。\t2021年9月底前\n")
    assert [problem.text for problem in report.problems] == [row]
