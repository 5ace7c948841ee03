"""Show progress, the closing table of a run, and one document in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from doc_miner.dataset.describe import ROLES, SEVERITIES, STATUS
from doc_miner.dataset.rows import exact
from doc_miner.dataset.search import Found
from doc_miner.model import REVIEW_BELOW, Change, Figure, Measure, Problem, Report
from doc_miner.present.status import print_unfit

if TYPE_CHECKING:
    from pathlib import Path

    from doc_miner.archive import Summary

_RECORDS = {"problems": "问题", "measures": "措施", "figures": "数据", "changes": "变化", "targets": "年度目标", "citations": "引用文件", "findings": "核查"}


class _Rate(ProgressColumn):
    """How many files a second, over the last minute."""

    def render(self, task: Task) -> Text:
        """Return the rate as text, empty where there is none yet."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} 个/秒" if speed else "")


class Progress:
    """The progress bar of a run: how many of how many, how many a second, the document's name, the time left. Silent where there is no terminal."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TextColumn("剩余"), TimeRemainingColumn())
        self._bar = RichProgress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=60, disable=not sys.stderr.isatty())
        self._task = self._bar.add_task("准备", total=None)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def update(self, done: int, total: int, path: str) -> None:
        """Show that *done* of *total* files are through, the last one being *path*."""
        self._bar.update(self._task, completed=done, total=total, description=escape(PurePath(path).name[:40]))


def print_summary(summary: Summary, dataset: Path) -> None:
    """Print the closing table of a run, and each document that was not read with its reason."""
    console = Console(highlight=False)
    table = Table(title="本次运行", show_header=False, title_justify="left")
    table.add_row("文件", str(summary.found))
    table.add_row("读取", str(summary.read))
    table.add_row("未变化", str(summary.unchanged))
    for title, count in (("移动、改名或副本", summary.moved), ("已不在（保留）", len(summary.gone) + len(summary.reviewed)), ("已删除", len(summary.pruned))):
        if count:
            table.add_row(title, str(count))
    table.add_row("未能读取", str(len(summary.failures)))
    for name, title in _RECORDS.items():
        if summary.records.get(name):
            table.add_row(title, str(summary.records[name]))
    table.add_row("用时", f"{summary.seconds:.1f} 秒")
    console.print(table)
    for path, reason in summary.failures:
        console.print(Text(f"未能读取 {path}：{reason}"), soft_wrap=True)
    for path in summary.gone:
        console.print(Text(f"已不在 {path}：数据仍保留；加 --prune 可删除"), soft_wrap=True)
    for path in summary.reviewed:
        console.print(Text(f"已不在 {path}：有人工核对，未删除；先撤销核对，再加 --prune"), soft_wrap=True)
    for path in summary.pruned:
        console.print(Text(f"已删除 {path}"), soft_wrap=True)
    print_unfit(console, summary.unfit)
    console.print(Text(f"数据集：{dataset}"), soft_wrap=True)


def print_found(found: Found, query: str) -> None:
    """Print the hits of a search, each with its place and its snippet, the words marked."""
    console = Console(highlight=False)
    for number, hit in enumerate(found.hits, 1):
        place = " ".join(part for part in (hit.county, str(hit.year or ""), hit.title) if part) or PurePath(hit.path).name
        head = f"{number}. {hit.kind}　{place}"
        console.print(Text(head + (f"　第{hit.page}页" if hit.page else "") + (f"　{hit.count}处" if hit.count > 1 else ""), style="bold"), soft_wrap=True)
        snippet = Text(hit.snippet)
        for start, end in hit.marks:
            snippet.stylize("reverse", start, end)
        console.print(Text("   …").append_text(snippet).append("…"), soft_wrap=True)
        console.print(Text(f"   {hit.path}" + (f"　{hit.record_id}" if hit.record_id else ""), style="dim"), soft_wrap=True)
    if found.hits:
        console.print(Text(f"列出 {len(found.hits)} 条；共有 {found.documents} 个文档含有“{query}”。"), soft_wrap=True)
    else:
        console.print(Text(f"没有找到“{query}”。"), soft_wrap=True)


def print_report(report: Report, names: Mapping[str, str]) -> None:
    """Print one document: what it is, its outline, its problems with their measures, other measures, figures, findings.

    *names* gives the name of each category code.
    """
    console = Console(highlight=False)
    _head(console, report)
    _outline(console, report)
    shown: set[str] = set()
    for index, problem in enumerate(report.problems, 1):
        console.print(_problem_tree(report, index, problem, shown, names))
    others = [measure for measure in report.measures if measure.problem_id is None]
    if others:
        tree = Tree(Text("其他措施（未对应到问题）", style="bold"))
        for measure in others:
            _add_measure(tree, report, measure, shown, names)
        console.print(tree)
    rest = [figure for figure in report.figures if figure.figure_id not in shown]
    if rest:
        console.print(_figure_table(rest))
    if report.findings:
        tree = Tree(Text("核查", style="bold"))
        for finding in report.findings:
            tree.add(Text(f"{SEVERITIES[finding.severity]}：{finding.message}"))
        console.print(tree)


def _head(console: Console, report: Report) -> None:
    meta = report.metadata
    region = "".join(filter(None, (meta.region.province, meta.region.city, meta.region.county)))
    console.print(Text(meta.title or report.document.path, style="bold"))
    parts = [("类型", meta.doc_type), ("地区", region), ("发文", meta.issuer), ("文号", meta.doc_number), ("日期", meta.date)]
    console.print(Text("  ".join(f"{name}：{value}" for name, value in parts if value)))
    for warning in report.warnings:
        console.print(Text(f"注意：{warning.message}" + (f"（{warning.place}）" if warning.place else "")))


def _outline(console: Console, report: Report) -> None:
    if not report.sections:
        return
    tree = Tree(Text("大纲", style="bold"))
    nodes: dict[str, Tree] = {}
    for section in report.sections:
        if section.level > 3:
            continue
        parent = nodes.get(section.parent_id or "", tree)
        nodes[section.section_id] = parent.add(Text(f"{section.number} {section.heading[:36]}"))
    console.print(tree)


def _problem_tree(report: Report, index: int, problem: Problem, shown: set[str], names: Mapping[str, str]) -> Tree:
    label = f"问题{index} {_brief(problem.text, 90)} [{_named(problem.categories, names)}{_doubt(problem.confidence)}]"
    tree = Tree(Text(label, style="bold"))
    own = [f for f in report.figures if f.problem_id == problem.problem_id and f.measure_id is None and problem.start <= f.start < problem.end]
    if own:
        tree.add(Text("数据：" + "；".join(_figure(figure) for figure in own)))
    shown.update(f.figure_id for f in report.figures if f.problem_id == problem.problem_id and f.measure_id is None)
    measures = [m for m in report.measures if m.problem_id == problem.problem_id]
    for measure in measures:
        _add_measure(tree, report, measure, shown, names)
    if not measures:
        tree.add(Text("（未找到对应措施）"))
    return tree


def _add_measure(tree: Tree, report: Report, measure: Measure, shown: set[str], names: Mapping[str, str]) -> None:
    facts = [STATUS[measure.status]]
    if measure.deadline:
        facts.append(f"期限 {measure.deadline}")
    if measure.units:
        facts.append("责任 " + "、".join(measure.units[:4]))
    branch = tree.add(Text(f"措施（{'；'.join(facts)}）{_brief(measure.text, 70)} [{_named(measure.categories[:2], names)}{_doubt(measure.confidence)}]"))
    figures = [f for f in report.figures if f.measure_id == measure.measure_id]
    shown.update(f.figure_id for f in figures)
    moved = [_movement(change, figures) for change in report.changes if change.after in {f.figure_id for f in figures}]
    if moved:
        branch.add(Text("变化：" + "；".join(moved)))
    if figures:
        branch.add(Text("数据：" + "；".join(_figure(figure) for figure in figures)))


def _movement(change: Change, figures: Sequence[Figure]) -> str:
    by_id = {figure.figure_id: figure for figure in figures}
    before, after, amount = (by_id.get(key or "") for key in (change.before, change.after, change.change))
    subject = (after or before or amount).subject if (after or before or amount) else ""  # type: ignore[union-attr]
    arrow = f"{before.text}→{after.text}" if before and after else after.text if after else ""
    return f"{subject} {arrow}" + (f"（{'变化' if amount.role == 'change' else ''}{amount.text}）" if amount else "")


def _figure(figure: Figure) -> str:
    if figure.missing:
        return f"{figure.subject[-16:]} {figure.text.strip()}（缺）"
    return f"{figure.subject} {figure.text}"


def _figure_table(figures: Sequence[Figure]) -> Table:
    table = Table(title="其他数据", title_justify="left")
    for title in ("内容", "原文", "数值", "单位", "学段", "年份", "性质", "类别"):
        table.add_column(title, overflow="fold")
    for figure in figures:
        value = "缺" if figure.missing else exact(figure.value) or ""
        if figure.value_max is not None:
            value += f"—{exact(figure.value_max)}"
        sign = "" if figure.qualifier == "=" else figure.qualifier
        cells = (figure.subject, figure.text, f"{sign}{value}", figure.unit or "", figure.stage or "", str(figure.year or ""), ROLES[figure.role], (figure.category or "") + ("" if figure.missing else _doubt(figure.confidence)))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return "、".join(f"{code} {names.get(code, '')}".strip() for code in codes)


def _doubt(confidence: float) -> str:
    """Return the mark of a category that a person should check."""
    return "" if confidence >= REVIEW_BELOW else f"，待复核，把握{confidence:.0%}"


def _brief(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
