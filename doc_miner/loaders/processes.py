"""Other programs, started apart from the user's terminal, bounded, and ended with everything they started themselves."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

_BOUNDED = 'ulimit -c 0; ulimit -v "$1" 2>/dev/null; ulimit -t "$2" 2>/dev/null; shift 2; exec "$@"'
"""macOS keeps no limit of memory: there the bounds of time and of sizes are left."""


def apart() -> dict[str, Any]:
    """Return the options of `subprocess.Popen` for a process and its children in a group of their own: Ctrl-C is for the caller alone."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def bounded(command: Sequence[str], memory_mb: int, seconds: float) -> list[str]:
    """Return *command* with bounds of memory (address space) and processor time, where the system has a shell that sets them.

    The processor time is a last resort, should this process be killed and nobody be left to watch.
    """
    if sys.platform == "win32":
        return list(command)
    return ["/bin/sh", "-c", _BOUNDED, "sh", str(memory_mb * 1024), str(int(seconds) + 5), *command]


def kill(process: subprocess.Popen[bytes]) -> None:
    """End *process* and all it started, and wait for it, so that no zombie stays."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, timeout=10)
    else:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)  # the group goes by the name of its first process, also when that is gone
    process.kill()
    process.wait()


class Folder:
    """A temporary folder, removed when closed, when forgotten or at exit; a fork of the process leaves it alone."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="doc-miner-"))
        self.close = weakref.finalize(self, _remove, self.path, os.getpid())


def _remove(path: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(path, ignore_errors=True)
