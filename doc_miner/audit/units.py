"""Units: numbers that have lost theirs, units that do not fit what is measured, amounts too small or too large to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.values import show
from doc_miner.model import Figure

_BARE_RATE = re.compile(r"(?P<l>[一-鿿]{2,10}(?:率|占比|比例|比重|满意度|认可度))(?:仅|已|约|分别)?(?:为|达到?|是|降至|降到|提高到|提升到|提高至|提升至|上升到|上升至|由|从)?(?P<n>\d{1,3}(?:\.\d+)?)(?=[,。;、)\n]|$|提|上升|下降|降|增)")
_NO_BARE_RATE = re.compile(r"师比|生比|机比|差异率|系数|比率|汇率|频率|倍率|容积率")
_BARE_COUNT = re.compile(
    r"(?<=[一-鿿])(?<![第表图附至到])(?P<n>\d++(?:,\d{3}(?!\d))*+(?:\.\d++)?)(?=[,、)(](?!\d)|[。;]|整改|任务|学校|正在|增加|减少|降|提高|上升|下降|编制|班级|学生|教师|问题|教职工|已|未|余下)"
)
_BARE_AFTER_TO = re.compile(r"(?:[^#]{0,3})(?:高|升|降|加|少|增|减|小|大)(?:到|至)(?P<n>\d++(?:,\d{3}(?!\d))*+(?:\.\d++)?)(?=[,。;、)(](?!\d))")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTED_LABELS = re.compile(r"(?:得分|总分|分数|系数|指数|比值|第|表|图|号|师比|生比|评分)$")
_MONEY_LABEL = re.compile(r"(?:投资|投入|资金|总投资|拨款|拨付|经费|专项资金|建设资金|财政资金|概算投资|落实资金|筹措资金|贷款|赤字)(?:约|达|共|了|资金|经费|专项资金)?$")
_SMALL = re.compile(r"生均|人均|每(?!年)|补助标准|定额|基准|标准|按|单价|一次性|奖励|罚|收费|元/")
_AREA_LABEL = re.compile(r"(?:校舍|建筑|占地|供热|用房|场馆|场地|操场|运动场|教学楼|综合楼)(?:总)?面积(?:为|达到?|约|共|共计)?$")
_LABEL_UNITS = (
    (re.compile(r"(?<!概)(?:巩固率|入学率|入园率|覆盖率|完成率|合格率|达标率|满意度|认可度|上岗率|占比|升学率|参与率|普及率)(?:为|达到?|是|约|仅|由|从|提高到|提升到|降至)?$"), ("%", "‰", "个百分点", "倍", "成", None, "比", "分", "个"), "比率"),
    (re.compile(r"(?:建筑|校舍|占地|场馆|场地|用房|供热|教室|运动场|绿化)面积(?:为|达到?|是|约|共)?$"), ("平方米", "亩", "平方公里", "公顷", "%", "个百分点", "平方", "倍", None), "面积"),
    (re.compile(r"(?:投资|资金|经费|拨款)(?:达到?|约|共计|共|总计)?$"), ("元", "%", "个百分点", "倍", "亿", "美元", None, "比", "笔", "项", "次", "个"), "资金"),
    (re.compile(r"(?:学生数|教师数|学生人数|教师人数|教职工数|在校生数|人数)(?:为|达到?|是|约|共|有)?$"), ("人", "人次", "%", "个百分点", "倍", None, "比", "个", "对", "户"), "人数"),
)  # fmt: skip
_RATE_UNITS = ("%", "‰", "个百分点", "个千分点", "倍", "成", None, "比", "分", "番")
_RATE_NAMED = re.compile(r"(?<![概频速利税汇效])(?:[一-鿿]{2}率|占比|比例|比重)(?:已|约|均|都|仅|只有|也|高|才)*(?:为|达到?|是|在|不低于|不少于)?$")
_SHARE_NAMED = re.compile(r"(?<!侵)占(?!地|用|道|有|据|领)[^#。;,、]{2,20}的$")
_AREA_EACH = re.compile(r"(?:生均|人均|平均每[生人])[^#。;,]{0,12}(?:面积|用房|场馆|场地|校舍)(?:[^#。;,元]{0,10}$)")
_COUNTED_THINGS = re.compile(r"(?:学位|课时|编制|教师|学生|图书|计算机|床位|岗位)(?:约|共|达|数|为|总数|有|总量)*$")
_AREA_LACKED = re.compile(r"(?:场地|面积|用房|校舍)(?:不足|短缺|缺口|不够|紧张)?,?(?:共|总计|合计|尚|还|仍|约)?(?:缺|差|缺少|短缺)$")
_BARE_SHARE = re.compile(r"\d{1,2}\.\d{1,2}(?=[,。;)])")
_SHARE_BEFORE = re.compile(r"占[^\d#。;,()]{1,14}[的比]$")
_FOR_ONE = re.compile(r"(?:生均|人均|每生|每人|平均每[生人名])[^#。;,]{0,24}$")


def missing_units(context: Context) -> Iterator[Flaw]:
    """Return the numbers that have lost their unit (占比6.06，招聘教师96，)."""
    tables = [(t.start, t.end) for t in context.report.document.tables]
    taken = {position for f in context.report.figures if not _unit_needed(f, context.folded[f.end : f.end + 1]) for position in range(f.start, f.end)}
    free = [at for at in context.numbers if at not in taken and not any(a <= at < b for a, b in tables)]
    for match in filter(None, (_bare_rate(context.folded, at) for at in free)):
        at = match.start("n")
        if _NO_BARE_RATE.search(match["l"]) or float(match["n"]) <= 1.5:
            continue
        written = context.text[match.start("l") : match.end("n")]
        yield Flaw(f"“{written}”的数字后面缺少单位，可能漏了“%”，请对照原件。", (), match["n"] + "%", match["n"], at, match.end("n"))
    for figure in context.report.figures:
        if figure.rule == "figure/coefficient" and _SHARE_BEFORE.search(context.folded, max(0, figure.start - 24), figure.start) and context.folded[figure.end : figure.end + 1] in (",", "。", ";", ")"):
            yield Flaw(f"“{context.text[max(0, figure.start - 8) : figure.end]}”的数字后面缺少单位，可能漏了“%”，请对照原件。", (figure,), figure.text + "%", figure.text, figure.start, figure.end)
    for at in free:
        share = _BARE_SHARE.match(context.folded, at)
        if share is not None and _SHARE_BEFORE.search(context.folded, max(0, at - 24), at):
            yield Flaw(f"“{context.text[max(0, at - 8) : share.end()]}”的数字后面缺少单位，可能漏了“%”，请对照原件。", (), share[0] + "%", share[0], at, share.end())
            continue
        bare = _BARE_COUNT.match(context.folded, at) or _moved_to(context.folded, at)
        if bare is not None:
            end = bare.end("n")
            if _YEAR.fullmatch(bare["n"]) or _in_short_line(context, at) or _listed(context, end):
                continue
            if _COUNTED_LABELS.search(context.folded[max(0, at - 6) : at]) or _elliptic(context.folded, at, end) or _named(context, at, end):
                continue
            written = context.text[max(context.text.rfind("\n", 0, at) + 1, at - 8) : end]
            yield Flaw(f"“{written}”的数字后面缺少单位，请对照原件。", (), None, bare["n"], at, end)
    yield from _units_lost_in_lists(context)


def _moved_to(folded: str, at: int) -> re.Match[str] | None:
    """Return the number without unit at a place to which something has moved (提高到92.9，)."""
    match = _BARE_AFTER_TO.match(folded, max(0, at - 4))
    return match if match is not None and match.start("n") == at else None


def _bare_rate(folded: str, at: int) -> re.Match[str] | None:
    """Return the rate without sign whose number begins at a place, with its name in front."""
    if not folded[at - 1 : at] or folded[at - 1] not in "率比例重度为到达是至由从":
        return None
    for begin in range(max(0, at - 16), at):
        match = _BARE_RATE.match(folded, begin)
        if match is not None and match.start("n") == at:
            return match
    return None


def _in_short_line(context: Context, at: int) -> bool:
    """Return whether a place stands in a line too short for a sentence (a heading, a cell of a flattened table)."""
    start, end = context.folded.rfind("\n", 0, at) + 1, context.folded.find("\n", at)
    return (len(context.folded) if end < 0 else end) - start < 12


def _named(context: Context, start: int, end: int) -> bool:
    """Return whether a number belongs to a name in quotation marks or brackets (“中国制造2025”)."""
    return re.match(r"[^,。;\n]{0,6}[”》\"]", context.folded[end : end + 8]) is not None and re.search(r"[“《\"][^”》\n]{0,20}$", context.folded[max(0, start - 22) : start]) is not None


def _units_lost_in_lists(context: Context) -> Iterator[Flaw]:
    """Return the members without unit of lists in which at least two others have theirs (音乐15、体育28名、美术19名)."""
    for line in context.lines:
        run: list[Figure] = []
        for i, figure in enumerate(line.figures):
            gap = line.words[line.marks[i - 1] + 1 : line.marks[i]] if i else ""
            joined = i > 0 and figure.unit == line.figures[i - 1].unit and re.fullmatch(r"[^、,。;#]{0,6}、[^、,。;:()#]{1,14}", gap) is not None
            if not joined:
                yield from _lost_in(run)
                run = []
            run.append(figure)
        yield from _lost_in(run)


def _elliptic(folded: str, at: int, end: int) -> bool:
    """Return whether a number closes a bracketed list none of whose members has a unit: 24所(小学12、初中8、高中4)."""
    opened = folded.rfind("(", max(0, at - 80), at)
    return opened > 0 and folded[end : end + 1] == ")" and re.fullmatch(r"\((?:[^\d、,()]{1,10}\d+[、,])+[^\d、,()]{1,10}", folded[opened:at]) is not None


def _lost_in(run: list[Figure]) -> Iterator[Flaw]:
    bare = [f for f in run if f.rule == "figure/unit-shared" and f.text.replace(",", "").isdigit()]
    if len(run) - len(bare) >= 2:
        for figure in bare:
            yield Flaw(f"“{figure.text}”后面缺少单位，同一列举中的其他数字都有单位，请对照原件。", (figure,), None, figure.text)


def _unit_needed(figure: Figure, following: str) -> bool:
    """Return whether a figure got its unit from the noun behind it though an exact number of that noun needs a measure word (有2学校)."""
    if figure.rule == "figure/unit-shared" and (figure.unit == "个百分点" or following == ","):
        return True
    return figure.rule == "figure/unit-by-noun" and figure.qualifier == "=" and figure.value is not None and figure.text.isdigit()


def _listed(context: Context, end: int) -> bool:
    """Return whether a number without unit stands in a list whose unit comes at its end (小学11、初中4所; 45、50人)."""
    tail = context.folded[end : end + 60]
    if not re.match(r"(?:[、/]|和|与|及)[^\d,。;]{0,10}\d", tail):
        return False
    before = context.folded[max(0, end - 24) : end]
    return re.search(r"\d[\d.,]*(?:名|人|所|个|间|台|套|元|万元|%|册|平方米)[、]", before) is None


def impossible_units(context: Context) -> Iterator[Flaw]:
    """Return the figures whose unit does not fit what they measure (入学率95人, 建筑面积2680元, 由7.3%降至4.3%，降低3个班)."""
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            label = line.clause(i)
            if not label:
                continue
            kind = _unlike(label, figure) or _area_lacked(line.label(i), figure) or _no_difference_of_rates(line, i)
            if kind:
                yield Flaw(f"“{label[-10:]}{figure.text}”的单位与{kind}不符，请对照原件。", (figure,), None, figure.text)


def _unlike(label: str, figure: Figure) -> str | None:
    """Return what a label names that cannot be measured in the unit of its figure."""
    if label[-1] in "率度比数积资金费款为到达是约共有至由从":
        for pattern, units, kind in _LABEL_UNITS:
            if figure.unit not in units and pattern.search(label):
                return kind
    if figure.unit not in _RATE_UNITS and figure.rule != "figure/fraction" and figure.qualifier == "=" and (_RATE_NAMED.search(label) or _SHARE_NAMED.search(label)):
        return "比率"
    if figure.unit not in ("平方米", "%", "个百分点", "倍", None, "平方", "分") and _AREA_EACH.search(label) and not re.search(r"学校|[所个]|达标|增|减|升|降", label[-8:]):
        return "面积"
    if figure.unit in ("人", "个", "所") and re.search(r"(?:拨付|拨款|投资|出资)(?:了|到位)?$", label):
        return "资金"
    if label in ("占", "约占", "仅占", "只占") and figure.unit in ("人", "个", "所", "元", "名", "项"):
        return "比率"
    if figure.unit == "%" and figure.value is not None and figure.value > 100 and _COUNTED_THINGS.search(label):
        return "数量"
    return None


def _area_lacked(label: str, figure: Figure) -> str | None:
    return "面积" if figure.unit in ("公里", "米", "公顷", "里") and _AREA_LACKED.search(label) else None


def _no_difference_of_rates(line: Line, i: int) -> str | None:
    """Return the kind where two rates are said to differ by something that is no rate."""
    figure = line.figures[i]
    if i < 2 or figure.unit in _RATE_UNITS or not line.figures[i - 1].unit == line.figures[i - 2].unit == "%" or figure.value_max is not None:
        return None
    gap = line.words[line.marks[i - 1] + 1 : line.marks[i]]
    if re.fullmatch(r"[^#。;,]{0,4},?(?:降低|下降|提高|上升|增加|减少|回落|提升|相差|差)(?:了|约)?", gap) is None:
        return None
    first, _ = line.sentence(i)
    if figure.unit in ("人", "个", "所") and figure.value is not None and figure.value != int(figure.value):
        return "两个比率之差"
    return None if sum(f.unit == figure.unit for f in line.figures[first:i]) > 1 and "由" not in line.label(i - 2) else "两个比率之差"


def improbable_amounts(context: Context) -> Iterator[Flaw]:
    """Return amounts of money and areas far too small for what they are said of: 万 or 亿 has been lost (投资6457元)."""
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            if figure.value is None or figure.qualifier not in ("=", "~") or figure.role == "standard":
                continue
            if figure.unit not in ("元", "平方米") or figure.value >= 10000:
                continue
            label, clause = line.label(i), line.clause(i)
            after = line.words[line.marks[i] + 1 : line.marks[i] + 4]
            if figure.unit == "元" and figure.value < 10000 and _MONEY_LABEL.search(clause) and not _SMALL.search(label) and not after.startswith("/") and "万" not in figure.text:
                yield Flaw(f"“{clause[-8:]}{figure.text}”数额过小，可能漏了“万”或“亿”，请对照原件。", (figure,), None, figure.text)
            elif figure.unit == "平方米" and figure.value < 20 and _AREA_LABEL.search(clause) and not _SMALL.search(label) and "万" not in figure.text:
                yield Flaw(f"“{clause[-8:]}{figure.text}”（{show(figure.value)}平方米）面积过小，可能漏了“万”，请对照原件。", (figure,), None, figure.text)
    yield from _amounts_too_large(context)


def _amounts_too_large(context: Context) -> Iterator[Flaw]:
    """Return what one person or pupil cannot have: a million yuan, a thousand square metres (生均6000万元)."""
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            limit = {"元": 10**6, "平方米": 1000}.get(figure.unit or "")
            if limit is None or figure.value is None or figure.value < limit or "万" not in figure.text and "亿" not in figure.text:
                continue
            clause = line.clause(i)
            if _FOR_ONE.search(clause) and not re.search(r"总|共|累计|合计|增加", clause[-6:]):
                yield Flaw(f"“{clause[-10:]}{figure.text}”数额过大，可能多了“万”或“亿”，请对照原件。", (figure,), None, figure.text)


_PRODUCT = re.compile(r"生产总值(?:达到?|为|约|突破|完成|实现)*$")
_REVENUE = re.compile(r"(?:财政收入|预算收入|财政赤字)(?:达到?|为|约|突破|完成|实现)*$")


def output_below_revenue(context: Context) -> Iterator[Flaw]:
    """Return the output of a region (生产总值) that is smaller than its own revenue or deficit: 万 or 亿 has been lost."""
    if "生产总值" not in context.folded:
        return
    outputs: list[Figure] = []
    revenue: list[Figure] = []
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            if figure.unit == "元" and figure.value and figure.role != "change":
                clause = line.clause(i)
                if _PRODUCT.search(clause) or re.search(r"生产总值(?:由|从)$", clause):
                    outputs.append(figure)
                elif _REVENUE.search(clause):
                    revenue.append(figure)
    for figure in outputs:
        larger = [f for f in revenue if f.value is not None and figure.value is not None and f.value > figure.value]
        if larger:
            yield Flaw(f"生产总值{figure.text}小于财政收入或赤字{larger[0].text}，可能漏了“万”或“亿”，请对照原件。", (figure, larger[0]), None, figure.text, figure.start, figure.end)
