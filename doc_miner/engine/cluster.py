"""Many machines: chunks of items on the workers of a Dask cluster, results in order (extra ``cluster``).

The work may say how the results of a chunk travel: ``pack(items, results)`` is called on the
worker and ``unpack(items, packed)`` here. A chunk whose worker is lost is done again elsewhere
by the scheduler; one on which several died is split, until the item that kills stands alone.
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar
from uuid import uuid4

from doc_miner.engine import lost_result
from doc_miner.errors import SettingsError, WorkerDied

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK = 256
_PIECES = 16
"""A chunk that kills is split into so many: two levels find one of 256, and each level costs workers."""
_AHEAD = 4
"""Chunks for each worker that are submitted before their turn."""
_CONNECT_SECONDS = 20


class Cluster:
    """Runs the work on the cluster whose scheduler is at an address (``tcp://host:8786``), or on one started here for the run."""

    def __init__(self, workers: int | None = None, scheduler: str = "", chunk: int = _CHUNK) -> None:
        self.workers, self.scheduler, self.chunk = workers or os.cpu_count() or 1, scheduler, chunk

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """Yield ``work(item)`` for each item, in the order of the items."""
        items = list(items)
        if not items:
            return
        with _client(self.scheduler, self.workers) as client:
            workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
            size = max(1, min(self.chunk, len(items) // (_AHEAD * workers)))
            yield from _results(client, work, items, size, _AHEAD * workers)


def _results(client: Any, work: Callable[[Any], Any], items: Sequence[Any], size: int, ahead: int) -> Generator[Any, None, None]:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    job = _Job(client, work)
    chunks = iter([items[start : start + size] for start in range(0, len(items), size)])
    running = deque(job.submit(chunk) for chunk in islice(chunks, ahead))
    alone = False  # whether the next is an item that is tried once more
    try:
        while running:
            chunk, future = running.popleft()
            try:
                packed, error = future.result()
            except KilledWorker:
                if len(chunk) == 1 and alone:
                    alone = False
                    yield lost_result(work, chunk[0])
                elif len(chunk) == 1:
                    alone = True  # it may only have waited on workers that another one killed
                    running.appendleft(job.submit(chunk))
                else:
                    step = -(-len(chunk) // _PIECES)
                    running.extendleft(reversed([job.submit(chunk[start : start + step]) for start in range(0, len(chunk), step)]))
                continue
            except (FutureCancelledError, OSError, TimeoutError) as lost:
                raise WorkerDied("与调度器的连接断开；请检查调度器和网络，再运行一次即可继续。") from lost
            alone = False
            done, results = packed
            if done:
                yield from _unpacked(work, chunk[:done], results)
            if error is not None:
                raise error
            future.release()
            running.extend(job.submit(one) for one in islice(chunks, 1))
    finally:
        for _, future in running:
            future.cancel(force=True)


class _Job:
    """The work as it travels, and how chunks of it are submitted."""

    def __init__(self, client: Any, work: Callable[[Any], Any]) -> None:
        self._client, self._work, self._run = client, pickle.dumps(work), uuid4().hex

    def submit(self, chunk: Sequence[Any]) -> tuple[Sequence[Any], Any]:
        return chunk, self._client.submit(_do, self._work, chunk, key=f"doc-miner-{self._run}-{uuid4().hex}", pure=False)


def _unpacked(work: Callable[[Any], Any], items: Sequence[Any], packed: Any) -> Iterable[Any]:
    unpack: Callable[[Sequence[Any], Any], Iterable[Any]] | None = getattr(work, "unpack", None)
    return packed if unpack is None else unpack(items, packed)


_here = threading.local()


def _do(pickled: bytes, items: Sequence[Any]) -> tuple[tuple[int, Any], Exception | None]:
    """Work on a chunk, on a worker: return how many items were done, their results, and the exception that stopped it.

    What the work builds is kept for the next chunk, one for each thread.
    """
    if getattr(_here, "pickled", None) != pickled:
        _here.work, _here.pickled = pickle.loads(pickled), pickled
    work, results, fault = _here.work, [], None
    for item in items:
        try:
            results.append(work(item))
        except Exception as error:
            fault = error
            break
    pack = getattr(work, "pack", None)
    done = len(results)
    return (done, results if pack is None or not done else pack(items[:done], results)), fault


@contextmanager
def _client(scheduler: str, workers: int) -> Iterator[Any]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise SettingsError("--engine dask 需要 dask；请运行 pip install 'doc-miner[cluster]'，或改用 --engine processes。") from error
    quiet = {"distributed.comm.timeouts.connect": f"{_CONNECT_SECONDS}s", "distributed.scheduler.allowed-failures": 1, "distributed.admin.low-level-log-length": 100}
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what fails is told by the results
    with dask.config.set(quiet):
        try:
            cluster = scheduler or LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=logging.CRITICAL)
            client = Client(cluster, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError, ImportError) as error:
            raise SettingsError(f"{scheduler or '本机'}: 连不上 Dask 调度器（{error}）；请检查 --scheduler 的地址和网络。") from error
        try:
            yield client
        finally:
            client.close(timeout=5)
            if not isinstance(cluster, str):
                cluster.close(timeout=10)
