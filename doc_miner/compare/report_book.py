"""A comparison as a workbook: all of it, in sheets that can be filtered, every row with its quotation, document, page and file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from doc_miner.compare.book import Book, Heading
from doc_miner.compare.comparison import Comparison, End, Source, Step
from doc_miner.compare.groups import Practice, Topic, topics
from doc_miner.compare.report import listed_places, missing
from doc_miner.dataset.describe import STATUS

_PLACE = (Heading("省", 9), Heading("市", 9), Heading("县区", 12), Heading("成文年份", 9))
_FROM = (Heading("文档", 28), Heading("页", 6), Heading("来源文件", 30, link=True))
_TEXT = 60


def write_book(comparison: Comparison, path: Path) -> Path:
    """Write all of a comparison as the workbook *path* and return it; raises `DatasetError` where it cannot be written."""
    found = topics(comparison)
    with Book(path, "问题与整改措施比较") as book:
        book.about(list(_about(comparison, found)))
        book.sheet("概况", [Heading(title, width) for title, width in (("类别", 20), ("提出问题的地区", 10), ("问题", 8), ("做法", 8), ("最常见的做法（地区数）", 50), ("提出问题但没有找到措施的地区", 50))], _overview(comparison, found), frozen=1)
        book.sheet("问题", [Heading("类别", 18), *_PLACE, Heading("问题", _TEXT), Heading("把握", 7), *_FROM, Heading("问题编号", 22)], _problems(comparison), frozen=5)
        headings = [
            Heading("类别", 18), Heading("做法类型", 24), Heading("做法组", 8), Heading("采用的地区数", 8), Heading("采用的地区", 24), *_PLACE, Heading("做法", _TEXT), Heading("状态", 8), Heading("时限", 11), Heading("责任单位", 20),
            Heading("资金", 18), Heading("结果", 30), Heading("把握", 7), *_FROM, Heading("措施编号", 22), Heading("问题编号", 22),
        ]  # fmt: skip
        book.sheet("做法", headings, _steps(comparison, found), frozen=2)
        rare = [Heading("类别", 18), Heading("做法类型", 16), Heading("采用的地区", 24), Heading("提出同类问题、没有找到这种做法的地区", 50), Heading("做法", _TEXT), *_FROM]
        book.sheet("少数地区的做法", rare, _rare(found), frozen=2)
        moved = [Heading("类别", 18), *_PLACE, Heading("对象", 28), Heading("学段", 8), *(Heading(title, 12) for title in ("变化前", "变化后", "变化量", "变化前数值", "变化后数值", "单位")), Heading("原句", _TEXT), *_FROM, Heading("变化编号", 22)]
        book.sheet("数据的变化", moved, _movements(comparison), frozen=5)
        documents = [Heading("编号", 7), *_PLACE, Heading("文种", 10), Heading("标题", 40), Heading("问题", 7), Heading("措施", 7), Heading("来源文件", 30, link=True)]
        book.sheet("文档", documents, ([s.number, *_place(s), s.doc_type, s.title, s.problems, s.measures, s.path] for s in comparison.sources), frozen=4)
    return path


def _about(comparison: Comparison, found: Sequence[Topic]) -> Iterator[tuple[str, ...]]:
    yield ("问题与整改措施比较",)
    yield ("", "地区", "、".join(place.full for place in comparison.places))
    yield ("", "年份", "、".join(map(str, comparison.years)) or "不限")
    yield ("", "类别", "、".join(topic.name for topic in found))
    yield ("", "来源", f"{len(comparison.sources)} 个文档，见“文档”页")
    yield ("", "怎样读", "一条措施按句分成做法，每个做法按原文用词归类，一句话可以属于几类。只差数字和地名的做法属于同一个做法组。")
    yield ("", "核对", "“把握”低于 0.6 的类别请先看原文。没有找到，可能是文档没有写，也可能是程序没有认出。")
    for line in missing(comparison, found):
        yield ("", "缺什么", line)


def _place(source: Source) -> list[Any]:
    return [source.place.province, source.place.city, source.place.county, source.year]


def _from(source: Source, page: int | None) -> list[Any]:
    return [source.title, page, source.path]


def _overview(comparison: Comparison, found: Sequence[Topic]) -> Iterator[list[Any]]:
    counts = Counter(step.category for step in comparison.steps)
    for topic in found:
        yield [_named(topic), len(topic.stating), len(topic.problems), counts[topic.code], "、".join(f"{doing.name}（{len(doing.places)}）" for doing in topic.doings[:6]), listed_places(topic.idle)]


def _named(topic: Topic) -> str:
    return f"{topic.name}（{topic.code}）" if topic.code else topic.name


def _problems(comparison: Comparison) -> Iterator[list[Any]]:
    for problem in comparison.problems:
        yield [comparison.names[problem.category], *_place(problem.source), problem.text, problem.confidence, *_from(problem.source, problem.page), problem.problem_id]


def _steps(comparison: Comparison, found: Sequence[Topic]) -> Iterator[list[Any]]:
    """Yield each step once: sums over the rows count no money twice."""
    of_category: dict[str, dict[int, list[Step]]] = {}
    for step in comparison.steps:
        of_category.setdefault(step.category, {}).setdefault(step.cluster, []).append(step)
    for topic in found:
        for practice in sorted((Practice(steps[0], tuple(steps)) for steps in of_category.get(topic.code, {}).values()), key=lambda one: -len(one.places)):
            places = practice.places
            names = listed_places(places)
            for step in practice.steps:
                yield [
                    _named(topic), "、".join(comparison.names[code] for code in step.types), step.cluster + 1, len(places), names, *_place(step.source), step.text, STATUS.get(step.status, step.status), step.deadline,
                    "、".join(step.units), "、".join(step.money), "；".join(step.results), step.confidence, *_from(step.source, step.page), step.measure_id, step.problem_id,
                ]  # fmt: skip


def _rare(found: Sequence[Topic]) -> Iterator[list[Any]]:
    for topic in found:
        for rare in topic.rare:
            others = listed_places(rare.others)
            for practice in rare.doing.practices:
                for step in practice.steps:
                    if step.source.place in rare.by:
                        yield [_named(topic), rare.doing.name, step.source.place.name, others, step.text, *_from(step.source, step.page)]


def _movements(comparison: Comparison) -> Iterator[list[Any]]:
    for moved in comparison.movements:
        ends = (moved.before, moved.after)
        unit = next((end.unit for end in (*ends, moved.change) if end and end.unit), None)
        yield [
            comparison.names[moved.category], *_place(moved.source), moved.subject, moved.stage, *(_text(end) for end in (*ends, moved.change)), *(end.value if end else None for end in ends), unit,
            moved.sentence, *_from(moved.source, moved.page), moved.change_id,
        ]  # fmt: skip


def _text(end: End | None) -> str | None:
    return end.text if end else None
