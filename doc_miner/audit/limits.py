"""Values that contradict the words at them: comparisons that do not hold, shares of one whole beyond 100 %, more done than was due, articles a law does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from doc_miner.audit.context import Context, Flaw, Line
from doc_miner.audit.values import exact
from doc_miner.numerals import parse_numeral

_NOT = r"(?:未达到?|没有达到|尚未达到|达不到|不足|低于|少于|小于)"
_COMPARED = re.compile(
    rf"(?P<a>#)(?:以上|左右)?,?(?P<words>(?:已|均|也|明显|仍|略|大幅|远)?(?:{_NOT}|高于|超过|大于|高出|达到))(?:了)?(?P<of>[^#。;,、比]{{0,14}}?)(?P<b>#)(?P<tail>的?(?:标准|要求|规定|目标|底线|水平|下限|红线))"
)
_AGAINST = re.compile(r"(?P<a>#)(?:以上|左右)?,(?:但|仅|已|均|也|明显|仍|略|大幅|远)?(?P<b>#)的?(?:标准|要求|规定|目标|底线|水平|下限|红线)")
_SAID = re.compile(r"低于|少于|小于|不足|高于|超过|大于|高出")
_AT_MOST = re.compile(r"系数|差异|班额|辍学|近视|规模|超|缺|时间|负担")
_WEIGHTS = re.compile(r"[=](?P<terms>[^。;,\n=]{2,20}[×xX*]\d{1,3}%(?:[+][^。;,\n=+]{2,20}[×xX*]\d{1,3}%)+)")
_TEST_AND_TALK = re.compile(r"笔试(?:成绩|分)?(?:占|按)(?:总成绩的?)?(?P<a>\d{1,3})%[^。;\d\n]{0,14}面试(?:成绩|分)?(?:占|按)(?:总成绩的?)?(?P<b>\d{1,3})%")
_DUE = re.compile(r"(?:应|需|须|计划)(?!对)(?P<verb>[一-鿿]{2})(?P<due>#)[^#。;]{0,16},[^#。;,]{0,6}已(?P=verb)(?P<done>#)(?:[^。;]{0,24}?)(?P<rest>(?:还需|尚需|仍需|还差|尚差|仍差|还欠|尚欠|仍缺|还缺)[^#。;,]{0,8}#)")
_RATE_OF_ALL = re.compile(r"(?:参保率|(?<!毛)入学率|(?<!毛)入园率|巩固率|普及率|合格率|达标率|就业率|升学率|签约率|到岗率|开齐率|上岗率|普及普惠率)(?:提高|提升|上升|增加)(?:到|至)了?$")
_OF_ALL = re.compile(r"(?:^|[,;。])[^#。;,]{0,6}#的[^#。;,率标幅速度例]{2,10}(?:实现|达到|完成|已经?|均|都)")
_ABOVE = re.compile(r"(?:以上|上述)[^。;,\d\n]{0,8}共(?P<n>\d{1,2})(?:个|项|条)(?:问题)")
_ITEM = re.compile(r"(?:^|(?<=[。;:\n]))[ \t]*(?P<n>\d{1,2})[.、](?!\d)")
_SHARE = re.compile(r"占(?!地|用|道)(?:总[一-鿿]{0,6}的?|比)?(?:为|约|达)?(?P<n>#)")
_DISJOINT = re.compile(r"投资|资金|支出|经费|投入|拨款|预算|来源|财政")
_CITED_ARTICLE = re.compile(r"本(?:条例|法|办法|规定|细则|章程)第(?P<n>[一二三四五六七八九十百零]{1,6})条")
_ARTICLE = re.compile(r"(?m)^[ \t]*第(?P<n>[一二三四五六七八九十百零]{1,6})条(?=[ \t:])")
_DOUBLED = re.compile(r"(?P<a>#)[^#。;,]{0,6},(?:比|较)[^#。;,]{0,10}(?P<b>#)(?:[^#。;,]{0,4}?)(?:(?:翻|增长)了?(?P<n>[一两二三1-3])番|(?:翻|增长)?了?(?P<f>#))")


def false_comparisons(context: Context) -> Iterator[Flaw]:
    """Return the comparisons with a mark that their two numbers contradict (占8%，低于5%的要求)."""
    for line, match in context.matches(_COMPARED, "标准", "要求", "规定", "目标", "底线", "水平", "下限", "红线"):
        a, b = line.at(match, "a"), line.at(match, "b")
        if a.unit != b.unit or not exact(a) or b.value is None or a.value is None or b.value_max is not None or b.qualifier in ("<", "<=") or "分别" in line.label(line.index(match.start("a"))):
            continue
        label = line.label(line.index(match.start("a")), 40)
        if "达" in match["words"] and _AT_MOST.search(label + match["of"]):
            continue
        below = re.search(_NOT, match["words"]) is not None
        wrong = a.value >= b.value if below else a.value < b.value
        if wrong and not (below and a.value == b.value and "不足" in match["words"]):
            yield Flaw(f"“{a.text}”并不{match['words'].lstrip('已均也明显仍略大幅远')}“{b.text}”，请对照原件。", (a, b), None, a.text)


    for line, match in context.matches(_AGAINST, "标准", "要求", "规定", "目标", "底线", "水平", "下限", "红线"):
        a, b = line.at(match, "a"), line.at(match, "b")
        said = _SAID.match(b.text)
        if said is None or a.unit != b.unit or not exact(a) or a.value is None or b.value is None or b.value_max is not None or "分别" in line.label(line.index(match.start("a"))):
            continue
        if a.value >= b.value if said[0][0] in "低少小不" else a.value <= b.value:
            yield Flaw(f"“{a.text}”并不{b.text}，请对照原件。", (a, b), None, a.text)


def beyond_the_whole(context: Context) -> Iterator[Flaw]:
    """Return the shares of one whole that add up to more than 100 %, weights that do not make 100 %, and more done than was due."""
    folded = context.folded
    yield from _over_all(context)
    yield from _miscounted_items(context)
    for line in context.lines:
        if line.words.count("占") >= 3:
            yield from _shares(line)
    for match in _WEIGHTS.finditer(folded) if "%" in folded else ():
        terms = [int(n) for n in re.findall(r"(\d{1,3})%", match["terms"])]
        if sum(terms) != 100 and folded[match.end() : match.end() + 1] not in "+)×*":
            yield _weights(context, match, terms)
    for match in _TEST_AND_TALK.finditer(folded) if "面试" in folded else ():
        terms = [int(match["a"]), int(match["b"])]
        around = folded[max(0, match.start() - 30) : match.start()].rpartition("。")[2] + folded[match.end() : match.end() + 30].partition("。")[0]
        if sum(terms) != 100 and "%" not in around:
            yield _weights(context, match, terms)
    for line, found in context.matches(_DUE, "还需", "尚需", "仍需", "还差", "尚差", "仍差", "还欠", "尚欠", "仍缺", "还缺"):
        due, done, rest = line.at(found, "due"), line.at(found, "done"), line.at(found, "rest")
        if due.unit == done.unit == rest.unit and exact(due, done) and due.value is not None and done.value is not None and done.value >= due.value and (rest.value or 0) > 0:
            yield Flaw(f"应{found['verb']}{due.text}，已{found['verb']}{done.text}，已超过应有数，却仍有差额{rest.text}。", (due, done, rest), None, done.text)


def _over_all(context: Context) -> Iterator[Flaw]:
    for line in context.lines:
        for i, figure in enumerate(line.figures):
            if figure.unit == "%" and figure.value is not None and figure.value > 100 and (_RATE_OF_ALL.search(line.clause(i)) or _part_of_all(line, i)):
                yield Flaw(f"“{line.clause(i)[-8:]}{figure.text}”超过全部。", (figure,), "≤100%", figure.text)


def _part_of_all(line: Line, i: int) -> bool:
    """Return whether a percentage is a part of things that are counted (171%的机组实现…)."""
    found = _OF_ALL.search(line.words, max(0, line.marks[i] - 8), line.marks[i] + 24)
    return found is not None and line.words.find("#", found.start()) == line.marks[i]


def _miscounted_items(context: Context) -> Iterator[Flaw]:
    """Return the counts of problems above (以上共9个问题) that the numbered items in front of them do not have."""
    for match in _ABOVE.finditer(context.folded):
        numbers = [int(m["n"]) for m in _ITEM.finditer(context.folded, 0, match.start())]
        begin = len(numbers) - 1 - numbers[::-1].index(1) if 1 in numbers else len(numbers)
        run = numbers[begin:]
        if len(run) >= 3 and run == list(range(1, len(run) + 1)) and int(match["n"]) != len(run):
            yield Flaw(f"上文列出{len(run)}条，文中写为“{context.text[match.start() : match.end()]}”。", (), str(len(run)), match["n"], match.start("n"), match.end("n"))


def _shares(line: Line) -> Iterator[Flaw]:
    """Three and more shares of one sum of money in one sentence: they cannot overlap."""
    for sentence in re.finditer(r"[^。;]+", line.words):
        found = [line.at(m, "n") for m in _SHARE.finditer(line.words, sentence.start(), sentence.end())]
        if len(found) < 3 or any(f.unit != "%" or f.value is None for f in found) or not _DISJOINT.search(sentence[0]) or "其中" not in sentence[0]:
            continue
        summed = sum((Fraction(f.value or 0) for f in found), Fraction(0))
        if summed > 102 and re.search(r"其中[^#。;]{0,40}$", line.words[sentence.start() : _SHARE.search(line.words, sentence.start()).start("n")]):  # type: ignore[union-attr]
            yield Flaw(f"各项占比之和为{float(summed):g}%，超过100%：{'＋'.join(f.text for f in found)}。", tuple(found), "100%", f"{float(summed):g}%")


def _weights(context: Context, match: re.Match[str], terms: list[int]) -> Flaw:
    return Flaw(f"各项权重之和为{sum(terms)}%，不是100%：“{context.text[match.start() : match.end()]}”。", (), "100%", f"{sum(terms)}%", match.start(), match.end())


def missing_articles(context: Context) -> Iterator[Flaw]:
    """Return the references of a law to an article of its own that it does not have (本条例第九十条 of 27)."""
    folded = context.folded
    if "条" not in folded or "本" not in folded:
        return
    cited = list(_CITED_ARTICLE.finditer(folded))
    if not cited:
        return
    own = [int(parse_numeral(m["n"]) or 0) for m in _ARTICLE.finditer(folded)]
    if len(own) < 5 or own[0] != 1:
        return
    for match in cited:
        number = parse_numeral(match["n"])
        if number is not None and number > max(own):
            yield Flaw(f"引用了第{match['n']}条，本文件只有{max(own)}条，请对照原件。", (), None, match["n"], match.start("n"), match.end("n"))


def false_doublings(context: Context) -> Iterator[Flaw]:
    """Return the doublings (翻两番) that the two numbers are not."""
    for line, match in context.matches(_DOUBLED, "比", "较") if "番" in context.folded else ():
        a, b = line.at(match, "a"), line.at(match, "b")
        doublings = match["n"] or line.at(match, "f").text.lstrip("翻了").rstrip("番")
        times = {"一": 2, "1": 2, "两": 4, "二": 4, "2": 4, "三": 8, "3": 8}.get(doublings, 0)
        if match["f"] is not None and line.at(match, "f").rule != "figure/doubling":
            continue
        if times and a.unit == b.unit and exact(a, b) and a.value and b.value and not Fraction(times) * Fraction(85, 100) <= Fraction(a.value) / Fraction(b.value) <= Fraction(times) * Fraction(13, 10):
            yield Flaw(f"{b.text}翻{doublings}番应为其{times}倍，文中为{a.text}。", (b, a), f"{times}倍", a.text)
