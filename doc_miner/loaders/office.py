"""Read DOC, WPS and RTF: LibreOffice turns them into DOCX, and the reader of DOCX does the rest.

LibreOffice is a program of its own, not a library: it is started with a profile folder of ours, in
which macros, links and the network are switched off, on copies under names of ours, and killed with
all it started when a file takes too long. Starting costs more than converting: so it is given several files at a time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from doc_miner.errors import LoadError
from doc_miner.loaders import compound, processes
from doc_miner.loaders.limits import MEGABYTE, Limits
from doc_miner.source import Source

VARIABLE = "DOC_MINER_SOFFICE"
"""Environment variable with the path of LibreOffice's program, where it is in no usual place."""
KINDS: Mapping[str, str] = {"doc": ".doc", "wps": ".doc", "rtf": ".rtf"}
"""The formats converted, with the ending under which LibreOffice is given them."""
_BATCH, _BATCH_BYTES = 8, 50 * MEGABYTE
Item = TypeVar("Item")

_SHARE = 0.8
"""Of the time of a file that its conversion may take; the rest is for reading what it gives."""
_POLL = 0.03
_RTF, _OLE = b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF_BRACES = re.compile(rb"\\[\\{}]|[{}]")
_TOLD = re.compile(rb"^(convert |Error: source file could not be loaded)", re.MULTILINE)
_ENCRYPTED = 0x01
_ADVICE = "请用 Word 或 WPS 打开，另存为 DOCX 后再试"
_NAMES = ("soffice", "libreoffice", "loffice")
_PLACES = {
    "win32": ("C:/Program Files/LibreOffice/program/soffice.exe", "C:/Program Files (x86)/LibreOffice/program/soffice.exe"),
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice", "~/Applications/LibreOffice.app/Contents/MacOS/soffice"),
    "linux": (
        "/usr/lib/libreoffice/program/soffice",
        "/usr/lib64/libreoffice/program/soffice",
        "/opt/libreoffice/program/soffice",
        "/snap/bin/libreoffice",
    ),
}
_SETTINGS = {
    "Common/Security/Scripting": {"MacroSecurityLevel": "3", "DisableMacrosExecution": "true", "BlockUntrustedRefererLinks": "true", "DisableActiveContent": "true"},
    "Common/Load": {"UpdateDocMode": "0"},
    "Common/Misc": {"FirstRun": "false"},
    "Writer/Content/Update": {"Link": "0"},
    "Calc/Content/Update": {"Link": "2"},
}
"""No macro, nothing linked: settings of the profile, by their place below ``org.openoffice.Office``."""
_NO_NETWORK = {"ooInetProxyType": "2"} | {
    f"ooInet{protocol}Proxy{what}": value for protocol in ("HTTP", "HTTPS", "FTP") for what, value in (("Name", "127.0.0.1"), ("Port", "9"))
}


def read(data: bytes, limits: Limits) -> Source:
    """Return the blocks of a DOC, WPS or RTF document, converted on its own; `SafeLoader.prepare` converts several at once."""
    with Office(limits) as office:
        (converted,) = office.convert([(data, "rtf" if data.startswith(_RTF) else "doc")])
        if isinstance(converted, LoadError):
            raise converted
        from doc_miner.loaders import docx  # and with it lxml, which whoever converts nothing need not load

        return docx.read(converted.read_bytes(), limits)


def batches(documents: Iterable[Item], head: Callable[[Item], bytes], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Yield all of *documents*: those that may be for LibreOffice some at a time, every other one alone.

    *head* gives the first bytes of a document, *size* its size in bytes. A batch has at most 8 documents (with more, the
    start of LibreOffice is no longer what takes the time) and, but for a larger one alone, 50 MB.
    """
    batch: list[Item] = []
    room = _BATCH_BYTES
    for document in documents:
        if not head(document).startswith((_OLE, _RTF)):
            yield [document]
            continue
        if batch and (len(batch) == _BATCH or size(document) > room):
            yield batch
            batch, room = [], _BATCH_BYTES
        batch.append(document)
        room -= size(document)
    if batch:
        yield batch


def find_office() -> str | None:
    """Return the path of LibreOffice's program: the one that `VARIABLE` names, one on the PATH, one in a usual place, or ``None``."""
    stated = os.environ.get(VARIABLE)
    if stated:
        return shutil.which(stated)
    on_path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    places = (os.path.expanduser(place) for place in _PLACES.get(sys.platform, _PLACES["linux"]))
    found = on_path or next((place for place in places if os.path.isfile(place)), None)
    if found is None and sys.platform == "linux":
        found = next((str(path) for path in sorted(Path("/opt").glob("libreoffice*/program/soffice"), reverse=True)), None)
    return found


class Office:
    """LibreOffice with a folder of its own for profile, copies and results; use it in a ``with`` statement or call `close`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folder: processes.Folder | None = None

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder, and with it all results."""
        if self._folder is not None:
            self._folder.close()
        self._folder = None

    def convert(self, documents: Sequence[tuple[bytes, str]]) -> list[Path | LoadError]:
        """Return for each document (its bytes and one of `KINDS`) the DOCX made of it, or why there is none.

        The results stay until the next call or `close`. A document that hangs or kills LibreOffice costs itself alone.
        """
        program = find_office()
        if program is None:
            return [_not_installed() for _ in documents]
        made: dict[int, Path | LoadError] = {}
        waiting: dict[int, Path] = {}
        place = self._place()
        for index, (data, kind) in enumerate(documents):
            refusal = _refusal(data, self._limits)
            if refusal is not None:
                made[index] = refusal
            else:
                waiting[index] = place / "in" / f"{index:04}{KINDS[kind]}"
                waiting[index].write_bytes(data)
        while waiting:
            made |= self._run(program, waiting, place)
            waiting = {index: path for index, path in waiting.items() if index not in made}
        return [made[index] for index in range(len(documents))]

    def _place(self) -> Path:
        """Return the folder: made with its profile when first asked for, else emptied of what was converted before."""
        if self._folder is None:
            self._folder = processes.Folder()
            profile = self._folder.path / "profile" / "user"
            profile.mkdir(parents=True)
            (profile / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
        place = self._folder.path
        for name in ("in", "out", "tmp"):
            shutil.rmtree(place / name, ignore_errors=True)
            (place / name).mkdir(exist_ok=True)
        return place

    def _run(self, program: str, waiting: Mapping[int, Path], place: Path) -> dict[int, Path | LoadError]:
        """Start LibreOffice once on all that is waiting; return what became of some of it, of one document at least."""
        results = {index: place / "out" / f"{path.stem}.docx" for index, path in waiting.items()}
        seconds = self._limits.seconds * _SHARE
        ended = _watch(self._command(program, list(waiting.values()), place), place, seconds)
        made: dict[int, Path | LoadError] = {index: _result(path, self._limits) for index, path in results.items() if zipfile.is_zipfile(path)}
        failed = LoadError("damaged", f"LibreOffice 打不开这个文件，可能已损坏或设有密码；{_ADVICE}。")
        order = list(results)
        if ended == 0:
            return made | {index: failed for index in order if index not in made}
        at = _place_at_work([index in made for index in order], (place / "log").read_bytes())
        made = {index: one for index, one in made.items() if index in order[:at]} | {index: failed for index in order[:at] if index not in made}
        if at == len(order):  # it died when all was done
            return made
        if ended is None:
            return made | {order[at]: LoadError("timeout", f"用 LibreOffice 转换超过 {seconds:g} 秒，已停止；{_ADVICE}，或放宽时间上限。")}
        return made | {order[at]: LoadError("crash", f"LibreOffice 转换时中断（{ended}），文件可能已损坏、带有恶意或过大；{_ADVICE}。")}

    def _command(self, program: str, files: Sequence[Path], place: Path) -> list[str]:
        options = [f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"]
        command = [program, *options, "--convert-to", "docx", "--outdir", str(place / "out"), *map(str, files)]
        return processes.bounded(command, self._limits.memory_mb, 2 * self._limits.seconds * len(files))


def _watch(command: Sequence[str], place: Path, seconds: float) -> int | None:
    """Run *command* until it ends, and return its exit code; ``None`` where it gave no new result for so many *seconds* and was killed."""
    kept = ("PATH", "SystemRoot", "SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH")
    folder = str(place / "tmp")
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": folder, "TMPDIR": folder, "TEMP": folder, "TMP": folder}
    environment |= {"LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}
    with open(place / "log", "wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **processes.apart()
        )
    count, since = 0, time.monotonic()
    try:
        while process.poll() is None:
            time.sleep(_POLL)
            now = sum(zipfile.is_zipfile(path) for path in (place / "out").glob("*.docx"))  # one half written is no progress
            if now > count:
                count, since = now, time.monotonic()
            if time.monotonic() - since > seconds:
                return None
        return process.returncode
    finally:
        processes.kill(process)


def _place_at_work(done: Sequence[bool], log: bytes) -> int:
    """Return which file was at work when the program ended: files are converted in order, and each is told of in the log.

    *done* says of each file whether its result is there. A line is written when a file is loaded and is to be stored, or cannot be loaded.

    >>> _place_at_work([True, False, False], b"convert a -> b\\nError: source file could not be loaded\\n")
    2
    """
    told = _TOLD.findall(log)[: len(done)]
    at = len(told) - 1 if told and told[-1] == b"convert " and not done[len(told) - 1] else len(told)
    return max(at, max((index + 1 for index, one in enumerate(done) if one), default=0))


def _result(path: Path, limits: Limits) -> Path | LoadError:
    size = path.stat().st_size
    if size > limits.file_mb * MEGABYTE:
        return LoadError("too_large", f"转换成的 DOCX 有 {size / MEGABYTE:.0f} MB，超过 {limits.file_mb} MB 的上限；请拆分后再试。")
    return path


def _refusal(data: bytes, limits: Limits) -> LoadError | None:
    """Return why a document need not be given to LibreOffice, or ``None``."""
    if data.startswith(_RTF):
        return LoadError("depth", f"RTF 的括号嵌套超过 {limits.depth} 层，不予读取；{_ADVICE}。") if _is_deep(data, limits.depth) else None
    try:
        head = compound.read_stream(data, ("WordDocument",))
    except LoadError:  # LibreOffice may know more of broken files than we
        return None
    if head is not None and len(head) > 11 and head[11] & _ENCRYPTED:
        return LoadError("encrypted", "文件设有打开密码；请去掉密码后再试。")
    return None


def _is_deep(data: bytes, most: int) -> bool:
    if data.count(b"{") <= most:
        return False
    depth = 0
    for brace in _RTF_BRACES.finditer(data):
        depth += {b"{": 1, b"}": -1}.get(brace[0], 0)
        if depth > most:
            return True
    return False


def _not_installed() -> LoadError:
    where = f"（装在别处时用环境变量 {VARIABLE} 指明 soffice 的路径）"
    return LoadError("not_installed", f"读取 DOC、WPS、RTF 文件需要 LibreOffice，本机没有找到；请安装 LibreOffice{where}，或把文件另存为 DOCX 后再试。")


def _settings() -> str:
    """Return the settings file of the profile."""
    groups = {f"org.openoffice.Office.{place}": values for place, values in _SETTINGS.items()} | {"org.openoffice.Inet/Settings": _NO_NETWORK}
    items = "".join(
        f'<item oor:path="/{place}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for place, values in groups.items()
        for name, value in values.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'
