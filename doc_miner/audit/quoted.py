"""National standards quoted in running text with another number than they have, and requirements that contradict themselves.

Thresholds of the two stages: ``lexicons/indicators.tsv`` (教督〔2017〕6号). Further facts: a 大班额 has 56 pupils and more, a
超大班额 66 (教督〔2017〕6号, 教基一〔2016〕); coefficients of variation 0.50 and 0.45 (教督〔2017〕6号), 0.65 and 0.55 (教督〔2012〕3号);
courses of art take 9 to 11 % of all lessons, a fifth of them in 初中 (义务教育课程设置实验方案, 国办发〔2015〕71号).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw
from doc_miner.audit.standards import copied_thresholds
from doc_miner.lexicon import Indicator

_N = r"\d+(?:,\d{3})*(?:\.\d+)?"
_APART = re.compile(rf"小学(?:[^。;\d与和、]|、(?!初)){{0,12}}?(?P<a>{_N})(?![\d年月])(?P<u>[^\d。;]{{0,14}}?)(?:初中|中学)[^。;\d]{{0,14}}?(?P<b>{_N})(?![\d年月])")
_TOGETHER = re.compile(rf"小学[、和与]初中[^。;\d]{{0,14}}?(?P<a>{_N})(?![\d年月])(?P<u>[^\d。;、和与]{{0,6}})[、和与](?P<b>{_N})(?![\d年月])")
_BOTH = re.compile(rf"小学\(初中\)(?:=|≥|>=|不低于|不少于|达到)?(?P<a>{_N})")
_AS_STANDARD = re.compile(r"=|不低于|不少于|不超过|不高于|≥|>=|≤|<=|以上|标准|要求|规定|以内|以下")
_NO_STANDARD = re.compile(r"其他年级|非起始|现有|实际|目前|由|从|降到|提高到|每年|依次|逐年|分别有|全县平均|已达|差")
_YEAR = re.compile(r"20\d\d(?=年)")
_CLASSES = re.compile(r"(?:班额|班级|起始年级|每班)[^。;\d]{0,24}$")
_LARGE_CLASS = re.compile("大班额")
_LARGE = re.compile(r"(?P<n>\d{2})人(?:及|\(含\))?(?:以上)?(?:即?为|就是|称为|视为|的)?(?P<what>超?大班额)")
_SCALE = re.compile(r"国家(?:标准|规定|要求)[^。;\d]{0,20}小学[、和]初中[^。;\d]{0,6}规模(?:原则上)?(?:不超过|控制在|不得超过)(?P<n>\d{3,4})人")
_VARIATION = re.compile(r"差异系数[^。;\d]{0,16}小学[^。;\d]{0,12}(?P<a>0\.\d{1,2})(?!\d)[^。;\d]{0,8}初中[^。;\d]{0,12}(?P<b>0\.\d{1,2})(?!\d)|差异系数[^。;\d]{0,16}小学[、和]初中[^。;\d]{0,12}(?P<c>0\.\d{1,2})(?!\d)[^。;\d]{0,4}[、和](?P<d>0\.\d{1,2})(?!\d)")
_EXCHANGE = re.compile(r"交流[^。;\d]{0,36}(?:不低于|不少于|达到)[^。;\d]{0,24}?(?P<a>\d{1,3})%[^。;\d]{0,6}其中[^。;\d]{0,30}?骨干[^。;\d]{0,30}?(?:不低于|不少于|达到)[^。;\d]{0,20}?(?P<b>\d{1,3})%")
_TRAINING = re.compile(r"公用经费(?:预算|年度预算)?(?:总额|总量)?的?(?P<n>\d{1,3}(?:\.\d)?)%(?:的?(?:比例|标准))?[^。;,\d]{0,10}(?:安排|列支|用于|提取|计提)[^。;,\d]{0,10}培训")
_FUNDED_AS = re.compile(r"不足(?P<a>\d{2,4})[名人][^。;\d]{0,24}按(?:照)?(?P<b>\d{2,4})[名人][^。;\d]{0,8}(?:核定|核拨|拨付|安排|计算)")
_HOURS = re.compile(r"[5五]年(?:内|一周期|培训)?(?:不少于|共|累计)?(?P<n>\d{2,4})学时")
_REQUIRED = re.compile(r"(?:不低于|达到|不少于|确保)(?:(?!鼓励|有条件)[^。;\d]){0,30}?(?P<a>\d{1,3}(?:\.\d)?)%(?P<gap>[^。;%]{0,24}?)(?:鼓励|有条件)[^。;\d%]{0,36}?(?P<b>\d{1,3}(?:\.\d)?)%")
_IN_JUNIOR = re.compile(r"初中[^。;\d,]{0,8}课程课时[^。;\d]{0,10}义务教育阶段[^。;\d]{0,10}课程?总?课时[^。;\d]{0,10}?(?P<n>\d{1,3})%")
_LESSONS = re.compile(r"(?P<a>\d{1,3}(?:\.\d)?)%\((?P<m>\d{3,5})课时\)[^。;%]{0,40}?(?P<b>\d{1,3}(?:\.\d)?)%\((?P<n>\d{3,5})课时\)")
_ACTIVE = re.compile(r"不少于(?P<a>\d{1,3})分钟的[^。;\d]{0,20}实际[^。;\d]{0,10}不少于(?P<b>\d{1,3})分钟")


def misquoted_standards(context: Context) -> Iterator[Flaw]:
    """Return the national standards that running text quotes with another number."""
    folded = context.folded
    if "初中" in folded and "小学" in folded:
        yield from _pairs(context)
    if "大班额" in folded:
        yield from _large_classes(context)
    if "规模" in folded:
        for match in _SCALE.finditer(folded):
            if match["n"] != "2000":
                yield _misquoted(context, match, "n", "小学、初中规模", "2000人")
    if "差异系数" in folded:
        yield from _variation(context)
    yield from _of_teachers(context)


def _of_teachers(context: Context) -> Iterator[Flaw]:
    folded = context.folded
    if "骨干" in folded and "交流" in folded:
        for match in _EXCHANGE.finditer(folded):
            a, b = int(match["a"]), int(match["b"])
            if (a == 10) != (b == 20) and (a < 10 or b < 20) or (a, b) == (20, 10):
                yield _misquoted(context, match, "a" if a != 10 else "b", "教师交流轮岗", "10%，其中骨干教师20%")
    if "培训" in folded and "公用经费" in folded:
        for match in _TRAINING.finditer(folded):
            before = folded[max(0, match.start() - 16) : match.start()]
            if not 5 <= float(match["n"]) <= 20 and re.search(r"不低于|不少于|要求|规定|标准", before) and not re.search(r"仅|只|实际|未", before):
                yield _misquoted(context, match, "n", "教师培训经费占公用经费预算总额", "5%")
    if "学时" in folded:
        for match in _HOURS.finditer(folded):
            if match["n"] != "360" and (sorted(match["n"]) == ["0", "3", "6"] or match["n"] in ("36", "3600")):
                yield _misquoted(context, match, "n", "教师5年培训", "360学时")


def _pairs(context: Context) -> Iterator[Flaw]:
    """Two numbers for the two stages behind the name of an indicator; one is the standard's and the other is not."""
    folded = context.folded
    for pattern in (_APART, _TOGETHER):
        for match in pattern.finditer(folded):
            start = max(folded.rfind(mark, 0, match.start()) for mark in "。;\n") + 1
            ends = [end for mark in "。;\n" if (end := folded.find(mark, match.end())) >= 0]
            before, sentence = folded[start : match.start()], folded[start : min(min(ends, default=len(folded)), match.end() + 16)]
            if not _AS_STANDARD.search(match[0] + folded[match.end() : match.end() + 10]) or _NO_STANDARD.search(sentence) or _on_the_way(folded, sentence):
                continue
            indicator = _named(context, before, match)
            if indicator is None:
                continue
            right = {t.stage: Fraction(t.value) for t in indicator.thresholds}
            said = [Fraction(match[g].replace(",", "")) for g in "ab"]
            good = [said[0] == right["小学"], said[1] == right["初中"]]
            if said != list(right.values()) and _of_another(context, indicator, said) and not any(f.start <= match.start("b") and match.start("a") <= f.end for f in (flaw.figures[0] for flaw in copied_thresholds(context))):
                yield _misquoted(context, match, "a", indicator.synonyms[0], _both(right, indicator))
            elif good[0] != good[1] or (said == [right["初中"], right["小学"]] and said[0] != said[1]):
                yield _misquoted(context, match, "b" if good[0] else "a", indicator.synonyms[0], _both(right, indicator))
    for match in _BOTH.finditer(folded):
        line = folded[folded.rfind("\n", 0, match.start()) + 1 : match.start()]
        indicator = _named(context, re.split(r"[。;]", line)[-1], match)
        if indicator is None or Fraction(match["a"].replace(",", "")) in {Fraction(t.value) for t in indicator.thresholds}:
            continue
        if len({t.value for t in indicator.thresholds}) == 1:
            yield _misquoted(context, match, "a", indicator.synonyms[0], _both({t.stage: Fraction(t.value) for t in indicator.thresholds}, indicator))


def _on_the_way(folded: str, sentence: str) -> bool:
    """Return whether a sentence speaks of a year before the last one of the document: a goal on the way, not the standard."""
    years = [int(y) for y in _YEAR.findall(sentence)]
    return bool(years) and max(years) < max(y for y in map(int, _YEAR.findall(folded)) if y <= 2035 or y in years)


def _both(right: dict[str | None, Fraction], indicator: Indicator) -> str:
    unit = indicator.thresholds[0].unit or ""
    return f"小学{float(right['小学']):g}{unit}、初中{float(right['初中']):g}{unit}"


def _of_another(context: Context, indicator: Indicator, said: list[Fraction]) -> bool:
    """Return whether two numbers are the thresholds of another indicator."""
    for other in context.lexicon.indicators.values():
        theirs = {t.stage: Fraction(t.value) for t in other.thresholds}
        if other.code != indicator.code and [theirs.get("小学"), theirs.get("初中")] == said and said[0] != said[1]:
            return True
    return False


def _named(context: Context, before: str, match: re.Match[str]) -> Indicator | None:
    """Return the indicator with thresholds of both stages that is named last in front of two numbers, in their sentence or the title of their item."""
    best: tuple[int, Indicator | None] = (-1, None)
    around = before[-46:] if before.strip() else ""
    line = context.folded[context.folded.rfind("\n", 0, match.start()) + 1 : match.start()]
    if len(line) < 60:
        around = line
    if _CLASSES.search(around) or match.re is not _BOTH and "每班" in match["u"] + match[0][:6]:
        return context.lexicon.indicators.get("YZ-12")
    for indicator in context.lexicon.indicators.values():
        if {t.stage for t in indicator.thresholds} != {"小学", "初中"} or indicator.code == "YZ-12":
            continue
        for form in indicator.synonyms:
            at = around.rfind(form)
            if at > best[0] and not re.search(r"\d", around[at + len(form) :].replace("2025年", "").replace("2030年", "")):
                best = at, indicator
    return best[1]


def _large_classes(context: Context) -> Iterator[Flaw]:
    folded = context.folded
    for match in (m for mark in _LARGE_CLASS.finditer(folded) if (m := _LARGE.search(folded, max(0, mark.start() - 12), mark.end())) is not None and m.end() == mark.end()):
        number = int(match["n"])
        official = "国家" in folded[max(0, match.start() - 24) : match.start()]
        if match["what"] == "超大班额" and number not in (65, 66) and (number % 5 > 1 or not 60 <= number <= 70):
            yield _misquoted(context, match, "n", "超大班额", "66人及以上")
        elif match["what"] == "大班额" and (official and number not in (55, 56) or number % 5 > 1) and re.search(r"以上|即|就是|称为|视为", match[0]):
            yield _misquoted(context, match, "n", "大班额", "56人及以上")


def _variation(context: Context) -> Iterator[Flaw]:
    for match in _VARIATION.finditer(context.folded):
        a, b = ("a", "b") if match["a"] else ("c", "d")
        said = float(match[a]), float(match[b])
        if not _AS_STANDARD.search(match[0]) and "小于" not in match[0] and "控制在" not in match[0]:
            continue
        for right in ((0.5, 0.45), (0.65, 0.55)):
            if (said[0] == right[0]) != (said[1] == right[1]):
                yield _misquoted(context, match, b if said[0] == right[0] else a, "校际差异系数", f"小学{right[0]:.2f}、初中{right[1]:.2f}")
                break


def contradictory_requirements(context: Context) -> Iterator[Flaw]:
    """Return the requirements whose numbers contradict each other (不低于9%，鼓励达到1.1%; 不足100名按10名核定)."""
    folded = context.folded
    if "%" in folded and ("鼓励" in folded or "有条件" in folded):
        for match in _REQUIRED.finditer(folded):
            if float(match["a"]) >= float(match["b"]):
                yield _contradiction(context, match, f"起码的要求{match['a']}%不低于鼓励达到的{match['b']}%")
            elif "课时" in match[0] and not (9 <= float(match["a"]) <= 11 and 10 <= float(match["b"]) <= 15):
                yield _contradiction(context, match, "国家课程方案中艺术课程占总课时的9%—11%")
    if "不足" in folded:
        for match in _FUNDED_AS.finditer(folded):
            if match["a"] != match["b"]:
                yield _contradiction(context, match, "不足的人数与按其核定的人数应当相同")
    yield from _of_lessons(context)


def _of_lessons(context: Context) -> Iterator[Flaw]:
    folded = context.folded
    if "课时" in folded:
        for match in _IN_JUNIOR.finditer(folded):
            if match["n"] != "20":
                yield _contradiction(context, match, "国家要求初中艺术课程课时不低于义务教育阶段艺术课程总课时的20%")
        for match in _LESSONS.finditer(folded) if "课时)" in folded else ():
            first, second = (Fraction(match[n]) / Fraction(match[r]) for n, r in (("m", "a"), ("n", "b")))
            if not Fraction(97, 100) <= first / second <= Fraction(103, 100):
                yield _contradiction(context, match, "两处课时与比例算出的总课时不同")
    if "分钟" in folded:
        for match in _ACTIVE.finditer(folded):
            if int(match["b"]) > int(match["a"]):
                yield _contradiction(context, match, "实际时间长于总时间")


def _misquoted(context: Context, match: re.Match[str], group: str, name: str, right: str) -> Flaw:
    written = context.text[match.start(group) : match.end(group)]
    return Flaw(f"“{name}”的标准写为{written}，国家标准为{right}，请对照原件。", (), right, written, match.start(group), match.end(group))


def _contradiction(context: Context, match: re.Match[str], reason: str) -> Flaw:
    written = context.text[match.start() : match.end()]
    return Flaw(f"“{written[:40]}”：{reason}，请对照原件。", (), None, written[:40], match.start(), match.end())
