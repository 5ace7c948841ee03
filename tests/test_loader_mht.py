"""Web pages saved as one file: the page in it is read as a page, by its own encoding, and nothing else."""

from __future__ import annotations

import base64

import pytest

from doc_miner.errors import LoadError
from doc_miner.loaders import Limits, detect_format, read_source
from doc_miner.source import Paragraph, Source, SourceTable

PAGE = "<html><head>{head}</head><body><h1>青岚县整改报告</h1><p>全县班级73个，占比7.3%。</p><table><tr><td>学校<td>班额<tr><td>一小<td>45</table></body></html>"
PROSE = "Content-Type: text/plain\r\n\r\nnothing\r\n"


def part(data: bytes, kind: str = "text/html", charset: str = "", more: str = "") -> str:
    stated = f"; charset={charset}" if charset else ""
    return f"Content-Type: {kind}{stated}\r\n{more}Content-Transfer-Encoding: base64\r\n\r\n{base64.encodebytes(data).decode()}\r\n"


def mht(*parts: str, head: str = "") -> bytes:
    body = "".join(f"--x\r\n{one}" for one in parts)
    return f'From: <saved>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"{head}\r\n\r\n{body}--x--\r\n'.encode()


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("encoding", "charset", "head"),
    [
        ("utf-8", "utf-8", ""),
        ("gb18030", "gb2312", ""),
        ("gb18030", "", '<meta charset="gbk">'),
        ("utf-16", "unicode", ""),
        ("big5", "big5", ""),
        ("utf-8", "no-such-encoding", ""),
    ],
)
def test_the_page_is_read_in_its_encoding(encoding: str, charset: str, head: str) -> None:
    page = PAGE.format(head=head)
    if encoding == "big5":
        page = page.replace("县", "縣").replace("报", "報").replace("岚", "嵐").replace("级", "級").replace("个", "個").replace("学", "學").replace("额", "額")
        page = page.replace("占", "佔")
    source = read_source(mht(part(page.encode(encoding), charset=charset)), "a.mht")
    assert source.format == "mht" and source.warnings == ()
    assert "73" in texts(source)[1] and texts(source)[1].endswith("7.3%。")
    assert [block.rows[1] for block in source.blocks if isinstance(block, SourceTable)] == [("一小", "45")]


def test_a_page_named_doc_is_read_as_the_page_it_is() -> None:
    source = read_source(mht(part(PAGE.format(head="").encode())), "报告.doc")
    assert [warning.message for warning in source.warnings] == ["文件名以 .doc 结尾，内容却是单个文件网页（MHT）；已按内容读取。"]


def test_the_part_named_as_the_start_is_the_page() -> None:
    frame = part("<html><body><p>页眉</p></body></html>".encode())
    page = part(PAGE.format(head="").encode(), more="Content-ID: <main>\r\n")
    assert texts(read_source(mht(frame, page, head='; start="<main>"'), "a.mht"))[0] == "青岚县整改报告"
    assert texts(read_source(mht(page, frame), "a.mht"))[0] == "青岚县整改报告"


def test_other_parts_are_not_read_and_nothing_is_fetched() -> None:
    page = "<html><body><img src='http://127.0.0.1:9/a'><iframe src='cid:b'></iframe><p>整改报告</p></body></html>"
    assert texts(read_source(mht(part(page.encode()), part(b"secret", "text/css"), PROSE), "a.mht")) == ["整改报告"]


def test_plain_text_is_taken_where_there_is_no_page() -> None:
    assert texts(read_source(mht(part("整改报告".encode(), "text/plain", "utf-8")), "a.mht")) == ["整改报告"]


def test_a_file_without_a_page_is_refused() -> None:
    with pytest.raises(LoadError, match="里没有网页"):
        read_source(mht(part(b"x", "image/png")), "a.mht")


def test_too_many_parts_and_too_deep_ones_are_refused() -> None:
    data = mht(*[PROSE] * 40)
    assert detect_format(data, "") == "mht"
    with pytest.raises(LoadError) as caught:
        read_source(data, "a.mht", Limits(archive_entries=30))
    assert caught.value.code == "too_large"
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(60))
    with pytest.raises(LoadError) as caught:
        read_source(b"MIME-Version: 1.0\r\n" + nested.encode() + PROSE.encode(), "a.mht", Limits(depth=50))
    assert caught.value.code == "depth"
