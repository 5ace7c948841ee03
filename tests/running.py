"""Runs of the program in processes of their own that need not read its modules again: they are forked from one that has."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

_CONTEXT = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
if os.name == "posix":
    _CONTEXT.set_forkserver_preload(["doc_miner.archive", "doc_miner.cli", "doc_miner.parts", "doc_miner.present.terminal", "rich.progress", "rich.table"])
_QUIET = "import os, sys; null = os.open(os.devnull, os.O_RDWR); os.dup2(null, 1); os.dup2(null, 2)\n"
_MAIN = "from doc_miner.cli import main; sys.argv[1:] = arguments; main()"


def start(code: str, **names: object) -> BaseProcess:
    """Run Python in a new process, with *names* that travel to it and nothing printed; `finish` it."""
    process = _CONTEXT.Process(target=exec, args=(_QUIET + code, {"__name__": "a_run", **names}))
    process.start()
    return process


def start_command(*arguments: object) -> BaseProcess:
    """Run ``doc-miner`` with *arguments* in a new process."""
    return start(_MAIN, arguments=[str(one) for one in arguments])


def finish(process: BaseProcess, seconds: float = 120) -> int | None:
    """Return the exit code of a process (negative for a signal), None where it did not end in time and was killed."""
    process.join(seconds)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    process.close()
    return code


def pipe_ends() -> tuple[Connection, Connection]:
    """Return the ends of a pipe that may travel to such a process: to read from, to write to."""
    return _CONTEXT.Pipe(duplex=False)
