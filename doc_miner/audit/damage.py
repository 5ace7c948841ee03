"""Damaged and missing numbers: blanks, lost signs, values, dates and units that cannot be."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw
from doc_miner.audit.values import show
from doc_miner.model import Figure

_RATE_UP_TO_100 = re.compile(
    r"(?:完成率|(?<!毛)入学率|(?<!毛)入园率|巩固率|上岗率|合格率|覆盖率|覆盖面|达标率|满意度|满意率|认可度|占比|比例|比重|开齐率|开设率|配备率|参与率|到位率|使用率|录取率|升学率|普及率|持证率|及格率|优秀率|优良率|办结率|整改率|知晓率|开课率|辍学率|就读率|入住率|借阅率|利用率|学历率|建档率|建档立卡率|安装率|接入率|通过率|参保率|毕业率|报到率|上线率|合规率|落实率|签订率|供餐率|空编率|缺编率|在编率|占总数|占全)(?:已经?|均|都|分别|高|仅|也)?(?:为|达到?|是|有|约|至|提高到|提升到|上升到)?$"
)
_SHARE = re.compile(r"占[^#。;,、]{0,16}(?:的|比|比例|比例为|比为|比达)?$")
_DATE = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<s>[-./年])(?P<m>\d{1,2})(?:(?P<t>[-./月])(?P<d>\d{1,2}))?(?!\d)")
_DAY_MARK = re.compile(r"\d{1,4}[-./年月]")
_MONTH_DAY = re.compile(r"(?<![\d年.])(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]")
_MONTH = re.compile(r"(?<![\d.])(?P<m>\d{1,2})月(?=份|底|初|中旬|上旬|下旬|末|前|起|,|。|至|到|\d)")
_SQUEEZED = re.compile(r"(?m)(?P<d>(?:19|20)\d{2}[01]?\d{1,3})[ \t]*$")
_YEAR_LOST = re.compile(r"(?P<y>20[0-4]\d)(?=[,]?(?:消除|实现|完成|基本|全面|建成|达到|投入|新建|启动|末|初|秋|春|底|以来)(?!名))")
_YEAR_BEFORE = re.compile(r"(?:到|至|截至|力争|于|从|自)$")
_BARE_RATE = re.compile(r"(?P<l>[一-鿿]{2,10}(?:率|占比|比例|比重|满意度|认可度))(?:仅|已|约|分别)?(?:为|达到?|是|降至|降到|提高到|提升到|提高至|提升至|上升到|上升至|由|从)?(?P<n>\d{1,3}(?:\.\d+)?)(?=[,。;、)\n]|$|提|上升|下降|降|增)")
_NO_BARE_RATE = re.compile(r"师比|生比|机比|差异率|系数|比率|汇率|频率|倍率|容积率")
_BARE_COUNT = re.compile(
    r"(?<=[一-鿿])(?<![第表图附至到])(?P<n>\d++(?:,\d{3}(?!\d))*+(?:\.\d++)?)(?=[,、)(](?!\d)|[。;]|整改|任务|学校|正在|增加|减少|降|提高|上升|下降|编制|班级|学生|教师|问题|教职工|已|未|余下)"
)
_BARE_AFTER_TO = re.compile(r"(?:[^#]{0,3})(?:高|升|降|加|少|增|减|小|大)(?:到|至)(?P<n>\d++(?:,\d{3}(?!\d))*+(?:\.\d++)?)(?=[,。;、)(](?!\d))")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTED_LABELS = re.compile(r"(?:得分|总分|分数|系数|指数|比值|第|表|图|号|师比|生比|评分)$")
_MONEY_LABEL = re.compile(r"(?:投资|投入|资金|总投资|拨款|拨付|经费|专项资金|建设资金|财政资金|概算投资|落实资金|筹措资金)(?:约|达|共|了|资金|经费|专项资金)?$")
_SMALL = re.compile(r"生均|人均|每|补助标准|定额|基准|标准|按|单价|一次性|奖励|罚|收费|元/")
_AREA_LABEL = re.compile(r"(?:校舍|建筑|占地|供热|用房|场馆|场地|操场|运动场|教学楼|综合楼)(?:总)?面积(?:为|达到?|约|共|共计)?$")
_LABEL_UNITS = (
    (re.compile(r"(?<!概)(?:巩固率|入学率|入园率|覆盖率|完成率|合格率|达标率|满意度|认可度|上岗率|占比|升学率|参与率|普及率)(?:为|达到?|是|约|仅|由|从|提高到|提升到|降至)?$"), ("%", "‰", "个百分点", "倍", "成", None, "比", "分", "个"), "比率"),
    (re.compile(r"(?:建筑|校舍|占地|场馆|场地|用房|供热|教室|运动场|绿化)面积(?:为|达到?|是|约|共)?$"), ("平方米", "亩", "平方公里", "公顷", "%", "个百分点", "平方", "倍", None), "面积"),
    (re.compile(r"(?:投资|资金|经费|拨款)(?:达到?|约|共计|共|总计)?$"), ("元", "%", "个百分点", "倍", "亿", "美元", None, "比", "笔", "项", "次", "个"), "资金"),
    (re.compile(r"(?:学生数|教师数|学生人数|教师人数|教职工数|在校生数|人数)(?:为|达到?|是|约|共|有)?$"), ("人", "人次", "%", "个百分点", "倍", None, "比", "个", "对", "户"), "人数"),
)  # fmt: skip


_UNIT_END = re.compile(r"[人名所个元米][,。;、)]")
_RATE_END = re.compile(r"(?:[为达到][,。;]|控制在以)")
_NO_RATE = re.compile(r"(?:入学率|升学率|巩固率|合格率|达标率|完成率|覆盖率|占比|满意度)(?:为|达到|达)(?=[,。;])|(?:率|比例|面积|人数|规模)控制在(?=以)")
_NO_NUMBER = re.compile(r"(?:教师|学生|教职工|学校|班级|学位|校舍|面积|资金|投入|投资|共计|合计|缺口|尚缺|其中|招聘|减少|增加)(?P<u>人|名|所|个|万元|亿元|平方米|万平方米)(?=[,。;、)])")


def missing_numbers(context: Context) -> Iterator[Flaw]:
    """Return the gaps where a number was (占比%, 尚缺教师人，)."""
    for mark in _UNIT_END.finditer(context.folded):
        match = _NO_NUMBER.search(context.folded, max(0, mark.start() - 8), mark.end())
        if match is None or match.end() != mark.start() + 1:
            continue
        yield Flaw(f"“{context.text[match.start() : match.end()]}”处缺少数字，请对照原件补全。", (), None, None, match.start("u"), match.end("u"))
    for mark in _RATE_END.finditer(context.folded):
        match = _NO_RATE.search(context.folded, max(0, mark.start() - 8), mark.end())
        if match is None:
            continue
        yield Flaw(f"“{context.text[match.start() : match.end()]}”后面缺少数字，请对照原件补全。", (), None, None, match.start(), match.end())
    for figure in context.report.figures:
        if figure.missing and figure.rule == "figure/blank":
            yield Flaw(f"“{_around(context, figure)}”处缺少数字，请对照原件补全。", (figure,))


def damaged_numbers(context: Context) -> Iterator[Flaw]:
    """Return the numbers that are garbled (5360学时 for 5年360学时)."""
    for figure in context.report.figures:
        if figure.missing and figure.rule != "figure/blank":
            hint = "，可能是“5年360学时”漏了“年”" if figure.text.startswith("5360") else ""
            yield Flaw(f"“{figure.text.strip()}”处的数字已损坏{hint}，请对照原件。", (figure,))


def _around(context: Context, figure: Figure) -> str:
    begin = max(context.text.rfind("\n", 0, figure.start) + 1, figure.start - 12)
    return context.text[begin : figure.end].strip()


def glued_numbers(context: Context) -> Iterator[Flaw]:
    """Return the rates that stand together with nothing between them (100%95%): a mark has been lost."""
    figures = context.report.figures
    for first, second in zip(figures, figures[1:], strict=False):
        if first.end == second.start and first.unit == second.unit == "%":
            yield Flaw(f"“{first.text}{second.text}”之间可能缺少顿号，请对照原件。", (first, second))


def damaged_document_numbers(context: Context) -> Iterator[Flaw]:
    """Return the document numbers that have lost a bracket (国教督办201761号)."""
    for citation in context.report.citations:
        if citation.doc_number and re.search(r"[〔\[［【（(]\s?\d{4}\s?[〕\]］】）)]", citation.doc_number) is None:
            yield Flaw(f"文号“{citation.doc_number}”的括号缺失，请对照原件。", (), None, citation.doc_number, citation.start, citation.end)


def rates_over_100(context: Context) -> Iterator[Flaw]:
    """Return the rates that cannot exceed 100 % and do."""
    for figure in context.report.figures:
        if figure.unit != "%" or figure.value is None or figure.value <= 100 or figure.role in ("change", "standard"):
            continue
        before = context.folded[max(0, figure.start - 24) : figure.start]
        before = re.split(r"[。;,\n]", before)[-1]
        if "毛" in before or "毛" in figure.subject or re.search(r"增|降|超|同比", before[-4:]):
            continue
        if _RATE_UP_TO_100.search(before) or _SHARE.search(before) or _RATE_UP_TO_100.search(figure.subject):
            yield Flaw(f"{(figure.subject or before).strip()}为{figure.text}，超过100%。", (figure,), "≤100%", figure.text)


def impossible_dates(context: Context) -> Iterator[Flaw]:
    """Return the dates that no calendar has (2月30日, 13月)."""
    seen: set[int] = set()
    folded = context.folded
    days = [at for at in context.numbers if at not in context.taken and _DAY_MARK.match(folded, at)]
    for pattern in (_DATE, _MONTH_DAY, _MONTH):
        for match in filter(None, (pattern.match(context.folded, at) for at in days)):
            parts = match.groupdict()
            if pattern is _DATE and (parts["s"] == "." and not parts["d"] or parts["s"] != "年" and (parts["t"] or parts["s"]) != parts["s"] or parts["s"] == "年" and parts["t"] not in ("月", None)):
                continue
            if pattern is _DATE and parts["s"] == "年" and parts["t"] is None and context.folded[match.end() : match.end() + 1] != "月":
                continue
            month, day = int(parts["m"]), int(parts.get("d") or 0)
            year = int(parts.get("y") or 2000)
            wrong = not 1 <= month <= 12 or (parts.get("d") is not None and not 1 <= day <= monthrange(year, min(max(month, 1), 12))[1])
            end = match.end() + (1 if context.folded[match.end() : match.end() + 1] in ("月", "日") else 0)
            if not wrong or any(match.start() - 8 <= other <= match.end() for other in seen):
                continue
            seen.add(match.start())
            written = context.text[match.start() : end]
            reason = f"没有{month}月" if not 1 <= month <= 12 else f"{month}月没有{day}日"
            yield Flaw(f"日期“{written}”不存在：{reason}。", (), None, written, match.start(), end)


def damaged_dates(context: Context) -> Iterator[Flaw]:
    """Return the dates that have lost 年, 月 or 日 (201822 in a line of its own, 到2018消除)."""
    tables = [(t.start, t.end) for t in context.report.document.tables]
    for match in filter(None, (_SQUEEZED.match(context.folded, at) for at in context.numbers)):
        line = context.folded[context.folded.rfind("\n", 0, match.start()) + 1 : match.start()]
        if not line.strip() and len(match["d"]) >= 6 and not any(a <= match.start() < b for a, b in tables):
            yield Flaw(f"“{match['d']}”像是漏了“年、月、日”的日期，请对照原件。", (), None, match["d"], match.start("d"), match.end("d"))
    for at in context.numbers:
        lost = _YEAR_LOST.match(context.folded, at)
        before = _YEAR_BEFORE.search(context.folded, max(0, at - 3), at)
        if lost is not None and before is not None and at not in context.taken:
            yield Flaw(f"“{before[0]}{lost[0]}”后面漏了“年”字，请对照原件。", (), f"{lost['y']}年", lost["y"], lost.start("y"), lost.end("y"))


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
    for at in free:
        bare = _BARE_COUNT.match(context.folded, at) or _moved_to(context.folded, at)
        if bare is not None:
            end = bare.end("n")
            if _YEAR.fullmatch(bare["n"]) or _in_short_line(context, at) or _listed(context, end):
                continue
            if _COUNTED_LABELS.search(context.folded[max(0, at - 6) : at]) or _named(context, at, end):
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
    """Return the figures whose unit does not fit what they measure (入学率95人, 建筑面积2680元)."""
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            label = line.clause(i)
            if not label or label[-1] not in "率度比数积资金费款为到达是约共有至由从":
                continue
            for pattern, units, kind in _LABEL_UNITS:
                if figure.unit not in units and pattern.search(label):
                    yield Flaw(f"“{label[-10:]}{figure.text}”的单位与{kind}不符，请对照原件。", (figure,), None, figure.text)
                    break


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
