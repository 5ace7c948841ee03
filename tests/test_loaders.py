"""Loaders: what each format must give back, and how everything else is refused."""

from __future__ import annotations

import io
import json
import os
import quopri
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doc_miner.errors import LoadError, SettingsError
from doc_miner.loaders import DEFAULT, LOADERS, Limits, detect_format, load_source, read_source
from doc_miner.loaders.grid import caption_and_unit
from doc_miner.loaders.limits import limits_of
from doc_miner.loaders.office import KINDS
from doc_miner.loaders.repair import repaired
from doc_miner.loaders.text import decode
from doc_miner.loaders.worker import SafeLoader
from doc_miner.source import Line, Paragraph, Source, SourceTable

from .drawing import FONT, HAS_ENGINE, page, saved

ROOT = Path(__file__).resolve().parents[1]
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff\ufffe\ud800-\udfff]")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 55>>stream\nBT /F 12 Tf 72 700 Td (Report 2023: 73 classes, 7.3%) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)
PAGE = "<html><head><title>{title}_青岚县人民政府</title></head><body>{body}</body></html>"


def make_docx(body: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return buffer.getvalue()


def packed(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def make_xlsx() -> bytes:
    rows = '<row r="1"><c t="inlineStr"><is><t>学校\u200b</t></is></c><c><v>1</v></c></row><row r="2"><c r="B2"><v>2.50</v></c></row>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return packed(
        {
            "xl/workbook.xml": f'<workbook xmlns:r="{office}"><sheets><sheet name="表" sheetId="1" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<R><Relationship Id="a" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></R>',
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
        }
    )


def make_xls() -> bytes:
    """The smallest workbook of the old format: one sheet with a text and three numbers, in a container of three kinds of sectors."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def beginning(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x1CAF, 1997, 0, 0x600))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = name.encode("utf-16-le")
        head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return head + bytes(36) + struct.pack("<IQ", start, size)

    head = beginning(5) + record(0xE0, bytes(20))
    name = struct.pack("<BB", 1, 1) + "表".encode("utf-16-le")
    place = len(head) + 4 + 6 + len(name) + 4
    text = "学校".encode("utf-16-le")
    cells = record(0x204, struct.pack("<HHHHB", 0, 0, 0, 2, 1) + text)
    for row, column, value in ((0, 1, 1.0), (1, 0, 2.5), (1, 1, 3.0)):
        cells += record(0x203, struct.pack("<HHHd", row, column, 0, value))
    stream = head + record(0x85, struct.pack("<IBB", place, 0, 0) + name) + record(0x0A, b"") + beginning(0x10)
    stream = (stream + record(0x200, struct.pack("<IIHHH", 0, 2, 0, 2, 0)) + cells + record(0x0A, b"")).ljust(4096, b"\0")
    chains = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE, *[0xFFFFFFFF] * 118)
    directory = (entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, 4096)).ljust(512, b"\0")
    top = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    top += struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0) + struct.pack("<108I", *[0xFFFFFFFF] * 108)
    return top + chains + directory + stream


def make_ofd() -> bytes:
    text = '<TextObject Boundary="28 30 100 6" Size="5"><TextCode X="0" Y="4" DeltaX="g 7 5">整改\u200b报告⼈班额</TextCode></TextObject>'
    return packed(
        {
            "OFD.xml": "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>",
            "Doc_0/Document.xml": '<Document><Pages><Page ID="1" BaseLoc="Page.xml"/></Pages></Document>',
            "Doc_0/Page.xml": f"<Page><Content><Layer>{text}</Layer></Content></Page>",
        }
    )


def make_mht(body: str, head: str = "") -> bytes:
    """Return a page saved as one file: its HTML in quoted-printable, and a picture."""
    page = quopri.encodestring(PAGE.format(title="整改报告", body=body).encode()).decode()
    return (
        f'From: <saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=_x"; type="text/html"\r\n{head}\r\n'
        f"--=_x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{page}\r\n"
        "--=_x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--=_x--\r\n"
    ).encode()


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Paragraph)]


def tables(source: Source) -> list[SourceTable]:
    return [block for block in source.blocks if isinstance(block, SourceTable)]


def codes(source: Source) -> list[str]:
    return [warning.code for warning in source.warnings]


def whole_text(source: Source) -> str:
    return "".join("".join(texts(source)).split())


# --- every loader ----------------------------------------------------------------------------
SAMPLES: dict[str, bytes] = {
    "txt": "整改报告\r\n一、存在问题\r\n\r\n全区60人以上班级\x0773个。\t⼈\n".encode("gb18030"),
    "html": PAGE.format(
        title="整改\u200b报告", body="<p>全区班级73个，占比7.3%。</p><table><tr><td>甲<td>乙</tr><tr><td colspan=2>丙</tr></table>"
    ).encode(),
    "docx": make_docx(p("整改\u200b报告") + "<w:tbl><w:tr><w:tc/><w:tc><w:p/></w:tc></w:tr><w:tr><w:tc/></w:tr></w:tbl>"),
    "pdf": PDF,
    "xlsx": make_xlsx(),
    "xls": make_xls(),
    "ofd": make_ofd(),
    "csv": "学校,班额,⼈数\n一小,45,900\n二小,65\x07,1300\n".encode("gb18030"),
    "mht": make_mht("<p>全区班级73个，⼈数\u200b900。</p><table><tr><td>甲<td>乙</tr><tr><td colspan=2>丙</tr></table>"),
}
OFFICE_TEXT = (
    "整改报告",
    "全区班级73个，⼈数900。",
    "\\trowd\\cellx3000\\cellx6000\\intbl 学校\\cell 班额\\cell\\row\\trowd\\cellx3000\\cellx6000\\intbl 一小\\cell 45\\cell\\row\\pard",
)


@dataclass(frozen=True)
class Sample:
    """A small file of one format, a name that says nothing of it where the format is told without, and what reads it."""

    kind: str
    data: bytes
    name: str
    read: Callable[[bytes], Source]
    cuts: int = 40

    def source(self) -> Source:
        return self.read(self.data)

    def shorter(self) -> Iterator[bytes]:
        yield from (self.data[:length] for length in range(0, len(self.data), max(1, len(self.data) // self.cuts)))


@pytest.fixture(scope="session")
def office_samples(rtf_of: Callable[..., bytes], saved_as: Callable[[bytes, str], bytes]) -> Iterator[dict[str, Sample]]:
    """The samples that LibreOffice converts, all in one go, for starting it takes long."""
    document = rtf_of(*OFFICE_TEXT)
    word = saved_as(document, "doc")
    with SafeLoader() as loader:
        samples = {
            kind: Sample(kind, data, name, lambda data, name=name: loader.load_bytes(data, name), 3)  # type: ignore[misc]
            for kind, data, name in (("rtf", document, "no name"), ("doc", word, "no name"), ("wps", word, "no name.wps"))
        }
        loader.prepare([(data, one.name) for one in samples.values() for data in (one.data, *one.shorter())])
        yield samples
PICTURES = {"jpeg", "png", "tiff", "bmp"}


@pytest.fixture(params=sorted(LOADERS))
def sample(request: pytest.FixtureRequest) -> Sample:
    """A small file of every format in the table of loaders: a new loader must bring one."""
    if request.param in KINDS:
        found: dict[str, Sample] = request.getfixturevalue("office_samples")
        return found[request.param]
    if request.param in PICTURES and request.param not in SAMPLES:
        if not (HAS_ENGINE and FONT):
            pytest.skip("the extra `ocr` or a Chinese font is not installed")
        SAMPLES[request.param] = saved(page(["整改报告"], width=420, height=220), request.param.upper())
    return Sample(request.param, SAMPLES[request.param], "no name", lambda data: read_source(data, "no name"))


def test_the_sample_is_recognised_as_its_format(sample: Sample) -> None:
    assert detect_format(sample.data, sample.name) == sample.kind
    assert sample.source().format == sample.kind


def test_grids_are_rectangular_and_texts_free_of_control_characters(sample: Sample) -> None:
    check_contract(sample.source())


def test_the_same_bytes_give_the_same_source(sample: Sample) -> None:
    assert sample.source() == sample.source()


def test_every_cut_of_a_sample_is_read_or_refused(sample: Sample) -> None:
    for data in sample.shorter():
        try:
            check_contract(sample.read(data))
        except LoadError as error:
            assert error.message.endswith("。")


def check_contract(source: Source) -> None:
    for block in source.blocks:
        if isinstance(block, SourceTable):
            assert len({len(row) for row in block.rows}) <= 1
            assert 0 <= block.header_rows <= len(block.rows)
            assert not CONTROL.search("".join(cell for row in block.rows for cell in row))
            for row, column, rowspan, colspan in block.merges:
                assert row + rowspan <= len(block.rows) and column + colspan <= len(block.rows[0])
        else:
            assert not CONTROL.search(block.text) and "\n" not in block.text
            assert all(not line.edges or len(line.edges) == len(line.text) + 1 for line in block.lines)
    assert all(warning.message.endswith("。") for warning in source.warnings)


# --- formats ---------------------------------------------------------------------------------
ZIPPED: dict[str, list[str]] = {
    "docx": ["[Content_Types].xml", "word/document.xml"],
    "xlsx": ["xl/workbook.xml"],
    "pptx": ["ppt/presentation.xml"],
    "ofd": ["OFD.xml", "Doc_0/Document.xml"],
    "zip": ["报告.txt"],
}


def zipped(names: list[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


BYTES: list[tuple[str, bytes]] = [
    *((kind, zipped(names)) for kind, names in ZIPPED.items()),
    ("zip", zipped([])),
    ("docx", zipped(["word/document.xml", "b.xml"])[:60]),
    ("doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le")),
    ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le")),
    ("encrypted", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")),
    ("rtf", b"{\\rtf1\\ansi}"),
    ("mht", b"From: <Saved by IE>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n<html>"),
    ("wordxml", b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>'),
    ("7z", b"7z\xbc\xaf\x27\x1c\0\4"),
    ("rar", b"Rar!\x1a\x07\x01\0"),
    ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("tiff", b"II*\0\x08\0\0\0"),
    ("gif", b"GIF89a\1\0"),
    ("bmp", b"BM" + b"\0" * 12 + b"\x28\0\0\0" + b"\0" * 40),
    ("ps", b"%!PS-Adobe-3.0"),
    ("pdf", b"\n\n%PDF-1.7\n"),
    ("empty", b""),
    ("empty", b" \r\n\0"),
    ("empty", b"\xef\xbb\xbf\r\n"),
    ("unknown", bytes(range(256)) * 4),
    ("html", b"\xef\xbb\xbf<!-- saved --><!-- twice -->\r\n<!DOCTYPE html><p>x"),
    ("html", b'<?xml version="1.0"?><html xmlns="x"><p>x'),
    ("html", "<html><p>整改</p></html>".encode("utf-16")),
    ("html", "<div>整改".encode("gb18030")),
    ("txt", "<崆峒区人民政府履行教育职责督导评估反馈意见>".encode()),
    ("txt", "BM小学、MZ中学".encode()),
    ("txt", "整改报告".encode("utf-16-le")),
]


@pytest.mark.parametrize(("kind", "data"), BYTES, ids=[f"{kind}-{index}" for index, (kind, _) in enumerate(BYTES)])
def test_the_format_is_told_by_content(kind: str, data: bytes) -> None:
    assert detect_format(data, "report.pdf") == kind


def test_a_zip_that_holds_an_uncompressed_docx_is_a_zip() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("报告.docx", make_docx(p("一")))
    assert detect_format(buffer.getvalue(), "a.docx") == "zip"


def test_a_page_of_comments_is_told_in_linear_time() -> None:
    assert detect_format(b"<!---->" * 5000 + b"<x", "a.html") == "txt"


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (zipped(["ppt/presentation.xml"]), "unsupported", "这是 PowerPoint 演示文稿（PPTX），本版本尚不能读取；请另存为 PDF 或 DOCX 后再试。"),
        (b"GIF89a\1\0", "unsupported", "这是 GIF 图片，本版本尚不能读取；请另存为 JPEG、PNG 或 PDF 后再试。"),
        (b"", "empty", "文件是空的。"),
        (zipped(["报告.txt"]), "container", "这是 ZIP 压缩包；请用 doc-miner mine 读取其中的文件，或指明一个：压缩包!/文件名。"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "container", "这是 7z 压缩包；请用 doc-miner mine 读取其中的文件，或指明一个：压缩包!/文件名。"),
        (b"Rar!\x1a\x07\x01\0", "container", "这是 RAR 压缩包；请用 doc-miner mine 读取其中的文件，或指明一个：压缩包!/文件名。"),
        (b"\0\1\2\3" * 99, "unknown", "认不出的二进制文件；请另存为 PDF、DOCX 或 TXT 后再试。"),
        (make_docx(p("一"))[:200], "damaged", "文件不完整或已损坏（压缩目录读不出）；请用原软件打开并另存后再试，或重新下载。"),
        (zipped(["word/document.xml"]), "damaged", "文件已损坏：word/document.xml 不是完整的 XML；请用原软件打开并另存后再试。"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, code: str, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        read_source(data, "a.bin")
    assert (caught.value.code, caught.value.message) == (code, message)


@pytest.mark.parametrize(("name", "warned"), [("a.doc", True), ("a.DOCX", False), ("a", False), ("a.dat", False)])
def test_a_name_that_lies_earns_a_warning(name: str, warned: bool) -> None:
    source = read_source(make_docx(p("整改报告")), name)
    assert texts(source) == ["整改报告"]
    assert codes(source) == (["name"] if warned else [])


def test_the_warning_says_what_the_file_is() -> None:
    source = read_source(b"<html><p>x</p></html>", "a.doc")
    assert source.warnings[0].message == "文件名以 .doc 结尾，内容却是 HTML 网页；已按内容读取。"


# --- places on the disk ----------------------------------------------------------------------
def junk(folder: Path) -> Iterator[tuple[str, Path]]:
    (folder / "x.pdf").mkdir()
    yield "directory", folder / "x.pdf"
    yield "missing", folder / "no such file.txt"
    (folder / "link.docx").symlink_to(folder / "gone.docx")
    yield "missing", folder / "link.docx"
    yield "unreadable", folder / "nul\0.txt"
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.txt")
        yield "special", folder / "pipe.txt"
    if os.name == "posix" and os.geteuid() != 0:
        (folder / "locked.txt").write_text("一")
        (folder / "locked.txt").chmod(0)
        yield "unreadable", folder / "locked.txt"


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    for code, path in junk(tmp_path):
        with pytest.raises(LoadError) as caught:
            load_source(path)
        assert caught.value.code == code


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"1" * 1_100_000)
    with pytest.raises(LoadError, match="超过 1 MB 的上限"):
        load_source(path, Limits(file_mb=1))


# --- text ------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", ["额65人", "教师交流工作。", "一", "崆峒", "（2）图", "12"])
def test_short_strings_are_decoded_exactly(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["12", "额65人", "教师", "教师交流工作。", "整改报告\r\n一、存在问题"])
def test_utf16_needs_no_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("data", ["25°C".encode(), "é".encode(), b"Yes", "Ünï".encode()])
def test_utf8_is_not_taken_for_gb18030(data: bytes) -> None:
    assert decode(data)[1] == "utf-8"


def test_a_damaged_byte_costs_that_byte_only() -> None:
    good = "全区60人以上班级数73个，占比为7.3%。" * 20
    data = good.encode()
    source = read_source(data[:300] + b"\xff" + data[300:], "a.txt")
    assert texts(source)[0].count("\ufffd") == 1
    assert texts(source)[0].replace("\ufffd", "") == good
    assert source.warnings[0].code == "encoding" and source.warnings[0].place.startswith("第 ")


def test_text_of_another_encoding_is_refused_not_garbled() -> None:
    with pytest.raises(LoadError, match="无法识别文字编码"):
        decode("縣域義務教育優質均衡發展督導評估的通知，認真對照檢查，逐項整改落實，學校體育運動場地不足。".encode("big5") * 3)


def test_every_line_is_a_paragraph_as_it_stands() -> None:
    source = read_source("　　一、问题\r\n\r\n第二行 \x0c第三行".encode(), "a.txt")
    assert texts(source) == ["　　一、问题", "", "第二行 ", "第三行"]


def test_repairs_are_counted_and_edges_follow() -> None:
    line = Line("⼈\x02民", page=1, edges=(0.0, 1.0, 2.0, 3.0))
    source = repaired(Source("pdf", (Paragraph((line,)),)))
    block = source.blocks[0]
    assert isinstance(block, Paragraph)
    assert (block.text, block.lines[0].edges) == ("人民", (0.0, 2.0, 3.0))
    assert [(w.code, w.message) for w in source.warnings] == [
        ("control", "去掉了 1 个不可见的控制字符。"),
        ("radicals", "1 个康熙部首字符已换成对应的汉字（原文件的字体映射有误）。"),
    ]


def test_a_sound_source_is_not_touched() -> None:
    source = Source("txt", (Paragraph((Line("（一）①㎡Ⅲ　％"),)),))
    assert repaired(source) is source


# --- captions --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (["表1 经费投入情况", "（单位：万元）"], ("表1 经费投入情况", "万元")),
        (["附件2 督导评估反馈问题整改台账"], ("附件2 督导评估反馈问题整改台账", "")),
        (["2022年各学校办学条件统计表", ""], ("2022年各学校办学条件统计表", "")),
        (["表2 班额情况统计（单位：个）"], ("表2 班额情况统计（单位：个）", "个")),
        (["表3 经费投入情况", "填报单位：县教育局　　单位：万元"], ("表3 经费投入情况", "万元")),
        (["表4 督导情况（责任单位：县教育局）"], ("表4 督导情况（责任单位：县教育局）", "")),
        (["四、年度目标"], ("", "")),
        (["责任单位：县教育局"], ("", "")),
        (["具体情况见下表。"], ("", "")),
        ([], ("", "")),
    ],
)
def test_caption_and_unit_stand_just_above_the_table(above: list[str], expected: tuple[str, str]) -> None:
    assert caption_and_unit(above) == expected


# --- the shared files ------------------------------------------------------------------------
@pytest.fixture(scope="session")
def shared() -> Path:
    folder = ROOT / ".." / "shared" / "loader-files"
    if not folder.is_dir():
        pytest.skip("the shared loader files are not here")
    return folder


def squeezed(text: str) -> str:
    return "".join(text.split())


def known_body(shared: Path, doc: str, blocks: list[dict[str, Any]] | None = None) -> str:
    document = json.loads((shared / "truth" / f"{doc}.json").read_text(encoding="utf-8"))
    lines = [block.get("num", "") * (block["t"] == "h") + block.get("text", "") for block in blocks or document["blocks"]]
    return squeezed(document["title"] + "".join(lines))


def test_all_text_files_are_read_exactly(shared: Path) -> None:
    for name, entry in json.loads((shared / "truth" / "txt.json").read_text(encoding="utf-8")).items():
        if "text" in entry:
            assert decode((shared / "txt" / name).read_bytes())[0] == entry["text"], name


@pytest.mark.parametrize("kind", ["html", "docx"])
def test_pages_and_documents_give_their_text_exactly(shared: Path, kind: str) -> None:
    known_tables = json.loads((shared / "truth" / "tables.json").read_text(encoding="utf-8"))
    for name, entry in json.loads((shared / "truth" / f"{kind}.json").read_text(encoding="utf-8")).items():
        source = load_source(shared / kind / name)
        wanted = [tuple(map(squeezed, row)) for table in entry.get("tables") or [] for row in known_tables[table]["grid"]]
        found = [tuple(map(squeezed, row)) for table in tables(source) for row in table.rows]
        assert found == (wanted * 2 if entry.get("twice") else wanted), name
        if entry.get("doc") and not entry.get("twice"):
            body = known_body(shared, entry["doc"], entry.get("blocks") if "auto" in name else None)
            text = whole_text(source)
            for caption in (known_tables[table]["caption"] for table in entry.get("tables") or []):
                text = text.replace(squeezed(caption), "")
            assert text == body, name


def test_hostile_files_are_refused_by_their_limits(shared: Path) -> None:
    expected = {
        "e05_docx_billion_laughs.docx": "doctype",
        "e06_docx_xxe.docx": "doctype",
        "e12_docx_inflate600M.docx": "too_large",
        "e30_html_deep.html": "depth",
    }
    for name, code in expected.items():
        with pytest.raises(LoadError) as caught:
            load_source(shared / "evil" / name)
        assert caught.value.code == code, name


def test_misnamed_documents_are_read_as_what_they_are(shared: Path) -> None:
    assert load_source(shared / "doc" / "x01_html_named.doc").format == "html"
    assert load_source(shared / "doc" / "x02_docx_named.doc").format == "docx"


SAMPLE_FILES = sorted(path for path in (ROOT / "corpora" / "samples").glob("*") if path.suffix in (".html", ".docx", ".txt"))


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=[path.name for path in SAMPLE_FILES])
def test_the_invented_samples_give_their_gold_text(path: Path) -> None:
    gold = ROOT / "corpora" / "gold" / "text" / path.name
    if not gold.exists():
        pytest.skip("this sample has no gold text")
    parts = ["".join(cell for row in b.rows for cell in row) if isinstance(b, SourceTable) else b.text for b in load_source(path).blocks]
    # A page may give its text twice; the gold has it once.
    assert squeezed("".join(parts)).startswith(squeezed(gold.read_text(encoding="utf-8")))


def test_limits_can_be_set_one_by_one() -> None:
    assert Limits(seconds=5).pages == DEFAULT.pages
    assert limits_of([" seconds = 0.5", "pages=7", "pages=8"]) == Limits(seconds=0.5, pages=8)
    assert limits_of([]) == DEFAULT


@pytest.mark.parametrize("name", DEFAULT.__slots__)
def test_every_limit_can_be_set(name: str) -> None:
    assert getattr(limits_of([f"{name}=7"]), name) == 7


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("time=60", "没有“time”这个限制；可用：seconds、memory_mb、"),
        ("60", "没有“60”这个限制"),
        ("seconds", "大于 0 的数"),
        ("seconds=nan", "大于 0 的数"),
        ("seconds=-1", "大于 0 的数"),
        ("pages=1.5", "大于 0 的整数"),
        ("pages=0", "大于 0 的整数"),
        ("memory_mb=99999999999", "大于 0 的整数"),
    ],
)
def test_a_wrong_limit_is_said(setting: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        limits_of([setting])
