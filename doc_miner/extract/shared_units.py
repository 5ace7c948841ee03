"""Units and comparators that stand once for several numbers: in a list (45、50人), or going on (小学4.2人，初中≥5.3)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from doc_miner.extract.number_scan import AR, MAG
from doc_miner.extract.quantity import Quantity, is_year
from doc_miner.extract.units import UnitReader
from doc_miner.numerals import magnitude

_NUMBER_AT = re.compile(rf"{AR}[ \t]?({MAG})?")
_SHARED_LINK = re.compile(r"[ \t]?(?:[、,/]|和|及|与|以及)[ \t]?|[、,][ \t]?[一-鿿]{1,6}|(?:逐年)?(?:上升|提高|提升|增加|增长|下降|降低|减少|缩小|扩大|降|升|增|减|调整|优化)(?:到|至|为)")
_PLAIN_LINK = re.compile(r"[ \t]?(?:[、,/]|和|及|与|以及)[ \t]?")
_LABEL = re.compile(r"[一-鿿]{1,6}")
_NEXT_LABEL = re.compile(r"[,、;][ \t]?[一-鿿]{1,6}")
_STAGE = re.compile(",?(?:小学|初中|高中)")
_CONTINUES = re.compile(r"[,、;]?[ \t]?[一-鿿()、]{0,10}[≥≤<>=≧≦]?[ \t]?")
_LIST_LINK = re.compile(r"(?:[、,]|和|及)(?:[^\d,。;:、()\n]{0,10})\Z|^(?:小学|初中|高中)\Z")

Finish = Callable[..., Quantity]
"""Makes a quantity of a number, its unit and the comparators in front of it."""


def find_shared(text: str, found: Sequence[Quantity], raw: Sequence[Quantity], units: UnitReader, finish: Finish) -> list[Quantity]:
    """Return the members of lists whose unit stands once, at the end: 分别为45、50人; 由3.9上升到4.7平方米.

    *raw* are the numbers without a unit of their own, *finish* makes a quantity of a number and its unit.
    """
    starts = {quantity.number_start: quantity for quantity in found}
    ends = [quantity.end for quantity in found]
    out: list[Quantity] = []
    for number in raw:
        index = bisect_right(ends, number.start)
        earlier = found[index - 1] if index else None
        if out and (earlier is None or out[-1].end > earlier.end):
            earlier = out[-1]
        if earlier is not None and earlier.rule == "figure/unit-before" and number.value is not None and _NEXT_LABEL.fullmatch(text, earlier.end, number.start):
            before = units.before(text, earlier.number_start)
            scale = before[1] if before else 1
            out.append(finish(text, number.start, number.end, number.value * scale, "figure/unit-before", unit=earlier.unit, supplied=True))
    for number in reversed(raw):
        following = next((starts[m] for m in _link_ends(text, number.end) if m in starts), None)
        if following is None or following.value_max is not None or number.value is None or following.unit in ("年", "个月"):
            continue
        if following.rule == "figure/ratio" or is_year(text[number.start : number.end]):
            continue
        scale = _scale_of(text, following)
        shared = finish(text, number.start, number.end, number.value * scale, "figure/unit-shared", unit=following.unit, supplied=True)
        starts[number.start] = shared
        out.append(shared)
    return out


def _link_ends(text: str, at: int) -> list[int]:
    """Return the places at which the next member of a list may begin after one that ends at *at*."""
    ends = []
    match = _SHARED_LINK.match(text, at)
    if match is not None:
        ends.append(match.end())
    plain = _PLAIN_LINK.match(text, at)
    if plain is not None:
        ends.append(plain.end())
        labelled = _LABEL.match(text, plain.end())
        if labelled is not None and text[plain.start() : plain.end()].strip() in ("、", ","):
            ends.append(labelled.end())
    return ends


def _scale_of(text: str, quantity: Quantity) -> int:
    """Return the magnitude with which a quantity's number was scaled (万 in 3.4万元)."""
    match = _NUMBER_AT.match(text, quantity.number_start)
    return magnitude(match[1] or "") if match is not None else 1


def continued_units(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Give a number without a unit that of the quantity it goes on from (小学4.2人，初中≥5.3; 共4.6万平方米，新建占1.9万)."""
    out: list[Quantity] = []
    for quantity in found:
        if quantity.unit is None and quantity.rule in ("figure/comparator", "figure/magnitude") and out:
            previous = out[-1]
            gap = text[previous.end : quantity.number_start]
            if previous.unit is not None and len(gap) <= 16 and _CONTINUES.fullmatch(gap):
                quantity = quantity._replace(unit=previous.unit)
        out.append(quantity)
    return out


def list_qualifiers(text: str, quantities: Sequence[Quantity]) -> list[Quantity]:
    """Let a comparator that closes a list hold for its members (小学4.2人、初中5.3人以上; 45人和50人以内)."""
    out = list(quantities)
    for i in range(len(out) - 2, -1, -1):
        this, following = out[i], out[i + 1]
        if this.qualifier != "=" or following.qualifier not in (">=", "<=") or this.unit != following.unit or following.start != following.number_start:
            continue
        gap = text[this.end : following.start]
        if "。" in gap or "\n" in gap or "," in gap and not _STAGE.fullmatch(gap):
            continue
        if _LIST_LINK.search(gap) and not (this.unit == "%" and this.value == 100):
            out[i] = this._replace(qualifier=following.qualifier)
    return out
