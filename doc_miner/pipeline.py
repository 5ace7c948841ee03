"""The order of the stages, for one document: load → normalise → outline → extract → link → classify → audit.

`mine_source` is the one function that shows it; only this module knows it.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from doc_miner.assemble import assemble
from doc_miner.audit import audit_findings
from doc_miner.classify import Classifier, IndicatorFinder, classifier_for
from doc_miner.extract.figures import FigureContext, FigureFinder
from doc_miner.lexicon import Lexicon, default_lexicon
from doc_miner.link import link_passages, merge_statements
from doc_miner.loaders import DEFAULT, Limits
from doc_miner.loaders.containers import find_member
from doc_miner.loaders.worker import SafeLoader
from doc_miner.metadata import read_metadata
from doc_miner.model import Document, Figure, Report
from doc_miner.normalise import normalise_source
from doc_miner.outline import read_outline
from doc_miner.records import Extracted, Extractor
from doc_miner.source import Source


class Miner:
    """The stages with what they share (lexicon, patterns, classifier), built once and used for many documents."""

    def __init__(self, lexicon: Lexicon | None = None, classifier: Classifier | None = None) -> None:
        self.lexicon = lexicon or default_lexicon()
        self.classifier = classifier or classifier_for(self.lexicon)
        self.indicators = IndicatorFinder(self.lexicon)
        self.figures = FigureFinder(self.lexicon)
        self.extractor = Extractor(self.lexicon, self.figures)

    def mine_source(self, source: Source, *, path: str, sha256: str) -> Report:
        """Return everything found in a loaded document."""
        document = normalise_source(source, doc_id=sha256[:16], path=path, sha256=sha256, lexicon=self.lexicon)
        return self.mine_document(document)

    def mine_text(self, text: str) -> Report:
        """Return everything found in a text as it stands: spans count its own code points, nothing is tidied."""
        sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return self.mine_document(Document(sha256[:16], "", sha256, "text", text))

    def mine_document(self, document: Document) -> Report:
        """Return everything found in a normalised document."""
        metadata = read_metadata(document, self.lexicon)
        outline = read_outline(document, self.lexicon)
        found: Extracted = self.extractor.extract(document, metadata, outline)
        problems, nodes = merge_statements(found.statements)
        links = link_passages(document.text, found.passages, problems, nodes, self.classifier.profile)
        records = self.extractor.complete(document, metadata, outline, found, problems, links)
        labelled = assemble(document, metadata, outline, found, records, self.classifier, self.indicators)
        findings = audit_findings(labelled, records.links, self.lexicon)
        return replace(labelled, findings=tuple(replace(f, finding_id=f"{document.doc_id}-n{i}") for i, f in enumerate(findings, 1)))


@lru_cache(maxsize=2)
def default_miner() -> Miner:
    """Return the miner with the shipped lexicons, built once in a process."""
    return Miner()


def mine(path: str | Path, *, lexicon: Lexicon | None = None, limits: Limits = DEFAULT) -> Report:
    """Return everything found in the document at *path*, which may lie in an archive: ``archive.zip!/folder/file.pdf``.

    The file is parsed in a process of its own, bounded in time and memory. Raises `LoadError`
    where it cannot be read, with the reason in Chinese.
    """
    path = Path(path)
    with SafeLoader(limits) as loader:
        data = find_member(path, limits, loader.unpack)
        source = loader.load(path) if data is None else loader.load_bytes(data, path.name)
    miner = default_miner() if lexicon is None else Miner(lexicon)
    return miner.mine_source(source, path=str(path), sha256=hashlib.sha256(path.read_bytes() if data is None else data).hexdigest())


def find_figures(text: str) -> list[Figure]:
    """Return the figures of *text* in order; ``start`` and ``end`` count code points of the string given.

    >>> [(f.text, str(f.value), f.unit) for f in find_figures("投入1.44亿元，新增学位4050个")]
    [('1.44亿元', '144000000', '元'), ('4050个', '4050', '个')]
    """
    figures, _ = default_miner().figures.find(text, FigureContext())
    return figures
