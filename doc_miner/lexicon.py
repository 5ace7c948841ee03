"""Read and check the files under ``lexicons/``; everything a policy person can edit without code.

The files are TSV, one entry a line, UTF-8, with a header line. `Lexicon.load` reads them
all into one frozen value that is passed to the stages; nothing is read at import.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from doc_miner.errors import LexiconError, SettingsError
from doc_miner.regions import RegionTable
from doc_miner.textfold import fold

QUALIFIERS = ("=", ">=", "<=", ">", "<", "~")
ROLES = ("problem", "response", "measure", "plan", "recommendation", "principle", "goal", "situation", "requirement", "progress", "units", "deadline", "target", "attachment")
STAGES = ("小学", "初中", "九年一贯制", "学前", "高中", "特教")
DOC_TYPES = ("整改报告", "整改方案", "工作汇报", "实施方案", "督导反馈", "自评报告", "统计公报", "其他")

FILES: Mapping[str, tuple[str, ...]] = {
    "units.tsv": ("form", "unit", "factor", "kind", "note"),
    "qualifiers.tsv": ("form", "position", "qualifier", "note"),
    "counted_nouns.tsv": ("noun", "unit"),
    "set_phrases.tsv": ("form",),
    "headings.tsv": ("form", "role"),
    "cues.tsv": ("kind", "form"),
    "doc_types.tsv": ("doc_type", "form"),
    "categories.tsv": ("code", "name", "dimension", "scope"),
    "category_cues.tsv": ("code", "form", "weight"),
    "indicators.tsv": ("code", "number", "name", "category", "thresholds", "synonyms", "source"),
    "action_types.tsv": ("code", "name", "cues", "except", "example", "counterexample"),
    "quantities.tsv": ("form", "units", "least", "most", "example", "counterexample"),
}
"""File name to its columns; ``regions.tsv`` is read by `doc_miner.regions`."""

CUE_KINDS = (
    "status-done", "status-ongoing", "status-planned", "deadline", "problem", "problem-negated", "problem-intro", "action", "exhortation", "preamble",
    "stage-小学", "stage-初中", "stage-九年一贯制", "stage-学前", "stage-高中", "stage-特教", "navigation",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A written form of a unit: its base unit and the factor that takes a value there."""

    unit: str
    factor: int
    kind: str


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A comparator as written: where it stands (before or after the number) and what it means."""

    position: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Category:
    """An indicator category of ``categories.tsv``."""

    code: str
    name: str
    dimension: str
    scope: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a standard asks for: a value, its qualifier and unit, for one stage (``None``: for all)."""

    stage: str | None
    qualifier: str
    value: Decimal
    unit: str | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """An official indicator with its category, thresholds and the clause of the rule that sets it."""

    code: str
    number: int
    name: str
    category: str
    thresholds: tuple[Threshold, ...]
    synonyms: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ActionType:
    """A kind of doing (recruiting, building): the wordings that show it, and those that only look like it.

    ``…`` in a wording stands for up to `GAP` characters within one clause.
    """

    code: str
    name: str
    cues: tuple[str, ...]
    exceptions: tuple[str, ...]

    def found(self, text: str) -> bool:
        """Return whether *text* shows it."""
        pieces = "|".join(map(gapped, self.exceptions))
        return bool(re.search("|".join(map(gapped, self.cues)), re.sub(pieces, "\n", fold(text)) if pieces else fold(text)))


@dataclass(frozen=True, slots=True)
class Quantity:
    """What an amount named by a wording cannot be: in these units not at all (no limits given), or not below *least* and above *most*."""

    form: str
    units: tuple[str, ...]
    least: Decimal | None
    most: Decimal | None
    example: str
    counterexample: str


@dataclass(frozen=True, slots=True)
class Quantities:
    """The rows of ``quantities.tsv``: by wording and refused unit, and those with limits by unit; ``lengths`` are those of the refusing wordings, longest first."""

    rows: tuple[Quantity, ...]
    refused: Mapping[tuple[str, str], Quantity]
    limited: Mapping[str, tuple[Quantity, ...]]
    lengths: tuple[int, ...]


GAP = 16
"""Characters that a ``…`` in a cue of ``action_types.tsv`` stands for at most."""


def gapped(form: str) -> str:
    """Return the pattern of a wording in which ``…`` stands for some characters of the same clause."""
    return f"[^。;\n]{{0,{GAP}}}?".join(re.escape(part) for part in form.split("…"))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All lexicons of one folder. ``digest`` changes with any of their bytes, and with those of a model trained for them."""

    units: Mapping[str, Unit]
    qualifiers: Mapping[str, Qualifier]
    counted_nouns: Mapping[str, str]
    set_phrases: tuple[str, ...]
    headings: Mapping[str, str]
    cues: Mapping[str, tuple[str, ...]]
    doc_types: tuple[tuple[str, str], ...]
    categories: Mapping[str, Category]
    category_cues: Mapping[str, Mapping[str, int]]
    indicators: Mapping[str, Indicator]
    action_types: Mapping[str, ActionType]
    quantities: Quantities
    regions: RegionTable
    digest: str
    folder: Path = field(compare=False)

    @staticmethod
    def load(folder: Path | None = None) -> Lexicon:
        """Return the lexicons of *folder* (default: those shipped), or raise `LexiconError` with all their faults."""
        folder = folder or shipped_folder()
        lexicon, faults = _read(folder)
        if faults or lexicon is None:
            raise LexiconError(faults)
        return lexicon


def shipped_folder() -> Path:
    """Return where the lexicons are: inside an installed wheel, else at the root of the checkout."""
    here = Path(__file__).resolve().parent
    for candidate in (here / "_lexicons", here.parent / "lexicons"):
        if (candidate / "units.tsv").is_file():
            return candidate
    raise SettingsError("找不到词典文件夹 lexicons；请用 --lexicons 指定，或重新安装 doc-miner。")


@lru_cache(maxsize=4)
def default_lexicon() -> Lexicon:
    """Return the shipped lexicons, read once in a process."""
    return Lexicon.load()


def check_lexicons(folder: Path | None = None) -> list[str]:
    """Return all faults of the lexicons of *folder*, each as ``path:line: message``; empty if there are none."""
    return _read(folder or shipped_folder())[1]


# --- reading ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Row:
    path: Path
    line: int
    cells: dict[str, str]

    def fault(self, message: str) -> str:
        return f"{self.path.name}:{self.line}: {message}"


def _read(folder: Path) -> tuple[Lexicon | None, list[str]]:
    faults: list[str] = []
    rows = {name: list(_rows(folder / name, columns, faults)) for name, columns in FILES.items()}
    faults += [fault for name, key in _KEYS.items() for fault in _repeated(rows[name], key)]
    units = _units(rows["units.tsv"], faults)
    qualifiers = _qualifiers(rows["qualifiers.tsv"], faults)
    categories = {row.cells["code"]: Category(**row.cells) for row in rows["categories.tsv"]}
    indicators = _indicators(rows["indicators.tsv"], units, categories, faults)
    for row in rows["counted_nouns.tsv"]:
        if row.cells["unit"] not in {unit.unit for unit in units.values()}:
            faults.append(row.fault(f"单位“{row.cells['unit']}”不在 units.tsv 中。"))
    faults += _closed(rows["headings.tsv"], "role", ROLES)
    faults += _closed(rows["cues.tsv"], "kind", CUE_KINDS)
    faults += _closed(rows["doc_types.tsv"], "doc_type", DOC_TYPES)
    category_cues = _category_cues(rows["category_cues.tsv"], categories, faults)
    action_types = _action_types(rows["action_types.tsv"], faults)
    quantities = _quantities(rows["quantities.tsv"], units, faults)
    regions = None
    try:
        regions = RegionTable.load(folder / "regions.tsv")
    except LexiconError as error:
        faults += error.faults
    if faults or regions is None:
        return None, faults
    cues: dict[str, list[str]] = {kind: [] for kind in CUE_KINDS}
    for row in rows["cues.tsv"]:
        cues[row.cells["kind"]].append(fold(row.cells["form"]))
    return (
        Lexicon(
            units=units,
            qualifiers=qualifiers,
            counted_nouns={row.cells["noun"]: row.cells["unit"] for row in rows["counted_nouns.tsv"]},
            set_phrases=tuple(fold(row.cells["form"]) for row in rows["set_phrases.tsv"]),
            headings={fold(row.cells["form"]): row.cells["role"] for row in rows["headings.tsv"]},
            cues={kind: tuple(forms) for kind, forms in cues.items()},
            doc_types=tuple((row.cells["form"], row.cells["doc_type"]) for row in rows["doc_types.tsv"]),
            categories=categories,
            category_cues=category_cues,
            indicators=indicators,
            action_types=action_types,
            quantities=quantities,
            regions=regions,
            digest=_digest(folder),
            folder=folder,
        ),
        faults,
    )


_KEYS: Mapping[str, tuple[str, ...]] = {
    "units.tsv": ("form",),
    "qualifiers.tsv": ("form", "position"),
    "counted_nouns.tsv": ("noun",),
    "set_phrases.tsv": ("form",),
    "headings.tsv": ("form",),
    "cues.tsv": ("kind", "form"),
    "doc_types.tsv": ("form",),
    "categories.tsv": ("code",),
    "category_cues.tsv": ("code", "form"),
    "indicators.tsv": ("code",),
    "action_types.tsv": ("code",),
    "quantities.tsv": ("form", "units"),
}


_LINE_END = re.compile(r"\r\n|[\r\n]")


def _rows(path: Path, columns: tuple[str, ...], faults: list[str]) -> Iterator[_Row]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError:
        faults.append(f"{path.name}:1: 文件不存在或不能读取。")
        return
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}:1: 不是 UTF-8 编码（第 {error.start} 字节）；请另存为 UTF-8。")
        return
    lines = _LINE_END.split(text.removeprefix("\ufeff"))  # not splitlines, which also cuts inside cells, at U+2028 and the like
    if not lines or tuple(lines[0].split("\t")) != columns:
        faults.append(f"{path.name}:1: 首行应为：{' '.join(columns)}（以制表符分隔）。")
        return
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) > len(columns):
            faults.append(f"{path.name}:{number}: 有 {len(cells)} 列，应为 {len(columns)} 列。")
            continue
        cells += [""] * (len(columns) - len(cells))
        empty = next((column for column in dict.fromkeys((columns[0], *_KEYS[path.name])) if not cells[columns.index(column)].strip()), None)
        if empty is not None:  # an empty form would stand at every place of every text
            faults.append(f"{path.name}:{number}: {'第一列' if empty == columns[0] else f'{empty} 列'}为空。")
            continue
        if any(cell != cell.strip() for cell in cells):
            faults.append(f"{path.name}:{number}: 单元格前后有多余空白。")
            continue
        yield _Row(path, number, dict(zip(columns, cells, strict=True)))


def _repeated(rows: Iterable[_Row], key: tuple[str, ...]) -> Iterator[str]:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        value = tuple(fold(row.cells[column]) for column in key)
        if value in seen:
            yield row.fault(f"“{' '.join(value)}”重复，已见于第 {seen[value]} 行；请保留一行。")
        seen.setdefault(value, row.line)


def _closed(rows: Iterable[_Row], column: str, allowed: Iterable[str]) -> Iterator[str]:
    allowed = tuple(allowed)
    for row in rows:
        if row.cells[column] not in allowed:
            yield row.fault(f"{column} 不能是“{row.cells[column]}”；可用：{'、'.join(allowed)}。")


def _units(rows: Iterable[_Row], faults: list[str]) -> dict[str, Unit]:
    units = {}
    for row in rows:
        if not row.cells["factor"].isdigit() or int(row.cells["factor"]) == 0:
            faults.append(row.fault(f"factor 应为正整数，现为“{row.cells['factor']}”。"))
            continue
        units[fold(row.cells["form"])] = Unit(row.cells["unit"], int(row.cells["factor"]), row.cells["kind"])
    return units


def _qualifiers(rows: Iterable[_Row], faults: list[str]) -> dict[str, Qualifier]:
    rows = list(rows)
    faults += _closed(rows, "position", ("before", "after"))
    faults += _closed(rows, "qualifier", QUALIFIERS)
    return {fold(row.cells["form"]): Qualifier(row.cells["position"], row.cells["qualifier"]) for row in rows}


def _category_cues(rows: Iterable[_Row], categories: Mapping[str, Category], faults: list[str]) -> dict[str, dict[str, int]]:
    cues: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.cells["code"] not in categories:
            faults.append(row.fault(f"类别“{row.cells['code']}”不在 categories.tsv 中。"))
        elif row.cells["weight"] not in ("1", "2", "3"):
            faults.append(row.fault(f"weight 应为 1、2 或 3，现为“{row.cells['weight']}”。"))
        else:
            cues.setdefault(fold(row.cells["form"]), {})[row.cells["code"]] = int(row.cells["weight"])
    return cues


_THRESHOLD = re.compile(r"(?P<stage>[一-鿿]*)(?P<qualifier>[<>]?=|[<>])(?P<value>\d+(?:\.\d+)?)(?P<unit>.*)")


def _indicators(rows: Iterable[_Row], units: Mapping[str, Unit], categories: Mapping[str, Category], faults: list[str]) -> dict[str, Indicator]:
    known_units = {unit.unit for unit in units.values()} | {""}
    indicators = {}
    for row in rows:
        if row.cells["category"] not in categories:
            faults.append(row.fault(f"类别“{row.cells['category']}”不在 categories.tsv 中。"))
        if not row.cells["number"].isdigit():
            faults.append(row.fault(f"number 应为整数，现为“{row.cells['number']}”。"))
            continue
        thresholds = []
        for part in filter(None, row.cells["thresholds"].split(";")):
            match = _THRESHOLD.fullmatch(part)
            if match is None or (match["stage"] and match["stage"] not in STAGES) or match["unit"] not in known_units:
                faults.append(row.fault(f"thresholds 中“{part}”不能识别；写法如：小学>=4.2人;初中>=5.3人。"))
                continue
            try:
                value = Decimal(match["value"])
            except InvalidOperation:  # pragma: no cover - the pattern allows numbers only
                continue
            thresholds.append(Threshold(match["stage"] or None, match["qualifier"], value, match["unit"] or None))
        indicators[row.cells["code"]] = Indicator(
            row.cells["code"], int(row.cells["number"]), row.cells["name"], row.cells["category"], tuple(thresholds),
            tuple(fold(s) for s in filter(None, row.cells["synonyms"].split("|"))), row.cells["source"],
        )
    return indicators


def _quantities(rows: Iterable[_Row], units: Mapping[str, Unit], faults: list[str]) -> Quantities:
    known = {unit.unit: unit.unit for unit in units.values()}
    kinds: dict[str, list[str]] = {}
    for unit in units.values():
        kinds.setdefault(unit.kind, []).append(unit.unit)
    out = []
    for row in rows:
        names = row.cells["units"].split("|")
        faults += [row.fault(f"“{name}”既不是 units.tsv 中的单位，也不是其中的 kind。") for name in names if name not in known and name not in kinds]
        limits: list[Decimal | None] = []
        for column in ("least", "most"):
            try:
                limits.append(Decimal(row.cells[column]) if row.cells[column] else None)
            except InvalidOperation:
                faults.append(row.fault(f"{column} 应为数字，现为“{row.cells[column]}”。"))
                limits.append(None)
        if bool(row.cells["least"]) != bool(row.cells["most"]):
            faults.append(row.fault("least 和 most 应当都填或都不填。"))
        faults += [row.fault(f"{column}“{row.cells[column]}”中没有“{row.cells['form']}”。") for column in ("example", "counterexample") if row.cells["form"] not in row.cells[column]]
        members = dict.fromkeys(unit for name in names for unit in kinds.get(name, [known.get(name, name)]))
        out.append(Quantity(fold(row.cells["form"]), tuple(members), limits[0], limits[1], row.cells["example"], row.cells["counterexample"]))
    refused = {(q.form, unit): q for q in out for unit in q.units if q.least is None and q.most is None}
    limited: dict[str, tuple[Quantity, ...]] = {}
    for quantity in out:
        for name in quantity.units if quantity.least is not None and quantity.most is not None else ():
            limited[name] = (*limited.get(name, ()), quantity)
    return Quantities(tuple(out), refused, limited, tuple(sorted({len(form) for form, _ in refused}, reverse=True)))


def _action_types(rows: Iterable[_Row], faults: list[str]) -> dict[str, ActionType]:
    types = {}
    for row in rows:
        cues, exceptions = (tuple(fold(form) for form in row.cells[column].split("|") if form) for column in ("cues", "except"))
        if not cues or not row.cells["name"]:
            faults.append(row.fault("name 和 cues 不能为空。"))
            continue
        if broken := [form for form in (*cues, *exceptions) if "" in form.split("…")]:
            faults.append(row.fault(f"“{broken[0]}”的“…”两边都要有字。"))
            continue
        kind = types[row.cells["code"]] = ActionType(row.cells["code"], row.cells["name"], cues, exceptions)
        if not row.cells["example"] or not kind.found(row.cells["example"]):
            faults.append(row.fault(f"example“{row.cells['example']}”中没有 cues 里的词；请补上词或换一个例句。"))
        if kind.found(row.cells["counterexample"]):
            faults.append(row.fault(f"counterexample“{row.cells['counterexample']}”也会被算作“{row.cells['name']}”；请在 except 中写明例外。"))
    return types


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.tsv"), *folder.glob("*.npz")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
