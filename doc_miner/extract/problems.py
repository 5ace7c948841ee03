"""Find problems: the statement of one deficiency, as the document lists it.

A problem is the smallest list item under a problems heading, a labelled 问题N, what stands
in front of its own response, a cell of a rectification table, or, in running text, a
sentence that states what is lacking as the document's own finding. Rules: ``problem/…``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doc_miner.extract.passages import Passages
from doc_miner.model import Problem, Span
from doc_miner.outline import Node

OF_RUNNING_TEXT = ("problem/paragraph", "problem/running-text", "problem/admitted")
"""Rules of problems that stand in running text: their node is the part around them, not an item of their own."""
RESPONSES = ("response", "measure", "recommendation", "progress")
"""Roles of a part that answers the problem it stands under."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A place where a problem is stated; ``answered`` if its own response follows it."""

    problem: Problem
    node: Node
    answered: bool
    labelled: bool = False


def find_statements(root: Node, passages: Passages) -> list[Statement]:
    """Return every place where the outline states a problem, in order; the same problem may be stated twice."""
    _mark_announced(root, passages)
    out = []
    for node in root.walk():
        out += list(_statements_of(node, passages))
        if node.role in (None, "measure", "response", "situation") and not node.line_bound:
            for stretch in _own_text(node):
                out += list(_admitted(node, stretch, passages))
    if not out:
        out = list(_aimed(root, passages))
    seen: set[Span] = set()
    unique = []
    for statement in sorted(out, key=lambda s: (s.problem.start, s.problem.end)):
        span = (statement.problem.start, statement.problem.end)
        if statement.problem.rule in ("problem/listed", "problem/paragraph") and is_denial(passages, *span):
            continue
        if span not in seen and span[0] < span[1]:  # an item that nobody wrote anything behind states no problem
            seen.add(span)
            unique.append(statement)
    return unique


def _aimed(root: Node, passages: Passages) -> Iterator[Statement]:
    """Yield the problems of a document that names each only in front of its response (针对“…”的问题，我们…), two and more items in a row."""
    for node in root.walk():
        row: list[tuple[Node, Span]] = []
        for child in [*node.children, None]:
            aim = None
            if child is not None and child.kind != "label" and child.role in (None, "measure", "response"):
                aim = passages.aim(child.start if child.kind == "aimed" else child.body, child.end)
            if child is not None and aim is not None:
                row.append((child, aim))
                continue
            for item, span in row if len(row) >= 2 else ():
                for below in item.walk():
                    below.role = "response"
                yield _statement(item, passages, *span, "problem/aimed", True)
            row = []


_DENIED = re.compile(r"(?:不存在|未发现|没有发现|未出现|没有出现|已无|已全部消除|已全面消除)[^,。;\n]{0,30}(?:问题|现象|情况|行为|大班额|$)")


def is_denial(passages: Passages, start: int, end: int) -> bool:
    """Return whether a stretch only says that there is no problem (经核查，不存在大班额问题。)."""
    text = passages.folded[start:end]
    rest = _DENIED.sub("", text.rstrip("。;"))
    return len(rest) < len(text.rstrip("。;")) and passages.problem_cue.search(rest) is None


_ADMITS = re.compile(
    r"清醒(?:地|的)?(?:看到|认识到|意识到)|(?:也|更|还|必须)(?:要|应|应该|应当)?(?:看到|认识到|正视)|(?:在)?(?:肯定|总结|看到|取得)[^,。;]{0,10}成绩的?同时|(?:虽然|尽管)[^。;]{0,40}(?:成绩|成效|进展|进步)[^。;]{0,10},?但|(?<=[\n。])但(?:是|对照|与|从)?[^。;]{0,36}(?:存在|有)[^。;]{0,14}(?:差距|问题|不足|困难|短板)"
)
_REPORTS = re.compile(r"(?:需要|特别|还需|应当)(?:特别|向[^,。]{1,8})?(?:报告|说明|指出|反映|汇报|正视)的是[,:]")
_TURNS = re.compile(r"(?:我们(?:一定)?(?:要|将|必须)|对此|对这些|针对|为此|面对|下一步|今后|下阶段|要直面|以上问题|这些问题)")
_IN_PASSING = re.compile(r"(?:解决|破解|化解|针对|消除|缓解|克服)[^,。;]{0,24}")
_LEAD_OF_ADMISSION = re.compile(
    r"(?:(?:在)?(?:充分)?(?:肯定|总结|看到|取得)[^,。;]{0,12}成绩的?同时[,]?|同时[,]?)?(?:但是?[,]?)?(?:我们|我[县区市局])?(?:也|还|更|同时)?(?:必须|要|应|应当)?(?:清醒(?:地|的)?)?(?:看到|认识到|意识到|正视)[,:到]?"
    r"|(?:需要|特别|还需)(?:特别)?(?:报告|说明|指出|反映|汇报|强调)的是[,:]"
    r"|(?:当前|目前)?[,]?(?:我[县区市]|全[县区市])?[^,。;:]{0,20}(?:还|仍|也|依然)(?:存在|有)(?:着)?(?:一些|不少|以下|几[个方])?[^,。;:]{0,8}(?:不足|问题|困难|短板|差距)[:,]"
)
"""Words that lead into an admission and are no part of it (我们也清醒地认识到，; 需要报告的是，)."""
_ADMITTED = 12
"""Paragraphs that may follow an admission as its list."""


def _own_text(node: Node) -> Iterator[Span]:
    """Yield the stretches of a node that are no part of an item below it."""
    at = node.heading[1] if node.heading[1] < node.end and node.kind != "root" else node.body
    for child in node.children:
        if at < child.start:
            yield at, child.start
        at = max(at, child.end)
    if at < node.end:
        yield at, node.end


def _admitted(node: Node, stretch: Span, passages: Passages) -> Iterator[Statement]:
    """Yield what running text admits (我们也清醒地看到，…还不足): its paragraph, or those that follow where it only announces them."""
    follows = 0
    for begin, end in passages.paragraphs(*stretch):
        if _ADMITS.search(passages.folded, begin, min(end, begin + 60)) is None and _REPORTS.match(passages.folded, begin) is None:
            if not follows or _TURNS.match(passages.folded, begin) or passages.is_furniture(begin, end):
                follows = 0
                continue
            follows -= 1
        else:
            follows = _ADMITTED
        sentences = passages.sentences(begin, end)
        lacking = any(passages.problem_cue.search(_IN_PASSING.sub("", passages.folded[a:b])) for a, b in sentences)
        if not lacking or (len(sentences) == 1 and _only_announces(passages, begin, end)):
            continue
        turn = next((a for a, _ in sentences[1:] if _TURNS.match(passages.folded, a)), end)
        if follows == _ADMITTED and turn - begin > 60:
            follows = 0  # the paragraph says it all
        yield _statement(node, passages, after_lead(passages, begin, turn), turn, "problem/admitted", False)


def after_lead(passages: Passages, start: int, end: int) -> int:
    """Return where a paragraph of problems begins behind the words that only lead into it."""
    lead = _LEAD_OF_ADMISSION.match(passages.folded, start, end)
    return lead.end() if lead is not None and end - lead.end() >= 10 else start


_GENERAL = re.compile(
    r"我们|我[县区市国]|工作|经济社会|教育|义务教育|均衡|发展|中|的|还|也|仍然?|依然|面临|存在|着|有|不少|一些|许多|诸多|许?多|困难|问题|挑战|不足|短板|差距|薄弱环节|和|与|及|、|主要|突出|前进|道路|上|既|要|更|应|当|该"
)


def _only_announces(passages: Passages, start: int, end: int) -> bool:
    """Return whether a sentence only says that there are problems (我们也清醒地看到，还面临不少困难和挑战。) or leads into their list."""
    sentence = passages.folded[start:end].rstrip()
    if sentence.endswith(":"):
        return True
    told = _ADMITS.sub("", sentence)
    return len(_GENERAL.sub("", told.strip("。;:, "))) <= 6


def _mark_announced(root: Node, passages: Passages) -> None:
    """Give the items of lists that running text announces as problems (存在以下问题：…) their role."""
    for node in root.walk():
        for items in _lists(node):
            sentence = _announcement(node, items[0], passages)
            if node.role != "problem" and _announces_problems(sentence, items[0], passages):
                for item in items:
                    _mark(item)
            elif (node.role is None and _NEXT_STEPS.search(sentence) and not passages.problem_cue.search(sentence)) or (node.role in (None, "problem") and _AHEAD.match(sentence)):
                for item in items:
                    item.role = item.own_role or "plan"
            elif node.role is None and _ADVICE.search(sentence):
                for item in items:
                    item.role = item.role or "recommendation"
        if node.children and node.role in RESPONSES and any(answers(child) and not _only_acts(child, passages) for child in node.children):
            for child in node.children:  # beside answered problems, an item that states a lack is one without an answer (存在问题及整改情况)
                if child.kind != "label" and not child.children and child.own_role is None and passages.problem_cue.search(passages.folded, child.body, child.end):
                    child.role = "problem"


def _mark(node: Node) -> None:
    if node.own_role is not None and node.own_role != "problem":
        return
    node.role = "problem"
    for child in node.children:
        _mark(child)


def _statements_of(node: Node, passages: Passages) -> Iterator[Statement]:
    answered = answers(node) and not _only_acts(node, passages)
    if node.kind == "label-numbered":
        if node.own_end() > node.body and not any(child.kind != "label" and child.role == "problem" for child in node.children):
            yield _statement(node, passages, node.body, node.own_end(), "problem/labelled", answered, labelled=True)
        return
    if answered and node.kind not in ("root", "label") and not (node.own_role in ("problem", "response", "measure", "plan") and passages.is_pure_heading(*node.heading)):
        if _states_something(node, passages):
            yield _statement(node, passages, node.body, node.own_end(), "problem/answered", True)
        return
    if node.role != "problem" or node.kind == "root":
        return
    if node.children:
        return
    if node.own_role == "problem" and passages.is_pure_heading(*node.heading):
        yield from _unlisted(node, passages)
    else:
        yield _item(node, passages, "problem/listed")


def answers(node: Node) -> bool:
    """Return whether a node holds, below its own statement, a labelled response to it."""
    labels = [child for child in node.children if child.kind == "label"]
    if not labels:
        return False
    if any(child.own_role == "problem" for child in labels):
        return False
    return any(child.own_role in ("response", "measure", "recommendation", "plan") for child in labels)


_NAMES_PROBLEM = re.compile(r"关于(?!解决|破解|化解|整改|消除)[^。;\n]{2,60}问题$")


def _only_acts(node: Node, passages: Passages) -> bool:
    """Return whether an item of a part of responses states no lack of its own: its labels (具体做法：…) go on with what it does."""
    if node.role not in RESPONSES or node.own_role is not None or _NAMES_PROBLEM.match(passages.folded[node.body : node.own_end()].strip(" \n。;:")):
        return False
    return passages.problem_cue.search(passages.folded, node.body, node.own_end()) is None


def _states_something(node: Node, passages: Passages) -> bool:
    start, end = passages.trimmed(node.body, node.own_end())
    return end - start >= 4


_ADVICE = re.compile(r"(?:提出|现提|有)[^。]{0,16}(?:意见|建议)[^。]{0,6}$")
_NEXT_STEPS = re.compile(r"(?:下一步|今后|下阶段|接下来|明年)[^。]{0,40}$|(?:我们|我[县区市])?将[^。]{0,30}(?:以下|如下)?(?:工作|措施|几个方面|方面|任务)[^。]{0,6}$")
"""A sentence that leads into a list of next steps (下一步，我们将重点抓好以下工作：)."""

_AHEAD = re.compile(r"(?:下一步|下一阶段|下阶段|接下来|今后一个?(?:时期|阶段))(?![^。]*(?:存在|面临)[^。]*(?:问题|困难|不足))")
"""A sentence that begins a paragraph on what comes next, whatever it faces (下一步，我们将聚焦短板、精准发力。), behind a list of problems too."""


def _lists(node: Node) -> Iterator[list[Node]]:
    """Yield the lists among the items of a node: each begins with its first number or with another kind of item."""
    items: list[Node] = []
    for child in node.children:
        if child.kind not in ("is", "circled", "chinese", "arabic", "arabic-bracketed", "tagged", "chinese-bracketed", "bullet", "letter"):
            continue
        if items and (child.kind != items[0].kind or child.number == 1):
            yield items
            items = []
        items.append(child)
    if items:
        yield items


def _announcement(node: Node, first: Node, passages: Passages) -> str:
    """Return the sentence in front of a list."""
    lead = passages.folded[max(node.body, first.start - 120) : first.start].rstrip()
    if "\n" in lead:
        lead = lead[lead.rfind("\n") + 1 :] if first.inline else lead[lead.rfind("\n") + 1 :]
    sentence = re.split(r"[。!?\n]", lead.rstrip("。"))[-1] if not lead.endswith("。") else lead
    return sentence


def _announces_problems(sentence: str, first: Node, passages: Passages) -> bool:
    """Return whether a sentence in front of a list announces it as problems (存在的主要问题: 一是…)."""
    if not passages.intro_cue.search(sentence) and not re.search(r"(?:问题|不足|困难|短板|薄弱环节|差距)(?:有|是|为|主要|:)", sentence + ":"):
        return False
    if re.search(r"解决|针对|为突破|整改(?:措施|情况)|采取|化解|破解", sentence[-24:]):
        return False
    return passages.problem_cue.search(passages.folded, first.body, min(first.end, first.body + 160)) is not None


def _statement(node: Node, passages: Passages, start: int, end: int, rule: str, answered: bool, labelled: bool = False) -> Statement:
    start, end = passages.trimmed(start, end)
    return Statement(Problem(start, end, passages.text[start:end], rule, number=node.marker), node, answered, labelled)


def _item(node: Node, passages: Passages, rule: str) -> Statement:
    end = passages.body_end(node)
    if node.inline or node.kind == "is" or "下一步" in passages.folded[node.body : end]:
        end = _without_transition(node, passages, end)
    return _statement(node, passages, node.body, end, rule, False)


def _without_transition(node: Node, passages: Passages, end: int) -> int:
    """Cut what follows the last item of a list of problems in running text (为突破这两个问题，我们…)."""
    sentences = passages.sentences(node.body, end)
    for index, (start, _) in enumerate(sentences):
        if index and re.match(r"(?:为|针对|对此|对于|围绕|面对|下一步|我们|我县|我区|为此|因此)", passages.folded[start : start + 4]) and not passages.problem_cue.search(passages.folded[start : sentences[index][1]].split(",")[-1]):
            return sentences[index - 1][1]
    return end


def _unlisted(node: Node, passages: Passages) -> Iterator[Statement]:
    """Yield the paragraphs under a problems heading where nothing is listed."""
    start = node.heading[1] if node.heading[1] < node.end else node.body
    for span in passages.paragraphs(start, passages.body_end(node)):
        begin, end = passages.trimmed(span[0] + (1 if passages.folded[span[0]] in ":。" else 0), span[1])
        if end - begin < 6 or passages.is_furniture(begin, end) or passages.is_preamble(begin, end):
            continue
        if passages.is_closing(begin, end):
            continue
        yield _statement(node, passages, after_lead(passages, begin, end), end, "problem/paragraph", False)
