"""Whatever stops a run - a kill, a full disk, a file that may not be written - nothing is lost that was written, and nothing is there by half."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import mine_archive
from doc_miner.dataset import open_dataset
from doc_miner.dataset.check import check_dataset
from doc_miner.dataset.schema import TABLES
from doc_miner.dataset.store import Store
from doc_miner.engine.serial import Serial
from doc_miner.errors import DatasetError
from doc_miner.lexicon import Lexicon

from .running import finish, pipe_ends, start

ROOT = Path(__file__).resolve().parents[1]
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
REPORT = """青岚县义务教育均衡发展督导反馈问题整改情况的报告
一、存在问题
（一）大班额问题突出。全县56人以上班级{n}个。
二、整改措施
（一）化解大班额。投入资金{n}.5万元新建学校2所。
青岚县人民政府
2023年9月20日
"""
WRITER = """
import pickle
from pathlib import Path
from doc_miner.dataset.store import Store
with open(rows, "rb") as file:
    documents = pickle.load(file)
with Store(Path(dataset)) as store:
    told.send("ready")
    while True:
        for start in range(0, len(documents), 3):
            store.write(documents[start : start + 3])
            told.send(start)
"""


def documents(number: int) -> list[dict[str, list[tuple[Any, ...]]]]:
    """Return the rows of so many documents, as mining gives them."""
    from doc_miner.dataset.rows import rows_of
    from doc_miner.pipeline import default_miner

    reports = [default_miner().mine_text(REPORT.format(n=n)) for n in range(3, 3 + number)]
    common: dict[str, Any] = {"mined_at": "", "miner_version": "1", "lexicon_digest": "1", "model_digest": "1", "size": 1, "mtime_ns": 1}
    out = []
    for report in reports:
        rows = rows_of(report, **common)
        rows["files"] = [(f"{report.document.doc_id}.txt", report.document.doc_id, 1, 1)]
        out.append(rows)
    return out


def contents(path: Path) -> dict[str, int]:
    """Return how many figures each document has, of a dataset that is found sound."""
    counts, faults = check_dataset(path)
    assert faults == [] and counts
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT doc_id, count(figure_id) FROM documents LEFT JOIN figures USING (doc_id) GROUP BY doc_id").fetchall())


@posix
def test_a_writer_killed_twenty_times_leaves_whole_documents_each_time(tmp_path: Path) -> None:
    import pickle

    told = documents(30)
    (tmp_path / "rows").write_bytes(pickle.dumps(told))
    whole = {one["documents"][0][0]: len(one["figures"]) for one in told}
    chance, dataset = random.Random(7), tmp_path / "dataset.db"
    held: set[str] = set()
    for _ in range(20):
        listening, end = pipe_ends()
        process = start(WRITER, dataset=str(dataset), rows=str(tmp_path / "rows"), told=end)
        end.close()
        for _ in range(chance.randrange(1, 40)):
            listening.recv()
        threading.Event().wait(chance.random() * 0.01)
        process.kill()
        finish(process)
        listening.close()
        now = contents(dataset)
        assert held <= set(now) <= set(whole) and all(whole[key] == figures for key, figures in now.items())
        held = set(now)
    assert len(held) > 3


def test_a_full_disk_ends_the_run_with_a_message_and_keeps_what_was_written(tmp_path: Path, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    for n in range(12):
        (tmp_path / "in" / f"{n:02}.txt").write_text(REPORT.format(n=n + 3) + "".join(f"新建学校{k}所。\n" for k in range(2, 100)), "utf-8")
    dataset, whole = tmp_path / "dataset.db", Store._prepare

    def small(self: Store) -> None:
        whole(self)
        pages = self.db.execute("PRAGMA page_count").fetchone()[0]
        self.db.execute(f"PRAGMA max_page_count={pages + 60}")

    monkeypatch.setattr(Store, "_prepare", small)
    monkeypatch.setattr("doc_miner.archive._BATCH_SECONDS", 0)
    with pytest.raises(DatasetError, match="写入失败（磁盘已满）；已写入的文档完好，请检查磁盘空间"):
        mine_archive([tmp_path / "in"], dataset, lexicon=lexicon, engine=Serial())
    monkeypatch.undo()
    assert 0 < len(contents(dataset)) < 12
    mine_archive([tmp_path / "in"], dataset, lexicon=lexicon, engine=Serial())
    assert len(contents(dataset)) == 12


def test_a_reader_sees_whole_documents_while_two_writers_write(tmp_path: Path) -> None:
    told, dataset = documents(24), tmp_path / "dataset.db"
    whole = {one["documents"][0][0]: len(one["figures"]) for one in told}
    faults: list[BaseException] = []

    def write(part: list[dict[str, list[tuple[Any, ...]]]]) -> None:
        try:
            with Store(dataset) as store:
                for _ in range(3):
                    for one in part:
                        store.write([one])
        except BaseException as error:  # noqa: BLE001 - told in the main thread
            faults.append(error)

    writers = [threading.Thread(target=write, args=(told[n::2],)) for n in range(2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        if dataset.exists():
            with closing(sqlite3.connect(dataset)) as db:
                if db.execute("PRAGMA user_version").fetchone()[0]:
                    found = dict(db.execute("SELECT doc_id, count(figure_id) FROM documents LEFT JOIN figures USING (doc_id) GROUP BY doc_id").fetchall())
                    assert all(whole[key] == figures for key, figures in found.items())
    assert faults == []
    assert contents(dataset) == whole


# --- without permission ------------------------------------------------------------------------------
@pytest.fixture
def shut(tmp_path: Path) -> Iterator[Path]:
    """A dataset in a folder that may be read and not written."""
    folder = Path(tempfile.mkdtemp(prefix="doc-miner-"))
    with Store(folder / "dataset.db") as store:
        store.write(documents(2))
    (folder / "a.txt").write_text(REPORT.format(n=9), "utf-8")
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_anyone(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python without the superuser's right to pass over permissions."""
    held: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("the superuser may write everything, and setpriv is not installed")
        rights = "-dac_override,-dac_read_search"
        held = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([*held, sys.executable, "-c", code, *map(str, arguments)], env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


COMMAND = "import sys; sys.argv[0] = 'doc-miner'; from doc_miner.cli import main; main()"


@posix
def test_a_dataset_that_may_not_be_written_is_refused_at_once_and_can_be_read(shut: Path) -> None:
    done = as_anyone(COMMAND, "mine", shut / "a.txt", "--dataset", shut / "dataset.db")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{shut / 'dataset.db'}: 打不开数据集（文件或所在文件夹不可写）；请检查路径、权限和磁盘空间，或换一个 --dataset。\n"
    new = as_anyone(COMMAND, "mine", shut / "a.txt", "--dataset", shut / "new.db")
    assert new.returncode == 2 and "打不开数据集" in new.stderr and "Traceback" not in new.stderr
    read = as_anyone("import sys, doc_miner; print(len(doc_miner.open_dataset(sys.argv[1]).documents()))", shut / "dataset.db")
    assert (read.returncode, read.stdout, read.stderr) == (0, "2\n", "")


@posix
def test_folders_and_files_without_permission_are_listed_and_what_they_hold_is_not_gone(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="doc-miner-"))
    try:
        folder.chmod(0o777)
        (folder / "in" / "密").mkdir(parents=True)
        for name in ("好.txt", "密/密.txt"):
            (folder / "in" / name).write_text(REPORT.format(n=len(name)), "utf-8")
        assert as_anyone(COMMAND, "mine", folder / "in", "--dataset", folder / "d.db").returncode == 0
        (folder / "in" / "密").chmod(0)
        done = as_anyone(COMMAND, "mine", folder / "in", "--dataset", folder / "d.db", "--prune")
        assert done.returncode == 1 and f"未能读取 {folder / 'in' / '密'}：没有打开这个文件夹的权限" in done.stdout, done.stderr
        assert "已删除" not in done.stdout
        (folder / "in" / "密").chmod(0o755)
        assert len(open_dataset(folder / "d.db").documents(status="ok")) == 2
    finally:
        shutil.rmtree(folder)


def test_every_table_is_named_in_a_sound_dataset(tmp_path: Path) -> None:
    with Store(tmp_path / "d.db"):
        pass
    assert check_dataset(tmp_path / "d.db") == (dict.fromkeys(TABLES, 0), [])
