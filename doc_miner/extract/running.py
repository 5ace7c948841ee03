"""Find problems and measures in running text: replies, news, reports without lists or telling headings.

A problem is a sentence that the document presents as its own finding (不过…尚未贯通; 经查…属实);
a measure a paragraph that tells what was done, or the rest of a paragraph after the
problem it answers. Quotations, questions, negations and passing phrases are neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from doc_miner.extract.measures import Passage
from doc_miner.extract.passages import Passages
from doc_miner.extract.problems import Statement, after_lead
from doc_miner.model import Problem, Span
from doc_miner.outline import Node

_OWN_FINDING = re.compile(
    r"^(?:但|不过|然而|可是|当然)|也要看到|清醒地看到|清醒认识到|必须看到|也要承认|经(?:查|核查|核实|调查|排查)|(?:了解|排查|检查|督查|调研)(?:到|发现|中发现)|属实|客观存在|仍(?:有|存在|然)|尚(?:未|缺|有|不)|还(?:有|存在|不|未|缺)|依然|有待|亟待|存在(?!问题的)|目前[^,。]{0,20}(?:缺|不足)"
)
_NOT_STATED = re.compile(r"[?？]$|怎样|如何|能不能|为了|针对|解决好?|破解|化解|缓解|消除|避免|防止|杜绝|着力|不存在|已无|未发现|没有(?:一|出现|发现)|是否|您(?:反映|提到|在|所)|以前|过去|曾经|当时|原来")
_QUOTED = re.compile(r"[“\"][^”\"\n]{12,400}+[”\"]")
_ANSWER = re.compile(r"^(?:对此|针对(?:这|上述|该|以上)|为此|目前,?|下一步|在此基础上|同时,)")
_TOLD = re.compile(r"记者|笔者|说[,。:]|告诉|指着|笑着|书声|清晨|放学|夕阳|家住")


def find_running(nodes: list[tuple[Node, Span]], passages: Passages) -> tuple[list[Statement], list[Passage]]:
    """Return the problems and measures of the stretches given (each with the node it belongs to)."""
    statements: list[Statement] = []
    measures: list[Passage] = []
    for node, (start, end) in nodes:
        for begin, stop in passages.paragraphs(start, end):
            if _skipped(passages, begin, stop):
                continue
            problem = next(_problems(passages, begin, stop), None)
            rest = begin
            if problem is not None:
                problem = after_lead(passages, *problem), problem[1]
                text = passages.text[problem[0] : problem[1]]
                statements.append(Statement(Problem(*problem, text, "problem/running-text"), node, False))
                rest = problem[1]
            rest, stop = passages.trimmed(rest, stop)
            if _acts(passages, rest, stop, after_problem=problem is not None):
                measures.append(Passage(rest, stop, node, "measure/running-text"))
    return statements, measures


def _skipped(passages: Passages, start: int, end: int) -> bool:
    return end - start < 24 or passages.is_furniture(start, end) or passages.is_preamble(start, end) or passages.is_closing(start, end)


def _problems(passages: Passages, start: int, end: int) -> Iterator[Span]:
    """Yield the first run of sentences of a paragraph that state a deficiency as the document's own finding."""
    run: Span | None = None
    for begin, stop in passages.sentences(start, end):
        sentence = passages.folded[begin:stop]
        if _states(passages, sentence):
            run = (begin, stop) if run is None else (run[0], stop)
        elif run is not None:
            break
    if run is not None:
        yield run


def _states(passages: Passages, sentence: str) -> bool:
    plain = re.sub(r"[“\"][^”\"\n]{0,40}[”\"]", "", sentence)
    if _OWN_FINDING.search(plain) is None or passages.problem_cue.search(plain) is None:
        return False
    if _QUOTED.search(sentence):
        return False
    if re.search(r"对(?:仍|还|尚)(?:有|存在)", plain):
        return False
    negation = _NOT_STATED.search(plain)
    if negation is None:
        return True
    strong = re.search(r"属实|客观存在|也要看到|还有差距|尚未|尚缺|仍有", plain)
    return strong is not None and not re.search(r"不存在|已无|未发现|[?？]$", plain)


def _acts(passages: Passages, start: int, end: int, *, after_problem: bool) -> bool:
    """Return whether a stretch tells what is done: several actions, with a figure or a done or planned cue."""
    if end - start < 20:
        return False
    text = passages.folded[start:end]
    if _QUOTED.search(text) and _TOLD.search(text):
        return False
    actions = len(passages.action_cue.findall(text))
    if after_problem or _ANSWER.match(text):
        return actions >= 2
    if passages.negated_cue.search(text) and re.search(r"不存在|未发现", text):
        return False
    figures = len(re.findall(r"(?<!\d)\d++(?:\.\d++)?(?:[%万亿人名所个元台间套]|平方)", text))
    return actions >= 3 and figures >= 2 and _TOLD.search(text) is None and not re.search(r"满意度|调查了|问卷", text)
