"""What a figure measures, its year and its stage: each rule with cases, and with cases that look like it and are not."""

from __future__ import annotations

from datetime import date

import pytest

from doc_miner.extract.figures import FigureContext, FigureFinder, Zone
from doc_miner.lexicon import Lexicon, default_lexicon
from doc_miner.model import Figure


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
    "another topic": ("初中巩固率为98%，家长满意度为92%。", "92%", None),
}


@pytest.mark.parametrize(("sentence", "text", "stage"), STAGES.values(), ids=STAGES.keys())
def test_stage_of_a_figure(finder: FigureFinder, sentence: str, text: str, stage: str | None) -> None:
    assert figure(finder, sentence, text).stage == stage


DEFAULT = FigureContext(reference=date(2023, 5, 1))
PLANNED = FigureContext(reference=date(2023, 5, 1), plans=True, zones=(Zone(0, 200, "plan"),))
GOAL = FigureContext(reference=date(2023, 5, 1), plans=True, zones=(Zone(0, 200, "goal"),))
ROLES = {
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
