#!/usr/bin/env python3
"""Build the Word samples from their texts.

usage: build_docx.py [NAME.docx ...]      (no name: all of them)

Reads gold/text/NAME.docx (a text file in UTF-8 for all its name: one paragraph a line, a table row a line, cells
separated by tabs) and writes samples/NAME.docx as an office would have typed it:

- the first line is the title; what is centred or set to the right is said in LAYOUTS;
- where a document has `automatic_numbers`, the numbers 一、 （一） 1. of its paragraphs are taken out of the text and
  put into numbering.xml (not those in tables); elsewhere they stay typed;
- in a table an empty cell continues the cell above it (vertical merge), and a row with text in its first cell only is
  one cell across the table;
- each page carries a page number in the footer, which is no part of the text.

The same texts give the same bytes: dates in the core properties and in the archive are fixed.
Needs python-docx.
"""

import io
import re
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

HERE = Path(__file__).resolve().parent
TEXTS = HERE / "gold" / "text"
SAMPLES = HERE / "samples"


@dataclass(frozen=True)
class Layout:
    """What the text alone does not say about one document."""

    saved: datetime  # date in the core properties
    table_widths: tuple[tuple[float, ...], ...]  # centimetres, one tuple a table
    automatic_numbers: bool = False
    centred: tuple[str, ...] = ()  # paragraphs that begin so
    right: tuple[str, ...] = ()
    flush: tuple[str, ...] = ()  # no first-line indent: salutations, notes


LAYOUTS = {
    "jiluo-2023-implementation-plan.docx": Layout(
        saved=datetime(2023, 5, 18, 9, 30),
        table_widths=((5.6, 2.0, 2.0, 2.0, 2.0, 2.0),),
        automatic_numbers=True,
        centred=("嵇政办发〔2023〕26号",),
        right=("嵇洛县人民政府办公室", "2023年5月18日"),
    ),
    "xiangping-2024-rectification-plan.docx": Layout(
        saved=datetime(2024, 6, 20, 16, 5),
        table_widths=((1.0, 4.2, 4.2, 2.1, 1.8, 2.8),),
        centred=("缃坪县督导反馈问题整改任务清单",),
        right=("缃坪县人民政府", "2024年6月20日"),
    ),
    "lizhu-2022-supervision-feedback.docx": Layout(
        saved=datetime(2022, 10, 12, 11, 0),
        table_widths=(),
        centred=("省教督委办函〔2022〕41号",),
        right=("省人民政府教育督导委员会办公室", "2022年10月12日"),
        flush=("郦渚县人民政府：",),
    ),
    "yuewan-2021-work-report.docx": Layout(
        saved=datetime(2021, 11, 8, 20, 15),
        table_widths=((4.6, 3.6, 3.6, 3.6), (5.0, 4.0, 4.0)),
        centred=("樾湾区人民政府", "（2021年11月）", "表1　", "表2　"),
        right=("（单位：",),
        flush=("各位领导、各位专家：",),
    ),
    "shaotang-2016-self-evaluation.docx": Layout(
        saved=datetime(2016, 9, 5, 15, 40),
        table_widths=((8.0, 3.6, 3.6),),
        centred=("苕塘县义务教育校际差异系数一览表",),
        right=("苕塘县人民政府", "2016年9月5日"),
        flush=("蓼浦市人民政府教育督导委员会：",),
    ),
    "huling-2022-statistics-bulletin.docx": Layout(
        saved=datetime(2023, 4, 26, 10, 20),
        table_widths=((6.4, 2.0, 3.4, 3.4),),
        centred=("槲岭县教育局", "2023年4月26日"),
        flush=("注：", "["),
    ),
}

# The numbers of an official document: level, what they look like, and their definition for numbering.xml.
CHINESE = "[一二三四五六七八九十]+"
LEVELS = (
    (re.compile(f"{CHINESE}、"), "chineseCountingThousand", "%1、"),
    (re.compile(f"（{CHINESE}）"), "chineseCountingThousand", "（%2）"),
    (re.compile(r"\d+\."), "decimal", "%3."),
)
# Levels 1 and 2 get their number from the paragraph style, level 3 from the paragraph itself: Word files do both.
HEADING_STYLES = ("公文一级标题", "公文二级标题")
HEADING_FONTS = ("黑体", "楷体_GB2312")
LISTS_ID = "41"
ARCHIVE_DATE = (2000, 1, 1, 0, 0, 0)


def set_font(holder, name: str, size: float, bold: bool = False) -> None:
    """Give a run or a style one font for Latin and Chinese characters."""
    holder.font.name, holder.font.size, holder.font.bold = name, Pt(size), bold
    holder._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def number_properties(level: int):
    return parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{LISTS_ID}"/></w:numPr>')


def define_numbers(document) -> None:
    """Add one multilevel list 一、（一）1. to numbering.xml."""
    numbering = document.part.numbering_part.element
    styles = [f'<w:pStyle w:val="{document.styles[name].style_id}"/>' for name in HEADING_STYLES] + [""]
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{styles[level]}'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
        for level, (_, form, text) in enumerate(LEVELS)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{LISTS_ID}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    instance = parse_xml(f'<w:num {nsdecls("w")} w:numId="{LISTS_ID}"><w:abstractNumId w:val="{LISTS_ID}"/></w:num>')
    first_instance = numbering.find(qn("w:num"))  # the schema wants all definitions before the first instance
    if first_instance is None:
        numbering.append(abstract)
    else:
        first_instance.addprevious(abstract)
    numbering.append(instance)


def define_styles(document, layout: Layout) -> None:
    set_font(document.styles["Normal"], "仿宋_GB2312", 16)
    document.styles["Normal"].paragraph_format.line_spacing = Pt(28)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    for level, (name, font) in enumerate(zip(HEADING_STYLES, HEADING_FONTS, strict=True)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        set_font(style, font, 16)
        if layout.automatic_numbers:
            style.element.get_or_add_pPr().append(number_properties(level))


def add_page_number(document) -> None:
    """Write — 1 — into the footer, as a PAGE field."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>1</w:t></w:r>"))
    paragraph._p.append(field)
    paragraph.add_run(" —")


def leading_number(line: str) -> tuple[int, str]:
    """Return the level of the number that a line begins with, and the number; -1 where there is none."""
    for level, (pattern, _, _) in enumerate(LEVELS):
        if found := pattern.match(line):
            return level, found.group()
    return -1, ""


def add_paragraph(document, line: str, layout: Layout) -> None:
    level, number = leading_number(line)
    heading = 0 <= level < len(HEADING_STYLES)
    paragraph = document.add_paragraph(style=HEADING_STYLES[level] if heading else None)
    if layout.automatic_numbers and number:
        line = line.removeprefix(number)
        if not heading:
            paragraph._p.get_or_add_pPr().append(number_properties(level))
    # A heading followed by its text on the same line keeps its own font up to the first full stop.
    head, stop, rest = line.partition("。")
    if heading and rest:
        paragraph.add_run(head + stop)
        set_font(paragraph.add_run(rest), "仿宋_GB2312", 16)
    else:
        paragraph.add_run(line)
    if line.startswith(layout.centred):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif line.startswith(layout.right):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif not line.startswith(layout.flush):
        paragraph.paragraph_format.first_line_indent = Pt(32)


def add_table(document, lines: list[str], widths: tuple[float, ...]) -> None:
    rows = [line.split("\t") for line in lines]
    if {len(row) for row in rows} != {len(widths)}:
        raise ValueError(f"a row of this table has not {len(widths)} cells: {lines[0]!r}")
    table = document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    table.autofit = False
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            cell = table.cell(r, c)
            cell.width = Cm(widths[c])
            if text:
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.line_spacing = Pt(16)
                set_font(paragraph.add_run(text), "黑体" if r == 0 else "宋体", 10.5)
    for r, row in enumerate(rows):
        if row[0] and not any(row[1:]):
            table.cell(r, 0).merge(table.cell(r, len(row) - 1))
            continue
        for c, text in enumerate(row):
            below = r + 1
            while text and below < len(rows) and not rows[below][c] and any(rows[below][1:]):
                below += 1
            if below > r + 1:
                table.cell(r, c).merge(table.cell(below - 1, c))


def with_fixed_dates(archive: bytes) -> bytes:
    """Return the same zip archive with one date on all its members."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            fixed = zipfile.ZipInfo(member.filename, ARCHIVE_DATE)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, source.read(member))
    return out.getvalue()


def build(name: str) -> bytes:
    layout = LAYOUTS[name]
    title, *lines = (TEXTS / name).read_text(encoding="utf-8").splitlines()
    document = Document()
    core = document.core_properties
    core.title, core.author, core.last_modified_by = title, "办公室", "办公室"
    core.comments = core.subject = core.keywords = core.category = ""
    core.language, core.revision = "zh-CN", 3
    core.created = core.modified = core.last_printed = layout.saved
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    define_styles(document, layout)
    if layout.automatic_numbers:
        define_numbers(document)
    add_page_number(document)

    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    set_font(heading.add_run(title), "方正小标宋简体", 22)
    widths = iter(layout.table_widths)
    for is_table, block in groupby(lines, key=lambda line: "\t" in line):
        if is_table:
            add_table(document, list(block), next(widths))
        else:
            for line in block:
                add_paragraph(document, line, layout)
    out = io.BytesIO()
    document.save(out)
    return with_fixed_dates(out.getvalue())


def main(names: list[str]) -> int:
    unknown = set(names) - set(LAYOUTS)
    if unknown:
        print(f"no layout for {', '.join(sorted(unknown))}; known: {', '.join(LAYOUTS)}", file=sys.stderr)
        return 2
    SAMPLES.mkdir(exist_ok=True)
    for name in names or LAYOUTS:
        content = build(name)
        (SAMPLES / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
