"""The school stage of a figure: the one named before it that its clause still speaks of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from doc_miner.extract.phrases import defines, tidy
from doc_miner.extract.quantity import Quantity
from doc_miner.extract.sentences import Sentence, since_of
from doc_miner.extract.topics import of_a_project, project
from doc_miner.lexicon import Lexicon
from doc_miner.words import WordSet

_BRACKET = re.compile(r"[()]")
_NUMBERED = re.compile(r"[一二三四五六七八九十]小(?<=[一-鿿]{2}[一-鿿]小)(?![时学组、])")
"""The short name of a primary school (城关一小)."""
_STAGE_DETERMINER = re.compile(
    r"(?:农村|公办|城区|镇区|县城|全县|全区|全市|所有|各|村|名|义务教育|普通|民办|乡镇|寄宿制|的|和|与|及|对|为|在|是|年|有|我县|我区|县域|县|区|城|乡村|、|所|个|学段|均|其中|市|每|招收|城镇|建制镇|完全|规模|达标|或|到|以上|以下|新建|扩建|改扩建|学校|设置|办|高中|教师|学生|中学|等|义教|九年|学|要求|标准|时|即|面积|数|值|比|率|系数|分别|原则上|不含|非|人|元|间|米|册|台|%|于|按|使|让|由|从|级|万|多|余|岁|前|后|期)$"
)
_MORE_NAMES = re.compile("等|、|和[一-鿿]{1,6}(?:中学|中)")
"""What goes on behind the name of a school that is one of several."""
_SCHOOLS_AND = re.compile(r"学校[和、与及]$")
_ITEM = re.compile("[;:①-⑳]")
_LIST_MARK = re.compile("[、,和与及]")
_VALUE = re.compile(r"\d++(?:\.\d++)?")
_LISTED_VALUE = re.compile(r"\d(?=[^\d.]*、)")
_YEAR = re.compile(r"(?:19|20)\d\d年")
_ANAPHORA = re.compile(r"^(?:其中|其他|其余|占比?|比例|较|比(?:省|全|国|市|标准|目标|整改前)|与(?:全|国|省|标准|目标)|(?:全国|省定|国家)?标准(?:相差|尚|还)|相差|同比|增|减|降|提|上升|下降|共|达|为|均|分别|比上年|比去年|并|且|平均|累计|也|约|近|不|超|低于|高于|差|缺|短缺|尚差|最|完成率|合格率|[一二三]本)")
_WIDER = re.compile(r"全(?:县|区|市|省)|县财政|财政|投入|残疾|随迁|留守|教师\d|公务员|学校|教学点|家长|校外|设备|寄宿|教职工|音体美|学时|质量监测|差异率|超出|义务教育|各级|社会|满意|认可|按|建立|开展|组织")
"""What turns a clause to something else than the stage its sentence began with."""
_PARTS = re.compile(r"[,。;:、(到向为在去]")
"""What parts a figure from a stage word behind it."""
_NO_HANZI = re.compile(r"[^一-鿿]")
_OTHER_TOO = re.compile(r"(?:学校|阶段)?\((?:小学|初中|高中)(?:学校|阶段)?\)")
"""A second stage in brackets: the value holds for both (小学(初中)0.9人)."""
_OTHER_SCHOOLS = re.compile(r"职业学校|高职|中职|高等学校|高校|义务教育")
"""Schools of no stage or of several that a sentence turns to."""
_NAMES = re.compile(r"[小中学校部园]、[一-鿿.]{2,14}(?:学校|中学|小学|初中部?|幼儿园)$")
"""Schools listed by name in front of their number (城关一小、县第三初级中学3所学校)."""
_JOINS = re.compile(r"(?:学校|学生|教师|阶段|段)?\s?(?:[、/和与及]|以及|\()\s?[^\d,。;:]{0,2}")
"""What joins two stage words (小学、初中)."""
_DEALT_OUT = re.compile(r"[^。;,]{0,24}分别")


_LEAD = re.compile(
    r"(?m)^[ \t]*(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[.、](?!\d)|[一二三四五六七八九十]是)?\s?"
    r"(?P<stage>小学|普通小学|初中|普通初中|初级中学|学前|幼儿|普通高中|高中|高中阶段)(?:阶段|学校)?(?:教育)?(?:情况|方面|发展情况|概况)?(?:(?P<inline>[。:](?=[^\n]))|[。:]?[ \t]*$)"
)
"""A heading, or the first words of a paragraph, that name a stage and nothing else ((一)小学。全县有…)."""
_LEAD_STAGES = {"初级": "初中", "学前": "学前", "幼儿": "学前"}
_ENUMERATED = re.compile(r"(?m)^[ \t]*(?:[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]+[章节部]|\([一二三四五六七八九十]{1,3}\)|附?表\s?\d)|^[^。,;\n]{2,16}$")
_OTHER_THINGS = re.compile(r"义务教育|九年|中小学|各级|小学|初中|高中|幼儿|学前|中等职业|职业|特殊教育|普通学校|全[县区市](?:地方|财政|教育|共有各)")


class Lead(NamedTuple):
    """A stretch of the text that a heading gives to one stage."""

    start: int
    end: int
    stage: str


def leads_of(folded: str) -> list[Lead]:
    """Return the stretches that a heading or the head of a paragraph gives to one stage, in order."""
    out = []
    for match in _LEAD.finditer(folded):
        word = match["stage"].removeprefix("普通")
        stage = _LEAD_STAGES.get(word[:2], word[:2])
        if match["inline"]:
            end = folded.find("\n", match.end())
        else:
            following = _ENUMERATED.search(folded, match.end() + 1)
            end = following.start() if following is not None else len(folded)
        out.append(Lead(match.start(), end if end >= 0 else len(folded), stage))
    return out


def stage_of_lead(folded: str, leads: Sequence[Lead], sentence: Sentence, clause: int, end: int) -> str | None:
    """Return the stage that the heading above a figure gives it, ``None`` where its own clause speaks of something else."""
    at = bisect_left(leads, (sentence.start + 1,)) - 1
    if at < 0 or leads[at].end <= sentence.start or _OTHER_THINGS.search(folded, clause, min(sentence.end, end + 12)) is not None:
        return None
    return leads[at].stage


StageWord = tuple[int, int, str]
"""Start, end and form of a word that names a stage."""


class Stage(NamedTuple):
    """A stage word: where it stands, what it means (``None``: several stages), and whether it ends a school's own name."""

    start: int
    end: int
    stage: str | None
    named: bool
    closes: int
    """Where the bracket that it stands in is closed; the end of the sentence if in none."""


class StageFinder:
    """Finds the words that name a school stage; built once from a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._stage_of = {form: kind.removeprefix("stage-") for kind, words in lexicon.cues.items() if kind.startswith("stage-") for form in words}
        self._words = WordSet(self._stage_of)

    def find(self, folded: str) -> list[StageWord]:
        """Return start, end and form of the stage words of a text in order; the short name of a primary school has no form."""
        return sorted([*self._words.find(folded), *((match.start(), match.end(), "") for match in _NUMBERED.finditer(folded))])

    def read(self, folded: str, sentence: Sentence, words: Sequence[StageWord]) -> list[Stage]:
        """Return what the stage words of one sentence mean, given those of its text."""
        words = words[bisect_left(words, (sentence.start,)) : bisect_left(words, (sentence.end,))]
        if not words:
            return []
        out = []
        for (start, end, form), closes in zip(words, _closings(folded, sentence, words), strict=True):
            if not form:
                out.append(Stage(start, end, "小学", True, closes))
                continue
            stage: str | None = self._stage_of[form]
            if stage == "高中" and folded[end : end + 2] in ("录取", "上线"):
                continue
            if stage == "学前" and _SCHOOLS_AND.search(folded, max(0, start - 3), start):
                stage = None
            named = stage in ("小学", "初中") and _in_school_name(folded, start)
            if folded[start - 1 : start] == "中" and stage == "小学" and folded[start - 2 : start] != "其中":
                stage, named = None, False  # 中小学
            if named and _MORE_NAMES.match(folded, end, end + 8):
                continue
            out.append(Stage(start, end, stage, named, closes))
        return out


def _closings(folded: str, sentence: Sentence, words: Sequence[StageWord]) -> list[int]:
    """Return for each word where the bracket that it stands in is closed, the end of the sentence for one in none."""
    out = [sentence.end] * len(words)
    if folded.find(")", sentence.start, sentence.end) < 0:
        return out
    inside: list[list[int]] = [[]]  # the words of each bracket that is open
    index = 0
    for bracket in _BRACKET.finditer(folded, sentence.start, sentence.end):
        while index < len(words) and words[index][1] <= bracket.start():
            inside[-1].append(index)
            index += 1
        if bracket[0] == "(":
            inside.append([])
            continue
        for word in inside.pop():
            out[word] = bracket.start()
        inside = inside or [[]]
    return out


def _in_school_name(text: str, start: int) -> bool:
    """Return whether 小学/初中 at this place ends a school's own name (望溪小学) rather than naming a stage (农村小学)."""
    return _is_name(text[max(0, start - 4) : start])


@lru_cache(4096)
def _is_name(before: str) -> bool:
    return bool(before) and "\u4e00" <= before[-1] <= "\u9fff" and _STAGE_DETERMINER.search(before) is None


def stage_of(folded: str, sentence: Sentence, quantity: Quantity, before: Quantity | None, stages: Sequence[Stage], clause: int) -> str | None:
    """Return the stage of a figure: the one named last before it in its clause, or what its clause goes on about; ``None`` if several."""
    if before is not None and defines(folded, before, quantity):
        before = None
    first = bisect_left(stages, (quantity.end,))
    if first < len(stages) and stages[first].start == quantity.end and quantity.unit in ("所", "个班", "个"):
        return stages[first].stage
    behind = [s for s in stages[first : first + 8] if s.start <= quantity.end + 8 and not _PARTS.search(folded, quantity.end, s.start)]
    ahead = [s for s in stages[max(0, first - 12) : first] if s.end <= quantity.start <= s.closes]
    if behind and behind[0].stage != "高中" and (not ahead or ahead[-1].end < clause):
        return behind[0].stage if len({s.stage for s in behind}) == 1 else None
    if not ahead:
        return None
    group = _together(folded, ahead)
    last = group[-1]
    if _OTHER_TOO.match(folded, last.end) or (quantity.start - last.end <= 3 and _NAMES.search(folded[clause : last.end])):
        return None
    if len({s.stage for s in group}) > 1:
        position = _position(folded, last.end, quantity)
        return group[position].stage if 0 <= position < len(group) else None
    if last.end > clause and (before is None or before.end <= last.end):
        return last.stage
    if last.end <= clause and _OTHER_SCHOOLS.search(folded, last.end, quantity.start):
        return None
    since = max(clause, before.end if before is not None and before.end > last.end else 0)
    own = folded[since : quantity.start].lstrip("、和与及 ")
    goes_on = len(_NO_HANZI.sub("", own)) <= 3 or _ANAPHORA.match(own) is not None
    if last.end > clause or folded[last.start : last.end] in ("中考", "高考"):
        return last.stage if goes_on or folded[last.start : last.end] in ("中考", "高考") else None
    if last.named:
        return last.stage if (goes_on or (of_a_project(tidy(own)) and project(folded, sentence.start, clause - 1) == _own_name(folded, sentence, last))) and ";" not in folded[last.end : quantity.start] else None
    topic = last.start - _topic_start(folded, sentence, last.start) <= 8
    if goes_on or (topic and ";" not in folded[last.end : quantity.start] and _WIDER.search(own) is None) or last.stage == "高中":
        return last.stage
    return None


def _own_name(folded: str, sentence: Sentence, word: Stage) -> str:
    """Return the name of the school that a stage word ends, as a project's is read."""
    return project(folded, sentence.start, word.end) or "?"


def _position(folded: str, start: int, quantity: Quantity) -> int:
    """Return which of several stages listed before *start* a number belongs to; -1 if the text does not deal them out (分别)."""
    between = folded[start : quantity.start]
    found = between.rfind("分别")
    if found >= 0:
        return _ordinal(folded, start + found + 2, quantity.start)
    if _DEALT_OUT.match(folded, quantity.end, quantity.end + 28) and ("由" in between or "从" in between):
        return len(_LISTED_VALUE.findall(_YEAR.sub("", between)))
    return -1


def _together(folded: str, stages: Sequence[Stage]) -> list[Stage]:
    """Return the last stage word with those joined to it (小学、初中)."""
    group = [stages[-1]]
    for stage in stages[-2::-1]:
        if _JOINS.fullmatch(folded, stage.end, group[0].start):
            group.insert(0, stage)
        else:
            break
    return group


def _topic_start(folded: str, sentence: Sentence, at: int) -> int:
    """Return where the part of a sentence begins that a word opens: after the last semicolon and a date."""
    start = since = since_of(sentence, at)
    for mark in _ITEM.finditer(folded, since, at):
        start = mark.end()
    first = bisect_left(sentence.dates, start, key=lambda mention: mention.start)
    for mention in sentence.dates[first : first + 2]:
        if start <= mention.start <= start + 4 and mention.end <= at:
            start = mention.end + 1
    return start


def _ordinal(folded: str, start: int, end: int) -> int:
    """Return which member of a 分别 list begins at *end*: how many list marks, or numbers run together, stand before it."""
    between = folded[start:end]
    return len(_LIST_MARK.findall(between)) or len(_VALUE.findall(between))
