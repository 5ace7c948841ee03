"""Read which units (责任单位) a measure names: behind a label, in closing brackets, in front of 牵头 or 负责, as those who act.

A unit is told by how its name ends (局, 委, 办公室, 各乡镇 …); a word that does not end so is none,
whatever stands behind it (优质学校牵头, 班主任负责).
"""

from __future__ import annotations

import re

from doc_miner.textfold import fold

_LABEL = re.compile(
    r"(?:主要)?(?:(?:责任|牵头|配合|协办|承办|主办|参与|协同|落实)(?:单位|部门|科室|股室)|责任主体|主责(?:单位|部门)|牵头|配合|(?P<person>(?:责任|牵头|分管|包保)(?:人|领导)))\s?[:]\s?"
)
_LABELLED_END = re.compile(r"[\n。]|[)〕\]](?![一-鿿])|(?:完成|整改)(?:时限|时间|期限)|(?:责任|牵头|分管|包保)(?:人|领导)[:]|$")
_AREA = r"\([县市区旗镇乡街道场、,]{1,9}\)|〔[县市区旗镇乡街道场、,]{1,9}〕"
_SUFFIX = (
    r"(?:[局厅]|委|[编改信法卫纪团工]办|编委办|府办|编委会|政府|督[导查]室|研室|研究室|委员会|办公室|办事处|残联|妇联|科协|总工会|团[县市区省]委|(?:媒体|指导|服务|管理|培训|发展|教研|教师|监测|考试|保障|电教|资助|托管|采购|事务)中心"
    r"|督导[组团]|评估组|工作组|专班|领导小组|消防(?:救援)?(?:大队|支队)|(?:宣传|组织|统战|武装|政工)部|政法委|法院|检察院|(?<![等关个各门任些他它能成员分两多上下级位])部门|(?<=[各个])(?:乡镇?|镇|街道|学校|中小学校?|幼儿园|中心校|中心学校|县区|市州|单位))"
)
_BODY = re.compile(rf"各?(?:[一-鿿“”·]{{1,20}}|[一-鿿]{{0,4}}(?:{_AREA})[一-鿿]{{0,12}}){_SUFFIX}(?:\([^()]{{1,8}}\))?|各[市州县区旗、()]{3,14}(?:人民)?政府|各(?:乡镇?|镇|街道|中小学校?|学校|幼儿园|县区|校|中心校|中心学校)(?:\(街道\))?(?:人民)?(?:政府)?|各?[一-鿿]{{0,4}}(?:{_AREA})(?:人民)?政府|教育局|财政局|编办")
_NOBODY = re.compile(r"^(?:各?(?:有关|相关|责任|牵头|配合|成员|职能|其他|上述|涉及|全县|县直|县级|各级|政府|主管)?(?:部门|单位|科室)|各单位|各级政府|有关[一-鿿]+|相关[一-鿿]+|委员会|办公室|政府|人民政府|各部门|学校|教研室|督导室|领导小组|专班|工作专班|工作组)$|^有?部门$|建立|健全|形成|构建|完善|明确|落实[一-鿿]{3}|实行")
_LEAD = re.compile(
    r"^.*(?<!自)(?:由|经|请|建议|(?<=[一-鿿])要求|督促|协调|推动|指导|会商|交|让|使|将|把|在|对|向|为|并|且|以及|会同|联合|商|配合|[一-鿿]的)(?=[一-鿿]{2})|^(?:每年|定期|今后|同时|以及|其中|及|和|与|是|\d+[.、])+"
)
_MORE = re.compile(r"等(?:有关|相关|多个|职能|多)?(?:部门|单位|科室|成员单位)?$")
_CUE = re.compile(
    r"(?=[等按分共具积主密统联为牵负配协会落要应须必])(?:等(?:有关|相关|多个|职能)?(?:部门|单位)?)?(?:按(?:照)?(?:各自)?(?:职责|分工)[一-鿿]{0,4}?|按各自职责|分别|共同|具体|积极|主动|密切|统一|联合|为主)?"
    r"(?:牵头|主办|(?:分工)?负责(?!人|制(?!定|订)|同志|任|的)|配合(?!度|率)|协助|协同|会同|落实(?=[。;)]|$)|要(?!求|素|点|害|闻|件|员|么)|应(?!急|用|届|征|聘|对|邀|付)|须|必须|按职责分工|联合)"
)
_HEAD = re.compile(r"(?:^|(?<=。))\s?([^,。;:\n]{2,60}?)(?=每(?:季|月|年|半|学|周|两)|对(?![口应])|采取|按[月季年]|定期)")
_AREAS = re.compile(r"各[市州县区旗](?:\([市区]\))?(?:、[市州县区旗](?:\([市区]\))?){1,3}(?:人民)?政府")
"""Governments of several kinds of area in one word (各市、州、县人民政府)."""
_GLUE = re.compile(r"(?<=[局办委室部厅府])(?:和|与|及|以及|会同|联合|并)(?=[一-鿿]{2})")
_BETWEEN = re.compile(r"[、,;\s/]+(?![^(〔]*[)〕])")
_EARLIER = re.compile(r"^.*(?:[。;:\n!?]|\((?![县市区旗镇乡街道场、,]{1,9}\)))", re.S)
_WINDOW = 90
"""Characters in front of a cue within which the units before it are looked for."""


def units_of(text: str) -> tuple[str, ...]:
    """Return the responsible units that a measure's own text names, in order, each once; a label goes before all other ways."""
    folded = fold(text)
    found = _labelled(folded) or _in_closing_brackets(folded)
    if not found:
        found = [*_acting(folded), *_cued(folded)]
    return tuple(dict.fromkeys(_as_written(name, text, folded) for name in found))


def split_units(text: str) -> list[str]:
    """Return the units of a list of them (教育局、财政局；各乡镇), without the words for their part (牵头：, （配合）, 等部门)."""
    folded = fold(text)
    return [_as_written(name, text, folded) for name in _listed(folded)]


def _as_written(name: str, text: str, folded: str) -> str:
    """Return a name in the width in which the text has it."""
    at = folded.find(name)
    return text[at : at + len(name)] if at >= 0 else name


def _listed(folded: str) -> list[str]:
    names = []
    for part in _parts(_LABEL.sub("、", folded).strip(" 。.")):
        name = re.sub(r"^(?:\d{1,2}[.、]|[①-⑳])|\((?:牵头|配合|主办|协办|负责)\)$", "", part.strip(" :。."))
        name = _MORE.sub("", re.sub(r"^(?:由|配合)(?=[一-鿿]{2})", "", name))
        if 2 <= len(name) <= 24 and not _NOBODY.match(name) and name not in ("中心", "各单位", "中心学校"):
            names.append(name)
    return names


def _parts(text: str) -> list[str]:
    """Cut a list of units at its marks, never within brackets (各县（市、区）)."""
    text = _AREAS.sub(lambda areas: areas[0].replace("、", "\x00"), text)
    pieces = [piece for part in _BETWEEN.split(text) for piece in _GLUE.split(part) if piece]
    return [piece.replace("\x00", "、") for piece in pieces]


def _labelled(folded: str) -> list[str]:
    found: list[str] = []
    for match in _LABEL.finditer(folded) if ":" in folded else ():
        bare = match[0].startswith(("牵头:", "配合:"))
        if bare and match.start() and folded[match.start() - 1] not in "(,;。、\n ":
            continue
        stretch = re.sub(_AREA, lambda area: "\u3000" * len(area[0]), folded[match.end() : match.end() + 160])
        stop = _LABELLED_END.search(stretch)
        following = _LABEL.search(stretch)
        end = min(stop.start() if stop else 160, following.start() if following else 160)
        units = _listed(folded[match.end() : match.end() + end])
        found += [unit for unit in units if _is_body(unit)] if match["person"] else units
    return found


def _is_body(name: str) -> bool:
    return _BODY.fullmatch(name) is not None and _NOBODY.search(name) is None


_CLOSING = re.compile(r"\(((?:[^()]|\([^()]{1,12}\)){2,120})\)[。;]?\s*$")


def _in_closing_brackets(folded: str) -> list[str]:
    """Return the units of brackets at the end that hold nothing else (…。（市教育局、各县区政府）)."""
    match = _CLOSING.search(folded, max(0, len(folded) - 130)) if ")" in folded.rstrip()[-2:] else None
    if match is None:
        return []
    names = [_MORE.sub("", part) for part in _parts(match[1])]
    names = [name for name in names if name and not _NOBODY.match(name)]
    sure = len(names) > 1 or folded[match.start() - 1 : match.start()] in ("。", ";", "")
    return names if sure and all(_is_body(name) for name in names) else []


def _cued(folded: str) -> list[str]:
    """Return the units in front of words for a duty (由…牵头, …配合, …负责, …要), and those that one acts together with (会同…)."""
    found: list[str] = []
    for match in _CUE.finditer(folded):
        before = _before(folded, match.start())
        if before and match[0].endswith(("会同", "联合")):
            after = _after(folded, match.end())
            before = [*before, *after] if after or not match[0].endswith("联合") else []
        found += before
    return found


def _acting(folded: str) -> list[str]:
    """Return the units that open a sentence and act in it by a rule (县督导室每季度通报…)."""
    return [unit for match in _HEAD.finditer(folded) for unit in _all(match[1])]


def _all(text: str) -> list[str]:
    names = [_MORE.sub("", part) for part in _parts(text)]
    return names if all(_is_body(name) for name in names) else []


def _before(folded: str, end: int) -> list[str]:
    """Return the units of the list that ends at a place, read backwards as long as each part is a unit."""
    start = max(0, end - _WINDOW)
    window = _EARLIER.sub("", folded[start:end])
    found: list[str] = []
    for part in reversed(_parts(window)):
        name = _MORE.sub("", part)
        if not _is_body(name) or _LEAD.match(name):
            name, lead = _LEAD.sub("", name), True
        else:
            lead = False
        if not _is_body(name) or _NOBODY.search(part):
            if found and found[-1].endswith("部门") and window.find(part + "、") >= 0 and len(part) <= 4:
                found.pop()  # 编制、人社、教育部门: several in one word
            break
        found.append(name)
        if lead:
            break
    return found[::-1]


_FOLLOWING = re.compile(rf"[一-鿿]{{1,10}}?{_SUFFIX}(?:[、和与及][一-鿿]{{1,10}}?{_SUFFIX}){{0,6}}")


def _after(folded: str, at: int) -> list[str]:
    match = _FOLLOWING.match(folded, at)
    return _all(match[0]) if match else []
