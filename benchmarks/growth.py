"""No reader grows faster than its text: the worst that 100,000 characters can hold is read in a time in proportion.

    python benchmarks/growth.py

The time is that of the process, on texts that grow fourfold; a reader is out of proportion where four times
the text takes more than seven times as long. Prints each such reader and text; exit code 1 if there is one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from doc_miner import find_dates
from doc_miner.classify import LexiconClassifier
from doc_miner.extract.citations import find_citations
from doc_miner.model import Document
from doc_miner.normalise import repeated_from
from doc_miner.outline import read_outline
from doc_miner.pipeline import Miner

SIZES = (390, 1_562, 6_250, 25_000, 100_000)
ENOUGH = 0.12
"""Seconds after which a reader that was in proportion so far is believed."""
NOISE = 0.05
"""Seconds below which a growth says nothing."""
IN_PROPORTION, TOO_FAST = 5.5, 7.0
"""How many times longer four times the text may take: 4 is in proportion, 16 is the square; what lies between is tried on a longer text."""
AT_MOST = 20.0
"""Seconds for the largest size, for readers whose first sizes are slow already."""

HOSTILE = {
    "digits": "1",
    "years without a break": "2019",
    "digits in groups": "1,",
    "digits in a list": "1、",
    "digits in a sum": "1+",
    "digits in a ratio": "1:",
    "digits and letters": "1A",
    "decimals": "1.",
    "letters": "a",
    "一": "一",
    "万": "万",
    "百分之": "百分之",
    "numerals in a ratio": "一比",
    "spoken decimals": "一点",
    "存在": "存在",
    "opening brackets": "（",
    "closing brackets": "）",
    "opening title marks": "《",
    "titles": "《一》",
    "years in brackets": "〔2019〕",
    "enumeration commas": "、",
    "spaces": " ",
    "wide spaces": "　",
    "line breaks": "\n",
    "blanks": "_",
    "quotation marks": "“",
    "years": "2019年",
    "spans": "2019年至",
    "months": "3月",
    "figures": "1人",
    "figures in a list": "1人、",
    "figures in sentences": "1人。",
    "movements": "由1人降至",
    "sums without a unit": "投入1万",
    "shares": "占比%",
    "stages": "小学、",
    "arabic items": "1.教",
    "arabic items in sentences": "。1.",
    "bracketed items": "（一）",
    "circled items": "①",
    "items of running text": "一是；",
    "lines of items": "一、\n",
    "lines of labels": "整改措施：\n",
    "labels": "整改措施：",
    "numerals": "三十",
    "tenths": "七成",
    "fractions": "三分之一",
    "neighbouring numerals": "两三",
    "dates in numbers": "2019-",
    "durations": "3年内",
    "bounds": "不低于3万",
    "percentages": "1%",
    "letters and digits": "A-1",
    "changes": "增加1人，增加1%，",
    "nested brackets": "小学（",
    "quotations": "“1",
    "mixed": "由（1.5万、2019年）①一是存在“占比%《",
}

Reader = Callable[[str], object]
READERS: dict[str, Callable[[Miner], Reader]] = {
    "figures": lambda miner: lambda text: miner.figures.find(text),
    "dates": lambda miner: find_dates,
    "outline": lambda miner: lambda text: read_outline(Document("", "", "", "text", text), miner.lexicon),
    "citations": lambda miner: find_citations,
    "categories": lambda miner: miner.classifier.label_statement,
    "categories of a figure": lambda miner: lambda text: miner.classifier.label_figure(text, text, text),
    "categories by cues": lambda miner: LexiconClassifier(miner.lexicon).label_statement,
    "indicators": lambda miner: lambda text: miner.indicators.find(text, basic=False),
    "a second copy": lambda miner: repeated_from,
}
TEXTS: dict[str, tuple[str, ...]] = {
    "figures": tuple(HOSTILE),
    "dates": ("digits", "years without a break", "digits in a list", "一", "百分之", "存在", "enumeration commas", "spaces", "line breaks", "years", "spans", "months", "dates in numbers", "durations", "mixed"),
    "outline": (
        *("digits", "decimals", "一", "存在", "opening brackets", "closing brackets", "enumeration commas", "spaces", "line breaks", "arabic items", "arabic items in sentences"),
        *("bracketed items", "circled items", "items of running text", "lines of items", "lines of labels", "labels", "mixed"),
    ),
}
PLAIN = ("digits", "一", "存在", "opening title marks", "titles", "years in brackets", "spaces", "mixed")
"""The texts for readers that look for a few marks or words only."""


def cost(read: Reader, text: str, *, runs: int = 1) -> float:
    """Return the shortest process time of some runs."""
    best = float("inf")
    for _ in range(runs):
        begin = time.process_time()
        read(text)
        best = min(best, time.process_time() - begin)
    return best


def repeated(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def growth(read: Reader, piece: str) -> str:
    """Return what is out of proportion when texts of a repeated piece are read, '' if nothing is."""
    before, smaller = float("inf"), 0
    for size in SIZES:
        seconds = cost(read, repeated(piece, size))
        if seconds > max(NOISE, TOO_FAST * before):
            before = max(before, cost(read, repeated(piece, smaller), runs=2))
            seconds = min(seconds, cost(read, repeated(piece, size))) if seconds < ENOUGH else seconds
            if seconds > TOO_FAST * before:
                return f"{size:,} characters take {seconds:.2f} s, {smaller:,} of them {before:.3f} s"
        if seconds > ENOUGH and (seconds < IN_PROPORTION * before or seconds > 1):
            projected = seconds * SIZES[-1] / size
            return f"{size:,} characters take {seconds:.2f} s" if projected > AT_MOST else ""
        before, smaller = seconds, size
    return ""


def main() -> int:
    miner = Miner()
    worse = 0
    for name, build in READERS.items():
        read = build(miner)
        read(repeated("3年内", 400))  # what is built at the first use is no cost of a text
        for text in TEXTS.get(name, PLAIN):
            fault = growth(read, HOSTILE[text])
            worse += bool(fault)
            if fault:
                print(f"{name} of {text}: {fault}")
    print(f"{worse} out of proportion")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main())
