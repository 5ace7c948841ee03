"""What fills the cells of the workbook: values as text, numbers, dates or links, made of a row and of the document around it.

How they look is decided in `doc_miner.dataset.workbook`, which of them stand on which sheet in `doc_miner.dataset.sheets`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from doc_miner.dataset.describe import VERDICTS
from doc_miner.dataset.evidence import sentence

_EXACT_DIGITS = 15
"""Digits that a cell of a spreadsheet keeps of a number."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the unit that decides how it is shown."""

    value: float | int
    places: int
    unit: str | None


@dataclass(frozen=True, slots=True)
class FileLink:
    """The path of a source file, shown as it is and leading to the file."""

    path: str


Value = str | int | float | Date | Amount | FileLink | None
Cell = Callable[["Line"], Value]


class Line:
    """A row of a query with what its cells need: the text of its document and the names of codes."""

    def __init__(self, row: sqlite3.Row, text: str, names: Mapping[str, str]) -> None:
        self.row, self.text, self.names = row, text, names

    def __getitem__(self, name: str) -> Any:
        return self.row[name]

    def category(self, code: str | None) -> str:
        """Return the name of a category with its code."""
        known = self.names.get(code or "")
        return f"{known}（{code}）" if known else code or ""

    def indicator(self, code: str | None) -> str:
        """Return an official indicator as code and wording."""
        known = self.names.get(code or "")
        return f"{code} {known}" if known else code or ""

    def sentence(self, start: int | None, end: int | None) -> str:
        """Return the sentence of the document around a place."""
        return sentence(self.text, start, end)


def of(name: str, words: Mapping[str, str] | None = None) -> Cell:
    """Return the cell that shows a column of the query, through *words* where given."""
    return (lambda line: line[name]) if words is None else (lambda line: words.get(line[name], line[name]))


def first_category(line: Line) -> Value:
    """Return the main category of a record."""
    codes = json.loads(line["categories"] or "[]")
    return line.category(codes[0]) if codes else ""


def other_categories(line: Line) -> Value:
    """Return the categories of a record after the main one."""
    return "、".join(line.category(code) for code in json.loads(line["categories"] or "[]")[1:])


def listed(name: str) -> Cell:
    """Return the cell that shows a column of the query that is a list."""
    return lambda line: "、".join(json.loads(line[name] or "[]"))


def day(name: str) -> Cell:
    """Return the cell of a date: a true date where the day is written, else the text."""

    def cell(line: Line) -> Value:
        text = line[name]
        try:
            return Date.fromisoformat(text) if text and len(text) == len("2020-12-31") else text
        except ValueError:
            return str(text)

    return cell


def amount(value: str, unit: str, exact: str | None = None) -> Cell:
    """Return the cell of a number: text where a spreadsheet would lose digits of it."""

    def cell(line: Line) -> Value:
        number, written = line[value], line[exact] if exact else None
        if number is None:
            return None
        text = written or f"{number}"
        digits = sum(char.isdigit() for char in text.lstrip("-0."))
        if digits > _EXACT_DIGITS or "e" in text:
            return text
        return Amount(number, len(text.partition(".")[2].rstrip("0")), line[unit])

    return cell


def sentence_at(start: str = "start", end: str = "end") -> Cell:
    """Return the cell that shows the sentence around the place that two columns of the query give."""
    return lambda line: line.sentence(line[start], line[end])


def file_link(line: Line) -> Value:
    """Return the link to the source file."""
    return FileLink(line["path"]) if line["path"] else None


def warnings(line: Line) -> Value:
    """Return what there is to know about how a document was read."""
    return "；".join(warning["message"] for warning in json.loads(line["warnings"] or "[]"))


def reviewed(line: Line) -> Value:
    """Return what readers have said of a record, and who: that it was added tells more than that it was corrected, and that more than that it was looked at."""
    found = json.loads(line["reviews"])
    said = {verdict for verdict, _ in found}
    for verdict, word in VERDICTS.items():
        if verdict in said:
            return f"{word}（{'、'.join(dict.fromkeys(reviewer for _, reviewer in found if reviewer))}）".replace("（）", "")
    return None
