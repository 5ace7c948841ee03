"""Shares: 4所，占比6.06%; 考生4250人，合格3570人，合格率84.0%; and the gaps to a mark (83.6%，距85%尚差1.4个百分点)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.runs import narrow, run_sums, same_unit
from doc_miner.audit.values import Span, amount, exact, show, span_of
from doc_miner.model import Figure

_COUNTED = ("人", "所", "个", "个班", "间", "名", "项", "人次", "套", "台", "件", "户", "条", "座", "处", "份", "张", "块", "门", "节", "次", "家", "批次", "本", "册", "对", "支", "辆", "栋", "片")
_SHARE_WORDS = re.compile(r"占(?P<base>[^#。;,]{0,24}?)(?:的比例|的比重|比例|比重|比)?(?:的|为|达到?|约|是|的比例为)?$")
_RATE_WORDS = re.compile(r"(?P<stem>[^#。;,、()]{1,14}?)(?:率|的?比例|的?比重|占比)(?:分别)?(?:为|达到?|是|约|仅为?|只有|高达)?$")
_SUBJECT_END = re.compile(r"(?:人数|总数|个数|数量|数|人|的|共|有|共有|为|达到?|是|仅|已|约)+$")
_QUALIFIERS = re.compile(r"研究生|本科|专科|大专|高级|中级|初级|骨干|小学|初中|普通?高中|幼儿园|学前|中职|城区|农村|乡村|[一二三四五六七八九]年级")
"""Words that keep two kinds apart, however alike the words behind them (研究生学历, 本科学历)."""
_STEM_NOISE = re.compile(r"^(?:其中|全县|全区|全市|目前|已|共|有|实际|累计|应|的)+|^[,、和及]")
_BASES = re.compile(r"总数$|总人数$|总额$|总量$|总|全县|全区|全市|全部|所有|我县|我区|现有|本县|同期")
_WHOLE_CUES = re.compile(r"总|共有|全部|现有|应(?!届)|参加|报名|报考|符合|核定|适龄|计划|抽查|抽取|调查|发放|任务|下达|需|中考人数|高考人数|考生")
_OUT_OF = re.compile(r"#[^#。;,]{0,14}中,?(?:已经?有?|有)[^#。;,]{0,6}#[^#。;,]{0,14},[^#。;,]{0,6}(?:完成|整改|办结|达标|建成|合格|通过|覆盖|销号)率(?:为|达到?|是)?#")
_PART_OF = re.compile(r"#[^#。;,]{0,10},[^#。;,]{0,4}占[^#。;,]{0,24}#[^#。;,]{0,4}的#$")
_BARE_RATE = re.compile(r"(?:所占)?(?:比例|比重|占比)(?P<base>)(?:约|仅)?(?:为|达到?|是)?")
_CHANGES = re.compile(r"增|降|升|提高|减少")
_MEASURED = ("元", "平方米", "亩", "公里")
_PASSED_ON = re.compile(r"#[^#。;,]{0,6},(?:其中)?(?:升入(?:高中阶段|各级各类)|录取|考取|实现就业)(?!普通|中职|职业|本科)[^#。;,普职]{0,8}#[^#。;,]{0,6},(?:升学|录取|就业)率(?:为|达到?|是)?#")
_GAP = re.compile(r"(?P<level>#)[^#。;]{0,6}?[,(]?(?:距离?|与|离|比|较|低于|高于|未达到?|对照)[^#。;,]{0,14}?(?P<mark>#)(?P<mid>[^#。;]{0,14}?)(?P<by>差距?|相差|低|高|高出|低于|高于|少|多|短|缺)(?:了|出|为|距)?(?P<gap>#)")


def wrong_shares(context: Context) -> Iterator[Flaw]:
    """Return the shares that are not the part of the whole that their sentence names."""
    named = _Named(context)
    for line in context.lines:
        for i, rate in enumerate(line.figures):
            if i == 0 or not _is_share(rate):
                continue
            yield from _share(line, i, named)
        yield from _of_one_base(context, line)


_BARE_SHARE = re.compile(r"[^#。;,]{0,10},(?:约|各|仅|只)?(?:占比?|比例为?|比重为?)(?:约|为|达)?|\((?:约|占比?)?")
_BASED_SHARE = re.compile(r"(?<=[,;。:])[^#。;,]{2,16}占(?:约)?")


def _of_one_base(context: Context, line: Line) -> Iterator[Flaw]:
    """Return the share of a list (A5160万元，占60%；B1720万元，占20%；…) that has another base than all the others."""
    pairs = []
    for i in range(1, len(line.figures)):
        if _is_share(line.figures[i]) and _value(line.figures[i - 1]) and line.figures[i - 1].unit in (*_COUNTED, *_MEASURED) and exact(line.figures[i - 1]):
            if _BARE_SHARE.fullmatch(line.words, line.marks[i - 1] + 1, line.marks[i]):
                pairs.append((i - 1, i))
        if _is_share(line.figures[i - 1]) and line.clause(i - 1).endswith("占") and line.words[line.marks[i - 1] + 1 : line.marks[i]] == ",即":
            pairs.append((i, i - 1))
    for unit in {line.figures[k].unit for k, _ in pairs}:
        own = [(k, i) for k, i in pairs if line.figures[k].unit == unit]
        if len(own) < 3:
            if len(own) == 2:
                yield from _of_two(context, line, own)
            continue
        bases = [span_of(line.figures[k]).over(share_span(line.figures[i])) for k, i in own]
        fits = [sum(a.meets(b) for b in bases) for a in bases]
        odd = [n for n, count in enumerate(fits) if count == 1]
        if len(odd) != 1 or any(count < len(own) - 1 for n, count in enumerate(fits) if n != odd[0]):
            continue
        k, i = own[odd[0]]
        if len(own) < 4 and _explained(line, i) and not _based_alike(line, [pair for n, pair in enumerate(own) if n != odd[0]], k, i):
            continue
        part, rate = line.figures[k], line.figures[i]
        k2, i2 = own[0 if odd[0] else 1]
        other, share = line.figures[k2], line.figures[i2]
        value = _value(part) * _value(share) / _value(other)
        sign = rate.unit or "%"
        yield Flaw(f"占比与同一列举中的其他各项不符：按{other.text}占{share.text}推算，{part.text}应占{show(value)}{sign}，文中写为{rate.text}。", (other, share, part, rate), f"{show(value)}{sign}", rate.text, min(part.start, rate.start), max(part.end, rate.end))


def _of_two(context: Context, line: Line, own: Sequence[tuple[int, int]]) -> Iterator[Flaw]:
    """Return the share of two that make up a whole (48名，占40%；72名，占60%) where they do not come to 100 %, or one is not its own."""
    (a, i), (b, j) = own
    parts, rates = (line.figures[a], line.figures[b]), (line.figures[i], line.figures[j])
    whole = span_of(parts[0]) + span_of(parts[1])
    closing = _value(parts[0]) + _value(parts[1]) >= 20 and any(f.value is not None and f.unit == parts[0].unit and f not in parts and narrow(f).meets(whole) for f in context.report.figures)
    if not closing and not (rates[0].unit == rates[1].unit == "%" and _value(rates[0]) + _value(rates[1]) == 100):
        return
    for part, rate in zip(parts, rates, strict=True):
        scale = {"%": 100, "‰": 1000}.get(rate.unit or "", 1)
        if not span_of(part).over(whole).times(scale).meets(share_span(rate)) and not _explained(line, i if rate is rates[0] else j):
            value = _value(part) / (_value(parts[0]) + _value(parts[1])) * (scale if rate.unit else 100)
            yield Flaw(f"占比与数字不符：{part.text}÷（{parts[0].text}＋{parts[1].text}）＝{show(value)}{rate.unit or '%'}，文中写为{rate.text}。", (*parts, rate), f"{show(value)}{rate.unit or '%'}", rate.text, min(part.start, rate.start), max(part.end, rate.end))


def _based_alike(line: Line, others: Sequence[tuple[int, int]], k: int, i: int) -> bool:
    """Return whether the paragraph states the common base of the other shares of a list."""
    base = None
    for a, b in others:
        span = span_of(line.figures[a]).over(share_span(line.figures[b])).times(100 if line.figures[b].unit == "%" else 1)
        base = span if base is None else Span(max(base.low, span.low), min(base.high, span.high))
    return base is not None and any(f.unit == line.figures[k].unit and f.value is not None and base.low <= f.value <= base.high for n, f in enumerate(line.figures) if n not in (k, i))


def _is_share(rate: Figure) -> bool:
    if rate.unit in ("%", "‰"):
        return exact(rate) or rate.qualifier in ("~", "<", ">")
    return rate.rule == "figure/fraction" and rate.unit is None and exact(rate)


def _share(line: Line, i: int, named: _Named) -> Iterator[Flaw]:
    """Hold a share against the part and the whole that its words name; where any figures of its paragraph give it, it stands."""
    flaw = next(_doubted(line, i, named), None)
    if flaw is not None and (_of_named_base(line, i, flaw) or not _explained(line, i)):
        yield flaw


def _of_named_base(line: Line, i: int, flaw: Flaw) -> bool:
    """Return whether a share names its whole in full (占一般公共预算支出的) and the paragraph has a number of that name, and its part stands right in front."""
    share = _SHARE_WORDS.search(line.clause(i))
    if share is None or len(share["base"]) < 4 or len(flaw.figures) != 3 or flaw.figures[1] is not line.figures[i - 1]:
        return False
    whole = [k for k, f in enumerate(line.figures) if f is flaw.figures[0]]
    return bool(whole) and line.clause(whole[0]).endswith(share["base"])


def _doubted(line: Line, i: int, named: _Named) -> Iterator[Flaw]:
    rate, label = line.figures[i], line.label(i)
    first, _ = line.sentence(i)
    tight = line.words[line.marks[i - 1] + 1 : line.marks[i]]
    if i >= 2 and _PART_OF.search(line.words, line.marks[i - 2], line.marks[i] + 1) and line.figures[i - 2].unit == line.figures[i - 1].unit:
        yield from _against(line, rate, line.figures[i - 2], [line.figures[i - 1]], "")
        return
    share = _SHARE_WORDS.search(line.clause(i)) or _SHARE_WORDS.search(label) or _BARE_RATE.fullmatch(line.clause(i))
    if share is not None and not _CHANGES.search(share[0]):
        k = _part_named(line, i, share)
        if k is not None and len(line.words[line.marks[k] + 1 : line.marks[i]]) <= 60:
            part = line.figures[k]
            yield from _against(line, rate, part, _bases(line, first, k, share["base"], named), share["base"] if k == i - 1 else "…")
        return
    if i >= 2 and re.fullmatch(r"[^#。;,]{0,8},[^#。;,]{0,4}完成(?:率为?|了|总数的|任务的|目标的|年度目标的)?", tight) and line.figures[i - 1].unit == line.figures[i - 2].unit:
        yield from _against(line, rate, line.figures[i - 1], [line.figures[i - 2]], "…")
        return
    rated = _RATE_WORDS.search(label)
    if rated is not None and i >= 2:
        stretch = line.marks[i - 2], line.marks[i] + 1
        among = _OUT_OF.fullmatch(line.words, *stretch) or _PASSED_ON.fullmatch(line.words, *stretch)
        base, share_of = line.figures[i - 2], line.figures[i - 1]
        if among is not None and base.unit == share_of.unit and base.unit in _COUNTED and exact(base):
            yield from _against(line, rate, share_of, [base], "")
            return
    if rated is None or re.search(r"占|增|降|减|压|缩|升(?!学率)|高|低", label[-14:]):
        return
    yield from _rated(line, i, first, rated["stem"])


def _rated(line: Line, i: int, first: int, words: str) -> Iterator[Flaw]:
    """A rate (合格率) is named after its part (合格人数), or stands right behind whole and part."""
    rate, stem = line.figures[i], _stem(words)
    if "分别" in line.label(i)[-10:]:
        return
    usable = [k for k in range(first, i) if line.figures[k].unit in (*_COUNTED, *_MEASURED) and not _inside(line, k, i)]
    if i + 1 < len(line.figures) and re.fullmatch(r"\((?:实|应|共|总|全)[^#。;,()]{0,8}", line.words[line.marks[i] + 1 : line.marks[i + 1]]):
        usable = [i + 1, *usable]
    parts = [k for k in usable if _alike(_stem(line.clause(k)), stem) and not re.search(r"[未没不无]", line.clause(k)[:4])]
    near = usable[-2:]
    if not parts and stem not in ("升学", "录取", "就业", "毕业") and len(near) == 2 and near[1] == max(usable) and _follows(line, near[1], i) and _follows(line, near[0], near[1]) and len([k for k in usable if line.figures[k].unit == line.figures[near[1]].unit]) == 2:
        parts = near[1:]
    if not parts:
        return
    part = parts[-1]
    others = [k for k in usable if k != part and line.figures[k].unit == line.figures[part].unit]
    larger = [line.figures[k] for k in others if _value(line.figures[k]) >= _value(line.figures[part])]
    cued = [k for k in others if _WHOLE_CUES.search(line.label(k) + line.words[line.marks[k] : line.marks[k] + 6])]
    if larger and (len(others) == 1 or cued or len(larger) == 1):
        yield from _against(line, rate, line.figures[part], larger, "…")
    elif others and (len(others) == 1 or cued):
        yield from _against(line, rate, line.figures[part], [line.figures[k] for k in cued if k < part], "…")


def _follows(line: Line, a: int, b: int) -> bool:
    """Return whether one figure stands in the clause right behind that of another."""
    gap = re.sub(r"\([^()]*\)", "", line.words[line.marks[a] + 1 : line.marks[b]])
    return gap.count(",") == 1 and not re.search(r"[。;:、]", gap) and len(gap) <= 16


def _inside(line: Line, k: int, i: int) -> bool:
    """Return whether a figure stands in a bracket that is closed in front of another."""
    gap = line.words[line.marks[k] + 1 : line.marks[i]]
    return gap.find(")") >= 0 and gap.count(")") > gap.count("(")


def _part_before(line: Line, i: int, first: int) -> int | None:
    """Return the figure that a share speaks of: the nearest count or amount in front of it outside of brackets."""
    for k in range(i - 1, max(first, i - 4) - 1, -1):
        if line.figures[k].unit in (*_COUNTED, *_MEASURED) and not _inside(line, k, i):
            return k
        if line.figures[k].unit not in ("%", "岁", "年", "分") and not _inside(line, k, i):
            return None
    return None


def _part_named(line: Line, i: int, share: re.Match[str]) -> int | None:
    """Return the figure that a share speaks of: that of the words in front of 占 (小学生占…), without such words the nearest one."""
    first, _ = line.sentence(i)
    subject = re.sub(r"^(?:其中|二者|两者)?|(?:分别|约|仅|只|共|已|各|均|正好|就|还|也)+$", "", line.clause(i)[: -len(share[0])] if line.clause(i).endswith(share[0]) else "")
    if len(subject) < 2:
        return _part_before(line, i, first)
    if not any(subject in line.words[: line.marks[i] - 8] for _ in (0,)):
        near = [k for k in range(first, i) if line.figures[k].unit in (*_COUNTED, *_MEASURED) and _within(subject, line.clause(k)[-12:])]
        return near[0] if near and len(subject) >= 4 else None
    found = [k for k in range(max(0, i - 10), i) if line.figures[k].unit in (*_COUNTED, *_MEASURED) and (line.clause(k).endswith(subject) or line.clause(k).startswith(subject) or line.words[line.marks[k] + 1 :].startswith(subject))]
    return found[-1] if len(found) == 1 else None


def _explained(line: Line, i: int) -> bool:
    """Return whether figures of the paragraph give a share: any part near it and any whole, sums of neighbours among them, or the rest to 100 %."""
    rate = line.figures[i]
    scale = {"%": 100, "‰": 1000}.get(rate.unit or "", 1)
    goal = share_span(rate)
    first, _ = line.sentence(i)
    for k in (*range(i - 1, max(first, i - 5) - 1, -1), i + 1):
        if not 0 <= k < len(line.figures) or k < i and _inside(line, k, i):
            continue
        part = line.figures[k]
        if part.unit not in (*_COUNTED, *_MEASURED) or not _value(part):
            continue
        same = [j for j, f in enumerate(line.figures) if same_unit(f.unit, part.unit) and f.value is not None and f.value_max is None]
        wholes = [narrow(line.figures[j]) for j in same if j != k]
        own = narrow(part)
        sums = run_sums(line, [j for j in same if first <= j < i and i - j <= 12 and not _inside(line, j, i)])
        own_sums = [span for members, span in sums if members[-1] in (k, k - 1)]
        if any(own.over(w).times(scale).meets(goal) for w in (*wholes, *(span for members, span in sums if k in members or members[-1] < k)) if w.low > 0):
            return True
        if any(p.over(w).times(scale).meets(goal) for p in own_sums for w in wholes if w.low >= p.low > 0):
            return True
    return False


def share_span(rate: Figure) -> Span:
    """Return the values that a share may stand for; a fraction in words (三分之一) may be a twentieth off."""
    if rate.rule != "figure/fraction":
        return span_of(rate)
    return Span(_value(rate) * Fraction(19, 20), _value(rate) * Fraction(21, 20))


def _stem(words: str) -> str:
    out = _STEM_NOISE.sub("", words.strip())
    return _SUBJECT_END.sub("", out)


def _alike(part: str, rate: str) -> bool:
    """Return whether a rate is named after a part (五科合格人数, 五科合格率)."""
    if len(part) < 2 or len(rate) < 2 or set(_QUALIFIERS.findall(part)) ^ set(_QUALIFIERS.findall(rate)) and _QUALIFIERS.search(part) and _QUALIFIERS.search(rate):
        return False
    return part in rate or rate in part or part[-2:] == rate[-2:] or set(rate[-2:]) <= set(part[-4:]) or rate[-2:] in part


def _bases(line: Line, first: int, part: int, base: str, named: _Named) -> list[Figure]:
    """Return what a share may be a share of: what its words name, else the wholes in its own sentence."""
    unit = line.figures[part].unit
    core = re.sub(r"总数|总人数|总量|总额|的$|^(?:全县|全区|全市|我县|我区|其|同期)", "", base).strip("的 ")
    if len(core) >= 2 and core not in ("比例", "比重"):
        found = named.find(core, unit, line.figures[part])
        own = [line.figures[k] for k in range(first, part) if line.figures[k].unit == unit and _named_so(line, k, core)]
        return own or found
    before = [line.figures[k] for k in range(first, part) if line.figures[k].unit == unit]
    gap = line.words[line.marks[first] : line.marks[part]] if first < part else ""
    if re.search(r"其中|中,?有|中,|总|里,?有|,已[^#,。;]{2,}$", gap):
        return before
    return before if len(before) == 1 and re.search(r"共|总|现有|全[县区市]", line.label(line.figures.index(before[0]))[-8:]) else []


def _named_so(line: Line, k: int, core: str) -> bool:
    """Return whether a figure counts what a word names: the word ends its label (除去 总数, 共有) or begins behind it."""
    label = re.sub(r"(?:总数|总人数|人数|总量|数量|数|总|共有|现有|共|有|为|达到?|是|约)+$", "", line.clause(k))
    label, core = (text.replace("在校学生", "在校生") for text in (label, core))
    return label.endswith(core) or len(core) >= 3 and _within(core, label[-10:]) or line.words[line.marks[k] + 1 :].lstrip("的").startswith(core)


def _within(core: str, label: str) -> bool:
    """Return whether the characters of a word stand in another in their order, from its first to its last (总面积 in 总建筑面积)."""
    at = label.find(core[0])
    if at < 0 or not label.endswith(core[-2:]):
        return False
    for char in core:
        at = label.find(char, at) + 1
        if not at:
            return False
    return True


def _against(line: Line, rate: Figure, part: Figure, wholes: Sequence[Figure], base: str) -> Iterator[Flaw]:
    """Compare a stated share with part ÷ whole for each whole that may be meant; without one, ask whether any whole number fits."""
    if not exact(part) or part.value is None or rate.value is None or not _value(rate) or not _value(part):
        return
    scale = {"%": 100, "‰": 1000}.get(rate.unit or "", 1)
    usable = [w for w in wholes if w.value is not None and _value(w) >= _value(part)]
    if wholes and not usable and all(w.value is not None for w in wholes) and exact(*wholes) and _value(rate) <= 100:
        whole = wholes[-1]
        yield Flaw(f"部分大于总数：{part.text}占总数{whole.text}的{rate.text}，部分却比总数大。", (whole, part, rate), None, rate.text)
        return
    if usable:
        if any(span_of(part).over(span_of(w)).times(scale).meets(share_span(rate)) for w in usable):
            return
        whole = usable[-1]
        share = _value(part) / _value(whole) * (scale if rate.unit else 100)
        sign = rate.unit or "%"
        yield Flaw(f"占比与数字不符：{part.text}÷{whole.text}＝{show(share)}{sign}，文中写为{rate.text}。", (whole, part, rate), f"{show(share)}{sign}", rate.text)
        return
    if base or rate.unit != "%" or part.unit in _MEASURED or rate.qualifier != "=" or rate.value_max is not None:
        return
    goal = span_of(rate)
    if goal.low <= 0 or part.value != int(part.value):
        return
    low, high = _value(part) * 100 / goal.high, _value(part) * 100 / goal.low
    if low.__ceil__() <= high.__floor__():
        return
    message = f"占比不可能成立：{part.text}占{rate.text}，总数应在{show(low)}与{show(high)}之间，其中没有整数。"
    yield Flaw(message, (part, rate), None, rate.text)


def _value(figure: Figure) -> Fraction:
    return Fraction(figure.value or 0)


class _Named:
    """The figures of the document by the words that name them, for shares whose whole stands elsewhere (占专任教师的18.2%)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._read: list[tuple[str, Figure]] | None = None

    @property
    def _entries(self) -> list[tuple[str, Figure]]:
        if self._read is None:
            self._read = self._collected()
        return self._read

    def _collected(self) -> list[tuple[str, Figure]]:
        out: list[tuple[str, Figure]] = []
        for line in self._context.lines:
            for i, figure in enumerate(line.figures):
                if figure.unit in (*_COUNTED, *_MEASURED) and figure.role in ("level", "after") and figure.qualifier == "=" and figure.value is not None:
                    after = line.words[line.marks[i] + 1 : line.marks[i] + 9]
                    out.append((line.clause(i), figure))
                    noun = re.match(r"[一-鿿]{2,8}", after)
                    if noun is not None:
                        out.append((noun[0], figure))
        return out

    def find(self, core: str, unit: str | None, part: Figure) -> list[Figure]:
        """Return the one value under which the document states a quantity of this name, or nothing where there are several."""
        found = [f for name, f in self._entries if f.unit == unit and f is not part and (name == core or re.fullmatch(rf"(?:全县|全区|全市|现有|共有|有|我县|我区|县内|区内|总)*{re.escape(core)}(?:总数|总人数|人数|数|总|共|有|为|达到?|现有)*", name))]
        fitting = [f for f in found if f.stage in (None, part.stage) and f.year in (None, part.year) or part.year is None]
        values = {f.value for f in fitting}
        return fitting[:1] if len(values) == 1 else []


def wrong_gaps(context: Context) -> Iterator[Flaw]:
    """Return the gaps to a mark that level and mark do not leave."""
    for line, match in context.matches(_GAP, "差", "低", "高", "少", "多", "短", "缺"):
        level, mark, gap = line.at(match, "level"), line.at(match, "mark"), line.at(match, "gap")
        if level.unit != mark.unit or not (gap.unit == level.unit or level.unit == "%" and gap.unit == "个百分点") or level.value_max is not None:
            continue
        threshold = Span(_value(mark), _value(mark)) if mark.qualifier in (">=", "<=", ">", "<") or mark.role == "standard" or re.match("的?(?:标准|要求|目标|底线)", match["mid"]) else span_of(mark)
        if (span_of(level) - threshold).size().meets(span_of(gap)):
            continue
        value = abs(_value(level) - _value(mark))
        unit = gap.unit
        big, small = (level, mark) if _value(level) > _value(mark) else (mark, level)
        yield Flaw(f"差距与数字不符：{big.text}－{small.text}＝{amount(value, unit)}，文中写为{gap.text}。", (level, mark, gap), amount(value, unit), gap.text)
