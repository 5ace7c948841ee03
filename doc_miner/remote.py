"""Files that lie in a store named by a URL (``s3://``, ``file://``, ``memory://``), read through fsspec (extra ``cluster``)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from doc_miner.errors import LoadError, SettingsError
from doc_miner.loaders.containers import is_system_file
from doc_miner.loaders.limits import MEGABYTE, Limits

_SCHEME = "://"
_REFUSED = {"http", "https", "ftp", "ftps", "github", "gist", "webhdfs"}
"""What would fetch from the web: pages change, and a run must not depend on the network beyond the archive's own store."""


def is_url(path: str) -> bool:
    """Return whether *path* names a file in a store, not on this machine's file system."""
    return _SCHEME in path


def list_files(url: str) -> list[str]:
    """Return the files at or below *url* in a fixed order, as URLs; raises `SettingsError` where there are none or they cannot be listed."""
    store, path = opened(url)
    try:
        found = sorted(store.find(path))
    except Exception as error:  # every store has its own
        raise SettingsError(f"{url}: 不能列出文件（{type(error).__name__}: {error}）；请检查地址、权限和网络。") from error
    if not found:
        raise SettingsError(f"{url}: 没有这个文件或文件夹；请检查地址。")
    return [store.unstrip_protocol(name) for name in found if not is_system_file(name.rsplit("/", 1)[-1])]


def stat(url: str) -> tuple[int, int]:
    """Return size in bytes and time of change in nanoseconds, −1 where they cannot be asked; a store without times gives a number made from its own mark of the version."""
    store, path = opened(url)
    try:
        size = int(store.info(path)["size"])
        try:
            changed = store.modified(path)
        except NotImplementedError:
            return size, int(hashlib.sha256(str(store.ukey(path)).encode()).hexdigest()[:15], 16)
        return size, int(changed.timestamp() * 1_000_000) * 1000 if isinstance(changed, datetime) else int(changed * 1e9)
    except Exception:
        return -1, -1


def fetch(url: str, limits: Limits) -> bytes:
    """Return the bytes of a file of at most ``limits.file_mb``; raise `LoadError` for anything else."""
    store, path = opened(url)
    try:
        size = int(store.info(path)["size"])
        if size > limits.file_mb * MEGABYTE:
            raise LoadError("too_large", f"文件有 {size / MEGABYTE:.0f} MB，超过 {limits.file_mb} MB 的上限；请拆分后再试。")
        data: bytes = store.cat_file(path)
        return data
    except LoadError:
        raise
    except FileNotFoundError as error:
        raise LoadError("missing", "文件不存在（或是失效的链接）；请检查路径。") from error
    except Exception as error:  # every store has its own
        raise LoadError("unreadable", f"文件打不开（{type(error).__name__}: {error}）；请检查存储的权限和网络，或复制到本地后再试。") from error


def opened(url: str) -> tuple[Any, str]:
    """Return the store of *url* and the path within; raises `SettingsError` for the web, an unknown store, or without fsspec."""
    schemes = {part.rsplit("::", 1)[-1].lower() for part in url.split(_SCHEME)[:-1]}
    if schemes & _REFUSED:
        raise SettingsError(f"{url}: 不读取网址；请先把文件下载到文件夹或对象存储（如 s3://）。")
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise SettingsError(f"{url}: 读取存储地址需要 fsspec；请运行 pip install 'doc-miner[cluster]'。") from error
    try:
        store, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"{url}: 不能打开这种存储（{error}）；请安装它的 fsspec 程序库，或把文件复制到文件夹。") from error
    return store, path
