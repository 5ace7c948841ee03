"""Turn a loaded source into the one text of the document, and remember where each part stood.

Tidied: white space at line ends, blank lines, navigation of web pages, lines broken at a
fixed width, and a second copy of the whole text. Each of these leaves a warning, except
white space. Characters are never rewritten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from doc_miner.lexicon import Lexicon
from doc_miner.model import Cell, Document, Origin, Table
from doc_miner.source import Paragraph, Source, SourceTable, Warning
from doc_miner.textfold import fold

_ENUMERATED = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}\s?[、.,]|[(][一二三四五六七八九十\d]{1,3}[)]|\d{1,2}\s?[.、](?!\d)|\d{1,2}[)]|[①-⑳]|第[一二三四五六七八九十百]+[章节条]|问题\s?[\d一二三四五六七八九十]+|[一二三四五六七八九十]{1,2}是|附件|附表)"
)
_SENTENCE_FINAL = tuple("。!?;:!?;:…”)")
_SPACES = " \t\u3000\xa0\r\ufeff\u200b\u200c\u200d\u2060\u00ad"


@dataclass(slots=True)
class _Builder:
    """The text while it is put together, with what was found on the way."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    origins: list[Origin] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    title_span: tuple[int, int] | None = None

    def add(self, text: str) -> int:
        """Append a line and return where it starts."""
        start = self.length
        self.parts.append(text)
        self.length += len(text) + 1
        return start


def normalise_source(source: Source, *, doc_id: str, path: str, sha256: str, lexicon: Lexicon) -> Document:
    """Return the document of a source; ``warnings`` tells what was dropped or joined."""
    warnings = list(source.warnings)
    blocks: list[Paragraph | SourceTable] = list(source.blocks)
    # Pages come from their loader without navigation; in plain text it stands among the lines.
    blocks, dropped, lead = _without_navigation(blocks, lexicon) if source.format == "txt" else (blocks, 0, [])
    if dropped:
        warnings.append(Warning("navigation", f"去掉了 {dropped} 行网页导航文字。", "文首、文末"))
    if source.format == "txt":
        blocks, joined = _joined_lines(blocks)
        if joined:
            warnings.append(Warning("joined-lines", f"把 {joined} 处按固定宽度断开的行接回了整段。"))
    builder = _Builder()
    for block in blocks:
        if isinstance(block, SourceTable):
            _add_table(builder, block, doc_id)
        else:
            _add_paragraph(builder, block)
    text = "\n".join(builder.parts)
    cut = repeated_from(text)
    if cut is not None:
        warnings.append(Warning("repeated-text", f"全文出现两次，第二遍（{len(text) - cut} 字）已去掉。", f"第 {cut} 字起"))
        text = text[:cut].rstrip()
    return Document(
        doc_id=doc_id,
        path=path,
        sha256=sha256,
        format=source.format,
        text=text,
        title_span=builder.title_span,
        tables=tuple(table for table in builder.tables if table.end <= len(text)),
        origins=tuple(origin for origin in builder.origins if origin.end <= len(text)),
        pages=source.pages,
        warnings=tuple(warnings),
        lead="\n".join(filter(None, [source.title or "", *lead])),
    )


# --- blocks to text --------------------------------------------------------------------------
def _add_paragraph(builder: _Builder, paragraph: Paragraph) -> None:
    text = paragraph.text.replace("\n", " ")
    stripped = text.strip(_SPACES)
    if not stripped:
        return
    skipped = len(text) - len(text.lstrip(_SPACES))
    start = builder.add(stripped)
    if paragraph.heading == 0 and builder.title_span is None:
        builder.title_span = (start, start + len(stripped))
    at = start - skipped
    for line in paragraph.lines:
        if line.page is not None and line.bbox is not None:
            first, last = max(at, start), min(at + len(line.text), start + len(stripped))
            if last > first:
                edges = line.edges[first - at : last - at + 1] if line.edges else ()
                builder.origins.append(Origin(first, last, line.page, line.bbox, edges))
        at += len(line.text)


def _add_table(builder: _Builder, table: SourceTable, doc_id: str) -> None:
    caption = table.caption.strip(_SPACES)
    if caption and not any(fold(caption) in fold(part) for part in builder.parts[-3:]):
        builder.add(caption)
    spans = {(row, column): (rowspan, colspan) for row, column, rowspan, colspan in table.merges}
    begin = builder.length
    cells: list[tuple[Cell | None, ...]] = []
    for r, row in enumerate(table.rows):
        texts = [re.sub(r"\s*[\n\t]\s*", " ", cell).strip(_SPACES) for cell in row]
        written = table.lines[r] if table.lines else ""
        start = builder.add(written or "\t".join(texts))
        row_start, start = start, start + written.rfind("\n") + 1  # behind the rules above it
        line: list[Cell | None] = []
        for c, text in enumerate(texts):
            if text:
                start = row_start + written.index(text, start - row_start) if written else start
                rowspan, colspan = spans.get((r, c), (1, 1))
                line.append(Cell(start, start + len(text), rowspan, colspan))
                place = table.places[r][c] if table.places else None
                if place is not None:
                    builder.origins.append(Origin(start, start + len(text), place.page, place.bbox))
            else:
                line.append(Cell(start, start, *spans[(r, c)]) if (r, c) in spans else None)
            start += len(text) + 1
        cells.append(tuple(line))
    rows = tuple(tuple(re.sub(r"\s*[\n\t]\s*", " ", cell).strip(_SPACES) for cell in row) for row in table.rows)
    end = max(begin, builder.length - 1)
    builder.tables.append(Table(f"{doc_id}-t{len(builder.tables) + 1}", begin, end, rows, tuple(cells), table.header_rows, caption, table.unit, table.page))


# --- navigation ------------------------------------------------------------------------------
_PUBLISHED = re.compile(r"(?:来源|发布日期|发布时间|作者|信息来源|发文日期|成文日期|索引号|文号|发布机构|浏览)\s*[:：]")


def _without_navigation(blocks: Sequence[Paragraph | SourceTable], lexicon: Lexicon) -> tuple[list[Paragraph | SourceTable], int, list[str]]:
    """Drop navigation lines near the head and the foot; return the blocks, how many went, and their text (for meta data)."""
    forms = lexicon.cues["navigation"]
    texts = [(i, fold(block.text).strip().strip(_SPACES)) for i, block in enumerate(blocks) if isinstance(block, Paragraph)]
    texts = [(i, text) for i, text in texts if text]
    candidates = texts[:12] + texts[-12:] if len(texts) > 24 else texts
    drop = {i for i, text in candidates if _is_navigation(text, forms)}
    lead = [text for i, text in candidates if i in drop]
    return [block for i, block in enumerate(blocks) if i not in drop], len(drop), lead


def _is_navigation(text: str, forms: Sequence[str]) -> bool:
    if len(text) <= 2 and not re.search(r"[一-鿿\d]", text):
        return True
    if len(text) > 90:
        return False
    hits = [form for form in forms if form in text]
    if not hits:
        return False
    if _PUBLISHED.match(text):
        return True
    if any(text.startswith(form) for form in hits) and not text.endswith("。"):
        return True
    rest = text
    for form in hits:
        rest = rest.replace(form, "")
    return len(re.sub(r"[\W\d]", "", rest)) <= max(6, len(text) // 3) and not text.endswith("。")


# --- broken lines ----------------------------------------------------------------------------
_UNFINISHED = ("，", "、", ",")
_CLAUSE_LINES = 4
"""Least number of lines that end with a comma for a file to be one that breaks its lines between clauses."""
_INSIDE = re.compile("[，。；、：,;]")
_ENDS = "。；：！？;:!?"
_NARROW = re.compile("[\0-\u2e7f]+")


def _width(text: str) -> int:
    return len(text) + len(_NARROW.sub("", text))


def _joined_lines(blocks: Sequence[Paragraph | SourceTable]) -> tuple[list[Paragraph | SourceTable], int]:
    """Join lines that were broken at a fixed width or, many of them, behind a comma; a file that was not wrapped is left as it is."""
    paragraphs = [block for block in blocks if isinstance(block, Paragraph)]
    wrap = _wrap_of([p.text.rstrip() for p in paragraphs if p.text.strip()])
    clauses = sum(1 for p in paragraphs if p.text.rstrip().endswith(_UNFINISHED)) >= max(_CLAUSE_LINES, len(paragraphs) // 20)
    if wrap is None and not clauses:
        return list(blocks), 0
    indented = sum(1 for p in paragraphs if p.text[:1] == "\u3000" or p.text.startswith("    ")) >= 3
    out: list[Paragraph | SourceTable] = []
    joined = 0
    open_line = False
    for block in blocks:
        if not isinstance(block, Paragraph):
            out.append(block)
            open_line = False
            continue
        text = block.text
        if open_line and not _starts_new(text) and isinstance(out[-1], Paragraph):
            out[-1] = Paragraph((*out[-1].lines, *block.lines), out[-1].heading)
            joined += 1
        else:
            out.append(block)
        full = wrap is not None and bool(text.strip()) and wrap.is_full(text.rstrip())
        open_line = (full and (indented or not text.rstrip().endswith("。"))) or (clauses and text.rstrip().endswith(_UNFINISHED))
    return out, joined


def _starts_new(text: str) -> bool:
    return not text.strip() or text[:1] in _SPACES or _ENUMERATED.match(fold(text)) is not None


@dataclass(frozen=True, slots=True)
class _Wrap:
    """Where the lines of a file were broken: at a width (a Hanzi takes two columns) or at a count of characters."""

    measure: Callable[[str], int]
    least: int
    """What a line measures that was broken off."""

    def is_full(self, text: str) -> bool:
        return self.measure(text) >= self.least


def _wrap_of(lines: Sequence[str]) -> _Wrap | None:
    """Return where a file was wrapped, or ``None``: the longest lines must be many and nearly equal, or nearly all that break off in a sentence of one length."""
    if len(lines) < 8:
        return None
    cut = [line for line, following in pairwise(lines) if line[-1] not in _ENDS and not _starts_new(following)]
    widths = [_width(line) for line in lines]
    limit = max(widths)
    full = [line for line, width in zip(lines, widths, strict=True) if width >= limit - 5]
    if 30 <= limit <= 160 and len(full) >= max(6, 0.35 * len(lines)) and any(map(_INSIDE.search, full)):  # a list of names holds no marks
        return _Wrap(_width, limit - 6)
    # What wraps by characters may keep a number or a mark whole: lines are two shorter or a few longer than most.
    counts = Counter(len(line) for line in cut if len(line) >= 15 and _INSIDE.search(line))
    usual = counts.most_common(1)[0][0] if counts else 0
    near = sum(count for length, count in counts.items() if usual - 2 <= length <= usual + 4)
    if near >= 5 and near >= 0.8 * sum(counts.values()) and sum(1 for line in lines if len(line) > usual + 4) <= len(lines) // 20:
        return _Wrap(len, usual - 2)
    return None


# --- a repeated copy -------------------------------------------------------------------------
_GRAM = 13


def repeated_from(text: str) -> int | None:
    """Return where a second copy of the whole text begins, or ``None``.

    A diagonal vote of character 13-grams: grams of the first part that stand again at one
    common distance; noise and small changes do not hide it. What holds anything of its own
    is no copy, and where the first part repeats itself nothing can be told.
    """
    plain = "".join(text.split())
    if len(plain) < 300:
        return None
    probes = range(0, len(plain) // 2, max(_GRAM, len(plain) // 64))
    distances = _distances(plain, probes)
    if len(distances) < max(4, len(probes) // 3):
        return None
    tolerance = max(20, len(plain) // 50)
    centre = Counter(d // tolerance for d in distances).most_common(1)[0][0]
    close = sorted(d for d in distances if abs(d // tolerance - centre) <= 1)
    if len(close) < max(4, 0.4 * len(probes)):
        return None
    distance = close[len(close) // 2]
    start = _copy_start(plain, distance, tolerance)
    if start is None or len(plain) - start < 0.5 * start or not _is_copy(plain[:start], plain[start:]):
        return None
    squeezed = [i for i, char in enumerate(text) if not char.isspace()]
    line = text.rfind("\n", 0, squeezed[start]) + 1
    return _before_noise(text, line)


def _distances(plain: str, probes: range) -> list[int]:
    out = []
    for at in probes:
        gram = plain[at : at + _GRAM]
        again = plain.find(gram, at + len(plain) // 4)
        if again >= 0:
            out.append(again - at)
    return out


def _copy_start(plain: str, distance: int, tolerance: int) -> int | None:
    """Return the first position of the second copy: where the first grams of the text stand again."""
    for at in range(min(600, len(plain) // 3)):
        again = plain.find(plain[at : at + _GRAM], max(at + 1, at + distance - 2 * tolerance), at + distance + 2 * tolerance + _GRAM)
        if again >= 0:
            return again
    return None


_SHORT_GRAM, _STRETCH, _NEW = 8, 60, 54
"""A stretch of 60 characters is new if 54 of its 8-grams stand nowhere in the first part: it takes seven wrong characters to make a copied one look so."""
_SHORT, _NEW_IN_SHORT = 800, 24
"""In a short text, where few wrong characters come close together, 24 such grams in a row are: one answer to a problem that stands twice."""


def _is_copy(first: str, second: str) -> bool:
    """Return whether the second part holds no stretch that is missing from the first, which itself repeats little."""
    probes = [first[at : at + _GRAM] for at in range(0, len(first) - _GRAM, max(_GRAM, len(first) // 64))]
    if sum(1 for gram in probes if first.count(gram) == 1) < 0.5 * len(probes):
        return False
    grams = {first[at : at + _SHORT_GRAM] for at in range(len(first) - _SHORT_GRAM + 1)}
    missing = [second[at : at + _SHORT_GRAM] not in grams for at in range(len(second) - _SHORT_GRAM + 1)]
    if len(second) < _SHORT and _longest_run(missing) >= _NEW_IN_SHORT:
        return False
    new = sum(missing[:_STRETCH])
    for at in range(_STRETCH, len(missing)):
        if new >= _NEW:
            return False
        new += missing[at] - missing[at - _STRETCH]
    return new < _NEW


def _longest_run(missing: list[bool]) -> int:
    longest = run = 0
    for one in missing:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest


def _before_noise(text: str, line: int) -> int:
    """Move a cut up over short lines without a sentence (×, a document number cut short) that belong to the second copy."""
    while line > 1:
        previous = text.rfind("\n", 0, line - 1) + 1
        content = text[previous : line - 1].strip()
        if len(content) <= 6 and not content.endswith(("。", "；", ".")):
            line = previous
            continue
        break
    return line
