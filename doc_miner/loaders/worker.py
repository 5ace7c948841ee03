"""Read files in a child process that hostile files may kill: time and memory are bounded.

A 4 KB PDF can abort its library, a page can unpack to gigabytes.  One child is kept alive
and given one file after another; when it dies, hangs or runs out of memory, that file is
refused and the next one gets a new child.  Plain text is read here: it cannot do harm.
Archives are unpacked in the child too, and their files handed back as bytes. DOC, WPS and
RTF are turned into DOCX by LibreOffice, bounded as the child is, and read in the child.

The child is a plain subprocess, not a `multiprocessing` one: those may not be started by
daemonic workers, and import the caller's main module again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from doc_miner.errors import LoadError
from doc_miner.loaders import LOADERS, detect_format, load_source, processes, read_bytes, read_source
from doc_miner.loaders.containers import Member, Room, unpacked
from doc_miner.loaders.limits import DEFAULT, MEGABYTE, Limits
from doc_miner.loaders.office import KINDS, Office
from doc_miner.source import Source

_HERE = 200_000
"""Bytes of a web page that is still read in this process."""
_FILES_OF_A_CHILD = 200
_START_SECONDS = 60.0
_END_SECONDS = 1.0
_SPARING = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | {
    "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "33554432"
}  # fmt: skip
"""Threads of numeric libraries and arenas of glibc take address space; large blocks mapped one by one are given back when they are
freed (an A4 page by OCR: 0.8 GB at the most, 0.96 GB without)."""
_SIZE = struct.Struct("<Q")
_ALLOWED = frozenset(
    [("doc_miner.errors", "LoadError"), ("doc_miner.loaders.containers", "Member")]
    + [("doc_miner.source", name) for name in ("Source", "Paragraph", "Line", "SourceTable", "CellPlace", "Warning")]
)
_START = "import sys; sys.path[:] = {path!r}; from doc_miner.loaders.worker import serve; serve({memory})"


@dataclass(frozen=True, slots=True)
class _Request:
    """What the child is asked: to load the file at *name*, or the *size* bytes that follow, or to unpack these as *kind*.

    With *converted* the child loads the DOCX at that path, made of a file called *name* of the format *kind*.
    """

    name: str
    limits: Limits
    size: int | None = None
    kind: str = ""
    room: Room | None = None
    converted: str = ""


class SafeLoader:
    """Loads one file after another under *limits*; use it in a ``with`` statement or call `close`.

    It may be used by several threads (one file at a time) and in the worker processes of a
    pool; after a fork the copy starts a child of its own.

    >>> with SafeLoader() as loader:
    ...     loader.load(Path("no such file.pdf"))
    Traceback (most recent call last):
    doc_miner.errors.LoadError: 文件不存在（或是失效的链接）；请检查路径。
    """

    def __init__(self, limits: Limits = DEFAULT, *, files_of_a_child: int = _FILES_OF_A_CHILD) -> None:
        self._limits = limits
        self._files_of_a_child = files_of_a_child
        self._child: _Child | None = None
        self._office: Office | None = None
        self._converted: dict[bytes, Path | LoadError] = {}
        self._process = os.getpid()
        self._lock = threading.Lock()

    def __enter__(self) -> SafeLoader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def load(self, path: Path) -> Source:
        """Return what the file at *path* says; raise `LoadError`, and nothing else, where it cannot be read.

        On top of the codes of `load_source` there are "timeout", "memory" and "crash".
        """
        data = read_bytes(path, self._limits)
        kind = detect_format(data, path.name)
        if _is_harmless(data, kind):
            return read_source(data, path.name, self._limits, found=kind)
        if kind in KINDS:
            return self._office_source(data, path.name, kind)
        del data  # the child reads the file again; two copies of a large one need not be kept
        return self._source(_Request(str(path.absolute()), self._limits))

    def load_bytes(self, data: bytes, name: str) -> Source:
        """Return what *data* says, a file called *name* that is on no disk; raise `LoadError` as `load` does."""
        kind = detect_format(data, name)
        if _is_harmless(data, kind):
            return read_source(data, name, self._limits, found=kind)
        if kind in KINDS:
            return self._office_source(data, name, kind)
        return self._source(_Request(name, self._limits, len(data)), data)

    def prepare(self, documents: Sequence[tuple[bytes, str]]) -> None:
        """Convert those of *documents* (bytes and name) that are DOC, WPS or RTF all at once; raises nothing.

        `office.batches` tells how many are worth it. Loading them then takes what was converted here. What an earlier call left over is forgotten.
        """
        self._forget_after_fork()
        with self._lock:
            self._convert([(data, kind) for data, name in documents if (kind := detect_format(data, name)) in KINDS])

    def unpack(self, data: bytes, kind: str, room: Room) -> list[Member]:
        """Return the files of one archive, for `containers.members`; if it fails, what came before and its refusal as the last."""
        found: list[Member] = []
        request = _Request("", self._limits, len(data), kind, room)
        try:
            self._ask(request, data, max(0.0, room.seconds), found)
        except LoadError as error:
            found.append(Member("", error=error))
        return found

    def close(self) -> None:
        """End the child process; loading again starts a new one."""
        self._forget_after_fork()
        with self._lock:
            self._discard(gently=True)
            if self._office is not None:
                self._office.close()
            self._office, self._converted = None, {}

    def _forget_after_fork(self) -> None:
        """In a fork the child belongs to the other process, which still talks to it, and the lock may be held there."""
        if self._process != os.getpid():
            self._child, self._lock, self._process = None, threading.Lock(), os.getpid()
            self._office, self._converted = None, {}

    def _convert(self, documents: Sequence[tuple[bytes, str]]) -> None:
        if documents:
            self._office = self._office or Office(self._limits)
            made = self._office.convert(documents)
            self._converted = {_digest(data): one for (data, _), one in zip(documents, made, strict=True)}

    def _office_source(self, data: bytes, name: str, kind: str) -> Source:
        self._forget_after_fork()
        with self._lock:
            if _digest(data) not in self._converted:
                self._convert([(data, kind)])
            made = self._converted[_digest(data)]
            if isinstance(made, LoadError):
                raise LoadError(made.code, made.message)
            answer = self._ask_child(_Request(name, self._limits, kind=kind, converted=str(made)), b"", self._limits.seconds, [])
        return self._checked(answer)

    def _source(self, request: _Request, data: bytes = b"") -> Source:
        return self._checked(self._ask(request, data, self._limits.seconds, []))

    def _checked(self, answer: Source | None) -> Source:
        if isinstance(answer, Source):
            return answer
        raise _crash(None, self._limits)

    def _ask(self, request: _Request, data: bytes, seconds: float, found: list[Member]) -> Source | None:
        """Return the answer of the child, and put what it unpacks into *found* as it comes."""
        self._forget_after_fork()
        with self._lock:
            return self._ask_child(request, data, seconds, found)

    def _ask_child(self, request: _Request, data: bytes, seconds: float, found: list[Member]) -> Source | None:
        child = self._ready_child()
        try:
            answer = child.ask(request, data, seconds, found)
        except BaseException as error:
            # Whatever came between (a death, the time, Ctrl-C): the child is busy or gone.
            self._discard(gently=False)
            if isinstance(error, _ChildDied):
                raise _crash(error.code, self._limits) from error
            if isinstance(error, TimeoutError):
                raise LoadError("timeout", f"读取超过 {self._limits.seconds:g} 秒，已停止；请拆分文件或放宽时间上限。") from error
            raise
        if child.files >= self._files_of_a_child or (isinstance(answer, LoadError) and answer.code == "memory"):
            self._discard(gently=True)  # memory once torn to pieces stays so
        if isinstance(answer, LoadError):
            raise answer
        return answer

    def _ready_child(self) -> _Child:
        if self._child is None:
            try:
                self._child = _Child(self._limits)
            except (OSError, RuntimeError, _ChildDied) as error:
                advice = f"请放宽内存上限（现为 {self._limits.memory_mb} MB）后再试"
                raise LoadError("worker", f"解析进程未能启动（{error}）；{advice}。") from error
        return self._child

    def _discard(self, *, gently: bool) -> None:
        if self._child is not None:
            self._child.end(gently=gently)
        self._child = None


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _is_harmless(data: bytes, kind: str) -> bool:
    return kind not in LOADERS or kind == "txt" or (kind == "html" and len(data) <= _HERE)


class _ChildDied(Exception):
    """The child ended by itself; *code* is its exit status, negative for a signal."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"code {code}")
        self.code = code


def _crash(code: int | None, limits: Limits) -> LoadError:
    if code is not None and -code == getattr(signal, "SIGXCPU", None):
        return LoadError("timeout", f"读取耗用的处理器时间超过 {2 * limits.seconds:g} 秒，已停止；请拆分文件或放宽时间上限。")
    return LoadError("crash", f"解析时程序库崩溃（{_ending(code)}），文件可能已损坏、带有恶意或过大；请用原软件另存后再试。")


def _ending(code: int | None) -> str:
    if code is None:
        return "应答不合约定"
    if code >= 0:
        return f"退出码 {code}"
    try:
        return f"信号 {signal.Signals(-code).name}"
    except ValueError:
        return f"信号 {-code}"


class _Child:
    """One child process and the thread that waits for its answers."""

    def __init__(self, limits: Limits) -> None:
        self.files = 0
        path = [entry for entry in sys.path if entry]  # '' is the working directory, full of other people's files
        command = [sys.executable, "-P", "-W", "ignore", "-c", _START.format(path=path, memory=limits.memory_mb)]
        self._folder = processes.Folder()  # what a killed child leaves behind goes with it
        environment = {**os.environ, **_SPARING, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._folder.path))}
        options: dict[str, Any] = processes.apart() | {"env": environment, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "bufsize": 0}
        self._process: subprocess.Popen[bytes] = subprocess.Popen(command, **options)
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # Neither a caller that forgets to close nor the end of the interpreter leaves a child behind.
        self._finish = weakref.finalize(self, _end_own, self._process, os.getpid())
        assert self._process.stdout is not None
        threading.Thread(target=_collect, args=(self._process.stdout, self._answers, limits), daemon=True).start()
        try:
            self._next_answer(_START_SECONDS)
        except BaseException:
            self.end(gently=False)
            raise

    def ask(self, request: _Request, data: bytes, seconds: float, found: list[Member]) -> Source | LoadError | None:
        """Return the answer to *request*, members going to *found* before it; raise `TimeoutError` or `_ChildDied`.

        A number asks for the time of one more page that is to be read by OCR.
        """
        end = time.monotonic() + seconds
        self.files += 1
        self._send(request, data, seconds)
        longer = 0
        while isinstance(answer := _unpickled(self._next_answer(max(0.0, end - time.monotonic()))), (Member, float)):
            if isinstance(answer, Member):
                found.append(answer)
            elif longer < request.limits.ocr_pages:
                longer += 1
                end += request.limits.ocr_seconds
        if answer is None or isinstance(answer, (Source, LoadError)):
            return answer
        raise _ChildDied(None)

    def _send(self, request: _Request, data: bytes, seconds: float) -> None:
        """Write a request and its bytes; a child that does not take them in time is killed, else writing would wait for ever."""
        assert self._process.stdin is not None
        begun, timer = time.monotonic(), threading.Timer(seconds, processes.kill, (self._process,))
        if data:
            timer.start()
        try:
            with contextlib.suppress(OSError):  # a death is noticed where the answer is awaited
                _write_frame(self._process.stdin, pickle.dumps(request))
                _write(self._process.stdin, data)
        finally:
            timer.cancel()
        if time.monotonic() - begun >= seconds:
            raise TimeoutError(f"{seconds:g} s")

    def _next_answer(self, seconds: float) -> bytes:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"{seconds:g} s") from None
        if answer is None:
            try:
                code = self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                code = None
            raise _ChildDied(code)
        return answer

    def end(self, *, gently: bool) -> None:
        """End the process and wait for it, so that no zombie stays."""
        self._finish.detach()
        _end(self._process, _END_SECONDS if gently else 0.0)
        self._folder.close()


def _end_own(process: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() == owner:  # and not in a fork, where the copy is thrown away
        _end(process, 0.0)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()  # the child ends when nothing more can come
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        processes.kill(process)


def _collect(stream: IO[bytes], answers: queue.SimpleQueue[bytes | None], limits: Limits) -> None:
    """Put every answer of the child into *answers*, and ``None`` after the last."""
    with stream:
        while True:
            try:
                frame = _read_frame(stream, limits.memory_mb * MEGABYTE)
            except (OSError, ValueError, MemoryError):
                frame = None
            answers.put(frame)
            if frame is None:
                return


def _write_frame(stream: IO[bytes], data: bytes) -> None:
    _write(stream, _SIZE.pack(len(data)))
    _write(stream, data)


def _write(stream: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]
    stream.flush()


def _read_frame(stream: IO[bytes], most: int) -> bytes | None:
    head = _read_exactly(stream, _SIZE.size)
    if head is None:
        return None
    size: int = _SIZE.unpack(head)[0]
    if size > most:
        raise ValueError("frame too large")
    return _read_exactly(stream, size)


def _read_exactly(stream: IO[bytes], size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        chunk = stream.read(min(size - len(data), MEGABYTE))
        if not chunk:
            return None
        data += chunk
    return bytes(data)


class _Answer(pickle.Unpickler):
    """Reads an answer of the child: records of ours and nothing that runs."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _unpickled(data: bytes) -> object:
    try:
        return _Answer(io.BytesIO(data)).load()
    except Exception as error:  # bytes of a child gone wrong may raise anything
        raise _ChildDied(None) from error


def serve(memory_mb: int) -> None:
    """Answer requests on standard input until it ends: what the child process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries print; nothing but answers may reach the pipe.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    _limit_memory(memory_mb)
    _write_frame(answers, b"ready")
    while (frame := _read_frame(requests, MEGABYTE)) is not None:
        request: _Request = pickle.loads(frame)
        data = None if request.size is None else _read_exactly(requests, request.size)
        _limit_processor_time(request.limits.seconds)
        for answer in _answers(_waited_for(request, answers), data):
            _write_frame(answers, answer)


def _waited_for(request: _Request, answers: IO[bytes]) -> _Request:
    """Return *request* with limits that ask the parent for more time."""

    def more_time(seconds: float) -> None:
        _limit_processor_time(request.limits.seconds + seconds)
        _write_frame(answers, pickle.dumps(float(seconds)))

    return replace(request, limits=replace(request.limits, more_time=more_time))


def _answers(request: _Request, data: bytes | None) -> Iterator[bytes]:
    """Yield the members of an archive and ``None``, or one source or refusal."""
    try:
        if request.room is not None:
            for member in unpacked(data or b"", request.kind, request.limits, request.room):
                yield pickle.dumps(member)
        yield pickle.dumps(None if request.room is not None else _loaded(request, data))
    except LoadError as error:
        yield pickle.dumps(error.with_traceback(None))
    except MemoryError:
        yield pickle.dumps(LoadError("memory", f"读取时内存不足（上限 {request.limits.memory_mb} MB）；请拆分文件或放宽内存上限。"))


def _loaded(request: _Request, data: bytes | None) -> Source:
    if request.converted:
        return read_source(Path(request.converted).read_bytes(), request.name, request.limits, converted_from=request.kind)
    if data is None:
        return load_source(Path(request.name), request.limits)
    return read_source(data, request.name, request.limits)


def _limit_memory(memory_mb: int) -> None:
    """Bound the address space, and write no core file; Windows has no such limits, macOS keeps few of them."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * MEGABYTE, memory_mb * MEGABYTE))


def _limit_processor_time(seconds: float) -> None:
    """Let the child die of its own after twice the time of one file, should its parent have been killed."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = int(used.ru_utime + used.ru_stime + seconds * 2) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
