"""Write a panel as CSV, Parquet, a workbook or a web page, by the suffix of the file."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from doc_miner.compare.book import Book, Heading
from doc_miner.compare.page import write_page
from doc_miner.compare.panel import Panel, Value
from doc_miner.compare.panel_charts import multiples
from doc_miner.compare.panel_rows import (
    BELOW,
    INTEGERS,
    LONG,
    MET,
    MIXED,
    NUMBERS,
    cell,
    grouped,
    long_rows,
    standard,
    thresholds,
    wide_header,
    wide_rows,
    written,
)
from doc_miner.dataset.aside import aside
from doc_miner.errors import SettingsError

_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_MOST_SERIES, _MOST_VALUES = 400, 1000
"""Rows of the tables of a page; all of them stand in the other formats."""


def write_panel(panel: Panel, path: Path) -> list[Path]:
    """Write *panel* to *path* and return the files: ``.csv`` and ``.parquet`` (long, and the wide one beside), ``.xlsx`` or ``.html``.

    Raises `SettingsError` for another suffix or a library that is not installed, `DatasetError` where a file cannot be written.
    """
    writer = FORMATS.get(path.suffix.lower())
    if writer is None:
        raise SettingsError(f"--out {path.name}：不认识的后缀；可用：{'、'.join(FORMATS)}。")
    return writer(panel, path)


def _wide_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}_wide{path.suffix}")


def _csv(panel: Panel, path: Path) -> list[Path]:
    long: Iterable[list[Any]] = chain([[title for _, title in LONG]], ([row.get(name) for name, _ in LONG] for row in long_rows(panel)))
    return [_write_csv(path, long), _write_csv(_wide_path(path), chain([wide_header(panel)], wide_rows(panel)))]


def _write_csv(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    with aside(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([_plain(value) for value in row] for row in rows)
    return path


def _plain(value: Any) -> Any:
    """Return a cell of a CSV file: empty for what is unknown, and no text that a spreadsheet would take for a formula."""
    return "" if value is None else f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) and value != "=" else value


def _parquet(panel: Panel, path: Path) -> list[Path]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise SettingsError("写 Parquet 需要 pyarrow；请运行 pip install 'doc-miner[parquet]'，或把 --out 改为 .csv 文件。") from error
    rows = list(long_rows(panel))
    kinds = {name: pyarrow.float64() if name in NUMBERS else pyarrow.int64() if name in INTEGERS else pyarrow.string() for name, _ in LONG}
    fields = [pyarrow.field(name, kinds[name], metadata={"title": title}) for name, title in LONG]
    long = pyarrow.table([pyarrow.array([_typed(name, row.get(name)) for row in rows], kinds[name]) for name, _ in LONG], schema=pyarrow.schema(fields))
    header = wide_header(panel)
    wide = pyarrow.table([pyarrow.array(column, pyarrow.string()) for column in zip(*wide_rows(panel), strict=True)] or [pyarrow.array([], pyarrow.string())] * len(header), header)
    for file, table in ((path, long), (_wide_path(path), wide)):
        with aside(file) as part:
            pyarrow.parquet.write_table(table, part, compression="zstd")
    return [path, _wide_path(path)]


def _typed(name: str, value: Any) -> Any:
    return None if value is None else float(value) if name in NUMBERS else int(value) if name in INTEGERS else str(value)


def _book(panel: Panel, path: Path) -> list[Path]:
    with Book(path, f"{panel.code} {panel.name}") as book:
        book.about([(f"{panel.code} {panel.name}",), *(("", *pair) for pair in about(panel)), ("", "怎样读", "缺：没有找到数据；冲突：同一对象有几个不同的数，都列出，不取平均；多值：几个对象各有数。每个数的原句和出处见“依据”。")])
        header = wide_header(panel)
        book.sheet("宽表", [Heading(title, 12 if title != "对象" else 28) for title in header], (list(map(_number, row, header)) for row in wide_rows(panel)), frozen=4)
        rows = list(long_rows(panel))
        evidence = {"text", "sentence", "title", "page", "path", "confidence", "figure_id"}
        plain = [(name, title) for name, title in LONG if name not in evidence]
        book.sheet("长表", [Heading(title, 28 if name == "subject" else 11) for name, title in plain], ([row.get(name) for name, _ in plain] for row in rows), frozen=5)
        shown_columns = [(name, title) for name, title in LONG if name in {"county", "city", "province", "year", "stage", "subject", "unit", "value_exact", "qualifier", "state", *evidence}]
        widths = {"sentence": 60, "title": 28, "path": 30, "subject": 28}
        found = ([row.get(name) for name, _ in shown_columns] for row in rows if row.get("figure_id"))
        book.sheet("依据", [Heading(title, widths.get(name, 11), link=name == "path") for name, title in shown_columns], found, frozen=4)
    return [path]


def _number(text: str, title: str) -> str | float:
    """Return a single value in the column of a year as a number, everything else as it is."""
    return float(text) if title.isdigit() and _DECIMAL.fullmatch(text) else text


def about(panel: Panel) -> list[tuple[str, str]]:
    """Return what a panel is of, as pairs of title and text."""
    norms = "、".join(map(written, thresholds(panel)))
    source = panel.indicator.source if panel.indicator else ""
    documents = {value.doc_id for value in panel.values}
    latest = Counter(next((one.met for year in reversed(panel.years) if (one := cell(series, year)).values), "") for series in panel.series)
    verdicts = [(f"各地区{'（分学段）' if len({series.stage for series in panel.series}) > 1 else ''}最近一年：" + "、".join(f"{verdict or '不能判断'} {latest[verdict]} 个" for verdict in (MET, BELOW, MIXED, "") if latest[verdict]))] if norms and latest else []
    return [
        ("标准", f"{norms}（{source}）" if norms else source or "类别没有统一的标准，单项指标请用 --indicator"),
        *(("达标", text) for text in verdicts),
        ("地区", f"{len(panel.places)} 个，其中 {len(panel.places) - len(panel.without)} 个有数据"),
        ("年份", "、".join(map(str, panel.years)) or "没有"),
        ("来源", f"{len(documents)} 个文档中的 {len(panel.values)} 个数据：现状、变化后，以及写明年份的变化前；计划和标准不算"),
    ]


def _page(panel: Panel, path: Path) -> list[Path]:
    ordered = sorted(panel.series, key=lambda series: (series.stage or "", series.unit or "", series.subject or ""))
    groups = [(stage, unit, list(found)) for (stage, unit), found in groupby(ordered[:_MOST_SERIES], key=lambda series: (series.stage, series.unit))]
    missing = [f"没有数据的地区：{'、'.join(place.name for place in panel.without)}。"] if panel.without else []
    years = [year for year in panel.years if not any(value.year == year for value in panel.values)]
    missing += [f"没有数据的年份：{'、'.join(map(str, years))}。"] if years else []
    undated = sum(not value.stated for value in panel.values)
    missing += [f"{undated} 个数据的原文没有写年份，按文档的成文年份计，表中标 *。"] if undated else []
    evidence = sorted(panel.values, key=_place_first)[:_MOST_VALUES]
    write_page(
        path, "panel.html.j2", multiples(panel), title=f"{panel.code} {panel.name}", panel=panel, about=about(panel), groups=groups, missing=missing, cell=cell, standard=standard,
        shown=grouped, evidence=evidence, ids={value.figure_id: number for number, value in enumerate(evidence, 1)}, all_series=len(panel.series), most_series=_MOST_SERIES,
    )  # fmt: skip
    return [path]


def _place_first(value: Value) -> tuple[str, str, int, str]:
    return value.place.code or "9", value.place.full, value.year, value.stage or ""


FORMATS: dict[str, Callable[[Panel, Path], list[Path]]] = {".csv": _csv, ".xlsx": _book, ".parquet": _parquet, ".html": _page}
"""Suffix to the function that writes it."""
