"""Find the official indicator that a wording names; in doubt none.

A wrong indicator spoils a table of regions and years, a missing one only leaves a gap. So a
figure gets one only where its unit and stage are the indicator's and nothing says that it
measures something about it (a gap, a count of schools that fail it, a coefficient of variation).
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from doc_miner.lexicon import Indicator, Lexicon
from doc_miner.textfold import fold
from doc_miner.words import WordSet

_ABOUT_IT = re.compile(r"缺|差距|差额|相差|尚差|未达|不达标|达标(?:率|学校|小学|初中|数)|低于|高于|超过|提高|增加|下降|减少|增长|总(?:量|面积|值)")
_VARIATION = "差异系数"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PER_PUPIL = ("每", "生均")
_PER = re.compile(r"每|均|百名")
_SHARES = {"%", "个百分点", "所", "个", "项", "个班", "‰", "人次"}
_LONGER = re.compile(r"例")
"""What follows a wording and makes it another word: 师生比 in 师生比例失衡."""


class IndicatorFinder:
    """Finds the official indicator that a wording names; ``None`` where none or several fit."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._indicators = lexicon.indicators
        self._forms: dict[str, list[str]] = {}
        for indicator in lexicon.indicators.values():
            for form in indicator.synonyms:
                self._forms.setdefault(form, []).append(indicator.code)
        self._words = WordSet(self._forms)
        self._may_be_stated = lru_cache(1024)(self._has_unit)

    def find(self, text: str, *, basic: bool, categories: Container[str] | None = None) -> str | None:
        """Return the code of the indicator in *text*.

        *basic*: the document speaks of the 基本均衡 standard. *categories*: those of the record; an
        indicator of another category is a passing mention.
        """
        return self._named(fold(text), basic, categories)

    def _named(self, text: str, basic: bool, categories: Container[str] | None) -> str | None:
        codes: set[str] = set()
        varies = _VARIATION in text
        for _, end, form in self._words.find(text):
            if _LONGER.match(text, end) or (varies and "系数" not in form):
                continue
            known = self._forms[form]
            codes.update([code for code in known if code.startswith("JB" if basic else "YZ")] or known)
        if len(codes) != 1:
            return None
        code = codes.pop()
        return code if categories is None or self._indicators[code].category in categories else None

    def find_for_figure(self, subject: str, clause: str, *, unit: str | None, stage: str | None, basic: bool, category: str | None) -> str | None:
        """Return the code of the indicator whose value a figure states: by its subject, else by a clause with no other number. Both are folded."""
        if not self._may_be_stated(unit, category) or _ABOUT_IT.search(subject) or (_VARIATION in subject + clause and "综合差异系数" not in subject):
            return None
        wording, categories = subject, None if category is None else (category,)
        code = self._named(subject, basic, categories)
        if code is None and len(_NUMBER.findall(clause)) == 1 and not _ABOUT_IT.search(clause):
            wording = clause
            code = self._named(clause, basic, categories)
        if code is None:
            return None
        return code if _states(self._indicators[code], wording, unit, stage) else None

    def _has_unit(self, unit: str | None, category: str | None) -> bool:
        """Return whether a category (None: any) has an indicator whose value may have this unit."""
        return any(category in (None, indicator.category) and _takes(indicator, unit) for indicator in self._indicators.values())


def _takes(indicator: Indicator, unit: str | None) -> bool:
    """Return whether an indicator's value may have this unit."""
    if not indicator.thresholds:
        return unit is not None and unit not in _SHARES
    return unit in {threshold.unit for threshold in indicator.thresholds}


def _states(indicator: Indicator, wording: str, unit: str | None, stage: str | None) -> bool:
    """Return whether a number of this unit and stage can be the indicator's value."""
    if indicator.name.startswith(_PER_PUPIL) and not _PER.search(wording):
        return False
    if not _takes(indicator, unit):
        return False
    stages = {threshold.stage for threshold in indicator.thresholds}
    return not (stages and stage is not None and None not in stages and stage not in stages and stage in ("学前", "高中", "特教"))


def speaks_of_basic_standard(text: str) -> bool:
    """Return whether a document speaks of 基本均衡 (教督〔2012〕3号) rather than of 优质均衡 (教督〔2017〕6号)."""
    quality = len(re.findall("优质均衡", text))
    basic = len(re.findall("基本均衡|综合差异系数|义务教育均衡发展", text))
    return basic > quality
