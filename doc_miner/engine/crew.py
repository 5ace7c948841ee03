"""What a worker process of `doc_miner.engine.processes` does, and how its answers travel."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

READY, GROWN = b"ready", b"grown"
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 3.0
_GROWTH_MB = 1024
"""A worker that has grown by so much is replaced: memory that libraries keep is given back so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of the item with this *index*: a value, an exception, or what a call gives that speaks for a lost item."""

    index: int
    seconds: float
    value: Any = None
    error: BaseException | None = None
    lost: Callable[[], Any] | None = None

    def result(self) -> Any:
        """Return the value, or raise what the work raised."""
        if self.error is not None:
            raise self.error
        return self.lost() if self.lost is not None else self.value


def opened(message: bytes) -> Answer:
    """Return an answer as it was sent; one that cannot be read back is an exception of the work."""
    index, seconds, body = pickle.loads(message)
    try:
        value, error = pickle.loads(body)
    except Exception as fault:
        return Answer(index, seconds, error=fault)
    return Answer(index, seconds, value, error)


def _closed(work: Callable[[Any], Any], index: int, item: Any) -> bytes:
    """Work on an item and return the answer as bytes."""
    begun = time.perf_counter()
    try:
        body = pickle.dumps((work(item), None))
    except Exception as error:  # it is the caller's; here it would only end a process
        try:
            body = pickle.dumps((None, error))
            pickle.loads(body)
        except Exception:
            body = pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))
    return pickle.dumps((index, time.perf_counter() - begun, body))


def serve(pipe: Connection, work: Callable[[Any], Any]) -> None:
    """Work on what comes through *pipe* until it says ``None``, and send the answers: what a worker process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with suppress(OSError):
        pipe.send_bytes(READY)
    # Answers are sent beside the work: while the caller writes to disk, nobody empties the pipe.
    answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    sender = threading.Thread(target=_send, args=(pipe, answers), daemon=True)
    sender.start()
    level, told = None, False
    try:
        while (items := pipe.recv()) is not None:
            for index, item in items:
                answers.put(_closed(work, index, item))
            level = level or _memory_mb()  # the first items build what stays
            if not told and _memory_mb() > level + _GROWTH_MB:
                answers.put(GROWN)
                told = True
        answers.put(None)
        sender.join()
    except (EOFError, OSError):
        pass
    finally:
        close = getattr(work, "close", None)
        if close is not None:
            close()


def _send(pipe: Connection, answers: queue.SimpleQueue[bytes | None]) -> None:
    with suppress(OSError):  # the caller has gone; `_end_with` sees it too
        while (message := answers.get()) is not None:
            pipe.send_bytes(message)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(1)


def _end_with(parent: int) -> None:
    """End this process when its parent has gone; the pipe does not tell, for later workers may hold its other end too."""
    if os.name == "posix":
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_PATIENCE_SECONDS)
    else:
        started_by = multiprocessing.parent_process()
        if started_by is None:
            return
        started_by.join()
    os._exit(1)


def _memory_mb() -> float:
    """Return the most memory this process has held, in MB; 0 where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1048576 if sys.platform == "darwin" else most / 1024
