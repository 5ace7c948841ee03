"""The sheets of the workbook: which columns a policy officer sees, under which titles, and what fills them.

A sheet is a query and a list of columns. Values leave as text, numbers, dates or links;
how they look is decided in `doc_miner.dataset.workbook`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from doc_miner.dataset.describe import QUALIFIERS, READ, ROLES, SEVERITIES, STATUS, VERDICTS
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


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its title, its width in characters, what fills it, and a sentence for the sheet 说明."""

    title: str
    width: int
    value: Cell
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, what it lists, the query that gives its rows, its columns, how many stay in view, and which texts of the query may outgrow a cell."""

    title: str
    about: str
    sql: str
    columns: tuple[SheetColumn, ...]
    frozen: int
    long: tuple[str, ...] = ("title",)


def lines(db: sqlite3.Connection, sheet: Sheet) -> Iterator[Line]:
    """Yield the lines of *sheet*; the text of a document is read once for its lines in a row."""
    return _lines(db, sheet.sql)


def long_lines(db: sqlite3.Connection, sheet: Sheet, size: int) -> Iterator[Line]:
    """Yield the lines of *sheet* in which a text is longer than *size* characters."""
    return _lines(db, f"SELECT * FROM ({sheet.sql}) WHERE {' OR '.join(f'length({name}) > {size}' for name in sheet.long)}")


def _lines(db: sqlite3.Connection, sql: str) -> Iterator[Line]:
    names = dict(db.execute("SELECT code, name FROM categories UNION ALL SELECT code, name FROM indicators").fetchall())
    doc_id, text = None, ""
    for row in db.execute(sql):
        if row["doc_id"] != doc_id:
            doc_id = row["doc_id"]
            (text,) = db.execute("SELECT text FROM documents WHERE doc_id=?", (doc_id,)).fetchone()
        yield Line(row, text or "", names)


def _of(name: str, words: Mapping[str, str] | None = None) -> Cell:
    """Return the cell that shows a column of the query, through *words* where given."""
    return (lambda line: line[name]) if words is None else (lambda line: words.get(line[name], line[name]))


def _first(line: Line) -> Value:
    codes = json.loads(line["categories"] or "[]")
    return line.category(codes[0]) if codes else ""


def _others(line: Line) -> Value:
    return "、".join(line.category(code) for code in json.loads(line["categories"] or "[]")[1:])


def _listed(name: str) -> Cell:
    return lambda line: "、".join(json.loads(line[name] or "[]"))


def _date(name: str) -> Cell:
    """Return the cell of a date: a true date where the day is written, else the text."""

    def cell(line: Line) -> Value:
        text = line[name]
        try:
            return Date.fromisoformat(text) if text and len(text) == len("2020-12-31") else text
        except ValueError:
            return str(text)

    return cell


def _amount(value: str, unit: str, exact: str | None = None) -> Cell:
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


def _sentence(start: str = "start", end: str = "end") -> Cell:
    return lambda line: line.sentence(line[start], line[end])


def _file(line: Line) -> Value:
    return FileLink(line["path"]) if line["path"] else None


def _warnings(line: Line) -> Value:
    return "；".join(warning["message"] for warning in json.loads(line["warnings"] or "[]"))


def _reviewed(line: Line) -> Value:
    """Return what readers have said of a record, and who: that it was added tells more than that it was corrected, and that more than that it was looked at."""
    found = json.loads(line["reviews"])
    said = {verdict for verdict, _ in found}
    for verdict, word in VERDICTS.items():
        if verdict in said:
            return f"{word}（{'、'.join(dict.fromkeys(reviewer for _, reviewer in found if reviewer))}）".replace("（）", "")
    return None


_PLACE = (
    SheetColumn("省", 9, _of("province")),
    SheetColumn("市", 9, _of("city")),
    SheetColumn("县区", 12, _of("county")),
    SheetColumn("成文年份", 9, _of("doc_year")),
    SheetColumn("文档", 24, _of("title")),
)
_SOURCE = (
    SheetColumn("来源文件", 30, _file, "点击打开原文件（工作簿与原文件的相对位置不变时有效）"),
    SheetColumn("规则", 18, _of("rule"), "由哪条规则得到，见使用手册"),
)
_CONFIDENCE = SheetColumn("把握", 7, _of("confidence"), "类别判断正确的可能性；低于 0.6 的请先看原文")
_REVIEWED = SheetColumn("核对", 14, _reviewed, "人工核对的结果和核对人；判为不是的记录已不在表中，更正过的显示更正后的值")
_PAGE = SheetColumn("页", 6, _of("page"), "原文件的页码；没有页的格式为空")
_DOCUMENT = "d.province, d.city, d.county, d.year AS doc_year, d.title, d.path"
_REVIEWS = (
    "(SELECT json_group_array(json_array(verdict, reviewer)) FROM (SELECT verdict, reviewer FROM reviews v "
    "WHERE v.record_id = t.{0}_id AND v.record_kind = '{0}' AND coalesce(v.state, 'applied') = 'applied' ORDER BY v.at)) AS reviews"
)
_ORDER = "d.province, d.city, d.county, d.year, d.path, d.doc_id"

SHEETS: Sequence[Sheet] = (
    Sheet(
        "文档",
        "每个文档一行；未能读取的也列出，原因见“提示”",
        "SELECT d.*, (SELECT count(*) FROM problems t WHERE t.doc_id = d.doc_id) AS problems, (SELECT count(*) FROM measures t WHERE t.doc_id = d.doc_id) AS measures, "
        "(SELECT count(*) FROM figures t WHERE t.doc_id = d.doc_id) AS figures, (SELECT count(*) FROM findings t WHERE t.doc_id = d.doc_id) AS findings "
        f"FROM documents d ORDER BY {_ORDER}",
        (
            SheetColumn("省", 9, _of("province")),
            SheetColumn("市", 9, _of("city")),
            SheetColumn("县区", 12, _of("county"), "不能确定时为空"),
            SheetColumn("成文年份", 9, _of("year")),
            SheetColumn("文种", 10, _of("doc_type")),
            SheetColumn("标题", 40, _of("title")),
            SheetColumn("发文单位", 20, _of("issuer")),
            SheetColumn("发文字号", 18, _of("doc_number")),
            SheetColumn("成文日期", 12, _date("date"), "按原文的精确程度"),
            SheetColumn("状态", 9, _of("status", READ)),
            SheetColumn("提示", 40, _warnings, "读取时需要知道的事"),
            SheetColumn("问题数", 8, _of("problems")),
            SheetColumn("措施数", 8, _of("measures")),
            SheetColumn("数据数", 8, _of("figures")),
            SheetColumn("核查数", 8, _of("findings")),
            SheetColumn("格式", 8, _of("format")),
            SheetColumn("页数", 7, _of("pages")),
            SheetColumn("来源文件", 30, _file, "点击打开原文件"),
            SheetColumn("文档编号", 18, _of("doc_id")),
        ),
        3,
        ("title", "warnings"),
    ),
    Sheet(
        "问题",
        "每个问题一行，文中重复说的只算一个",
        f"SELECT t.*, {_DOCUMENT}, {_REVIEWS.format('problem')}, (SELECT count(*) FROM measures m WHERE m.problem_id = t.problem_id) AS measures FROM problems t JOIN documents d USING (doc_id) ORDER BY {_ORDER}, t.start",
        (
            *_PLACE,
            SheetColumn("序号", 8, _of("number"), "原文中的序号"),
            SheetColumn("问题", 60, _of("text"), "原文"),
            SheetColumn("主要类别", 20, _first, "类别的含义见本页下方"),
            SheetColumn("其他类别", 20, _others),
            SheetColumn("指标", 26, lambda line: line.indicator(line["indicator"]), "国家标准中的指标：YZ 优质均衡，JB 基本均衡"),
            SheetColumn("措施数", 8, _of("measures"), "针对它的措施有几条"),
            _CONFIDENCE,
            _REVIEWED,
            _PAGE,
            *_SOURCE,
            SheetColumn("问题编号", 22, _of("problem_id")),
        ),
        3,
        ("title", "text"),
    ),
    Sheet(
        "整改措施",
        "每条措施一行，连同它针对的问题",
        f"SELECT t.*, {_DOCUMENT}, {_REVIEWS.format('measure')}, p.text AS problem FROM measures t JOIN documents d USING (doc_id) LEFT JOIN problems p ON p.problem_id = t.problem_id ORDER BY {_ORDER}, t.start",
        (
            *_PLACE,
            SheetColumn("针对的问题", 40, _of("problem"), "不能确定时为空"),
            SheetColumn("序号", 8, _of("number")),
            SheetColumn("措施", 60, _of("text"), "原文"),
            SheetColumn("主要类别", 20, _first),
            SheetColumn("其他类别", 20, _others),
            SheetColumn("状态", 9, _of("status", STATUS), "已完成、进行中、计划"),
            SheetColumn("完成时限", 12, _date("deadline"), "所说期限的最后一天"),
            SheetColumn("责任单位", 24, _listed("units"), "文中写明的"),
            _CONFIDENCE,
            _REVIEWED,
            _PAGE,
            *_SOURCE,
            SheetColumn("措施编号", 22, _of("measure_id")),
            SheetColumn("问题编号", 22, _of("problem_id")),
        ),
        3,
        ("title", "text", "problem"),
    ),
    Sheet(
        "数据",
        "每个数据一行；数值以基本单位计（万元折成元）",
        f"SELECT t.*, {_DOCUMENT}, {_REVIEWS.format('figure')} FROM figures t JOIN documents d USING (doc_id) ORDER BY {_ORDER}, t.start",
        (
            *_PLACE,
            SheetColumn("对象", 30, _of("subject"), "数的是什么，用原文的词；引用前请看原句"),
            SheetColumn("学段", 9, _of("stage")),
            SheetColumn("年份", 7, _of("year"), "数据所属的年份"),
            SheetColumn("限定", 6, _of("qualifier", QUALIFIERS), "≥ 不低于、以上；≤ 不超过、以内；＞ 超过、余、多；＜ 不足；约"),
            SheetColumn("数值", 14, _amount("value", "unit", "value_exact"), "原文缺了数字的为空"),
            SheetColumn("上限值", 14, _amount("value_max", "unit", "value_max_exact"), "区间的上限"),
            SheetColumn("单位", 8, _of("unit")),
            SheetColumn("性质", 8, _of("role", ROLES), "现状、变化前、变化后、变化量、计划、标准"),
            SheetColumn("类别", 20, lambda line: line.category(line["category"])),
            SheetColumn("指标", 26, lambda line: line.indicator(line["indicator"])),
            SheetColumn("原文", 14, _of("text")),
            SheetColumn("原句", 50, _sentence(), "数据所在的句子"),
            SheetColumn("缺失", 6, lambda line: "缺失" if line["missing"] else "", "原文缺了数字，或已损坏"),
            _CONFIDENCE,
            _REVIEWED,
            _PAGE,
            *_SOURCE,
            SheetColumn("数据编号", 22, _of("figure_id")),
            SheetColumn("问题编号", 22, _of("problem_id")),
            SheetColumn("措施编号", 22, _of("measure_id")),
        ),
        3,
        ("title", "text", "subject"),
    ),
    Sheet(
        "变化",
        "文中说的一次变化一行（由……降至……）",
        "SELECT t.change_id, t.doc_id, b.text AS before_text, b.value AS before, b.value_exact AS before_exact, b.unit AS before_unit, a.text AS after_text, a.value AS after, "
        "a.value_exact AS after_exact, a.unit AS after_unit, c.text AS change_text, c.value AS change, c.value_exact AS change_exact, c.unit AS change_unit, "
        "coalesce(a.subject, b.subject, c.subject) AS subject, coalesce(a.stage, b.stage, c.stage) AS stage, coalesce(a.year, c.year, b.year) AS year, "
        "coalesce(a.category, b.category, c.category) AS category, coalesce(a.start, c.start, b.start) AS start, coalesce(a.\"end\", c.\"end\", b.\"end\") AS \"end\", "
        f"coalesce(a.page, c.page, b.page) AS page, coalesce(a.rule, c.rule, b.rule) AS rule, {_DOCUMENT} FROM changes t JOIN documents d USING (doc_id) "
        "LEFT JOIN figures b ON b.figure_id = t.before LEFT JOIN figures a ON a.figure_id = t.after LEFT JOIN figures c ON c.figure_id = t.change "
        f"ORDER BY {_ORDER}, coalesce(a.start, c.start, b.start)",
        (
            *_PLACE,
            SheetColumn("对象", 30, _of("subject")),
            SheetColumn("学段", 9, _of("stage")),
            SheetColumn("年份", 7, _of("year")),
            SheetColumn("变化前", 14, _amount("before", "before_unit", "before_exact")),
            SheetColumn("变化后", 14, _amount("after", "after_unit", "after_exact")),
            SheetColumn("变化量", 14, _amount("change", "change_unit", "change_exact"), "方向见变化前和变化后"),
            SheetColumn("单位", 8, lambda line: line["after_unit"] or line["before_unit"] or line["change_unit"]),
            SheetColumn("变化前原文", 14, _of("before_text")),
            SheetColumn("变化后原文", 14, _of("after_text")),
            SheetColumn("变化量原文", 14, _of("change_text")),
            SheetColumn("类别", 20, lambda line: line.category(line["category"])),
            SheetColumn("原句", 50, _sentence()),
            _PAGE,
            *_SOURCE,
            SheetColumn("变化编号", 22, _of("change_id")),
        ),
        3,
    ),
    Sheet(
        "年度目标",
        "年度目标表的每个单元格一行",
        f"SELECT t.*, {_DOCUMENT} FROM targets t JOIN documents d USING (doc_id) ORDER BY {_ORDER}, t.indicator, t.stage, t.year",
        (
            *_PLACE,
            SheetColumn("表内序号", 9, _of("indicator")),
            SheetColumn("指标", 30, lambda line: line.indicator(line["indicator_code"])),
            SheetColumn("学段", 9, _of("stage")),
            SheetColumn("年份", 7, _of("year")),
            SheetColumn("目标", 20, _of("text"), "原文"),
            SheetColumn("限定", 6, _of("qualifier", QUALIFIERS)),
            SheetColumn("数值", 12, _amount("value", "unit")),
            SheetColumn("单位", 8, _of("unit")),
            SheetColumn("来源文件", 30, _file),
            SheetColumn("目标编号", 22, _of("target_id")),
        ),
        3,
        ("title", "text"),
    ),
    Sheet(
        "核查",
        "算不拢、前后不一、缺损或与国家标准有差距的地方",
        f"SELECT t.*, {_DOCUMENT} FROM findings t JOIN documents d USING (doc_id) ORDER BY CASE t.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, {_ORDER}, t.start",
        (
            SheetColumn("程度", 7, _of("severity", SEVERITIES), "矛盾：数字互相矛盾；存疑：不合常理或缺损；提示：供参考"),
            *_PLACE,
            SheetColumn("说明", 60, _of("message"), "发现了什么，算式如何"),
            SheetColumn("应为", 14, _of("expected")),
            SheetColumn("文中为", 14, _of("found")),
            SheetColumn("原句", 50, _sentence()),
            *_SOURCE,
            SheetColumn("核查编号", 22, _of("finding_id")),
        ),
        1,
        ("title", "message", "expected", "found"),
    ),
)
"""The sheets after 说明, in order."""
