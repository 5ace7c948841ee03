"""OFD: text at its place whatever the order, tables by their lines, templates, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from doc_miner.errors import LoadError
from doc_miner.loaders import Limits, load_source, read_source
from doc_miner.source import Paragraph, Source, SourceTable

NO_OCR = Limits(ocr="never")
NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text(x: float, y: float, words: str, size: float = 5, more: str = "", code: str = "") -> str:
    steps = "g " + f"{len(words) - 1} {size}" if len(words) > 1 else ""
    code = code or f'X="0" Y="{0.86 * size}" DeltaX="{steps}"'
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<ofd:TextObject Boundary="{x} {y} 150 {size}" Size="{size}" {more}><ofd:TextCode {code}>{words}</ofd:TextCode></ofd:TextObject>'


def path(x: float, y: float, data: str, more: str = "") -> str:
    return f'<ofd:PathObject Boundary="{x} {y} 150 100" LineWidth="0.3" {more}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'


def grid(x: float, y: float, columns: list[float], rows: list[float]) -> str:
    """Return the lines of a table: bounds of its columns and rows in millimetres from its corner."""
    across = [path(x, y + row, f"M 0 0 L {columns[-1]} 0") for row in rows]
    return "".join(across + [path(x + column, y, f"M 0 0 L 0 {rows[-1]}") for column in columns])


def ofd(
    pages: list[str], *, templates: dict[str, str] | None = None, document: str = "", common: str = "", more: dict[str, str] | None = None
) -> bytes:
    """Return a file of *pages*, each the objects of its one layer; every page uses all *templates*."""
    parts = {"OFD.xml": f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"}
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n, _ in enumerate(pages))
    used = "".join(f'<ofd:TemplatePage ID="{name}" BaseLoc="Tpls/{name}.xml"/>' for name in templates or {})
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    parts["Doc_0/Document.xml"] = (
        f"<ofd:Document {NAMESPACE}><ofd:CommonData>{area}{used}{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{document}</ofd:Document>"
    )
    use = "".join(f'<ofd:Template TemplateID="{name}"/>' for name in templates or {})
    for name, body in (templates or {}).items():
        parts[f"Doc_0/Tpls/{name}.xml"] = page(body)
    for number, body in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = page(body, use)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (parts | (more or {})).items():
            archive.writestr(name, body)
    return buffer.getvalue()


def page(body: str, outside: str = "") -> str:
    return f"<ofd:Page {NAMESPACE}>{outside}<ofd:Content><ofd:Layer>{body}</ofd:Layer></ofd:Content></ofd:Page>"


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Paragraph)]


def tables(source: Source) -> list[SourceTable]:
    return [block for block in source.blocks if isinstance(block, SourceTable)]


def read(data: bytes, limits: Limits | None = None) -> Source:
    return read_source(data, "a.ofd", limits or Limits())


LINES = [
    text(28, 60, "第三行说明存在的问题。"),
    text(28, 40, "一、存在问题"),
    text(28, 50, "班额过大的学校有2所。"),
]


def test_lines_stand_in_the_order_of_the_page_with_their_places() -> None:
    source = read(ofd(["".join(LINES)]))
    assert texts(source) == ["一、存在问题", "班额过大的学校有2所。", "第三行说明存在的问题。"]
    (line,) = source.blocks[0].lines if isinstance(source.blocks[0], Paragraph) else ()
    assert source.pages == 1 and line.page == 1
    assert line.bbox == pytest.approx((79.37, 113.39, 164.41, 127.56), abs=0.02)
    assert len(line.edges) == len(line.text) + 1 and line.edges[1] - line.edges[0] == pytest.approx(14.17, abs=0.01)


def test_a_full_line_goes_on_over_the_page() -> None:
    full = "全县义务教育学校班额过大问题突出涉及学校较多需要"
    pages = ["".join(text(28, y, full, 6) for y in range(30, 270, 9)), text(28, 30, "进一步加强。", 6)]
    assert texts(read(ofd(pages)))[-1].endswith(full + "进一步加强。")


def test_a_transform_moves_and_scales_the_text() -> None:
    plain, moved = text(28, 40, "存在问题", 5), text(8, 20, "存在问题", 10, 'CTM="0.5 0 0 0.5 20 20"')
    assert read(ofd([plain])).blocks == read(ofd([moved])).blocks


def test_steps_may_be_short_for_figures_and_pairs_of_codes_go_on() -> None:
    steps = 'X="0" Y="4.3" DeltaX="5 2.5 2.5 2.5"'
    two = '<ofd:TextCode X="0" Y="4">甲</ofd:TextCode><ofd:TextCode X="5">乙</ofd:TextCode>'
    pair = f'<ofd:TextObject Boundary="28 60 99 5" Size="5">{two}</ofd:TextObject>'
    assert texts(read(ofd([text(28, 40, "有123所", code=steps) + pair]))) == ["有123所", "甲乙"]


def test_text_drawn_twice_for_boldness_is_read_once() -> None:
    assert texts(read(ofd([text(28, 40, "存在问题") + text(28.1, 40, "存在问题")]))) == ["存在问题"]


def test_what_is_not_shown_is_not_read_and_what_stands_askew_is_a_watermark() -> None:
    hidden = text(28, 50, "不可见", more='Visible="false"') + text(28, 60, "透明", more='Alpha="0"') + text(500, 60, "页外")
    source = read(ofd([text(28, 40, "存在问题") + hidden + text(28, 80, "内部资料", more='CTM="0.7 -0.7 0.7 0.7 0 0"')]))
    assert texts(source) == ["存在问题"]
    assert [warning.code for warning in source.warnings] == ["watermark"]


def test_templates_and_composites_belong_to_the_page() -> None:
    unit = (
        '<ofd:CompositeGraphicUnit ID="7" Width="50" Height="9"><ofd:Content>' + text(0, 0, "合成的字") + "</ofd:Content></ofd:CompositeGraphicUnit>"
    )
    resources = f"<ofd:Res {NAMESPACE}><ofd:CompositeGraphicUnits>{unit}</ofd:CompositeGraphicUnits></ofd:Res>"
    body = text(28, 50, "存在问题") + '<ofd:CompositeObject Boundary="28 60 50 9" ResourceID="7"/>'
    data = ofd(
        [body], templates={"t": text(28, 40, "模板上的字")}, common="<ofd:PublicRes>Res.xml</ofd:PublicRes>", more={"Doc_0/Res.xml": resources}
    )
    assert texts(read(data)) == ["模板上的字", "存在问题", "合成的字"]


def test_a_header_on_every_page_is_left_out() -> None:
    pages = [text(28, 60, f"正文第{sign}页的内容。") for sign in "甲乙丙"]
    source = read(ofd(pages, templates={"t": text(28, 12, "青岚县人民政府文件", 3)}))
    assert texts(source) == ["正文第甲页的内容。", "正文第乙页的内容。", "正文第丙页的内容。"]
    assert [warning.code for warning in source.warnings] == ["page-furniture"]


@pytest.mark.parametrize("turned", [False, True])
def test_ruled_tables_are_read_with_caption_and_unit_also_on_a_page_turned_sideways(turned: bool) -> None:
    words = [(28, 42, "学校"), (68, 42, "班额"), (28, 52, "一小"), (68, 52, "45"), (28, 62, "合计"), (68, 62, "98.6%")]
    body = text(28, 22, "表1 各校班额情况表") + text(28, 30, "单位：人") + grid(26, 40, [0, 40, 80], [0, 10, 20, 30])
    body += "".join(text(x, y, word, 4) for x, y, word in words)
    more = {
        "Doc_0/Res.xml": f'<ofd:Res {NAMESPACE}><ofd:CompositeGraphicUnit ID="7"><ofd:Content>{body}</ofd:Content></ofd:CompositeGraphicUnit></ofd:Res>'
    }
    sideways = '<ofd:CompositeObject Boundary="0 0 1 1" CTM="0 -1 1 0 0 200" ResourceID="7"/>'
    source = read(ofd([sideways if turned else body], common="<ofd:DocumentRes>Res.xml</ofd:DocumentRes>", more=more))
    (table,) = tables(source)
    assert table.rows == (("学校", "班额"), ("一小", "45"), ("合计", "98.6%"))
    assert (table.caption, table.unit, table.page) == ("表1 各校班额情况表", "人", 1)
    place = table.places[0][0]
    assert place is not None and place.page == 1
    assert turned or place.bbox == pytest.approx((73.7, 113.39, 187.09, 141.73), abs=0.02)


def test_one_path_may_draw_a_whole_table_and_filled_boxes_are_rules() -> None:
    lines = "M 0 0 L 80 0 L 80 20 L 0 20 C M 0 10 L 80 10"
    bar = path(66, 40, "M 0 0 L 0.3 0 L 0.3 20 L 0 20 C", 'Stroke="false" Fill="true"')
    words = text(28, 42, "甲", 4) + text(68, 42, "乙", 4) + text(28, 52, "丙", 4) + text(68, 52, "丁", 4)
    background = path(26, 40, "M 0 0 L 80 0 L 80 20 L 0 20 C", 'Stroke="false" Fill="true"')
    assert tables(read(ofd([background + path(26, 40, lines) + bar + words])))[0].rows == (("甲", "乙"), ("丙", "丁"))


# --- forms of XML ----------------------------------------------------------------------------
def test_gbk_and_default_namespaces_are_read() -> None:
    body = page(text(28, 40, "存在问题镕")).replace("ofd:Page xmlns:ofd", "Page xmlns").replace("ofd:", "")
    data = ofd([""])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = f'<?xml version="1.0" encoding="GB2312"?>{body}'.encode("gbk") if name.endswith("Content.xml") else old.read(name)
            new.writestr(name, content)
    assert texts(read(buffer.getvalue())) == ["存在问题镕"]


# --- what is refused -------------------------------------------------------------------------
PICTURE = '<ofd:ImageObject Boundary="0 0 210 297" ResourceID="1"/>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ofd([PICTURE, PICTURE]), "scanned"),
        (ofd([""]), "empty"),
        (ofd([]), "damaged"),
        (ofd([""], more={"OFD.xml": "<OFD"}), "damaged"),
        (ofd([""], more={"OFD.xml": '<!DOCTYPE x [<!ENTITY a "b">]><OFD>&a;</OFD>'}), "doctype"),
        (ofd([""], more={"Encryptions.xml": "<x/>"}), "encrypted"),
        (ofd(["", ""]), "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(LoadError) as caught:
        read(data, Limits(pages=1, ocr="never") if code == "too_large" else NO_OCR)
    assert caught.value.code == code and caught.value.message.endswith("。")


def test_pages_that_are_pictures_or_lost_are_named() -> None:
    data = ofd([text(28, 40, "存在问题"), PICTURE, "<"], document="<ofd:Attachments>a.xml</ofd:Attachments>")
    assert [(warning.code, warning.place) for warning in read(data, NO_OCR).warnings] == [
        ("no-text-layer", "第2页"),
        ("truncated", "第3页"),
        ("embedded", ""),
    ]


@pytest.mark.parametrize("unit", ['<ofd:CompositeObject Boundary="0 0 1 1" ResourceID="7"/>' * 30])
def test_composites_that_hold_themselves_and_senseless_numbers_end(unit: str) -> None:
    more = {
        "Doc_0/Res.xml": f'<ofd:Res {NAMESPACE}><ofd:CompositeGraphicUnit ID="7"><ofd:Content>{unit}</ofd:Content></ofd:CompositeGraphicUnit></ofd:Res>'
    }
    odd = text(28, 50, "甲乙", code='X="1e999" Y="x" DeltaX="g 99999999 5 g"') + path(0, 0, "M L 1 C Z 5 M nan")
    body = text(28, 40, "存在问题") + odd + '<ofd:CompositeObject Boundary="0 0 1 1" ResourceID="7"/>'
    assert texts(read(ofd([body], common="<ofd:PublicRes>Res.xml</ofd:PublicRes>", more=more))) == ["存在问题"]


# --- the shared files ------------------------------------------------------------------------
@pytest.fixture(scope="module")
def shared() -> Path:
    folder = Path(__file__).resolve().parents[1] / ".." / "shared" / "loader-files"
    if not folder.is_dir():
        pytest.skip("the shared loader files are not here")
    return folder


def squeezed(words: str) -> str:
    return "".join(words.split())


def test_the_shared_files_give_their_text_and_tables_exactly(shared: Path) -> None:
    known = json.loads((shared / "truth" / "tables.json").read_text(encoding="utf-8"))
    for name, entry in json.loads((shared / "truth" / "ofd.json").read_text(encoding="utf-8")).items():
        source = load_source(shared / "ofd" / name)
        document = json.loads((shared / "truth" / f"{entry['doc']}.json").read_text(encoding="utf-8"))
        lines = [block.get("num", "") * (block["t"] == "h") + block.get("text", "") for block in document["blocks"]]
        found = squeezed("".join(texts(source)))
        for table in entry.get("tables") or []:
            found = found.replace(squeezed(known[table]["caption"]), "")
        assert found == squeezed(document["title"] + "".join(lines)), name
        wanted = [[squeezed(cell) for cell in row] for table in entry.get("tables") or [] for row in known[table]["grid"]]
        assert [[squeezed(cell) for cell in row] for table in tables(source) for row in table.rows] == wanted, name
