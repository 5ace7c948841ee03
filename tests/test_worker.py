"""The child process: files that hang, kill or exhaust it cost themselves only."""

from __future__ import annotations

import io
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from doc_miner.errors import LoadError
from doc_miner.loaders import DEFAULT, Limits, load_source, worker
from doc_miner.loaders.worker import SafeLoader
from doc_miner.source import Paragraph, Source

ROOT = Path(__file__).resolve().parents[1]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps the limit of the address space")


def write_docx(path: Path, *paragraphs: str) -> Path:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    path.write_bytes(buffer.getvalue())
    return path


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return write_docx(tmp_path / "报告.docx", "整改报告", "一、存在问题")


@pytest.fixture
def loader() -> Iterator[SafeLoader]:
    with SafeLoader() as opened:
        yield opened


def child_of(loader: SafeLoader) -> subprocess.Popen[bytes]:
    assert loader._child is not None
    return loader._child._process


def refusal(loader: SafeLoader, path: Path) -> LoadError:
    with pytest.raises(LoadError) as caught:
        loader.load(path)
    return caught.value


# --- what it gives back ----------------------------------------------------------------------
def test_the_child_reads_what_this_process_reads(loader: SafeLoader, report: Path) -> None:
    assert loader.load(report) == load_source(report)


def test_text_and_small_pages_need_no_child(loader: SafeLoader, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("整改报告", encoding="utf-8")
    (tmp_path / "a.html").write_text("<html><p>整改，报告。</p>", encoding="utf-8")
    assert loader.load(tmp_path / "a.txt").format == "txt"
    assert loader.load(tmp_path / "a.html").format == "html"
    assert loader._child is None


def test_large_pages_are_read_in_the_child(loader: SafeLoader, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html>" + "<p>全区班级73个，占比7.3%。</p>" * 6000, encoding="utf-8")
    assert len(loader.load(tmp_path / "a.html").blocks) == 6000
    assert loader._child is not None


def test_refusals_come_through_with_code_and_message(loader: SafeLoader, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(write_docx(path, "一").read_bytes()[:100])
    assert refusal(loader, path).code == "damaged"
    assert refusal(loader, path).message == "文件不完整或已损坏（压缩目录读不出）；请用原软件打开并另存后再试，或重新下载。"
    assert refusal(loader, tmp_path / "none").code == "missing"
    assert refusal(loader, tmp_path).code == "directory"


def test_one_child_serves_many_files_and_is_then_replaced(report: Path) -> None:
    with SafeLoader(files_of_a_child=2) as loader:
        loader.load(report)
        first = child_of(loader)
        loader.load(report)
        assert loader._child is None and first.returncode == 0
        loader.load(report)
        assert child_of(loader).pid != first.pid


def test_threads_take_turns(loader: SafeLoader, tmp_path: Path) -> None:
    paths = [write_docx(tmp_path / f"{i}.docx", f"第{i}份") for i in range(12)]
    found: dict[int, Source] = {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: loader.load(paths[i])})) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [source.blocks[0].text for _, source in sorted(found.items()) if isinstance(source.blocks[0], Paragraph)] == [
        f"第{i}份" for i in range(12)
    ]


# --- what kills it ---------------------------------------------------------------------------
@posix
def test_a_child_that_hangs_is_ended_in_time_and_replaced(report: Path) -> None:
    with SafeLoader(Limits(seconds=0.3)) as loader:
        loader.load(report)
        hanging = child_of(loader)
        os.kill(hanging.pid, signal.SIGSTOP)
        error = refusal(loader, report)
        assert (error.code, error.message) == ("timeout", "读取超过 0.3 秒，已停止；请拆分文件或放宽时间上限。")
        assert hanging.returncode == -signal.SIGKILL
        assert loader.load(report).format == "docx"


@posix
def test_a_death_names_its_signal_and_the_next_file_is_read(loader: SafeLoader, report: Path) -> None:
    loader.load(report)
    os.kill(child_of(loader).pid, signal.SIGSEGV)
    error = refusal(loader, report)
    assert error.code == "crash" and "信号 SIGSEGV" in error.message
    assert loader.load(report).format == "docx"


@linux
def test_a_file_that_takes_too_much_memory_is_refused(tmp_path: Path, report: Path) -> None:
    digits = random.Random(1)
    path = write_docx(tmp_path / "large.docx", *(str(digits.random()) for _ in range(400_000)))
    with SafeLoader(Limits(memory_mb=200)) as loader:
        assert refusal(loader, path).code in ("memory", "crash")
        assert loader.load(report).format == "docx"


def test_a_child_that_cannot_start_is_said(report: Path, monkeypatch: pytest.MonkeyPatch, loader: SafeLoader) -> None:
    monkeypatch.setattr(sys, "executable", str(report))
    assert refusal(loader, report).code == "worker"


def test_only_records_of_ours_are_taken_from_the_child() -> None:
    with pytest.raises(worker._ChildDied):
        worker._unpickled(pickle.dumps(os.getcwd))
    assert isinstance(worker._unpickled(pickle.dumps(LoadError("a", "b"))), LoadError)


# --- its ending ------------------------------------------------------------------------------
def test_closing_ends_the_child_and_loading_starts_another(report: Path) -> None:
    loader = SafeLoader()
    loader.load(report)
    child = child_of(loader)
    loader.close()
    loader.close()
    assert child.returncode == 0
    assert loader.load(report).format == "docx"
    loader.close()


def test_a_forgotten_loader_takes_its_child_along(report: Path) -> None:
    loader = SafeLoader()
    loader.load(report)
    child = child_of(loader)
    del loader
    assert child.returncode is not None


@posix
def test_ctrl_c_reaches_the_caller_and_leaves_the_loader_usable(loader: SafeLoader, report: Path) -> None:
    loader.load(report)
    os.kill(child_of(loader).pid, signal.SIGSTOP)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs in its background deaf to Ctrl-C
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            loader.load(report)
    finally:
        signal.signal(signal.SIGINT, before)
    assert loader.load(report).format == "docx"


SCRIPT = """
import os, sys
from pathlib import Path
from doc_miner.loaders.worker import SafeLoader
loader = SafeLoader()
loader.load(Path(sys.argv[1]))
print(loader._child._process.pid, flush=True)
if sys.argv[2] == "kill":
    os.kill(os.getpid(), 9)
"""


@posix
@pytest.mark.parametrize("ending", ["exit", "kill"])
def test_the_interpreter_ends_without_closing_and_leaves_no_child(report: Path, ending: str) -> None:
    command = [sys.executable, "-c", SCRIPT, str(report), ending]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stderr == ""
    assert has_ended(int(done.stdout))


def has_ended(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if sys.platform.startswith("linux") and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True  # dead, and waiting for the init process of a container
        time.sleep(0.05)
    return False


# --- where it is called from -----------------------------------------------------------------
def load_in_pool(path: str) -> tuple[int, str]:
    with SafeLoader() as loader:
        source = loader.load(Path(path))
        return child_of(loader).pid, source.format


@pytest.mark.parametrize("method", ["spawn", pytest.param("fork", marks=posix)])
def test_it_works_in_the_workers_of_a_pool(report: Path, method: str) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as pool:
        answers = list(pool.map(load_in_pool, [str(report)] * 4))
    assert {kind for _, kind in answers} == {"docx"} and len({pid for pid, _ in answers}) == 4


@posix
def test_a_fork_leaves_the_child_of_its_parent_alone(loader: SafeLoader, report: Path) -> None:
    expected = loader.load(report)
    before = child_of(loader).pid
    fork = os.fork()
    if fork == 0:
        same = loader.load(report) == expected and child_of(loader).pid != before
        loader.close()
        os._exit(0 if same else 1)
    assert os.waitpid(fork, 0)[1] == 0
    assert loader.load(report) == expected and child_of(loader).pid == before


def test_modules_lying_among_the_documents_are_not_imported(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lxml", "zipfile", "pickle"):
        (report.parent / f"{name}.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(report.parent)
    monkeypatch.syspath_prepend("")
    with SafeLoader() as loader:
        assert loader.load(Path(report.name)).format == "docx"


def test_hostile_files_end_within_their_limits() -> None:
    folder = ROOT / ".." / "shared" / "loader-files" / "evil"
    if not folder.is_dir():
        pytest.skip("the shared loader files are not here")
    with SafeLoader() as loader:
        for path in sorted(folder.iterdir()):
            start = time.monotonic()
            try:
                assert len(loader.load(path).blocks) < 1_000_000
            except LoadError as error:
                assert error.message.endswith("。"), path.name
            assert time.monotonic() - start < DEFAULT.seconds + 5, path.name
