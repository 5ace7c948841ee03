"""Amounts that cannot be what they are said of: the wrong kind of unit, or far out of range (``lexicons/quantities.tsv``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.values import amount
from doc_miner.lexicon import Quantity

_FILLERS = "了共约达到为是有至在已仅即:不低少于"
_STAGE = re.compile(r"(?:小学|初中|高中|中学|幼儿园)$")
_ENDS = frozenset(",。;、)\n")
_PAID_TO = re.compile(r"补|资助|奖|发放|为|给|对|付|惠及|投入|安排|用于")
_GAP = 12
"""Most characters between the wording of an amount and its number."""


def unfitting_units(context: Context) -> Iterator[Flaw]:
    """Return the amounts at the end of a clause whose unit their wording excludes (已拨付117人，)."""
    quantities = context.lexicon.quantities
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            if figure.unit is None or figure.value is None or figure.value_max is not None:
                continue
            core = line.clause(i).rstrip(_FILLERS)
            known = next((found for n in quantities.lengths if (found := quantities.refused.get((core[-n:], figure.unit))) is not None), None)
            if known is not None and context.folded[figure.end : figure.end + 1] in _ENDS and not _shared_out(core, known.form) and not (figure.unit == "元" and _PAID_TO.search(core)):
                yield Flaw(f"“{core[-10:]}{figure.text}”的单位与“{known.form}”不符，请对照原件。", (figure,), None, figure.text)


def _shared_out(core: str, form: str) -> bool:
    """Return whether an amount is what each of some things has (每个教学班45人)."""
    before = core[: len(core) - len(form)]
    return re.search(r"(?:每|平均)[^,]{0,3}$", before) is not None and not form.startswith(("每", "活动", "锻炼"))


def unlikely_amounts(context: Context) -> Iterator[Flaw]:
    """Return the amounts far outside of what their wording allows (每节课400分钟, 每个学位6.25亿元)."""
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            clause = line.clause(i)
            if figure.value is None or not ("每" in clause or "均" in clause):
                continue
            limits = _limits_of(context.lexicon.quantities.limited, clause, figure.unit)
            if limits is None or limits.least is None or limits.most is None or limits.least <= figure.value <= limits.most:
                continue
            if _sums_up(line, i):
                continue
            least, most = amount(limits.least, figure.unit), amount(limits.most, figure.unit)
            yield Flaw(f"“{clause[-12:]}{figure.text}”超出可能的范围（{least}至{most}），可能数字或单位有误，请对照原件。", (figure,), f"{least}—{most}", figure.text)


def _limits_of(limited: Mapping[str, tuple[Quantity, ...]], clause: str, unit: str | None) -> Quantity | None:
    core = _STAGE.sub("", clause)
    for limits in limited.get(unit or "", ()):
        at = core.rfind(limits.form)
        if at >= 0 and len(core) - at - len(limits.form) <= _GAP:
            return limits
    return None


def _sums_up(line: Line, i: int) -> bool:
    return re.search(r"共|总|累计|合计|增加|新增|全县|全市|以", line.clause(i)[-5:]) is not None
