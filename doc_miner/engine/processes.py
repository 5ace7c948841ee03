"""All cores of one machine: chunks of items in a pool of processes, results in order."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 16
_LOOK_SECONDS = 0.5


class Processes:
    """Runs the work in as many processes as there are cores, or as *workers* says."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` for each item, in the order of the items."""
        items = list(items)
        size = max(1, min(_CHUNK, len(items) // (4 * self.workers) or 1))
        with ProcessPoolExecutor(self.workers, initializer=_prepare, initargs=(work,)) as pool:  # type: ignore[arg-type]
            yield from pool.map(_run, items, chunksize=size)


_work: Callable[[object], object] | None = None


def _prepare(work: Callable[[object], object]) -> None:
    global _work  # noqa: PLW0603 - one function a process, set once when it starts
    _work = work
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when its parent has gone. A pool does not: its workers hold each other's pipes open, so none of them reads an end."""
    if os.name == "posix":
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
    else:
        started_by = multiprocessing.parent_process()
        if started_by is None:
            return
        started_by.join()
    os._exit(1)


def _run(item: Item) -> Result:  # type: ignore[type-var]
    assert _work is not None
    return _work(item)  # type: ignore[return-value]
