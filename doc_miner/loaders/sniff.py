"""Tell the format of a file from its bytes and, for a container, from the names inside it.

The name of the file decides nothing (but for a CSV of few fields, which is told from prose by it, and for WPS, which writes what Word
writes): offices send HTML pages and DOCX files named .doc, and pictures named .pdf.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from doc_miner.loaders import csv_table, text

_HEAD = 65_536
_MARKS = b"\xef\xbb\xbf\xff\xfe"
_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"%!PS", "ps"),
    (b"\xc5\xd0\xd3\xc6", "ps"),
    (b"MZ\x90\0", "program"),
    (b"\x7fELF", "program"),
    (b"AT&TFORM", "djvu"),
    (b"CAJ\0", "caj"),
    (b"Founder CEB", "ceb"),
)
_ZIP_PARTS = (
    ("word/document", "docx"),
    ("OFD.xml", "ofd"),
    ("xl/workbook", "xlsx"),
    ("ppt/presentation", "pptx"),
    ("META-INF/container.xml", "epub"),
)
# Stream names of an OLE2 file; WPS writes the same streams as Word.
_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("PowerPoint Document", "ppt"),
    ("Book", "xls"),
)
_ODF = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")
_HTML_TAG = r"(?:!doctype\s+html|html|head|body|title|meta|script|style|link|div|p|table|center|font|span|h[1-6]|br|ul|ol|b)\b"
_HTML = re.compile(rf"\s*(?:<\?xml[^>]{{0,200}}\?>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<{_HTML_TAG}", re.IGNORECASE | re.DOTALL)
_HTML_ELEMENT = re.compile(r"<html[\s>]", re.IGNORECASE)
_MHT = re.compile(rb"(?:^|\n)Content-Type:\s*multipart/related", re.IGNORECASE)
_MAIL_HEADER = re.compile(rb"\s*[A-Za-z-]{2,40}:[^\n]{0,998}\n")
_XML = re.compile(r"\s*<\?xml\b")


def detect_format(data: bytes, name: str) -> str:
    """Return the name of the format of *data*: one that can be read, one that is refused, "empty" or "unknown".

    *name* is asked two things only: text that may be a table or not is one where its name ends in .csv or .tsv,
    and a Word document is WPS's where it ends in .wps or .wpt.

    >>> detect_format("一、存在问题".encode(), "report.pdf")
    'txt'
    >>> detect_format(b"%PDF-1.7", "report.doc")
    'pdf'
    """
    if not data.strip(b"\0 \t\r\n" + _MARKS):
        return "empty"
    kind = _by_magic(data) or _by_markup(data) or _by_text(data, name)
    return "wps" if kind == "doc" and name.lower().endswith((".wps", ".wpt")) else kind


def _by_text(data: bytes, name: str) -> str:
    if not text.is_text(data):
        return "unknown"
    return "csv" if csv_table.is_table(data, named=name.lower().endswith((".csv", ".tsv"))) else "txt"


def _by_magic(data: bytes) -> str | None:
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_format(data)
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return _ole_format(data) if name == "ole" else name
    return _by_structure(data)


def _by_structure(data: bytes) -> str | None:
    """Formats whose mark is too short to be trusted alone, or does not stand at the beginning."""
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[:3] == b"BZh" and head[4:10] == b"1AY&SY":
        return "bzip2"
    if head[:2] == b"BM" and len(head) > 26 and struct.unpack_from("<I", head, 14)[0] in (12, 40, 56, 108, 124):
        return "bmp"
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return {b"WEBP": "webp"}.get(head[8:12], "media")
    if head[4:8] == b"ftyp":
        return "heic" if head[8:11] in (b"hei", b"mif") else "media"
    return "tar" if data[257:262] == b"ustar" else None


def _ole_format(data: bytes) -> str:
    for stream, name in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return name
    return "ole"


def _zip_format(data: bytes) -> str:
    odf = _ODF.search(data[:200])
    if odf:
        return {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}[odf[1]]
    names = list(_central_names(data)) or list(_local_names(data))
    for part, name in _ZIP_PARTS:
        if any(entry.replace("\\", "/").startswith(part) for entry in names):
            return name
    return "zip"


def _central_names(data: bytes, most: int = 2000) -> Iterator[str]:
    """Yield the names of the central directory, at most *most*; nothing is unpacked and no size is trusted."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or end + 20 > len(data):
        return
    position = struct.unpack_from("<I", data, end + 16)[0]
    for _ in range(most):
        if data[position : position + 4] != b"PK\x01\x02" or position + 46 > len(data):
            return
        sizes = struct.unpack_from("<HHH", data, position + 28)
        yield data[position + 46 : position + 46 + sizes[0]].decode("utf-8", errors="replace")
        position += 46 + sum(sizes)


def _local_names(data: bytes, most: int = 2000) -> Iterator[str]:
    """Yield the names before each entry: all there is in a file cut off before its directory."""
    position = 0
    for _ in range(most):
        position = data.find(b"PK\x03\x04", position)
        if position < 0 or position + 30 > len(data):
            return
        size = struct.unpack_from("<H", data, position + 26)[0]
        yield data[position + 30 : position + 30 + size].decode("utf-8", errors="replace")
        position += 30 + size


def _by_markup(data: bytes) -> str | None:
    head = data[:_HEAD]
    if _MAIL_HEADER.match(head) and (_MHT.search(head) or b"mime-version:" in head.lower()):
        return "mht"
    if b"<" not in head or not text.is_text(data):
        return None
    start = _head_text(data)
    if _XML.match(start) and not _HTML_ELEMENT.search(start):
        return "wordxml" if "Word.Document" in start or "schemas.microsoft.com/office/word" in start else "xml"
    return "html" if _HTML.match(start) or (start.lstrip()[:1] == "<" and _HTML_ELEMENT.search(start)) else None


def _head_text(data: bytes) -> str:
    """Return the beginning of *data* for a look at its markup; only the ASCII in it matters."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark) or (data[1:2] if mark[0] == 0xFF else data[:1]) == b"\0":
            return data[:_HEAD].removeprefix(mark).decode(encoding, errors="replace")
    return data[:_HEAD].removeprefix(b"\xef\xbb\xbf").decode("latin-1")
