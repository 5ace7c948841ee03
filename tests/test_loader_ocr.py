"""Scans: pages drawn here with a font of this machine, read by the real engine; what is decided before it is asked needs neither."""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import mine_archive
from doc_miner.dataset.reader import open_dataset
from doc_miner.engine.serial import Serial
from doc_miner.errors import LoadError
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits, ocr_choice, read_source
from doc_miner.loaders.ocr_choice import would_differ
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.worker import SafeLoader
from doc_miner.source import Paragraph, Source, SourceTable

from . import drawing
from .drawing import FONT, HAS_ENGINE, HEIGHT, WIDTH, engine, saved

NEVER = replace(DEFAULT, ocr="never")

LINES = [
    "云川县人民政府教育督导室通报",
    "　　一、全县小学大班额班级由37个降至12个，占比4.6%。",
    "　　二、投入资金2085.3万元，新增学位1460个。",
    "　　三、补充教师213人，其中音体美教师58人。",
]
TEXT = "".join(LINES).replace("　", "")


def page(lines: Sequence[str] = LINES) -> Any:
    return drawing.page(lines)


def with_seal(picture: Any, middle: tuple[int, int]) -> Any:
    """Return *picture* with a red ring and a disc, drawn over the text as ink is: what is dark stays dark."""
    from PIL import Image, ImageChops, ImageDraw

    ink = Image.new("RGB", picture.size, "white")
    draw, (x, y) = ImageDraw.Draw(ink), middle
    draw.ellipse((x - 125, y - 125, x + 125, y + 125), outline=(220, 40, 40), width=10)
    draw.regular_polygon((x, y, 50), 5, fill=(220, 40, 40))
    return ImageChops.multiply(picture, ink)


def table() -> Any:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(FONT, 32)
    xs, ys = [100, 420, 760, 1140], [100, 190, 280, 370]
    for x in xs:
        draw.line((x, ys[0], x, ys[-1]), fill="black", width=3)
    for y in ys:
        draw.line((xs[0], y, xs[-1], y), fill="black", width=3)
    for row, cells in enumerate(CELLS):
        for column, cell in enumerate(cells):
            draw.text((xs[column] + 20, ys[row] + 25), cell, font=font, fill="black")
    return picture


CELLS = (("指标", "2021年", "2022年"), ("巩固率", "94.5%", "96.8%"), ("学位数", "3120个", "4075个"))


def scanned_pdf(*pictures: Any, hidden: str = "", text_page: bool = False) -> bytes:
    """Return a PDF of full-page pictures, each with the invisible text *hidden* over it, and maybe a page of text before them."""
    pytest.importorskip("reportlab")
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    size = (WIDTH * 0.48, HEIGHT * 0.48)
    canvas = Canvas(buffer, pagesize=size)
    if text_page:
        canvas.setFont("STSong-Light", 14)
        canvas.drawString(40, 300, "本页有文字层，共有学校26所，在校学生15230人，教职工1108人。")
        canvas.drawString(40, 260, "全县九年义务教育巩固率稳步提高，达到历史最高水平。")
        canvas.showPage()
    for picture in pictures:
        canvas.drawImage(ImageReader(picture), 0, 0, *size)
        if hidden:
            text = canvas.beginText(40, 300)
            text.setFont("STSong-Light", 14)
            text.setTextRenderMode(3)
            text.textLine(hidden)
            canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def png_head(width: int, height: int) -> bytes:
    """Return a PNG of that many pixels whose data are next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@cache
def read(data: bytes, limits: Limits = DEFAULT) -> Source:
    return read_source(data, "扫描件", limits)


def text_of(source: Source) -> str:
    return "".join("".join(block.text.split()) for block in source.blocks if isinstance(block, Paragraph))


def plain(text: str) -> str:
    return text.translate(str.maketrans("，。：；（）", ",.:;()")).replace("、", ",")


def codes(source: Source) -> list[str]:
    return [warning.code for warning in source.warnings]


def refusal(data: bytes, limits: Limits = DEFAULT) -> LoadError:
    with pytest.raises(LoadError) as caught:
        read_source(data, "扫描件", limits)
    return caught.value


# --- what is read ----------------------------------------------------------------------------
@engine
@pytest.mark.parametrize("angle", [0, 90, 180, 270, 2.2, -1.4])
def test_a_page_is_read_however_it_lies(angle: float) -> None:
    turned = page().rotate(angle, expand=angle % 90 == 0, fillcolor="white", resample=2)
    source = read(saved(turned))
    assert plain(text_of(source)) == plain(TEXT)
    assert source.pages == 1
    assert codes(source) == ["ocr"]


@engine
@pytest.mark.parametrize("angle", [0, 90, 180, 2.2])
def test_a_line_has_its_place_on_the_page_as_it_lies(angle: float) -> None:
    picture = page()
    turned = picture.rotate(angle, expand=angle % 90 == 0, fillcolor="white", resample=2)
    line = next(line for block in read(saved(turned)).blocks if isinstance(block, Paragraph) for line in block.lines if "213" in line.text)
    # The middle of the line, moved as the picture was: counter-clockwise about its middle.
    right = 90 + 40 * 20
    x, y = ((90 + 80 + right) / 2 - WIDTH / 2, 90 + 3 * 80 + 24 - HEIGHT / 2)
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    expected = (x * cosine + y * sine + turned.width / 2, -x * sine + y * cosine + turned.height / 2)
    assert line.bbox is not None
    left, top, right_, bottom = (value * 150 / 72 for value in line.bbox)
    assert ((left + right_) / 2, (top + bottom) / 2) == pytest.approx(expected, abs=45)
    assert line.confidence is not None and 0.85 < line.confidence <= 1
    assert len(line.edges) in ((0,) if angle % 180 or angle == 180 else (len(line.text) + 1,)) or angle == 2.2


@engine
def test_text_under_a_seal_is_read_and_the_seal_is_not() -> None:
    assert plain(text_of(read(saved(with_seal(page(), (620, 300)))))) == plain(TEXT)


@engine
def test_a_red_letterhead_is_text() -> None:
    from PIL import ImageDraw, ImageFont

    picture = page(["", "", *LINES[1:]])
    ImageDraw.Draw(picture).text((150, 70), "云川县教育局文件", font=ImageFont.truetype(FONT, 100), fill=(215, 20, 20))
    assert "云川县教育局文件" in text_of(read(saved(picture)))


@engine
@pytest.mark.parametrize("angle", [0, 90, 1.5])
def test_a_table_is_read_by_its_rules(angle: float) -> None:
    turned = table().rotate(angle, expand=angle % 90 == 0, fillcolor="white", resample=2)
    (found,) = read(saved(turned)).blocks
    assert isinstance(found, SourceTable)
    assert found.rows == CELLS
    assert all(place is not None for row in found.places for place in row)


@engine
def test_labels_written_downwards_and_lone_figures_are_read_in_their_cells() -> None:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(FONT, 32)
    xs, ys = [100, 200, 620, 1000], [100, 200, 300, 400]
    for x in xs:
        draw.line((x, ys[0], x, ys[-1]), fill="black", width=3)
    for y in ys:
        draw.line((xs[0] if y in (100, 400) else xs[1], y, xs[-1], y), fill="black", width=3)
    for row, sign in enumerate("资源配置"):
        draw.text((134, 140 + 50 * row), sign, font=font, fill="black")
    for row, (name, count) in enumerate((("新建学校", "1"), ("改建学校", "7"), ("撤并学校", "11"))):
        draw.text((240, ys[row] + 30), name, font=font, fill="black")
        draw.text((700, ys[row] + 30), count, font=font, fill="black")
    (found,) = read(saved(picture)).blocks
    assert isinstance(found, SourceTable)
    assert found.rows == (("资源配置", "新建学校", "1"), ("", "改建学校", "7"), ("", "撤并学校", "11"))


def test_brackets_of_a_document_number_are_restored_and_round_ones_kept() -> None:
    from doc_miner.loaders.ocr_engine import Letter, TextLine
    from doc_miner.loaders.scan_text import runs_of

    def mended(text: str) -> tuple[str, int]:
        letters = tuple(Letter(sign, 20.0 * index, 20.0 * index + 20) for index, sign in enumerate(text))
        runs, count = runs_of([TextLine(letters, (0, 0, 20.0 * len(text), 22), 0.99)], [])
        return "".join(run.text for run in runs), count

    assert mended("云政发[2019]36号") == ("云政发〔2019〕36号", 1)
    assert mended("云政发【2019)36号") == ("云政发〔2019〕36号", 1)
    assert mended("云政发(2019)36号") == ("云政发(2019)36号", 0)
    assert mended("参考文献[2019]") == ("参考文献[2019]", 0)
    assert mended("规划（2017一2020年）") == ("规划（2017—2020年）", 1)
    assert mended("第一章总则共一页") == ("第一章总则共一页", 0)


def test_a_faint_line_is_named_in_a_warning() -> None:
    from doc_miner.loaders.pdf_pages import Page, Recognition, page_warnings

    seen = Page(2, "text", Frame((0, 0, 595, 842)), [], [], recognition=Recognition(0.95, (("投入2o85万元", 0.71),), 1))
    assert [(warning.code, warning.place) for warning in page_warnings([seen], [], DEFAULT)] == [("ocr", "第2页"), ("ocr-low", "第2页"), ("marks", "第2页")]


# --- formats ---------------------------------------------------------------------------------
@engine
def test_a_tiff_is_read_page_by_page() -> None:
    data = saved(page(LINES[:2]), "TIFF", save_all=True, append_images=[page(LINES[2:])], compression="tiff_lzw")
    source = read(data)
    assert (source.format, source.pages) == ("tiff", 2)
    assert {line.page for block in source.blocks if isinstance(block, Paragraph) for line in block.lines} == {1, 2}
    assert refusal(data, replace(DEFAULT, pages=1)).code == "too_large"
    part = read(data, replace(DEFAULT, ocr_pages=1))
    assert [(warning.code, warning.place) for warning in part.warnings] == [("no-text-layer", "第2页"), ("ocr", "第1页")]


@engine
def test_a_photograph_is_shown_as_the_camera_says() -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # the picture is to be turned clockwise
    source = read(saved(page().rotate(90, expand=True), "JPEG", exif=exif, dpi=(72, 72), quality=92))
    assert plain(text_of(source)) == plain(TEXT)
    (first, *_) = (line for block in source.blocks if isinstance(block, Paragraph) for line in block.lines)
    assert first.edges  # it is not shown sideways
    assert first.bbox is not None and first.bbox[2] < 842


@engine
def test_pages_of_a_pdf_are_decided_one_by_one() -> None:
    source = read(scanned_pdf(page(), text_page=True))
    assert [(warning.code, warning.place) for warning in source.warnings] == [("ocr", "第2页")]
    assert "在校学生15230人" in text_of(source)
    assert plain(TEXT) in plain(text_of(source))


@engine
def test_a_hidden_layer_that_is_worse_than_ocr_is_not_believed() -> None:
    wrong = "云川县人氏政俯教肓督寻室通报全县小学大班额班级由31个降至72个占比46%投入资金20853万元"
    assert plain(text_of(read(scanned_pdf(page(), hidden=wrong)))) == plain(TEXT)
    # One that says the same has the better places, and stays.
    assert codes(read(scanned_pdf(page(), hidden=TEXT))) == []


@engine
def test_always_reads_pages_with_text_too_and_never_none() -> None:
    data = scanned_pdf(page(), text_page=True)
    assert [warning.place for warning in read(data, replace(DEFAULT, ocr="always")).warnings if warning.code == "ocr"] == ["第1—2页"]
    assert codes(read(data, NEVER)) == ["no-text-layer"]


@engine
def test_an_ofd_of_pictures_is_read() -> None:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    box = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 138.87</ofd:PhysicalBox></ofd:PageArea>"
    parts = {
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData>{box}<ofd:DocumentRes>Res.xml</ofd:DocumentRes></ofd:CommonData>"
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Res.xml": f'<ofd:Res {space} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="7" Type="Image">'
        "<ofd:MediaFile>scan.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>",
        "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {space}><ofd:Content><ofd:Layer><ofd:ImageObject Boundary="0 0 210 138.87" '
        'CTM="210 0 0 138.87 0 0" ResourceID="7"/></ofd:Layer></ofd:Content></ofd:Page>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
        archive.writestr("Doc_0/Res/scan.png", saved(page()))
    source = read(buffer.getvalue())
    assert plain(text_of(source)) == plain(TEXT)
    assert codes(source) == ["ocr"]


# --- limits and choices ----------------------------------------------------------------------
@pytest.mark.skipif(not HAS_ENGINE, reason="the extra `ocr` is not installed")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (png_head(60_000, 60_000), "too_large"),
        (png_head(9_000, 9_000), "too_large"),
        (png_head(300, 300)[:60], "damaged"),
        (png_head(300, 300), "damaged"),
        (b"II*\0\x08\0\0\0" + b"\xff" * 40, "damaged"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 40, "damaged"),
    ],
)
def test_a_bomb_or_a_wreck_is_refused_before_it_is_decoded(data: bytes, code: str) -> None:
    assert refusal(data).code == code


@pytest.mark.skipif(not HAS_ENGINE, reason="the extra `ocr` is not installed")
def test_an_empty_page_is_said_to_be_empty() -> None:
    from PIL import Image

    error = refusal(saved(Image.new("RGB", (600, 800), "white")))
    assert (error.code, error.message) == ("empty", "图片里没有文字。")


def test_what_to_do_is_said_where_the_engine_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ocr_choice, __import__("doc_miner.loaders.picture", fromlist=["picture"])):
        monkeypatch.setattr(module, "engine_version", lambda: "")
    error = refusal(png_head(300, 300))
    assert error.code == "not_installed"
    assert "pip install 'doc-miner[ocr]'" in error.message
    assert refusal(png_head(300, 300), NEVER).code == "scanned"


@engine
def test_each_page_by_ocr_gives_the_child_more_time(tmp_path: Path) -> None:
    pages = [page(LINES[1:]) for _ in range(3)]
    (tmp_path / "a.tif").write_bytes(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    # The time of the file itself is enough to begin, not to end.
    with SafeLoader(replace(DEFAULT, seconds=3.0, ocr_seconds=60.0)) as loader:
        loader.load_bytes(b"a,b\n1,2\n3,4\n", "a.csv")  # the child has started
        assert loader.load(tmp_path / "a.tif").pages == 3


@pytest.mark.parametrize(
    ("path", "warnings", "ocr", "installed", "differs"),
    [
        ("a.pdf", '"scanned"', "auto", True, True),
        ("a.pdf", '"scanned"', "auto", False, False),
        ("a.pdf", '"scanned"', "never", True, False),
        ("a.pdf", '"no-text-layer"', "auto", True, True),
        ("a.pdf", '"ocr" （OCR，rapidocr 3.10.0）', "auto", True, False),
        ("a.pdf", '"ocr" （OCR，rapidocr 3.9.0）', "auto", True, True),
        ("a.pdf", '"ocr" （OCR，rapidocr 3.10.0）', "never", True, True),
        ("a.pdf", '"ocr" （OCR，rapidocr 3.10.0，每页）', "auto", True, True),
        ("a.pdf", '"ocr" （OCR，rapidocr 3.10.0，每页）', "always", True, False),
        ("a.pdf", "", "always", True, True),
        ("a.docx", "", "always", True, False),
        ("a.pdf", "", "auto", True, False),
    ],
)
def test_a_document_is_read_again_where_ocr_would_change_it(
    monkeypatch: pytest.MonkeyPatch, path: str, warnings: str, ocr: Any, installed: bool, differs: bool
) -> None:
    monkeypatch.setattr(ocr_choice, "engine_version", lambda: "rapidocr 3.10.0" if installed else "")
    assert would_differ(path, warnings, replace(DEFAULT, ocr=ocr)) is differs


@engine
def test_a_scan_left_unread_is_read_when_ocr_is_allowed(tmp_path: Path, lexicon: Lexicon) -> None:
    (tmp_path / "通报.png").write_bytes(saved(page()))

    def run(limits: Limits) -> tuple[int, int, int]:
        summary = mine_archive([tmp_path / "通报.png"], tmp_path / "d.db", lexicon=lexicon, engine=Serial(), limits=limits)
        return summary.read, summary.unchanged, len(summary.failures)

    assert run(NEVER) == (0, 0, 1)
    assert run(DEFAULT) == (1, 0, 0)
    assert run(DEFAULT) == (0, 1, 0)
    figures = open_dataset(tmp_path / "d.db").figures()
    assert "2085.3万元" in set(figures["text"])
    assert figures["page"].eq(1).all() and figures["bbox"].notna().all()
