"""Panels: which regions are meant, years and stages apart, conflicts and gaps shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doc_miner.archive import mine_archive
from doc_miner.compare.panel import Panel, build_panel
from doc_miner.compare.panel_files import about, write_panel
from doc_miner.compare.places import Place, choose
from doc_miner.engine.serial import Serial
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon

KNOWN = [
    Place("450206", "广西壮族自治区", "柳州市", "柳江区"),
    Place("450224", "广西壮族自治区", "柳州市", "融安县"),
    Place("320106", "江苏省", "南京市", "鼓楼区"),
    Place("410204", "河南省", "开封市", "鼓楼区"),
    Place("130523", "河北省", "邢台市", "内丘县"),
    Place(None, None, None, "青岚县"),
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("柳江区", ["450206"]),
        ("柳江", ["450206"]),
        ("柳江县", ["450206"]),  # its former name
        ("450206", ["450206"]),
        ("广西柳江", ["450206"]),
        ("柳州市", ["450206", "450224"]),
        ("柳州", ["450206", "450224"]),
        ("广西壮族自治区", ["450206", "450224"]),
        ("广西", ["450206", "450224"]),
        ("南京鼓楼", ["320106"]),
        ("410204", ["410204"]),
        ("青岚", [None]),
        ("柳江区人民政府", ["450206"]),
        ("融 安", ["450224"]),
        ("４５０２０６", ["450206"]),
        ("4502", ["450206", "450224"]),
        ("450200", ["450206", "450224"]),
        ("45", ["450206", "450224"]),
        (" 内丘县 ", ["130523"]),
    ],
)
def test_a_name_typed_loosely_finds_its_region(lexicon: Lexicon, typed: str, codes: list[str | None]) -> None:
    assert [place.code for place in choose([typed], KNOWN, lexicon.regions)] == codes


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("鼓楼区", r"几个地区：江苏省南京市鼓楼区（320106）、河南省开封市鼓楼区（410204）"),
        ("鼓楼", "几个地区"),
        ("昆山市", r"数据集中没有“昆山市”（江苏省苏州市昆山市（320583）"),
        ("甲乙丙", "没有叫“甲乙丙”的地区"),
        ("乌有县", "没有叫“乌有县”的地区；数据集中有：广西壮族自治区柳州市柳江区"),
        ("450", "没有叫“450”的地区"),
        ("青山县", "没有叫“青山县”的地区；数据集中有：.*青岚县"),
    ],
)
def test_a_name_that_fits_none_or_several_is_answered_with_the_candidates(lexicon: Lexicon, typed: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        choose([typed], KNOWN, lexicon.regions)


def report(county: str, year: int, body: str) -> str:
    return f"{county}人民政府关于义务教育督导反馈问题的整改报告\n\n{body}\n\n{county}人民政府\n{year}年5月6日\n"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    folder = tmp_path_factory.mktemp("panel")
    texts = {
        "a.txt": report("青岚县", 2022, "全县小学生均体育运动场馆面积7.1平方米，初中生均体育运动场馆面积10.5平方米。"),
        "b.txt": report("青岚县", 2023, "全县小学生均体育运动场馆面积7.9平方米。"),
        "c.txt": report("青岚县", 2023, "小学生均体育运动场馆面积为8.2平方米。"),
        "d.txt": report("沚水县", 2023, "小学生均体育运动场馆面积6.4平方米。"),
        "e.txt": report("芷江县", 2023, "全县有大班额班级12个。"),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    mine_archive([folder], folder / "d.db", lexicon=lexicon, engine=Serial())
    return folder / "d.db"


def cells(panel: Panel) -> dict[tuple[str, str | None, int], list[str]]:
    return {(series.place.name, series.stage, year): [value.exact for value in values] for series in panel.series for year, values in series.cells.items()}


def test_stages_stand_apart_and_documents_that_differ_are_a_conflict(dataset: Path, lexicon: Lexicon) -> None:
    panel = build_panel(dataset, lexicon, indicator="yz-05")
    assert cells(panel) == {
        ("青岚县", "小学", 2022): ["7.1"],
        ("青岚县", "小学", 2023): ["7.9", "8.2"],
        ("青岚县", "初中", 2022): ["10.5"],
        ("沚水县", "小学", 2023): ["6.4"],
    }
    assert panel.years == (2022, 2023)
    assert panel.indicator is not None and panel.name == panel.indicator.name


def test_every_value_carries_its_sentence_and_its_document(dataset: Path, lexicon: Lexicon) -> None:
    for value in build_panel(dataset, lexicon, indicator="YZ-05").values:
        assert value.text in value.sentence and Path(value.path).exists() and value.unit == "平方米"


def test_the_standard_is_compared(dataset: Path, lexicon: Lexicon) -> None:
    met = {(value.place.name, value.exact): value.met for value in build_panel(dataset, lexicon, indicator="YZ-05").values}
    assert met[("青岚县", "7.9")] is True or met[("青岚县", "7.9")] is None
    assert met[("沚水县", "6.4")] is not True


def test_regions_and_years_are_chosen_and_what_has_nothing_is_named(dataset: Path, lexicon: Lexicon) -> None:
    assert set(cells(build_panel(dataset, lexicon, indicator="YZ-05", regions=["沚水"]))) == {("沚水县", "小学", 2023)}
    assert {year for _, _, year in cells(build_panel(dataset, lexicon, indicator="YZ-05", years=[2022]))} == {2022}
    assert [place.name for place in build_panel(dataset, lexicon, indicator="YZ-05").without] in (["芷江县"], ["芷江侗族自治县"], [])


def test_a_category_keeps_its_subjects_apart(dataset: Path, lexicon: Lexicon) -> None:
    panel = build_panel(dataset, lexicon, category="R2")
    assert all(series.subject for series in panel.series)


@pytest.mark.parametrize(("options", "message"), [({}, "--indicator"), ({"indicator": "YZ-99"}, "没有指标“YZ-99”"), ({"category": "ZZ"}, "没有类别“ZZ”"), ({"indicator": "YZ-05", "category": "G2"}, "--indicator")])
def test_what_is_no_panel_is_told(dataset: Path, lexicon: Lexicon, options: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        build_panel(dataset, lexicon, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("2022年青岚县教育事业统计公报", {(2022, "标题")}),
        ("青岚县教育事业统计公报", {(2023, "成文日期")}),
        ("青岚县2021年至2022年教育事业统计公报", {(2023, "成文日期")}),
        ("2022年青岚县义务教育整改情况的报告", {(2023, "成文日期")}),
    ],
)
def test_a_bulletin_speaks_of_the_year_in_its_title(title: str, expected: set[tuple[int, str]], tmp_path: Path, lexicon: Lexicon) -> None:
    text = f"{title}\n\n全县小学生均体育运动场馆面积7.1平方米。\n\n青岚县教育局\n2023年5月6日\n"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    mine_archive([tmp_path / "a.txt"], tmp_path / "d.db", lexicon=lexicon, engine=Serial())
    assert {(value.year, value.year_from) for value in build_panel(tmp_path / "d.db", lexicon, indicator="YZ-05").values} == expected


def test_a_workbook_holds_numbers_where_there_is_one_value(dataset: Path, lexicon: Lexicon, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    write_panel(build_panel(dataset, lexicon, indicator="YZ-05"), tmp_path / "p.xlsx")
    header, *lines = CalamineWorkbook.from_path(str(tmp_path / "p.xlsx")).get_sheet_by_name("宽表").to_python()
    rows = {(row["县区"], row["学段"]): row for row in (dict(zip(header, line, strict=True)) for line in lines)}
    assert rows["青岚县", "小学"]["2022"] == 7.1 and rows["青岚县", "小学"]["2023"] == "7.9 / 8.2（冲突）" and rows["青岚县", "初中"]["2023"] == "缺"


def test_a_panel_says_how_many_meet_the_standard_in_their_latest_year(dataset: Path, lexicon: Lexicon) -> None:
    told = dict(about(build_panel(dataset, lexicon, indicator="YZ-05")))["达标"]
    assert told.startswith("各地区（分学段）最近一年：") and sum(map(int, re.findall(r"(\d+) 个", told))) == 3
    assert "达标" not in dict(about(build_panel(dataset, lexicon, category="R2")))
