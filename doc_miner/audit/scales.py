"""Slips of unit or magnitude that show beside other numbers: 万 for 亿 in a list, one member in another unit, a difference of percentages in 元."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.model import Figure

_JOINED = re.compile(r"(?:、|和|与|及|,|、?以及)")
_IN_TURN = re.compile(r"分别|依次|各")
_DOUBLE = re.compile(r"\d(?P<u>(?:个|名|所|间|台)(?:平方米|亩|公里|万元|亿元|元(?!素|旦|老|首|月|件|宵|宇)|%|人次))")
_GROWTH = re.compile(r"(?:增加|增长|净增|增支|减少|下降|提高|上升|多|少)(?:了|约|近|达|额|额为)?(?P<by>#)[^#。;,]{0,2},(?:同比)?(?:增长|增幅|上升|提高|下降|减少|降幅|降低)(?:了|为|达|约)?(?P<rate>#)")
_OF_WHOLE = re.compile(r"占(?!地|用|有|领|据|道)[^#。;,、%]{2,14}(?:的|比|比例|比重)(?:为|达|约|仅|只有)?(?P<n>\d{1,2}\.\d{1,2})(?=[,。;、)])")
_LAND_SHORT = re.compile(r"(?:场地|场馆|面积|用地|校舍|用房|操场)[^#。;,]{0,8}(?:不足|短缺|缺口|不够|紧张|缺额)[^#。;]{0,4},(?:共|还|尚|仍|总共|合计)?(?:缺|差|缺少|短缺)$")
_OF_THEM = re.compile(r"(?P<whole>#)[^#。;]{0,4}[,(]其中[^#。;、]{2,14}?(?P<part>#)")
_COUNT_AND_RATE = re.compile(r"\d(?:个|所|名|间|台)[一-鿿]{0,6}(?P<noun>[一-鿿]{2})(?:、|和|与|及)\d{1,3}(?P<rate>%)(?!的)[一-鿿]{0,6}(?P=noun)")
_POSTS_LEFT = re.compile(r"(?:剩余|余下|结余|还剩|空余)\d{1,4}(?P<u>%)(?:编制|学位|岗位)(?!数?的?(?:比|用))")
_MONEY_WITHOUT_UNIT = re.compile(r"(?:拨款|投资|投入|安排|资金|经费)$")
_MEASURED = frozenset(("元", "平方米", "亩", "%", "个百分点", "米", "公里", "小时", "分钟", "平方公里", "公顷"))
_LESSONS = re.compile(r"(?<=[,;。])总(?:课时|学时)(?:不低于|不少于)(?:[3-9]\d|\d{3})(?P<rate>%)")
_LENGTH = ("米", "公里", "厘米", "分米")
_NOT_OUTLYING = re.compile(r"生产总值|产值|收入|总额|余额|贷款|债|GDP|税|零售|存款|资产|固定资产")


def misfit_among_neighbours(context: Context) -> Iterator[Flaw]:
    """Return the numbers whose unit does not go with their neighbours' (分别缺6200平方米、5150平方米和4250元; 比上年的22.1%提高0.4万元)."""
    for line in context.lines:
        if len(line.figures) > 1:
            yield from _in_lists(line)
            yield from _between_rates(line)
            yield from _lengths_beside_areas(line)
    folded = context.folded
    for match in _DOUBLE.finditer(folded):
        yield Flaw(f"“{context.text[match.start() : match.end()]}”写了两个单位，请对照原件。", (), None, match["u"], match.start("u"), match.end("u"))
    for pattern, group in ((_COUNT_AND_RATE, "rate"), (_LESSONS, "rate"), (_POSTS_LEFT, "u")) if "%" in folded else ():
        for match in pattern.finditer(folded):
            yield Flaw(f"“{context.text[match.start() : match.end()]}”的单位有误：应为个数，不是比率，请对照原件。", (), None, "%", match.start(group), match.end(group))
    if "占" in folded:
        for match in _OF_WHOLE.finditer(folded):
            if not any(f.start <= match.start("n") < f.end and f.unit is not None for f in context.report.figures):
                yield Flaw(f"“{context.text[match.start() : match.end()]}”后面缺少单位，可能漏了“%”，请对照原件。", (), match["n"] + "%", match["n"], match.start("n"), match.end("n"))


def _in_lists(line: Line) -> Iterator[Flaw]:
    """A list of bare numbers behind 分别, one of which has another unit than all others."""
    for run in _runs(line):
        figures = [line.figures[k] for k in run]
        if any(f.unit is None for f in figures) or not _IN_TURN.search(line.label(run[0])):
            continue
        units = [f.unit for f in figures]
        if set(units) & {"分", "角"}:
            continue
        odd = [f for f in figures if units.count(f.unit) == 1 and len(set(units)) == 2]
        if len(figures) >= 3 and len(odd) == 1 and set(units) & _MEASURED:
            yield _misfit(odd[0], "同一列举中其他数字的单位不同")
        elif len(figures) == 2 and set(units) & set(_LENGTH) and "平方米" in units:
            yield _misfit(next(f for f in figures if f.unit in _LENGTH), "与之并列的数字是面积")


def _runs(line: Line) -> Iterator[list[int]]:
    """Return the lists of two and more figures with nothing but a mark between them."""
    run = [0]
    for k in range(1, len(line.figures) + 1):
        if k < len(line.figures) and _JOINED.fullmatch(line.words, line.marks[k - 1] + 1, line.marks[k]):
            run.append(k)
            continue
        if len(run) > 1:
            yield run
        run = [k]


def _between_rates(line: Line) -> Iterator[Flaw]:
    """A difference between two percentages that is given in something else (7.5%，未达到10%的要求，相差2.5人)."""
    for i, figure in enumerate(line.figures):
        if i < 2 or figure.unit in ("%", "个百分点", "个千分点", "倍", None, "‰", "分", "成", "比", "番", "位") or line.figures[i - 1].unit != "%":
            continue
        first, _ = line.sentence(i)
        rates = [f for f in line.figures[max(first, i - 3) : i] if f.unit == "%"]
        gap = line.words[line.marks[i - 1] + 1 : line.marks[i]]
        bare = re.fullmatch(r"[^#。;]{0,8},(?:相差|差距为?|尚差|还差|低|高)(?:了|约)?", gap) is not None
        direct = re.fullmatch(r"(?:提高|上升|下降|降低|回落)(?:了|约)?", gap) is not None
        if len(rates) >= 2 and bare or direct and "比" in line.label(i - 1):
            yield _misfit(figure, "两个百分比之差应以个百分点计")


def _lengths_beside_areas(line: Line) -> Iterator[Flaw]:
    for i, figure in enumerate(line.figures):
        if figure.unit not in _LENGTH:
            continue
        label = line.label(i, 30)
        if _LAND_SHORT.search(label):
            yield _misfit(figure, "场地和房屋以面积计")
            continue
        first, last = line.sentence(i)
        before = line.figures[first:i]
        clause = line.clause(i)
        if before and all(f.unit in ("亩", "平方米", "公顷") for f in before[-2:]) and re.fullmatch(r"(?:还|尚|仍|相)?(?:差|缺|欠|余|剩)", clause):
            yield _misfit(figure, "与之相减的数是面积")
        elif i and line.figures[i - 1].unit == "平方米" and re.search(r"面积", line.words[max(0, line.marks[i - 1] - 30) : line.marks[i]]) and not re.search(r"长|宽|高|距|道|间隔|步|跑|净|半径|范围|以内", label) and line.marks[i] - line.marks[i - 1] <= 14:
            yield _misfit(figure, "与之并列的数字是面积")


def _misfit(figure: Figure, reason: str) -> Flaw:
    return Flaw(f"“{figure.text}”的单位有误：{reason}，请对照原件。", (figure,), None, figure.text)


# --- magnitudes ------------------------------------------------------------------------------
def slips_of_magnitude(context: Context) -> Iterator[Flaw]:
    """Return the amounts that 万 and 亿, mixed up or lost, put a thousandfold off what stands beside them."""
    money = [f for f in context.report.figures if f.value and (f.unit == "元" or f.unit is None and f.text.endswith("亿") and _MONEY_WITHOUT_UNIT.search(context.folded[max(0, f.start - 4) : f.start]))]
    for line in context.lines:
        if "亿" not in context.folded[line.start : line.end] and "万" not in context.folded[line.start : line.end]:
            continue
        yield from _mixed(line)
        yield from _lists_of_money(line)
        yield from _growth(line)
        for match in _OF_THEM.finditer(line.words):
            whole, part = line.at(match, "whole"), line.at(match, "part")
            if whole.unit == part.unit and whole.unit in ("元", "人", "平方米") and whole.value and part.value and part.value > 10 * whole.value:
                yield _slip(part, f"远大于所属的{whole.text}")
    yield from _outliers(context, money)
    yield from _stocks(context)


def _mixed(line: Line) -> Iterator[Flaw]:
    """Among amounts in 亿元 one in 万元 with a number below 100 and decimals (5.16亿元，1.72亿元，1.72万元)."""
    for i, figure in enumerate(line.figures):
        found = re.match(r"(\d{1,2}\.\d{1,3})万(?:元)?$", figure.text)
        if found is None or figure.unit not in ("元", None) or not figure.value:
            continue
        first, last = line.sentence(i)
        others = [f for k, f in enumerate(line.figures[first:last], first) if k != i and f.unit == figure.unit and f.value is not None and (f.unit == "元" or "亿" in f.text)]
        if len(others) >= 3 and all(re.match(r"\d{1,3}(?:\.\d+)?个?亿元?$", f.text) for f in others) and not re.search(r"每|均", line.clause(i)):
            yield _slip(figure, f"同句其他数额均以亿计（如{others[0].text}）")


def _lists_of_money(line: Line) -> Iterator[Flaw]:
    for run in _runs(line):
        figures = [line.figures[k] for k in run]
        if not all(f.unit == "元" and f.value for f in figures) or not _IN_TURN.search(line.label(run[0])):
            continue
        values = [Fraction(f.value or 1) for f in figures]
        for figure, value in zip(figures, values, strict=True):
            others = [v for f, v in zip(figures, values, strict=True) if f is not figure]
            if len(others) >= 2 and max(others) < 20 * min(others) and (value >= 500 * max(others) or 500 * value <= min(others)):
                yield _slip(figure, "与同一列举中的其他数额相差悬殊")


def _growth(line: Line) -> Iterator[Flaw]:
    """An increase and its rate give the amount it grew from; nothing in the sentence is of that size (增加9500元，增长15.6%)."""
    for match in _GROWTH.finditer(line.words):
        by, rate = line.at(match, "by"), line.at(match, "rate")
        if rate.unit != "%" or by.unit != "元" or not by.value or not rate.value:
            continue
        first, last = line.sentence(line.index(match.start("by")))
        base = Fraction(by.value) * 100 / Fraction(rate.value)
        others = [Fraction(f.value) for f in line.figures[first:last] if f.unit == "元" and f.value and f is not by]
        if others and (min(others) > 1000 * base or max(others) * 1000 < base):
            yield _slip(by, f"与“{rate.text}”及同句数额的量级不符")


def _outliers(context: Context, money: Sequence[Figure]) -> Iterator[Flaw]:
    """An amount of 50亿元 and more, twenty times as much as any other of the document."""
    if len(money) < 4 or not any(Fraction(f.value or 0) >= 5 * 10**9 for f in money):
        return
    ordered = sorted(money, key=lambda f: Fraction(f.value or 0))
    largest, second = ordered[-1], ordered[-2]
    before = context.folded[max(0, largest.start - 20) : largest.start]
    if Fraction(largest.value or 0) >= 20 * Fraction(second.value or 1) and not _NOT_OUTLYING.search(re.split(r"[。;,\n]", before)[-1]):
        yield _slip(largest, f"本文件其他数额最大为{second.text}")


def _stocks(context: Context) -> Iterator[Flaw]:
    """The product of a country or county is more than what is taken in and spent of it; nobody harvests five tons."""
    folded = context.folded
    if "生产总值" not in folded and "粮食" not in folded:
        return
    product = [(line.figures[i]) for line in context.lines for i in range(len(line.figures)) if re.search(r"生产总值(?:达到?|为|突破|完成|约)?$", line.clause(i)) and line.figures[i].unit == "元"]
    public = [(line.figures[i]) for line in context.lines for i in range(len(line.figures)) if re.search(r"(?:财政(?:总)?收入|财政支出|财政赤字|一般公共预算收入|一般公共预算支出)(?:达到?|为|突破|完成|约)?$", line.clause(i)) and line.figures[i].unit == "元"]
    for figure in product[:1]:
        larger = next((f for f in public if Fraction(f.value or 0) > Fraction(figure.value or 0)), None)
        if larger is not None and figure.value:
            yield _slip(figure, f"生产总值小于本文件的财政数额{larger.text}")
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            if figure.unit in ("吨", "公斤", "斤") and figure.value is not None and figure.value < 1000 and re.search(r"(?:粮食|总)产量(?:达到?|为|突破)?$", line.clause(i)):
                yield _slip(figure, "产量过小，可能漏了“万”或“亿”")


def _slip(figure: Figure, reason: str) -> Flaw:
    return Flaw(f"“{figure.text}”的量级可能有误：{reason}，请对照原件。", (figure,), None, figure.text)


def of_mankind(context: Context) -> Iterator[Flaw]:
    """Return the numbers of people and money that the world does not have (9880亿人, 5000万亿元)."""
    for figure in context.report.figures:
        if figure.value is None or "亿" not in figure.text:
            continue
        most = {"人": 15 * 10**8, "元": 10**15, "所": 10**8, "个": 10**13}.get(figure.unit or "")
        if most is not None and figure.value >= most and "全球" not in context.folded[max(0, figure.start - 20) : figure.start] and "世界" not in context.folded[max(0, figure.start - 20) : figure.start]:
            yield _slip(figure, "没有这样大的数")
