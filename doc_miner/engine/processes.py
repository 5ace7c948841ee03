"""All cores of one machine: chunks of items in worker processes, results in order, whatever becomes of a process.

Each worker has a pipe of its own, so that the death of one costs the others nothing. The items
it held are tried again one by one; an item that kills a worker twice with nothing beside it is
lost. What is in hand or waits for its turn is bounded, and so is the memory.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from doc_miner.engine import lost_result
from doc_miner.engine.crew import GROWN, READY, Answer, opened, serve
from doc_miner.errors import WorkerDied

Item = TypeVar("Item")
Result = TypeVar("Result")

_CHUNK_SECONDS = 0.25
"""Work that a worker is given ahead: enough that it never waits, little enough that all end together."""
_CHUNK = 64
"""Items ahead at most."""
_WINDOW = 128
"""Items for each worker that are in hand or wait for one before them."""
_DEATHS = 2
_STARTS = 3
_END_SECONDS = 5.0


class Processes:
    """Runs the work in as many processes as there are cores, or as *workers* says."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
        """Yield ``work(item)`` for each item, in the order of the items."""
        run = _Run(work, items, self.workers)
        try:
            yield from run.results()
        finally:
            run.end()


class _Worker:
    """A process, its pipe, and the items it was given and has not answered, in the order given."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.pipe, there = multiprocessing.Pipe()
        self.held: dict[int, Any] = {}
        self.is_ready = self.is_grown = self.is_alone = False
        self.process = multiprocessing.Process(target=serve, args=(there, work), daemon=True)
        with _deaf_to_interrupts():
            self.process.start()
        there.close()

    def give(self, items: list[tuple[int, Any]]) -> None:
        """Send items; a worker that is dead takes them too, which is noticed where its answer is awaited."""
        self.held |= dict(items)
        with suppress(OSError):
            self.pipe.send(items)

    def end(self) -> None:
        """Let the process end, or make it end where it is at work."""
        with suppress(OSError):
            self.pipe.send(None)
        if self.held:
            self.process.terminate()

    def wait(self) -> None:
        """Wait until the process has ended."""
        self.process.join(_END_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()


class _Run:
    """One call of `Processes.map`."""

    def __init__(self, work: Callable[[Any], Any], items: Iterable[Any], workers: int) -> None:
        self._work, self._count = work, workers
        self._source = enumerate(items)
        self._suspects: deque[tuple[int, Any]] = deque()
        self._deaths: dict[int, int] = {}
        self._done: dict[int, Answer] = {}
        self._taken = self._yielded = self._failed_starts = 0
        self._is_dry = False
        self._seconds = _CHUNK_SECONDS
        self._workers: list[_Worker] = []

    def results(self) -> Iterator[Any]:
        """Yield the results in order."""
        while True:
            while self._yielded in self._done:
                answer = self._done.pop(self._yielded)
                self._yielded += 1
                yield answer.result()
            self._employ()
            if self._is_dry and self._yielded == self._taken:
                return
            pipes = {worker.pipe: worker for worker in self._workers}
            for pipe in wait(list(pipes)):
                assert isinstance(pipe, Connection)
                self._hear(pipes[pipe])

    def end(self) -> None:
        """End all workers, those at work at once."""
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.wait()
        self._workers.clear()

    def _employ(self) -> None:
        """Give every worker enough to do; start workers only for items there are."""
        for worker in list(self._workers):
            if worker.is_grown and not worker.held:
                self._dismiss(worker)
        for worker in self._workers:
            self._feed(worker)
        while len(self._workers) < self._count:
            chunk = self._next_chunk(1)
            if not chunk:
                return
            worker = _Worker(self._work)
            worker.is_alone = chunk[0][0] in self._deaths
            worker.give(chunk)
            self._workers.append(worker)

    def _feed(self, worker: _Worker) -> None:
        ahead = max(2, min(_CHUNK, int(_CHUNK_SECONDS / self._seconds)))
        if worker.is_grown or len(worker.held) > ahead // 2 or (worker.held and (worker.is_alone or self._suspects)):
            return
        chunk = self._next_chunk(ahead - len(worker.held))
        if chunk:
            worker.is_alone = chunk[0][0] in self._deaths
            worker.give(chunk)

    def _next_chunk(self, size: int) -> list[tuple[int, Any]]:
        """Return the items to be done next: one that may have killed a worker, alone, or new ones."""
        if self._suspects:
            return [self._suspects.popleft()]
        chunk: list[tuple[int, Any]] = []
        while len(chunk) < size and not self._is_dry and self._taken - self._yielded < _WINDOW * self._count:
            try:
                chunk.append(next(self._source))
            except StopIteration:
                self._is_dry = True
            else:
                self._taken += 1
        return chunk

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.pipe.recv_bytes()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if message == READY:
            worker.is_ready, self._failed_starts = True, 0
        elif message == GROWN:
            worker.is_grown = True
        else:
            answer = opened(message)
            worker.held.pop(answer.index)
            self._done[answer.index] = answer
            self._seconds = 0.9 * self._seconds + 0.1 * max(answer.seconds, 1e-4)

    def _bury(self, worker: _Worker) -> None:
        """Take note of a death: whatever the worker held is under suspicion, what it held alone was at least there."""
        self._dismiss(worker)
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS:
                raise WorkerDied("工作进程未能启动；请检查内存，或改用 --engine serial。")
            self._suspects.extendleft(reversed(worker.held.items()))
            self._deaths |= dict.fromkeys(worker.held, 0)
            return
        for index, item in reversed(worker.held.items()):
            self._deaths[index] = self._deaths.get(index, 0) + (len(worker.held) == 1)
            if self._deaths[index] < _DEATHS:
                self._suspects.appendleft((index, item))
            else:
                self._done[index] = Answer(index, 0.0, lost=partial(lost_result, self._work, item))

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.end()
        worker.wait()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach: it is for the caller, who ends the others. One that comes meanwhile waits."""
    mask: Any = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)
