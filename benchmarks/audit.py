"""Plant errors in documents whose numbers agree, and count how many the audit finds.

    python benchmarks/audit.py [seed]

Documents come from the wordings of ``audit_documents.py`` and the tables of ``audit_tables.py``. Planted are: another
number, two digits swapped, a unit dropped, a table row copied. Found means: a finding of severity error or warning in
the paragraph of the planted error that the original does not have. A finding of such severity in an original of the
grammar is a false alarm. The held-out wordings are reported apart.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence

from audit_documents import HELD, SEEN, Wording
from audit_tables import TABLES, plant_in_table

from doc_miner.audit import audit_findings
from doc_miner.link import Link
from doc_miner.loaders import read_source
from doc_miner.model import Report
from doc_miner.pipeline import Miner

MARK = re.compile(r"‹([^|›]+)\|([^›]*)›")
ROUNDS = 12


def plain(text: str) -> str:
    return MARK.sub(lambda match: match[1] + match[2].lstrip("!"), text)


def changed(r: random.Random, number: str) -> str:
    """Return another number, at least a twelfth away, with as many decimals."""
    places = len(number.partition(".")[2])
    value = float(number)
    while True:
        other = f"{value * r.choice((0.55, 0.7, 0.85, 1.2, 1.4, 1.8)):.{places}f}"
        if abs(float(other) - value) >= max(value / 12, 2 / 10**places):
            return other


def swapped(r: random.Random, number: str) -> str | None:
    """Return a number with two neighbouring digits swapped, or ``None`` where that changes too little to be told from rounding."""
    pairs = [i for i in range(len(number) - 1) if number[i].isdigit() and number[i + 1].isdigit() and number[i] != number[i + 1] and not (i == 0 and number[1] == "0")]
    r.shuffle(pairs)
    for i in pairs:
        other = number[:i] + number[i + 1] + number[i] + number[i + 2 :]
        places = len(number.partition(".")[2])
        if abs(float(other) - float(number)) > 2 / 10**places or not places:
            return other
    return None


def plantings(r: random.Random, text: str) -> list[tuple[str, str]]:
    """Return a text with one error of each kind planted at a random place, each with its kind."""
    marks = list(MARK.finditer(text))
    out = []

    def put(match: re.Match[str], replacement: str) -> str:
        return plain(text[: match.start()]) + replacement + plain(text[match.end() :])

    bound = [match for match in marks if not match[2].startswith("!")]
    if bound:
        match = r.choice(bound)
        out.append(("number", put(match, changed(r, match[1]) + match[2])))
        match = r.choice(bound)
        other = swapped(r, match[1])
        if other is not None:
            out.append(("digits", put(match, other + match[2])))
    match = r.choice(marks)
    unit = match[2].lstrip("!")
    if unit and unit != "个百分点":
        dropped = unit[1:] if unit[0] in "万亿" else ""
        out.append(("unit", put(match, match[1] + dropped)))
    return out


def mined(miner: Miner, text: str) -> Report:
    if text.startswith("<"):
        return miner.mine_source(read_source(text.encode(), "table.html"), path="table.html", sha256="0" * 64)
    return miner.mine_text(text)


def grave(report: Report) -> set[tuple[str, str]]:
    return {(finding.rule, finding.message) for finding in report.findings if finding.severity != "info"}


def run(miner: Miner, wordings: Sequence[Wording], r: random.Random, found: Counter[str], planted: Counter[str], shown: bool) -> int:
    false = 0
    for wording in wordings:
        for _ in range(ROUNDS):
            text = wording(r)
            before = grave(mined(miner, plain(text)))
            if before:
                false += 1
                print(f"  false alarm: {plain(text)} {before}")
            for kind, wrong in plantings(r, text):
                planted[kind] += 1
                planted[wording.__name__] += 1
                if grave(mined(miner, wrong)) - before:
                    found[kind] += 1
                    found[wording.__name__] += 1
                elif shown:
                    print(f"  missed ({kind}, {wording.__name__}): {wrong}")
    return false


def run_tables(miner: Miner, r: random.Random, found: Counter[str], planted: Counter[str], shown: bool) -> int:
    false = 0
    for make in TABLES:
        for _ in range(ROUNDS):
            rows = make(r)
            before = grave(mined(miner, html_of(rows)))
            false += bool(before)
            if before:
                print(f"  false alarm: {rows} {before}")
            for kind, wrong in plant_in_table(r, rows):
                planted[kind] += 1
                planted[make.__name__] += 1
                if grave(mined(miner, html_of(wrong))) - before:
                    found[kind] += 1
                    found[make.__name__] += 1
                elif shown:
                    print(f"  missed ({kind}, {make.__name__}): {wrong}")
    return false


def html_of(rows: Sequence[Sequence[str]]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"


def report_of(title: str, found: Counter[str], planted: Counter[str], false: int) -> None:
    kinds = [kind for kind in ("number", "digits", "unit", "row") if planted[kind]]
    total, hits = sum(planted[k] for k in kinds), sum(found[k] for k in kinds)
    print(f"{title}: {hits} of {total} found ({hits / max(1, total):.3f}), false alarms {false}")
    for name, count in planted.items():
        print(f"    {name:24}{found[name]:5} of {count:4} {found[name] / count:7.3f}")


def main(arguments: Sequence[str]) -> int:
    seed = int(arguments[0]) if arguments else 7
    shown = "--missed" in arguments
    miner = Miner()
    for title, wordings, tables in (("wordings at hand", SEEN, True), ("wordings held out", HELD, False)):
        if title.endswith("out") and "--seen" in arguments:
            continue
        r = random.Random(seed)
        found: Counter[str] = Counter()
        planted: Counter[str] = Counter()
        false = run(miner, wordings, r, found, planted, shown)
        if tables:
            false += run_tables(miner, r, found, planted, shown)
        report_of(title, found, planted, false)
    text = "\n".join(plain(wording(random.Random(seed))) for wording in (*SEEN, *HELD))[:3000]
    report = miner.mine_text(text)
    links = [Link(None) for _ in report.measures]
    times = []
    for _ in range(20):
        start = time.perf_counter()
        audit_findings(report, links, miner.lexicon)
        times.append(time.perf_counter() - start)
    print(f"time: {min(times) * 1000:.2f} ms for {len(text)} characters with {len(report.figures)} figures")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
