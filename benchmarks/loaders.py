"""Time the loaders: PDF with text and tables beside pdfplumber on the same file, and every format by itself.

    python benchmarks/loaders.py [FOLDER] [--long FILE] [--repeat N]

FOLDER holds the loader files (default ../shared/loader-files), FILE is a long PDF with tables (default FOLDER/pdf/p18_long.pdf).
Both sides read the text and the tables of every page in one process, one after the other; the best of N runs counts (default 3, pdfplumber once).
The cells of pdfplumber's tables must be found in ours, without white space: in the same row, or, for a row that a page cuts in two
(two rows with pdfplumber, one with us), as a part of a cell.
Needs pdfplumber (the extra `test`). Ratios travel to other machines, times do not.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from doc_miner import __version__
from doc_miner.errors import LoadError
from doc_miner.loaders import load_source
from doc_miner.loaders.containers import container_kind
from doc_miner.loaders.worker import SafeLoader
from doc_miner.source import Source, SourceTable

Row = tuple[str, ...]


def timed(work: Callable[[], Any], times: int = 1, clock: Callable[[], float] = time.perf_counter) -> tuple[float, Any]:
    best, result = float("inf"), None
    for _ in range(times):
        begun = clock()
        result = work()
        best = min(best, clock() - begun)
    return best, result


def rows(tables: Iterable[Iterable[Iterable[str | None]]]) -> Counter[Row]:
    """Return the rows that say something, with how often each stands there."""
    squeezed = (tuple("".join((cell or "").split()) for cell in row) for table in tables for row in table)
    return Counter(row for row in squeezed if any(row))


def plumbed(path: Path) -> tuple[str, list[list[list[str | None]]]]:
    import pdfplumber

    text, tables = [], []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            text.append(page.extract_text())
            tables += page.extract_tables()
            page.close()
    return "\n".join(text), tables


def letters(source: Source) -> int:
    return sum(len("".join("".join(row) for row in block.rows)) if isinstance(block, SourceTable) else len(block.text) for block in source.blocks)


def beside_pdfplumber(path: Path, repeat: int) -> None:
    import pdfplumber  # noqa: F401 - importing it is not what is timed

    # Processor time: both sides work in this process alone, and other work of the machine shall not count.
    ours, source = timed(lambda: load_source(path), repeat, time.process_time)
    theirs, (text, tables) = timed(lambda: plumbed(path), 1, time.process_time)
    mine = rows(block.rows for block in source.blocks if isinstance(block, SourceTable))
    wanted = rows(tables)
    missed = {row: count for row, count in wanted.items() if row not in mine}
    cells = sum(sum(bool(cell) for cell in row) for row in wanted)
    ours_joined = "\0".join(cell for row in mine for cell in row)
    cut = [cell for row in missed for cell in row if cell]
    lost = [cell for cell in cut if cell not in ours_joined]
    print(f"{path.name}, {source.pages} pages, text and tables, processor time")
    print(f"  doc-miner   {ours:8.2f} s  {source.pages / ours:8.1f} pages/s   {letters(source):,} characters, {sum(mine.values())} rows")
    print(f"  pdfplumber  {theirs:8.2f} s  {source.pages / theirs:8.1f} pages/s   {len(''.join(text.split())):,} characters, {sum(wanted.values())} rows")
    print(f"  {theirs / ours:.1f} times pdfplumber's speed; its {cells} different non-empty cells: {cells - len(cut)} in the same row of ours,")
    print(f"  {len(cut) - len(lost)} in a row that a page cuts, {len(lost)} not found {lost[:5]}")


def each_format(folder: Path, repeat: int) -> None:
    """Print what each format takes, files in the child process as in a run, converted ones together."""
    files: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent.name not in ("evil", "truth", "short")]
    paths = [path for path in paths if not container_kind(path.read_bytes())]
    with SafeLoader() as loader:
        office = [path for path in paths if path.suffix in (".doc", ".wps", ".rtf")]
        converting, _ = timed(lambda: loader.prepare([(path.read_bytes(), path.name) for path in office]))
        for path in paths:
            try:
                seconds, source = timed(lambda path=path: loader.load(path), repeat)  # type: ignore[misc]
            except LoadError:
                continue
            files[source.format].append((seconds, path.stat().st_size, letters(source)))
    print(f"{'format':8}{'files':>6}{'ms/file':>10}{'MB/s':>8}{'characters/s':>15}")
    for kind, measured in sorted(files.items()):
        seconds, size, count = (sum(column) for column in zip(*measured, strict=True))
        print(f"{kind:8}{len(measured):6}{1000 * seconds / len(measured):10.1f}{size / seconds / 1e6:8.2f}{count / seconds:15,.0f}")
    if office:
        print(f"LibreOffice, before that: {len(office)} files in {converting:.1f} s together")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/loader-files"))
    parser.add_argument("--long", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print(f"doc-miner {__version__}, Python {platform.python_version()}, {platform.machine()}")
    beside_pdfplumber(options.long or options.folder / "pdf" / "p18_long.pdf", options.repeat)
    each_format(options.folder, options.repeat)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
