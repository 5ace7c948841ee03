"""Engines: the same results in the same order whatever runs the work, no exception lost, nothing that needs a fork."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import FileWork, Outcome, Task, mine_archive
from doc_miner.dataset.export import export_jsonl
from doc_miner.engine import ENGINES, Engine, crew, engine_for
from doc_miner.engine.processes import _WINDOW, Processes
from doc_miner.engine.serial import Serial
from doc_miner.errors import DocMinerError, SettingsError, WorkerDied
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT

from .running import finish, start_command

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
ROOT = Path(__file__).resolve().parents[1]
WORK = "import os\n\n\ndef work(n):\n    return n * n, os.getpid()\n\n\ndef fail(n):\n    if n == 3:\n        raise ValueError(f'{n} 不行')\n    return n\n"


@dataclass
class Closing:
    """Work that counts what it did and can be closed."""

    done: int = 0
    closed: int = 0

    def __call__(self, item: int) -> int:
        self.done += 1
        return -item

    def close(self) -> None:
        self.closed += 1


def square(n: int) -> int:
    return n * n


def fail_at_three(n: int) -> int:
    if n == 3:
        raise DocMinerError(f"{n} 不行")
    return n


def die_at_three(n: int) -> int:
    if n == 3:
        os._exit(1)
    return n


def process_of(n: int) -> tuple[int, int]:
    return n, os.getpid()


@pytest.fixture(params=sorted(name for name in ENGINES if name != "dask"))
def engine(request: pytest.FixtureRequest) -> Engine:
    return engine_for(request.param, 2)


# --- every engine --------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
def test_results_come_in_the_order_of_the_items(engine: Engine, count: int) -> None:
    assert list(engine.map(square, range(count))) == [n * n for n in range(count)]


def test_an_exception_of_the_work_reaches_the_caller_after_the_results_before_it(engine: Engine) -> None:
    results = engine.map(fail_at_three, range(6))
    got: list[int] = []
    with pytest.raises(DocMinerError, match=r"^3 不行$"):
        got.extend(results)
    with pytest.raises(StopIteration):
        next(iter(results))


def test_items_may_come_from_a_generator(engine: Engine) -> None:
    assert list(engine.map(square, (n for n in (3, 1, 2)))) == [9, 1, 4]


def test_serial_yields_each_result_before_it_takes_the_next_item() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(3):
            taken.append(n)
            yield n

    results = Serial().map(square, items())
    assert (next(results), taken) == (0, [0])
    assert (next(results), taken) == (1, [0, 1])


def test_serial_keeps_the_results_before_an_exception() -> None:
    got: list[int] = []
    with pytest.raises(DocMinerError):
        got.extend(Serial().map(fail_at_three, range(6)))
    assert got == [0, 1, 2]


@pytest.mark.parametrize("stop", [None, 1])
def test_serial_closes_the_work_when_it_ends_or_is_left(stop: int | None) -> None:
    work = Closing()
    results = Serial().map(work, range(4))
    if stop is None:
        assert list(results) == [0, -1, -2, -3]
    else:
        assert next(results) == 0
        results.close()  # type: ignore[attr-defined]
    assert (work.done, work.closed) == (stop or 4, 1)


def test_processes_use_other_processes_and_at_most_as_many_as_told() -> None:
    processes = {process for _, process in Processes(2).map(process_of, range(40))}
    assert os.getpid() not in processes and 1 <= len(processes) <= 2


def test_a_worker_that_dies_is_not_taken_for_the_end() -> None:
    got: list[int] = []
    with pytest.raises(WorkerDied, match="处理 3 时"):
        got.extend(Processes(1).map(die_at_three, range(6)))
    assert got == [0, 1, 2]


@dataclass
class Deadly:
    """Work on which its process dies, at some items, and that says so."""

    items: tuple[int, ...]
    grow: int = 0

    def __call__(self, item: int) -> tuple[int, int]:
        if item in self.items:
            os.kill(os.getpid(), signal.SIGKILL)
        return item, os.getpid()

    def lost(self, item: int) -> tuple[int, int]:
        return item, 0


@posix
@pytest.mark.parametrize("items", [(0,), (3,), (99,), (3, 4, 5), (0, 50, 99), tuple(range(0, 100, 7))])
def test_items_that_kill_are_told_apart_and_all_others_worked_on(items: tuple[int, ...]) -> None:
    results = list(Processes(3).map(Deadly(items), range(100)))
    assert [item for item, _ in results] == list(range(100))
    assert tuple(item for item, process in results if process == 0) == items


@posix
def test_a_worker_killed_from_outside_costs_no_item() -> None:
    results, killed = [], set()
    for item, process in Processes(2).map(process_of, range(3000)):
        results.append(item)
        if item % 1000 == 500 and process not in killed:
            killed.add(process)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    assert results == list(range(3000)) and killed


@posix
def test_an_exception_that_cannot_travel_is_told_in_words() -> None:
    with pytest.raises(RuntimeError, match="Shy: 不行"):
        list(Processes(1).map(raise_shy, [1]))


class Shy(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def raise_shy(n: int) -> int:
    raise Shy("不", "行")


def test_only_so_many_items_are_taken_before_their_turn() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(100_000):
            taken.append(n)
            yield n

    results = Processes(2).map(square, items())
    assert next(results) == 0
    assert len(taken) <= 2 * _WINDOW
    results.close()


def test_a_worker_that_has_grown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_GROWTH_MB", -1)  # whatever it holds is too much
    results = list(Processes(2).map(process_of, range(200)))
    assert [item for item, _ in results] == list(range(200))
    assert multiprocessing.get_start_method() != "fork" or len({process for _, process in results}) > 2
    assert multiprocessing.active_children() == []


def test_workers_are_gone_when_the_results_are_left() -> None:
    results = Processes(2).map(process_of, range(1000))
    next(results)
    results.close()
    assert multiprocessing.active_children() == []


def test_workers_default_to_the_cores() -> None:
    assert Processes().workers == (os.cpu_count() or 1)
    assert Processes(3).workers == 3


@pytest.mark.parametrize("name", ["threads", "", "Serial"])
def test_an_unknown_engine_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        engine_for(name)
    assert str(refusal.value) == f"没有“{name}”这个引擎；可用：serial、processes、dask。"


# --- the work of this program ----------------------------------------------------------------------
def write_archive(folder: Path, count: int = 24) -> Path:
    folder.mkdir()
    for n in range(count):
        county = "青岚白石望溪"[n % 3 * 2 :][:2]
        text = f"{county}县整改情况报告\n一、存在问题\n（一）大班额突出。全县大班额{n + 5}个。\n二、整改措施\n（一）新建学校{n + 1}所，投入{n + 1}.5万元。\n{county}县教育局\n2023年9月{n % 28 + 1}日\n"
        (folder / f"{n:02}.txt").write_text(text, "utf-8")
    (folder / "05b.txt").write_text("", "utf-8")
    (folder / "07b.docx").write_bytes(b"PK\x03\x04 broken")
    return folder


def rows_of(dataset: Path, out: Path) -> dict[str, list[dict[str, Any]]]:
    rows = {}
    for path in export_jsonl(dataset, out):
        rows[path.stem] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for row in rows[path.stem]:
            row.pop("mined_at", None)
    return rows


def test_every_engine_gives_the_rows_of_serial_in_the_same_order(tmp_path: Path, lexicon: Lexicon) -> None:
    archive = write_archive(tmp_path / "in")
    found = {}
    for name in ("serial", "processes"):
        seen: list[str] = []
        dataset = tmp_path / f"{name}.db"
        summary = mine_archive([archive], dataset, lexicon=lexicon, engine=engine_for(name, 2), progress=lambda done, all_, path, seen=seen: seen.append(Path(path).name))
        found[name] = rows_of(dataset, tmp_path / name), summary.failures, summary.records, seen
    assert len(found["serial"][1]) == 2
    assert found["serial"][3] == sorted(path.name for path in archive.iterdir())
    for name in ("serial", "processes"):
        assert found[name] == found["serial"]


def test_outcomes_are_the_same_in_every_engine(tmp_path: Path, lexicon: Lexicon) -> None:
    tasks = [Task((str(path),)) for path in sorted(write_archive(tmp_path / "in", 6).iterdir())]

    def undated(outcomes: Iterator[list[Outcome]]) -> list[Any]:
        return [(one.path, one.failure, {name: len(rows) for name, rows in one.rows.items()}) for of_file in outcomes for one in of_file]

    work = FileWork(lexicon.folder, DEFAULT)
    assert undated(Serial().map(work, tasks)) == undated(Processes(2).map(FileWork(lexicon.folder, DEFAULT), tasks))


def test_the_work_travels_to_another_process_before_and_after_it_was_used(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "a.txt"
    path.write_text("青岚县工作汇报\n投入3万元。", "utf-8")
    work = FileWork(lexicon.folder, DEFAULT)
    (used,) = work(Task((str(path),)))
    for one in (FileWork(lexicon.folder, DEFAULT), work):
        copy = pickle.loads(pickle.dumps(one))
        (again,) = copy(Task((str(path),)))
        assert again.rows["figures"] == used.rows["figures"]
        copy.close()
    work.close()
    assert pickle.loads(pickle.dumps(used)) == used


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_need_no_fork(tmp_path: Path, method: str) -> None:
    if os.name != "posix" and method == "forkserver":
        pytest.skip("this system has no fork server")
    archive = write_archive(tmp_path / "in", 5)
    (tmp_path / "job.py").write_text(WORK, "utf-8")
    script = tmp_path / "main.py"
    script.write_text(
        "import multiprocessing, os, sys\nfrom pathlib import Path\nfrom doc_miner.engine.processes import Processes\nimport job\n\n"
        "if __name__ == '__main__':\n"
        "    from doc_miner.archive import mine_archive\n    from doc_miner.lexicon import default_lexicon\n"
        f"    multiprocessing.set_start_method({method!r})\n"
        "    results = list(Processes(2).map(job.work, range(9)))\n"
        "    assert [square for square, _ in results] == [n * n for n in range(9)] and os.getpid() not in {pid for _, pid in results}\n"
        "    try:\n        list(Processes(2).map(job.fail, range(6)))\n"
        "    except ValueError as error:\n        print(error)\n"
        "    summary = mine_archive([Path(sys.argv[1])], Path(sys.argv[2]), lexicon=default_lexicon(), engine=Processes(2))\n"
        "    print(summary.read, len(summary.failures))\n",
        "utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(script), str(archive), str(tmp_path / "dataset.db")]
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert (run.stdout.split("\n")[:2], run.returncode) == (["3 不行", "5 2"], 0), run.stderr


class Killing(FileWork):
    """Mines files, and dies at some by their names."""

    def __call__(self, task: Task) -> list[Outcome]:
        if Path(task.paths[0]).name.startswith("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(task)


@posix
def test_a_document_that_kills_is_recorded_and_left_out(tmp_path: Path, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    if multiprocessing.get_start_method() != "fork":
        pytest.skip("the class is known in a fork only")
    archive = write_archive(tmp_path / "in")
    mine_archive([archive], tmp_path / "serial.db", lexicon=lexicon, engine=engine_for("serial"))
    (archive / "kill-1.txt").write_text("青岚县工作报告", "utf-8")
    monkeypatch.setattr("doc_miner.archive.FileWork", Killing)
    summary = mine_archive([archive], tmp_path / "processes.db", lexicon=lexicon, engine=engine_for("processes", 2))
    assert [Path(path).name for path, reason in summary.failures if "屡次意外结束" in reason] == ["kill-1.txt"]
    found, wanted = rows_of(tmp_path / "processes.db", tmp_path / "a"), rows_of(tmp_path / "serial.db", tmp_path / "b")
    assert [row["warnings"][0]["code"] for row in found["documents"] if "kill-1" in row["path"]] == ["killed"]
    for name in found:
        assert [row for row in found[name] if "kill-1" not in row.get("path", "")] == wanted[name]
    again = mine_archive([archive], tmp_path / "processes.db", lexicon=lexicon, engine=engine_for("processes", 2))
    assert (again.read, again.unchanged) == (0, again.found)


def children_of(process: int) -> set[int]:
    """Return the processes below one, as Linux lists them."""
    out, todo = set(), [process]
    while todo:
        place = Path(f"/proc/{(one := todo.pop())}/task/{one}/children")
        with suppress(OSError):
            below = [int(child) for child in place.read_text().split()]
            out |= set(below)
            todo += below
    return out


def alive(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="asks Linux which processes there are")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_is_stopped_leaves_no_process_and_goes_on_next_time(tmp_path: Path, number: signal.Signals, code: int) -> None:
    archive, errors = write_archive(tmp_path / "in", 200), tmp_path / "errors.txt"
    for attempt in range(5):  # a run may be done before it is stopped
        dataset = tmp_path / f"{attempt}.db"
        arguments = ["mine", archive, "--dataset", dataset, "--engine", "processes", "--workers", "2"]
        run = start_command(*arguments, errors=errors, apart=True)
        assert run.pid is not None
        while run.is_alive() and not counted(dataset):
            run.join(0.02)
        below = children_of(run.pid)
        with suppress(ProcessLookupError):
            os.kill(run.pid, number) if number == signal.SIGKILL else os.killpg(run.pid, number)
        found = finish(run, 30)
        if 0 < counted(dataset) < 202:
            break
    assert 0 < counted(dataset) < 202, "every stop came too late"
    assert (found, "Traceback" in errors.read_text("utf-8")) == (code, False), errors.read_text("utf-8")
    assert len(below) >= 2
    end = time.monotonic() + 10
    while any(map(alive, below)) and time.monotonic() < end:
        time.sleep(0.05)
    assert [process for process in below if alive(process)] == []
    assert (finish(start_command(*arguments)), counted(dataset)) == (1, 202)


def counted(dataset: Path) -> int:
    """Return how many files a dataset holds, 0 where there is none yet."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{dataset}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM files").fetchone()[0])
    return 0
