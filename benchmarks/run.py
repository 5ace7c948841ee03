"""Measure everything that speed and size depend on, side by side in one run, and keep the result as a dated file.

    python benchmarks/run.py [--documents 1000] [--cores 2] [--only start,floor,stages,figures,pdf,cores,scale] [--tools PYTHON]

``--documents`` is the largest archive that is mined (up to 100,000: about 300 MB of texts and ten times as much dataset).
``--tools`` is a Python that has what `benchmarks/figures.py` compares with, where this one has not. Process times (which
others on the machine do not change) unless it says "elapsed". Written to ``benchmarks/results/DATE-NAME.json`` and printed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import load  # noqa: E402

from doc_miner import __version__, archive, pipeline  # noqa: E402
from doc_miner.dataset.store import Store  # noqa: E402
from doc_miner.engine import engine_for  # noqa: E402
from doc_miner.lexicon import Lexicon, default_lexicon  # noqa: E402
from doc_miner.loaders import load_source  # noqa: E402

PAGE = 2_800
"""Characters of a document of the usual length; the bar for text is 3 ms for so many."""
Row = tuple[str, float, str]


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    names = ("numpy", "spacy", "lxml", "jieba", "rjieba", "pypdfium2", "pdfplumber", "dask", "pyarrow", "ahocorasick-rs")
    found = {name: importlib.metadata.version(name) for name in names if importlib.util.find_spec(name.replace("-", "_"))}
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    git = shutil.which("git")
    commit = subprocess.run([git, "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() if git else ""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]]), "doc-miner": __version__, "commit": commit,
        "python": platform.python_version(), "system": platform.platform(), "processor": model.group(1) if model else platform.processor(), "cores": os.cpu_count(),
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None, "versions": found,
    }  # fmt: skip


# --- parts of the run ------------------------------------------------------------------------
def start(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    for name, command in (("doc-miner --help", ["-m", "doc_miner", "--help"]), ("import doc_miner", ["-c", "import doc_miner"]), ("python alone", ["-c", ""])):
        times = []
        for _ in range(7):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        yield f"start-up: {name} (bar 0.3)", min(times), "s"


def floor(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Our whole way (find, read, mine, write) beside reading the same files and cutting them into words, which is no mining at all."""
    characters = load.write(folder / "floor", count := min(200, options.documents))
    files = sorted((folder / "floor").rglob("*.txt"))
    lexicon = default_lexicon()
    mine(folder / "floor", folder / "warm.db", "serial", 1, lexicon)
    seconds = mine(folder / "floor", folder / "floor.db", "serial", 1, lexicon)["process"]
    yield f"whole way, {count} texts, per {PAGE:,} characters (bar 3)", seconds / characters * PAGE * 1000, "ms"
    yield "whole way", characters / seconds, "characters/s"
    for name in ("rjieba", "jieba"):
        if importlib.util.find_spec(name) is None:
            yield f"floor: {name} is not installed", float("nan"), ""
            continue
        cut = __import__(name).cut
        list(cut("预热"))
        begun = time.process_time()
        for file in files:
            list(cut(file.read_text("utf-8")))
        taken = time.process_time() - begun
        yield f"floor: read and {name}", characters / taken, "characters/s"
        yield f"whole way as a multiple of {name}", seconds / taken, "times"


def stages(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """The cost of each stage for one document of the usual length."""
    characters = load.write(folder / "stages", min(100, options.documents))
    spent: Counter[str] = Counter()
    miner = pipeline.Miner()

    def timed(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return run(*given, **named)
            finally:
                spent[name] += time.process_time() - begun  # type: ignore[assignment]

        return call

    names = ("normalise_source", "read_metadata", "read_outline", "merge_statements", "link_passages", "assemble", "audit_findings")
    before = {name: getattr(pipeline, name) for name in names}
    try:
        for round_ in range(2):
            spent.clear()
            for name in names:
                setattr(pipeline, name, timed(name, before[name]))
            one = pipeline.Miner(miner.lexicon)
            one.extractor.extract = timed("extract (all finders)", one.extractor.extract)  # type: ignore[method-assign]
            one.extractor.complete = timed("complete records", one.extractor.complete)  # type: ignore[method-assign]
            read = timed("read", load_source)
            reports = []
            for number, file in enumerate(sorted((folder / "stages").rglob("*.txt"))):
                reports.append(one.mine_source(read(file), path=str(file), sha256=f"{round_}{number:063}"))
    finally:
        for name, function in before.items():
            setattr(pipeline, name, function)
    stamp = {"mined_at": "2025-01-01T00:00:00+00:00", "miner_version": "0", "lexicon_digest": "0", "model_digest": "0", "size": 1, "mtime_ns": 1}
    from doc_miner.dataset.rows import rows_of

    rows = [timed("rows", rows_of)(report, **stamp) for report in reports]
    with Store(folder / "stages.db") as store:
        store.describe(miner.lexicon, [], "2025-01-01T00:00:00+00:00")
        timed("write", store.write)(rows)
    for name, seconds in spent.most_common():
        yield f"stage: {name}, per {PAGE:,} characters", seconds / characters * PAGE * 1000, "ms"


def figures(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """`find_figures` beside other finders of numbers."""
    found = subprocess.run([options.tools, str(ROOT / "benchmarks" / "figures.py")], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    for line in found.stdout.splitlines() or [f"figures.py failed: {found.stderr.strip().splitlines()[-1:]}"]:
        speed = re.search(r"^(.*?)\s{2,}([\d,]+) characters/s\s*(.*)", line)
        yield (f"figures: {speed.group(1)}; {speed.group(3)}", float(speed.group(2).replace(",", "")), "characters/s") if speed else (f"figures: {line}", float("nan"), "")


def pdf(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Our reader of PDF, with its lines, paragraphs, tables and places, beside the bare text of two libraries."""
    import pypdfium2

    files = sorted((ROOT / "corpora" / "samples").glob("*.pdf"))
    miner = pipeline.Miner()

    def bare(file: Path) -> None:
        document = pypdfium2.PdfDocument(file)
        for page in document:
            page.get_textpage().get_text_bounded()
        document.close()

    def plumber(file: Path) -> None:
        import pdfplumber

        with pdfplumber.open(file) as document:
            for page in document.pages:
                page.extract_text()
                page.extract_tables()

    runs: list[tuple[str, Callable[[Path], Any]]] = [("pypdfium2 alone (text only)", bare), ("our reader", load_source), ("our reader and mining", lambda file: miner.mine_source(load_source(file), path=file.name, sha256="0" * 64))]
    if importlib.util.find_spec("pdfplumber"):
        runs.append(("pdfplumber alone (text and tables)", plumber))
    for name, run in runs:
        run(files[0])
        begun = time.process_time()
        for file in files:
            run(file)
        yield f"pdf: {name}, a document of {len(files)}", (time.process_time() - begun) / len(files) * 1000, "ms"


def cores(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """What a second core gains. Elapsed times: on a machine with other work they say little, hence the load beside them."""
    count = min(options.documents, 400)
    load.write(folder / "cores", count)
    lexicon, elapsed = default_lexicon(), {}
    for name, workers in (("serial", 1), ("processes", 1), ("processes", options.cores)):
        found = mine(folder / "cores", folder / f"{name}-{workers}.db", name, workers, lexicon)
        elapsed[name, workers] = found["elapsed"]
        yield f"cores: {name}, {workers} worker(s), {count} texts, elapsed", found["elapsed"], "s"
        yield f"cores: {name}, {workers} worker(s), processor time of all processes", found["process"], "s"
        yield "cores: load of the machine in the last minute", os.getloadavg()[0], ""
    yield f"cores: {options.cores} workers, times faster than serial (bar 1.7 on two free cores)", elapsed["serial", 1] / elapsed["processes", options.cores], "times"


def scale(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Archives of growing size, each mined by a process of its own with all cores: time and memory for each document."""
    sizes = [size for size in (100, 1_000, 10_000, 100_000) if size < options.documents] + [options.documents]
    measured = []
    for size in sizes:
        source = folder / f"scale-{size}"
        characters = load.write(source, size)
        command = [sys.executable, __file__, "--mine", str(source), str(folder / f"scale-{size}.db"), "processes", str(options.cores)]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        measured.append((size, found["process"], found["own"]))
        yield f"scale: {size:,} texts ({characters:,} characters), elapsed", found["elapsed"], "s"
        yield f"scale: {size:,} texts, processor time for each", found["process"] / size * 1000, "ms"
        yield f"scale: {size:,} texts, of it the main process, which writes", found["own"] / size * 1000, "ms"
        yield f"scale: {size:,} texts, most memory of the main process", found["memory"], "MB"
        yield f"scale: {size:,} texts, most memory of a worker", found["workers"], "MB"
        yield f"scale: {size:,} texts, dataset for each", found["bytes"] / size / 1000, "kB"
    if len(measured) > 1:
        (few, early, early_own), (many, late, late_own) = measured[0], measured[-1]
        slope, own = (late - early) / (many - few), (late_own - early_own) / (many - few)
        yield "scale: slope between the smallest and the largest, processor time for each further text", slope * 1000, "ms"
        documents = 3_000 * 20 * 10
        for where, count in (("one PC with 8 cores", 8), ("20 workers of one core each and a machine that writes", 20)):
            # One process writes: it is the limit once there are enough workers.
            hours = max(documents * slope / count, documents * own) / 3600
            yield f"estimate: {documents:,} texts (3,000 counties, 20 years, 10 each), {where}", hours, "h"


def mine(source: Path, dataset: Path, engine: str, workers: int, lexicon: Lexicon) -> dict[str, float]:
    """Mine a folder and return elapsed and processor time."""
    begun, used = time.perf_counter(), processor_time()
    summary = archive.mine_archive([source], dataset, lexicon=lexicon, engine=engine_for(engine, workers))
    assert summary.read and not summary.failures, summary
    return {"elapsed": time.perf_counter() - begun, "process": processor_time() - used}


def processor_time() -> float:
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def mine_alone(source: str, dataset: str, engine: str, workers: str) -> None:
    """Mine in this process and print what it took as JSON."""
    found = mine(Path(source), Path(dataset), engine, int(workers), default_lexicon())
    own = resource.getrusage(resource.RUSAGE_SELF)
    found["own"] = own.ru_utime + own.ru_stime
    found["memory"] = peak_memory()
    found["workers"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(found | {"bytes": os.path.getsize(dataset)}))


def peak_memory() -> float:
    """Return the most memory of this process in MB; what the resource module says is that of the process which started it, where that was larger."""
    status = Path("/proc/self/status")
    peak = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return int(peak[1]) / 1024 if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


PARTS = {"start": start, "floor": floor, "stages": stages, "figures": figures, "pdf": pdf, "cores": cores, "scale": scale}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--tools", default=sys.executable)
    parser.add_argument("--name", default="run")
    parser.add_argument("--folder", type=Path, help="where the archives are made; default: a temporary folder")
    parser.add_argument("--mine", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    if options.mine:
        mine_alone(*options.mine)
        return 0
    about = machine()
    for name, value in about.items():
        print(f"{name}: {value}")
    results: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="doc-miner-", dir=options.folder) as name:
        for part in options.only.split(","):
            for what, value, unit in PARTS[part](Path(name), options):
                results.append((what, value, unit))
                print(f"{value:>14,.3f} {unit:13} {what}", flush=True)
    out = ROOT / "benchmarks" / "results" / f"{about['at'][:10]}-{options.name}.json"
    out.parent.mkdir(exist_ok=True)
    about["command"] = about["command"].replace(str(options.tools), "PYTHON")
    rows = [{"what": what, "value": None if value != value else round(value, 4), "unit": unit} for what, value, unit in results]
    out.write_text(json.dumps({**about, "results": rows}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"written to {out.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
