"""Find what does not add up: movements whose difference is wrong, blanks and damaged numbers, doubtful links.

Every finding names its figures and shows the arithmetic. What cannot be decided is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from doc_miner.link import Link
from doc_miner.model import Change, Figure, Finding, Measure, Problem
from doc_miner.numerals import Number


def audit_findings(figures: Sequence[Figure], changes: Sequence[Change], measures: Sequence[Measure], links: Sequence[Link], problems: Sequence[Problem]) -> list[Finding]:
    """Return the findings of one document, in the order of their places."""
    out = [*_movements(figures, changes), *_missing(figures), *_impossible(figures), *_doubts(measures, links, problems)]
    return sorted(out, key=lambda finding: (finding.start, finding.rule))


def _movements(figures: Sequence[Figure], changes: Sequence[Change]) -> list[Finding]:
    by_id = {figure.figure_id: figure for figure in figures}
    out = []
    for change in changes:
        before, after, amount = (by_id.get(key or "") for key in (change.before, change.after, change.change))
        if before is None or after is None or amount is None or None in (before.value, after.value, amount.value):
            continue
        if not _exact(before, after, amount) or before.unit != after.unit:
            continue
        assert before.value is not None and after.value is not None and amount.value is not None
        if amount.unit in (before.unit, "个百分点"):
            expected: Number = abs(_plain(after.value) - _plain(before.value))
            shown = f"{_show(max(before.value, after.value))} − {_show(min(before.value, after.value))} = {_show(expected)}"
        else:
            continue
        tolerance = _half_unit(before) + _half_unit(after) + _half_unit(amount)
        if abs(_plain(expected) - _plain(amount.value)) > tolerance:
            out.append(
                Finding(
                    "movement-difference", "error", f"{before.text}到{after.text}相差{_show(expected)}，文中写为{amount.text}（{shown}）。", before.start, amount.end,
                    _show(expected), _show(amount.value), (before.figure_id, after.figure_id, amount.figure_id),
                )
            )
    return out


def _exact(*figures: Figure) -> bool:
    return all(figure.qualifier == "=" and figure.value_max is None for figure in figures)


def _plain(value: Number) -> Fraction:
    return Fraction(value)


def _half_unit(figure: Figure) -> Fraction:
    """Return half of the last digit's place as written: the most that rounding can hide."""
    assert figure.value is not None
    digits = figure.text.replace(",", "").replace("，", "")
    number = "".join(char for char in digits if char.isdigit() or char in ".．")
    places = len(number.split(".")[1]) if "." in number else 0
    written = Fraction(number) if number and number != "." else Fraction(1)
    scale = abs(Fraction(figure.value) / written) if written else Fraction(1)
    return Fraction(1, 2 * 10**places) * scale if places or scale != 1 else Fraction(0)


def _show(value: Number) -> str:
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _missing(figures: Sequence[Figure]) -> list[Finding]:
    return [
        Finding("missing-number" if figure.rule == "figure/blank" else "damaged-number", "warning", f"“{figure.text.strip()}”处的数字缺失或已损坏，请对照原件补全。", figure.start, figure.end, figures=(figure.figure_id,))
        for figure in figures
        if figure.missing
    ]


def _impossible(figures: Sequence[Figure]) -> list[Finding]:
    out = []
    for figure in figures:
        if figure.unit == "%" and figure.role in ("level", "after", "before") and figure.value is not None and figure.value > 100 and figure.subject.endswith(("完成率", "入学率", "巩固率", "上岗率", "合格率", "覆盖率", "达标率", "满意度", "占比")) and "毛" not in figure.subject:
            out.append(Finding("rate-over-100", "error", f"{figure.subject}为{figure.text}，超过100%。", figure.start, figure.end, "≤100%", figure.text, (figure.figure_id,)))
    return out


def _doubts(measures: Sequence[Measure], links: Sequence[Link], problems: Sequence[Problem]) -> list[Finding]:
    out = []
    for measure, link in zip(measures, links, strict=True):
        if link.problem is None and len(link.doubt) > 1:
            names = "；".join(problems[i].text[:24] for i in link.doubt)
            out.append(Finding("link-doubt", "info", f"该措施可能对应几个问题，未作认定：{names}。", measure.start, measure.end))
    return out
