"""The same thing stated twice: restated problems, repeated sentences and equal quantities with two values; text against table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.values import exact, span_of
from doc_miner.model import Figure

_ENUMERATOR = re.compile(r"^(?:[(]?[一二三四五六七八九十\d]{1,3}[)、.]|问题\s?[一二三四五六七八九十\d]+[:：、]?|[一二三四五六七八九十]是|[一二三四五六七八九十]{1,2}、)+")
_LEAST_WORDS = 14
"""Least words beside the numbers that a clause needs to be the same statement when it stands twice."""
_LEAST_RESTATED = 6
"""The same for a heading that names a problem again (关于…的问题)."""
_PIECES = re.compile(r"[^。;]*+[。;]?+")
_ABOUT = re.compile(r"(?:关于|针对|对于)[“\"]?(.+?)[”\"]?(?:的?(?:问题|情况)?(?:整改情况|整改落实情况)?)[::]?")
_COUNTRYWIDE = re.compile(r"^(?:全县|全区|全市|我县|我区|我市|县域|区域)?(?:现有|共有|共|有|截至[^,]{0,8}|目前)*")
_STOCK = re.compile(
    r"(?:义务教育阶段学校|义务教育学校|中小学校|中小学|小学|初中|幼儿园|各级各类学校|在校学生|在校生|在校中小学生|专任教师|教职工|教师|随迁子女|留守儿童|残疾儿童|教学班|班级|常住人口|教学点|在园幼儿|核定编制|入学率|巩固率|毛入园率|覆盖率|认可度|满意度|人口|完成率|空编|编制)(?:总数|总人数|人数|数|率|总面积|数量|合计)?$"
)
_TIME_OF_CHANGE = re.compile(r"降|增|减|提高|达到|上年|去年|原|新|比|较|计划|力争|到20")
_GENERIC = re.compile(r"[^一-鿿]")


def restated_problems(context: Context) -> Iterator[Flaw]:
    """Return the numbers that differ between a problem and the place where the document states it again."""
    lines = context.lines
    for problem in context.report.problems:
        main = _labelled(lines, problem.start, problem.end)
        for start, end in problem.mentions:
            for key, figures in _labelled(lines, start, end).items():
                others = main.get(key, [])
                if len(figures) == len(others) == 1 and _differ(figures[0], others[0]):
                    yield Flaw(f"同一问题前后数字不一：前文为{others[0].text}，此处为{figures[0].text}（{_words(key)}）。", (others[0], figures[0]), others[0].text, figures[0].text, *_place(figures[0]))


def _place(figure: Figure) -> tuple[int, int]:
    return figure.start, figure.end


def _words(key: tuple[str, str | None]) -> str:
    return key[0][-14:] or "重述"


def _labelled(lines: list[Line], start: int, end: int) -> dict[tuple[str, str | None], list[Figure]]:
    """Return the figures of a stretch by the words in front of them and their unit."""
    out: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
    for line in lines:
        if line.end <= start or line.start >= end:
            continue
        for i, figure in enumerate(line.figures):
            if start <= figure.start < end:
                out[_GENERIC.sub("", line.clause(i))[-10:], figure.unit].append(figure)
    return out


def _differ(a: Figure, b: Figure) -> bool:
    return a.value is not None and b.value is not None and exact(a, b) and not span_of(a).meets(span_of(b))


def repeated_statements(context: Context) -> Iterator[Flaw]:
    """Return the clauses that stand twice word for word with other numbers."""
    seen: dict[str, tuple[Line, tuple[Figure, ...]]] = {}
    problems = context.report.problems
    covered = [(start, end) for p in problems for start, end in ((p.start, p.end), *p.mentions) if p.mentions]
    for line in context.lines:
        at = 0
        for piece in _PIECES.findall(line.words):
            if "#" not in piece:
                at += len(piece)
                continue
            words, begin = _ENUMERATOR.sub("", piece.strip(" 。;,")), at
            at += len(piece)
            about = _ABOUT.fullmatch(words)
            words = about[1] if about else words
            figures = line.figures[line.index(begin) : line.index(at)]
            size = len(_GENERIC.sub("", words))
            if not figures or size < _LEAST_RESTATED or "□" in words:
                continue
            if words not in seen:
                seen[words] = (line, figures)
                continue
            if size < _LEAST_WORDS and not about:
                continue
            first = seen[words][1]
            for a, b in zip(first, figures, strict=False):
                if a.unit == b.unit and _differ(a, b) and not any(s <= b.start < e for s, e in covered):
                    yield Flaw(f"同一句话出现两次而数字不同：前文为{a.text}，此处为{b.text}。", (a, b), a.text, b.text, *_place(b))


def unequal_befores(context: Context) -> Iterator[Flaw]:
    """Return the movements whose starting point is not the figure that the problem they answer states."""
    by_problem: dict[str, list[Figure]] = defaultdict(list)
    spans = {p.problem_id: (p.start, p.end) for p in context.report.problems}
    for figure in context.report.figures:
        span = spans.get(figure.problem_id or "")
        if span is not None and span[0] <= figure.start < span[1] and figure.value is not None and figure.role == "level":
            by_problem[figure.problem_id or ""].append(figure)
    owner = {m.measure_id: m.problem_id for m in context.report.measures if m.problem_id}
    for change in context.report.changes:
        before, after = context.by_id.get(change.before or ""), context.by_id.get(change.after or "")
        if before is None or after is None or before.value is None or before.unit == "元":
            continue
        problem = owner.get(before.measure_id or "")
        stated = [f for f in by_problem.get(problem or "", []) if f.unit == before.unit or {f.unit, before.unit} <= {"个", "个班"}]
        alike = [f for f in stated if _shared(f.subject, before.subject) >= 3]
        if len(alike) != 1 or len(stated) != 1 or not _differ(alike[0], before) or _kind(alike[0]) != _kind(before):
            continue
        if _differ(alike[0], after) and Fraction(1, 10) < Fraction(alike[0].value or 0) / Fraction(before.value or 1) < 10:
            yield Flaw(f"起点与问题不一：问题中“{alike[0].subject[-12:]}”为{alike[0].text}，整改中写为由{before.text}变为{after.text}。", (alike[0], before), alike[0].text, before.text, *_place(before))


def _kind(figure: Figure) -> tuple[bool, bool]:
    """Return whether a figure is a shortage, and whether it is an average."""
    return re.search(r"缺|短|差|不足", figure.subject) is not None, re.search(r"均|每|率|占", figure.subject) is not None


def _shared(a: str, b: str) -> int:
    """Return the length of the longest run of Chinese characters that two subjects share."""
    a, b = _GENERIC.sub("", a)[-20:], _GENERIC.sub("", b)[-20:]
    best = 0
    for i in range(len(a)):
        while i + best < len(a) and a[i : i + best + 1] in b:
            best += 1
    return best


def two_values(context: Context) -> Iterator[Flaw]:
    """Return the totals (学校, 学生, 教师, 入学率 …) that the document states with two values for one stage and year."""
    seen: dict[tuple[str, str | None, str | None, int | None], tuple[Figure, str]] = {}
    inside = {f.figure_id for table in context.report.document.tables for f in context.report.figures if table.start <= f.start < table.end}
    changed = {key for c in context.report.changes for key in (c.before, c.change) if key}
    for name, figure in _stated(context, inside):
        if figure.figure_id in changed or not _STOCK.search(name):
            continue
        key = (name, figure.unit, figure.stage, figure.year)
        zone = "problem" if figure.problem_id and not figure.measure_id else "measure" if figure.measure_id else "text"
        if key not in seen:
            seen[key] = (figure, zone)
            continue
        first, first_zone = seen[key]
        if _differ(first, figure) and (first_zone == zone or figure.year is not None) and (figure.year is not None or not figure.measure_id):
            yield Flaw(f"同一数据前后不一：“{name}”前文为{first.text}，此处为{figure.text}。", (first, figure), first.text, figure.text, *_place(figure))


def _stated(context: Context, inside: set[str]) -> Iterator[tuple[str, Figure]]:
    """Return the whole-county quantities of the text, by the name in front of them, and those of tables by their labels."""
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            label = line.clause(i)
            if figure.role not in ("level", "after") or not ("率" in label or "共有" in label or "现有" in label or label[:2] in ("全县", "全区", "全市", "我县", "我区")):
                continue
            name = re.sub(r"(?:共有|现有|已有|共计|共|有|为|达到?|是|达|约|仅|人数)+$", "", label)
            head = _COUNTRYWIDE.match(name)
            stripped = re.sub(r"^(?:(?:19|20)\d\d年(?:底|末|秋季学期|春季学期)?|今年|目前|截至)?[,]?", "", name)
            counted = re.match(r"(?:全县|全区|全市|我县|我区)", stripped) or "率" in stripped[-3:] or "共有" in label or "现有" in label
            if figure.role in ("level", "after") and exact(figure) and figure.value is not None and counted and head is not None and not _TIME_OF_CHANGE.search(name):
                bare = _COUNTRYWIDE.sub("", stripped)
                if bare and len(bare) <= 14 and not re.search(r"其中|城|乡|农村|镇|民办|公办|招聘|缺|培训|名|第|校", re.sub("学校|中小学校", "", bare)):
                    yield bare, figure


def text_against_tables(context: Context) -> Iterator[Flaw]:
    """Return the figures of the text that a table of the document states otherwise, for the same name, stage and year."""
    cells: dict[tuple[str, str | None, str | None], list[Figure]] = defaultdict(list)
    for figure in context.report.figures:
        if figure.rule == "figure/table-cell" and figure.value is not None and figure.stage:
            name = _core(figure.subject, figure.stage)
            if name:
                cells[name, figure.unit, figure.stage].append(figure)
    if not cells:
        return
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            if figure.stage is None or figure.role not in ("level", "after") or not exact(figure) or figure.value is None:
                continue
            clause = line.clause(i)
            if re.search(r"城|乡|农村|镇|民办|公办|女|其中|招聘|新增|缺|第", clause):
                continue
            if figure.stage == "高中" and re.search(r"职", context.folded[max(line.start, figure.start - 30) : figure.start]):
                continue  # of vocational schools
            name = _core(clause, figure.stage)
            known = [c for c in cells.get((name, figure.unit, figure.stage), []) if None in (c.year, figure.year) or c.year == figure.year]
            years = {c.year for c in known}
            if not known or len(years) != 1 or len({c.value for c in known}) != 1 or (figure.year is None and known[0].year is not None and context.report.metadata.year not in (known[0].year, (known[0].year or 0) + 1)):
                continue
            if _differ(known[0], figure) and not span_of(known[0]).meets(span_of(figure)) and Fraction(figure.value) != 0:
                yield Flaw(f"文字与表格不一：表中{figure.stage}“{name}”为{known[0].text}，文中为{figure.text}。", (known[0], figure), known[0].text, figure.text, *_place(figure))


def _core(subject: str, stage: str) -> str:
    """Return what a label counts, without stage, year and words of counting (小学在校生数合计 → 在校生)."""
    name = re.sub(r"(?:19|20)\d\d年(?:底|末)?|[(（][^()（）]*[)）]", "", subject)
    name = name.replace("普通" + stage, "").replace(stage, "").replace("幼儿园", "")
    name = re.sub(r"(?:合计|总计|总数|总人数|人数|数|共有|现有|有|为|达到?|共|是)+$", "", name.strip())
    name = re.sub(r"^(?:全县|全区|全市|其中|现有|共有|有|年级)+", "", name)
    return name.replace("在校学生", "在校生") if len(name) >= 2 else ""
