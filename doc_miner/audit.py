"""Find what does not add up: movements whose difference is wrong, blanks and damaged numbers, doubtful links.

Every finding names its figures and shows the arithmetic. What cannot be decided is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from doc_miner.link import Link
from doc_miner.model import Change, Figure, Finding, Measure, Problem, Report
from doc_miner.numerals import Number


def audit_findings(report: Report, links: Sequence[Link]) -> list[Finding]:
    """Return the findings of one document, in the order of their places; *links* runs parallel to its measures."""
    figures = report.figures
    out = [*_movements(figures, report.changes), *_missing(figures), *_impossible(figures), *_glued(figures), *_damaged_citations(report), *_doubts(report.measures, links, report.problems)]
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
        elif amount.unit == "%" and before.unit != "%" and before.value:
            expected = abs(_plain(after.value) - _plain(before.value)) / _plain(before.value) * 100
            shown = f"|{_show(after.value)} − {_show(before.value)}| ÷ {_show(before.value)} = {_show(round(expected, 2))}%"
            if abs(expected - _plain(amount.value)) > _half_unit(amount) + Fraction(1, 20):
                out.append(_movement(before, after, amount, f"{_show(round(expected, 2))}%", shown))
            continue
        else:
            continue
        tolerance = _half_unit(before) + _half_unit(after) + _half_unit(amount)
        if abs(_plain(expected) - _plain(amount.value)) > tolerance:
            out.append(_movement(before, after, amount, _show(expected), shown))
    return out


def _movement(before: Figure, after: Figure, amount: Figure, expected: str, shown: str) -> Finding:
    assert amount.value is not None
    message = f"{before.text}到{after.text}相差{expected}，文中写为{amount.text}（{shown}）。"
    ids = (before.figure_id, after.figure_id, amount.figure_id)
    return Finding("movement-difference", "error", message, min(before.start, amount.start), max(after.end, amount.end), expected, _show(amount.value), ids)


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


def _glued(figures: Sequence[Figure]) -> list[Finding]:
    """Return the places where two rates stand together with nothing between them (100%95%): a mark has been lost."""
    out = []
    for first, second in zip(figures, figures[1:], strict=False):
        if first.end == second.start and first.unit == second.unit == "%":
            message = f"“{first.text}{second.text}”之间可能缺少顿号，请对照原件。"
            out.append(Finding("glued-numbers", "warning", message, first.start, second.end, figures=(first.figure_id, second.figure_id)))
    return out


def _damaged_citations(report: Report) -> list[Finding]:
    """Return the document numbers that have lost a bracket (国教督办201761号)."""
    return [
        Finding("damaged-document-number", "warning", f"文号“{citation.doc_number}”的括号缺失，请对照原件。", citation.start, citation.end, found=citation.doc_number)
        for citation in report.citations
        if citation.doc_number and re.search(r"[〔\[［【（(]\s?\d{4}\s?[〕\]］】）)]", citation.doc_number) is None
    ]


def _doubts(measures: Sequence[Measure], links: Sequence[Link], problems: Sequence[Problem]) -> list[Finding]:
    out = []
    for measure, link in zip(measures, links, strict=True):
        if link.problem is None and len(link.doubt) > 1:
            names = "；".join(problems[i].text[:24] for i in link.doubt)
            out.append(Finding("link-doubt", "info", f"该措施可能对应几个问题，未作认定：{names}。", measure.start, measure.end))
    return out
