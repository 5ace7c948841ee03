"""How much one file may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file; a file that passes one of them is refused, never read in part.

    The defaults leave room for the longest real documents (a 98-page report needs about a
    second and 100 MB); raise them for a collection of scanned books, not for everything.
    """

    seconds: float = 30.0
    """Wall-clock time for one file, kept by `SafeLoader`."""
    memory_mb: int = 1024
    """Address space of the parsing process, kept by `SafeLoader` where the platform can."""
    file_mb: int = 200
    """Size of the file on disk."""
    pages: int = 5000
    """Pages of a document that has pages."""
    archive_mb: int = 200
    """Unpacked size of everything in a container (DOCX and other ZIP-based formats), or in an archive with all archives inside it."""
    archive_entries: int = 10_000
    """Entries of a container, or of an archive with all archives inside it."""
    archive_ratio: int = 200
    """Unpacked size over packed size of a container, or of a file in an archive, once it unpacks to more than 10 MB."""
    archive_depth: int = 3
    """Archives inside archives, the outermost being the first."""
    depth: int = 1000
    """Elements inside elements of a page, at most 2048 (real pages with unclosed tags reach some hundreds)."""
    cells: int = 500_000
    """Cells of one table after merged cells are spread out."""


DEFAULT = Limits()
