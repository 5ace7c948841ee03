"""Many machines: a real scheduler and three workers on this one. Whatever dies, every document is found once, as `serial` finds it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import Task, in_shard, mine_archive, shard_of
from doc_miner.dataset.export import export_jsonl
from doc_miner.dataset.merge import merge_datasets
from doc_miner.engine import Engine, engine_for
from doc_miner.engine.serial import Serial
from doc_miner.errors import DatasetError, LoadError, SettingsError, WorkerDied
from doc_miner.filework import FileWork
from doc_miner.lexicon import Lexicon
from doc_miner.loaders.limits import DEFAULT, Limits
from doc_miner.parts import Parts
from doc_miner.remote import fetch, list_files

from .running import finish, start_command

ROOT = Path(__file__).resolve().parents[1]
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
COUNTIES = ("青岚县", "白石县", "望溪县", "临岳县", "松坪县", "竹坞县")
QUICK = {"DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver"} if os.name == "posix" else {}
SCALE = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", **QUICK}
FAULTS = '''import os, signal, time

class Slow:
    """Work that takes its time, notes what it did, and dies at some items."""

    def __init__(self, log="", seconds=0.0, deadly=()):
        self.log, self.seconds, self.deadly = log, seconds, deadly

    def __call__(self, item):
        if item in self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.seconds)
        if self.log:
            with open(self.log, "a") as stream:
                stream.write(f"{item}\\n")
        if item == "fault":
            raise ValueError("不行")
        return item, os.getpid()

    def lost(self, item):
        return item, 0


def miss_workers_after(seconds, dask_scheduler):
    """Let the scheduler give up a silent worker sooner or later: at the least after ten of its heartbeats of half a second."""
    watch = dask_scheduler.periodic_callbacks["worker-ttl"]
    watch.stop()
    before, dask_scheduler.worker_ttl, watch.callback_time = dask_scheduler.worker_ttl, seconds, seconds * 1000
    watch.start()
    return before
'''


def write_archive(folder: Path, count: int = 24) -> Path:
    folder.mkdir(parents=True)
    for n in range(count):
        county = COUNTIES[n % 6]
        text = f"{county}整改情况报告\n一、存在问题\n（一）大班额突出。全县大班额{n + 5}个，占比{n}.{n}%。\n二、整改措施\n（一）新建学校{n + 1}所，投入{n + 1}.5万元。\n{county}教育局\n2023年9月{n % 28 + 1}日\n"
        (folder / f"{n:03}.txt").write_text(text, "utf-8")
    (folder / "005b.txt").write_text("", "utf-8")
    (folder / "007b.txt").write_text((folder / "000.txt").read_text("utf-8"), "utf-8")
    return folder


def rows_of(dataset: Path, out: Path) -> dict[str, list[dict[str, Any]]]:
    """Return all rows by table, without the time of mining."""
    rows = {path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()] for path in export_jsonl(dataset, out)}
    return {name: [{key: value for key, value in row.items() if key != "mined_at"} for row in table] for name, table in rows.items() if name != "roots"}


def serial_rows(archive: Path | str, folder: Path, lexicon: Lexicon) -> dict[str, list[dict[str, Any]]]:
    mine_archive([archive], folder / "serial.db", lexicon=lexicon, engine=Serial())
    return rows_of(folder / "serial.db", folder / "serial")


def counted(dataset: Path) -> int:
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{dataset}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM files").fetchone()[0])
    return 0


# --- parts -----------------------------------------------------------------------------------
def test_results_that_travel_by_parts_are_those_of_serial(tmp_path: Path, lexicon: Lexicon) -> None:
    pytest.importorskip("pyarrow")
    archive = write_archive(tmp_path / "in")
    parts = Parts(str(tmp_path / "parts"))
    mine_archive([archive], tmp_path / "parts.db", lexicon=lexicon, engine=InChunks(7), parts=parts)
    assert rows_of(tmp_path / "parts.db", tmp_path / "a") == serial_rows(archive, tmp_path, lexicon)
    assert not (tmp_path / "parts").exists()


def test_parts_of_the_samples_give_every_row_back(tmp_path: Path, lexicon: Lexicon) -> None:
    pytest.importorskip("pyarrow")
    work, parts = FileWork(lexicon.folder), Parts(str(tmp_path / "parts"))
    tasks = [Task((str(path),)) for path in sorted((ROOT / "corpora" / "samples").glob("*.html"))]
    results = [work(task) for task in tasks]
    work.close()
    name = parts.write(list(zip(tasks, results, strict=True)))
    assert parts.read(name) == [(number, outcome) for number, outcomes in enumerate(results) for outcome in outcomes]
    assert parts.write(list(zip(tasks, results, strict=True))) == name and parts.listed() == [name]


def test_parts_may_lie_in_a_store(lexicon: Lexicon, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("fsspec")
    archive = write_archive(tmp_path / "in", 6)
    parts = Parts("memory://parts-of-a-run")
    mine_archive([archive], tmp_path / "parts.db", lexicon=lexicon, engine=InChunks(3), parts=parts)
    assert rows_of(tmp_path / "parts.db", tmp_path / "a") == serial_rows(archive, tmp_path, lexicon)
    assert parts.listed() == []


def test_what_a_killed_run_left_is_taken_in_and_a_half_written_part_is_not(tmp_path: Path, lexicon: Lexicon) -> None:
    pytest.importorskip("pyarrow")
    archive, parts = write_archive(tmp_path / "in"), Parts(str(tmp_path / "parts"))
    work = FileWork(lexicon.folder)
    tasks = [Task((str(path),)) for path in sorted(archive.iterdir())[:9]]
    name = parts.write([(task, work(task)) for task in tasks])
    work.close()
    (tmp_path / "parts" / f"{name}.0.aside").write_bytes(b"PAR1")
    summary = mine_archive([archive], tmp_path / "parts.db", lexicon=lexicon, engine=InChunks(5), parts=parts)
    assert (summary.unchanged, summary.read + len(summary.failures)) == (9, 26 - 9)
    assert rows_of(tmp_path / "parts.db", tmp_path / "a") == serial_rows(archive, tmp_path, lexicon)


class InChunks:
    """An engine that packs and unpacks as a cluster does, in this process."""

    def __init__(self, size: int) -> None:
        self.size = size

    def map(self, work: Any, items: Any) -> Iterator[Any]:
        items = list(items)
        for start in range(0, len(items), self.size):
            chunk = items[start : start + self.size]
            yield from work.unpack(chunk, work.pack(chunk, [work(item) for item in chunk]))
        work.close()


# --- stores ----------------------------------------------------------------------------------
def test_an_archive_in_a_store_gives_the_records_of_the_folder(tmp_path: Path, lexicon: Lexicon) -> None:
    fsspec = pytest.importorskip("fsspec")
    archive, store = write_archive(tmp_path / "in", 6), fsspec.filesystem("memory")
    store.put(str(archive) + "/", "/an-archive/", recursive=True)
    summary = mine_archive(["memory://an-archive"], tmp_path / "store.db", lexicon=lexicon, engine=Serial())
    wanted = serial_rows(archive, tmp_path, lexicon)
    found = rows_of(tmp_path / "store.db", tmp_path / "a")
    assert (summary.found, len(summary.failures)) == (8, 1)
    assert found["figures"] == wanted["figures"] and found["problems"] == wanted["problems"] and found["measures"] == wanted["measures"]
    assert {row["path"] for row in found["files"]} == {f"memory:///an-archive/{path.name}" for path in archive.iterdir()}
    again = mine_archive(["memory://an-archive"], tmp_path / "store.db", lexicon=lexicon, engine=Serial())
    assert (again.read, again.unchanged) == (0, 8)
    store.pipe("/an-archive/000.txt", "青岚县工作报告\n投入77万元。".encode())
    store.rm("/an-archive/001.txt")
    third = mine_archive(["memory://an-archive"], tmp_path / "store.db", lexicon=lexicon, engine=Serial())
    assert (third.read, third.gone) == (1, ("memory:///an-archive/001.txt",))


@pytest.mark.parametrize("url", ["http://archive.example/a.txt", "https://archive.example/", "ftp://archive.example/", "zip://a.txt::https://archive.example/a.zip", "HTTP://archive.example/"])
def test_the_web_is_refused_with_what_to_do(url: str) -> None:
    with pytest.raises(SettingsError, match="不读取网址；请先把文件下载到"):
        list_files(url)


@pytest.mark.parametrize("url", ["memory://nothing-here", "nostore://a/b"])
def test_a_store_that_is_not_there_is_refused(url: str) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(SettingsError, match="请"):
        list_files(url)


def test_a_file_in_a_store_is_bounded_and_may_be_missing() -> None:
    fsspec = pytest.importorskip("fsspec")
    fsspec.filesystem("memory").pipe("/large.txt", b"x" * 3_000_000)
    with pytest.raises(LoadError, match="上限"):
        fetch("memory://large.txt", Limits(file_mb=2))
    with pytest.raises(LoadError, match="不存在"):
        fetch("memory://not-there.txt", DEFAULT)


# --- shards ----------------------------------------------------------------------------------
def test_shards_are_the_same_wherever_the_archive_is_mounted_and_hold_every_file_once() -> None:
    names = [f"{n % 7}/报告{n}.txt" for n in range(1000)]
    there, here = ([f"{root}/{name}" for name in names] for root in ("/mnt/archive", "/srv/a"))
    shards = [in_shard(there, "/mnt/archive", (part, 8)) for part in range(1, 9)]
    assert sorted(file for shard in shards for file in shard) == sorted(there)
    assert all(80 < len(shard) < 170 for shard in shards)
    assert [[file.removeprefix("/mnt/archive") for file in shard] for shard in shards] == [
        [file.removeprefix("/srv/a") for file in in_shard(here, Path("/srv/a"), (part, 8))] for part in range(1, 9)
    ]


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "1/0", "a/b", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="应写作 i/n"):
        shard_of(text)


def test_shards_merged_are_the_dataset_of_serial(tmp_path: Path, lexicon: Lexicon) -> None:
    archive = write_archive(tmp_path / "in")
    datasets = [tmp_path / f"{part}.db" for part in (1, 2, 3)]
    found = [mine_archive([archive], dataset, lexicon=lexicon, engine=Serial(), shard=(part, 3)).found for part, dataset in enumerate(datasets, 1)]
    assert sum(found) == 26 and all(found)
    assert merge_datasets(datasets, tmp_path / "all.db") == 26
    assert rows_of(tmp_path / "all.db", tmp_path / "a") == serial_rows(archive, tmp_path, lexicon)
    assert merge_datasets(datasets, tmp_path / "all.db") == 0
    again = mine_archive([archive], tmp_path / "all.db", lexicon=lexicon, engine=Serial())
    assert (again.read, again.unchanged, again.gone) == (0, 26, ())


def test_sections_within_the_ninth_and_later_ones_are_merged_after_them(tmp_path: Path, lexicon: Lexicon) -> None:
    (tmp_path / "in").mkdir()
    items = "".join(f"（{one}）第{one}项整改。投入{n}.5万元。\n1.新建学校{n}所。\n2.改建校舍{n}处。\n" for n, one in enumerate("一二三四五六七八九", 3))
    (tmp_path / "in" / "a.txt").write_text(f"青岚县整改情况报告\n一、整改措施\n{items}青岚县教育局\n2023年9月1日\n", "utf-8")
    mine_archive([tmp_path / "in"], tmp_path / "a.db", lexicon=lexicon, engine=Serial())
    assert len(rows_of(tmp_path / "a.db", tmp_path / "a")["sections"]) > 20
    assert merge_datasets([tmp_path / "a.db"], tmp_path / "b.db") == 1
    assert rows_of(tmp_path / "b.db", tmp_path / "b") == rows_of(tmp_path / "a.db", tmp_path / "a")


def test_a_dataset_is_not_merged_with_itself_and_none_with_reviews(tmp_path: Path, lexicon: Lexicon) -> None:
    mine_archive([write_archive(tmp_path / "in", 1)], tmp_path / "a.db", lexicon=lexicon, engine=Serial())
    with pytest.raises(DatasetError, match="自己"):
        merge_datasets([tmp_path / "a.db"], tmp_path / "a.db")
    with closing(sqlite3.connect(tmp_path / "a.db")) as db, db:
        db.execute("INSERT INTO reviews (review_id, doc_sha256) VALUES ('r', 's')")
    with pytest.raises(DatasetError, match="人工核对"):
        merge_datasets([tmp_path / "a.db"], tmp_path / "b.db")


# --- a cluster -------------------------------------------------------------------------------
class Machines:
    """A scheduler, three workers with the nanny that starts them again, and workers without one, as processes on loopback."""

    def __init__(self, folder: Path) -> None:
        from distributed import Client

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.folder = folder
        self._environment = {**os.environ, **SCALE, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", self.address.rsplit(":", 1)[1], "--no-dashboard")
        self._worker("--nanny", "--nworkers", "3")
        self.client = Client(self.address, timeout=60, set_as_default=False)

    def whole(self, count: int = 3) -> set[int]:
        """Wait until so many workers are there and return their processes."""
        self.client.wait_for_workers(count, timeout=60)
        return set(self.client.run(os.getpid).values())

    def add_worker(self) -> int:
        """Start a worker that nobody starts again and return its process."""
        return self._worker("--no-nanny").pid

    def _worker(self, *options: str) -> subprocess.Popen[bytes]:
        return self._start("worker", self.address, *options, "--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder / "scratch"), "--death-timeout", "60")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{arguments[0]}-{len(self._processes)}.log", "wb") as log:
            self._processes.append(subprocess.Popen([sys.executable, "-m", "dask", *arguments], env=self._environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True))
        return self._processes[-1]

    def close(self) -> None:
        self.client.close()
        for process in reversed(self._processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    pytest.importorskip("distributed")
    if os.name != "posix":
        pytest.skip("signals of POSIX")
    folder = tmp_path_factory.mktemp("machines")
    (folder / "faults.py").write_text(FAULTS, "utf-8")
    cluster = Machines(folder)
    yield cluster
    cluster.close()


@pytest.fixture
def faults(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import importlib

    monkeypatch.syspath_prepend(str(machines.folder))
    yield importlib.import_module("faults")
    sys.modules.pop("faults", None)


def dask(address: str, chunk: int = 256) -> Engine:
    engine = engine_for("dask", 3, scheduler=address)
    engine.chunk = chunk  # type: ignore[attr-defined]
    return engine


def test_a_killed_and_a_cut_off_worker_cost_no_item(machines: Machines, faults: Any) -> None:
    lonely = machines.add_worker()
    killed = min(machines.whole(4) - {lonely})
    items, results, used = [f"{n}" for n in range(240)], [], set()
    # A busy machine alone may silence a worker so long: only here, where the work is nothing but waiting.
    before = machines.client.run_on_scheduler(faults.miss_workers_after, 1)
    try:
        for item, process in dask(machines.address, chunk=8).map(faults.Slow(seconds=0.01), items):
            results.append(item)
            used.add(process)
            if len(results) == 20:
                os.kill(killed, signal.SIGKILL)
            if len(results) == 60:
                os.kill(lonely, signal.SIGSTOP)  # its connections stay open: nobody is told
    finally:
        machines.client.run_on_scheduler(faults.miss_workers_after, before)
        os.kill(lonely, signal.SIGKILL)
    assert results == items
    assert len(used) >= 3


def test_items_that_kill_are_found_and_an_exception_comes_in_its_turn(machines: Machines, faults: Any) -> None:
    machines.whole()
    items = [f"{n}" for n in range(40)]
    results = list(dask(machines.address, chunk=10).map(faults.Slow(deadly=("17",)), items))
    assert [item for item, _ in results] == items
    assert [item for item, process in results if process == 0] == ["17"]
    got = []
    with pytest.raises(ValueError, match="^不行$"):
        got.extend(dask(machines.address, chunk=2).map(faults.Slow(), ["a", "b", "c", "fault", "d"]))
    assert [item for item, _ in got] == ["a", "b", "c"]


def test_a_driver_that_is_killed_is_followed_by_one_that_completes_the_dataset(machines: Machines, tmp_path: Path, lexicon: Lexicon) -> None:
    archive, wanted = write_archive(tmp_path / "in", 60), tmp_path / "wanted.db"
    for attempt in range(5):  # a driver may be done before it is killed
        dataset = tmp_path / f"{attempt}.db"
        machines.whole()
        arguments = ["mine", archive, "--dataset", dataset, "--engine", "dask", "--scheduler", machines.address]
        driver = start_command(*arguments)
        while driver.is_alive() and not counted(dataset):
            driver.join(0.01)
        driver.kill()
        finish(driver)
        if 0 < counted(dataset) < 62:
            break
    else:
        pytest.fail("every kill came too late")
    os.kill(min(machines.whole()), signal.SIGKILL)
    assert finish(start_command(*arguments)) == 1
    mine_archive([archive], wanted, lexicon=lexicon, engine=Serial())
    assert rows_of(dataset, tmp_path / "a") == rows_of(wanted, tmp_path / "b")


def test_a_cluster_is_started_here_where_none_is_named(tmp_path: Path, lexicon: Lexicon) -> None:
    pytest.importorskip("distributed")
    archive = write_archive(tmp_path / "in", 12)
    command = [sys.executable, "-m", "doc_miner", "mine", str(archive), "--dataset", str(tmp_path / "dask.db"), "--engine", "dask", "--workers", "2"]
    run = subprocess.run(command, env={**os.environ, **QUICK, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert (run.returncode, "Traceback" in run.stderr) == (1, False), run.stderr
    assert rows_of(tmp_path / "dask.db", tmp_path / "a") == serial_rows(archive, tmp_path, lexicon)


def test_a_scheduler_that_does_not_answer_is_refused_with_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("doc_miner.engine.cluster._CONNECT_SECONDS", 1)
    with pytest.raises(SettingsError, match=r"^tcp://127\.0\.0\.1:9: 连不上 Dask 调度器"):
        list(engine_for("dask", 1, scheduler="tcp://127.0.0.1:9").map(len, ["a"]))


def test_without_dask_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(SettingsError, match=r"doc-miner\[cluster\]"):
        list(engine_for("dask", 1).map(len, ["a"]))


def test_work_that_has_no_word_for_a_lost_item_lets_it_end_the_run() -> None:
    from doc_miner.engine import lost_result

    with pytest.raises(WorkerDied, match="处理 a 时"):
        lost_result(len, "a")
