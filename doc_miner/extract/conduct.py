"""Read how a measure stands: its status and its deadline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from doc_miner.dates import DateMention, find_dates
from doc_miner.lexicon import Lexicon
from doc_miner.textfold import fold

_DONE_SHAPES = r"(?:进行|举行|组织|给予|开设|设立|设置|发放|更换|维修|改造)了|补充了?教|招聘(?:引进|教师|了)|采购(?:了|\d)|[下减增提上扩压缩]\S?(?:降|少|加|高|升|大|减|小)[到至为]|降为|投入(?:资金)?[约近超]?\d|投资[约近超]?\d|(?<!每年)(?<!每学期)(?<!每月)(?:招聘|补发|开通|建起|新聘|添置|更换|更新|补充|遴选|选聘|列支|拿出|腾出|划拨|录用|轮训|添)[^,。;每]{0,14}?\d|安排(?:资金)?\d|培训[^,。;]{0,8}\d"
_NOT_DONE = r"已(?:成为|有计划|列入(?:明年|下)|纳入|着手)"
_PLANNED_SHAPES = r"将(?=于|在|继续|进一步|逐步|投入|新建|建|对|按|通过|全面|重点|启动|争取|为|招|开|实施|推|加|完|拿出|安排|组织|新增|扩建|改造|改建|启用|筹|选|引|出台|制定|采取|再|积极|大力|着力|定期|持续|统筹|严格|深入|把|以)|[列纳]入[^,。;]{0,10}计划|规划(?=拆除|建设|新建|迁建)|待[^,。;]{1,10}后|(?:20\d\d)年[^,。;]{0,10}前|到20\d\d年|20\d\d年底[^,。;]{0,8}(?:完成|建成|达到|实现)|(?<!\d)1?\d月(?:底|末|[上中下]旬|\d{1,2}日)?前"
_NOT_PLANNED = r"争取(?:到)?[^,。;]{0,14}(?:资金|补助|经费|投资)[^,。;]{0,4}\d|计划(?:$|生育|单列|》|[,。]|内|管理)|拟(?:定|订)"
_PAST_YEAR = re.compile(r"(?:19|20)\d{2}年(?:以来|来)?|去年|上年|近年来|今年以来|三年来|两年来|近[两三五]年")
_PROGRESS_DONE = re.compile(r"完成|整改到位|办结|销号|达标|结业|竣工|到位|投用|已(?!有|列|纳|启动|着手|开工|知|报|进入|成立专班)")
_PROGRESS_ONGOING = re.compile(r"正在|推进|持续|长期|进行中|基本完成|部分完成|逐步|已启动|启动|序时|阶段性|常态|开工|在建|施工|招标|筹备|有序")
_PROGRESS_OPEN = re.compile(r"(?:未|没有|待)(?:全部|完全|按期)?(?:完成|销号|办结|整改到位)")
_PROGRESS_PLANNED = re.compile(r"未启动|未开工|尚未|计划|拟|待|列入|准备|将")

_NO_DEADLINE = re.compile(r"规划|计划\(|方案|》|〔|以来|年度(?:公用|预算)")


@dataclass(frozen=True, slots=True)
class Cues:
    """The cue words of status and deadline of a lexicon (``cues.tsv``), as patterns over folded text."""

    done: re.Pattern[str]
    ongoing: re.Pattern[str]
    planned: re.Pattern[str]
    promise: re.Pattern[str]


def cues_of(lexicon: Lexicon) -> Cues:
    """Return the cues of a lexicon; what a word must not be part of (拟定, 计划生育) stands in this module."""
    done, ongoing, planned, promise = (_words(lexicon, kind) for kind in ("status-done", "status-ongoing", "status-planned", "deadline"))
    return Cues(
        re.compile(rf"(?!{_NOT_DONE})(?:{done}|{_DONE_SHAPES})"), re.compile(ongoing), re.compile(rf"(?!{_NOT_PLANNED})(?:{planned}|{_PLANNED_SHAPES})"), re.compile(promise)
    )


def _words(lexicon: Lexicon, kind: str) -> str:
    return "|".join(re.escape(form) for form in sorted(lexicon.cues[kind], key=len, reverse=True))


def status_of(folded: str, cues: Cues, *, results: bool, planned_section: bool, plan_document: bool, reference: date | None, past: bool = False) -> str:
    """Return ``done``, ``ongoing`` or ``planned`` for a measure's folded text.

    *results*: it stands under a heading of results; *planned_section*: under next steps or
    recommendations; *plan_document*: in a plan, where an unmarked item is planned; *past*: under
    a heading that tells of what was done before (前期工作).
    """
    results = results or past
    bare = _NAMED.sub("", folded)
    bare = _PROGRAMME.sub("", bare)
    done, ongoing, planned = _votes(bare, cues, reference)
    head = _NEXT.split(bare, maxsplit=1)
    if len(head) > 1 and planned and (before := _votes(head[0], cues, reference))[0] and not before[2]:
        done, ongoing, planned = before  # what was done is the main thing, what comes next an addition
    if planned_section:
        return "done" if done >= 4 and not planned and done > ongoing else "planned"
    if plan_document and not past:
        if not planned and (stated := _STATED.match(bare)):
            return "ongoing" if stated["now"] else "done"
        already = _ACHIEVED.search(bare)
        return "done" if already and not planned and done >= max(2, ongoing) else "planned"
    if (stated := _STATED.match(bare)) and stated["now"]:
        return "ongoing"
    if planned and planned >= done:
        return "planned"
    if done and done * 4 >= ongoing:
        return "done"
    if past and (done or _DIGIT.search(bare)):
        return "done"
    return "done" if results and done >= 2 else "ongoing"


_STATED = re.compile(r"(?:目前|截至目前|现|我[县区市校]|全[县区市]|[县区市](?:政府|教育局)|,){0,3}(?:(?P<now>正在)|(?:均|全部)?已(?!有计划|列入|纳入|成为|知|备))")
"""How an item of a plan begins that tells of what is done or being done."""
_PROGRAMME = re.compile(r"(?:特岗|国培|省培|行动|改善|招生|培养|提升|改造|讲学|支教|专项|[两三四五]年)计划")
"""A plan in the name of a programme (特岗计划) promises nothing."""
_NAMED = re.compile(r"《[^》]{0,60}》|“[^”]{0,30}”")
_ACHIEVED = re.compile(r"已(?:经)?(?:完成|全部|整改|建成|落实|解决|投入使用)|目前已|已于")
_DIGIT = re.compile(r"\d")
_SENTENCE_END = re.compile(r"[。;:!?\n]")
_YEAR_NAMED = re.compile(r"20\d\d年")
_OF_A_PLAN = re.compile(r"规划|计划|方案|年度")
_NEXT = re.compile(r"[。;](?=下一步|下步|今后|下阶段|接下来|后续)")
_ALREADY = re.compile(r"已(?:经)?(?:于|在|按|如期|提前|全部|全面)|截[至止]")
_SURELY_DONE = re.compile(r"已|[增成立建高善决到]了|截[至止]|累计|先后|去年|上年|近[两三五]年")
_AHEAD_AT = 8
"""Characters into a clause up to which a promise governs the clauses that follow it in its sentence (2024年底前投入…，新建…)."""


def _votes(bare: str, cues: Cues, reference: date | None) -> tuple[int, int, int]:
    """Return how many clauses of a folded text are done, ongoing and planned."""
    done = ongoing = planned = 0
    for sentence in _SENTENCE_END.split(bare):
        promised = False
        for clause in sentence.split(","):
            promise = cues.planned.search(clause)
            if promise is not None and (promise[0][0].isdigit() or promise[0].startswith("到20")) and _is_behind(clause, promise.start(), reference):
                done += 1
            elif promise is not None or _is_ahead(clause, reference):
                planned += 1
                promised = promised or promise is None or promise.start() <= _AHEAD_AT
            elif cues.done.search(clause) or _is_past(clause, reference):
                done, planned = (done, planned + 1) if promised and not _SURELY_DONE.search(clause) else (done + 1, planned)
            elif cues.ongoing.search(clause):
                ongoing += 1
    return done, ongoing, planned


def _is_behind(clause: str, at: int, reference: date | None) -> bool:
    """Return whether the day that a clause names is past (已于2023年6月底前完成; 到2020年5月，…降至14个)."""
    if _ALREADY.search(clause, 0, at + 4) is not None:
        return True
    if reference is None:
        return False
    return any(mention.end > at and (mention.last or mention.first or reference) < reference for mention in find_dates(clause, reference)[:1])


def _is_ahead(clause: str, reference: date | None) -> bool:
    """Return whether a clause tells what happens on a day to come (2024年上半年完成), counted from *reference*."""
    if reference is None or "年" not in clause or _YEAR_NAMED.search(clause) is None or _OF_A_PLAN.search(clause):
        return False
    return any(mention.first is not None and mention.first > reference and mention.kind in ("point", "deadline", "school") for mention in find_dates(clause, reference))


def _is_past(clause: str, reference: date | None) -> bool:
    """Return whether a clause tells of a past year and of a number reached in it."""
    match = _PAST_YEAR.search(clause) if "年" in clause else None
    if match is None or not _DIGIT.search(clause, match.end()):
        return False
    digits = match[0][:4] if match[0][0].isdigit() else None
    return digits is None or reference is None or int(digits) <= reference.year


def status_of_progress(text: str) -> str | None:
    """Return the status that a cell or line 进展 states, or ``None`` if it states none."""
    folded = fold(text)
    if not folded.strip():
        return None
    if _PROGRESS_PLANNED.search(folded) and (re.match(r"尚?未(?:启动|开工|开始|实施)", folded) or not re.search(r"已|正在", folded)):
        return "planned"
    if _PROGRESS_OPEN.search(folded):
        return "ongoing"
    if _PROGRESS_ONGOING.search(folded) and not re.match(r"已完成|完成|已整改到位", folded):
        return "ongoing"
    if _PROGRESS_DONE.search(folded):
        return "done"
    return "ongoing" if _PROGRESS_ONGOING.search(folded) else None


def deadline_of(folded: str, cues: Cues, reference: date | None, *, planned: bool) -> str | None:
    """Return the latest day (ISO 8601) by which a measure's folded text promises something, or ``None``.

    A date of the past, a plan's own years and a span such as 利用两年时间 are no deadlines.
    """
    labels = list(_LIMIT.finditer(folded)) if ":" in folded else []
    if labels and (limit := latest_deadline([folded[labels[-1].end() : labels[-1].end() + 30].split(")")[0]], reference)):
        return limit
    masked = _CITED.sub(lambda m: "\u3000" * len(m[0]), folded)
    if not planned and "前" not in masked and cues.promise.search(masked) is None:
        return None  # nothing in it makes a date a promise
    days = [day for mention in find_dates(masked, reference) if (day := _promised_day(mention, masked, cues, reference, planned))]
    return max(days).isoformat() if days else None


_CITED = re.compile(r"《[^》]{0,80}》|\([^()]{0,30}〔[^)]{0,20}\)")
_CLAUSE_END = re.compile(r"[,。;]")
_OPENED = re.compile(r"[^()]{0,12}(?:完成|建成|投用|投入使用|到位|前)")
_FROM_THEN_ON = re.compile(r"\s?(?:起|开始|至今|以来|度?(?:预算|公用经费|财政))")
_LENGTH = re.compile(r"[一二两三四五六\d]{1,2}年(?:之|以)?内")
_MONTH = re.compile(r"月|季")
_LIMIT = re.compile(r"(?:完成|整改)?(?:时限|期限|完成时间|完成日期)\s?[:]\s?")
"""A label inside an item in front of its own time limit."""
_SURE = re.compile(r"前$|以前$|之前$")


def _promised_day(mention: DateMention, masked: str, cues: Cues, reference: date | None, planned: bool) -> date | None:
    day = mention.last
    if day is None or mention.kind in ("vague", "since", "span", "school"):
        return _term_day(mention, masked, cues, reference, planned) if mention.kind == "school" else None
    if reference is not None and day < reference:
        return None
    before = _CLAUSE_END.split(masked[max(0, mention.start - 16) : mention.start])[-1]
    after = _CLAUSE_END.split(masked[mention.end : mention.end + 30])[0]
    bracketed = before.endswith("(") and not _OPENED.match(mention.text[-1] + after)
    if _NO_DEADLINE.match(after) or before.endswith("《") or bracketed or _FROM_THEN_ON.match(after):
        return None
    sure = mention.kind == "deadline" and _SURE.search(mention.text) is not None
    if _LENGTH.match(mention.text):
        return None  # a span of time (力争两年内), whose first day nobody states
    if reference is not None:
        begins = mention.first or date(day.year, day.month if _MONTH.search(mention.text) else 1, 1)
        if not sure and begins <= reference and not cues.promise.search(before + after[:8]):
            return None
    elif not sure and re.search(r"截至|截止|已|完成了|了", before + after[:6]):
        return None
    if sure:
        return None if re.search(r"截至|截止|已(?:经)?$", before) else day
    if cues.promise.search(before + after):
        return day
    if reference is not None and planned and (mention.first or day) > reference:
        return day
    return day if mention.kind == "deadline" and planned and not re.search(r"截至|截止", before) else None


def _term_day(mention: DateMention, masked: str, cues: Cues, reference: date | None, planned: bool) -> date | None:
    """Return the day by which something is promised for a school term: its opening (2025年秋季学期 → 2025-09-30)."""
    if mention.first is None or (reference is not None and mention.first <= reference):
        return None
    after = re.split(r"[,。;]", masked[mention.end : mention.end + 20])[0]
    before = re.split(r"[,。;]", masked[max(0, mention.start - 12) : mention.start])[-1]
    if re.match(r"\s?(?:起|开始)", after) or not (planned or cues.promise.search(before + after)):
        return None
    last = date(mention.first.year, mention.first.month, 30 if mention.first.month == 9 else 28)
    return last


def latest_deadline(cells: Sequence[str], reference: date | None) -> str | None:
    """Return the deadline that a cell or line 完成时限 states; 长期坚持 and 已完成 are none."""
    for cell in cells:
        folded = fold(cell)
        if re.search(r"长期|持续|已完成|立行立改|常态", folded) and not re.search(r"\d{4}", folded):
            continue
        days = [m.last for m in find_dates(folded, reference) if m.last is not None and m.kind not in ("vague", "since")]
        dotted = re.search(r"(20\d\d)[.](\d{1,2})(?![\d.])", folded)
        if dotted and not days:
            return latest_deadline([f"{dotted[1]}年{int(dotted[2])}月"], reference)
        if days:
            return max(days).isoformat()
    return None
