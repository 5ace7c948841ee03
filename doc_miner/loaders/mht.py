"""Read a web page saved as one file (MHT): the page in it is read as HTML, what belongs to it (pictures, styles) is left out."""

from __future__ import annotations

import codecs
import email
import re
from email.message import Message

from doc_miner.errors import LoadError
from doc_miner.loaders import html, text
from doc_miner.loaders.limits import Limits
from doc_miner.source import Source

_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_NESTED = re.compile(rb"^Content-Type:\s*multipart/", re.MULTILINE | re.IGNORECASE)
_SAVE_AGAIN = "请用浏览器打开，另存为 HTML 或 PDF 后再试"


def read(data: bytes, limits: Limits) -> Source:
    """Return the blocks of the page; raise `LoadError` where the file holds none, or more parts than an archive may have entries."""
    parts = sum(1 for _ in _BOUNDARY.finditer(data))
    if parts > limits.archive_entries:
        raise LoadError("too_large", f"单个文件网页里有 {parts} 个部分，超过 {limits.archive_entries} 个的上限，不予读取；{_SAVE_AGAIN}。")
    if sum(1 for _ in _NESTED.finditer(data)) > limits.depth:
        raise LoadError("depth", f"单个文件网页里的部分嵌套超过 {limits.depth} 层，不予读取；{_SAVE_AGAIN}。")
    message = email.message_from_bytes(data.lstrip())
    page = _page(message)
    if page is None:
        raise LoadError("damaged", f"单个文件网页里没有网页；{_SAVE_AGAIN}。")
    content = _content(page)
    return html.read(content, limits) if page.get_content_type() != "text/plain" else text.read(content, limits)


def _page(message: Message) -> Message | None:
    """Return the part that is the page: the one that the file names as its start, else the first page, else the first plain text."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = str(message.get_param("start") or "")
    named = next((part for part in pages if start and part.get("Content-ID") == start), None)
    return named or next(iter(pages), None) or next((part for part in parts if part.get_content_type() == "text/plain"), None)


def _content(part: Message) -> bytes:
    """Return the bytes of *part*, in UTF-8 with a mark where its header declares another encoding that fits: the page itself may declare none."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        name = codecs.lookup(part.get_content_charset("")).name
        if name not in ("utf-8", "ascii", "gb2312", "gbk", "gb18030"):
            return codecs.BOM_UTF8 + data.decode(name).encode("utf-8")
    except (LookupError, UnicodeError):
        pass
    return data
