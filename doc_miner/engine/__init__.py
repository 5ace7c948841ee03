"""Run one function over many items: results in input order, whatever runs them.

An engine does not know what a document is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Protocol, TypeVar

from doc_miner.errors import SettingsError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine(Protocol):
    """Anything that maps a picklable function over items in order."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``work(item)`` for each item, in the order of the items."""
        ...


def engine_for(name: str, workers: int | None = None) -> Engine:
    """Return the engine of a name; raises `SettingsError` for an unknown one."""
    if name not in ENGINES:
        raise SettingsError(f"没有“{name}”这个引擎；可用：{'、'.join(ENGINES)}。")
    module, cls = ENGINES[name]
    engine: Engine = getattr(import_module(module), cls)(workers)
    return engine


ENGINES = {"serial": ("doc_miner.engine.serial", "Serial"), "processes": ("doc_miner.engine.processes", "Processes")}
"""Name to module and class; imported only when chosen."""
