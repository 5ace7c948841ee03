"""The exception tree.

    DocMinerError
    ├── LoadError       a file that could not be read, with the reason a user can act on
    ├── LexiconError    faults in the files under lexicons/, all of them at once
    ├── DatasetError    a dataset file that cannot be opened or written
    ├── SettingsError   a wrong option or combination of options
    └── WorkerDied      a process that works for this one ended, again and again

They are for what a user can repair, so their messages are in Chinese. A broken
promise inside the program is an ordinary exception and a bug.
"""

from __future__ import annotations

from collections.abc import Sequence


class DocMinerError(Exception):
    """Something a user can repair."""


class LoadError(DocMinerError):
    """A document that was not read: a short machine-readable *code* and the reason in Chinese."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[LoadError], tuple[str, str]]:
        return LoadError, (self.code, self.message)


class LexiconError(DocMinerError):
    """All faults of the lexicons, one ``path:line: message`` each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type[LexiconError], tuple[tuple[str, ...]]]:
        return LexiconError, (self.faults,)


class DatasetError(DocMinerError):
    """A dataset file that cannot be opened, read or written."""


class SettingsError(DocMinerError):
    """A wrong option, or options that exclude each other."""


class WorkerDied(DocMinerError):
    """A worker process ended again and again, at its start or on one item."""
