"""What a figure measures, its year and its stage: each rule with cases, and with cases that look like it and are not."""

from __future__ import annotations

from datetime import date

import pytest

from doc_miner.extract.figures import FigureContext, FigureFinder, Zone
from doc_miner.lexicon import Lexicon, default_lexicon
from doc_miner.loaders import read_source
from doc_miner.model import Figure
from doc_miner.pipeline import default_miner


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture(scope="module")
def finder(lexicon: Lexicon) -> FigureFinder:
    return FigureFinder(lexicon)


def figure(finder: FigureFinder, sentence: str, text: str) -> Figure:
    """Return the first figure of a sentence that reads *text*."""
    found, _ = finder.find(sentence, FigureContext(reference=date(2023, 5, 1)))
    return next(one for one in found if one.text == text)


SUBJECTS = {
    "what is said of a set names it": ("全县5所村小没有开设科学课程。", "5所", "没有开设科学课程的村小"),
    "a short predicate stands without 的": ("共有9所学校未达标。", "9所", "未达标学校"),
    "a phrase with 的 stays whole": ("整合4个生源偏少的教学点。", "4个", "整合教学点"),
    "a measure of the set names no set": ("岭上7所小学的教师平均年龄48.5岁。", "7所", "岭上小学"),
    "said of all, it names no set": ("36项考核指标全部达标。", "36项", "考核指标"),
    "a set within a set": ("抽查的40所学校中，有12所未建立台账。", "12所", "未建立台账的抽查学校"),
    "a fraction of a set": ("约四分之一的实验器材已损坏。", "约四分之一", "损坏实验器材"),
    "tenths of a set": ("全县骨干教师近六成集中在县城。", "近六成", "集中在县城的骨干教师"),
    "the first of two stages": ("小学、初中生师比分别为17.2∶1和12.8∶1。", "17.2∶1", "小学生师比"),
    "the second of two stages": ("小学、初中生师比分别为17.2∶1和12.8∶1。", "12.8∶1", "初中生师比"),
    "a member with another stage": ("起始年级小学每班不超过45人、初中每班不超过50人。", "不超过50人", "起始年级初中每班"),
    "money by what it buys": ("县财政安排专项资金320万元，分两批更新实验仪器。", "320万元", "更新实验仪器专项资金"),
    "money by the heading of its item": ("一是建校扩容。累计投入2.3亿元，目前进展顺利。", "2.3亿元", "建校扩容投入"),
    "money that names its purpose": ("安排校舍维修资金320万元，分两批拨付。", "320万元", "安排校舍维修资金"),
    "the places of a school": ("总投资1.2亿元的云溪学校明年秋季招生，可提供学位1500个。", "1500个", "云溪学校提供学位"),
    "the places of several schools": ("新建学校3所，新增学位4000个。", "4000个", "新增学位"),
    "a norm without a content": ("安排教师巡回授课，每周不少于3次。", "不少于3次", "每周安排教师巡回授课"),
    "a norm with one": ("教师到村小走教，每人每周走教不少于2天。", "不少于2天", "每人每周走教"),
    "a value of a place alone": ("全县小学生均运动场地面积7.6平方米，其中南坪小学仅有3.2平方米。", "3.2平方米", "南坪小学生均运动场地面积"),
    "an act without its means": ("依托当地竹编技艺开发校本课程42门。", "42门", "开发校本课程"),
    "a list without its examples": ("协调解决用地、编制、经费等难题63个。", "63个", "协调解决难题"),
    "examples that are the subject": ("音乐、美术、劳动等学科缺教师52人。", "52人", "音乐、美术、劳动等学科缺教师"),
    "an act shared by a list": ("采购图书12万册、实验器材300套。", "300套", "采购实验器材"),
    "a label of the line": ("白石坳小学：受地形限制无法扩建，征地12亩。", "12亩", "白石坳小学征地"),
    "a bracket between noun and number": ("全县共有各级各类学校（含幼儿园，不含教学点）150所。", "150所", "各级各类学校"),
    "people of a list": ("全县现有义务教育学校60所，专任教师2800人。", "2800人", "义务教育专任教师"),
    "a part of a whole in per cent": ("每年补充教师90名，其中乡村教师不低于45%。", "不低于45%", "乡村教师占每年补充教师"),
    "where a movement of a norm starts": ("送教频次由每人每月1次增至2次。", "1次", "送教频次每人每月"),
    "money that moves": ("补贴资金从2019年的639万元增加到2022年的923万元。", "639万元", "补贴资金"),
    "money that buys": ("投入资金639万元新建食堂。", "639万元", "新建食堂资金"),
    "a share that is set aside": ("各校按公用经费的5%安排教师培训经费。", "5%", "教师培训经费占公用经费"),
    "a share that is not": ("各校按实际入学人数的5%浮动。", "5%", "各校按实际入学人数"),
    "a part that grows is no share": ("新登记市场主体93户，其中新登记企业增长45.9%。", "45.9%", "新登记企业增长"),
    "a rate of growth behind a span of time": ("连续7年提高退休人员养老金水平，年均增长9.5%。", "9.5%", "提高退休人员养老金水平增长"),
    "有 as part of 有条件": ("鼓励有条件的学校拿出12%的课时。", "12%", "课时鼓励有条件的学校拿出"),
    "what is counted behind 左右的": ("全市建设10所左右的示范学校。", "10所左右", "建设示范学校"),
    "money named behind its amount": ("县财政安排120万元教师培训经费支持全员轮训。", "120万元", "教师培训经费"),
    "a thing put among others": ("各校将劳动课程纳入必修课，保证72学时。", "72学时", "劳动课程保证"),
    "a set that receives": ("其中1228名家庭困难学生享受生活补助。", "1228名", "享受生活补助的家庭困难学生"),
    "a stage's part of a gap": ("全县音体美教师缺113名，其中小学87名。", "87名", "小学音体美教师缺"),
    "a stage's part of the schools": ("全县有义务教育学校63所，其中小学45所。", "45所", "小学"),
    "pupils of the school type of their part": ("其中小学64所，在校生4.1万人；初中22所，在校生1.9万人。", "1.9万人", "初中在校生"),
    "per head": ("校舍面积186万平方米，生均7.5平方米。", "7.5平方米", "校舍面积生均"),
    "a norm of another stage": ("小学公用经费定额为每生每年720元，初中每生每年940元。", "940元", "初中公用经费定额为每生每年"),
    "a norm that a value misses": ("寄宿生补助每生4100元，与5000元的标准相差900元。", "5000元", "寄宿生补助每生标准"),
    "the distance to a norm": ("寄宿生补助每生4100元，与5000元的标准相差900元。", "900元", "寄宿生补助每生与标准相差"),
    "a distance without a norm": ("寄宿生补助每生4100元，结余900元。", "900元", "寄宿生补助每生结余"),
    "things told by how many they hold": ("另有12所村小学生不到30人。", "12所", "学生不到30人的村小"),
    "posts are of teachers": ("编制使用不充分，缺编45名。", "45名", "教师缺编"),
    "what happened to money is no purpose": ("年度取暖费320万元已足额发放。", "320万元", "年度取暖费"),
    "examples of what is counted": ("新建城关六小、县五中等4所学校。", "4所", "新建学校"),
    "by what it was reckoned": ("按现行办法测算，全县超编80名。", "80名", "教师超编"),
    "the school of the sentence before": ("石门小学去年投用。该校总投资6200万元。", "6200万元", "石门小学总投资"),
    "no school before": ("校园建设进展顺利。该校总投资6200万元。", "6200万元", "该校总投资"),
    "a unit of one character": ("全县辖7个街道、4个镇。", "4个", "镇数"),
}


@pytest.mark.parametrize(("sentence", "text", "subject"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_subject_of_a_figure(finder: FigureFinder, sentence: str, text: str, subject: str) -> None:
    assert figure(finder, sentence, text).subject == subject


YEARS = {
    "the year before it": ("2022年全县招聘教师90名。", "90名", 2022),
    "去年 tells a year": ("去年全县初中巩固率达到98.6%。", "98.6%", 2022),
    "去年 in a comparison does not": ("全县初中巩固率比去年提高1.2个百分点。", "1.2个百分点", None),
    "where a movement starts": ("大班额占比由2020年的11.8%降至4.2%。", "11.8%", 2020),
    "where it ends": ("大班额占比由2020年的11.8%降至4.2%。", "4.2%", None),
    "the end, with a year of its own": ("截至2022年底，大班额占比由2020年的11.8%降至4.2%。", "4.2%", 2022),
    "years dealt out": ("2022年、2023年分别投入960万元和1280万元。", "1280万元", 2023),
    "years not dealt out": ("2022年、2023年共投入960万元。", "960万元", None),
    "a date behind": ("其余3项于2025年底前办结。", "3项", 2025),
    "a day without a year": ("截至9月15日，已整改问题5个。", "5个", None),
    "a list of years has ended": ("安排2021年310万元、2022年450万元，添置课桌7000套。", "7000套", None),
    "a member of the list": ("安排2021年310万元、2022年450万元，添置课桌7000套。", "450万元", 2022),
    "the deadline of another member": ("2024年底前补齐教师缺口；新建周转房80套。", "80套", None),
}


@pytest.mark.parametrize(("sentence", "text", "year"), YEARS.values(), ids=YEARS.keys())
def test_year_of_a_figure(finder: FigureFinder, sentence: str, text: str, year: int | None) -> None:
    assert figure(finder, sentence, text).year == year


STAGES = {
    "the short name of a primary school": ("青林一小在校生3120人。", "3120人", "小学"),
    "an hour is no school": ("每天锻炼不少于一小时，全县配备器材300套。", "300套", None),
    "both stages": ("每百名学生拥有教师数小学（初中）0.9人。", "0.9人", None),
    "the noun of its own number": ("7所小学、2所初中低于标准。", "2所", "初中"),
    "schools listed by name": ("城关一小、西河小学、县第三初级中学3所学校面积不足。", "3所", None),
    "a stage where they go": ("选派28名艺术教师到村小走教。", "28名", None),
    "dealt out in the clause before": ("小学、初中生均面积分别为5.1平方米和6.2平方米。", "6.2平方米", "初中"),
    "the heading of a paragraph": ("（一）小学。全县共设78所。招生2100人。", "2100人", "小学"),
    "a heading of several things": ("（一）小学和师资。全县共设78所。招生2100人。", "2100人", None),
    "another thing below a heading": ("（一）小学。招生2100人。九年义务教育巩固率97.1%。", "97.1%", None),
    "the next heading": ("一、初中\n毕业生3300人。\n二、经费\n支出8200万元。", "8200万元", None),
    "schools and kindergartens": ("今年为学校及幼儿园23所换了校门。", "23所", None),
    "the score for another school": ("过了普通高中录取分数的共720人。", "720人", None),
    "another topic": ("初中巩固率为98%，家长满意度为92%。", "92%", None),
}


@pytest.mark.parametrize(("sentence", "text", "stage"), STAGES.values(), ids=STAGES.keys())
def test_stage_of_a_figure(finder: FigureFinder, sentence: str, text: str, stage: str | None) -> None:
    assert figure(finder, sentence, text).stage == stage


DEFAULT = FigureContext(reference=date(2023, 5, 1))
PLANNED = FigureContext(reference=date(2023, 5, 1), plans=True, zones=(Zone(0, 200, "plan"),))
GOAL = FigureContext(reference=date(2023, 5, 1), plans=True, zones=(Zone(0, 200, "goal"),))
RECOMMENDED = FigureContext(reference=date(2023, 5, 1), zones=(Zone(0, 200, "recommendation"),))
PROBLEM = FigureContext(reference=date(2023, 5, 1), zones=(Zone(0, 200, "problem"),))
ROLES = {
    "a norm cited in a problem": ("实验开出率为71%，没有达到90%的要求。", "90%", PROBLEM, "standard"),
    "a value in a problem": ("实验开出率为71%，没有达到90%的要求。", "71%", PROBLEM, "level"),
    "what a rule sets": ("规定每校配备2名校医，多数学校没有。", "2名", PROBLEM, "standard"),
    "a rate per head": ("伙食费按每人每月90元贴补。", "90元", DEFAULT, "standard"),
    "money spent per head": ("去年每生支出1300元。", "1300元", DEFAULT, "level"),
    "the end of a movement that is asked for": ("2026年底前持证率提高到98%。", "98%", RECOMMENDED, "plan"),
    "what is asked for by a date": ("2026年底前改建食堂6个。", "6个", RECOMMENDED, "plan"),
    "what was there by a date": ("2021年底有食堂6个。", "6个", RECOMMENDED, "level"),
    "a result due": ("到2026年底，资助覆盖率达到100%。", "100%", GOAL, "plan"),
    "a norm of a goal": ("器材配齐率达到100%。", "100%", GOAL, "standard"),
    "money obtained so far": ("三年累计筹款900万元，争取债券资金260万元。", "260万元", DEFAULT, "level"),
    "money sought": ("明年争取债券资金260万元。", "260万元", DEFAULT, "plan"),
    "a share that is covered": ("安装净水器530台，覆盖七成以上的学校。", "七成以上", DEFAULT, "level"),
    "a later member of a list of changes": ("能耗、排放量分别下降12.4%、14.2%。", "14.2%", DEFAULT, "change"),
    "a later member of a list of levels": ("小学、初中分别为12.4%、14.2%。", "14.2%", DEFAULT, "level"),
    "上涨 is a change": ("居民消费价格上涨2.1%。", "2.1%", DEFAULT, "change"),
    "what this year is to bring": ("今年城镇新增就业要增加9000人。", "9000人", DEFAULT, "plan"),
    "主要 is no promise": ("今年以来主要完成校舍维修12项。", "12项", DEFAULT, "level"),
    "expected growth": ("财政收入预期增长6%。", "6%", DEFAULT, "plan"),
    "members of a list of goals": ("主要目标是：生产总值增长7%；农民收入增长8%。", "8%", DEFAULT, "plan"),
    "a list of results": ("一年来，生产总值增长7%；农民收入增长8%。", "8%", DEFAULT, "change"),
    "a programme's name promises nothing": ("营养改善计划惠及学生3200人。", "3200人", DEFAULT, "level"),
    "how often, in a plan": ("小学低年级每周开设3节阅读课。", "3节", PLANNED, "standard"),
    "how many, in a plan": ("每周新增课后服务岗位30个。", "30个", PLANNED, "plan"),
    "how often, in a report": ("去年每周开设3节阅读课。", "3节", DEFAULT, "level"),
    "what a goal creates": ("到2025年创建示范学校10所。", "10所", GOAL, "plan"),
    "what a goal sets": ("班额不超过45人。", "不超过45人", GOAL, "standard"),
    "what a section of goals says of last year": ("去年巩固率提高到99.2%。", "99.2%", GOAL, "level"),
    "a level that is held": ("粮食产量保持在3万吨以上。", "3万吨以上", DEFAULT, "level"),
    "all members of what is to come": ("2023年，我们将新建学校4所；招聘教师200名。", "200名", DEFAULT, "plan"),
    "another member of what was done": ("2022年，全县新建学校4所；招聘教师200名。", "200名", DEFAULT, "level"),
    "a norm in other words": ("美育课程不低于总课时的9%（857课时）。", "857课时", PLANNED, "standard"),
}


@pytest.mark.parametrize(("sentence", "text", "context", "role"), ROLES.values(), ids=ROLES.keys())
def test_role_of_a_figure(finder: FigureFinder, sentence: str, text: str, context: FigureContext, role: str) -> None:
    found, _ = finder.find(sentence, context)
    assert next(one for one in found if one.text == text).role == role


NORMS = "监测指标表\n序号\t监测指标\t省定标准\t2021年现状\n1\t生均实验室面积（平方米）\t小学≥0.8，初中≥1.1\t小学0.6，初中0.9\n2\t每班配备黑板数（块）\t≥2\t1.4\n3\t体检率\t≥98%\t95%"


@pytest.mark.parametrize(
    ("text", "subject", "unit", "stage", "year", "role"),
    [
        ("≥1.1", "生均实验室面积", "平方米", "初中", None, "standard"),
        ("0.6", "生均实验室面积", "平方米", "小学", 2021, "level"),
        ("95%", "体检率", "%", None, 2021, "level"),
    ],
)
def test_the_heads_of_a_table_tell_what_its_cells_mean(text: str, subject: str, unit: str, stage: str | None, year: int | None, role: str) -> None:
    found = next(one for one in tabled(NORMS) if one.text == text)
    assert (found.subject, found.unit, found.stage, found.year, found.role) == (subject, unit, stage, year, role)


def test_a_caption_names_what_stages_and_years_do_not() -> None:
    found = tabled("表3 近三年体检合格率（%）\n学段\t2020年\t2021年\n小学\t91.2\t92.8\n初中\t88.4\t90.1")
    assert [(one.subject, one.stage, one.year, one.role) for one in found][1] == ("小学体检合格率", "小学", 2021, "level")


def test_a_caption_is_not_needed_where_the_column_names_the_measure() -> None:
    found = tabled("表3 学校情况\n学段\t教室数\t床位数\n小学\t912\t430\n初中\t884\t901")
    assert [one.subject for one in found] == ["小学教室数", "小学床位数", "初中教室数", "初中床位数"]


def test_a_bulletin_counts_from_the_year_in_its_title() -> None:
    found = tabled("岭川县2020年教育统计公报\n岭川县教育局\n2021年4月\n当年添置校车26辆。")
    assert next(one for one in found if one.text == "26辆").year == 2020


def tabled(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text with its tables."""
    return default_miner().mine_source(read_source(text.encode(), "a.txt"), path="a.txt", sha256="0" * 64).figures
