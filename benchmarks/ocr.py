"""Seconds, memory and scores of pages read by OCR, each file in a process of its own as `doc-miner mine` reads it.

usage: python benchmarks/ocr.py FILE…        (needs the extra `ocr`; memory is told on Linux only)
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

from doc_miner.errors import LoadError
from doc_miner.loaders.worker import SafeLoader
from doc_miner.source import Paragraph


def peak_mb(loader: SafeLoader) -> int:
    status = Path(f"/proc/{loader._child._process.pid}/status") if loader._child else Path("/nowhere")
    found = re.search(r"VmPeak:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else 0


def main() -> None:
    print(f"{'file':40}{'pages':>6}{'s/page':>8}{'MB':>6}{'score':>7}")
    for name in sys.argv[1:]:
        with SafeLoader() as loader:
            begun = time.perf_counter()
            try:
                source = loader.load(Path(name))
            except LoadError as error:
                print(f"{Path(name).name:40}{error.message}")
                continue
            seconds = time.perf_counter() - begun
            lines = [line for block in source.blocks if isinstance(block, Paragraph) for line in block.lines]
            scores = [line.confidence for line in lines if line.confidence is not None]
            score = sum(scores) / len(scores) if scores else 0.0
            print(f"{Path(name).name:40}{source.pages or 0:6}{seconds / max(1, source.pages or 0):8.1f}{peak_mb(loader):6}{score:7.3f}")


if __name__ == "__main__":
    main()
