"""Open a container of XML parts (a ZIP file) without trusting anything it says about itself.

Sizes, ratio and number of entries are checked before a byte is unpacked and again while
unpacking; a document type declaration, which only an attack has, is refused.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from types import TracebackType

from lxml import etree

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import MEGABYTE, Limits

_RATIO_MATTERS = 10 * MEGABYTE
_CHUNK = 65_536
_ENCRYPTED = 0x1
_SAVE_AGAIN = "请用原软件打开并另存后再试"


class Package:
    """The parts of one container, read by name; use it in a ``with`` statement."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise LoadError("damaged", f"文件不完整或已损坏（压缩目录读不出）；{_SAVE_AGAIN}，或重新下载。") from error
        self._left = limits.archive_mb * MEGABYTE
        _check_sizes(self._zip.infolist(), limits)
        self._names = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in self._zip.infolist()}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._names

    def read(self, part: str) -> bytes:
        """Return the bytes of *part*; names are compared without regard to case, as Office does."""
        info = self._names.get(part.lower())
        if info is None:
            raise LoadError("damaged", f"文件不完整：缺少 {part}；{_SAVE_AGAIN}。")
        if info.flag_bits & _ENCRYPTED:
            raise LoadError("encrypted", "文件设有打开密码；请去掉密码后再试。")
        try:
            return self._unpack(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise LoadError("damaged", f"文件不完整或已损坏（{part} 解不开）；{_SAVE_AGAIN}，或重新下载。") from error

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        chunks = []
        with self._zip.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:  # the directory lied
                    raise LoadError("too_large", "文件解压后的实际大小超过上限，不予读取。")
                chunks.append(chunk)
        return b"".join(chunks)

    def xml(self, part: str) -> etree._Element:
        """Return the root of the XML *part*; no entity is expanded, nothing outside is fetched."""
        return parse_xml(self.read(part), part)


def _check_sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.archive_entries:
        raise LoadError("too_large", f"压缩目录有 {len(entries)} 项，超过 {limits.archive_entries} 项的上限，不予读取。")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.archive_mb * MEGABYTE:
        raise LoadError("too_large", f"文件解压后有 {unpacked / MEGABYTE:.0f} MB，超过 {limits.archive_mb} MB 的上限，不予读取。")
    if unpacked > _RATIO_MATTERS and unpacked > packed * limits.archive_ratio:
        raise LoadError("too_large", f"文件的压缩比超过 {limits.archive_ratio} 倍，疑为压缩炸弹，不予读取。")


def parse_xml(data: bytes, part: str) -> etree._Element:
    """Return the root element of *data*, or raise `LoadError`: a declared DOCTYPE is refused, not skipped.

    A parser that skips it drops the text of its entities in silence.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if b"<!DOCTYPE" in data[:_CHUNK]:
            raise _doctype(part) from error
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise LoadError("damaged", f"文件已损坏：{part} 不是完整的 XML；{_SAVE_AGAIN}。") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype(part)
    return root


def _doctype(part: str) -> LoadError:
    return LoadError("doctype", f"{part} 含有 DOCTYPE 声明，正常的办公文件没有；为安全起见不予读取。{_SAVE_AGAIN}。")
