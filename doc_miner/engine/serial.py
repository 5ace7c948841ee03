"""One after another in this process: the default, and the one for finding faults."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Serial:
    """Runs the work here."""

    def __init__(self, workers: int | None = None) -> None:
        del workers

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """Yield ``work(item)`` for each item."""
        try:
            for item in items:
                yield work(item)
        finally:
            close = getattr(work, "close", None)
            if close is not None:
                close()
