"""Links that were left open: a measure that may answer several problems."""

from __future__ import annotations

from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw


def doubtful_links(context: Context) -> Iterator[Flaw]:
    """Return the measures that may answer several problems, where none was taken."""
    problems = context.report.problems
    for measure, link in zip(context.report.measures, context.links, strict=True):
        if link.problem is None and len(link.doubt) > 1:
            names = "；".join(problems[i].text[:24] for i in link.doubt)
            yield Flaw(f"该措施可能对应几个问题，未作认定：{names}。", (), None, None, measure.start, measure.end)
