"""Read the comparators that belong to a number: directly before or behind it, or from a distance."""

from __future__ import annotations

import re
from collections.abc import Sequence

from doc_miner.lexicon import Lexicon


class Qualifiers:
    """Reads the comparators that stand directly before and after a number, or hold from a distance (不低于…总数的10%)."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._before = {form: q.qualifier for form, q in lexicon.qualifiers.items() if q.position == "before"}
        self._after = {form: q.qualifier for form, q in lexicon.qualifiers.items() if q.position == "after"}
        self._ends = frozenset(form[-1] for form in self._before) | frozenset("于为了 \t")
        self._begins = frozenset(form[0] for form in self._after) | frozenset("( \t")
        before, after = _alternation(self._before), _alternation(self._after)
        self._directly = re.compile(rf"(?P<q>{before})(?P<gap>于|为|了)?[ \t]?\Z")
        self._behind = re.compile(rf"[ \t]?[(]?(?P<q>{after})")
        firm_forms = [form for form, sign in self._before.items() if sign in (">=", "<=", "<") and len(form) >= 2]
        firm = _alternation(firm_forms)
        self._apart_begins = re.compile(f"[{re.escape(''.join({form[0] for form in firm_forms}))}≥≤至最大约]")
        self._apart = re.compile(rf"(?P<q>{firm}|[≥≤])[^\d,。;:、\n]{{2,30}}[的为]\Z|(?P<least>至少|最少|最多|至多)(?!的|是|达|为|时)[^\d,。;:、\n]{{1,14}}\Z|(?P<about>约占|大约占|约为)[^\d,。;:、\n]{{0,20}}\Z")

    def read(self, text: str, start: int, end: int, qualifier: str) -> tuple[int, int, str]:
        """Return start, end and qualifier of a quantity with the comparators that belong to it."""
        after = self._behind.match(text, end) if text[end : end + 1] in self._begins else None
        if after is not None and text[after.end() : after.end() + 2] != "学历":
            closing = after.end()
            if "(" in text[end:closing] and "(" not in after["q"]:
                closing = closing + 1 if text[closing : closing + 1] == ")" else end
            if closing > end:
                qualifier, end = self._after[after["q"]], closing
        last = text[start - 1 : start]
        head = text[max(0, start - 10) : start] if last in self._ends else ""
        before = self._directly.search(head) if head else None
        if before is not None and not self._part_of_word(text, start - len(head) + before.start(), before["q"]):
            if before["q"].startswith("未达") and text[end : end + 3] in ("的标准", "的要求"):
                return start, end, qualifier
            if qualifier not in (">=", "<=") or self._before[before["q"]] in (">=", "<="):
                qualifier = self._before[before["q"]]
            if before["gap"] != "为" and not before["q"].endswith("为"):
                start = start - len(head) + before.start()
        elif qualifier == "=" and self._may_hold(text, start, last):
            apart = self._apart.search(text, max(0, start - 40), start)
            if apart is not None and apart["q"]:
                qualifier = self._before[apart["q"]]
            elif apart is not None:
                qualifier = "~" if apart["about"] else ">=" if apart["least"] in ("至少", "最少") else "<="
        return start, end, qualifier

    def _may_hold(self, text: str, start: int, last: str) -> bool:
        """Return whether a comparator may stand further in front of a number: any where *last* leads up to it, else 至少 and 约占 only."""
        if last in ("的", "为"):
            return self._apart_begins.search(text, max(0, start - 40), start) is not None
        near = text[max(0, start - 24) : start]
        return "至" in near or "最" in near or "约" in near

    def stands_before(self, text: str, start: int) -> bool:
        """Return whether a comparator stands directly before a number."""
        return self._directly.search(text[max(0, start - 10) : start]) is not None

    def stands_behind(self, text: str, end: int) -> bool:
        """Return whether a comparator stands directly behind a number."""
        return self._behind.match(text, end) is not None

    @staticmethod
    def _part_of_word(text: str, at: int, form: str) -> bool:
        """Return whether a qualifier is the tail of another word (附近, 签约, 集约; 最近5年 is no 近)."""
        previous = text[at - 1 : at]
        if form in ("近", "约"):
            return previous != "" and previous in "附最靠签预节集条公契邻新远亲"
        return form in ("超", "逾") and previous != "" and previous in "赶逾"


def _alternation(forms: Sequence[str] | dict[str, str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
