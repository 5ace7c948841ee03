"""Find dates: points, spans, deadlines, school years and terms.

Every mention has a first and a last day; an open end is ``None`` (2025年底前 has no first
day, 2013年以来 no last one). Relative words (今年, 明年, 3年内) are counted from a
reference date that the caller gives, never from the clock; without one they are
mentions whose days are both ``None``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from doc_miner.numerals import parse_chinese
from doc_miner.textfold import fold


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as written: its text and span, its first and last day (either may be ``None``)."""

    text: str
    start: int
    end: int
    first: date | None
    last: date | None
    kind: str = "point"
    """``point``, ``span``, ``school`` (a school year or term), ``deadline``, ``since``, ``vague`` (近年来) or ``relative`` (本周, 上半年: counted from the
    reference date, without a year of its own)."""
    year: int | None = None
    """The calendar year the mention names (of a school year its first); ``None`` if it covers several or none."""


_N = r"(?:[〇零○一二三四五六七八九十廿卅]{1,3}|\d{1,2})"
_YEAR = r"(?:(?:19|20)\d{2}|[一二][〇零○OoО九][〇零○OoО一二三四五六七八九]{2})"
_RELATIVE = {"上一年度": -1, "上一年": -1, "今年": 0, "本年度": 0, "本年": 0, "当年": 0, "明年": 1, "来年": 1, "次年": 1, "后年": 2, "去年": -1, "上年度": -1, "上年": -1, "前年": -2, "大前年": -3}
_REL = "|".join(sorted(_RELATIVE, key=len, reverse=True))
_SEP = r"[ ]?(?:-{1,2}|至|到|~)[ ]?"
_PARTS = r"(?:上半年|下半年|第[一二三四1-4]季度|[一二三四]季度|年底前?|底|年末|末|年初|初|年中|春季学期|秋季学期|春学期|秋学期|(?:春季|秋季)(?:开学)?|[春秋](?=[,。、;)\n]|$|起|开学|入学)|暑期|暑假|寒假|前三季度|前两季度)"
_TAIL = r"(?P<tail>[ ]?(?:以前|之前|前(?![年期后三五十])|以来|来(?=[,，。、累共先已全])|起(?!草|始|步)|之后|以后|后(?!勤|备|期|续)|内(?!部|容)|以内|止|为止))?"

_HANZI_DIGITS = "〇零○一二三四五六七八九十廿卅"
_COUNTED = rf"[ ]?月|[ ]?[-至到][ ]?[0-9{_HANZI_DIGITS}]|[ ]?年[来内之以]|[ ]?个月[内之以]|[ ]?[天日周][内之以]"
"""What follows a number of one or two places that begins a date: a month, or a span of time that is over or ahead (三年来, 3个月内)."""
_AFTER = {
    "0-9": rf"(?:(?<=1)9|(?<=2)0)(?:\d\d[ ]?[-0-9./~、和与及至到学年月度 {_HANZI_DIGITS}]|世)|\d?+(?!\d)(?:{_COUNTED}|年\d)",
    _HANZI_DIGITS + "两半": rf"[{_HANZI_DIGITS}]{{0,3}}(?:{_COUNTED}|季度|世)|[〇零○OoО九]|[一二三四五六]?五",
    "到至": rf"[ ]?(?:(?:19|20)\d\d|[一二][〇零○OoО九]|[“\"]?十|[今本当明来次后去上前大][一年前]|[0-9{_HANZI_DIGITS}]{{1,3}}月底)",
    "年": "[底内初中]", "月": "[底末]", "学": "期末", "不": "迟于", "迟": "于", "第": "[一二三四]季度", "春秋": "季学期", "接": "下来", "今": "[年后天]",
    "本": "年|学[年期]|个?[月世周星礼]", "上": "一?年|学[年期]|个?[月世周星礼]|半年", "下": "学期|个?[月周星礼]|半年", "这": "个?[周星礼]", "当来次去历多": "年", "明后": "[年天]",
    "前": "[年三两天]", "大": "[前后]", "截": "[至止]", "最": "近", "近": r"几?年|期|(?:[一两二三四五六七八九十]|\d{1,2})(?:年|个月)", "过": "去", "未": "来", "昨": "[天日]", "“\"": "十",
}  # fmt: skip
"""How a date may begin: its first character, and what must follow, so that most places are left at once."""
_BEGINS = re.compile(f"[{''.join(_AFTER)}](?:{'|'.join(f'(?<=[{first}])(?={then})' for first, then in _AFTER.items())})")
"""Opens with the set of all first characters, so that the matcher skips the rest without trying."""
_PATTERN = re.compile(
    rf"""
    (?:
    (?P<iso>(?<![\d.])(?:19|20)\d{{2}}[ ]?[-./][ ]?\d{{1,2}}[ ]?[-./][ ]?\d{{1,2}}(?!\d)(?:[ ]?(?:至|到)[ ]?(?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}}(?!\d))?)(?P<isotail>前|之前|以前|起|以来)?
    | (?P<isospan>(?<![\d.])(?:19|20)\d{{2}}[.]\d{{1,2}}[ ]?(?:-|至|到)[ ]?(?:19|20)\d{{2}}[.]\d{{1,2}}(?![\d.]))
    | (?P<isomonth>(?<![\d.〔\[(表图])(?:19|20)\d{{2}}-(?:0?[1-9]|1[0-2])(?![\d.%年月-])|(?<=\()(?:19|20)\d{{2}}[.](?:0?[1-9]|1[0-2])(?=\)))
    | (?P<list>(?:19|20)\d{{2}}(?=(?:、(?:19|20)\d{{2}})*(?:、|和|与|及)(?:19|20)\d{{2}}年))
    | (?P<until>(?P<uprefix>(?<!达)到)(?P<uy>20\d{{2}})(?=消除|实现|完成|基本|全面|全县|全区|全部|所有|每|形成|建成|力争|达标|达到))
    | (?P<months>(?:(?P<my>{_YEAR})[ ]?年[ ]?)?(?P<m1>{_N})[ ]?月?[ ]?(?:-|至|到)[ ]?(?P<m9>{_N})月(?![ ]?{_N}日)(?:份)?)
    | (?P<thisterm>本学年|上学年|本学期|上学期|下学期|本月(?!底)|上个?月|下个?月)
    | (?P<syear>(?P<sy1>(?:19|20)\d{{2}})(?:{_SEP}(?P<sy2>(?:19|20)?\d{{2}}))?[ ]?学年度?(?P<sterm>(?:第?[一二]|上|下)学期)?)
    | (?P<span>(?P<prefix0>到|至)?(?P<a>{_YEAR})[ ]?年?度?(?:[ ]?(?P<am>{_N})[ ]?月(?:份)?(?:[ ]?(?P<ad>{_N})[ ]?[日号])?)?(?:{_SEP})(?P<b>{_YEAR}|\d{{2}}(?=[ ]?年))[ ]?年度?(?:[ ]?(?P<bm>{_N})[ ]?月(?:份)?(?:[ ]?(?P<bd>{_N})[ ]?[日号])?)?(?P<bpart>底)?){_TAIL.replace("tail", "tail2")}
    | (?P<point>(?:(?P<prefix>到|至(?!少|今)|截至|截止到?|不?迟于)[ ]?)?(?:(?P<y>{_YEAR})[ ]?年度?(?!级|代)|(?P<rel>{_REL})(?!级))(?!代)
        (?:[ ]?的?(?P<m>{_N})[ ]?月(?:份)?(?:[ ]?(?:(?P<d>{_N})[ ]?[日号]|(?P<mpart>底|初|末|上旬|中旬|下旬)))?(?:{_SEP}(?:(?P<m2>{_N})[ ]?月(?:份)?)?(?:[ ]?(?P<d2>{_N})[ ]?[日号])?)?
          |[ ]?(?P<part>{_PARTS}))?){_TAIL.replace("tail", "tail3")}
    | (?P<plan>(?P<planto>到|至)?[“"]?(?P<plann>十[一二三四五六]?)五[”"]?(?P<planpart>时期|期间|规划期(?:间|内)?|末|以来|初))
    | (?P<decade>(?:(?P<century>19|20|十九|二十)世纪|(?P<lastcentury>上(?:个)?世纪)|本世纪)(?P<decn>[二三四五六七八九]?十|\d0)年代)
    | (?P<shortyear>(?<![\d.近满历达过了])(?P<sy>[012]\d)年(?P<sm>1[0-2]|0?[1-9])月(?:(?P<sd>[123]?\d)[日号])?)
    | (?P<coming>(?:今后|未来|接下来的?)(?P<cn>[一两二三四五六七八九十]|\d{{1,2}})(?P<cu>年|个月)(?![内之以]))
    | (?P<week>(?P<which>本|这|上|下)(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])?(?!期|围|边|刊|报|长|转|岁|年))
    | (?P<day>(?<![的向])(?P<dayname>大前天|前天|昨天|昨日|今天|明天|后天|大后天)(?!的|学|小|中|会|更|好))
    | (?P<ofyear>(?<![年\d个每届])(?<!每年)(?P<halfyear>(?:前三季度|前两季度|第?[一二三四]季度(?!度)|上半年|下半年|年初(?!中|一)|(?<![少青成壮老多历])年中(?=[前,。、;]|以前)))(?P<parttail>以前|之前|前|起|以来|内|底前|末)?)
    | (?P<term>(?<![年每\d个])(?<!每年)(?P<termname>春季学期|秋季学期))
    | (?P<within>(?:今后|未来)?(?P<wn>{_N}|两|半)[ ]?(?P<wu>年|个月|天|日|周)(?:之|以)?内)
    | (?P<recent>(?:最近|过去|近)(?P<rn>[一两三四五六七八九十]|\d{{1,2}})(?P<ru>年|个月)来?|(?P<rn2>[一两三四五六七八九十]|\d{{1,2}})年来|近几?年来?|多年来|历年来?|近期)
    | (?P<yearend>(?<!每年)(?<!每)(?:(?:截至|截止到?|(?P<yto>到|至))?(?<!\d)(?P<ym>{_N})月底前?|本月底前?|(?<![年\d])年底前?|年内|学期末|(?<![\d一二三四五六七八九十])月[底末]前?))
    | (?P<month>(?<![年\d个每])(?<!每年)(?P<mm>{_N})月(?!工资|天|亮|球)(?:份|(?P<mparts>底|初|末|上旬|中旬|下旬))?(?:(?P<md>{_N})[日号](?:{_SEP}(?:(?P<mm2>{_N})月)?(?P<md2>{_N})[日号])?)?(?P<mtail>以前|之前|前|起|以来)?)
    )
    """,
    re.X,
)


_TAIL_OF = {"isotail": "iso", "tail2": "span", "tail3": "point"}
"""The group that each tail closes: with any other match the last group is the mention's own."""
_HINT = re.compile(
    r"[年月周星礼今明昨后前季学天日期时规12１２近十](?:(?<=[年月周])|(?<=星)期|(?<=礼)拜|(?<=[今明后前])天|(?<=昨)[天日]|(?<=季)度|(?<=学)期|(?<=[天日])之?内|(?<=期)间|(?<=时)期|(?<=规)划期"
    r"|(?<=[12１２])[9０0９][0-9０-９]{2}|(?<=近)期|(?<=十)[一二三四五六]?五)"
)
"""What every mention holds: text without any of it is not searched further."""


def find_dates(text: str, reference: date | None = None) -> list[DateMention]:
    """Return the dates that *text* mentions, in order; *reference* is the day on which the document speaks.

    >>> [(m.text, str(m.last)) for m in find_dates("力争在2025年底前完工")]
    [('2025年底前', '2025-12-31')]
    """
    return [mention for mention in find_mentions(text, reference) if mention.first or mention.last or mention.kind != "vague"]


def find_mentions(text: str, reference: date | None = None) -> list[DateMention]:
    """Return the dates of `find_dates` and the words that stand for no certain days (近年来), which hold a year off."""
    if _HINT.search(text) is None:
        return []
    return mentions_in(text, fold(text), 0, len(text), reference)


def mentions_in(text: str, folded: str, start: int, end: int, reference: date | None = None) -> list[DateMention]:
    """Return the mentions of a stretch of a text whose fold is at hand; positions count from the text's beginning."""
    found = []
    at = start
    for begin in _BEGINS.finditer(folded, start, end):
        if begin.start() < at or (match := _PATTERN.match(folded, begin.start(), end)) is None:
            continue
        at = match.end()
        mention = _read(match, text, folded, reference)
        if mention is not None:
            found.append(mention)
    return found


Days = tuple[str, date | None, date | None]
"""Kind, first day and last day of a mention."""


def _read(match: re.Match[str], text: str, folded: str, reference: date | None) -> DateMention | None:
    start, end = match.span()
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    group = match.lastgroup or ""
    name = _TAIL_OF.get(group, group)
    if name == "point":
        point = _point(match, reference)
        if point is None:
            return None
        kind, first, last, skip, year = point
        start += skip
        while text[start].isspace():
            start += 1
        year = year if year is not None else _common_year(kind, first, last)
    else:
        days = _READERS[name](match, reference)
        if days is None:
            return None
        kind, first, last = days
        if name == "span" and match["prefix0"]:
            start += len(match["prefix0"])
        year = _common_year(kind, first, last)
    return DateMention(text[start:end], start, end, first, last, kind, None if kind in ("since", "vague", "relative") else year)


def _iso(match: re.Match[str], reference: date | None) -> Days | None:
    numbers = [int(n) for n in re.findall(r"\d+", match["iso"])]
    day, until = _day(*numbers[:3]), _day(*numbers[-3:])
    if day is None or until is None:
        return None
    return _ended(day, until, match["isotail"], "point" if day == until else "span")


def _iso_months(match: re.Match[str], reference: date | None) -> Days | None:
    numbers = [int(n) for n in re.findall(r"\d+", match["isospan"] or match["isomonth"])]
    if not all(1 <= month <= 12 for month in numbers[1::2]):
        return None
    return "point", _month(numbers[0], numbers[1])[0], _month(numbers[-2], numbers[-1])[1]


def _listed_year(match: re.Match[str], reference: date | None) -> Days:
    return "point", date(int(match["list"]), 1, 1), date(int(match["list"]), 12, 31)


def _until_year(match: re.Match[str], reference: date | None) -> Days:
    return "deadline", None, date(int(match["uy"]), 12, 31)


def _months(match: re.Match[str], reference: date | None) -> Days | None:
    year = _year(match["my"]) if match["my"] else reference.year if reference else None
    low, high = _number(match["m1"]) or 0, _number(match["m9"]) or 0
    if not 1 <= low <= high <= 12:
        return None
    return ("span", None, None) if year is None else ("span", _month(year, low)[0], _month(year, high)[1])


def _stated_school_year(match: re.Match[str], reference: date | None) -> Days:
    return "school", *_school_year(int(match["sy1"]), match["sterm"])


def _plan(match: re.Match[str], reference: date | None) -> Days:
    """Read 十四五期间: the five-year plans began in 1953; the tenth in 2001."""
    begin = 2001 + 5 * ((parse_chinese(match["plann"]) or 10) - 10)
    first, last = date(begin, 1, 1), date(begin + 4, 12, 31)
    if match["planto"]:
        return "deadline", None, last
    if match["planpart"] == "以来":
        return "since", first, None
    return "span", date(begin + 4, 1, 1) if match["planpart"] == "末" else first, last


def _recent(match: re.Match[str], reference: date | None) -> Days:
    written = match["rn"] or match["rn2"]
    count = _number("二" if written == "两" else written)
    if reference is None or not count:
        return "vague", None, None
    return "vague", _shifted(reference, -count * (1 if match["ru"] == "个月" else 12)), reference


def _common_year(kind: str, first: date | None, last: date | None) -> int | None:
    if kind == "school" and first is not None:
        return first.year
    if first is None or last is None:
        return last.year if last else None
    return first.year if first.year == last.year else None


def _number(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isdigit() else parse_chinese(text)


def _year(text: str, base: int | None = None) -> int:
    if text.isdigit():
        value = int(text)
        return value if value > 99 else (base or 2000) // 100 * 100 + value
    return parse_chinese(re.sub("[OoО]", "〇", text)) or 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _school_year(year: int, term: str | None) -> tuple[date, date]:
    if term and ("一" in term or "上" in term):
        return date(year, 9, 1), date(year + 1, 1, 31)
    if term:
        return date(year + 1, 2, 1), date(year + 1, 7, 31)
    return date(year, 9, 1), date(year + 1, 8, 31)


def _ended(first: date | None, last: date | None, tail: str | None, kind: str) -> Days:
    tail = (tail or "").strip()
    if tail in ("前", "之前", "以前", "止", "为止"):
        return "deadline", None, last
    if tail in ("以来", "来", "起", "后", "之后", "以后"):
        return "since", first, None
    return kind, first, last


def _span(match: re.Match[str], reference: date | None) -> Days | None:
    begin = _year(match["a"])
    finish = _year(match["b"], begin)
    if finish < begin or finish - begin > 60:
        return None
    am, bm = _number(match["am"]), _number(match["bm"])
    ad, bd = _number(match["ad"]), _number(match["bd"])
    if (am and not 1 <= am <= 12) or (bm and not 1 <= bm <= 12):
        return None
    first = _day(begin, am or 1, ad or 1)
    last = _day(finish, bm, bd) if bm and bd else _month(finish, bm)[1] if bm else date(finish, 12, 31)
    return _ended(first, last, match["tail2"], "span")


_PART_MONTHS = {
    "上半年": (1, 6), "下半年": (7, 12), "年底": (12, 12), "底": (12, 12), "年末": (12, 12), "末": (12, 12), "年初": (1, 1), "初": (1, 1), "年中": (6, 6),
    "春季": (2, 2), "秋季": (9, 9), "春": (2, 2), "秋": (9, 9), "暑期": (7, 8), "暑假": (7, 8), "寒假": (1, 2),
}


def _point(match: re.Match[str], reference: date | None) -> tuple[str, date | None, date | None, int, int | None] | None:
    prefix = (match["prefix"] or "").strip()
    tail = (match["tail3"] or "").strip()
    if match["y"]:
        year: int | None = _year(match["y"])
        if not 1900 <= (year or 0) <= 2099:
            return None
    else:
        year = reference.year + _RELATIVE[match["rel"]] if reference else None
    month, day = _number(match["m"]), _number(match["d"])
    if month is not None and not 1 <= month <= 12:
        return None
    first: date | None = None
    last: date | None = None
    kind = "point"
    part = match["part"] or ""
    if year is not None:
        if month:
            first, last = _month(year, month)
            if day:
                exact = _day(year, month, day)
                if exact is None:
                    return None
                first = last = exact
            elif match["mpart"]:
                first, last = _month_part(year, month, match["mpart"])
            if match["m2"] or match["d2"]:
                second = _number(match["m2"]) or month
                if 1 <= second <= 12 and second >= month:
                    upper = _number(match["d2"])
                    last = (_day(year, second, upper) if upper else None) or _month(year, second)[1]
                    kind = "span"
        elif part:
            first, last = _year_part(year, part.removesuffix("前") if part != "前" else part)
            kind = "school" if "学期" in part else kind
        else:
            first, last = date(year, 1, 1), date(year, 12, 31)
    if part.endswith("底前") or part == "底" and not tail and prefix in ("到", "至"):
        tail = "前"
    kind, first, last = _ended(first, last, tail, kind)
    skip = len(match["prefix"] or "")
    if prefix in ("到", "至") and kind in ("point", "span", "deadline", "school") or prefix and kind in ("point", "school"):
        kind, first, skip = "deadline", None, 0
    return kind, first, last, skip, None if kind == "since" else year


def _month_part(year: int, month: int, part: str) -> tuple[date, date]:
    first, last = _month(year, month)
    if part in ("初", "上旬"):
        return first, date(year, month, 10)
    if part == "中旬":
        return date(year, month, 11), date(year, month, 20)
    return date(year, month, 21), last


def _year_part(year: int, part: str) -> tuple[date, date]:
    part = part.removesuffix("开学")
    if part in _PART_MONTHS:
        low, high = _PART_MONTHS[part]
        return _month(year, low)[0], _month(year, high)[1]
    if part.startswith("前"):
        return date(year, 1, 1), _month(year, 9 if "三" in part else 6)[1]
    if "季度" in part:
        quarter = _number(part.replace("第", "").replace("季度", "")) or 1
        return _month(year, 3 * quarter - 2)[0], _month(year, 3 * quarter)[1]
    if part.startswith("秋"):
        return date(year, 9, 1), date(year + 1, 1, 31)
    return date(year, 2, 1), date(year, 7, 31)


def _shifted(day: date, months: int) -> date:
    """Return the day so many months later (or earlier), the last of its month where it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _this_term(match: re.Match[str], reference: date | None) -> Days:
    text = match["thisterm"]
    if reference is None:
        return "point", None, None
    if "月" in text:
        day = _shifted(reference.replace(day=1), -1 if text.startswith("上") else 1 if text.startswith("下") else 0)
        return "point", *_month(day.year, day.month)
    year = reference.year if reference.month >= 9 else reference.year - 1
    if text in ("本学年", "上学年"):
        return "school", *_school_year(year - (text == "上学年"), None)
    first_term = reference.month >= 9 or reference.month == 1
    if text == "本学期":
        return "school", *_school_year(year, "上" if first_term else "下")
    if text == "上学期":
        return "school", *(_school_year(year - 1, "下") if first_term else _school_year(year, "上"))
    return "school", *(_school_year(year, "下") if first_term else _school_year(year + 1, "上"))


def _within(match: re.Match[str], reference: date | None) -> Days:
    if reference is None:
        return "deadline", None, None
    unit = match["wu"]
    if match["wn"] == "半":
        return "deadline", reference, _shifted(reference, 6)
    number = _number("二" if match["wn"] == "两" else match["wn"]) or 0
    if unit in ("天", "日", "周"):
        return "deadline", reference, reference + timedelta(days=number * (7 if unit == "周" else 1))
    return "deadline", reference, _shifted(reference, number * (12 if unit == "年" else 1))


def _year_end(match: re.Match[str], reference: date | None) -> Days:
    text = match["yearend"]
    kind = "deadline" if text.endswith("前") or text == "年内" or text[0] in "截到至" else "point"
    if reference is None or "学期" in text:
        return kind, None, None
    month = _number(match["ym"]) or (reference.month if "月" in text else 12)
    if not 1 <= month <= 12:
        return kind, None, None
    first, last = _month(reference.year, month)
    if text == "年内":
        return kind, date(reference.year, 1, 1), last
    return kind, None if kind == "deadline" else date(last.year, last.month, 21) if "月" in text else first, last


def _bare_month(match: re.Match[str], reference: date | None) -> Days | None:
    month, day = _number(match["mm"]), _number(match["md"])
    if month is None or not 1 <= month <= 12:
        return None
    if reference is None:
        return _ended(None, None, match["mtail"], "point")
    first, last = _month(reference.year, month)
    kind = "point"
    if day:
        exact = _day(reference.year, month, day)
        until = _day(reference.year, _number(match["mm2"]) or month, _number(match["md2"]) or day) if match["md2"] else exact
        if exact is None or until is None or until < exact:
            return None
        first, last = exact, until
        kind = "span" if match["md2"] else kind
    elif match["mparts"]:
        first, last = _month_part(reference.year, month, match["mparts"])
    return _ended(first, last, match["mtail"], kind)


def _decade(match: re.Match[str], reference: date | None) -> Days:
    """Read 20世纪90年代, 上世纪八十年代."""
    century = 1900 if match["lastcentury"] else {"19": 1800, "十九": 1800, "20": 1900, "二十": 1900}.get(match["century"] or "", 2000)
    begin = century + (_number(match["decn"]) or 0)
    return "span", date(begin, 1, 1), date(begin + 9, 12, 31)


def _short_year(match: re.Match[str], reference: date | None) -> Days | None:
    """Read a year of two digits in front of its month (21年3月)."""
    year, month = 2000 + int(match["sy"]), int(match["sm"])
    if match["sd"]:
        day = _day(year, month, int(match["sd"]))
        return None if day is None else ("point", day, day)
    return "point", *_month(year, month)


def _coming(match: re.Match[str], reference: date | None) -> Days:
    """Read 未来五年: from the reference date on."""
    count = _number("二" if match["cn"] == "两" else match["cn"]) or 0
    if reference is None:
        return "vague", None, None
    return "vague", reference, _shifted(reference, count * (12 if match["cu"] == "年" else 1))


def _week(match: re.Match[str], reference: date | None) -> Days:
    """Read 本周五, 下周: weeks begin on Monday."""
    if reference is None:
        return "relative", None, None
    monday = reference + timedelta(days=7 * {"上": -1, "下": 1}.get(match["which"], 0) - reference.weekday())
    name = match["weekday"]
    if name is None:
        return "relative", monday, monday + timedelta(days=6)
    if name == "末":
        return "relative", monday + timedelta(days=5), monday + timedelta(days=6)
    day = monday + timedelta(days="一二三四五六日".find(name.replace("天", "日")))
    return "relative", day, day


_DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "明天": 1, "后天": 2, "大后天": 3}


def _near_day(match: re.Match[str], reference: date | None) -> Days:
    if reference is None:
        return "relative", None, None
    day = reference + timedelta(days=_DAYS[match["dayname"]])
    return "relative", day, day


def _part_of_year(match: re.Match[str], reference: date | None) -> Days:
    """Read a half or a quarter of the year in which the document speaks."""
    if reference is None:
        return _ended(None, None, match["parttail"], "relative")
    first, last = _year_part(reference.year, match["halfyear"])
    tail = match["parttail"] or ""
    return _ended(first, last, "前" if tail == "底前" else tail, "relative")


def _term(match: re.Match[str], reference: date | None) -> Days:
    return ("relative", None, None) if reference is None else ("relative", *_year_part(reference.year, match["termname"]))


_READERS: dict[str, Callable[[re.Match[str], date | None], Days | None]] = {
    "iso": _iso,
    "isospan": _iso_months,
    "isomonth": _iso_months,
    "list": _listed_year,
    "until": _until_year,
    "months": _months,
    "thisterm": _this_term,
    "syear": _stated_school_year,
    "span": _span,
    "point": lambda match, reference: None,  # read apart: it also tells where it begins and which year it names
    "plan": _plan,
    "within": _within,
    "recent": _recent,
    "yearend": _year_end,
    "month": _bare_month,
    "decade": _decade,
    "shortyear": _short_year,
    "coming": _coming,
    "week": _week,
    "day": _near_day,
    "ofyear": _part_of_year,
    "term": _term,
}
"""The groups of the pattern and what reads each."""
