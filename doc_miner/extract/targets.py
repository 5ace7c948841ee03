"""Find the cells of tables of yearly goals (年度目标), in real tables and in tables flattened to lines.

A row is an indicator (1.每百名学生…), a column a year; each cell is one target.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doc_miner.extract.passages import Passages
from doc_miner.lexicon import Lexicon
from doc_miner.model import Document, Span, Target
from doc_miner.numerals import parse_numeral
from doc_miner.textfold import fold

_YEAR = re.compile(r"\s*((?:19|20)\d{2})\s*(?:年(?:度)?)?(?:目标|达标情况|年底)?\s*")
_ROW = re.compile(r"\s*[(]?(\d{1,2})\s?[.、)](?!\d)\s*(\S.*)", re.S)
_VALUE = re.compile(r"(?P<q>[≥≤><=]|不低于|不超过|达到)?\s?(?P<n>\d+(?:\.\d+)?)\s?(?P<u>%|‰|人|平方米|元|间|个|所|分|册|台)?")
_STAGE = re.compile(r"小学|初中")
_QUALIFIERS = {"≥": ">=", "不低于": ">=", "≤": "<=", "不超过": "<=", ">": ">", "<": "<"}


@dataclass(frozen=True, slots=True)
class TargetTable:
    """The targets of one table, the span of its cells, and the spans of its indicator rows."""

    targets: tuple[Target, ...]
    cells: tuple[Span, ...]
    indicators: tuple[Span, ...]


def find_targets(document: Document, passages: Passages, lexicon: Lexicon) -> list[TargetTable]:
    """Return the tables of yearly goals of a document."""
    out = [found for table in document.tables if (found := _from_table(table.rows, table.cells, table.start, lexicon)) is not None]
    flat = _from_lines(passages, document, lexicon)
    return out + ([flat] if flat is not None else [])


def _from_table(rows: Sequence[Sequence[str]], cells: Sequence[Sequence[object]], start: int, lexicon: Lexicon) -> TargetTable | None:
    years: dict[int, int] = {}
    header = -1
    for r, row in enumerate(rows[:4]):
        found = {c: int(match[1]) for c, cell in enumerate(row) if (match := _YEAR.fullmatch(fold(cell)))}
        if len(found) >= 2:
            years, header = found, r
            break
    if not years:
        return None
    first_year = min(years)
    targets: list[Target] = []
    places: list[Span] = []
    indicator_spans: list[Span] = []
    for r in range(header + 1, len(rows)):
        row = rows[r]
        number, name_at = _row_indicator(row[:first_year])
        if number is None:
            continue
        cell = cells[r][name_at]
        if cell is not None:
            indicator_spans.append((cell.start, cell.end))  # type: ignore[attr-defined]
        for column, year in years.items():
            text = row[column].strip()
            place = cells[r][column]
            if not text or place is None:
                continue
            places.append((place.start, place.end))  # type: ignore[attr-defined]
            targets.append(_target(number, " ".join(row[:first_year]), year, text, lexicon))
    if not _plausible(targets):
        return None
    return TargetTable(tuple(targets), tuple(places), tuple(indicator_spans))


def _row_indicator(cells: Sequence[str]) -> tuple[int | None, int]:
    for index, cell in enumerate(cells):
        match = _ROW.fullmatch(fold(cell))
        if match:
            return int(match[1]), index
    for index, cell in enumerate(cells[:-1] if len(cells) > 1 else cells):
        if re.fullmatch(r"\s*\d{1,2}\s*[.、]?\s*", fold(cell)) and len(cells) > index + 1:
            return int(re.sub(r"\D", "", fold(cell))), index + 1
    return None, 0


def _plausible(targets: Sequence[Target]) -> bool:
    """Return whether cells read like goals: a table of statistics by year is none."""
    if len({target.indicator for target in targets}) < 2:
        return False
    words = sum(1 for t in targets if re.search(r"达标|符合|消除|达到|逐年|学校|[≥≤=%]", t.text))
    return words >= 0.5 * len(targets)


def _from_lines(passages: Passages, document: Document, lexicon: Lexicon) -> TargetTable | None:
    """Read a table flattened to lines: a run of year lines, then each indicator line followed by one line a year (or more)."""
    inside = [(table.start, table.end) for table in document.tables]
    lines = [span for span in passages.paragraphs(0, len(document.text)) if not any(a <= span[0] <= b for a, b in inside)]
    texts = [passages.folded[a:b] for a, b in lines]
    years, at = _year_run(texts)
    if not years:
        return None
    rows: list[tuple[int, int]] = []
    for index in range(at, len(texts)):
        match = _ROW.fullmatch(texts[index])
        if match and len(match[2]) >= 4 and (not rows or int(match[1]) == rows[-1][1] + 1):
            rows.append((index, int(match[1])))
        elif rows and len(texts[index]) > 60 and re.match(r"[一二三四五六七八九十]+、", texts[index]) is not None:
            break
    targets: list[Target] = []
    cells: list[Span] = []
    indicators: list[Span] = []
    for position, (index, number) in enumerate(rows):
        stop = rows[position + 1][0] if position + 1 < len(rows) else len(lines)
        below = _cell_lines(texts, index + 1, stop)
        groups = _grouped([lines[i] for i in below], len(years), passages)
        if groups is None:
            continue
        indicators.append(lines[index])
        for year, group in zip(years, groups, strict=True):
            text = " ".join(document.text[a:b] for a, b in group)
            cells += group
            targets.append(_target(number, document.text[lines[index][0] : lines[index][1]], year, text, lexicon))
    if not _plausible(targets):
        return None
    return TargetTable(tuple(targets), tuple(cells), tuple(indicators))


def _year_run(texts: Sequence[str]) -> tuple[list[int], int]:
    best: tuple[list[int], int] = ([], 0)
    index = 0
    while index < len(texts):
        run = []
        while index < len(texts) and texts[index][0] in "12" and (match := _YEAR.fullmatch(texts[index])):
            run.append(int(match[1]))
            index += 1
        if len(run) >= 2 and run == list(range(run[0], run[0] + len(run))) and len(run) > len(best[0]):
            best = (run, index)
        index += 1 if not run else 0
    return best


def _cell_lines(texts: Sequence[str], start: int, stop: int) -> list[int]:
    """Return the lines below an indicator that are cells: short, and before the next heading or sentence."""
    out = []
    for index in range(start, stop):
        text = texts[index]
        if len(text) > 30 or re.match(r"[一二三四五六七八九十]+、|[(][一二三四五六七八九十]+[)]", text) or text.endswith("。") or re.fullmatch(r"[一-鿿]{4}", text) and text in ("社会认可", "资源配置", "政府保障", "教育质量"):
            break
        out.append(index)
    return out


def _grouped(lines: Sequence[Span], count: int, passages: Passages) -> list[list[Span]] | None:
    """Return the lines as *count* cells: one line each, or lines that begin with a stage joined to a cell."""
    if len(lines) == count:
        return [[line] for line in lines]
    if len(lines) < count:
        return None
    groups: list[list[Span]] = []
    for line in lines:
        text = passages.folded[line[0] : line[1]]
        if groups and text.startswith("初中") and passages.folded[groups[-1][0][0] : groups[-1][0][1]].startswith("小学"):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups[:count] if len(groups) == count else None


def _target(number: int, indicator: str, year: int, text: str, lexicon: Lexicon) -> Target:
    folded = fold(text)
    match = _VALUE.search(folded)
    stages = set(_STAGE.findall(folded))
    return Target(
        indicator=number,
        year=year,
        text=text,
        indicator_code=_code_of(indicator, lexicon),
        stage=stages.pop() if len(stages) == 1 else None,
        value=parse_numeral(match["n"]) if match else None,
        unit=match["u"] if match else None,
        qualifier=_QUALIFIERS.get(match["q"] or "", "=") if match else None,
    )


def _code_of(text: str, lexicon: Lexicon) -> str | None:
    """Return the official indicator that a row's wording names, or ``None`` if none or several do."""
    folded = fold(text)
    scores = {code: max((len(s) for s in ind.synonyms if s in folded), default=0) for code, ind in lexicon.indicators.items() if code.startswith("YZ")}
    best = max(scores.values(), default=0)
    codes = [code for code, score in scores.items() if score == best]
    return codes[0] if best and len(codes) == 1 else None
