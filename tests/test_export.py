"""Exports for offices and other programs: the workbook, Parquet, the description of the files."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook

from doc_miner.archive import mine_archive
from doc_miner.dataset.describe import TABLE_TITLES, descriptions
from doc_miner.dataset.export import FORMATS, export
from doc_miner.dataset.reviews import add_record, add_review, undo
from doc_miner.dataset.schema import KEYS, TABLES
from doc_miner.dataset.sheets import SHEETS
from doc_miner.dataset.store import Store
from doc_miner.dataset.workbook import MOST_CHARACTERS, cut, export_workbook
from doc_miner.engine.serial import Serial
from doc_miner.errors import DatasetError, SettingsError
from doc_miner.lexicon import Lexicon

ROOT = Path(__file__).resolve().parents[1]
REPORT = """青岚县人民政府关于义务教育督导反馈问题整改情况的报告

一、存在问题及整改情况
问题1：大班额尚未消除。全县56人以上班级61个，占比7.25%。
整改措施：一是=新建学校。2022年投入1.44亿元建成学校2所，新增学位4050个；二是严控招生，56人以上班级由61个减少到18个，2024年底前全部消除。责任单位：县教育局、县财政局。
问题2：教师培训经费不足，占比%。
整改措施：一是追加培训经费30余万元。

青岚县人民政府
2023年5月6日
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    (folder / "来源").mkdir()
    (folder / "来源" / "=报告.txt").write_text(REPORT, "utf-8")
    (folder / "来源" / "坏.pdf").write_bytes(b"%PDF-1.4 nothing")
    mine_archive([folder / "来源"], folder / "数据.db", lexicon=Lexicon.load(), engine=Serial())
    return folder / "数据.db"


@pytest.fixture(scope="module")
def workbook(dataset: Path) -> Path:
    (path,) = export(dataset, "xlsx", dataset.parent / "整改数据.xlsx")
    return path


def sheet(path: Path, name: str) -> list[dict[str, object]]:
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def parts(path: Path) -> Mapping[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


# --- the workbook --------------------------------------------------------------------------------
def test_the_workbook_has_the_sheets_of_the_contract(workbook: Path) -> None:
    assert CalamineWorkbook.from_path(workbook).sheet_names == ["说明", "文档", "问题", "整改措施", "数据", "变化", "年度目标", "核查"]


def test_a_measure_stands_beside_its_problem_with_words_instead_of_codes(workbook: Path) -> None:
    rows = sheet(workbook, "整改措施")
    first = next(row for row in rows if "新建学校" in str(row["措施"]))
    assert "大班额尚未消除" in str(first["针对的问题"])
    assert first["状态"] in ("已完成", "进行中", "计划")
    assert re.fullmatch(r".+（[A-Z]\d+）", str(first["主要类别"]))
    assert any(str(row["完成时限"]).startswith("2024-12-31") for row in rows)
    assert any("县教育局" in str(row["责任单位"]) for row in rows)


def test_a_figure_stands_with_its_sentence_its_number_and_its_words(workbook: Path) -> None:
    rows = {str(row["原文"]): row for row in sheet(workbook, "数据")}
    assert rows["1.44亿元"]["数值"] == 144000000 and rows["1.44亿元"]["单位"] == "元"
    assert "投入1.44亿元建成学校2所" in str(rows["1.44亿元"]["原句"])
    assert rows["7.25%"]["数值"] == 7.25
    assert rows["30余万元"]["限定"] == "＞" and rows["61个"]["限定"] == ""
    assert [row["缺失"] for row in rows.values() if row["数值"] == ""] == ["缺失"]


def test_a_file_that_was_not_read_is_listed_with_its_reason(workbook: Path) -> None:
    (bad,) = [row for row in sheet(workbook, "文档") if row["状态"] == "未能读取"]
    assert "坏.pdf" in str(bad["来源文件"]) and bad["提示"]
    assert "1 个文件未能读取" in " ".join(str(cell) for row in CalamineWorkbook.from_path(workbook).get_sheet_by_name("说明").to_python() for cell in row)


def test_the_workbook_tells_what_readers_said(tmp_path: Path, lexicon: Lexicon) -> None:
    (tmp_path / "报告.txt").write_text(REPORT, "utf-8")
    mine_archive([tmp_path / "报告.txt"], tmp_path / "数据.db", lexicon=lexicon, engine=Serial())
    with Store(tmp_path / "数据.db") as store:
        (text, doc_id) = store.db.execute("SELECT text, doc_id FROM documents").fetchone()
        figure = dict(store.db.execute("SELECT text, figure_id FROM figures").fetchall())
        (measure, status) = store.db.execute("SELECT measure_id, status FROM measures ORDER BY start").fetchone()
        add_review(store, "figure", figure["61个"], "", None, verdict="rejected", reviewer="甲")
        add_review(store, "figure", figure["2所"], "year", 2022, 2021, reviewer="乙")
        add_review(store, "figure", figure["2所"], "unit", "所", verdict="confirmed", reviewer="甲")
        add_review(store, "measure", measure, "status", status, verdict="confirmed", reviewer="丙")
        undo(store, add_review(store, "figure", figure["4050个"], "year", 2022, 2020, reviewer="甲"))
        start = text.index("县教育局、")
        add_record(store, "problem", doc_id, start, start + 4, {}, reviewer="丁")
    (path,) = export(tmp_path / "数据.db", "xlsx", tmp_path / "整改数据.xlsx")
    figures = [(row["原文"], row["年份"], row["核对"]) for row in sheet(path, "数据")]
    assert ("2所", 2021, "已更正（乙、甲）") in figures and ("4050个", 2022, "") in figures
    assert [text for text, _, _ in figures].count("61个") == REPORT.count("61个") - 1
    assert [row["核对"] for row in sheet(path, "整改措施") if row["核对"]] == ["已核对（丙）"]
    assert [row["问题"] for row in sheet(path, "问题") if row["核对"] == "补录（丁）"] == ["县教育局"]


def test_no_cell_is_a_formula(workbook: Path) -> None:
    sheets = [text for name, text in parts(workbook).items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 8
    assert not any("<f>" in text or "<f " in text for text in sheets)
    assert any(str(row["措施"]).startswith("=新建学校") for row in sheet(workbook, "整改措施"))


def test_every_sheet_has_filters_a_fixed_head_and_a_page_setup(workbook: Path) -> None:
    for name, text in parts(workbook).items():
        if name.startswith("xl/worksheets/sheet") and not name.endswith("sheet1.xml"):
            assert "<autoFilter" in text and 'state="frozen"' in text and 'orientation="landscape"' in text and 'fitToHeight="0"' in text


def test_percentages_and_amounts_are_shown_as_written(workbook: Path) -> None:
    formats = set(re.findall(r'formatCode="([^"]+)"', parts(workbook)["xl/styles.xml"]))
    assert {"#,##0.00&quot;%&quot;", "yyyy-mm-dd"} <= formats


def test_links_lead_to_the_source_beside_the_workbook(workbook: Path) -> None:
    targets = {target for name, text in parts(workbook).items() if name.endswith(".rels") for target in re.findall(r'Target="([^"]+)" TargetMode="External"', text)}
    assert {"来源/=报告.txt", "来源/坏.pdf"} <= {unquote(target).removeprefix("file:///").replace("\\", "/") for target in targets}


def hostile(tmp_path: Path, dataset: Path, text: str) -> Path:
    """Return a copy of the dataset in which one problem reads *text*."""
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(dataset)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("UPDATE problems SET text=? WHERE problem_id=(SELECT min(problem_id) FROM problems)", (text,))
        target.commit()
    return copy


@pytest.mark.parametrize("text", ["=1+1", "+86", "@甲", "-5", "{=A1}", "<b>&\"'", "_x0041_字", "甲\x01乙\x0b丙", "𠮷" * 3, " 前后有空格 ", "http://例子", "0012", "第一行\n第二行"])
def test_a_text_arrives_as_it_is(dataset: Path, tmp_path: Path, text: str) -> None:
    path = export_workbook(hostile(tmp_path, dataset, text), tmp_path / "w.xlsx")
    found = [str(row["问题"]) for row in sheet(path, "问题")]
    assert text in [re.sub(r"_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), one) if "_x" in one and one != text else one for one in found]


def test_a_text_longer_than_a_cell_goes_on_beside_it(dataset: Path, tmp_path: Path) -> None:
    text = "".join(chr(0x4E00 + number % 5000) for number in range(2 * MOST_CHARACTERS + 7))
    rows = sheet(export_workbook(hostile(tmp_path, dataset, text), tmp_path / "w.xlsx"), "问题")
    assert text in ["".join(str(row[name]) for name in ("问题", "问题（续1）", "问题（续2）")) for row in rows]
    assert all(row["措施数"] != "" for row in rows)


@pytest.mark.parametrize("text", ["", "短", "字" * 40_000, "𠮷" * 40_000])
def test_pieces_of_a_text_fit_into_cells_and_lose_nothing(text: str) -> None:
    assert "".join(cut(text)) == text
    assert all(len(piece.encode("utf-16-le")) // 2 <= MOST_CHARACTERS for piece in cut(text))


def test_a_full_sheet_goes_on_in_a_further_one(dataset: Path, tmp_path: Path) -> None:
    path = export_workbook(dataset, tmp_path / "w.xlsx", most_rows=5)
    names = [name for name in CalamineWorkbook.from_path(path).sheet_names if name.startswith("数据")]
    assert names[:2] == ["数据", "数据（2）"]
    rows = [row for name in names for row in sheet(path, name)]
    with closing(sqlite3.connect(dataset)) as db:
        assert sorted(str(row["数据编号"]) for row in rows) == sorted(key for (key,) in db.execute("SELECT figure_id FROM figures"))


def test_a_number_that_a_spreadsheet_would_round_is_text(dataset: Path, tmp_path: Path) -> None:
    copy = hostile(tmp_path, dataset, "甲")
    with closing(sqlite3.connect(copy)) as db:
        db.execute("UPDATE figures SET value=1234567890123456789, value_exact='1234567890123456789' WHERE text='61个'")
        db.commit()
    rows = sheet(export_workbook(copy, tmp_path / "w.xlsx"), "数据")
    assert "1234567890123456789" in [row["数值"] for row in rows]


# --- Parquet -------------------------------------------------------------------------------------
def test_parquet_has_types_and_the_same_names_and_rows(dataset: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    export(dataset, "parquet", tmp_path)
    with closing(sqlite3.connect(dataset)) as db:
        for name, columns in TABLES.items():
            table = parquet.read_table(tmp_path / f"{name}.parquet")
            assert table.column_names == [column.name for column in columns]
            assert table.num_rows == db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
    figures = parquet.read_table(tmp_path / "figures.parquet")
    assert {name: str(figures.schema.field(name).type) for name in ("value", "year", "missing", "bbox")} == {"value": "double", "year": "int64", "missing": "bool", "bbox": "list<element: double>"}
    assert figures.schema.field("subject").metadata[b"title"] == "对象".encode()
    problems = parquet.read_table(tmp_path / "problems.parquet").to_pylist()
    assert all(isinstance(row["categories"], list) and json.loads(row["mentions"]) is not None for row in problems)


# --- the description of the files ------------------------------------------------------------------
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_package_describes_the_files_beside_it(dataset: Path, tmp_path: Path, form: str) -> None:
    export(dataset, form, tmp_path)
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    keys: dict[str, set[str]] = {}
    for resource in package["resources"]:
        with (tmp_path / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file)) if form == "csv" else [json.loads(line) for line in file]
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert all(list(row) == fields for row in rows)
        assert all(field["title"] and field["description_zh"] and field["description_en"] for field in resource["schema"]["fields"])
        keys[resource["name"]] = {row[resource["schema"]["primaryKey"][0]] for row in rows}
        assert len(keys[resource["name"]]) == len(rows)
    for resource in package["resources"]:
        for reference in resource["schema"]["foreignKeys"]:
            other = reference["reference"]["resource"] or resource["name"]
            assert reference["reference"]["fields"] == [KEYS[other]]
            with (tmp_path / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file)) if form == "csv" else [json.loads(line) for line in file]
            assert {row[reference["fields"][0]] for row in rows if row[reference["fields"][0]]} <= keys[other]


def test_every_column_has_a_title_as_in_the_documents() -> None:
    text = (ROOT / "docs" / "dataset.md").read_text("utf-8")
    for (table, column), told in descriptions().items():
        body = re.split(rf"^### {table}$", text, flags=re.M)[1].split("\n### ")[0]
        assert re.search(rf"^\| `{column}` \| \w+ \| {re.escape(told.title)} \|", body, re.M), (table, column, told.title)
        assert told.zh and told.en
    assert set(TABLE_TITLES) == set(TABLES)


def test_the_sheets_have_no_two_columns_of_one_title() -> None:
    for one in SHEETS:
        titles = [column.title for column in one.columns]
        assert len(set(titles)) == len(titles)


# --- refusals ------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_place_that_cannot_be_written_is_told_and_leaves_nothing(dataset: Path, tmp_path: Path, form: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DatasetError, match="file"):
        export(dataset, form, tmp_path / "file" / "out")
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]


def test_an_unknown_format_is_refused_with_those_there_are(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="xlsx"):
        export(dataset, "docx", tmp_path)
