"""Numbers that must follow each other: ranges (1—2次), years of goals and of cited documents, and periods (为期18个月)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw
from doc_miner.numerals import parse_numeral

_RANGE = re.compile(r"(?<![\d.\-—－~～至〔(第《年月日号:∶/Xx])(?P<a>\d{1,5}(?:\.\d+)?)(?P<ua>%|个|年|人|名|次|所|万元|元|天|学时|课时|分钟|岁)?(?:-|—|–|－|~|～|至)(?P<b>\d{1,5}(?:\.\d+)?)(?P<ub>%|个|年(?!级)|人|名|次|所|万元|亿元|元|天|学时|课时|分钟|岁|项|节|门|场|种|类|家|倍|篇|首|支|小时|个月|周)(?![\d—-])")
_YEARS = re.compile(r"(?<!\d)(?P<a>(?:19|20)\d\d)年?(?:-|—|–|－|~|～|至)(?P<b>(?:19|20)\d\d)年")
_CITED = re.compile(r"[〔\[［(](?P<y>(?:19|20)\d\d)[〕\]］)](?:第)?\d+号")
_FAR = re.compile(r"(?<![\d.])(?P<y>20[5-9]\d)年(?!代)")
_TO_YEAR = re.compile(r"(?:^|[。;,、])(?:力争|计划|确保)?到(?P<y>20\d\d)年(?:底|末)?,")
_DONE = re.compile(r"(?<!\d)(?P<y>20\d\d)年(?:\d{1,2}月(?:\d{1,2}日)?|春季|秋季|底|末)?(?:学期)?(?P<what>[^。;,\n\t]{0,24})")
_PAST = re.compile(r"已(?!经?议定|列入|计划|纳入|明确|确定)|通过了(?:国家|省级|验收)|获得了|荣获|被评为|被认定|印发了|下发了|反馈了")
_FUTURE = re.compile(r"计划|拟|将|力争|预计|到20|前|争取|确保|目标|规划|届时|以前|底前|为止|内|须|应|要|到$")
_FROM_TO = re.compile(r"(?P<y1>20\d\d)年(?P<m1>\d{1,2})月(?:起|初)?(?:至|到|-|—|－|~|～)(?:(?P<y2>20\d\d)年)?(?P<m2>\d{1,2})月(?:底|末)?[)]?[,，]?(?:共|历时|为期|工期|期限|为)[^\d一二三四五六七八九十]{0,4}(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,2})(?P<u>年|个月)")
_DAYS = re.compile(r"(?:(?P<y>20\d\d)年)?(?P<m1>\d{1,2})月(?P<d1>\d{1,2})[日号](?:[^,。;至—\n]{0,6})(?:至|到|-|—|－|~|～)(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})[日号][^。;\n]{0,30}?(?:为期|共|历时)(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,2})天")
_ENCOURAGED = re.compile(r"不(?:低|少)于[^。;\d]{0,24}?(?P<a>\d{1,3}(?:\.\d+)?)%[^。;\d%]{0,20}(?:鼓励|有条件)[^。;\d%]{0,24}(?P<b>\d{1,3}(?:\.\d+)?)%")
_ARTICLE = re.compile(r"(?m)^\s*第(?P<n>[一二三四五六七八九十百]{1,5})条(?=[\s　])")
_REFERS = re.compile(r"本(?:条例|办法|规定|法|细则|实施办法)第(?P<n>[一二三四五六七八九十百]{1,5})条")


def exceeded_minimums(context: Context) -> Iterator[Flaw]:
    """Return the shares that are encouraged though they are below the least that is asked (不低于9%，鼓励按1%), and articles referred to that there are not."""
    folded = context.folded
    for match in _ENCOURAGED.finditer(folded) if "不低于" in folded or "不少于" in folded else ():
        if float(match["b"]) < float(match["a"]):
            yield Flaw(f"鼓励达到的{match['b']}%低于最低要求{match['a']}%，请对照原件。", (), None, match["b"] + "%", match.start("a"), match.end("b"))
    articles = [value for match in _ARTICLE.finditer(folded) if (value := parse_numeral(match["n"])) is not None] if "条" in folded else []
    if len(articles) >= 10 and max(articles) == len(set(articles)):
        for match in _REFERS.finditer(folded):
            value = parse_numeral(match["n"])
            if value is not None and value > max(articles):
                yield Flaw(f"“{match[0]}”不存在：全文共{max(articles)}条。", (), None, match["n"], match.start(), match.end())


def _number(text: str) -> int:
    value = parse_numeral(text)
    return int(value) if value is not None else 0


def inverted_ranges(context: Context) -> Iterator[Flaw]:
    """Return the ranges whose first number is the larger one (每年2—1次, 2015—2002年)."""
    folded = context.folded
    if not any(mark in folded for mark in "-—–－~～至"):
        return
    for match in filter(None, (_RANGE.match(folded, at) for at in context.numbers)):
        a, b = float(match["a"]), float(match["b"])
        same = match["ua"] in (None, match["ub"]) and match["ub"] != "年"
        short = max(len(match["a"]), len(match["b"])) < 5 and not match["a"].startswith("0") | match["b"].startswith("0") or "." in match[0]
        if same and short and a > b > 0 and not (match["ub"] == "年" or match["ua"] is None and (a >= 10 * b and match["ub"] in ("人", "名")) or match["ub"] == "个" and folded[match.end() : match.end() + 2] == "百分"):
            yield Flaw(f"范围“{context.text[match.start() : match.end()]}”前大后小，请对照原件。", (), None, context.text[match.start() : match.end()], match.start(), match.end())
    for match in filter(None, (_YEARS.match(folded, at) for at in context.numbers)):
        if int(match["a"]) > int(match["b"]):
            yield Flaw(f"年份“{context.text[match.start() : match.end()]}”起年晚于止年，请对照原件。", (), None, context.text[match.start() : match.end()], match.start(), match.end())


def impossible_years(context: Context) -> Iterator[Flaw]:
    """Return the years that cannot be: of a document cited before it was written, of something done after the document, of goals in the wrong order."""
    folded, own = context.folded, context.report.metadata.year
    date = context.report.metadata.date
    written = int(date[:4]) if date else own
    if written is not None:
        for match in _CITED.finditer(folded):
            if int(match["y"]) > written + 1:
                yield _year(context, match, f"文号中的年份{match['y']}晚于本文件（{written}年）")
    for match in filter(None, (_FAR.match(folded, at) for at in context.numbers)):
        if int(match["y"]) not in (2050, 2060) and (written is None or int(match["y"]) > written + 15):
            yield _year(context, match, f"年份{match['y']}过晚")
    if date:
        for match in filter(None, (_DONE.match(folded, at) for at in context.numbers)):
            year = int(match["y"])
            if written is not None and written < year < 2050 and _PAST.search(match["what"]) and not _FUTURE.search(match["what"]) and not _FUTURE.search(folded[max(0, match.start() - 8) : match.start()]):
                yield _year(context, match, f"已经发生的事写为{year}年，晚于本文件（{written}年）")
    yield from _goals_in_order(context)


def _goals_in_order(context: Context) -> Iterator[Flaw]:
    for line in re.finditer(r"[^\n]+", context.folded):
        if line[0].count("到20") < 2:
            continue
        found = list(_TO_YEAR.finditer(line[0]))
        for a, b in zip(found, found[1:], strict=False):
            if int(a["y"]) > int(b["y"]):
                start = line.start() + a.start("y")
                yield Flaw(f"目标年份次序不对：“到{a['y']}年”之后是“到{b['y']}年”，请对照原件。", (), None, a["y"], start, line.start() + b.end("y"))


def _year(context: Context, match: re.Match[str], reason: str) -> Flaw:
    return Flaw(f"{reason}，请对照原件。", (), None, match["y"], match.start("y"), match.end("y"))


def wrong_periods(context: Context) -> Iterator[Flaw]:
    """Return the periods (为期18个月, 共5天) that their own dates do not give."""
    folded = context.folded
    for match in _FROM_TO.finditer(folded) if "月" in folded else ():
        months = (int(match["y2"] or match["y1"]) - int(match["y1"])) * 12 + int(match["m2"]) - int(match["m1"])
        stated = _number(match["n"]) * (12 if match["u"] == "年" else 1)
        if months > 0 and stated and not months - (11 if match["u"] == "年" else 0) <= stated <= months + (11 if match["u"] == "年" else 1) or match["u"] == "年" and stated and abs(stated - months) > 6:
            yield Flaw(f"起止时间与期限不符：“{context.text[match.start() : match.end()]}”实为{months + 1}个月。", (), f"{months + 1}个月", match["n"] + match["u"], match.start(), match.end())
    for match in _DAYS.finditer(folded) if "天" in folded else ():
        if match["m2"] not in (None, match["m1"]):
            continue
        days, stated = int(match["d2"]) - int(match["d1"]), _number(match["n"])
        if days > 0 and stated and stated not in (days, days + 1):
            yield Flaw(f"起止日期与天数不符：“{context.text[match.start() : match.end()]}”实为{days + 1}天。", (), f"{days + 1}天", match["n"] + "天", match.start(), match.end())
