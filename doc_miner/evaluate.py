"""Compare a dataset with gold files: scores by kind and category, what is taken for what, what was gained and lost.

Records are matched by their places: positions are compared over the texts without white space and
in NFKC form. Of a pair, the record's main category is right where it is one of the gold's.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from doc_miner.classify.scores import by_class, calibration_error
from doc_miner.dataset.reader import connect
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon

if TYPE_CHECKING:
    import sqlite3

KINDS = {"problems": "问题", "measures": "措施", "figures": "数据"}
LEAST_OVERLAP = 0.5
EDGE = 25


@dataclass(frozen=True, slots=True)
class Answer:
    """What gold and dataset say of one record."""

    kind: str
    document: str
    text: str
    wanted: tuple[str, ...]
    found: tuple[str, ...]
    confidence: float

    @property
    def right(self) -> bool:
        """Whether the main category found is one of the gold's."""
        return bool(self.found) and self.found[0] in self.wanted


@dataclass(slots=True)
class Comparison:
    """All answers, and how many records of the gold have none."""

    answers: list[Answer] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)


def compare(dataset: Path, gold: Path) -> Comparison:
    """Return the answers of *dataset* for all gold files (``*.json``) of the folder *gold*.

    The text of a gold document is beside the gold file, in its ``text`` folder or in ``../documents``.
    """
    files = sorted(gold.glob("*.json")) if gold.is_dir() else []
    if not files:
        raise SettingsError(f"{gold}: 没有标准答案文件（*.json）。")
    out = Comparison()
    with connect(dataset) as db:
        documents = {PurePosixPath(row["path"].replace("\\", "/")).name: row for row in db.execute("SELECT doc_id, path, text FROM documents ORDER BY path")}
        for file in files:
            try:
                answers = json.loads(file.read_text(encoding="utf-8"))
                name = str(answers["document"])
            except (ValueError, KeyError, TypeError) as error:
                raise SettingsError(f"{file}: 不是标准答案文件（{error}）。") from error
            row = documents.get(name)
            if row is None:
                out.unread.append(name)
                continue
            text = _gold_text(file, name)
            _compare_document(db, row, answers, text[: answers["meta"].get("duplicate_from")], out)
    return out


def _gold_text(file: Path, name: str) -> str:
    for path in (file.parent / name, file.parent / "text" / name, file.parent.parent / "documents" / name):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise SettingsError(f"{file}: 找不到它的文档 {name}（应在同一文件夹、text/ 或 ../documents/ 中）。")


def _compare_document(db: sqlite3.Connection, row: Mapping[str, Any], gold: Mapping[str, Any], text: str, out: Comparison) -> None:
    places = _Places(text, row["text"] or "")
    for kind in KINDS:
        records = list(db.execute(f'SELECT * FROM {kind} WHERE doc_id = ? ORDER BY start, "end"', (row["doc_id"],)))
        spans = [places.of(record["start"], record["end"]) for record in records]
        wanted = [one for one in gold.get(kind, []) if not one.get("optional") and (one.get("categories") or one.get("category"))]
        wanted_spans = [[places.of_gold(place["start"], place["end"]) for place in (one, *one.get("restated", []))] for one in wanted]
        pairs = _pairs(wanted_spans, spans, 0.0 if kind == "figures" else LEAST_OVERLAP)
        out.missing[kind] += len(wanted) - len(pairs)
        for i, j in sorted(pairs.items()):
            one, record = wanted[i], records[j]
            codes = one.get("categories") or [one["category"]]
            found = [record["category"]] if kind == "figures" else json.loads(record["categories"] or "[]")
            also = [*one.get("categories_also", []), *one.get("category_also", [])]
            out.answers.append(
                Answer(kind, str(gold["document"]), str(one["text"]), (*codes, *(c for c in also if c not in codes)), tuple(filter(None, found)), float(record["confidence"] or 0))
            )


class _Places:
    """Takes spans of the dataset's text and of the gold's to common coordinates: the gold's text, squeezed."""

    def __init__(self, gold: str, mined: str) -> None:
        self._gold, self._gold_index = _squeezed(gold)
        self._mined, self._mined_index = _squeezed(mined)

    def of_gold(self, start: int, end: int) -> tuple[int, int]:
        """Return a span of the gold's text."""
        return self._gold_index[start], self._gold_index[end]

    def of(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where a span of the mined text stands in the gold's, found by its surroundings."""
        start, end = self._mined_index[start], self._mined_index[end]
        if self._gold == self._mined:
            return start, end
        for margin in (40, 20, 8, 0):
            left = max(0, start - margin)
            at = self._place(left, end + margin)
            if at is not None:
                return at + start - left, at + end - left
        if end - start <= 2 * EDGE:
            return None
        first, last = self._place(start, start + EDGE), self._place(end - EDGE, end)  # something inside was tidied away
        return (first, last + EDGE) if first is not None and last is not None and first <= last else None

    def _place(self, start: int, end: int) -> int | None:
        expected = start * len(self._gold) // max(1, len(self._mined))
        return min(_occurrences(self._gold, self._mined[start:end]), key=lambda place: abs(place - expected), default=None)


def _squeezed(text: str) -> tuple[str, list[int]]:
    out: list[str] = []
    index = []
    for char in text:
        index.append(len(out))
        out.extend(c for c in unicodedata.normalize("NFKC", char) if not c.isspace())
    index.append(len(out))
    return "".join(out), index


def _occurrences(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece) if piece else -1
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _pairs(wanted: Sequence[Sequence[tuple[int, int]]], found: Sequence[tuple[int, int] | None], least: float) -> dict[int, int]:
    """Return the best one-to-one pairs by shared characters."""
    candidates = []
    for i, places in enumerate(wanted):
        for j, span in enumerate(found):
            if span is None:
                continue
            share = max(_share(place, span) for place in places)
            if share > 0 and share >= least:
                candidates.append((-share, i, j))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(candidates):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _share(a: tuple[int, int], b: tuple[int, int]) -> float:
    shared = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return shared / (a[1] - a[0] + b[1] - b[0] - shared) if shared else 0.0


# --- what is printed ---------------------------------------------------------------------------
def report(comparison: Comparison, lexicon: Lexicon, previous: Comparison | None = None) -> str:
    """Return the scores in Chinese: by kind and category, confusions, and gains and losses against *previous*."""
    lines: list[str] = []
    for kind, name in KINDS.items():
        answers = [answer for answer in comparison.answers if answer.kind == kind]
        lines += [*_kind_lines(name, answers, comparison.missing[kind]), *_category_lines(answers, lexicon), *_confusion_lines(answers), ""]
    if comparison.unread:
        lines += [f"数据集中没有的文档：{'、'.join(comparison.unread)}", ""]
    if previous is not None:
        lines += _gain_lines(comparison, previous)
    return "\n".join(lines).rstrip() + "\n"


def _kind_lines(name: str, answers: Sequence[Answer], missing: int) -> list[str]:
    if not answers:
        return [f"【{name}】没有可比的记录（标准答案中未匹配 {missing} 条）"]
    right = sum(answer.right for answer in answers)
    shared = sum(len(set(answer.wanted) & set(answer.found)) for answer in answers)
    both = sum(len(answer.wanted) + len(answer.found) for answer in answers)
    head = f"【{name}】{len(answers)} 条（未匹配 {missing} 条） 主类别正确 {right / len(answers):.1%}"
    if any(len(answer.wanted) > 1 or len(answer.found) > 1 for answer in answers) and name != KINDS["figures"]:
        head += f"  全部类别 F1 {2 * shared / both:.3f}"
    return [head + f"  置信度误差 {calibration_error([(answer.confidence, answer.right) for answer in answers]):.3f}"]


def _category_lines(answers: Sequence[Answer], lexicon: Lexicon) -> list[str]:
    counts = by_class([(answer.wanted, answer.found[0] if answer.found else "-") for answer in answers])
    order = {code: i for i, code in enumerate(lexicon.categories)}
    lines = []
    for code, (hits, misses, alarms) in sorted(counts.items(), key=lambda item: order.get(item[0], len(order))):
        category = lexicon.categories.get(code)
        precision, recall = hits / max(1, hits + alarms), hits / max(1, hits + misses)
        lines.append(f"  {code:<4}{category.name if category else '':　<8}准确率 {precision:>6.1%}  召回率 {recall:>6.1%}  正确 {hits}  漏 {misses}  误 {alarms}")
    return lines


def _confusion_lines(answers: Sequence[Answer], most: int = 12) -> list[str]:
    pairs = Counter((answer.wanted[0], answer.found[0] if answer.found else "-") for answer in answers if not answer.right)
    examples = {(answer.wanted[0], answer.found[0] if answer.found else "-"): answer for answer in reversed(answers) if not answer.right}
    if not pairs:
        return []
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return ["  混淆（标准 → 结果）：", *(f"    {a} → {b}  {n} 次，例：{_short(examples[a, b].text)}" for (a, b), n in ranked)]


def _gain_lines(comparison: Comparison, previous: Comparison, most: int = 20) -> list[str]:
    before = {(answer.kind, answer.document, answer.text): answer for answer in previous.answers}
    gained: list[tuple[Answer, Answer]] = []
    lost: list[tuple[Answer, Answer]] = []
    for answer in comparison.answers:
        old = before.get((answer.kind, answer.document, answer.text))
        if old is not None and old.right != answer.right:
            (gained if answer.right else lost).append((old, answer))
    lines = [f"与上一模型相比：改对 {len(gained)} 条，改错 {len(lost)} 条"]
    for mark, changes in (("+", gained), ("-", lost)):
        lines += [f"  {mark} {KINDS[new.kind]} {','.join(old.found)} → {','.join(new.found)}：{_short(new.text)}（{new.document}）" for old, new in changes[:most]]
    return lines


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 36 else plain[:35] + "…"
