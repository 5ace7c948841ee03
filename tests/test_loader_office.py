"""DOC, WPS and RTF through LibreOffice: converted together, bounded, and a bad file costs itself only."""

from __future__ import annotations

import http.server
import os
import sqlite3
import stat
import struct
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from doc_miner.archive import mine_archive
from doc_miner.engine import engine_for
from doc_miner.errors import LoadError
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits, load_source, office, read_source
from doc_miner.loaders.office import Office, batches, find_office
from doc_miner.loaders.worker import SafeLoader
from doc_miner.source import Paragraph, Source

Rtf = Callable[..., bytes]
SaveAs = Callable[[bytes, str], bytes]
posix = pytest.mark.skipif(os.name != "posix", reason="a program made of a shell script")
HEADINGS = ("青岚县义务教育督导反馈问题整改报告", "一、存在问题", "（一）大班额问题突出。全县56人以上班级37个。")


def texts(source: Source) -> list[str]:
    return [block.text for block in source.blocks if isinstance(block, Paragraph)]


# --- what is read ----------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ["doc", "rtf"])
def test_the_text_is_the_one_that_was_typed(rtf_of: Rtf, saved_as: SaveAs, ending: str) -> None:
    source = read_source(saved_as(rtf_of(*HEADINGS), ending), f"a.{ending}")
    assert (source.format, texts(source), source.warnings) == (ending, list(HEADINGS), ())


def test_the_format_is_the_one_of_the_file_and_a_lying_name_is_said(rtf_of: Rtf, tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(rtf_of("整改报告"))
    with SafeLoader() as loader:
        source = loader.load(tmp_path / "a.doc")
    assert (source.format, [one.message for one in source.warnings]) == ("rtf", ["文件名以 .doc 结尾，内容却是 RTF 文档；已按内容读取。"])


def test_a_run_reads_them_beside_other_files_and_in_archives(rtf_of: Rtf, saved_as: SaveAs, tmp_path: Path, lexicon: Lexicon) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    word = saved_as(rtf_of(*HEADINGS), "doc")
    (folder / "a.doc").write_bytes(word)
    (folder / "b.txt").write_text("\n".join(HEADINGS), encoding="utf-8")
    (folder / "c.rtf").write_bytes(rtf_of(*HEADINGS[:2], "（一）教师缺编21人。"))
    (folder / "d.wps").write_bytes(saved_as(rtf_of(*HEADINGS[:2], "（一）缺少教师66人。"), "doc"))
    (folder / "e.rtf").write_bytes(b"{\\rtf1" + b"{" * 2000)
    with zipfile.ZipFile(folder / "f.zip", "w") as archive:
        archive.writestr("甲/g.rtf", rtf_of(*HEADINGS[:2], "（一）缺少操场8块。"))
        archive.writestr("甲/h.rtf", rtf_of(*HEADINGS[:2], "（一）缺少操场9块。"))
    summary = mine_archive([folder], tmp_path / "d.db", lexicon=lexicon, engine=engine_for("serial"))
    with closing(sqlite3.connect(tmp_path / "d.db")) as db:
        formats = {Path(path).name: (kind, status) for path, kind, status in db.execute("SELECT path, format, status FROM documents")}
    assert (summary.found, summary.read) == (7, 6) and "嵌套超过 1000 层" in summary.failures[0][1]
    assert {name: one for name, one in formats.items() if name != "e.rtf"} == {
        "a.doc": ("doc", "ok"), "b.txt": ("txt", "ok"), "c.rtf": ("rtf", "ok"), "d.wps": ("wps", "ok"), "g.rtf": ("rtf", "ok"), "h.rtf": ("rtf", "ok"),
    }  # fmt: skip


# --- together --------------------------------------------------------------------------------
def test_documents_for_the_program_are_taken_together_and_others_alone() -> None:
    heads = {"a": b"{\\rtf1", "b": b"%PDF-1.7", "c": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "d": b"PK"}
    assert list(batches("abcd", lambda one: heads[one], lambda _: 1)) == [["b"], ["d"], ["a", "c"]]
    assert [len(one) for one in batches(range(20), lambda _: b"{\\rtf1", lambda _: 1)] == [8, 8, 4]
    sizes = [40_000_000, 40_000_000, 1, 300_000_000]
    assert [len(one) for one in batches(range(4), lambda _: b"{\\rtf1", lambda n: sizes[n])] == [1, 2, 1]


# A stand-in for the program: writes what is asked for, hangs on a file that says so, dies of another.
STAND_IN = """#!/bin/sh
out=""; next=""
for arg in "$@"; do
  if [ "$next" = 1 ]; then out="$arg"; next=""; continue; fi
  case "$arg" in
    --outdir) next=1 ;;
    *.rtf)
      echo start >> "$(dirname "$0")/log"
      if grep -q broken "$arg"; then echo "Error: source file could not be loaded" >&2; continue; fi
      if grep -q hang "$arg"; then sleep 60 & echo $! > "$(dirname "$0")/sleeper"; wait; fi
      if grep -q die "$arg"; then kill -9 $$; fi
      echo "convert $arg -> $out"
      cp "$(dirname "$0")/good.docx" "$out/$(basename "$arg" .rtf).docx" ;;
  esac
done
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import docx

    folder = tmp_path / "program"
    folder.mkdir()
    made = docx.Document()
    made.add_paragraph("整改报告")
    made.save(str(folder / "good.docx"))
    program = folder / "soffice"
    program.write_text(STAND_IN)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv(office.VARIABLE, str(program))
    return folder


def outcomes(words: list[str], limits: Limits) -> list[str]:
    with Office(limits) as program:
        made = program.convert([(f"{{\\rtf1 {word}}}".encode(), "rtf") for word in words])
        return [one.code if isinstance(one, LoadError) else "ok" for one in made]


@posix
def test_a_document_that_hangs_or_kills_the_program_costs_itself_alone(stand_in: Path) -> None:
    words = ["good", "broken", "hang", "good", "broken", "die", "good", "broken"]
    assert outcomes(words, Limits(seconds=1)) == ["ok", "damaged", "timeout", "ok", "damaged", "crash", "ok", "damaged"]
    assert (stand_in / "log").read_text().count("start") == len(words)
    assert outcomes(["broken", "good"], DEFAULT) == ["damaged", "ok"]


@posix
def test_what_the_program_started_ends_with_it(stand_in: Path) -> None:
    assert outcomes(["hang"], Limits(seconds=0.5)) == ["timeout"]
    sleeper = int((stand_in / "sleeper").read_text())
    for _ in range(100):
        try:
            os.kill(sleeper, 0)
        except ProcessLookupError:
            return
        if sys.platform.startswith("linux") and Path(f"/proc/{sleeper}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the program's child lives on")


@posix
def test_prepared_documents_are_converted_once(stand_in: Path) -> None:
    data = [b"{\\rtf1 a}", b"{\\rtf1 b}", "文本".encode()]
    with SafeLoader() as loader:
        loader.prepare([(one, "a.rtf") for one in data])
        assert [loader.load_bytes(one, "a.rtf").format for one in data] == ["rtf", "rtf", "txt"]
        assert (stand_in / "log").read_text().count("start") == 2
        loader.load_bytes(b"{\\rtf1 c}", "c.rtf")  # one that was not prepared
        assert (stand_in / "log").read_text().count("start") == 3


@posix
def test_nothing_is_left_behind(stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with SafeLoader() as loader:
        loader.load_bytes(b"{\\rtf1 a}", "a.rtf")
        assert list((tmp_path / "tmp").iterdir()) != []
    assert list((tmp_path / "tmp").iterdir()) == []


# --- where it is -----------------------------------------------------------------------------
def test_without_the_program_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(office.VARIABLE, str(tmp_path / "none"))
    (tmp_path / "a.rtf").write_bytes(b"{\\rtf1 a}")
    with SafeLoader() as loader, pytest.raises(LoadError) as caught:
        loader.load(tmp_path / "a.rtf")
    assert caught.value.code == "not_installed"
    assert "请安装 LibreOffice" in caught.value.message and office.VARIABLE in caught.value.message
    with pytest.raises(LoadError, match="请安装 LibreOffice"):
        load_source(tmp_path / "a.rtf")


@posix
def test_the_program_is_found_by_its_variable_on_the_path_and_in_usual_places(stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_office() == str(stand_in / "soffice")
    monkeypatch.delenv(office.VARIABLE)
    monkeypatch.setenv("PATH", str(stand_in))
    assert find_office() == str(stand_in / "soffice")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(office, "_PLACES", {"linux": (str(stand_in / "good.docx"),), sys.platform: (str(stand_in / "good.docx"),)})
    assert find_office() == str(stand_in / "good.docx")


# --- hostile ---------------------------------------------------------------------------------
@pytest.fixture
def visits() -> Iterator[list[str]]:
    """The requests that a server on this machine saw; its address is the first entry."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen.append(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield seen
        server.shutdown()


def test_nothing_outside_the_document_is_fetched(rtf_of: Rtf, visits: list[str], tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("不该读到的文字", encoding="utf-8")
    outside = f'{{\\field{{\\*\\fldinst INCLUDEPICTURE "{visits[0]}/a.png" \\\\d}}{{\\fldrslt }}}}'
    outside += f'{{\\field{{\\*\\fldinst INCLUDETEXT "{visits[0]}/b.rtf"}}{{\\fldrslt }}}}'
    outside += f'{{\\field{{\\*\\fldinst INCLUDETEXT "{tmp_path / "secret.txt"}"}}{{\\fldrslt }}}}'
    source = read_source(rtf_of(f"{{\\*\\template {visits[0]}/t.dot}}", outside, "整改报告"), "a.rtf")
    assert "".join(texts(source)) == "整改报告"
    assert visits[1:] == []


def test_a_document_that_nests_too_deep_is_refused_before_it_is_converted(stand_in: Path) -> None:
    deep = b"{\\rtf1" + b"{" * 1_000_000
    assert outcomes([deep.decode()[1:]], DEFAULT) == ["depth"]
    flat = "{\\b x}" * 2000 + "\\{" * 2000
    assert outcomes([flat], DEFAULT) != ["depth"]


def word_with_stream(stream: bytes, chain: int) -> bytes:
    """Return a compound file with a stream WordDocument whose table of chains says *chain* in every place."""

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = name.encode("utf-16-le")
        head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return head + bytes(36) + struct.pack("<IQ", start, size)

    directory = (entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("WordDocument", 2, 0xFFFFFFFF, 2, 4096)).ljust(512, b"\0")
    chains = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *(chain or number + 1 for number in range(2, 9)), chain or 0xFFFFFFFE, *[0xFFFFFFFF] * 118)
    top = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    top += struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0) + struct.pack("<108I", *[0xFFFFFFFF] * 108)
    return top + chains + directory + stream.ljust(4096, b"\0")


def test_a_password_is_seen_before_the_document_is_converted(stand_in: Path) -> None:
    data = word_with_stream(b"\xec\xa5" + bytes(8) + b"\0\x01", 0)
    with pytest.raises(LoadError, match="打开密码") as caught:
        read_source(data, "a.doc")
    assert caught.value.code == "encrypted"


def test_a_chain_that_runs_in_circles_is_refused(rtf_of: Rtf) -> None:
    with pytest.raises(LoadError) as caught:
        read_source(word_with_stream(b"\xec\xa5", 2), "a.doc")
    assert caught.value.code in ("damaged", "crash")
