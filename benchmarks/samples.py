"""Mine the samples, or the documents that were annotated unseen, and score what comes out against their gold files.

    python benchmarks/samples.py [--unseen]

Prints precision, recall and F1 of each measure; how a record is matched stands in ``tests/scoring.py``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from doc_miner.archive import mine_archive  # noqa: E402
from doc_miner.dataset.export import export_jsonl  # noqa: E402
from doc_miner.engine import engine_for  # noqa: E402
from doc_miner.lexicon import default_lexicon  # noqa: E402
from tests.scoring import score_archive  # noqa: E402


def main() -> int:
    corpora = ROOT / "corpora"
    source, gold, texts = corpora / "samples", corpora / "gold", corpora / "gold" / "text"
    if "--unseen" in sys.argv[1:]:
        source, gold, texts = corpora / "unseen" / "documents", corpora / "unseen" / "gold", corpora / "unseen" / "documents"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        summary = mine_archive([source], folder / "dataset.db", lexicon=default_lexicon(), engine=engine_for("serial"))
        export_jsonl(folder / "dataset.db", folder / "export")
        counts = score_archive(folder / "export", gold, texts)
    print(f"{summary.read} documents; precision, recall, F1, number in the gold files")
    for measure, count in sorted(counts.items()):
        print(f"{measure:26}{count.right / max(1, count.found):7.3f}{count.right / max(1, count.gold):7.3f}{count.f1:7.3f}{count.gold:7d}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
