"""The elements of HTML by what they do to text, and a walk that no nesting can exhaust."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

_BLOCK_NAMES = """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul"""
_CONTAINER_NAMES = "article blockquote body center dd div dl fieldset form html main section table tbody td tr ul ol li"
_DROPPED_NAMES = """script style noscript template head title textarea select option button input iframe object embed applet svg canvas
    audio video map rp rt marquee datalist"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
CONTAINERS = frozenset(_CONTAINER_NAMES.split())
HEADINGS = {f"h{level}": level for level in range(1, 7)}
DROPPED = frozenset(_DROPPED_NAMES.split())


def walk(root: etree._Element, whole: Callable[[etree._Element], bool]) -> Iterator[tuple[str, etree._Element | str]]:
    """Yield what stands in *root*: ("open", element), ("text", string), ("close", element), in document order.

    An element for which *whole* is true is yielded as ("whole", element) and not entered.
    """
    stack = [(root, iter(root))]
    yield "open", root
    yield "text", root.text or ""
    while stack:
        element, children = stack[-1]
        following = next(children, None)
        if following is None:
            stack.pop()
            yield "close", element
            if stack:
                yield "text", element.tail or ""
        elif not isinstance(following.tag, str):
            yield "text", following.tail or ""
        elif whole(following):
            yield "whole", following
            yield "text", following.tail or ""
        else:
            stack.append((following, iter(following)))
            yield "open", following
            yield "text", following.text or ""


def text_of(element: etree._Element) -> str:
    """Return all text in *element*."""
    return "".join(element.itertext())


def is_link(element: etree._Element) -> bool:
    """Return whether *element* leads somewhere; a bare ``<a name=…>`` marks a place in the text."""
    return element.tag == "a" and (element.get("href") is not None or element.get("onclick") is not None or element.get("name") is None)


def has_blocks(element: etree._Element) -> bool:
    """Return whether *element* holds more than one line: blocks or line breaks inside it."""
    return any(inner.tag in BLOCKS or inner.tag == "br" for inner in element.iterdescendants(etree.Element))
