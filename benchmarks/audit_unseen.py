"""Plant the errors of ``corpora/unseen/errors`` one by one in the documents of ``corpora/unseen/consistent`` and count how many the audit finds.

    python benchmarks/audit_unseen.py [--misses]

Documents and errors were written by people who had not seen the rules. Found means: a finding of severity error or warning that the
original does not have, in the paragraph or table of the error or about a figure there. What is found in an original is a false alarm.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from doc_miner.loaders import read_source  # noqa: E402
from doc_miner.model import Finding, Report  # noqa: E402
from doc_miner.pipeline import Miner  # noqa: E402

FOLDER = ROOT / "corpora" / "unseen"


def plain(cell: str) -> str:
    """Return a cell of the table of errors with its tabs and line ends."""
    return cell.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\0", "\\")


def mined(miner: Miner, text: str) -> Report:
    return miner.mine_source(read_source(text.encode(), "document.txt"), path="document.txt", sha256="0" * 64)


def grave(report: Report) -> Counter[tuple[str, str]]:
    return Counter((finding.rule, finding.message) for finding in report.findings if finding.severity != "info")


def changed(before: str, after: str) -> tuple[int, int]:
    """Return the stretch of *after* that differs from *before*."""
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    same = next((i for i, (a, b) in enumerate(zip(reversed(before[start:]), reversed(after[start:]), strict=False)) if a != b), min(len(before), len(after)) - start)
    return start, max(start, len(after) - same)


def is_near(report: Report, finding: Finding, place: tuple[int, int]) -> bool:
    """Return whether a finding, or a figure of it, lies in the paragraph or table of the changed place."""
    text, (start, end) = report.document.text, place
    left, right = text.rfind("\n", 0, start) + 1, text.find("\n", max(start, end - 1))
    right = len(text) if right < 0 else right
    for table in report.document.tables:
        if table.start < end and start < table.end:
            left, right = min(left, table.start), max(right, table.end)
    figures = {figure.figure_id: figure for figure in report.figures}
    spans = [(finding.start, finding.end), *((figures[key].start, figures[key].end) for key in finding.figures)]
    return any(a < right and b > left for a, b in spans)


def main() -> int:
    miner = Miner()
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    alarms = 0
    for path in sorted((FOLDER / "consistent").glob("*.txt")):
        text = path.read_bytes().decode()
        original = mined(miner, text)
        known = grave(original)
        for rule, message in known:
            alarms += 1
            print(f"false alarm: {path.stem}: {rule}: {message}")
        with (FOLDER / "errors" / f"{path.stem}.tsv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        for row in rows:
            start, end = int(row["start"]), int(row["end"])
            assert text[start:end] == plain(row["old"]), (path.stem, row)
            report = mined(miner, text[:start] + plain(row["new"]) + text[end:])
            place = changed(original.document.text, report.document.text)
            fresh = grave(report) - known
            hit = any((f.rule, f.message) in fresh and is_near(report, f, place) for f in report.findings if f.severity != "info")
            planted[row["kind"]] += 1
            found[row["kind"]] += hit
            if not hit and "--misses" in sys.argv[1:]:
                print(f"missed: {path.stem}: {row['kind']}: {plain(row['old'])!r} -> {plain(row['new'])!r}: {row['reason']}")
    for kind in planted:
        print(f"{kind:8}{found[kind]:5} of {planted[kind]:5}  {found[kind] / planted[kind]:.3f}")
    print(f"found   {found.total():5} of {planted.total():5}  {found.total() / planted.total():.3f}; false alarms: {alarms}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
