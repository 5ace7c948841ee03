"""Make an archive to measure with: texts in the grammar of the samples, each of another county, with its own sentences and numbers.

    python benchmarks/load.py FOLDER COUNT

A text has the outline of one sample; half of its lines are those of other samples that stand under the same kind of
enumerator. Counties (which do not exist), years and all numerals are drawn anew. The same number gives the same text.
"""

from __future__ import annotations

import random
import re
import sys
from functools import cache
from pathlib import Path

from doc_miner.lexicon import default_lexicon
from doc_miner.loaders import load_source
from doc_miner.metadata import read_metadata
from doc_miner.normalise import normalise_source

SAMPLES = Path(__file__).resolve().parents[1] / "corpora" / "samples"
LETTERS = "青岚白石望溪临岳松坪竹坞云汀荻浦桐霞梧苇棠缃霁鹤砚槲枫澄墨"
SHAPES = ("[一二三四五六七八九十]+、", "（[一二三四五六七八九十]+）", r"\d+[.．、]", r"（\d+）", "[一二三四五六七八九十]是", "[①-⑳]")
MARK = re.compile(rf"\s*(?:{'|'.join(SHAPES)})?")
YEAR = re.compile(r"20[012]\d(?=[年—－-])")
DAY = re.compile(r"(?<!\d)(\d{1,2})(?=[月日])")
NUMERAL = re.compile(r"(?<![\d.\2])\d+(?:\.\d+)?(?![\d.]*[.．、）]\s)")


@cache
def samples() -> tuple[tuple[tuple[tuple[int, str, str], ...], str], ...]:
    """Return the lines of each sample (kind of enumerator, enumerator, rest) and its county."""
    out = []
    for path in sorted(SAMPLES.iterdir()):
        document = normalise_source(load_source(path), doc_id="0" * 16, path=path.name, sha256="0" * 64, lexicon=default_lexicon())
        county = read_metadata(document, default_lexicon()).region.county or "X县"
        lines = []
        for line in document.text.split("\n"):
            mark = MARK.match(line)
            assert mark is not None
            kind = next((n for n, shape in enumerate(SHAPES, 1) if re.fullmatch(rf"\s*(?:{shape})", mark.group())), 0)
            lines.append((kind, mark.group(), line[mark.end() :].replace(county, "\0").replace(county[:-1], "\1")))
        out.append((tuple(lines), county))
    return tuple(out)


@cache
def pool() -> dict[tuple[int, int], list[str]]:
    """Return the lines of all samples by kind of enumerator and rough length."""
    out: dict[tuple[int, int], list[str]] = {}
    for lines, _ in samples():
        for kind, _, rest in lines:
            out.setdefault((kind, len(rest) // 40), []).append(rest)
    return out


def text(number: int) -> str:
    """Return the text with this number."""
    chance = random.Random(number)
    lines, _ = samples()[number % len(samples())]
    name = "".join(chance.sample(LETTERS, 2 + (number % 5 == 0)))
    shift = chance.randint(-6, 1)
    body = []
    for place, (kind, mark, rest) in enumerate(lines):
        if 2 < place < len(lines) - 3 and len(rest) > 12 and chance.random() < 0.5:
            rest = chance.choice(pool()[kind, len(rest) // 40])
        rest = DAY.sub(lambda found: f"\2{chance.randint(1, 12)}\3", rest)
        rest = NUMERAL.sub(lambda found: other(found.group(), chance), YEAR.sub(lambda found: f"\2{int(found.group()) + shift}\3", rest))
        body.append(mark + rest)
    return re.sub("[\2\3]", "", "\n".join(body)).replace("\0", name + "县").replace("\1", name) + "\n"


def other(numeral: str, chance: random.Random) -> str:
    """Return a numeral of the same length; years of this century stay."""
    if re.fullmatch(r"20[012]\d", numeral) or numeral in ("0", "1", "2"):
        return numeral
    return str(chance.randint(1, 9)) + re.sub(r"\d", lambda _: str(chance.randint(0, 9)), numeral[1:])


def write(folder: Path, count: int) -> int:
    """Write so many texts, a thousand in a folder; return their characters."""
    characters = 0
    for number in range(count):
        if number % 1000 == 0:
            (folder / f"{number // 1000:03}").mkdir(parents=True, exist_ok=True)
        told = text(number)
        characters += len(told)
        (folder / f"{number // 1000:03}" / f"{number:06}.txt").write_text(told, "utf-8")
    return characters


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]), int(sys.argv[2])):,} characters")
