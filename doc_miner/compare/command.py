"""What the commands ``compare`` and ``panel`` do, from the options as typed to the sentence that tells the result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from doc_miner.compare import options
from doc_miner.compare.comparison import compare_regions
from doc_miner.compare.panel import build_panel
from doc_miner.compare.panel_files import FORMATS as PANEL_FORMATS
from doc_miner.compare.panel_files import write_panel
from doc_miner.compare.panel_rows import CONFLICT, cell
from doc_miner.compare.report import write_report
from doc_miner.compare.report_book import write_book
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon

Typed = Sequence[str] | None
FORMATS = {".html": write_report, ".xlsx": write_book}
"""Suffix to the function that writes a comparison."""


def write_comparison(dataset: Path, out: Path, lexicons: Path | None, *, regions: Typed = None, categories: Typed = None, years: Typed = None) -> str:
    """Compare regions, write the report and return what was done; raises `SettingsError` or `DatasetError`."""
    _check(out, FORMATS)
    lexicon = Lexicon.load(lexicons)
    comparison = compare_regions(
        dataset, lexicon, regions=options.listed(regions), categories=options.categories(categories, lexicon.categories), years=options.years(years)
    )
    FORMATS[out.suffix.lower()](comparison, out)
    measures = len({step.measure_id for step in comparison.steps})
    told = f"比较了 {len(comparison.places)} 个地区的 {len(comparison.sources)} 个文档：问题 {len(comparison.problems)} 条，措施 {measures} 条，数据的变化 {len(comparison.movements)} 次。"
    missing = f"\n没有文档的地区：{'、'.join(place.name for place in comparison.without)}。" if comparison.without else ""
    return f"{told}{missing}\n已写出 {out}"


def write_indicator_panel(
    dataset: Path, out: Path, lexicons: Path | None, *, indicator: str | None = None, category: str | None = None, regions: Typed = None, years: Typed = None
) -> str:
    """Build a panel, write it and return what was done; raises `SettingsError` or `DatasetError`."""
    _check(out, PANEL_FORMATS)
    lexicon = Lexicon.load(lexicons)
    panel = build_panel(dataset, lexicon, indicator=indicator, category=category, regions=options.listed(regions), years=options.years(years))
    files = write_panel(panel, out)
    conflicts = sum(cell(series, year).state == CONFLICT for series in panel.series for year in series.cells)
    told = f"{panel.code} {panel.name}：{len(panel.places) - len(panel.without)} 个地区有 {len(panel.values)} 个数据，冲突 {conflicts} 处；{len(panel.without)} 个地区没有数据。"
    return f"{told}\n已写出 {'、'.join(map(str, files))}"


def _check(out: Path, formats: Collection[str]) -> None:
    """Refuse an unknown suffix before anything is read."""
    if out.suffix.lower() not in formats:
        raise SettingsError(f"--out {out.name}：不认识的后缀；可用：{'、'.join(formats)}。")
