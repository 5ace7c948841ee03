"""Find the article on a page: take out what portals put around it, then follow the prose.

The article is the innermost element that holds nearly all sentences of the page.  Lines
without a sentence (titles, dates, lists of links) have no weight, so that a short notice
is found among long menus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|7z|jpe?g|png)\b", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W\d_]+")
_FILE_LABEL = 6
"""Characters beside a link to a file that only announce it: 附件1：."""
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
    facts = _facts(root)
    in_tables = {cell for table in root.iter("table") if is_data_table(table) for cell in table.iterdescendants(etree.Element)}
    for element in [e for e in facts if e not in in_tables and e.tag in BLOCKS and e.tag not in ("html", "body")]:
        small = prose.get(element, 0) * 5 <= prose[root]
        if _is_record(element, facts[element]) or (small and _is_surrounding(element, facts[element])):
            _drop(element)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is in an element: its text, blocks on lines, where that is short (else ``None``), its links and their characters."""

    text: str | None
    links: int
    linked: int


def _facts(root: etree._Element) -> dict[etree._Element, _Facts]:
    """Return the facts of every element in document order, each computed once from those of its children.

    Asking every element for its text would take time squared on pages made to be slow.
    """
    order = list(root.iter(etree.Element))
    facts: dict[etree._Element, _Facts] = {}
    for element in reversed(order):
        pieces, size, links, linked = [_spaced(element.text)], 0, 0, 0
        for part in element:
            known = facts.get(part, _NOTHING)
            size = _SMALL + 1 if known.text is None else size
            end = "\n" if part.tag in BLOCKS else ""
            pieces += [end, (known.text or ""), end, _spaced(part.tail)]
            links, linked = links + known.links, linked + known.linked
        text = "".join(pieces)
        if is_link(element):
            links, linked = 1, _letters(text)
        facts[element] = _Facts(None if size + len(text.strip()) > _SMALL else text, links, linked)
    return {element: facts[element] for element in order}


def _letters(text: str) -> int:
    """Return the length of *text* without what stands beside links in lists: dates, numbers, brackets."""
    return len(_NO_LETTER.sub("", text))


def _spaced(text: str | None) -> str:
    """Return *text* without line breaks: in the facts they stand between blocks."""
    return (text or "").replace("\n", " ")


_NOTHING = _Facts("", 0, 0)


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


def _is_record(element: etree._Element, facts: _Facts) -> bool:
    """A record may sum the document up in a sentence; other elements with one are rather the article."""
    if facts.text is None or facts.text.count("。") > (2 if element.tag in ("table", "dl") else 0):
        return False
    return is_record(facts.text.split("\n"))


def _is_surrounding(element: etree._Element, facts: _Facts) -> bool:
    if element.tag in ("nav", "footer", "aside"):
        return True
    text = facts.text
    if text is None:
        return False
    if is_footer(text) or (is_surrounding(text) and not has_blocks(element)):
        return True
    size = _letters(text)
    many_links = facts.links >= 3 and facts.linked >= size * 0.6 and "。" not in text
    downloads = facts.links > 0 and size - facts.linked <= _FILE_LABEL * facts.links and bool(_FILE.search(text))
    return many_links or downloads or (facts.links > 0 and leads_elsewhere(text))


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
    """Return the weight of every element: the characters of its sentences outside links.

    A data table counts little, but enough that a page that is one table has a weight.
    """
    order = list(root.iter(etree.Element))
    tables = {element for element in order if element.tag == "table" and is_data_table(element)}
    owners = _line_owners(order, tables)
    own: dict[etree._Element, list[str]] = {}
    weights = dict.fromkeys(order, 0)
    for element, owner in owners.items():
        if owner is None:
            continue
        if element in tables:
            weights[element] = min(_TABLE_WEIGHT, len(plain(text_of(element))))
            continue
        own.setdefault(owner, []).append(element.text or "")
        for part in element:
            own[owner].append(part.tail or "")
    for element in reversed(order):
        weights[element] += _weight(own.get(element, ()))
        parent = element.getparent()
        if element is not root and parent is not None:
            weights[parent] += weights[element]
    return weights


def _line_owners(order: list[etree._Element], tables: set[etree._Element]) -> dict[etree._Element, etree._Element | None]:
    """Return for every element the block its text belongs to; ``None`` inside links and data tables."""
    owners: dict[etree._Element, etree._Element | None] = {}
    for element in order:
        parent = element.getparent()
        above = owners.get(parent, element) if parent is not None else element
        if is_link(element) or above is None or parent in tables:
            owners[element] = None
        else:
            owners[element] = element if element.tag in BLOCKS else above
    return owners


def _weight(pieces: Iterable[str]) -> int:
    words = plain("".join(pieces))
    return len(words) if _SENTENCE.search(words) else 0
