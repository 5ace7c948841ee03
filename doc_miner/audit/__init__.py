"""What does not add up in a document: contradictions, improbable or damaged numbers, and the distance to the standard.

The rules stand in one table (`doc_miner.audit.rules`), a family of them in one module. Every finding names
its figures and shows the arithmetic. What cannot be decided is no finding.
"""

from __future__ import annotations

from collections.abc import Sequence

from doc_miner.audit.context import Context
from doc_miner.audit.rules import RULES, SEVERITIES, Rule
from doc_miner.lexicon import Lexicon, default_lexicon
from doc_miner.link import Link
from doc_miner.model import Finding, Report

__all__ = ["RULES", "SEVERITIES", "Rule", "audit_findings"]


def audit_findings(report: Report, links: Sequence[Link], lexicon: Lexicon | None = None) -> list[Finding]:
    """Return the findings of one document, in the order of their places.

    *links* runs parallel to the measures; *lexicon* holds the official thresholds (default: the shipped one).
    """
    context = Context(report, links, lexicon or default_lexicon())
    found: dict[tuple[str, int, int, str], Finding] = {}
    for rule in RULES:
        for flaw in rule.find(context):
            start, end = flaw.place()
            finding = Finding(rule.name, rule.severity, flaw.message, start, end, flaw.expected, flaw.found, tuple(f.figure_id for f in flaw.figures))
            found.setdefault((rule.name, start, end, flaw.found or ""), finding)
    return sorted(found.values(), key=lambda finding: (finding.start, finding.rule))
