"""Movements: 由73个班降至51个班，减少了22个班; 977人，比上年增加17人，增长1.8%; and their direction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.values import Span, amount, exact, last_place, show, span_of
from doc_miner.model import Figure

_DOWN = r"跌|掉|消除|撤并|撤销|化解|削减|下降|降低|减少|缩小|压缩|压减|回落|递减|核减|净减|缩短|缩减|减|降"
_UP = r"涨|增长|增加|提高|提升|上升|扩大|扩充|净增|新增|上涨|增配|拓宽|增|升"
_TO = rf"(?P<verb>{_DOWN}|{_UP}|调整|优化|变|改善|发展|压|缩|扩|攀升|跃升)?[^#。;,到至为]{{0,4}}(?:到|至|为|成)(?:了|目前的?|现在的?|今年的?|20\d\d年?(?:底|末)?的?)?"
_BY = rf"[^#。;]{{0,14}}?(?P<by>{_DOWN}|{_UP}|降幅|增幅|涨幅|减幅|升幅|相差|多|少|高|低)(?:出|了|约|近|达|幅|率|比例|面积|人数|数量|幅度|数)?(?:达到?|为|是|约|共)?"
_MOVE = re.compile(rf"(?:由|从)(?!而)(?P<lead>[^#。;]{{0,24}}?)(?P<before>#)(?P<gap>[^#。;,]{{0,14}}?,?)(?:20\d\d年(?:底|末)?)?[^#。;,]{{0,6}}?{_TO}(?P<after>#)(?:[^#。;]{{0,4}}?[,(、]{_BY}(?P<one>#)(?:[^#。;]{{0,3}}?[,(、]{_BY.replace('by', 'by2')}(?P<two>#))?)?")
_COMPARED = re.compile(
    rf"(?P<after>#)(?P<mid>[^#。;]{{0,10}}?)[,(](?:[^#。;,]{{0,8}}?(?:比|较|同比|与)[^#。;,]{{0,16}}?,?)(?P<by>{_DOWN}|{_UP}|多|少)(?:了|约)?(?:出)?(?:人数)?(?P<one>#)(?:[^#。;]{{0,4}}?[,(、](?:同比|降幅|增幅|比例)?(?P<by2>{_DOWN}|{_UP})?(?:幅度|幅|率|了)?(?:达到?|为|约)?(?P<two>#))?"
)
_WAS = re.compile(
    rf"(?:原来?(?:有|为|只有|仅有)?|(?:(?:19|20)\d\d年|[一-鿿]前|去年|上年|年初)[^#。;,]{{0,20}}?(?:为|是|有|仅有?|只有|仅为)?)(?P<before>#)[^#。;,、]{{0,8}},(?:(?:目前|现在?|现有|现已|如今|今年|到?(?:19|20)\d\d年|[一-鿿]{{1,3}}后|截至目前)[^#。;,]{{0,14}}?)(?P<after>#)[^#。;,、]{{0,8}}[,(、](?:比[^#。;,]{{0,10}}|较[^#。;,]{{0,10}}|同比|净|共)?(?P<by>{_DOWN}|{_UP}|增幅|降幅|多|少)(?:了|出|为|达)?(?P<one>#)(?!以上)(?:[^#。;]{{0,3}}?[,(、](?:同比|降幅|增幅)?(?P<by2>{_DOWN}|{_UP})?(?:了|为|达)?(?P<two>#))?"
)
_AGAINST = re.compile(rf"(?P<after>#)[^#。;]{{0,6}}?[,(]?(?:比|较)(?!例)(?P<mid>[^#。;,增减升降]{{0,8}}?[年期初底末份][^#。;,增减升降多少]{{0,8}}?)(?P<before>#)[^#。;,]{{0,4}},?(?:相比|比)?,?(?:净|共)?(?P<by>{_DOWN}|{_UP}|多|少)(?:了|出)?(?:约|整整)?(?P<one>#)(?:[^#。;]{{0,4}}?[,(、](?:同比|降幅|增幅)?(?P<by2>{_DOWN}|{_UP})?(?:幅度|幅|率|了)?(?:达到?|为|约)?(?P<two>#))?")
_HELD_AGAINST = re.compile(rf"(?P<after>#)[^#。;]{{0,6}}?[,(](?:跟|与|和|同)(?P<mid>[^#。;,]{{0,14}}?)(?P<before>#)[^#。;,]{{0,3}}?相?比,?(?:净|共)?(?P<by>{_DOWN}|{_UP}|多|少)(?:了|出)?(?:约|整整)?(?P<one>#)")
_YEARLY = re.compile(r"年均|月均|平均每年|年平均")
_RATE_ONLY = ("%", "‰")
_NO_WAY = re.compile(r"排名|名次|位|比例?失衡|师生比|生师比")


@dataclass(frozen=True, slots=True)
class _Movement:
    line: Line
    before: Figure | None
    after: Figure
    amounts: tuple[Figure, ...]
    verb: str


def _movements(context: Context) -> list[_Movement]:
    """Return the movements that the words of the document state, each with its amounts."""
    out: list[_Movement] = []
    for pattern, cues in ((_MOVE, ("由", "从")), (_WAS, ("原", "年", "前")), (_COMPARED, ("比", "较", "与")), (_AGAINST, ("比", "较")), (_HELD_AGAINST, ("比",))):
        for line, match in context.matches(pattern, *cues):
            after = line.at(match, "after")
            before = line.at(match, "before") if "before" in match.re.groupindex else None
            if before is not None and before.unit != after.unit:
                continue
            verbs = match.groupdict()
            taken = tuple(line.at(match, name) for name in ("one", "two") if verbs.get(name) and not _YEARLY.search(line.label(line.index(match.start(name)))))
            verb = verbs.get("verb") or verbs.get("by") or ""
            out.append(_Movement(line, before, after, tuple(f for f in taken if _compatible(after, f)), verb))
    return out


def _compatible(after: Figure, change: Figure) -> bool:
    if change.unit == after.unit:
        return True
    if after.unit in _RATE_ONLY:
        return change.unit in ("个百分点", "个千分点")
    return change.unit in ("%", "倍")


def wrong_amounts(context: Context) -> Iterator[Flaw]:
    """Return the movements whose amount or rate is not the difference of before and after."""
    seen: set[tuple[int, int]] = set()
    for move in _movements(context):
        if move.before is not None:
            for change in move.amounts:
                seen.add((move.after.start, change.start))
                yield from check_movement(move.before, move.after, change)
        if len(move.amounts) == 2:
            yield from _rate_of_two(move)
    yield from _wrong_doublings(context)
    for record in context.report.changes:
        start, end, amounts = (context.by_id.get(key or "") for key in (record.before, record.after, record.change))
        if start is None or end is None or amounts is None or (end.start, amounts.start) in seen or start.unit != end.unit:
            continue
        if None not in (start.value, end.value, amounts.value) and not _YEARLY.search(context.folded[max(0, amounts.start - 12) : amounts.start]):
            yield from check_movement(start, end, amounts)


def check_movement(before: Figure, after: Figure, change: Figure) -> Iterator[Flaw]:
    """Return the flaw of a movement whose change (an amount, points or a rate) is not the difference of its ends."""
    assert before.value is not None and after.value is not None and change.value is not None
    start, end, stated = span_of(before), span_of(after), span_of(change)
    plain = (end - start).size()
    if change.unit == after.unit and after.unit not in _RATE_ONLY or change.unit in ("个百分点", "个千分点"):
        if _widened(plain, before, after).meets(stated):
            return
        expected = amount(abs(Fraction(after.value) - Fraction(before.value)), "个百分点" if change.unit == "个百分点" else after.unit)
        big, small = max(before, after, key=_value), min(before, after, key=_value)
        yield _wrong(before, after, change, expected, f"{big.text}－{small.text}＝{expected}")
    elif change.unit in ("%", "倍") and start.low > 0:
        factor = 100 if change.unit == "%" else 1
        relative = plain.over(start).times(factor)
        times = Span(end.low / start.high, end.high / start.low).times(factor)
        if _near(relative, stated) or times.meets(stated) or (after.unit == "%" and plain.meets(stated)):
            return
        rate = abs(_value(after) - _value(before)) / _value(before) * factor
        yield _wrong(before, after, change, show(rate) + change.unit, f"|{after.text}－{before.text}|÷{before.text}＝{show(rate)}{change.unit}")


def _wrong_doublings(context: Context) -> Iterator[Flaw]:
    """翻了一番: twice as much as the number in front of it, which stands behind the number that has doubled."""
    for line in context.lines if "番" in context.folded else ():
        for i in range(2, len(line.figures)):
            times, before, after = line.figures[i], line.figures[i - 1], line.figures[i - 2]
            if times.rule != "figure/doubling" or before.unit != after.unit or not exact(before, after) or not before.value or not times.value or _value(after) < _value(before):
                continue
            gap = line.words[line.marks[i - 2] : line.marks[i - 1]]
            ratio = _value(after) / _value(before)
            if re.fullmatch(r"#[^#。;]{0,3},?(?:比|较)[^#。;]{0,10}", gap) and not Fraction(4, 5) <= ratio / _value(times) <= Fraction(5, 4):
                yield Flaw(f"{after.text}是{before.text}的{show(ratio)}倍，文中写为{times.text}。", (after, before, times), f"{show(ratio)}倍", times.text)


def _near(computed: Span, stated: Span) -> bool:
    return computed.meets(stated)


def _widened(plain: Span, before: Figure, after: Figure) -> Span:
    """Return the difference with the room of two roundings, also where both are cut off."""
    room = max(last_place(before), last_place(after)) / 2 if last_place(before) or last_place(after) else Fraction(0)
    value = abs(_value(after) - _value(before))
    if not exact(before, after):
        return plain
    return Span(value - 2 * room, value + 2 * room)


def _value(figure: Figure) -> Fraction:
    return Fraction(figure.value or 0)


def _wrong(before: Figure, after: Figure, change: Figure, expected: str, shown: str) -> Flaw:
    return Flaw(f"{before.text}到{after.text}相差{expected}，文中写为{change.text}（{shown}）。", (before, after, change), expected, change.text)


def _rate_of_two(move: _Movement) -> Iterator[Flaw]:
    """Check an amount against the rate beside it (62318人，减少1046人，下降1.7%)."""
    change, rate = move.amounts
    if change.unit in _RATE_ONLY:
        change, rate = rate, change
    if change.unit != move.after.unit or rate.unit != "%" or move.after.unit in _RATE_ONLY:
        return
    down = re.match(_DOWN, move.verb) is not None or move.verb == "少"
    after, step = span_of(move.after), span_of(change)
    base = after + step if down else after - step
    if base.low <= 0:
        return
    if step.over(base).times(100).meets(span_of(rate)):
        return
    start = _value(move.after) + _value(change) if down else _value(move.after) - _value(change)
    value = _value(change) / start * 100
    sign = "＋" if down else "－"
    message = f"增减数与增减幅度不符：{change.text}÷（{move.after.text}{sign}{change.text}）＝{show(value)}%，文中写为{rate.text}。"
    yield Flaw(message, (move.after, change, rate), f"{show(value)}%", rate.text)


def wrong_directions(context: Context) -> Iterator[Flaw]:
    """Return the movements that go the other way than their verb (由38个减至83个)."""
    for line, match in context.matches(_MOVE, "由", "从"):
        before, after = line.at(match, "before"), line.at(match, "after")
        verb = match["verb"] or _verb_between(match["gap"])
        if not verb or before.unit != after.unit or before.unit == "比" or not exact(before, after) or _NO_WAY.search(match[0]) or _NO_WAY.search(line.label(line.index(match.start("before")))):
            continue
        down = re.match(_DOWN, verb) is not None
        if not down and re.match(_UP, verb) is None:
            continue
        rises = _value(after) > _value(before)
        if _value(after) == _value(before):
            yield Flaw(f"前后数字相同：文中写“{verb}”，但由{before.text}到{after.text}没有变化。", (before, after), None, f"{before.text}→{after.text}")
            continue
        if rises != down:
            continue
        word = "升高" if rises else "降低"
        yield Flaw(f"方向与数字不符：文中写“{verb}”，但由{before.text}到{after.text}是{word}。", (before, after), None, f"{before.text}→{after.text}")


def _verb_between(gap: str) -> str:
    found = re.search(f"{_DOWN}|{_UP}", gap)
    return found[0] if found else ""
