"""PDF: paragraphs, furniture, tables, and what is refused, on small files made here."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from doc_miner.errors import LoadError
from doc_miner.loaders import read_source
from doc_miner.loaders.limits import DEFAULT, Limits
from doc_miner.loaders.pdf import page_list, read
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_lines import PageLine
from doc_miner.loaders.pdf_paragraphs import group_lines
from doc_miner.loaders.pdf_runs import is_garbled
from doc_miner.source import Paragraph, Source, SourceTable

SHARED = Path(__file__).parents[1] / ".." / "shared" / "loader-files"
FONT = "STSong-Light"
LEFT, TOP, SIZE, LEADING, WIDTH = 80.0, 100.0, 14.0, 24.0, 31
"""Margins, and the number of characters in a full line."""
INDENT = "\u3000\u3000"

SENTENCE = "全县义务教育学校按照规划调整布局逐步消除大班额现象并在三年内补齐校舍和运动场地的缺口同时加强教师队伍建设"


class Sheets:
    """A PDF drawn from the top left, page by page."""

    def __init__(self, pagesize: tuple[float, float] = A4, **options: object) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=pagesize, invariant=1, **options)
        self.height = pagesize[1]
        self.y = TOP

    def text(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, self.height - y - 0.86 * size, text)

    def centred(self, text: str, size: float = SIZE) -> None:
        self.text(LEFT + (WIDTH * SIZE - pdfmetrics.stringWidth(text, FONT, size)) / 2, self.y, text, size)
        self.y += LEADING * size / SIZE

    def paragraph(self, text: str, per_line: int = WIDTH) -> None:
        for start in range(0, len(text), per_line):
            self.text(LEFT, self.y, text[start : start + per_line])
            self.y += LEADING

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def grid(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        for y in ys:
            self.rule(xs[0], y, xs[-1], y)
        for x in xs:
            self.rule(x, ys[0], x, ys[-1])

    def rows(self, xs: Sequence[float], top: float, rows: Sequence[Sequence[str]], height: float = 24) -> float:
        """Draw a ruled table; return where it ends."""
        self.grid(xs, [top + height * index for index in range(len(rows) + 1)])
        for index, row in enumerate(rows):
            for x, cell in zip(xs, row, strict=False):
                self.text(x + 4, top + height * index + 6, cell, 10)
        return top + height * len(rows)

    def page(self) -> None:
        self.canvas.showPage()
        self.y = TOP

    def data(self) -> bytes:
        self.canvas.save()
        return self._buffer.getvalue()

NO_OCR = Limits(ocr="never")


def texts(source: Source) -> list[str]:
    return [block.text.strip() for block in source.blocks if isinstance(block, Paragraph)]


def tables(source: Source) -> list[SourceTable]:
    return [block for block in source.blocks if isinstance(block, SourceTable)]


def codes(source: Source) -> list[str]:
    return [warning.code for warning in source.warnings]


# --- paragraphs --------------------------------------------------------------------------------
def test_full_lines_are_joined_and_indents_begin_paragraphs() -> None:
    sheets = Sheets()
    first, second = INDENT + SENTENCE * 2 + "。", INDENT + "特此报告。"
    sheets.paragraph(first)
    sheets.paragraph(second)
    assert texts(read(sheets.data(), DEFAULT)) == [first.strip(), second.strip()]


def test_a_paragraph_that_fills_its_last_line_ends_there() -> None:
    sheets = Sheets()
    full = (INDENT + SENTENCE * 2)[: 2 * WIDTH]
    sheets.paragraph(full)
    sheets.paragraph(INDENT + "（一）存在大班额问题")
    assert texts(read(sheets.data(), DEFAULT)) == [full.strip(), "（一）存在大班额问题"]


def test_a_short_line_ends_a_paragraph_without_any_indent() -> None:
    sheets = Sheets()
    sheets.paragraph(SENTENCE + "。")
    sheets.paragraph("一、整改情况")
    sheets.paragraph(SENTENCE + "。")
    assert texts(read(sheets.data(), DEFAULT)) == [SENTENCE + "。", "一、整改情况", SENTENCE + "。"]


def test_a_marker_after_a_full_sentence_begins_an_item_without_any_indent() -> None:
    sheets = Sheets()
    full = SENTENCE[: WIDTH - 1] + "。"
    for _ in range(4):
        sheets.paragraph(full)
    sheets.paragraph("2.教师队伍存在薄弱环节。")
    assert texts(read(sheets.data(), DEFAULT))[-1] == "2.教师队伍存在薄弱环节。"


def test_paragraphs_go_on_over_page_breaks() -> None:
    sheets = Sheets()
    text = INDENT + SENTENCE * 2 + "。"
    sheets.paragraph(INDENT + SENTENCE)
    sheets.paragraph(text[:WIDTH])
    sheets.page()
    sheets.paragraph(text[WIDTH:])
    source = read(sheets.data(), DEFAULT)
    assert texts(source)[1] == text.strip()
    assert [line.page for line in source.blocks[1].lines] == [1, 2, 2, 2]  # type: ignore[union-attr]


def test_paragraphs_go_on_around_a_table() -> None:
    sheets = Sheets()
    text = INDENT + SENTENCE * 2 + "。"
    sheets.paragraph(text[: 2 * WIDTH])
    end = sheets.rows([80, 200, 320], sheets.y + 10, [["学校", "人数"], ["实验小学", "26"]])
    sheets.y = end + 12
    sheets.paragraph(text[2 * WIDTH :])
    source = read(sheets.data(), DEFAULT)
    assert texts(source) == [text.strip()]
    assert len(tables(source)) == 1


def test_a_number_that_did_not_fit_goes_on_in_the_next_line() -> None:
    sheets = Sheets()
    for _ in range(3):
        sheets.paragraph(INDENT + SENTENCE[: WIDTH - 2])
    sheets.paragraph(INDENT + SENTENCE[: WIDTH - 5])  # three characters are free, the number needs more
    sheets.paragraph("1234567.89万元用于改善办学条件。")
    assert texts(read(sheets.data(), DEFAULT))[-1].endswith(SENTENCE[WIDTH - 8 : WIDTH - 5] + "1234567.89万元用于改善办学条件。")


def test_a_title_over_two_lines_is_one_heading() -> None:
    sheets = Sheets()
    sheets.centred("青岚县人民政府文件", 30)
    sheets.centred("青岚县人民政府关于义务教育均衡发展", 20)
    sheets.centred("整改情况的报告", 20)
    sheets.paragraph(INDENT + SENTENCE * 3)
    blocks = read(sheets.data(), DEFAULT).blocks
    assert [(block.text, block.heading) for block in blocks if isinstance(block, Paragraph)][:2] == [
        ("青岚县人民政府文件", None),
        ("青岚县人民政府关于义务教育均衡发展整改情况的报告", 0),
    ]


def test_a_spread_title_is_closed_up() -> None:
    sheets = Sheets()
    sheets.centred("平 凉 市 人 民 政 府", 20)
    sheets.paragraph(INDENT + "附 则 与 说 明 如 下。 2018 年 World Bank 资料")
    assert texts(read(sheets.data(), DEFAULT))[0] == "平凉市人民政府"


def test_lines_have_their_place_on_the_page() -> None:
    sheets = Sheets()
    sheets.paragraph(SENTENCE[:10])
    (block,) = read(sheets.data(), DEFAULT).blocks
    assert isinstance(block, Paragraph)
    line = block.lines[0]
    assert line.page == 1
    assert line.bbox == pytest.approx((LEFT, TOP, LEFT + 10 * SIZE, TOP + SIZE), abs=0.5)
    assert line.edges == pytest.approx([LEFT + index * SIZE for index in range(11)], abs=0.5)


def test_edges_always_match_the_text() -> None:
    sheets = Sheets()
    sheets.text(LEFT, 100, "平 凉 市 教 育 局")
    sheets.text(LEFT, 130, "  2018 年 World Bank")
    sheets.text(LEFT + 300, 130, "第 2 期")
    for block in read(sheets.data(), DEFAULT).blocks:
        for line in block.lines:  # type: ignore[union-attr]
            assert len(line.edges) == len(line.text) + 1
            assert all(before <= after for before, after in pairwise(line.edges))


# --- quirks ------------------------------------------------------------------------------------
def test_fake_bold_is_read_once() -> None:
    sheets = Sheets()
    x = LEFT
    for character in "一、整改内容共1100元":
        sheets.text(x, 100, character)
        sheets.text(x + 0.4, 100, character)
        x += pdfmetrics.stringWidth(character, FONT, SIZE)
    assert texts(read(sheets.data(), DEFAULT)) == ["一、整改内容共1100元"]


def test_characters_of_a_font_that_is_nowhere_are_not_lost() -> None:
    sheets = Sheets()
    sheets.text(LEFT, 100, "男")
    sheets.text(LEFT, 130, "合计情况")
    sheets.text(LEFT, 160, "合计情况")
    sheets.text(LEFT, 190, "女")
    assert texts(read(sheets.data(), DEFAULT)) == ["男", "合计情况", "合计情况", "女"]


def test_a_hyphen_at_the_end_of_a_line_stays() -> None:
    sheets = Sheets()
    sheets.text(LEFT, 100, "see the programme of 2018-")
    sheets.text(LEFT, 116, "2020 and its annex")
    assert "2018-" in "".join(texts(read(sheets.data(), DEFAULT)))


def test_a_watermark_across_the_page_is_left_out_and_named() -> None:
    sheets = Sheets()
    sheets.paragraph(INDENT + SENTENCE)
    sheets.canvas.translate(200, 300)
    sheets.canvas.rotate(45)
    sheets.canvas.setFont(FONT, 50)
    sheets.canvas.drawString(0, 0, "内部资料")
    source = read(sheets.data(), DEFAULT)
    assert texts(source) == [SENTENCE]
    assert [(warning.code, warning.message, warning.place) for warning in source.warnings] == [
        ("watermark", "去掉了水印文字：“内部资料”。", "第1页")
    ]


def test_kangxi_radicals_are_folded_with_a_warning() -> None:
    sheets = Sheets()
    sheets.text(LEFT, 100, "⼈⼤代表建议的办理⽅案")
    source = read_source(sheets.data(), "a.pdf")
    assert texts(source) == ["人大代表建议的办理方案"]
    assert codes(source) == ["radicals"]


def test_a_page_turned_by_its_rotation_is_read_upright() -> None:
    sheets = Sheets()
    sheets.canvas.setPageRotation(90)
    sheets.canvas.rotate(90)
    sheets.canvas.translate(0, -A4[0])
    sheets.height = A4[0]
    sheets.paragraph(SENTENCE[:10])
    (block,) = read(sheets.data(), DEFAULT).blocks
    assert isinstance(block, Paragraph)
    assert block.text == SENTENCE[:10]
    assert block.lines[0].bbox == pytest.approx((LEFT, TOP, LEFT + 10 * SIZE, TOP + SIZE), abs=0.5)


def test_text_drawn_sideways_on_an_upright_page_is_read_and_placed_as_shown() -> None:
    sheets = Sheets()
    sheets.canvas.rotate(90)
    sheets.canvas.translate(0, -A4[0])
    sheets.height = A4[0]
    sheets.paragraph(SENTENCE[:10])
    (block,) = read(sheets.data(), DEFAULT).blocks
    assert isinstance(block, Paragraph)
    assert block.text == SENTENCE[:10]
    assert block.lines[0].edges == ()
    assert block.lines[0].bbox == pytest.approx((TOP, A4[1] - LEFT - 10 * SIZE, TOP + SIZE, A4[1] - LEFT), abs=0.5)


@pytest.mark.parametrize("turn", range(4))
def test_a_box_comes_back_to_where_it_is_shown(turn: int) -> None:
    box, rect = (10.0, 20.0, 605.0, 862.0), (100.0, 700.0, 200.0, 720.0)
    for shown in range(4):
        as_shown = Frame(box, shown, shown).reading(*rect)
        assert Frame(box, turn, shown).as_shown(Frame(box, turn, shown).reading(*rect)) == pytest.approx(as_shown)


# --- furniture ---------------------------------------------------------------------------------
def furnished(header: Callable[[int], str], footer: Callable[[int], str], pages: int = 3) -> Source:
    sheets = Sheets()
    for number in range(1, pages + 1):
        sheets.text(LEFT, 45, header(number), 9)
        sheets.paragraph(f"{INDENT}第{number}部分，{SENTENCE}。")
        sheets.text(LEFT + 180, 780, footer(number), 9)
        sheets.page()
    return read(sheets.data(), DEFAULT)


@pytest.mark.parametrize("footer", ["— {} —", "- {} -", "第 {} 页 共 3 页", "{}/3", "{}", "－{}－", "第{}页"])
def test_headers_and_page_numbers_are_left_out(footer: str) -> None:
    source = furnished(lambda number: "青岚县人民政府文件", footer.format)
    assert texts(source) == [f"第{number}部分，{SENTENCE}。" for number in (1, 2, 3)]
    assert [warning.message for warning in source.warnings] == ["去掉了页眉页脚：“青岚县人民政府文件”。"]


def test_headers_that_alternate_or_hold_a_number_are_left_out() -> None:
    source = furnished(lambda number: ["青岚县教育局", f"整改报告 第{number}部分"][number % 2], lambda number: f"— {number} —", 6)
    assert len(texts(source)) == 6


def test_body_that_differs_from_page_to_page_is_no_furniture() -> None:
    source = furnished(lambda number: "甲乙丙丁"[number - 1] + "校情况", lambda number: "2018")
    assert "甲校情况" in texts(source)
    assert texts(source).count("2018") == 0 or len(texts(source)) == 9


@pytest.mark.parametrize("label", ["附件{}", "附表{}", "表{} 经费情况"])
def test_labels_that_number_annexes_are_no_running_header(label: str) -> None:
    sheets = Sheets()
    for number in (1, 2):
        sheets.text(LEFT, 60, label.format(number))
        sheets.paragraph(INDENT + SENTENCE)
        sheets.page()
    found = read(sheets.data(), DEFAULT)
    assert [text for text in texts(found) if not text.startswith(SENTENCE)] == [label.format(1), label.format(2)]
    assert "page-furniture" not in codes(found)


def test_a_document_of_one_page_keeps_its_head() -> None:
    source = furnished(lambda number: "青岚县人民政府文件", lambda number: "— 1 —", 1)
    assert texts(source) == ["青岚县人民政府文件", f"第1部分，{SENTENCE}。"]


# --- tables ------------------------------------------------------------------------------------
XS = [80.0, 180.0, 280.0, 380.0]
HEADER = ["学校", "学生数", "教师数"]
BODY = [[f"第{index}小学", str(100 + index), str(10 + index)] for index in range(1, 9)]


def test_a_ruled_table_with_caption_and_unit() -> None:
    sheets = Sheets()
    sheets.paragraph(INDENT + "有关情况见下表。")
    sheets.centred("表1 各校基本情况")
    sheets.text(300, sheets.y, "单位：人")
    sheets.rows(XS, sheets.y + 20, [HEADER, *BODY])
    source = read(sheets.data(), DEFAULT)
    (table,) = tables(source)
    assert table.rows == (tuple(HEADER), *map(tuple, BODY))
    assert (table.caption, table.unit, table.header_rows, table.page) == ("表1 各校基本情况", "人", 1, 1)
    assert texts(source) == ["有关情况见下表。", "表1 各校基本情况", "单位：人"]
    place = table.places[1][0]
    assert place is not None
    assert place.bbox == pytest.approx((80, sheets.y + 44, 180, sheets.y + 68), abs=1)


@pytest.mark.parametrize("repeated", [True, False])
def test_a_table_over_two_pages_is_one(repeated: bool) -> None:
    sheets = Sheets()
    sheets.rows(XS, 600, [HEADER, *BODY[:4]])
    sheets.text(LEFT + 180, 780, "— 1 —", 9)
    sheets.page()
    end = sheets.rows(XS, 80, [HEADER, *BODY[4:]] if repeated else BODY[4:])
    sheets.y = end + 20
    sheets.paragraph(INDENT + "特此说明。")
    sheets.text(LEFT + 180, 780, "— 2 —", 9)
    source = read(sheets.data(), DEFAULT)
    (table,) = tables(source)
    assert table.rows == (tuple(HEADER), *map(tuple, BODY))
    assert [place.page for place in [row[0] for row in table.places] if place] == [1] * 5 + [2] * 4
    assert texts(source) == ["特此说明。"]


def test_a_line_that_says_continued_does_not_part_a_table() -> None:
    sheets = Sheets()
    sheets.centred("表1 各校基本情况")
    sheets.rows(XS, 600, [HEADER, *BODY[:4]])
    sheets.page()
    sheets.centred("续表1")
    sheets.rows(XS, sheets.y, [HEADER, *BODY[4:]])
    (table,) = tables(read(sheets.data(), DEFAULT))
    assert table.rows == (tuple(HEADER), *map(tuple, BODY))


def test_another_table_on_the_next_page_stays_another() -> None:
    sheets = Sheets()
    sheets.rows(XS, 600, [HEADER, *BODY[:4]])
    sheets.page()
    sheets.centred("表2 各校经费情况")
    sheets.rows(XS, sheets.y, [["学校", "收入", "支出"], *BODY[4:]])
    source = read(sheets.data(), DEFAULT)
    assert [len(table.rows) for table in tables(source)] == [5, 5]
    assert tables(source)[1].caption == "表2 各校经费情况"


def test_one_row_alone_on_the_next_page_belongs_to_the_table() -> None:
    sheets = Sheets()
    sheets.rows(XS, 600, [HEADER, *BODY[:4]])
    sheets.page()
    sheets.rows(XS, 80, BODY[4:5])
    (table,) = tables(read(sheets.data(), DEFAULT))
    assert table.rows == (tuple(HEADER), *map(tuple, BODY[:5]))


def test_a_row_cut_by_the_page_break_is_made_whole() -> None:
    xs, text = [80.0, 120.0, 225.0, 325.0], SENTENCE[:28] + "。"
    sheets = Sheets()
    sheets.rows(xs, 600, [["序号", "问题", "单位"]])
    sheets.grid(xs, [624, 680])
    sheets.text(84, 630, "1", 10)
    sheets.text(124, 630, text[:10], 10)
    sheets.text(124, 645, text[10:20], 10)
    sheets.text(229, 630, "县教育局", 10)
    sheets.page()
    sheets.grid(xs, [80, 110, 134])
    sheets.text(124, 86, text[20:], 10)
    for x, cell in zip(xs, ["2", "缺教师。", "县财政局"], strict=False):
        sheets.text(x + 4, 116, cell, 10)
    (table,) = tables(read(sheets.data(), DEFAULT))
    assert table.rows == (("序号", "问题", "单位"), ("1", text, "县教育局"), ("2", "缺教师。", "县财政局"))


def test_merged_cells_stand_at_their_top_left() -> None:
    sheets = Sheets()
    for y in (100, 160, 190):
        sheets.rule(80, y, 380, y)
    sheets.rule(180, 130, 380, 130)
    for x in (80, 180, 380):
        sheets.rule(x, 100, x, 190)
    sheets.rule(280, 130, 280, 190)
    header = [(84, 120, "学校"), (230, 106, "学生数"), (184, 136, "男"), (284, 136, "女")]
    for x, y, text in [*header, (84, 166, "一中"), (184, 166, "5"), (284, 166, "6")]:
        sheets.text(x, y, text, 10)
    (table,) = tables(read(sheets.data(), DEFAULT))
    assert table.rows == (("学校", "学生数", ""), ("", "男", "女"), ("一中", "5", "6"))
    assert table.merges == ((0, 0, 2, 1), (0, 1, 1, 2))
    assert table.header_rows == 2
    assert table.places[1][0] is None


def test_open_sides_are_still_sides() -> None:
    sheets = Sheets()
    for y in (100, 124, 148, 172):
        sheets.rule(80, y, 380, y)
    for x in XS[1:-1]:
        sheets.rule(x, 100, x, 172)
    for index, row in enumerate([HEADER, *BODY[:2]]):
        for x, cell in zip(XS, row, strict=False):
            sheets.text(x + 4, 106 + 24 * index, cell, 10)
    (table,) = tables(read(sheets.data(), DEFAULT))
    assert table.rows == (tuple(HEADER), *map(tuple, BODY[:2]))


def test_lines_in_a_cell_are_joined_where_the_cell_broke_them() -> None:
    sheets = Sheets()
    sheets.grid([80, 190, 300], [100, 160, 220])
    for y, text in [(106, SENTENCE[:10]), (120, SENTENCE[10:20]), (134, SENTENCE[20:24])]:
        sheets.text(84, y, text, 10)
    sheets.text(194, 106, "县教育局", 10)
    sheets.text(194, 120, "县财政局", 10)
    sheets.text(84, 166, "合 计", 10)
    sheets.text(194, 166, "2", 10)
    (table,) = tables(read(sheets.data(), DEFAULT))
    assert table.rows == ((SENTENCE[:24], "县教育局\n县财政局"), ("合计", "2"))


def test_frames_and_underlines_are_no_tables() -> None:
    sheets = Sheets()
    sheets.canvas.rect(75, A4[1] - 300, 450, 220)
    sheets.paragraph(INDENT + SENTENCE)
    sheets.rule(80, sheets.y, 300, sheets.y)
    sheets.canvas.setStrokeColorRGB(1, 0, 0)
    sheets.rule(80, 90, 500, 90)
    source = read(sheets.data(), DEFAULT)
    assert tables(source) == []
    assert texts(source) == [SENTENCE]


@pytest.mark.parametrize("three_lines", [False, True])
def test_a_short_title_and_a_note_close_to_a_table_without_rules_do_not_hide_it(three_lines: bool) -> None:
    rows = [("学校", "班级数", "学生数"), ("一小", "36", "1,602"), ("二小", "24", "980"), ("三小", "18", "745"), ("四小", "12", "503")]
    sheets = Sheets()
    sheets.text(200, 100, "班额统计表")
    for index, row in enumerate(rows):
        for x, cell in zip((90, 220, 350), row, strict=True):
            sheets.text(x, 124 + 24 * index, cell)
    if three_lines:
        for y in (122, 145, 242):
            sheets.rule(85, y, 420, y)
    sheets.text(90, 124 + 24 * len(rows), "注：数据由学校上报。")
    found = read(sheets.data(), DEFAULT)
    assert [table.rows for table in tables(found)] == [tuple(rows)]
    assert texts(found) == ["班额统计表", "注：数据由学校上报。"]


def test_a_table_without_rules_is_found_by_its_gaps() -> None:
    sheets = Sheets()
    for index, row in enumerate([HEADER, *BODY]):
        for x, cell in zip(XS, row, strict=False):
            sheets.text(x, 120 + 20 * index, cell, 10)
    sheets.y = 120 + 20 * 10
    sheets.paragraph(INDENT + SENTENCE)
    source = read(sheets.data(), DEFAULT)
    (table,) = tables(source)
    assert table.rows == (tuple(HEADER), *map(tuple, BODY))
    assert texts(source) == [SENTENCE]


@pytest.mark.parametrize("gap", [6, 9, 14])
def test_a_table_without_rules_whose_heads_all_but_touch_keeps_its_columns(gap: float) -> None:
    head = ("序号", "学校", "班级数（个）", "学生数（人）", "达标率")
    rows = [head, *((str(n), f"第{n}小学", str(6 * n), f"1,{n}02", f"9{n}.5%") for n in range(1, 9)), ("合计", "", "216", "8,816", "94.5%")]
    lefts = [90.0]
    for text in head[:-1]:
        lefts.append(lefts[-1] + 10.5 * max(len(text), 4) + gap)
    sheets = Sheets()
    for index, row in enumerate(rows):
        for x, cell in zip(lefts, row, strict=True):
            sheets.text(x, 120 + 22 * index, cell, 10.5)
    sheets.text(105, 120 + 22 * len(rows), "（二）经费保障有差距")
    source = read(sheets.data(), DEFAULT)
    assert [table.rows for table in tables(source)] == [tuple(rows)]
    assert texts(source) == ["（二）经费保障有差距"]


def test_the_page_number_beside_a_table_drawn_turned_is_left_out() -> None:
    sheets = Sheets()
    sheets.paragraph(INDENT + SENTENCE)
    sheets.page()
    sheets.canvas.setFont(FONT, 12)
    sheets.canvas.drawCentredString(A4[0] / 2, 40, "— 2 —")
    sheets.canvas.translate(A4[0], 0)
    sheets.canvas.rotate(90)
    for row in range(5):
        sheets.canvas.drawString(80, 450 - 30 * row, f"第{row + 1}小学校舍面积缺口由县财政分年补齐")
    assert not any("2" in text for text in texts(read(sheets.data(), DEFAULT)) if "小学" not in text)


@pytest.mark.parametrize(("score", "paragraphs"), [(0.98, 1), (None, 2)])
def test_the_height_of_a_read_line_says_little_of_its_size(score: float | None, paragraphs: int) -> None:
    rows = [(SENTENCE[:30], 14.2), (SENTENCE[:30], 14.2), ("额达到63人。", 11.9)]
    lines = [
        PageLine(text, [80 + 14.2 * n for n in range(len(text) + 1)], 100 + 23 * row, 100 + 23 * row + size, size, 1, score)
        for row, (text, size) in enumerate(rows)
    ]
    assert len(group_lines(lines, {1: 595.0})) == paragraphs


# --- refusals ----------------------------------------------------------------------------------
def test_pages_without_text_are_named() -> None:
    sheets = Sheets()
    sheets.paragraph(INDENT + SENTENCE)
    for _ in range(2):
        sheets.page()
        sheets.canvas.drawImage(picture(), 0, 0, *A4)
    sheets.page()
    sheets.paragraph("特此报告。")
    source = read(sheets.data(), NO_OCR)
    assert texts(source) == [SENTENCE, "特此报告。"]
    assert source.pages == 4
    assert [(warning.code, warning.place) for warning in source.warnings] == [("no-text-layer", "第2—3页")]
    message = "第2—3页没有可用的文字层（扫描图像，或字体没有编码对照），未读取；本次设定为不做文字识别，请改用 --ocr auto 重新读取。"
    assert source.warnings[0].message == message


def picture() -> object:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    return ImageReader(Image.new("L", (8, 8), 128))


def refused(data: bytes, limits: Limits = DEFAULT) -> tuple[str, str]:
    with pytest.raises(LoadError) as caught:
        read(data, limits)
    return caught.value.code, caught.value.message


def test_a_scanned_page_with_a_page_number_is_still_a_scan() -> None:
    sheets = Sheets()
    sheets.paragraph(INDENT + SENTENCE)
    sheets.page()
    sheets.canvas.drawImage(picture(), 0, 0, *A4)
    sheets.text(LEFT, 780, "— 2 —", 9)
    source = read(sheets.data(), NO_OCR)
    assert [(warning.code, warning.place) for warning in source.warnings] == [("no-text-layer", "第2页")]


@pytest.mark.parametrize(
    ("text", "garbled"),
    [
        ("全区60人以上班级数73个，占比为7.3%（Ⅲ类）①㎡", False),
        ("東區國民小學校長與教師會議紀錄，學生輟學問題應予關注並妥為處理，請各校依規辦理報府備查", False),
        ("World Bank 2018–2020, façade", False),
        ("\x01\x02\x03\x04全区", True),
        ("\ue001\ue002\ue003全区", True),
        ("ՀԱՅ ԵՐԵՎ ᠮᠣᠩ", True),
        ("".join(chr(0x4E00 + 379 * index % 20900) for index in range(60)), True),
        ("", False),
    ],
)
def test_garbled_text_is_told_by_its_characters(text: str, garbled: bool) -> None:
    assert is_garbled(text) is garbled


def test_a_scan_is_refused() -> None:
    sheets = Sheets()
    sheets.canvas.drawImage(picture(), 0, 0, *A4)
    message = "PDF 共 1 页，都没有文字层（可能是扫描件）；本次设定为不做文字识别，请改用 --ocr auto 重新读取。"
    assert refused(sheets.data(), NO_OCR) == ("scanned", message)


def test_an_empty_file_is_refused() -> None:
    sheets = Sheets()
    sheets.page()
    assert refused(sheets.data()) == ("empty", "PDF 里没有文字。")


def test_a_password_is_asked_for() -> None:
    sheets = Sheets(encrypt=StandardEncryption("secret", strength=128))
    sheets.paragraph(SENTENCE)
    assert refused(sheets.data()) == ("encrypted", "PDF 设有打开密码；请去掉密码后再试。")


def test_a_file_that_forbids_copying_is_read() -> None:
    sheets = Sheets(encrypt=StandardEncryption("", ownerPassword="owner", canCopy=0, strength=128))
    sheets.paragraph(INDENT + SENTENCE)
    assert texts(read(sheets.data(), DEFAULT)) == [SENTENCE]


def test_a_damaged_file_is_refused() -> None:
    sheets = Sheets()
    sheets.paragraph(SENTENCE)
    assert refused(sheets.data()[:400])[0] == "damaged"


def test_too_many_pages_are_refused() -> None:
    sheets = Sheets()
    for _ in range(3):
        sheets.paragraph(SENTENCE)
        sheets.page()
    assert refused(sheets.data(), Limits(pages=2)) == ("too_large", "PDF 有 3 页，超过 2 页的上限；请拆分后再试。")


def test_page_lists_are_written_as_read() -> None:
    assert page_list([1]) == "第1页"
    assert page_list([1, 2, 5]) == "第1—2、5页"


# --- shared files ------------------------------------------------------------------------------
@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared loader files are not here")
    return SHARED


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def shared_source(shared: Path, name: str) -> Source:
    return read_source((shared / "pdf" / name).read_bytes(), name)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("p01_prose_ttf.pdf", "d0"),
        ("p02_cid_noembed.pdf", "d1"),
        ("p08_fakebold_dup.pdf", "d0"),
        ("p10_lo_autonum.pdf", "d0"),
        ("p12_lo_prose.pdf", "d3"),
        ("p15_owner_encrypted.pdf", "d0"),
        ("p17_watermark.pdf", "d1"),
    ],
)
def test_every_paragraph_of_the_shared_files(shared: Path, name: str, document: str) -> None:
    known = json.loads((shared / "truth" / f"{document}.json").read_text(encoding="utf-8"))
    wanted = [known["title"]] + [(block.get("num", "") if block["t"] == "h" else "") + block["text"] for block in known["blocks"]]
    found = [squeezed(text) for text in texts(shared_source(shared, name))]
    assert found == [squeezed(text) for text in wanted]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("p04_table_ruled_repeat.pdf", ["t1n"]),
        ("p05_table_ruled_norepeat.pdf", ["t1n"]),
        ("p06_lo_annex_landscape.pdf", ["t1", "t2"]),
        ("p07_unruled.pdf", ["t3"]),
        ("p30_rules_cells.pdf", ["t3h"]),
        ("p30_rules_dash.pdf", ["t3h"]),
        ("p30_rules_segs.pdf", ["t3h"]),
        ("p30_rules_stroke.pdf", ["t3h"]),
    ],
)
def test_every_cell_of_the_shared_tables(shared: Path, name: str, known: list[str]) -> None:
    truth = json.loads((shared / "truth" / "tables.json").read_text(encoding="utf-8"))
    found = tables(shared_source(shared, name))
    assert len(found) == len(known)
    for table, key in zip(found, known, strict=True):
        # The font of some files has no ㎡; nothing is drawn there, or an empty box.
        wanted = [[squeezed(cell).replace("㎡", "") for cell in row] for row in truth[key]["grid"]]
        assert [[re.sub("[㎡\ufffd]", "", squeezed(cell)) for cell in row] for row in table.rows] == wanted
        assert table.header_rows == truth[key]["header_rows"]
        assert {tuple(merge) for merge in table.merges} == {tuple(span) for span in truth[key]["spans"]}


@pytest.mark.parametrize(("name", "code"), [("p16_user_encrypted.pdf", "encrypted"), ("p21_scanned.pdf", "scanned")])
def test_shared_files_that_must_be_refused(shared: Path, name: str, code: str) -> None:
    assert refused((shared / "pdf" / name).read_bytes(), NO_OCR)[0] == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("e22_pdf_200k_pages.pdf", "too_large"),
        ("e23_pdf_cycle_pages.pdf", "damaged"),
        ("e25_pdf_huge_mediabox_xref.pdf", "empty"),
        ("e27_truncated.pdf", "damaged"),
    ],
)
def test_hostile_files_are_refused_at_once(shared: Path, name: str, code: str) -> None:
    assert refused((shared / "evil" / name).read_bytes())[0] == code


SAMPLES = Path(__file__).parents[1] / "corpora"


@pytest.mark.parametrize("path", sorted((SAMPLES / "samples").glob("*.pdf")), ids=lambda path: path.stem)
def test_every_line_of_the_sample_documents(path: Path) -> None:
    wanted = (SAMPLES / "gold" / "text" / path.name).read_text(encoding="utf-8").splitlines()
    found: list[str] = []
    for block in read(path.read_bytes(), DEFAULT).blocks:
        found += [block.text] if isinstance(block, Paragraph) else ["\t".join(row) for row in block.rows]
    assert [squeezed(line) for line in found] == [squeezed(line) for line in wanted if line]


def test_landscape_pages_have_their_own_margins() -> None:
    sheets = Sheets(landscape(A4))
    text = INDENT + SENTENCE * 3 + "。"
    sheets.paragraph(text, 48)
    assert texts(read(sheets.data(), DEFAULT)) == [text.strip()]
