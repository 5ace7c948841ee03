"""Find written quantities: a number with its unit and qualifiers, where it stands.

What a number measures, its year, stage and role are `doc_miner.extract.figures`'s
business; this module knows only how quantities are written, and what looks like one
and is none: dates, document and list numbers, ordinals, names, set phrases.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from doc_miner.lexicon import Lexicon
from doc_miner.numerals import CHINESE_NUMERAL, Number, magnitude, parse_chinese, parse_numeral, tidy


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, with its value in the base unit.

    ``start``/``end`` span the text with unit and adjacent qualifiers; ``number_start`` is where
    the number itself begins. ``factor`` is the magnitude and unit factor applied to ``value``.
    ``damaged`` marks a number that the text has lost or garbled: it has no value.
    """

    start: int
    end: int
    number_start: int
    value: Number | None
    unit: str | None
    qualifier: str = "="
    value_max: Number | None = None
    rule: str = "figure/number"
    supplied: bool = False
    chinese: bool = False
    damaged: bool = False


# --- fragments -------------------------------------------------------------------------------
_AR = r"(?:\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d++)?|\d++(?:\.\d++)?)"
_MAG = r"(?:万亿|千万|百万|十万|亿|万|千|百)"
_CN = f"[{CHINESE_NUMERAL}]"
_SEP = r"[ \t]?(?:-{1,2}|至|到)[ \t]?"
_DAY = r"\s?\d{1,2}\s?[日号]"
_MONTH = rf"\s?\d{{1,2}}\s?月(?:份|底|初|末|中旬|上旬|下旬)?(?:{_DAY})?"

# What starts with a digit and is no quantity, tried at each place before a number is.
_NO_QUANTITY = "|".join(
    (
        r"[〔\[(【]\s?(?:19|20)\d{2}\s?[〕\])】]\s?第?\s?\d*\s?号?",  # 〔2018〕7号
        r"[〔\[【]\s?(?:19|20)\d{2}\s?\d{0,4}\s?号",  # 〔20183号: the closing bracket is lost
        rf"(?:19|20)\d{{2}}\s?年?(?:{_MONTH})?\s?(?:-{{1,2}}|至|到|、)\s?(?:(?:19|20)\d{{2}}|\d{{2}}(?=年))\s?(?:学年度?|年度?|级|届)(?:{_MONTH})?(?:春|秋)?季?",
        rf"(?:19|20)\d{{2}}\s?(?:学年度?|年代|年度?|级|届)(?:{_MONTH}(?:\s?{_SEP}(?:\s?\d{{1,2}}\s?月)?(?:{_DAY})?)?)?",
        r"(?:19|20)\d{2}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,2}(?!\d)(?:\s++\d{1,2}:\d{2}(?::\d{2})?)?",
        r"(?:19|20)\d{2}-(?:0?[1-9]|1[0-2])(?![\d.%])(?:-\d{1,2})?",
        r"(?<!\d)\d{1,2}\s?月(?!的?工资)(?:份|底|初|末|中旬|上旬|下旬)?(?:\s?\d{1,2}\s?[日号])?(?:\s?(?:-|至|到)\s?\d{1,2}\s?[月日号](?:\d{1,2}日)?)?",
        r"\d++\s?(?:号楼|号|#)",
        r"\d{1,2}:\d{2}(?::\d{2})?(?=\s?(?:前|后|至|到|-|分|起|开|上|放|,|。|左右))(?<![比例为]\d:\d\d)(?<!比\d:\d\d)",
        r"第\s?\d++(?:\s?(?:-|至|、)\s?第?\d++)*\s?[一-鿿]?",
        r"\d{1,2}\s?年级",
        r"\d{1,3}(?:\.\d{1,3}){2,}",  # 1.2.3
        r"(?<![\d.])1[3-9]\d{9}(?!\d)|0\d{2,3}-\d{7,8}(?:-\d+)?|\d{17}[\dXx]",
        r"(?:附件|附表|表|图|注|第)\s?\d++(?:[-.]\d++)*",
        r"^[ \t]*[(]?\d{1,2}(?:[、.)](?!\d)|\)[、.]?)",
        r"[A-Za-z]+-?\d++(?:\.\d++)*[A-Za-z]*",
        r"\d++[A-Za-z]{2,}\d*(?<!km)(?<!mm)(?<!cm)",
        r"\d++(?:后|强|号线|路(?:公交|车)|条路|中学?(?=[,、。)(]|$)|小(?=[,、。)]|$)|班(?=[学教]生|同学)|单元|室(?![内外]))",
        r"(?:19|20)\d{2}(?=\s*\n)",
        r"\d++\s?[+]\s?\d++(?:\s?[+]\s?[\dXN]+)*(?=模式|工程|计划|行动|体系|机制|课程|课|框架|服务|选科|改革|格局|[”\"])",
        r"[“\"「]\d++[+*×]?\d*[”\"」]",
        r"\d++[-/]\d++(?:-\d++)+",
    )
)
_RATIO = rf"(?P<left>{_AR})\s?(?:[:]|比)\s?(?P<right>{_AR})(?!\d|:|\s?[月日])"
_SCAN_TEMPLATE = rf"(?P<skip>{_NO_QUANTITY})|(?<![\d.A-Za-z])(?:(?P<ratio>{_RATIO})|(?P<mixed>\d++(?:\.\d++)?[亿万千](?:\d++(?:\.\d++)?[万千百]){{1,2}})|(?P<number>{_AR}))"
_SCAN = re.compile(_SCAN_TEMPLATE, re.M)
_AFTER_NUMBER = re.compile(rf"[ \t]?(?P<about>余|多|来|几)?[ \t]?(?P<mag>{_MAG}(?!分))?(?P<about2>余|多)?")
_RANGE = re.compile(rf"{_SEP}(?P<number>{_AR})(?![\d]|[.]\d)\s?(?P<mag>{_MAG})?(?P<about>余|多)?")
_UNIT_BEFORE = re.compile(r"[(\[](?:单位[::]?)?(?P<unit>[^()\[\]\d]{1,6})[)\]]\s?(?:[::为]|共|达|合计)?\s?$")

_PERCENT_WORDS = re.compile(
    rf"(?P<base>[百千万]|{_CN}{{1,4}})分之(?P<number>{_CN}++(?:点{_CN}++)?|\d++(?:\.\d++)?)"
)
_TENTHS = re.compile(
    r"(?<![一-鿿])?(?P<number>[一二两三四五六七八九](?:[、-]?[二三四五六七八九])?|\d)成(?P<half>[一二三四五六七八九半])?"
    r"(?=以上|以下|左右|多|[的,。;、)]|\s|$|学|教|师|家|农|儿|中|小|毕|生|村|受|群)(?!长|员|人|功|果|绩|效|就|立|为|套)"
)
_TENTHS_BEFORE = re.compile(r"(?:超过|不到|不足|将近|接近|近|约|超|达到|达|占|有|至|[,。;(:、]|^)$")
_MULTIPLE = re.compile(r"翻(?:了)?(?P<number>[一两二三四]|几)番")
_APPROXIMATE = re.compile(
    r"(?P<a>[一二两三四五六七八])(?P<b>[二三四五六七八九])(?P<place>[十百千万](?:万)?)?(?:余|多)?(?=UNIT)|(?P<c>[二三四五六七八九]?十)(?P<d>[一二三四五六七八])(?P<e>[二三四五六七八九])(?=UNIT)"
)
_FRACTION_SLASH = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/.])")
_COEFFICIENT = re.compile(r"(?:系数|差异率|指数|比值|基尼|师比|生比|机比|师机比|书比)[^,。;\n]{0,16}$|(?:系数|差异率|指数|师比|生比)(?:[^。;\n]{0,16}[\d.]++){1,3}[^。;\n\d]{0,10}$")
_SCORE = re.compile(r"(?:总分|得分|评分|分值|评估分|均分|平均分|成绩)(?:为|达到?|是|仅|:|的)?\s?$")
_MONEY_BEFORE = re.compile(r"(?:资金|投入|投资|拨款|经费|拨付|补助|补贴|安排|预算|支出|奖励|奖补|财政|费用|贷款|捐赠|捐资|价值|耗资|筹资|筹措|化债|下达|给予|金额|总额|工资|奖金)[^。;\n]{0,12}$")
_MONEY_AFTER = re.compile(r"\s?(?:的?(?:住房|安家|生活|租房|购房|人才|一次性)[^,。;\d]{0,8})?(?:资金|补贴|经费|奖励|补助|奖金|专款|安家费|投资|贷款|津贴)")
_CLAUSE = re.compile(r"[。;!?\n]")


def _alternation(forms: Iterable[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))


class QuantityFinder:
    """Finds the quantities of a text in one pass; built once from a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.units = lexicon.units
        self.nouns = lexicon.counted_nouns
        self.phrases = lexicon.set_phrases
        units = _alternation(self.units)
        self._unit = re.compile(rf"[ \t]?(?:个(?=百分点))?(?P<unit>{units})")
        before = {form: q.qualifier for form, q in lexicon.qualifiers.items() if q.position == "before"}
        after = {form: q.qualifier for form, q in lexicon.qualifiers.items() if q.position == "after"}
        self._before, self._after = before, after
        self._before_re = re.compile(rf"(?:{_alternation(before)})(?:于|为|了)?[ \t]?$")
        self._after_re = re.compile(rf"[ \t]?[(]?(?P<q>{_alternation(after)})")
        self._apart_re = re.compile(rf"(?P<q>{_alternation(q for q in before if before[q] in ('>=', '<='))})(?P<gap>[^\d,。;:、\n]{{2,30}}[的为])$")
        self._noun = re.compile(rf"(?P<noun>{_alternation(self.nouns)})")
        strict = "所|名|人|间|台|套|栋|亩|人次|万元|元"
        cn_units = "|".join(re.escape(u) for u in sorted(self.units, key=len, reverse=True) if u not in {"分", "年", "条", "批", "种", "代", "届", "科", "对", "处", "面", "度", "级", "件", "家"})
        self._chinese = re.compile(
            rf"(?P<number>(?:{_CN}{{2,}}|[十百千]|[一二两三四五六七八九](?=(?:余|多)?[万千亿百]))(?:点{_CN}++)?)(?P<about>余|多|来)?(?P<mag>[万亿](?!一))?(?P<about2>余|多)?(?P<unit>{cn_units}|人次)"
            rf"|(?P<single>[一二两三四五六七八九])(?P<about3>余|多)?(?P<sunit>{cn_units}|年)(?=以上|以内|以下|及以上)"
            rf"|(?<![一-鿿])(?P<few>[两三四五六七八九])(?P<funit>{strict})"
        )
        self._few_left = re.compile(r"[第之初高周星期农大小]$")
        self._cn_range = re.compile(rf"(?P<a>{_CN}{{1,4}})(?:至|到|-)(?P<b>{_CN}{{1,4}})(?P<unit>{cn_units}|年)")
        self._approximate = re.compile(_APPROXIMATE.pattern.replace("UNIT", f"(?:余|多)?(?:万)?(?:{cn_units}|学校|教师|学生|年|岁)"))
        self._unit_forms = partial(self._unit.match)
        self._phrase_re = re.compile(_alternation(self.phrases)) if self.phrases else None

    # --- public ------------------------------------------------------------------------------
    def find(self, folded: str) -> list[Quantity]:
        """Return the quantities of a folded text (`doc_miner.textfold.fold`) in order, without overlap."""
        masked = self._masked(folded)
        found: list[Quantity] = []
        raw: list[tuple[int, Quantity]] = []
        taken: list[tuple[int, int]] = list(masked)
        for match in _SCAN.finditer(folded):
            if match.lastgroup == "skip" or match["skip"] is not None:
                continue
            if _covered(masked, match.start()) or (found and match.start() < found[-1].end):
                continue
            quantity = self._arabic(folded, match)
            if quantity is not None:
                found.append(quantity)
            elif match["number"] is not None:
                raw.append((match.start(), Quantity(match.start(), match.end(), match.start(), parse_numeral(match["number"]), None)))
        found += self._shared_units(folded, found, raw)
        found += self._words(folded, masked, found)
        found.sort(key=lambda q: q.start)
        return _list_qualifiers(folded, _without_overlap(found))

    # --- Arabic ------------------------------------------------------------------------------
    def _arabic(self, text: str, match: re.Match[str]) -> Quantity | None:
        start = match.start()
        if match["ratio"] is not None:
            return self._ratio(text, match)
        body = match["mixed"] or match["number"]
        value = parse_numeral(body)
        end = match.end()
        if value is None:
            return None
        if match["number"] is not None:
            slash = _FRACTION_SLASH.match(text, start)
            if slash and int(slash[2]) > int(slash[1]) > 0:
                return self._finish(text, start, slash.end(), Fraction(int(slash[1]), int(slash[2])), None, "figure/fraction", "=")
        qualifier = "="
        factor = 1
        after = _AFTER_NUMBER.match(text, end)
        if after and after.end() > end:
            about = after["about"] or after["about2"]
            if after["about"] and not after["mag"] and not self._follows_unit_or_noun(text, after.end()):
                about, after_end = None, end
            else:
                after_end = after.end()
            if about in ("余", "多", "几"):
                qualifier = ">"
            elif about == "来":
                qualifier = "~"
            if after["mag"] and after_end > end:
                factor = magnitude(after["mag"])
            end = after_end
        if text[end - 1].isspace():
            end -= 1
        value_max: Number | None = None
        upper = self._range(text, end)
        unit_first = self._unit.match(text, end)
        if upper is None and unit_first is not None:
            upper_after_unit = self._range(text, unit_first.end())
            if upper_after_unit is not None and self._same_unit_after(text, upper_after_unit[1], unit_first["unit"]):
                upper = upper_after_unit
        if upper is not None and upper[0] is not None:
            top, top_end, top_factor, top_about = upper
            low = value * (factor if factor != 1 else top_factor)
            high = top * top_factor
            if high > low:
                shared = factor if factor != 1 and factor == top_factor else top_factor if factor == 1 else 1
                value, value_max, end, factor = low / shared, high / shared, top_end, shared
                qualifier = ">" if top_about else qualifier
        return self._with_unit(text, start, end, value, value_max, factor, qualifier)

    def _range(self, text: str, at: int) -> tuple[Decimal, int, int, str | None] | None:
        match = _RANGE.match(text, at)
        if match is None:
            return None
        value = parse_numeral(match["number"])
        if value is None:
            return None
        end = match.end()
        while text[end - 1].isspace():
            end -= 1
        return value, end, magnitude(match["mag"] or ""), match["about"]

    def _same_unit_after(self, text: str, at: int, unit: str) -> bool:
        match = self._unit.match(text, at)
        return match is not None and self.units[match["unit"]].unit == self.units[unit].unit

    def _follows_unit_or_noun(self, text: str, at: int) -> bool:
        return self._unit.match(text, at) is not None or self._noun.match(text, at) is not None

    def _with_unit(self, text: str, start: int, end: int, value: Number, value_max: Number | None, factor: int, qualifier: str) -> Quantity | None:
        match = self._unit.match(text, end)
        if match is not None and self._is_unit(text, match, start):
            entry = self.units[match["unit"]]
            end = match.end()
            if entry.kind == "people" or text[end : end + 1] in "余多" and text[end : end + 2] not in ("多媒", "多功"):
                pass
            if end < len(text) and text[end] == "多" and text[end + 1 : end + 2] not in ("媒", "功", "元", "种", "样"):
                qualifier = ">" if entry.kind == "time" else qualifier
            scale = factor * entry.factor
            return self._finish(text, start, end, value * scale, _times(value_max, scale), "figure/number-unit", qualifier, unit=entry.unit)
        before = _UNIT_BEFORE.search(text, max(0, start - 14), start)
        if before is not None:
            unit, scale = self.header_unit(before["unit"])
            if unit is not None:
                return self._finish(text, start, end, value * factor * scale, _times(value_max, factor * scale), "figure/unit-before", qualifier, unit=unit, supplied=True)
        return self._unit_left_out(text, start, end, value, value_max, factor, qualifier)

    def header_unit(self, text: str) -> tuple[str | None, int]:
        """Return unit and factor of a unit as a table header or caption writes it (万元, 平方米, 人/班), or (None, 1)."""
        text = text.strip()
        match = re.match(rf"({_MAG})?(.*)", text, re.S)
        assert match is not None
        if text in self.units:
            return self.units[text].unit, self.units[text].factor
        if match[1] and match[2] in self.units:
            entry = self.units[match[2]]
            return entry.unit, magnitude(match[1]) * entry.factor
        return None, 1

    def implied_unit(self, label: str) -> str | None:
        """Return the unit that a label's noun implies (在校学生数 → 人, 学校数 → 所), or ``None``."""
        return self._unit_of_noun_before(label + "数")

    def _is_unit(self, text: str, match: re.Match[str], start: int) -> bool:
        """Return whether the unit found after a number is one here (个 and 人 are, 年 of a date or 分 of 分之 is not)."""
        unit, end = match["unit"], match.end()
        following = text[end : end + 2]
        if unit == "年":
            return not following.startswith("级") and not (len(text[start:end]) >= 5 and text[start : start + 2] in ("19", "20") and text[start : start + 4].isdigit())
        if unit in ("分", "成"):
            return not following.startswith(("之", "别", "类", "管", "散", "布", "流", "级", "校", "校区"))
        if unit == "班":
            return not following.startswith(("主", "子", "车", "委", "长"))
        if unit == "科":
            return not following.startswith(("技", "学"))
        if unit == "元":
            return not following.startswith(("旦", "素", "件"))
        if unit in ("天", "周"):
            return not following.startswith(("天", "边", "期", "然"))
        if unit == "组":
            return not following.startswith(("织", "建"))
        if unit == "对":
            return not following.startswith(("应", "口", "象", "标", "照"))
        if unit == "处":
            return not following.startswith(("理", "于", "置", "级"))
        return True

    def _unit_left_out(self, text: str, start: int, end: int, value: Number, value_max: Number | None, factor: int, qualifier: str) -> Quantity | None:
        """Supply a unit that the text leaves out: money, people and schools by their noun, scores, coefficients, comparators."""
        left = text[max(0, start - 40) : start]
        clause = left[_last_break(left) :]
        scaled, scaled_max = value * factor, _times(value_max, factor)
        finish = partial(self._finish, text, start, end, scaled, scaled_max)
        if factor >= 1000 and (_MONEY_AFTER.match(text, end) or _MONEY_BEFORE.search(clause)):
            return finish("figure/unit-left-out-money", qualifier, unit="元", supplied=True)
        noun = self._noun.match(text, end)
        if noun is not None and not (value_max is None and factor == 1 and qualifier == "=" and text[end - 4 : end].isdigit() and text[end - 4 : end - 2] in ("19", "20")):
            return finish("figure/unit-by-noun", qualifier, unit=self.nouns[noun["noun"]], supplied=True)
        if _COEFFICIENT.search(clause) and factor == 1:
            return finish("figure/coefficient", qualifier, unit=None)
        if _SCORE.search(clause) and factor == 1:
            return finish("figure/score", qualifier, unit="分", supplied=True)
        comparator = re.search(r"[≥≤<>=≧≦]\s?$", left)
        if comparator is not None:
            return finish("figure/comparator", qualifier, unit=self._unit_of_noun_before(clause), supplied=True)
        if factor > 1000:
            return finish("figure/magnitude", qualifier, unit=self._unit_of_noun_before(clause), supplied=True)
        return None

    def _unit_of_noun_before(self, clause: str) -> str | None:
        """Return the unit that a counted noun in front implies (教师数 → 人, 教室数 → 间), or ``None``."""
        best = None
        for match in self._noun.finditer(clause):
            if clause[match.end() : match.end() + 1] in ("数", "人", "总", "量"):
                best = self.nouns[match["noun"]]
        return best

    def _ratio(self, text: str, match: re.Match[str]) -> Quantity | None:
        left, right = parse_numeral(match["left"]), parse_numeral(match["right"])
        start, end = match.start(), match.end()
        clause = text[max(0, start - 16) : start]
        if not left or not right or re.search(r"(?:时间|上午|下午|晚上|早上|中午|点|比分)[^。;\n]{0,6}$", clause):
            return None
        if "比" not in clause and left != 1 and right != 1:
            return None
        return self._finish(text, start, end, Fraction(left) / Fraction(right), None, "figure/ratio", "=", unit="比")

    # --- shared units ------------------------------------------------------------------------
    def _shared_units(self, text: str, found: list[Quantity], raw: list[tuple[int, Quantity]]) -> list[Quantity]:
        """Return the members of lists whose unit stands once, at the end (分别为45、50人) or was given before (4.2人,初中≥5.3)."""
        starts = {q.number_start: q for q in found}
        out: list[Quantity] = []
        for _, number in reversed(raw):
            match = re.compile(r"\s?(?:[、,/]|和|及|与|以及)\s?").match(text, number.end)
            following = starts.get(match.end()) if match is not None else None
            if following is None or following.unit is None or following.value_max is not None or number.value is None:
                continue
            if following.unit in ("年", "个月") or re.search(r"(?:19|20)\d\d$", text[number.start : number.end]):
                continue
            ratio = self._scale_of(text, following)
            shared = self._finish(text, number.start, number.end, number.value * ratio, None, "figure/unit-shared", "=", unit=following.unit, supplied=True)
            starts[number.start] = shared
            out.append(shared)
        return out

    def _scale_of(self, text: str, quantity: Quantity) -> int:
        """Return the magnitude with which a quantity's number was scaled (万 in 3.4万元)."""
        match = re.compile(rf"{_AR}\s?({_MAG})?").match(text, quantity.number_start)
        return magnitude(match[1] or "") if match is not None else 1

    # --- numbers in words --------------------------------------------------------------------
    def _words(self, text: str, masked: list[tuple[int, int]], found: list[Quantity]) -> list[Quantity]:
        out: list[Quantity] = []
        out += self._percent_words(text)
        if "成" in text:
            out += self._tenths(text)
        if "番" in text:
            for match in _MULTIPLE.finditer(text):
                times = parse_chinese(match["number"])
                if times is not None:
                    out.append(Quantity(match.start(), match.end(), match.start(), Decimal(2**times), "倍", rule="figure/doubling", chinese=True))
        out += self._chinese_ranges(text)
        for match in self._chinese.finditer(text):
            quantity = self._chinese_number(text, match)
            if quantity is not None:
                out.append(quantity)
        return [q for q in out if not _covered(masked, q.number_start)]

    def _percent_words(self, text: str) -> Iterable[Quantity]:
        if "分之" not in text:
            return
        for match in _PERCENT_WORDS.finditer(text):
            number = parse_numeral(match["number"])
            base = {"百": 100, "千": 1000, "万": 10_000}.get(match["base"]) or parse_chinese(match["base"])
            if number is None or not base:
                continue
            if match["base"] == "百":
                yield self._finish(text, match.start(), match.end(), number, None, "figure/percent-words", "=", unit="%", chinese=True)
            elif match["base"] == "千":
                yield self._finish(text, match.start(), match.end(), number, None, "figure/percent-words", "=", unit="‰", chinese=True)
            else:
                yield self._finish(text, match.start(), match.end(), Fraction(number) / base, None, "figure/fraction", "=", chinese=True)

    def _tenths(self, text: str) -> Iterable[Quantity]:
        for match in _TENTHS.finditer(text):
            head = text[max(0, match.start() - 4) : match.start()]
            if not _TENTHS_BEFORE.search(head):
                continue
            digits = [parse_chinese(c) if not c.isdigit() else int(c) for c in match["number"] if c not in "、-"]
            half = match["half"]
            extra = 0 if not half else 5 if half == "半" else (parse_chinese(half) or 0)
            low = Decimal((digits[0] or 0) * 10 + extra)
            high = Decimal((digits[1] or 0) * 10) if len(digits) > 1 else None
            end = match.end()
            qualifier = "="
            if text[end : end + 1] == "多":
                end, qualifier = end + 1, ">"
            yield self._finish(text, match.start(), end, low, high, "figure/tenths", qualifier, unit="%", chinese=True)

    def _chinese_ranges(self, text: str) -> Iterable[Quantity]:
        for match in self._cn_range.finditer(text):
            low, high = parse_chinese(match["a"]), parse_chinese(match["b"])
            if low is None or high is None or high <= low or text[match.start() - 1 : match.start()] in ("第", "初", "高"):
                continue
            if match["unit"] == "年" and text[match.end() : match.end() + 1] == "级":
                continue
            entry = self.units[match["unit"]]
            yield self._finish(text, match.start(), match.end(), Decimal(low) * entry.factor, Decimal(high) * entry.factor, "figure/range-words", "=", unit=entry.unit, chinese=True)
        for match in self._approximate.finditer(text):
            yield from self._approximate_number(text, match)

    def _approximate_number(self, text: str, match: re.Match[str]) -> Iterable[Quantity]:
        if text[match.start() - 1 : match.start()] in tuple(CHINESE_NUMERAL) + ("第", "初", "高", "之"):
            return
        if match["a"]:
            a, b = parse_chinese(match["a"]) or 0, parse_chinese(match["b"]) or 0
            place = parse_chinese("一" + match["place"]) if match["place"] else 1
            base = 0
        else:
            a, b, place = parse_chinese(match["d"]) or 0, parse_chinese(match["e"]) or 0, 1
            base = parse_chinese(match["c"]) or 0
        if not place or not (b == a + 1 or (a, b) == (3, 5)):
            return
        end = match.end()
        unit = self._unit.match(text, end)
        mag = 1
        if unit is None and text[end : end + 1] == "万":
            mag, end = 10_000, end + 1
            unit = self._unit.match(text, end)
        noun = self._noun.match(text, end) if unit is None else None
        name = self.units[unit["unit"]].unit if unit else self.nouns[noun["noun"]] if noun else None
        scale = mag * (self.units[unit["unit"]].factor if unit else 1)
        yield self._finish(
            text, match.start(), unit.end() if unit else end, Decimal(base + a * place) * scale, Decimal(base + b * place) * scale,
            "figure/range-approximate", "=", unit=name, chinese=True, supplied=unit is None,
        )

    def _chinese_number(self, text: str, match: re.Match[str]) -> Quantity | None:
        start = match.start()
        previous = text[start - 1 : start]
        if previous and (previous in "第之初高周唯统万专单同" + CHINESE_NUMERAL or previous.isdigit()):
            return None
        if match["few"]:
            unit, number, qualifier = match["funit"], match["few"], "="
            if self._few_left.search(previous) or text[match.end() : match.end() + 1] in ("格", "物", "类", "民", "口", "家"):
                return None
        elif match["single"]:
            unit, number, qualifier = match["sunit"], match["single"], ">" if match["about3"] else "="
        else:
            unit, number = match["unit"], match["number"]
            qualifier = ">" if (match["about"] in ("余", "多") or match["about2"]) else "~" if match["about"] == "来" else "="
            if number in ("百", "千") and qualifier == "=":
                return None
            if all(c in "百千万亿" for c in number):
                if qualifier != ">" or len(number) > 1:
                    return None
                number = "一" + number
        value = parse_numeral(number)
        if value is None:
            return None
        entry = self.units[unit]
        if entry.unit == "个" and text[match.end() : match.end() + 2] in ("百分",):
            return None
        mag = magnitude(match["mag"] or "") if match["number"] else 1
        return self._finish(text, start, match.end(), value * mag * entry.factor, None, "figure/chinese-number", qualifier, unit=entry.unit, chinese=True)

    # --- finishing ---------------------------------------------------------------------------
    def _finish(
        self, text: str, start: int, end: int, value: Number, value_max: Number | None, rule: str, qualifier: str,
        *, unit: str | None = None, supplied: bool = False, chinese: bool = False,
    ) -> Quantity:
        """Add the qualifiers that stand directly before and after, or hold from a distance (不低于…总数的10%)."""
        number_start = start
        if unit == "个" and text[end : end + 1] == "班" and text[end : end + 2] not in ("班级", "班子"):
            unit, end = "个班", end + 1
        elif unit == "个" and text.startswith("教学班", end):
            unit, end = "个班", end + 3
        elif unit == "个" and text.startswith("百分点", end):
            unit, end = "个百分点", end + 3
        after = self._after_re.match(text, end)
        if after is not None and not (after["q"] in ("以上",) and text[after.end() : after.end() + 2] == "学历"):
            closing = after.end()
            if "(" in text[end:closing] and "(" not in after["q"]:
                closing = end if text[closing : closing + 1] != ")" else closing + 1
            if closing > end:
                qualifier, end = self._after[after["q"]], closing
        head = text[max(0, start - 10) : start]
        before = self._before_re.search(head)
        if before is not None:
            form = before[0].strip()
            key = next((f for f in sorted(self._before, key=len, reverse=True) if form.startswith(f)), None)
            if key is not None and not self._part_of_word(text, start - len(head) + before.start(), key):
                if qualifier not in (">=", "<=") or self._before[key] in (">=", "<="):
                    qualifier = self._before[key]
                start = start - len(head) + before.start()
        elif qualifier == "=":
            apart = self._apart_re.search(text, max(0, start - 40), start)
            if apart is not None and not re.search(r"[以之]内$", apart["gap"]):
                qualifier = self._before[apart["q"]]
        return Quantity(start, end, number_start, tidy(value), unit, qualifier, None if value_max is None else tidy(value_max), rule, supplied, chinese)

    @staticmethod
    def _part_of_word(text: str, at: int, form: str) -> bool:
        """Return whether a qualifier is the tail of another word (附近, 签约, 集约, 大于 is none; 最近5年 is no 近)."""
        previous = text[at - 1 : at]
        if form in ("近", "约"):
            return previous in tuple("附最靠签预节集条公契邻新远亲")
        if form in ("超", "逾"):
            return previous in tuple("赶逾")
        return False

    def _masked(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of set phrases, in which no number counts."""
        if self._phrase_re is None:
            return []
        return [match.span() for match in self._phrase_re.finditer(text)]


def _times(value: Number | None, factor: int) -> Number | None:
    return None if value is None else value * factor


def _last_break(text: str) -> int:
    at = max(text.rfind(c) for c in "。;!?\n")
    return at + 1


def _covered(spans: list[tuple[int, int]], position: int) -> bool:
    index = bisect_right(spans, (position, 1 << 60)) - 1
    return index >= 0 and spans[index][0] <= position < spans[index][1]


def _without_overlap(quantities: list[Quantity]) -> list[Quantity]:
    """Keep, of quantities that overlap, the one that starts first (the longer, where both do)."""
    out: list[Quantity] = []
    for quantity in sorted(quantities, key=lambda q: (q.start, -q.end)):
        if out and quantity.start < out[-1].end:
            continue
        out.append(quantity)
    return out


_LIST_LINK = re.compile(r"[、](?:[^\d,。;:、()\n]{0,10})$")
_LIST_LINK_GLUED = re.compile(r"^$")


def _list_qualifiers(text: str, quantities: list[Quantity]) -> list[Quantity]:
    """Let a comparator that closes a list hold for its members (小学4.2人、初中5.3人以上)."""
    out = list(quantities)
    for i in range(len(out) - 2, -1, -1):
        this, following = out[i], out[i + 1]
        if this.qualifier != "=" or following.qualifier not in (">=", "<=") or this.unit != following.unit:
            continue
        comes_after = text[following.number_start - 1 : following.number_start] != "" and following.start == following.number_start
        if comes_after and _LIST_LINK.search(text[this.end : following.start]) and not (this.unit == "%" and this.value == 100):
            out[i] = replace(this, qualifier=following.qualifier)
    return out
