"""Scans drawn with a font of this machine, and the mark of tests that have them read by the real engine."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from doc_miner.loaders.ocr_choice import engine_version

HAS_ENGINE = bool(engine_version())
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/Supplemental/Songti.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
FONT = next((path for path in FONTS if Path(path).exists()), "")
engine = pytest.mark.skipif(not (HAS_ENGINE and FONT), reason="the extra `ocr` or a Chinese font is not installed")
WIDTH, HEIGHT = 1240, 820
"""Half a page of A4 at 150 dpi."""


def page(lines: Sequence[str], *, width: int = WIDTH, height: int = HEIGHT, size: int = 40) -> Any:
    """Return a picture of *lines*, each two sizes below the other."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(FONT, size)
    for row, line in enumerate(lines):
        draw.text((90, 90 + row * 2 * size), line, font=font, fill="black")
    return picture


def saved(picture: Any, kind: str = "PNG", **more: Any) -> bytes:
    """Return the bytes of a picture of 150 dpi."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **({"dpi": (150, 150)} | more))
    return buffer.getvalue()
