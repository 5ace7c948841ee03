"""Find citations: the documents that this one names, with title and number, damaged ones included."""

from __future__ import annotations

import re

from doc_miner.model import Citation

_TITLE = re.compile(r"《(?P<title>(?:[^《》\n]|《[^《》\n]{1,80}》){2,120})》")
_NUMBER = re.compile(
    r"[(（]?\s?(?P<number>[一-鿿]{1,14}\s?(?:[〔\[［【（(]\s?(?:19|20)\d{2}\s?[〕\]］】）)]|[〔\[［]?(?:19|20)\d{2}[〕\]］]?)\s?第?\s?\d{1,4}\s?号)\s?[)）]?"
)
_BARE = re.compile(r"(?<![一-鿿])(?P<number>[一-鿿]{2,10}[〔\[［](?:19|20)\d{2}[〕\]］]\s?\d{1,4}\s?号)|(?<=[(（])(?P<number2>[一-鿿]{2,12}(?:[〔\[［](?:19|20)\d{2}[〕\]］]?|(?:19|20)\d{2})\s?\d{1,4}\s?号)(?=[)）])")


def find_citations(text: str) -> list[Citation]:
    """Return the documents cited in *text*, each with its title in 《》 (or ``None``) and its number as written (or ``None``)."""
    out = []
    covered: list[tuple[int, int]] = []
    for match in _TITLE.finditer(text):
        end = match.end()
        number = _NUMBER.match(text, end) if text[end : end + 1] in "(（" else None
        title = re.sub(r"\s+", "", match["title"])
        if number is None and not _is_document(title):
            continue
        stop = number.end() if number else end
        out.append(Citation(match.start(), stop, title, number["number"].strip() if number else None))
        covered.append((match.start(), stop))
    for match in _BARE.finditer(text):
        if not any(a <= match.start() < b for a, b in covered):
            name = "number" if match["number"] else "number2"
            out.append(Citation(match.start(name), match.end(name), None, match[name].strip()))
    return sorted(out, key=lambda citation: citation.start)


def _is_document(title: str) -> bool:
    """Return whether a title in 《》 is that of an official document rather than of a book or newspaper."""
    return re.search(r"通知|意见|方案|办法|规定|标准|规划|纲要|条例|细则|法$|报告|函|决定|计划|制度|指南|要点|章程|目录|决议|公报|批复|意见书|清单|规范|守则|体系|通报|责任书|协议", title) is not None
