"""Read pictures of pages (JPEG, PNG, TIFF of one or many pages, BMP) by OCR."""

from __future__ import annotations

import io
import warnings as python_warnings
from typing import Any

import numpy as np

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.ocr_choice import advice, engine_version, not_installed
from doc_miner.loaders.ocr_engine import Image
from doc_miner.loaders.pdf_pages import Page, blocks_of, page_warnings, refuse_unreadable
from doc_miner.loaders.scan import Scanner, pixels_for
from doc_miner.source import Source

_FORMATS = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "TIFF": "tiff", "BMP": "bmp"}  # MPO: of some telephones
_OPENED = ("JPEG", "PNG", "TIFF", "BMP")
_A4 = 11.69
"""Inches of the longer side of a page whose picture does not tell its resolution, as photographs do not."""
_SHORTEST, _LONGEST = 5.0, 34.0
"""Inches that the longer side of a page may have; a resolution that gives another size is not believed."""
_LEAST_DPI = 100.0
"""Cameras and screens write 72 or 96, which is nobody's measure; what is scanned so coarsely can hardly be read."""
_ORIENTATION = 0x0112


def read(data: bytes, limits: Limits) -> Source:
    """Return the blocks of the pages in the picture *data*; raise `LoadError` where it cannot be read."""
    if limits.ocr == "never":
        raise LoadError("scanned", f"这是图片，其中的文字要识别后才能读取；{advice(limits)}。")
    if not engine_version():
        raise not_installed()
    scanner = Scanner(limits)
    with python_warnings.catch_warnings(), opened(data) as picture:
        python_warnings.simplefilter("ignore")  # of tags that are against the letter of a format
        count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        if count > limits.pages:
            raise LoadError("too_large", f"图片有 {count} 页，超过 {limits.pages} 页的上限；请拆分后再试。")
        pages = []
        for index in range(count):
            picture.seek(index)
            pages.append(_page(picture, index + 1, limits, scanner))
        kind = _FORMATS[picture.format]
    refuse_unreadable("图片", pages, limits)
    blocks, dropped = blocks_of(pages, limits)
    return Source(kind, blocks, pages=count, warnings=tuple(page_warnings(pages, dropped, limits)))


def _page(picture: Any, number: int, limits: Limits, scanner: Scanner) -> Page:
    """Return the page that *picture* shows just now."""
    _check_size(picture, limits)
    width, height = size_in_points(picture)
    longer = round(max(width, height) * pixels_for(width, height, limits))
    return scanner.page(number, lambda: decoded(picture, longer), (0.0, 0.0, width, height))


def size_in_points(picture: Any) -> tuple[float, float]:
    """Return width and height of the page that *picture* shows just now, in points: what boxes on it are measured in."""
    width, height = _turned_size(picture)
    points = 72 / _resolution(picture)
    return width * points, height * points


def opened(data: bytes) -> Any:
    """Return the picture in *data*, its pixels not yet decoded; raise `LoadError` where it is none of our formats."""
    import PIL
    import PIL.Image as pillow

    pillow.init()
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # the limit of pixels is ours
            return pillow.open(io.BytesIO(data), formats=_OPENED)
    except pillow.DecompressionBombError as error:
        raise LoadError("too_large", "图片的像素过多，疑为恶意文件，不予读取。") from error
    except (PIL.UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise LoadError("damaged", "图片不完整或已损坏，打不开；请重新扫描或从原软件另存后再试。") from error


def _check_size(picture: Any, limits: Limits) -> None:
    width, height = picture.size
    if width * height > limits.pixels:
        raise LoadError("too_large", f"图片有 {width}×{height} 像素，超过 {limits.pixels} 像素的上限；请按 200 至 300 dpi 重新扫描。")


def _resolution(picture: Any) -> float:
    """Return the dots per inch that the picture states, if that gives a page of a likely size, else those of A4."""
    stated = picture.info.get("dpi") or (0, 0)
    try:
        dpi = float(max(stated))
    except (TypeError, ValueError, ZeroDivisionError):
        dpi = 0.0
    longer = max(picture.size)
    return dpi if dpi >= _LEAST_DPI and _SHORTEST <= longer / dpi <= _LONGEST else longer / _A4


def _turned_size(picture: Any) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if picture.getexif().get(_ORIENTATION, 1) >= 5 else (width, height)


def decoded(picture: Any, longer: int) -> Image:
    """Return the pixels as the picture is shown, about *longer* on its longer side at most; what is transparent is paper."""
    import PIL.ImageOps as operations

    picture.draft("RGB", (longer, longer))  # a JPEG is decoded at the half or the quarter where that is enough
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise LoadError("damaged", "图片不完整或已损坏，解不开；请重新扫描或从原软件另存后再试。") from error
    image = picture.reduce(factor) if (factor := max(picture.size) // max(1, longer)) > 1 else picture
    image = without_transparency(operations.exif_transpose(image))
    if max(image.size) > 1.2 * longer:
        image.thumbnail((longer, longer))
    return np.asarray(image)


def without_transparency(image: Any) -> Any:
    """Return *image* in three colours, what is transparent being paper."""
    import PIL.Image as pillow

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = pillow.alpha_composite(pillow.new("RGBA", image.size, "white"), image)
    if image.mode in ("I", "I;16", "I;16B", "F"):  # 16 bits of grey
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")
