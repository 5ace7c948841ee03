"""Totals of money against their numbered items (其中，一是投入…；二是投入…), and what a part leaves of a whole (11项，已办结9项，其余2项)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.parts import difference
from doc_miner.audit.runs import gives
from doc_miner.audit.values import Span, amount, span_of, total

_ITEM_MARK = re.compile(r"(?P<mark>[一二三四五六七八九十]{1,2}是|[(](?:\d|[一二三四五六七八九十])[)]|[①②③④⑤⑥⑦⑧⑨])")
_PURPOSE = re.compile(r"(?:其中|包括|具体为)[,:]?\s?$")
_SPENT = re.compile(r"投入|安排|用于|拨付|投资|统筹|筹措|整合|支出|列支|资金|补助|发放|下达|落实|争取")
_REST = re.compile(
    r"#(?P<noun>[^#。;]{0,24}?)(?P<done>已|完成|办结|其中|当中|中有|(?<![初高])中,|达标|整改|解决|通过|建成|投用|有|(?<![初高])中)(?P<mid>[^#。;]{0,20})(?P<part>#)[^#。;]{0,16}[,;](?:其余|剩余|余下|其他|剩下|尚余|另外|另有|还有|尚有|仍有|未完成|未达标|未整改)(?:的)?[^#。;,]{0,8}?(?P<rest>#)"
)


def broken_item_sums(context: Context) -> Iterator[Flaw]:
    """Return the totals of money that their items (其中，一是投入…；二是投入…) do not give."""
    for line in context.lines:
        if "其中" not in line.words and "包括" not in line.words and "具体为" not in line.words:
            continue
        marks = list(_ITEM_MARK.finditer(line.words))
        start = 0
        while start < len(marks):
            run = _run_of(marks, start)
            start += max(1, len(run))
            if len(run) < 2 or not _PURPOSE.search(line.words[max(0, run[0].start() - 6) : run[0].start()]):
                continue
            yield from _items(line, run)


def _run_of(marks: Sequence[re.Match[str]], start: int) -> list[re.Match[str]]:
    """Return the marks of one list: 一是, 二是, … in order."""
    order = "一二三四五六七八九十"
    run = [marks[start]]
    if not run[0]["mark"].startswith(("一", "(一", "(1", "①")):
        return []
    for mark in marks[start + 1 :]:
        symbol = mark["mark"].strip("()是")
        wanted = len(run) + 1
        if symbol in (str(wanted), order[wanted - 1 : wanted], "①②③④⑤⑥⑦⑧⑨"[wanted - 1 : wanted]):
            run.append(mark)
        else:
            break
    return run


def _items(line: Line, run: Sequence[re.Match[str]]) -> Iterator[Flaw]:
    index = line.index(run[0].start()) - 1
    if index < 0 or line.figures[index].unit != "元" or len(line.words[line.marks[index] : run[0].start()]) > 30:
        return
    whole = line.figures[index]
    parts = []
    for mark, following in zip(run, [*run[1:], None], strict=True):
        end = following.start() if following else min((e for e in (line.words.find("。", mark.end()),) if e >= 0), default=len(line.words))
        i = line.index(mark.end())
        lead = line.words[mark.end() : line.marks[i]] if i < len(line.marks) and line.marks[i] < end else ""
        own = [k for k in range(i, len(line.marks)) if line.marks[k] < end and line.figures[k].unit == "元"]
        if not own or own[0] != i and len(line.words[mark.end() : line.marks[own[0]]]) > 30 or not _SPENT.search(line.words[mark.end() : end]) or len(lead) > 30:
            return
        parts.append(line.figures[own[0]])
    summed, goal = total(map(span_of, parts)), span_of(whole)
    if not goal.meets(summed):
        yield difference(whole, parts)


def broken_rests(context: Context) -> Iterator[Flaw]:
    """Return the rests (11项，已办结9项，其余2项) that whole and part do not leave."""
    for line, match in context.matches(_REST, "其余", "剩", "余下", "其他", "尚", "另", "还有", "仍有", "未"):
        whole = line.figures[line.index(match.start())]
        part, rest = line.at(match, "part"), line.at(match, "rest")
        if not (whole.unit == part.unit == rest.unit) or whole.unit == "元" and "其中" not in match[0]:
            continue
        left: Span = span_of(whole) - span_of(part)
        same = [f for f in line.figures if f.unit == whole.unit and f.value is not None and f is not rest]
        if left.meets(span_of(rest)) or gives([span_of(f) for f in same], span_of(rest)) or (Fraction(part.value or 0) > Fraction(whole.value or 0) and Fraction(rest.value or 0) > Fraction(whole.value or 0)):
            continue
        value = Fraction(whole.value or 0) - Fraction(part.value or 0)
        message = f"总数减去已列部分与余数不符：{whole.text}－{part.text}＝{amount(value, whole.unit)}，文中余数为{rest.text}。"
        yield Flaw(message, (whole, part, rest), amount(value, whole.unit), rest.text)
