"""An archive over the years: files move, change and go, lexicons change; nothing is read twice in vain and nothing dropped unasked."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import Summary, mine_archive
from doc_miner.cli import main
from doc_miner.dataset.reviews import add_review
from doc_miner.dataset.store import Store
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import Lexicon

REPORT = """{county}义务教育均衡发展督导反馈问题整改情况的报告
一、存在问题
（一）大班额问题突出。全县56人以上班级{n}个。
二、整改措施
（一）化解大班额。投入资金{n}.5万元新建学校2所。
{county}人民政府
2023年9月20日
"""


class Office:
    def __init__(self, folder: Path, lexicon: Lexicon) -> None:
        self.folder, self.path, self.lexicon = folder / "in", folder / "dataset.db", lexicon
        for number, name in enumerate(("a.txt", "b.txt", "甲/c.txt"), 5):
            self.put(name, number)

    def put(self, name: str, number: int) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(REPORT.format(county="青岚县", n=number), "utf-8")
        return path

    def mine(self, *paths: Path, **options: Any) -> Summary:
        return mine_archive(paths or [self.folder], self.path, lexicon=self.lexicon, engine=Serial(), **options)

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as db:
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            return db.execute(sql).fetchall()

    def paths(self, table: str = "files") -> list[str]:
        return sorted(Path(path).relative_to(self.folder).as_posix() for (path,) in self.select(f"SELECT path FROM {table}"))


@pytest.fixture
def office(tmp_path: Path, lexicon: Lexicon) -> Office:
    office = Office(tmp_path, lexicon)
    office.mine()
    return office


def told(summary: Summary) -> tuple[int, int, int, int]:
    return summary.found, summary.read, summary.unchanged, summary.moved


def test_a_moved_file_is_not_read_again_and_its_old_path_is_forgotten(office: Office) -> None:
    (office.folder / "乙").mkdir()
    (office.folder / "a.txt").rename(office.folder / "乙" / "新名.txt")
    summary = office.mine()
    assert (told(summary), summary.gone) == ((3, 0, 2, 1), ())
    assert office.paths() == office.paths("documents") == ["b.txt", "乙/新名.txt", "甲/c.txt"]
    assert told(office.mine()) == (3, 0, 3, 0)


def test_a_copy_is_one_more_path_of_the_document(office: Office) -> None:
    (office.folder / "d.txt").write_bytes((office.folder / "a.txt").read_bytes())
    assert told(office.mine()) == (4, 0, 3, 1)
    assert (office.paths(), office.paths("documents")) == (["a.txt", "b.txt", "d.txt", "甲/c.txt"], ["a.txt", "b.txt", "甲/c.txt"])
    (office.folder / "a.txt").unlink()
    summary = office.mine()
    assert (summary.gone, office.paths("documents")) == ((), ["b.txt", "d.txt", "甲/c.txt"])


def test_a_file_that_was_only_touched_is_not_read_again(office: Office) -> None:
    os.utime(office.folder / "a.txt", ns=(1, 1))
    assert told(office.mine()) == (3, 0, 3, 0)
    assert (1,) in office.select("SELECT mtime_ns FROM files")


def test_two_files_that_change_places_are_both_right(office: Office) -> None:
    first, second = office.folder / "a.txt", office.folder / "b.txt"
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two + b"\n")
    second.write_bytes(one)
    os.utime(second, ns=(1, 1))
    office.mine()
    texts = {Path(path).name: text for path, text in office.select("SELECT f.path, d.text FROM files f JOIN documents d USING (doc_id)")}
    assert ("6个" in texts["a.txt"], "5个" in texts["b.txt"], len(texts)) == (True, True, 3)


def test_a_file_is_the_same_however_its_path_is_written(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office.folder)
    assert told(office.mine(Path("a.txt"), Path("甲"))) == (2, 0, 2, 0)
    assert len(office.select("SELECT 1 FROM files")) == 3


def test_a_file_that_is_gone_is_kept_and_told_until_it_is_pruned(office: Office) -> None:
    gone = office.folder / "a.txt"
    gone.unlink()
    assert office.mine().gone == (str(gone),)
    assert "a.txt" in office.paths("documents")
    summary = office.mine(prune=True)
    assert (summary.pruned, summary.gone, office.paths("documents")) == ((str(gone),), (), ["b.txt", "甲/c.txt"])


def test_only_what_lay_in_the_given_folders_can_be_gone(office: Office) -> None:
    (office.folder / "a.txt").unlink()
    summary = office.mine(office.folder / "甲", prune=True)
    assert (summary.gone, summary.pruned) == ((), ())
    assert "a.txt" in office.paths("documents")


def review(office: Office, name: str) -> None:
    with Store(office.path) as store:
        ((key,),) = store.db.execute("SELECT problem_id FROM problems p JOIN documents d USING (doc_id) WHERE d.path LIKE ?", (f"%{name}",)).fetchall()
        add_review(store, "problem", key, "", None, verdict="confirmed", reviewer="甲")


def test_what_readers_have_reviewed_is_never_pruned(office: Office) -> None:
    review(office, "a.txt")
    for name in ("a.txt", "b.txt"):
        (office.folder / name).unlink()
    summary = office.mine(prune=True)
    assert (summary.reviewed, summary.pruned) == ((str(office.folder / "a.txt"),), (str(office.folder / "b.txt"),))
    assert office.paths("documents") == ["a.txt", "甲/c.txt"]


def test_the_same_bytes_twice_in_a_run_count_once_among_the_records(office: Office, tmp_path: Path) -> None:
    for name in ("x.txt", "y.txt"):
        office.put(f"丙/{name}", 30)
    summary = mine_archive([office.folder / "丙"], tmp_path / "other.db", lexicon=office.lexicon, engine=Serial())
    assert (summary.found, summary.records["problems"], summary.records["documents"], summary.records["files"]) == (2, 1, 1, 2)


# --- the commands ------------------------------------------------------------------------------------
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    monkeypatch.setenv("COLUMNS", "5000")
    monkeypatch.setattr(sys, "argv", ["doc-miner", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out + err


def test_status_tells_all_and_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    office.put("新.txt", 50)
    office.put("b.txt", 600)
    (office.folder / "甲" / "c.txt").rename(office.folder / "搬.txt")
    (office.folder / "a.txt").unlink()
    before = office.path.read_bytes()
    for paths in ([], [office.folder]):
        code, out = run(monkeypatch, capsys, "status", *paths, "--dataset", office.path)
        lines = out.splitlines()
        assert code == 0 and office.path.read_bytes() == before
        for title, name in (("新增：1", "新.txt"), ("改动：1", "b.txt"), ("移动、改名或副本：1", "搬.txt"), ("已不在：2", "a.txt")):
            (at,) = [number for number, line in enumerate(lines) if line.startswith(title)]
            assert lines[at + 1].endswith(name)
        assert "过时：0" in lines and "未变化：0" in lines


def test_status_tells_what_is_stale_and_what_was_not_read(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (office.folder / "空.txt").write_bytes(b"")
    office.mine()
    out = run(monkeypatch, capsys, "status", "--dataset", office.path)[1]
    assert "未能读取：1" in out and f"{office.folder / '空.txt'}：文件是空的。" in out and "未变化：4" in out
    monkeypatch.setattr("doc_miner.inventory.__version__", "99")
    assert "过时：4（词典、模型或程序已更新，运行 doc-miner mine 重新读取，核对会保留）" in run(monkeypatch, capsys, "status", "--dataset", office.path)[1]


def test_a_stale_file_with_another_time_is_not_called_changed(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    os.utime(office.folder / "a.txt", (1, 1))
    office.put("b.txt", 9)
    monkeypatch.setattr("doc_miner.inventory.__version__", "99")
    lines = run(monkeypatch, capsys, "status", "--dataset", office.path)[1].splitlines()
    assert [line for line in lines if line.startswith(("改动", "过时"))][0].startswith("改动：1") and any(line.startswith("过时：2") for line in lines)


def test_mine_tells_what_is_gone_and_what_it_dropped(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (office.folder / "a.txt").unlink()
    command = ("mine", office.folder, "--dataset", office.path)
    assert f"已不在 {office.folder / 'a.txt'}：数据仍保留；加 --prune 可删除" in run(monkeypatch, capsys, *command)[1]
    assert f"已删除 {office.folder / 'a.txt'}" in run(monkeypatch, capsys, *command, "--prune")[1]


# --- check -------------------------------------------------------------------------------------------
DAMAGE = {
    "UPDATE problems SET text = '别的'": "原文与位置不符",
    'UPDATE figures SET "end" = 99999': "原文与位置不符",
    "UPDATE measures SET units = '县教育局'": "units 不是列表",
    "PRAGMA foreign_keys=OFF; UPDATE figures SET problem_id = 'x-p1'": "figures 中有记录引用了不存在的 problems",
    "PRAGMA foreign_keys=OFF; DELETE FROM documents WHERE path LIKE '%a.txt'": "引用了不存在的 documents",
    "DELETE FROM files WHERE path LIKE '%a.txt'": "没有对应的文件路径",
    "DROP VIEW movements": "movements 缺失或与本版本不符",
    "DROP INDEX figures_category": "figures_category 缺失或与本版本不符",
    "INSERT INTO findings (finding_id, doc_id, figures, start, end) SELECT doc_id || '-n99', doc_id, '[\"x-f1\"]', 0, 1 FROM documents": "引用了不存在的数据",
}


@pytest.mark.parametrize(("sql", "words"), DAMAGE.items(), ids=DAMAGE.values())
def test_check_finds_a_fault_tells_the_repair_and_repairs(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sql: str, words: str) -> None:
    command = ("check", "--dataset", office.path)
    code, out = run(monkeypatch, capsys, *command)
    assert code == 0 and "没有发现问题。3 个文档，3 条问题" in out
    with closing(sqlite3.connect(office.path)) as db:
        db.executescript(sql)
        db.commit()
    code, out = run(monkeypatch, capsys, *command)
    assert code == 1 and words in out and "doc-miner check --repair" in out
    run(monkeypatch, capsys, *command, "--repair")
    office.mine()
    assert run(monkeypatch, capsys, *command)[0] == 0


def test_check_of_a_damaged_file_says_that_it_is(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(office.path.read_bytes())
    data[8192 : len(data) - 4096] = bytes(len(data) - 12288)
    office.path.write_bytes(data)
    code, out = run(monkeypatch, capsys, "check", "--dataset", office.path)
    assert code in (1, 2) and ("已损坏" in out or "不完整" in out) and "Traceback" not in out
