"""Say what a number counts or measures, in the document's own words.

The phrase is taken from the number's own clause: the noun that follows a measure word
(2所学校体育运动场地不足), the phrase that leads up to the number (供热面积14.8万平方米), and, where the
clause only continues another (占比, 其中, 较上年增加), from the figure before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from doc_miner.dates import find_mentions
from doc_miner.extract.quantities import Quantity
from doc_miner.model import Figure

_BREAK = ",。;:!?\n"
_LEAD = re.compile(
    r"^(?:同时|并且|并|且|但|其中|全(?:区|县|市|省|旗)(?:共)?|我(?:区|县|市|城区)|本(?:区|县)|目前|现|至今|截至目前|另外|此外|然后|还|又|再|仅|近年来|先后|累计|就|已经|已|正|在|对|把|将|为|从|由|于|通过|要求|确保|预计|计划|力争|拟|使|让|实现|一是|二是|三是|四是|五是|六是|七是|八是|[ \s“”\"'、)(\]①-⑳]|[一二三四五六七八九十]+[、.]|\d{1,2}[.、](?!\d)|首先|其次|再次|最后|而|则|也|均|都|按照?|以|与|和|及|的)+"
)
_TAIL = re.compile(
    r"(?:已经|已|就|均|都|共计|总计|合计|累计|共有|共|达到了|达到|达|仅为|仅有|仅|为|有|是|约为|约|近|分别为|分别达到|分别有|分别是|分别|只有|总共|计|至|到|增至|降至|降到|降为|了|在|占|=|:|\(|\s|“|”|的|各|每|原则上|上限|、|全部|一共|现有|超|个|从|由|国检时|比|较)+$"
)
_CHANGE_TAIL = re.compile(r"(?:净|同比|较上年|比上年|较去年|比去年|年均)?(?:增加|增长|减少|降低|下降|提高|提升|上升|新增|净增|缩小|扩大|增|降|减)(?:了|到|至|为)?$")
_MEASURE_UNITS = {"人", "所", "个", "间", "台", "套", "册", "项", "个班", "次", "门", "份", "期", "批", "辆", "户", "家", "对", "条", "件", "张", "栋", "幢", "种", "类", "科", "支", "节", "场", "处", "组", "名", "轮", "本", "片", "座", "块", "人次", "篇", "堂", "株", "盏", "学时", "课时", "年", "岁", "亩"}
_RIGHT_STOP = re.compile(r"[,。;:!?\n、)）(（]|(?:分配|用于|进行|开展|实施|组成|作为|参加|参与(?!学校)|实现|达到|为|在(?!校|编|读|园|职|岗)|与|和(?!谐)|及|到(?!位)|并|被|将|已|均|都|正|纳入|完成|给|是|予|接受|获|就读|以上|左右|后|前(?!百)|分别|通过|由|,)")
_PART = re.compile(r"(?:其中|包括|含|分别(?:为|是)|\()[^。;]*$")
_HAN = re.compile(r"[一-鿿A-Za-z0-9“”\"《》]")
_GENERIC = {"占比", "占", "比例", "总额", "资金", "面积", "金额", "人数", "数量", "比", "共缺", "缺", "投资", "投入", "投入资金", "完成率", "上线率", "增长", "增加", "减少", "下降", "提高", "降低", "总数", "总人数", "覆盖率", "合格率", "共投入", "累计投入", "总投资", "尚差", "还缺", "缺少", "差", "尚缺", "短缺", "缺口", "缺额", "受益学生", "受益师生", "受益", "比重", "占总数", "合计", "平均", "最高", "最低", "年均", "每年", "人均", "生均"}


def subject_of(folded: str, start: int, end: int, quantity: Quantity, before: Quantity | None, figures: Sequence[Figure]) -> str:
    """Return what *quantity* counts, from its sentence ``folded[start:end]`` and the figures already read in it.

    *before* is the quantity in front of it in the same sentence, *figures* all that stand before it.
    """
    floor = max(start, before.end if before else start)
    clause = _clause_left(folded, start, quantity.start)
    left_at = max(clause, floor)
    left = _tidy_left(folded[left_at : quantity.start])
    right = _right(folded, quantity, end)
    previous = figures[-1] if figures and figures[-1].end >= start else None
    if _is_change_word(left):
        return _of_change(folded, start, left_at, left, previous)
    shared = _shared_list(folded, start, quantity, before, previous, left)
    if shared:
        return shared
    own = _combine(left, right, quantity)
    if _part_of_list(folded, start, quantity, previous) and previous is not None and len(own) <= 14 and not _has_metric(own):
        return _part(own, _whole(folded, figures, start, quantity))
    if own in _GENERIC or len(own) < 2:
        return _with_context(folded, start, left_at, own, previous, quantity)
    if own[-1:] in "率比" and len(own) <= 5 and previous is not None:
        return _merge(previous.subject, own)
    return own[-30:]


def _clause_left(folded: str, start: int, at: int) -> int:
    return max(folded.rfind(mark, start, at) for mark in _BREAK) + 1 or start


def _tidy_left(text: str) -> str:
    text = _without_dates(text)
    if text.count("(") > text.count(")"):
        text = text[text.rfind("(") + 1 :]
    for _ in range(3):
        shorter = _TAIL.sub("", _LEAD.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text.strip("”“\"' ")


_DATE_QUICK = re.compile(r"年|月|[“\"]?十[一二三四五六]?五")


def _without_dates(text: str) -> str:
    if not _DATE_QUICK.search(text):
        return text
    for mention in reversed(find_mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    return text


def _right(folded: str, quantity: Quantity, end: int) -> str:
    """Return the noun that follows a measure word, up to the next break or verb."""
    if quantity.unit not in _MEASURE_UNITS and not quantity.supplied and quantity.unit not in ("%", "元"):
        return ""
    following = folded[quantity.end : min(end, quantity.end + 24)]
    if following[:1] in ("的",):
        following = following[1:]
    stop = _RIGHT_STOP.search(following)
    noun = following[: stop.start()] if stop else following
    if quantity.unit in ("%", "元"):
        return noun if quantity.unit == "元" and 2 <= len(noun) <= 16 else noun if 2 <= len(noun) <= 12 else ""
    return noun.strip("“”\"' ")[:16]


def _combine(left: str, right: str, quantity: Quantity) -> str:
    if quantity.unit == "元":
        money = re.search(r"(?:投资|投入|拨款|资金|经费|安排|补助|拨付|出资)[^,。;]{0,4}$", left)
        if right and (money or not left):
            return right + _money_word(left)
        return left or right
    if not right:
        return left
    if not left:
        return right
    if quantity.unit == "%":
        return left if len(left) >= 3 and left not in _GENERIC else right
    verb = left if len(left) <= 4 else left[-4:] if not _has_metric(left) else ""
    if _ends_with_noun(left) and len(right) < 2:
        return left
    return f"{_last_words(left)}{right}" if verb else right


def _money_word(left: str) -> str:
    match = re.search(r"(财政拨款|拨款|投资|投入资金|投入|专项资金|补助资金|资金|经费|补助|奖补)[^,。;]{0,3}$", left)
    return match[1] if match else "资金"


def _last_words(left: str) -> str:
    """Return the last phrase of what leads up to a number: after the last list mark or verb boundary, at most ten characters."""
    part = re.split(r"[、,()]|(?<=[区县市])(?:有|共有)", left)[-1]
    return part[-10:]


def _ends_with_noun(left: str) -> bool:
    return re.search(r"[数率额量积值比人员校师生室班位点园]$", left) is not None


def _has_metric(text: str) -> bool:
    return re.search(r"[率数]$|面积|系数|比例|经费|资金|总额|总量|学位$", text) is not None


def _is_change_word(left: str) -> bool:
    if _CHANGE_TAIL.search(left) is None:
        return False
    rest = _CHANGE_TAIL.sub("", left)
    return len(re.sub(r"(?:较|比|同比|与)?(?:上年|去年|上一年|同期|往年|国检时|相比|共|分别|又|再|同期相)+", "", rest)) < 2


def _of_change(folded: str, start: int, left_at: int, left: str, previous: Figure | None) -> str:
    if left.endswith("新增") or previous is None:
        if previous is None:
            return _previous_clause(folded, start, left_at) + left
        return left
    word = re.search(r"增加|增长|减少|降低|下降|提高|提升|上升|新增", left)
    return previous.subject + (word[0] if word else "")


def _shared_list(folded: str, start: int, quantity: Quantity, before: Quantity | None, previous: Figure | None, left: str) -> str:
    """Return the subject of a later member of a list: 小学4.2人、初中5.3人 and 0.31、0.22 keep that of the first."""
    if before is None or previous is None or previous.end < start or previous.start != before.start:
        return ""
    gap = folded[before.end : quantity.start]
    if re.fullmatch(r"[、,/和与及]?\s?(?:小学|初中|九年一贯制(?:学校)?|高中|幼儿园|城区|农村|乡镇)?(?:均|分别|\(均?[^()]{0,10}\))?(?:为|达到?|是|原则上)?\s?", gap) and (quantity.unit == before.unit):
        return re.sub(r"(?:小学|初中)$", "", previous.subject)
    return ""


def _part_of_list(folded: str, start: int, quantity: Quantity, previous: Figure | None) -> bool:
    """Return whether a figure is one part of a whole named before it (其中音乐22名、体育36名)."""
    if previous is None:
        return False
    head = folded[start : quantity.start]
    at = max(head.rfind("其中"), head.rfind("("), head.rfind("包括"), head.rfind("分别"))
    if at < 0 or (head[at] == "(" and ")" in head[at:]):
        return False
    return ";" not in head[at:] and any(char.isdigit() for char in head[:at])


def _whole(folded: str, figures: Sequence[Figure], start: int, quantity: Quantity) -> str:
    head = folded[start : quantity.start]
    at = start + max(head.rfind("其中"), head.rfind("("), head.rfind("包括"), head.rfind("分别"))
    wholes = [figure for figure in figures if start <= figure.start < at]
    return wholes[-1].subject if wholes else ""


def _part(own: str, whole: str) -> str:
    if not whole or own in whole:
        return own or whole
    noun = re.search(r"(教师|教职工|学校|学生|人才|校长|班级|教室|幼儿园|学位|项目|资金|经费|投资)(?:招聘|引进|补充)?(?:人数|数)?$", whole)
    verb = re.match(r"(?:计划)?(?:招聘|引进|补充|新建|培训|选派|聘任|新增|采购|购置|招录)", whole)
    head = verb[0] if verb and verb[0] not in own else ""
    tail = noun[1] if noun and noun[1] not in own else ""
    return f"{head}{own}{tail}"


def _with_context(folded: str, start: int, left_at: int, own: str, previous: Figure | None, quantity: Quantity) -> str:
    """Complete a phrase that says too little (占比, 投资) by the figure or the clause before it."""
    if previous is not None and (own.startswith("占") or own in ("比例", "覆盖率", "合格率", "上线率", "完成率", "比重", "")):
        return previous.subject + (own if own else "")
    clause = _previous_clause(folded, start, left_at)
    if own.endswith(("投入", "投资", "资金", "投入资金")) or own.startswith(("共缺", "缺", "还缺", "尚缺", "短缺", "差", "尚差")):
        return f"{clause}{own.removeprefix('共')}"
    return f"{clause}{own}" if clause else own


def _previous_clause(folded: str, start: int, at: int) -> str:
    """Return the clause before a position, tidied and without its own numbers."""
    end = at - 1
    if end <= start:
        return ""
    begin = max(folded.rfind(mark, start, end) for mark in ",。;:\n") + 1 or start
    text = re.sub(r"\([^()]*\)|\d++(?:\.\d++)?(?:%|[个所名人万元]{1,2})?", "", folded[begin:end])
    return _tidy_left(text)[-18:]


def _merge(subject: str, own: str) -> str:
    """Join a rate to the subject it continues (高考一本上线 + 上线率 → 高考一本上线率)."""
    for size in range(min(len(own), len(subject)), 1, -1):
        if subject.endswith(own[:size]):
            return subject + own[size:]
    base = re.sub(r"(?:人数|数|增加|增长|减少|下降)$", "", subject)
    for size in range(min(len(own), len(base)), 1, -1):
        if base.endswith(own[:size]):
            return base + own[size:]
    return base + own if len(base) <= 14 else own
