"""Load a file: find its format by its content, read it, and refuse with a reason what cannot be read.

Every loader is a module with one function, ``read(data, limits) -> Source``; the table at the
foot of this file names them.  `load_source` reads in this process; `doc_miner.loaders.worker`
reads in a process that hostile files may kill.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from doc_miner.errors import LoadError
from doc_miner.loaders.formats import CONTAINERS, REFUSED, SUFFIXES, label
from doc_miner.loaders.limits import DEFAULT, MEGABYTE, Limits
from doc_miner.loaders.repair import repaired
from doc_miner.loaders.sniff import detect_format
from doc_miner.source import Paragraph, Source, SourceTable, Warning

__all__ = ["DEFAULT", "LOADERS", "Limits", "detect_format", "load_source", "read_bytes", "read_source"]

_BOTH_TEXT = {"txt", "csv"}
Reader = Callable[[bytes, Limits], Source]


def load_source(path: Path, limits: Limits = DEFAULT) -> Source:
    """Return what the file at *path* says; raise `LoadError` with a reason where it cannot be read.

    Nothing else is raised, whatever the file holds.  Time and memory are not bounded here
    (see `doc_miner.loaders.worker.SafeLoader`); all other limits are.
    """
    return read_source(read_bytes(path, limits), path.name, limits)


def read_bytes(path: Path, limits: Limits = DEFAULT) -> bytes:
    """Return the bytes of a regular file of at most ``limits.file_mb``; raise `LoadError` for anything else."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise LoadError("directory", "这是文件夹，不是文件。")
        if not stat.S_ISREG(status.st_mode):
            raise LoadError("special", "这不是普通文件（可能是设备或管道），不予读取。")
        if status.st_size > limits.file_mb * MEGABYTE:
            raise LoadError("too_large", f"文件有 {status.st_size / MEGABYTE:.0f} MB，超过 {limits.file_mb} MB 的上限；请拆分后再试。")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise LoadError("missing", "文件不存在（或是失效的链接）；请检查路径。") from error
    except PermissionError as error:
        raise LoadError("unreadable", "没有读取权限；请检查文件的权限设置。") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise LoadError("unreadable", f"文件打不开（{reason}）；请复制到本地磁盘后再试。") from error


def read_source(data: bytes, name: str, limits: Limits = DEFAULT, *, found: str = "", converted_from: str = "") -> Source:
    """Return what *data* says, read by the loader of its own format; *name* may only earn a warning.

    *found* is that format where the caller has told it already. *converted_from* is the format of the file called *name* where *data* was
    made of it by another program.
    """
    found = found or detect_format(data, name)
    kind = converted_from or found
    reader = _reader(found)
    try:
        source = repaired(reader(data, limits))
    except LoadError:
        raise
    except MemoryError as error:
        raise LoadError("memory", f"读取时内存不足（上限 {limits.memory_mb} MB）；请拆分文件或放宽内存上限。") from error
    except RecursionError as error:
        raise LoadError("depth", "文件的结构嵌套过深，不予读取；请另存后再试。") from error
    except Exception as error:  # the border: no library's exception passes it
        fault = f"{label(kind).strip()}，{type(error).__name__}"
        raise LoadError("damaged", f"文件已损坏或不合规范（{fault}）；请用原软件打开并另存后再试。") from error
    further = [warning for warning in (_lying_name(name, kind), _no_text(source)) if warning]
    return replace(source, format=kind, warnings=(*further, *source.warnings)) if further or source.format != kind else source


def _reader(kind: str) -> Reader:
    if kind == "empty":
        raise LoadError("empty", "文件是空的。")
    if kind == "unknown":
        raise LoadError("unknown", "认不出的二进制文件；请另存为 PDF、DOCX 或 TXT 后再试。")
    if kind == "encrypted":
        raise LoadError("encrypted", "文件设有打开密码；请去掉密码后再试。")
    if kind in CONTAINERS:
        raise LoadError("container", f"这是{label(kind)}；请用 doc-miner mine 读取其中的文件，或指明一个：压缩包!/文件名。")
    if kind not in LOADERS:
        raise LoadError("unsupported", f"这是{label(kind)}，本版本尚不能读取；{REFUSED[kind][1]}。")
    module, function = LOADERS[kind]
    try:
        reader: Reader = getattr(import_module(module), function)
    except ImportError as error:
        raise LoadError("not_installed", f"读取{label(kind)}需要的程序库 {error.name} 没有安装；请重新安装 doc-miner。") from error
    return reader


def _no_text(source: Source) -> Warning | None:
    for block in source.blocks:
        if isinstance(block, Paragraph) and block.text.strip():
            return None
        if isinstance(block, SourceTable) and any(cell.strip() for row in block.rows for cell in row):
            return None
    return Warning("no_text", "没有读到文字（可能全是图片）；请核对原文件。")


def _lying_name(name: str, kind: str) -> Warning | None:
    """Return a warning where the ending of *name* names another format that we know."""
    suffix = Path(name).suffix.lower().lstrip(".")
    stated = SUFFIXES.get(suffix)
    if stated is None or stated == kind or {stated, kind} == _BOTH_TEXT:
        return None
    return Warning("name", f"文件名以 .{suffix} 结尾，内容却是{label(kind)}；已按内容读取。")


# One line for each format that is read: its name, the module, the function.
LOADERS: dict[str, tuple[str, str]] = {
    "txt": ("doc_miner.loaders.text", "read"),
    "html": ("doc_miner.loaders.html", "read"),
    "docx": ("doc_miner.loaders.docx", "read"),
    "pdf": ("doc_miner.loaders.pdf", "read"),
    "ofd": ("doc_miner.loaders.ofd", "read"),
    "xlsx": ("doc_miner.loaders.xlsx", "read"),
    "xls": ("doc_miner.loaders.xls", "read"),
    "csv": ("doc_miner.loaders.csv_table", "read"),
    "doc": ("doc_miner.loaders.office", "read"),
    "wps": ("doc_miner.loaders.office", "read"),
    "rtf": ("doc_miner.loaders.office", "read"),
    "mht": ("doc_miner.loaders.mht", "read"),
    "jpeg": ("doc_miner.loaders.picture", "read"),
    "png": ("doc_miner.loaders.picture", "read"),
    "tiff": ("doc_miner.loaders.picture", "read"),
    "bmp": ("doc_miner.loaders.picture", "read"),
}
