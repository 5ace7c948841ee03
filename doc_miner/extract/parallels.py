"""Members of a list that share one measure: 小学、初中生师比分别为17.6和12.3; 起始年级小学每班…、初中每班…."""

from __future__ import annotations

import re

_STAGE = r"小学|初中|高中|城区|镇区|城镇|农村|乡村"
_ONE = re.compile(rf"(?:{_STAGE})(?!生(?!均|师))")
_LIST = re.compile(rf"(?P<first>{_STAGE})(?:阶段|学校)?\s?[、和与及]\s?(?P<second>{_STAGE})(?P<kind>阶段|学校)?")


def restaged(subject: str, label: str) -> str:
    """Return the subject of a list's earlier member for a later one, whose label names another stage.

    >>> restaged("起始年级小学每班", "初中每班")
    '起始年级初中每班'
    """
    new, old = _ONE.findall(label), _ONE.findall(subject)
    if len(new) == 1 and len(old) == 1:
        return subject.replace(old[0], new[0])
    return subject


def first_of_list(subject: str) -> str:
    """Return the subject of the first member of a list of stages (小学、初中生师比 → 小学生师比)."""
    match = _LIST.search(subject)
    if match is None or len(subject) - match.end() < 2:
        return subject
    return subject[: match.start()] + match["first"] + (match["kind"] or "") + subject[match.end() :]


def parallel(subject: str, text: str) -> str:
    """Return the subject of a later member of a list of values, from its predecessor's and the *text* up to its number.

    Where the stages are listed before the values (小学、初中…分别为17.6和12.3) the later value is the later stage's.
    """
    match = _LIST.search(text)
    if match is None or "分别" not in text[match.end() :]:
        return subject
    return restaged(subject, match["second"]) if _ONE.findall(subject) == [match["first"]] else subject
