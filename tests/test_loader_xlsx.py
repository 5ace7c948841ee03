"""Workbooks and CSV: what the cells show, and nothing a file can say about itself is believed."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from doc_miner.errors import LoadError
from doc_miner.loaders import DEFAULT, Limits, detect_format, load_source, read_source
from doc_miner.loaders.cell_formats import shown, shown_text
from doc_miner.loaders.compound import read_stream
from doc_miner.loaders.grid import Cell
from doc_miner.loaders.sheet_blocks import sheet_blocks
from doc_miner.loaders.xls_numbers import read_numbers
from doc_miner.source import Paragraph, Source, SourceTable

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="165" formatCode="0.0%"/><numFmt numFmtId="166" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts>'
    '<borders><border><left/></border><border><left style="thin"/></border></borders>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="0" borderId="1"/></cellXfs></styleSheet>'
)


def column_name(index: int) -> str:
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)


def cell(row: int, column: int, value: object) -> str:
    """A string is text, a number a number, (number, style) a number shown in a style, None a cell with a frame."""
    place = f'r="{column_name(column)}{row}"'
    if value == "":
        return ""
    if value is None:
        return f'<c {place} s="3"/>'
    if isinstance(value, str):
        return value.replace("<c ", f"<c {place} ") if value.startswith("<c ") else f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    number, style = value if isinstance(value, tuple) else (value, 0)
    return f'<c {place} s="{style}"><v>{number}</v></c>'


def sheet_xml(rows: list[list[object]], merges: list[str], more: str = "") -> str:
    lines = "".join(
        f'<row r="{number}">{"".join(cell(number, column, value) for column, value in enumerate(row))}</row>' for number, row in enumerate(rows, 1)
    )
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in merges)
    return f'<worksheet {MAIN}><dimension ref="A1:XFD1048576"/>{more}<sheetData>{lines}</sheetData><mergeCells>{merged}</mergeCells></worksheet>'


def workbook(sheets: dict[str, str], *, hidden: tuple[str, ...] = (), strings: str = "", styles: str = STYLES) -> bytes:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}" state="{"hidden" if name in hidden else "visible"}"/>' for n, name in enumerate(sheets, 1)
    )
    relations = "".join(f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in enumerate(sheets, 1))
    relations += f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    relations += f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>' if strings else ""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships {RELATIONS}>{relations}</Relationships>")
        archive.writestr("xl/styles.xml", styles)
        if strings:
            archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{strings}</sst>")
        for number, text in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", text)
    return buffer.getvalue()


def one_sheet(rows: list[list[object]], merges: list[str] | None = None, **options: str) -> Source:
    return read_source(workbook({"Sheet1": sheet_xml(rows, merges or [])}, **options), "a.xlsx")


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Paragraph)]


def tables(source: Source) -> list[SourceTable]:
    return [block for block in source.blocks if isinstance(block, SourceTable)]


# --- numbers ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.98599999999999999, "0.0%", "98.6%"),
        (12345, "0.0,", "12.3"),
        (12345678, '0.00,,"百万元"', "12.35百万元"),
        (0.1 + 0.2, "General", "0.3"),
        (450224200, "General", "450224200"),
        (2.5, "0", "3"),
        (-5, "0.00", "-5.00"),
        (-5, "0.00;[Red](0.00)", "(5.00)"),
        (-0.001, "0.0", "0.0"),
        (0, "0;-0;;@", ""),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.5, "#.##", ".5"),
        (772, "0000", "0772"),
        (12345, '0!.0000"万元"', "1.2345万元"),
        (12345, '0!.0,"万"', "1.2万"),
        (12000, "0,", "12"),
        (3, 'General"人"', "3人"),
        (1234.5, '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "¥1,234.50"),
        (85, '[>=60]"合格";"不合格"', "合格"),
        (55, '[>=60]"合格";"不合格"', "不合格"),
        (0.00001234, "0.00E+00", "1.23E-05"),
        (0.333, "# ?/?", "0.333"),
        (44805, 'yyyy"年"m"月"d"日"', "2022年9月1日"),
        (44805.5, "yyyy-mm-dd hh:mm", "2022-09-01 12:00"),
        (44805, '[DBNum1][$-804]yyyy"年"m"月"d"日";@', "二〇二二年九月一日"),
        (44805, "aaaa", "星期四"),
        (1.5, "[h]:mm", "36:00"),
        (0.75, '上午/下午h"时"mm"分"', "下午6时00分"),
        (-1, "yyyy/m/d", "-1"),
        (1e300, "yyyy/m/d", "1E+300"),
        (float("inf"), "0.0", "inf"),
    ],
)
def test_a_number_is_written_as_its_cell_shows_it(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


def test_a_text_may_have_words_around_it() -> None:
    assert (shown_text("三", '"第"@"中学"'), shown_text("0772", "@"), shown_text("三", "0.00")) == ("第三中学", "0772", "三")


def test_cells_hold_what_they_show() -> None:
    rows: list[list[object]] = [["学校", "达标率", "时间", "区号", "证件号"], ["一小", (0.986, 1), (44805, 2), "0772", "450224200001010012"]]
    assert tables(one_sheet(rows))[0].rows == (
        ("学校", "达标率", "时间", "区号", "证件号"),
        ("一小", "98.6%", "2022年9月", "0772", "450224200001010012"),
    )


def test_shared_strings_are_read_without_the_readings_above_them() -> None:
    strings = "<si><r><t>班</t></r><r><t>额</t></r><rPh><t>bān</t></rPh></si><si><t>甲_x000D_\n乙</t></si>"
    kinds: list[list[object]] = [['<c t="s"><v>0</v></c>', "班"], ['<c t="s"><v>1</v></c>', '<c t="b"><v>1</v></c>'], ['<c t="s"><v>9</v></c>', "丙"]]
    assert tables(one_sheet(kinds, strings=strings))[0].rows == (("班额", "班"), ("甲\n乙", "TRUE"), ("", "丙"))


def test_a_formula_without_its_result_is_counted() -> None:
    source = one_sheet([["甲", "乙"], [1, "<c ><f>SUM(A1)</f><v></v></c>"], [2, 3]])
    assert [(w.code, w.place) for w in source.warnings] == [("no-value", "Sheet1")]


# --- blocks ----------------------------------------------------------------------------------
def test_titles_units_and_notes_are_paragraphs_and_merged_cells_are_kept() -> None:
    rows: list[list[object]] = [
        ["附件1 2022年教育经费情况表"],
        ["填报单位：青岚县教育局", "", "", "单位：万元"],
        ["项目", "年度", "", "备注"],
        ["", "2021年", "2022年", ""],
        ["拨款", 1, 2, "略"],
        ["注：数据截至12月31日。"],
    ]
    source = one_sheet(rows, ["A1:XFD1", "A3:A4", "B3:C3", "D3:D4"])
    (table,) = tables(source)
    assert texts(source) == ["附件1 2022年教育经费情况表", "填报单位：青岚县教育局", "单位：万元", "注：数据截至12月31日。"]
    assert (table.caption, table.unit, table.header_rows) == ("附件1 2022年教育经费情况表", "万元", 2)
    assert table.merges == ((0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 2, 1))
    assert table.rows[2] == ("拨款", "1", "2", "略")


def test_empty_rows_part_tables_unless_they_are_framed() -> None:
    rows: list[list[object]] = [["甲", "乙"], [1, 2], [None, None], [3, 4], ["", ""], ["丙", "丁"], [5, 6]]
    assert [table.rows for table in tables(one_sheet(rows))] == [
        (("甲", "乙"), ("1", "2"), ("", ""), ("3", "4")),
        (("丙", "丁"), ("5", "6")),
    ]


def test_tables_side_by_side_are_two() -> None:
    rows: list[list[object]] = [["甲", "乙", "", "丙", "丁"], [1, 2, "", 3, 4]]
    assert [table.rows[1] for table in tables(one_sheet(rows))] == [("1", "2"), ("3", "4")]


def test_a_sheet_of_text_is_paragraphs() -> None:
    source = one_sheet([["整改说明"], ["一、存在问题\n班额过大。"]])
    assert texts(source) == ["整改说明", "一、存在问题", "班额过大。"] and not tables(source)


def test_what_a_merged_cell_hides_is_left_out() -> None:
    assert tables(one_sheet([["甲", "藏"], ["乙", "丙"], ["丁", "戊"]], ["A1:B1", "A2:A3"]))[0].rows[0][0] == "乙"


def test_sheets_have_their_names_as_headings_and_hidden_ones_are_marked() -> None:
    body = sheet_xml([["甲", "乙"], [1, 2]], [])
    source = read_source(workbook({"经费": body, "底稿": body, "空": sheet_xml([], [])}, hidden=("底稿",)), "a.xlsx")
    assert texts(source) == ["经费", "底稿", "（隐藏的工作表）"]
    assert [block.heading for block in source.blocks if isinstance(block, Paragraph)] == [1, 1, None]
    assert [(w.code, w.place) for w in source.warnings] == [("hidden-cells", "底稿")]


def test_hidden_columns_are_read_and_named() -> None:
    data = workbook({"表": sheet_xml([["甲", "乙"], [1, 2]], [], '<cols><col min="2" max="2" hidden="1"/></cols>')})
    assert [w.code for w in read_source(data, "a.xlsx").warnings] == ["hidden-cells"]


# --- what a file may try ---------------------------------------------------------------------
def test_far_cells_cost_nothing() -> None:
    far = sheet_xml([["甲", "乙"], [1, 2]], ["A1:XFD1048576"]).replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    with pytest.raises(LoadError) as caught:
        read_source(workbook({"表": far}), "a.xlsx")
    assert caught.value.code == "too_large"
    assert len(read_source(workbook({"表": far.replace('ref="A1:XFD1048576"/></merge', 'ref="A9:B9"/></merge')}), "a").blocks) == 3


def test_a_sheet_over_the_limit_is_refused() -> None:
    diagonal = [Cell(index, index, "x") for index in range(1000)]
    with pytest.raises(LoadError, match="上限"):
        list(sheet_blocks(diagonal, DEFAULT.cells))
    with pytest.raises(LoadError, match="单元格超过 3 个的上限"):
        read_source(workbook({"表": sheet_xml([["甲", "乙"], [1, 2]], [])}), "a.xlsx", Limits(cells=3))


def test_a_doctype_and_a_binary_workbook_are_refused() -> None:
    data = workbook({"表": f'<!DOCTYPE x [<!ENTITY a "b">]>{sheet_xml([["&甲"]], [])}'})
    binary = workbook({}).replace(b"xl/workbook.xml", b"xl/workbook.bin")
    for file, code in ((data, "doctype"), (binary, "damaged")):
        with pytest.raises(LoadError) as caught:
            read_source(file, "a.xlsx")
        assert caught.value.code == code


# --- XLS -------------------------------------------------------------------------------------
def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def biff() -> bytes:
    """A workbook of one sheet: A1 = 98.6% as a packed number, B1 a formula, both in the format 0.0%, and a hidden row."""
    code = record(0x41E, struct.pack("<HHB", 165, 4, 0) + b"0.0%")
    style = record(0xE0, struct.pack("<HH", 0, 165) + bytes(16))
    head = record(0x809, bytes(16)) + code + style
    sheet = record(0x809, bytes(16)) + record(0x208, struct.pack("<HHHHHHI", 0, 0, 2, 0, 0, 0, 0x20))
    sheet += record(0x27E, struct.pack("<HHHI", 0, 0, 0, struct.unpack("<Q", struct.pack("<d", 98.6))[0] >> 32 & 0xFFFFFFFC | 1))
    sheet += record(0x06, struct.pack("<HHHd", 0, 1, 0, 0.5) + bytes(8)) + record(0x0A, b"")
    place = len(head) + 4 + 9 + 4
    return head + record(0x85, struct.pack("<IBBBB", place, 0, 0, 1, 0) + b"A") + record(0x0A, b"") + sheet


def test_the_numbers_of_an_old_workbook_are_shown_in_their_formats() -> None:
    (sheet,) = read_numbers(biff())
    assert sheet.numbers == {(0, 0): "98.6%", (0, 1): "50.0%"}
    assert (sheet.height, sheet.width, sheet.hidden_rows) == (1, 2, {0})


def test_an_old_workbook_with_a_password_is_refused() -> None:
    with pytest.raises(LoadError) as caught:
        read_numbers(record(0x809, bytes(16)) + record(0x2F, bytes(4)))
    assert caught.value.code == "encrypted"


def test_an_old_workbook_that_lies_about_its_size_is_refused() -> None:
    row = struct.pack("<HH", 0x208, 16)
    data = biff()
    at = data.index(row)
    size = struct.pack("<HHIIHHI", 0x200, 16, 0, 1 << 31, 0, 2, 0)
    with pytest.raises(LoadError) as caught:
        read_numbers(data[:at] + size + data[at + len(size) :])
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("size", [40, 600, 5000])
def test_a_broken_container_is_refused(size: int) -> None:
    data = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + struct.pack("<HH", 9, 6) + bytes(size)).ljust(size, b"\0")
    with pytest.raises(LoadError) as caught:
        read_stream(data, ("Workbook",))
    assert caught.value.code == "damaged"


# --- CSV -------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_told_by_its_content(encoding: str, delimiter: str) -> None:
    lines = [["学校名称", "班级数（个）", "区号"], ["实验小学", "26", "0772"], ["第一小学", '"1,392"', "0773"]]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    assert detect_format(data, "a.txt") == "csv"
    source = read_source(data, "a.csv")
    assert tables(source)[0].rows[1:] == (("实验小学", "26", "0772"), ("第一小学", "1,392", "0773"))
    assert not source.warnings and not read_source(data, "a.txt").warnings


@pytest.mark.parametrize(
    "text",
    [
        "一是加大投入,二是补充教师。\n二是改善条件,三是均衡编班。\n三是落实责任,四是加强督查。",
        "甲,乙,丙\n丁,戊,己",
        "整改报告\n一、存在问题\n班额,师资",
        "第一,全县有学校73所,占比7.3%。\n第二,全县有班级65个,占比1.3%。\n第三,全县有教师9人,占比2.3%。",
    ],
)
def test_prose_is_no_csv(text: str) -> None:
    assert detect_format(text.encode(), "a.txt") == "txt"


def test_a_name_may_say_that_two_columns_are_a_table() -> None:
    data = "学校,班额\n一小,45".encode()
    assert (detect_format(data, "a.csv"), detect_format(data, "a.txt"), detect_format("整改。".encode(), "a.csv")) == ("csv", "txt", "txt")


def test_a_csv_has_its_title_above_the_table_and_quoted_fields_whole() -> None:
    source = read_source('2022年经费情况表,,\n,,\n项目,金额,="001"\n"甲""乙\n丙",1,2\n'.encode(), "a.csv")
    assert texts(source) == ["2022年经费情况表"]
    assert tables(source)[0].rows == (("项目", "金额", "001"), ('甲"乙\n丙', "1", "2"))
    assert tables(source)[0].caption == "2022年经费情况表"


# --- the shared files ------------------------------------------------------------------------
@pytest.fixture(scope="module")
def shared() -> Path:
    folder = Path(__file__).resolve().parents[1] / ".." / "shared" / "loader-files"
    if not folder.is_dir():
        pytest.skip("the shared loader files are not here")
    return folder


def squeezed(text: str) -> str:
    return "".join(text.split())


KNOWN = {
    "x01_annex.xlsx": ["t1", "t3"],
    "x01_annex.xls": ["t1", "t3"],
    "x02_annex2.xlsx": ["t1", "t3", "t2"],
    "x02_annex2.xls": ["t1", "t3", "t2"],
    "x05_csv_gbk.csv": ["t3"],
    "x07_lying_dimension.xlsx": ["t1", "t3"],
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_the_shared_workbooks_give_their_tables(shared: Path, name: str) -> None:
    known = json.loads((shared / "truth" / "tables.json").read_text(encoding="utf-8"))
    found = tables(load_source(shared / "xlsx" / name))
    assert len(found) == len(KNOWN[name])
    for table, wanted in zip(found, (known[key] for key in KNOWN[name]), strict=True):
        # The cells of the third table are plain numbers, which show neither a comma nor a last zero.
        values = [[plain_number(squeezed(text)) for text in row] for row in wanted["grid"]]
        assert [[plain_number(squeezed(text)) for text in row] for row in table.rows[: len(values)]] == values
        assert sorted(table.merges) == sorted(map(tuple, wanted["spans"]))
        assert table.header_rows == wanted["header_rows"]
        assert name.endswith("csv") or table.caption == wanted["caption"]


def plain_number(text: str) -> str:
    try:
        return f"{float(text.replace(',', '')):g}"
    except ValueError:
        return text


def test_numbers_of_the_shared_workbooks_are_as_shown(shared: Path) -> None:
    for name in ("x01_annex.xlsx", "x01_annex.xls"):
        rows = tables(load_source(shared / "xlsx" / name))[1].rows
        assert (rows[-3][1], rows[-3][6], rows[-2][2], rows[-1][1]) == ("98.6%", "2022年9月1日", "0772", "450224200001010012")


def test_hostile_workbooks_stay_bounded(shared: Path) -> None:
    assert texts(load_source(shared / "evil" / "e14_xlsx_farcell.xlsx")) == ["a", "z"]
    with pytest.raises(LoadError) as caught:
        load_source(shared / "evil" / "e07_xlsx_billion_laughs.xlsx")
    assert caught.value.code == "doctype"
