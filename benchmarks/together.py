"""What it costs to bring the results of many machines into one dataset: by merging datasets, and by way of Parquet parts.

    python benchmarks/together.py DATASET [--machines 20] [--chunk 256] [--documents N]

DATASET is one that was mined from an archive of `benchmarks/load.py` (say ``doc-miner mine FOLDER --dataset DATASET``); it is only
read. Its documents are dealt out to so many datasets as ``--shard`` does, and these merged; then to parts, and these loaded. Processor
times for each document are of the one process that does it, in tenths of the way: a cost that grows with the dataset shows there.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from run import machine  # noqa: E402

from doc_miner.archive import in_shard  # noqa: E402
from doc_miner.dataset.merge import document_rows, merge_datasets  # noqa: E402
from doc_miner.dataset.store import Store  # noqa: E402
from doc_miner.filework import Outcome, Task  # noqa: E402
from doc_miner.parts import Parts  # noqa: E402


def documents(db: sqlite3.Connection, count: int) -> Iterator[Outcome]:
    for doc_id, path in db.execute("SELECT doc_id, path FROM documents ORDER BY path LIMIT ?", (count,)).fetchall():
        yield Outcome(path, document_rows(db, doc_id, path))


def tenths(name: str, spent: list[tuple[int, float]]) -> None:
    """Print the cost for each document over the way, from pairs of documents and seconds."""
    total, steps, done, seconds = sum(count for count, _ in spent), [], 0, 0.0
    for count, took in spent:
        done, seconds = done + count, seconds + took
        if done >= total / 10:
            steps.append(seconds / done * 1000)
            done, seconds = 0, 0.0
    print(f"{sum(took for _, took in spent) / total * 1000:8.2f} ms  {name}, {total:,} documents; on the way: {' '.join(f'{step:.1f}' for step in steps)}", flush=True)


def merging(db: sqlite3.Connection, folder: Path, machines: int, count: int) -> None:
    paths = [path for (path,) in db.execute("SELECT path FROM documents ORDER BY path LIMIT ?", (count,))]
    top = os.path.commonpath(paths)
    shard = {path: part for part in range(1, machines + 1) for path in in_shard(paths, top, (part, machines))}
    stores = [Store(folder / f"{part}.db") for part in range(1, machines + 1)]
    batches: list[list[dict[str, list[tuple[object, ...]]]]] = [[] for _ in stores]
    for one in documents(db, count):
        batch = batches[shard[one.path] - 1]
        batch.append(one.rows)
        if len(batch) == 100:
            stores[shard[one.path] - 1].write(batch)
            batch.clear()
    for store, batch in zip(stores, batches, strict=True):
        store.write(batch)
        store.close()
    spent = []
    for part in range(1, machines + 1):
        begun = time.process_time()
        spent.append((merge_datasets([folder / f"{part}.db"], folder / "all.db"), time.process_time() - begun))
    tenths(f"merging {machines} datasets, one after another", spent)


def loading(db: sqlite3.Connection, folder: Path, chunk: int, count: int) -> None:
    parts = Parts(str(folder / "parts"))
    writing, reading, storing, names = [], [], [], []
    rest = documents(db, count)
    while held := list(islice(rest, chunk)):
        begun = time.process_time()
        names.append(parts.write([(Task((one.path,)), [one]) for one in held]))
        writing.append((len(held), time.process_time() - begun))
    size = sum((folder / "parts" / name).stat().st_size for name in names)
    tenths("a worker writes its parts", writing)
    with Store(folder / "parts.db") as store:
        for name in names:
            begun = time.process_time()
            found = [outcome.rows for _, outcome in parts.read(name)]
            reading.append((len(found), time.process_time() - begun))
            begun = time.process_time()
            store.write(found)
            storing.append((len(found), time.process_time() - begun))
    tenths("the driver reads parts", reading)
    tenths("the driver writes what they hold", storing)
    print(f"{size / count / 1000:8.2f} kB  a part, for each document")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--machines", type=int, default=20)
    parser.add_argument("--chunk", type=int, default=256)
    parser.add_argument("--documents", type=int, default=1_000_000)
    options = parser.parse_args()
    for name, value in machine().items():
        print(f"{name}: {value}")
    with closing(sqlite3.connect(options.dataset)) as db, tempfile.TemporaryDirectory(prefix="doc-miner-") as name:
        count = min(options.documents, db.execute("SELECT count(*) FROM documents").fetchone()[0])
        loading(db, Path(name), options.chunk, count)
        merging(db, Path(name), options.machines, count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
