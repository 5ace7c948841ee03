"""Against the official standards: figures and yearly goals with an indicator, thresholds that were copied or loosened.

The thresholds are those of ``lexicons/indicators.tsv`` (教督〔2017〕6号, 教督〔2012〕3号).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw
from doc_miner.audit.values import Span, amount, show, span_of
from doc_miner.lexicon import Indicator, Threshold
from doc_miner.model import Figure
from doc_miner.textfold import fold

_SPECIAL = re.compile(r"系数|差异率|差距|面积缺|缺|缺口|占比|比例不|其中")
_NAME_END = re.compile(r"(?:率|度|数|值|面积|比例|系数|得分)$")
_QUOTED_BEFORE = re.compile(r"(?:按|按照|未按|低于|未达到?|不足|达不到|不到|要求|规定|标准)[^,，]{0,14}$")
_QUOTED_AFTER = re.compile(r"(?:以上|以下)?的?(?:标准|要求|规定|目标|底线|安排|足额|提取|计提|列支|核定|测算)")


def thresholds_of(context: Context, code: str | None, stage: str | None, unit: str | None) -> list[Threshold]:
    """Return what a standard asks of a stage in a unit; of a figure without stage only where all stages are asked the same."""
    indicator = context.lexicon.indicators.get(code or "")
    if indicator is None:
        return []
    found = [t for t in indicator.thresholds if t.unit == unit]
    own = [t for t in found if t.stage in (None, stage)]
    if own:
        return own[:1]
    return found[:1] if stage is None and len({(t.value, t.qualifier) for t in found}) == 1 else []


def verdict(span: Span, threshold: Threshold) -> bool | None:
    """Return whether a value meets a threshold, or ``None`` where rounding leaves it open."""
    goal = Fraction(threshold.value)
    if threshold.qualifier in (">=", ">", "="):
        return True if span.low >= goal else False if span.high < goal else None
    return True if span.high <= goal else False if span.low > goal else None


def _written(figure: Figure) -> Span:
    """Return the value as written: against a threshold the written number counts, unless it is an approximate one."""
    value = Fraction(figure.value or 0)
    return Span(value, value) if figure.qualifier == "=" and figure.value_max is None else span_of(figure)


def below_standard(context: Context) -> Iterator[Flaw]:
    """Return the figures that miss the standard of their indicator, and by how much."""
    yield from _compared(context)[False]


def meets_standard(context: Context) -> Iterator[Flaw]:
    """Return the figures that meet the standard of their indicator, and by how much."""
    yield from _compared(context)[True]


def _compared(context: Context) -> dict[bool, list[Flaw]]:
    """Return what is missed and what is met, found once for both rules."""
    if "standards" not in context.memo:
        found: dict[bool, list[Flaw]] = {False: [], True: []}
        for met, flaw in _comparisons(context):
            found[met].append(flaw)
        context.memo["standards"] = found
    out: dict[bool, list[Flaw]] = context.memo["standards"]
    return out


def _comparisons(context: Context) -> Iterator[tuple[bool, Flaw]]:
    befores = {c.before for c in context.report.changes if c.before}
    for figure in context.report.figures:
        if figure.indicator is None or figure.value is None or (figure.unit == "%" and figure.value > 100) or figure.role not in ("level", "after", "plan") or figure.figure_id in befores:
            continue
        if not thresholds_of(context, figure.indicator, figure.stage, figure.unit) or not _speaks_of(context, figure) or figure.indicator == "YZ-18" and "骨干" in figure.subject:
            continue
        if _SPECIAL.search(figure.subject) and figure.indicator != "JB-09" and figure.unit is not None or figure.qualifier in (">=", "<=") and figure.role == "plan":
            continue
        for threshold in thresholds_of(context, figure.indicator, figure.stage, figure.unit):
            met = verdict(_written(figure), threshold)
            if met is not None:
                yield met, _gap(context.lexicon.indicators[figure.indicator], figure, threshold, met)


def _speaks_of(context: Context, figure: Figure) -> bool:
    """Return whether the words at a figure end with what its indicator measures (…入学率), so that it is no figure about something else."""
    indicator = context.lexicon.indicators[figure.indicator or ""]
    before = re.split(r"[。;\n]", context.folded[max(0, figure.start - 40) : figure.start])[-1]
    around = fold(figure.subject) + before
    if _QUOTED_BEFORE.search(before) or _QUOTED_AFTER.match(context.folded, figure.end):
        return False
    measured = re.findall(r"[一-鿿]{2}[率度]", indicator.name)
    return any(form in around for form in (*indicator.synonyms, fold(indicator.name))) and (not measured or any(form in around for form in measured))


def short_name(indicator: Indicator, around: str = "") -> str:
    """Return what an indicator is called in a message: its wording that stands in the text, else its name without the threshold."""
    known = [form for form in indicator.synonyms if form in fold(around) and _NAME_END.search(form)]
    if known:
        return max(known, key=len)
    core = re.split(r"达到|不低于|不超过|按照|，(?!.*）)|,", indicator.name)[0].removeprefix("全县")
    return core if _NAME_END.search(core) else indicator.synonyms[0] if indicator.synonyms else core


def _gap(indicator: Indicator, figure: Figure, threshold: Threshold, met: bool) -> Flaw:
    unit = "个百分点" if threshold.unit == "%" else threshold.unit or ""
    gap = abs(Fraction(figure.value or 0) - Fraction(threshold.value))
    stage = figure.stage if threshold.stage else None
    word = "计划达到" if figure.role == "plan" else "为"
    sign = {">=": "不低于", "<=": "不高于", "=": "等于", ">": "高于", "<": "低于"}[threshold.qualifier]
    standard = f"{sign}{amount(threshold.value, threshold.unit)}"
    name = short_name(indicator, figure.subject)
    name = name if stage is None or stage in name else stage + name
    difference = f"{show(gap, 4)}{unit}"
    over = "高出" if threshold.qualifier[0] in ">=" else "低于上限"
    end = f"达到标准（{standard}）" + (f"，{over}{difference}" if gap else "") if met else f"未达到标准（{standard}），差{difference}"
    return Flaw(f"{name}{word}{figure.text}，{end}（{indicator.code}）。", (figure,), f"{threshold.qualifier}{amount(threshold.value, threshold.unit)}", figure.text)


# --- thresholds as the document quotes them --------------------------------------------------
def copied_thresholds(context: Context) -> Iterator[Flaw]:
    """Return the rows or sentences that give an indicator the thresholds of another one."""
    for code, figures in _quoted(context):
        indicator = context.lexicon.indicators[code]
        own = {t.stage: t for t in indicator.thresholds}
        stages = {f.stage: f for f in figures if f.stage in own}
        if len(stages) < 2 or any(f.value == own[s].value for s, f in stages.items()):
            continue
        for other in context.lexicon.indicators.values():
            theirs = {t.stage: t for t in other.thresholds}
            if other.code != code and other.code[:2] == code[:2] and all(s in theirs and theirs[s].value == f.value and theirs[s].unit == f.unit for s, f in stages.items()):
                quoted, right = "、".join(f.text for f in stages.values()), "、".join(f"{s}{amount(own[s].value, own[s].unit)}" for s in stages)
                yield Flaw(f"“{short_name(indicator)}”的标准写成了“{short_name(other)}”的标准（{quoted}）；应为{right}。", tuple(stages.values()), right, quoted)
                break


def loosened_thresholds(context: Context) -> Iterator[Flaw]:
    """Return the thresholds of the 2017 standard that are quoted lower than it sets them."""
    for code, figures in _quoted(context):
        indicator = context.lexicon.indicators[code]
        copied = {t.value for other in context.lexicon.indicators.values() if other.code != code for t in other.thresholds}
        for figure in figures:
            for threshold in thresholds_of(context, code, figure.stage, figure.unit):
                same_way = figure.qualifier in ("=", threshold.qualifier) or {figure.qualifier, threshold.qualifier} <= {">=", ">", "="}
                if not same_way or verdict(_written_exactly(figure), threshold) is not False or (len(figures) > 1 and figure.value in copied):
                    continue
                right = amount(threshold.value, threshold.unit)
                yield Flaw(f"“{short_name(indicator)}”的标准写为{figure.text}，低于国家标准{right}（{indicator.source}）。", (figure,), right, figure.text)


def swapped_thresholds(context: Context) -> Iterator[Flaw]:
    """Return the numbers that are an official threshold with its digits swapped, ten times more or less, where their paragraph speaks of that indicator."""
    if "均衡" not in context.text:
        return
    official = [i for i in context.lexicon.indicators.values() if i.thresholds and i.code.startswith("YZ")]
    indicators = [(i, forms) for i in official if (forms := [form for form in i.synonyms if len(form) >= 5 and form in context.folded])]
    for line in context.lines if indicators else ():
        spoken = [i for i, forms in indicators if any(form in line.words for form in forms)]
        for mark, figure in zip(line.marks, line.figures, strict=False) if spoken else ():
            if figure.value is None or figure.value_max is not None or figure.role == "change":
                continue
            before = line.words[max(0, mark - 40) : mark]
            for indicator in spoken:
                if not any(form in before for form in indicator.synonyms):
                    continue
                for threshold in indicator.thresholds:
                    if threshold.unit == figure.unit and threshold.stage in (None, figure.stage) and _mangled(figure, threshold) and not any(t.value == figure.value for t in indicator.thresholds):
                        right = amount(threshold.value, threshold.unit)
                        yield Flaw(f"“{short_name(indicator)}”的{figure.text}疑为国家标准{right}之误，请对照原件（{indicator.source}）。", (figure,), right, figure.text)


def _mangled(figure: Figure, threshold: Threshold) -> bool:
    """Return whether a figure has the digits of a threshold in another order, or is ten times as much or little."""
    if figure.value is None or figure.value == threshold.value:
        return False
    ratio = Fraction(figure.value) / Fraction(threshold.value)
    if ratio in (10, Fraction(1, 10), 10000):
        return threshold.unit != "%" and threshold.value > 1
    one, two = (re.sub(r"\D", "", f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)) for value in (Decimal(str(figure.value)), Decimal(str(threshold.value))))
    return len(one) == len(two) == 2 and one == two[::-1] and figure.value < threshold.value


def _written_exactly(figure: Figure) -> Span:
    value = Fraction(figure.value or 0)
    return Span(value, value)


def _quoted(context: Context) -> Iterator[tuple[str, list[Figure]]]:
    """Return the figures that quote a threshold of the 2017 standard, those of one indicator in one paragraph or cell together."""
    out: dict[tuple[str, int], list[Figure]] = defaultdict(list)
    if "优质均衡" not in context.text:
        return
    rows = {(str(t.indicator), t.indicator_code) for t in context.report.targets}
    numbered = {id(f): match[1] for line in context.lines if (match := re.match(r"\s*[(]?(\d{1,2})\s?[.、)]", line.words)) for f in line.figures}
    for figure in context.report.figures:
        code = figure.indicator
        if code is None or not code.startswith("YZ") or figure.value is None or figure.value_max is not None or _SPECIAL.search(figure.subject) or code == "YZ-18" and "骨干" in figure.subject:
            continue
        if figure.role == "standard" or figure.role == "level" and (numbered.get(id(figure)), code) in rows:
            out[code, context.folded.rfind("\n", 0, figure.start)].append(figure)
    for (code, _), figures in out.items():
        yield code, figures
