"""The documents that were written unseen: their files are sound, their consistent ones give no alarm, and what is found is not less than it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from doc_miner.archive import mine_archive
from doc_miner.dataset.export import export_jsonl
from doc_miner.engine import engine_for
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import load_source
from doc_miner.pipeline import Miner

from .scoring import score_archive

FOLDER = Path(__file__).resolve().parents[1] / "corpora" / "unseen"
FLOORS = {
    "changes": 0.92, "figures.category": 0.90, "figures.full": 0.98, "figures.stage": 0.90, "figures.subject": 0.80, "figures.year": 0.93, "links": 0.98, "measures.deadline": 0.94,
    "measures.items": 0.98, "measures.status": 0.97, "meta": 0.94, "problems.items": 0.98, "roles": 0.92, "targets": 1.0,
}  # fmt: skip


def test_gold_spans_are_what_stands_there() -> None:
    for path in sorted((FOLDER / "gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        text = (FOLDER / "documents" / gold["document"]).read_bytes().decode()
        for kind in ("problems", "measures", "figures"):
            assert all(text[one["start"] : one["end"]] == one["text"] for one in gold[kind]), path.name


def test_errors_name_what_stands_there() -> None:
    for path in sorted((FOLDER / "errors").glob("*.tsv")):
        text = (FOLDER / "consistent" / f"{path.stem}.txt").read_bytes().decode()
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                old = row["old"].replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\0", "\\")
                assert text[int(row["start"]) : int(row["end"])] == old, (path.name, row)
                assert row["kind"] in ("number", "digits", "unit", "row") and row["reason"], (path.name, row)


def test_scores_do_not_fall(lexicon: Lexicon, tmp_path: Path) -> None:
    mine_archive([FOLDER / "documents"], tmp_path / "unseen.db", lexicon=lexicon, engine=engine_for("serial"))
    export_jsonl(tmp_path / "unseen.db", tmp_path / "export")
    counts = score_archive(tmp_path / "export", FOLDER / "gold", FOLDER / "documents")
    below = {name: (round(counts[name].f1, 3), floor) for name, floor in FLOORS.items() if counts[name].f1 < floor}
    assert not below


@pytest.mark.parametrize("path", sorted((FOLDER / "consistent").glob("*.txt")), ids=lambda path: path.stem)
def test_a_consistent_document_gives_no_alarm(miner: Miner, path: Path) -> None:
    report = miner.mine_source(load_source(path), path=path.name, sha256="0" * 64)
    assert [(finding.rule, finding.message) for finding in report.findings if finding.severity != "info"] == []
