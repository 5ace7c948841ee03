"""Pictures of the pages of a document, drawn from its own file and from no other.

A page is asked for by the id of its document. The path comes from the dataset, and the file is shown only while its bytes are those
that were mined: another file at the same place is none of the dataset's.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import sqlite3
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from doc_miner.errors import LoadError
from doc_miner.loaders import DEFAULT, read_bytes
from doc_miner.loaders.containers import INSIDE, find_member
from doc_miner.loaders.picture import decoded, opened, size_in_points

_IMAGES = ("jpeg", "png", "tiff", "bmp")
PAGED = ("pdf", *_IMAGES)
"""Formats whose pages can be drawn."""
_SCALE = 2.0
"""Pixels a point: 144 dpi, sharp at twice the size."""
_MOST_PIXELS = 6_000_000
_KEPT_PAGES, _KEPT_FILES = 48, 3


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as JPEG, with its size in points (as in ``bbox``)."""

    width: float
    height: float
    jpeg: bytes


class Pictures:
    """Draws pages and keeps the last ones. PDFium works for one thread at a time."""

    def __init__(self, dataset: Path) -> None:
        self._base = dataset.resolve().parent
        self._lock = Lock()
        self._pages: OrderedDict[tuple[str, int], PagePicture] = OrderedDict()
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def page(self, db: sqlite3.Connection, doc_id: str, number: int) -> PagePicture:
        """Return the page *number* (from 1) of a document; raise `LoadError` with a reason where it cannot be shown."""
        row = db.execute("SELECT sha256, format FROM documents WHERE doc_id = ?", (doc_id,)).fetchone()
        if row is None or row["format"] not in PAGED:
            raise LoadError("missing", "这个文档没有可以显示的页面。")
        with self._lock:
            key = (row["sha256"], number)
            if key not in self._pages:
                draw = _of_image if row["format"] in _IMAGES else _of_pdf
                self._pages[key] = draw(self._bytes(db, doc_id, row["sha256"]), number)
                while len(self._pages) > _KEPT_PAGES:
                    self._pages.popitem(last=False)
            self._pages.move_to_end(key)
            return self._pages[key]

    def _bytes(self, db: sqlite3.Connection, doc_id: str, sha256: str) -> bytes:
        if sha256 not in self._files:
            paths = [row[0] for row in db.execute("SELECT path FROM files WHERE doc_id = ? ORDER BY path LIKE '%!/%', path", (doc_id,))]
            data = next((data for path in paths if (data := self._read(path)) and hashlib.sha256(data).hexdigest() == sha256), None)
            if data is None:
                raise LoadError("missing", f"找不到原文件，或它已改动：{paths[0] if paths else doc_id}。请在处理时所在的文件夹里启动，或重新运行 doc-miner mine。")
            self._files[sha256] = data
            while len(self._files) > _KEPT_FILES:
                self._files.popitem(last=False)
        self._files.move_to_end(sha256)
        return self._files[sha256]

    def _read(self, path: str) -> bytes | None:
        """Return the bytes at a path as the dataset has it, taken from here or from where the dataset lies."""
        for file in (Path(path), self._base / path):
            try:
                return find_member(file, DEFAULT) if INSIDE in path and not os.path.isfile(file) else read_bytes(file)
            except LoadError:
                continue
        return None


def _of_pdf(data: bytes, number: int) -> PagePicture:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        try:
            _check_number(number, len(document))
            page = document[number - 1]
            width, height = page.get_size()
            return _picture(width, height, page.render(scale=_scale(width, height), may_draw_forms=False).to_pil())
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise LoadError("damaged", f"第 {number} 页画不出来。") from error


def _of_image(data: bytes, number: int) -> PagePicture:
    from PIL.Image import fromarray

    with opened(data) as picture:
        _check_number(number, getattr(picture, "n_frames", 1))
        picture.seek(number - 1)
        if picture.size[0] * picture.size[1] > DEFAULT.pixels:
            raise LoadError("too_large", f"第 {number} 页的像素过多，不予显示。")
        width, height = size_in_points(picture)
        return _picture(width, height, fromarray(decoded(picture, round(max(width, height) * _scale(width, height)))))


def _check_number(number: int, count: int) -> None:
    if not 1 <= number <= count:
        raise LoadError("missing", f"没有第 {number} 页；共 {count} 页。")


def _scale(width: float, height: float) -> float:
    return min(_SCALE, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))


def _picture(width: float, height: float, image: Any) -> PagePicture:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=85)
    return PagePicture(width, height, out.getvalue())
