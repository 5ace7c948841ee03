"""Find the title of the article on a page: in the page's own data, then as it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from doc_miner.loaders.html_blocks import block_lines, plain
from doc_miner.loaders.html_noise import is_edge_noise

_META_NAME = "articletitle"
_SITE = re.compile(r"\s*(?:_|\||--|[-–]|\s—\s|>|»)\s*[^_|–—-]{0,40}$")
_SITE_NAME = re.compile(r"(?:政府|门户|网|网站|局|厅|委|委员会|办公室|信箱|频道|首页|中心)\s*$")
_CUT = re.compile(r"(?:\.{3}|…+)$")
_SENTENCE = re.compile(r"[。；]|[:：]\s*\d{4}")
_DOCUMENT = re.compile(
    r"(?![一二三四五六七八九十\d]+[、.．]|[（(]|根据|按照|为了?)[^。；！？，]{0,60}关于[^。；！？]{4,100}"
    r"(?:通知|报告|方案|意见|决定|公告|通报|规划|计划|办法|清单|台账|总结|情况)(?:[（(][^（()）]{1,20}[）)])?"
)
"""The title of an official document: mostly who, on what, which kind of document."""
_LONGEST = 150
_TELLING = 6
_SUBTITLE = 60


def find_title(root: etree._Element) -> str | None:
    """Return the article's title as the page shows it, or ``None``.

    The name of the site behind it is cut off; a subtitle shown with it is kept. Where the page's
    own data name only the site or nothing, the title of a document that the page shows is taken.
    """
    stated = _CUT.sub("", _stated(root)).strip()
    blocks = block_lines(root)
    if not stated:
        return _shown_title(root, blocks)
    whole = ["".join(lines) for lines in blocks if sum(map(len, lines)) <= _LONGEST]
    wanted = plain(stated)
    exact = [line for line in whole if plain(line) == wanted]
    longer = [line for line in whole if plain(line).startswith(wanted) and _is_with_subtitle(line, wanted)]
    single = [line for lines in blocks for line in lines if plain(line) == wanted]
    found = next(iter([*exact, *longer, *single]), None)
    if found is not None and not _SITE_NAME.search(found) and len(wanted) >= _TELLING:
        return found
    shown = None if _DOCUMENT.fullmatch(wanted) else _shown_title(root, blocks)
    return shown or found or stated


def _shown_title(root: etree._Element, blocks: Sequence[Sequence[str]]) -> str | None:
    """Return the first line of the page, a heading if there is one, that is worded as the title of a document and leads nowhere."""
    links = {plain(_one_line(element)) for element in root.iter("a")}
    headings = (_one_line(element) for element in root.iter("h1", "h2", "h3"))
    for line in (*headings, *("".join(lines) for lines in blocks)):
        if len(line) <= _LONGEST and _DOCUMENT.fullmatch(plain(line)) and plain(line) not in links:
            return line.strip()
    return None


def _is_with_subtitle(line: str, title: str) -> bool:
    """Return whether *line* is *title* and a subtitle, not a title and publication data or a whole article."""
    short = len(title) >= _TELLING and len(plain(line)) <= len(title) + _SUBTITLE
    return short and not _SENTENCE.search(line) and not is_edge_noise(line)


def _stated(root: etree._Element) -> str:
    for element in root.iter("meta"):
        name = (element.get("name") or "").lower()
        content = " ".join((element.get("content") or "").split())[: 2 * _LONGEST]
        if name == _META_NAME and content:
            return content
    whole = next((_one_line(element) for element in root.iter("title")), "")
    headings = [_one_line(element) for element in root.iter("h1")]
    for heading in headings:
        if heading and len(heading) <= _LONGEST and (not whole or plain(whole).startswith(plain(heading)[:10])):
            return heading
    return without_site(whole)


def _one_line(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())[: 2 * _LONGEST]


def without_site(title: str) -> str:
    """Return *title* without the names of the column and the site behind it.

    >>> without_site("整改落实情况的报告-沄台县人民政府门户网站")
    '整改落实情况的报告'
    >>> without_site("2018-2020年学校布局规划_教育督导_融安县人民政府")
    '2018-2020年学校布局规划'
    """
    while match := _SITE.search(title):
        tail, rest = match.group(), title[: match.start()]
        sure = "_" in tail or "|" in tail or _SITE_NAME.search(tail)
        if not sure or not rest.strip():
            break
        title = rest
    return title.strip()
