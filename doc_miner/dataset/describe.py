"""What each column of the dataset means, in Chinese and English: one file, ``columns.tsv``, for every export."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from doc_miner.dataset.schema import TABLES

TABLE_TITLES: Mapping[str, str] = {
    "documents": "文档", "files": "文件", "tables": "表格", "sections": "大纲", "problems": "问题", "measures": "整改措施", "figures": "数据",
    "changes": "变化", "targets": "年度目标", "citations": "引用文件", "findings": "核查", "reviews": "核对",
    "categories": "类别名称", "indicators": "指标名称", "roots": "来源路径",
}  # fmt: skip
"""The tables as users call them."""
STATUS = {"done": "已完成", "ongoing": "进行中", "planned": "计划"}
ROLES = {"level": "现状", "before": "变化前", "after": "变化后", "change": "变化量", "plan": "计划", "standard": "标准"}
QUALIFIERS = {"=": "", ">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "~": "约"}
SEVERITIES = {"error": "矛盾", "warning": "存疑", "info": "提示"}
VERDICTS = {"added": "补录", "corrected": "已更正", "confirmed": "已核对"}
READ = {"ok": "已读取", "partial": "部分读取", "failed": "未能读取"}
"""Codes of the dataset as users read them: status of a measure, role and qualifier of a figure, severity of a finding, verdict of a review, status of a document."""


@dataclass(frozen=True, slots=True)
class Description:
    """A column for people: its Chinese title, and what it holds in Chinese and English."""

    title: str
    zh: str
    en: str


@lru_cache(maxsize=1)
def descriptions() -> Mapping[tuple[str, str], Description]:
    """Return (table, column) to its description for all columns; a row ``*`` holds for every table without one of its own."""
    with files("doc_miner.dataset").joinpath("columns.tsv").open(encoding="utf-8") as file:
        listed = {(row["table"], row["column"]): Description(row["title"], row["zh"], row["en"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    return {(table, column.name): listed.get((table, column.name)) or listed["*", column.name] for table, columns in TABLES.items() for column in columns}
