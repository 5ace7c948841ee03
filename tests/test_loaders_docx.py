"""DOCX: numbers that live in numbering.xml, tables, changes, and everything that hides text."""

from __future__ import annotations

import io
import zipfile

import pytest

from doc_miner.errors import LoadError
from doc_miner.loaders import Limits, read_source
from doc_miner.loaders.number_formats import format_number
from doc_miner.source import Paragraph, Source, SourceTable

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
NUMBER = '<w:num w:numId="{0}"><w:abstractNumId w:val="0"/>{1}</w:num>'


def make_docx(body: str, **parts: str) -> bytes:
    """A DOCX with *body* and other parts by name (``numbering="<w:num …/>"``)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W} {MORE}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {W} {MORE}>{content}</w:{name}>")
    return buffer.getvalue()


def read(body: str, **parts: str) -> Source:
    return read_source(make_docx(body, **parts), "a.docx")


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Paragraph)]


def table(source: Source) -> SourceTable:
    return next(block for block in source.blocks if isinstance(block, SourceTable))


def codes(source: Source) -> list[str]:
    return [warning.code for warning in source.warnings]


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def item(text: str, number: int = 1, level: int = 0) -> str:
    return p(r(text), properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(index: int, kind: str, pattern: str, more: str = "", suffix: str = "nothing") -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{pattern}"/>'
        f'<w:suff w:val="{suffix}"/>{more}</w:lvl>'
    )


def numbering(*levels: str, numbers: str = NUMBER.format(1, "")) -> str:
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{numbers}'


OFFICIAL = (level(0, "chineseCounting", "%1、"), level(1, "chineseCounting", "（%2）"), level(2, "decimal", "%3.", suffix="tab"))


# --- numbers ---------------------------------------------------------------------------------
def test_levels_count_and_begin_again_below_a_higher_one() -> None:
    body = item("问题") + item("大班额", 1, 1) + item("教师", 1, 1) + item("2022年缺45人", 1, 2) + item("措施") + item("扩建", 1, 1)
    assert texts(read(body, numbering=numbering(*OFFICIAL))) == [
        "一、问题",
        "（一）大班额",
        "（二）教师",
        "1. 2022年缺45人",
        "二、措施",
        "（一）扩建",
    ]


def test_a_number_shows_its_higher_levels() -> None:
    levels = (level(0, "chineseCounting", "%1、"), level(1, "decimal", "%1.%2 ", "<w:isLgl/>"))
    assert texts(read(item("甲") + item("乙", 1, 1), numbering=numbering(*levels))) == ["一、甲", "1.1 乙"]


def test_a_level_that_never_restarts_goes_on() -> None:
    levels = (level(0, "decimal", "%1."), level(1, "decimal", "（%2）", '<w:lvlRestart w:val="0"/>'))
    body = item("甲") + item("乙", 1, 1) + item("丙") + item("丁", 1, 1)
    assert texts(read(body, numbering=numbering(*levels))) == ["1.甲", "（1）乙", "2.丙", "（2）丁"]


def test_lists_of_one_definition_go_on_unless_they_set_a_start() -> None:
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbers = NUMBER.format(1, "") + NUMBER.format(2, "") + NUMBER.format(3, start)
    body = item("甲", 1) + item("乙", 2) + item("丙", 3) + item("丁", 3) + item("戊", 1)
    found = texts(read(body, numbering=numbering(level(0, "decimal", "%1."), numbers=numbers)))
    assert found == ["1.甲", "2.乙", "1.丙", "2.丁", "3.戊"]


def test_a_list_may_replace_a_level() -> None:
    replaced = f'<w:lvlOverride w:ilvl="0">{level(0, "decimalEnclosedCircle", "%1")}</w:lvlOverride>'
    assert texts(read(item("甲"), numbering=numbering(*OFFICIAL, numbers=NUMBER.format(1, replaced)))) == ["①甲"]


def test_bullets_and_hidden_numbers_are_not_written() -> None:
    levels = (level(0, "bullet", "\uf0b7"), level(1, "decimal", "%2.", "<w:rPr><w:vanish/></w:rPr>"))
    assert texts(read(item("甲") + item("乙", 1, 1), numbering=numbering(*levels))) == ["甲", "乙"]


def test_number_zero_takes_a_paragraph_out_of_its_list() -> None:
    assert texts(read(item("甲", 0), numbering=numbering(*OFFICIAL))) == ["甲"]


def test_styles_give_numbers_and_headings_through_what_they_are_based_on() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/>'
        '<w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="own"/><w:basedOn w:val="2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="1"/>'
        '<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    )
    levels = (level(0, "chineseCounting", "%1、", '<w:pStyle w:val="1"/>'), level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="2"/>'))
    body = "".join(p(r(text), properties=f'<w:pStyle w:val="{style}"/>') for text, style in (("报告", "T"), ("问题", "1"), ("师资", "B")))
    source = read(body, styles=styles, numbering=numbering(*levels))
    assert [(block.text, block.heading) for block in source.blocks if isinstance(block, Paragraph)] == [
        ("报告", 0),
        ("一、问题", 1),
        ("（一）师资", 2),
    ]


def test_a_numbering_style_links_to_its_list() -> None:
    styles = '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    parts = (
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="L"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1">{level(0, "decimal", "%1．")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    )
    assert texts(read(item("甲") + item("乙"), styles=styles, numbering=parts)) == ["1．甲", "2．乙"]


def test_styles_based_on_each_other_do_not_loop() -> None:
    styles = "".join(f'<w:style w:type="paragraph" w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>' for a, b in ("AB", "BA"))
    assert texts(read(p(r("甲"), properties='<w:pStyle w:val="A"/>'), styles=styles)) == ["甲"]


# --- numbers of lists ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 23, "二十三"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 1001, "一千零一"),
        ("japaneseCounting", 12, "十二"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographTraditional", 3, "丙"),
        ("ideographZodiac", 13, "子"),
        ("decimalEnclosedCircle", 21, "㉑"),
        ("decimalEnclosedCircleChinese", 3, "③"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("decimalFullWidth", 12, "１２"),
        ("decimalZero", 7, "07"),
        ("custom:001", 7, "007"),
        ("lowerLetter", 28, "bb"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("lowerRoman", 8, "viii"),
        ("none", 3, ""),
        ("unknownFormat", 3, "3"),
        ("chineseCounting", 123456, "123456"),
    ],
)
def test_numbers_are_written_as_word_writes_them(name: str, value: int, written: str) -> None:
    assert format_number(value, name) == written


# --- text ------------------------------------------------------------------------------------
def test_changes_are_read_as_accepted() -> None:
    deleted_mark = "<w:rPr><w:del/></w:rPr>"
    body = (
        p(r("投入"), "<w:ins>" + r("1.2亿") + "</w:ins>", "<w:del><w:r><w:delText>9千万</w:delText></w:r></w:del>", r("元"))
        + p(r("前半句，"), properties=deleted_mark)
        + p(r("后半句。"))
    )
    source = read(body)
    assert texts(source) == ["投入1.2亿元", "前半句，后半句。"]
    assert codes(source) == ["revisions"]


def test_moved_text_stands_where_it_went() -> None:
    assert texts(read(p("<w:moveFrom>" + r("旧") + "</w:moveFrom>") + p("<w:moveTo>" + r("新") + "</w:moveTo>"))) == ["新"]


def test_hidden_text_is_left_out_and_said() -> None:
    styles = '<w:style w:type="character" w:styleId="H"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr></w:style>'
    hidden = r("隐藏", "<w:vanish/>") + r("样式隐藏", '<w:rStyle w:val="H"/>') + r("显示", '<w:rStyle w:val="H"/><w:vanish w:val="0"/>')
    source = read(p(hidden), styles=styles)
    assert texts(source) == ["显示"]
    assert source.warnings[0].message == "略去了 2 处隐藏文字。"


def test_content_controls_are_text_and_their_placeholders_are_not() -> None:
    control = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    body = control.format("", p(r("块"))) + p(control.format("", r("行内")), control.format("<w:showingPlcHdr/>", r("单击输入")))
    assert texts(read(body)) == ["块", "行内"]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = "<w:txbxContent>" + p(r("框内")) + "</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert texts(read(p(r("框前"), both, r("框后")) + p(r("下段")))) == ["框前框后", "框内", "下段"]


def test_field_results_are_text_and_codes_are_not() -> None:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = "<w:r><w:instrText> SEQ 表 </w:instrText></w:r>"
    body = p(r("表"), mark.format("begin"), code, r("码"), mark.format("separate"), r("3"), mark.format("end"), r(" 情况"))
    assert texts(read(body + p('<w:fldSimple w:instr="PAGE">' + r("7") + "</w:fldSimple>"))) == ["表3 情况", "7"]


def test_a_field_never_closed_swallows_no_later_paragraph() -> None:
    assert texts(read(p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', r("码")) + p(r("正文")))) == ["正文"]


def test_a_table_of_contents_is_left_out() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="10"><w:name w:val="toc 1"/></w:style>'
    body = p(r("目  录")) + p(r("一、问题"), "<w:r><w:tab/></w:r>", r("1"), properties='<w:pStyle w:val="10"/>') + p(r("一、问题"))
    source = read(body, styles=styles)
    assert texts(source) == ["一、问题"] and codes(source) == ["contents"]


def test_breaks_tabs_symbols_and_formulas() -> None:
    special = "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t><w:noBreakHyphen/><w:softHyphen/>{}</w:r>"
    symbols = '<w:sym w:font="Symbol" w:char="F0B3"/><w:sym w:font="Odd" w:char="F001"/>'
    formula = "<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>"
    source = read(p(special.format(symbols), formula))
    assert texts(source) == ["甲 乙", "丙-≥x+1"] and codes(source) == ["symbols"]


def test_a_heading_broken_for_its_looks_is_one_heading() -> None:
    broken = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>关于整改</w:t><w:br/><w:t>情况的报告</w:t></w:r></w:p>'
    source = read(broken)
    assert isinstance(source.blocks[0], Paragraph)
    assert (source.blocks[0].text, len(source.blocks[0].lines), source.blocks[0].heading) == ("关于整改情况的报告", 2, 1)


def test_notes_stand_at_the_end_in_the_order_of_their_references() -> None:
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    notes = "".join(
        f'<w:footnote w:id="{i}">{p("<w:r><w:footnoteRef/></w:r>", r(t))}</w:footnote>' for i, t in ((0, "线"), (2, "注二"), (3, "注三"))
    )
    body = p(r("甲"), reference.format(3), r("乙"), reference.format(2)) + p(r("丙"))
    assert texts(read(body, footnotes=notes)) == ["甲乙", "丙", "注三", "注二"]


# --- tables ----------------------------------------------------------------------------------
def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(r(text)) if text else '<w:p/>'}</w:tc>"


def tbl(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def test_merged_cells_stand_at_their_top_left() -> None:
    rows = (
        tc("类别", '<w:vMerge w:val="restart"/>') + tc("年度", '<w:gridSpan w:val="2"/>'),
        tc("", "<w:vMerge/>") + tc("2018年") + tc("2019年"),
        tc("资源") + tc("达标") + tc("达标"),
        tc("合计", '<w:hMerge w:val="restart"/>') + tc("", "<w:hMerge/>") + tc("2"),
    )
    found = table(read(p(r("表1 年度目标")) + p(r("单位：所")) + tbl(*rows)))
    assert found.rows == (("类别", "年度", ""), ("", "2018年", "2019年"), ("资源", "达标", "达标"), ("合计", "", "2"))
    assert found.merges == ((0, 0, 2, 1), (0, 1, 1, 2), (3, 0, 1, 2))
    assert (found.header_rows, found.caption, found.unit) == (2, "表1 年度目标", "所")


def test_rows_that_word_repeats_are_headers_and_deleted_rows_are_gone() -> None:
    header, gone = "<w:trPr><w:tblHeader/></w:trPr>", "<w:trPr><w:del/></w:trPr>"
    found = table(read(tbl(header + tc("甲") + tc("乙"), header + tc("1") + tc("2"), gone + tc("旧") + tc("旧"), tc("3") + tc("4"))))
    assert found.header_rows == 2 and found.rows == (("甲", "乙"), ("1", "2"), ("3", "4"))


def test_short_rows_and_skipped_columns_keep_the_grid() -> None:
    found = table(read(tbl(tc("甲") + tc("乙") + tc("丙"), '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + tc("1"))))
    assert found.rows == (("甲", "乙", "丙"), ("", "1", ""))


def test_cells_and_rows_inside_content_controls_are_kept() -> None:
    row = (
        "<w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent>"
        + tc("甲")
        + "</w:sdtContent></w:sdt>"
        + tc("乙")
        + "</w:tr></w:sdtContent></w:sdt>"
    )
    assert table(read(f"<w:tbl>{row}</w:tbl>")).rows == (("甲", "乙"),)


def test_a_table_inside_a_cell_becomes_its_text() -> None:
    inner = tbl(tc("内1") + tc("内2"))
    outer = tbl(tc("责任单位和完成时限的说明文字") + f"<w:tc>{inner}<w:p/></w:tc>", tc("三") + tc("四"))
    assert table(read(outer)).rows[0][1] == "内1 内2"


def test_a_frame_around_text_is_no_table() -> None:
    source = read(tbl(tc("第一段"), tc("第二段")))
    assert texts(source) == ["第一段", "第二段"] and len(source.blocks) == 2


def test_numbers_in_cells_count_once() -> None:
    found = table(
        read(
            tbl(f"<w:tc>{item('甲')}{item('乙')}</w:tc>" + tc("丙"), f"<w:tc>{item('丁')}</w:tc>" + tc("")), numbering=numbering(*OFFICIAL)
        )
    )
    assert found.rows == (("一、甲\n二、乙", "丙"), ("三、丁", ""))


# --- packages --------------------------------------------------------------------------------
def test_the_strict_variant_and_other_part_names_are_read() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    relations = '<Relationships><Relationship Type="http://x/officeDocument" Target="/body/main.xml"/></Relationships>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("_rels/.rels", relations)
        archive.writestr(
            "body/main.xml", f'<w:document xmlns:w="{strict}"><w:body><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:body></w:document>'
        )
        archive.writestr("word/document.xml", "<old/>")
    assert texts(read_source(buffer.getvalue(), "a.docx")) == ["甲"]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(archive_entries=1), "压缩目录有 2 项，超过 1 项的上限，不予读取。"),
        (Limits(archive_mb=10), "文件解压后有 11 MB，超过 10 MB 的上限，不予读取。"),
        (Limits(), "文件的压缩比超过 200 倍，疑为压缩炸弹，不予读取。"),
    ],
)
def test_bombs_are_refused_before_they_are_unpacked(limits: Limits, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        read_source(make_docx(p(r("1" * 11_500_000)), styles=""), "a.docx", limits)
    assert (caught.value.code, caught.value.message) == ("too_large", message)


def test_a_directory_that_lies_about_sizes_does_not_help() -> None:
    data = bytearray(make_docx(p(r("1" * 3_000_000))))
    at = data.find(b"PK\1\2") + 24
    data[at : at + 4] = (99).to_bytes(4, "little")
    with pytest.raises(LoadError):
        read_source(bytes(data), "a.docx", Limits(archive_mb=1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(encoding: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE d [<!ENTITY e "文">]>'
    xml = f"{declaration}<w:document {W}><w:body>{p(r('&e;'))}</w:body></w:document>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", xml.encode(encoding))
    with pytest.raises(LoadError) as caught:
        read_source(buffer.getvalue(), "a.docx")
    assert caught.value.code == "doctype"


def test_a_document_without_text_says_so() -> None:
    assert codes(read("<w:p/>")) == ["no_text"]
