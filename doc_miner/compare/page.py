"""Write a report as one HTML file that asks for nothing outside itself.

Text is escaped by the templates, charts are SVG whose texts were escaped when they were drawn. The page forbids itself every
request, and every script but its own (by its hash), in a Content-Security-Policy; it is whole without the script too.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doc_miner import __version__
from doc_miner.compare.charts import Chart
from doc_miner.compare.places import Place
from doc_miner.dataset.aside import aside
from doc_miner.dataset.describe import STATUS
from doc_miner.errors import SettingsError

if TYPE_CHECKING:
    import jinja2

_SCRIPT = """
addEventListener("DOMContentLoaded", function () {
  var tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.appendChild(tip);
  function show(event) {
    var mark = event.target.closest && event.target.closest("[data-tip]");
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.getAttribute("data-tip");
    var room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(event.clientX + 14, room)) + "px";
    var under = event.clientY + 16;
    tip.style.top = (under + tip.offsetHeight > innerHeight ? Math.max(8, event.clientY - tip.offsetHeight - 12) : under) + "px";
  }
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
  document.addEventListener("scroll", function () { tip.hidden = true; }, true);
});
addEventListener("beforeprint", function () {
  document.querySelectorAll("details").forEach(function (one) { one.open = true; });
});
"""


def write_page(path: Path, template: str, charts: Sequence[Chart], **values: Any) -> Path:
    """Write the report *template* with *values* to *path* and return it.

    Raises `SettingsError` where jinja2 (extra ``report``) is not installed, `DatasetError` where the file cannot be written.
    """
    try:
        page = _environment().get_template(template)
    except ImportError as error:
        raise SettingsError("生成网页报告需要 jinja2；请运行 pip install 'doc-miner[report]'，或把 --out 改为 .xlsx 文件。") from error
    policy = (
        f"default-src 'none'; script-src {_source(_SCRIPT)}; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )
    with aside(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(page.generate(policy=policy, script=_SCRIPT, charts=charts, version=__version__, today=Date.today().isoformat(), statuses=STATUS, **values))
    return path


def _environment() -> jinja2.Environment:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(loader=jinja2.PackageLoader("doc_miner.compare"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["own"] = Markup
    environment.filters["by_place"] = _by_place
    environment.filters["spread"] = spread
    environment.filters["names"] = lambda places: "、".join(place.name for place in places)
    return environment


def spread(records: Sequence[Any], most: int) -> list[Any]:
    """Return at most so many of *records*, taken from their regions in turn, in the order in which they stood: no region crowds out another."""
    if len(records) <= most:
        return list(records)
    turns: Counter[Place] = Counter()
    ranked = []
    for number, record in enumerate(records):
        turns[record.source.place] += 1
        ranked.append((turns[record.source.place], number))
    return [records[number] for number in sorted(number for _, number in sorted(ranked)[:most])]


def _by_place(groups: Iterable[tuple[int, list[Any]]]) -> list[tuple[Place, list[Any]]]:
    """Return records that are grouped by the number of their document as groups by region; documents of a region stand together."""
    out: dict[Place, list[Any]] = {}
    for _, records in groups:
        out.setdefault(records[0].source.place, []).extend(records)
    return list(out.items())


def _source(script: str) -> str:
    """Return how a policy allows one script and no other: by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
