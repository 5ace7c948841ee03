"""The fields of the records as the page shows them: title, how each is typed in, what it may be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from doc_miner.dataset.describe import QUALIFIERS, ROLES, STATUS, descriptions
from doc_miner.dataset.review_fields import FIELDS, KINDS
from doc_miner.lexicon import STAGES
from doc_miner.review.reading import list_regions, names_of

KIND_NAMES = {"problem": "问题", "measure": "措施", "figure": "数据"}
VERDICTS = {"confirmed": "确认", "corrected": "更正", "rejected": "否定", "added": "新增"}
STATES = {"applied": "有效", "replaced": "已被取代", "undone": "已撤销", "unfit": "不再适用"}
_FORMS = {
    "categories": "codes", "units": "list", "value": "number", "value_max": "number", "year": "year", "deadline": "date", "missing": "yes",
    "problem_id": "problem", "measure_id": "measure", "span": "span", "unit": "text", "subject": "text",
}  # fmt: skip
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "status": STATUS, "role": ROLES, "qualifier": QUALIFIERS | {"=": "等于（无限定）"}, "stage": {stage: stage for stage in STAGES},
}  # fmt: skip
_NEVER_NULL = ("status", "role", "qualifier")


def title_of(kind: str, field: str) -> str:
    """Return a field as people call it."""
    return {"span": "原文范围", "problem_id": "所属问题", "measure_id": "所属措施", "": "整条记录"}.get(field) or descriptions()[KINDS[kind], field].title


def vocabulary(db: sqlite3.Connection) -> dict[str, Any]:
    """Return what the page must know of a dataset to show and edit records."""
    categories, indicators = names_of(db, "categories"), names_of(db, "indicators")
    named = {
        "categories": _options(categories), "category": [_nothing(), *_options(categories)], "indicator": [_nothing(), *_options(indicators)],
        **{field: [*([] if field in _NEVER_NULL else [_nothing()]), *({"value": v, "name": n} for v, n in names.items())] for field, names in _CHOICES.items()},
    }  # fmt: skip
    fields = {kind: [{"name": f, "title": title_of(kind, f), "form": _FORMS.get(f, "choice"), "options": named.get(f, [])} for f in FIELDS[kind]] for kind in KINDS}
    return {"fields": fields, "categories": {one["code"]: one["name"] for one in categories}, "regions": list_regions(db)}


def _options(names: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    return [{"value": one["code"], "name": f"{one['code']} {one['name']}"} for one in names]


def _nothing() -> dict[str, Any]:
    return {"value": None, "name": "（无）"}
