"""Time the whole pipeline on text documents, side by side with jieba's segmentation of the same files.

    python benchmarks/pipeline.py [FOLDER] [--repeat N]

Prints, for one core and one run: characters per second of the whole way (read, mine, write to a
dataset), of mining alone, of reading the files through jieba alone, and of each stage. Every
document is read from disk each time; copies differ in one character, so that no cache helps.
"""

from __future__ import annotations

import argparse
import cProfile
import platform
import pstats
import sys
import tempfile
import time
from pathlib import Path

from doc_miner import __version__
from doc_miner.archive import mine_archive
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import load_source
from doc_miner.pipeline import Miner


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("corpora/gold/text"))
    parser.add_argument("--repeat", type=int, default=4)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    texts = [path.read_text(encoding="utf-8") for path in sorted(options.folder.rglob("*")) if path.is_file()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "texts"
        folder.mkdir()
        for copy in range(options.repeat):
            for number, text in enumerate(texts):
                (folder / f"{copy:03}-{number:03}.txt").write_text(text + f"\n第{copy}份副本", encoding="utf-8")
        files = sorted(folder.iterdir())
        characters = sum(len(path.read_text(encoding="utf-8")) for path in files)
        print(f"doc-miner {__version__}, Python {platform.python_version()}, {platform.machine()}, {len(files)} files, {characters:,} characters, one core")
        lexicon = Lexicon.load()
        miner = Miner(lexicon)
        miner.mine_source(load_source(files[0]), path="warm", sha256="0" * 64)

        begun = time.perf_counter()
        for path in files:
            miner.mine_source(load_source(path), path=str(path), sha256=path.name * 4)
        alone = time.perf_counter() - begun

        begun = time.perf_counter()
        summary = mine_archive([folder], Path(name) / "d.db", lexicon=lexicon, engine=Serial())
        whole = time.perf_counter() - begun
        assert summary.read == len(files)

        print(f"{'whole way (read, mine, write)':34}{characters / whole:>12,.0f} characters/s")
        print(f"{'read and mine':34}{characters / alone:>12,.0f} characters/s")
        jieba_alone(files, characters)
        if options.profile:
            profile(miner, files)
    return 0


def jieba_alone(files: list[Path], characters: int) -> None:
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    begun = time.perf_counter()
    for path in files:
        for _ in jieba.cut(path.read_text(encoding="utf-8")):
            pass
    print(f"{'read and jieba ' + jieba.__version__:34}{characters / (time.perf_counter() - begun):>12,.0f} characters/s")


def profile(miner: Miner, files: list[Path]) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    for path in files[:40]:
        miner.mine_source(load_source(path), path=str(path), sha256=path.name * 4)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    sys.exit(main())
