"""Write a report as one HTML file that asks for nothing outside itself.

Text is escaped by the templates; charts travel as JSON in which no ``<`` is left. The page forbids itself every
request, and every script but its own two (by their hashes), in a Content-Security-Policy.
"""

from __future__ import annotations

import base64
import hashlib
import json
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

_DRAW = """
addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll("script[type='application/json']").forEach(function (data) {
    var place = data.previousElementSibling, figure = JSON.parse(data.textContent);
    place.textContent = "";
    Plotly.newPlot(place, figure.data, figure.layout, {displayModeBar: false, responsive: false});
  });
});
addEventListener("beforeprint", function () {
  document.querySelectorAll("details").forEach(function (one) { one.open = true; });
});
"""


def write_page(path: Path, template: str, charts: Sequence[Chart], **values: Any) -> Path:
    """Write the report *template* with *values* to *path* and return it.

    Raises `SettingsError` where jinja2 or plotly (extra ``report``) is not installed, `DatasetError` where the file cannot be written.
    """
    try:
        from plotly.offline import get_plotlyjs  # type: ignore[import-not-found,unused-ignore]

        page = _environment().get_template(template)
    except ImportError as error:
        raise SettingsError("生成网页报告需要 jinja2 和 plotly；请运行 pip install 'doc-miner[report]'，或把 --out 改为 .xlsx 文件。") from error
    scripts = [get_plotlyjs(), _DRAW] if charts else [_DRAW]
    policy = (
        f"default-src 'none'; script-src {' '.join(map(_source, scripts))}; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )
    with aside(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(page.generate(policy=policy, scripts=scripts, charts=charts, version=__version__, today=Date.today().isoformat(), statuses=STATUS, **values))
    return path


def chart_json(figure: Any) -> str:
    """Return *figure* as JSON that may stand in a script element: no character of it can end the element or open a comment.

    >>> chart_json({"text": "</script><!--"})
    '{"text":"\\\\u003c/script\\\\u003e\\\\u003c!--"}'
    """
    text = json.dumps(figure, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _environment() -> jinja2.Environment:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(loader=jinja2.PackageLoader("doc_miner.compare"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["chart_json"] = lambda figure: Markup(chart_json(figure))
    environment.filters["own_script"] = Markup
    environment.filters["by_place"] = _by_place
    environment.filters["names"] = lambda places: "、".join(place.name for place in places)
    return environment


def _by_place(groups: Iterable[tuple[int, list[Any]]]) -> list[tuple[Place, list[Any]]]:
    """Return records that are grouped by the number of their document as groups by region; documents of a region stand together."""
    out: dict[Place, list[Any]] = {}
    for _, records in groups:
        out.setdefault(records[0].source.place, []).extend(records)
    return list(out.items())


def _source(script: str) -> str:
    """Return how a policy allows one script and no other: by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
