"""Numbers that say how many items are named: 四个方面, 9所学校, 上述三个问题, 三年分别为…, against the items themselves; and numbered items in order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from doc_miner.audit.context import Context, Flaw
from doc_miner.numerals import parse_numeral

_N = r"(?P<n>[两二三四五六七八九十]{1,2}|(?<![\d.])\d{1,2})"
_COUNT = re.compile(r"(?P<n>[一二三四五六七八九十两]{1,2}|(?<![\d.])\d{1,2})(?:个|项|大|点|条)?(?P<what>方面(?:的)?(?:工作|问题|任务|内容|措施|情况)?|项(?:工作|任务|措施|内容|重点工作)?|大(?:工程|行动|任务|举措|重点|项目)|个?(?:问题|(?:薄弱)?环节|举措|短板|困难|差距|坚持|突破|标准统一|统一|到位|机制|工程|着力点|结合|强化|转变)|点|条(?:意见|建议|措施|要求)?)[\"”」]?[。::]$")
_IS = re.compile(r"(?<![一二三四五六七八九十])(?P<n>[一二三四五六七八九十]{1,2})是")
_FIRSTLY = re.compile(r"(?:^|[。;\n])第(?P<n>[一二三四五六七八九十]{1,2}),")
_FIRST_ITEM = re.compile(r"[。:](?=\s*(?:一是|第一,|[((]一[))]))")
_HEADED = re.compile(r"(?m)^\s*[((](?P<n>[一二三四五六七八九十]{1,2})[))]")
_IN_ONE = re.compile(r"(?P<list>[一-鿿]{2,6}(?:、[一-鿿]{2,6}){1,6})[“\"]?(?P<n>[二三四五六七八])位一体")
_NAMED = re.compile(r"(?P<list>[一-鿿]{2,14}(?:[、和及][一-鿿]{2,14}){1,11})(?:共|等)?(?P<n>\d{1,2}|[两三四五六七八九十])(?:所|个|家)[^。;,()\n、]{0,4}?(?P<kind>学校|中小学|小学|中学|乡镇|镇|幼儿园|街道|校园|校区)")
_NAMED_BEHIND = re.compile(r"(?<!\d)(?P<n>\d{1,2})(?:所|个|家)[^。;,()\n]{0,8}(?P<kind>学校|小学|中学|乡镇|幼儿园)\((?P<list>[一-鿿]{2,14}(?:[、和及][一-鿿]{2,14}){1,14})\)")
_SO_MANY_SCHOOLS = re.compile(r"(?<![\d.])(?:\d{1,2}|[两三四五六七八九十])(?:所|个|家)(?=[^。;,()\n]{0,8}(?:学校|小学|中学|幼儿园|乡镇|镇|街道|校园|校区))")
_NAME_END = re.compile(r"(?:小学|中学|学校|[一二三四五六七八九十]中|附小|附中|幼儿园|校区|实验|分校|[一二三四五六]小|教学点|镇|乡|街道|[一二三]幼)$")
_QUOTED = re.compile(rf"[“\"](?P<list>[一-鿿]{{2,8}}(?:、[一-鿿]{{2,8}})+)[”\"]{_N}(?P<unit>个字|个|种|大|项|类)")
_QUOTES = re.compile(rf"(?P<list>(?:[“\"][^“”\"\n]{{1,14}}[”\"][、和]?){{2,}}){_N}(?:种|项|大|类)(?![“\"])")
_SHORT = re.compile(r"(?P<list>[一-鿿]{2,10}(?:[、和][一-鿿]{2,10})+)[“\"](?P<n>[两二三四五六七八九])(?P<last>[一-鿿])[”\"]")
_FIELDS = re.compile(rf"(?P<list>[一-鿿]{{2,10}}(?:[、和与及][一-鿿]{{2,10}}){{2,}}?)(?P<etc>等)?{_N}(?:个|大)?(?:方面|领域|维度|层面|学科|科(?=一共|共|教师))")
_FIELD = re.compile(r"(?<=[两三四五六七八九十\d个大])(?:方面|领域|维度|层面|学科|科(?=一共|共|教师))")
_BEHIND_QUOTE = re.compile(rf"[”\"]{_N}(?:个字|个|种|大|项|类)|[“\"][两三四五六七八九][一-鿿][”\"]")
_OPENS = re.compile(r"[在从就按对向由将把以含为]|围绕|通过|包括|实施|开展|涉及|要求|涵盖|聚焦")
_ABOVE = re.compile(rf"(?m)^[^\n。]{{0,6}}?(?:以上|上述){_N}(?:个|项|条|点)(?:问题|任务|措施|工作|要求|事项|意见|建议|方面)")
_MARK = re.compile(r"(?:^|[。;])\s*(?P<n>\d{1,2})[.、](?!\d)|^\s*[((]?(?P<c>[一二三四五六七八九十]{1,3})[))、]")
_LISTED = re.compile(r"#(?P<gap>[^#,。;:()、和与]{0,14})(?:分别|依次)[^#,。;、]{0,6}?(?P<list>#(?:[、和]#)+)(?!以)")
_YEARS_LISTED = re.compile(r"(?P<years>(?:20\d\d年?[、和]){1,9}20\d\d年?)(?P<n>[两三四五六七八九十])年")
_NUMBERED = re.compile(r"(?m)(?:^|[。;\s])(?P<kind>问题|任务|项目|措施|举措|工程|行动|关爱|目标|步骤|清单|专项|重点|附件|表)(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})[::、.]")
_LEVELS = re.compile(r"(?m)^\s*(?:(?P<a>[一二三四五六七八九十]{1,3})、|[((](?P<b>[一二三四五六七八九十]{1,3})[))]|[((](?P<c>\d{1,2})[))]|(?P<d>\d{1,2})[.、](?!\d))")


def _after_mark(folded: str, at: int) -> int:
    """Return where the clause before a place begins: behind the last mark or line break."""
    return max(folded.rfind(mark, max(0, at - 200), at) for mark in "。;:,\n(") + 1


def miscounted_lists(context: Context) -> Iterator[Flaw]:
    """Return the numbers of items (四个方面, 9所学校) that the list in front of or behind them does not have."""
    folded = context.folded
    for place in re.finditer("位一体", folded):
        united = _IN_ONE.search(folded, max(0, place.start() - 60), place.end())
        items = united["list"].count("、") + 1 if united is not None else 0
        if united is not None and items >= 3 and items != _number(united["n"]):
            yield _miscounted(context, united, items)
    for anchor in _SO_MANY_SCHOOLS.finditer(folded):
        for pattern, begin in ((_NAMED, _after_mark(folded, anchor.start())), (_NAMED_BEHIND, anchor.start())):
            match = pattern.search(folded, begin, anchor.end() + 200) if pattern is _NAMED_BEHIND else pattern.search(folded, begin, anchor.end() + 4)
            if match is None or match.start("n") != anchor.start() + (len(anchor[0]) - len(anchor[0].lstrip("共等"))):
                continue
            names = re.split(r"[、和及]", match["list"])
            if len(names) >= 2 and sum(_NAME_END.search(name) is not None for name in names) >= len(names) - (pattern is _NAMED) and (len(names) > _number(match["n"]) > 0 if "等" in match[0] else len(names) != _number(match["n"])):
                yield _miscounted(context, match, len(names))
    yield from _announced(context)
    yield from _listed(context)


def _miscounted(context: Context, match: re.Match[str], items: int) -> Flaw:
    written = context.text[match.start("n") : match.end("n")]
    return Flaw(f"列举与个数不符：列出{items}项，文中写为“{context.text[match.start('n') : match.end()][:12]}”。", (), str(items), written, match.start(), match.end())


def _announced(context: Context) -> Iterator[Flaw]:
    """Return the announced numbers (以下四个方面：, 五个方面：一是…) that the numbered items right behind them do not have."""
    folded = context.folded
    for first in _FIRST_ITEM.finditer(folded):
        mark = first.start()
        sentence = re.compile(r"[^。;:\n]{2,60}[。:]").fullmatch(folded, max(_after_mark(folded, mark), mark - 60), mark + 1)
        if sentence is None:
            continue
        head = _COUNT.search(sentence[0])
        if head is None or re.search(r"第[一二三四五六七八九十]$", sentence[0][: head.start()]):
            continue
        count = _number(head["n"])
        rest = folded[sentence.end() :]
        pattern = _IS if rest.lstrip().startswith("一是") else _FIRSTLY if rest.lstrip().startswith("第一") else _HEADED
        if pattern is _FIRSTLY:
            rest = "\n" + rest
        items = 0
        for item in pattern.finditer(rest[:20000]):
            if _number(item["n"]) == items + 1:
                items += 1
            else:
                break
        if items >= 2 and count >= 2 and items != count:
            start = sentence.start() + head.start("n")
            yield Flaw(f"列举与个数不符：后面列出{items}项，文中写为“{context.text[start : sentence.end() - 1]}”。", (), str(items), head["n"], start, sentence.end())


def named_counts(context: Context) -> Iterator[Flaw]:
    """Return the numbers (规划、分流、提升“四招”, 上述三个问题) that are not those of the words named in front of them."""
    folded = context.folded
    for anchor in _BEHIND_QUOTE.finditer(folded) if "“" in folded or '"' in folded else ():
        yield from _quoted(context, anchor)
    for place in _FIELD.finditer(folded):
        begin = _after_mark(folded, place.start())
        yield from _fields(context, _FIELDS.search(folded, max(begin, place.start() - 80), place.end() + 2) if "、" in folded[begin : place.start()] else None)
    yield from _above(context)


def _quoted(context: Context, anchor: re.Match[str]) -> Iterator[Flaw]:
    """Check a number behind quoted words (“甲、乙、丙”三项, “甲”“乙”两项) or in quotes behind words (甲节、乙节“两节”)."""
    folded, begin = context.folded, max(0, anchor.start() - 90)
    short = _SHORT.search(folded, begin, anchor.end())
    if short is not None and short.end() == anchor.end():
        names = re.split("[、和]", short["list"])
        if len(names) != _number(short["n"]) and all(name.endswith(short["last"]) for name in names):
            yield _miscounted(context, short, len(names))
        return
    listed = _QUOTED.search(folded, begin, anchor.end())
    if listed is not None and listed.end() == anchor.end():
        words = listed["list"].split("、")
        items = sum(map(len, words)) if listed["unit"] == "个字" else len(words)
        if items != _number(listed["n"]):
            yield _miscounted(context, listed, items)
        return
    quotes = _QUOTES.search(folded, begin, anchor.end() + 1)
    if quotes is not None and quotes.end() == anchor.end():
        items = quotes["list"].count("“") or quotes["list"].count('"') // 2
        if items != _number(quotes["n"]) and folded[quotes.start() - 1 : quotes.start()] not in ("、", "和", "等"):
            yield _miscounted(context, quotes, items)


def _fields(context: Context, match: re.Match[str] | None) -> Iterator[Flaw]:
    if match is None:
        return
    items = match["list"].split("、")
    opened = [k for k, item in enumerate(items) if _OPENS.search(item)]
    items = items[opened[-1] :] if opened else items
    joined = sum(len(re.findall("[和与及]", item)) for item in items)
    stated = _number(match["n"])
    most, least = len(items) + joined, len(items)
    if least >= 3 and (stated < least or stated > most and not match["etc"]) and context.folded[match.start() - 1 : match.start()] not in ("、", "和", "”", '"', "》", ")"):
        yield _miscounted(context, match, most)


def _above(context: Context) -> Iterator[Flaw]:
    """Check 上述三个问题 against the numbered items that end right above it."""
    for match in _ABOVE.finditer(context.folded) if "以上" in context.folded or "上述" in context.folded else ():
        above = context.folded[: match.start()].rstrip().split("\n")[-12:]
        marks = [int(m["n"]) if m["n"] else _number(m["c"]) for line in above for m in _MARK.finditer(line)]
        last = marks[-1] if marks else 0
        if last >= 2 and marks[-last:] == list(range(1, last + 1)) and _MARK.match(above[-1]) and _number(match["n"]) >= 2 and last != _number(match["n"]):
            yield _miscounted(context, match, last)


def _listed(context: Context) -> Iterator[Flaw]:
    """Check 3所学校分别为a、b、c and 2021、2022、2023三年 against the numbers listed."""
    for line, match in context.matches(_LISTED, "分别", "依次"):
        whole = line.figures[line.index(match.start())]
        items = match["list"].count("#")
        if whole.unit in ("个", "项", "所", "年", "名", "人", "家", "类") and whole.qualifier == "=" and whole.value is not None and whole.value_max is None and 2 <= whole.value <= 12 and whole.value != items:
            yield Flaw(f"列举与个数不符：列出{items}项，文中写为“{whole.text}”。", (whole,), str(items), whole.text, whole.start, line.at(match, "list").end)
    for match in _YEARS_LISTED.finditer(context.folded):
        items = len(re.findall(r"20\d\d", match["years"]))
        if items != _number(match["n"]):
            yield _miscounted(context, match, items)


def broken_numbering(context: Context) -> Iterator[Flaw]:
    """Return the numbers of items that stand between k and k＋2 and are not k＋1 (问题1, 问题3, 问题3)."""
    runs: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for match in _NUMBERED.finditer(context.folded):
        runs[match["kind"]].append((_number(match["n"]), match.start("n"), match.end("n")))
    for match in _LEVELS.finditer(context.folded):
        kind = match.lastgroup or ""
        runs[kind].append((_number(match[kind]), match.start(kind), match.end(kind)))
    for run in runs.values():
        for (before, *_), (own, start, end), (after, *_) in zip(run, run[1:], run[2:], strict=False):
            if after == before + 2 and own != before + 1 and own:
                yield Flaw(f"编号次序不对：{before}与{after}之间写为“{context.text[start:end]}”。", (), str(before + 1), context.text[start:end], start, end)


def _number(text: str) -> int:
    value = parse_numeral(text)
    return int(value) if value is not None else 0
