"""Comparing regions: what is cut, grouped and clustered, what a page and a workbook hold, and that a page runs nothing of a document."""

from __future__ import annotations

import html
import re
import shutil
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from doc_miner.archive import mine_archive
from doc_miner.cli import app
from doc_miner.compare import charts, options
from doc_miner.compare.clusters import clusters
from doc_miner.compare.comparison import Comparison, compare_regions
from doc_miner.compare.groups import Topic, topics
from doc_miner.compare.page import spread
from doc_miner.compare.report import charts_of, write_report
from doc_miner.compare.steps import OTHER, StepReader
from doc_miner.compare.subjects import state_of
from doc_miner.compare.svg import Drawing, ticks
from doc_miner.engine.serial import Serial
from doc_miner.errors import DatasetError, SettingsError
from doc_miner.lexicon import Lexicon

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)></style><!--"


def report(county: str, year: int, measures: str, problem: str = "教师结构不合理，全县缺音乐、美术教师36人。") -> str:
    return (
        f"{county}人民政府关于义务教育优质均衡督导反馈问题整改情况的报告\n\n一、存在的问题\n\n（一）{problem}\n\n二、整改情况\n\n（一）{problem}\n\n整改措施：\n{measures}\n\n"
        f"{county}人民政府\n{year}年5月6日\n"
    )


TEXTS = {
    "a.txt": report("青岚县", 2022, "1.面向社会公开招聘音乐、美术教师35名，全部安排到农村学校任教，2022年8月底前到岗，县财政安排资金120万元。\n2.缺额教师由36人减少到9人。"),
    "b.txt": report("沚水县", 2023, "1.面向社会公开招聘音乐、美术教师128名，全部安排到农村学校任教。\n2.以政府购买服务方式聘用顶岗教师12名。"),
    "c.txt": report("澹湾县", 2023, f"1.组织转岗教师参加县级培训80人次{HOSTILE}。", "教师结构<script>不合理，全县缺美术教师20人。"),
    "d.txt": "一份没有地区的材料\n\n教师不足。\n",
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    mine_archive([folder], folder / "d.db", lexicon=lexicon, engine=Serial())
    return folder / "d.db"


@pytest.fixture(scope="module")
def comparison(dataset: Path, lexicon: Lexicon) -> Comparison:
    return compare_regions(dataset, lexicon)


@pytest.fixture(scope="module")
def topic(comparison: Comparison) -> Topic:
    return next(topic for topic in topics(comparison) if topic.code == "R1")


# --- what users type ---------------------------------------------------------------------------
def test_lists_are_typed_with_any_comma_and_repeated() -> None:
    assert options.listed(["柳江，融安、450206", "融安,鹿寨"]) == ["柳江", "融安", "450206", "鹿寨"]
    assert options.listed(None) == []


@pytest.mark.parametrize(("typed", "years"), [(["2019,2021"], [2019, 2021]), (["2019—2021"], [2019, 2020, 2021]), (["２０１９年", "2018"], [2018, 2019]), (["2019至2020年"], [2019, 2020]), (None, [])])
def test_years_are_typed_alone_or_from_to(typed: list[str] | None, years: list[int]) -> None:
    assert options.years(typed) == years


@pytest.mark.parametrize("typed", ["去年", "20195", "2021-2019", "19-21"])
def test_what_is_no_year_is_told(typed: str) -> None:
    with pytest.raises(SettingsError, match="不是年份"):
        options.years([typed])


def test_categories_are_typed_as_code_or_name(lexicon: Lexicon) -> None:
    assert options.categories(["g2，教师配备"], lexicon.categories) == ["G2", "R1"]
    with pytest.raises(SettingsError, match="没有类别“ZZ”；可用：R1 教师配备"):
        options.categories(["ZZ"], lexicon.categories)


# --- what is done ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def reader(lexicon: Lexicon) -> StepReader:
    return StepReader(lexicon.action_types)


def rows() -> list[dict[str, str]]:
    header, *lines = (Path(__file__).resolve().parents[1] / "lexicons" / "action_types.tsv").read_text("utf-8").splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["code"])
def test_a_type_of_action_is_found_in_its_example_and_not_in_its_counterexample(reader: StepReader, row: dict[str, str]) -> None:
    assert row["code"] in reader.types(row["example"])
    assert row["code"] not in reader.types(row["counterexample"])


@pytest.mark.parametrize(
    ("measure", "passages"),
    [
        ("公开招聘教师12名。", [("公开招聘教师12名。", ("recruit",))]),
        ("高度重视。公开招聘教师12名。进展顺利。", [("高度重视。公开招聘教师12名。进展顺利。", ("recruit",))]),
        ("公开招聘教师12名；组织教师参加培训。", [("公开招聘教师12名；", ("recruit",)), ("组织教师参加培训。", ("training",))]),
        ("为村小接入宽带并组织教师培训。", [("为村小接入宽带并组织教师培训。", ("digital", "training"))]),
        ("统筹全县事业编制60名。", [("统筹全县事业编制60名。", ("staffing",))]),
        ("统筹推进。编制规划。", [("统筹推进。编制规划。", (OTHER,))]),
        ("加强有关工作。", [("加强有关工作。", (OTHER,))]),
    ],
)
def test_a_measure_is_cut_into_what_it_does(reader: StepReader, measure: str, passages: list[tuple[str, tuple[str, ...]]]) -> None:
    found = reader.passages(measure)
    assert [(measure[one.start : one.end], one.types) for one in found] == passages
    assert "".join(measure[one.start : one.end] for one in found) == measure


def test_near_identical_measures_are_one_cluster_and_others_are_not() -> None:
    texts = [
        "青岚县面向社会公开招聘音乐、美术教师35名，全部安排到农村学校。",
        "投入资金300万元改造运动场2处。",
        "面向社会公开招聘音乐、美术教师一百二十名，全部安排到农村学校任教。",
        "面向师范院校定向培养全科教师。",
    ]
    assert clusters(texts, [["青岚县"], [], [], []]) == [0, 1, 0, 2]
    assert clusters(["", "。", "好"], [[]] * 3) == [0, 0, 1]


def test_a_thousand_measures_of_one_bucket_are_one_cluster() -> None:
    texts = [f"第{n}批：投入资金{n}万元，对县城区域内的学校运动场进行{'改造' if n % 2 else '维修改造'}。" for n in range(1000)]
    assert set(clusters(texts, [[]] * 1000)) == {0}


# --- what is compared --------------------------------------------------------------------------
def test_a_practice_of_two_counties_is_one_row_with_both(topic: Topic) -> None:
    (recruiting,) = [doing for doing in topic.doings if doing.code == "recruit"]
    assert [place.name for place in recruiting.practices[0].places] == ["沚水县", "青岚县"]
    first = recruiting.practices[0].steps[1]
    assert first.money == ("120万元（计划）",) and first.deadline == "2022-08-31" and first.source.title.startswith("青岚县")


def test_what_one_region_does_and_others_with_the_problem_do_not(topic: Topic) -> None:
    rare = {rare.doing.code: ([place.name for place in rare.by], [place.name for place in rare.others]) for rare in topic.rare}
    assert rare["purchase"] == (["沚水县"], ["澹湾县", "青岚县"])
    assert "recruit" not in rare


def test_every_statement_is_a_quotation_of_its_document(comparison: Comparison) -> None:
    texts = {name: "".join(text.split()) for name, text in TEXTS.items()}
    for record in (*comparison.problems, *comparison.steps):
        assert "".join(record.text.split()) in texts[Path(record.source.path).name]
    (moved,) = [moved for moved in comparison.movements if moved.source.place.name == "青岚县"]
    assert moved.ends == (36.0, 9.0, "人") and "由36人减少到9人" in moved.sentence


def test_a_document_without_region_is_counted_and_years_and_categories_are_chosen(dataset: Path, lexicon: Lexicon, comparison: Comparison) -> None:
    assert comparison.homeless == ("d.txt",) and len(comparison.sources) == 3
    chosen = compare_regions(dataset, lexicon, years=[2023, 2020], categories=["R1"])
    assert {source.year for source in chosen.sources} == {2023} and [place.name for place in chosen.without] == ["青岚县"]
    assert set(chosen.categories) == {"R1"}


def test_nothing_to_compare_is_told(dataset: Path, lexicon: Lexicon, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="没有2001年的文档"):
        compare_regions(dataset, lexicon, years=[2001])
    with pytest.raises(SettingsError, match="没有叫“乌有县”的地区"):
        compare_regions(dataset, lexicon, regions=["乌有县"])
    (tmp_path / "x.txt").write_text("没有地区的材料。\n", "utf-8")
    mine_archive([tmp_path / "x.txt"], tmp_path / "x.db", lexicon=lexicon, engine=Serial())
    with pytest.raises(SettingsError, match="没有能确定地区的文档"):
        compare_regions(tmp_path / "x.db", lexicon)


# --- the page ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def page(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> str:
    pytest.importorskip("jinja2", reason="jinja2 (the extra report) is not installed")
    return write_report(comparison, tmp_path_factory.mktemp("page") / "c.html").read_text("utf-8")


def own(page: str) -> str:
    """Return a page without its script."""
    return re.sub(r"<script>.*?</script>", "", page, flags=re.S)


def test_text_of_documents_is_escaped_everywhere(page: str) -> None:
    assert "教师结构&lt;script&gt;不合理" in page
    assert not re.search(r"<script>alert|<img|onerror=[^&]*>|</style><!", own(page).replace("&lt;", ""))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("text", ['</svg><script>1</script>', '"><b onclick="x', "<!--", "甲&乙"])
def test_text_in_a_chart_stays_text(text: str) -> None:
    drawing = Drawing(100, 100, text)
    drawing.text(1, 1, text)
    drawing.dot(1, 1, 2, charts.BLUE, tip=text, href=f"#{text}")
    svg = ElementTree.fromstring(str(drawing))
    assert svg.get("aria-label") == text and [one.text for one in svg.iter() if one.text] == [text]
    assert [one.get("data-tip") for one in svg.iter() if one.get("data-tip")] == [text] and svg.find(".//{*}script") is None


def test_no_request_can_leave_the_page(page: str) -> None:
    text = html.unescape(own(page))
    assert "default-src 'none'" in text and "connect-src 'none'" in text and "unsafe-eval" not in text
    assert "'unsafe-inline'" not in re.findall(r"script-src ([^;]*);", text)[0]
    assert not re.search(r"""(?:src|href|action|data|poster|srcset)\s*=\s*["']?(?!#)[^"'>\s]""", re.sub(r"&[a-z#0-9]+;.*", "", own(page)).split("<style>")[1])
    assert "@import" not in own(page) and "url(" not in own(page)
    assert page.count("<script") == 1 and len(page) - len(own(page)) < 5000


def test_the_page_is_valid(page: str, dataset: Path, tmp_path: Path) -> None:
    html5lib = pytest.importorskip("html5lib", reason="html5lib is not installed")
    html5lib.HTMLParser(strict=True).parse(own(page))
    assert CliRunner().invoke(app, ["panel", "--category", "R1", "--dataset", str(dataset), "--out", str(tmp_path / "p.html")]).exit_code == 0
    html5lib.HTMLParser(strict=True).parse(own((tmp_path / "p.html").read_text("utf-8")))


def test_the_links_of_the_page_lead_to_what_is_there(page: str) -> None:
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_the_page_says_what_is_compared_and_what_is_missing(page: str) -> None:
    assert "沚水县、澹湾县、青岚县" in page and "1 个文档不能确定地区，没有参加比较：d.txt" in page


def test_the_charts_show_what_is_compared(comparison: Comparison) -> None:
    drawn = {chart.title.split("（")[0]: chart for chart in charts_of(comparison)}
    assert set(drawn) == {"各类问题有多少地区提出", "问题：地区 × 类别", "做法：地区 × 类型", "变化前后对比", "完成时限"}
    texts = {title: ["".join(one.itertext()) for one in ElementTree.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}text")] for title, chart in drawn.items()}
    assert {"教师配备", "3"} <= set(texts["各类问题有多少地区提出"])
    assert {"青岚县", "沚水县", "澹湾县"} <= set(texts["问题：地区 × 类别"])
    assert "36人 → 9人" in texts["变化前后对比"] and "招聘补充教师" in texts["做法：地区 × 类型"]


def test_a_dot_leads_to_its_document_and_tells_its_sentence(comparison: Comparison) -> None:
    (chart,) = charts.dumbbells(comparison.movements)
    (moved,) = [moved for moved in comparison.movements if moved.ends]
    links = list(ElementTree.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}a"))
    assert {link.get("href") for link in links} == {f"#d{moved.source.number}"}
    assert all("由36人减少到9人" in (link[0].get("data-tip") or "") for link in links)


@pytest.mark.parametrize(("subject", "state"), [("大班额减少", "大班额"), ("教师占比由", "教师占比由"), ("教师占比提高到", "教师占比"), ("减少", "减少"), ("提高教学质量", "提高教学质量"), ("", ""), (None, "")])
def test_the_subject_of_a_state_is_named_without_its_movement(subject: str | None, state: str) -> None:
    assert state_of(subject) == state


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 97, [0, 20, 40, 60, 80]), (5.2, 9.8, [6, 7, 8, 9]), (-3, 4, [-2, 0, 2, 4]), (7, 7, [7])],
)
def test_an_axis_is_marked_with_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


def test_every_region_has_its_turn_in_what_is_cut(comparison: Comparison) -> None:
    records = [*comparison.steps, *comparison.steps]
    shown = spread(records, 3)
    assert len(shown) == 3 and {one.source.place for one in shown} == {one.source.place for one in records}
    assert spread(records, 1000) == records


def test_a_report_without_the_library_says_what_to_install(comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(SettingsError, match=r"pip install 'doc-miner\[report\]'"):
        write_report(comparison, tmp_path / "c.html")
    assert list(tmp_path.iterdir()) == []


# --- commands ----------------------------------------------------------------------------------
def test_the_workbook_holds_every_step_with_its_document(dataset: Path, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    result = CliRunner().invoke(app, ["compare", "--dataset", str(dataset), "--regions", "青岚、沚水", "--out", str(tmp_path / "c.xlsx")])
    assert result.exit_code == 0 and "比较了 2 个地区的 2 个文档" in result.output
    book = CalamineWorkbook.from_path(str(tmp_path / "c.xlsx"))
    assert book.sheet_names == ["说明", "概况", "问题", "做法", "少数地区的做法", "数据的变化", "文档"]
    header, *lines = book.get_sheet_by_name("做法").to_python()
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert len({(row["措施编号"], row["做法"]) for row in rows}) == len(rows)
    recruiting = [row for row in rows if "招聘补充教师" in row["做法类型"]]
    assert {row["采用的地区"] for row in recruiting} == {"沚水县、青岚县"} and all(row["来源文件"] and row["文档"] for row in recruiting)
    assert b"<f>" not in zipfile.ZipFile(tmp_path / "c.xlsx").read("xl/worksheets/sheet4.xml")


@pytest.mark.parametrize("out", ["c.pdf", "c"])
def test_an_unknown_suffix_is_refused_before_anything_is_read(out: str, tmp_path: Path) -> None:
    for command in (["compare"], ["panel", "--indicator", "YZ-05"]):
        result = CliRunner().invoke(app, [*command, "--dataset", str(tmp_path / "none.db"), "--out", str(tmp_path / out)])
        assert isinstance(result.exception, SettingsError) and "不认识的后缀；可用：.html" in str(result.exception) or ".csv" in str(result.exception)


def test_a_dataset_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["compare", "--dataset", str(tmp_path / "none.db"), "--out", str(tmp_path / "c.html")])
    assert isinstance(result.exception, DatasetError)


# --- in a browser ------------------------------------------------------------------------------
def test_a_browser_asks_for_nothing_and_shows_what_stands_behind_a_mark(page: str, tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("Chromium is not installed")
    (tmp_path / "c.html").write_text(page, "utf-8")
    with api.sync_playwright() as driver:
        program = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        tab = program.new_page()
        asked: list[str] = []
        told: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: told.append(message.text))
        tab.on("pageerror", lambda error: told.append(str(error)))
        tab.on("dialog", lambda dialog: told.append(dialog.message))
        tab.goto((tmp_path / "c.html").as_uri())
        mark = tab.locator("circle[data-tip*='由36人减少到9人']").first
        mark.scroll_into_view_if_needed()
        mark.hover()
        shown = tab.locator("#tip").inner_text()
        tab.emulate_media(media="print")
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        closed = tab.locator("details:not([open])").count()
        program.close()
    assert asked == [(tmp_path / "c.html").as_uri()] and told == []
    assert "由36人减少到9人" in shown and "青岚县" in shown and closed == 0
