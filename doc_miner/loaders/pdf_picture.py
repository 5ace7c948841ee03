"""Draw a PDF page as a picture for OCR, and tell whether its text is hidden behind or in a picture."""

from __future__ import annotations

import ctypes

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.ocr_engine import Image
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_objects import PageObjects, pointer
from doc_miner.loaders.scan import pixels_for

_WHOLE = 0.9


def picture_of(page: pdfium.PdfPage, objects: PageObjects, frame: Frame, limits: Limits) -> Image:
    """Return *page* as it is shown, three colours, red first; raise `LoadError` for a picture over the limit of pixels."""
    for item, _ in objects.pictures:
        width, height = ctypes.c_uint(), ctypes.c_uint()
        if pdfium_c.FPDFImageObj_GetImagePixelSize(item, width, height) and width.value * height.value > limits.pixels:
            raise LoadError("too_large", f"页面上的图片有 {width.value}×{height.value} 像素，超过 {limits.pixels} 像素的上限，不予读取。")
    bitmap = page.render(scale=pixels_for(frame.width, frame.height, limits), rev_byteorder=True, prefer_bgrx=True)
    try:
        return np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()


def hides_text(objects: PageObjects, covered: float) -> bool:
    """Return whether most of the text is not to be seen: drawn without paint, or under pictures that cover the page (a share *covered* of it)."""
    if not objects.texts:
        return False
    if covered > _WHOLE and objects.texts_below >= 0.8 * len(objects.texts):
        return True
    invisible = sum(pdfium_c.FPDFTextObj_GetTextRenderMode(pointer(at)) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE for at in objects.texts)
    return bool(invisible >= 0.8 * len(objects.texts))
