"""Walk over the objects of a PDF page: what is text, what is drawn, what is a picture."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_FORMS_DEEP = 3
_MOST_OBJECTS = 200_000

# The prototypes of the binding check every argument; these are called for each object.
_object_of_page = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium_c.FPDFPage_GetObject, ctypes.c_void_p).value or 0
)
_object_of_form = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)(
    ctypes.cast(pdfium_c.FPDFFormObj_GetObject, ctypes.c_void_p).value or 0
)
_kind_of = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(ctypes.cast(pdfium_c.FPDFPageObj_GetType, ctypes.c_void_p).value or 0)

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, bottom, right, top in the space of the file."""
_SAME: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(slots=True)
class PageObjects:
    """The objects of a page by kind; a matrix leads from the form that holds an object to the page.

    ``texts_below`` is how many of the texts are drawn before the last picture.
    """

    texts: list[Any] = field(default_factory=list)
    paths: list[tuple[Any, Matrix]] = field(default_factory=list)
    pictures: list[tuple[Any, Matrix]] = field(default_factory=list)
    texts_below: int = 0


def read_objects(page: pdfium.PdfPage) -> PageObjects:
    """Return the objects of *page*, those in forms as well; of a page with very many, the first."""
    found = PageObjects()
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value
    count = min(pdfium_c.FPDFPage_CountObjects(page), _MOST_OBJECTS)
    _walk(found, map(_object_of_page, repeat(handle), range(count)), _SAME, 0)
    return found


def _walk(found: PageObjects, items: Iterable[Any], matrix: Matrix, depth: int) -> None:
    for at in items:
        kind = _kind_of(at)
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            found.texts.append(at)
        elif kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            found.paths.append((pointer(at), matrix))
        elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            found.pictures.append((pointer(at), matrix))
            found.texts_below = len(found.texts)
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _FORMS_DEEP:
            room = _MOST_OBJECTS - len(found.texts) - len(found.paths) - len(found.pictures)
            count = min(pdfium_c.FPDFFormObj_CountObjects(pointer(at)), room)
            _walk(found, map(_object_of_form, repeat(at), range(count)), product(matrix_of(pointer(at)), matrix), depth + 1)


def pointer(at: Any) -> Any:
    """Return the address of an object as the binding wants it."""
    return ctypes.cast(at, pdfium_c.FPDF_PAGEOBJECT)


def bounds_of(item: Any) -> Rect:
    """Return the bounds of an object in the space of the form or page that holds it."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0, 0, 0, 0
    return left.value, bottom.value, right.value, top.value


def matrix_of(item: Any) -> Matrix:
    """Return the matrix of an object."""
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, found):
        return _SAME
    return found.a, found.b, found.c, found.d, found.e, found.f


def product(first: Matrix, second: Matrix) -> Matrix:
    """Return the matrix that applies *first*, then *second*."""
    a, b, c, d, e, f = first
    a2, b2, c2, d2, e2, f2 = second
    return (a * a2 + b * c2, a * b2 + b * d2, c * a2 + d * c2, c * b2 + d * d2, e * a2 + f * c2 + e2, e * b2 + f * d2 + f2)


def moved(matrix: Matrix, x: float, y: float) -> Point:
    """Return a point where *matrix* moves it."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
