"""Read OFD (GB/T 33190), the page format of Chinese offices: a ZIP of XML with every character at its place.

Templates are drawn under the pages that use them; what the places mean is decided by the
modules that read PDF. Signatures, annotations and attachments are not read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.ofd_objects import POINTS, OfdObjects, collect, name_of, numbers, page_matrix, rules_of, runs_of, turn_of
from doc_miner.loaders.ofd_picture import picture_of
from doc_miner.loaders.package import Package, parse_xml
from doc_miner.loaders.pdf_frame import Frame
from doc_miner.loaders.pdf_lines import lines_of
from doc_miner.loaders.pdf_pages import Page, blocks_of, page_warnings, refuse_unreadable
from doc_miner.loaders.pdf_runs import is_garbled, visible_length
from doc_miner.loaders.pdf_tables import take_tables
from doc_miner.loaders.scan import Scanner
from doc_miner.source import BBox, Source, Warning

_ENTRY = "OFD.xml"
_A4: BBox = (0.0, 0.0, 210.0, 297.0)
_LARGEST = 20_000.0
"""Millimetres that a page may be wide or high."""
_STRAY = 30
_OUTLINES = 100
_DECLARED_GB = re.compile(rb"\s*<\?xml[^>]*encoding\s*=\s*[\"']GB[^\"']*[\"'][^>]*\?>", re.IGNORECASE)
_XML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*")


@dataclass(frozen=True, slots=True)
class _Template:
    """A template with the box that its document gives it."""

    root: etree._Element
    behind: bool = True


@dataclass(frozen=True, slots=True)
class _Document:
    """One document of the file: its part, the box of its pages, templates, composite graphics and picture files by identifier."""

    part: str
    root: etree._Element
    box: BBox
    templates: Mapping[str, _Template]
    units: Mapping[str, etree._Element]
    media: Mapping[str, str]


def read(data: bytes, limits: Limits) -> Source:
    """Return the blocks of the OFD *data*; raise `LoadError` where it cannot be read."""
    with Package(data, limits) as package:
        if "Encryptions.xml" in package:
            raise LoadError("encrypted", "OFD 文件已加密；请去掉密码后再试。")
        documents = list(_documents(package))
        pages = _pages(package, documents, limits)
    refuse_unreadable("OFD", pages, limits)
    blocks, dropped = blocks_of(pages, limits)
    warnings = page_warnings(pages, dropped, limits)
    if any(document.root.find("{*}Attachments") is not None for document in documents):
        warnings.append(Warning("embedded", "OFD 带有附件，未读取；需要时请取出后单独交来。"))
    return Source("ofd", blocks, pages=len(pages), warnings=tuple(warnings))


# --- parts -------------------------------------------------------------------------------------
def _xml(package: Package, part: str) -> etree._Element:
    """Return the root of *part*; a part said to be in GB2312 may hold characters of its later, larger versions."""
    data = package.read(part)
    declared = _DECLARED_GB.match(data)
    if declared:
        data = data[declared.end() :].decode("gb18030", errors="replace").encode()
    return parse_xml(data[_XML_START.match(data).end() :], part)  # type: ignore[union-attr]


def _beside(part: str, location: str) -> str:
    """Return the part that *location*, written in *part*, names.

    >>> _beside("Doc_0/Document.xml", "Pages/Page_0/Content.xml"), _beside("Doc_0/Document.xml", "/Doc_0/Res.xml")
    ('Doc_0/Pages/Page_0/Content.xml', 'Doc_0/Res.xml')
    """
    location = location.strip().replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), location)).lstrip("/")


def _documents(package: Package) -> Iterator[_Document]:
    for element in _xml(package, _ENTRY).iterfind("{*}DocBody/{*}DocRoot"):
        part = _beside(_ENTRY, element.text or "")
        root = _xml(package, part)
        common = root.find("{*}CommonData")
        parts = [] if common is None else list(common)
        box = next((box for child in parts if name_of(child) == "PageArea" and (box := _box(child))), _A4)
        yield _Document(part, root, box, _templates(package, part, parts), *_resources(package, part, parts))


def _box(area: etree._Element | None) -> BBox | None:
    """Return the box of a page area; one of impossible size is none."""
    found = numbers(area.findtext("{*}PhysicalBox")) if area is not None else []
    if len(found) != 4 or not (0 < found[2] <= _LARGEST and 0 < found[3] <= _LARGEST):
        return None
    left, top, width, height = found
    return left, top, width, height


def _templates(package: Package, part: str, parts: Sequence[etree._Element]) -> dict[str, _Template]:
    found = {}
    for child in parts:
        target = _beside(part, child.get("BaseLoc") or "")
        if name_of(child) == "TemplatePage" and target in package:
            found[child.get("ID") or ""] = _Template(_xml(package, target), child.get("ZOrder") != "Foreground")
    return found


def _resources(package: Package, part: str, parts: Sequence[etree._Element]) -> tuple[dict[str, etree._Element], dict[str, str]]:
    """Return composite graphics, and the parts that hold pictures, by identifier."""
    units, media = {}, {}
    for child in parts:
        target = _beside(part, child.text or "")
        if name_of(child) not in ("PublicRes", "DocumentRes") or target not in package:
            continue
        root = _xml(package, target)
        for unit in root.iter("{*}CompositeGraphicUnit"):
            units[unit.get("ID") or ""] = unit
        base = _beside(target, (root.get("BaseLoc") or "") + "/")
        for medium in root.iter("{*}MultiMedia"):
            media[medium.get("ID") or ""] = _beside(base + "/", medium.findtext("{*}MediaFile") or "")
    return units, media


# --- pages -------------------------------------------------------------------------------------
def _pages(package: Package, documents: Sequence[_Document], limits: Limits) -> list[Page]:
    listed = [(document, element) for document in documents for element in document.root.iterfind("{*}Pages/{*}Page")]
    if len(listed) > limits.pages:
        raise LoadError("too_large", f"OFD 有 {len(listed)} 页，超过 {limits.pages} 页的上限；请拆分后再试。")
    scanner = Scanner(limits)
    return [_page(package, document, element, number, limits, scanner) for number, (document, element) in enumerate(listed, 1)]


def _page(package: Package, document: _Document, element: etree._Element, number: int, limits: Limits, scanner: Scanner) -> Page:
    try:
        root = _xml(package, _beside(document.part, element.get("BaseLoc") or ""))
    except LoadError as error:
        if error.code != "damaged":
            raise
        return Page(number, "lost", Frame((0, 0, 595, 842)), [], [])
    box = _box(root.find("{*}Area")) or document.box
    found = _objects(root, document, box)
    frame = Frame((0.0, 0.0, box[2] * POINTS, box[3] * POINTS), turn_of(found))
    runs, slanted = runs_of(found, frame)
    length = visible_length(runs)
    pictured = found.pictures > 0.5 * frame.width * frame.height
    garbled = is_garbled("".join(run.text for run in runs))
    if garbled or (length < _STRAY and (pictured or (not length and found.paths > _OUTLINES))):
        # Only pictures can be drawn: of text in a font without codes nothing would be seen.
        return _recognised(package, document, found, frame, number, limits, scanner)
    tables, rest = take_tables(rules_of(found, frame), runs, number, limits.cells)
    return Page(number, "text" if length else "blank", frame, lines_of(rest, number), tables, slanted)


def _recognised(
    package: Package, document: _Document, found: OfdObjects, frame: Frame, number: int, limits: Limits, scanner: Scanner
) -> Page:
    plain = Frame(frame.box)

    def media(name: str) -> bytes | None:
        part = document.media.get(name, "")
        return package.read(part) if part in package else None

    picture = picture_of(found.images, media, plain, limits) if scanner.active and found.images else None
    if picture is None:
        return Page(number, "picture", frame, [], [])
    return scanner.page(number, lambda: picture, plain.box)


def _objects(root: etree._Element, document: _Document, box: BBox) -> OfdObjects:
    """Return what stands on a page, its templates among it."""
    found, matrix = OfdObjects(), page_matrix(box)
    for used in root.iterfind("{*}Template"):
        template = document.templates.get(used.get("TemplateID") or "")
        if template is not None:
            for content in template.root.iterfind("{*}Content"):
                collect(found, content, matrix, document.units)
    for content in root.iterfind("{*}Content"):
        collect(found, content, matrix, document.units)
    return found
