"""The report of a comparison: what goes into the page and how much of it, from a `Comparison`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from doc_miner.compare.charts import Chart, bars, dumbbells, heat_maps, timeline
from doc_miner.compare.comparison import UNSURE_BELOW, Comparison
from doc_miner.compare.groups import Topic, topics
from doc_miner.compare.page import write_page
from doc_miner.compare.places import Place


@dataclass(frozen=True, slots=True)
class Most:
    """How much of a category a page shows: what is left out is counted beside it and stands in the workbook."""

    columns: int
    """Regions that are shown in columns; more are shown in rows."""
    rows: int
    """Practices of one type of action."""
    members: int
    """Further wordings of a practice."""
    problems: int
    movements: int


ALL = Most(columns=4, rows=60, members=20, problems=200, movements=100)
PART = Most(columns=4, rows=8, members=2, problems=40, movements=40)
_STEPS_FOR_ALL = 4000
"""A page of this many steps opens at once and is still read; with more, the frequent comes first and the rest is counted."""


def write_report(comparison: Comparison, path: Path) -> Path:
    """Write the comparison as one HTML file and return it; errors as `doc_miner.compare.page.write_page`."""
    found = topics(comparison)
    years = sorted({source.year for source in comparison.sources if source.year})
    return write_page(
        path, "compare.html.j2", charts_of(comparison),
        title=_title(comparison.places), comparison=comparison, topics=found, most=ALL if len(comparison.steps) <= _STEPS_FOR_ALL else PART, unsure=UNSURE_BELOW,
        missing=list(missing(comparison, found)), counts=Counter(step.category for step in comparison.steps),
        span=f"{years[0]}—{years[-1]}" if len(years) > 1 else str(years[0]) if years else "",
    )  # fmt: skip


def charts_of(comparison: Comparison) -> list[Chart]:
    """Return the charts of a comparison: how common the problems are, problems and kinds of action by region, movements, deadlines."""
    categories = {code: comparison.names[code] for code in comparison.categories}
    links = {code: f"#c{number}" for number, code in enumerate(comparison.categories, 1)}
    problems = Counter((problem.source.place, problem.category) for problem in comparison.problems)
    actions = Counter((step.source.place, code) for step in comparison.steps for code in step.types)
    types = {code: name for code, name in comparison.names.items() if code not in categories}
    acting = {(step.source.place, step.category) for step in comparison.steps}
    stating, idle = Counter(code for _, code in problems), Counter(code for place, code in problems if (place, code) not in acting)
    common = [(categories[code], count, idle[code]) for code, count in stating.most_common()]
    note = f"共比较 {len(comparison.places)} 个地区。橙色和括号中是提出问题但没有找到措施的地区。"
    return [
        *bars("各类问题有多少地区提出", note, common, "个地区", "没有找到措施", {categories[code]: link for code, link in links.items()}),
        *heat_maps("问题：地区 × 类别", problems, comparison.places, categories, "问题的条数", links),
        *heat_maps("做法：地区 × 类型", actions, comparison.places, types, "做法的条数"),
        *dumbbells(comparison.movements),
        *timeline(comparison),
    ]


def _title(places: Sequence[Place]) -> str:
    names = "、".join(place.name for place in places[:4])
    return f"问题与整改措施比较：{names}" + (f"等 {len(places)} 个地区" if len(places) > 4 else "")


def missing(comparison: Comparison, found: Sequence[Topic]) -> Iterable[str]:
    """Yield what the comparison lacks, in sentences."""
    if comparison.without:
        yield f"没有文档的地区：{listed_places(comparison.without)}。"
    if years := sorted(set(comparison.years) - {source.year for source in comparison.sources}):
        yield f"没有文档的年份：{'、'.join(map(str, years))}。"
    elsewhere = {step.source.place for step in comparison.steps} | {problem.source.place for problem in comparison.problems}
    if silent := [place for place in comparison.places if place not in elsewhere and place not in comparison.without]:
        yield f"有文档，但没有找到所选类别的问题和措施：{listed_places(silent)}。"
    if idle := {place: None for topic in found for place in topic.idle}:
        yield f"至少有一类问题没有找到措施的地区：{listed_places(list(idle))}（见“各类别概况”）。"
    if undated := [f"{source.title}〔{source.number}〕" for source in comparison.sources if source.year is None]:
        yield f"{len(undated)} 个文档没有写明成文年份：{_some(undated)}。"
    if comparison.homeless:
        yield f"{len(comparison.homeless)} 个文档不能确定地区，没有参加比较：{_some(comparison.homeless)}。"
    if comparison.failed:
        yield f"{len(comparison.failed)} 个文件未能读取：{_some([f'{Path(path).name}（{reason}）' for path, reason in comparison.failed])}。"
    if loose := len({step.measure_id for step in comparison.steps if step.problem_id is None}):
        yield f"{loose} 条措施没有对应到具体问题，按措施自身的类别列出。"


def _some(names: Sequence[str]) -> str:
    return "；".join(names[:5]) + (" 等" if len(names) > 5 else "")


def listed_places(places: Sequence[Place]) -> str:
    """Return the names of regions in a row, beyond twenty how many there are."""
    return "、".join(place.name for place in places[:20]) + (f"等 {len(places)} 个" if len(places) > 20 else "")
