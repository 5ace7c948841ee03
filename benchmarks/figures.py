"""Run `find_figures` beside Microsoft Recognizers-Text (zh) and JioNLP on the same texts, in one run.

    pip install recognizers-text-suite "emoji<1" jionlp     # for this benchmark only
    python benchmarks/figures.py [FOLDER]

Prints characters per second (process time, one core) and agreement: how many of our figures each
tool finds at the same place, with the same value, and how many numbers it reports where we
report none. A tool that is not installed is named and left out. The texts default to the samples'.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from doc_miner import __version__, find_figures
from doc_miner.dataset.rows import exact

Found = list[tuple[int, int, str | None]]
"""Start, end and value as text of each number a tool reports."""


def ours(text: str) -> Found:
    return [(figure.start, figure.end, exact(figure.value)) for figure in find_figures(text)]


def recognizers() -> Callable[[str], Found]:
    """All quantity models of Recognizers-Text: number, percentage, age, currency, dimension, temperature."""
    from recognizers_number import Culture, recognize_number, recognize_percentage
    from recognizers_number_with_unit import recognize_age, recognize_currency, recognize_dimension, recognize_temperature

    models = (recognize_number, recognize_percentage, recognize_age, recognize_currency, recognize_dimension, recognize_temperature)

    def run(text: str) -> Found:
        out: Found = []
        for model in models:
            for result in model(text, Culture.Chinese):
                resolution = result.resolution or {}
                out.append((result.start, result.end + 1, resolution.get("value")))
        return out

    return run


def jionlp() -> Callable[[str], Found]:
    """JioNLP's extraction of money, the one quantity it finds in running text."""
    import jionlp as jio

    def run(text: str) -> Found:
        out: Found = []
        for result in jio.ner.extract_money(text, with_parsing=True):
            start, end = result["offset"]
            number = (result.get("detail") or {}).get("num")
            out.append((start, end, number if isinstance(number, str) else None))
        return out

    return run


TOOLS: dict[str, tuple[str, Callable[[], Callable[[str], Found]]]] = {
    "Recognizers-Text": ("recognizers-text-number-with-unit", recognizers),
    "JioNLP (money)": ("jionlp", jionlp),
}


def timed(run: Callable[[str], Found], texts: Iterable[str]) -> tuple[list[Found], float]:
    begun = time.process_time()
    found = [run(text) for text in texts]
    return found, time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("corpora/gold/text"))
    options = parser.parse_args()
    texts = [path.read_text(encoding="utf-8") for path in sorted(options.folder.rglob("*")) if path.is_file()]
    characters = sum(map(len, texts))
    print(f"Python {platform.python_version()}, {platform.machine()}, {len(texts)} texts, {characters:,} characters, process time on one core")
    find_figures(texts[0])
    mine, seconds = min((timed(ours, texts) for _ in range(3)), key=lambda pair: pair[1])
    count = sum(map(len, mine))
    print(f"{'doc-miner ' + __version__:32}{characters / seconds:>12,.0f} characters/s{count:>8} figures")
    for name, (package, make) in TOOLS.items():
        try:
            label = f"{name} {version(package)}"
            run = make()
        except (ImportError, PackageNotFoundError) as error:
            print(f"{name:32}not installed ({error}); pip install recognizers-text-suite 'emoji<1' jionlp")
            continue
        run(texts[0])
        theirs, taken = timed(run, texts)
        same_place, same_value, extra = agreement(mine, theirs)
        print(
            f"{label:32}{characters / taken:>12,.0f} characters/s  {taken / seconds:,.0f} times ours; of our figures at the same place {same_place / count:.0%}, "
            f"with the same value {same_value / count:.0%}; numbers where we report none {extra}"
        )
    return 0


def agreement(mine: list[Found], theirs: list[Found]) -> tuple[int, int, int]:
    """Return how many of our figures another tool meets, how many with our value, and what it reports elsewhere."""
    place = value = extra = 0
    for ours_here, theirs_here in zip(mine, theirs, strict=True):
        for start, end, number in ours_here:
            hits = [other for other in theirs_here if other[0] < end and start < other[1]]
            place += bool(hits)
            value += any(_same(number, other[2]) for other in hits)
        extra += sum(1 for a, b, _ in theirs_here if not any(start < b and a < end for start, end, _ in ours_here))
    return place, value, extra


def _same(a: str | None, b: str | None) -> bool:
    try:
        return a is not None and b is not None and abs(float(a) - float(str(b).rstrip("%"))) < 1e-6 * max(1.0, abs(float(a)))
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
