"""Write a file so that it is whole or absent: aside first, then renamed into its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from doc_miner.errors import DatasetError


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Give a path beside *path* to write to; it takes the place of *path* at the end, and is removed where writing fails.

    Raises `DatasetError` with the place, the reason and a next step where the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)
    except (FileExistsError, NotADirectoryError) as error:
        raise DatasetError(f"{path.parent}: 这是一个文件，不是文件夹；请换一个 --out。") from error
    except OSError as error:
        _drop(part)
        raise DatasetError(f"{path}: 写不进去（{error.strerror or error}）；如果它正在 Excel 或 WPS 中打开，请先关闭；否则请检查权限和磁盘空间。") from error
    except BaseException:
        _drop(part)
        raise


def _drop(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)
