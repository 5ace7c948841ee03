"""Run one function over many items: results in input order, whatever runs them.

An engine does not know what a document is. Two methods of the work, where it has them, are
called by every engine: ``close()`` in each process at its end, and ``lost(item)``, in the
caller's process, for the result of an item on which a process died again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from importlib import import_module
from typing import Protocol, TypeVar

from doc_miner.errors import SettingsError, WorkerDied

Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine(Protocol):
    """Anything that maps a picklable function over items in order."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """Yield ``work(item)`` for each item, in the order of the items; closed, it ends what it started.

        An exception of the work is raised in its turn; so is `WorkerDied` where an item kills
        the process that works on it and the work has no ``lost``.
        """
        ...


def engine_for(name: str, workers: int | None = None, **settings: str) -> Engine:
    """Return the engine of a name; raises `SettingsError` for an unknown one. *settings* are those of the engine alone."""
    if name not in ENGINES:
        raise SettingsError(f"没有“{name}”这个引擎；可用：{'、'.join(ENGINES)}。")
    module, cls = ENGINES[name]
    engine: Engine = getattr(import_module(module), cls)(workers, **settings)
    return engine


def lost_result(work: Callable[[Item], Result], item: Item) -> Result:
    """Return what *work* says of an item that cannot be worked on; raises `WorkerDied` where it says nothing."""
    lost: Callable[[Item], Result] | None = getattr(work, "lost", None)
    if lost is None:
        raise WorkerDied(f"处理 {item} 时进程两次意外结束（可能内存不足或程序库崩溃）。")
    return lost(item)


ENGINES = {
    "serial": ("doc_miner.engine.serial", "Serial"),
    "processes": ("doc_miner.engine.processes", "Processes"),
    "dask": ("doc_miner.engine.cluster", "Cluster"),
}
"""Name to module and class; imported only when chosen."""
