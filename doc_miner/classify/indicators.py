"""Find the official indicator that a wording names; in doubt none."""

from __future__ import annotations

import re

from doc_miner.lexicon import Lexicon
from doc_miner.textfold import fold
from doc_miner.words import WordSet


class IndicatorFinder:
    """Finds the official indicator that a wording names; ``None`` where none or several fit."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._forms: dict[str, list[str]] = {}
        for indicator in lexicon.indicators.values():
            for form in indicator.synonyms:
                self._forms.setdefault(form, []).append(indicator.code)
        self._words = WordSet(self._forms)

    def find(self, text: str, *, basic: bool) -> str | None:
        """Return the code of the indicator in *text*; *basic*: the document speaks of the 基本均衡 standard."""
        codes: set[str] = set()
        for _, _, form in self._words.find(fold(text)):
            known = self._forms[form]
            wanted = [code for code in known if code.startswith("JB" if basic else "YZ")] or known
            codes.update(wanted)
        return codes.pop() if len(codes) == 1 else None


def speaks_of_basic_standard(text: str) -> bool:
    """Return whether a document speaks of 基本均衡 (教督〔2012〕3号) rather than of 优质均衡 (教督〔2017〕6号)."""
    quality = len(re.findall("优质均衡", text))
    basic = len(re.findall("基本均衡|综合差异系数|义务教育均衡发展", text))
    return basic > quality
