"""Turn quantities into figures: what each number measures, its year, stage and role, and movements.

Works sentence by sentence, so that text in front of a sentence moves spans and changes
nothing else. The reading of the numbers themselves is `doc_miner.extract.quantities`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from doc_miner.dates import DateMention, mentions_in
from doc_miner.extract.quantities import Quantity, QuantityFinder, lies_in
from doc_miner.extract.subjects import defines, subject_of
from doc_miner.extract.years import year_of
from doc_miner.lexicon import Lexicon
from doc_miner.model import Change, Figure
from doc_miner.segment import Segmenter
from doc_miner.textfold import fold
from doc_miner.words import WordSet

_SENTENCE_END = re.compile(r"[。!?\n\t;.](?:(?<=[。!?\n\t])|(?<=;)(?=\s?[一二三四五六七八九十]{1,2}是)|(?<=[%\d人个所名]\.)(?=[一-鿿]))")
"""Begins with the set of all that may end a sentence, so that the matcher skips the rest without trying."""
_BRACKET = re.compile(r"[()]")
_BRACKETED = re.compile(r"《[^》\n]{0,80}》|\([^()\n]{0,60}\)|〔[^〕\n]{0,12}〕|\[[^\]\n]{0,12}\]")

_CHANGE_BEFORE = re.compile(
    r"(?:(?:净|新|共|再|同比|年均|平均|累计|分别)?(?:增加|增长|增|减少|减|降低|降|下降|提高|提升|上升|缩小|扩大|回升|压减|压缩|削减|精简|上涨|上浮|回落|核减|核增|增幅(?:为|达到?)?|降幅(?:为|达到?)?|新增|净增|净减|调增|调减|扩充|多|少|增设|增配|(?:增|降|减|升)幅|(?:压减|下降|增长|递减|降低)率))(?:了|约|近|达|超过|达到|共|为|至少|幅度为|幅度达)?\s?$"
)
_CHANGE_REACH = 16
"""More characters than `_CHANGE_BEFORE` ever finds."""
_NEW_THING = re.compile(r"(?:新增|增加|增设|净增|新增加|扩增|减少|核增)[^,。;:、\d]{1,16}$")
_MOVED_TO = re.compile(
    r"(?:降至|降到|降为|下降到|下降至|下降为|减少到|减少至|减至|减为|降低到|降低至|压减到|压减至|压缩到|压缩至|控制到|缩小到|缩小至|缩减至|增至|增到|增加到|增加至|增长到|增长至|增为|提高到|提高至|提升到|提升至|提升为|上升到|上升至|扩大到|扩大至|扩增到|扩充到|扩充至|升至|升到|优化为|调整为|变为|改善为|恢复到|回升至|上调至|上调到|增加为|提高为)(?:了|目前的|现在的|今年的)?\s?$"
)
_MOVED_TO_FAR = re.compile(r"(?:降|减|增|升|提|扩|缩|调)[^,。;:\d]{0,4}(?:至|到|为)[^,。;\d]{0,12}$|(?:至|到)(?:20\d\d年|目前|现在|今年)?[^,。;\d]{0,8}的?\s?$")
_FROM = re.compile(r"(?:由|从)[^,。;:]{0,24}$")
_PLAN = re.compile(r"(?<!改善)(?<!特岗)(?<!国培)(?<!省培)(?<!行动)(?<!提升)(?<!招生)(?<!教学)(?<!培养)计划(?!生育|单列|》|书|内|学校)|拟(?!定了)|将(?!其|原|这|该|全|农|闲|城|留|义|学|校|课|各|教|“|平|[一-鿿]{0,12}(?:改造|划分|纳入|作为|列入|调整|转换|合并|并入))|力争|预计|争取|可(?=新增|提供|增加|容纳|满足|解决)|打算|确保到|规划(?=建设|新建|到|新增|投)|即将|有望|待[一-鿿]{0,6}后|预期(?=增长|目标|达到|完成|新增)|[今明]年(?:要|再|拟)|明年(?!秋季招生)|(?:预期|工作|主要|总体|奋斗)目标(?:任务)?(?:是|为|:)|(?<![主需重只必首还想简紧若])要(?=再?(?:增长|降低|减少|增加|提高|完成|压减|新增|新建|改造|下降|减轻|保持在|控制在))")
_DONE = re.compile(r"已|完成了|共?投入了|建成了|累计")
_NORM = re.compile(r"每学期|每学年|每周|每天|每日|每年|每月|每人|每生|每班|每校|每间|每名|每所|原则上|标准|规定|不得|必须|应当|应(?=不|达|按)|须|要求|达标|指标|核定|按(?:照)?|人手|底线|控制(?:在)?|不(?:低|少|超|小|大|高|多)于?|的目标|确保|每人每|一般")
_MOVED_ENDS = frozenset("至到为了的")
"""The last characters of what `_MOVED_TO` finds."""
_CHANGE_WORD = re.compile(r"[增减降提升缩扩回压核调多少涨浮精]")
"""A character of each word that `_CHANGE_BEFORE` finds."""
_UNCHANGED = re.compile(r"不(?:增|减|降)")
_STARTS_FROM = re.compile(r"(?:由|从)[^,。;:]{0,26}$")
_HIGHER = re.compile(r"(?:较|比)[^,。;]{0,8}(?:年前|上年|去年|同期|上一?学年|20\d\d年|整改前|国检时|创建前|此前|年初)[^,。;]{0,6}(?:高出|高|低|多|少|升|降)(?:了)?\s?$")
_RECURRING = re.compile(r"每(?:学期|学年|周|天|日|月|季度|生|班|间|12|百|名|人)|原则上|一般")
_SETS_NORM = re.compile(r"标准|规模|班额|按(?:照)?|面积|人数(?:不|控)|每年(?:交流|参训)|预算|定额|学时|课时|时间|任教|工资")
_TIMES = ("次", "节", "课时", "学时", "小时", "分钟", "天", "学分", "场", "轮")
_EVERY = re.compile(r"每(?:周|天|日|学期|学年|半?月|季度?|生|班|人|两周|校|年级|名)")
"""How often or for whom a rule of a plan holds (每周3节)."""
_HOURS = re.compile(r"总?课时|学分|学时")
_SAME_ROLE = re.compile(r"\s?\((?:相当于|即|折合|合|约)?\s?")
"""What stands between a figure and its value in other words (不低于9%(857课时))."""
_NEXT_VALUE = re.compile(r"\s?(?:[、/]|和|与|及)\s?")
_ACHIEVED = re.compile(r"(?:(?:保持|稳定|维持)在|达到?|为|占|已|完成|有|共|是|突破|超过)\s?$")


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the document whose section tells how its figures are meant."""

    start: int
    end: int
    role: str
    """``goal``, ``plan``, ``problem``, ``response``, ``situation`` …: a heading role of the lexicon."""


@dataclass(frozen=True, slots=True)
class FigureContext:
    """What the document tells about its figures: the day it speaks on, whether it plans, and its zones."""

    reference: date | None = None
    plans: bool = False
    zones: tuple[Zone, ...] = ()
    excluded: tuple[tuple[int, int], ...] = ()
    """Spans that hold no figures of their own (the cells of a table of yearly goals)."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    dates: tuple[DateMention, ...]


class FigureFinder:
    """Finds figures and the movements among them; built once from a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.quantities = QuantityFinder(lexicon)
        self._words = Segmenter(lexicon)
        forms = [(form, kind.removeprefix("stage-")) for kind, words in lexicon.cues.items() if kind.startswith("stage-") for form in words]
        self._stage_of = dict(forms)
        self._stage_words = WordSet(self._stage_of)

    def find(self, text: str, context: FigureContext | None = None) -> tuple[list[Figure], list[Change]]:
        """Return the figures of *text* in order, and the movements they form (by ``figure_id`` ``f<start>``)."""
        context = context or FigureContext()
        folded = fold(text)
        found = self.quantities.find(folded, text)
        if context.excluded:
            excluded = sorted(context.excluded)
            found = [q for q in found if not lies_in(excluded, q.start)]
        if not found:
            return _blanks(text, folded), []
        figures: list[Figure] = []
        changes: list[Change] = []
        brackets = [match.span() for match in _BRACKETED.finditer(folded)]
        zones = _Zones(context.zones)
        for sentence, quantities in _by_sentence(folded, found):
            dates = tuple(mentions_in(text, folded, *sentence, context.reference))
            members = self._sentence(text, folded, _Sentence(*sentence, dates), quantities, context, zones, brackets)
            figures += members
            changes += find_changes(folded, members)
        figures = _roles_from_changes(figures, changes)
        figures = sorted([*figures, *_blanks(text, folded)], key=lambda figure: (figure.start, figure.end))
        return figures, changes

    def _sentence(
        self, text: str, folded: str, sentence: _Sentence, quantities: Sequence[Quantity], context: FigureContext, zones: _Zones, brackets: list[tuple[int, int]]
    ) -> list[Figure]:
        figures: list[Figure] = []
        stages = self._stages(folded, sentence)
        spans = [(mention.start, mention.end) for mention in sentence.dates]
        outside = [m for m in sentence.dates if m.kind != "relative" and not _in_brackets(folded, brackets, m)]
        for index, quantity in enumerate(quantities):
            before = quantities[index - 1] if index else None
            clause = _clause_start(folded, sentence, quantity.start)
            role = _role(folded, sentence, quantity, context, zones.role_at(quantity.start), clause)
            if before is not None and figures[-1].role != role and _goes_with(folded, before, quantity, figures[-1].role, role):
                role = figures[-1].role
            subject = subject_of(folded, sentence.start, sentence.end, quantity, before, figures, self._words, spans)
            figures.append(
                Figure(
                    quantity.start,
                    quantity.end,
                    text[quantity.start : quantity.end],
                    None if quantity.damaged else quantity.value,
                    quantity.unit,
                    quantity.qualifier,
                    quantity.rule,
                    value_max=quantity.value_max,
                    subject=subject,
                    stage=_stage(folded, sentence, quantity, before, stages, clause) if stages else None,
                    year=year_of(folded, (quantity.start, quantity.end), _dates_near(outside, quantity), role) if outside else None,
                    role=role,
                    missing=quantity.damaged,
                    figure_id=f"f{quantity.start}",
                )
            )
        return figures

    def _stages(self, folded: str, sentence: _Sentence) -> list[_Stage]:
        """Return the stage words of a sentence in order."""
        words = list(self._stage_words.find(folded, sentence.start, sentence.end))
        words += [(match.start(), match.end(), "") for match in _NUMBERED.finditer(folded, sentence.start, sentence.end)]
        if not words:
            return []
        words.sort()
        out = []
        for (start, end, form), closes in zip(words, _closings(folded, sentence, words), strict=True):
            if not form:
                out.append(_Stage(start, end, "小学", True, closes))
                continue
            stage: str | None = self._stage_of[form]
            named = stage in ("小学", "初中") and _in_school_name(folded, start)
            if folded[start - 1 : start] == "中" and stage == "小学" and folded[start - 2 : start] != "其中":
                stage, named = None, False  # 中小学
            if named and re.match(r"等|、|和[一-鿿]{1,6}(?:中学|中)", folded[end : end + 8]):
                continue
            out.append(_Stage(start, end, stage, named, closes))
        return out


_NUMBERED = re.compile(r"[一二三四五六七八九十]小(?<=[一-鿿]{2}[一-鿿]小)(?![时学组、])")
"""The short name of a primary school (城关一小)."""


def _closings(folded: str, sentence: _Sentence, words: Sequence[tuple[int, int, str]]) -> list[int]:
    """Return for each word where the bracket that it stands in is closed, the end of the sentence for one in none."""
    out = [sentence.end] * len(words)
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


@dataclass(frozen=True, slots=True)
class _Stage:
    """A stage word: where it stands, what it means (``None``: several stages), and whether it ends a school's own name."""

    start: int
    end: int
    stage: str | None
    named: bool
    closes: int
    """Where the bracket that it stands in is closed; the end of the sentence if in none."""


_STAGE_DETERMINER = re.compile(
    r"(?:农村|公办|城区|镇区|县城|全县|全区|全市|所有|各|村|名|义务教育|普通|民办|乡镇|寄宿制|的|和|与|及|对|为|在|是|年|有|我县|我区|县域|县|区|城|乡村|、|所|个|学段|均|其中|市|每|招收|城镇|建制镇|完全|规模|达标|或|到|以上|以下|新建|扩建|改扩建|学校|设置|办|高中|教师|学生|中学|等|义教|九年|学|要求|标准|时|即|面积|数|值|比|率|系数|分别|原则上|不含|非|人|元|间|米|册|台|%|于|按|使|让|由|从|级|万|多|余|岁|前|后|期)$"
)


def _dates_near(dates: Sequence[DateMention], quantity: Quantity) -> Sequence[DateMention]:
    """Return the dates of a sentence that may be those of a figure: the last ones before it, and what follows it."""
    stop = bisect_right(dates, quantity.start, key=lambda mention: mention.end)
    return dates[max(0, stop - 8) : stop + 2]


def _in_brackets(folded: str, brackets: Sequence[tuple[int, int]], mention: DateMention) -> bool:
    """Return whether a date stands in a title or in the brackets of a document number."""
    index = bisect_right(brackets, (mention.start, len(folded))) - 1
    return index >= 0 and mention.end <= brackets[index][1] and folded[brackets[index][0]] in "《〔["


def _in_school_name(text: str, start: int) -> bool:
    """Return whether 小学/初中 at this place ends a school's own name (望溪小学) rather than naming a stage (农村小学)."""
    return _is_name(text[max(0, start - 4) : start])


@lru_cache(4096)
def _is_name(before: str) -> bool:
    return bool(before) and "\u4e00" <= before[-1] <= "\u9fff" and _STAGE_DETERMINER.search(before) is None


def _by_sentence(folded: str, quantities: Sequence[Quantity]) -> list[tuple[tuple[int, int], list[Quantity]]]:
    out: list[tuple[tuple[int, int], list[Quantity]]] = []
    at = 0
    bounds = [match.end() for match in _SENTENCE_END.finditer(folded)] + [len(folded)]
    index = 0
    for end in bounds:
        members = []
        while index < len(quantities) and quantities[index].start < end:
            members.append(quantities[index])
            index += 1
        if members:
            out.append(((at, end), members))
        at = end
        if index >= len(quantities):
            break
    return out


_NEAR = 160
"""Characters of its sentence in front of a figure, and behind it, that are looked at: no longer clause is meant."""


def _since(sentence: _Sentence, at: int) -> int:
    """Return where the stretch of a sentence begins that is looked at for a figure."""
    return max(sentence.start, at - _NEAR)


def _clause_start(folded: str, sentence: _Sentence, at: int) -> int:
    since = _since(sentence, at)
    return max(folded.rfind(",", since, at), folded.rfind(";", since, at)) + 1 or since


# --- stage -----------------------------------------------------------------------------------
_ANAPHORA = re.compile(r"^(?:其中|其他|其余|占比?|比例|较|与(?:全|国|省|标准|目标)|相差|同比|增|减|降|提|上升|下降|共|达|为|均|分别|比上年|比去年|并|且|平均|累计|也|约|近|不|超|低于|高于|差|缺|短缺|尚差|最|完成率|合格率|[一二三]本)")


_WIDER = re.compile(r"全(?:县|区|市|省)|县财政|财政|投入|残疾|随迁|留守|教师\d|公务员|学校|教学点|家长|校外|设备|寄宿|教职工|音体美|学时|质量监测|差异率|超出|义务教育|各级|社会|满意|认可|按|建立|开展|组织")
"""What turns a clause to something else than the stage its sentence began with."""
_PARTS = re.compile(r"[,。;:、(到向为在去]")
"""What parts a figure from a stage word behind it."""
_NO_HANZI = re.compile(r"[^一-鿿]")


def _stage(folded: str, sentence: _Sentence, quantity: Quantity, before: Quantity | None, stages: Sequence[_Stage], clause: int) -> str | None:
    """Return the stage of a figure: the one named last before it in its clause, or what its clause goes on about; ``None`` if several."""
    if before is not None and defines(folded, before, quantity):
        before = None
    first = bisect_left(stages, quantity.end, key=lambda stage: stage.start)
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
    since = max(clause, before.end if before is not None and before.end > last.end else 0)
    if last.end > clause and (before is None or before.end <= last.end):
        return last.stage
    if last.end <= clause and _OTHER_SCHOOLS.search(folded, last.end, quantity.start):
        return None
    own = folded[since : quantity.start].lstrip("、和与及 ")
    goes_on = len(_NO_HANZI.sub("", own)) <= 3 or _ANAPHORA.match(own) is not None
    if last.end > clause or folded[last.start : last.end] in ("中考", "高考"):
        return last.stage if goes_on or folded[last.start : last.end] in ("中考", "高考") else None
    if last.named:
        return last.stage if goes_on and ";" not in folded[last.end : quantity.start] else None
    topic = last.start - _topic_start(folded, sentence, last.start) <= 8
    if goes_on or (topic and _WIDER.search(own) is None) or last.stage == "高中":
        return last.stage
    return None


_OTHER_TOO = re.compile(r"(?:学校|阶段)?\((?:小学|初中|高中)(?:学校|阶段)?\)")
"""A second stage in brackets: the value holds for both (小学(初中)0.9人)."""
_OTHER_SCHOOLS = re.compile(r"职业学校|高职|中职|高等学校|高校|义务教育")
"""Schools of no stage or of several that a sentence turns to."""
_NAMES = re.compile(r"[小中学校部园]、[一-鿿.]{2,14}(?:学校|中学|小学|初中部?|幼儿园)$")
"""Schools listed by name in front of their number (城关一小、县第三初级中学3所学校)."""


_JOINS = re.compile(r"(?:学校|学生|教师|阶段|段)?\s?(?:[、/和与及]|以及|\()\s?[^\d,。;:]{0,2}")
"""What joins two stage words (小学、初中)."""
_DEALT_OUT = re.compile(r"[^。;,]{0,24}分别")


def _position(folded: str, start: int, quantity: Quantity) -> int:
    """Return which of several stages listed before *start* a number belongs to; -1 if the text does not deal them out (分别)."""
    between = folded[start : quantity.start]
    found = between.rfind("分别")
    if found >= 0:
        return _ordinal(folded, start + found + 2, quantity.start)
    if _DEALT_OUT.match(folded, quantity.end, quantity.end + 28) and re.search("[由从]", between):
        return len(re.findall(r"\d(?=[^\d.]*、)", re.sub(r"(?:19|20)\d\d年", "", between)))
    return -1


def _together(folded: str, stages: Sequence[_Stage]) -> list[_Stage]:
    """Return the last stage word with those joined to it (小学、初中)."""
    group = [stages[-1]]
    for stage in stages[-2::-1]:
        if _JOINS.fullmatch(folded, stage.end, group[0].start):
            group.insert(0, stage)
        else:
            break
    return group


def _topic_start(folded: str, sentence: _Sentence, at: int) -> int:
    """Return where the part of a sentence begins that a word opens: after the last semicolon and a date."""
    start = folded.rfind(";", _since(sentence, at), at) + 1 or _since(sentence, at)
    first = bisect_left(sentence.dates, start, key=lambda mention: mention.start)
    for mention in sentence.dates[first : first + 2]:
        if start <= mention.start <= start + 4 and mention.end <= at:
            start = mention.end + 1
    return start


def _ordinal(folded: str, start: int, end: int) -> int:
    """Return which member of a 分别 list begins at *end*: how many list marks, or numbers run together, stand before it."""
    between = folded[start:end]
    marks = len(re.findall(r"[、,和与及]", between))
    return marks or len(re.findall(r"\d++(?:\.\d++)?", between))


def _goes_with(folded: str, before: Quantity, quantity: Quantity, earlier: str, role: str) -> bool:
    """Return whether a figure has the role of the one before it: a later member of a list of changes or norms, or the same value in other words."""
    if quantity.start - before.end > 5 or role not in ("level", "plan"):
        return False
    gap = folded[before.end : quantity.start]
    if _SAME_ROLE.fullmatch(gap):
        return earlier in ("standard", "plan")
    return quantity.unit == before.unit and earlier in ("change", "standard") and _NEXT_VALUE.fullmatch(gap) is not None


# --- role ------------------------------------------------------------------------------------
def _role(folded: str, sentence: _Sentence, quantity: Quantity, context: FigureContext, zone: str | None, clause_start: int) -> str:
    clause = folded[clause_start : quantity.start]
    near = clause[-28:]
    tail = clause[-_CHANGE_REACH:]
    plan = _planned(folded, sentence, quantity)
    if clause[-6:].rstrip()[-1:] in _MOVED_ENDS and _MOVED_TO.search(clause):
        return "plan" if plan else "after"
    if (_CHANGE_WORD.search(tail) and _CHANGE_BEFORE.search(tail) and not _UNCHANGED.search(clause[-6:])) or (("较" in clause or "比" in clause) and _HIGHER.search(clause)):
        return "plan" if plan or zone in ("plan", "target") else "change"
    if _is_before(folded, sentence, quantity):
        return "before"
    if folded.find("由", _since(sentence, quantity.start), quantity.start) >= 0 and _MOVED_TO_FAR.search(near) and _FROM.search(folded[max(sentence.start, quantity.start - 60) : quantity.start]):
        return "plan" if plan else "after" if _after_from(folded, sentence, quantity) else "level"
    if ("增" in near or "减" in near) and _NEW_THING.search(near) and quantity.unit not in ("元", "%") and not plan and zone not in ("plan", "recommendation"):
        return "change"
    if zone == "target":
        return "plan"
    if (context.plans or zone in ("plan", "recommendation", "goal")) and _recurs(quantity, clause, plan=plan):
        return "standard"
    if _promised(quantity, clause, zone):
        return "plan"
    if zone == "goal" and (aimed := _aimed(quantity, clause)):
        return aimed
    if _is_norm(folded, sentence, quantity, clause, zone, context):
        return "standard"
    if plan or (zone in ("plan", "recommendation") and not _DONE.search(folded, _since(sentence, quantity.start), quantity.start) and not _existing(clause)):
        return "plan"
    if zone == "goal":
        return "plan" if context.plans and not _NORM.search(clause) and quantity.qualifier == "=" else "standard"
    if context.plans and zone in ("response", "measure", "recommendation", "plan") and not _DONE.search(folded, _since(sentence, quantity.start), quantity.start) and not _existing(clause):
        return "plan"
    return "level"


def _recurs(quantity: Quantity, clause: str, *, plan: bool) -> bool:
    """Return whether a plan arranges how often or how long something takes place, each week or for each class: a norm, not a promise."""
    if plan or not (quantity.unit in _TIMES or _HOURS.search(clause[-12:])):
        return False
    return _EVERY.search(clause) is not None or _HOURS.search(clause) is not None or quantity.unit in ("课时", "学分") or (quantity.unit == "学时" and "保证" in clause)


_THERE = re.compile(r"现有|目前|原有|闲置|已有|尚有|仍有|核定|实有|空余|剩余|在建|在编|缺口|尚缺|20\d\d年(?:以来|底)")


def _existing(clause: str) -> bool:
    """Return whether a plan's clause speaks of what is already there (现有, 目前, 闲置的, 核定)."""
    return _THERE.search(clause) is not None


def _promised(quantity: Quantity, clause: str, zone: str | None) -> bool:
    """Return whether a comparator in a planned measure promises a quantity (招聘不少于32名) rather than setting a norm."""
    if zone not in ("plan", "recommendation") or quantity.qualifier not in (">=", "<=", ">"):
        return False
    if _RECURRING.search(clause):
        return False
    return quantity.unit in ("%", "人", "个", "所", "人次", "元", "间", "台", "套", "项", "个班", None) and _SETS_NORM.search(clause) is None


def _after_from(folded: str, sentence: _Sentence, quantity: Quantity) -> bool:
    head = folded[max(sentence.start, quantity.start - 60) : quantity.start]
    match = re.search(r"(?:由|从)[^。;]*?\d[^。;]*?(?:降|减|增|升|提|扩|缩|调|变|到|至)[^。;]{0,12}$", head)
    return match is not None


_MOVES_ON = re.compile(r"[^。;,\d]{0,10},?\s?(?:逐步|大幅|进一步|快速|稳步|显著|明显|下)?\s?(?:降|减|增|升|提|扩|缩|调整|变为|上升|压|改|优化|到|至)")


def _is_before(folded: str, sentence: _Sentence, quantity: Quantity) -> bool:
    """Return whether a figure is where a movement starts: 由…73个班降至…."""
    head = folded[max(sentence.start, quantity.start - 30) : quantity.start]
    if ("由" not in head and "从" not in head) or not _STARTS_FROM.search(head):
        return False
    return _MOVES_ON.match(folded, quantity.end, quantity.end + 22) is not None


_IN_PLAN = re.compile(r"[^,。;\n]{0,12}(?:列入[^,。;\n]{0,4}计划)")
_DONE_SINCE = re.compile(r"已|目前|现已|实际|20\d\d年(?:以来)?[^,。;]{0,8}(?:完成|实现)|,\s?(?:完成|建成|投入)")


_AHEAD = re.compile(r"\s?(?:20\d\d年|明年|下一?步|下阶段|今后)[^,。;\d]{0,8},?(?:我们|全[县区市]|[我本][县区市校])?还?(?:将|计划|拟|力争)")
"""How a sentence begins whose members are all promised (2024年,我们将投资…;招聘…)."""
def _aimed(quantity: Quantity, clause: str) -> str | None:
    """Return the role of a figure in a section of goals that is no norm: what is to be created, or what it says of the time before."""
    if quantity.qualifier == "=" and _CREATES.search(clause) and not _EVERY.search(clause):
        return "plan"
    return "level" if _SO_FAR.search(clause) else None


_CREATES = re.compile(r"创建|建设|组建|培养|打造|建立|新建|建成|培育|招聘|设立|认定|遴选|扶持")
_SO_FAR = re.compile(r"去年|上年|前年|目前|现有|已经")
"""What a section of goals says of the time before (去年居民消费价格涨幅回落到2.6%)."""
_AIMS = re.compile(r"(?:预期|工作|主要|总体|奋斗)目标(?:任务)?(?:是|为|:)")
"""What a sentence lists goals with, all its members being promised (主要预期目标是:…;…)."""


def _planned(folded: str, sentence: _Sentence, quantity: Quantity) -> bool:
    """Return whether the figure is promised: a cue of planning before it in its sentence with no done cue between."""
    head = folded[_since(sentence, quantity.start) : quantity.start]
    semicolon = head.rfind(";")
    if semicolon >= 0 and _AIMS.search(head, 0, semicolon) is None and _AHEAD.match(folded, sentence.start) is None:
        head = head[semicolon + 1 :]
    cues = list(_PLAN.finditer(head))
    if not cues:
        return folded.find("列入", quantity.end, quantity.end + 14) >= 0 and _IN_PLAN.match(folded, quantity.end, quantity.end + 20) is not None
    cue = cues[-1]
    if "《" in head and head.rfind("《") < cue.start() < head.rfind("》") or head.rfind("》") < head.rfind("《") < cue.start():
        return False
    return not _DONE_SINCE.search(head, cue.end())


_RATIO_WORD = re.compile(r"[比率]")
_SMALLER = re.compile(r"小于|低于|≤|≥|<|>")
_SYMBOL = re.compile(r"[≥≤≧≦]|不(?:低|少|超|小|大|高|多|得)|至少|最多|至多")
_NORM_BEHIND = re.compile(r"的?(?:标准|要求|规定|底线|红线)(?!化)")
_LINE = re.compile(r"(?:合格|达标|及格|警戒|控制)(?:线|分)?(?:为|是)$")
_ALL = re.compile(r"(?:均|已|都)\s?$")
_HOLDS_FOR = re.compile(r"(?:的|学校|班级|学生|考生|教师|大班额|超大班额)")
_BINDS = re.compile(r"(?:至少|每学期|每周|每天|每年|应|须|要求|控制|必须|标准|规定|原则上|确保|限制)")
_MUST = re.compile(r"\s?(?:的|必须|须|应)")
_RATED = re.compile(r"(?:按(?:照)?|定额|基准|标准为|标准是|标准|的)\s?$")
_BY_RATE = re.compile(r"按(?:照)?[^,。;]{0,24}$|定额|基准|标准")
_PER_HEAD = re.compile(r"人手\s?$|(?:给予|奖励|补贴|补助)每?人?\s?$")


def _is_norm(folded: str, sentence: _Sentence, quantity: Quantity, clause: str, zone: str | None, context: FigureContext) -> bool:
    qualifier = quantity.qualifier
    if qualifier == "=" and zone in ("problem", "situation"):
        return False
    own = folded[quantity.start : quantity.number_start]
    comparator = qualifier in (">=", "<=") or (qualifier in ("<", ">") and (zone == "goal" or _SMALLER.search(own) is not None))
    if _NORM_BEHIND.match(folded, quantity.end, quantity.end + 5) or (clause[-1:] in ("为", "是") and _LINE.search(clause)):
        return True
    if comparator and _SYMBOL.search(own + folded[max(0, quantity.start - 1) : quantity.start]):
        return zone == "goal" or not _ALL.search(clause)
    if qualifier in (">=", "<=") and quantity.start == quantity.number_start:
        if _HOLDS_FOR.match(folded, quantity.end, quantity.end + 4):
            return True
        if zone == "goal" or (context.plans and zone not in ("problem", "done", "situation", None)):
            return True
        if _BINDS.search(clause):
            return True
        return not _ACHIEVED.search(clause) and quantity.unit != "%" and not _RATIO_WORD.search(clause[-8:])
    if qualifier == ">" and _MUST.match(folded, quantity.end, quantity.end + 3):
        return True
    if quantity.unit in ("元", "%", "人", "平方米", "比") and _RATED.search(clause[-6:]) and _BY_RATE.search(clause[-30:]):
        return True
    if zone == "goal" and (context.plans or comparator):
        return not _planned(folded, sentence, quantity)
    return quantity.value_max is not None and _PER_HEAD.search(clause) is not None


class _Zones:
    """Tells the role of the smallest zone that a place lies in."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._bounds = sorted({bound for zone in zones for bound in (zone.start, zone.end)})
        self._roles: list[str | None] = [None] * len(self._bounds)
        for zone in sorted(zones, key=lambda zone: zone.start - zone.end):
            first, stop = bisect_left(self._bounds, zone.start), bisect_left(self._bounds, zone.end)
            self._roles[first:stop] = [zone.role] * (stop - first)

    def role_at(self, at: int) -> str | None:
        index = bisect_right(self._bounds, at) - 1
        return self._roles[index] if index >= 0 else None


# --- movements -------------------------------------------------------------------------------
def find_changes(folded: str, figures: Sequence[Figure]) -> list[Change]:
    """Return the movements that the figures of one sentence state: {before, after, change} by figure id.

    A change alone (新增学位4050个) makes none. An amount and a rate of one movement are two
    records with the same ``after``.
    """
    if len(figures) < 2:
        return []
    out = [*_paired_lists(folded, figures), *_grown(folded, figures)]
    used: set[str] = {key for change in out for key in (change.before, change.after) if key}
    for i, figure in enumerate(figures):
        if figure.figure_id in used:
            continue
        if figure.role == "before":
            after = next((f for f in figures[i + 1 : i + 3] if f.role in ("after", "plan", "level") and f.unit == figure.unit and _moves_to(folded, figure, f)), None)
            if after is None:
                continue
            j = i + 1 if figures[i + 1] is after else i + 2
            change = next((f for f in figures[j + 1 : j + 3] if f.role == "change" and _belongs(folded, after, f)), None)
            out.append(Change(figure.figure_id, after.figure_id, change.figure_id if change else None))
            used |= {figure.figure_id, after.figure_id} | ({change.figure_id} if change else set())
            for extra in figures[j + 1 : j + 4]:
                if change and extra.figure_id != change.figure_id and extra.role == "change" and _belongs(folded, change, extra) and extra.unit != change.unit:
                    out.append(Change(figure.figure_id, after.figure_id, extra.figure_id))
                    used.add(extra.figure_id)
    for i, figure in enumerate(figures):
        if figure.role != "change" or figure.figure_id in used:
            continue
        level = _level_of(folded, figures, i)
        if level is not None:
            out.append(Change(None, level.figure_id, figure.figure_id))
            used.add(figure.figure_id)
    return out


_JOINED = re.compile(r"\s?(?:、|和|与|及)\s?(?:小学|初中|城区|农村)?")
_LIST_MOVES = re.compile(r"(?:分别)?(?:逐步|已)?(?:降|减|增|升|提高|提升|上升|下降|缩小|扩大|压减|优化|调整)(?:低|少|加)?(?:到|至|为)(?:了)?")


def _paired_lists(folded: str, figures: Sequence[Figure]) -> list[Change]:
    """Return the movements of two lists of equal length, member by member (由0.46、0.41降为0.38、0.31)."""
    runs: list[list[Figure]] = []
    for figure in figures:
        if runs and runs[-1][-1].unit == figure.unit and _JOINED.fullmatch(folded, runs[-1][-1].end, figure.start):
            runs[-1].append(figure)
        else:
            runs.append([figure])
    out = []
    for first, second in zip(runs, runs[1:], strict=False):
        if len(first) < 2 or len(first) != len(second) or not _FROM.search(folded[max(0, first[0].start - 24) : first[0].start]):
            continue
        if _LIST_MOVES.fullmatch(folded[first[-1].end : second[0].start].strip(", ")):
            out += [Change(a.figure_id, b.figure_id, None) for a, b in zip(first, second, strict=True)]
    return out


_COUNTED_NOUN = re.compile(r"[一-鿿]{2,8}?(?=[,。;、]|$)")


def _grown(folded: str, figures: Sequence[Figure]) -> list[Change]:
    """Return the movements of a thing that is counted twice in one sentence (成立10个教育集团，…教育集团达到13个)."""
    out = []
    for i, first in enumerate(figures[:-1]):
        noun = _COUNTED_NOUN.match(folded[first.end : first.end + 10]) if first.role in ("level", "change") else None
        if noun is None:
            continue
        for second in figures[i + 1 : i + 4]:
            lead = folded[max(first.end, second.start - 16) : second.start]
            if second.unit == first.unit and re.search(rf"{re.escape(noun[0])}(?:数量?|总数)?(?:达到|增至|增加到|发展到|扩大到)\s?$", lead) and second.value != first.value:
                out.append(Change(first.figure_id, second.figure_id, None))
                break
    return out


def _moves_to(folded: str, before: Figure, after: Figure) -> bool:
    return re.search(r"降|减|增|升|提|扩|缩|调|变|到|至|改|优化", folded[before.end : after.start]) is not None and "。" not in folded[before.end : after.start]


def _belongs(folded: str, after: Figure, change: Figure) -> bool:
    """Return whether a change states the same movement as the figure before it (降至51个班，减少了22个班)."""
    gap = folded[after.end : change.start]
    return len(gap) <= 16 and re.fullmatch(r"[^。;]*?[,(、]?\s?[^,。;\d]*", gap) is not None and _compatible(after, change)


def _compatible(after: Figure, change: Figure) -> bool:
    if after.unit == change.unit:
        return True
    return (after.unit, change.unit) in {("%", "个百分点"), ("‰", "个千分点")} or change.unit in ("%", "倍") and after.unit != "%"


_COMPARISON = re.compile(r"(?:较|比|同比|相比|与)[^,。;\d]{0,14}|同比|环比|增幅|降幅|年均")


_YEARLY = re.compile(r"年均[^,。;]{0,6}$")


def _level_of(folded: str, figures: Sequence[Figure], i: int, further: int = 3) -> Figure | None:
    """Return the level that a change of a comparison belongs to (977人，较上年增加17人), or ``None``; over at most *further* other changes."""
    change = figures[i]
    if i == 0 or _YEARLY.search(folded[max(0, change.start - 10) : change.start]):
        return None
    near = folded[max(0, change.start - _NEAR) : change.start]
    clause = near[max(near.rfind(mark) for mark in ",;(") + 1 :]
    previous = figures[i - 1]
    gap = folded[previous.end : change.start]
    compared = _COMPARISON.search(clause) is not None
    if previous.role == "change" and i >= 2 and len(gap) <= 8 and previous.unit != change.unit and "。" not in gap:
        return _level_of(folded, figures, i - 1, further - 1) if further else None
    if previous.role in ("change", "before") or not _compatible(previous, change) or ";" in gap:
        return None
    if compared and len(gap) <= 26 and gap.count(",") <= 1:
        return previous
    if len(gap) <= 6 and re.fullmatch(r"\s?[,(]?\s?(?:增加|增长|减少|下降|降低|提高|上升|提升|净增|增|减|降)了?\s?", gap):
        return previous
    return None


def _roles_from_changes(figures: list[Figure], changes: Sequence[Change]) -> list[Figure]:
    """Give the level that a change belongs to its role ``after``."""
    after = {change.after for change in changes}
    before = {change.before for change in changes}
    amounts = {change.change for change in changes}
    out = []
    for figure in figures:
        if figure.figure_id in after and figure.role in ("level", "change") and figure.figure_id not in amounts:
            figure = replace(figure, role="after")
        elif figure.figure_id in before and figure.role in ("level", "change"):
            figure = replace(figure, role="before")
        elif figure.role == "before" and figure.figure_id not in before or figure.role == "after" and figure.figure_id not in after:
            figure = replace(figure, role="level")
        out.append(figure)
    return out


# --- blanks ----------------------------------------------------------------------------------
_BLANK = re.compile(r"(?:占比|比例|比例为|比例分别为|率为|率达到?|达到?|为|占)(?P<blank>[ _\t]*+%(?:[ \t]?[、,][ _\t]*+%)*+)|(?P<space>(?<!_)_{2,}+[ \t]?(?:%|人|名|所|个|万元|元|平方米))")


_LONE_PERCENT = re.compile(r"%(?<![0-9]%)")


def _blanks(text: str, folded: str) -> list[Figure]:
    """Return a missing figure for each blank where a number was (占比%)."""
    out: list[Figure] = []
    if "__" not in folded and _LONE_PERCENT.search(folded) is None:
        return out
    for match in _BLANK.finditer(folded):
        name = "blank" if match["blank"] else "space"
        begin = match.start(name)
        since = max(0, match.start() - 12)
        since = max(since, text.rfind("\n", since, begin) + 1)
        for percent in re.finditer(r"[ _]*(%|人|名|所|个|万元|元|平方米)", match[name]):
            start, end = begin + percent.start(), begin + percent.end()
            while start < end and text[start].isspace():
                start += 1
            unit = percent[1]
            out.append(
                Figure(start, end, text[start:end], None, {"名": "人", "万元": "元"}.get(unit, unit), "=", "figure/blank", subject=text[since : begin], missing=True, figure_id=f"f{start}")
            )
    return out


@lru_cache(maxsize=4)
def finder_for(lexicon_digest: str, lexicon: Lexicon) -> FigureFinder:  # pragma: no cover - thin cache
    """Return the finder of a lexicon, built once."""
    return FigureFinder(lexicon)
