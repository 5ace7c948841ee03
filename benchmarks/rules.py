"""Count, for each rule that finds figures, how often its figures are right on the samples' gold files.

    python benchmarks/rules.py

Right means: the place of a gold figure, with its value, unit and qualifier; a figure where gold has
none, and none optional, is wrong. The shares stand in ``doc_miner/assemble.py`` (RULE_CONFIDENCE).
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from doc_miner.dataset.rows import number
from doc_miner.loaders import load_source
from doc_miner.pipeline import Miner


def main() -> int:
    gold_folder = Path("corpora/gold")
    miner = Miner()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path in sorted(gold_folder.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        text = (gold_folder / "text" / gold["document"]).read_text(encoding="utf-8")
        text = text[: gold["meta"].get("duplicate_from")]
        report = miner.mine_source(load_source(Path("corpora/samples") / gold["document"]), path=gold["document"], sha256="0" * 64)
        places = [i for i, char in enumerate(text) if not char.isspace()]
        squeezed = {place: n for n, place in enumerate(places)}
        plain = "".join(report.document.text.split())
        if plain != "".join(text.split()) and plain not in "".join(text.split()):
            print(f"{gold['document']}: text and gold text differ, left out", file=sys.stderr)
            continue
        shift = "".join(text.split()).index(plain)
        own = [n for n, char in enumerate(report.document.text) if not char.isspace()]
        own_squeezed = {place: n + shift for n, place in enumerate(own)}
        wanted = [(squeezed[f["start"]], squeezed[f["end"] - 1], f) for f in gold["figures"]]
        for figure in report.figures:
            if figure.missing:
                continue
            start, end = own_squeezed[figure.start], own_squeezed[figure.end - 1]
            hits = [f for a, b, f in wanted if a <= end and start <= b]
            right = any(
                f.get("optional") or (_same(number(figure.value), f["value"]) and figure.unit in (f["unit"], *f.get("unit_also", [])) and figure.qualifier == f["qualifier"]) for f in hits
            )
            counts[figure.rule][0] += right
            counts[figure.rule][1] += 1
    print(f"{'rule':34}{'right':>8}{'of':>6}{'share':>8}")
    for rule, (right, count) in sorted(counts.items()):
        print(f"{rule:34}{right:>8}{count:>6}{right / count:>8.3f}")
    return 0


def _same(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and abs(a - b) <= 1e-4 * max(1.0, abs(a))


if __name__ == "__main__":
    sys.exit(main())
