"""What a clause goes on about: it takes up the subject of the figure, or of the clause, before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from doc_miner.extract.counted import thing
from doc_miner.extract.phrases import BREAK, EACH, METRIC, MOVED, NUMBERS, PLACES, STAGE_LABEL, Dates, clause_left, tidy, without_dates
from doc_miner.extract.quantity import Quantity
from doc_miner.extract.sentences import NEAR
from doc_miner.model import Figure

_GOES_ON = re.compile(
    r"^(?:占|距|与标准|尚差|还差|尚缺|还缺|共缺|缺(?![一-鿿]{2})|短缺|缺口|缺额|与实际|相差|超出|高出|高于|低于|不足|其余|余下|剩余|覆盖率|合格率|完成率|覆盖面|总课时|课时总量|比例|比重|占比|比率|差额|平均|最高|最低|最大|最小|最多|人均|生均|国家(?:规定|标准)|省定标准|标准|均|受益|惠及|覆盖(?![率面])|涉及|参加(?:学生|教师|人数)|接收|规划|设计|总投资|概算|建筑面积|占地|改造后|使用|记录|参训|合计|总计|总额|面积|人数|金额|数量|共?增加了?$|公开招聘$)"
)
_INCLUDED = re.compile(r"(?:将|把)([一-鿿、]{2,14}?)(?:作为|纳入|列入|融入)")
"""A thing that a clause puts among others (将美育课程纳入必修课, 保证72学时): what comes next is about it."""
_ITEM = re.compile(r"(?:[一二三四五六七八九十]是|\d[.、]|[①-⑳]|\([一二三四五六七八九十\d]{1,2}\))([一-鿿]{4,14})。$")
"""The short heading of an item that its first sentence spends money on (一是建校扩容。累计投入…)."""
_SHORT_OF = re.compile(r"^(?:共?有|仍有)?(?:学校|小学|初中)(?=生均)|(?:未|不|没有)(?:全部)?(?:达标|足|够).*$|低于.*$|达标(?:学校)?的?(?:占比|比例).*$")
"""What a clause says of the norm and who misses it, where the next tells by how much (9所学校生均…面积不达标, 共缺4.3万平方米)."""
_BY_RULE = re.compile(r"(?:按|根据|参照|依据|[一-鿿]{0,10}(?:按照|根据|依据)《|对[一-鿿]{2,16}的(?:一律|均|及时|限期|给予)|在[^,。;]{2,20}(?:前提|基础|同时|情况|过程|支持|指导)[上下中]?,)")
"""A clause that only tells by what rule something is done."""
_LIST_DATE = re.compile(r"^(\s?[、,])\s?(?:20\d\d|[一-鿿]{0,2}年|明|后|今)年?(?:\d{1,2}月)?(?:底前?|秋季学期)?$")
"""The date of a later member of a list (2025年更新200套、2026年200套)."""
_PEOPLE = re.compile(r"^(?:在校学?生|在校\(园\)学?生|在园幼儿|专任教师|教职工|学生|教师|在编教师|招生|毕业生|寄宿生)(?:总?人?数|总数|总量)?$")
_SCOPE = re.compile(r"(?:义务教育|义教|小学|初中|高中|中等职业学校|职业高中|幼儿园|学前教育|特殊教育|九年一贯制)|(?:城区|镇区|农村|乡村)(?=(?:小学|初中|中小学)?学校)")
"""Whose pupils and teachers are counted: what a list of them begins with (现有义务教育学校63所、在校学生…)."""
_VACANT = ("空编", "缺编", "超编", "缺员")
"""What is said of the posts of teachers, and of nothing else."""
_REACHES = re.compile(r"惠及|覆盖|受益|涉及")
_STATE_OF = re.compile(r"(?:总量|数量)?(?:偏|较|比较|严重|明显|依然|仍然|十分|相对)*(?:老旧|陈旧|不足|短缺|紧缺|滞后|偏低|薄弱|落后|缺乏|不够|不均|失衡|老化|欠缺|低|少|差|不高)$")
"""What a clause says of the thing that the next one measures (实验器材老旧,完好率…)."""
_LABEL_WORDS = re.compile(r"^(?:整改|反馈|存在|主要)(?:情况|措施|问题|成效|进展|状态|结果|做法)$")
_PART_MARK = ("其中", "(", "包括", "含")
_CLAUSE_END = re.compile("[,;:]")
_LINKS = frozenset("、,/和与及以~-")
"""The first characters of what `_LIST_LINK` finds, but for spaces."""
_TWO_HANZI = re.compile(r"[一-鿿]{2}")
_LIST_LINK = re.compile(r"\s?(?:[、,/]|和|与|及|以及|~|-)\s?")
_AIMS_AT = re.compile(",(?:确保|力争|使|全部|同时)")
_SCHOOL = ("学校", "中学", "小学", "初中")
_OF_WHOLE = re.compile(r"(教师|教职工|学生|人才|校长|班级|教室|学位|项目|资金|经费|投资)(?:招聘|引进|补充)?(?:人数|数)?$")
_ACT_OF_WHOLE = re.compile(r"(?:公开)?(?:招聘|引进|补充|新建|培训|选派|聘任|新增|采购|购置|招录|录用|随机抽查|抽查|检查|核查|表彰|评选)")
_CHANGED = re.compile("增加|增长|减少|降低|下降|提高|提升|上升|新增")
_BESIDE = re.compile("距|与标准|尚|还|与实际|相差|超出|高出|高于|低于|国家|省定|标准|最|平均|其余")
"""What a figure says beside another: the distance to it, the norm for it, its mean."""
_COUNT_OR_CHANGE = re.compile(r"(?:人数|(?<!系)数|增加|增长|减少|下降)$")
_STAGES = ("小学", "初中", "高中", "幼儿园", "中学")
_OF_ANY_STAGE = re.compile(r"学校|中小学|班级|幼儿园|教学点")
"""What a stage is a kind of: its name says enough (学校63所, 其中小学45所)."""
_NO_LETTERS = re.compile(r"[^一-鿿A-Za-z]")


def continues_list(folded: str, quantity: Quantity, before: Quantity | None, left: str) -> bool:
    """Return whether a number is a later member of a list of values (0.31、0.22; 45人和50人以内)."""
    if before is None or quantity.unit != before.unit:
        return False
    gap = folded[before.end : quantity.start]
    if gap.lstrip()[:1] not in _LINKS:
        return False
    listed = _LIST_DATE.match(gap)
    gap = listed[1] if listed else gap
    if gap.strip() == "," and _TWO_HANZI.match(folded, quantity.end):
        return False
    return _LIST_LINK.fullmatch(gap) is not None


def of_stage(folded: str, start: int, clause: int, previous: Figure | None, before: Quantity | None, dates: Dates) -> str:
    """Return the measure of which a stage's value is given (生均面积：小学4.5平方米、初中5.8平方米)."""
    begin = max(clause_left(folded, start, clause - 1), before.end if before else start)
    head = tidy(NUMBERS.sub("", without_dates(folded, begin, clause - 1, dates))) if clause > start else ""
    if len(head) >= 3 and not STAGE_LABEL.match(head):
        return head[-30:]
    if previous is not None:
        return previous.subject
    return head


def moved(subject: str, left: str) -> str:
    """Return the subject of a movement of something named before (在校学生, 增加 → 在校学生增加)."""
    word = _CHANGED.search(left)
    return subject[-30:] + (word[0] if word and not MOVED.match(left) and not subject.endswith(word[0]) else "")


def is_part(folded: str, start: int, quantity: Quantity, own: str) -> bool:
    """Return whether a figure is one part of a whole named before it (其中音乐15名、体育28名)."""
    return len(own) <= 16 and not METRIC.search(own) and not _GOES_ON.match(own) and in_part_list(folded, start, quantity)


def in_part_list(folded: str, start: int, quantity: Quantity) -> bool:
    """Return whether a number stands behind a word that lists the parts of a number before it (其中, 包括)."""
    head = folded[max(start, quantity.start - NEAR) : quantity.start]
    at = max(head.rfind(mark) for mark in _PART_MARK)
    if at < 0 or (head[at] == "(" and ")" in head[at:]) or ";" in head[at:] or _AIMS_AT.search(head, at):
        return False
    return any(char.isdigit() for char in head[:at])


def whole_of(folded: str, figures: Sequence[Figure], start: int, quantity: Quantity) -> str:
    """Return the subject of the whole whose parts are listed; ``""`` if none stands before them."""
    since = max(start, quantity.start - NEAR)
    at = max(folded.rfind(mark, since, quantity.start) for mark in _PART_MARK)
    for figure in reversed(figures):
        if figure.start < at and not (")" in (gap := folded[figure.end : at]) and "(" not in gap):
            return figure.subject
    return ""


def part_of(own: str, whole: str) -> str:
    """Return the subject of a part: its own phrase with what the whole tells of it (招聘教师; 音乐 → 招聘音乐教师)."""
    if "的" in whole and whole.endswith(_SCHOOL) and own.endswith(_SCHOOL):
        return whole[: whole.rfind("的") + 1] + own
    if not whole or own in whole:
        return whole if len(own) <= 4 and whole else own or whole
    noun, verb = _OF_WHOLE.search(whole), _ACT_OF_WHOLE.search(whole)
    head = verb[0] if verb and verb[0] not in own else ""
    tail = noun[1] if noun and noun[1] not in own else ""
    if own in _STAGES and not head and not tail and _OF_ANY_STAGE.search(whole) is None:
        return own + whole
    return f"{head}{own}{tail}"


def says_too_little(own: str) -> bool:
    """Return whether a phrase does not stand by itself (占比, 其余, 在校学生)."""
    content = EACH.sub("", own) if own.startswith("每") else own
    if len(content) == 2 and (content != own or (own[0] in PLACES and own[1] == "数")):
        return False
    own = content
    if len(own) >= 5 and own.startswith(("生均", "人均")):
        return False
    hanzi = len(own) if _NO_LETTERS.search(own) is None else len(_NO_LETTERS.sub("", own))
    return hanzi < 3 or (hanzi <= 9 and _GOES_ON.match(own) is not None) or (hanzi <= 6 and _PEOPLE.match(own) is not None)


def completed(folded: str, start: int, at: int, own: str, figures: Sequence[Figure], quantity: Quantity, dates: Dates) -> str:
    """Complete a phrase that says too little by what stands before it: the clause in front, or the figure before."""
    previous = figures[-1] if figures and figures[-1].start >= start else None
    first = next((figure for figure in figures if figure.start >= start), previous)
    if own in _VACANT:
        return "教师" + own
    if _PEOPLE.match(own):
        mark = folded.rfind(";", max(start, at - NEAR), at)
        heads = [figure for figure in figures[-4:] if figure.start > mark] if mark >= 0 else []
        scope = _SCOPE.search(heads[0].subject) if heads else _SCOPE.search(first.subject) if first is not None else None
        return merged(scope[0], own) if scope else own
    near = previous is not None and ";" not in folded[previous.end : at] and folded.count(",", previous.end, at) <= 2
    if previous is not None and near and _REACHES.match(own):
        return merged(previous.subject, own)
    if previous is not None and (quantity.unit in ("%", "个百分点") or _BESIDE.match(own)) and (near or _BESIDE.match(own)):
        return merged(previous.subject, own)
    clause = previous_clause(folded, start, at, dates)
    if quantity.unit == "%" and (state := _STATE_OF.search(clause)) is not None and state.start() >= 3:
        clause = clause[: state.start()]
    if clause.startswith(own) or (len(own) >= 2 and own in clause and METRIC.search(own) is None):
        return clause
    if "缺" in own:
        clause = _SHORT_OF.sub("", clause)
    if own.startswith(("参加", "参与")):
        clause = thing(clause)
    if clause and clause not in own:
        return f"{clause}{own}"
    return merged(previous.subject, own) if previous is not None else own


def aim_before(folded: str, start: int, at: int, previous: Figure | None, dates: Dates) -> str:
    """Return what money is for that the clause in front of it names (食堂扩建已纳入实事项目, 安排资金186万元)."""
    if folded[at - 1 : at] != ",":
        heading = _ITEM.search(folded[max(0, at - 24) : at])
        return heading[1] if heading else ""
    if previous is not None and previous.unit != "元" and _CLAUSE_END.search(folded, previous.end, at - 1) is None:
        return previous.subject[-16:]
    return thing(previous_clause(folded, start, at, dates, 24))[-16:]


def previous_clause(folded: str, start: int, at: int, dates: Dates, size: int = 16) -> str:
    """Return the clause before a position (of the sentence before, at its head), tidied and without its own numbers."""
    end = at - 1 if folded[at - 1 : at] in BREAK else at
    while end > 0 and folded[end - 1 : end] in (" ", "\u3000"):
        end -= 1
    floor = max(0, start - 60, folded.rfind("\n", max(0, start - 60), end) + 1) if end <= start else max(start, end - NEAR)
    if end <= floor or folded[end : end + 1] in ("\n", "\t"):
        return ""
    for _ in range(3):
        begin = max(folded.rfind(mark, floor, end) for mark in ",。;:\n\t") + 1 or floor
        text = tidy(NUMBERS.sub("", without_dates(folded, begin, end, dates)))
        text = "" if _LABEL_WORDS.match(text) else text
        included = _INCLUDED.search(text)
        text = included[1] if included is not None else text
        if (len(text) >= 3 and not _BY_RULE.match(folded, begin) and not text.startswith(("占", "比例"))) or begin <= floor:
            return text[-size:]
        end = begin - 1
    return ""


def merged(subject: str, own: str) -> str:
    """Join a phrase to the subject it goes on about, what both share once (高考一本上线 + 上线率 → 高考一本上线率)."""
    subject = subject[-34:]
    base = _COUNT_OR_CHANGE.sub("", subject)
    for text in (subject, base):
        for size in range(min(len(own), len(text)), 1, -1):
            if text.endswith(own[:size]):
                return text + own[size:]
    return (base + own)[-34:]
