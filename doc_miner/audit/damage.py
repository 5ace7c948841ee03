"""Damaged and missing numbers: blanks, lost signs, values, dates and units that cannot be."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw
from doc_miner.model import Figure

_RATE_UP_TO_100 = re.compile(
    r"(?:完成率|(?<!毛)入学率|(?<!毛)入园率|巩固率|上岗率|合格率|覆盖率|覆盖面|达标率|满意度|满意率|认可度|占比|比例|比重|开齐率|开设率|配备率|参与率|到位率|使用率|录取率|升学率|普及率|持证率|及格率|优秀率|优良率|办结率|整改率|知晓率|开课率|辍学率|就读率|入住率|借阅率|利用率|学历率|建档率|建档立卡率|安装率|接入率|通过率|参保率|毕业率|报到率|上线率|合规率|落实率|签订率|供餐率|空编率|缺编率|在编率|占总数|占全)(?:已经?|均|都|分别|高|仅|也)?(?:为|达到?|是|有|约|至|提高到|提升到|上升到)?$"
)
_SHARE_OF = re.compile(r"的[一-鿿]{0,3}(?:中小学|小学|学校|教师|学生|机组|班级|乡镇|村|家庭|企业|群众|幼儿园|县|市|人口)")
_PART = re.compile(r"(?:比例|占比|比重|参与率|占[^。;,、]{0,20}的?|(?:不低于|不少于|占)[^。;,、\d]{2,24}总[^。;,、\d]{1,6}的|(?:入学|就读|参保|合格|达标|覆盖|巩固|普及)(?:率|比例)[:=]?(?:小学|初中)?=?)(?:均|都|应|要)?(?:为|达到?|占|不低于|不少于|超过|控制在|在|提高到|提升到)*$")
_SHARE = re.compile(r"占[^#。;,、]{0,16}(?:的|比|比例|比例为|比为|比达)?$")
_DATE = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<s>[-./年])(?P<m>\d{1,2})(?:(?P<t>[-./月])(?P<d>\d{1,2}))?(?!\d)")
_DAY_MARK = re.compile(r"\d{1,4}[-./年月]")
_MONTH_DAY = re.compile(r"(?<![\d年.])(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]")
_MONTH = re.compile(r"(?<![\d.])(?P<m>\d{1,2})月(?=份|底|初|中旬|上旬|下旬|末|前|起|,|。|至|到|\d)")
_SQUEEZED = re.compile(r"(?m)(?P<d>(?:19|20)\d{2}[01]?\d{1,3})[ \t]*$")
_YEAR_LOST = re.compile(r"(?P<y>20[0-4]\d)(?=[,]?(?:消除|实现|完成|基本|全面|建成|达到|投入|新建|启动|末|初|秋|春|底|以来)(?!名))")
_YEAR_BEFORE = re.compile(r"(?:到|至|截至|力争|于|从|自)$")


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
        if figure.unit != "%" or figure.value is None or figure.value <= 100 or figure.role == "change":
            continue
        before = context.folded[max(0, figure.start - 24) : figure.start]
        before = re.split(r"[。;,\n]", before)[-1]
        if "毛" in before or "毛" in figure.subject or re.search(r"增|降|超|同比|提高|完成|相当", before[-6:]):
            continue
        whole = _SHARE_OF.match(context.folded, figure.end)
        if whole is not None and not re.search(r"按|以|达标|标准", before[-4:]) or _PART.search(before):
            yield Flaw(f"“{context.text[max(figure.start - 6, 0) : figure.end + 6].strip()}”：部分超过总数的100%。", (figure,), "≤100%", figure.text)
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
