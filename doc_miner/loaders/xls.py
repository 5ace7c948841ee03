"""Read Excel 97–2003 workbooks (and WPS's ET): texts by calamine, numbers as their cells show them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import python_calamine as calamine

from doc_miner.errors import LoadError
from doc_miner.loaders.compound import damaged, read_stream
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.xls_numbers import SheetNumbers, read_numbers
from doc_miner.loaders.xlsx import Sheet, source_of
from doc_miner.source import Source

_SPARSE = 8
"""A sheet may have this many times as many fields as a table may have cells; all of them are laid out in memory."""


def read(data: bytes, limits: Limits) -> Source:
    """Return the sheets of the workbook *data* in their order, hidden ones marked; raise `LoadError` where it cannot be read."""
    stream = read_stream(data, ("Workbook", "Book"))
    if stream is None:
        raise damaged()
    numbers = read_numbers(stream)
    if any(sheet.height * sheet.width > _SPARSE * limits.cells for sheet in numbers):
        raise LoadError("too_large", f"工作表展开后超过 {_SPARSE * limits.cells} 格，不予读取；请删去远处的空白单元格后再试。")
    sheets = _sheets(data, numbers)
    if sum(len(sheet.cells) for sheet in sheets) > limits.cells:
        raise LoadError("too_large", f"工作簿的单元格超过 {limits.cells} 个的上限，不予读取；请拆分后再试。")
    return source_of("xls", sheets, limits)


def _sheets(data: bytes, numbers: Sequence[SheetNumbers]) -> list[Sheet]:
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        tables = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        if len(tables) != len(numbers):
            raise damaged()
        return [
            _sheet(book.get_sheet_by_name(meta.name), meta.visible != calamine.SheetVisibleEnum.Visible, own)
            for meta, own in zip(tables, numbers, strict=True)
        ]
    except calamine.PasswordError as error:
        raise LoadError("encrypted", "文件设有打开密码；请去掉密码后再试。") from error
    except calamine.CalamineError as error:
        raise damaged() from error
    except BaseException as error:
        # A fault inside the library (a "panic") is no Exception, lest it be caught unseen.
        if type(error).__name__ == "PanicException":
            raise damaged() from error
        raise


def _sheet(table: calamine.CalamineSheet, hidden: bool, own: SheetNumbers) -> Sheet:
    sheet = Sheet(table.name, hidden)
    top, left = table.start or (0, 0)
    for row, values in enumerate(table.to_python(skip_empty_area=True), top):
        for column, value in enumerate(values, left):
            text = own.numbers[row, column] if (row, column) in own.numbers else _plain(value)
            if text.strip():
                sheet.cells[row, column] = text
    last_row = max((row for row, _ in sheet.cells), default=-1)
    for place in own.framed:
        if place[0] <= last_row:
            sheet.cells.setdefault(place, "")
    sheet.merges = [(*first, *last) for first, last in table.merged_cell_ranges or ()]
    sheet.hidden_lines = len(own.hidden_rows & {row for (row, _), text in sheet.cells.items() if text})
    return sheet


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return str(value).replace("\r\n", "\n").replace("\r", "\n")
