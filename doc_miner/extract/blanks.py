"""Blanks where a number was to be written and is not (占比%, 达到____人)."""

from __future__ import annotations

import re

from doc_miner.model import Figure

_BLANK = re.compile(r"(?:占比|比例|比例为|比例分别为|率为|率达到?|达到?|为|占)(?P<blank>[ _\t]*+%(?:[ \t]?[、,][ _\t]*+%)*+)|(?P<space>(?<!_)_{2,}+[ \t]?(?:%|人|名|所|个|万元|元|平方米))")
_LONE_PERCENT = re.compile(r"%(?<![0-9]%)")


def find_blanks(text: str, folded: str) -> list[Figure]:
    """Return a missing figure for each blank where a number was (占比%)."""
    out: list[Figure] = []
    if "__" not in folded and _LONE_PERCENT.search(folded) is None:
        return out
    for match in _BLANK.finditer(folded):
        name = "blank" if match["blank"] else "space"
        begin = match.start(name)
        since = max(0, match.start() - 12)
        since = max(since, text.rfind("\n", since, begin) + 1)
        for percent in re.finditer(r"[ _]*(%|人|名|所|个|万元|元|平方米)", match[name]):
            start, end = begin + percent.start(), begin + percent.end()
            while start < end and text[start].isspace():
                start += 1
            unit = percent[1]
            out.append(
                Figure(start, end, text[start:end], None, {"名": "人", "万元": "元"}.get(unit, unit), "=", "figure/blank", subject=text[since : begin], missing=True, figure_id=f"f{start}")
            )
    return out
