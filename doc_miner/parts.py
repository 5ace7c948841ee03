"""Results that travel by disk: Parquet parts in a folder that all machines see, each whole or absent.

A part holds the rows of some tasks, one record a document, its tables as lists of structures
with the columns of the dataset. It is written aside and renamed, loaded into the dataset and
removed. What a run that was killed left behind is loaded by the next.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from doc_miner.dataset.schema import RECORD_TABLES, TABLES, Column
from doc_miner.errors import DatasetError, SettingsError
from doc_miner.filework import FileWork, Outcome, Task
from doc_miner.remote import is_url, opened

_SUFFIX, _ASIDE = ".parquet", ".aside"
_TABLES = ("documents", "files", *RECORD_TABLES)


class Parts:
    """A folder of parts, on a disk or in a store; raises `SettingsError` where pyarrow (extra ``cluster``) is missing."""

    def __init__(self, folder: str) -> None:
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError as error:
            raise SettingsError("这种运行方式需要 pyarrow；请运行 pip install 'doc-miner[cluster]'。") from error
        self.folder = folder.rstrip("/") if is_url(folder) else os.path.abspath(folder)

    def write(self, results: Sequence[tuple[Task, Sequence[Outcome]]]) -> str:
        """Write the outcomes of tasks as one part and return its name; the same tasks give the same name."""
        import pyarrow
        import pyarrow.parquet

        name = hashlib.sha256("\n".join(path for task, _ in results for path in task.paths).encode("utf-8", "surrogateescape")).hexdigest()[:32] + _SUFFIX
        records = [_record(number, outcome) for number, (_, outcomes) in enumerate(results) for outcome in outcomes]
        table = pyarrow.Table.from_pylist(records, schema=_schema())
        place = f"{self.folder}/{name}"
        aside = f"{uuid4().hex}{_ASIDE}"
        if is_url(self.folder):
            store, path = opened(place)
            with store.open(f"{path}.{aside}", "wb") as stream:
                pyarrow.parquet.write_table(table, stream, compression="zstd")
            store.mv(f"{path}.{aside}", path)
            return name
        try:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
            pyarrow.parquet.write_table(table, f"{place}.{aside}", compression="zstd")
            os.replace(f"{place}.{aside}", place)
        except OSError as error:
            with suppress(OSError):
                os.unlink(f"{place}.{aside}")
            raise DatasetError(f"{place}: 写不进去（{error.strerror or error}）；请检查结果文件夹的权限和磁盘空间。") from error
        return name

    def read(self, name: str) -> list[tuple[int, Outcome]]:
        """Return the outcomes in a part, each with the number of its task in it; raises `DatasetError` where it is damaged or gone."""
        import pyarrow.parquet

        place = f"{self.folder}/{name}"
        try:
            if is_url(self.folder):
                store, path = opened(place)
                with store.open(path, "rb") as stream:
                    records = pyarrow.parquet.ParquetFile(stream).read().to_pylist()
            else:
                records = pyarrow.parquet.ParquetFile(place).read().to_pylist()
        except (OSError, pyarrow.ArrowException) as error:
            raise DatasetError(f"{place}: 读不出来（{error}）；请删除这个文件后再运行一次。") from error
        return [(record["task"], _outcome(record)) for record in records]

    def listed(self) -> list[str]:
        """Return the names of the parts there are, in order."""
        if is_url(self.folder):
            store, path = opened(self.folder)
            found = [name.rsplit("/", 1)[-1] for name in store.find(path)] if store.exists(path) else []
        else:
            found = os.listdir(self.folder) if os.path.isdir(self.folder) else []
        return sorted(name for name in found if name.endswith(_SUFFIX))

    def remove(self, names: Sequence[str]) -> None:
        """Remove parts that were loaded; one that is gone already is no fault."""
        for name in names:
            with suppress(OSError):
                if is_url(self.folder):
                    store, path = opened(f"{self.folder}/{name}")
                    store.rm_file(path)
                else:
                    os.unlink(f"{self.folder}/{name}")
        if not is_url(self.folder):
            with suppress(OSError):
                os.rmdir(self.folder)  # only where it is empty


class PartWork:
    """Mines tasks as `FileWork` does; what comes of a chunk travels as a part. Picklable as that is."""

    def __init__(self, work: FileWork, parts: Parts) -> None:
        self.work, self.parts = work, parts
        self._unpacked: list[str] = []

    def __call__(self, task: Task) -> list[Outcome]:
        """Return the rows of each file of a task."""
        return self.work(task)

    def lost(self, task: Task) -> list[Outcome]:
        """Return the refusal of a file on which processes died."""
        return self.work.lost(task)

    def close(self) -> None:
        """End the child process that reads files."""
        self.work.close()

    def pack(self, tasks: Sequence[Task], results: Sequence[list[Outcome]]) -> str:
        """Write the results of a chunk as a part; return its name."""
        return self.parts.write(list(zip(tasks, results, strict=True)))

    def unpack(self, tasks: Sequence[Task], packed: str) -> Iterator[list[Outcome]]:
        """Yield the results of a chunk from its part."""
        out: list[list[Outcome]] = [[] for _ in tasks]
        for number, outcome in self.parts.read(packed):
            out[number].append(outcome)
        yield from out
        self._unpacked.append(packed)  # reached when the last was taken

    def taken(self) -> list[str]:
        """Return the names of the parts whose last outcome was taken since the last call: when those are in the dataset, the parts may go."""
        names, self._unpacked = self._unpacked, []
        return names


def _record(number: int, outcome: Outcome) -> dict[str, Any]:
    tables = {name: [_packed(name, row) for row in outcome.rows.get(name, ())] for name in _TABLES}
    return {"task": number, "path": outcome.path, "failure": outcome.failure, "holds": list(outcome.rows), **tables}


def _packed(table: str, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column.name: str(value) if column.type == "NUMERIC" and value is not None else value for column, value in zip(TABLES[table], row, strict=True)}


def _outcome(record: dict[str, Any]) -> Outcome:
    rows = {name: [tuple(_value(column, row[column.name]) for column in TABLES[name]) for row in record[name]] for name in record["holds"]}
    return Outcome(record["path"], rows, record["failure"])


def _value(column: Column, value: Any) -> Any:
    """Return a value as it was: a number is an integer or a float, as its digits say."""
    if column.type != "NUMERIC" or value is None:
        return value
    return int(value) if value.lstrip("-").isdigit() else float(value)


def _schema() -> Any:
    import pyarrow

    kinds = {"INTEGER": pyarrow.int64(), "BOOLEAN": pyarrow.int64(), "REAL": pyarrow.float64()}
    tables = [(name, pyarrow.list_(pyarrow.struct([(column.name, kinds.get(column.type, pyarrow.string())) for column in columns]))) for name in _TABLES for columns in [TABLES[name]]]
    return pyarrow.schema([("task", pyarrow.int32()), ("path", pyarrow.string()), ("failure", pyarrow.string()), ("holds", pyarrow.list_(pyarrow.string())), *tables])
