"""Cut passages of the text for the extractors: paragraphs, sentences, headings that only name a part, closings."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from doc_miner.lexicon import Lexicon
from doc_miner.model import Span
from doc_miner.outline import Node

_SENTENCE = re.compile(r"[^。!?\n]*[。!?](?:[”\"」）)]*)|[^。!?\n]+")
_FILLER = re.compile(r"近年来|几年来|[两三四五]年来|以来|今年|所|已|过去|[的了及和与、:\s()（）【】\[\]]|目前|当前|主要|我县|我区|全县|全区|以下|几个方面|方面|情况|分析|原因|仍然|还|工作|一些|部分|具体|如下|教育|义务教育|均衡|发展|整改|督导|反馈|评估|有关|存在|对应|相关|优质|县域|推进|下一步|今后|下步|内容")
_SIGNATURE = re.compile(r"(?:^|[一-鿿])(?:人民政府|委员会|办公室|教育局|教育体育局|教体局|督导室|领导小组|督导组|评估组|财政局|指挥部|专班|中学|小学|学校)(?:\s{2,}.*|\(盖?章\)|办公室)?$")
_DATE_LINE = re.compile(r"^[\s(]*(?:(?:19|20)\d{2}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?|[二][〇零○O0][一二三四五六七八九〇零○]{2}年[一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十]{1,3}日)?)[\s)]*(?:印发)?$")
_PUNCTUATED = re.compile(r"[,。;:]")
_CONTACT = re.compile(r"^[(]?(?:联系人|联系电话|联系单位|抄送|主送|附件|附[:]|承办|主题词|分送|经办|撰稿|编辑|责任编辑|公开方式|信息公开|此件|本报告|注[:])")

_PRINTED = re.compile(r"[^,。;:]{4,30}(?:19|20)\d{2}年\d{1,2}月\d{1,2}日印发")
_IN_FORCE = re.compile(r"本(?:意见|方案|办法|通知|规划|计划|细则|规定)(?:自|从)[^。]{0,40}(?:施行|执行|实施|生效)|此前[^。]{0,30}(?:不一致|为准)")
_TO_ALL = re.compile(r"请(?:你|各|贵|于|将|认真|按)|希望|以上|上述|综上|总之|各(?:单位|地|校|部门|乡镇|学校)(?:要|应|须)|你(?:县|区|市|校|局)(?:要|应|须)|收到本|自收到|(?:针对|对于?)(?:以上|上述|这些)|在(?:充分)?(?:肯定|总结|看到|取得)|虽然|尽管|我们(?:也|还|更)?(?:要|应)?(?:清醒|看到)")
"""How a paragraph begins that speaks to all items of the list above it."""
_LEADS_IN = re.compile(r"(?:[:]|如下[。]?|(?:(?<![\d人个名%元岁分所次班米])以下|下列)[^,。;:]{0,12}[。:]|在肯定成绩的同时[^。]{0,60}。|(?:不足|差距|困难|问题)。?主要(?:表现在|有)[。:]?)$")


_AIM = re.compile(r"(?:针对|对于|关于)(?:督导|检查|评估)?(?:组)?(?:反馈|指出|存在|提出)?的?[“\"]?(?P<what>[^,。;:“”\"\n]{5,80}?)(?=[”\"]?(?:等|这一)?的?(?:问题|不足|情况)[,:])")
"""How a paragraph opens that names the problem it is aimed at."""
_AFTER_AIM = re.compile(r"[”\"]?(?:等|这一)?的?(?:问题|不足|情况)[,:]\s?")


class Passages:
    """The text of a document with its fold, cut on demand."""

    def __init__(self, text: str, folded: str, lexicon: Lexicon) -> None:
        self.text, self.folded, self.lexicon = text, folded, lexicon

    @cached_property
    def _exhortation(self) -> re.Pattern[str]:
        return _any_of(self.lexicon.cues["exhortation"])

    @cached_property
    def problem_cue(self) -> re.Pattern[str]:
        """Words that say that something is lacking."""
        return _any_of(self.lexicon.cues["problem"])

    @cached_property
    def negated_cue(self) -> re.Pattern[str]:
        """Words that say that a problem is none (any more)."""
        return _any_of(self.lexicon.cues["problem-negated"])

    @cached_property
    def intro_cue(self) -> re.Pattern[str]:
        """Phrases that announce a list of problems."""
        return _any_of(self.lexicon.cues["problem-intro"])

    @cached_property
    def action_cue(self) -> re.Pattern[str]:
        """Verbs of measures."""
        return _any_of(self.lexicon.cues["action"])

    @cached_property
    def preamble_cue(self) -> re.Pattern[str]:
        """Words of preambles."""
        return _any_of(self.lexicon.cues["preamble"])

    def trimmed(self, start: int, end: int) -> Span:
        """Return a span without white space at its ends."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return start, end

    def paragraphs(self, start: int, end: int) -> list[Span]:
        """Return the non-empty lines of a stretch, trimmed."""
        out = []
        at = start
        for line in self.text[start:end].split("\n"):
            bare = line.strip()
            if bare:
                first = at + (0 if bare[0] == line[0] else len(line) - len(line.lstrip()))
                out.append((first, first + len(bare)))
            at += len(line) + 1
        return out

    def sentences(self, start: int, end: int) -> list[Span]:
        """Return the sentences of a stretch, trimmed."""
        spans = (self.trimmed(*match.span()) for match in _SENTENCE.finditer(self.folded, start, end))
        return [span for span in spans if span[0] < span[1]]

    def is_pure_heading(self, start: int, end: int) -> bool:
        """Return whether a heading only names a part (存在的主要问题) and states nothing of its own (存在大班额问题)."""
        heading = self.folded[start:end].strip(" :。")
        for form in _longest_first(tuple(self.lexicon.headings)):
            if form in heading:
                heading = heading.replace(form, "", 1)
                break
        return len(_FILLER.sub("", heading)) <= 2

    def is_furniture(self, start: int, end: int) -> bool:
        """Return whether a line is a signature, a date line, a contact or an attachment line."""
        line = self.folded[start:end].strip()
        if _DATE_LINE.match(line) or _CONTACT.match(line) or _PRINTED.fullmatch(line):
            return True
        return len(line) <= 34 and not _PUNCTUATED.search(line) and _SIGNATURE.search(line) is not None

    def is_closing(self, start: int, end: int) -> bool:
        """Return whether a paragraph only exhorts or takes leave (总之, 撸起袖子加油干, 特此报告)."""
        line = self.folded[start:end]
        if _IN_FORCE.match(line) or "。综上" in line:
            return True
        match = self._exhortation.search(line)
        return match is not None and (match.start() <= 12 or len(line) <= 120 or line.startswith(("总之", "综上")))

    def is_preamble(self, start: int, end: int) -> bool:
        """Return whether a paragraph leads into a document or list without doing anything itself."""
        line = self.folded[start:end].rstrip()
        if len(line) <= 200 and _LEADS_IN.search(line):
            return True
        return self.preamble_cue.match(line) is not None and line.endswith((":", "如下。", "制定本方案。"))

    def body_end(self, node: Node) -> int:
        """Return where a node's text ends without the signature, date, closing and contact lines that follow it.

        A paragraph behind the last item of a list whose other items are one line each belongs to the
        list as a whole, not to that item.
        """
        lines = self.paragraphs(node.body, node.end)
        while len(lines) > 1 and (self.is_furniture(*lines[-1]) or self.is_closing(*lines[-1]) or self.folded[lines[-1][1] - 1] == ":"):
            lines.pop()
        if len(lines) > 1 and self._ends_list(node, lines):
            return lines[0][1]
        return lines[-1][1] if lines else node.end

    def after_list(self, node: Node) -> list[Span]:
        """Return the paragraphs behind the last item of a list that are no part of it (see `body_end`)."""
        end = self.body_end(node)
        return [span for span in self.paragraphs(end, node.end) if not self.is_furniture(*span) and not self.is_closing(*span)]

    def aim(self, start: int, end: int) -> Span | None:
        """Return the problem at which a paragraph says that it is aimed (针对“…”问题，我们…), ``None`` if it names none."""
        match = _AIM.match(self.folded, start, end)
        if match is None or self.problem_cue.search(match["what"]) is None:
            return None
        return match.span("what")

    def after_aim(self, end: int) -> int:
        """Return where a paragraph goes on behind the problem that `aim` found."""
        match = _AFTER_AIM.match(self.folded, end)
        return match.end() if match else end

    def is_request(self, start: int) -> bool:
        """Return whether a paragraph speaks to the reader or sums up (请你县于…; 希望…; 综上)."""
        return _TO_ALL.match(self.folded, start) is not None

    def _ends_list(self, node: Node, lines: list[Span]) -> bool:
        if node.parent is None or node.parent.children[-1] is not node or node.kind == "label" or self.folded[lines[0][1] - 1] not in "。;!":
            return False
        others = [child for child in node.parent.children[:-1] if child.kind == node.kind]
        if any(child.children or "\n" in self.text[child.start : child.end].strip() for child in others):
            return False
        return len(others) >= 2 or (len(others) == 1 and _TO_ALL.match(self.folded, lines[1][0]) is not None)


@lru_cache(maxsize=32)
def _any_of(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of the forms of a lexicon, made once."""
    return re.compile("|".join(re.escape(form) for form in _longest_first(forms)))


@lru_cache(maxsize=32)
def _longest_first(forms: tuple[str, ...]) -> list[str]:
    return sorted(forms, key=len, reverse=True)
