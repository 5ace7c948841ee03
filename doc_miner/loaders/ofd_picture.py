"""Draw the pictures of an OFD page as they stand on it, for OCR; text and paths are not drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.ocr_engine import Image
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_objects import Matrix, product
from doc_miner.loaders.picture import opened, without_transparency
from doc_miner.loaders.scan import pixels_for

_MOST = 100
"""Pictures that are drawn on one page; some writers cut a scan into strips."""


def picture_of(images: Sequence[tuple[str, Matrix]], media: Callable[[str], bytes | None], frame: Frame, limits: Limits) -> Image | None:
    """Return the page with its *images*, ``None`` where none can be drawn.

    Each is the identifier of its file and the matrix that leads from the unit square (y downwards)
    to points (y upwards); *media* returns the bytes of a file.
    """
    import PIL.Image as pillow

    scale = pixels_for(frame.width, frame.height, limits)
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    canvas, drawn = pillow.new("RGB", size, "white"), False
    to_pixels: Matrix = (scale, 0, 0, -scale, 0, frame.height * scale)
    for name, matrix in images[:_MOST]:
        data = media(name)
        picture = _decoded(data, limits) if data else None
        if picture is None:
            continue
        inverse = _inverse(product((1 / picture.width, 0, 0, 1 / picture.height, 0, 0), product(matrix, to_pixels)))
        if inverse is None:
            continue
        a, b, c, d, e, f = inverse
        shrink = max(1, int(max(np.hypot(a, b), np.hypot(c, d))))
        small = picture.reduce(shrink) if shrink > 1 else picture
        # Pillow asks where each pixel of the page comes from.
        coefficients = (a / shrink, c / shrink, e / shrink, b / shrink, d / shrink, f / shrink)
        placed = small.convert("RGBA").transform(size, pillow.Transform.AFFINE, coefficients, pillow.Resampling.BILINEAR)
        canvas.paste(placed, (0, 0), placed)
        drawn = True
    return np.asarray(canvas) if drawn else None


def _decoded(data: bytes, limits: Limits) -> Any:
    """Return a picture, or ``None`` where its format is one that only OFD readers know."""
    try:
        picture = opened(data)
        if picture.width * picture.height > limits.pixels:
            raise LoadError("too_large", f"页面上的图片有 {picture.width}×{picture.height} 像素，超过 {limits.pixels} 像素的上限，不予读取。")
        picture.load()
        return without_transparency(picture)
    except LoadError as error:
        if error.code != "damaged":
            raise
    except (OSError, SyntaxError, ValueError):
        pass
    return None


def _inverse(matrix: Matrix) -> Matrix | None:
    a, b, c, d, e, f = matrix
    whole = a * d - b * c
    if abs(whole) < 1e-9:
        return None
    return d / whole, -b / whole, -c / whole, a / whole, (c * f - d * e) / whole, (b * e - a * f) / whole
