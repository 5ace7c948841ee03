"""What a short phrase is about that its own clause does not name: the school that is built, the purpose of money."""

from __future__ import annotations

import re
from typing import NamedTuple

WINDOW = 90
"""Characters before a number within which the school or building it is about is looked for."""
_KINDS = r"(?:小学|中学|初中|高中|学校|校区|幼儿园|[一二三四五六七八九十]中|综合楼|教学楼|实验楼|宿舍楼|食堂|运动场|体育馆)"
_KIND = re.compile(_KINDS)
_BEFORE_NAME = re.compile(
    r".*(?:新建成?|建成|启动|启用|加快|建设|推进|改扩建|迁建|扩建|改建|完成|投用|新增|实施|开工|同步|力争|计划|对|将|把|在|的|为|到|于|由|从|使|向|年|月|底前?|全面|学期|规划|设立|用于|一栋|一所|栋)"
)
NAMED = re.compile(r"[一-鿿]{2}(?:小学|中学|[一二三四五六七八九十]小|[一二三四五六七八九十]中)(?!生|、)")
_PARTS = re.compile("[,。:()]")
_SEVERAL = re.compile(r"\d\s?所|[一-鿿]等\d")
_NO_NAME = re.compile(r"^(?:(?:各|全|该|本|每|两|多|其|一)?[一-鿿]{0,2}(?:所|级|名|属|类|等)|各|该|本|每|两|义务教育|中小|普通|农村|乡村|城区|城乡|县城|乡镇|公办|民办|小规模|寄宿制|薄弱|村小|部分|多数|全部|所有|原有|这|校内|新|老|优质|配套|中心|优|受|有|存在|幼儿园|校外|同步)")
_LATER = re.compile(r"^(?:届时|建成后|预计|可|共|将|并|已|年内|一次|两校)+")
_OF_A_PROJECT = re.compile(
    r"^(?:届时|建成后|预计|可|共|将|并|累计|已|年内|两校|计划|概算|新增|设计)*(?:新增|提供|增加|可供|分流|接收)?(?:学位|园位|总投资|投资|投资额|概算投资|建筑面积|占地面积|占地|用房|校舍(?:面积)?|办学规模|规模|教学班|床位|学生|在校生|完成投资|供餐能力|征地)$"
)
"""What is said of one school or building: its places, area, cost, size."""
_PROJECT_ENDS = frozenset("位资额积地房舍模班生力")
"""The last characters of what `_OF_A_PROJECT` finds."""


def of_a_project(own: str) -> bool:
    """Return whether a phrase names a quantity of one school or building and leaves that building out (新增学位, 总投资)."""
    return own[-1:] in _PROJECT_ENDS and _OF_A_PROJECT.match(own) is not None


def bare(own: str) -> str:
    """Return a phrase without the words for when and how much of it (届时可新增学位 → 新增学位)."""
    later = _LATER.match(own)
    return own[later.end() :] if later is not None else own


def project(folded: str, start: int, at: int) -> str:
    """Return the school or building named last before position *at* in the sentence from *start*; ``""`` if none is."""
    found = ""
    for clause in reversed(_PARTS.split(folded[max(start, at - WINDOW) : at].rpartition(";")[2])):
        if _SEVERAL.search(clause):
            return found
        name = _name_in(clause)
        if name and (found or "、" in name):
            return "" if name != found else found
        found = found or name
    return found


def _name_in(clause: str) -> str:
    """Return the last name of a school or building in a clause; ``""`` if it has none."""
    for kind in reversed(list(_KIND.finditer(clause))):
        lead = _BEFORE_NAME.match(clause[: kind.start()])
        name = clause[lead.end() if lead else 0 : kind.end()]
        if 4 <= len(name) <= 16 and not _NO_NAME.match(name):
            return name
    return ""


_AGENT = re.compile(r"^(?:我[办局厅校])|^(?:我|本|全|各|由|省|市|县|区|乡|镇|级|本级)*(?:财政|政府|教育局|教育部门|教育行政部门|人民政府|市场监管部门|县委编委会?|部门)(?:已|共|还|将|先行|统一|今后|连续)*")
_AGENT_BEGINS = frozenset("我本全各由省市县区乡镇级财政教人部")
"""The first characters of what `_AGENT` finds."""
_SPENT = re.compile(
    r"^(?:(?:今后)?(?:用)?[一二三四五两\d]+年(?:内|时间|来|间|共)?|每年|分[一两二三四五]批|分别|先行|累计|共计?|总计|已|还|计划|拟|将|再|另|新增|一次性|专项|应急|统筹|整合|筹措|争取|安排|投入|拨付|下达|列支|列入|拿出|落实|发放|划拨|支出|设立|完成|追加|涉及|单列|上级|中央|省级|市级|县级|县本级|本级|补助|配套|政府|债券|财政|专项|和|、|各类|资金|经费|预算|金额|款项|奖补)+$|^投资$"
)
_ADVERB = re.compile(r"^(?:分[一两二三四五]批|分年|分批|重点|主要|优先|专项|全部|并|用于|为|对|支持|开展|用以)+")
_BUYS = re.compile(
    r"(?:用于|实施|支持|改造|新建|建设|购置|配备|配齐|更新|添置|建成|采购|补助|奖励|资助|发放|扩建|装修|聘用|维修|修缮|购买|推进|启动|修建|铺设|更换|淘汰|改扩建|改建|补充|招聘|培训|硬化|平整|美化|升级|完善|修订|新增|提升|解决|保障|免除|减免)"
)
_MONEY = re.compile(r"(应急资金|专项资金|补助资金|资金|经费|总投资|投资|预算|投入|拨款|补助|奖补|债券)$")
_AND_MORE = re.compile(r"^[、和](?:\d[\d.,]*)[万亿]?元")
_EXAMPLES = re.compile(r"^[一-鿿]{2,10}(?:、[一-鿿]{2,10})+等(?=\d)")
"""Names of some of what the money is for (对石岭小学、沙坪中学等8所学校…)."""
_CLAUSES = re.compile(r"[,。;:()\n\t]")
_FIGURES = re.compile(r"[约近超]?\d[\d.,]*\s?(?:[万亿]?(?:平方米|人次|[个所名人元间台套册项亩次家辆条张处]))?(?:以上|以内|左右)?")


def _after_agent(left: str) -> str:
    agent = _AGENT.match(left) if left[:1] in _AGENT_BEGINS else None
    return left[agent.end() :] if agent is not None else left


def without_agent(left: str) -> str:
    """Return a phrase without the body that acts at its head (市场监管部门抽检食材 → 抽检食材)."""
    rest = _after_agent(left)
    if rest is left:
        return left
    head = rest.partition("每")[0]
    return rest if len(rest) >= 3 and (len(head) >= 3 or head in ("", "按", "按照")) else left


def only_spends(left: str) -> bool:
    """Return whether a phrase says that money is spent and not what for (安排专项资金, 县财政每年拿出)."""
    return _SPENT.match(_after_agent(left)) is not None


def purpose(folded: str, at: int, end: int) -> str:
    """Return what the money before position *at* buys, from the same or the next clause; ``""`` if neither says it."""
    following = _AND_MORE.sub("", folded[at : min(end, at + 60)])
    for clause in _CLAUSES.split(following, maxsplit=2)[:2]:
        text = _EXAMPLES.sub("", _ADVERB.sub("", clause))
        verb = _BUYS.search(text)
        if verb is not None and (verb.start() == 0 or clause != text or verb.start() <= 2):
            return _FIGURES.sub("", text if verb.start() <= 8 or len(text) - verb.start() <= 5 else text[verb.start() :])[-18:].strip("、“”\" ")
    return ""


def spent_on(aim: str, left: str) -> str:
    """Return the subject of money with its purpose and the word that the text has for it."""
    word = _MONEY.search(left)
    return aim + (word[0] if word else "投入" if "投入" in left else "资金")


_MEANS = re.compile(
    r"(?:依托|利用|通过|采取|采用|会同|围绕|结合|根据|针对|按照?|标准|对照|在[^,。]{2,20}(?:中|上|内|侧)|从|以[^,。]{2,20}为[一-鿿]{2}|为(?!民办)|由|与|对|让|带着|将|把|委托|借助|面向|推动|引导|每年|分年度|我县|统筹|[一-鿿]{2}(?=从|将|把))"
)
ACT = re.compile(
    r"(?<![一-鿿]的)(?:开发|改造|安装|组建|建成|建立|创建|打造|招聘|引进|补充|培训|选派|新建|扩建|改建|采购|购置|添置|配备|配齐|更新|更换|发放|设立|开设|开通|聘请|遴选|抽查|抽检|抽调|征地|征用|提供|新增|增设|核定|下达|收回|派出|划定|资助|落实|拿出|列支|推送)(?=[一-鿿]{2}|$)"
)
_SOLVES = re.compile("(?:协调)?(?:解决|组织|开展|发放|举办)")
_ENUMERATED = re.compile(r"(?:[一-鿿“”]{1,8}、){1,5}[一-鿿]{1,12}等(?:方面|类)?(?=[一-鿿]{2})")


def act_of(left: str, raw: str) -> str:
    """Return the last act with its object of a phrase that first says by which means or for whom (依托传统技艺开发校本课程).

    *raw* is the clause up to the number as it stands, *left* the phrase made of it.
    """
    if len(left) <= 8 or "占" in left or _MEANS.match(raw.lstrip("并还已又,")) is None:
        return left
    acts = [match.start() for match in ACT.finditer(left)]
    return left[acts[-1] :] if acts and acts[-1] else left


def without_examples(left: str) -> str:
    """Return a phrase without the examples in front of what they are examples of (解决征地、编制、经费等难题 → 解决难题)."""
    match = _ENUMERATED.search(left) if "、" in left and "等" in left else None
    if match is None:
        return left
    act = ACT.match(match[0]) or _SOLVES.match(match[0])
    return left[: match.start()] + act[0] + left[match.end() :] if act else left


_PLACE = re.compile(r"^(?:其中)?[一-鿿.]{2,8}(?:小学|中学|学校|初中|幼儿园|[一二三四五六七八九十]中|[镇乡县区市])$")
_PLACE_ENDS = frozenset("学校中园镇乡县区市")
"""The last characters of what `_PLACE` finds."""
_MEASURED = re.compile(r"(?:低于|不足|超过|的.*)$")
_MEASURE = re.compile(r"(?:生均|人均|平均|每百名|每班|班额|在校生|师生比|生师比).*$")


def place_and_measure(own: str, subject: str) -> str:
    """Return the measure of an earlier *subject* for the school or place that is all a clause names (柳塘小学仅为3.1平方米)."""
    measure = _MEASURE.search(subject) if own[-1:] in _PLACE_ENDS and _PLACE.match(own) else None
    return own + _MEASURED.sub("", measure[0]) if measure is not None else ""


_LABEL = re.compile(r"\s?(?:\d{1,2}[.、]|\(\d{1,2}\)|[①-⑳])?\s?([一-鿿]{2,12}(?:小学|中学|学校|初中|高中|幼儿园|校区|[一二三四五六七八九十]中))\s?:")
REACH = 300
"""Characters from a label to the number that is still about it."""


class Label(NamedTuple):
    """A school whose name and a colon open a line: the name, where the line begins, where the label ends."""

    name: str
    line: int
    end: int

    def holds(self, at: int) -> bool:
        """Return whether a number of the line is still about it."""
        return self.end <= at < self.line + REACH


def label_of_line(folded: str, at: int) -> Label | None:
    """Return the school whose name and a colon open the line of position *at* (石桥坳小学:受地形限制…), or ``None``."""
    line = folded.rfind("\n", max(0, at - REACH), at) + 1
    if folded.find(":", line, line + 40) < 0:
        return None
    match = _LABEL.match(folded, line) if line or at <= REACH else None
    return Label(match[1], line, match.end()) if match is not None else None
