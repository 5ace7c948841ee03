"""Breakdowns whose words say that nothing is left out: 按牵头单位分：教育局13个，财政局5个…; 已完成7个，基本完成3个，需长期推进1个; shares that come to more than 100 %."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.runs import narrow, same_unit
from doc_miner.audit.values import amount, exact, show, total
from doc_miner.model import Figure

_BY = re.compile(r"按(?P<kind>[^#。;,:()]{2,12}?)(?:来?分|划分|分类|统计)[,:]?(?P<list>[^。]*)")
_ITEM = re.compile(r"(?P<label>[^#。;,、:]{1,16})#[^#。;,、()]{0,4}(?:\([^()]*\))?(?:[,、;]|$)")
_FULLY = re.compile(r"^(?:其中|目前|已经?|截至[^#,]{2,12})*(?:已经?(?:全部)?)?(?:完成(?!率)|办结|整改到位|销号|竣工|整改完成|建成)")
_PARTLY = re.compile(r"基本完成|正在|推进|在建|整改中|阶段性|持续|长期|部分完成|取得明显")
_NOT_YET = re.compile(r"尚未|未完成|未办结|未开工|未启动|待|未整改|未销号")
_COUNTS = ("个", "项", "条", "件", "处")
_SHARE = re.compile(r"[^#。;,、]{0,24}占(?:比|到|了)?(?:约|为)?$")
_GROWTH = re.compile(r"进出口[^#。;]{0,12}(?:#[^#。;]{0,4},)?[^#。;,]{0,4}增长(?P<whole>#)[^#。;]{0,4}[,;。]?(?:其中,?)?[^#。;]{0,4}出口[^#。;]{0,10}(?:#[^#。;]{0,4},)?[^#。;,]{0,4}增长(?P<one>#)[^#。;]{0,4}[,;、]?进口[^#。;]{0,10}(?:#[^#。;]{0,4},)?[^#。;,]{0,4}增长(?P<two>#)")
_NO_PARTS = re.compile(r"以上|党员|女|本科|研究生|骨干|高级|比上年|提高|增长")


def broken_kinds(context: Context) -> Iterator[Flaw]:
    """Return the breakdowns by kind (按…分) and by state of work that do not give the number that the text states for all."""
    before: list[Figure] = []
    for line in context.lines:
        lists = [(line, indexes) for match in _BY.finditer(line.words) if (indexes := _members(line, match))] if "按" in line.words and "分" in line.words else []
        for n, (_, indexes) in enumerate(lists):
            yield from _kinds(line, indexes, [other for k, (_, other) in enumerate(lists) if k != n], before)
        yield from _states(line, before)
        before = [f for f in line.figures if f.value is not None][-8:]


def _members(line: Line, match: re.Match[str]) -> list[int]:
    """Return the figures of a list behind 按…分, which must be of one unit."""
    out: list[int] = []
    at = match.start("list")
    while True:
        item = _ITEM.match(line.words, at, match.end("list"))
        if item is None or "按" in item["label"]:
            break
        if item["label"].endswith("各"):
            return []
        index = line.index(item.end("label"))
        if out and line.figures[index].unit != line.figures[out[0]].unit:
            break
        out.append(index)
        at = item.end()
    return out if len(out) >= 3 and all(exact(line.figures[k]) and line.figures[k].value is not None for k in out) and line.figures[out[0]].unit not in ("%", "‰") else []


def _kinds(line: Line, indexes: Sequence[int], others: Sequence[Sequence[int]], before: Sequence[Figure]) -> Iterator[Flaw]:
    parts = [line.figures[k] for k in indexes]
    summed = total(map(narrow, parts))
    known = [f for f in (*before, *line.figures[: indexes[0]]) if same_unit(f.unit, parts[0].unit) and f.value is not None and exact(f)]
    agreed = any(total(narrow(line.figures[k]) for k in other).meets(summed) for other in others)
    if any(narrow(f).meets(summed) for f in known) or agreed and (indexes[0] > min(other[0] for other in others) or not known or not re.search(r"共|总", line.label(indexes[0] - 1) if indexes[0] else "")):
        return
    whole = next((line.figures[k] for k in range(indexes[0] - 1, -1, -1) if same_unit(line.figures[k].unit, parts[0].unit) and not any(k in other for other in others)), None)
    if whole is not None and exact(whole) and whole.value and Fraction(1, 3) < sum(Fraction(f.value or 0) for f in parts) / Fraction(whole.value) < 3:
        yield _differs(whole, parts)


def _states(line: Line, before: Sequence[Figure]) -> Iterator[Flaw]:
    """已完成整改7个，基本完成3个，需长期推进1个: every state of work at once, against the number of things in front of them."""
    if "完成" not in line.words and "办结" not in line.words and "销号" not in line.words and "竣工" not in line.words:
        return
    for i in range(1, len(line.figures) - 1):
        run = [k for k in range(i, min(i + 4, len(line.figures))) if line.figures[k].unit in _COUNTS and line.figures[k].unit == line.figures[i].unit and len(line.words[line.marks[k - 1] : line.marks[k]]) <= 26]
        if len(run) < 2 or run != list(range(i, i + len(run))) or not _FULLY.search(line.clause(i)) or not all(exact(line.figures[k]) for k in run):
            continue
        labels = [line.clause(k) for k in run[1:]]
        size = next((n for n, label in enumerate(labels) if not (_PARTLY.search(label) or _NOT_YET.search(label))), len(labels))
        run, labels = run[: size + 1], labels[:size]
        if len(run) < 3 and not (labels and _NOT_YET.search(labels[-1])):
            continue
        parts = [line.figures[k] for k in run]
        summed = total(map(narrow, parts))
        known = [f for f in (*before, *line.figures[:i]) if same_unit(f.unit, parts[0].unit) and f.value is not None]
        if not known or any(narrow(f).meets(summed) for f in known):
            continue
        whole = line.figures[i - 1] if same_unit(line.figures[i - 1].unit, parts[0].unit) else None
        if whole is not None and exact(whole) and line.marks[i] - line.marks[i - 1] <= 40:
            yield _differs(whole, parts)


def _differs(whole: Figure, parts: Sequence[Figure]) -> Flaw:
    summed = sum((Fraction(f.value or 0) for f in parts), Fraction(0))
    shown = "＋".join(f.text.strip() for f in parts)
    return Flaw(f"各类之和与总数不符：{shown}＝{amount(summed, whole.unit)}，文中总数为{whole.text}。", (whole, *parts), amount(summed, whole.unit), whole.text)


def shares_over_all(context: Context) -> Iterator[Flaw]:
    """Return the lists of shares of one whole (A占44%，B占61%，C占23%) that come to more than 100 %."""
    for line in context.lines:
        if line.words.count("占") < 3:
            continue
        run: list[int] = []
        for i, figure in enumerate(line.figures):
            gap = line.words[line.marks[i - 1] + 1 : line.marks[i]] if i else ""
            fits = figure.unit == "%" and figure.value is not None and exact(figure) and line.clause(i).endswith("占") and len(line.clause(i)) > 2 and not _NO_PARTS.search(line.label(i)) and not (run and "其中" in line.label(i))
            if not (fits and run and run[-1] == i - 1 and not re.search(r"[。;]", gap)):
                yield from _over(line, run)
                run = []
            if fits:
                run.append(i)
        yield from _over(line, run)


def growth_outside_its_parts(context: Context) -> Iterator[Flaw]:
    """Return the growth of a total that is above or below that of both its parts (进出口增长25%，出口增长20%，进口增长24%)."""
    for line, match in context.matches(_GROWTH, "出口"):
        whole, one, two = (line.at(match, name) for name in ("whole", "one", "two"))
        if not whole.unit == one.unit == two.unit == "%" or not exact(whole, one, two):
            continue
        low, high = sorted((Fraction(one.value or 0), Fraction(two.value or 0)))
        if narrow(whole).high < low or narrow(whole).low > high:
            yield Flaw(f"总额增幅{whole.text}不在出口、进口增幅{one.text}与{two.text}之间。", (whole, one, two), f"{one.text}—{two.text}", whole.text)


def _over(line: Line, run: Sequence[int]) -> Iterator[Flaw]:
    figures = [line.figures[k] for k in run]
    if len(figures) >= 3 and total(map(narrow, figures)).low > 101:
        summed = sum((Fraction(f.value or 0) for f in figures), Fraction(0))
        yield Flaw(f"各项占比之和为{show(summed)}%，超过100%：{'＋'.join(f.text for f in figures)}。", tuple(figures), "100%", f"{show(summed)}%")
