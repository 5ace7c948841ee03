"""Say what a number counts or measures, in the document's own words.

The phrase is put together from the number's own clause: what leads up to it (供热面积14.8万平方米)
and what it counts (2所学校体育运动场地不足). Where the clause only goes on about something named
before (占比, 其中, 较上年增加, 小学…、初中…), the phrase of the figure or the clause before it is
taken up.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from doc_miner.extract.counted import LEAST, begins_with_predicate, named, parted, thing
from doc_miner.extract.parallels import first_of_list, parallel, restaged
from doc_miner.extract.quantities import Quantity
from doc_miner.extract.topics import (
    ACT,
    NAMED,
    act_of,
    bare,
    label_of,
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

Dates = Sequence[tuple[int, int]]
"""Start and end of the dates of a sentence, in order."""

_BREAK = ",。;:!?\n\t"
_BREAKS = re.compile(f"[{_BREAK}]")
_LEAD = re.compile(
    r"^(?:按标准|(?:共|仍|已|现)?有(?![关效的机条])|同时|原(?=计划)|并且|并(?!轨)|且|但|其中|(?:在)?全(?:区|县|市|省|旗|年)(?:共)?|我(?:区|县|市|城区)|本(?:区|县)|目前|现(?!有|任)|至今|截至目前|截[至止]|另外|此外|然后|还|又|再|仅|近年来|先后|累计|已经|已|正(?!编|式|高|职)|在(?!校|园|编|岗|读|职|建|册)|对|把|将|就(?![餐读业近学诊医地寝])|为|从|由|于|通过|要求|确保|预计|计划|力争|拟|实现|另有|另设|还有|各有|[一二三四五六七八九十]{1,2}是|[ \s“”\"'、)(\]①-⑳]|[一二三四五六七八九十]+[、.]|\d{1,2}[.、](?!\d)|首先|其次|再次|最后|而|则|也|均|都|按照?|未来[一二三两五十]年|还将|届时|该[县区市旗](?![一-鿿]{0,3}[局校])|使(?!用)|以|与|和|及|的|中(?=,))+"
)
_TAIL_WORDS = (
    *(f"{since}{when}" for since in "由从" for when in ["年初", "年底", "去年", "上年", "原来", "此前", "评估时", "整改前"]),
    *["已经", "已", "仍", "按照", "按", "就", "都", "共计", "总计", "合计", "累计", "共有", "共", "达到了", "达到", "达", "仅为", "仅有", "仅", "为", "有", "是", "约为", "约", "近", "分别为", "分别达到", "分别有", "分别是", "分别", "只有", "总共", "计", "至", "到", "了", "在"],
    *["=", ":", "(", "“", "”", "的", "各", "原则上", "上限", "、", "全部", "一共", "现有", "超", "从", "由", "国检时", "介于", "控制", "保持", "稳定", "平均", "拟", "也", "还", "又", "并", "且", "未", "不", "另有", "另设", "每所", "超过", "不足", "不到", "低于"],
)
_TAIL = re.compile(rf"(?:{'|'.join(map(re.escape, _TAIL_WORDS))}|(?<![生人])均|(?<=[一-鿿]{{3}})拟安排|\s)+$")
_TAIL_ENDS = frozenset([*(word[-1] for word in _TAIL_WORDS), "均", "排"])
"""The last characters of what `_TAIL` finds, but for spaces: a phrase that ends with none of them needs no search."""
_ONLY_CHANGE = re.compile(
    r"(?:分别)?(?:(?:较|比|与|同)?(?:上年|去年|前年|上一年|同期|往年|国检时|三年前|之前|基年|[一二三四五六七八九十\d]+年前)?(?:相比|同期)?)?(?:又|再|共|年均|平均|累计|分别|净|同比|逐年|大幅|进一步|逐步)?"
    r"(?:增加|增长|减少|降低|下降|提高|提升|上升|新增|净增|缩小|扩大|压减|压缩|缩减|增|降|减|升|多|少|高出|高|低|降幅|增幅|调整|优化|恢复|回落|缩短|延长)(?:率)?(?:了|到|至|为)?"
)
_MOVED = re.compile(r"^(?:逐步|大幅|进一步|已|再)?(?:降|减|增|升|提高|提升|上升|下降|缩小|扩大|压减|压缩|控制|优化|调整|改善|恢复|增加|减少|缩减|缩短|延长|变)(?:低|少|加|长)?(?:到|至|为)")
_STAGE_LABEL = re.compile(r"^(?:其中)?(?:全县|全区|城区|农村|乡村|县城|乡镇)?(?:小学(?:、|和|与)初中|小学|初中|高中|九年一贯制学校|中学|幼儿园|城区|农村|乡镇|乡村|县城|低年级|高年级|男生|女生|小学\(初中\)?)(?:阶段|学校|段)?(?:\([^()]*\)?)?(?:平均|最高|最低|每班|起始年级每班|每生每年|每生|每人每年|生均|占)?$")
_COUNTED = {
    "人", "所", "个", "间", "台", "套", "册", "项", "个班", "次", "门", "份", "期", "批", "辆", "户", "家", "对", "条", "件", "张", "栋", "幢", "种", "类", "科", "支", "节", "场",
    "处", "组", "轮", "本", "片", "座", "块", "人次", "篇", "堂", "株", "盏", "学时", "课时", "年", "岁", "亩", "只", "批次", "起", "例", "%",
}  # fmt: skip
_RIGHT_END = re.compile(r"[,。;:!?\n\t)）(（]")
_RIGHT_VERB = re.compile(r"分配|用于|划入|划分为|组成")
_GOES_ON = re.compile(
    r"^(?:占|距|与标准|尚差|还差|尚缺|还缺|共缺|缺(?![一-鿿]{2})|短缺|缺口|缺额|与实际|相差|超出|高出|高于|低于|不足|其余|余下|剩余|覆盖率|合格率|完成率|覆盖面|总课时|课时总量|比例|比重|占比|比率|差额|平均|最高|最低|最大|最小|最多|人均|生均|国家(?:规定|标准)|省定标准|标准|均|受益|惠及|参加(?:学生|教师|人数)|接收|规划|设计|总投资|概算|建筑面积|占地|改造后|使用|记录|参训|合计|总计|总额|面积|人数|金额|数量|共?增加了?$|公开招聘$)"
)
_TO = re.compile(r"(?<=[一-鿿]{2})(?:降|增|减|升|提高|提升|下降|上升|增加|减少|压减|压缩|扩大|缩小)(?:至|到|为)?$")
_NORM_WORD = re.compile(r"的(?:比例|标准|要求|规定|速度|幅度)")
_INCLUDED = re.compile(r"(?:将|把)([一-鿿、]{2,14}?)(?:纳入|列入|融入)")
"""A thing that a clause puts among others (将美育课程纳入必修课, 保证72学时): what comes next is about it."""
_FUND = re.compile(r"(?!用于|对|为|支持|的)[一-鿿]{2,12}?(?:专项资金|资金|经费|补助|补贴|奖金|债券)")
"""Money named behind its amount (安排120万元教师培训经费)."""
_PAID = re.compile(r"^(?:给予|发放|支付|享受|计发|落实)+")
_PLACES = "乡镇村县区市省"
_ITEM = re.compile(r"(?:[一二三四五六七八九十]是|\d[.、]|[①-⑳]|\([一二三四五六七八九十\d]{1,2}\))([一-鿿]{4,14})。$")
"""The short heading of an item that its first sentence spends money on (一是建校扩容。累计投入…)."""
_OWN_RATE = re.compile(r"(?:辍学|入学|巩固|升学|入园|毛入|净入|就业|普及)")
_AT_LEAST = re.compile(r"(?:至少|不少于|不低于|不超过)$")
_COMPARED = re.compile(r"(?:较|比)[一-鿿]{2,10}?(?:高出?|低|多|少|提高|增加|减少|下降|上升|提升)")
_PARTED = re.compile(r"(?:分解|划分|分|划|组|改造|整合|编)(?:为|成|入)\s?$")
LABELLED = 13
"""Characters of a subject that is short enough to take the label of its line in front."""
_UNDER_WAY = re.compile(r"(?:已|正)?(?:完成|开工|办结|建成|启动|投用|更新|改造|整改到位|到位|销号|配备车辆|收回|惠及)")
"""An act alone: its object is what the figure before it counts (改造专用教室19间, 已完成8间)."""
_SHORT_OF = re.compile(r"^(?:共?有|仍有)?(?:学校|小学|初中)(?=生均)|(?:未|不|没有)(?:全部)?(?:达标|足|够).*$|低于.*$|达标(?:学校)?的?(?:占比|比例).*$")
"""What a clause says of the norm and who misses it, where the next tells by how much (9所学校生均…面积不达标, 共缺4.3万平方米)."""
_AND_MORE = re.compile(r"^[、和]\d[\d.,]*万?(?:平方米|亩)(?=[一-鿿]{2})")
_SENDS = re.compile(r"^(?:组织|动员|选派|派出|拿出|安排|抽调)")
"""An act that only sets going what is said of the thing counted (组织68名教师到乡村学校走教)."""
_SHARED_ACT = re.compile("交流|开通|评选|表彰")
_BY_RULE = re.compile(r"(?:按|根据|参照|依据|[一-鿿]{0,10}(?:按照|根据|依据)《|在[^,。;]{2,20}(?:前提|基础|同时|情况|过程|支持|指导)[上下中]?,)")
"""A clause that only tells by what rule something is done."""
_LIST_DATE = re.compile(r"^(\s?[、,])\s?(?:20\d\d|[一-鿿]{0,2}年|明|后|今)年?(?:\d{1,2}月)?(?:底前?|秋季学期)?$")
"""The date of a later member of a list (2025年更新200套、2026年200套)."""
_EACH = re.compile(r"^(?:每(?:半|一)?个?(?:人|年|月|周|天|日|生|校|班|次|间|所|餐|学期|学年|季度|名学生|名教师|位教师|学生))+")
"""Of whom or how often a norm holds (每人每月): what it is a norm of, stands behind or before it."""
_SPANS = ("年", "个月", "月", "天", "届")
"""Units of what only says for how long (连续7年提高养老金水平，年均增长…)."""
_GROWS = re.compile(r"(?:增长|增加|下降|减少|提高|上升|降低|上涨)$")
_RATE_OF = re.compile(r"按(?:照)?(?:不(?:低|少)于)?([一-鿿]{2,14}?)(?:总额|总量|总数)?的?$")
_SET_ASIDE = re.compile(r"(?:的(?:比例|标准))?(?:足额|统筹|及时|全额|单独|专项)?(?:开设|安排|列支|计提|提取|用于|编列|单列|落实|拨付|配备|预算)(?:到位)?([一-鿿]{2,10})")
"""What a share of something is set aside for (按公用经费的5%安排教师培训经费)."""
_SHARE = re.compile(r"^(?:分别|各|约|均|仅)?占|^(?:所占)?(?:占比|比例|比重)$")
_SHORT_RATE = re.compile(r"[一-鿿]{1,3}[率比]$")
_ONE_BRACKET = re.compile(r"^([一-鿿]{1,8})\([^()]{0,60}\)")
_PEOPLE = re.compile(r"^(?:在校学?生|在校\(园\)学?生|在园幼儿|专任教师|教职工|学生|教师|在编教师|招生|毕业生|寄宿生)(?:总?人?数|总数|总量)?$")
_SCOPE = re.compile(r"(?:义务教育|义教|小学|初中|高中|中等职业学校|职业高中|幼儿园|学前教育|特殊教育|九年一贯制)|(?:城区|镇区|农村|乡村)(?=(?:小学|初中|中小学)?学校)")
"""Whose pupils and teachers are counted: what a list of them begins with (现有义务教育学校63所、在校学生…)."""
_MONEY_VERB = re.compile(r"^(?:用于|确保|对|为|实施|支持|改造|新建|建设|购置|配备|更新|添置|建成|采购|开展|补助|奖励|资助|发放|扩建|装修|完成|聘用|维修|购买|推进|启动|修建|铺设)")
_MONEY_NOUN = re.compile(r"(财政拨款|拨款|总投资|投资|专项资金|补助资金|资金|经费|补助|奖补|投入|出资|支出|预算|债券)[^,。;]{0,3}$")
_PART_MARK = ("其中", "(", "包括", "含")
_METRIC = re.compile(r"[率数]$|面积|系数|比例|经费|资金|总额|总量|学位$|师比|值$")
_NUMBERS = re.compile(r"\([^()]*\)|[约近超]?\d[\d.,]*\s?(?:[万亿]?(?:平方米|人次|个百分点|[个所名人元间台套册项%‰亩次家辆条张处栋幢座片块宗期批类门]))?(?:以上|以内|以下|左右)?")


def subject_of(folded: str, start: int, end: int, quantity: Quantity, before: Quantity | None, figures: Sequence[Figure], words: Segmenter, dates: Dates) -> str:
    """Return what *quantity* counts, from its sentence ``folded[start:end]`` and the figures already read in it.

    *before* is the quantity in front of it in the same sentence, *figures* all that stand before it;
    *words* cuts a phrase that is too long between words, *dates* are the spans of the sentence's dates.
    """
    subject = _subject(folded, start, end, quantity, before, figures, words, dates)
    label = label_of(folded, quantity.start)
    return label + subject if label and label not in subject and len(subject) <= LABELLED and not NAMED.search(subject) else subject


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


def _subject(folded: str, start: int, end: int, quantity: Quantity, before: Quantity | None, figures: Sequence[Figure], words: Segmenter, dates: Dates) -> str:
    clause, stop = _clause_left(folded, start, quantity.start), quantity.start
    if folded[quantity.start - 1 : quantity.start] == ")":
        opened = folded.rfind("(", max(start, quantity.start - 40), quantity.start)
        if opened > start and not any(figure.start >= opened for figure in figures[-2:]):
            clause, stop = _clause_left(folded, start, opened), opened
    at = max(clause, before.end if before is not None and not defines(folded, before, quantity) else start)
    if dates:
        dates = dates[max(0, bisect_right(dates, (quantity.start, 0)) - 16) : bisect_right(dates, (quantity.end, 0))]
    raw = _without_dates(folded, at, stop, dates)
    left = _left(raw, begins_list=before is not None and at == before.end)
    previous = figures[-1] if figures and figures[-1].start >= start else None
    here = _Clause(folded, start, end, at, clause, raw, left, quantity, before, figures, previous, dates)
    taken = _taken_up(here) or _set_aside(here)
    if taken:
        return taken
    right = _right(folded, quantity, end)
    left = act_of(without_examples(without_agent(left)), folded[at : quantity.start])
    here.left = left
    own, is_set = _joined(left, right, quantity, folded, end, words, for_them=raw.startswith(("为", "对", "给")))
    found = _of_previous(here, right, own)
    found = _part_of_whole(here, own) if found is None else found
    found = _paid(here, right, own) if found is None else found
    found = _act_alone(here, own, words) if found is None else found
    if found is not None:
        return found
    if _says_too_little(own) and not (own == left and own in ("小学", "初中", "高中") and quantity.unit == "所" and previous is None):
        return _completed(folded, start, at, own, figures, quantity, dates)
    return own if is_set else _shortened(first_of_list(own) if "分别" in folded[at : quantity.start] else without_agent(own), words)


def _taken_up(here: _Clause) -> str | None:
    """Return the subject of a number whose clause has none of its own: a list goes on, a stage's value, a movement's end."""
    folded, start, quantity, previous, left = here.folded, here.start, here.quantity, here.previous, here.left
    if previous is not None and _continues_list(folded, quantity, here.before, left):
        return parallel(previous.subject, folded[max(start, quantity.start - 80) : quantity.start])
    if _STAGE_LABEL.match(left) and quantity.unit not in ("所", "个班"):
        if previous is not None and _in_part_list(folded, start, quantity) and not _METRIC.search(previous.subject):
            return _part(left, _whole(folded, here.figures, start, quantity))
        if "每班" in left and not (previous is not None and "每班" in previous.subject):
            return left
        return restaged(_of_stage(folded, start, here.clause, previous, here.before, here.dates), left)
    if left and (previous is None or previous.unit in _SPANS) and (_ONLY_CHANGE.fullmatch(left) or left in ("比增加", "比减少", "比增长", "比下降")):
        clause = re.sub(r"^(?:连续|近)?[一二两三四五六七八九十]?年", "", _previous_clause(folded, start, here.at, here.dates))
        return _changed(clause, left) if len(clause) >= 3 else None
    if previous is not None and (_COMPARED.fullmatch(left) or _ONLY_CHANGE.fullmatch(left) or _MOVED.match(left)):
        return _changed(previous.subject, left)
    return None


def _set_aside(here: _Clause) -> str | None:
    """Return the subject of a share that something is set aside at (按公用经费的5%安排教师培训经费 → 教师培训经费占公用经费)."""
    if here.quantity.unit != "%" or "按" not in here.raw:
        return None
    of, what = _RATE_OF.search(here.raw.rstrip()), _SET_ASIDE.match(here.folded, here.quantity.end, here.end)
    return f"{what[1]}占{of[1]}" if of is not None and what is not None else None


def _of_previous(here: _Clause, right: str, own: str) -> str | None:
    """Return the subject of a number that says more of what the figure before it counts: a rate of it, those of whom…, a place's value."""
    previous, left, quantity = here.previous, here.left, here.quantity
    if previous is None:
        return None
    if _SHORT_RATE.fullmatch(left) and not (_OWN_RATE.match(left) and _METRIC.search(previous.subject)) and not left.endswith(("师比", "生比", "机比")):
        return _merged(previous.subject, left)
    if not left and (previous.unit == quantity.unit or _is_rate(quantity)) and begins_with_predicate(right):
        whole = re.split(r"[的中]", previous.subject)[-1] or previous.subject
        if own.startswith("是"):
            return f"{whole}中{own[1:].rpartition('的')[2]}"
        return named(re.sub(r"^未?达标", "", whole), own)
    if not right and quantity.unit not in ("所", "个班"):
        return place_and_measure(own, previous.subject) or None
    return None


def _part_of_whole(here: _Clause, own: str) -> str | None:
    """Return the subject of a part or share of a whole named before it (其中音乐15名; 其中骨干教师不低于20%; 占…的)."""
    previous, quantity = here.previous, here.quantity
    if previous is None:
        return None
    if here.before is not None and _is_part(here.folded, here.start, quantity, own):
        whole = _whole(here.folded, here.figures, here.start, quantity)
        if quantity.unit == "%" and _GROWS.search(own):
            return own
        if quantity.unit == "%" and whole and own not in whole:
            return f"{own}占{whole.partition('占')[0][-12:]}"
        return _part(own, whole)
    if own.endswith("占") and "其中" in here.raw and not _METRIC.search(previous.subject):
        return previous.subject[-16:] + own
    if _SHARE.search(here.left):
        return _merged(previous.subject, here.left if here.left.startswith("占") else "占比")
    return None


def _paid(here: _Clause, right: str, own: str) -> str | None:
    """Return the subject of money with what it buys, and of a project's places, size or cost with the project."""
    is_money = here.quantity.unit == "元"
    if is_money and _MONEY_VERB.match(right) is None and (fund := _FUND.match(right)) is not None and only_spends(here.left):
        return fund[0]
    if is_money and only_spends(here.left) and not right.startswith("的"):
        aim = purpose(here.folded, here.quantity.end, here.end) or _aim_before(here.folded, here.start, here.at, here.previous, here.dates)
        if aim:
            return spent_on(aim, here.left)
    phrase = here.left if is_money and re.search(r"(?:总|计划|概算|估算)投资", here.raw) else own
    name = project(here.folded, here.start, max(here.start, here.clause - 1)) if of_a_project(phrase) else ""
    return name + bare(phrase) if name else None


def _act_alone(here: _Clause, own: str, words: Segmenter) -> str | None:
    """Return the subject of a number whose clause names only an act, or only of whom or how often a norm holds."""
    previous = here.previous
    if _UNDER_WAY.fullmatch(own) and previous is not None:
        if previous.subject.startswith(own):
            return previous.subject
        return own + re.sub(r"^(?:计划|拟)?(?:公开)?(?:新建|改造|采购|更新|开通|招聘)", "", previous.subject)[-16:]
    if own.startswith("每") and not _EACH.sub("", own):
        near = previous is not None and not re.search("[,;]", here.folded[previous.end : here.at - 1])
        done = _EACH.sub("", _tidy(previous.subject)) if previous is not None and near else _previous_clause(here.folded, here.start, here.at, here.dates)
        return own + words.tail(_AT_LEAST.sub("", done), 8)
    if not own and here.quantity.unit == "个班":
        return "班级数"
    act = (ACT.match(previous.subject) or _SHARED_ACT.match(previous.subject)) if previous is not None and re.match(r"\s?[、和]", here.raw) else None
    return act[0] + own if act is not None and own and not ACT.match(own + "的事") and len(own) <= 10 else None


# --- the words around the number ----------------------------------------------------------------
_NEAR = 160
"""Characters in front of a number that are looked at: no longer clause is meant."""
_LOST_STOP = re.compile(r"\.(?<=[%\d]\.)(?=[一-鿿])")
"""占比6.06%.共缺: a full stop that lost its width."""


_FROM_EACH = re.compile(r"([一-鿿]{2})[由从]((?:每[一-鿿]{1,3}|人均|生均){0,2})(?:原来的?|现行的?|现在的?)?$")
"""Where a movement of a norm starts (补助由每人每年380元提高到…): the norm is named before it."""
_ENDS_LIST = re.compile(r"[一-鿿][、和与及]\s?$")


def _left(raw: str, *, begins_list: bool) -> str:
    """Return what leads up to a number, tidied; nothing where it ends the number before (7所小学、2所初中) or only parts a whole (分解为)."""
    if _PARTED.search(raw) or (begins_list and _ENDS_LIST.search(raw)):
        return ""
    left = _tidy(_FROM_EACH.sub(r"\1\2", raw))
    return _TO.sub("", left) if raw.rstrip()[-1:] in ("至", "到", "为", "了") else left


def _clause_left(folded: str, start: int, at: int) -> int:
    start = max(start, at - _NEAR)
    nearest = _BREAKS.search(folded[start:at][::-1])
    found = at - nearest.start() if nearest else start
    point = _LOST_STOP.search(folded, found, at)
    return point.end() if point else found


def defines(folded: str, before: Quantity, quantity: Quantity) -> bool:
    """Return whether the quantity in front only says which things are counted (60人以上班级数; 超过2000人的学校有)."""
    if before.qualifier not in (">=", "<=", ">", "<") and before.unit not in ("年", "学时"):
        return False
    between = folded[before.end : quantity.start]
    return _PARTS.search(between) is None and (between[:1] == "的" or _STAGE_LABEL.match(_tidy(between)) is None)


_PARTS = re.compile(r"[,、。;:()]")


_DOING = re.compile(
    r"整合撤并|整合|撤并|盘活|引进|组建|建成|建立|划定|组织|动员|发放|安排|统筹|筹措|落实|设立|开设|开通|聘请|选派|新建|改造|扩建|购置|采购|添置|配备|招聘|补充|培训|更新|修建|打造|创建|评选|表彰|资助|解决|协调解决|实施|完成|提供|下达|拨付|投入|开展|举办|印发|出台|新增|接收|分流|收回|划入|招录|维修|建设"
)
_ADVERB = re.compile(r"^(?:充分发挥|充分|稳妥|重新|着力|积极|大力|主动|稳步|有序|分批|陆续|同步|全面|进一步|切实|规范|统一|集中|面向社会|公开|择优|足额|及时|逐步|创造性)+")


def _without_clauses(own: str) -> str:
    """Return a long phrase without adverbs and relative clauses (撤并生源萎缩的教学点 → 撤并教学点)."""
    own = _ADVERB.sub("", own) if len(own) >= 8 else own
    if len(own) < 10:
        return own
    head, particle, tail = own.rpartition("的")
    if particle and len(tail) >= 3 and not re.match(r"[比占]|数|率", tail):
        verb = _DOING.match(head)
        return (verb[0] if verb else "") + tail if verb or len(tail) >= 5 else own
    return own


def _shortened(own: str, words: Segmenter) -> str:
    """Return a phrase of at most 24 characters, cut after a word that leads up to what counts."""
    own = _without_clauses(own)
    if len(own) <= 24:
        return own
    for match in re.finditer(r"的|等方式|方式|、|通过|利用|按照|以及|推动|开展", own):
        if 6 <= len(own) - match.end() <= 24:
            return own[match.end() :]
    return words.tail(own, 24)


@lru_cache(4096)
def _tidy(text: str) -> str:
    """Return a phrase without what leads up to it, what leads on to its number, and marks around it; the same phrases come again and again."""
    if text.count("(") > text.count(")"):
        text = text[text.rfind("(") + 1 :]
    for _ in range(3):
        lead = _LEAD.match(text)
        shorter = text[lead.end() :] if lead else text
        if shorter[-1:] in _TAIL_ENDS or shorter[-1:].isspace():
            tail = _TAIL.search(shorter)
            shorter = shorter[: tail.start()] if tail else shorter
        if shorter == text:
            break
        text = shorter
    return text.strip("”“\"' )、")


def _without_dates(folded: str, start: int, end: int, dates: Dates) -> str:
    """Return a stretch without the dates in it."""
    if not dates:
        return folded[start:end]
    out, at = [], start
    for first, last in dates:
        if first >= at and last <= end:
            out.append(folded[at:first])
            at = last
    out.append(folded[at:end])
    return "".join(out)


_QUOTED = re.compile(r"[“\"]([^”\"]{2,16})[”\"]")


def _right(folded: str, quantity: Quantity, end: int) -> str:
    """Return the noun that follows a measure word, with what is said of it, up to the next break or verb of another action."""
    if quantity.unit not in _COUNTED and not quantity.supplied and quantity.unit not in ("元", "平方米", "亩") and quantity.rule != "figure/fraction":
        return ""
    following = folded[quantity.end : min(end, quantity.end + 90)]
    bracket = _ONE_BRACKET.match(following) if "(" in following[:10] else None
    following = (bracket[1] + following[bracket.end() :] if bracket else following)[:36]
    quoted = _QUOTED.match(following)
    if quoted:
        return quoted[1]
    following = _AND_MORE.sub("", following) if following[:1] in ("、", "和") else following
    if following[:1] in "、和及与":
        return ""
    stop = _RIGHT_END.search(following)
    noun = following[: stop.start()] if stop else following
    verb = _RIGHT_VERB.search(noun)
    if verb is not None and verb.start() >= 2:
        noun = noun[: verb.start()]
    return (_NUMBERS.sub("", noun)[:20] if quantity.unit == "元" else noun).strip("“”\"' 、")


_NO_NOUN = re.compile(r"(?:以上|左右|和|及|与|以内|增|降|减|提高|上升|下降|到|至|,)")


def _joined(left: str, right: str, quantity: Quantity, folded: str, end: int, words: Segmenter, *, for_them: bool = False) -> tuple[str, bool]:
    """Put together what leads up to a number and what follows it; say whether the set is named by what is said of it."""
    if quantity.unit == "元":
        return _money(left, right, quantity, folded, end), False
    if right.startswith("的") and len(right) > 3 and quantity.unit in ("所", "个", "间", "门", "项") and folded[quantity.end - 2 : quantity.end] in ("左右", "以上"):
        right = right[1:]
    elif right.startswith("的") and len(right) > 2 and left:
        return ("" if _NORM_WORD.match(right) else re.split(r"\d", right)[0][1:21]) + left, False
    right = right.removeprefix("的")
    if right in _PLACES and len(right) == 1:
        return right + "数", False
    if _MOVED.match(right) or len(right) < 2 or _NO_NOUN.match(right):
        right = ""
    if (quantity.unit == "%" and len(left) >= 2 and (_METRIC.search(left) or not _is_share(right, quantity))) or not right or (len(left) >= 3 and _METRIC.search(left) and folded[quantity.start - 1 : quantity.start] != "的"):
        return left, False
    noun, predicate = parted(right)
    if folded[quantity.start - 1 : quantity.start] == "的" and not for_them:
        predicate = ""
    if not noun:
        within = _is_rate(quantity) or re.search(r"(?:中|已?有|里)\s?$", folded[max(0, quantity.start - 3) : quantity.start])
        return (named(left.removesuffix("中"), predicate), True) if left and within else (left or predicate, False)
    if len(predicate) >= LEAST:
        listed = left.endswith("等") or ("、" in left and re.search(r"(?:学校|小学|中学|初中)$", left) is not None)
        return named(("" if listed else _SENDS.sub("", _last_words(left, words))) + noun, predicate), True
    return _last_words(left, words) + noun, False


def _is_rate(quantity: Quantity) -> bool:
    return quantity.unit == "%" or quantity.rule == "figure/fraction"


def _is_share(right: str, quantity: Quantity) -> bool:
    """Return whether what follows a percentage says of whom it is a share (近六成集中在城区学校)."""
    return right.startswith("的") or (len(right) >= 4 and (begins_with_predicate(right) or quantity.rule == "figure/tenths"))


def _aim_before(folded: str, start: int, at: int, previous: Figure | None, dates: Dates) -> str:
    """Return what money is for that the clause in front of it names (食堂扩建已纳入实事项目, 安排资金186万元)."""
    if folded[at - 1 : at] != ",":
        heading = _ITEM.search(folded[max(0, at - 24) : at])
        return heading[1] if heading else ""
    if previous is not None and previous.unit != "元" and not re.search("[,;:]", folded[previous.end : at - 1]):
        return previous.subject[-16:]
    return thing(_previous_clause(folded, start, at, dates, 24))[-16:]


def _money(left: str, right: str, quantity: Quantity, folded: str, end: int) -> str:
    match = _MONEY_NOUN.search(left)
    word = match[1] if match else "资金"
    if _MOVED.match(right):
        right = ""
    each = re.sub(r"^按照?", "", without_agent(left))
    if right and each and not _EACH.sub("", each):
        return each + _PAID.sub("", _NORM_WORD.sub("", right))[:16]
    if _NORM_WORD.match(right) and left:
        return left
    if right.startswith("的") and len(right) > 2:
        return right[1:] + (left if len(left) <= 8 else word)
    use = right
    if not use and folded[quantity.end : quantity.end + 1] in (",", ";") and folded[quantity.end] == ",":
        following = re.split(r"[,。;:\n\t]", folded[quantity.end + 1 : min(end, quantity.end + 40)])[0]
        use = following if _MONEY_VERB.match(following) else ""
    plain = match is not None and len(left) - len(match[1]) <= 4
    if use and (plain or not left) and (_MONEY_VERB.match(use) or len(use) >= 4):
        use = _NUMBERS.sub("", re.sub(r"^(?:用于|对|为|支持)", "", use))
        return use[:20] + word
    return left or right


def _last_words(left: str, words: Segmenter) -> str:
    """Return the last phrase of what leads up to a number: after the last list mark, at most twelve characters."""
    part = re.split(r"[、()]|(?<=[区县市])(?:有|共有)", left)[-1]
    return part if len(part) <= 12 else words.tail(part, 12)


# --- what a clause goes on about -----------------------------------------------------------------
_LIST_LINK = re.compile(r"\s?(?:[、,/]|和|与|及|以及|~|-)\s?")


def _continues_list(folded: str, quantity: Quantity, before: Quantity | None, left: str) -> bool:
    """Return whether a number is a later member of a list of values (0.31、0.22; 45人和50人以内)."""
    if before is None:
        return False
    gap = folded[before.end : quantity.start]
    listed = _LIST_DATE.match(gap)
    gap = listed[1] if listed else gap
    if gap.strip() == "," and re.match(r"[一-鿿]{2}", folded[quantity.end : quantity.end + 2]):
        return False
    return quantity.unit == before.unit and _LIST_LINK.fullmatch(gap) is not None


def _of_stage(folded: str, start: int, clause: int, previous: Figure | None, before: Quantity | None, dates: Dates) -> str:
    """Return the measure of which a stage's value is given (生均面积：小学4.5平方米、初中5.8平方米)."""
    begin = max(_clause_left(folded, start, clause - 1), before.end if before else start)
    head = _tidy(_NUMBERS.sub("", _without_dates(folded, begin, clause - 1, dates))) if clause > start else ""
    if len(head) >= 3 and not _STAGE_LABEL.match(head):
        return head[-30:]
    if previous is not None:
        return previous.subject
    return head


def _changed(subject: str, left: str) -> str:
    word = re.search(r"增加|增长|减少|降低|下降|提高|提升|上升|新增", left)
    return subject[-30:] + (word[0] if word and not _MOVED.match(left) and not subject.endswith(word[0]) else "")


def _is_part(folded: str, start: int, quantity: Quantity, own: str) -> bool:
    """Return whether a figure is one part of a whole named before it (其中音乐15名、体育28名)."""
    return len(own) <= 16 and not _METRIC.search(own) and not _GOES_ON.match(own) and _in_part_list(folded, start, quantity)


def _in_part_list(folded: str, start: int, quantity: Quantity) -> bool:
    head = folded[max(start, quantity.start - _NEAR) : quantity.start]
    at = max(head.rfind(mark) for mark in _PART_MARK)
    if at < 0 or (head[at] == "(" and ")" in head[at:]) or ";" in head[at:] or re.search(r",(?:确保|力争|使|全部|同时)", head[at:]):
        return False
    return any(char.isdigit() for char in head[:at])


def _whole(folded: str, figures: Sequence[Figure], start: int, quantity: Quantity) -> str:
    since = max(start, quantity.start - _NEAR)
    at = max(folded.rfind(mark, since, quantity.start) for mark in _PART_MARK)
    return next((figure.subject for figure in reversed(figures) if figure.start < at), "")


_STAGES = ("小学", "初中", "高中", "幼儿园", "中学")
_OF_ANY_STAGE = re.compile(r"学校|中小学|班级|幼儿园|教学点")
"""What a stage is a kind of: its name says enough (学校63所, 其中小学45所)."""


def _part(own: str, whole: str) -> str:
    if "的" in whole and re.search(r"(?:学校|中学|小学|初中)$", whole) and re.search(r"(?:学校|中学|小学|初中)$", own):
        return whole[: whole.rfind("的") + 1] + own
    if not whole or own in whole:
        return whole if len(own) <= 4 and whole else own or whole
    noun = re.search(r"(教师|教职工|学生|人才|校长|班级|教室|学位|项目|资金|经费|投资)(?:招聘|引进|补充)?(?:人数|数)?$", whole)
    verb = re.search(r"(?:公开)?(?:招聘|引进|补充|新建|培训|选派|聘任|新增|采购|购置|招录|录用|随机抽查|抽查|检查|核查|表彰|评选)", whole)
    head = verb[0] if verb and verb[0] not in own else ""
    tail = noun[1] if noun and noun[1] not in own else ""
    if own in _STAGES and not head and not tail and _OF_ANY_STAGE.search(whole) is None:
        return own + whole
    return f"{head}{own}{tail}"


_NO_LETTERS = re.compile(r"[^一-鿿A-Za-z]")


def _says_too_little(own: str) -> bool:
    content = _EACH.sub("", own) if own.startswith("每") else own
    if len(content) == 2 and (content != own or (own[0] in _PLACES and own[1] == "数")):
        return False
    own = content
    hanzi = len(_NO_LETTERS.sub("", own))
    return hanzi < 3 or (hanzi <= 9 and _GOES_ON.match(own) is not None) or (hanzi <= 6 and _PEOPLE.match(own) is not None)


def _completed(folded: str, start: int, at: int, own: str, figures: Sequence[Figure], quantity: Quantity, dates: Dates) -> str:
    """Complete a phrase that says too little by what stands before it: the clause in front, or the figure before."""
    previous = figures[-1] if figures and figures[-1].start >= start else None
    first = next((figure for figure in figures if figure.start >= start), previous)
    clause = _previous_clause(folded, start, at, dates)
    if "缺" in own:
        clause = _SHORT_OF.sub("", clause)
    if own.startswith(("参加", "参与")):
        clause = thing(clause)
    if _PEOPLE.match(own):
        mark = folded.rfind(";", max(start, at - _NEAR), at)
        heads = [figure for figure in figures[-4:] if figure.start > mark] if mark >= 0 else []
        scope = _SCOPE.search(heads[0].subject) if heads else _SCOPE.search(first.subject) if first is not None else None
        return _merged(scope[0], own) if scope else own
    if previous is not None and (quantity.unit in ("%", "个百分点") or re.match(r"距|与标准|尚|还|与实际|相差|超出|高出|高于|低于|国家|省定|标准|最|平均|其余", own)):
        return _merged(previous.subject, own)
    if clause and clause not in own:
        return f"{clause}{own}"
    return _merged(previous.subject, own) if previous is not None else own


def _previous_clause(folded: str, start: int, at: int, dates: Dates, size: int = 16) -> str:
    """Return the clause before a position (of the sentence before, at its head), tidied and without its own numbers."""
    end = at - 1 if folded[at - 1 : at] in _BREAK else at
    while end > 0 and folded[end - 1 : end] in (" ", "\u3000"):
        end -= 1
    floor = max(0, start - 60, folded.rfind("\n", max(0, start - 60), end) + 1) if end <= start else max(start, end - _NEAR)
    if end <= floor or folded[end : end + 1] in ("\n", "\t"):
        return ""
    for _ in range(3):
        begin = max(folded.rfind(mark, floor, end) for mark in ",。;:\n\t") + 1 or floor
        text = _tidy(_NUMBERS.sub("", _without_dates(folded, begin, end, dates)))
        included = _INCLUDED.search(text)
        text = included[1] if included is not None else text
        if (len(text) >= 3 and not _BY_RULE.match(folded, begin) and not text.startswith(("占", "比例"))) or begin <= floor:
            return text[-size:]
        end = begin - 1
    return ""


def _merged(subject: str, own: str) -> str:
    """Join a phrase to the subject it goes on about, what both share once (高考一本上线 + 上线率 → 高考一本上线率)."""
    subject = subject[-34:]
    base = re.sub(r"(?:人数|(?<!系)数|增加|增长|减少|下降)$", "", subject)
    for text in (subject, base):
        for size in range(min(len(own), len(text)), 1, -1):
            if text.endswith(own[:size]):
                return text + own[size:]
    return (base + own)[-34:]
