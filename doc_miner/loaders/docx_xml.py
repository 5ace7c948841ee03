"""The names and attributes of WordprocessingML, read without fuss."""

from __future__ import annotations

from functools import cache

from lxml import etree

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFF = ("0", "false", "off", "none")


@cache
def w(name: str) -> str:
    """Return *name* in the main namespace."""
    return f"{{{NAMESPACE}}}{name}"


def child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first child called *name*."""
    return next(element.iterchildren(w(name)), None)


def attribute(element: etree._Element, name: str) -> str | None:
    """Return the attribute *name* of the main namespace."""
    value = element.get(w(name))
    return None if value is None else str(value)


def value_of(element: etree._Element | None, name: str) -> str | None:
    """Return ``w:val`` of the child called *name*."""
    found = None if element is None else child(element, name)
    return None if found is None else attribute(found, "val")


def is_on(element: etree._Element | None, name: str) -> bool | None:
    """Return what the switch *name* says among the properties *element*, ``None`` where it is not there."""
    found = None if element is None else child(element, name)
    return None if found is None else attribute(found, "val") not in _OFF


def number_of(text: str | None, default: int) -> int:
    """Return the integer *text* states, or *default*.

    >>> number_of("3", 1), number_of("x", 1), number_of(None, 1)
    (3, 1, 1)
    """
    try:
        return int(text or "")
    except ValueError:
        return default
