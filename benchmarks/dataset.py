"""A dataset that grows: how fast records are written, how fast questions are answered, what an unchanged archive and a large one cost.

    python benchmarks/dataset.py [--figures 300000] [--documents 300] [--searched 20000] [--full] [--folder DIR]
                                 [--only write,ask,search,mine,memory]

Documents are the samples under ``corpora/samples``, told again of counties that do not exist, each with its own numbers.
``search`` writes 1,000 and 20,000 documents, each in a process of its own whose peak memory is compared, and asks the larger dataset.
``ask`` without ``write`` asks the dataset that an earlier run has left in the folder.
``--full``: 5,000,000 figures (4 GB, written in minutes), 1,000 and 20,000 documents read from files (an hour, for documents are mined for it).
Prints each measure beside its bar; exit code 1 where one is missed. Times are processor time, since others may have the cores too, and
those in milliseconds the median of thirty, with the time gone beside them; the operating system holds the file in memory, as it does for whoever works with it.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from doc_miner.archive import mine_archive
from doc_miner.dataset import open_dataset
from doc_miner.dataset.connection import connect
from doc_miner.dataset.rows import Row, names, rows_of
from doc_miner.dataset.search import search
from doc_miner.dataset.store import Store
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import default_lexicon
from doc_miner.loaders import load_source
from doc_miner.pipeline import Miner

SAMPLES = Path(__file__).resolve().parents[1] / "corpora" / "samples"
LETTERS = "青白望临松竹云石清岚溪岳坪坞川湖"
TOGETHER = 100
"""Documents that are written in one transaction."""
YEARS = range(2015, 2025)
RECORDS_A_SECOND, COUNTY_YEAR_MS, INDICATOR_MS, SEARCH_MS, SECOND_RUN, MEMORY = 100_000, 5.0, 100.0, 100.0, 200, 1.2

Document = dict[str, list[Row]]


def county(number: int) -> str:
    """Return the name of a county that does not exist; 4,096 of them."""
    return "".join(LETTERS[number // 16**place % 16] for place in range(3)) + "县"


def samples() -> list[Document]:
    """Return the rows of every sample."""
    miner, out = Miner(), []
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix in (".txt", ".html", ".docx", ".pdf"):
            report = miner.mine_source(load_source(path), path=path.name, sha256=hashlib.sha256(path.name.encode()).hexdigest())
            out.append(rows_of(report, mined_at="2025-01-01T00:00:00+00:00", miner_version="0", lexicon_digest="0", model_digest="0", size=1, mtime_ns=1))
    return out


class Teller:
    """Tells a document again, each time with an id, a county and a year of its own."""

    def __init__(self, document: Document) -> None:
        self.head = dict(zip(names("documents"), document["documents"][0], strict=True))
        self.old = self.head["doc_id"]
        self.tables = {name: [(row, self._places(row)) for row in rows] for name, rows in document.items() if name not in ("documents", "files")}

    def _places(self, row: Row) -> list[int]:
        """Return where the id of the document stands in a row."""
        return [place for place, value in enumerate(row) if isinstance(value, str) and self.old in value]

    def tell(self, number: int) -> Document:
        sha256 = hashlib.sha256(str(number).encode()).hexdigest()
        new, year, place = sha256[:16], YEARS[number // 4096 % len(YEARS)], county(number % 4096)
        text = f"{self.head['text']}\n{place}第{number}号"  # a word of its own for each county and each document
        head = self.head | {"text": text, "doc_id": new, "sha256": sha256, "path": f"{number}.txt", "county": place, "year": year, "region_code": None}
        out = {"documents": [tuple(head.values())], "files": [(f"{number}.txt", new, 1, 1)]}
        for name, rows in self.tables.items():
            out[name] = told = []
            for row, places in rows:
                values = list(row)
                for at in places:
                    values[at] = values[at].replace(self.old, new)
                told.append(tuple(values))
        return out


def tellers() -> list[Teller]:
    """Return a teller for each sample."""
    return [Teller(document) for document in samples()]


def generated(figures: int) -> Iterator[Document]:
    """Yield documents until they hold so many figures."""
    told, held, number = tellers(), 0, 0
    while held < figures:
        document = told[number % len(told)].tell(number)
        held += len(document["figures"])
        number += 1
        yield document


def write(path: Path, figures: int) -> float:
    """Write so many figures with all that belongs to them; return records a second of processor time (that to make them is not counted)."""
    records, seconds, batch, shown = 0, 0.0, [], 0
    begun = time.monotonic()
    with Store(path) as store:
        store.describe(default_lexicon(), [], "2025-01-01T00:00:00+00:00")
        for document in chain(generated(figures), [None]):
            if document is not None:
                batch.append(document)
            if len(batch) == TOGETHER or document is None:
                before = time.process_time()  # others may have this machine's cores too
                store.write(batch)
                seconds += time.process_time() - before
                records += sum(len(rows) for one in batch for rows in one.values())
                batch.clear()
            if document is None or records >= shown + 1_000_000:
                shown = records
                print(f"  {records:,} records, {records / seconds:,.0f} a second of processor time, {time.monotonic() - begun:.0f} s gone", flush=True)
    print(f"  {path.stat().st_size / 1e9:.2f} GB")
    return records / seconds


def median_ms(question: Callable[[int], Any]) -> tuple[float, str]:
    """Return the median processor time of a question asked thirty times of different places, and in words the median time gone and the rows of the largest answer."""
    times, gone, rows = [], [], 0
    for number in range(31):
        begun, started = time.process_time(), time.perf_counter()
        rows = max(rows, len(question(number)))
        times.append((time.process_time() - begun) * 1000)
        gone.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[1:]), f"{rows:,} rows, {statistics.median(gone[1:]):.1f} ms gone"


def ask(path: Path) -> list[tuple[str, float, float, str]]:
    """Return what the questions cost, with their bars."""
    dataset = open_dataset(path)
    with connect(path) as db:
        codes = [code for (code,) in db.execute("SELECT indicator FROM figures WHERE indicator IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 5")]
        places = db.execute("SELECT DISTINCT county, year FROM documents ORDER BY doc_id LIMIT 31").fetchall()
        one = "SELECT f.* FROM documents d JOIN figures f ON f.doc_id = d.doc_id WHERE d.county = ? AND d.year = ?"
        every = "SELECT * FROM indicator_values WHERE indicator = ?"
        values = "SELECT county, year, stage, value, unit FROM indicator_values WHERE indicator = ?"
        mean = "SELECT county, year, count(*), avg(value) FROM indicator_values WHERE indicator = ? GROUP BY county, year"
        questions: dict[str, tuple[Callable[[int], Any], float]] = {
            "one county-year of figures": (lambda n: db.execute(one, tuple(places[n % len(places)])).fetchall(), COUNTY_YEAR_MS),
            "one indicator over all counties, every value of every year": (lambda n: db.execute(values, (codes[n % len(codes)],)).fetchall(), INDICATOR_MS),
            "the same with all 15 columns of the view": (lambda n: db.execute(every, (codes[n % len(codes)],)).fetchall(), INDICATOR_MS),
            "one indicator over all counties, by county and year": (lambda n: db.execute(mean, (codes[n % len(codes)],)).fetchall(), INDICATOR_MS),
            "one indicator over all counties in a year": (
                lambda n: db.execute(f"{every} AND year = ?", (codes[n % len(codes)], YEARS[n % len(YEARS)])).fetchall(),
                INDICATOR_MS,
            ),
            "the figures of a county as a DataFrame": (lambda n: dataset.figures(county=places[n % len(places)][0]), float("inf")),
        }
        out = []
        for name, (question, bar) in questions.items():
            cost, words = median_ms(question)
            out.append((f"{name} ({words}), ms", cost, bar, "<="))
    return out


def look_up(path: Path) -> list[tuple[str, float, float, str]]:
    """Return what searches cost: of the words of the texts the commonest and the rarest, alone and with filters."""
    with connect(path) as db:
        documents, text = db.execute("SELECT count(*), max(text) FROM documents").fetchone()
        places = db.execute("SELECT DISTINCT county, year FROM documents ORDER BY doc_id LIMIT 31").fetchall()
        line = max(text.split("\n"), key=len)[:40]
    every = "学校"
    queries: dict[str, Callable[[int], Any]] = {
        "the commonest word": lambda n: search(path, every),
        "one character": lambda n: search(path, "校"),
        "a word of a few documents": lambda n: search(path, places[n % len(places)][0]),
        "a word of no document": lambda n: search(path, "瀚澜县"),
        "a phrase of 40 characters": lambda n: search(path, line),
        "three words": lambda n: search(path, f"{every} 教师 经费"),
        "the commonest word in a county": lambda n: search(path, every, regions=[places[n % len(places)][0]]),
        "the commonest word in a year": lambda n: search(path, every, years=[YEARS[n % len(YEARS)]]),
        "figures with a word in a county": lambda n: search(path, every, kinds=["数据"], regions=[places[n % len(places)][0]]),
    }
    out = []
    for name, query in queries.items():
        cost, words = median_ms(lambda n, query=query: range(query(n).documents))  # type: ignore[misc]
        out.append((f"search {documents:,} documents: {name} ({words}), ms", cost, SEARCH_MS, "<="))
    return out


def archive(folder: Path, documents: int) -> Path:
    """Write so many text files: the samples' texts under other counties."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = [dict(zip(names("documents"), one["documents"][0], strict=True)) for one in samples()]
    for number in range(documents):
        head = texts[number % len(texts)]
        text = head["text"].replace(head["county"] or "\0", county(number % 4096))
        (folder / f"{number:05}.txt").write_text(f"{text}\n编号{number}。\n", "utf-8")
    return folder


def mine_twice(folder: Path, documents: int) -> list[tuple[str, float, float, str]]:
    """Return how many times faster the second run is."""
    lexicon, seconds = default_lexicon(), []
    source = archive(folder / "twice", documents)
    for _ in range(2):
        summary = mine_archive([source], folder / "twice.db", lexicon=lexicon, engine=Serial())
        seconds.append(summary.seconds)
    assert summary.unchanged == documents, summary
    print(f"  {documents:,} documents: first run {seconds[0]:.1f} s, second {seconds[1]:.3f} s")
    return [("second run over an unchanged archive, times faster", seconds[0] / seconds[1], SECOND_RUN, ">=")]


def memory(folder: Path, few: int, many: int, task: str) -> list[tuple[str, float, float, str]]:
    """Return how much more memory many documents take than few, to ``mine`` or to ``write``, each in a process of its own."""
    peaks = []
    for count in (few, many):
        source = archive(folder / f"memory-{count}", count) if task == "mine" else folder
        command = [sys.executable, __file__, "--peak", task, str(source), str(folder / f"{task}-{count}.db"), str(count)]
        peaks.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        print(f"  to {task} {count:,} documents: peak {peaks[-1]:.0f} MB")
    return [(f"peak memory to {task} {many:,} documents, to {few:,}", peaks[1] / peaks[0], MEMORY, "<=")]


def peak(task: str, source: str, dataset: str, count: str) -> None:
    """Mine the documents of a folder, or write so many, and print the peak memory of this process in MB."""
    if task == "mine":
        mine_archive([Path(source)], Path(dataset), lexicon=default_lexicon(), engine=Serial())
    else:
        told = tellers()
        with Store(Path(dataset)) as store:
            store.describe(default_lexicon(), [], "2025-01-01T00:00:00+00:00")
            for number in range(0, int(count), 100):
                store.write([told[one % len(told)].tell(one) for one in range(number, min(number + 100, int(count)))])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=int, default=300_000)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--searched", type=int, default=20_000)
    parser.add_argument("--only", default="write,search,mine,memory")
    parser.add_argument("--peak", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        peak(*given.peak)
        return 0
    figures, few, many = (5_000_000, 1_000, 20_000) if given.full else (given.figures, max(20, given.documents // 3), given.documents)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="doc-miner-"))
    found: list[tuple[str, float, float, str]] = []
    try:
        if "write" in given.only:
            found.append((f"records written a second, {figures:,} figures", write(folder / "written.db", figures), RECORDS_A_SECOND, ">="))
        if "write" in given.only or "ask" in given.only:
            found += ask(folder / "written.db")
        if "search" in given.only:
            found += memory(folder, 1000, given.searched, "write")
            found += look_up(folder / f"write-{given.searched}.db")
        if "mine" in given.only:
            found += mine_twice(folder, few)
        if "memory" in given.only:
            found += memory(folder, few, many, "mine")
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    missed = 0
    for name, value, bar, sign in found:
        kept = value <= bar if sign == "<=" else value >= bar
        missed += not kept
        print(f"{'ok  ' if kept else 'MISS'} {name}: {value:,.2f} ({sign} {bar:,.2f})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
