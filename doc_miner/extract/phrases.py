"""The words around a number: what leads up to it, what follows it, and the phrase that both make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from doc_miner.extract.counted import LEAST, begins_with_predicate, named, parted
from doc_miner.extract.quantity import Quantity
from doc_miner.extract.sentences import NEAR
from doc_miner.extract.topics import without_agent
from doc_miner.segment import Segmenter

Dates = Sequence[tuple[int, int]]
"""Start and end of the dates of a sentence, in order."""

BREAK = ",。;:!?\n\t"
_BREAKS = re.compile(f"[{BREAK}]")
_LEAD = re.compile(
    r"^(?:按标准|【[^】]{0,12}】|针对|截[至止][一-鿿]{2,8}之日|(?:共|仍|已|现)?有(?![关效的机条序力])|同时|原(?=计划)|并且|并(?!轨)|且|但|其中|(?:在)?全(?:区|县|市|省|旗|年)(?:共)?|我(?:区|县|市|城区)|本(?:区|县)|目前|现(?!有|任)|至今|截至目前|截[至止]|另外|此外|然后|还|又|再|仅|近年来|先后|累计|已经|已|正(?!编|式|高|职)|在(?!校|园|编|岗|读|职|建|册)|对|把|将|就(?![餐读业近学诊医地寝])|为|从|由|于|通过|(?:未|没有)?按(?:照)?(?:规定|要求|标准)(?:做到|配备|配齐|达到|落实)|按(?:照)?[一-鿿]{2,10}测算|自(?=按)|要求|确保|预计|计划|力争|拟|实现|另有|另设|还有|各有|[一二三四五六七八九十]{1,2}是|[ \s“”\"'、)(\]①-⑳]|[一二三四五六七八九十]+[、.]|\d{1,2}[.、](?!\d)|首先|其次|再次|最后|而|则|也|均|都|按照?|未来[一二三两五十]年|还将|届时|该[县区市旗](?![一-鿿]{0,3}[局校])|使(?!用)|以|与|和|及|的|中(?=,))+"
)
_TAIL_WORDS = (
    *(f"{since}{when}" for since in "由从" for when in ["年初", "年底", "去年", "上年", "原来", "此前", "评估时", "整改前"]),
    *["已经", "已", "仍", "按照", "按", "就", "都", "共计", "总计", "合计", "累计", "共有", "共", "达到了", "达到", "达", "仅为", "仅有", "仅", "为", "有", "是", "约为", "约", "近", "分别为", "分别达到", "分别有", "分别是", "分别", "只有", "总共", "计", "至", "到", "了", "在"],
    *["=", ":", "(", "“", "”", "的", "各", "原则上", "上限", "、", "全部", "一共", "现有", "超", "从", "由", "国检时", "介于", "控制", "保持", "稳定", "平均", "拟", "也", "还", "又", "并", "且", "未", "不", "另有", "另设", "每所", "超过", "不足", "不到", "低于"],
)
_TAIL = re.compile(rf"(?:{'|'.join(map(re.escape, _TAIL_WORDS))}|(?<![生人])均|(?<=[一-鿿]{{3}})拟安排|\s)+$")
_TAIL_ENDS = frozenset([*(word[-1] for word in _TAIL_WORDS), "均", "排"])
"""The last characters of what `_TAIL` finds, but for spaces: a phrase that ends with none of them needs no search."""
MOVED = re.compile(r"^(?:逐步|大幅|进一步|已|再)?(?:降|减|增|升|提高|提升|上升|下降|缩小|扩大|压减|压缩|控制|优化|调整|改善|恢复|增加|减少|缩减|缩短|延长|变)(?:低|少|加|长)?(?:到|至|为)")
MOVED_BEGINS = frozenset("逐大进已再降减增升提上下缩扩压控优调改恢延变")
"""The first characters of what `MOVED` finds."""
STAGE_LABEL = re.compile(r"^(?:其中)?(?:全县|全区|城区|农村|乡村|县城|乡镇)?(?:小学(?:、|和|与)初中|小学|初中|高中|九年一贯制学校|中学|幼儿园|城区|农村|乡镇|乡村|县城|低年级|高年级|男生|女生|小学\(初中\)?)(?:阶段|学校|段)?(?:\([^()]*\)?)?(?:平均|最高|最低|每班|起始年级每班|每生每年|每生|每人每年|生均|占)?$")
_COUNTED = {
    "人", "所", "个", "间", "台", "套", "册", "项", "个班", "次", "门", "份", "期", "批", "辆", "户", "家", "对", "条", "件", "张", "栋", "幢", "种", "类", "科", "支", "节", "场",
    "处", "组", "轮", "本", "片", "座", "块", "人次", "篇", "堂", "株", "盏", "学时", "课时", "年", "岁", "亩", "只", "批次", "起", "例", "%",
}  # fmt: skip
_RIGHT_END = re.compile(r"[,。;:!?\n\t)）(（]")
_NOTHING_BEHIND = frozenset(",。;:!?\n\t)）(（及与")
"""What a number is followed by that no noun belongs to."""
_RIGHT_VERB = re.compile(r"分配|用于|划入|划分为|组成")
_TO = re.compile(r"(?<=[一-鿿]{2})(?:降|增|减|升|提高|提升|下降|上升|增加|减少|压减|压缩|扩大|缩小)(?:至|到|为)?$")
_NORM_WORD = re.compile(r"的(?:比例|标准|要求|规定|速度|幅度)")
_BY = re.compile("按照?")
_FOR = re.compile("用于|对|为|支持")
_PAID = re.compile(r"^(?:给予|发放|支付|享受|计发|落实)+")
PLACES = "乡镇村县区市省"
_PARTED = re.compile(r"(?:分解|划分|分|划|组|改造|整合|编)(?:为|成|入)\s?$")
_AND_MORE = re.compile(r"^[、和]\d[\d.,]*万?(?:平方米|亩)(?=[一-鿿]{2})")
_SENDS = re.compile(r"^(?:组织|动员|选派|派出|拿出|安排|抽调)")
"""An act that only sets going what is said of the thing counted (组织68名教师到乡村学校走教)."""
EACH = re.compile(r"^(?:每(?:半|一)?个?(?:学科|人|年|月|周|天|日|生|校|班|次|间|所|餐|学期|学年|季度|名学生|名教师|位教师|学生))+")
"""Of whom or how often a norm holds (每人每月): what it is a norm of, stands behind or before it."""
_CLAUSE_END = re.compile(r"[,。;:\n\t]")
_ONE_BRACKET = re.compile(r"^([一-鿿]{1,8})\([^()]{0,60}\)")
_BEFELL = re.compile(r"于(?:20\d\d年)?(?:月|\d)|(?:已|均|也|都)?(?:全部|全额|足额|及时)(?:拨付|下达|到位|到校|补发|发放|兑现)|由[一-鿿]{2,8}承担")
"""What happened to money, behind its amount (1200万元于5月6日全部到校)."""
MONEY_VERB = re.compile(r"^(?:用于|确保|对|为|实施|支持|改造|新建|建设|购置|配备|更新|添置|建成|采购|开展|补助|奖励|资助|发放|扩建|装修|完成|聘用|维修|购买|推进|启动|修建|铺设)")
_MONEY_NOUN = re.compile(r"(财政拨款|拨款|总投资|投资|专项资金|补助资金|资金|经费|补助|奖补|投入|出资|支出|预算|债券)[^,。;]{0,3}$")
METRIC = re.compile(r"[率数]$|面积|系数|比例|经费|资金|总额|总量|学位$|师比|值$")
NUMBERS = re.compile(r"[(约近超\d](?:(?<=\()[^()]*\)|(?:(?<=\d)|(?<=[约近超])\d)[\d.,]*\s?(?:[万亿]?(?:平方米|人次|个百分点|[个所名人元间台套册项%‰亩次家辆条张处栋幢座片块宗期批类门]))?(?:以上|以内|以下|左右)?)")
_LOST_STOP = re.compile(r"\.(?<=[%\d]\.)(?=[一-鿿])")
"""占比6.06%.共缺: a full stop that lost its width."""
_FROM_EACH = re.compile(r"([一-鿿]{2})[由从]((?:每[一-鿿]{1,3}|人均|生均){0,2})(?:原来的?|现行的?|现在的?)?$")
"""Where a movement of a norm starts (补助由每人每年380元提高到…): the norm is named before it."""
_PARTED_ENDS, _LIST_MARKS, _MOVED_ENDS = frozenset("为成入"), frozenset("、和与及"), frozenset("至到为了")
"""The last characters, but for spaces, of what `_PARTED` and `_ENDS_LIST` find, and of what leads up to the end of a movement."""
_ENDS_LIST = re.compile(r"[一-鿿][、和与及]\s?$")
_PARTS = re.compile(r"[,、。;:()]")
_PHRASE_END = re.compile(r"[、()]|(?<=[区县市])(?:有|共有)")
_EXAMPLES = re.compile(r"[一-鿿](?:小学|中学|学校|幼儿园|[一二三四五六七八九十]小|[一二三四五六七八九十]中)、[一-鿿、]{0,40}等$|(?:小学|中学|学校|幼儿园|[小中])、[一-鿿、]{2,40}[小中学校园]等$")
"""Names of some of the schools that a number counts (新建城关六小、县五中等4所学校)."""
_DOING = re.compile(
    r"整合撤并|整合|撤并|盘活|剔除|淘汰|清理|报废|引进|组建|建成|建立|划定|组织|动员|发放|安排|统筹|筹措|落实|设立|开设|开通|聘请|选派|新建|改造|扩建|购置|采购|添置|配备|招聘|补充|培训|更新|修建|打造|创建|评选|表彰|资助|解决|协调解决|实施|完成|提供|下达|拨付|投入|开展|举办|印发|出台|新增|接收|分流|收回|划入|招录|维修|建设"
)
_ADVERB = re.compile(r"^(?:充分发挥|充分|稳妥|重新|着力|积极|大力|主动|稳步|有序|分批|陆续|同步|全面|进一步|切实|规范|统一|集中|面向社会|公开|择优|足额|及时|逐步|创造性)+")
_LEADS_UP = re.compile("的|等方式|方式|、|通过|利用|按照|以及|推动|开展")
_QUOTED = re.compile(r"[“\"]([^”\"]{2,16})[”\"]")
_NO_NOUN_BEGINS = frozenset("以左和及与增降减提上下到至,")
"""The first characters of what `_NO_NOUN` finds."""
_DIGIT = re.compile(r"\d")
_WITHIN = re.compile(r"(?:中|已?有|里)\s?$")
_NO_NOUN = re.compile(r"(?:以上|左右|和|及|与|以内|增|降|减|提高|上升|下降|到|至|,)")


def lead_of(raw: str, *, begins_list: bool) -> str:
    """Return what leads up to a number, tidied; nothing where it ends the number before (7所小学、2所初中) or only parts a whole (分解为)."""
    last = raw.rstrip()[-1:]
    if (last in _PARTED_ENDS and _PARTED.search(raw)) or (begins_list and last in _LIST_MARKS and _ENDS_LIST.search(raw)):
        return ""
    left = tidy(_FROM_EACH.sub(r"\1\2", raw) if "由" in raw or "从" in raw else raw)
    end = _TO.search(left, max(0, len(left) - 3)) if last in _MOVED_ENDS else None
    return left[: end.start()] if end is not None else left


def clause_left(folded: str, start: int, at: int) -> int:
    """Return where the clause begins that leads up to a place."""
    start = start if start >= at - NEAR else at - NEAR
    nearest = _BREAKS.search(folded[start:at][::-1])
    found = at - nearest.start() if nearest else start
    if folded.find(".", found, at) < 0:
        return found
    point = _LOST_STOP.search(folded, found, at)
    return point.end() if point else found


def defines(folded: str, before: Quantity, quantity: Quantity) -> bool:
    """Return whether the quantity in front only says which things are counted (60人以上班级数; 超过2000人的学校有)."""
    if before.qualifier not in (">=", "<=", ">", "<") and before.unit not in ("年", "学时"):
        return False
    between = folded[before.end : quantity.start]
    if between[:1] in MOVED_BEGINS and MOVED.match(between):
        return False
    return _PARTS.search(between) is None and (between[:1] == "的" or STAGE_LABEL.match(tidy(between)) is None)


@lru_cache(4096)
def tidy(text: str) -> str:
    """Return a phrase without what leads up to it, what leads on to its number, and marks around it; the same phrases come again and again."""
    if "(" in text and text.count("(") > text.count(")"):
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


def without_dates(folded: str, start: int, end: int, dates: Dates) -> str:
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


def noun_behind(folded: str, quantity: Quantity, end: int) -> str:
    """Return the noun that follows a measure word, with what is said of it, up to the next break or verb of another action."""
    if quantity.unit not in _COUNTED and not quantity.supplied and quantity.unit not in ("元", "平方米", "亩") and quantity.rule != "figure/fraction":
        return ""
    if quantity.end >= end or folded[quantity.end] in _NOTHING_BEHIND:
        return ""
    following = folded[quantity.end : min(end, quantity.end + 90)]
    bracket = _ONE_BRACKET.match(following) if "(" in following[:10] else None
    following = (bracket[1] + following[bracket.end() :] if bracket else following)[:36]
    quoted = _QUOTED.match(following) if following[:1] in ("“", '"') else None
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
    return (NUMBERS.sub("", noun)[:20] if quantity.unit == "元" else noun).strip("“”\"' 、")


def joined(left: str, right: str, quantity: Quantity, folded: str, end: int, words: Segmenter, *, for_them: bool = False) -> tuple[str, bool]:
    """Put together what leads up to a number and what follows it; say whether the set is named by what is said of it."""
    if quantity.unit == "元":
        return _money(left, right, quantity, folded, end), False
    if not right:
        return left, False
    if right.startswith("的") and len(right) > 3 and quantity.unit in ("所", "个", "间", "门", "项") and folded[quantity.end - 2 : quantity.end] in ("左右", "以上"):
        right = right[1:]
    elif right.startswith("的") and len(right) > 2 and left:
        return ("" if _NORM_WORD.match(right) else _DIGIT.split(right, maxsplit=1)[0][1:21]) + left, False
    right = right.removeprefix("的")
    if right in PLACES and len(right) == 1:
        return right + "数", False
    if len(right) < 2 or (right[0] in MOVED_BEGINS and MOVED.match(right)) or (right[0] in _NO_NOUN_BEGINS and _NO_NOUN.match(right)):
        right = ""
    if (quantity.unit == "%" and len(left) >= 2 and (METRIC.search(left) or not _is_share(right, quantity))) or not right or (len(left) >= 3 and METRIC.search(left) and folded[quantity.start - 1 : quantity.start] != "的"):
        return left, False
    noun, predicate = parted(right)
    if folded[quantity.start - 1 : quantity.start] == "的" and not for_them:
        predicate = ""
    if not noun:
        within = is_rate(quantity) or _WITHIN.search(folded[max(0, quantity.start - 3) : quantity.start])
        return (named(left.removesuffix("中"), predicate), True) if left and within else (left or predicate, False)
    if len(predicate) >= LEAST:
        listed = left.endswith("等") or ("、" in left and left.endswith(("学校", "小学", "中学", "初中")))
        return named(("" if listed else _without_head(_SENDS, _last_words(left, words))) + noun, predicate), True
    return _last_words(left, words) + noun, False


def is_rate(quantity: Quantity) -> bool:
    """Return whether a quantity is a share: a percentage or a fraction."""
    return quantity.unit == "%" or quantity.rule == "figure/fraction"


def _is_share(right: str, quantity: Quantity) -> bool:
    """Return whether what follows a percentage says of whom it is a share (近六成集中在城区学校)."""
    return right.startswith("的") or (len(right) >= 4 and (begins_with_predicate(right) or quantity.rule == "figure/tenths"))


def _money(left: str, right: str, quantity: Quantity, folded: str, end: int) -> str:
    match = _MONEY_NOUN.search(left)
    word = match[1] if match else "资金"
    if MOVED.match(right) or _BEFELL.match(right):
        right = ""
    each = _without_head(_BY, without_agent(left))
    if right and each and not _without_head(EACH, each):
        return each + _without_head(_PAID, _NORM_WORD.sub("", right))[:16]
    if _NORM_WORD.match(right) and left:
        return left
    if right.startswith("的") and len(right) > 2:
        return right[1:] + (left if len(left) <= 8 else word)
    use = right
    if not use and folded[quantity.end : quantity.end + 1] in (",", ";") and folded[quantity.end] == ",":
        following = _CLAUSE_END.split(folded[quantity.end + 1 : min(end, quantity.end + 40)], maxsplit=1)[0]
        use = following if MONEY_VERB.match(following) else ""
    plain = match is not None and len(left) - len(match[1]) <= 4
    if use and (plain or not left) and (MONEY_VERB.match(use) or len(use) >= 4):
        use = NUMBERS.sub("", _without_head(_FOR, use))
        return use[:20] + word
    return left or right


def _without_head(pattern: re.Pattern[str], text: str) -> str:
    """Return a phrase without what a pattern finds at its head."""
    head = pattern.match(text)
    return text[head.end() :] if head is not None else text


def _last_words(left: str, words: Segmenter) -> str:
    """Return the last phrase of what leads up to a number: after the last list mark, at most twelve characters."""
    listed = _EXAMPLES.search(left)
    if listed is not None:
        act = _DOING.match(left)
        return act[0] if act else ""
    part = _PHRASE_END.split(left)[-1]
    return part if len(part) <= 12 else words.tail(part, 12)


def _without_clauses(own: str) -> str:
    """Return a long phrase without adverbs and relative clauses (撤并生源萎缩的教学点 → 撤并教学点)."""
    own = _without_head(_ADVERB, own) if len(own) >= 7 else own
    if len(own) < 10:
        return own
    head, particle, tail = own.rpartition("的")
    if particle and len(tail) >= 3 and tail[0] not in "比占数率":
        verb = _DOING.match(head)
        return (verb[0] if verb else "") + tail if verb or len(tail) >= 5 else own
    return own


def shortened(own: str, words: Segmenter) -> str:
    """Return a phrase of at most 24 characters, cut after a word that leads up to what counts."""
    own = _without_clauses(own)
    if len(own) <= 24:
        return own
    for match in _LEADS_UP.finditer(own):
        if 6 <= len(own) - match.end() <= 24:
            return own[match.end() :]
    return words.tail(own, 24)
