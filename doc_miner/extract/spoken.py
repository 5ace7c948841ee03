"""Find numbers written in words: 三万四千五百六十七人, 百分之九十三点五, 近三成, 两三千, 三分之二, 翻一番.

A single numeral with a measure word (一所, 三个) is reported only where it surely counts
something or a comparator makes it a norm (不少于三间, 一小时以上).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from doc_miner.extract.units import UnitReader
from doc_miner.lexicon import Lexicon
from doc_miner.numerals import CHINESE_NUMERAL, Number, magnitude, parse_chinese, parse_numeral

_CN = f"[{CHINESE_NUMERAL}]"
_ONE = "[一二两三四五六七八九]"
_COUNTERS = "所|名|人|间|台|套|栋|亩|人次|万元|元"
_SINGLE_ONLY = {"分", "年", "条", "批", "种", "代", "届", "科", "对", "处", "面", "度", "级", "件", "家", "首", "头", "部", "起", "例", "只", "M"}
"""Units that a numeral of one character does not take: 十分, 三年, 一批, 二代, 一级."""

_MEASURES = ("length", "area", "volume", "weight", "points")
_NO_MEASURE = ("升", "克", "斤", "磅", "g", "m", "立方", "亩")
"""Units of measuring take a numeral of one character (五公里), these ones apart: with it they are parts of names and words."""
_HALVED = ("小时", "个小时", "钟头", "年", "天", "公里", "里", "斤", "公斤", "吨", "倍", "平方公里", "平方米", "百分点", "学时", "课时", "周岁", "岁", "月", "个月", "米")
_PERCENT = re.compile(
    rf"(?P<base>[百千万]|{_CN}{{1,4}})分之(?P<number>{_CN}++(?:点{_CN}++)?|\d++(?:\.\d++)?)(?:(?:至|到|-)(?:[百千]分之)?(?P<top>{_CN}++(?:点{_CN}++)?|\d++(?:\.\d++)?))?"
)
_TENTHS = re.compile(
    rf"(?P<number>{_ONE}(?:[、至到-]?[二三四五六七八九])?|(?<![\d.])\d)成(?P<half>[一二三四五六七八九半])?(?!长|员|人|功|果|绩|效|就|立|为|套|年|本|熟|片|才|型|分|因|语|份|品|交|活|群|都|千|百|班|绩)"
)
_TENTHS_BEFORE = re.compile(
    r"(?:超过|不到|不足|将近|接近|近|约|超|达到|达|占|有|至|到|仅|压缩|压减|减少|增加|完成|下降|降低|提高|增长|上升|的|了|为|高出|低于|不低于|超出|剩下|余下|其中|[,。;(:、的\n\t ]|^)[了约近超]?\Z"
)
_MULTIPLE = re.compile(r"翻(?:了)?(?P<number>[一两二三四])番")
_RATIO = re.compile(rf"(?P<a>{_CN}{{1,4}})比(?P<b>{_CN}{{1,4}})(?!{_CN})")
_RATIO_WORD = re.compile(r"(?:比|比例|之比)[^,。;\n]{0,8}\Z")
_DECIMAL = re.compile(rf"(?P<number>{_CN}{{1,6}}点{_CN}++)")
_LARGE = re.compile(rf"(?<![{CHINESE_NUMERAL}\d第几数初高周之点])(?=[〇零○一二两三四五六七八九壹贰叁肆伍陆柒捌玖]?[十拾百佰千仟万亿]|[^,。;、)\s]{{0,24}}[万亿])(?P<number>{_CN}{{1,24}}+(?:点{_CN}{{1,12}}+)?)(?P<about>余|多)?(?=[,。;、)!?\s]|\Z)")
"""A numeral that a break follows."""
_LEADS_UP = "破共为有达到是约近过计于增减花仅超款资费口量额至"
"""What stands in front of a numeral that counts something, where no break does."""
_COEFFICIENT_WORD = re.compile(r"(?:系数|指数|差异率|比值)[^,。;\n]{0,12}\Z")
_MONEY_WORD = re.compile(r"(?:拨款|投入|投资|拨付|预算|支出|筹资|总额|资助|奖励|补助|补贴|筹了|捐款|捐资|资金|经费|奖金|标准为|工资|费用|价格)[^,。;\n]{0,8}\Z")
_PLACE_SUFFIX = ("河", "县", "山", "村", "镇", "乡", "市", "格", "物", "类", "民", "口", "家", "行", "岔", "里", "坪")


_RUN = re.compile(f"{_CN}+")
_TENTH = re.compile(r"[一二两三四五六七八九0-9]成")


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """A number in words with its unit; ``value`` is ``None`` where it is vague."""

    start: int
    end: int
    value: Number | None
    unit: str | None
    rule: str
    qualifier: str = "="
    value_max: Number | None = None
    supplied: bool = False


_Reader = Callable[[str, int, int], SpokenNumber | None]
"""Reads the row of numerals at a place, from its start to its end, with what stands behind it."""


class Spoken:
    """Finds numbers in words; built once from a lexicon."""

    def __init__(self, lexicon: Lexicon, units: UnitReader) -> None:
        self._units = units
        forms = sorted(lexicon.units, key=len, reverse=True)
        several = "|".join(re.escape(form) for form in forms)
        counting = "|".join(re.escape(form) for form in forms if form not in _SINGLE_ONLY)
        nouns = "|".join(re.escape(noun) for noun in sorted(lexicon.counted_nouns, key=len, reverse=True))
        measures = "|".join(re.escape(form) for form in forms if lexicon.units[form].kind in _MEASURES and form not in _NO_MEASURE or form in ("倍", "摄氏度", "美元", "欧元", "港元", "日元", "英镑", "块钱"))
        halves = "|".join(re.escape(form) for form in forms if form in _HALVED)
        self._half = re.compile(
            rf"(?<![{CHINESE_NUMERAL}\d.第几数])(?:(?P<number>{_CN}{{1,4}}|\d{{1,3}})(?:(?P<between>个?)半(?P<unit>{halves}|月)|(?P<unit2>{halves})半(?![年天月数径截导日个]))|半个?(?P<unit3>小时|钟头|公里|斤|公斤|吨|平方公里))"
        )
        self._number = re.compile(
            rf"(?P<number>(?:(?<!{_CN})(?:{_CN}{{2,}}|{_CN}++点{_CN}++)|十|[一二两三四五六七八九](?=(?:余|多)?[万千亿百])))(?P<about>余|多|来)?(?P<mag>[万亿](?!一))?(?P<about2>余|多)?(?P<unit>{several})"
            rf"|(?P<round>[百千万])(?P<about3>余|多)(?P<runit>{counting})|(?<=近)(?P<near>[百千万])(?P<nunit>{counting})"
            rf"|(?P<single>{_ONE})(?P<about4>余|多)?(?P<sunit>{several})(?=以上|以内|以下|及以上)"
            rf"|(?<=[于过少多到足])(?P<firm>(?<=少于)|(?<=超过)|(?<=至少)|(?<=最多)|(?<=不到)|(?<=不足)|(?<=多于)|(?<=低于)|(?<=高于))(?P<digit>{_ONE})(?P<dunit>{several})"
            rf"|(?P<exact>{_ONE})(?P<eunit>{measures}|元(?=[一二三四五六七八九]角))"
            rf"|(?<![一-鿿])(?P<few>[两三四五六七八九])(?P<funit>{_COUNTERS})"
        )
        self._range = re.compile(rf"(?P<a>{_CN}{{1,4}})(?:至|到|-)(?P<b>{_CN}{{1,4}})(?P<unit>{several})")
        self._neighbours = re.compile(
            rf"(?:(?P<a>[一二三四五六七八两])(?P<b>[二三四五六七八九两])(?P<place>[十百千万]万?)?|(?P<c>[二三四五六七八九]?十)(?P<d>[一二三四五六七八])(?P<e>[二三四五六七八九]))(?:余|多)?(?=万?(?:{several}|{nouns}))"
        )

        self._readers = self._dispatch([*forms, *lexicon.counted_nouns])

    def _dispatch(self, counted: Sequence[str]) -> dict[str, list[_Reader]]:
        """Return what reads a row of numerals, by the character behind it."""
        behind = {form.lstrip(CHINESE_NUMERAL)[:1] or form[:1] for form in counted} | set("余多来")
        readers: dict[str, list[_Reader]] = {"分": [self._percent], "比": [self._ratio]}
        for character in "至到-":
            readers.setdefault(character, []).append(self._range_at)
        for character in sorted(behind):
            readers.setdefault(character, []).extend((self._neighbour, self._plain))
        for character in ("", *"余多,。;、)!? \t\n\r"):
            readers.setdefault(character, []).append(self._large)
        readers.setdefault("点", []).extend((self._plain, self._large, self._coefficient))
        return readers

    def find(self, text: str) -> list[SpokenNumber]:
        """Return the numbers in words of a folded text; they may overlap, the first to start counts."""
        out: list[SpokenNumber] = []
        for run in _RUN.finditer(text):
            start, end = run.span()
            readers = self._readers.get(text[end : end + 1], ())
            for reader in readers:
                number = reader(text, start, end)
                if number is not None:
                    out.append(number)
        out += self._tenths(text)
        if "番" in text:
            out += [
                SpokenNumber(m.start(), m.end(), Decimal(2 ** (parse_chinese(m["number"]) or 1)), "倍", "figure/doubling") for m in _MULTIPLE.finditer(text)
            ]
        if "半" in text:
            out += self._halves(text)
        return out

    # --- shares ------------------------------------------------------------------------------
    def _percent(self, text: str, start: int, end: int) -> SpokenNumber | None:
        match = _PERCENT.match(text, max(start, end - 4))
        if match is None:
            return None
        number = parse_numeral(match["number"])
        base = {"百": 100, "千": 1000, "万": 10_000}.get(match["base"]) or parse_chinese(match["base"])
        if number is None or not base:
            return None
        top = parse_numeral(match["top"]) if match["top"] else None
        unit = {"百": "%", "千": "‰"}.get(match["base"])
        if unit is not None:
            return SpokenNumber(match.start(), match.end(), number, unit, "figure/percent-words", value_max=top)
        return SpokenNumber(match.start(), match.end() if top is None else match.end("number"), Fraction(number) / base, None, "figure/fraction")

    def _tenths(self, text: str) -> Iterator[SpokenNumber]:
        for tenth in _TENTH.finditer(text):
            match = next((found for at in range(max(0, tenth.start() - 2), tenth.start() + 1) if (found := _TENTHS.match(text, at)) and found.end() >= tenth.end()), None)
            if match is None:
                continue
            head = text[max(0, match.start() - 5) : match.start()]
            behind = text[match.end() : match.end() + 2]
            if not _TENTHS_BEFORE.search(head) and behind not in ("以上", "左右", "以下"):
                continue
            digits = [int(c) if c.isdigit() else parse_chinese(c) or 0 for c in match["number"] if c not in "、-至到"]
            half = match["half"]
            extra = 0 if not half else 5 if half == "半" else parse_chinese(half) or 0
            high = Decimal(digits[1] * 10) if len(digits) > 1 else None
            more = text[match.end() : match.end() + 1] == "多"
            yield SpokenNumber(match.start(), match.end() + more, Decimal(digits[0] * 10 + extra), "%", "figure/tenths", ">" if more else "=", high)

    def _ratio(self, text: str, start: int, end: int) -> SpokenNumber | None:
        match = _RATIO.match(text, max(start, end - 4))
        if match is None:
            return None
        a, b = parse_chinese(match["a"]), parse_chinese(match["b"])
        if not a or not b or _RATIO_WORD.search(text, max(0, match.start() - 12), match.start()) is None:
            return None
        return SpokenNumber(match.start(), match.end(), Fraction(a, b), "比", "figure/ratio")

    # --- ranges ------------------------------------------------------------------------------
    def _range_at(self, text: str, start: int, end: int) -> SpokenNumber | None:
        match = self._range.match(text, max(start, end - 4))
        if match is None or text[match.start() - 1 : match.start()] in ("第", "初", "高"):
            return None
        low, high = parse_chinese(match["a"]), parse_chinese(match["b"])
        if low is None or high is None or high <= low or (text.startswith("级", match.end()) and match["unit"] == "年"):
            return None
        unit = self._units.entries[match["unit"]]
        return SpokenNumber(match.start(), match.end(), Decimal(low) * unit.factor, unit.unit, "figure/range-words", value_max=Decimal(high) * unit.factor)

    def _neighbour(self, text: str, start: int, end: int) -> SpokenNumber | None:
        """Read two neighbouring numerals (两三千, 二三十)."""
        match = self._neighbours.match(text, start) if end - start > 1 else None
        if match is None or text[start - 1 : start] in ("第", "初", "高", "之"):
            return None
        if match["a"]:
            low, high = parse_chinese(match["a"]) or 0, parse_chinese(match["b"]) or 0
            place = parse_chinese("一" + match["place"]) if match["place"] else 1
            base = 0
        else:
            low, high, place = parse_chinese(match["d"]) or 0, parse_chinese(match["e"]) or 0, 1
            base = parse_chinese(match["c"]) or 0
        if not place or not (high == low + 1 or (low, high) == (3, 5)):
            return None
        end, scale = match.end(), 1
        if text[end : end + 1] == "万":
            end, scale = end + 1, 10_000
        unit = self._units.match(text, end)
        name = unit.unit if unit else self._units.noun_after(text, end)
        scale *= unit.factor if unit else 1
        return SpokenNumber(
            match.start(), unit.end if unit else end, Decimal(base + low * place) * scale, name, "figure/range-neighbours", value_max=Decimal(base + high * place) * scale, supplied=unit is None
        )

    def _halves(self, text: str) -> Iterator[SpokenNumber]:
        """Yield numbers that end in a half (一个半小时, 3年半, 半公里)."""
        for match in self._half.finditer(text):
            form = match["unit"] or match["unit2"] or match["unit3"]
            whole = parse_numeral(match["number"]) if match["number"] else Decimal(0)
            if whole is None or (match["unit"] and not match["between"]) or (form == "年" and whole >= 1000):
                continue
            if form == "月":
                yield SpokenNumber(match.start(), match.end(), whole + Decimal("0.5"), "个月", "figure/half")
                continue
            unit = self._units.match(text, match.start("unit") if match["unit"] else match.start("unit2") if match["unit2"] else match.start("unit3"))
            if unit is not None and self._units.stands(text, unit, match.start()):
                yield SpokenNumber(match.start(), match.end(), (whole + Decimal("0.5")) * unit.factor, unit.unit, "figure/half")

    # --- numbers with a unit -------------------------------------------------------------------
    def _plain(self, text: str, start: int, end: int) -> SpokenNumber | None:
        match = self._number.match(text, start)
        if match is None:
            return None
        previous = text[match.start() - 1 : match.start()]
        raised = previous == "高" and text[start - 2 : start - 1] == "提"
        if previous and not raised and (previous in "第之初高周唯统专单同" + CHINESE_NUMERAL or previous.isdigit() or previous == "点"):
            return None
        if previous and previous in "几数" and match[0][0] in "十百千万亿":
            return None  # 几十人, 数百元: no exact value
        if previous == "前" and text[match.end() - 1] in "名位强":
            return None  # 前二十名
        if _in_short_quotes(text, match.start(), match.end()):
            return None
        name = next(key for key in ("unit", "runit", "nunit", "sunit", "dunit", "eunit", "funit") if match[key])
        form, end = match[name], match.end()
        number = match["number"] or match["round"] or match["near"] or match["single"] or match["digit"] or match["exact"] or match["few"]
        if name == "funit" and text.startswith(_PLACE_SUFFIX, end):
            return None
        if name == "unit" and (form in _SINGLE_ONLY and len(number) < 2 or form == "年"):
            return None
        about = match["about"] or match["about2"] or match["about3"] or match["about4"]
        qualifier = "~" if about == "来" else ">" if about else "="
        if number in ("百", "千", "万"):
            number = "一" + number
        elif all(c in "百千万亿" for c in number):
            return None
        value = parse_numeral(number)
        unit = self._units.match(text, end - len(form))
        if value is None or unit is None or not self._units.stands(text, unit, match.start()):
            return None
        scale, end = magnitude(match["mag"] or "") * unit.factor, unit.end
        if text[end : end + 1] == "多" and text[end + 1 : end + 2] in ("", *",。;、)的 \n"):
            end, qualifier = end + 1, ">"
        return SpokenNumber(match.start(), end, value * scale, unit.unit, "figure/chinese-number", qualifier)

    def _large(self, text: str, start: int, end: int) -> SpokenNumber | None:
        """Read a large number that carries no unit: a sum of money (拨款三万五) or another (总人口一百二十万)."""
        match = _LARGE.match(text, start)
        if match is None:
            return None
        number, before = match["number"], text[start - 1 : start]
        value = parse_numeral(number)
        if value is None or value < 100 or (number[0] in "百千万亿" and len(number) != 2):
            return None
        qualifier = ">" if match["about"] else "="
        if _MONEY_WORD.search(text, max(0, start - 16), start):
            return SpokenNumber(start, match.end(), value, "元", "figure/unit-left-out-money", qualifier, supplied=True)
        if number[0] in "百千万亿" or not (before in _LEADS_UP or not "一" <= before <= "鿿"):
            return None
        clause = re.split(r"[。;\n]", text[max(0, start - 40) : start])[-1]
        return SpokenNumber(start, match.end(), value, self._units.noun_before(clause, bare=True), "figure/magnitude", qualifier, supplied=True)

    def _coefficient(self, text: str, start: int, end: int) -> SpokenNumber | None:
        """Read a coefficient in words (指数达到零点九二)."""
        match = _DECIMAL.match(text, max(start, end - 6))
        if match is None or not _COEFFICIENT_WORD.search(text, max(0, match.start() - 20), match.start()) or (value := parse_numeral(match["number"])) is None:
            return None
        return SpokenNumber(match.start(), match.end(), value, None, "figure/coefficient")


def _in_short_quotes(text: str, start: int, end: int) -> bool:
    """Return whether a number stands in a quoted set phrase (“十项准则”, “三名”工程)."""
    opening = max(text.rfind("“", max(0, start - 4), start), text.rfind('"', max(0, start - 4), start))
    if opening < 0:
        return False
    closing = min((at for at in (text.find("”", end, end + 7), text.find('"', end, end + 7)) if at >= 0), default=-1)
    return closing >= 0
