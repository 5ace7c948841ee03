"""Parts and wholes: 17所（其中小学11所、初中4所、九年一贯制2所）; 安排资金…，用于….

A list that is presented as a breakdown must give the whole. A list after 其中 may leave members out: too small a
sum is a fault only where the list names every kind (stages, subjects, boys and girls, town and country), too large
a sum wherever the parts cannot overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.runs import slip_gives
from doc_miner.audit.values import Span, amount, exact, last_place, span_of, total
from doc_miner.model import Figure

_BRACKET = re.compile(r"#[^#。;,()]{0,16}\((?P<list>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_AMONG = re.compile(r"#[^#。;:()]{0,24}[,。:;、]?(?:其中(?![:,])|当中)(?P<list>[^。;()]*(?:\([^()]*\)[^。;()]*)*)")
_AMONG_BELOW = re.compile(r"#[^#。;:()]{0,24}[,。:;、]?其中[:,](?P<list>[^。()]*(?:\([^()]*\)[^。()]*)*)")
_OUT_OF = re.compile(r"在[^#。;,]{0,12}#[^#。;:(),]{0,12}[中里],(?P<list>[^。]*)")
_AMONG_SEGMENTS = re.compile(r"#[^#。;:()]{0,10}[,。:;、]?(?:[^#。;:()]{0,12}#[^#。;:()]{0,4}[,、。])?(?:[^#。;:()]{0,12}#[^#。;:()]{0,12}#[^#。;:()]{0,4}[,、。])?其中[,:]?(?P<list>[^#。;]{1,14}#[^。;]*(?:;[^。;#]{1,14}#[^。;]*)+)")
_SPENT_ON = re.compile(r"#[^#。;:()]{0,6},(?:分别|具体|全部)?用于(?P<list>[^#。;()][^。;()]*)")
_KINDS = r"男|女|公办|民办|城|县|乡|农村|小学|初中|高中|幼儿园|音乐|体育|美术|信息|正编|在编|新建|改|扩建|中央|自治区|上级|省|市|在职|退休|[一二]期|初次|再次|已|完成|办结"
_BARE = re.compile(rf"#(?P<noun>[^#。;:(),、]{{0,6}}),(?P<list>(?:其中)?(?:{_KINDS})[^#。;:(),、]{{0,9}}#[^。;:()]*)")
_OPENED = re.compile(r"#[^#。;:()、]{0,14}(?:[:]|,?(?:分别为|分别是|分别|包括|由|具体为|即|具体是):?)(?P<list>[^。;()]*(?:\([^()]*\)[^。;()]*)*)")
_SUMMED = re.compile(r"(?:合计|共计|总计|一共|总共|累计共|共|总数|总人数|总投资|总投入)(?:为|达到?|有|是|需|投入|招聘|补充|新增|完成|建成|约|资金|发放|拨付|安排|支出|培训|资助|购置)?(?P<whole>#)")
_ITEM = re.compile(r"(?P<label>[^#,、;]*?)(?P<value>#)(?P<tail>[^#,、;]{0,12})")
_BRACKETS = re.compile(r"\([^()]*\)")
_A_WHOLE = re.compile(r"[^#,、;]{0,8}(?<![初高])中[^#,、;]{0,6}#")
"""Behind a number that is itself divided (7项指标中达标6项)."""
_NOT_SINGLE = re.compile(r"各(?:约|有|为|配|建)?$|分别|[□◇]|\d(?![\d年月日岁—-])")
"""In the label of a member that stands for several (编办和人社局各5项), or behind a number that was not read: the list may hold more than its figures."""
_LEAD = re.compile(r"^(?:其中|包括|含|内含|分别为|分别是|分别|即|为|有|:|,|、)+")
_NEW_TOPIC = re.compile(
    r"比(?:上年|去年|上学年)|较|同比|环比|增(?:加|长|幅)|减(?:少|幅)|下降|提高|平均|人均|生均|校均|占(?!地)|率|每(?!个?(?:班|校))|同时|另外|此外|总[数计]|累计|目前|截至|至今|共|合计|预计|力争|达到|超过|缺口|尚缺|其余|剩余|其他问题|覆盖|惠及|受益|涉及|计划|拟"
)
_OVERLAPPING = re.compile(r"女|男女|党员|骨干|本科|研究生|硕士|专科|高级|中级|初级|职称|学历|寄宿|留守|残疾|贫困|困难|随迁|以上|以下|农村|乡村|班主任|持证|特岗|新进|在编|优秀|获|免费")
_STAGE = ("小学", "初中", "九年一贯制", "完全中学", "高中", "幼儿园", "特教", "特殊教育", "教学点", "中职", "职业", "十二年一贯制", "学前", "中学")
_SUBJECT = ("音乐", "体育", "美术", "信息", "语文", "数学", "英语", "物理", "化学", "生物", "科学", "政治", "历史", "地理", "心理", "劳动", "道德")
_PAIRS = (("男", "女"), ("公办", "民办"), ("城区", "农村"), ("县城", "乡村"), ("城区", "乡村"), ("城镇", "乡村"), ("城镇", "农村"), ("县城", "农村"), ("城区", "乡镇"), ("县城", "乡镇"), ("正编", "参聘"), ("在编", "临聘"), ("在编", "编外"), ("新建", "改扩建"), ("新建", "改建"), ("新建", "扩建"), ("中央", "县"), ("中央", "地方"), ("公共", "专业"), ("有效", "无效"), ("普通高中", "中等职业"), ("普通高中", "中职"), ("财政性", "非财政性"), ("寄宿", "走读"), ("专职", "兼职"), ("内", "外"), ("达标", "未达标"), ("销号", "未销号"), ("新建", "续建"), ("上级", "县"), ("省", "县"), ("在职", "退休"), ("一期", "二期"), ("城区", "村"), ("初次", "再次"))
_NO_OTHERS = re.compile(r"义务教育|中小学|紧缺|音体美|体艺|薄弱学科|短缺|总投资|总额|总投入")
_STATES = (re.compile(r"^(?:其中|已|完成)*(?:已|完成|办结|整改到位|销号|解决)"), re.compile(r"正在|推进中|整改中|在建|基本完成|阶段性"), re.compile(r"尚未|未启动|未完成|未整改|未开工|未办结|待整改"))
_SOURCES = ("中央", "自治区", "省", "市", "县", "区", "自筹", "社会", "上级", "乡镇", "债券", "捐", "企业")
_ALL_KINDS = re.compile(r"各级各类|各类|所有学校|含幼儿园|全县学校|全区学校|教育系统|机构")
_COUNTED_UP = re.compile(r"合计|共计|总计|共|总数|截至|目前|达到")
_MEASURED = ("元", "平方米", "亩", "公里", "平方公里", "册")


@dataclass(frozen=True, slots=True)
class _Part:
    label: str
    figure: Figure
    comma: bool


def broken_breakdowns(context: Context) -> Iterator[Flaw]:
    """Return the breakdowns whose parts do not give the whole."""
    for line, match in context.matches(_BRACKET, "("):
        named = _LEAD.match(match["list"]) is not None and "其中" in match["list"][:4]
        partial = named or re.match(r"含(?!有)|不含|包含", match["list"]) is not None
        yield from _judge(line, [line.figures[line.index(match.start())]], _parts(line, match), closed=not partial)
    for line, match in context.matches(_AMONG, "其中", "当中"):
        wholes = _wholes(line, line.index(match.start()))
        yield from _judge(line, wholes, _parts(line, match), closed=False)
    for line, match in context.matches(_AMONG_BELOW, "其中:", "其中,"):
        wholes = _wholes(line, line.index(match.start()))
        yield from _judge(line, wholes, _parts(line, match), closed=False)
    for line, match in context.matches(_OUT_OF, "在"):
        yield from _judge(line, [line.figures[line.index(match.start())]], _segments(line, match), closed=False)
    for line, match in context.matches(_AMONG_SEGMENTS, "其中"):
        segments = _segments(line, match)
        names = [segment.label for segment in segments]
        if len(segments) >= 2 and len(segments) == match["list"].count(";") + 1 and (families(names) or len({name[-2:] for name in names}) == 1):
            yield from _judge(line, [line.figures[line.index(match.start())]], segments, closed=False)
    for line, match in context.matches(_SPENT_ON, "用于"):
        index, parts = line.index(match.start()), _parts(line, match)
        if len(parts) >= 2 and line.figures[index].unit == "元":
            yield from _judge(line, [line.figures[index]], parts, closed=False)
    for line, match in context.matches(_BARE, ","):
        yield from _bare(line, match)
    for line, match in context.matches(_OPENED, ":", "分别", "包括", "即", "具体"):
        if "其中" in match[0]:
            continue
        parts = _parts(line, match)
        if re.search(r"即|每|按", match[0][: match.start("list") - match.start()]) or re.search(r"[、]$", line.label(line.index(match.start()))[:1]):
            continue
        if match["list"] and len(parts) >= 2 and not re.search(r"由$", match[0][: match.start("list") - match.start()]):
            yield from _judge(line, [line.figures[line.index(match.start())]], parts, closed=len(parts) >= 2, firm=":" not in match[0][: match.start("list") - match.start()])


def _bare(line: Line, match: re.Match[str]) -> Iterator[Flaw]:
    """Return the fault of a breakdown without 其中 (215人，男教师87人，女教师128人): the whole names none of the kinds, and its parts nothing but kinds."""
    index = line.index(match.start())
    whole, label, parts = line.figures[index], line.label(index), _parts(line, match)
    if len(parts) < 2 or not exact(whole) or _NEW_TOPIC.search(_COUNTED_UP.sub("", label)) or any(name in match["noun"] for name in ("以上", "左右")):
        return
    names = [part.label for part in parts]
    if not families(names) or any(p.figure.unit != whole.unit for p in parts) or not all(exact(p.figure) for p in parts):
        return
    bare = re.sub(r"义务教育|中小学|各级各类", "", label)
    kinds = {kind for kind in (*_STAGE, *_SUBJECT, *_SOURCES[:2], *(word for pair in _PAIRS for word in pair)) if len(kind) > 1 or kind in "男女"}
    if any(kind in bare for kind in kinds) or re.search(r"(?:19|20)\d\d年", "".join(names)):
        return
    end = line.words.find("#", match.start("list"))
    last = line.marks[line.index(end) + len(parts) - 1]
    following = re.match(r"[^#。;,]{0,6}(?:[。;]|$|,)", line.words[last + 1 :])
    summed = sum((Fraction(p.figure.value or 0) for p in parts), Fraction(0))
    if following is None or not Fraction(1, 3) <= summed / (Fraction(whole.value or 0) or 1) <= 3 or _ALL_KINDS.search(label) and summed < (whole.value or 0):
        return
    states = all(any(state.search(name) for state in _STATES) for name in names)
    exhaustive = len(names) == 2 and not states and not all(any(s in name for s in _STAGE) for name in names) or states and len(names) == 3 or _NO_OTHERS.search(label) is not None
    if summed > (whole.value or 0) or exhaustive:
        yield from _judge(line, [whole], parts, closed=True)


def broken_sums(context: Context) -> Iterator[Flaw]:
    """Return the sums behind their parts (小学12人、初中9人，共21人) that are none."""
    for line, match in context.matches(_SUMMED, "共", "计", "总"):
        whole = line.at(match, "whole")
        index = line.index(match.start("whole"))
        run = _run_before(line, index)
        if whole.unit == "%" or len(run) < 2:
            continue
        before = line.words[max(0, line.marks[run[0]] - 20) : match.start()]
        if re.search(r"其中|由|从|降|至|较|比|原|现|每|标准", before[-60:]):
            continue
        parts = [line.figures[i] for i in run]
        parts = [f for f in parts if f.unit == whole.unit]
        if len(parts) < 2 or any(f.value is None for f in parts):
            continue
        goal = span_of(whole)
        if any(total(map(span_of, parts[k:])).meets(goal) for k in range(len(parts) - 1)) or any(span_of(f).meets(goal) for f in parts):
            continue
        labels = [line.clause(i) for i in run]
        if not _parallel(labels) and "、" not in before:
            continue
        yield difference(whole, parts)


def _run_before(line: Line, index: int) -> list[int]:
    """Return the figures in front of a sum that stand in one list with each other."""
    out: list[int] = []
    at = index - 1
    unit = line.figures[index].unit
    while at >= 0 and line.figures[at].unit == unit:
        if line.closed(at, index):
            at -= 1
            continue
        gap = _BRACKETS.sub("", line.words[line.marks[at] + 1 : line.marks[out[0] if out else index]])
        if re.search(r"[。;:!?]", gap) or len(gap) > 24 or (out and _NEW_TOPIC.search(gap)):
            break
        out.insert(0, at)
        at -= 1
    return out


def _wholes(line: Line, index: int) -> list[Figure]:
    """Return what 其中 may go back to: the figure before it, and what that one is compared with or changes."""
    out = [line.figures[index]]
    first, _ = line.sentence(index)
    for i in range(index - 1, max(first, index - 4) - 1, -1):
        out.append(line.figures[i])
    return out


def _parts(line: Line, match: re.Match[str]) -> list[_Part]:
    """Return the members of a list, up to the first that goes on about something else."""
    text = match["list"]
    offset = match.start("list")
    flat = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), text)
    out: list[_Part] = []
    at = (_LEAD.match(flat) or re.compile("").match(flat)).end()  # type: ignore[union-attr]
    comma = False
    while True:
        item = _ITEM.match(flat, at)
        if item is None or len(item["label"]) > 24:
            break
        label = item["label"].strip()
        if out and (_NEW_TOPIC.search(label) or (comma and len(label) > 12)):
            break
        tail = item["tail"].rstrip()
        if out and re.search(r"率|占", tail) or _A_WHOLE.match(flat, item.start("value") + 1):
            break
        out.append(_Part(label, line.figures[line.index(offset + item.start("value"))], comma))
        at = item.start("value") + 1
        following = re.compile(r"[^#,、;和及与]{0,16}").match(flat, at)
        at = following.end() if following else at
        separator = re.compile(r"\s*(?:,?(?:以及|及|和|与)|[、,;])").match(flat, at)
        if separator is None:
            break
        comma = "," in separator[0]
        at = separator.end()
    return out


def _segments(line: Line, match: re.Match[str]) -> list[_Part]:
    """Return the first figure of each stretch between semicolons that begins with its own label (小学36420万元，占40.6%；初中…)."""
    out: list[_Part] = []
    at = match.start("list")
    for piece in match["list"].split(";"):
        mark = piece.find("#")
        label = piece[:mark].strip() if mark >= 0 else ""
        if mark < 0 or len(label) > 16 or _NEW_TOPIC.search(label) or re.search(r"[,]|全县|全区|全市|另", label):
            break
        out.append(_Part(label, line.figures[line.index(at + mark)], False))
        at += len(piece) + 1
    return out


def _judge(line: Line, wholes: Sequence[Figure], parts: Sequence[_Part], *, closed: bool, firm: bool = True) -> Iterator[Flaw]:
    """Return the fault of a breakdown, if it has one for each figure that may be its whole."""
    if not parts:
        return
    unit = parts[0].figure.unit
    if unit in ("%", "‰", "比", None, "个百分点", "分", "岁"):
        return
    own: list[_Part] = []
    for part in parts:
        if part.figure.unit != unit:
            if own and not part.comma:
                return
            break
        own.append(part)
    if any(_NOT_SINGLE.search(part.label) for part in own):
        return
    candidates = [f for f in wholes if _same_unit(f.unit, unit) and f.value is not None and (f.value == int(f.value) or unit in _MEASURED) and not any(f is p.figure for p in own)]
    if not candidates or any(p.figure.value is None or p.figure.value < 0 for p in own):
        return
    whole = candidates[0]
    listed = [p.figure for p in own]
    verdict = _verdict(line, whole, own, closed=closed, firm=firm)
    if verdict is None:
        return
    if _adds_up(line, whole, listed):
        return
    for other in candidates[1:]:
        if _verdict(line, other, own, closed=closed, firm=firm) is None and span_of(other).high <= 3 * total(map(span_of, listed)).high:
            return
    yield verdict


def _adds_up(line: Line, whole: Figure, parts: Sequence[Figure]) -> bool:
    """Return whether the first of the parts give the whole already, or all of them another number (or two neighbours) of the paragraph."""
    spans = [span_of(f) for f in parts]
    if any(total(spans[:size]).meets(span_of(whole)) for size in range(2, len(spans))):
        return True
    summed = total(spans)
    others = [f for f in line.figures if _same_unit(f.unit, whole.unit) and f.value is not None and not any(f is p for p in parts)]
    own = [span_of(f) for f in others]
    return any(span_of(f).meets(summed) for f in others if f is not whole) or any((a + b).meets(summed) for a, b in zip(own, own[1:], strict=False))


def _same_unit(a: str | None, b: str | None) -> bool:
    return a == b or {a, b} <= {"个", "个班"}


def _verdict(line: Line, whole: Figure, parts: Sequence[_Part], *, closed: bool, firm: bool) -> Flaw | None:
    figures = [p.figure for p in parts]
    goal, summed = _tight(whole, figures), total(span_of(f) for f in figures)
    largest = max(figures, key=lambda f: Fraction(f.value or 0))
    if len(parts) == 1:
        limit = goal.high if whole.qualifier != ">" else Fraction(whole.value or 0) * 3 / 2
        if closed or limit >= summed.low:
            return None
        return Flaw(f"部分大于总数：其中{parts[0].label}{largest.text}，而总数只有{whole.text}。", (whole, largest), f"≤{amount(Fraction(whole.value or 0), whole.unit)}", largest.text)
    if goal.meets(summed):
        return None
    lost = _lost_scale(whole, figures)
    if lost is not None:
        return lost
    labels = [p.label for p in parts]
    every = families(labels)
    if summed.low > goal.high:
        apart = closed or every or (len(parts) >= 3 and not any(_OVERLAPPING.search(label) for label in labels)) or (_parallel(labels) and not any(_OVERLAPPING.search(label) for label in labels))
        too_far = not firm and summed.low > 2 * goal.high
        single = span_of(largest).low > goal.high or slip_gives(whole, figures)
        return difference(whole, figures) if (apart and not too_far) or single else None
    ratio = summed.high / goal.low if goal.low > 0 else Fraction(0)
    around = line.label(next(i for i, f in enumerate(line.figures) if f is whole))
    if closed:
        return difference(whole, figures) if ratio >= (Fraction(1, 3) if firm or every else Fraction(2, 3)) or slip_gives(whole, figures) else None
    if every and _NO_OTHERS.search(around) and not _ALL_KINDS.search(around):
        return difference(whole, figures) if ratio >= Fraction(1, 4) else None
    if ratio >= Fraction(1, 3) and not any(_OVERLAPPING.search(label) for label in labels) and slip_gives(whole, figures):
        return difference(whole, figures)
    if ratio < Fraction(7, 10):
        return None
    if every and not _ALL_KINDS.search(around):
        return difference(whole, figures)
    if len(parts) >= 3 and ratio >= Fraction(4, 5) and not any(_OVERLAPPING.search(label) for label in labels) and not _ALL_KINDS.search(around):
        return difference(whole, figures)
    return None


def _tight(whole: Figure, parts: Sequence[Figure]) -> Span:
    """Return what a total may stand for: parts written a hundred times finer leave 1亿元 no half of itself."""
    span, value = span_of(whole), Fraction(whole.value or 0)
    if exact(whole, *parts) and last_place(whole) > 100 * max(map(last_place, parts), default=Fraction(0)) > 0:
        return Span(max(span.low, value * Fraction(49, 50)), min(span.high, value * Fraction(51, 50)))
    return span


def _lost_scale(whole: Figure, figures: Sequence[Figure]) -> Flaw | None:
    """Return the fault of a list of money that comes out once 万 is put back to the one figure without it."""
    plain = [f for f in (whole, *figures) if f.unit == "元" and not re.search("[万亿]", f.text)]
    if len(plain) != 1 or whole.unit != "元":
        return None
    spans = {id(f): span_of(f).times(10**4) if f is plain[0] else span_of(f) for f in (whole, *figures)}
    if not spans[id(whole)].meets(total(spans[id(f)] for f in figures)):
        return None
    return Flaw(f"“{plain[0].text}”可能漏了“万”：补上后各部分之和才与总数{whole.text}相符，请对照原件。" if plain[0] is not whole else f"总数“{whole.text}”可能漏了“万”：补上后才与各部分之和相符，请对照原件。", (whole, *figures), plain[0].text.replace("元", "万元"), plain[0].text)


def families(labels: Sequence[str]) -> bool:
    """Return whether labels name kinds that leave nothing out and cannot overlap."""
    stages = [next((s for s in _STAGE if s in label), None) for label in labels]
    if all(stages) and len(set(stages)) == len(labels):
        return True
    states = [next((k for k, state in enumerate(_STATES) if state.search(label)), None) for label in labels]
    if None not in states and len(set(states)) == len(labels):
        return True
    subjects = [next((s for s in _SUBJECT if s in label), None) for label in labels]
    if len(labels) >= 3 and all(subjects) and len(set(subjects)) == len(labels):
        return True
    sources = [next((s for s in _SOURCES if s in label), None) for label in labels]
    if len(labels) >= 2 and all(sources) and len(set(sources)) == len(labels) and all(re.search(r"资金|配套|财政|投入|补助|拨款|自筹|捐", label) for label in labels):
        return True
    years = [re.search(r"(?:19|20)\d\d年", label) for label in labels]
    if len(labels) >= 2 and all(years):
        return True
    return len(labels) == 2 and any(_pair(labels[0], labels[1], a, b) or _pair(labels[0], labels[1], b, a) for a, b in _PAIRS)


def _pair(first: str, second: str, a: str, b: str) -> bool:
    """Return whether two labels differ in nothing but the words of a pair (公办园, 民办园)."""
    return a in first and b in second and (first.replace(a, "", 1) == second.replace(b, "", 1) or second == b or first == a)


def _parallel(labels: Sequence[str]) -> bool:
    """Return whether labels are formed alike: the same length within a character, or a common ending."""
    names = [re.sub(r"^[和与及、]|(?:19|20)\d\d年", "", label) for label in labels]
    if any(not name for name in names):
        return False
    return max(map(len, names)) - min(map(len, names)) <= 1 or len({name[-2:] for name in names}) == 1


def difference(whole: Figure, parts: Sequence[Figure]) -> Flaw:
    """Return the flaw of a total that its parts do not give."""
    unit = whole.unit
    summed = sum((Fraction(f.value or 0) for f in parts), Fraction(0))
    shown = "＋".join(_plain(f) for f in parts)
    gap = summed - Fraction(whole.value or 0)
    message = f"各部分之和与总数不符：{shown}＝{amount(summed, unit)}，文中总数为{whole.text}，相差{amount(abs(gap), unit)}。"
    return Flaw(message, (whole, *parts), amount(summed, unit), whole.text)


def _plain(figure: Figure) -> str:
    return figure.text.strip()
