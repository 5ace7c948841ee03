"""Products and averages: 生均, 人均, 校均, 班均, unit prices; balances: 核定3860名，实有3572人，空编288名."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.values import Span, amount, exact, show, span_of
from doc_miner.model import Figure
from doc_miner.textfold import fold

_AVERAGE = re.compile(r"(?P<kind>人均|生均|师均|校均|班均|户均|平均每(?P<each>[人生名班校所套台间])[^#。;,]{0,4}|平均班额|平均规模|平均(?!水平|年龄|分|工资))[^#。;,]{0,12}$")
_PRICE = re.compile(r"(?:单价|均价|每(?P<each>[人名生所校班套台间栋册块])(?:学生|教师|学校)?(?:单价|均价|价格|补助|补贴|奖励|资助|平均|造价|发放|投入|安排|拨付|奖补|约|需)?(?:约|为|达)?)$")
_SUMMING = re.compile(r"共|合计|总计|总|累计|计|需")
_TOGETHER = re.compile(r",(?:共|共计|合计|总计|累计)(?:发放|补助|资助|需|投入|支出|金额|资金)?")
_PERIODIC = re.compile(r"每(?:月|天|日|年|餐|周|学期|学年|季)|月均|年均")
_DENOMINATORS = {
    "人均": ("人",), "生均": ("人",), "师均": ("人",), "校均": ("所",), "班均": ("个班", "个"), "户均": ("户",), "平均班额": ("个班", "个"), "平均规模": ("所",),
    "人": ("人",), "生": ("人",), "名": ("人",), "班": ("个班", "个"), "校": ("所",), "所": ("所",), "套": ("套",), "台": ("台",), "间": ("间",), "栋": ("栋",), "册": ("册",), "块": ("块",),
}  # fmt: skip
_HAVE = r"(?:实有|现有|在编|在岗|实际|已有|现已配备|已配备?|已配齐|实配|已建成?|建成|建有|已落实|已到位|到位)"
_BALANCE = re.compile(
    rf"(?P<need>核定|编制(?:总)?(?:数|额)?|应配备?|应有|需要|需配备?|需|标准|总编制)[^#。;]{{0,18}}?(?P<a>#)[^#。;]{{0,6}}?[,、;]?[^#。;,]{{0,8}}?{_HAVE}[^#。;,]{{0,14}}?(?P<b>#)[^#。;]{{0,6}}?[,、;(][^#。;,]{{0,8}}?(?P<gap>空编|缺编|余编|空缺|空余编制|空余|缺口|尚缺|缺|尚差|差|短缺|超编|超配|超出|富余|结余|不足)[^#。;,]{{0,10}}?(?P<c>#)"
)
_STOCK = re.compile(r"(?P<kind>空编|空余编制|缺编|余编|编制|缺口|缺额)[^#。;]{0,6}#")
_LEFT = re.compile(r"(?:剩余|结余|余下|还剩|最终剩余)[^#。;,]{0,4}?(?P<rest>#)")
_HIRED = re.compile(r"招聘|招录|招考|引进|补充|录用|选调|调入|安置")
_NO_CLASSES = re.compile(r"最大|最小|以上|起始|超过")


def _value(figure: Figure) -> Fraction:
    return Fraction(figure.value or 0)


def wrong_averages(context: Context) -> Iterator[Flaw]:
    """Return the averages and unit prices that total and number of their sentence do not give."""
    for line in context.lines:
        if len(line.marks) < 3 or not any(word in line.words for word in ("均", "每", "单价", "#/")):
            continue
        for i, per in enumerate(line.figures):
            if per.unit in ("%", "‰", "个百分点") or per.value is None or not _value(per):
                continue
            label = line.label(i)
            unit, each = _unit_behind(line, i)
            average, price = _AVERAGE.search(label), _PRICE.search(label)
            if _PERIODIC.search(label[-14:]) or not (average or price or each):
                continue
            if average:
                kind = average["each"] or average["kind"]
                below = _DENOMINATORS.get(kind[:2] if kind.startswith("平均每") else kind, ("人", "所", "个班", "台", "套", "间"))
                yield from _average(line, i, per, below)
                if i + 1 < len(line.figures) and _TOGETHER.fullmatch(line.words, line.marks[i] + 1, line.marks[i + 1]):
                    yield from _price(line, i, per, below)
            else:
                kind = (price["each"] if price else None) or each
                yield from _price(line, i, per, _DENOMINATORS.get(kind, ()) if kind else ("台", "套", "间", "人", "所", "册", "块"))


def _unit_behind(line: Line, i: int) -> tuple[str | None, str | None]:
    """Return what a unit price is counted by when that stands behind it (4500元/台)."""
    match = re.match(r"/(?P<each>[人生名班校所套台间栋册块])", line.words[line.marks[i] + 1 : line.marks[i] + 4])
    return (match["each"], match["each"]) if match else (None, None)


def _nearby(line: Line, i: int) -> range:
    first, last = line.sentence(i)
    return range(max(first, i - 6), min(last, i + 4))


def _average(line: Line, i: int, per: Figure, below: tuple[str, ...]) -> Iterator[Flaw]:
    """An average stands behind its total and number; any pair of its sentence that gives it will do."""
    before = [line.figures[k] for k in _nearby(line, i) if k < i]
    numbers = [f for f in before if f.unit in below and f.role != "standard" and _value(f) > 1]
    totals = [f for f in before if f.unit == per.unit and f not in numbers[-1:] and _value(f) > _value(per) and f.role != "standard"]
    pairs = [(t, n) for t in totals for n in numbers if t is not n]
    if not pairs or len(totals) > 2 or len(numbers) > 2:
        return
    if any(span_of(t).over(span_of(n)).meets(span_of(per)) for t, n in pairs):
        return
    if len(pairs) > 1 and per.unit in below:
        return
    t, n = pairs[-1]
    if line.index(line.marks[i]) - max(k for k in range(len(line.figures)) if line.figures[k] is t or line.figures[k] is n) > 1:
        return
    result = _value(t) / _value(n)
    yield Flaw(f"平均数与总数不符：{t.text}÷{n.text}＝{amount(_rounded(result), per.unit)}，文中写为{per.text}。", (t, n, per), amount(_rounded(result), per.unit), per.text)


def _rounded(value: Fraction) -> Fraction:
    return Fraction(show(value))


def _price(line: Line, i: int, per: Figure, below: tuple[str, ...]) -> Iterator[Flaw]:
    """A price times a number must give the total that the sentence sums up (共, 合计)."""
    if per.unit != "元":
        return
    own = [k for k in _nearby(line, i) if k != i]
    numbers = [line.figures[k] for k in own if line.figures[k].unit in below and abs(k - i) <= 2]
    totals = [line.figures[k] for k in own if line.figures[k].unit == "元" and k > i and _SUMMING.search(line.clause(k)) and k - i <= 2]
    totals += [line.figures[k] for k in own if line.figures[k].unit == "元" and k < i and _SUMMING.search(line.clause(k)) and i - k <= 2 and _value(line.figures[k]) > _value(per)]
    if len(numbers) != 1 or len(totals) != 1:
        return
    number, whole = numbers[0], totals[0]
    if span_of(per).times(span_of(number)).meets(span_of(whole)):
        return
    result = _value(per) * _value(number)
    yield Flaw(f"单价与总额不符：{per.text}×{number.text}＝{amount(result, '元')}，文中写为{whole.text}。", (per, number, whole), amount(result, "元"), whole.text)


def wrong_balances(context: Context) -> Iterator[Flaw]:
    """Return the balances (need − have = gap; 空编 − 招聘 = 剩余) that do not come out."""
    for line, match in context.matches(_BALANCE, "编", "缺", "差", "口", "余", "超", "短", "不足"):
        need, have, gap = (line.at(match, name) for name in "abc")
        if not need.unit == have.unit == gap.unit or have.value is None:
            continue
        left = (span_of(need) - span_of(have)).size()
        if left.meets(span_of(gap)):
            continue
        value = abs(_value(need) - _value(have))
        yield Flaw(f"收支或编制不平：{need.text}－{have.text}＝{amount(value, need.unit)}，文中“{match['gap']}”为{gap.text}。", (need, have, gap), amount(value, need.unit), gap.text)
    yield from _left_over(context)


def _left_over(context: Context) -> Iterator[Flaw]:
    """空编475 … 招聘150＋225 … 剩余100: some of the numbers hired must make up the difference."""
    stock: tuple[Figure, ...] = ()
    hired: list[Figure] = []
    if not any(word in context.folded for word in ("剩余", "结余", "余下", "还剩")):
        return
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            label = line.label(i)
            rest = re.search(r"(?:剩余|结余|余下|还剩)[^#。;,]{0,4}$", label)
            if re.search(r"(?:空编|空余编制|空缺编制|余编)[^#。;,]{0,6}$", label) and figure.unit == "人":
                stock, hired = (figure,), []
            elif rest is not None and stock and hired and figure.unit in ("人", "个") and ("编" in line.words[line.marks[i] : line.marks[i] + 6] or "编" in label):
                yield from _rest(stock[0], hired[-8:], figure)
                stock, hired = (), []
            elif stock and figure.unit == "人" and _HIRED.search(line.words[max(0, line.marks[i] - 40) : line.marks[i]]):
                hired.append(figure)


def _rest(stock: Figure, hired: list[Figure], rest: Figure) -> Iterator[Flaw]:
    goal = span_of(stock) - span_of(rest)
    for size in range(1, len(hired) + 1):
        for chosen in combinations(hired, size):
            if Span(sum(map(_value, chosen), Fraction(0)), sum(map(_value, chosen), Fraction(0))).meets(goal):
                return
    used = _value(stock) - _value(rest)
    message = f"编制不平：空编{stock.text}，剩余{rest.text}，应使用{amount(used, '人')}，文中各批招聘人数凑不出这个数。"
    yield Flaw(message, (stock, rest), amount(used, "人"), rest.text)


# --- averages whose totals stand elsewhere ---------------------------------------------------
_PUPILS = re.compile(r"(?:在校生|在校学生|学生|在校生数|在校学生数|学生数|在校生数合计|在校学生数合计|在校生人数|学生人数|学生总数)$")
_CLASSES = re.compile(r"(?:班级|教学班|班级数|班数|教学班数)$")
_TEACHERS = re.compile(r"(?:专任教师|专任教师数)$")
_SCOPED = re.compile(r"城|乡|农村|镇|村|民办|公办|女|其中|留守|随迁|中心|第[一二三四五六七八九十]")


def wrong_ratios(context: Context) -> Iterator[Flaw]:
    """Return the class sizes (平均班额) and pupil-teacher ratios that the document's own totals of the stage do not give."""
    if not any(word in context.folded for word in ("平均班额", "班均", "生师比", "师生比")):
        return
    yield from _ratios_of_sentences(context)
    stock: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
    for figure in context.report.figures:
        if figure.stage not in ("小学", "初中") or figure.qualifier != "=" or figure.value is None or figure.role not in ("level", "after") or _SCOPED.search(figure.subject):
            continue
        for name, pattern, units in (("学生", _PUPILS, ("人",)), ("班级", _CLASSES, ("个", "个班")), ("教师", _TEACHERS, ("人",))):
            if figure.unit in units and pattern.search(figure.subject):
                stock[name, figure.stage].append(figure)
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            label = line.label(i)
            if figure.unit not in ("人", "比"):
                continue
            other = "初中" if figure.stage == "小学" else "小学"
            if other in line.label(i, 40) or "分别" in label or figure.value is None or figure.stage not in ("小学", "初中") or _SCOPED.search(line.clause(i)) or _NO_CLASSES.search(label):
                continue
            if figure.unit == "人" and re.search(r"(?:平均班额|班均)[^#。;,]{0,4}$", label):
                yield from _ratio(figure, stock["学生", figure.stage], stock["班级", figure.stage])
            elif figure.unit == "比" and "生师比" in label[-8:]:
                yield from _ratio(figure, stock["学生", figure.stage], stock["教师", figure.stage])


def _ratios_of_sentences(context: Context) -> Iterator[Flaw]:
    """Return the pupil-teacher ratios that the one number of pupils and the one of teachers of their sentence do not give, whichever way they are written."""
    for line in context.lines:
        if "师比" not in line.words and "师生比" not in line.words:
            continue
        for i, figure in enumerate(line.figures):
            if figure.unit != "比" or not figure.value or not exact(figure) or not re.search(r"(?:师生比|生师比)[^#。;,]{0,4}$", line.label(i)):
                continue
            first, last = line.sentence(i)
            own = [(_name_of(line, k), line.figures[k]) for k in range(first, last) if line.figures[k].unit == "人"]
            if len(own) < 2 or not any(_PUPILS.search(name) for name, _ in own):
                flaw = _nearest_ratio(line, i)
                if flaw is not None:
                    yield flaw
                continue
            pupils = [f for name, f in own if _PUPILS.search(name)]
            teachers = [f for name, f in own if re.search(r"教师$|教职工$", name)]
            named = [stage for stage in ("小学", "初中", "高中", "幼儿", "学前") if stage in line.words[line.marks[first] : line.marks[i]]]
            if named or len(pupils) != 1 or len(teachers) != 1 or len(own) != 2 or not _value(teachers[0]) or len([f for f in line.figures[first:last] if f.unit == "比"]) != 1:
                continue
            ratio = span_of(pupils[0]).over(span_of(teachers[0]))
            written = _ratio_span(figure)
            if written is None or ratio.meets(written):
                continue
            result = show(_value(pupils[0]) / _value(teachers[0]))
            yield Flaw(f"师生比与人数不符：{pupils[0].text}÷{teachers[0].text}＝{result}，文中写为{figure.text}。", (pupils[0], teachers[0], figure), f"1∶{result}", figure.text)


def _nearest_ratio(line: Line, i: int) -> Flaw | None:
    """Hold a ratio against the nearest pupils and teachers in front of it, where no pupils and teachers of its paragraph give it."""
    figure = line.figures[i]
    people = [k for k in range(len(line.figures)) if line.figures[k].unit == "人" and _value(line.figures[k])]
    pupils = [k for k in people if k < i and re.search(r"在校生|学生|幼儿|在校生数|学生数|人数$", _name_of(line, k)[-5:])]
    teachers = [k for k in people if k < i and re.search(r"(?:专任教师|教师|教职工)$", _name_of(line, k))]
    if not pupils or not teachers or i - min(pupils[-1], teachers[-1]) > 8 or figure.role == "standard" or not exact(figure, line.figures[pupils[-1]], line.figures[teachers[-1]]):
        return None
    goal = _ratio_span(figure)
    if goal is None or any(span_of(line.figures[a]).over(span_of(line.figures[b])).meets(goal) for a in people for b in people if a != b):
        return None
    a, b = line.figures[pupils[-1]], line.figures[teachers[-1]]
    result = show(_value(a) / _value(b))
    return Flaw(f"师生比与人数不符：{a.text}÷{b.text}＝{result}，文中写为{figure.text}。", (a, b, figure), f"{result}∶1", figure.text)


def _ratio_span(figure: Figure) -> Span | None:
    """Return pupils to one teacher, whichever way a ratio is written."""
    two = re.search(r"(?:^|\D)[1一][::∶](\d+(?:\.\d+)?)", fold(figure.text))
    if two is not None:
        step = Fraction(1, 10 ** len(two[1].partition(".")[2]))
        return Span(Fraction(two[1]) - step, Fraction(two[1]) + step)
    if _value(figure) >= 1:
        return span_of(figure)
    return Span(1 / span_of(figure).high, 1 / span_of(figure).low) if span_of(figure).low > 0 else None


def _name_of(line: Line, k: int) -> str:
    return re.sub(r"(?:总数|总人数|人数|数|共有|现有|共|有|为|达到?|是)+$", "", line.clause(k))


def _ratio(figure: Figure, above: list[Figure], below: list[Figure]) -> Iterator[Flaw]:
    if len({(f.value, f.year) for f in above}) != 1 or len({(f.value, f.year) for f in below}) != 1:
        return
    a, b = above[0], below[0]
    if not _value(b) or span_of(a).over(span_of(b)).meets(span_of(figure)):
        return
    if figure.unit == "比" and _value(figure) < 1:
        return
    result = show(_value(a) / _value(b))
    text = f"{result}∶1" if figure.unit == "比" else f"{result}人"
    yield Flaw(f"平均数与总数不符：{a.text}÷{b.text}＝{text}，文中写为{figure.text}。", (a, b, figure), text, figure.text)
