"""The enumerators of lists, 一、（一）1.（1）① 一是 问题1 第一条, as they are written: at the start of a line and in running text.

What is found here may be one; whether it is, the list around it decides (`doc_miner.outline`). All texts are folded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from doc_miner.numerals import parse_chinese

_DIGITS = "一二三四五六七八九十"
_CN = f"[{_DIGITS}]{{1,3}}"
_NUMERALS = rf"(?:{_CN}|\d{{1,2}})"
_FIRST_NUMERAL = re.compile(_NUMERALS)
_SERIES = re.compile(rf"{_NUMERALS}(?:[、,]{_NUMERALS})*(?:年级|月|号|季度|期|班|类|级|楼|线|档|批|层|等奖|等品|组|小学|中学|次)|{_NUMERALS}[、,]{_NUMERALS}(?![、,.])")
"""What follows the first numeral of a series (一、二年级; 3、4月份; 5、6号楼) where an item's text would begin."""
_WHOLE = r"(?:(?:19|20)\d{2}年|\d{1,4}(?:所|名|位|间|家|座|栋|幢|片|项|条|门|件|处|支|辆|人(?!次)|个(?!百分点|小时|月|多?亿|多?万)|年|月|日))"
"""A whole number with its unit: after a point that may be an enumerator's, it is no decimal (1.3所小学改建)."""
_DOT = rf"(?:[.](?!\d)|[.](?={_WHOLE})|、)"

_MATTER = "(?:(?:反馈|整改|督导|督查)?(?:存在)?的?(?:问题|事项)|(?:反馈|督导)意见)"
"""The words of a label that numbers problems (问题1, 整改事项一, 反馈意见2)."""
_BULLETS = "●■◆◇▲△★☆▪▫➢►▶✓•‧∙◎"
UNCOUNTED = frozenset({"bullet", "boxed", "aimed"})
"""Kinds whose enumerators bear no number: the place in the list is their number."""
OF_ITS_TEXT = frozenset({"boxed", "aimed"})
"""Kinds whose enumerator is the beginning of the item's own text."""
_NO_ITEM = re.compile(rf"$|[\s{_BULLETS}○□√※·-]|\d+\s?-")
_WORDS_OF_ORDER = {"首先": 1, "其次": 2, "再次": None, "最后": None}
"""Words that count a paragraph, with their number; the later ones are the next, whatever came before."""


class LineForm(NamedTuple):
    """One way to write an enumerator at the start of a line: its kind, the characters it may begin with, its pattern (the last group that matched is the number).

    One that is *damaged* lost a part, or is a word that counts: it is taken only where the list goes on.
    """

    kind: str
    opens: re.Pattern[str]
    pattern: re.Pattern[str]
    damaged: bool = False


def _form(kind: str, opens: str, pattern: str, damaged: bool = False) -> LineForm:
    return LineForm(kind, re.compile(f"[{opens}]"), re.compile(pattern), damaged)


LINE_FORMS = (
    _form("chapter", "第", rf"第\s?({_CN}|\d{{1,2}})\s?[章节部编条](?:分)?[ 、:.]?"),
    _form("label-numbered", "反存的问整督事", rf"{_MATTER}\s?({_CN}|\d{{1,2}})\s?[:.、]\s?"),
    _form("label-numbered", r"【〔\[(", rf"[【〔\[(]{_MATTER}\s?({_CN}|\d{{1,2}})[】〕\])]\s?[:.、]?\s?"),
    _form("chinese", _DIGITS, rf"({_CN})\s?(?:、|[.,](?!\d))\s?"),
    _form("chinese-bracketed", "(㈠-㈩", rf"(?:[(]\s?({_CN})\s?[)]|([㈠-㈩]))\s?[、.]?\s?"),
    _form("arabic", r"\d⒈-⒛", rf"(?:(\d{{1,2}})\s?{_DOT}|([⒈-⒛]))\s?"),
    _form("arabic-bracketed", "(⑴-⒇", r"(?:[(]\s?(\d{1,2})\s?[)]|([⑴-⒇]))\s?[、.]?\s?"),
    _form("half-bracketed", r"\d", r"(\d{1,2})[)]\s?"),
    _form("circled", "①-⑳", r"([①-⑳])\s?[、.]?\s?"),
    _form("bullet", _BULLETS, rf"[{_BULLETS}]\s?"),
    _form("is", _DIGITS, rf"({_CN})\s?(?:是|要|则)[ ,:]?\s?"),
    _form("tagged", "一-鿿", rf"[一-鿿]{{2,3}}({_CN})\s?[:]\s?"),
    _form("chinese-bracketed", "(", rf"[(]\s?({_CN})(?![一二三四五六七八九十年月期])\s?", damaged=True),
    _form("chinese-bracketed", _DIGITS, rf"({_CN})\s?[)]\s?[、.]?\s?", damaged=True),
    _form("arabic", r"\d", r"(\d{1,2})。\s?", damaged=True),
    _form("label-numbered", "问", rf"问题\s?({_CN}|\d{{1,2}})(?![\d一二三四五六七八九十个项条类年月日%.])\s?", damaged=True),
    _form("is", "第其", rf"[第其]({_CN})[,、]\s?(?!{_CN})", damaged=True),
    _form("is", "首其再最", r"(首先|其次|再次|最后)[,:]\s?", damaged=True),
    _form("roman", "Ⅰ-Ⅻ", r"([Ⅰ-Ⅻ])\s?[、.]?\s?", damaged=True),
    _form("letter", "A-H", r"([A-H])\s?[、.](?![A-Za-z]*\.)\s?", damaged=True),
    _form("arabic-bracketed", r"【〔\[", r"[【〔\[](\d{1,2})[】〕\]]\s?[、.]?\s?", damaged=True),
    _form("chinese-bracketed", r"【〔\[", rf"[【〔\[]({_CN})[】〕\]]\s?[、.]?\s?", damaged=True),
    _form("bullet", r"\-○□√※·", r"(?:-{1,3}|[○□√※·])\s?", damaged=True),
    _form("aimed", "针", r"针对[^,。;:\n]{5,84}[,:]", damaged=True),
    _form("boxed", "【", r"【[一-鿿、“”·]{3,24}】", damaged=True),
)
"""Ways to write an enumerator at the start of a line, in the order in which they are tried."""
_SOUND = {form.kind: form for form in reversed(LINE_FORMS) if not form.damaged}
_INLINE = re.compile(
    rf"(?<![一-鿿])(?:(?P<is>(?P<isn>{_CN})(?:是|要)[ ,:]?\s?)"
    rf"|(?P<nth>[第其](?P<nn>{_CN})[,、](?!{_CN})\s?))"
    rf"|(?P<circled>(?P<cn>[①-⑳])\s?[、.]?\s?)"
    rf"|(?<=[。;:,. ])(?:(?P<arabic>\s?(?P<an>\d{{1,2}})\s?{_DOT}\s?)"
    rf"|(?P<arabicb>\s?[(](?P<bn>\d{{1,2}})[)]\s?[、.]?\s?)"
    rf"|(?P<chineseb>(?<![,.])\s?[(](?P<zn>{_CN})[)]\s?[、.]?\s?)"
    rf"|(?P<tagged>(?<![.])\s?(?P<word>[一-鿿]{{2,3}})(?P<tn>[一二三四五六七八九十])\s?[:]\s?)"
    rf"|(?P<labeln>(?<![:,.])\s?问题\s?(?P<ln>{_CN}|\d{{1,2}})\s?[:]\s?))"
)
_INLINE_KINDS = {
    "is": ("is", "isn"), "nth": ("is", "nn"), "circled": ("circled", "cn"), "arabic": ("arabic", "an"), "arabicb": ("arabic-bracketed", "bn"),
    "chineseb": ("chinese-bracketed", "zn"), "tagged": ("tagged", "tn"), "labeln": ("label-numbered", "ln"),
}  # fmt: skip
"""The groups of `_INLINE`, each with its kind and the group of its number."""
_ONE_CHARACTER = {chr(first + i): i + 1 for first, count in ((0x2460, 20), (0x2474, 20), (0x2488, 20), (0x3220, 10), (0x2160, 12), (0x41, 8)) for i in range(count)}


class InlineMark(NamedTuple):
    """What may be an enumerator in running text: its span, kind and number; *is_said*: it is written 一是, which needs no second item to be one."""

    start: int
    end: int
    kind: str
    number: int | None
    is_said: bool


@lru_cache(maxsize=4096)
def line_forms(opening: str) -> tuple[LineForm, ...]:
    """Return the ways to write an enumerator that begin with a character, in the order in which they are to be tried."""
    return tuple(form for form in LINE_FORMS if form.opens.match(opening))


def number_of(match: re.Match[str]) -> int | None:
    """Return the number of what the pattern of a `LineForm` matched; ``None`` where it bears none."""
    return _number(match[match.lastindex]) if match.lastindex else None


def is_second(form: LineForm, folded: str, at: int) -> bool:
    """Return whether the second item of a list whose first one is written as *form* stands at a place; it may be written soundly there."""
    match = form.pattern.match(folded, at)
    if form.kind in UNCOUNTED:
        return match is not None
    if match is None and form.kind in _SOUND:
        match = _SOUND[form.kind].pattern.match(folded, at)
    return match is not None and number_of(match) == 2


def is_rule(folded: str, after: int, end: int) -> bool:
    """Return whether what follows a bullet is no item: nothing, more of the same, or the number of a page between dashes (- 3 -)."""
    return after >= end or _NO_ITEM.match(folded, after, end) is not None


def is_next(match: re.Match[str]) -> bool:
    """Return whether an enumerator says only that it follows another one (再次, 最后)."""
    return match.lastindex is not None and _WORDS_OF_ORDER.get(match[match.lastindex], 0) is None


def is_series(folded: str, number: int, at: int, end: int) -> bool:
    """Return whether a numeral and what follows at a place are a series (一、二年级)."""
    series = _SERIES.match(folded, at, end)
    if series is None:
        return False
    numeral = _FIRST_NUMERAL.match(series[0])
    return numeral is not None and _number(numeral[0]) == number + 1


def last_inline(folded: str, start: int, end: int) -> int:
    """Return where the last of `inline_marks` begins, -1 if there is none."""
    return max((match.start() for match in _INLINE.finditer(folded, start, end)), default=-1)


def inline_marks(folded: str, start: int, end: int) -> list[InlineMark]:
    """Return what may be enumerators in a stretch of running text, in order."""
    out = []
    for match in _INLINE.finditer(folded, start, end):
        kind, numeral = _INLINE_KINDS[match.lastgroup or ""]
        out.append(InlineMark(match.start(), match.end(), kind, _number(match[numeral]), match.lastgroup == "is"))
    return out


def goes_on(marks: Sequence[InlineMark]) -> list[bool]:
    """Return for each enumerator of running text whether one of its kind with the next number stands behind it."""
    behind: set[tuple[str, int | None]] = set()
    out = []
    for mark in reversed(marks):
        out.append((mark.kind, (mark.number or 0) + 1) in behind)
        behind.add((mark.kind, mark.number))
    return out[::-1]


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if text in _ONE_CHARACTER:
        return _ONE_CHARACTER[text]
    if text in _WORDS_OF_ORDER:
        return _WORDS_OF_ORDER[text]
    return int(text) if text.isdigit() else parse_chinese(text)
