"""How much one file may cost before it is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from doc_miner.errors import SettingsError

MEGABYTE = 1024 * 1024
_MOST = 10**9


Ocr = Literal["auto", "never", "always"]


def _as_it_is(seconds: float) -> None:
    """Nobody waits, so nobody need be asked for more time."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read, beside what it may cost."""

    ocr: Ocr = "auto"
    """Which pages are read by OCR: those that need it where the engine is installed, none, or all that can be drawn."""
    more_time: Callable[[float], None] = _as_it_is
    """Called with the seconds that a page to be read by OCR may take; set by `SafeLoader`."""


@dataclass(frozen=True, slots=True)
class Limits(Reading):
    """Bounds for one file; a file that passes a bound is refused, never read in part.

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
    pixels: int = 60_000_000
    """Pixels of one picture (A3 at 400 dpi has 31 million)."""
    ocr_pages: int = 300
    """Pages of one document that are read by OCR; further ones are named in a warning."""
    ocr_seconds: float = 60.0
    """Time that each page to be read by OCR adds to ``seconds``; one takes 3 to 6 seconds on one thread, more where it must be turned or the machine is busy."""
    ocr_threads: int = 1
    """Threads of the OCR engine; with several worker processes one each is best."""


DEFAULT = Limits()


def limits_of(settings: Sequence[str], limits: Limits = DEFAULT) -> Limits:
    """Return *limits* with ``name=value`` settings put in, the last one of a name counting; raises `SettingsError` for what is none.

    >>> limits_of(["seconds=60", "pages=9000"]).pages
    9000
    """
    values: dict[str, float] = {}
    for setting in settings:
        name, _, value = (part.strip() for part in setting.partition("="))
        if name not in limits.__slots__:
            raise SettingsError(f"--limit {setting}：没有“{name}”这个限制；可用：{'、'.join(limits.__slots__)}（写法：--limit seconds=60）。")
        values[name] = _number(setting, value, whole=isinstance(getattr(limits, name), int))
    return replace(limits, **values)  # type: ignore[arg-type]


def _number(setting: str, value: str, *, whole: bool) -> float:
    try:
        number = int(value) if whole else float(value)
    except ValueError:
        number = 0
    if not 0 < number < _MOST:
        raise SettingsError(f"--limit {setting}：等号后面应当是大于 0 的{'整数' if whole else '数'}，不超过 10 亿（写法：--limit seconds=60）。")
    return number
