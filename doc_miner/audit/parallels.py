"""Items of one form (小学：1240人，每人500元，62万元；初中：…): what their numbers have in common, and lists that stand twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.values import Span, amount, exact, span_of
from doc_miner.model import Figure

_PIECE = re.compile(r"[^;。]*[;。]?")
_LEAST, _MOST = 3, 5
"""Least and most figures of an item."""
_LIST = re.compile(r"(?:依次|分别)[^#,。;、]{0,6}(?P<list>#(?:[、和]#){2,9})")


def odd_items(context: Context) -> Iterator[Flaw]:
    """Return the items that break a product, difference or sum that holds in the others of their list (at most one of them, of four or more; a product: of three)."""
    for run in _runs(context.lines):
        yield from _odd(run)


def _runs(lines: Sequence[Line]) -> Iterator[list[tuple[Figure, ...]]]:
    """Return the runs of neighbouring items with the same units in the same order."""
    run: list[tuple[Figure, ...]] = []
    units: list[str | None] = []
    for line in lines:
        if len(line.marks) < _LEAST:
            continue
        at = 0
        for piece in _PIECE.findall(line.words):
            begin, at = at, at + len(piece)
            if "#" not in piece:
                continue
            figures = line.figures[line.index(begin) : line.index(at)]
            own = [f.unit for f in figures]
            if run and own != units:
                if len(run) >= 3:
                    yield run
                run = []
            if _LEAST <= len(own) <= _MOST and exact(*figures):
                run.append(figures)
                units = own
    if len(run) >= 3:
        yield run


def _odd(run: Sequence[tuple[Figure, ...]]) -> Iterator[Flaw]:
    for sign in "×－":
        for a, b, c in permutations(range(len(run[0])), 3):
            if sign == "×" and a > b or not _fits(sign, run[0][a], run[0][b], run[0][c]):
                continue
            wrong = [row for row in run if not _result(sign, row[a], row[b]).meets(span_of(row[c]))]
            if len(wrong) == 1 and len(run) >= (3 if sign == "×" else 4) and len({row[c].value for row in run}) >= 3:
                row = wrong[0]
                value = Fraction(row[a].value or 0) * Fraction(row[b].value or 0) if sign == "×" else Fraction(row[a].value or 0) - Fraction(row[b].value or 0)
                expected = amount(value, row[c].unit)
                yield Flaw(f"与并列各项的算法不符：{row[a].text}{sign}{row[b].text}＝{expected}，文中为{row[c].text}。", (row[a], row[b], row[c]), expected, row[c].text)
                return


def _fits(sign: str, a: Figure, b: Figure, c: Figure) -> bool:
    """Return whether units allow an operation: like with like is taken away, people times money is money."""
    if sign == "－":
        return a.unit == b.unit == c.unit
    return c.unit in (a.unit, b.unit) and a.unit != b.unit and "%" not in (a.unit, b.unit, c.unit)


def _result(sign: str, a: Figure, b: Figure) -> Span:
    return span_of(a).times(span_of(b)) if sign == "×" else span_of(a) - span_of(b)


def copied_lists(context: Context) -> Iterator[Flaw]:
    """Return the lists (依次达到6.3、6.6、6.9平方米) whose numbers are those of another list of the paragraph."""
    seen: dict[tuple[int, tuple[object, ...]], tuple[Figure, ...]] = {}
    for line, match in context.matches(_LIST, "依次", "分别"):
        first = line.index(match.start("list"))
        figures = line.figures[first : first + match["list"].count("#")]
        digits = sum(len(re.sub(r"\D", "", f.text)) for f in figures)
        key = (line.start, tuple((f.value, figures[-1].unit) for f in figures))
        if key in seen and len({f.value for f in figures}) >= 3 and digits >= 6 and figures[-1].unit != "%":
            yield Flaw(f"两处列出的数字完全相同（{'、'.join(f.text for f in figures)}），可能重复抄录。", (*seen[key], *figures), None, None, figures[0].start, figures[-1].end)
        seen.setdefault(key, figures)
