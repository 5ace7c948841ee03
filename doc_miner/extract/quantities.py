"""Find written quantities: a number with its unit and qualifiers, where it stands.

What a number measures, its year, stage and role are `doc_miner.extract.figures`'s
business; this module knows only how quantities are written, and what looks like one
and is none: dates, document and list numbers, ordinals, names, set phrases. What starts with a
digit is told apart by `number_scan`, comparators are read by `qualifiers`, numbers in words by `spoken`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from doc_miner.extract.number_scan import ANCHOR, AR, LIST_MARK, LONGEST, MAG, PLAIN, SCAN, SEP
from doc_miner.extract.qualifiers import Qualifiers
from doc_miner.extract.quantity import Quantity, is_year, lies_in
from doc_miner.extract.shared_units import continued_units, find_shared, list_qualifiers
from doc_miner.extract.spoken import Spoken, SpokenNumber
from doc_miner.extract.units import UnitMatch, UnitReader
from doc_miner.lexicon import Lexicon
from doc_miner.numerals import Number, magnitude, parse_numeral, tidy
from doc_miner.words import WordSet

_AFTER_NUMBER = re.compile(rf"[ \t]?(?P<about>余|多|来|几)?[ \t]?(?P<mag>{MAG}(?!分))?(?P<about2>余|多)?(?P<mag2>亿|万)?")
_RANGE = re.compile(rf"{SEP}(?P<number>{AR})(?![\d]|[.]\d)[ \t]?(?P<mag>{MAG})?(?P<about>余|多)?")
_BETWEEN = re.compile(rf"[ \t]?(?:[和与及至到]|-{{1,2}})[ \t]?(?P<number>{AR})[ \t]?(?P<mag>{MAG})?(?P<about>余|多)?(?=[^,。;、\n]{{0,5}}之间)")
"""The upper end of 介于30人和45人之间."""
_MAY_SCALE = frozenset(" \t余多来几百千万十亿")
"""The first characters of what `_AFTER_NUMBER` finds."""
_MAY_LINK = frozenset(" \t-至到和与及")
"""The first characters of what `_RANGE` and `_BETWEEN` find."""
_COINS = re.compile(r"(?:(?P<jiao>[1-9一二三四五六七八九两])[角毛])?(?:(?P<fen>[1-9一二三四五六七八九两])分(?![之别类钟校]))?")
_CURRENCIES = {"¥": "元", "￥": "元", "HK$": "港元", "US$": "美元", "$": "美元", "€": "欧元", "£": "英镑"}
_CURRENCY = re.compile(r"(?:[¥￥€£]|(?:HK|US)?\$)\Z")
_FRACTION_SLASH = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/.])")
_COEFFICIENT = re.compile(r"(?:系数|差异率|指数|比值|基尼|容积率)[^。\n]{0,26}\Z|[师生机书]比[^,。;\n]{0,10}\Z|(?:系数|差异率|指数|师比|生比)(?:[^。\n]{0,18}[\d.]++){1,5}[^。\n\d]{0,12}\Z")
_SCORE = re.compile(r"(?:总分|得分|评分|分值|评估分|均分|平均分|成绩)(?:为|达到?|是|仅|:|的)?[ \t]?\Z")
_MONEY_BEFORE = re.compile(
    r"(?:资金|投入|投资|拨款|经费|拨付|补助|补贴|预算|支出|奖励|奖补|财政|费用|贷款|捐赠|捐资|价值|耗资|筹资|筹措|化债|下达|给予|金额|总额|工资|奖金|助学金|奖学金|资助|筹了|列支|造价|债务)[^。;\n]{0,12}\Z"
)
_MONEY_AFTER = re.compile(r"[ \t]?(?:的?(?:住房|安家|生活|租房|购房|人才|一次性)[^,。;\d]{0,8})?(?:资金|补贴|经费|奖励|补助|奖金|专款|安家费|投资|贷款|津贴)")
_SIGN = re.compile(r"[≥≤<>=≧≦][ \t]?\Z")
_CLOSES = re.compile(r"[、,。;)(和\n]|\Z")
_CLOCK = re.compile(r"(?:时间|上午|下午|晚上|早上|中午|点|比分(?!别)|比赛|球队)[^。;\n]{0,6}\Z")
_RATIO_WORD = re.compile(r"比(?!赛|武|如|较|分(?!别))")
_LABELLED = re.compile(r"(?:小学|初中|均|都|系数|率|值|比|指标|应|须)[^,。;\n\d]{0,12}\Z")
_LABELLED_DECIMAL = re.compile(r"[一-鿿)][ \t]?\Z")


class QuantityFinder:
    """Finds the quantities of a text in one pass; built once from a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.units = UnitReader(lexicon)
        self._qualify = Qualifiers(lexicon)
        self._spoken = Spoken(lexicon, self.units)
        self._phrases = WordSet(lexicon.set_phrases)

    def find(self, folded: str, text: str | None = None) -> list[Quantity]:
        """Return the quantities of a folded text (`doc_miner.textfold.fold`) in order, without overlap.

        *text* is the text before folding; it tells a full-width comma between two numbers from a
        thousands separator.
        """
        masked = [(start, end) for start, end, _ in self._phrases.find(folded)]
        listed = [mark.span() for mark in LIST_MARK.finditer(folded)]
        found: list[Quantity] = []
        raw: list[Quantity] = []
        at = 0
        for anchor in ANCHOR.finditer(folded):
            start = anchor.start()
            if start < at or (listed and lies_in(listed, start)):
                continue
            match = PLAIN.match(folded, start) or SCAN.match(folded, start)
            if match is None:
                continue
            at = match.end()
            if match.lastgroup == "skip" or at - start > LONGEST or lies_in(masked, start):
                continue
            if text is not None and "," in match[0] and match.lastgroup == "number" and _lists(text[match.start() : match.end()]):
                comma = text.index("，", match.start())
                at = comma + 1
                raw.append(Quantity(match.start(), comma, match.start(), parse_numeral(folded[match.start() : comma]), None))
                continue
            quantity = self._arabic(folded, match)
            if quantity is not None:
                if quantity.unit == "学时" and _is_garbled(quantity):
                    quantity = quantity._replace(damaged=True, rule="figure/garbled")
                found.append(_signed(text or folded, quantity))
                at = quantity.end if quantity.end > at else at
            elif match.lastgroup == "number":
                raw.append(Quantity(match.start(), match.end(), match.start(), parse_numeral(match["number"]), None))
        found += find_shared(folded, found, raw, self.units, self._finish)
        found += [_signed(text or folded, self._from_spoken(folded, spoken)) for spoken in self._spoken.find(folded) if not _in_phrase(masked, spoken)]
        found = _without_overlap(sorted(found, key=lambda q: q.start))
        return list_qualifiers(folded, continued_units(folded, found))

    # --- one number --------------------------------------------------------------------------
    def _arabic(self, text: str, match: re.Match[str]) -> Quantity | None:
        if match.lastgroup == "ratio":
            return self._ratio(text, match)
        start, end = match.span()
        body = match[0]
        mixed = match.lastgroup == "mixed"
        value = parse_numeral(body.replace("多", "") if mixed else body)
        if value is None:
            return None
        qualifier, factor, following = ">" if mixed and "多" in body else "=", 1, text[end : end + 1]
        if following == "/" and not mixed:
            slash = _FRACTION_SLASH.match(text, start)
            if slash and int(slash[2]) > int(slash[1]) > 0:
                return self._finish(text, start, slash.end(), Fraction(int(slash[1]), int(slash[2])), "figure/fraction")
        if following in _MAY_SCALE:
            end, factor, about = self._tail(text, end)
            qualifier = about or qualifier
        value_max: Number | None = None
        unit = self.units.match(text, end)
        goes_on = text[end : end + 1] in _MAY_LINK or (unit is not None and text[unit.end : unit.end + 1] in _MAY_LINK)
        upper = self._upper(text, end, unit, between=text.startswith("介于", max(0, start - 2))) if goes_on else None
        if upper is not None:
            top, top_end, top_factor, top_about = upper
            low = value * (factor if factor != 1 else top_factor)
            if top * top_factor > low:
                factor = top_factor if factor in (1, top_factor) else 1
                value, value_max, end = low / factor, top * top_factor / factor, top_end
                qualifier = ">" if top_about else qualifier
                unit = self.units.match(text, end)
        scaled = factor >= 1000 or (mixed and ("万" in body or "亿" in body))
        return self._with_unit(text, start, end, unit, value, value_max, factor, qualifier, scaled)

    def _tail(self, text: str, end: int) -> tuple[int, int, str | None]:
        """Read what follows a number before its unit: 余, 多 and a magnitude; return end, factor and qualifier."""
        match = _AFTER_NUMBER.match(text, end)
        if match is None or match.end() == end:
            return end, 1, None
        about = match["about"] or match["about2"]
        stop, factor = match.end(), magnitude(match["mag"] or "")
        if match["mag2"]:
            if match["about2"] and match["mag"]:
                factor *= magnitude(match["mag2"])
            else:
                stop = match.start("mag2")
        if match["about"] and not match["mag"] and not self.units.follows(text, stop):
            return end, 1, None
        while text[stop - 1].isspace():
            stop -= 1
        return stop, factor, {"余": ">", "多": ">", "几": ">", "来": "~"}.get(about or "")

    def _upper(self, text: str, end: int, unit: UnitMatch | None, *, between: bool) -> tuple[Decimal, int, int, str | None] | None:
        """Return the upper end of a range that goes on at *end*, also behind a *unit* given twice (10%～15%)."""
        upper = self._range(text, end, between)
        if upper is None and unit is not None:
            upper = self._range(text, unit.end, between)
            if upper is not None and ((again := self.units.match(text, upper[1])) is None or again.unit != unit.unit):
                return None
        return upper

    @staticmethod
    def _range(text: str, at: int, between: bool) -> tuple[Decimal, int, int, str | None] | None:
        if text[at : at + 1] not in _MAY_LINK:
            return None
        match = (_BETWEEN if between else _RANGE).match(text, at)
        value = parse_numeral(match["number"]) if match else None
        if match is None or value is None:
            return None
        end = match.end()
        while text[end - 1].isspace():
            end -= 1
        return value, end, magnitude(match["mag"] or ""), match["about"]

    def _with_unit(
        self, text: str, start: int, end: int, unit: UnitMatch | None, value: Number, value_max: Number | None, factor: int, qualifier: str, scaled: bool
    ) -> Quantity | None:
        if unit is not None and self.units.stands(text, unit, start):
            more = unit.more or (text[unit.end : unit.end + 1] == "多" and text[unit.end + 1 : unit.end + 2] in ("", *",。;、)的 \n"))
            stop = unit.end + (1 if more and not unit.more else 0)
            scale = factor * unit.factor
            value_max = None if value_max is None else value_max * scale
            if unit.unit == "元" and scale == 1 and value_max is None and isinstance(value, Decimal) and (coins := _COINS.match(text, stop)) and coins.end() > stop:
                value, stop = value + _coins(coins), coins.end()
            return self._finish(text, start, stop, value * scale, "figure/number-unit", ">" if more else qualifier, unit=unit.unit, value_max=value_max)
        sign = _CURRENCY.search(text, max(0, start - 3), start) if start else None
        if sign is not None:
            return self._finish(text, start, end, value * factor, "figure/currency-sign", qualifier, unit=_CURRENCIES[sign[0]], value_max=_times(value_max, factor), sign=sign.start())
        before = self.units.before(text, start)
        if before is not None:
            name, scale = before
            return self._finish(text, start, end, value * factor * scale, "figure/unit-before", qualifier, unit=name, supplied=True, value_max=_times(value_max, factor * scale))
        return self._unit_left_out(text, start, end, value * factor, _times(value_max, factor), scaled, qualifier)

    def _unit_left_out(self, text: str, start: int, end: int, value: Number, value_max: Number | None, scaled: bool, qualifier: str) -> Quantity | None:
        """Supply a unit that the text leaves out: money, people and schools by their noun, scores, coefficients, comparators."""
        left = text[max(0, start - 60) : start]
        clause = left[_last_break(left) :]

        def finish(rule: str, unit: str | None, supplied: bool = True) -> Quantity:
            return self._finish(text, start, end, value, rule, qualifier, unit=unit, supplied=supplied, value_max=value_max)

        if scaled and (_MONEY_AFTER.match(text, end) or _MONEY_BEFORE.search(clause)):
            return finish("figure/unit-left-out-money", "元")
        whole = value == int(value)
        noun = self.units.noun_after(text, end)
        if noun is not None and whole and not (not scaled and qualifier == "=" and is_year(text[start:end])):
            return finish("figure/unit-by-noun", noun)
        if not scaled and _COEFFICIENT.search(clause):
            return finish("figure/coefficient", None, False)
        if not scaled and _SCORE.search(clause):
            return finish("figure/score", "分")
        if _SIGN.search(left):
            return finish("figure/comparator", self.units.noun_before(clause))
        if scaled:
            return finish("figure/magnitude", self.units.noun_before(clause, bare=True))
        if value_max is not None and not whole and text.startswith("之间", end):
            return finish("figure/coefficient", None, False)
        if not whole and (self._qualify.stands_behind(text, end) or (self._qualify.stands_before(text, start) and _labelled(text, start))):
            return finish("figure/comparator-decimal", None, False)
        if value < 1 and len(text[start:end]) >= 4 and _LABELLED_DECIMAL.search(left) and _CLOSES.match(text, end):
            return finish("figure/coefficient", None, False)
        return None

    def _ratio(self, text: str, match: re.Match[str]) -> Quantity | None:
        left, right = parse_numeral(match["left"]), parse_numeral(match["right"])
        clause = text[_since_line(text, match.start() - 24, match.start()) : match.start()]
        if not left or not right or _CLOCK.search(clause):
            return None
        if _RATIO_WORD.search(clause) is None and left != 1 and right != 1:
            return None
        return self._finish(text, match.start(), match.end(), Fraction(left) / Fraction(right), "figure/ratio", unit="比")

    # --- finishing ---------------------------------------------------------------------------
    def _from_spoken(self, text: str, spoken: SpokenNumber) -> Quantity:
        value: Number = spoken.value or Decimal(0)
        end = spoken.end
        if spoken.unit == "元" and text[end - 1] == "元" and spoken.value_max is None and isinstance(value, Decimal) and (coins := _COINS.match(text, end)) and coins.end() > end:
            value, end = value + _coins(coins), coins.end()
        quantity = self._finish(text, spoken.start, end, value, spoken.rule, spoken.qualifier, unit=spoken.unit, supplied=spoken.supplied, value_max=spoken.value_max)
        return quantity._replace(value=None, damaged=True) if spoken.value is None else quantity

    def _finish(
        self, text: str, start: int, end: int, value: Number, rule: str, qualifier: str = "=", *, unit: str | None = None, supplied: bool = False, value_max: Number | None = None, sign: int | None = None
    ) -> Quantity:
        """Make a quantity of a number, its unit and what it may have in front: a *sign* and comparators."""
        begin, stop, qualifier = self._qualify.read(text, start if sign is None else sign, end, qualifier)
        return Quantity(begin, stop, start, tidy(value), unit, qualifier, None if value_max is None else tidy(value_max), rule, supplied)


def _is_garbled(quantity: Quantity) -> bool:
    """Return whether a number has run together with the one before it: 5360学时 is 5年360学时 with its 年 lost (教督〔2017〕6号, 指标16)."""
    return quantity.unit == "学时" and quantity.qualifier == "=" and quantity.value is not None and quantity.value >= 1000 and int(quantity.value) % 1000 == 360


def _lists(number: str) -> bool:
    """Return whether a full-width comma stands between two numbers (210，198名) and not inside one (1，250册)."""
    head, comma, _ = number.partition("，")
    return bool(comma) and len(head) >= 3


def _labelled(text: str, start: int) -> bool:
    return _LABELLED.search(text, max(0, start - 20), start) is not None


_MINUS = re.compile(r"(?:(?<![^为是长率于达到至(（:：,，、。;；\s])[-－−]|零下|负)\Z")
"""A sign in front of a number, in the text as written: dashes of other widths join or part."""


def _signed(text: str, quantity: Quantity) -> Quantity:
    """Return a quantity with the sign that stands in front of it (增长-3.2%, 零下5度)."""
    start = quantity.start
    if not start or start != quantity.number_start or quantity.value is None or quantity.value_max is not None or text[start - 1] not in "-－−下负":
        return quantity
    sign = _MINUS.search(text, max(0, start - 2), start)
    if sign is None or (sign[0] not in "-－−" and quantity.unit not in ("度", "摄氏度", "华氏度", "%")) or (sign[0] in "-－−" and quantity.unit in ("比", None)):
        return quantity
    return quantity._replace(start=sign.start(), value=-quantity.value)


def _coins(match: re.Match[str]) -> Decimal:
    """Return the part of an 元 that stands behind it (3元5角)."""
    jiao, fen = (parse_numeral(match[name]) or Decimal(0) if match[name] else Decimal(0) for name in ("jiao", "fen"))
    return (jiao * 10 + fen) / 100


def _times(value: Number | None, factor: int) -> Number | None:
    return None if value is None else value * factor


def _since_line(text: str, start: int, end: int) -> int:
    """Return where a window ``text[start:end]`` begins that reaches over no end of a line."""
    start = max(0, start)
    return max(start, text.rfind("\n", start, end) + 1)


def _last_break(text: str) -> int:
    return max(text.rfind(mark) for mark in "。!?\n") + 1


def _in_phrase(phrases: Sequence[tuple[int, int]], spoken: SpokenNumber) -> bool:
    """Return whether a number in words belongs to a set phrase; one whose unit goes on behind a short phrase does not (三公 in 三公斤, 高三 in 提高三个百分点)."""
    index = bisect_right(phrases, (spoken.start, 1 << 60)) - 1
    if index < 0 or spoken.start >= phrases[index][1]:
        return False
    start, end = phrases[index]
    return not (end <= start + 2 and spoken.end > end and spoken.unit in ("公斤", "公里", "公顷", "个百分点"))


def _without_overlap(quantities: Sequence[Quantity]) -> list[Quantity]:
    """Keep, of quantities that overlap, the one that starts first (the longer, where both do)."""
    out: list[Quantity] = []
    for quantity in sorted(quantities, key=lambda q: (q.start, -q.end)):
        if not out or quantity.start >= out[-1].end:
            out.append(quantity)
    return out
