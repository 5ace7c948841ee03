"""Which units a measure names: each way with cases, and with words that look like it and name nobody."""

from __future__ import annotations

import pytest

from doc_miner.extract.duties import split_units, units_of
from doc_miner.lexicon import default_lexicon
from doc_miner.pipeline import Miner

UNITS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a label": ("新建运动场3片。责任单位：县教育局、县财政局。", ("县教育局", "县财政局")),
    "two labels": ("加强培训。（牵头单位：县教育局；配合单位：县财政局、县人社局）", ("县教育局", "县财政局", "县人社局")),
    "a label, then a person and a time": ("（责任单位：县教育局；责任人：王某；完成时限：2024年12月）", ("县教育局",)),
    "square brackets, areas in round ones": ("完善设施。〔责任单位：市教育局、各县（市、区）政府〕", ("市教育局", "各县（市、区）政府")),
    "several kinds of area": ("（责任单位：各市、州、县人民政府，省教育厅等）", ("各市、州、县人民政府", "省教育厅")),
    "closing brackets without a label": ("建设运动场3片。（县教育局、县财政局）", ("县教育局", "县财政局")),
    "closing brackets with 负责": ("建设运动场3片。（市教育局，各县区政府负责）", ("市教育局", "各县区政府")),
    "由…牵头，…配合": ("由县教育局牵头，县财政局、县自然资源局等部门配合，落实建设用地。", ("县教育局", "县财政局", "县自然资源局")),
    "由…负责": ("由县住建局负责打通步行道620米，11月底前完工。", ("县住建局",)),
    "each by its duty": ("县委编办、县人社局、县财政局按职责分工负责。", ("县委编办", "县人社局", "县财政局")),
    "one together with another": ("建议县委编办会同教育部门建立周转编制池。", ("县委编办", "教育部门")),
    "who acts by a rule": ("严格督导问责。县人民政府教育督导室每季度通报一次进展。", ("县人民政府教育督导室",)),
    "schools of a county are no unit": ("8所优质学校牵头，带动20所乡村学校。", ()),
    "a person is none": ("班主任负责本班学生的安全，校长负责制全面落实。", ()),
    "nobody by name": ("各责任单位要高度重视，有关部门要密切配合。", ()),
    "a mechanism names nobody": ("建立健全教育部门牵头、有关部门配合的工作机制。", ()),
    "several in one word": ("编制、人社、教育部门应定期会商。", ()),
    "requests are no duty": ("县教育局要求各校自查。", ()),
    "brackets of another kind": ("新建学校3所（小学、初中）。", ()),
}


@pytest.mark.parametrize(("text", "units"), UNITS.values(), ids=UNITS.keys())
def test_units_that_a_measure_names(text: str, units: tuple[str, ...]) -> None:
    assert units_of(text) == units


CELLS = {
    "parts in brackets": ("县教育局（牵头）、县财政局（配合）", ["县教育局", "县财政局"]),
    "parts as labels": ("牵头：县教育局；配合：县财政局、县人社局", ["县教育局", "县财政局", "县人社局"]),
    "等部门": ("县教育局、县财政局等部门", ["县教育局", "县财政局"]),
    "numbers": ("1.县教育局 2.县财政局", ["县教育局", "县财政局"]),
    "及": ("县教育局及各学校", ["县教育局", "各学校"]),
    "areas": ("各县（市、区）人民政府、市教育局", ["各县（市、区）人民政府", "市教育局"]),
}


@pytest.mark.parametrize(("cell", "units"), CELLS.values(), ids=CELLS.keys())
def test_units_of_a_cell(cell: str, units: list[str]) -> None:
    assert split_units(cell) == units


LINES = {
    "a line at the end of a list holds for all of it": (
        "1. 新建小学2所，改扩建初中1所。\n2. 撤并教学点6个，办好乡村小规模学校。\n责任单位：县教育局、县财政局",
        [("县教育局", "县财政局"), ("县教育局", "县财政局")],
    ),
    "a line below each item holds for its own": (
        "1. 新建小学2所，改扩建初中1所。\n责任单位：县住建局\n2. 撤并教学点6个，办好乡村小规模学校。\n责任单位：县教育局",
        [("县住建局",), ("县教育局",)],
    ),
}


@pytest.mark.parametrize(("items", "units"), LINES.values(), ids=LINES.keys())
def test_units_of_a_line_below(items: str, units: list[tuple[str, ...]]) -> None:
    report = Miner(default_lexicon()).mine_text(f"云岭县义务教育优质均衡发展实施方案\n一、重点任务\n（一）完善学校布局\n{items}\n")
    assert [measure.units for measure in report.measures] == units
