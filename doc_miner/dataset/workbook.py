"""Write a dataset as one workbook (.xlsx) that an office can hand on as it is.

Rows go to disk as they come, so memory does not grow with the dataset. No text becomes a
formula; a text longer than a cell takes goes on in a column beside it; a sheet that is full
goes on in a further one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date as Date
from pathlib import Path
from typing import Any

import xlsxwriter

from doc_miner.dataset.aside import aside
from doc_miner.dataset.cells import Amount, FileLink, Line, Value
from doc_miner.dataset.connection import connect
from doc_miner.dataset.sheets import SHEETS, Sheet, lines, long_lines

MOST_ROWS = 1_048_576
"""Rows of a sheet in Excel, with the header."""
MOST_CHARACTERS = 32_767
"""UTF-16 units in a cell in Excel."""
MOST_LINKS = 65_000
"""Links on a sheet (Excel opens no more than 65,530)."""
_WIDE = 18
"""Columns at least this wide hold names and sentences, and wrap."""
_LINE, _MOST_LINES = 15, 10
"""Height of a line in points, and the lines of a row that are shown; the rest is there when the row is drawn higher."""
_LAST_PRINTED = "来源文件"
"""From this column on nothing is printed."""


def export_workbook(dataset: Path, path: Path, *, most_rows: int = MOST_ROWS) -> Path:
    """Write *dataset* as the workbook *path* and return it; raises `DatasetError` where that is not possible.

    *most_rows* is the number of rows after which a sheet goes on in a further one.
    """
    with connect(dataset) as db, aside(path) as part:
        db.execute("BEGIN")  # all sheets show one state, whatever a run writes meanwhile
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(part), options) as workbook:
            workbook.set_properties({"title": "doc-miner 数据集"})
            _Writer(workbook, path.resolve().parent, most_rows).write(db)
    return path


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, workbook: Any, folder: Path, most_rows: int) -> None:
        self._book, self._folder, self._most_rows = workbook, folder, most_rows
        self._formats: dict[tuple[Any, ...], Any] = {}
        self._linked = ("", "")  # the last path and its target: the records of a document stand together
        self._head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "bg_color": "#DCE6F1", "border": 1, "border_color": "#B8C4D6"})

    def write(self, db: Any) -> None:
        """Write 说明 and every sheet; the counts of 说明 are asked beforehand, since rows are written once."""
        counts = [db.execute(f"SELECT count(*) FROM ({sheet.sql})").fetchone()[0] for sheet in SHEETS]
        failed = db.execute("SELECT count(*) FROM documents WHERE status='failed'").fetchone()[0]
        versions = [row[0] for row in db.execute("SELECT DISTINCT miner_version FROM documents ORDER BY 1")]
        categories = [tuple(row) for row in db.execute("SELECT code, name, dimension FROM categories")]
        self._about(self._about_rows(counts, failed, versions, categories))
        for sheet in SHEETS:
            self._sheet(db, sheet)

    # --- 说明 ---------------------------------------------------------------------------------
    def _about(self, rows: Iterator[tuple[str, ...]]) -> None:
        page = self._book.add_worksheet("说明")
        page.set_column(0, 0, 16)
        page.set_column(1, 1, 22)
        page.set_column(2, 2, 80)
        print_setup(page)
        title, bold, plain = self._book.add_format({"bold": True, "font_size": 16}), self._book.add_format({"bold": True, "valign": "top"}), self._format(wrap=True)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    page.write_string(number, column, text, title if number == 0 else bold if column == 0 or len(row) == 1 else plain)

    def _about_rows(self, counts: Sequence[int], failed: int, versions: Sequence[str], categories: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
        yield ("县级督导、整改类公文数据集",)
        yield ("", "来历", f"由 doc-miner {'、'.join(versions)} 从公文中提取，可逐条对照原文。")
        yield ("", "读法", "每条记录都带原文、页码和来源文件；类别和对象由程序判断，“把握”低的先核对再使用。")
        yield ("", "数值", "以基本单位计：万元、亿元折成元，亩、平方米照原文。区间见“数值”和“上限值”；“限定”为空表示等于。")
        yield ("", "空格", "文中没有说，或者不能确定。程序不猜。")
        if failed:
            yield ("", "注意", f"有 {failed} 个文件未能读取，见“文档”页中状态为“未能读取”的行。")
        yield ("",)
        yield ("工作表",)
        for sheet, count in zip(SHEETS, counts, strict=True):
            further = f"，分为 {len(range(0, count, self._most_rows - 1))} 页" if count >= self._most_rows else ""
            yield ("", sheet.title, f"{sheet.about}。共 {count} 行{further}。")
        yield ("",)
        yield ("各列的含义",)
        for sheet in SHEETS:
            for column in sheet.columns:
                if column.about:
                    yield (sheet.title, column.title, column.about)
        yield ("",)
        yield ("类别",)
        yield from categories

    # --- a sheet ------------------------------------------------------------------------------
    def _sheet(self, db: Any, sheet: Sheet) -> None:
        titles = self._titles(db, sheet)
        page, number, part = self._page(sheet, titles, 1), 0, 1
        links = 0
        printed = next((place for place, (title, _, _) in enumerate(titles) if title == _LAST_PRINTED), len(titles)) - 1
        for line in lines(db, sheet):
            if number + 1 == self._most_rows:
                _finish(page, number, len(titles), printed)
                part += 1
                page, number, links = self._page(sheet, titles, part), 0, 0
            number += 1
            links = self._row(page, number, sheet, titles, line, links)
        _finish(page, number, len(titles), printed)

    def _titles(self, db: Any, sheet: Sheet) -> list[tuple[str, int, int]]:
        """Return title, width and index of the column of the sheet; a column with too long a text has further ones beside it."""
        parts = [1] * len(sheet.columns)
        for line in long_lines(db, sheet, MOST_CHARACTERS // 2):
            for index, column in enumerate(sheet.columns):
                if isinstance(text := column.value(line), str):
                    parts[index] = max(parts[index], len(cut(text)))
        return [(column.title + (f"（续{part}）" if part else ""), column.width, index) for index, column in enumerate(sheet.columns) for part in range(parts[index])]

    def _page(self, sheet: Sheet, titles: Sequence[tuple[str, int, int]], part: int) -> Any:
        page = self._book.add_worksheet(sheet.title if part == 1 else f"{sheet.title}（{part}）")
        page.freeze_panes(1, sheet.frozen)
        page.repeat_rows(0)
        print_setup(page)
        for place, (_, width, _) in enumerate(titles):
            page.set_column(place, place, width)
        page.set_row(0, 30)
        for place, (title, _, _) in enumerate(titles):
            page.write_string(0, place, title, self._head)
        return page

    def _row(self, page: Any, number: int, sheet: Sheet, titles: Sequence[tuple[str, int, int]], line: Line, links: int) -> int:
        values = [column.value(line) for column in sheet.columns]
        wrapped = [rows_of(value, column.width) for value, column in zip(values, sheet.columns, strict=True) if isinstance(value, str) and column.width >= _WIDE]
        page.set_row(number, _LINE * min(max(wrapped, default=1), _MOST_LINES))
        place = 0
        while place < len(titles):
            index = titles[place][2]
            column, value = sheet.columns[index], values[index]
            if isinstance(value, FileLink):
                links += 1
                self._link(page, number, place, value, links <= MOST_LINKS)
            else:
                for offset, piece in enumerate(cut(value) if isinstance(value, str) else [value]):
                    self._cell(page, number, place + offset, piece, column.width)
            while place < len(titles) and titles[place][2] == index:
                place += 1
        return links

    def _cell(self, page: Any, row: int, column: int, value: Value, width: int) -> None:
        if value is None or value == "":
            return
        if isinstance(value, Date):
            page.write_datetime(row, column, value, self._format(number="yyyy-mm-dd"))
        elif isinstance(value, Amount):
            page.write_number(row, column, value.value, self._format(number=_number_format(value)))
        elif isinstance(value, (int, float)):
            page.write_number(row, column, value, self._format(number="0" if isinstance(value, int) else "0.00"))
        else:
            page.write_string(row, column, str(value), self._format(wrap=width >= _WIDE))

    def _link(self, page: Any, row: int, column: int, link: FileLink, linked: bool) -> None:
        if self._linked[0] != link.path:
            self._linked = link.path, link_target(link.path, self._folder)
        target = self._linked[1]
        if not linked or len(target) > 2000 or page.write_url(row, column, target, self._format(link=True), link.path[:MOST_CHARACTERS]) != 0:
            page.write_string(row, column, link.path[:MOST_CHARACTERS], self._format())

    def _format(self, *, number: str = "", wrap: bool = False, link: bool = False) -> Any:
        key = (number, wrap, link)
        if key not in self._formats:
            properties: dict[str, Any] = {"valign": "top", "text_wrap": wrap}
            if number:
                properties["num_format"] = number
            if link:
                properties |= {"font_color": "#0563C1", "underline": 1}
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]


def cut(text: str) -> list[str]:
    """Cut *text* into pieces that each fit into a cell: at most 32,767 UTF-16 units.

    >>> [len(piece) for piece in cut("字" * 40000)], cut("短")
    ([32767, 7233], ['短'])
    """
    if len(text) * 2 <= MOST_CHARACTERS:
        return [text]
    size = MOST_CHARACTERS if max(text) <= "\uffff" else MOST_CHARACTERS // 2
    return [text[at : at + size] for at in range(0, len(text), size)]


def _number_format(amount: Amount) -> str:
    """Return how a number of a unit is shown: all its digits, thousands apart, the percent sign with it."""
    digits = "#,##0" + ("." + "0" * amount.places if amount.places else "")
    return digits + '"%"' if amount.unit == "%" else digits


def link_target(path: str, folder: Path) -> str:
    """Return the link to a source file: relative to the workbook where they lie under one folder, else absolute; to the archive of a file in one."""
    file = Path(path.partition("!/")[0])
    absolute = file if file.is_absolute() else Path.cwd() / file
    try:
        return "external:" + str(absolute.resolve().relative_to(folder))
    except ValueError:
        return "external:" + str(absolute)


def rows_of(text: str, width: int) -> int:
    """Return how many lines a wrapped text takes in a column; a character of three bytes, as Chinese ones are, is as wide as two others.

    >>> rows_of("大班额56个", 10), rows_of("大班额\\n", 10)
    (2, 2)
    """
    fits = max(1, width - 2)
    return sum(-(-_wide(part[: width * _MOST_LINES]) // fits) or 1 for part in text.split("\n")[:_MOST_LINES])


def _wide(text: str) -> int:
    return (len(text) + len(text.encode("utf-8", "surrogatepass"))) // 2


def _finish(page: Any, rows: int, columns: int, printed: int) -> None:
    """Set what is known when a sheet is full: the range of its filters, and what is printed (all but file, rule and keys)."""
    page.autofilter(0, 0, rows, columns - 1)
    page.print_area(0, 0, rows, printed)


def print_setup(page: Any) -> None:
    """Set a sheet to print on A4 across, as wide as the page."""
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer("&C第 &P 页，共 &N 页")
