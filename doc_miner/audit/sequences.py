"""Numbers in a row of years or places: sums of a list (分别为…，累计…), what is added up (新增6所，累计36所), growth from year to year, goals that fall."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.movements import check_movement
from doc_miner.audit.runs import slip_gives
from doc_miner.audit.values import amount, exact, span_of, total
from doc_miner.model import Figure

_RATES = ("%", "‰", "个百分点", "个千分点", "比", "倍", "分", "天", "年", "岁", "月")
_SUMMED = re.compile(r"(?:分别|依次)[^#。;]{0,14}(?P<list>#(?:[、和]#){1,9})[,;](?:[一二两三四五六]年|总共|一共)?(?:累计|共计|合计|总计|计|共)(?P<gap>[^#,。;]{0,5})(?P<total>#)(?!%)")
_YEARLY = re.compile(r"20\d\d年(?:底|春季|秋季)?[^#,、;。\d]{0,10}#(?:[^#,、;。\d(]{0,4}[、,;]20\d\d年(?:底|春季|秋季)?[^#,、;。\d]{0,10}#){1,9}")
_SPLIT = re.compile(r"分[一二两三四五]年|分解|分年度|按年度")
_ADDED = re.compile(r"(?:新增|增加|再增|新建|新达标|完成|消除|化解|整改|销号)[^#,。;]{0,8}(?P<new>#),[^#,。;]{0,8}?(?:累计|总数)[^#,。;]{0,8}(?P<sum>#)")
_GROWN = re.compile(r"(?P<year>20\d\d)年[^#,。;()多少增减比较]{0,12}(?:(?P<value>#)[,(])?(?:增长|下降|减少|增幅|降幅)(?:率|幅度)?(?:为|达)?(?P<rate>#)")
_OF_YEAR = re.compile(r"(?P<year>20\d\d)年的?[^#,。;()多少增减比较]{0,8}(?P<value>#)")
_PRICES = re.compile(r"每|人均|生均|标准|单价|价格")
_LEADING = re.compile(r"^[^。,\d]{0,8}(?P<year>20\d\d)年[^。]{0,6},")
_FALLS = re.compile(r"降|减|消除|大班额|差异|不超过|控制|辍学|缺")
_LEAST = 5
"""Least words of a goal that two years must share."""


def wrong_list_sums(context: Context) -> Iterator[Flaw]:
    """Return the lists (分别为68人、74人、79人，累计221人; 分三年列支，2023年…、2024年…) that do not come to their total."""
    for line, match in context.matches(_SUMMED, "分别", "依次"):
        first = line.index(match.start("list"))
        parts, whole = line.figures[first : first + match["list"].count("#")], line.at(match, "total")
        if whole.unit not in _RATES and {f.unit for f in parts} == {whole.unit} and exact(whole, *parts) and _like(whole, parts) and not _meets(whole, parts) and not _PRICES.search(line.words, line.sentence(first)[0] and line.marks[line.sentence(first)[0] - 1], match.start("list")):
            yield _not_summed(whole, parts)
    for line in context.lines:
        for match in _YEARLY.finditer(line.words) if line.words.count("年") > 1 else ():
            yield from _yearly(line, match)


def _yearly(line: Line, match: re.Match[str]) -> Iterator[Flaw]:
    first, end = line.index(match.start()), line.index(match.end())
    parts = line.figures[first:end]
    years = [int(year) for year in re.findall(r"(20\d\d)年", match[0])]
    unit = parts[0].unit
    begin = max(line.words.rfind(mark, 0, match.start()) for mark in "。;") + 1 if unit == "元" else 0
    before = [f for f in line.figures[line.index(begin) : first] if f.unit == unit and f.value is not None]
    if years != list(range(years[0], years[0] + len(parts))) or unit in _RATES or {f.unit for f in parts} != {unit} or not before or not exact(*parts):
        return
    if any(_meets(f, parts) for f in (*before, *line.figures[end : end + 2]) if f.unit == unit and f.value is not None):
        return
    split = _SPLIT.search(line.words, line.marks[max(0, first - 4)], match.start())
    near = before[-1]
    if split and exact(near) and _like(near, parts):
        yield _not_summed(near, parts)
    elif split or len(parts) >= 3:
        yield from (_not_summed(f, parts) for f in before[-1:] if exact(f) and slip_gives(f, parts))


def _like(whole: Figure, parts: tuple[Figure, ...]) -> bool:
    """Return whether a sum is near enough to its total to be meant for it."""
    return Fraction(1, 2) <= Fraction(whole.value or 0) / max(sum(Fraction(f.value or 0) for f in parts), Fraction(1)) <= 2


def _meets(whole: Figure, parts: tuple[Figure, ...]) -> bool:
    return span_of(whole).meets(total(map(span_of, parts)))


def _not_summed(whole: Figure, parts: tuple[Figure, ...]) -> Flaw:
    summed = amount(sum((Fraction(f.value or 0) for f in parts), Fraction(0)), whole.unit)
    return Flaw(f"列出的各数之和与总数不符：{'＋'.join(f.text for f in parts)}＝{summed}，文中总数为{whole.text}。", (whole, *parts), summed, whole.text)


def wrong_accumulations(context: Context) -> Iterator[Flaw]:
    """Return the totals so far (新增6所，累计36所) that the one before and what was added do not give."""
    if "累计" not in context.folded and "总数" not in context.folded:
        return
    steps = [(line, match, line.at(match, "new"), line.at(match, "sum")) for line, match in context.matches(_ADDED, "累计", "总数")]
    for (line, match, _, before), (other, following, new, after) in zip(steps, steps[1:], strict=False):
        near = following.start() - match.end() < 60 if line is other else other.start - line.end < 8
        if near and before.unit == new.unit == after.unit and exact(before, new, after) and not total((span_of(before), span_of(new))).meets(span_of(after)):
            expected = amount(Fraction(before.value or 0) + Fraction(new.value or 0), after.unit)
            yield Flaw(f"累计数不符：{before.text}＋{new.text}＝{expected}，文中累计为{after.text}。", (before, new, after), expected, after.text)
    for k, (line, match, new, after) in enumerate(steps):
        if k and steps[k - 1][0] is line or k + 1 == len(steps) or steps[k + 1][0] is not line:
            continue
        earlier = [f for f in line.figures[: line.index(match.start())] if f.unit == new.unit == after.unit and f.value is not None]
        if len(earlier) == 1 and exact(earlier[0], new, after) and not total((span_of(earlier[0]), span_of(new))).meets(span_of(after)):
            expected = amount(Fraction(earlier[0].value or 0) + Fraction(new.value or 0), after.unit)
            yield Flaw(f"累计数不符：{earlier[0].text}＋{new.text}＝{expected}，文中累计为{after.text}。", (earlier[0], new, after), expected, after.text)


def wrong_growth(context: Context) -> Iterator[Flaw]:
    """Return the yearly rates (2021年10.6亿元，增长8.2%；2022年11.5亿元，增长8.5%) that the numbers of the two years do not give."""
    for line, match in context.matches(_GROWN, "增", "降", "减"):
        rate, year = line.at(match, "rate"), int(match["year"])
        values: dict[int, list[Figure]] = defaultdict(list)
        for found in _OF_YEAR.finditer(line.words):
            values[int(found["year"])].append(line.at(found, "value"))
        own = [line.at(match, "value")] if match["value"] else values.get(year, [])
        own = [f for f in own if f.unit != "%"]
        base = [f for f in values.get(year - 1, []) if own and f.unit == own[0].unit]
        if rate.unit == "%" and len(own) == len(base) == 1 and exact(own[0], base[0], rate) and base[0].value and own[0] is not base[0] and rate.value is not None:
            yield from check_movement(base[0], own[0], rate)


def falling_series(context: Context) -> Iterator[Flaw]:
    """Return the goals of a text that are lower in a later year (2017年…达140所以上 … 到2018年…达105所以上)."""
    goals: dict[tuple[str, str | None], list[tuple[int, Figure]]] = defaultdict(list)
    for line in context.lines:
        leading = _LEADING.match(line.words)
        if leading is None:
            continue
        for i, figure in enumerate(line.figures):
            label = line.clause(i)
            if figure.qualifier == ">=" and figure.value_max is None and len(label) >= _LEAST and not _FALLS.search(label) and "年" not in label:
                goals[label, figure.unit].append((int(leading["year"]), figure))
    for (label, _), row in goals.items():
        for (one, a), (two, b) in zip(row, row[1:], strict=False):
            if one < two and Fraction(b.value or 0) < Fraction(a.value or 0):
                yield Flaw(f"目标倒退：“{label[-12:]}”{one}年为{a.text}，{two}年为{b.text}。", (a, b), a.text, b.text, b.start, b.end)
