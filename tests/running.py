"""Runs of the program in processes of their own that need not read its modules again: they are forked from one that has."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

_CONTEXT = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
if os.name == "posix":
    _CONTEXT.set_forkserver_preload(["doc_miner.archive", "doc_miner.cli", "doc_miner.parts", "doc_miner.present.terminal", "rich.progress", "rich.table"])
_QUIET = """import os, signal, sys
for number, place in ((1, os.devnull), (2, errors)):
    os.dup2(os.open(place, os.O_WRONLY | os.O_CREAT), number)
"""
_MAIN = "from doc_miner.cli import main; sys.argv[1:] = arguments; main()"
_APART = "os.setsid(); signal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""Ctrl-C reaches a whole group of processes; a test run in the background may have been told to ignore it."""


def start(code: str, errors: object = os.devnull, **names: object) -> BaseProcess:
    """Run Python in a new process, with *names* that travel to it; what it says goes to the file *errors*. `finish` it."""
    process = _CONTEXT.Process(target=exec, args=(_QUIET + code, {"__name__": "a_run", "errors": str(errors), **names}))
    process.start()
    return process


def start_command(*arguments: object, errors: object = os.devnull, apart: bool = False, **names: object) -> BaseProcess:
    """Run ``doc-miner`` with *arguments* in a new process, in a group of its own with *apart*."""
    return start(_APART * apart + _MAIN, errors, arguments=[str(one) for one in arguments], **names)


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
