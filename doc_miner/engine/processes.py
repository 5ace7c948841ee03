"""All cores of one machine: chunks of items in a pool of processes, results in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 16


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


def _run(item: Item) -> Result:  # type: ignore[type-var]
    assert _work is not None
    return _work(item)  # type: ignore[return-value]
