"""Archives: every file in them is a document, a bad one costs itself, and nothing leaves them."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from doc_miner.archive import Summary, mine_archive
from doc_miner.dataset.schema import RECORD_TABLES
from doc_miner.engine import engine_for
from doc_miner.errors import LoadError
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, Limits, worker
from doc_miner.loaders.containers import Member, Names, Room, container_kind, find_member, members
from doc_miner.loaders.formats import CONTAINERS
from doc_miner.loaders.worker import SafeLoader
from doc_miner.pipeline import mine

ROOT = Path(__file__).resolve().parents[1]
REPORT = "青岚县义务教育督导反馈问题整改报告\n一、存在问题\n（一）大班额问题突出。全县56人以上班级{n}个。\n"
Files = dict[str, bytes]


def report(n: int) -> bytes:
    return REPORT.format(n=n).encode()


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def named(raw: bytes, data: bytes = b"x") -> bytes:
    """Return an archive with one file whose name is *raw*, in no stated encoding."""
    stand_in = "q" * len(raw)
    return zipped({stand_in: data}).replace(stand_in.encode(), raw)


def encrypted(data: bytes, name: str) -> bytes:
    """Return the archive *data* with the mark of encryption on the entry *name*."""
    out, position = bytearray(data), data.index(b"PK\x01\x02")
    while data[position : position + 4] == b"PK\x01\x02":
        size = int.from_bytes(data[position + 28 : position + 30], "little")
        if data[position + 46 : position + 46 + size] == name.encode():
            out[position + 8] |= 1
        position += 46 + sum(int.from_bytes(data[position + at : position + at + 2], "little") for at in (28, 30, 32))
    return bytes(out)


Read = Callable[..., list[Member]]


@pytest.fixture(params=["here", "child"])
def read(request: pytest.FixtureRequest) -> Read:
    """Unpack in this process, and in the child that may be killed."""

    def unpack(data: bytes, limits: Limits = DEFAULT) -> list[Member]:
        kind = container_kind(data)
        assert kind is not None
        if request.param == "here":
            return list(members(data, kind, limits))
        with SafeLoader(limits) as loader:
            return list(members(data, kind, limits, loader.unpack))

    return unpack


def contents(found: list[Member]) -> Files:
    return {member.name: member.data for member in found if member.data is not None}


def refusals(found: list[Member]) -> dict[str, str]:
    return {member.name: member.error.code for member in found if member.error is not None}


# --- names ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("name", ["2018年/正文（镕䶮）.txt", "附件1 年度目标表.txt", "漒縗/誠漒.txt", "一、报告.txt"])
def test_names_without_a_stated_encoding_are_read(read: Read, name: str, encoding: str) -> None:
    assert contents(read(named(name.encode(encoding)))) == {name: b"x"}


def test_names_with_a_stated_encoding_are_read(read: Read) -> None:
    assert contents(read(zipped({"2018年/报告.txt": b"x"}))) == {"2018年/报告.txt": b"x"}


def test_names_in_no_encoding_cost_nothing(read: Read) -> None:
    assert contents(read(named(b"\xff\xff.txt"))) == {"\ufffd\ufffd.txt": b"x"}


def test_what_lies_about_in_archives_is_no_document(read: Read) -> None:
    left_out = ("文件夹/", "__MACOSX/._a.txt", "b/.DS_Store", "b/Thumbs.db", "~$报告.docx")
    assert [one.name for one in read(zipped({**dict.fromkeys(left_out, b""), "a.txt": b"x"}))] == ["a.txt"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files_of_one_name_are_told_apart(read: Read) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(3):
            archive.writestr("a.txt", str(n))
    assert contents(read(buffer.getvalue())) == {"a.txt": b"0", "a.txt (2)": b"1", "a.txt (3)": b"2"}


@pytest.mark.parametrize(
    ("raw", "name", "refused"),
    [
        ("../../etc/passwd", "_/_/etc/passwd", True),
        ("/abs/x", "abs/x", True),
        ("..\\win.txt", "_/win.txt", True),
        ("C:\\w.txt", "C_/w.txt", True),
        ("\\\\server\\x", "server/x", True),
        ("", "_", True),
        ("2018年\\报告.txt", "2018年/报告.txt", False),
        ("./a//b.txt", "a/b.txt", False),
        ("a..b/…/c:d.txt", "a..b/…/c:d.txt", False),
        ("a\x00\n.txt", "a\ufffd\ufffd.txt", False),
        ("a\ud800.txt", "a\ufffd.txt", False),
    ],
)
def test_no_name_leads_outside(raw: str, name: str, refused: bool) -> None:
    placed, error = Names().place(raw)
    assert (placed, error is not None and error.code == "traversal") == (name, refused)


# --- what costs only itself ------------------------------------------------------------------------
def test_an_encrypted_file_costs_only_itself(read: Read) -> None:
    found = read(encrypted(zipped({"a.txt": b"1", "b.txt": b"2", "c.txt": b"3"}), "b.txt"))
    assert contents(found) == {"a.txt": b"1", "c.txt": b"3"}
    assert refusals(found) == {"b.txt": "encrypted"}


def test_a_damaged_file_costs_only_itself(read: Read) -> None:
    found = read(zipped({"a.txt": b"1", "b.txt": b"well known"}, zipfile.ZIP_STORED).replace(b"well known", b"ill known."))
    assert (contents(found), refusals(found)) == ({"a.txt": b"1"}, {"b.txt": "damaged"})


def test_a_link_is_not_followed(read: Read) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.txt", "1")
    found = read(buffer.getvalue())
    assert (contents(found), refusals(found)) == ({"a.txt": b"1"}, {"link.txt": "special"})


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_costs_only_itself(read: Read, method: int) -> None:
    found = read(zipped({"a.txt": b"1", "bomb.txt": bytes(12 << 20)}, method))
    assert (contents(found), refusals(found)) == ({"a.txt": b"1"}, {"bomb.txt": "too_large"})


def test_a_size_that_lies_is_not_believed(read: Read) -> None:
    data = zipped({"bomb.txt": bytes(12 << 20), "a.txt": b"1"}).replace((12 << 20).to_bytes(4, "little"), (99).to_bytes(4, "little"))
    found = read(data)
    assert (contents(found), refusals(found)) == ({"a.txt": b"1"}, {"bomb.txt": "damaged"})


def test_a_method_of_packing_that_is_not_known_is_named(read: Read) -> None:
    data = bytearray(zipped({"a.txt": b"1", "b.txt": b"22"}))
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    data[local + 8] = data[central + 10] = 9
    found = read(bytes(data))
    assert (contents(found), refusals(found)) == ({"b.txt": b"22"}, {"a.txt": "unsupported"})


# --- limits ----------------------------------------------------------------------------------------
def test_what_finds_no_room_is_refused_and_what_fits_is_read(read: Read) -> None:
    noise = os.urandom(700_000)
    found = read(zipped({"a.bin": noise, "b.bin": noise, "c.txt": b"1"}), Limits(archive_mb=1))
    assert (list(contents(found)), refusals(found)) == (["a.bin", "c.txt"], {"b.bin": "too_large"})


def test_a_large_file_is_refused(read: Read) -> None:
    found = read(zipped({"a.bin": os.urandom(1_100_000), "c.txt": b"1"}), Limits(file_mb=1))
    assert (contents(found), refusals(found)) == ({"c.txt": b"1"}, {"a.bin": "too_large"})


def test_too_many_entries_refuse_the_archive(read: Read) -> None:
    files = {f"{n}.txt": b"1" for n in range(5)}
    assert len(contents(read(zipped(files), Limits(archive_entries=5)))) == 5
    assert refusals(read(zipped(files), Limits(archive_entries=4))) == {"": "too_large"}


def test_archives_inside_archives_share_the_room_of_the_outermost(read: Read) -> None:
    noise = os.urandom(300_000)
    found = read(zipped({f"{n}.zip": zipped({"x.bin": noise, "y.txt": b"1"}) for n in range(2)}), Limits(archive_mb=1))
    assert list(contents(found)) == ["0.zip!/x.bin", "0.zip!/y.txt", "1.zip!/y.txt"]
    assert refusals(found) == {"1.zip!/x.bin": "too_large"}
    inner = zipped({f"{n}.txt": b"1" for n in range(4)})
    found = read(zipped({"a.zip": inner, "b.zip": inner}), Limits(archive_entries=8))
    assert refusals(found) == {"b.zip": "too_large"} and len(contents(found)) == 4


def test_depth_is_bounded(read: Read) -> None:
    data = b"1"
    for name in ("a.txt", "c.zip", "b.zip", "a.zip"):
        data = zipped({name: data})
    assert contents(read(data, Limits(archive_depth=4))) == {"a.zip!/b.zip!/c.zip!/a.txt": b"1"}
    assert refusals(read(data, Limits(archive_depth=3))) == {"a.zip!/b.zip!/c.zip": "depth"}


def test_an_archive_that_cannot_be_opened_is_one_refusal(read: Read) -> None:
    assert refusals(read(zipped({"a.txt": b"1"})[:40])) == {"": "damaged"}
    assert refusals(read(zipped({}))) == {"": "empty"}
    found = read(zipped({"a.zip": zipped({"x.txt": b"1"})[:40], "b.txt": b"2"}))
    assert (contents(found), refusals(found)) == ({"b.txt": b"2"}, {"a.zip": "damaged"})


def test_every_cut_of_an_archive_is_read_or_refused() -> None:
    data = zipped({"a.txt": b"1" * 50, "b.zip": zipped({"c.txt": b"2"})})
    for length in range(4, len(data)):
        assert all((one.data is None) == (one.error is not None) for one in members(data[:length], "zip", DEFAULT))


def test_time_that_is_used_up_leaves_inner_archives_unread() -> None:
    def slow(data: bytes, kind: str, room: Room) -> list[Member]:
        assert room.seconds > 0
        return [Member("a.zip", zipped({"x.txt": b"1"})), Member("b.txt", b"2")]

    found = list(members(b"", "zip", Limits(seconds=1e-9), lambda *args: slow(*args)))
    assert (contents(found), refusals(found)) == ({"b.txt": b"2"}, {"a.zip": "timeout"})


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("size", [10, 1_000_000])
def test_a_child_that_hangs_is_ended_whether_it_took_the_archive_or_not(size: int) -> None:
    data = zipped({"a.bin": os.urandom(size)})
    with SafeLoader() as loader:
        assert len(contents(loader.unpack(data, "zip", Room(2_000_000, 10, 30.0)))) == 1
        assert loader._child is not None
        os.kill(loader._child._process.pid, signal.SIGSTOP)
        assert refusals(loader.unpack(data, "zip", Room(2_000_000, 10, 0.3))) == {"": "timeout"}
        assert len(contents(loader.unpack(data, "zip", Room(2_000_000, 10, 30.0)))) == 1


def test_what_was_unpacked_before_a_child_died_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, answers = worker._Child._next_answer, []

    def dies(self: worker._Child, seconds: float) -> bytes:
        answers.append(taken(self, seconds))
        if len(answers) == 3:  # the first says that it is ready
            raise worker._ChildDied(-11)
        return answers[-1]

    monkeypatch.setattr(worker._Child, "_next_answer", dies)
    with SafeLoader() as loader:
        found = loader.unpack(zipped({"a.txt": b"1", "b.txt": b"2"}), "zip", Room(1000, 10, 30.0))
    assert (contents(found), refusals(found)) == ({"a.txt": b"1"}, {"": "crash"})


def test_the_loader_reads_bytes_as_it_reads_files(tmp_path: Path) -> None:
    docx = zipped({"word/document.xml": b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'})
    (tmp_path / "a.doc").write_bytes(docx)
    with SafeLoader() as loader:
        assert loader.load_bytes(docx, "a.doc") == loader.load(tmp_path / "a.doc")
        assert loader.load_bytes(report(5), "a.txt").format == "txt"
        with pytest.raises(LoadError) as caught:
            loader.load_bytes(docx[:200], "a.docx")
        assert caught.value.code == "damaged"


# --- 7z ----------------------------------------------------------------------------------------------
def seven(files: Files, **options: Any) -> bytes:
    py7zr = pytest.importorskip("py7zr", reason="py7zr (the extra archives) is not installed")
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", **options) as archive:
        for name, data in files.items():
            archive.writef(io.BytesIO(data), name)
    return buffer.getvalue()


def test_7z_gives_its_files(read: Read) -> None:
    files = {"2018年/正文（镕䶮）.txt": report(5), "空.txt": b"", "b.txt": b"2" * 100_000}
    assert {one.name: one.data for one in read(seven(files))} == files


def test_7z_inside_zip_and_zip_inside_7z(read: Read) -> None:
    assert contents(read(zipped({"a.7z": seven({"b.zip": zipped({"c.txt": b"1"})})}))) == {"a.7z!/b.zip!/c.txt": b"1"}


@pytest.mark.parametrize("header", [False, True])
def test_an_encrypted_7z_is_refused(read: Read, header: bool) -> None:
    found = read(seven({"a.txt": b"1", "b.txt": b"2"}, password="secret", header_encryption=header))
    assert refusals(found) == ({"": "encrypted"} if header else {"a.txt": "encrypted", "b.txt": "encrypted"})


def test_a_bomb_in_7z_is_refused(read: Read) -> None:
    assert refusals(read(seven({"bomb.txt": bytes(12 << 20)}))) == {"bomb.txt": "too_large"}


def test_a_damaged_7z_is_refused(read: Read) -> None:
    data = bytearray(seven({"a.txt": os.urandom(3000), "b.txt": os.urandom(3000)}))
    assert refusals(read(bytes(data[:100]))) == {"": "damaged"}
    data[5000] ^= 0xFF
    found = read(bytes(data))
    assert (list(contents(found)), refusals(found)) == (["a.txt"], {"b.txt": "damaged"})


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py7zr", None)
    monkeypatch.delitem(sys.modules, "doc_miner.loaders.sevenzip", raising=False)
    (member,) = members(b"7z\xbc\xaf\x27\x1c\0\4", "7z", DEFAULT)
    assert member.error is not None and member.error.code == "not_installed"
    assert 'pip install "doc-miner[archives]"' in member.error.message


# --- rar ---------------------------------------------------------------------------------------------
def vint(number: int) -> bytes:
    """Return a number as RAR 5 writes it: seven bits in a byte, the last byte without its top bit."""
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def block5(kind: int, fields: bytes, data: bytes | None = None, extra: bytes = b"") -> bytes:
    flags = (1 if extra else 0) | (0 if data is None else 2)
    body = vint(kind) + vint(flags) + (vint(len(extra)) if extra else b"") + (b"" if data is None else vint(len(data))) + fields + extra
    head = vint(len(body)) + body
    return struct.pack("<I", zlib.crc32(head)) + head + (data or b"")


def literals(data: bytes) -> bytes:
    """Return *data* as RAR 5 packs it, every byte by a code of eight bits: nothing is won, but it must be unpacked."""
    lengths = "0000" * 8 + "0001" + "0000" * 10 + "0001"  # of the codes for the lengths: 0 means "8", 1 "so many zeros"
    table = "0" * 256 + "".join("1" + f"{count - 11:07b}" for count in (50, 64, 60))  # 306 + 64 + 16 + 44 lengths in all
    bits = lengths + table + "".join(f"{byte:08b}" for byte in data)
    packed = bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))
    size = len(packed).to_bytes(3, "little")
    flags = 0x80 | 0x40 | 2 << 3 | (len(bits) - 1) % 8
    return bytes([flags, 0x5A ^ flags ^ size[0] ^ size[1] ^ size[2]]) + size + packed


def rar5(files: Files, *, pack: bool = False, size: int | None = None, extra: bytes = b"", tail: bool = True) -> bytes:
    """Return an archive of RAR 5; *size* is stated instead of the true one."""
    out = b"Rar!\x1a\x07\x01\0" + block5(1, vint(0))
    for name, data in files.items():
        method = vint(0x180) if pack else vint(0)
        fields = vint(4) + vint(len(data) if size is None else size) + vint(0o644) + struct.pack("<I", zlib.crc32(data)) + method + vint(1)
        out += block5(2, fields + vint(len(name.encode())) + name.encode(), literals(data) if pack else data, extra)
    return out + (block5(5, vint(0)) if tail else b"")


def rar4(files: dict[bytes, bytes], flags: int = 0) -> bytes:
    """Return an archive of the older RAR, whose names stand in the encoding of the machine that wrote it; nothing is packed."""

    def block(kind: int, flags: int, fields: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data

    out = b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6))
    for name, data in files.items():
        fields = struct.pack("<IIBIIBBHI", len(data), len(data), 0, zlib.crc32(data), 0, 20, 0x30, len(name), 0) + name
        out += block(0x74, 0x8000 | flags, fields, data)
    return out + block(0x7B, 0x4000, b"")


@pytest.fixture
def rarfile() -> Any:
    return pytest.importorskip("rarfile", reason="rarfile (the extra archives) is not installed")


def rar() -> Any:
    """Return the module that reads RAR: it cannot be imported without the library."""
    return import_module("doc_miner.loaders.rar")


@pytest.fixture
def unpacker(rarfile: Any) -> None:
    """A program that unpacks RAR, without which packed files cannot be read."""
    if rar()._tool() is None:
        pytest.skip("no program that unpacks RAR (unar, UnRAR, 7-Zip, bsdtar) is installed")


@pytest.mark.usefixtures("rarfile")
class TestRar:
    def test_it_gives_its_files(self, read: Read) -> None:
        files = {"2018年/正文（镕䶮）.txt": report(5), "空.txt": b"", "b.txt": b"2" * 100_000}
        assert {one.name: one.data for one in read(rar5(files))} == files

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
    def test_names_of_the_older_format_are_read_in_their_encoding(self, read: Read, encoding: str) -> None:
        assert contents(read(rar4({"2018年/正文（镕䶮）.txt".encode(encoding): b"x"}))) == {"2018年/正文（镕䶮）.txt": b"x"}

    @pytest.mark.usefixtures("unpacker")
    @pytest.mark.parametrize("count", [1, 3])
    def test_packed_files_are_unpacked(self, read: Read, count: int) -> None:
        files = {f"甲/第{n}份.txt": report(n) for n in range(count)}
        assert contents(read(rar5(files, pack=True))) == files

    def test_inside_zip_and_with_zip_inside(self, read: Read) -> None:
        assert contents(read(zipped({"a.rar": rar5({"b.zip": zipped({"c.txt": b"1"})})}))) == {"a.rar!/b.zip!/c.txt": b"1"}

    def test_an_encrypted_file_costs_only_itself(self, read: Read) -> None:
        locked = vint(36) + vint(1) + vint(0) + vint(0) + bytes([15]) + bytes(32)
        start = rar5({}, tail=False)
        found = read(rar5({"a.txt": b"1"}, tail=False) + rar5({"b.txt": bytes(16)}, extra=locked).removeprefix(start))
        assert (contents(found), refusals(found)) == ({"a.txt": b"1"}, {"b.txt": "encrypted"})

    def test_encrypted_names_refuse_the_archive(self, read: Read) -> None:
        head = b"Rar!\x1a\x07\x01\0" + block5(4, vint(0) + vint(0) + bytes([15]) + bytes(16))
        assert refusals(read(head + os.urandom(200))) == {"": "encrypted"}

    @pytest.mark.parametrize(("name", "placed"), [("../外.txt", "_/外.txt"), ("/abs/x", "abs/x"), ("C:\\w.txt", "C_/w.txt")])
    def test_no_name_leads_outside(self, read: Read, name: str, placed: str) -> None:
        found = read(rar5({name: b"1", "a.txt": b"2"}))
        assert (contents(found), refusals(found)) == ({"a.txt": b"2"}, {placed: "traversal"})

    def test_a_link_is_not_followed(self, read: Read) -> None:
        target = b"/etc/passwd"
        extra = vint(1) + vint(0) + vint(len(target)) + target
        redirected = vint(len(extra) + 1) + vint(5) + extra
        assert refusals(read(rar5({"link": b""}, extra=redirected))) == {"link": "special"}

    def test_a_bomb_is_refused_by_what_it_states(self, read: Read) -> None:
        assert refusals(read(rar5({"bomb.txt": b"1" * 100}, pack=True, size=150 << 20))) == {"bomb.txt": "too_large"}
        assert refusals(read(rar5({"bomb.txt": b"1" * 100}, size=1 << 40))) == {"bomb.txt": "too_large"}

    @pytest.mark.usefixtures("unpacker")
    @pytest.mark.parametrize("size", [3, 5000])
    def test_a_size_that_lies_is_not_believed(self, read: Read, size: int) -> None:
        assert refusals(read(rar5({"a.txt": b"1" * 100, "b.txt": b"2" * 100}, pack=True, size=size))) == {"a.txt": "damaged", "b.txt": "damaged"}

    def test_a_damaged_file_costs_only_itself(self, read: Read) -> None:
        found = read(rar5({"a.txt": b"1", "b.txt": b"well known"}).replace(b"well known", b"ill known."))
        assert (contents(found), refusals(found)) == ({"a.txt": b"1"}, {"b.txt": "damaged"})

    def test_one_volume_of_several_is_named_as_such(self, read: Read) -> None:
        assert refusals(read(rar4({b"a.txt": b"1"}, flags=2))) == {"a.txt": "unsupported"}

    def test_too_many_entries_refuse_the_archive(self, read: Read) -> None:
        files = {f"{n}.txt": b"1" for n in range(5)}
        assert refusals(read(rar5(files), Limits(archive_entries=4))) == {"": "too_large"}

    def test_every_cut_is_read_or_refused(self) -> None:
        data = rar5({"a.txt": b"1" * 50, "b.zip": zipped({"c.txt": b"2"})})
        for length in range(8, len(data)):
            found = list(members(data[:length], "rar", DEFAULT))
            assert found and all((one.data is None) == (one.error is not None) for one in found)

    def test_without_a_program_packed_files_are_refused_and_others_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rar(), "_tool", lambda: None)
        packed, plain = rar5({"a.txt": b"1"}, pack=True), rar5({"b.txt": b"2"})
        found = list(members(packed, "rar", DEFAULT))
        assert refusals(found) == {"a.txt": "not_installed"} and found[0].error is not None and "unar" in found[0].error.message
        assert contents(list(members(plain, "rar", DEFAULT))) == {"b.txt": b"2"}


# --- in a run ----------------------------------------------------------------------------------------
class Folder:
    """A folder of archives and its dataset."""

    def __init__(self, root: Path, lexicon: Lexicon) -> None:
        self.path, self.dataset, self.lexicon = root / "in", root / "dataset.db", lexicon
        self.path.mkdir()

    def put(self, name: str, data: bytes) -> Path:
        (self.path / name).write_bytes(data)
        return self.path / name

    def mine(self, engine: str = "serial", **options: Any) -> Summary:
        return mine_archive([self.path], self.dataset, lexicon=self.lexicon, engine=engine_for(engine, 2), **options)

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.dataset)) as db:
            return db.execute(sql).fetchall()

    def listed(self) -> dict[str, str]:
        rows = self.select("SELECT f.path, d.status FROM files f JOIN documents d USING (doc_id) ORDER BY f.path")
        return {Path(path).relative_to(self.path).as_posix(): status for path, status in rows}


@pytest.fixture
def folder(tmp_path: Path, lexicon: Lexicon) -> Folder:
    return Folder(tmp_path, lexicon)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.found, summary.read, summary.unchanged, len(summary.failures)


MIXED: Files = {"甲/a.txt": report(5), "空.txt": b"", "../外.txt": report(8), "内.zip": zipped({"b.txt": report(6)})}


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_every_file_in_an_archive_is_a_document(folder: Folder, engine: str) -> None:
    folder.put("档案.zip", zipped(MIXED))
    folder.put("c.txt", report(7))
    before = sorted(folder.path.parent.rglob("*"))
    assert counts(folder.mine(engine)) == (5, 3, 0, 2)
    assert folder.listed() == {
        "c.txt": "ok",
        "档案.zip!/_/外.txt": "failed",
        "档案.zip!/内.zip!/b.txt": "ok",
        "档案.zip!/甲/a.txt": "ok",
        "档案.zip!/空.txt": "failed",
    }
    assert {path for path in folder.path.parent.rglob("*") if not path.name.startswith("dataset.db")} == set(before)
    assert len(folder.select("SELECT 1 FROM problems")) == 3


def test_an_unchanged_archive_is_not_read_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("a.zip", zipped(MIXED))
    first = folder.mine()
    rows = folder.select("SELECT * FROM documents ORDER BY 1")
    monkeypatch.setattr("doc_miner.filework.members", None)
    again = folder.mine()
    assert counts(again) == (4, 0, 4, 2)
    assert sorted(again.failures) == sorted(first.failures)
    assert folder.select("SELECT * FROM documents ORDER BY 1") == rows


def test_what_was_too_much_is_tried_again_with_other_limits(folder: Folder) -> None:
    folder.put("a.zip", zipped({f"{n}.txt": report(n) for n in range(3)}))
    assert counts(folder.mine(limits=Limits(archive_entries=2))) == (1, 0, 0, 1)
    assert counts(folder.mine()) == (1, 0, 1, 1)
    assert counts(folder.mine(limits=Limits(archive_entries=3))) == (3, 3, 0, 0)
    assert counts(folder.mine(limits=Limits(archive_entries=3))) == (3, 0, 3, 0)


def test_a_changed_archive_loses_what_it_held(folder: Folder) -> None:
    folder.put("a.zip", zipped({"a.txt": report(5), "alt.txt": report(6)}))
    folder.put("b.txt", report(7))
    folder.mine()
    folder.put("a.zip", zipped({"a.txt": report(5), "neu.txt": report(66)}))
    assert counts(folder.mine()) == (3, 2, 1, 0)
    assert list(folder.listed()) == ["a.zip!/a.txt", "a.zip!/neu.txt", "b.txt"]
    assert folder.select("SELECT count(*) FROM figures WHERE text = '6个'") == [(0,)]
    folder.put("a.zip", zipped({"a.txt": report(5)})[:50])
    assert counts(folder.mine()) == (2, 0, 1, 1)
    assert folder.listed() == {"a.zip": "failed", "b.txt": "ok"}
    folder.put("a.zip", zipped({"a.txt": report(5)}))
    folder.mine()
    assert folder.listed() == {"a.zip!/a.txt": "ok", "b.txt": "ok"}
    documents = {one for (one,) in folder.select("SELECT doc_id FROM documents")}
    assert all({one for (one,) in folder.select(f"SELECT doc_id FROM {table}")} <= documents for table in RECORD_TABLES)


def test_a_file_renamed_in_its_archive_is_known_by_its_new_name(folder: Folder) -> None:
    folder.put("a.zip", zipped({"a.txt": report(5)}))
    folder.mine()
    folder.put("a.zip", zipped({"乙.txt": report(5)}, zipfile.ZIP_STORED))
    folder.mine()
    assert folder.select("SELECT path FROM documents") == [(f"{folder.path / 'a.zip'}!/乙.txt",)]


def test_folders_whose_names_look_like_archives_are_folders(folder: Folder) -> None:
    (folder.path / "重要!").mkdir()
    folder.put("重要!/a.txt", report(5))
    folder.put("重要!/b.zip", zipped({"c.txt": report(6)}))
    assert counts(folder.mine()) == (2, 2, 0, 0)
    assert counts(folder.mine()) == (2, 0, 2, 0)


def test_a_file_that_waited_for_a_library_is_tried_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("a.7z", seven({"a.txt": report(5)}))
    with monkeypatch.context() as patch:
        missing = Member("", error=LoadError("not_installed", "没有安装。"))
        patch.setattr("doc_miner.filework.members", lambda *_: iter([missing]))
        assert counts(folder.mine()) == (1, 0, 0, 1)
    assert counts(folder.mine()) == (1, 1, 0, 0)
    assert folder.listed() == {"a.7z!/a.txt": "ok"}


# --- one member ----------------------------------------------------------------------------------------
def test_one_file_of_an_archive_can_be_mined(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(MIXED))
    found = mine(tmp_path / "a.zip!" / "内.zip!" / "b.txt")
    assert "班级6个" in found.document.text
    assert found.document.path.endswith("b.txt")
    for name, code in (("a.zip!/none.txt", "missing"), ("a.zip!/空.txt", "empty"), ("a.zip!/_/外.txt", "traversal"), ("a.zip", "container"), ("b.zip!/x", "missing")):
        with pytest.raises(LoadError) as caught:
            mine(tmp_path / name)
        assert caught.value.code == code, name
    assert find_member(tmp_path / "a.txt", DEFAULT) is None


# --- the documents, and the shared files -----------------------------------------------------------------
def test_every_kind_of_archive_is_described_and_no_other() -> None:
    part = (ROOT / "docs" / "loaders.md").read_text(encoding="utf-8").split("## Archives")[1].split("## ")[0]
    assert [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")] == list(CONTAINERS)


NAMES = ["2018年/正文（镕䶮）.txt", "2018年/融政办发〔2018〕20号.docx", "扫描件.pdf", "附件1 年度目标表.xlsx"]


@pytest.mark.parametrize(("name", "before"), [("z01_gbk_names.zip", ""), ("z03_nested.zip", "内层.zip!/"), ("s01.7z", "")])
def test_the_shared_archives_give_their_files(read: Read, shared: Path, name: str, before: str) -> None:
    if name.endswith("7z"):
        pytest.importorskip("py7zr", reason="py7zr (the extra archives) is not installed")
    found = contents(read((shared / "loader-files" / "arc" / name).read_bytes()))
    assert sorted(found) == sorted(before + one for one in NAMES)
    assert found[before + NAMES[0]][:3] != b"" and found[before + NAMES[2]].startswith(b"%PDF")


def test_the_shared_hostile_archives_are_refused_file_by_file(read: Read, shared: Path) -> None:
    evil = shared / "loader-files" / "evil"
    assert refusals(read((evil / "e01_traversal.zip").read_bytes())) == {
        "_/_/etc/cron.d/x": "traversal",
        "abs/x": "traversal",
        "_/_/win.txt": "traversal",
        "C_/w.txt": "traversal",
        "link": "special",
    }
    assert refusals(read((evil / "e02_bomb_flat.zip").read_bytes())) == {"zero.txt": "too_large"}


def test_a_document_that_stands_in_an_archive_too_is_named_by_the_file_itself(tmp_path: Path, lexicon: Lexicon) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    data = "青岚县整改报告\n一、存在问题\n（一）教师不足。\n".encode()
    (folder / "z.txt").write_bytes(data)
    with zipfile.ZipFile(folder / "a.zip", "w") as packed:
        packed.writestr("a.txt", data)
    mine_archive([folder], tmp_path / "dataset.db", lexicon=lexicon, engine=engine_for("serial"))
    with closing(sqlite3.connect(tmp_path / "dataset.db")) as dataset:
        assert dataset.execute("SELECT path FROM documents").fetchall() == [(str(folder / "z.txt"),)]
