"""The role of a figure: whether it is a level, a change, a norm, a promise, or an end of a movement."""

from __future__ import annotations

import re

from doc_miner.extract.quantity import Quantity
from doc_miner.extract.sentences import Sentence, since_of

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
_DONE = re.compile(r"[已完投建累](?:(?<=已)|(?<=完)成了|(?<=投)入了|(?<=建)成了|(?<=累)计)")
_OBTAINS = re.compile(r"(?:到|了)?[一-鿿、]{0,14}(?:资金|经费|补助|投资|项目|债券)")
_SINCE = re.compile(r"以来|累计|已|近年|先后|共")
"""What tells that money was obtained (近年累计投入…,争取省级资金…), not that it is sought."""
_NORM = re.compile(r"每学期|每学年|每周|每天|每日|每年|每月|每人|每生|每班|每校|每间|每名|每所|原则上|标准|规定|不得|必须|应当|应(?=不|达|按)|须|要求|达标|指标|核定|按(?:照)?|人手|底线|控制(?:在)?|不(?:低|少|超|小|大|高|多)于?|的目标|确保|每人每|一般")
_MOVED_ENDS = frozenset("至到为了的")
"""The last characters of what `_MOVED_TO` finds."""
_CHANGE_WORD = re.compile(r"[增减降提升缩扩回压核调多少涨浮精]")
"""A character of each word that `_CHANGE_BEFORE` finds."""
_UNCHANGED = re.compile(r"不(?:增|减|降)")
_MOVED_SINCE = re.compile(r"(?:由|从)[^。;]*?\d[^。;]*?(?:降|减|增|升|提|扩|缩|调|变|到|至)[^。;]{0,12}$")
_STARTS_FROM = re.compile(r"(?:由|从)[^,。;:]{0,26}$")
_HIGHER = re.compile(r"(?:较|比)[^,。;]{0,8}(?:年前|上年|去年|同期|上一?学年|20\d\d年|整改前|国检时|创建前|此前|年初)[^,。;]{0,6}(?:高出|高|低|多|少|升|降)(?:了)?\s?$")
_RECURRING = re.compile(r"每(?:学期|学年|周|天|日|月|季度|生|班|间|12|百|名|人)|原则上|一般")
_SETS_NORM = re.compile(r"标准|规模|班额|按(?:照)?|面积|人数(?:不|控)|每年(?:交流|参训)|预算|定额|学时|课时|时间|任教|工资")
_RESULT = re.compile(r"(?:完成率|满意度|巩固率|覆盖率|普及率|合格率|优良率|整改率|达标率|办结率)[^,。;]{0,6}(?:达到?|稳定在|保持在|提高到|提升到|上升到|为)?(?:到|至)?\s?$")
"""A result that a section of goals promises, not a norm (整改完成率达到100%)."""
_BY_DATE = re.compile(r"到(?:20\d\d年|[今明后]年|“?十[一-鿿]五”?末)|20\d\d年底?[前,]")
_TIMES = ("次", "节", "课时", "学时", "小时", "分钟", "天", "学分", "场", "轮")
_EVERY = re.compile(r"每(?:周|天|日|学期|学年|半?月|季度?|生|班|人|两周|校|年级|名)")
"""How often or for whom a rule of a plan holds (每周3节)."""
_HOURS = re.compile(r"总?课时|学分|学时")
_SAME_ROLE = re.compile(r"\s?\((?:相当于|即|折合|合|约)?\s?")
"""What stands between a figure and its value in other words (不低于9%(857课时))."""
_NEXT_VALUE = re.compile(r"\s?(?:[、/]|和|与|及)\s?")
_ACHIEVED = re.compile(r"(?:(?:保持|稳定|维持)在|达到?|为|占|已|完成|有|共|是|突破|超过)\s?$")
_THERE = re.compile(r"[现目原闲已尚仍核实空剩在缺2](?:(?<=[现原已尚仍实])有|(?<=目)前|(?<=闲)置|(?<=核)定|(?<=[空剩])余|(?<=在)[建编]|(?<=缺)口|(?<=尚)缺|(?<=2)0\d\d年(?:以来|底(?![前之以])))")
"""What a plan's clause speaks of that is already there."""
_MOVES_ON = re.compile(r"[^。;,\d]{0,10},?\s?(?:逐步|大幅|进一步|快速|稳步|显著|明显|下)?\s?(?:降|减|增|升|提|扩|缩|调整|变为|上升|压|改|优化|到|至)")
_IN_PLAN = re.compile(r"[^,。;\n]{0,12}(?:列入[^,。;\n]{0,4}计划)")
_DONE_SINCE = re.compile(r"已|目前|现已|实际|20\d\d年(?:以来)?[^,。;]{0,8}(?:完成|实现)|,\s?(?:完成|建成|投入)")
_AHEAD = re.compile(r"\s?(?:20\d\d年|明年|下一?步|下阶段|今后)[^,。;\d]{0,8},?(?:我们|全[县区市]|[我本][县区市校])?还?(?:将|计划|拟|力争)")
"""How a sentence begins whose members are all promised (2024年,我们将投资…;招聘…)."""
_CREATES = re.compile(r"创建|建设|组建|培养|打造|建立|新建|建成|培育|招聘|设立|认定|遴选|扶持")
_SO_FAR = re.compile(r"去年|上年|前年|目前|现有|已经|反馈的?$|指出的?$|存在的?$|梳理出的?$|交办的?$")
"""What a section of goals says of the time before (去年居民消费价格涨幅回落到2.6%)."""
_AIMS = re.compile(r"(?:预期|工作|主要|总体|奋斗)目标(?:任务)?(?:是|为|:)")
"""What a sentence lists goals with, all its members being promised (主要预期目标是:…;…)."""
_RATIO_WORD = re.compile(r"[比率]")
_SMALLER = re.compile("[小低]于|[≤≥<>]")
_SYMBOL = re.compile(r"[≥≤≧≦]|不(?:低|少|超|小|大|高|多|得)|至少|最多|至多")
_NORM_BEHIND = re.compile(r"的?(?:标准|要求|规定|底线|红线)(?!化)")
_BEGINS_NORM = frozenset("的标要规底红")
"""The first characters of what `_NORM_BEHIND` finds."""
_LINE = re.compile(r"(?:合格|达标|及格|警戒|控制)(?:线|分)?(?:为|是)$")
_ALL = re.compile(r"(?:均|已|都)\s?$")
_HOLDS_FOR = re.compile(r"(?:的|学校|班级|学生|考生|教师|大班额|超大班额)")
_COVERS = re.compile(r"(?:覆盖|惠及|涉及|占|达)(?:了|到)?$")
"""What a share is of that is told as a result (覆盖八成以上的学校)."""
_RULED = re.compile(r"(?:(?<!按)(?<!按照)(?<!未按)规定(?=按|每|不|应)|按(?:照)?规定(?:做到|配备|达到|落实))[^,。;]{0,30}$")
"""A rule that is cited (规定按公用经费的5%安排; 未按规定做到每校至少1名)."""
_BY_HEAD = re.compile(r"按(?:照)?[^,。;\d]{0,8}每(?:人|生|学生|名学生)?(?:每?(?:年|月|学期|学年|生|人|天|日))*$")
_NORM_LED = re.compile(r"(?:基准定额|定额标准|补助标准|拨款标准|定额),\s?(?:[一-鿿]{2,6}\d+(?:\.\d+)?元[、和])?$")
_STAGED = re.compile(r"^(?:普通)?(?:小学|初中|高中|幼儿园|特殊教育学校|学前)(?:每生每年|每生|生均)?$")
_BINDS = re.compile(r"(?:至少|每学期|每周|每天|每年|应|须|要求|控制|必须|标准|规定|原则上|确保|限制)")
_MUST = re.compile(r"\s?(?:的|必须|须|应)")
_RATED = re.compile(r"(?:按(?:照)?|定额|基准|标准为|标准是|标准|的)\s?$")
_RATED_ENDS = frozenset("按照额准为是的")
"""The last characters of what `_RATED` finds, but for spaces."""
_BY_RATE = re.compile(r"按(?:照)?[^,。;]{0,24}$|定额|基准|标准")
_PER_HEAD = re.compile(r"人手\s?$|(?:给予|奖励|补贴|补助)每?人?\s?$")


_AHEAD_ZONES = ("plan", "recommendation", "target", "goal")


def role_of(folded: str, sentence: Sentence, quantity: Quantity, zone: str | None, clause_start: int, *, plans: bool) -> str:
    """Return the role of a figure, given the role of its *zone* and whether the document *plans*."""
    start = quantity.start
    clause = folded[clause_start:start]
    plan = _planned(folded, sentence, quantity)
    if clause.rstrip()[-1:] in _MOVED_ENDS and _MOVED_TO.search(clause):
        ahead = zone in _AHEAD_ZONES and not _SO_FAR.search(clause) and not _told_done(folded, sentence, start, clause)
        return "plan" if plan or ahead else "after"
    if _changes(clause):
        return "plan" if plan or zone in ("plan", "target") else "change"
    if sentence.moves and (role := _in_movement(folded, sentence, quantity, clause[-28:], plan=plan)):
        return role
    if ("增" in clause or "减" in clause) and _NEW_THING.search(clause[-28:]) and quantity.unit not in ("元", "%") and not plan and zone not in ("plan", "recommendation"):
        return "change"
    if zone == "target":
        return "plan"
    if (plans or zone in ("plan", "recommendation", "goal")) and _recurs(quantity, clause, plan=plan):
        return "standard"
    if zone in ("plan", "recommendation") and _promised(quantity, clause):
        return "plan"
    if zone == "goal" and (aimed := _aimed(quantity, clause)):
        return aimed
    if _is_norm(folded, sentence, quantity, clause, zone, plan=plan, plans=plans):
        return "standard"
    if plan:
        return "plan"
    if zone == "goal":
        result = quantity.qualifier == "~" or _due(folded, sentence, quantity, clause)
        return "plan" if plans and (result or (not _NORM.search(clause) and quantity.qualifier == "=")) else "standard"
    ahead = zone in ("plan", "recommendation") or (plans and zone in ("response", "measure"))
    return "plan" if ahead and not _told_done(folded, sentence, start, clause) else "level"


def _told_done(folded: str, sentence: Sentence, start: int, clause: str) -> bool:
    """Return whether what leads up to a figure of a plan says that it is done or there already."""
    return _DONE.search(folded, since_of(sentence, start), start) is not None or _THERE.search(clause) is not None


def _changes(clause: str) -> bool:
    """Return whether what leads up to a figure says that it is a change (增加了, 较上年高出)."""
    tail = clause[-_CHANGE_REACH:]
    if _CHANGE_WORD.search(tail) and _CHANGE_BEFORE.search(tail) and not _UNCHANGED.search(clause[-6:]):
        return True
    return ("较" in clause or "比" in clause) and _HIGHER.search(clause) is not None


def _in_movement(folded: str, sentence: Sentence, quantity: Quantity, near: str, *, plan: bool) -> str | None:
    """Return the role of a figure in a sentence that says from where something moved: its start, its end, or ``None``."""
    if _is_before(folded, sentence, quantity):
        return "before"
    if folded.find("由", since_of(sentence, quantity.start), quantity.start) >= 0 and _MOVED_TO_FAR.search(near) and _FROM.search(folded[max(sentence.start, quantity.start - 60) : quantity.start]):
        return "plan" if plan else "after" if _after_from(folded, sentence, quantity) else "level"
    return None


def goes_with(folded: str, before: Quantity, quantity: Quantity, earlier: str, role: str) -> bool:
    """Return whether a figure has the role of the one before it: a later member of a list of changes or norms, or the same value in other words."""
    if quantity.start - before.end > 5 or role not in ("level", "plan"):
        return False
    gap = folded[before.end : quantity.start]
    if _SAME_ROLE.fullmatch(gap):
        return earlier in ("standard", "plan")
    return quantity.unit == before.unit and earlier in ("change", "standard") and _NEXT_VALUE.fullmatch(gap) is not None


def _recurs(quantity: Quantity, clause: str, *, plan: bool) -> bool:
    """Return whether a plan arranges how often or how long something takes place, each week or for each class: a norm, not a promise."""
    if plan or not (quantity.unit in _TIMES or _HOURS.search(clause[-12:])):
        return False
    return _EVERY.search(clause) is not None or _HOURS.search(clause) is not None or quantity.unit in ("课时", "学分") or (quantity.unit == "学时" and "保证" in clause)


def _promised(quantity: Quantity, clause: str) -> bool:
    """Return whether a comparator in a planned measure promises a quantity (招聘不少于32名) rather than setting a norm."""
    if quantity.qualifier not in (">=", "<=", ">") or _RECURRING.search(clause):
        return False
    return quantity.unit in ("%", "人", "个", "所", "人次", "元", "间", "台", "套", "项", "个班", None) and _SETS_NORM.search(clause) is None


def _due(folded: str, sentence: Sentence, quantity: Quantity, clause: str) -> bool:
    """Return whether a goal is a result promised for a date (到2025年底,巩固率稳定在96%以上), not a norm."""
    return quantity.unit == "%" and _RESULT.search(clause) is not None and _BY_DATE.search(folded, since_of(sentence, quantity.start), quantity.start) is not None


def _in_norm_list(folded: str, quantity: Quantity, clause: str) -> bool:
    """Return whether a figure is the amount of a stage behind a norm that the clause before it names (落实公用经费基准定额,小学700元、初中900元)."""
    at = quantity.start - len(clause)
    own = clause.rpartition("、")[2].strip()
    return _STAGED.match(own) is not None and _NORM_LED.search(folded[max(0, at - 20) : at] + clause[: len(clause) - len(own)]) is not None


def _after_from(folded: str, sentence: Sentence, quantity: Quantity) -> bool:
    head = folded[max(sentence.start, quantity.start - 60) : quantity.start]
    return _MOVED_SINCE.search(head) is not None


def _is_before(folded: str, sentence: Sentence, quantity: Quantity) -> bool:
    """Return whether a figure is where a movement starts: 由…73个班降至…."""
    head = folded[max(sentence.start, quantity.start - 30) : quantity.start]
    if ("由" not in head and "从" not in head) or not _STARTS_FROM.search(head):
        return False
    return _MOVES_ON.match(folded, quantity.end, quantity.end + 22) is not None


def _aimed(quantity: Quantity, clause: str) -> str | None:
    """Return the role of a figure in a section of goals that is no norm: what is to be created, or what it says of the time before."""
    if quantity.qualifier == "=" and _CREATES.search(clause) and not _EVERY.search(clause):
        return "plan"
    return "level" if _SO_FAR.search(clause) else None


def _planned(folded: str, sentence: Sentence, quantity: Quantity) -> bool:
    """Return whether the figure is promised: a cue of planning before it in its sentence with no done cue between."""
    if not sentence.promises_near(quantity.start):
        return folded.find("列入", quantity.end, quantity.end + 14) >= 0 and _IN_PLAN.match(folded, quantity.end, quantity.end + 20) is not None
    head = folded[since_of(sentence, quantity.start) : quantity.start]
    semicolon = head.rfind(";")
    if semicolon >= 0 and _AIMS.search(head, 0, semicolon) is None and _AHEAD.match(folded, sentence.start) is None:
        head = head[semicolon + 1 :]
    cues = list(_PLAN.finditer(head))
    if not cues:
        return folded.find("列入", quantity.end, quantity.end + 14) >= 0 and _IN_PLAN.match(folded, quantity.end, quantity.end + 20) is not None
    cue = cues[-1]
    if "《" in head and head.rfind("《") < cue.start() < head.rfind("》") or head.rfind("》") < head.rfind("《") < cue.start():
        return False
    if cue[0] == "争取" and _OBTAINS.match(head, cue.end()) and _SINCE.search(head, 0, cue.start()):
        return False
    return not _DONE_SINCE.search(head, cue.end())


def _is_norm(folded: str, sentence: Sentence, quantity: Quantity, clause: str, zone: str | None, *, plan: bool, plans: bool) -> bool:
    qualifier = quantity.qualifier
    if folded[quantity.end : quantity.end + 1] in _BEGINS_NORM and _NORM_BEHIND.match(folded, quantity.end, quantity.end + 5):
        return True
    if "规定" in clause and _RULED.search(clause):
        return True
    if qualifier == "=" and zone in ("problem", "situation"):
        return False
    own = folded[quantity.start : quantity.number_start]
    comparator = qualifier in (">=", "<=") or (qualifier in ("<", ">") and (zone == "goal" or _SMALLER.search(own) is not None))
    last = clause[-1:]
    if last in ("为", "是") and _LINE.search(clause):
        return True
    if comparator and _SYMBOL.search(own + folded[max(0, quantity.start - 1) : quantity.start]):
        return zone == "goal" or not _ALL.search(clause)
    if qualifier in (">=", "<=") and quantity.start == quantity.number_start:
        if _HOLDS_FOR.match(folded, quantity.end, quantity.end + 4) and not _COVERS.search(clause):
            return True
        if zone == "goal" or (plans and zone not in ("problem", "done", "situation", None)):
            return not _due(folded, sentence, quantity, clause)
        if _BINDS.search(clause):
            return True
        return not _ACHIEVED.search(clause) and quantity.unit != "%" and not _RATIO_WORD.search(clause[-8:])
    if qualifier == ">" and _MUST.match(folded, quantity.end, quantity.end + 3):
        return True
    if quantity.unit in ("元", "%", "人", "平方米", "比") and clause.rstrip()[-1:] in _RATED_ENDS and _RATED.search(clause[-6:]) and _BY_RATE.search(clause[-30:]):
        return True
    if quantity.unit == "元" and ("每" in clause and _BY_HEAD.search(clause) or _in_norm_list(folded, quantity, clause)):
        return True
    if zone == "goal" and (plans or comparator):
        return not plan and qualifier != "~" and not _due(folded, sentence, quantity, clause)
    return quantity.value_max is not None and _PER_HEAD.search(clause) is not None
