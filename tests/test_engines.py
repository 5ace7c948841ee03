"""Engines: the same results in the same order whatever runs the work, no exception lost, nothing that needs a fork."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import FileWork, Outcome, Task, mine_archive
from doc_miner.dataset.export import export_jsonl
from doc_miner.engine import ENGINES, Engine, engine_for
from doc_miner.engine.processes import Processes
from doc_miner.engine.serial import Serial
from doc_miner.errors import DocMinerError, SettingsError
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT

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


@pytest.fixture(params=sorted(ENGINES))
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
    with pytest.raises(Exception, match="terminated abruptly"):
        list(Processes(1).map(die_at_three, range(6)))


def test_workers_default_to_the_cores() -> None:
    assert Processes().workers == (os.cpu_count() or 1)
    assert Processes(3).workers == 3


@pytest.mark.parametrize("name", ["threads", "", "Serial"])
def test_an_unknown_engine_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        engine_for(name)
    assert str(refusal.value) == f"没有“{name}”这个引擎；可用：serial、processes。"


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
    for name in ENGINES:
        seen: list[str] = []
        dataset = tmp_path / f"{name}.db"
        summary = mine_archive([archive], dataset, lexicon=lexicon, engine=engine_for(name, 2), progress=lambda done, all_, path, seen=seen: seen.append(Path(path).name))
        found[name] = rows_of(dataset, tmp_path / name), summary.failures, summary.records, seen
    assert len(found["serial"][1]) == 2
    assert found["serial"][3] == sorted(path.name for path in archive.iterdir())
    for name in ENGINES:
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
        "import multiprocessing, os, sys\nfrom pathlib import Path\n"
        "from doc_miner.archive import mine_archive\nfrom doc_miner.engine.processes import Processes\nfrom doc_miner.lexicon import default_lexicon\nimport job\n\n"
        "if __name__ == '__main__':\n"
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
