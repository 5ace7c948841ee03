"""The movements that the figures of one sentence state: from what, to what, by how much."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from doc_miner.extract.sentences import NEAR
from doc_miner.model import Change, Figure

_FROM = re.compile(r"(?:由|从)[^,。;:]{0,24}$")
_JOINED = re.compile(r"\s?(?:、|和|与|及)\s?(?:小学|初中|城区|农村)?")
_MOVES = re.compile("[降减增升提扩缩调变到至改]|优化")
_SAME_MOVEMENT = re.compile(r"[^。;]*?[,(、]?\s?[^,。;\d]*")
_BY = re.compile(r"\s?[,(]?\s?(?:增加|增长|减少|下降|降低|提高|上升|提升|净增|增|减|降)了?\s?")
_LIST_MOVES = re.compile(r"(?:分别)?(?:逐步|已)?(?:降|减|增|升|提高|提升|上升|下降|缩小|扩大|压减|优化|调整)(?:低|少|加)?(?:到|至|为)(?:了)?")
_COUNTED_NOUN = re.compile(r"[一-鿿]{2,8}?(?=[,。;、]|$)")
_COMPARISON = re.compile(r"(?:较|比|同比|相比|与)[^,。;\d]{0,14}|同比|环比|增幅|降幅|年均")
_YEARLY = re.compile(r"年均[^,。;]{0,6}$")


def find_changes(folded: str, figures: Sequence[Figure]) -> list[Change]:
    """Return the movements that the figures of one sentence state: {before, after, change} by figure id.

    A change alone (新增学位4050个) makes none. An amount and a rate of one movement are two
    records with the same ``after``.
    """
    if len(figures) < 2:
        return []
    out: list[Change] = []
    first, last = figures[0], figures[-1]
    if len(figures) >= 4 and any(folded.find(word, max(0, first.start - 24), last.start) >= 0 for word in ("由", "从")):
        out += _paired_lists(folded, figures)
    if any(folded.find(word, first.end, last.start) >= 0 for word in ("到", "增至")):
        out += _grown(folded, figures)
    used: set[str] = {key for change in out for key in (change.before, change.after) if key}
    for i, figure in enumerate(figures):
        if figure.figure_id in used:
            continue
        if figure.role == "before":
            after = next((f for f in figures[i + 1 : i + 3] if f.role in ("after", "plan", "level") and f.unit == figure.unit and _moves_to(folded, figure, f)), None)
            if after is None:
                continue
            j = i + 1 if figures[i + 1] is after else i + 2
            change = next((f for f in figures[j + 1 : j + 3] if f.role == "change" and _belongs(folded, after, f)), None)
            out.append(Change(figure.figure_id, after.figure_id, change.figure_id if change else None))
            used |= {figure.figure_id, after.figure_id} | ({change.figure_id} if change else set())
            for extra in figures[j + 1 : j + 4]:
                if change and extra.figure_id != change.figure_id and extra.role == "change" and _belongs(folded, change, extra) and extra.unit != change.unit:
                    out.append(Change(figure.figure_id, after.figure_id, extra.figure_id))
                    used.add(extra.figure_id)
    for i, figure in enumerate(figures):
        if figure.role != "change" or figure.figure_id in used:
            continue
        level = _level_of(folded, figures, i)
        if level is not None:
            out.append(Change(None, level.figure_id, figure.figure_id))
            used.add(figure.figure_id)
    return out


def _paired_lists(folded: str, figures: Sequence[Figure]) -> list[Change]:
    """Return the movements of two lists of equal length, member by member (由0.46、0.41降为0.38、0.31)."""
    runs: list[list[Figure]] = []
    for figure in figures:
        if runs and runs[-1][-1].unit == figure.unit and _JOINED.fullmatch(folded, runs[-1][-1].end, figure.start):
            runs[-1].append(figure)
        else:
            runs.append([figure])
    out = []
    for first, second in zip(runs, runs[1:], strict=False):
        if len(first) < 2 or len(first) != len(second) or not _FROM.search(folded[max(0, first[0].start - 24) : first[0].start]):
            continue
        if _LIST_MOVES.fullmatch(folded[first[-1].end : second[0].start].strip(", ")):
            out += [Change(a.figure_id, b.figure_id, None) for a, b in zip(first, second, strict=True)]
    return out


def _grown(folded: str, figures: Sequence[Figure]) -> list[Change]:
    """Return the movements of a thing that is counted twice in one sentence (成立10个教育集团，…教育集团达到13个)."""
    out = []
    for i, first in enumerate(figures[:-1]):
        noun = _COUNTED_NOUN.match(folded[first.end : first.end + 10]) if first.role in ("level", "change") else None
        if noun is None:
            continue
        for second in figures[i + 1 : i + 4]:
            lead = folded[max(first.end, second.start - 16) : second.start]
            if second.unit == first.unit and re.search(rf"{re.escape(noun[0])}(?:数量?|总数)?(?:达到|增至|增加到|发展到|扩大到)\s?$", lead) and second.value != first.value:
                out.append(Change(first.figure_id, second.figure_id, None))
                break
    return out


def _moves_to(folded: str, before: Figure, after: Figure) -> bool:
    return _MOVES.search(folded, before.end, after.start) is not None and "。" not in folded[before.end : after.start]


def _belongs(folded: str, after: Figure, change: Figure) -> bool:
    """Return whether a change states the same movement as the figure before it (降至51个班，减少了22个班)."""
    gap = folded[after.end : change.start]
    return len(gap) <= 16 and _SAME_MOVEMENT.fullmatch(gap) is not None and _compatible(after, change)


def _compatible(after: Figure, change: Figure) -> bool:
    if after.unit == change.unit:
        return True
    return (after.unit, change.unit) in {("%", "个百分点"), ("‰", "个千分点")} or change.unit in ("%", "倍") and after.unit != "%"


def _level_of(folded: str, figures: Sequence[Figure], i: int, further: int = 3) -> Figure | None:
    """Return the level that a change of a comparison belongs to (977人，较上年增加17人), or ``None``; over at most *further* other changes."""
    change = figures[i]
    if i == 0 or _YEARLY.search(folded[max(0, change.start - 10) : change.start]):
        return None
    near = folded[max(0, change.start - NEAR) : change.start]
    clause = near[max(near.rfind(mark) for mark in ",;(") + 1 :]
    previous = figures[i - 1]
    gap = folded[previous.end : change.start]
    compared = _COMPARISON.search(clause) is not None
    if previous.role == "change" and i >= 2 and len(gap) <= 8 and previous.unit != change.unit and "。" not in gap:
        return _level_of(folded, figures, i - 1, further - 1) if further else None
    if previous.role in ("change", "before") or not _compatible(previous, change) or ";" in gap:
        return None
    if compared and len(gap) <= 26 and gap.count(",") <= 1:
        return previous
    if len(gap) <= 6 and _BY.fullmatch(gap):
        return previous
    return None


def roles_from_changes(figures: list[Figure], changes: Sequence[Change]) -> list[Figure]:
    """Give the level that a change belongs to its role ``after``."""
    after = {change.after for change in changes}
    before = {change.before for change in changes}
    amounts = {change.change for change in changes}
    out = []
    for figure in figures:
        key, role = figure.figure_id, figure.role
        if role in ("level", "change"):
            role = "after" if key in after and key not in amounts else "before" if key in before else role
        elif role == "before" and key not in before or role == "after" and key not in after:
            role = "level"
        out.append(figure if role == figure.role else replace(figure, role=role))
    return out
