"""Write tables as a workbook in the manner of the dataset's: a sheet 说明, headers that stay, filters, links to the files, no formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter

from doc_miner.dataset.aside import aside
from doc_miner.dataset.workbook import MOST_CHARACTERS, MOST_ROWS, link_target, print_setup, rows_of

_WRAPPED = 18
_ABOUT = (4, 18, 90)
"""Widths of the columns of the sheet 说明."""
_MOST_LINKS = 20_000
"""Links of a sheet; beyond, paths are plain text, since programs take long to open a sheet of more."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its title, its width in characters, and whether it holds paths that lead to their files."""

    title: str
    width: int = 12
    link: bool = False


class Book:
    """A workbook that is whole or absent; for use in ``with``. Rows go to disk as they come."""

    def __init__(self, path: Path, title: str) -> None:
        self._path, self._title, self._folder = path, title, path.resolve().parent
        self._links, self._targets = 0, dict[str, str]()

    def __enter__(self) -> Book:
        self._aside: AbstractContextManager[Path] = aside(self._path)
        part = self._aside.__enter__()
        self._book: Any = xlsxwriter.Workbook(str(part), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        self._book.set_properties({"title": self._title[:255]})
        add = self._book.add_format
        self._head = add({"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "bg_color": "#DCE6F1", "border": 1, "border_color": "#B8C4D6"})
        self._plain, self._wrap, self._url = add({"valign": "top"}), add({"valign": "top", "text_wrap": True}), add({"valign": "top", "font_color": "#0563C1", "underline": 1})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                self._book.close()
        except BaseException as other:
            self._aside.__exit__(type(other), other, other.__traceback__)
            raise
        self._aside.__exit__(kind, error, trace)

    def about(self, rows: Iterable[Sequence[str]]) -> None:
        """Write the sheet 说明: a title, then rows of up to three texts."""
        page = self._book.add_worksheet("说明")
        for place, width in enumerate(_ABOUT):
            page.set_column(place, place, width)
        print_setup(page)
        title, bold = self._book.add_format({"bold": True, "font_size": 16}), self._book.add_format({"bold": True, "valign": "top"})
        for number, row in enumerate(rows):
            if number:
                page.set_row(number, 15 * max(rows_of(text, _ABOUT[place]) for place, text in enumerate(row)))
            for place, text in enumerate(row):
                page.write_string(number, place, text[:MOST_CHARACTERS], title if number == 0 else bold if place < 2 else self._wrap)

    def sheet(self, title: str, headings: Sequence[Heading], rows: Iterable[Sequence[Any]], *, frozen: int = 1) -> None:
        """Write a sheet of rows, on further ones where it is full; printed are the columns before the first of links, with what people read."""
        printed = next((place for place, heading in enumerate(headings) if heading.link), len(headings)) - 1
        page, number, part = self._page(title, headings, frozen), 0, 1
        for row in rows:
            if number + 1 == MOST_ROWS:
                _finish(page, number, len(headings), printed)
                part += 1
                page, number = self._page(f"{title}（{part}）", headings, frozen), 0
            number += 1
            lines = [rows_of(value, heading.width) for value, heading in zip(row, headings, strict=True) if isinstance(value, str) and heading.width >= _WRAPPED and (len(value) * 2 > heading.width - 2 or "\n" in value)]
            if lines:
                page.set_row(number, 15 * min(max(lines), 10))
            for place, (value, heading) in enumerate(zip(row, headings, strict=True)):
                self._cell(page, number, place, value, heading)
        _finish(page, number, len(headings), printed)

    def _page(self, title: str, headings: Sequence[Heading], frozen: int) -> Any:
        page = self._book.add_worksheet(title)
        self._links = 0
        page.freeze_panes(1, frozen)
        page.repeat_rows(0)
        print_setup(page)
        page.set_row(0, 30)
        for place, heading in enumerate(headings):
            page.set_column(place, place, heading.width)
            page.write_string(0, place, heading.title, self._head)
        return page

    def _cell(self, page: Any, row: int, place: int, value: Any, heading: Heading) -> None:
        if value is None or value == "":
            return
        if isinstance(value, (int, float)):
            page.write_number(row, place, value, self._plain)
            return
        text = str(value)
        if len(text) * 2 > MOST_CHARACTERS:
            text = text[: MOST_CHARACTERS // 2 - 20] + "……（太长，全文见原文件）"
        if heading.link:
            self._links += 1
            target = self._targets.get(text) or self._targets.setdefault(text, link_target(text, self._folder))
            if self._links <= _MOST_LINKS and len(target) <= 2000 and page.write_url(row, place, target, self._url, text) == 0:
                return
        page.write_string(row, place, text, self._wrap if heading.width >= _WRAPPED else self._plain)


def _finish(page: Any, rows: int, columns: int, printed: int) -> None:
    page.autofilter(0, 0, rows, columns - 1)
    page.print_area(0, 0, rows, printed)
