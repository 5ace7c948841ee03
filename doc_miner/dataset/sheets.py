"""The sheets of the workbook: which columns a policy officer sees, under which titles, and what fills them.

A sheet is a query and a list of columns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doc_miner.dataset.cells import Cell, Line, amount, day, file_link, first_category, listed, of, other_categories, reviewed, sentence_at, warnings
from doc_miner.dataset.describe import QUALIFIERS, READ, ROLES, SEVERITIES, STATUS


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


_PLACE = (
    SheetColumn("省", 9, of("province")),
    SheetColumn("市", 9, of("city")),
    SheetColumn("县区", 12, of("county")),
    SheetColumn("成文年份", 9, of("doc_year")),
    SheetColumn("文档", 24, of("title")),
)
_SOURCE = (
    SheetColumn("来源文件", 30, file_link, "点击打开原文件（工作簿与原文件的相对位置不变时有效）"),
    SheetColumn("规则", 18, of("rule"), "由哪条规则得到，见使用手册"),
)
_CONFIDENCE = SheetColumn("把握", 7, of("confidence"), "类别判断正确的可能性；低于 0.6 的请先看原文")
_REVIEWED = SheetColumn("核对", 14, reviewed, "人工核对的结果和核对人；判为不是的记录已不在表中，更正过的显示更正后的值")
_PAGE = SheetColumn("页", 6, of("page"), "原文件的页码；没有页的格式为空")
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
            SheetColumn("省", 9, of("province")),
            SheetColumn("市", 9, of("city")),
            SheetColumn("县区", 12, of("county"), "不能确定时为空"),
            SheetColumn("成文年份", 9, of("year")),
            SheetColumn("文种", 10, of("doc_type")),
            SheetColumn("标题", 40, of("title")),
            SheetColumn("发文单位", 20, of("issuer")),
            SheetColumn("发文字号", 18, of("doc_number")),
            SheetColumn("成文日期", 12, day("date"), "按原文的精确程度"),
            SheetColumn("状态", 9, of("status", READ)),
            SheetColumn("提示", 40, warnings, "读取时需要知道的事"),
            SheetColumn("问题数", 8, of("problems")),
            SheetColumn("措施数", 8, of("measures")),
            SheetColumn("数据数", 8, of("figures")),
            SheetColumn("核查数", 8, of("findings")),
            SheetColumn("格式", 8, of("format")),
            SheetColumn("页数", 7, of("pages")),
            SheetColumn("来源文件", 30, file_link, "点击打开原文件"),
            SheetColumn("文档编号", 18, of("doc_id")),
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
            SheetColumn("序号", 8, of("number"), "原文中的序号"),
            SheetColumn("问题", 60, of("text"), "原文"),
            SheetColumn("主要类别", 20, first_category, "类别的含义见本页下方"),
            SheetColumn("其他类别", 20, other_categories),
            SheetColumn("指标", 26, lambda line: line.indicator(line["indicator"]), "国家标准中的指标：YZ 优质均衡，JB 基本均衡"),
            SheetColumn("措施数", 8, of("measures"), "针对它的措施有几条"),
            _CONFIDENCE,
            _REVIEWED,
            _PAGE,
            *_SOURCE,
            SheetColumn("问题编号", 22, of("problem_id")),
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
            SheetColumn("针对的问题", 40, of("problem"), "不能确定时为空"),
            SheetColumn("序号", 8, of("number")),
            SheetColumn("措施", 60, of("text"), "原文"),
            SheetColumn("主要类别", 20, first_category),
            SheetColumn("其他类别", 20, other_categories),
            SheetColumn("状态", 9, of("status", STATUS), "已完成、进行中、计划"),
            SheetColumn("完成时限", 12, day("deadline"), "所说期限的最后一天"),
            SheetColumn("责任单位", 24, listed("units"), "文中写明的"),
            _CONFIDENCE,
            _REVIEWED,
            _PAGE,
            *_SOURCE,
            SheetColumn("措施编号", 22, of("measure_id")),
            SheetColumn("问题编号", 22, of("problem_id")),
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
            SheetColumn("对象", 30, of("subject"), "数的是什么，用原文的词；引用前请看原句"),
            SheetColumn("学段", 9, of("stage")),
            SheetColumn("年份", 7, of("year"), "数据所属的年份"),
            SheetColumn("限定", 6, of("qualifier", QUALIFIERS), "≥ 不低于、以上；≤ 不超过、以内；＞ 超过、余、多；＜ 不足；约"),
            SheetColumn("数值", 14, amount("value", "unit", "value_exact"), "原文缺了数字的为空"),
            SheetColumn("上限值", 14, amount("value_max", "unit", "value_max_exact"), "区间的上限"),
            SheetColumn("单位", 8, of("unit")),
            SheetColumn("性质", 8, of("role", ROLES), "现状、变化前、变化后、变化量、计划、标准"),
            SheetColumn("类别", 20, lambda line: line.category(line["category"])),
            SheetColumn("指标", 26, lambda line: line.indicator(line["indicator"])),
            SheetColumn("原文", 14, of("text")),
            SheetColumn("原句", 50, sentence_at(), "数据所在的句子"),
            SheetColumn("缺失", 6, lambda line: "缺失" if line["missing"] else "", "原文缺了数字，或已损坏"),
            _CONFIDENCE,
            _REVIEWED,
            _PAGE,
            *_SOURCE,
            SheetColumn("数据编号", 22, of("figure_id")),
            SheetColumn("问题编号", 22, of("problem_id")),
            SheetColumn("措施编号", 22, of("measure_id")),
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
            SheetColumn("对象", 30, of("subject")),
            SheetColumn("学段", 9, of("stage")),
            SheetColumn("年份", 7, of("year")),
            SheetColumn("变化前", 14, amount("before", "before_unit", "before_exact")),
            SheetColumn("变化后", 14, amount("after", "after_unit", "after_exact")),
            SheetColumn("变化量", 14, amount("change", "change_unit", "change_exact"), "方向见变化前和变化后"),
            SheetColumn("单位", 8, lambda line: line["after_unit"] or line["before_unit"] or line["change_unit"]),
            SheetColumn("变化前原文", 14, of("before_text")),
            SheetColumn("变化后原文", 14, of("after_text")),
            SheetColumn("变化量原文", 14, of("change_text")),
            SheetColumn("类别", 20, lambda line: line.category(line["category"])),
            SheetColumn("原句", 50, sentence_at()),
            _PAGE,
            *_SOURCE,
            SheetColumn("变化编号", 22, of("change_id")),
        ),
        3,
    ),
    Sheet(
        "年度目标",
        "年度目标表的每个单元格一行",
        f"SELECT t.*, {_DOCUMENT} FROM targets t JOIN documents d USING (doc_id) ORDER BY {_ORDER}, t.indicator, t.stage, t.year",
        (
            *_PLACE,
            SheetColumn("表内序号", 9, of("indicator")),
            SheetColumn("指标", 30, lambda line: line.indicator(line["indicator_code"])),
            SheetColumn("学段", 9, of("stage")),
            SheetColumn("年份", 7, of("year")),
            SheetColumn("目标", 20, of("text"), "原文"),
            SheetColumn("限定", 6, of("qualifier", QUALIFIERS)),
            SheetColumn("数值", 12, amount("value", "unit")),
            SheetColumn("单位", 8, of("unit")),
            SheetColumn("来源文件", 30, file_link),
            SheetColumn("目标编号", 22, of("target_id")),
        ),
        3,
        ("title", "text"),
    ),
    Sheet(
        "核查",
        "算不拢、前后不一、缺损或与国家标准有差距的地方",
        f"SELECT t.*, {_DOCUMENT} FROM findings t JOIN documents d USING (doc_id) ORDER BY CASE t.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, {_ORDER}, t.start",
        (
            SheetColumn("程度", 7, of("severity", SEVERITIES), "矛盾：数字互相矛盾；存疑：不合常理或缺损；提示：供参考"),
            *_PLACE,
            SheetColumn("说明", 60, of("message"), "发现了什么，算式如何"),
            SheetColumn("应为", 14, of("expected")),
            SheetColumn("文中为", 14, of("found")),
            SheetColumn("原句", 50, sentence_at()),
            *_SOURCE,
            SheetColumn("核查编号", 22, of("finding_id")),
        ),
        1,
        ("title", "message", "expected", "found"),
    ),
)
"""The sheets after 说明, in order."""
