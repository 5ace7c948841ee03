"""Say what a number counts or measures, in the document's own words.

The phrase is put together from the number's own clause (`phrases`): what leads up to it (供热面积14.8万平方米)
and what it counts (2所学校体育运动场地不足). Where the clause only goes on about something named
before (占比, 其中, 较上年增加, 小学…、初中…), the phrase of the figure or the clause before it is
taken up (`carried`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from doc_miner.extract.carried import (
    aim_before,
    completed,
    continues_list,
    in_part_list,
    is_part,
    merged,
    moved,
    of_stage,
    part_of,
    previous_clause,
    says_too_little,
    whole_of,
)
from doc_miner.extract.counted import begins_with_predicate, named
from doc_miner.extract.parallels import first_of_list, parallel, restaged
from doc_miner.extract.phrases import (
    EACH,
    METRIC,
    MONEY_VERB,
    MOVED,
    MOVED_BEGINS,
    STAGE_LABEL,
    Dates,
    clause_left,
    defines,
    is_rate,
    joined,
    lead_of,
    noun_behind,
    shortened,
    tidy,
    without_dates,
)
from doc_miner.extract.quantity import Quantity
from doc_miner.extract.sentences import Sentence
from doc_miner.extract.topics import (
    ACT,
    NAMED,
    act_of,
    bare,
    of_a_project,
    only_spends,
    place_and_measure,
    project,
    purpose,
    spent_on,
    without_agent,
    without_examples,
)
from doc_miner.model import Figure
from doc_miner.segment import Segmenter

_ONLY_CHANGE = re.compile(
    r"(?:分别)?(?:(?:较|比|与|同)?(?:上年|去年|前年|上一年|同期|往年|国检时|三年前|之前|基年|[一二三四五六七八九十\d]+年前)?(?:相比|同期)?)?(?:又|再|共|年均|平均|累计|分别|净|同比|逐年|大幅|进一步|逐步)?"
    r"(?:增加|增长|减少|降低|下降|提高|提升|上升|新增|净增|缩小|扩大|压减|压缩|缩减|增|降|减|升|多|少|高出|高|低|降幅|增幅|调整|优化|恢复|回落|缩短|延长)(?:率)?(?:了|到|至|为)?"
)
_FOR_YEARS = re.compile(r"^(?:连续|近)?[一二两三四五六七八九十]?年")
_CHANGE_ENDS = frozenset("加长少低降高升增小大减缩多出幅整化复落短率了到至为")
"""The last characters of what `_ONLY_CHANGE` and `_COMPARED` find."""
_LABEL_BEGINS = frozenset("其全城农乡县小初高九中幼低男女")
"""The first characters of what `STAGE_LABEL` finds."""
_FUND = re.compile(r"(?!用于|对|为|支持|的)[一-鿿]{2,12}?(?:专项资金|资金|经费|补助|补贴|奖金|债券)")
"""Money named behind its amount (安排120万元教师培训经费)."""
_OWN_RATE = re.compile(r"(?:辍学|入学|巩固|升学|入园|毛入|净入|就业|普及)")
_AT_LEAST = re.compile(r"(?:至少|不少于|不低于|不超过)$")
_COMPARED = re.compile(r"(?:较|比)[一-鿿]{2,10}?(?:高出?|低|多|少|提高|增加|减少|下降|上升|提升)")
LABELLED = 13
"""Characters of a subject that is short enough to take the label of its line in front."""
_UNDER_WAY = frozenset(
    when + act for when in ("", "已", "正") for act in ("完成", "开工", "办结", "建成", "启动", "投用", "更新", "改造", "整改到位", "到位", "销号", "配备车辆", "收回", "惠及")
)
"""An act alone: its object is what the figure before it counts (改造专用教室19间, 已完成8间)."""
_ACTED = re.compile(r"^(?:计划|拟)?(?:公开)?(?:新建|改造|采购|更新|开通|招聘)")
_SHARED_ACT = re.compile("交流|开通|评选|表彰")
_INVESTED = re.compile(r"(?:总|计划|概算|估算)投资")
_SPANS = ("年", "个月", "月", "天", "届")
"""Units of what only says for how long (连续7年提高养老金水平，年均增长…)."""
_GROWS = re.compile(r"(?:增长|增加|下降|减少|提高|上升|降低|上涨)$")
_RATE_OF = re.compile(r"按(?:照)?(?:不(?:低|少)于)?([一-鿿]{2,14}?)(?:总额|总量|总数)?的?$")
_SET_ASIDE = re.compile(r"(?:的(?:比例|标准))?(?:足额|统筹|及时|全额|单独|专项)?(?:开设|安排|列支|计提|提取|用于|编列|单列|落实|拨付|配备|预算)(?:到位)?([一-鿿]{2,10})")
"""What a share of something is set aside for (按公用经费的5%安排教师培训经费)."""
_SHARE = re.compile(r"^(?:分别|各|约|均|仅)?占|^(?:所占)?(?:占比|比例|比重)$")
_SHARE_BEGINS = frozenset("分各约均仅占所比")
"""The first characters of what `_SHARE` finds."""
_OF = re.compile("[的中]")
_REACHED = re.compile("^未?达标")
_CLAUSE_END = re.compile("[,;]")
_SHORT_RATE = re.compile(r"[一-鿿]{1,3}[率比]$")


def subject_of(folded: str, sentence: Sentence, quantity: Quantity, before: Quantity | None, figures: Sequence[Figure], words: Segmenter) -> str:
    """Return what *quantity* counts, from its sentence and the figures already read in it.

    *before* is the quantity in front of it in the same sentence, *figures* all that stand before it;
    *words* cuts a phrase that is too long between words.
    """
    subject = _subject(folded, sentence, quantity, before, figures, words)
    label = sentence.label
    if label is None or not label.holds(quantity.start) or label.name in subject or len(subject) > LABELLED or NAMED.search(subject):
        return subject
    return label.name + subject


@dataclass(slots=True)
class _Clause:
    """A number with what its sentence says in front of it."""

    folded: str
    start: int
    end: int
    at: int
    """Where the words begin that lead up to the number: after a break or the number in front."""
    clause: int
    raw: str
    left: str
    quantity: Quantity
    before: Quantity | None
    figures: Sequence[Figure]
    previous: Figure | None
    dates: Dates
    lists_parts: bool


def _subject(folded: str, sentence: Sentence, quantity: Quantity, before: Quantity | None, figures: Sequence[Figure], words: Segmenter) -> str:
    start, end = sentence.start, sentence.end
    clause, stop = clause_left(folded, start, quantity.start), quantity.start
    if folded[quantity.start - 1 : quantity.start] == ")":
        opened = folded.rfind("(", max(start, quantity.start - 40), quantity.start)
        if opened > start and not any(figure.start >= opened for figure in figures[-2:]):
            clause, stop = clause_left(folded, start, opened), opened
    at = max(clause, before.end if before is not None and not defines(folded, before, quantity) else start)
    dates = sentence.spans
    if dates:
        dates = dates[max(0, bisect_right(dates, (quantity.start, 0)) - 16) : bisect_right(dates, (quantity.end, 0))]
    raw = without_dates(folded, at, stop, dates) if dates else folded[at:stop]
    left = lead_of(raw, begins_list=before is not None and at == before.end)
    previous = figures[-1] if figures and figures[-1].start >= start else None
    here = _Clause(folded, start, end, at, clause, raw, left, quantity, before, figures, previous, dates, sentence.lists_parts)
    if left.startswith("该校") and NAMED.search(name := project(folded, max(0, start - 60), start)) is not None:
        here.left = left = name + left[2:]
    taken = _beside_norm(here) or _taken_up(here) or _set_aside(here)
    if taken:
        return taken
    right = noun_behind(folded, quantity, end)
    if left:
        left = act_of(without_examples(without_agent(left)), folded[at : quantity.start])
        here.left = left
    own, is_set = joined(left, right, quantity, folded, end, words, for_them=raw.startswith(("为", "对", "给")))
    found = _of_previous(here, right, own)
    found = _part_of_whole(here, own) if found is None else found
    found = _paid(here, right, own) if found is None else found
    found = _act_alone(here, own, words) if found is None else found
    if found is not None:
        return found
    if says_too_little(own) and not (own == left and own in ("小学", "初中", "高中") and quantity.unit == "所" and previous is None):
        return completed(folded, start, at, own, figures, quantity, dates)
    return own if is_set else shortened(first_of_list(own) if "分别" in folded[at : quantity.start] else without_agent(own), words)


def _taken_up(here: _Clause) -> str | None:
    """Return the subject of a number whose clause has none of its own: a list goes on, a stage's value, a movement's end."""
    folded, start, quantity, previous, left = here.folded, here.start, here.quantity, here.previous, here.left
    if previous is not None and continues_list(folded, quantity, here.before, left):
        return parallel(previous.subject, folded[max(start, quantity.start - 80) : quantity.start])
    if left[:1] in _LABEL_BEGINS and STAGE_LABEL.match(left) and quantity.unit not in ("所", "个班"):
        if previous is not None and here.lists_parts and in_part_list(folded, start, quantity) and not METRIC.search(previous.subject):
            return part_of(left, whole_of(folded, here.figures, start, quantity))
        if "每班" in left and not (previous is not None and "每班" in previous.subject):
            return left
        return restaged(of_stage(folded, start, here.clause, previous, here.before, here.dates), left)
    changes = left[-1:] in _CHANGE_ENDS
    if changes and (previous is None or previous.unit in _SPANS) and (_ONLY_CHANGE.fullmatch(left) or left in ("比增加", "比减少", "比增长", "比下降")):
        clause = _FOR_YEARS.sub("", previous_clause(folded, start, here.at, here.dates))
        return moved(clause, left) if len(clause) >= 3 else None
    if previous is not None and ((changes and (_COMPARED.fullmatch(left) or _ONLY_CHANGE.fullmatch(left))) or (left[:1] in MOVED_BEGINS and MOVED.match(left))):
        return moved(previous.subject, left)
    return None


def _set_aside(here: _Clause) -> str | None:
    """Return the subject of a share that something is set aside at (按公用经费的5%安排教师培训经费 → 教师培训经费占公用经费)."""
    if here.quantity.unit != "%" or "按" not in here.raw:
        return None
    of, what = _RATE_OF.search(here.raw.rstrip()), _SET_ASIDE.match(here.folded, here.quantity.end, here.end)
    return f"{what[1]}占{of[1]}" if of is not None and what is not None else None


_NORM_OF = re.compile(r"的?(规定|标准|要求)(?!化)")
_MISSES = re.compile(r"^(?:尚|还|仍|也)?(?:与|距离?|离|较|比|不符合|没有达到|未达到|没达到|低于|高于|达不到)(?:国家|省定|省|市)?$")
_DISTANCE = re.compile(r"^的?(?:规定|标准|要求)(?:还|尚|仍)?(?:相差|差|少|缺|低|高出?)$")


def _beside_norm(here: _Clause) -> str | None:
    """Return the subject of a norm that a value is held against, and of the distance to it (每生4100元, 与5000元的标准相差900元)."""
    previous = here.previous
    if previous is None or here.quantity.unit is None and not here.raw.strip():
        return None
    if _DISTANCE.match(here.raw.strip()):
        base = re.sub(r"(?:规定|标准|要求)$", "", previous.subject)
        return base + "与标准相差"
    norm = _NORM_OF.match(here.folded, here.quantity.end, here.quantity.end + 4)
    if norm is not None and _MISSES.match(here.raw.strip()):
        return merged(previous.subject, norm[1])
    return None


def _of_previous(here: _Clause, right: str, own: str) -> str | None:
    """Return the subject of a number that says more of what the figure before it counts: a rate of it, those of whom…, a place's value."""
    previous, left, quantity = here.previous, here.left, here.quantity
    if previous is None:
        return None
    if left[-1:] in ("率", "比") and ";" not in here.folded[previous.end : here.at] and _SHORT_RATE.fullmatch(left) and not (_OWN_RATE.match(left) and METRIC.search(previous.subject)) and not left.endswith(("师比", "生比", "机比")):
        return merged(previous.subject, left)
    if not left and (previous.unit == quantity.unit or is_rate(quantity)) and begins_with_predicate(right):
        whole = _OF.split(previous.subject)[-1] or previous.subject
        if own.startswith("是"):
            return f"{whole}中{own[1:].rpartition('的')[2]}"
        return named(_REACHED.sub("", whole), own)
    if not right and quantity.unit not in ("所", "个班"):
        return place_and_measure(own, previous.subject) or None
    return None


def _part_of_whole(here: _Clause, own: str) -> str | None:
    """Return the subject of a part or share of a whole named before it (其中音乐15名; 其中骨干教师不低于20%; 占…的)."""
    previous, quantity = here.previous, here.quantity
    if previous is None:
        return None
    if here.lists_parts and here.before is not None and is_part(here.folded, here.start, quantity, own):
        whole = whole_of(here.folded, here.figures, here.start, quantity)
        if quantity.unit == "%" and _GROWS.search(own):
            return own
        if quantity.unit == "%" and whole and own not in whole:
            return f"{own}占{whole.partition('占')[0][-12:]}"
        return part_of(own, whole)
    if own.endswith("占") and "其中" in here.raw and not METRIC.search(previous.subject):
        return previous.subject[-16:] + own
    if here.left[:1] in _SHARE_BEGINS and _SHARE.search(here.left):
        return merged(previous.subject, here.left if here.left.startswith("占") else "占比")
    return None


def _paid(here: _Clause, right: str, own: str) -> str | None:
    """Return the subject of money with what it buys, and of a project's places, size or cost with the project."""
    is_money = here.quantity.unit == "元"
    spends = is_money and only_spends(here.left)
    if spends and MONEY_VERB.match(right) is None and (fund := _FUND.match(right)) is not None:
        return fund[0]
    if spends and not right.startswith("的"):
        aim = purpose(here.folded, here.quantity.end, here.end) or aim_before(here.folded, here.start, here.at, here.previous, here.dates)
        if aim:
            return spent_on(aim, here.left)
    phrase = here.left if is_money and _INVESTED.search(here.raw) else own
    name = project(here.folded, here.start, max(here.start, here.clause - 1)) if of_a_project(phrase) else ""
    return name + bare(phrase) if name else None


def _act_alone(here: _Clause, own: str, words: Segmenter) -> str | None:
    """Return the subject of a number whose clause names only an act, or only of whom or how often a norm holds."""
    previous = here.previous
    if own in _UNDER_WAY and previous is not None:
        if previous.subject.startswith(own):
            return previous.subject
        return own + _ACTED.sub("", previous.subject)[-16:]
    if own.startswith("每") and not EACH.sub("", own):
        near = previous is not None and _CLAUSE_END.search(here.folded, previous.end, here.at - 1) is None
        done = EACH.sub("", tidy(previous.subject)) if previous is not None and near else previous_clause(here.folded, here.start, here.at, here.dates)
        return own + words.tail(_AT_LEAST.sub("", done), 8)
    if not own and here.quantity.unit == "个班":
        return "班级数"
    act = (ACT.match(previous.subject) or _SHARED_ACT.match(previous.subject)) if previous is not None and here.raw[:2].lstrip()[:1] in ("、", "和") else None
    return act[0] + own if act is not None and own and not ACT.match(own + "的事") and len(own) <= 10 else None
