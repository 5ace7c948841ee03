"""The views of a dataset: the common questions as tables of their own, for any SQLite browser."""

from __future__ import annotations

from doc_miner.model import REVIEW_BELOW

_PLACE = "d.region_code, d.province, d.city, d.county"
_FILE = "d.title, d.path"


def _doubtful(kind: str, category: str, where: str = "") -> str:
    return f"""
        SELECT '{kind}' AS record_kind, r.{kind}_id AS record_id, r.doc_id, {_PLACE}, d.year, {category} AS category, c.name AS category_name, r.confidence, r.text, r.page, {_FILE}
        FROM {kind}s r JOIN documents d ON d.doc_id = r.doc_id LEFT JOIN categories c ON c.code = {category}
        WHERE r.confidence < {REVIEW_BELOW}{where} AND NOT EXISTS (
            SELECT 1 FROM reviews v WHERE v.record_id = r.{kind}_id AND rtrim(v.record_kind, 's') = '{kind}' AND (v.field IN ('category', 'categories') OR v.verdict = 'rejected'))"""



_SELECTS = {
    "figure_details": f"""
        SELECT f.figure_id, f.doc_id, {_PLACE}, coalesce(f.year, d.year) AS year, f.year AS stated_year, d.year AS document_year, d.doc_type, f.category, c.name AS category_name,
               f.indicator, i.name AS indicator_name, f.subject, f.stage, f.role, f.qualifier, f.value, f.value_max, f.unit, f.value_exact, f.missing, f.confidence,
               f.text, f.page, {_FILE}, f.problem_id, f.measure_id
        FROM figures f JOIN documents d ON d.doc_id = f.doc_id
        LEFT JOIN categories c ON c.code = f.category LEFT JOIN indicators i ON i.code = f.indicator""",
    "problem_measures": f"""
        SELECT p.problem_id, p.doc_id, {_PLACE}, d.year, d.doc_type, json_extract(p.categories, '$[0]') AS category, c.name AS category_name, p.indicator,
               p.text AS problem, p.page AS problem_page, m.measure_id, m.text AS measure, m.status, m.deadline, m.units, m.page AS measure_page, {_FILE}
        FROM problems p JOIN documents d ON d.doc_id = p.doc_id
        LEFT JOIN measures m ON m.doc_id = p.doc_id AND m.problem_id = p.problem_id
        LEFT JOIN categories c ON c.code = json_extract(p.categories, '$[0]')""",
    "open_promises": f"""
        SELECT m.measure_id, m.doc_id, {_PLACE}, d.year, d.date, m.deadline, m.status, m.units, m.text AS measure, json_extract(m.categories, '$[0]') AS category,
               c.name AS category_name, p.problem_id, p.text AS problem, m.page, {_FILE}
        FROM measures m JOIN documents d ON d.doc_id = m.doc_id
        LEFT JOIN problems p ON p.doc_id = m.doc_id AND p.problem_id = m.problem_id
        LEFT JOIN categories c ON c.code = json_extract(m.categories, '$[0]')
        WHERE m.deadline IS NOT NULL AND m.status <> 'done'""",
    "indicator_values": f"""
        SELECT f.indicator, i.name AS indicator_name, {_PLACE}, coalesce(f.year, d.year) AS year, f.year AS stated_year, f.stage, f.role, f.qualifier, f.value, f.unit,
               f.figure_id, f.doc_id
        FROM figures f JOIN documents d INDEXED BY documents_region ON d.doc_id = f.doc_id LEFT JOIN indicators i ON i.code = f.indicator
        WHERE f.indicator IS NOT NULL AND f.role IN ('level', 'after') AND NOT f.missing""",
    "movements": f"""
        SELECT m.change_id, m.doc_id, {_PLACE}, d.year, coalesce(a.subject, b.subject, c.subject) AS subject, b.text AS before, a.text AS after, c.text AS change,
               b.value AS before_value, a.value AS after_value, c.value AS change_value, coalesce(a.unit, b.unit) AS unit, c.unit AS change_unit,
               coalesce(a.category, b.category, c.category) AS category, {_FILE}
        FROM changes m JOIN documents d ON d.doc_id = m.doc_id
        LEFT JOIN figures b ON b.figure_id = m.before LEFT JOIN figures a ON a.figure_id = m.after LEFT JOIN figures c ON c.figure_id = m.change""",
    "unread_documents": """
        SELECT f.path, d.doc_id, d.status, json_extract(w.value, '$.code') AS code, json_extract(w.value, '$.message') AS reason, d.mined_at
        FROM documents d JOIN files f ON f.doc_id = d.doc_id, json_each(d.warnings) AS w
        WHERE d.status = 'failed'""",
    "to_review": " UNION ALL".join(
        [_doubtful("problem", "json_extract(r.categories, '$[0]')"), _doubtful("measure", "json_extract(r.categories, '$[0]')"), _doubtful("figure", "r.category", " AND NOT r.missing")]
    ),
}

VIEWS = {name: f"CREATE VIEW {name} AS{select}" for name, select in _SELECTS.items()}
"""Name to the SQL that makes the view."""
