"""Times that cannot follow each other: days and hours of a schedule, the history of a law, plans for years that are over, grades, values of successive years."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw

_TO = r"(?:-|—|–|－|~|～|至|到)+"
_DAYS = re.compile(rf"(?:(?P<y1>20\d\d)年)?(?P<m1>\d{{1,2}})月(?P<d1>\d{{1,2}})[日号](?:上午|下午|\d{{1,2}}[:∶]\d\d|\([^)]{{1,4}}\))*{_TO}(?:(?P<y2>20\d\d)年)?(?:(?P<m2>\d{{1,2}})月)?(?P<d2>\d{{1,2}})[日号]")
_MONTHS = re.compile(rf"(?P<y1>20\d\d)年(?P<m1>\d{{1,2}})月(?:底|初|份)?{_TO}(?:(?P<y2>20\d\d)年)?(?P<m2>\d{{1,2}})月(?!\d)")
_DAY_TO = re.compile(r"[日号][^,。;\n日号]{0,12}?(?:-|—|–|－|~|～|至|到)")
_CLOCK_MARK = re.compile(rf"[:∶]\d\d{_TO}\d")
_CLOCK = re.compile(rf"(?<![\d:∶])(?P<h1>\d{{1,2}})[:∶](?P<n1>\d\d){_TO}(?P<h2>\d{{1,2}})[:∶](?P<n2>\d\d)(?!\d)")
_EACH = re.compile(r"每(?:科|场|门|节|堂)(?:考试|时长|时间|考试时间)?(?:为|均为)?(?P<n>\d{1,3}(?:\.5)?)(?P<u>分钟|小时)")
_HISTORY = re.compile(r"(?P<y>(?:19|20)\d\d)年(?P<m>\d{1,2})月(?P<d>\d{1,2})日[ \t]*(?P<what>[^\n]{0,60}?(?:通过|公布|发布|修正|修订|施行|实施|批准|起施行))")
_IN_FORCE = re.compile(r"(?:本|该)(?:条例|法|办法|规定|细则)自(?P<y>(?:19|20)\d\d)年(?P<m>\d{1,2})月(?P<d>\d{1,2})日起(?:施行|实施)")
_GRADES = re.compile(rf"(?P<a>[1-9一二三四五六七八九])(?:年级)?{_TO}(?P<b>[1-9一二三四五六七八九])年级")
_GRADE = re.compile("年级")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_PLAN = re.compile(r"(?P<y>20\d\d)年(?:底|末|春季学期|秋季学期|上半年|下半年)?(?:前)?,?(?:我[县区市]|全[县区市]|拟|将|预计|力争)(?P<will>拟|将|计划再|力争|预计|确保)?(?P<rest>[^。;\n]{0,12})")
_EVERY = re.compile(r"每(?P<a>\d{1,2})(?:至|到|-|—|~|～)(?P<b>\d{1,2})(?:年|个月|学期|周|天)")
_YEARS_IN_TURN = re.compile(r"(?P<y1>20\d\d)年?(?:至|到|-|—|~|～)(?P<y2>20\d\d)年[^。;\n]{0,40}?(?:依次|分别|逐年)[^。;\d\n]{0,8}(?P<list>\d+(?:\.\d+)?%?(?:[、,]\d+(?:\.\d+)?%?){2,}(?:(?:和|与)\d+(?:\.\d+)?%?)?)")
_BY_YEAR = re.compile(r"(?P<y>20\d\d)年(?P<name>[^\d。;,\n]{2,14}?)(?P<n>\d+(?:\.\d+)?)(?P<u>%|项|所|个|人|名|万元|间|平方米)")
_HIGHER = re.compile(r"累计|目标|计划|年度|力争|逐年(?:提高|提升|增加|上升)")
_SENTENCE = re.compile(r"[^。\n]{20,}")
_RISING = re.compile(r"达标|达到|累计|覆盖")


def wrong_spans_of_time(context: Context) -> Iterator[Flaw]:
    """Return the stretches of days, months and hours whose end lies before their start, and lessons longer than their hours."""
    folded = context.folded
    if "月" in folded:
        for match in _around(_DAY_TO, _DAYS, folded, 12, 20):
            first = (int(match["y1"] or 0), int(match["m1"]), int(match["d1"]))
            last = (int(match["y2"] or match["y1"] or 0), int(match["m2"] or match["m1"]), int(match["d2"]))
            if last < first and (match["y2"] is not None or match["m2"] is None or first[1] - last[1] < 6):
                yield _flaw(context, match, "止日早于起日")
        for match in _MONTHS.finditer(folded):
            if (int(match["y2"] or match["y1"]), int(match["m2"])) < (int(match["y1"]), int(match["m1"])) and (match["y2"] is not None or int(match["m1"]) - int(match["m2"]) < 6 and folded[match.end() : match.end() + 1] in ",。;)、"):
                yield _flaw(context, match, "止月早于起月")
    for match in _around(_CLOCK_MARK, _CLOCK, folded, 2, 6):
        if int(match["h1"]) < 5:
            continue
        start, end = int(match["h1"]) * 60 + int(match["n1"]), int(match["h2"]) * 60 + int(match["n2"])
        if max(int(match["h1"]), int(match["h2"])) > 24 or max(int(match["n1"]), int(match["n2"])) > 59:
            yield _flaw(context, match, "没有这样的钟点")
        elif end <= start and int(match["h1"]) < 18 and not (int(match["h2"]) <= 8 and int(match["h1"]) >= 8):
            yield _flaw(context, match, "止时早于起时")
    for match in _EVERY.finditer(folded) if "每" in folded else ():
        if int(match["a"]) > int(match["b"]):
            yield _flaw(context, match, "前大后小")
    yield from _lessons(context)


def _around(mark: re.Pattern[str], pattern: re.Pattern[str], text: str, before: int, after: int) -> Iterator[re.Match[str]]:
    """Return the first match of a slow pattern around each place of a quick one."""
    at = 0
    for found in mark.finditer(text):
        match = pattern.search(text, max(at, found.start() - before), found.end() + after)
        if match is not None:
            at = match.end()
            yield match


def _lessons(context: Context) -> Iterator[Flaw]:
    for match in _EACH.finditer(context.folded):
        sentence = context.folded[context.folded.rfind("。", 0, match.start()) + 1 : match.start()]
        spans = {(int(m["h2"]) - int(m["h1"])) * 60 + int(m["n2"]) - int(m["n1"]) for m in _CLOCK.finditer(sentence)}
        minutes = float(match["n"]) * (60 if match["u"] == "小时" else 1)
        if len(spans) == 1 and min(spans) > 0 and minutes != min(spans):
            yield Flaw(f"起止时间为{min(spans)}分钟，文中写为“{match['n']}{match['u']}”。", (), f"{min(spans)}分钟", match["n"] + match["u"], match.start("n"), match.end("u"))


def wrong_history(context: Context) -> Iterator[Flaw]:
    """Return the days of a law that do not follow each other (passed, amended, published, in force), and days in force that are two."""
    folded = context.folded
    if "日" not in folded or not ("施行" in folded or "通过" in folded):
        return
    head = folded[: min(len(folded), 1200)]
    body = re.search(r"第一章|第一条", head)
    head = head[: body.start()] if body is not None else ""
    found = [(m, (int(m["y"]), int(m["m"]), int(m["d"]))) for m in _HISTORY.finditer(head)]
    for (a, first), (b, second) in zip(found, found[1:], strict=False):
        if second < first:
            yield Flaw(f"日期次序不对：{_day(first)}“{a['what'][-2:]}”之后是{_day(second)}“{b['what'][-2:]}”，请对照原件。", (), None, _day(second), a.start("y"), b.end("d"))
    starts = [day for m, day in found if m["what"].endswith(("施行", "实施"))]
    for match in _IN_FORCE.finditer(folded):
        day = (int(match["y"]), int(match["m"]), int(match["d"]))
        passed = [d for m, d in found if m["what"].endswith("通过")]
        if len(starts) == 1 and not re.search(r"修正|修订", head) and day != starts[0] or passed and day < passed[0]:
            other = starts[0] if starts else passed[0]
            yield Flaw(f"施行日期{_day(day)}与文首的日期{_day(other)}不符，请对照原件。", (), _day(other), _day(day), match.start("y"), match.end("d"))


def _day(day: tuple[int, int, int]) -> str:
    return f"{day[0]}年{day[1]}月{day[2]}日"


def plans_of_the_past(context: Context) -> Iterator[Flaw]:
    """Return the plans (2019年拟…, 将…) for a year before that of the document."""
    own = context.report.metadata.year
    if own is None:
        return
    for match in _PLAN.finditer(context.folded):
        year = int(match["y"])
        if year < own and not context.folded[match.start() - 1 : match.start()].isdigit() and (match["will"] or re.search(r"年(?:底|末|春季学期|秋季学期|上半年|下半年)?前?,?(?:拟|将)", match[0])) and not re.search(r"原|曾|当时|[”》]|已|实际|完成|到位|落实|到岗", context.folded[max(0, match.start() - 6) : match.end() + 50].partition("\n")[0]):
            yield Flaw(f"{own}年的文件计划{year}年的事：“{context.text[match.start() : match.end()][:16]}”，请对照原件。", (), None, match["y"], match.start("y"), match.end("y"))


def wrong_grades(context: Context) -> Iterator[Flaw]:
    """Return the grades that run backwards, do not belong to their stage, or leave a gap between neighbours (1～2年级…5～6年级)."""
    folded = context.folded
    if "年级" not in folded:
        return
    last: tuple[int, int, int] | None = None
    for match in _around(_GRADE, _GRADES, folded, 5, 0):
        a, b = (_DIGITS.get(match[g], 0) or int(match[g]) for g in "ab")
        before = re.split(r"[。;,、\n]", folded[max(0, match.start() - 10) : match.start()])[-1]
        if a > b:
            yield _flaw(context, match, "年级前大后小")
        elif re.search(r"小学[^初中]{0,6}$", before) and b > 6 or re.search(r"初中[^小学高]{0,6}$", before) and a < 6 and a > 3:
            yield _flaw(context, match, "年级与学段不符")
        elif last is not None and "。" not in folded[last[2] : match.start()] and match.start() - last[2] < 60 and re.search(r"段\(?$", before) and a != last[1] + 1:
            yield _flaw(context, match, f"前一段到{last[1]}年级为止")
        last = a, b, match.end()


def falling_series(context: Context) -> Iterator[Flaw]:
    """Return the goals and running totals of successive years one of which falls out of a rising or falling series."""
    folded = context.folded
    if folded.count("年") < 3:
        return
    for match in _YEARS_IN_TURN.finditer(folded):
        values = [float(v.rstrip("%")) for v in re.split(r"[、,和与]", match["list"])]
        if len(values) == int(match["y2"]) - int(match["y1"]) + 1 >= 4:
            odd = _odd_one(values)
            if odd is not None and re.search(r"每年(?:提高|增加|提升|递增|下降|减少|降低)|目标|逐年(?:提高|增加|提升|递增|下降|减少|降低)", folded[match.start() - 30 if match.start() > 30 else 0 : match.end() + 20]):
                yield Flaw(f"逐年数值次序不对：{match['list']}中的{values[odd]:g}，请对照原件。", (), None, f"{values[odd]:g}", match.start("list"), match.end("list"))
    for line in context.lines:
        if len(line.figures) >= 3 and folded.count("年", line.start, line.end) >= 3 and ("达标" in line.words or _HIGHER.search(folded, line.start, line.end)):
            for sentence in _SENTENCE.finditer(folded, line.start, line.end):
                if ("达标" in sentence[0] or _HIGHER.search(sentence[0])) and not re.search(r"招聘|新增|每年|当年|投入|安排", sentence[0]):
                    yield from _series(sentence)


def _series(sentence: re.Match[str]) -> Iterator[Flaw]:
    found = list(_BY_YEAR.finditer(sentence[0]))
    years = [int(m["y"]) for m in found]
    if len(found) < 3 or years != list(range(years[0], years[0] + len(years))) or len({m["u"] for m in found}) > 1:
        return
    names = {re.sub(r"累计|预计|计划|力争|底|末|将|共|为|到", "", m["name"]) for m in found}
    values = [float(m["n"]) for m in found]
    if len(names) > 1 or not _RISING.search(found[0]["name"]) or not _HIGHER.search(sentence[0]) and (names != {"达标"} or found[0]["u"] != "项"):
        return
    odd = _odd_one(values) if len(values) >= 4 else next((k for k in range(1, len(values)) if values[k] < values[k - 1] and "累计" in found[k]["name"]), None)
    if odd is not None:
        m = found[odd]
        yield Flaw(f"逐年数值次序不对：{m['y']}年为{m['n']}{m['u']}，与前后各年相反，请对照原件。", (), None, m["n"], sentence.start() + m.start("y"), sentence.start() + m.end("u"))


def _odd_one(values: list[float]) -> int | None:
    """Return the one value without which a series rises or falls throughout, ``None`` where it does so with it or needs more."""
    if values == sorted(values) or values == sorted(values, reverse=True):
        return None
    for sign in (False, True):
        fits = [k for k in range(len(values)) if (rest := values[:k] + values[k + 1 :]) == sorted(rest, reverse=sign) and len(set(rest)) == len(rest)]
        if fits:
            return fits[-1] if values[fits[-1]] != values[-1] else len(values) - 1
    return None


def _flaw(context: Context, match: re.Match[str], reason: str) -> Flaw:
    written = context.text[match.start() : match.end()]
    return Flaw(f"“{written}”：{reason}，请对照原件。", (), None, written, match.start(), match.end())
