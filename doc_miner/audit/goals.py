"""Tables of yearly goals: goals below the standard, goals that fall, rates over 100 %, and heads that quote a standard wrongly."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw
from doc_miner.audit.standards import short_name, thresholds_of, verdict
from doc_miner.audit.values import Span, amount
from doc_miner.lexicon import Threshold
from doc_miner.model import Figure, Target

_OF_SCHOOLS = re.compile(r"学校|教师|班级|所")
_HEAD = re.compile(r"(?m)(?:^|\t)[ \t]*[(]?(?P<n>\d{1,3})[ ]?[.、)\t][^\n\t]*")
_QUOTED_RATE = re.compile(r"(?:比例|率|认可度|满意度)(?:分别)?(?:为|达到?|不低于|≥|>=|=|:)*(?P<n>\d{2}(?:\.\d+)?)%")


def goals_below_standard(context: Context) -> Iterator[Flaw]:
    """Return the indicators whose goal in the last year of their table is below the standard."""
    for targets in _rows(context):
        last = max(targets, key=lambda t: t.year)
        if last.value is None or last.year == min(t.year for t in targets):
            continue
        for threshold in thresholds_of(context, last.indicator_code, last.stage, last.unit):
            if _reading(last, threshold) is False:
                indicator = context.lexicon.indicators[last.indicator_code or ""]
                standard = amount(threshold.value, threshold.unit)
                start, end = _place(context, targets, last)
                yield Flaw(f"第{last.indicator}项“{short_name(indicator)}”{last.year}年目标为“{last.text}”，低于标准{standard}。", (), standard, last.text, start, end)


def _reading(target: Target, threshold: Threshold) -> bool | None:
    if target.value is None or re.search(r"%?(?:的)?(?:学校|教师|班级)", target.text) or re.search(r"消除|未达标", target.text):
        return None
    value = Fraction(target.value)
    if target.qualifier in (">=", "<=", ">", "<") and target.qualifier[0] != threshold.qualifier[0]:
        return None
    if target.qualifier == "<" and value == threshold.value:
        return True
    return verdict(Span(value, value), threshold)


def falling_goals(context: Context) -> Iterator[Flaw]:
    """Return the goals that get worse from one year to the next."""
    for targets in _rows(context):
        row = sorted((t for t in targets if t.value is not None and not re.search(r"消除|未达标", t.text)), key=lambda t: t.year)
        sign = _direction(context, row)
        for a, b in zip(row, row[1:], strict=False):
            if a.unit != b.unit or a.stage != b.stage or _form(a.text) != _form(b.text) or a.value is None or b.value is None:
                continue
            if sign * (Fraction(b.value) - Fraction(a.value)) < 0:
                start, end = _place(context, row, b)
                yield Flaw(f"第{b.indicator}项目标倒退：{a.year}年为“{a.text}”，{b.year}年为“{b.text}”。", (), a.text, b.text, start, end)


def _form(text: str) -> str:
    return re.sub(r"[\d.\s]", "", text)


def _direction(context: Context, row: Sequence[Target]) -> int:
    """Return 1 where a goal should rise, −1 where it should fall, 0 where that is not known."""
    if not row:
        return 0
    indicator = context.lexicon.indicators.get(row[0].indicator_code or "")
    if indicator is not None and indicator.thresholds and not _OF_SCHOOLS.search(row[0].text):
        return -1 if indicator.thresholds[0].qualifier in ("<=", "<") else 1
    return 1 if row[0].unit == "%" and re.search(r"达标|达到|符合|合格", row[0].text) else 0


def _rows(context: Context) -> list[list[Target]]:
    out: dict[tuple[int, str | None], list[Target]] = defaultdict(list)
    for target in context.report.targets:
        out[target.indicator, target.indicator_code].append(target)
    return list(out.values())


def _place(context: Context, row: Sequence[Target], target: Target) -> tuple[int, int]:
    """Return where a goal stands in the text, from the head of its row on (goals carry no place of their own)."""
    head = _head(context, target)
    if head is None:
        return 0, 0
    at = head[1]
    for goal in sorted(row, key=lambda t: t.year):
        words = goal.text.split()[0] if goal.text.split() else ""
        found = context.text.find(words, at, at + 400) if words else -1
        if found < 0:
            break
        at = found + len(words)
        if goal is target:
            return found, at
    return head


def _head(context: Context, target: Target) -> tuple[int, int] | None:
    """Return where the head of a row of goals stands."""
    if "goal-heads" not in context.memo:
        heads: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for match in _HEAD.finditer(context.folded):
            heads[int(match["n"])].append((match.start(), match.end()))
        context.memo["goal-heads"] = heads
    indicator = context.lexicon.indicators.get(target.indicator_code or "")
    forms = indicator.synonyms if indicator is not None else ()
    for start, end in context.memo["goal-heads"].get(target.indicator, ()):
        if not forms or any(form in context.folded[start:end] for form in forms):
            return start, end
    return None


def rates_of_goals(context: Context) -> Iterator[Flaw]:
    """Return the goals that are rates over 100 %."""
    for targets in _rows(context):
        for target in targets:
            if target.unit == "%" and target.value is not None and target.value > 100 and "毛" not in target.text:
                head = _head(context, target)
                if head is None or "毛" not in context.folded[head[0] : head[1]]:
                    start, end = _place(context, targets, target)
                    yield Flaw(f"第{target.indicator}项{target.year}年目标为“{target.text}”，超过100%。", (), "≤100%", target.text, start, end)


def misquoted_heads(context: Context) -> Iterator[Flaw]:
    """Return the heads of rows that quote another number or unit than the standard sets for their indicator."""
    if "优质均衡" not in context.text:
        return
    for targets in _rows(context):
        indicator = context.lexicon.indicators.get(targets[0].indicator_code or "")
        head = _head(context, targets[0])
        if indicator is None or head is None or not indicator.thresholds or not indicator.code.startswith("YZ"):
            continue
        own = [f for f in context.report.figures if head[0] <= f.start < head[1] and f.value is not None and f.value_max is None]
        quoted = {Fraction(t.value) for t in indicator.thresholds}
        numbers = {Fraction(n.replace(",", "")) for n in re.findall(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.])", indicator.name)}
        for figure in own:
            if Fraction(figure.value or 0) in quoted | numbers and figure.unit in {t.unit for t in indicator.thresholds} | {None, "%", "平方米", "个", "人", "学时", "年"}:
                allowed = [t for t in indicator.thresholds if figure.stage is None or t.stage in (None, figure.stage)]
                if not allowed or Fraction(figure.value or 0) in {Fraction(t.value) for t in allowed} | numbers:
                    continue
            elif _copied(context, own, indicator.code):
                continue
            right = "、".join(f"{t.stage or ''}{amount(t.value, t.unit)}" for t in indicator.thresholds)
            yield Flaw(f"第{targets[0].indicator}项“{short_name(indicator)}”的标准写为{figure.text}，国家标准为{right}（{indicator.source}）。", (figure,), right, figure.text)


def _copied(context: Context, own: Sequence[Figure], code: str) -> bool:
    """Return whether the numbers are those of another indicator throughout: `copied-threshold` says so."""
    values = {Fraction(f.value or 0) for f in own}
    units = {f.unit for f in own}
    return any(values <= {Fraction(t.value) for t in other.thresholds} and units == {t.unit for t in other.thresholds} for other in context.lexicon.indicators.values() if other.code != code and other.code[:2] == code[:2] and len(other.thresholds) > 1) and len(own) > 1 and any(
        {Fraction(t.value) for t in context.lexicon.indicators[code].thresholds}.isdisjoint(values) for _ in (0,)
    )


def goals_below_their_head(context: Context) -> Iterator[Flaw]:
    """Return the rates that end below the threshold that the head of their own row quotes."""
    for targets in _rows(context):
        head, last = _head(context, targets[0]), max(targets, key=lambda t: t.year)
        if head is None or last.unit != "%" or last.value is None or last.year == min(t.year for t in targets) or re.search(r"学校|教师|班", last.text):
            continue
        quoted = [Fraction(m["n"]) for m in _QUOTED_RATE.finditer(context.folded, *head)]
        if len(quoted) == 1 and Fraction(last.value) < quoted[0]:
            start, end = _place(context, targets, last)
            yield Flaw(f"第{last.indicator}项{last.year}年目标为“{last.text}”，低于该项自身的标准{amount(quoted[0], '%')}。", (), amount(quoted[0], "%"), last.text, start, end)
