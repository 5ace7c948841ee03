"""Lists, sequences and tables in the audit: what breaks them is found, what agrees or may be of something else is left."""

from __future__ import annotations

import pytest

from doc_miner.loaders import read_source
from doc_miner.pipeline import Miner

_YEARS = "年度\t新增（所）\t累计（所）\t达标率\n2021年\t5\t30\t50.0%\n2022年\t6\t36\t60.0%\n2023年\t9\t45\t75.0%\n2024年\t6\t{sum}\t85.0%\n2025年\t9\t60\t100%\n"
_GOALS = "指标\t2021年\t2023年\t2025年目标\n学前三年毛入园率（%）\t88.1\t91.4\t94.0\n高中阶段毛入学率（%）\t90.2\t92.3\t95.0\n初中生均仪器设备值（元）\t2100\t2350\t2600\n学前三年毛入园率尚差{gap}个百分点。\n"
_SAME = "指标　小学　初中\n生均教学用房面积　0.412　0.387\n生均场馆面积　{row}\n生均仪器设备值　0.365　0.318\n"

CASES = [
    ("named-count", "落实“学位、师资、装备”四项任务。", "落实“学位、师资、装备”三项任务。"),
    ("named-count", "采取“总校带分校”“强校并弱校”三种办法。", "采取“总校带分校”“强校并弱校”两种办法。"),
    ("named-count", "办好读书节、体育节、科技节“四节”。", "办好读书节、体育节、科技节“三节”。"),
    ("named-count", "围绕入学机会、办学条件、师资水平五个方面开展评估。", "教育局、财政局围绕入学机会、办学条件和师资水平三个方面开展评估。"),
    ("named-count", "1.专任教师不足。\n2.场馆面积不足。\n3.大班额较多。\n上述五个问题须限期整改。", "1.专任教师不足。\n2.场馆面积不足。\n3.大班额较多。\n上述三个问题须限期整改。"),
    ("list-count", "对城北小学、城南小学、新河中学5所学校进行改造。", "对城北小学、城南小学、新河中学等5所学校进行改造。"),
    ("list-count", "2021年、2022年、2023年四年累计培训教师900人次。", "2021年、2022年、2023年三年累计培训教师900人次。"),
    ("list-count", "3所新建学校分别投入2100万元、3400万元。", "2所新建学校分别投入2100万元、3400万元。"),
    ("numbering", "问题1：学位不足。\n问题2：教师不足。\n问题2：经费不足。\n问题4：装备不足。", "问题1：学位不足。\n问题2：教师不足。\n问题3：经费不足。\n问题4：装备不足。"),
    ("numbering", "（一）扩学位\n（三）补师资\n（三）强装备\n", "（一）扩学位\n（二）补师资\n一、保障\n（一）经费\n（二）督导\n（三）考核\n"),
    ("list-sum", "三年分别退休教师52人、61人、70人，累计138人。", "三年分别退休教师52人、61人、70人，累计183人。"),
    ("list-sum", "需资金480万元，分三年列支，2023年140万元、2024年150万元、2025年109万元。", "需资金480万元，分三年列支，2023年140万元、2024年150万元、2025年190万元。"),
    ("list-sum", "台账列问题19条，按时间分解，2023年8条，2024年6条，2025年3条。", "台账列问题19条，2023年8条，2024年6条，另有5条长期推进。"),
    ("accumulation", "2021年，新增达标学校4所，累计31所；2022年，新增5所，达标学校累计63所。", "2021年，新增达标学校4所，累计31所；2022年，新增5所，达标学校累计36所。"),
    ("yearly-growth", "2021年支出10.40亿元，增长4.0%；2022年支出11.44亿元，增长19.0%。", "2021年支出10.40亿元，增长4.0%；2022年比2021年多了1.04亿元，增长10.0%。"),
    ("series-falls", "到2022年，基础扎实。特色学校达50所以上。\n到2024年，水平提升。特色学校达45所以上。", "到2022年，基础扎实。特色学校达50所以上。\n到2024年，水平提升。特色学校达54所以上。"),
    ("odd-item", "小学：\n寄宿生：420人，每人500元，21万元；\n走读生：300人，每人250元，7.5万元；\n特困生：80人，每人750元，9万元。", "寄宿生：420人，每人500元，21万元；\n走读生：300人，每人250元，7.5万元；\n特困生：80人，每人750元，6万元。"),
    ("copied-list", "小学依次达到71.2、73.5、75.8平方米；初中依次达到71.2、73.5、75.8平方米。", "小学依次达到90%、95%、98%；初中依次达到90%、95%、98%。"),
    ("movement-direction", "财政投入从2019年的3.6亿元增加到2023年的3.6亿元。", "财政投入从2019年的3.6亿元增加到2023年的4.8亿元。"),
    ("table-columns", _YEARS.format(sum=15), _YEARS.format(sum=51)),
    ("retold-row", _GOALS.format(gap="6.2"), _GOALS.format(gap="2.6")),
    ("repeated-row", _SAME.format(row="0.412　0.387"), _SAME.format(row="0.421　0.390")),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_what_breaks_a_list_is_found_and_what_agrees_is_left(rule: str, wrong: str, right: str, miner: Miner) -> None:
    assert rule in _grave(wrong, miner)
    assert _grave(right, miner) == []


def _grave(text: str, miner: Miner) -> list[str]:
    report = miner.mine_source(read_source(text.encode(), "example.txt"), path="example.txt", sha256="0" * 64)
    return [finding.rule for finding in report.findings if finding.severity != "info"]
