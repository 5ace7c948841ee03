"""Find the article on a page: take out what portals put around it, then follow the prose.

The article is the innermost element that holds nearly all sentences of the page.  Lines
without a sentence (titles, dates, lists of links) have no weight, so that a short notice
is found among long menus.
"""

from __future__ import annotations

import re

from lxml import etree

from doc_miner.loaders.html_blocks import plain
from doc_miner.loaders.html_dom import BLOCKS, CONTAINERS, DROPPED, has_blocks, is_link, text_of
from doc_miner.loaders.html_noise import is_footer, is_record, is_surrounding, leads_elsewhere
from doc_miner.loaders.html_tables import is_data_table

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BODY_CONTAINER = re.compile(r"zoom\w*|ucap-?content|trs_\w*editor|vsb_content\w*", re.IGNORECASE)
_SENTENCE = re.compile(r"[。；！？]|，.{10,}")
_NEARLY_ALL = 0.9
_SMALL = 600
_TABLE_WEIGHT = 200
_COPY = 0.35
"""Share of the prose that each of two copies of the text holds at least."""


def prune(root: etree._Element) -> None:
    """Take everything out of the page that is certainly not the article, in place."""
    for element in [e for e in root.iter(etree.Element) if e.tag in DROPPED and e.tag != "head"]:
        _drop(element)
    hidden = [e for e in root.iter(etree.Element) if _HIDDEN.search(e.get("style") or "") or e.get("hidden") is not None]
    prose = _prose(root)
    for element in hidden:
        # Some portals hide the article itself until a script shows it.
        if prose.get(element, 0) * 2 < prose[root]:
            _drop(element)
    for element in [e for e in root.iter(etree.Element) if _is_surrounding(e, prose, prose[root])]:
        _drop(element)


def _drop(element: etree._Element) -> None:
    """Remove *element* and keep the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def _is_surrounding(element: etree._Element, prose: dict[etree._Element, int], total: int) -> bool:
    if element.tag not in BLOCKS or element.tag in ("html", "body") or prose.get(element, 0) * 5 > total:
        return False
    if element.tag in ("nav", "footer", "aside"):
        return True
    size = _size_up_to(element, _SMALL)
    if size > _SMALL:
        return False
    text = text_of(element)
    if is_footer(text) or is_record(text):
        return text.count("。") <= 2
    if not has_blocks(element) and is_surrounding(text):
        return True
    links = [plain(text_of(link)) for link in element.iter("a") if is_link(link)]
    return bool(links) and (leads_elsewhere(text) or _is_link_list(links, plain(text)))


def _size_up_to(element: etree._Element, most: int) -> int:
    size = 0
    for piece in element.itertext():
        size += len(piece.strip())
        if size > most:
            break
    return size


def _is_link_list(links: list[str], words: str) -> bool:
    return len(links) >= 3 and sum(map(len, links)) >= len(words) * 0.6 and "。" not in words


def find_articles(root: etree._Element) -> list[etree._Element]:
    """Return the element that holds the article, or one for each copy of it where the page gives it twice."""
    body = next(root.iter("body"), root)
    prose = _prose(body)
    if not prose[body]:
        return [body]
    return _descend(body, prose)


def _descend(start: etree._Element, prose: dict[etree._Element, int]) -> list[etree._Element]:
    node = start
    while not _is_body_container(node):
        children = [child for child in node if child.tag in CONTAINERS and not is_data_table(child) and has_blocks(child)]
        best = max(children, key=lambda child: prose.get(child, 0), default=None)
        if best is not None and prose.get(best, 0) >= _NEARLY_ALL * prose[start]:
            node = best
            continue
        copies = [child for child in children if prose.get(child, 0) >= _COPY * prose[start]]
        if len(copies) == 2 and _same_text(*copies):
            return _descend(copies[0], prose) + _descend(copies[1], prose)
        break
    return [node]


def _is_body_container(element: etree._Element) -> bool:
    names = [element.get("id") or "", *(element.get("class") or "").split()]
    return any(_BODY_CONTAINER.fullmatch(name) for name in names)


def _same_text(one: etree._Element, other: etree._Element) -> bool:
    """Return whether two elements share most of their longer lines."""
    first, second = ({line for line in _lines(element) if len(line) >= 8} for element in (one, other))
    return len(first & second) * 2 > min(len(first), len(second)) > 0


def _lines(element: etree._Element) -> list[str]:
    lines = [""]
    for part in element.iter(etree.Element):
        if part.tag in BLOCKS or part.tag == "br":
            lines.append("")
        lines[-1] += plain((part.text or "") if part.tag != "br" else "")
        if part is not element:
            tail = plain(part.tail or "")
            if part.tag in BLOCKS or part.tag == "br":
                lines.append(tail)
            else:
                lines[-1] += tail
    return lines


def _prose(root: etree._Element) -> dict[etree._Element, int]:
    """Return the weight of every element: the characters of its sentences outside links; a data table counts little.

    A small weight keeps a page that is one table from having none.
    """
    own: dict[etree._Element, list[str]] = {}
    order = list(root.iter(etree.Element))
    linked: set[etree._Element] = set()
    tables: dict[etree._Element, int] = {}
    for element in order:
        parent = element.getparent()
        if is_link(element) or parent in linked:
            linked.add(element)
        elif parent in tables or (element.tag == "table" and is_data_table(element)):
            tables[element] = 0
        if element in linked or element in tables:
            if element.tag == "table" and element in tables:
                tables[element] = min(_TABLE_WEIGHT, len(plain(text_of(element))))
        else:
            own.setdefault(_line_owner(element), []).append(element.text or "")
        if element is not root and parent is not None and parent not in linked and parent not in tables:
            own.setdefault(_line_owner(parent), []).append(element.tail or "")
    weights = {element: _weight(own.get(element, ())) + tables.get(element, 0) for element in order}
    for element in reversed(order):
        parent = element.getparent()
        if element is not root and parent in weights:
            weights[parent] += weights[element]
    return weights


def _line_owner(element: etree._Element) -> etree._Element:
    """Return the block that the text directly in *element* belongs to."""
    while element.tag not in BLOCKS and element.getparent() is not None:
        element = element.getparent()
    return element


def _weight(pieces: list[str] | tuple[()]) -> int:
    words = plain("".join(pieces))
    return len(words) if _SENTENCE.search(words) else 0
