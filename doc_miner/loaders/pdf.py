"""Read born-digital PDF: paragraphs and ruled tables, each with its place on the page.

pdfium reads the characters and the drawn lines; what they mean is decided in the modules
beside this one.
"""

from __future__ import annotations

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_lines import lines_of
from doc_miner.loaders.pdf_objects import read_objects
from doc_miner.loaders.pdf_pages import Page, blocks_of, page_list, page_warnings, refuse_unreadable
from doc_miner.loaders.pdf_picture import hides_text, picture_of
from doc_miner.loaders.pdf_rules import covered_by_pictures, read_rules
from doc_miner.loaders.pdf_runs import read_runs, visible_length
from doc_miner.loaders.pdf_tables import take_tables
from doc_miner.loaders.scan import Scanner, better_page
from doc_miner.source import Source, Warning

__all__ = ["page_list", "read"]

_STRAY = 30
"""Characters that a scanned page may have all the same: a page number, a stamp of the archive."""
_OUTLINES = 100
"""Paths on a page without text that are probably its characters, drawn."""
_UNMAPPED = 0.02
"""The part of the characters without a code from which a page is read by OCR as well."""


def read(data: bytes, limits: Limits) -> Source:
    """Return the blocks of the PDF *data*; raise `LoadError` where it cannot be read."""
    document = _opened(data)
    try:
        count = len(document)
        if count > limits.pages:
            raise LoadError("too_large", f"PDF 有 {count} 页，超过 {limits.pages} 页的上限；请拆分后再试。")
        sound = bool(pdfium_c.FPDF_DocumentHasValidCrossReferenceTable(document))
        scanner = Scanner(limits)
        pages = [_read_page(document, index, limits, scanner) for index in range(count)]
    finally:
        document.close()
    refuse_unreadable("PDF", pages, limits)
    warnings = [] if sound else [Warning("damaged", "文件的索引已损坏，按能找到的内容读取，可能有缺页；请与原件核对。")]
    blocks, dropped = blocks_of(pages, limits)
    warnings += page_warnings(pages, dropped, limits)
    return Source("pdf", blocks, pages=count, warnings=tuple(warnings))


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise LoadError("encrypted", "PDF 设有打开密码；请去掉密码后再试。") from error
        raise LoadError("damaged", "PDF 已损坏或不完整，打不开；请重新下载或从原软件另存后再试。") from error


def _read_page(document: pdfium.PdfDocument, index: int, limits: Limits, scanner: Scanner) -> Page:
    number = index + 1
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return Page(number, "lost", Frame((0, 0, 595, 842)), [], [])
    try:
        objects = read_objects(page)
        text = read_runs(page, objects)
        rules = read_rules(objects, text.frame)
        pictures, paths = covered_by_pictures(objects, text.frame), len(objects.paths)
        length = visible_length(text.runs)

        def recognised() -> Page:
            return scanner.page(number, lambda: picture_of(page, objects, text.frame, limits), text.frame.box, text.frame.shown)

        if text.garbled or (length < _STRAY and (pictures > 0.5 or (not length and paths > _OUTLINES))):
            return recognised()
        hidden = pictures > 0.5 and hides_text(objects, pictures)
        tables, rest = take_tables(rules, text.runs, number, limits.cells)
        layer = Page(number, "text" if length else "blank", text.frame, lines_of(rest, number), tables, text.slanted)
        if scanner.always or (scanner.active and (hidden or layer.unmapped > _UNMAPPED * length)):
            return better_page(layer, recognised(), trusted=not scanner.always)
        return layer
    finally:
        page.close()
