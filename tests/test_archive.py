"""Mining an archive: bad files cost only themselves, unchanged ones nothing, a killed run is completed by the next."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import Summary, find_files, mine_archive
from doc_miner.dataset.export import export_csv, export_jsonl
from doc_miner.dataset.schema import RECORD_TABLES, TABLES
from doc_miner.engine import engine_for
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon
from doc_miner.model import Report

from .running import finish, pipe_ends, start_command

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and signals of POSIX")
COUNTIES = ("青岚县", "白石县", "望溪县", "临岳县", "松坪县", "竹坞县")
REPORT = """{county}义务教育均衡发展督导反馈问题整改情况的报告
一、存在问题
（一）大班额问题突出。全县56人以上班级{n}个。
二、整改措施
（一）化解大班额。投入资金{n}.5万元新建学校2所，班级由{m}个降至{n}个。
{county}人民政府
2023年9月20日
"""
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def report(n: int, county: str = "青岚县") -> str:
    return REPORT.format(county=county, n=n, m=n + 20)


def docx(*paragraphs: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return buffer.getvalue()


class Archive:
    """A folder of files and its dataset."""

    def __init__(self, folder: Path, lexicon: Lexicon) -> None:
        self.folder, self.dataset, self.lexicon = folder / "in", folder / "dataset.db", lexicon
        self.folder.mkdir()

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def mine(self, *paths: Path, **options: Any) -> Summary:
        return mine_archive(paths or [self.folder], self.dataset, lexicon=options.pop("lexicon", self.lexicon), engine=engine_for("serial"), **options)

    def select(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.dataset)) as db:
            return db.execute(sql, values).fetchall()

    def texts(self, table: str) -> list[str]:
        return sorted(text for (text,) in self.select(f"SELECT text FROM {table}"))

    def listed(self, sql: str) -> dict[str, Any]:
        """Return a column by file name for a query of path and column."""
        return {Path(path).name: value for path, value in self.select(sql)}


@pytest.fixture
def archive(tmp_path: Path, lexicon: Lexicon) -> Archive:
    return Archive(tmp_path, lexicon)


def failures(summary: Summary) -> dict[str, str]:
    return {Path(path).name: reason for path, reason in summary.failures}


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.found, summary.read, summary.unchanged, len(summary.failures)


# --- bad files -----------------------------------------------------------------------------------
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00" + bytes(range(256)) * 8 + b";"
BAD: dict[str, tuple[bytes, str]] = {
    "空.txt": (b"", "文件是空的。"),
    "照片.pdf": (GIF, "这是 GIF 图片，本版本尚不能读取；请另存为 JPEG、PNG 或 PDF 后再试。"),
    "截断.docx": (docx(*["整改报告" * 40] * 40)[:200], "文件不完整或已损坏（压缩目录读不出）；请用原软件打开并另存后再试，或重新下载。"),
    "乱码.doc": (random.Random(7).randbytes(3000), "认不出的二进制文件；请另存为 PDF、DOCX 或 TXT 后再试。"),
}


def test_bad_files_are_listed_with_their_reason_and_cost_no_good_one(archive: Archive) -> None:
    for n in range(3):
        archive.put(f"{n}.txt", report(n + 5))
    archive.put("深/更深/报告.docx", docx("青岚县整改报告", "投入资金9万元。"))
    for name, (data, _) in BAD.items():
        archive.put(name, data)
    (archive.folder / "x.pdf").mkdir()
    archive.put("x.pdf/里面.txt", report(30))
    summary = archive.mine()
    assert failures(summary) == {name: reason for name, (_, reason) in BAD.items()}
    assert counts(summary) == (9, 5, 0, 4)
    assert archive.listed("SELECT path, status FROM documents") == {
        **dict.fromkeys(("0.txt", "1.txt", "2.txt", "报告.docx", "里面.txt"), "ok"),
        **dict.fromkeys(BAD, "failed"),
    }
    warnings = archive.listed("SELECT path, warnings FROM documents WHERE status = 'failed'")
    assert {name: [one["message"] for one in json.loads(listed)] for name, listed in warnings.items()} == {name: [reason] for name, (_, reason) in BAD.items()}
    assert len(archive.select("SELECT 1 FROM problems")) == 4


@posix
def test_links_to_nothing_links_to_folders_and_pipes_are_listed(archive: Archive) -> None:
    archive.put("好.txt", report(5))
    (archive.folder / "断.pdf").symlink_to("没有这个文件.pdf")
    (archive.folder.parent / "别处").mkdir()
    (archive.folder / "文件夹").symlink_to(archive.folder.parent / "别处")
    os.mkfifo(archive.folder / "管道.txt")
    assert failures(archive.mine()) == {
        "断.pdf": "文件不存在（或是失效的链接）；请检查路径。",
        "文件夹": "这是文件夹，不是文件。",
        "管道.txt": "这不是普通文件（可能是设备或管道），不予读取。",
    }
    assert archive.listed("SELECT path, status FROM documents")["好.txt"] == "ok"


@posix
def test_a_link_that_leads_to_itself_costs_only_itself(archive: Archive) -> None:
    archive.put("好.txt", report(5))
    (archive.folder / "圈").symlink_to("圈")
    assert list(failures(archive.mine())) == ["圈"]


@posix
@pytest.mark.parametrize("content", [report(5).encode(), b"%PDF-1.4 broken"], ids=["good", "bad"])
def test_a_file_name_in_another_encoding_ends_no_run(archive: Archive, content: bytes) -> None:
    archive.put("好.txt", report(6))
    try:
        Path(os.fsdecode(os.fsencode(archive.folder) + "/整改.txt".encode("gb18030"))).write_bytes(content)
    except OSError:
        pytest.skip("this file system knows only names in UTF-8")
    assert archive.mine().found == 2
    assert archive.listed("SELECT path, status FROM documents")["好.txt"] == "ok"
    export_jsonl(archive.dataset, archive.folder / "out")


superuser = pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="the superuser may read everything")


@posix
@superuser
def test_a_folder_without_permission_is_listed(archive: Archive) -> None:
    archive.put("好.txt", report(5))
    locked = archive.put("密/密.txt", report(6)).parent
    locked.chmod(0)
    try:
        assert list(failures(archive.mine())) == ["密"]
    finally:
        locked.chmod(0o700)


@posix
@superuser
def test_a_file_without_permission_is_listed(archive: Archive) -> None:
    archive.put("好.txt", report(5))
    archive.put("密.txt", report(6)).chmod(0)
    assert failures(archive.mine()) == {"密.txt": "没有读取权限；请检查文件的权限设置。"}


def test_the_dataset_and_what_systems_leave_about_are_no_documents(archive: Archive) -> None:
    archive.put("好.txt", report(5))
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$报告.docx"):
        archive.put(name, b"\x00\x01")
    archive.dataset = archive.folder / "dataset.db"
    assert counts(archive.mine()) == (1, 1, 0, 0)
    with closing(sqlite3.connect(archive.dataset)) as reader:  # its -wal and -shm stand beside it now
        reader.execute("SELECT count(*) FROM documents").fetchone()
        assert counts(archive.mine(force=True)) == (1, 1, 0, 0)
    assert find_files([archive.folder, archive.folder / "好.txt"], archive.dataset) == [archive.folder / "好.txt"]


def test_a_path_that_does_not_exist_stops_the_run_before_it_begins(archive: Archive) -> None:
    missing = archive.folder / "没有"
    with pytest.raises(SettingsError) as refusal:
        archive.mine(archive.folder, missing)
    assert str(refusal.value) == f"{missing}: 没有这个文件或文件夹；请检查路径。"
    assert not archive.dataset.exists()


def test_an_empty_folder_is_an_empty_dataset(archive: Archive) -> None:
    assert counts(archive.mine()) == (0, 0, 0, 0)
    assert archive.select("SELECT * FROM documents") == []


def test_a_fault_of_the_program_costs_its_document_alone(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    from doc_miner.pipeline import Miner

    whole = Miner.mine_source

    def stumble(self: Miner, source: Any, *, path: str, sha256: str) -> Any:
        if "坏" in path:
            raise KeyError("没有想到")
        return whole(self, source, path=path, sha256=sha256)

    monkeypatch.setattr(Miner, "mine_source", stumble)
    for name in ("一.txt", "坏.txt", "好.txt"):
        archive.put(name, report(len(name), COUNTIES[len(name)]))
    assert failures(archive.mine()) == {"坏.txt": "程序内部错误（KeyError: '没有想到'）；请把该文件和此信息报告给维护者。"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda report: replace(report, problems=report.problems[:1] * 2),
        lambda report: replace(report, measures=tuple(replace(m, problem_id=f"{report.document.doc_id}-p999999") for m in report.measures)),
    ],
    ids=["one key twice", "a reference to nothing"],
)
def test_a_document_whose_records_the_dataset_would_refuse_costs_itself_alone(archive: Archive, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Report], Report]) -> None:
    from doc_miner.pipeline import Miner

    whole = Miner.mine_source

    def spoilt(self: Miner, source: Any, *, path: str, sha256: str) -> Report:
        found = whole(self, source, path=path, sha256=sha256)
        return spoil(found) if "坏" in path else found

    monkeypatch.setattr(Miner, "mine_source", spoilt)
    for number, name in enumerate(("一.txt", "坏.txt", "好好.txt")):
        archive.put(name, report(number, COUNTIES[number]))
    ((path, reason),) = failures(archive.mine()).items()
    assert path == "坏.txt" and reason.startswith("程序内部错误（ValueError"), reason
    assert within(archive, "SELECT path, status FROM documents") == {"一.txt": "ok", "坏.txt": "failed", "好好.txt": "ok"}


def test_hostile_files_harm_nothing_but_themselves(archive: Archive, shared: Path) -> None:
    for n in range(4):
        archive.put(f"{n}.txt", report(n + 5))
    archive.put("报告.docx", docx("青岚县整改报告", "投入资金9万元。"))
    evil = sorted((shared / "loader-files" / "evil").iterdir())
    summary = archive.mine(archive.folder, shared / "loader-files" / "evil")
    assert summary.found == summary.read + len(summary.failures) >= len(evil) + 5
    assert all(len(reason) >= 5 and "程序内部错误" not in reason for _, reason in summary.failures), summary.failures
    told = [path for (path,) in archive.select("SELECT path FROM files")]
    assert all(any(path == str(one) or path.startswith(f"{one}!/") for path in told) for one in evil)
    assert not any("passwd" in text or "root:" in text for text in archive.texts("documents"))
    good = [str(path) for path in archive.folder.iterdir()]
    assert {path: archive.select("SELECT d.status FROM files f JOIN documents d USING (doc_id) WHERE f.path = ?", path) for path in good} == dict.fromkeys(good, [("ok",)])
    assert archive.mine().read == 0


# --- archives of files ---------------------------------------------------------------------------
def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def within(archive: Archive, sql: str) -> dict[str, Any]:
    """Return a column by path within the folder."""
    return {Path(path).relative_to(archive.folder).as_posix(): value for path, value in archive.select(sql)}


def test_the_files_of_an_archive_are_documents_and_its_bad_ones_are_listed(archive: Archive) -> None:
    inner = zipped(**{"深.txt": report(7, "望溪县").encode()})
    archive.put("a.zip", zipped(**{"甲/一.txt": report(5).encode(), "空.txt": b"", "里.zip": inner, ".DS_Store": b"x"}))
    summary = archive.mine()
    assert counts(summary) == (3, 2, 0, 1)
    assert within(archive, "SELECT path, status FROM documents") == {"a.zip!/甲/一.txt": "ok", "a.zip!/空.txt": "failed", "a.zip!/里.zip!/深.txt": "ok"}
    assert [reason for _, reason in summary.failures] == ["文件是空的。"]


def test_an_unchanged_archive_is_not_read_again_and_a_changed_one_forgets_what_it_held(archive: Archive) -> None:
    archive.put("a.zip", zipped(**{"一.txt": report(5).encode(), "二.txt": report(6, "白石县").encode()}))
    archive.mine()
    assert counts(archive.mine()) == (2, 0, 2, 0)
    archive.put("a.zip", zipped(**{"二.txt": report(6, "白石县").encode(), "三.txt": report(70, "望溪县").encode()}))
    assert counts(archive.mine()) == (2, 2, 0, 0)
    assert sorted(within(archive, "SELECT path, doc_id FROM documents")) == ["a.zip!/三.txt", "a.zip!/二.txt"]
    assert "5个" not in archive.texts("figures") and "70个" in archive.texts("figures")


def test_a_file_beside_its_archive_is_the_same_document(archive: Archive) -> None:
    archive.put("a.zip", zipped(**{"一.txt": report(5).encode()}))
    archive.put("一.txt", report(5))
    archive.mine()
    assert archive.select("SELECT count(*) FROM documents") == [(1,)]
    assert sorted(within(archive, "SELECT path, doc_id FROM files")) == ["a.zip!/一.txt", "一.txt"]


def test_an_archive_that_cannot_be_read_is_listed_itself(archive: Archive) -> None:
    archive.put("好.txt", report(5))
    archive.put("a.zip", zipped(**{"一.txt": report(6).encode() * 50})[:90])
    archive.put("b.zip", zipped())
    told = failures(archive.mine())
    assert sorted(told) == ["a.zip", "b.zip"] and told["b.zip"] == "压缩包里没有文件。"
    archive.put("a.zip", zipped(**{"一.txt": report(6).encode()}))
    assert sorted(failures(archive.mine())) == ["b.zip"]
    assert sorted(within(archive, "SELECT path, doc_id FROM documents")) == ["a.zip!/一.txt", "b.zip", "好.txt"]


# --- again ---------------------------------------------------------------------------------------
def test_unchanged_files_are_not_read_again(archive: Archive) -> None:
    for n in range(3):
        archive.put(f"{n}.txt", report(n + 5))
    archive.put("空.txt", b"")
    assert counts(archive.mine()) == (4, 3, 0, 1)
    before = archive.select("SELECT * FROM documents ORDER BY 1")
    seen: list[tuple[int, int, str]] = []
    summary = archive.mine(progress=lambda done, total, path: seen.append((done, total, Path(path).name)))
    assert counts(summary) == (4, 0, 4, 1)
    assert failures(summary) == {"空.txt": "文件是空的。"}
    assert seen == [(1, 4, "0.txt"), (2, 4, "1.txt"), (3, 4, "2.txt"), (4, 4, "空.txt")]
    assert archive.select("SELECT * FROM documents ORDER BY 1") == before


def test_force_reads_everything_again_to_the_same_rows(archive: Archive) -> None:
    archive.put("a.txt", report(5))
    archive.put("空.txt", b"")
    archive.mine()
    before = rows_of(archive.dataset)
    assert counts(archive.mine(force=True)) == (2, 1, 0, 1)
    assert rows_of(archive.dataset) == before


def test_other_lexicons_read_everything_again(archive: Archive, lexicon: Lexicon) -> None:
    archive.put("a.txt", report(5))
    archive.mine()
    other = archive.folder.parent / "lexicons"
    shutil.copytree(lexicon.folder, other)
    with (other / "set_phrases.tsv").open("a", encoding="utf-8") as file:
        file.write("一事一议到底\n")
    assert counts(archive.mine(lexicon=Lexicon.load(other))) == (1, 1, 0, 0)
    assert counts(archive.mine(lexicon=Lexicon.load(other))) == (1, 0, 1, 0)
    assert archive.select("SELECT lexicon_digest FROM documents") == [(Lexicon.load(other).digest,)]


def test_another_version_of_the_program_reads_everything_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.put("a.txt", report(5))
    archive.mine()
    monkeypatch.setattr("doc_miner.inventory.__version__", "99")
    assert counts(archive.mine()) == (1, 1, 0, 0)
    assert archive.select("SELECT miner_version FROM documents") == [("99",)]


def test_a_changed_file_is_renewed_and_its_old_records_are_gone(archive: Archive) -> None:
    archive.put("a.txt", report(5))
    archive.put("b.txt", report(6, "白石县"))
    archive.mine()
    (old,) = archive.select("SELECT doc_id FROM documents WHERE county = '青岚县'")
    archive.put("a.txt", report(71))
    assert counts(archive.mine()) == (2, 1, 1, 0)
    assert "71个" in archive.texts("figures") and "5个" not in archive.texts("figures") and "6个" in archive.texts("figures")
    for table in ("documents", "files", *RECORD_TABLES):
        assert archive.select(f"SELECT 1 FROM {table} WHERE doc_id = ?", *old) == [], table
    assert len(archive.select("SELECT 1 FROM documents")) == 2


def test_a_bad_file_that_was_repaired_is_a_document_like_any_other(archive: Archive) -> None:
    archive.put("a.txt", b"")
    assert failures(archive.mine()) == {"a.txt": "文件是空的。"}
    archive.put("a.txt", report(5))
    assert counts(archive.mine()) == (1, 1, 0, 0)
    assert archive.select("SELECT status, warnings FROM documents") == [("ok", "[]")]
    assert len(archive.select("SELECT 1 FROM files")) == 1


def test_a_good_file_that_was_damaged_loses_its_records(archive: Archive) -> None:
    archive.put("a.txt", report(5))
    archive.mine()
    archive.put("a.txt", b"")
    assert failures(archive.mine()) == {"a.txt": "文件是空的。"}
    assert archive.select("SELECT status, text FROM documents") == [("failed", "")]
    assert all(archive.select(f"SELECT 1 FROM {table}") == [] for table in RECORD_TABLES)


def test_reviews_outlive_the_records_they_judge(archive: Archive) -> None:
    archive.put("a.txt", report(5))
    archive.mine()
    with closing(sqlite3.connect(archive.dataset)) as db:
        db.execute(f"INSERT INTO reviews VALUES ({','.join('?' * len(TABLES['reviews']))})", ("r1", "figure", *["x"] * (len(TABLES["reviews"]) - 2)))
        db.commit()
    archive.put("a.txt", report(6))
    archive.mine()
    archive.mine(force=True)
    assert archive.select("SELECT review_id, record_kind FROM reviews") == [("r1", "figure")]


def test_the_same_bytes_under_two_paths_are_one_document_listed_twice(archive: Archive) -> None:
    archive.put("b.txt", report(5))
    archive.put("甲/a.txt", report(5))
    archive.mine()
    for options in ({}, {"force": True}, {}):
        archive.mine(**options)
        assert [path for (path,) in archive.select("SELECT path FROM documents")] == [str(archive.folder / "b.txt")]
        assert archive.select("SELECT count(*), count(DISTINCT doc_id) FROM files") == [(2, 1)]
        assert archive.texts("figures").count("5个") == 2
    archive.put("甲/a.txt", report(6))
    archive.mine()
    assert archive.listed("SELECT path, text LIKE '%56人以上班级5个%' FROM documents") == {"b.txt": 1, "a.txt": 0}


def test_a_document_keeps_a_path_that_holds_it(archive: Archive) -> None:
    archive.put("a.txt", report(5))
    archive.put("b.txt", report(5))
    archive.mine()
    archive.put("a.txt", report(6))
    archive.mine()
    assert sorted(archive.listed("SELECT path, doc_id FROM documents")) == ["a.txt", "b.txt"]


def test_mining_another_folder_adds_to_the_dataset(archive: Archive) -> None:
    archive.put("甲/a.txt", report(5))
    archive.put("乙/b.txt", report(6))
    archive.mine(archive.folder / "甲")
    archive.mine(archive.folder / "乙" / "b.txt")
    assert len(archive.select("SELECT 1 FROM documents")) == 2


# --- killed --------------------------------------------------------------------------------------
Rows = dict[str, list[dict[str, Any]]]


def rows_of(dataset: Path) -> dict[str, Rows]:
    """Return the rows of a dataset by document and table, without the time of the run."""
    with closing(sqlite3.connect(dataset)) as db:
        db.row_factory = sqlite3.Row
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        out: dict[str, Rows] = {row["doc_id"]: {} for row in db.execute("SELECT doc_id FROM documents")}
        for table in ("documents", "files", *RECORD_TABLES):
            for row in db.execute(f"SELECT * FROM {table} ORDER BY 1"):
                out[row["doc_id"]].setdefault(table, []).append({key: row[key] for key in row.keys() if key != "mined_at"})  # noqa: SIM118 - a Row iterates over its values
    return out


def made(dataset: Path) -> bool:
    """Return whether a run came as far as making the tables."""
    with closing(sqlite3.connect(dataset)) as db:
        return bool(db.execute("PRAGMA user_version").fetchone()[0])


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forty") / "in"
    folder.mkdir()
    for n in range(40):
        body = "".join(f"（{k}）第{k}项整改。投入资金{n + k}.5万元，新建校舍{k}所，班级由{n + k + 9}个降至{n + 1}个。责任单位：县教育局。\n" for k in range(1, 6))
        (folder / f"{n:02}.txt").write_text(report(n + 1, COUNTIES[n % 6]) + body, "utf-8")
    return folder


def run_whole(folder: Path, dataset: Path) -> Mapping[str, Rows]:
    assert finish(start_command("mine", folder, "--dataset", dataset)) == 0
    return rows_of(dataset)


def moments(process: BaseProcess) -> Iterator[None]:
    """Yield again and again while a run goes on."""
    while process.is_alive():
        yield
        process.join(0.01)


@posix
def test_a_run_killed_at_any_moment_is_completed_by_running_again(forty: Path, tmp_path: Path) -> None:
    process = start_command("mine", forty, "--dataset", tmp_path / "whole.db")
    length = sum((tmp_path / "whole.db").exists() for _ in moments(process))
    assert finish(process) == 0
    whole = rows_of(tmp_path / "whole.db")
    assert len(whole) == 40
    chance, sizes = random.Random(20230920), []
    for attempt in range(6):
        # Two datasets are completed after one kill, one after four of them.
        dataset = tmp_path / (f"{attempt}.db" if attempt % 3 == 1 else "often.db")
        process, left = start_command("mine", forty, "--dataset", dataset), chance.randrange(length + 1)
        for _ in moments(process):
            left -= dataset.exists()
            if left < 0:
                break
        process.kill()
        finish(process)
        rows = rows_of(dataset) if dataset.exists() and made(dataset) else {}
        sizes.append(len(rows))
        assert all(whole[key] == of_document for key, of_document in rows.items()), "a document is there in part"
        if attempt % 3 == 1:
            assert run_whole(forty, dataset) == whole
    assert run_whole(forty, tmp_path / "often.db") == whole
    assert any(size < 40 for size in sizes), "every kill came too late"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells the children of a process")
def test_the_workers_of_a_killed_run_end_too(forty: Path, tmp_path: Path) -> None:
    listening, held = pipe_ends()
    process = start_command("mine", forty, "--dataset", tmp_path / "dataset.db", "--engine", "processes", "--workers", "2", apart=True, held=held)
    held.close()
    assert process.pid is not None
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        # Every process of the run holds the pipe; it reads as ended when the last of them has gone.
        for _ in moments(process):
            if len(children.read_text().split()) == 2:
                break
        process.kill()
        assert listening.poll(10), "a worker is still there"
        with pytest.raises(EOFError):
            listening.recv()
    finally:
        listening.close()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        finish(process)


def test_two_runs_into_one_dataset_at_once_both_arrive(forty: Path, tmp_path: Path) -> None:
    other = tmp_path / "in"
    other.mkdir()
    for n in range(10):
        (other / f"{n}.txt").write_text(report(n + 100), "utf-8")
    first = start_command("mine", forty, "--dataset", tmp_path / "dataset.db")
    for _ in moments(first):
        if (tmp_path / "dataset.db").exists() and made(tmp_path / "dataset.db"):
            break
    second = start_command("mine", other, "--dataset", tmp_path / "dataset.db")
    assert (finish(first), finish(second)) == (0, 0)
    assert len(rows_of(tmp_path / "dataset.db")) == 50
    files = export_csv(tmp_path / "dataset.db", tmp_path / "out")
    assert len(files) == len(TABLES)


def test_summary_is_a_plain_value(archive: Archive) -> None:
    summary = archive.mine()
    assert replace(summary, seconds=0.0) == Summary(0, 0, 0, (), {}, 0.0)
