"""Read a saved web page: the article with its title and tables, without the portal around it.

`html_article` finds the article, `html_blocks` turns it into paragraphs, `html_tables` makes
the grids.  trafilatura finds the same text on our pages, but knows no merged cells.
"""

from __future__ import annotations

import re

from lxml import etree

from doc_miner.errors import LoadError
from doc_miner.loaders import text
from doc_miner.loaders.grid import with_captions
from doc_miner.loaders.html_article import find_articles, prune
from doc_miner.loaders.html_blocks import article_blocks, plain
from doc_miner.loaders.html_title import find_title
from doc_miner.loaders.limits import Limits
from doc_miner.source import Block, Line, Paragraph, Source

_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_META_WITHIN = 16_384
_GB = ("gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80", "hz-gb-2312")
_TITLE_WITHIN = 6


def read(data: bytes, limits: Limits) -> Source:
    """Return the article of the page: its title first and once, then its blocks in reading order.

    An article that stands on the page twice (a print version) is returned twice.
    """
    page, encoding = decode_page(data)
    body = _parsed(page, limits)
    title = find_title(body)
    prune(body)
    blocks: list[Block] = []
    for article in find_articles(body):
        blocks += article_blocks(article, limits)
    if title:
        blocks = [Paragraph((Line(title),), 0), *_without_title(blocks, title)]
    return Source("html", with_captions(blocks), title=title, warnings=text.encoding_warnings(page, encoding))


def decode_page(data: bytes) -> tuple[str, str]:
    """Return the text of the page and its encoding: by its mark, by what it declares, else as plain text.

    A page that declares GB2312 and is UTF-8 throughout was converted; browsers show it broken, we read it.

    >>> decode_page('<meta charset="gb2312">教师'.encode("utf-8"))[1]
    'utf-8'
    """
    declared = _META_CHARSET.search(data[:_META_WITHIN])
    name = declared[1].decode("ascii").lower() if declared else ""
    if not declared or name in _GB or name.startswith("utf") or text.has_mark(data):
        return text.decode(data)
    try:
        return data.decode(name), name
    except (LookupError, UnicodeDecodeError):
        return text.decode(data)


def _parsed(page: str, limits: Limits) -> etree._Element:
    """Return the root of the page; a page nested deeper than ``limits.depth`` is refused."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    try:
        # The parser would stop at a NUL and silently leave out the rest.
        root: etree._Element | None = etree.fromstring(page.replace("\0", "").encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise LoadError("damaged", "网页里没有可读的内容；请用浏览器重新保存后再试。")
    # Without its own limit the parser stops at 2048 levels, says so here, and drops what is deeper.
    if any("depth" in entry.message for entry in parser.error_log) or _depth(root) > limits.depth:
        raise LoadError("depth", f"网页的元素嵌套超过 {limits.depth} 层，不予读取；请用浏览器打开并另存后再试。")
    return root


def _depth(root: etree._Element) -> int:
    depths = {root: 1}
    for element in root.iter(etree.Element):
        parent = element.getparent()
        depths[element] = depths.get(parent, 0) + 1
    return max(depths.values())


def _without_title(blocks: list[Block], title: str) -> list[Block]:
    """Return *blocks* without the title among the first of them, also where it runs over two or three lines."""
    for first in range(min(_TITLE_WITHIN, len(blocks))):
        joined = ""
        for last in range(first, min(first + 3, len(blocks))):
            block = blocks[last]
            if not isinstance(block, Paragraph):
                break
            joined += plain(block.text)
            if joined == plain(title):
                return blocks[:first] + blocks[last + 1 :]
    return blocks
