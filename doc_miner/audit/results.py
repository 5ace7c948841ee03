"""Results that a sentence draws from its own numbers, whatever its wording: 两项共补充110人; 仍缺1150个; 比毕业生多170人; 平均每校3节.

A result is doubted only where its words say how it was made (共, 还差, 比…多, 平均) and the sentence holds what
it was made of. It stands as soon as any numbers of its paragraph give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.runs import gives, narrow, same_unit
from doc_miner.audit.values import Span, amount, exact, show, span_of, total
from doc_miner.model import Figure

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九十")} | {"两": 2}
_SO_MANY = re.compile(
    r"(?<![第十百])(?P<n>[两二三四五六七八九]|(?<!\d)[2-9])(?:大?类|项|年(?!级|前|来)|所|家|科|期|批|者|个?学段|级|部分|地|区|镇|方面|校|块|笔|次|组|种|个?学科|个?阶段)(?:工程|项目|学校|教师|残疾学生|资金|措施|经费|工作|任务)?(?:相加|加起来|加一块|合起来)?[,]?(?:共|合计|总计|一共|总共|累计|总|加起来|涉及)[^#。;,、(]{0,8}$"
)
_ADDED = re.compile(r"(?:合计|总计|加一块|加起来|相加|一共|总共|总量|一来一去)(?:[^#。;,、(一-鿿]|为|达|是|有|需|补充|新增|招聘|投入|支出|安排|培训|完成|建成|发放|减少|增加|缺|人数|资金|面积){0,4}$")
_ALSO = re.compile(r"(?:,|^)(?:总|共|增加|涉及|提供|新增)[^#。;,、(]{0,8}$")
_BY_HOW_MUCH = re.compile(r"(?:减少|增加|下降|提高|降低|上升|相差|净增|多|少)(?:了|出)?$")
_SUMS_LIST = re.compile(r"^[^#,。;]{0,6},(?:共|累计|总)[^#。;,、(]{0,8}$")
_LEFT = re.compile(r"(?:剩余|剩下的?|余下的?|尚余|还剩|仍余|结余|仍缺|还缺|尚缺|还差|尚差|仍差|还需[^#。;,]{0,4}|仍需[^#。;,]{0,4}|尚需[^#。;,]{0,4}|尚欠|还欠|仍欠|空缺|缺口|富余|空编|短缺|欠缺|,差|,余|,欠|,留|,缺)[^#。;,一-鿿]{0,2}$")
_NEEDED = re.compile(r"应|需|核定|计划|标准|缺口|任务|目标|总|现有|原有|短缺|共缺|安排|测算|列入|反馈|要求|台账|编制|全年|预算|规定|规模|下达|不足|不到|超过|达到")
_HAD = re.compile(r"已|现有|实有|在编|在岗|完成|到位|拨付|落实|交流|招聘|销号|补|到岗|并掉|撤并|减|建成|解决|使用|消除|化解|用于|实际|办结|整改|支出|现状|最低|最大|仅|只有")
_MORE = re.compile(r"(?P<base>(?:比|较|跟|与|和|同|距|高[出于]|低于|超过|超出|大于|小于|少于|多于)[^#。;]{0,24}?)(?:多|少|高|低|大|小|增加|减少|提高|下降|高出|低于|超出|超过|相差|差|净增|上升|降低|增长)(?:了|出|整整|达|约)*$")
_ABOVE = re.compile(r"(?:高出|超出|多出)(?P<base>[^#。;,]{2,10})$")
_OUTSIDE = re.compile(r"上年|去年|同期|上学年|前年|年初|年前|上月|上期|平均|全国|全省|全市|全区|周边|当地|(?:19|20)\d\d|以前|之前|此前|往年|国家|标准|要求|规定|目标")
_APART = re.compile(r"(?:相差|差距|差额|之差)(?:了|为|达|约)*$")
_MEASURED = ("元", "平方米", "亩", "公里", "册", "平方公里")
_RATES = ("%", "‰")
_JOINT = re.compile(r"[,;。、:]|和|及|与|加")
"""What stands between two members of a list; 应配6人只有2人 is none."""
_BRACKETS = re.compile(r"\([^()]*\)")


def _value(figure: Figure) -> Fraction:
    return Fraction(figure.value or 0)


def _plain(line: Line, k: int) -> bool:
    return line.figures[k].value is not None and line.figures[k].value_max is None


def _stands(line: Line, i: int) -> bool:
    """Return whether numbers of the paragraph give a result by adding and taking away."""
    unit = line.figures[i].unit
    near = [line.figures[k] for k in range(max(0, i - 12), min(len(line.figures), i + 7)) if k != i and _plain(line, k) and line.figures[k].qualifier in "=~" and same_unit(line.figures[k].unit, unit)]
    return gives([narrow(f) for f in near], narrow(line.figures[i]))


def wrong_sums(context: Context) -> Iterator[Flaw]:
    """Return the sums that count what they sum (三类项目共…) or sum a list (合计…) and are none."""
    for line in context.lines:
        if len(line.marks) < 3 or not any(word in line.words for word in ("共", "计", "总", "加")):
            continue
        counted: tuple[int, int] | None = None
        for i, figure in enumerate(line.figures):
            if i < 2 or not exact(figure) or figure.unit in _RATES:
                continue
            label = line.label(i)
            so_many = _SO_MANY.search(label)
            if so_many is not None:
                counted = i, int(_DIGITS.get(so_many["n"], 0) or so_many["n"])
                flaw = _counted_sum(line, i, counted[1])
            elif counted is not None and i - counted[0] <= 2 and line.sentence(counted[0])[1] > i and _ALSO.search(label):
                flaw = _counted_sum(line, i, counted[1])
            elif _ADDED.search(label):
                flaw = _listed_sum(line, i)
            elif _SUMS_LIST.search(label):
                flaw = _listed_sum(line, i, parallel=True)
            else:
                continue
            if flaw is not None and not _stands(line, i):
                yield flaw


def _counted_sum(line: Line, i: int, count: int) -> Flaw | None:
    unit = line.figures[i].unit
    before = [k for k in range(i) if _plain(line, k) and line.figures[k].unit == unit and not line.closed(k, i)]
    if len(before) < count or line.marks[i] - line.marks[before[-count]] > 50 * count:
        return None
    if any(not _JOINT.search(line.words[line.marks[a] + 1 : line.marks[b]]) for a, b in pairwise(before[-count - 1 :])):
        return None
    parts = [line.figures[k] for k in before[-count:]]
    if not all(exact(f) for f in parts) or len(before) > count and re.search(r"其中", line.words[line.marks[before[-count - 1]] : line.marks[before[-count]]]):
        return None
    return _not_the_sum(line.figures[i], parts)


def _listed_sum(line: Line, i: int, *, parallel: bool = False) -> Flaw | None:
    """Return the flaw of a sum behind its list; *parallel*: of three members and more that are joined by 、 or end alike."""
    unit = line.figures[i].unit
    first, _ = line.sentence(i)
    run: list[int] = []
    for k in range(i - 1, first - 1, -1):
        if line.closed(k, i):
            continue
        gap = _BRACKETS.sub("", line.words[line.marks[k] + 1 : line.marks[run[-1] if run else i]])
        if not same_unit(line.figures[k].unit, unit) or not _plain(line, k) or len(gap) > 18 or re.search(r"其中|由|从|比|较|增(?!加[^#]{0,2}$)|减|降|每|均" if run else r"其中|比|较|每|均", gap):
            break
        run.append(k)
    if len(run) < 2 or run[-1] > first and line.figures[run[-1] - 1].unit == unit:
        return None
    if parallel:
        names = [line.clause(k) for k in run]
        joined = all("、" in line.words[line.marks[a] + 1 : line.marks[b]] for b, a in zip(run, run[1:], strict=False))
        if len(run) < 3 or not joined and not (len({name[-2:] for name in names}) == 1 and names[0][-2:] in line.clause(i)):
            return None
    return _not_the_sum(line.figures[i], [line.figures[k] for k in reversed(run)])


def _not_the_sum(whole: Figure, parts: Sequence[Figure]) -> Flaw | None:
    if total(map(span_of, parts)).meets(span_of(whole)):
        return None
    summed = sum(map(_value, parts), Fraction(0))
    if not summed or not _value(whole):
        return None
    shown = "＋".join(f.text.strip() for f in parts)
    return Flaw(f"合计与各数之和不符：{shown}＝{amount(summed, whole.unit)}，文中合计为{whole.text}。", (whole, *parts), amount(summed, whole.unit), whole.text)


def wrong_rests(context: Context) -> Iterator[Flaw]:
    """Return what is left or lacking (仍缺1150个) and is not what need and stock of the sentence leave."""
    for line in context.lines:
        if len(line.marks) < 3:
            continue
        for i, figure in enumerate(line.figures):
            if i < 2 or not exact(figure) or figure.unit in (*_RATES, "个百分点") or not _LEFT.search(line.label(i)):
                continue
            first, _ = line.sentence(i)
            own = [k for k in range(first, i) if _plain(line, k) and same_unit(line.figures[k].unit, figure.unit) and not line.closed(k, i)]
            flaw = _left(line, own[-2:], i) if len(own) >= 2 and line.marks[i] - line.marks[own[-2]] <= 60 else None
            if flaw is not None:
                pass
            elif len(own) > 2 and re.search(r"剩|余", line.label(i)[-6:]):
                flaw = _left_of_many(line, own, i)
            else:
                continue
            if flaw is not None and not _stands(line, i):
                yield flaw


def _left(line: Line, own: Sequence[int], i: int) -> Flaw | None:
    words = [line.label(k) + re.split("[,。;(]", line.words[line.marks[k] + 1 : line.marks[k] + 8])[0] for k in own]
    if not (_NEEDED.search(words[0]) and _HAD.search(words[1]) or _NEEDED.search(words[1]) and _HAD.search(words[0])):
        return None
    a, b = (line.figures[k] for k in own)
    left = (span_of(a) - span_of(b)).size()
    if left.meets(span_of(line.figures[i])):
        return None
    big, small = max(a, b, key=_value), min(a, b, key=_value)
    return _not_left(line, big, [small], i)


def _left_of_many(line: Line, own: Sequence[int], i: int) -> Flaw | None:
    whole, parts = line.figures[own[0]], [line.figures[k] for k in own[1:]]
    summed = sum(map(_value, parts), Fraction(0))
    if not exact(whole, *parts) or summed >= _value(whole) or not re.search(r"共|总|有|这", line.label(own[0])):
        return None
    return _not_left(line, whole, parts, i)


def _not_left(line: Line, whole: Figure, parts: Sequence[Figure], i: int) -> Flaw:
    rest = line.figures[i]
    value = _value(whole) - sum(map(_value, parts), Fraction(0))
    shown = "－".join(f.text.strip() for f in (whole, *parts))
    return Flaw(f"余数与同句各数不符：{shown}＝{amount(value, whole.unit)}，文中“{line.clause(i)[-6:]}”为{rest.text}。", (whole, *parts, rest), amount(value, whole.unit), rest.text)


def wrong_comparisons(context: Context) -> Iterator[Flaw]:
    """Return the differences between two numbers of the sentence (招生比毕业多170人) that they do not have."""
    for line in context.lines:
        if len(line.marks) < 3:
            continue
        for i, figure in enumerate(line.figures):
            if i < 2 or not exact(figure):
                continue
            label = line.label(i, 40)
            more = _MORE.search(label) or _ABOVE.search(label)
            if more is None and not _APART.search(label):
                continue
            pair = _compared(line, i, more["base"] if more else "")
            if pair is None:
                continue
            a, b = pair
            if (span_of(a) - span_of(b)).size().meets(_room(figure, a, b)) or _stands(line, i):
                continue
            unit = "个百分点" if a.unit == "%" else a.unit
            value = abs(_value(a) - _value(b))
            if figure.unit == "%" and a.unit != "%":
                continue
            big, small = max(a, b, key=_value), min(a, b, key=_value)
            yield Flaw(f"相差的数与两数不符：{big.text}－{small.text}＝{amount(value, unit)}，文中写为{figure.text}。", (a, b, figure), amount(value, unit), figure.text)


def _room(figure: Figure, a: Figure, b: Figure) -> Span:
    span = span_of(figure)
    return span if exact(a, b) else Span(span.low, span.high)


def _compared(line: Line, i: int, base: str) -> tuple[Figure, Figure] | None:
    """Return the two numbers that a comparison speaks of: the two in front of it, if its words name one of them."""
    figure = line.figures[i]
    unit = "%" if figure.unit in ("个百分点", "个千分点") else figure.unit
    first, _ = line.sentence(i)
    own = [k for k in range(first, i) if _plain(line, k) and same_unit(line.figures[k].unit, unit) and not line.closed(k, i)]
    if len(own) < 2 or unit == "%" and figure.unit == "%" or own[-1] != i - 1:
        return None
    b, a = own[-1], own[-2]
    if line.marks[i] - line.marks[a] > 64:
        return None
    bare = re.sub(r"^(?:比|较|跟|与|和|同|距|高[出于]|低于|超过|超出|大于|小于|少于|多于)|[的,]", "", base)
    if "#" in line.words[line.marks[b] + 1 : line.marks[i]] or _OUTSIDE.search(bare):
        return None
    if len(bare) < 2:
        return None if base else (line.figures[a], line.figures[b])
    names = [line.clause(k) + line.words[line.marks[k] + 1 : line.marks[k] + 6] for k in (a, b)]
    return (line.figures[a], line.figures[b]) if any(_shares(bare, name) for name in names) else None


def _shares(a: str, b: str) -> bool:
    """Return whether two wordings share two characters in a row."""
    return any(a[k : k + 2] in b for k in range(len(a) - 1))


# --- averages and products -------------------------------------------------------------------
_EACH = re.compile(r"(?:平均|均)?每(?:一)?(?P<each>个?[一-鿿]{1,3}?)(?:学生|教师|学校)?(?:的)?(?:平均|约|为|达|投资|造价|投入|补助|拨付|安排|服务|吸纳成员校|听课|配备|可容纳|容纳|招生|带)*$")
_PER = re.compile(r"(?P<each>人均|生均|校均|班均|户均|园均|镇均|点均)[^#。;,]{0,6}$|(?:平均|一)个?(?P<one>[老师班点校所教镇村人]{1,2})[^#。;,]{0,3}$")
_YEARLY = re.compile(r"年均[^#。;,]{0,4}$|平均每年[^#。;,]{0,6}$")
_YEARS = re.compile(r"(?P<n>[两二三四五六七八九十]|(?<!\d)[2-9])年(?!级)")
_PAID_EACH = re.compile(r"(?:每|一)(?P<each>[人生名])(?:每年|一年|每次)?[^#。;,]{0,4}$")
_HOLDS = re.compile(r"(?:提供|可提供|新增|能装|可容纳|容纳|可招收|总?共|合计|计|需|约需|年需|需建|需要|可)(?:[^#。;,]{0,8})$")
_UNITS_OF = {"人": ("人",), "生": ("人",), "校": ("所",), "班": ("个班", "个"), "户": ("户",), "园": ("所",), "镇": ("个",), "点": ("个",), "所": ("所",), "台": ("台",), "套": ("套",), "间": ("间",), "册": ("册",), "平方米": ("平方米",), "亩": ("亩",), "学位": ("个",), "个学位": ("个",), "老师": ("人",), "教师": ("人",), "学校": ("所",)}  # fmt: skip


def wrong_units(context: Context) -> Iterator[Flaw]:
    """Return the results that come out of the two numbers in front of them but carry another unit (应补42亩，已落实30亩，差12公里)."""
    for line in context.lines:
        for i in range(2, len(line.figures)):
            a, b, result = line.figures[i - 2], line.figures[i - 1], line.figures[i]
            if a.unit != b.unit or a.unit is None or result.unit in (a.unit, None, *_RATES, "倍", "比", "年", "岁", "分") or same_unit(a.unit, result.unit) or {a.unit, result.unit} & {"个百分点", "天", "个月"} or not exact(a, b, result):
                continue
            label = line.label(i)
            if not (_LEFT.search(label) or _ADDED.search(label) or _BY_HOW_MUCH.search(label)) or re.search(r"[。]", line.words[line.marks[i - 2] : line.marks[i]]) or line.marks[i] - line.marks[i - 2] > 50:
                continue
            one, two, three = (_written(f) for f in (a, b, result))
            if three > 2 and three == (one + two if _ADDED.search(label) else abs(one - two)):
                yield Flaw(f"“{result.text}”的单位与前面的{a.text}、{b.text}不同，请对照原件。", (a, b, result), None, result.text, result.start, result.end)


def _written(figure: Figure) -> Fraction:
    """Return the number as it is written, without 万 and 亿."""
    scale = 10**8 if "亿" in figure.text else 10**4 if "万" in figure.text else 1
    return _value(figure) / scale


def wrong_quotients(context: Context) -> Iterator[Flaw]:
    """Return the averages (年均, 平均每个学位) that no total and number of their paragraph give."""
    for line in context.lines:
        if len(line.marks) < 2 or "均" not in line.words:
            continue
        for i, per in enumerate(line.figures):
            if not exact(per) or not _value(per) or per.unit in (*_RATES, "个百分点", None):
                continue
            label = line.label(i)
            if _YEARLY.search(label) and not re.search(r"增|减|降|升", label[-10:]):
                yield from _yearly(line, i)
            elif "均" in label and re.search(r"平均班额|平均每|每个?[一-鿿]{1,3}平均|人均|生均|校均|班均|园均|镇均|户均", label):
                yield from _mean(line, i)


def _yearly(line: Line, i: int) -> Iterator[Flaw]:
    per = line.figures[i]
    first, _ = line.sentence(i)
    counts = {int(_DIGITS.get(m["n"], 0) or m["n"]) for m in _YEARS.finditer(line.words, max(0, line.marks[first] - 24), line.marks[i])}
    totals = [line.figures[k] for k in range(first, i) if _plain(line, k) and line.figures[k].unit == per.unit]
    if len(counts) != 1 or not totals or _value(totals[-1]) <= _value(per):
        return
    count, whole = counts.pop(), totals[-1]
    if any((span_of(per).times(count)).meets(span_of(f)) for f in totals):
        return
    result = _value(whole) / count
    yield Flaw(f"年均数与总数不符：{whole.text}÷{count}年＝{amount(Fraction(show(result)), per.unit)}，文中写为{per.text}。", (whole, per), amount(Fraction(show(result)), per.unit), per.text)


def _mean(line: Line, i: int) -> Iterator[Flaw]:
    """An average of unit U by counts of a kind: every total in U and every count of the paragraph is tried."""
    per, label = line.figures[i], line.label(i)
    each = _EACH.search(label) or _PER.search(label) or re.search(r"平均(?P<each>班)额[^#。;,]{0,3}$", label)
    if each is None:
        return
    kind = next(word for word in each.groups() if word)
    units = _UNITS_OF.get(kind) or _UNITS_OF.get(kind[0]) or ("个", "所", "人", "台", "间")
    first, _ = line.sentence(i)
    same = [k for k in range(len(line.figures)) if k != i and _plain(line, k) and line.figures[k].unit == per.unit and (_value(line.figures[k]) > _value(per) or re.search("[万亿]", per.text))]
    counts = [k for k in range(len(line.figures)) if k != i and _plain(line, k) and line.figures[k].unit in units]
    if kind == "班":
        first, counts = 0, [k for k in counts if "班" in line.clause(k) + line.figures[k].text]
        same = [k for k in same if re.search(r"生|幼儿|人数", line.clause(k)[-6:]) and not re.search(r"招生|毕业|比|增|减", line.clause(k))]
    totals = [k for k in same if first <= k < i]
    numbers = [k for k in counts if first <= k < i]
    if not totals and i + 1 in same and _follows_up(line, i):
        totals = [i + 1]
    if any(span_of(line.figures[t]).over(span_of(line.figures[n])).meets(span_of(per)) for t in same for n in counts if t != n):
        return
    pairs = [(t, n) for t in totals for n in numbers if t != n and _value(line.figures[n]) > 1]
    if not pairs or kind != "班" and line.marks[i] - max(line.marks[k] for k in pairs[-1]) > 24 or len({t for t, _ in pairs}) > 2:
        return
    t, n = (line.figures[k] for k in pairs[-1])
    if not exact(t, n) or re.search(r"每(?:月|天|日|年|学期|学年|周)", label) or _value(t) / _value(n) / _value(per) > 10**6:
        return
    result = amount(Fraction(show(_value(t) / _value(n))), per.unit)
    yield Flaw(f"平均数与总数不符：{t.text}÷{n.text}＝{result}，文中写为{per.text}。", (t, n, per), result, per.text)


def _follows_up(line: Line, i: int) -> bool:
    return re.fullmatch(r"[^#。;]{0,3},(?:共|总)?", line.words[line.marks[i] + 1 : line.marks[i + 1]]) is not None


def wrong_products(context: Context) -> Iterator[Flaw]:
    """Return the products (30个班，每班45人，提供学位1350个) that number and size do not give."""
    for line in context.lines:
        if len(line.marks) < 3 or "每" not in line.words and "一班" not in line.words:
            continue
        for i in range(2, len(line.figures)):
            count, per, result = line.figures[i - 2], line.figures[i - 1], line.figures[i]
            if _PAID_EACH.search(line.label(i - 2)) and per.unit == "人" and count.unit == result.unit == "元":
                count, per = per, count
                each = _PAID_EACH.search(line.label(i - 2))
            else:
                each = re.search(r"(?:每|一)个?(?P<each>班|校|所|间|个?点|台|套|镇|园|人|科)[^#。;,、]{0,4}$", line.label(i - 1))
            if each is None or not exact(count, per, result) or not _HOLDS.search(line.label(i)) or None in (count.unit, per.unit, result.unit):
                continue
            if count.unit not in _UNITS_OF.get(each["each"], ("个",)) or not (same_unit(per.unit, result.unit) or per.unit == "人" and result.unit == "个"):
                continue
            gap = line.words[line.marks[i - 2] : line.marks[i]]
            if len(gap) > 34 or re.search(r"[。;]", gap) or span_of(count).times(span_of(per)).meets(span_of(result)) or _stands(line, i):
                continue
            value = _value(count) * _value(per)
            yield Flaw(f"乘积不符：{count.text}×{per.text}＝{amount(value, result.unit)}，文中写为{result.text}。", (count, per, result), amount(value, result.unit), result.text)
