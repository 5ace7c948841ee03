"""Part what follows a number into the thing counted and what is said of it.

``14所学校的实验室没有开放`` counts schools, and says of them that their laboratories were not
open: the subject is 实验室没有开放的学校, in the order in which Chinese names a set.
"""

from __future__ import annotations

import re

_PREDICATE = re.compile(
    r"将|全面(?=整改|完成|达|落实)|正(?!式|高)|拟|预留|把|被|由|已|(?<![生人师校班年平])均|都(?!市)|全部|没有|未(?!成年|来)|通过|实行|到(?!位|岗率)|参与|参加|集中|达到|达标|进行|开展|做到|低于|高于|超过|超出|不足|不到|完成|占|从(?!教)|(?<!面)对(?![象口面])|在(?!校|园|编|岗|读|职|建|册|籍)|与(?!会)|因|进入|需|应(?!急)"
    r"|可(?!比)|只|仍|也|不(?!动产|同)|建成|得到|安排|就读|分到|分配|面向|按|用于|返|脱产|巡回|结对|享?受|荣获|获|入选|记录|表示|认为|是(?!非)|为(?!主)|(?<![拥所现特私国公民])有(?!关|效|特长|机)|一名也没有|约谈|被约|逐项|牵头|投用|开工|提供|使用|装|上课|组成|(?:基本|综合)(?=达|到|完)|(?:更换|实施|新建|扩建|改造|安装|配备|添置|装修)(?=了|[一-鿿]{2})(?![一-鿿]{0,2}(?:项目|工程|任务|资金|经费|计划|方案|学校))"
)
"""Where what is said of a thing begins."""
_OWNER = re.compile(r"(?:学校|小学|初中|高中|中学|幼儿园|教学点|村小|乡镇|街道|社区|集团|班级|部门|单位|教师|学生|儿童|家庭|校长|班)$")
_ADVERB = re.compile(r"^(?:已经|已|(?<![生人师校班年平])均|都|全部|进行了?|实施了?|做到|将|可望|仍然|仍|也|共|分别|只有|仅|一|了|先|又|还|大多|多|完全)+")
_TAIL = re.compile(r"(?:比例|总数|分别|仅|已|均|达到?|为|了|的|、|和|由|低于|高于|占|有|于|与|并|及)+$")
_TAIL_ENDS = frozenset("例数别仅已均达到为了的、和由于占有与并及")
"""The last characters of what `_TAIL` finds."""
_ACT = re.compile(r"^.{9,}进行了?(?=[一-鿿]{2})")
_FURTHER = re.compile(r"[并后从以](?<=...)(?:(?<=并)|(?<=后)(?<![课以今前先]后)(?=[一-鿿]{2})|(?<=从)而|(?<=以)便)")
"""Where what is said of a thing goes on to the next action."""
_NUMBER = re.compile(r"[约近超]?\d[\d.,:/-]*(?:余|多)?\s?(?:[万亿]?(?:平方米|人次|个百分点|个月|[个所名人元间台套册项%‰亩次家辆条张处天年节米]))?(?:以上|以内|以下|左右)?")
_DOING = re.compile(r"^(?:足额|公开|统一|集中(?![在到于])|稳步|逐步|安排|新建|改造|扩建|用于|补助|奖励|更新|核定|计算|编班|标准|配|建设|购置)")
_WHOLE = re.compile(r"已?(?:经)?有|中|是|实行|逐")
"""What is said of all of them, or only opens their parts: it names no set (32项指标逐项打分, 7个问题已有3个完成)."""
_MEASURED = re.compile(r"[一-鿿、]{0,8}(?:年龄|系数|面积|比例|总数|[率数值])(?=\d|$)")
"""A measure of the things counted, with its value behind it: it names no set (6所小学的教师平均年龄49.5岁)."""
_DIGIT = re.compile(r"\d")
_POSSESSOR = re.compile(r"[一-鿿]{0,8}?(?:学校|小学(?!生(?!均)|校)|初中(?!生(?!均)|学)|高中(?!生(?!均))|教学点|村小|幼儿园|班级|教师|学生)(?=[一-鿿]{2})")
"""A thing in front of what belongs to it (学校|实验室使用登记…)."""
_COMPARED_SET = re.compile(r"(教学点|学校|小学|初中|村小|班级|幼儿园|乡镇|街道)((?:在校|在籍|在园)?(?:学生|生|幼儿|教师|人数|班额)(?:人?数)?(?:不足|超过|低于|高于|少于|多于|不到)\d[\d.]*[一-鿿%]{0,3})(?=[,。;]|$)")
"""Things told by how many they hold (9个教学点学生不足12人)."""
_WHEN = re.compile(r"^(?:近|去|今|本|当|同|每)[^的]{0,3}$")
LEAST = 2
ENOUGH = 4
"""Characters of a noun that names a set by itself, when something is said of all of it (32项评估指标全部达标)."""
SHORT = 3
"""Characters that stand before a noun without 的 (达标学校, 未达标学校)."""


def parted(following: str) -> tuple[str, str]:
    """Return the thing counted and what is said of it (``""`` if nothing), from the clause behind a number.

    >>> parted("村小没有开设劳动课程")
    ('村小', '没有开设劳动课程')
    >>> parted("生源偏少的教学点")
    ('生源偏少的教学点', '')
    """
    compared = _COMPARED_SET.match(following)
    if compared is not None:
        return compared[1], compared[2]
    if begins_with_predicate(following):
        return "", _said(following)
    noun, predicate = following, ""
    owner = following.find("的", LEAST)
    if owner >= 0 and _OWNER.search(following[:owner]):
        noun, predicate = following[:owner], following[owner + 1 :]
        if _MEASURED.match(predicate):
            return _cut(noun), ""
    elif owner >= 0 and _MEASURED.match(following[owner + 1 :]):
        return _cut(following[:owner]), ""
    match = _PREDICATE.search(noun, LEAST)
    digit = _DIGIT.search(noun)
    if digit is not None and (match is None or digit.start() < match.start()):
        return _cut(noun), ""
    if match is not None:
        tail = noun[match.start() :]
        particle = tail.find("的")
        if particle < 0 or len(tail) - particle <= LEAST or not _OWNER.search(tail):
            noun, predicate = noun[: match.start()], tail + predicate
    if _DOING.match(noun) or _WHEN.match(noun):
        return _cut(following), ""
    if _WHOLE.match(predicate) or (len(noun) >= ENOUGH and len(_said(predicate)) <= SHORT and predicate.startswith(("全部", "均", "都"))):
        return _cut(noun), ""
    possessor = _POSSESSOR.match(noun) if predicate else None
    if possessor is not None and not _OWNER.search(noun):
        noun, predicate = possessor[0], noun[possessor.end() :] + predicate
    return _cut(noun), _said(predicate)


def thing(clause: str) -> str:
    """Return what a clause speaks of, without what it says of it (课后服务已实现应开尽开 → 课后服务)."""
    match = _PREDICATE.search(clause, LEAST)
    return clause[: match.start()] if match and match.start() > 3 else clause


def begins_with_predicate(following: str) -> bool:
    """Return whether only what is said follows a number (其中391名分到了乡村学校)."""
    return _PREDICATE.match(following) is not None and _DOING.match(following) is None


_UP_TO = re.compile(r"\d|、$")
_LINK = re.compile(r"(?:[、和及]|(?<![初高])中)$")


def _cut(noun: str) -> str:
    stop = _UP_TO.search(noun)
    return _LINK.sub("", (noun[: stop.start()] if stop is not None else noun)[:20])


def _said(predicate: str) -> str:
    """Return what is said of a thing without numbers, adverbs and what follows the first action."""
    text = _NUMBER.sub("", predicate) if _DIGIT.search(predicate) else predicate
    adverb = _ADVERB.match(text)
    text = text[adverb.end() :] if adverb is not None else text
    if "进行" in text and (act := _ACT.match(text)) is not None:
        text = text[act.end() :]
    further = _FURTHER.search(text)
    text = text[: further.start()] if further is not None else text
    if text[-1:] in _TAIL_ENDS and (tail := _TAIL.search(text)) is not None:
        text = text[: tail.start()]
    return text[:20].strip("、“”\"' ")


def named(noun: str, predicate: str) -> str:
    """Return the name of the things of which something is said (没有开设劳动课程的村小)."""
    if len(predicate) < LEAST:
        return noun
    return predicate + ("的" if len(predicate) > SHORT else "") + noun
