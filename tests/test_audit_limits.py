"""What units, magnitudes, dates, comparisons and quoted standards cannot be; and what must be left alone."""

from __future__ import annotations

import pytest

from doc_miner.lexicon import Quantity, default_lexicon
from doc_miner.pipeline import Miner


def grave(text: str, miner: Miner) -> list[tuple[str, str]]:
    return [(f.rule, f.message) for f in miner.mine_text(text).findings if f.severity != "info"]


@pytest.mark.parametrize("quantity", default_lexicon().quantities.rows, ids=lambda q: f"{q.form}-{q.units[0]}")
def test_a_row_of_the_lexicon_finds_its_example_and_leaves_its_counterexample(quantity: Quantity, miner: Miner) -> None:
    rule = "unfitting-unit" if quantity.least is None else "unlikely-amount"
    assert rule in [name for name, _ in grave(quantity.example, miner)]
    assert grave(quantity.counterexample, miner) == []


WRONG = (
    ("教师交流比例为6.5%，未达到10%的要求，相差3.5人。", "misfit-unit"),
    ("学校应补用地36亩，已落实20亩，还差16公里。", "misfit-unit"),
    ("2所学校体育运动场地不足，共缺3140公里。", "misfit-unit"),
    ("小学、初中用房分别达到4.6米、5.9平方米。", "misfit-unit"),
    ("两所新校合计可容纳2640个平方米。", "misfit-unit"),
    ("超大班额7个，占班级总数的0.63。", "misfit-unit"),
    ("支出中，学校建设4.12亿元，设备购置1.32亿元，教师培训1.07亿元，信息化1.33万元。", "slip-of-magnitude"),
    ("乡镇补贴每年分别为4800元、3600元和2400万元。", "slip-of-magnitude"),
    ("减免各类费用超过2.3亿元，其中减免房租1.6万亿元。", "slip-of-magnitude"),
    ("全年生产总值31.2亿元。财政收入63.5亿元。", "slip-of-magnitude"),
    ("启动阶段（2023年9月至2023年3月）。", "span-of-time"),
    ("笔试时间为上午9:00—11:00，每科90分钟。", "span-of-time"),
    ("督导评估每5至3年进行一次。", "span-of-time"),
    ("初中学业由4—6年级承担，小学由7—9年级承担。", "grades"),
    ("2021年至2025年，生均用房依次达到4.1、4.2、4.3、3.4、4.5平方米，每年提高0.1平方米。", "falling-series"),
    ("培训经费占公用经费的3.8%，超过5%的标准。", "false-comparison"),
    ("应交流60人，今秋已交流84人，还需交流12人。", "beyond-the-whole"),
    ("今年安排资金，其中校舍占44%，设备占61%，培训占13%，其他占9%。", "beyond-the-whole"),
    ("学前教育参保率提高到970%。", "beyond-the-whole"),
    ("1.教师不足。2.经费不足。3.场地不足。以上三个方面共5个问题。", "beyond-the-whole"),
    ("班额方面，起始年级小学不超过45人、初中不超过65人。", "misquoted-standard"),
    ("生均教学仪器设备值小学不低于2000元，初中不低于5200元。", "misquoted-standard"),
    ("生均教学及辅助用房面积小学7.5平方米、初中10.2平方米以上。", "misquoted-standard"),
    ("按照国家口径，班级人数达到46人即为大班额。", "misquoted-standard"),
    ("校际差异系数小学不高于0.50，初中不高于0.54。", "misquoted-standard"),
    ("教师参加5年630学时培训。", "misquoted-standard"),
    ("初中艺术课程课时不低于义务教育阶段艺术课程总课时的200%。", "requirement-contradicts"),
    ("不足100名学生的教学点按10名核定公用经费。", "requirement-contradicts"),
)


@pytest.mark.parametrize(("text", "rule"), WRONG)
def test_what_cannot_be_is_found(text: str, rule: str, miner: Miner) -> None:
    assert rule in [name for name, _ in grave(text, miner)]


FINE = (
    "引进名师3名所需资金已落实，建成5个名师工作室、2所名校。",
    "每个教学班45人，平均每所学校12个班。",
    "60%的学校达到85%的标准，其余正在整改。",
    "笔试占50%、面试占30%、考核占20%。",
    "艺术课程课时占总课时9%，达到规定。",
    "2022年拟招聘教师90人，实际到岗86人。",
    "师生比控制在1:20—1:15之间。",
    "仅按公用经费的3%安排教师培训经费。",
    "年度计划：2021年完成改造8所，2022年完成10所，2023年完成5所，2024年完成12所。",
    "已拨付12所学校建设资金，余款年底付清。",
    "补助在校生120万元，资助寄宿生30万元。",
    "新建学校3.2万平方米，新建学校3所。",
    "优秀班级中，小学占2个，初中占3个。",
    "每个学位奖励200万元以内的办法正在制定，新增学位300个，全县共投入5亿元。",
    "幼儿园生均用地面积15平方米，服务半径300米。",
    "两处学校、学生分别达到12所、3500人。",
    "基建1.2亿元，设备0.3亿元，培训900万元，其他2.1亿元。",
    "报名时间为12月28日至1月5日。",
    "夜间巡逻22:00—6:00，每班2人。",
    "2023年计划招聘100名，实际到岗96人。",
    "小学一至六年级、初中七至九年级同步推进。",
    "2021年完成新建学校8所，2022年完成5所，2023年完成6所，2024年完成2所。",
    "校际差异系数为0.56，未达到0.50的要求。",
    "辍学率为0.2%，低于1%的控制标准。",
    "女教师占62%，党员占30%，骨干教师占25%，研究生占8%。",
    "其他年级班额小学不超过50人、初中不超过55人。",
    "全县小学生均用房4.5平方米、初中5.2平方米，初中未达标准。",
    "消除66人以上超大班额，基本消除56人以上大班额。",
    "综合差异系数小学不高于0.65，初中不高于0.55。",
    "艺术课程不低于总课时的9%，有条件的学校占到11%。",
    "违反《学前教育办法》第九十条规定的，依法处理。",
)


@pytest.mark.parametrize("text", FINE)
def test_what_may_well_be_is_left_alone(text: str, miner: Miner) -> None:
    mine = {"unfitting-unit", "unlikely-amount", "misfit-unit", "slip-of-magnitude", "beyond-mankind", "span-of-time", "law-dates", "plan-of-the-past", "grades", "falling-series", "false-comparison", "beyond-the-whole", "missing-article", "false-doubling", "misquoted-standard", "requirement-contradicts"}
    assert [(rule, message) for rule, message in grave(text, miner) if rule in mine] == []
