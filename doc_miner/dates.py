"""Find dates: points, spans, deadlines, school years and terms.

Every mention has a first and a last day; an open end is ``None`` (2025年底前 has no first
day, 2013年以来 no last one). Relative words (今年, 明年, 3年内) are counted from a
reference date that the caller gives, never from the clock; without one they are
mentions whose days are both ``None``.
"""

from __future__ import annotations

import re
from calendar import monthrange
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
    """``point``, ``span``, ``school`` (a school year or term), ``deadline``, ``since`` or ``vague`` (近年来)."""
    year: int | None = None
    """The calendar year the mention names (of a school year its first); ``None`` if it covers several or none."""


_N = r"(?:[〇零○一二三四五六七八九十]{1,3}|\d{1,2})"
_YEAR = r"(?:(?:19|20)\d{2}|[一二][〇零○九][〇零○一二三四五六七八九]{2})"
_RELATIVE = {"今年": 0, "本年度": 0, "本年": 0, "当年": 0, "明年": 1, "来年": 1, "次年": 1, "后年": 2, "去年": -1, "上年度": -1, "上年": -1, "前年": -2}
_REL = "|".join(sorted(_RELATIVE, key=len, reverse=True))
_SEP = r"\s?(?:-{1,2}|至|到|~)\s?"
_PARTS = r"(?:上半年|下半年|第[一二三四1-4]季度|[一二三四]季度|年底前?|底|年末|末|年初|初|年中|春季学期|秋季学期|春学期|秋学期|春季|秋季|暑期|暑假|寒假)"
_TAIL = r"(?P<tail>\s?(?:以前|之前|前(?![年期后三五十])|以来|起(?!草|始|步)|之后|以后|后(?!勤|备|期|续)|内(?!部|容)|以内|止|为止))?"

_PATTERN = re.compile(
    rf"""
    (?P<iso>(?<![\d.])(?:19|20)\d{{2}}\s?[-./]\s?\d{{1,2}}\s?[-./]\s?\d{{1,2}}(?!\d))
    | (?P<isomonth>(?<![\d.〔\[(])(?:19|20)\d{{2}}-(?:0[1-9]|1[0-2])(?![\d.%年-]))
    | (?P<syear>(?P<sy1>(?:19|20)\d{{2}})(?:{_SEP}(?P<sy2>(?:19|20)?\d{{2}}))?\s?学年度?(?P<sterm>(?:第?[一二]|上|下)学期)?)
    | (?P<span>(?P<prefix0>到|至)?(?P<a>{_YEAR})\s?年?(?:\s?(?P<am>{_N})\s?月(?:份)?(?:\s?(?P<ad>{_N})\s?[日号])?)?(?:{_SEP})(?P<b>{_YEAR}|\d{{2}}(?=\s?年))\s?年度?(?:\s?(?P<bm>{_N})\s?月(?:份)?(?:\s?(?P<bd>{_N})\s?[日号])?)?(?P<bpart>底)?){_TAIL.replace("tail", "tail2")}
    | (?P<point>(?P<prefix>到|至|截至|截止到?|不?迟于)?\s?(?:(?P<y>{_YEAR})\s?年度?(?!级|代)|(?P<rel>{_REL})(?!级))(?!代)
        (?:\s?的?(?P<m>{_N})\s?月(?:份)?(?:\s?(?:(?P<d>{_N})\s?[日号]|(?P<mpart>底|初|末|上旬|中旬|下旬)))?(?:{_SEP}(?P<m2>{_N})\s?月(?:份)?(?:\s?(?P<d2>{_N})\s?[日号])?)?
          |\s?(?P<part>{_PARTS}))?){_TAIL.replace("tail", "tail3")}
    | (?P<plan>[“"]?(?P<plann>十[一二三四五六]?)五[”"]?(?:时期|期间|规划期(?:间)?|末)?(?=时期|期间|规划|末|以来|[”"]|初|$|[,。、]))(?P<planpart>末|以来)?
    | (?P<within>(?P<wn>{_N}|两|半)\s?(?P<wu>年|个月|天|日|周)(?:之|以)?内)
    | (?P<recent>近(?P<rn>[两三四五六七八九十几]|\d{{1,2}})?年来?|(?:[两三四五六七八九十]|\d{{1,2}})年来|多年来|历年来?|近期|近几年来?)
    | (?P<yearend>(?:(?P<ym>{_N})月底前?|本月底前?|(?<![年\d])年底前?|年内|本学期(?:末|内)?|下学期|学期末|月底前))
    | (?P<month>(?<![年\d个])(?P<mm>{_N})月(?!工资)(?:份|底|初|末|上旬|中旬|下旬)?(?:(?P<md>{_N})[日号])?(?P<mtail>以前|之前|前|起|以来)?)
    """,
    re.X,
)


def find_dates(text: str, reference: date | None = None) -> list[DateMention]:
    """Return the dates that *text* mentions, in order; *reference* is the day on which the document speaks.

    >>> [(m.text, str(m.last)) for m in find_dates("力争在2025年底前完工")]
    [('2025年底前', '2025-12-31')]
    """
    folded = fold(text)
    found = []
    for match in _PATTERN.finditer(folded):
        mention = _read(match, text, folded, reference)
        if mention is not None:
            found.append(mention)
    return found


def _read(match: re.Match[str], text: str, folded: str, reference: date | None) -> DateMention | None:
    start, end = match.span()
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    kind, first, last = "point", None, None
    named_year: int | None = None
    if match["iso"]:
        day = _day(*(int(n) for n in re.findall(r"\d+", match["iso"])))
        if day is None:
            return None
        first = last = day
    elif match["isomonth"]:
        year, month = (int(n) for n in match["isomonth"].split("-"))
        first, last = _month(year, month)
    elif match["syear"]:
        kind, (first, last) = "school", _school_year(int(match["sy1"]), match["sterm"])
    elif match["span"]:
        result = _span(match)
        if result is None:
            return None
        kind, first, last = result
        if match["prefix0"]:
            start += len(match["prefix0"])
    elif match["point"]:
        result = _point(match, reference)
        if result is None:
            return None
        kind, first, last, skip, named_year = result
        start += skip
        while text[start].isspace():
            start += 1
    elif match["plan"]:
        number = parse_chinese(match["plann"]) or 0
        begin = 1901 + 5 * (number + 9) + 0
        begin = {10: 2001, 11: 2006, 12: 2011, 13: 2016, 14: 2021, 15: 2026, 16: 2031}.get(number, begin)
        first, last = date(begin, 1, 1), date(begin + 4, 12, 31)
        kind = "span"
        if match["planpart"] == "末":
            first = date(begin + 4, 1, 1)
        elif match["planpart"] == "以来":
            last, kind = None, "since"
    elif match["within"]:
        kind, first, last = _within(match, reference)
    elif match["recent"]:
        kind = "vague"
        years = match["rn"] and (parse_chinese(match["rn"]) if not match["rn"].isdigit() else int(match["rn"]))
        if reference is not None and years:
            first, last = date(reference.year - years + 1, 1, 1), reference
    elif match["yearend"]:
        kind, first, last = _year_end(match, reference)
    elif match["month"]:
        result = _bare_month(match, reference)
        if result is None:
            return None
        kind, first, last = result
    if named_year is None and kind not in ("since", "vague"):
        named_year = _common_year(kind, first, last)
    return DateMention(text[start:end], start, end, first, last, kind, named_year)


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
    return parse_chinese(text) or 0


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


def _ended(first: date | None, last: date | None, tail: str | None, kind: str) -> tuple[str, date | None, date | None]:
    tail = (tail or "").strip()
    if tail in ("前", "之前", "以前", "止", "为止"):
        return "deadline", None, last
    if tail in ("以来", "起", "后", "之后", "以后"):
        return "since", first, None
    return kind, first, last


def _span(match: re.Match[str]) -> tuple[str, date | None, date | None] | None:
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
    "春季": (2, 2), "秋季": (9, 9), "暑期": (7, 8), "暑假": (7, 8), "寒假": (1, 2),
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
            if match["m2"]:
                second = _number(match["m2"]) or 0
                if 1 <= second <= 12 and second >= month:
                    upper = _number(match["d2"])
                    last = (_day(year, second, upper) if upper else None) or _month(year, second)[1]
                    kind = "span"
        elif part:
            first, last = _year_part(year, part.removesuffix("前") if part != "前" else part)
            kind = "school" if "学期" in part else kind
        else:
            first, last = date(year, 1, 1), date(year, 12, 31)
    if part.endswith("底前"):
        tail = "前"
    elif part == "底" and not tail and prefix in ("到", "至"):
        tail = "前"
    kind, first, last = _ended(first, last, tail, kind)
    skip = len(match["prefix"] or "")
    if prefix in ("到", "至") and kind in ("point", "span", "deadline"):
        kind, first, skip = "deadline", None, 0
    elif prefix and kind == "point":
        first, kind = None, "deadline"
    return kind, first, last, skip, None if kind == "since" else year


def _month_part(year: int, month: int, part: str) -> tuple[date, date]:
    first, last = _month(year, month)
    if part in ("初", "上旬"):
        return first, date(year, month, 10)
    if part == "中旬":
        return date(year, month, 11), date(year, month, 20)
    return date(year, month, 21), last


def _year_part(year: int, part: str) -> tuple[date, date]:
    if part in _PART_MONTHS:
        low, high = _PART_MONTHS[part]
        return _month(year, low)[0], _month(year, high)[1]
    if "季度" in part:
        quarter = _number(part.replace("第", "").replace("季度", "")) or 1
        return _month(year, 3 * quarter - 2)[0], _month(year, 3 * quarter)[1]
    if part.startswith("秋"):
        return date(year, 9, 1), date(year + 1, 1, 31)
    return date(year, 2, 1), date(year, 7, 31)


def _within(match: re.Match[str], reference: date | None) -> tuple[str, date | None, date | None]:
    if reference is None:
        return "deadline", None, None
    number = 0.5 if match["wn"] == "半" else float(2 if match["wn"] == "两" else _number(match["wn"]) or 0)
    unit = match["wu"]
    if unit in ("天", "日", "周"):
        return "deadline", None, reference + timedelta(days=int(number * (7 if unit == "周" else 1)))
    months = int(number * (12 if unit == "年" else 1)) + reference.month - 1
    year, month = reference.year + months // 12, months % 12 + 1
    return "deadline", None, date(year, month, min(reference.day, monthrange(year, month)[1]))


def _year_end(match: re.Match[str], reference: date | None) -> tuple[str, date | None, date | None]:
    text = match["yearend"]
    kind = "deadline" if text.endswith("前") or text == "年内" else "point"
    if reference is None or "学期" in text:
        return kind, None, None
    month = _number(match["ym"]) or (reference.month if "月" in text else 12)
    if not 1 <= month <= 12:
        return kind, None, None
    first, last = _month(reference.year, month)
    if text == "年内":
        return kind, None, last
    return kind, None if kind == "deadline" else date(last.year, last.month, 21) if "月" in text else first, last


def _bare_month(match: re.Match[str], reference: date | None) -> tuple[str, date | None, date | None] | None:
    month, day = _number(match["mm"]), _number(match["md"])
    if month is None or not 1 <= month <= 12:
        return None
    if reference is None:
        return _ended(None, None, match["mtail"], "point")
    first, last = _month(reference.year, month)
    if day:
        exact = _day(reference.year, month, day)
        if exact is None:
            return None
        first = last = exact
    return _ended(first, last, match["mtail"], "point")
