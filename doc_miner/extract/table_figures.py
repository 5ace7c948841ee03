"""Find the figures of data tables: a number in a cell, its unit in the cell, the header, the row label or the caption."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from doc_miner.dates import find_dates
from doc_miner.extract.indicator_rows import STAGE_WORD, role_of_column, stage_in
from doc_miner.extract.quantities import QuantityFinder
from doc_miner.model import Figure, Span, Table
from doc_miner.numerals import Number, parse_numeral, tidy
from doc_miner.textfold import fold

_NUMBER = re.compile(r"\s*(?P<sign>[-+])?(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<tail>[^\d\s]{0,5})\s*")
_UNIT = re.compile(r"[(\[]\s?(?:单位\s?[:]\s?)?(?P<unit>[^()\[\]\d]{1,8})\s?[)\]]|单位\s?[:]\s?(?P<unit2>[^\s,。;()]{1,8})")
_NO_FIGURE = re.compile(r"序号|编号|年份|年度$|电话|邮编|代码|页码|日期|时间|名次|排名")
_CAPTION = re.compile(r"^附?表\s?[\d一二三四五六七八九十.-]*[:、]?\s*|^(?:近[一二三四五\d]+年|(?:19|20)\d\d(?:[—~-](?:19|20)\d\d)?年|(?:全|各)?(?:县|区|市)?(?:部分|各)(?:乡镇|学校|乡|镇|县区?))|(?:的)?(?:基本)?(?:情况|数据)?(?:统计|汇总|一览|对比|明细)?(?:表|情况)$")
"""What of a caption names no measure (表1 近三年…情况统计表)."""
_NO_MEASURE = re.compile(r"(?:小学|初中|高中|幼儿园|学前(?:教育)?|特殊教育|九年一贯制(?:学校)?|学校|合计|总计|小计|平均|全[县区市]|城区|镇区|农村|乡村|城镇|公办|民办|[男女]|[（()）]|阶段|[0-9年度])*")
"""A column that names no measure, only a stage, a place or a year."""
_ROLE_ONLY = re.compile(r"(?:国家|省定|市定)?(?:标准|要求|规定值?)|(?:年度|规划)?(?:现状|现值|实际值?|目标值?|完成值|监测值)")
"""A column that says how its numbers are meant and not what they measure."""
_PLACE = re.compile(r"(?:镇|乡|街道|县|区|市|旗|小学|中学|学校|幼儿园)$")


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    unit: str | None
    factor: int
    year: int | None


def find_table_figures(text: str, table: Table, finder: QuantityFinder) -> tuple[list[Figure], list[Span]]:
    """Return the figures of a data table, and the spans of the cells they were read from."""
    labels = _column_labels(table, finder)
    caption = _label(f"{table.caption} (单位:{table.unit})" if table.unit else table.caption, finder)
    first_data = max(1, table.header_rows)
    label_columns = _label_columns(table, first_data)
    figures: list[Figure] = []
    spans: list[Span] = []
    for r in range(first_data, len(table.rows)):
        row_label = _row_label(table, r, label_columns, finder)
        for c, cell in enumerate(table.cells[r]):
            if cell is None or c in label_columns or cell.end <= cell.start:
                continue
            figure = _cell_figure(text, cell.start, cell.end, labels[c], row_label, caption, finder)
            if figure is not None:
                figures.append(figure)
                spans.append((cell.start, cell.end))
    return figures, spans


def _row_label(table: Table, row: int, columns: list[int], finder: QuantityFinder) -> _Label:
    """Return the label of a row; a column 单位 gives its unit and is no part of its name."""
    units = [c for c in columns if re.fullmatch(r"(?:计量)?单位", table.rows[0][c].strip())]
    numbers = [c for c in columns if re.fullmatch(r"序号|编号", table.rows[0][c].strip())]
    label = _label("".join(table.rows[row][c] for c in columns if c not in units and c not in numbers), finder)
    for c in units:
        unit, factor = finder.units.header(fold(table.rows[row][c]))
        if unit is not None:
            return replace(label, unit=unit, factor=factor)
    return label


def _column_labels(table: Table, finder: QuantityFinder) -> list[_Label]:
    width = len(table.rows[0]) if table.rows else 0
    out = []
    for c in range(width):
        parts: list[str] = []
        for r in range(max(1, table.header_rows)):
            text = _covering_text(table, r, c)
            if text and text not in parts:
                parts.append(text)
        out.append(_label("".join(parts), finder))
    return out


def _covering_text(table: Table, row: int, column: int) -> str:
    """Return the text of the header cell that covers a place (a merged cell covers several)."""
    for c in range(column, -1, -1):
        cell = table.cells[row][c]
        if cell is not None and c + cell.colspan > column:
            return table.rows[row][c]
        if c == column and cell is not None:
            return table.rows[row][c]
    return ""


def _label(text: str, finder: QuantityFinder) -> _Label:
    folded = fold(text)
    match = _UNIT.search(folded)
    unit, factor = finder.units.header(match["unit"] or match["unit2"]) if match else (None, 1)
    bare = _UNIT.sub("", folded).strip()
    years = [mention.year for mention in find_dates(bare) if mention.year]
    if unit is None and re.search(r"(?:率|占比|比例|比重)$", bare):
        unit = "%" if match is None else None
    return _Label(bare, unit, factor, years[-1] if years else None)


def _label_columns(table: Table, first_data: int) -> list[int]:
    """Return the columns at the left that name the rows: those whose cells are mostly no numbers."""
    out: list[int] = []
    width = len(table.rows[0]) if table.rows else 0
    for c in range(width):
        cells = [table.rows[r][c] for r in range(first_data, len(table.rows)) if table.rows[r][c].strip()]
        numbers = sum(1 for cell in cells if _NUMBER.fullmatch(fold(cell)))
        header = table.rows[0][c] if table.rows else ""
        if out and role_of_column(fold(header)) is not None:
            break
        if cells and numbers >= 0.5 * len(cells) and not _NO_FIGURE.search(header):
            break
        out.append(c)
    return out


def _cell_figure(text: str, start: int, end: int, column: _Label, row: _Label, caption: _Label, finder: QuantityFinder) -> Figure | None:
    if _NO_FIGURE.search(column.text) or _NO_FIGURE.search(row.text):
        return None
    match = _NUMBER.fullmatch(fold(text[start:end]))
    if match is None:
        return None
    value = parse_numeral(match["n"])
    if value is None:
        return None
    unit, factor = _unit_of(match["tail"], value, column, row, caption, finder)
    if match["tail"] and unit is None:
        return None
    subject = _subject(row, column, caption)
    stage = stage_in(row.text) or stage_in(column.text) or (None if STAGE_WORD.search(row.text + column.text) else stage_in(caption.text))
    return Figure(
        start, end, text[start:end], tidy(-value * factor if match["sign"] == "-" else value * factor), unit, "=", "figure/table-cell",
        subject=subject, stage=stage, year=column.year or row.year or caption.year,
        role=role_of_column(column.text) or "level", figure_id=f"f{start}",
    )


def _unit_of(tail: str, value: Number, column: _Label, row: _Label, caption: _Label, finder: QuantityFinder) -> tuple[str | None, int]:
    if tail:
        return finder.units.header(tail)
    for label in (column, row):
        if label.unit is not None:
            return label.unit, label.factor
    for label in (column, row):
        implied = _implied(label.text, finder)
        if implied is not None and caption.unit is None and value == int(value):
            return implied, 1
    if re.search(r"系数|指数|师比|生比", column.text + row.text):
        return None, 1
    return caption.unit, caption.factor


def _implied(label: str, finder: QuantityFinder) -> str | None:
    """Return the unit that a label implies: that of the counted noun it ends with (在校学生数 → 人, 学校数 → 所)."""
    bare = re.sub(r"(?:总数|人数|数量|数)$", "", label)
    if bare == label and not label.endswith(("教师", "学生", "教职工", "在校生", "人口", "幼儿")):
        return None
    return finder.units.noun_before(bare + "数")


def _subject(row: _Label, column: _Label, caption: _Label) -> str:
    name = re.sub(r"(?:19|20)\d{2}年?", "", column.text)
    label = re.sub(r"^\d{1,2}[.、]\s*", "", row.text)
    if label and _ROLE_ONLY.fullmatch(name):
        return label.strip()
    if not _NO_MEASURE.fullmatch(name):
        return (label + name).strip()
    measure = _CAPTION.sub("", _CAPTION.sub("", caption.text)) if _NO_MEASURE.fullmatch(label) or _PLACE.search(label) else ""
    return (label + name + measure.removeprefix("全县")).strip() or caption.text


def is_data_table(table: Table) -> bool:
    """Return whether a table holds numbers in cells of their own."""
    cells = [cell for row in table.rows[1:] for cell in row if cell.strip()]
    return sum(1 for cell in cells if _NUMBER.fullmatch(fold(cell))) >= max(2, 0.2 * len(cells))
