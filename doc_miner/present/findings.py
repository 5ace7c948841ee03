"""Print the findings of a dataset, gravest first, under the documents they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from doc_miner.audit import RULES, SEVERITIES
from doc_miner.audit.across import REGION_RULES, Remark

_TITLES = {rule.name: rule.title for rule in (*RULES, *REGION_RULES)}


def print_findings(remarks: Sequence[Remark]) -> None:
    """Print *remarks* (in order) by severity and document: rule, place in the document's text, message."""
    console = Console(highlight=False, soft_wrap=True)
    for severity, same in groupby(remarks, key=lambda remark: remark.severity):
        members = list(same)
        console.print(Text(f"{SEVERITIES[severity]}（{len(members)}）", style="bold"))
        for path, own in groupby(members, key=lambda remark: remark.path):
            console.print(Text(f"  {path}"))
            for remark in own:
                console.print(Text(f"    [{_TITLES.get(remark.rule, remark.rule)}] 第{remark.start + 1}—{remark.end}字：{remark.message}"))
    counts = "，".join(f"{name}{sum(r.severity == severity for r in remarks)}条" for severity, name in SEVERITIES.items())
    console.print(Text(f"共{len(remarks)}条：{counts}。" if remarks else "没有核查结果。"))
