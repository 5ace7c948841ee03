"""Read the unit of a number: behind it, in front of it, or implied by the noun that is counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from doc_miner.lexicon import Lexicon
from doc_miner.numerals import magnitude

_MAG = r"(?:万亿|千万|百万|十万|亿|万|千|百)"
_BEFORE = re.compile(r"[(\[](?:单位:?)?(?P<unit>[^()\[\]\d]{1,6})[)\]][ \t]?(?:[:为]|共|达|合计|[一-鿿]{2})?[ \t]?\Z")
_NO_UNIT: dict[str, tuple[str, ...]] = {
    "分": ("之", "别", "类", "管", "散", "布", "流", "级", "校", "析", "享", "组", "担", "步"),
    "班": ("主", "子", "车", "委", "长", "级", "组"),
    "科": ("技", "学", "室", "普"),
    "元": ("旦", "素", "件", "宵"),
    "天": ("天", "然"),
    "周": ("边", "期", "围"),
    "组": ("织", "建", "长"),
    "对": ("应", "口", "象", "标", "照", "于", "外"),
    "处": ("理", "于", "置", "级", "在", "罚"),
    "家": ("长", "庭", "属", "乡", "校", "访", "具", "里"),
    "节": ("气", "约", "假"),
    "部": ("门", "分", "委", "队", "署"),
    "面": ("向", "对", "积", "临", "试", "貌"),
    "只": ("有", "能", "要", "是", "招"),
    "头": ("脑", "部"),
    "起": ("来", "步", "点", "草", "始", "到"),
    "例": ("如", "会", "行"),
    "批": ("评", "准", "复", "次"),
    "期": ("间", "末", "中", "望", "待"),
    "条": ("件", "例"),
    "门": ("口", "户", "诊"),
    "度": ("假",),
    "套": ("用",),
    "本": ("地", "级", "校", "县", "区", "市", "科", "年", "人", "土", "着"),
    "座": ("谈", "位"),
    "人": ("大代表", "社", "事局", "防", "民"),
    "间": ("隔", "接"),
    "位": ("于", "居", "置"),
    "公里": ("处",),
    "升": ("至", "到", "为", "级", "高", "学", "旗", "入", "格", "温", "降"),
    "克": ("服", "隆", "拉", "勤", "己", "制", "里"),
    "打": ("造", "击", "破", "通", "工", "印", "好", "卡", "开", "算", "扫", "架", "白", "响", "赢", "分", "磨", "牢", "非", "黑", "电", "包", "动", "拐", "一", "基"),
    "立方": ("体",),
    "米": ("线", "粒", "饭", "粉", "色"),
    "瓦": ("房", "片", "面"),
    "g": ("网", "时", "手", "信"),
}
"""What may not follow a unit: with it the character is another word (班主任, 家长, 部门)."""


class UnitMatch(NamedTuple):
    """A unit behind a number: its canonical name, the factor to the base unit, where it ends; ``more`` for 10个多百分点."""

    unit: str
    factor: int
    kind: str
    end: int
    more: bool = False


class UnitReader:
    """The units of a lexicon, ready for matching in folded text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.entries = lexicon.units
        self._nouns = lexicon.counted_nouns
        by_first: dict[str, list[str]] = {}
        for form in self.entries:
            by_first.setdefault(form[0], []).append(form)
        self._units = {first: re.compile(_alternation(forms)) for first, forms in by_first.items()}
        self._only = {first: self.entries[first] for first, forms in by_first.items() if forms == [first] and first not in "个多"}
        self._more_points = re.compile(r"个?多个?百分点")
        self._noun = re.compile(_alternation(self._nouns))

    def match(self, text: str, at: int) -> UnitMatch | None:
        """Return the unit that stands at a place, whatever follows it, or ``None``."""
        first = text[at : at + 1]
        only = self._only.get(first)
        if only is not None:
            return UnitMatch(only.unit, only.factor, only.kind, at + 1)
        if (first == "多" or (first == "个" and text[at + 1 : at + 2] == "多")) and (points := self._more_points.match(text, at)) is not None:
            return UnitMatch("个百分点", 1, "points", points.end(), True)
        if first in (" ", "\t"):
            at += 1
            first = text[at : at + 1]
        forms = self._units.get(first)
        match = forms.match(text, at) if forms is not None else None
        if match is None:
            return None
        form, end = match[0], match.end()
        entry = self.entries[form]
        if form == "个班" and entry.unit == "个班" and text.startswith(_NO_UNIT["班"], end):
            return UnitMatch("个", 1, "count", end - 1)
        return UnitMatch(entry.unit, entry.factor, entry.kind, end)

    def stands(self, text: str, match: UnitMatch, number_start: int) -> bool:
        """Return whether what :meth:`match` found is a unit here and not the head of another word or a date's 年."""
        end = match.end
        following = _NO_UNIT.get(text[end - 2 : end]) or _NO_UNIT.get(text[end - 1 : end])
        if following is not None and text.startswith(following, end):
            return False
        if match.unit == "年":
            digits = text[number_start : number_start + 4]
            return not text.startswith("级", end) and not (len(digits) == 4 and digits.isdigit() and digits[:2] in ("19", "20"))
        return True

    def follows(self, text: str, at: int) -> bool:
        """Return whether a unit or a counted noun stands at a place."""
        return self.match(text, at) is not None or self._noun.match(text, at) is not None

    def noun_after(self, text: str, at: int) -> str | None:
        """Return the unit of the counted noun that stands at a place (300多教师 → 人), or ``None``."""
        match = self._noun.match(text, at)
        return self._nouns[match[0]] if match else None

    def noun_before(self, clause: str, *, bare: bool = False) -> str | None:
        """Return the unit that a counted noun in front implies (教师数 → 人); with *bare* it needs no 数 behind it (总人口)."""
        best = None
        for match in self._noun.finditer(clause):
            following = clause[match.end() : match.end() + 1]
            if following in ("数", "人", "总", "量") or (bare and len(clause) - match.end() <= 4):
                best = self._nouns[match[0]]
        return best

    def before(self, text: str, start: int) -> tuple[str, int] | None:
        """Return unit and factor of a unit in brackets in front of a number (金额（万元）：320), or ``None``."""
        match = _BEFORE.search(text, max(0, start - 16), start)
        if match is None:
            return None
        unit, factor = self.header(match["unit"])
        return None if unit is None else (unit, factor)

    def header(self, text: str) -> tuple[str | None, int]:
        """Return unit and factor of a unit as a table header or caption writes it (万元, 平方米), or ``(None, 1)``."""
        text = text.strip()
        if text in self.entries:
            return self.entries[text].unit, self.entries[text].factor
        match = re.match(rf"({_MAG})(.+)", text, re.S)
        if match and match[2] in self.entries:
            return self.entries[match[2]].unit, magnitude(match[1]) * self.entries[match[2]].factor
        return None, 1


def _alternation(forms: Iterable[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
