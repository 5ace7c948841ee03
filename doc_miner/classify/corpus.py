"""Read labelled sentences: a folder of TSV files with the columns kind, categories, text, subject, context."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from doc_miner.errors import LexiconError
from doc_miner.lexicon import Lexicon
from doc_miner.textfold import fold

COLUMNS = ("kind", "categories", "text", "subject", "context")
KINDS = ("problem", "measure", "figure")
TEST_SHARE = 10
"""One text in so many belongs to the test split."""
_NOT_HAN = re.compile(r"[^一-鿿]")


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled text, folded. No categories: out of scope."""

    kind: str
    categories: tuple[str, ...]
    text: str
    subject: str = ""
    context: str = ""
    weight: float = 1.0

    @property
    def in_test(self) -> bool:
        """Whether the row belongs to the test split: by a hash of its Chinese characters, whatever its numbers."""
        digest = hashlib.sha256(_NOT_HAN.sub("", self.text).encode("utf-8")).digest()
        return int.from_bytes(digest[:4], "big") % TEST_SHARE == 0


def read_corpus(folder: Path, lexicon: Lexicon) -> list[Row]:
    """Return the rows of all files of *folder* in order, or raise `LexiconError` with all their faults."""
    faults: list[str] = []
    rows = [row for path in sorted(folder.glob("*.tsv")) for row in _rows(path, lexicon, faults)]
    if not rows and not faults:
        faults.append(f"{folder}: 没有标注文件（*.tsv，首行为 {' '.join(COLUMNS)}，以制表符分隔）。")
    if faults:
        raise LexiconError(faults)
    return rows


def corpus_digest(folder: Path) -> str:
    """Return a hash of the bytes of all files of a corpus."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.tsv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _rows(path: Path, lexicon: Lexicon, faults: list[str]) -> Iterator[Row]:
    try:
        lines = path.read_bytes().decode("utf-8").removeprefix("\ufeff").split("\n")
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}:1: 不是 UTF-8 编码（第 {error.start} 字节）；请另存为 UTF-8。")
        return
    if tuple(lines[0].rstrip("\r").split("\t")) != COLUMNS:
        faults.append(f"{path.name}:1: 首行应为：{' '.join(COLUMNS)}（以制表符分隔）。")
        return
    for number, line in enumerate(lines[1:], 2):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        cells += [""] * (len(COLUMNS) - len(cells))
        kind, categories, text, subject, context = cells[: len(COLUMNS)]
        codes = tuple(code for code in categories.split(",") if code)
        fault = _fault(kind, codes, text, len(cells), lexicon)
        if fault:
            faults.append(f"{path.name}:{number}: {fault}")
            continue
        yield Row(kind, codes, fold(text), fold(subject), fold(context))


def _fault(kind: str, codes: Sequence[str], text: str, cells: int, lexicon: Lexicon) -> str:
    unknown = [code for code in codes if code not in lexicon.categories]
    if cells > len(COLUMNS):
        return f"有 {cells} 列，应为 {len(COLUMNS)} 列。"
    if kind not in KINDS:
        return f"kind 不能是“{kind}”；可用：{'、'.join(KINDS)}。"
    if unknown:
        return f"类别“{'、'.join(unknown)}”不在 categories.tsv 中。"
    if len(set(codes)) != len(codes):
        return "类别重复。"
    if not text.strip():
        return "text 为空。"
    return ""


def near_duplicates(rows: Iterable[Row], limit: float = 0.7) -> list[tuple[Row, Row, float]]:
    """Return pairs of a test row and its nearest training row whose character 4-grams overlap by *limit* (Jaccard) or more.

    Figures of one clause are told apart by their subjects, so subject and text are compared together.
    """
    rows = list(rows)
    grams = [four_grams(row) for row in rows]
    places: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        if not row.in_test:
            for gram in grams[i]:
                places.setdefault(gram, []).append(i)
    pairs = []
    for i, row in enumerate(rows):
        if not row.in_test:
            continue
        shared: dict[int, int] = {}
        for gram in grams[i]:
            for j in places.get(gram, ()):
                shared[j] = shared.get(j, 0) + 1
        nearest = max(shared, key=lambda j: (shared[j] / len(grams[i] | grams[j]), -j), default=None)
        if nearest is not None:
            likeness = shared[nearest] / len(grams[i] | grams[nearest])
            if likeness >= limit:
                pairs.append((row, rows[nearest], likeness))
    return pairs


def four_grams(row: Row) -> frozenset[str]:
    """Return the sequences of four Chinese characters in a row's text and subject."""
    text = _NOT_HAN.sub("", row.text) + _NOT_HAN.sub("", row.subject)
    return frozenset(text[i : i + 4] for i in range(max(1, len(text) - 3)))
