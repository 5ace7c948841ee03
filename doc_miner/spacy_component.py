"""A spaCy component: ``nlp.add_pipe("doc_miner")`` puts what the program finds into a Doc.

``doc.spans["problems"]``, ``["measures"]`` and ``["figures"]`` hold the spans; the record of each
(value, unit, qualifier, categories, status …) is under ``span._.record``, the whole report
under ``doc._.report``. Spans are widened to token bounds; ``record.start`` and ``record.end``
count characters of ``doc.text`` exactly.
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from doc_miner.pipeline import Miner, default_miner

_KINDS = ("problems", "measures", "figures")
_VALUES = ("value", "value_max", "unit", "qualifier", "subject", "stage", "year", "role", "category", "categories", "status", "deadline", "units", "indicator", "rule")


class DocMinerComponent:
    """Mines the text of a Doc as one plain-text document."""

    def __init__(self, miner: Miner) -> None:
        self._miner = miner
        if not Doc.has_extension("report"):
            Doc.set_extension("report", default=None)
        if not Doc.has_extension("records"):
            Doc.set_extension("records", default=None)
        if not Span.has_extension("record"):
            Span.set_extension("record", getter=_record)
        for name in _VALUES:
            if not Span.has_extension(name):
                Span.set_extension(name, getter=_getter(name))

    def __call__(self, doc: Any) -> Any:
        """Return the Doc with its spans filled."""
        report = self._miner.mine_text(doc.text)
        doc._.report = report
        doc._.records = {}
        for kind in _KINDS:
            spans = []
            for record in getattr(report, kind):
                span = doc.char_span(record.start, record.end, label=kind.rstrip("s").upper(), span_id=getattr(record, f"{kind[:-1]}_id"), alignment_mode="expand")
                if span is not None:
                    doc._.records[span.id_] = record
                    spans.append(span)
            doc.spans[kind] = spans
        return doc


def _record(span: Any) -> Any:
    """Return the record of a span by its id: two records may lie within one token, and so have spans of the same bounds."""
    return (span.doc._.records or {}).get(span.id_)


def _getter(name: str) -> Any:
    return lambda span: getattr(span._.record, name, None)


@Language.factory("doc_miner")
def make_doc_miner(nlp: Any, name: str) -> DocMinerComponent:
    """Return the component; spaCy calls this by its entry point."""
    del nlp, name
    return DocMinerComponent(default_miner())
