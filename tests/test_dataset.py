"""The dataset: the tables of the contract, exact values, export to files, reading with pandas, refusals."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas
import pytest

from doc_miner.archive import mine_archive
from doc_miner.dataset import Dataset, open_dataset
from doc_miner.dataset.export import export_csv, export_jsonl
from doc_miner.dataset.frames import CATEGORICAL, DATES
from doc_miner.dataset.query import PANEL
from doc_miner.dataset.rows import exact, number
from doc_miner.dataset.schema import KEYS, SCHEMA_VERSION, TABLES
from doc_miner.dataset.search import search
from doc_miner.dataset.store import Store
from doc_miner.engine import engine_for
from doc_miner.errors import DatasetError
from doc_miner.lexicon import Lexicon

CONTRACT = {
    "documents": "doc_id path sha256 format title doc_type issuer doc_number date year region_code province city county text pages status warnings mined_at miner_version",
    "tables": "table_id doc_id page caption unit header_rows rows",
    "sections": "section_id doc_id parent_id level number heading start end",
    "problems": "problem_id doc_id section_id number text start end mentions categories indicator confidence rule",
    "measures": "measure_id doc_id section_id problem_id number text start end categories status deadline units confidence rule",
    "figures": "figure_id doc_id section_id problem_id measure_id text start end value value_max unit qualifier subject stage year role category indicator missing confidence rule page bbox",
    "changes": "change_id doc_id before after change",
    "targets": "target_id doc_id indicator indicator_code stage year text value unit qualifier",
    "citations": "citation_id doc_id start end title doc_number",
    "findings": "finding_id doc_id rule severity message expected found figures start end",
    "reviews": "review_id record_kind record_id doc_sha256 start end field old new verdict reviewer at",
}
LISTS = {"documents": ["warnings"], "tables": ["rows"], "problems": ["mentions", "categories"], "measures": ["categories", "units"], "figures": ["bbox"], "findings": ["figures"]}

REPORT = """青岚县人民政府关于义务教育督导反馈问题整改情况的报告
青政报〔2023〕18号
临岳市人民政府：
根据《临岳市教育督导办法》（临政发〔2020〕7号）要求，现将整改情况报告如下。
一、存在问题
（一）大班额问题突出。全县56人以上班级73个，占班级总数的7.3%。
（二）校舍紧张。小学生均校舍缺口1.447万平方米，三分之二的学校没有专用教室。
二、整改措施
（一）化解大班额。投入资金1276.5万元新建学校2所，班级由73个降至51个，减少了20个。
（二）扩建校舍。2024年底前新增校舍不少于0.1万平方米。责任单位：县教育局、县财政局。
青岚县人民政府
2023年9月20日
"""
PLAN = """<html><head><title>白石县义务教育优质均衡创建实施方案</title></head><body><h1>白石县义务教育优质均衡创建实施方案</h1>
<p>为做好创建工作，制定本方案。2022年全县有小学12所。</p>
<table><tr><th>指标</th><th>2022年</th><th>2023年</th></tr>
<tr><td>1.每百名学生拥有高于规定学历教师数</td><td>小学4.2人</td><td>初中5.3人</td></tr>
<tr><td>2.每百名学生拥有骨干教师数</td><td>80%学校达标</td><td>100%学校达标</td></tr></table>
<p>白石县教育局</p><p>2022年3月1日</p></body></html>"""
FORMULA = """=HYPERLINK("http://invalid.test","看")
-1是缺口。全县投入3万元。
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    (folder / "in").mkdir()
    for name, text in (("报告.txt", REPORT), ("方案.html", PLAN), ("=1+1.txt", FORMULA)):
        (folder / "in" / name).write_text(text, "utf-8")
    summary = mine_archive([folder / "in"], folder / "dataset.db", lexicon=lexicon, engine=engine_for("serial"))
    assert summary.failures == ()
    return folder / "dataset.db"


@pytest.fixture
def db(dataset: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(dataset)) as connection:
        yield connection


def columns(db: sqlite3.Connection, table: str) -> dict[str, str]:
    return {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}


# --- the schema --------------------------------------------------------------------------------
def test_the_contract_listed_here_is_the_one_written_down(shared: Path) -> None:
    written = {}
    for table, listed in re.findall(r"^\| (\w+) \| (.+) \|$", (shared / "CONTRACT.md").read_text("utf-8"), re.M):
        names = re.sub(r"\([^()]*\)", "", listed)
        if "_id" in names:
            written[table] = [name.strip() for name in names.split(",")]
    assert written == {table: listed.split() for table, listed in CONTRACT.items()}


@pytest.mark.parametrize("table", sorted(CONTRACT))
def test_every_table_of_the_contract_has_its_columns(db: sqlite3.Connection, table: str) -> None:
    assert set(CONTRACT[table].split()) <= set(columns(db, table))


def test_the_version_of_the_schema_stands_in_the_file(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION == 2


def test_the_dataset_can_be_read_while_it_is_written(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_reader_sees_what_a_writer_has_committed(tmp_path: Path) -> None:
    with Store(tmp_path / "dataset.db"), closing(sqlite3.connect(tmp_path / "dataset.db", isolation_level=None)) as writer:
        writer.execute("INSERT INTO documents (doc_id, path) VALUES ('a', 'a.txt')")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO documents (doc_id, path) VALUES ('b', 'b.txt')")
        assert list(open_dataset(tmp_path / "dataset.db").documents().doc_id) == ["a"]
        writer.execute("COMMIT")
        assert sorted(open_dataset(tmp_path / "dataset.db").documents().doc_id) == ["a", "b"]


@pytest.mark.parametrize("table", sorted(LISTS))
def test_lists_are_json_arrays(db: sqlite3.Connection, table: str) -> None:
    for name in LISTS[table]:
        for (value,) in db.execute(f'SELECT "{name}" FROM {table} WHERE "{name}" IS NOT NULL'):
            assert isinstance(json.loads(value), list)


def test_chinese_in_lists_is_readable_as_it_stands(db: sqlite3.Connection) -> None:
    assert db.execute("""SELECT units FROM measures WHERE units <> '[]'""").fetchall() == [('["县教育局", "县财政局"]',)]


def test_every_record_belongs_to_a_document_and_goes_with_it(dataset: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(dataset)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA foreign_keys=ON")
        assert target.execute("PRAGMA foreign_key_check").fetchall() == []
        target.execute("DELETE FROM documents")
        assert [target.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in CONTRACT if name != "reviews"] == [0] * (len(CONTRACT) - 1)


# --- values ------------------------------------------------------------------------------------
def test_document_row_tells_what_the_document_says_of_itself(db: sqlite3.Connection) -> None:
    row = db.execute("SELECT title, doc_type, issuer, doc_number, date, year, county, status, format FROM documents WHERE path LIKE '%报告.txt'").fetchone()
    title = "青岚县人民政府关于义务教育督导反馈问题整改情况的报告"
    assert row == (title, "整改报告", "青岚县人民政府", "青政报〔2023〕18号", "2023-09-20", 2023, "青岚县", "ok", "txt")


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("73个", 73, "73"),
        ("7.3%", 7.3, "7.3"),
        ("1.447万平方米", 14470, "14470"),
        ("1276.5万元", 12765000, "12765000"),
        ("不少于0.1万平方米", 1000, "1000"),
        ("三分之二", 0.666667, "0.666667"),
    ],
)
def test_values_are_exact_decimals_in_the_base_unit(db: sqlite3.Connection, text: str, value: float, written: str) -> None:
    rows = set(db.execute("SELECT value, value_exact, typeof(value) FROM figures WHERE text = ?", (text,)))
    assert rows == {(value, written, "integer" if isinstance(value, int) else "real")}


@pytest.mark.parametrize(
    ("value", "text", "stored"),
    [
        (None, None, None),
        (Decimal("0.1"), "0.1", 0.1),
        (Decimal("1E+6"), "1000000", 1000000),
        (Decimal("-2.50"), "-2.50", -2.5),
        (Fraction(2, 3), "0.666667", 0.666667),
        (Fraction(1, 16), "0.062500", 0.0625),
        (Decimal(2) ** 63, "9223372036854775808", 2.0**63),
    ],
)
def test_numbers_leave_as_exact_text_and_as_the_nearest_stored_value(value: Decimal | Fraction | None, text: str | None, stored: float | None) -> None:
    assert (exact(value), number(value)) == (text, stored)


# --- files ---------------------------------------------------------------------------------------
def test_jsonl_holds_every_row_of_every_table_with_its_lists(dataset: Path, db: sqlite3.Connection, tmp_path: Path) -> None:
    files = export_jsonl(dataset, tmp_path)
    assert sorted(path.name for path in files) == sorted(f"{name}.jsonl" for name in TABLES)
    for name in TABLES:
        rows = [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text("utf-8").splitlines()]
        assert len(rows) == db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for row in rows:
            assert list(row) == [column.name for column in TABLES[name]]
            assert all(row[key] is None or isinstance(row[key], list) for key in LISTS.get(name, []))
    figures = [json.loads(line) for line in (tmp_path / "figures.jsonl").read_text("utf-8").splitlines()]
    assert {type(row["missing"]) for row in figures} == {bool}


def test_exported_records_stand_in_the_order_of_the_text(dataset: Path, tmp_path: Path) -> None:
    export_jsonl(dataset, tmp_path)
    for name in ("problems", "measures", "figures"):
        places = [(row["doc_id"], row["start"]) for row in map(json.loads, (tmp_path / f"{name}.jsonl").read_text("utf-8").splitlines())]
        assert places == sorted(places)


def test_export_gives_the_same_bytes_again_and_leaves_nothing_half_written(dataset: Path, tmp_path: Path) -> None:
    for write, ending in ((export_jsonl, "jsonl"), (export_csv, "csv")):
        first = {path.name: path.read_bytes() for path in write(dataset, tmp_path)}
        assert {path.name: path.read_bytes() for path in write(dataset, tmp_path)} == first
        assert sorted(path.name for path in tmp_path.glob(f"*.{ending}*")) == sorted(first)


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_opens_in_a_spreadsheet_with_its_chinese(dataset: Path, tmp_path: Path) -> None:
    for path in export_csv(dataset, tmp_path):
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") and not data.startswith(b"\xef\xbb\xbf" * 2)
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert next(csv.reader(file)) == [column.name for column in TABLES[path.stem]]
    rows = csv_rows(tmp_path / "figures.csv")
    with closing(sqlite3.connect(dataset)) as db:
        assert sorted(row["figure_id"] for row in rows) == [key for (key,) in db.execute("SELECT figure_id FROM figures ORDER BY 1")]
    assert {row["value_exact"] for row in rows if row["text"] == "1276.5万元"} == {"12765000"}


def test_csv_keeps_line_breaks_of_a_text(dataset: Path, tmp_path: Path) -> None:
    export_csv(dataset, tmp_path)
    texts = {Path(row["path"]).name: row["text"] for row in csv_rows(tmp_path / "documents.csv")}
    assert texts["报告.txt"].startswith("青岚县人民政府关于义务教育督导反馈问题整改情况的报告\n青政报")


def test_csv_holds_no_formula(dataset: Path, tmp_path: Path) -> None:
    for path in export_csv(dataset, tmp_path):
        for row in csv_rows(path):
            for name, value in row.items():
                assert value == "=" or not value.startswith(("=", "+", "-", "@", "\t", "\r")), (path.name, name, value)
    texts = {Path(row["path"]).name: row["text"] for row in csv_rows(tmp_path / "documents.csv")}
    assert texts["=1+1.txt"].startswith("'=HYPERLINK(")


def test_an_empty_dataset_is_exported_as_empty_tables(tmp_path: Path) -> None:
    with Store(tmp_path / "dataset.db"):
        pass
    assert {path.read_bytes() for path in export_jsonl(tmp_path / "dataset.db", tmp_path / "out")} == {b""}
    assert all(csv_rows(path) == [] for path in export_csv(tmp_path / "dataset.db", tmp_path / "out"))
    assert list(open_dataset(tmp_path / "dataset.db").figures().columns) == [column.name for column in TABLES["figures"]]


# --- pandas --------------------------------------------------------------------------------------
def test_frames_have_every_column_in_its_own_type(dataset: Path, tmp_path: Path) -> None:
    types = {"INTEGER": "Int64", "REAL": "Float64", "NUMERIC": "Float64", "BOOLEAN": "boolean", "JSON": "object", "TEXT": "string"}
    with Store(tmp_path / "empty.db"):
        pass
    for opened in (open_dataset(dataset), open_dataset(tmp_path / "empty.db")):
        for name in (*CONTRACT, "categories", "indicators"):
            frame = getattr(opened, name)()
            assert list(frame.columns) == [column.name for column in TABLES[name]]
            for column in TABLES[name]:
                wanted = "category" if column.name in CATEGORICAL and column.type == "TEXT" else "datetime64[s]" if column.name in DATES else types[column.type]
                assert str(frame[column.name].dtype) == wanted, (name, column.name)


def test_the_panel_is_the_figures_with_their_region_year_and_names(dataset: Path) -> None:
    opened = open_dataset(dataset)
    panel = opened.panel()
    assert sorted(panel.figure_id) == sorted(opened.figures().figure_id)
    row = panel[panel.text == "1276.5万元"].iloc[0]
    assert (row.county, row.city, row.document_year, row.value, row.value_exact) == ("青岚县", "临岳市", 2023, 12765000, "12765000")
    assert set(panel.category_name.dropna()) <= set(opened.categories().name)
    assert panel.value.dtype == "Float64" and panel.county.dtype == "category"
    assert set(opened.panel(county="白石县", year=2022).text) >= {"12所"}


def test_types_of_the_panel_are_listed_as_the_view_has_its_columns(db: sqlite3.Connection) -> None:
    assert [column.name for column in PANEL] == [row[1] for row in db.execute("PRAGMA table_info(figure_details)")]


def test_dates_are_dates_and_gaps_are_gaps(dataset: Path) -> None:
    measures = open_dataset(dataset).measures()
    assert measures.deadline.max() == pandas.Timestamp("2024-12-31") and measures.deadline.isna().any()
    assert len(open_dataset(dataset).measures(deadline=pandas.Timestamp("2024-12-31"))) == 1
    assert len(open_dataset(dataset).measures(deadline=None)) == measures.deadline.isna().sum()


def test_frames_hold_the_values_lists_and_gaps(dataset: Path) -> None:
    figures = open_dataset(dataset).figures()
    row = figures[figures.text == "1276.5万元"].iloc[0]
    assert (row.value, row.unit, row.value_exact) == (12765000, "元", "12765000")
    assert row.value_max is pandas.NA and row.bbox is None and not row.missing
    measures = open_dataset(dataset).measures()
    assert list(measures[measures.deadline == pandas.Timestamp("2024-12-31")].units) == [["县教育局", "县财政局"]]
    assert open_dataset(dataset).tables().rows.iloc[0][0] == ["指标", "2022年", "2023年"]


@pytest.mark.parametrize(
    ("table", "filters", "texts"),
    [
        ("figures", {"text": "73个"}, ["73个", "73个"]),
        ("figures", {"text": ["73个", "7.3%"]}, ["73个", "7.3%", "73个"]),
        ("figures", {"unit": "所", "county": "青岚县"}, ["2所"]),
        ("figures", {"unit": "所", "county": ("青岚县", "白石县")}, ["2所", "12所"]),
        ("figures", {"doc_type": "实施方案", "role": "level"}, ["12所"]),
        ("figures", {"value": 51}, ["51个"]),
        ("figures", {"unit": []}, []),
        ("problems", {"county": "白石县"}, []),
        ("measures", {"units": "县财政局"}, ["扩建校舍。2024年底前新增校舍不少于0.1万平方米。责任单位：县教育局、县财政局。"]),
        ("measures", {"units": ["县财政局", "县委"], "status": "done"}, []),
        ("targets", {"indicator": 2, "year": 2022}, ["80%学校达标"]),
        ("targets", {"year": 2023}, ["初中5.3人", "100%学校达标"]),
    ],
)
def test_filters_choose_by_column_and_by_the_document(dataset: Path, table: str, filters: dict[str, Any], texts: list[str]) -> None:
    assert sorted(getattr(open_dataset(dataset), table)(**filters).text) == sorted(texts)


def test_documents_are_filtered_by_their_own_columns(dataset: Path) -> None:
    assert list(open_dataset(dataset).documents(year=2023).county) == ["青岚县"]
    assert len(open_dataset(dataset).documents()) == 3


def test_an_unknown_filter_is_refused_with_the_columns_there_are(dataset: Path) -> None:
    with pytest.raises(DatasetError) as refusal:
        open_dataset(dataset).changes(indicator="YZ-01")
    assert str(refusal.value) == "changes 表没有“indicator”这一列；可用：after、before、change、change_id、doc_id。"
    with pytest.raises(DatasetError, match="^documents 表没有“nation”这一列；可用：city、county、"):
        open_dataset(dataset).documents(nation="")


@pytest.mark.parametrize(
    ("table", "filters", "words"),
    [
        ("problems", {"categories": "Z9"}, "problems 的“categories”没有“Z9”这个值；可用："),
        ("figures", {"category": ["G2", "大班额"]}, "没有“大班额”这个值"),
        ("figures", {"indicator": "YZ-99"}, "可用：YZ-"),
        ("figures", {"county": "青石县"}, "figures 的“county”没有“青石县”这个值；可用：青岚县、"),
        ("figures", {"role": "now"}, "可用：level、before、after、change、plan、standard。"),
        ("measures", {"status": "已完成"}, "可用：done、ongoing、planned。"),
    ],
)
def test_a_value_that_no_record_can_have_is_refused_with_those_there_are(dataset: Path, table: str, filters: dict[str, Any], words: str) -> None:
    with pytest.raises(DatasetError) as refusal:
        getattr(open_dataset(dataset), table)(**filters)
    assert words in str(refusal.value)


def test_categories_choose_the_records_that_have_any_of_them(dataset: Path) -> None:
    everything = open_dataset(dataset).problems()
    for code in {code for codes in everything.categories for code in codes}:
        found = open_dataset(dataset).problems(categories=code)
        assert list(found.problem_id) == [key for key, codes in zip(everything.problem_id, everything.categories, strict=True) if code in codes]


def test_a_filter_is_a_value_and_never_a_piece_of_sql(dataset: Path) -> None:
    assert len(open_dataset(dataset).figures(text="' OR 1=1 --")) == 0
    with pytest.raises(DatasetError):
        open_dataset(dataset).figures(**{'text" OR "1': "1"})


# --- refusals ------------------------------------------------------------------------------------
def message(action: Any, path: Path) -> str:
    with pytest.raises(DatasetError) as refusal:
        action(path)
    return str(refusal.value)


def make_foreign(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE accounts (name)")
        db.commit()
    return path


def make_newer(path: Path) -> Path:
    with Store(path):
        pass
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=7")
    return path


def make_letter(path: Path) -> Path:
    path.write_text("这是一封信，不是数据库。" * 100, "utf-8")
    return path


def test_there_is_no_dataset_to_open(tmp_path: Path) -> None:
    path = tmp_path / "没有.db"
    assert message(open_dataset, path) == f"{path}: 没有这个数据集；请先运行 doc-miner mine 文件夹 --dataset {path}"
    assert not path.exists()
    assert message(Dataset, tmp_path) == f"{tmp_path}: 没有这个数据集；请先运行 doc-miner mine 文件夹 --dataset {tmp_path}"


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = make_letter(tmp_path / "信.db")
    before = path.read_bytes()
    assert message(open_dataset, path) == f"{path}: 读不出数据集（这个文件不是数据库）。"
    assert message(Store, path) == f"{path}: 打不开数据集（这个文件不是数据库）；请检查路径、权限和磁盘空间，或换一个 --dataset。"
    assert path.read_bytes() == before


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    path = make_foreign(tmp_path / "账目.db")
    assert message(Store, path) == f"{path}: 这是一个数据库，但不是 doc-miner 的数据集；请换一个 --dataset 文件名。"
    assert message(open_dataset, path) == f"{path}: 这是一个数据库，但不是 doc-miner 的数据集。"


def test_a_foreign_database_is_left_byte_for_byte_as_it_was(tmp_path: Path) -> None:
    path = make_foreign(tmp_path / "账目.db")
    before = path.read_bytes()
    message(Store, path)
    assert path.read_bytes() == before


def test_a_dataset_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = make_newer(tmp_path / "新.db")
    assert message(Store, path) == f"{path}: 数据集由更新的版本（7）生成，本程序只认识到 {SCHEMA_VERSION}；请升级 doc-miner。"
    assert message(open_dataset, path) == message(Store, path)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "文件").write_text("", "utf-8")
    advice = "请检查路径、权限和磁盘空间，或换一个 --dataset。"
    assert message(Store, tmp_path) == f"{tmp_path}: 打不开数据集（文件打不开，所在文件夹可能不存在或不可写）；{advice}"
    inside = tmp_path / "文件" / "dataset.db"
    assert message(Store, inside) == f"{inside}: 打不开数据集（文件打不开，所在文件夹可能不存在或不可写）；{advice}"
    deeper = tmp_path / "文件" / "更深" / "dataset.db"
    assert message(Store, deeper) == f"{deeper}: 不能建立数据集（Not a directory）；请换一个可以写入的位置。"


def test_folders_on_the_way_to_a_new_dataset_are_made(tmp_path: Path) -> None:
    with Store(tmp_path / "甲" / "乙" / "dataset.db") as store:
        assert set(store.counts().values()) == {0} and set(store.counts()) == set(TABLES)


def test_a_failed_write_leaves_what_was_written_before(tmp_path: Path) -> None:
    def document(key: str, **further: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
        return {"documents": [(key, f"{key}.txt", *[None] * (len(TABLES["documents"]) - 2))], "files": [(f"{key}.txt", key, 1, 1)], **further}

    with Store(tmp_path / "dataset.db") as store:
        store.write([document("a")])
        broken = document("c", changes=[("c1", "nobody", None, None, None)])
        with pytest.raises(DatasetError, match="写入失败（FOREIGN KEY constraint failed）；已写入的文档完好"):
            store.write([document("b"), broken])
        assert store.counts()["documents"] == store.counts()["files"] == 1
        store.write([document("b")])
        assert store.counts()["documents"] == 2


def test_documents_written_together_are_as_if_written_one_by_one(tmp_path: Path) -> None:
    def document(key: str, path: str, title: str) -> dict[str, list[tuple[Any, ...]]]:
        head = {"doc_id": key, "path": path, "sha256": key, "title": title, "text": f"{title}所在", "warnings": "[]"}
        section = {"section_id": f"{key}-s{title}", "doc_id": key, "start": 0, "end": 1}
        return {
            "documents": [tuple(head.get(column.name) for column in TABLES["documents"])],
            "files": [(path, key, 1, 1)],
            "sections": [tuple(section.get(column.name) for column in TABLES["sections"])],
        }

    before = [document("b", "2", "乙"), document("a", "1", "甲")]
    after = [document("a", "2", "丙"), document("b", "3", "丁"), document("a", "4", "戊"), document("c", "1", "己"), document("c", "3", "庚")]
    held = []
    for name, batches in {"together": [before, after], "one": [[one] for one in before + after]}.items():
        with Store(tmp_path / name) as store:
            for batch in batches:
                store.write(batch)
            found = [store.db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("documents", "files", "sections")]
            store.db.execute("INSERT INTO search_text (search_text) VALUES ('integrity-check')")
        held.append([*found, sorted(hit.doc_id for hit in search(tmp_path / name, "所在").hits)])
        assert not search(tmp_path / name, "乙").hits
    assert held[0] == held[1] and [row[1] for row in held[0][1]] == ["c", "a", "c", "a"]


def test_every_table_has_its_key_first() -> None:
    assert {name: KEYS[name] for name in CONTRACT} == {name: listed.split()[0] for name, listed in CONTRACT.items()}
