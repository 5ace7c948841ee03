"""Paragraphs of invented counties whose numbers agree, from a small grammar of wordings; used by ``benchmarks/audit.py``.

A wording is a function of a random generator. In what it returns, ‹96|名› marks a number of an identity with its unit
(‹96|!名› a number in none): the places where an error can be planted. ``SEEN`` was at hand while the rules were written, ``HELD`` was not looked at
until they were done.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Wording = Callable[[random.Random], str]
SEEN: list[Wording] = []
HELD: list[Wording] = []


def seen(wording: Wording) -> Wording:
    SEEN.append(wording)
    return wording


def held(wording: Wording) -> Wording:
    HELD.append(wording)
    return wording


def n(value: object, unit: str) -> str:
    return f"‹{value}|{unit}›"


def lone(value: object, unit: str) -> str:
    """Mark a number that stands in no identity: only its unit can be dropped."""
    return f"‹{value}|!{unit}›"


def split(r: random.Random, count: int, low: int, high: int) -> list[int]:
    return [r.randint(low, high) for _ in range(count)]


def pct(part: float, whole: float, places: int = 1) -> str:
    return f"{100 * part / whole:.{places}f}"


def yi(value: int) -> str:
    return f"{value / 100:.2f}"


# --- parts and wholes ------------------------------------------------------------------------
@seen
def schools_in_bracket(r: random.Random) -> str:
    a, b, c = split(r, 3, 2, 40)
    return f"全县在校生超过2000人的学校有{n(a + b + c, '所')}（其中小学{n(a, '所')}、初中{n(b, '所')}、九年一贯制学校{n(c, '所')}）。"


@seen
def teachers_by_subject(r: random.Random) -> str:
    p = split(r, 4, 11, 60)
    return f"通过公开招聘补充紧缺学科教师{n(sum(p), '名')}，其中音乐{n(p[0], '名')}、体育{n(p[1], '名')}、美术{n(p[2], '名')}、信息技术{n(p[3], '名')}。"


@seen
def recruited_by_school(r: random.Random) -> str:
    p = split(r, 4, 3, 50)
    return f"2023年引进人才{n(sum(p), '名')}（免费师范生{n(p[0], '名')}、高校研究生{n(p[1], '人')}、高校本科生{n(p[2], '人')}、师范院校专科生{n(p[3], '人')}）。"


@seen
def classes_by_stage(r: random.Random) -> str:
    a, b = r.randint(200, 900), r.randint(90, 400)
    return f"全区共有义务教育阶段班级{n(a + b, '个')}，其中小学{n(a, '个')}、初中{n(b, '个')}。"


@seen
def money_by_items(r: random.Random) -> str:
    p = split(r, 3, 30, 900)
    return f"三年来，累计投入专项资金{n(yi(sum(p)), '亿元')}。其中，一是投入{n(yi(p[0]), '亿元')}新建、改扩建学校；二是投入{n(yi(p[1]), '亿元')}购置教学设备；三是投入{n(yi(p[2]), '亿元')}用于教师培训。"


@seen
def sources_of_money(r: random.Random) -> str:
    p = split(r, 3, 210, 4000)
    return f"项目总投资{n(sum(p), '万元')}，其中中央资金{n(p[0], '万元')}、省级资金{n(p[1], '万元')}、县级配套{n(p[2], '万元')}。"


@seen
def sum_behind(r: random.Random) -> str:
    a, b = split(r, 2, 21, 95)
    return f"小学招聘教师{n(a, '人')}、初中招聘教师{n(b, '人')}，共{n(a + b, '人')}。"


@seen
def rest_of_tasks(r: random.Random) -> str:
    done, rest = r.randint(7, 40), r.randint(2, 9)
    return f"列入台账的{n(done + rest, '项')}整改任务已办结{n(done, '项')}，其余{n(rest, '项')}正在推进。"


@seen
def two_stages_posts(r: random.Random) -> str:
    a, b = r.randint(40, 190), r.randint(30, 95)
    return f"2025年计划招聘教职工{n(a + b, '人')}（正编教职工{n(a, '人')}、参聘教职工{n(b, '人')}），充实教师队伍。"


@seen
def namely(r: random.Random) -> str:
    a, b, c = split(r, 3, 3, 30)
    return f"不达标学校共{n(a + b + c, '所')}，分别是小学{n(a, '所')}、初中{n(b, '所')}、九年一贯制学校{n(c, '所')}。"


# --- movements -------------------------------------------------------------------------------
@seen
def fell_by(r: random.Random) -> str:
    a, b = r.randint(60, 140), r.randint(5, 45)
    return f"全县56人以上大班额由{n(a, '个')}减少到{n(b, '个')}，减少了{n(a - b, '个')}。"


@seen
def share_fell(r: random.Random) -> str:
    a, b = r.randint(90, 200), r.randint(10, 60)
    return f"大班额占比由{n(a / 10, '%')}降至{n(b / 10, '%')}，下降{n((a - b) / 10, '个百分点')}。"


@seen
def year_on_year(r: random.Random) -> str:
    a, d = r.randint(20000, 60000), r.randint(400, 2600)
    return f"在校学生{n(a, '人')}，比上年减少{n(d, '人')}，下降{n(pct(d, a + d), '%')}。"


@seen
def grew_rate(r: random.Random) -> str:
    a, d = r.randint(300, 900), r.randint(30, 160)
    return f"骨干教师由{n(a, '人')}增加到{n(a + d, '人')}，增长{n(pct(d, a), '%')}。"


@seen
def was_is(r: random.Random) -> str:
    a, d = r.randint(100, 400), r.randint(20, 90)
    return f"2021年交流教师{n(a, '人')}，2022年交流教师{n(a + d, '人')}，增加{n(d, '人')}。"


@seen
def rate_rose(r: random.Random) -> str:
    a, d = r.randint(880, 940), r.randint(12, 50)
    return f"残疾儿童入学率从{n(a / 10, '%')}提高到{n((a + d) / 10, '%')}，提高了{n(d / 10, '个百分点')}。"


@seen
def budget_grew(r: random.Random) -> str:
    a, d = r.randint(30000, 80000), r.randint(1000, 9000)
    return f"财政教育支出由{n(a, '万元')}增至{n(a + d, '万元')}，增加{n(d, '万元')}，增长{n(pct(d, a, 2), '%')}。"


@seen
def compared_year(r: random.Random) -> str:
    a, d = r.randint(300, 980), r.randint(30, 120)
    return f"音体美教师达到{n(a, '人')}，较上年增加{n(d, '人')}，增长{n(pct(d, a - d), '%')}。"


# --- shares ----------------------------------------------------------------------------------
@seen
def pass_rate(r: random.Random) -> str:
    a = r.randint(2000, 6000)
    b = r.randint(600, a - 300)
    return f"全县中考人数{n(a, '人')}，五科合格人数{n(b, '人')}，五科合格率{n(pct(b, a, 2), '%')}。"


@seen
def rural_share(r: random.Random) -> str:
    a = r.randint(50, 160)
    b = r.randint(15, a - 12)
    return f"全县共有义务教育学校{n(a, '所')}，其中乡村学校{n(b, '所')}，占{n(pct(b, a), '%')}。"


@seen
def share_of_few(r: random.Random) -> str:
    a, b = r.randint(45, 90), r.randint(2, 9)
    return f"有{n(b, '所')}学校体育运动场地面积不足，占比{n(pct(b, a, 2), '%')}。（全县共有学校{n(a, '所')}。）"


@seen
def completion(r: random.Random) -> str:
    a = r.randint(800, 3000)
    b = r.randint(500, a - 60)
    return f"今年应参加培训教师{n(a, '人')}，已完成培训{n(b, '人')}，完成率{n(pct(b, a), '%')}。"


@seen
def share_by_name(r: random.Random) -> str:
    a, b = r.randint(2000, 5000), r.randint(300, 900)
    return f"现有专任教师{n(a, '人')}，县级以上骨干教师{n(b, '人')}，占专任教师的{n(pct(b, a), '%')}。"


@seen
def gap(r: random.Random) -> str:
    a = r.randint(770, 845)
    return f"问卷调查显示，社会认可度为{n(a / 10, '%')}，距85%的标准尚差{n(round(85 - a / 10, 1), '个百分点')}。"


# --- products and balances -------------------------------------------------------------------
@seen
def unit_price(r: random.Random) -> str:
    a, b = r.randint(12, 90) * 10, r.randint(25, 60) * 100
    return f"采购计算机{n(a, '台')}，每台{n(b, '元')}，共{n(f'{a * b / 10000:g}', '万元')}。"


@seen
def per_pupil(r: random.Random) -> str:
    a, p = r.randint(2000, 9000), r.randint(45, 95)
    return f"全县小学在校生{n(a, '人')}，教学及辅助用房面积{n(round(a * p / 10), '平方米')}，生均{n(p / 10, '平方米')}。"


@seen
def posts(r: random.Random) -> str:
    a, b = r.randint(2000, 4000), r.randint(80, 400)
    return f"全县核定教职工编制{n(a, '名')}，实有{n(a - b, '名')}，空编{n(b, '名')}。"


@seen
def posts_left(r: random.Random) -> str:
    a, b, c = r.randint(300, 600), r.randint(81, 149), r.randint(60, 118)
    return f"目前尚有空编{n(a, '名')}。2025年公开招聘教师{n(b, '人')}，2026年拟再招聘教师{n(c, '人')}，最终剩余{n(a - b - c, '名')}编制。"


@seen
def shortage(r: random.Random) -> str:
    a, b = r.randint(180, 420), r.randint(30, 120)
    return f"按标准应配备体育、艺术教师{n(a, '人')}，现有{n(a - b, '人')}，尚缺{n(b, '人')}。"


@seen
def restated(r: random.Random) -> str:
    a = r.randint(21, 98)
    text = "全县小学音乐、美术专任教师数量不足，与规定标准相比共缺"
    return f"一、存在问题\n（一）教师结构不合理。{text}{n(a, '人')}。\n二、整改情况\n（一）教师结构不合理。{text}{n(a, '人')}。\n整改措施：\n1.加大招聘力度，优先补充紧缺学科教师。"


# --- damage ----------------------------------------------------------------------------------
@seen
def bare_rate(r: random.Random) -> str:
    return f"全县初中三年巩固率为{lone(r.randint(951, 999) / 10, '%')}，义务教育普及水平持续提高。"


@seen
def building(r: random.Random) -> str:
    return f"投入资金{lone(r.randint(1100, 9800), '万元')}，新建教学楼2栋，新增学位{lone(r.randint(300, 2900), '个')}。"


# --- results of a sentence -------------------------------------------------------------------
@seen
def projects_of_three_kinds(r: random.Random) -> str:
    p, q = split(r, 3, 210, 3900), split(r, 3, 2, 19)
    return f"新建学校{n(q[0], '所')}，提供学位{n(p[0], '个')}；扩建学校{n(q[1], '所')}，提供学位{n(p[1], '个')}；维修学校{n(q[2], '所')}，恢复学位{n(p[2], '个')}。三类项目涉及学校{n(sum(q), '所')}，增加学位{n(sum(p), '个')}。"


@seen
def still_lacking(r: random.Random) -> str:
    a, b = r.randint(1200, 4000), r.randint(130, 1100)
    return f"测算县城学位缺口{n(a, '个')}，已补{n(b, '个')}，仍缺{n(a - b, '个')}，明年补足。"


@seen
def more_than_leave(r: random.Random) -> str:
    a, d = r.randint(3000, 8000), r.randint(110, 900)
    return f"全县小学招生{n(a, '人')}，毕业{n(a - d, '人')}，招生比毕业多{n(d, '人')}。"


@seen
def mean_of_years(r: random.Random) -> str:
    a = r.randint(4, 90) * 3
    return f"近三年累计投入教育资金{n(f'{a / 10:g}', '亿元')}，年均{n(f'{a / 30:g}', '亿元')}，全部用于改善条件。"


@seen
def places_of_classes(r: random.Random) -> str:
    a = r.choice((18, 24, 30, 36, 48))
    return f"新建河东小学，设计规模{n(a, '个班')}，每班45人，提供学位{n(a * 45, '个')}。"


@seen
def by_office(r: random.Random) -> str:
    p = split(r, 4, 3, 19)
    return f"台账共列问题{n(sum(p), '个')}。按牵头单位分：教育局{n(p[0], '个')}，财政局{n(p[1], '个')}，人社局{n(p[2], '个')}，编办{n(p[3], '个')}。"


@seen
def states_of_work(r: random.Random) -> str:
    a, b, c = r.randint(6, 19), r.randint(2, 9), r.randint(2, 9)
    return f"督导组共反馈问题{n(a + b + c, '个')}。目前，已完成整改{n(a, '个')}，基本完成{n(b, '个')}，需长期推进{n(c, '个')}。"


@seen
def two_shares(r: random.Random) -> str:
    a = r.randint(11, 19) * 5
    return f"整改共需资金1亿元。其中上级补助占{n(a // 2, '%')}，即{n(a // 2 * 100, '万元')}；县级配套{n(10000 - a // 2 * 100, '万元')}，占{n(100 - a // 2, '%')}。"


@seen
def set_against_five_years_ago(r: random.Random) -> str:
    a, d = r.randint(30000, 60000), r.randint(1200, 9000)
    return f"全县在校学生{n(a, '人')}，与五年前的{n(a + d, '人')}相比，减少了{n(d, '人')}。"


# --- held out --------------------------------------------------------------------------------
@held
def buses(r: random.Random) -> str:
    a, b, c = split(r, 3, 5, 60)
    return f"全区现有幼儿园{n(a + b + c, '所')}，包括公办园{n(a, '所')}、普惠性民办园{n(b, '所')}、其他民办园{n(c, '所')}。"


@held
def years_of_hiring(r: random.Random) -> str:
    a, b, c = split(r, 3, 40, 160)
    return f"2021年招聘教师{n(a, '人')}、2022年招聘教师{n(b, '人')}、2023年招聘教师{n(c, '人')}，三年合计{n(a + b + c, '人')}。"


@held
def boys_and_girls(r: random.Random) -> str:
    a, b = split(r, 2, 3000, 9000)
    return f"义务教育阶段在校学生共{n(a + b, '人')}，其中男生{n(a, '人')}，女生{n(b, '人')}。"


@held
def cut_from(r: random.Random) -> str:
    a, b = r.randint(60, 160), r.randint(4, 40)
    return f"经过整改，超大班额从整改前的{n(a, '个')}压减至目前的{n(b, '个')}，共消除{n(a - b, '个')}。"


@held
def coefficient(r: random.Random) -> str:
    a, b = r.randint(46, 62), r.randint(21, 39)
    return f"小学校际综合差异系数由{n(a / 100, '')}缩小到{n(b / 100, '')}。"


@held
def support_rate(r: random.Random) -> str:
    a = r.randint(400, 2000)
    b = r.randint(150, a - 90)
    return f"本次共发放问卷{n(a, '份')}，收回有效问卷{n(b, '份')}，有效率{n(pct(b, a), '%')}。"


@held
def rotation(r: random.Random) -> str:
    a, b = r.randint(600, 2400), r.randint(70, 300)
    return f"2022年全县符合交流条件的教师{n(a, '人')}，实际交流{n(b, '人')}，交流比例为{n(pct(b, a), '%')}。"


@held
def grants(r: random.Random) -> str:
    a, b = r.randint(120, 900), r.randint(5, 15) * 100
    return f"按每生{n(b, '元')}的标准资助困难学生{n(a, '人')}，共发放资金{n(f'{a * b / 10000:g}', '万元')}。"


@held
def school_mean(r: random.Random) -> str:
    a, p = r.randint(20, 80), r.randint(300, 900)
    return f"全县{n(a, '所')}小学共有在校生{n(a * p, '人')}，校均{n(p, '人')}。"


@held
def finished(r: random.Random) -> str:
    a, b = r.randint(8, 40), r.randint(3, 9)
    return f"市级反馈的{n(a + b, '个')}问题中，已完成整改{n(a, '个')}，尚有{n(b, '个')}正在整改。"


@held
def lines_of_money(r: random.Random) -> str:
    p = split(r, 3, 150, 2000)
    return f"安排资金{n(sum(p), '万元')}，其中：校舍维修{n(p[0], '万元')}，设备购置{n(p[1], '万元')}，教师培训{n(p[2], '万元')}。"


@held
def gap_in_rooms(r: random.Random) -> str:
    a, b = r.randint(90, 300), r.randint(12, 60)
    return f"全县需要功能室{n(a, '间')}，已建成{n(a - b, '间')}，缺口{n(b, '间')}。"
