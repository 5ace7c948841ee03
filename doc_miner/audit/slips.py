"""Numbers that one slip of the pen keeps from being what their words say they are: 公开招聘413人，定向培养120人，人才引进37人，一年补充750人.

A number is looked at where its words call it a result (共, 还差, 比上年多, 占, 每…), or where neighbours of one unit
stand behind what may be their whole. If nothing in its paragraph gives it, and one slip in it or in one of the numbers
it is made of (two digits swapped, one put in, left out or mistyped, a factor of 万) makes the relation hold exactly,
then the slip is the likelier reading. Numbers of one or two digits prove nothing by themselves: they are
looked at only where the relation has a number of three digits or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.parts import families
from doc_miner.audit.runs import gives, narrow, run_sums, same_unit
from doc_miner.audit.values import Span, amount, exact, show, span_of
from doc_miner.model import Figure
from doc_miner.textfold import fold

_SUM = re.compile(r"(?:合计|共计|总计|一共|总共|累计|合起来|加起来|相加|总数|共|[,)]计|总)[^#。;、(:,]{0,8}$|一年(?:补充|新增|减少|增加)[^#。;,]{0,4}$")
_LESS = re.compile(r"(?:缺口|缺额|短缺|尚缺|差|剩余|剩下?|余|结转|空编|净增|净减|高出|高于|低于|[^最中降减]低|[^提最新]高|多|少|超出|增加|减少|提高|提升|下降|上升|降低|扩招|还有|短|另|其余|需补|不足|增长?|降)[^#。;,、(:]{0,8}$")
_SHARE = re.compile(r"(?:占|率|比例|比重|幅)[^#。;,、(:]{0,8}$")
_EACH = re.compile(r"每|均|按|单价|标准|[×x*]")
_AWAY = re.compile(r"目标|标准|要求|规定|上年|去年|同期|上学年|前年|全国|全省|全市|平均水平|比(?:19|20)\d\d")
_RATIOS = ("%", "‰", "个百分点", "比", "倍", None)
_TIMES = ("天", "年", "个月", "岁", "分", "次")
_WRITTEN = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Relation:
    """What a number should be, how it is reckoned, and from what; *others* are what each operand would have to be."""

    value: Fraction
    shown: str
    operands: tuple[Figure, ...]
    others: tuple[tuple[Figure, Fraction], ...] = ()


def slipped_results(context: Context) -> Iterator[Flaw]:
    """Return the results that nothing gives, but that one slip keeps from being what the numbers around them give."""
    before: Line | None = None
    for line in context.lines:
        if len(line.marks) >= 3:
            yield from _of_line(line, before)
        before = line


def _of_line(line: Line, before: Line | None) -> Iterator[Flaw]:
    told: set[int] = set()
    for i, figure in enumerate(line.figures):
        if i < 2 or not _usable(figure) or figure.value_max is not None:
            continue
        label = line.label(i)
        relations: list[_Relation] = []
        stands = _stands
        if figure.unit == "%" and _SHARE.search(label) and not re.search(r"由|从|降|升|增|减|比上", label):
            relations, stands = _shares(line, i), _share_stands
        elif figure.unit not in ("‰", "比", "倍", None):
            if _LESS.search(label) and not (figure.unit in ("个百分点", "%") and _AWAY.search(label)):
                relations += _differences(line, i)
            if _SUM.search(label):
                relations += _sums(line, i)
            if _EACH.search(line.words, max(0, line.marks[i - 2] - 12), line.marks[i]) and not re.search(r"最|其中|比", label):
                relations += _products(line, i)
        flaw = next((flaw for relation in relations for flaw in _slips(figure, relation)), None)
        if flaw is not None and figure.start not in told and not stands(line, i, before):
            told.add(figure.start)
            yield flaw


def _usable(figure: Figure) -> bool:
    return figure.value is not None and figure.value > 0 and exact(figure)


def _value(figure: Figure) -> Fraction:
    return Fraction(figure.value or 0)


def _own(line: Line, i: int, unit: str | None, reach: int = 90) -> list[int]:
    """Return the figures of one unit in front of another, the nearest last, outside of closed brackets, not further than the sentence before."""
    return [k for k in range(max(0, i - 12), i) if same_unit(line.figures[k].unit, unit) and _usable(line.figures[k]) and line.marks[i] - line.marks[k] <= reach and not line.closed(k, i)]


def _differences(line: Line, i: int) -> list[_Relation]:
    figure = line.figures[i]
    own = _own(line, i, "%" if figure.unit == "个百分点" else figure.unit)[-3:]
    out = []
    if re.search(r"[到至]", line.label(i)) or own and "其中" in line.words[line.marks[own[-2:][0]] : line.marks[i]]:
        return []
    for a, b in ((own[-2:],) if len(own) >= 2 else ()):
        one, two = line.figures[a], line.figures[b]
        big, small = (one, two) if _value(one) >= _value(two) else (two, one)
        value = _value(big) - _value(small)
        if value:
            out.append(_Relation(value, f"{big.text}－{small.text}", (big, small), ((big, _value(small) + _value(figure)), (small, _value(big) - _value(figure)))))
    return out


def _sums(line: Line, i: int) -> list[_Relation]:
    figure = line.figures[i]
    own = _own(line, i, figure.unit, 140)
    first, _ = line.sentence(i)
    out = []
    for size in range(2, len(own) + 1):
        run = own[-size:]
        if run[0] < first and size > 2:
            break
        parts = [line.figures[k] for k in run]
        value = sum(map(_value, parts), Fraction(0))
        out.append(_Relation(value, "＋".join(f.text for f in parts), tuple(parts), tuple((f, _value(figure) - value + _value(f)) for f in parts)))
    return out[:5]


def _shares(line: Line, i: int) -> list[_Relation]:
    """The part is the count right in front of the share, its whole the nearest larger one of the unit."""
    k = i - 1
    part = line.figures[k]
    if part.unit in _RATIOS or part.unit in _TIMES or not _usable(part) or line.marks[i] - line.marks[k] > 24 or line.closed(k, i):
        return []
    wholes = [line.figures[n] for n in _own(line, k, part.unit, 120) if _value(line.figures[n]) > _value(part)]
    rate = line.figures[i]
    out = []
    for whole in wholes[-2:]:
        out.append(_Relation(_value(part) * 100 / _value(whole), f"{part.text}÷{whole.text}", (part, whole), ((part, _value(whole) * _value(rate) / 100),)))
    return out


def _products(line: Line, i: int) -> list[_Relation]:
    """Two numbers in front, one of the unit of the result and one count: per head and heads."""
    figure, out = line.figures[i], []
    first, _ = line.sentence(i)
    for a, b in [(i - 2, i - 1), *((a, i - 1) for a in range(i - 3, max(first, i - 7) - 1, -1) if _EACH.search(line.label(a)))][:4]:
        if a < first:
            continue
        one, two = line.figures[a], line.figures[b]
        if not (_usable(one) and _usable(two)) or one.unit in _RATIOS or two.unit in _RATIOS or line.marks[i] - line.marks[b] > 30:
            continue
        if same_unit(one.unit, figure.unit) == same_unit(two.unit, figure.unit):
            continue
        if {one.unit, two.unit} & {"年", "岁", "分"}:
            continue
        per, count = (one, two) if same_unit(one.unit, figure.unit) else (two, one)
        out.append(_Relation(_value(per) * _value(count), f"{per.text}×{count.text}", (one, two), ((per, _value(figure) / _value(count)), (count, _value(figure) / _value(per)))))
        if _value(count) > 1:
            out.append(_Relation(_value(per) / _value(count), f"{per.text}÷{count.text}", (one, two), ((per, _value(figure) * _value(count)),)))
    return out


# --- what stands --------------------------------------------------------------------------------
def _spans(line: Line, i: int, before: Line | None, unit: str | None) -> list[Span]:
    near = [f for k, f in enumerate(line.figures) if k != i and abs(k - i) <= 14]
    near = [*(before.figures[-6:] if before else ()), *near]
    return [narrow(f) for f in near if f.value is not None and f.value_max is None and same_unit(f.unit, unit)]


def _stands(line: Line, i: int, before: Line | None) -> bool:
    """Return whether numbers of the paragraph (and the end of the one before) give a result by sums, differences, products or quotients."""
    figure = line.figures[i]
    goal = span_of(figure)
    spans = _spans(line, i, before, figure.unit)
    if gives(spans, narrow(figure)) or figure.unit == "个百分点" and gives(_spans(line, i, before, "%"), goal):
        return True
    near = [f for k, f in enumerate(line.figures) if k != i and abs(k - i) <= 6 and _usable(f)]
    for one in near:
        if not same_unit(one.unit, figure.unit):
            continue
        x = narrow(one)
        for two in near:
            if same_unit(two.unit, figure.unit) or two.unit is None:
                continue
            y = narrow(two)
            if x.times(y).meets(goal.times(100) if two.unit == "%" else goal) or y.low > 0 and two.unit != "%" and x.over(y).meets(goal):
                return True
    return False


def _share_stands(line: Line, i: int, before: Line | None) -> bool:
    """Return whether any two numbers of one unit around a share give it, as a part or as a growth."""
    goal = span_of(line.figures[i])
    near = [*(before.figures[-8:] if before else ()), *(f for k, f in enumerate(line.figures) if k != i and abs(k - i) <= 14)]
    for a in near:
        for b in near:
            if a is b or not same_unit(a.unit, b.unit) or not _usable(a) or not _usable(b):
                continue
            x, y = narrow(a), narrow(b)
            if y.low <= 0:
                continue
            ratio = x.over(y).times(100)
            if ratio.meets(goal) or a.unit != "%" and any(Span(ratio.low - shift, ratio.high - shift).size().meets(goal) for shift in (100,)) or x.low < y.low and x.over(Span(y.low - x.high, y.high - x.low)).times(100).meets(goal):
                return True
            if a.unit == "%" and ((x - y).size().meets(goal) or (x + y).meets(goal)):
                return True
    return False


# --- slips --------------------------------------------------------------------------------------
def _slips(figure: Figure, relation: _Relation) -> Iterator[Flaw]:
    """Return the flaw of a relation that one slip in the result or in one operand explains."""
    unit = figure.unit
    names = (figure, *relation.operands)
    value = relation.value
    if max(len(_digits(f)) for f in names) < 3:
        return
    for target, wanted in ((figure, value), *relation.others):
        if wanted <= 0 or not _slip(target, wanted):
            continue
        expected = amount(wanted, target.unit)
        reckoned = f"{relation.shown}＝{show(value)}%" if unit == "%" else f"{relation.shown}＝{amount(value, unit)}"
        yield Flaw(f"“{target.text}”疑为{expected}之误：{reckoned}，文中写为{figure.text}。", (*relation.operands, figure), expected, target.text)
        return


def _digits(figure: Figure) -> str:
    found = _WRITTEN.search(fold(figure.text))
    return found[0].replace(",", "").replace(".", "").strip("0") if found else ""


def _slip(figure: Figure, wanted: Fraction) -> bool:
    """Return whether one slip turns the number that would be right into the one that is written."""
    found = _WRITTEN.search(fold(figure.text))
    if found is None:
        return False
    digits = found[0].replace(",", "")
    if not Fraction(digits):
        return False
    scale = _value(figure) / Fraction(digits)
    if _value(figure) / wanted in (10**4, Fraction(1, 10**4)):
        return True
    places = len(digits.partition(".")[2])
    scaled = wanted / scale
    rounded = Fraction(round(scaled * 10**places), 10**places)
    if rounded != scaled and (figure.unit not in ("%",) or places == 0):
        return False
    right = f"{float(rounded):.{places}f}"
    return _one_slip(digits, right)


def _one_slip(a: str, b: str) -> bool:
    """Return whether two neighbouring digits are swapped, or one is put in, left out or (of three and more) mistyped."""
    if len(a) == len(b):
        wrong = [k for k in range(len(a)) if a[k] != b[k]]
        if len(wrong) == 1:
            return len(a.replace(".", "")) >= 3
        return len(wrong) == 2 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]] and wrong[1] - wrong[0] <= (2 if "." in a[wrong[0] : wrong[1]] else 1)
    short, long = sorted((a, b), key=len)
    return len(long) >= 3 and len(long) - len(short) == 1 and any(long[:k] + long[k + 1 :] == short for k in range(len(long)))


def parts_with_a_slip(context: Context) -> Iterator[Flaw]:
    """Return the lists behind their whole (完成21条，推进6条，启动3条 of 33) that one slip keeps from giving it."""
    for line in context.lines:
        if len(line.marks) >= 4:
            yield from _partitions(line)


def _partitions(line: Line) -> Iterator[Flaw]:
    n = len(line.figures)
    at = 0
    while at < n:
        run = _run(line, at)
        if len(run) >= 3 and _value(line.figures[at]) > max(_value(line.figures[k]) for k in run[1:]) * Fraction(5, 4):
            if not _given_before(line, run):
                yield from _divided(line, run[1], run[1:])
        elif len(run) >= 2 and at > 0:
            yield from _divided(line, at, run)
        at = (run[-1] if len(run) >= 2 else at) + 1


def _given_before(line: Line, run: Sequence[int]) -> bool:
    """Return whether a number before a list is its sum with its first member: then this is no whole of the others (15.2亿元：7.7、1.5和6.0亿元)."""
    unit = line.figures[run[0]].unit
    before = [narrow(line.figures[k]) for k in range(max(0, run[0] - 4), run[0]) if same_unit(line.figures[k].unit, unit)]
    return any(span.meets(total) for _, total in run_sums(line, run) for span in before)


def _run(line: Line, at: int) -> Sequence[int]:
    """Return the neighbours of one unit, each in a clause of its own, from one on; shares between them are passed over."""
    unit = line.figures[at].unit
    out = [at]
    if unit in _RATIOS or not _usable(line.figures[at]):
        return []
    for k in range(at + 1, len(line.figures)):
        gap = line.words[line.marks[out[-1]] + 1 : line.marks[k]]
        if re.search(r"[。]|[共计总均每比较增减]|其余|各", gap) or len(gap) > 26 or gap.count(")") > gap.count("("):
            break
        if line.figures[k].unit in ("%", "岁"):
            continue
        if line.figures[k].unit != unit or not _usable(line.figures[k]) or not re.search(r"[,、;]", gap):
            break
        out.append(k)
    return out


def _divided(line: Line, at: int, run: Sequence[int]) -> Iterator[Flaw]:
    unit = line.figures[at].unit
    first, _ = line.sentence(at)
    parts = [line.figures[k] for k in run]
    least = sorted(map(_value, parts))[-2]
    wholes = [k for k in range(max(0, at - 4), at) if same_unit(line.figures[k].unit, unit) and _usable(line.figures[k]) and _value(line.figures[k]) > least and k >= first - 4]
    labels = [line.clause(k) for k in run]
    alike = len({label[-2:] for label in labels}) == 1 or len(run) >= 3 or families(labels)
    if not wholes or not alike or re.search(r"各|每|比|均", "".join(labels)):
        return
    summed = sum(map(_value, parts), Fraction(0))
    spans = [narrow(line.figures[k]) for k in range(max(0, at - 12), min(len(line.figures), run[-1] + 6)) if k not in run and same_unit(line.figures[k].unit, unit)]
    sums = run_sums(line, run)
    if any(span.meets(total) for span in spans for _, total in sums):
        return
    for k in wholes[::-1][:1]:
        whole = line.figures[k]
        if summed < _value(whole) and re.search(r"其中|包括|含", line.words[line.marks[k] : line.marks[at]]):
            continue
        others = tuple((f, _value(whole) - summed + _value(f)) for f in parts)
        relation = _Relation(summed, "＋".join(f.text for f in parts), tuple(parts), others)
        yield from _slips(whole, relation)
