"""Read what a document says of itself: title, type, issuer, number, date of issue, region."""

from __future__ import annotations

import re
from calendar import monthrange

from doc_miner.dates import find_dates
from doc_miner.extract.passages import Passages
from doc_miner.lexicon import Lexicon
from doc_miner.model import Document, Metadata, Span
from doc_miner.numerals import parse_chinese
from doc_miner.regions import Region
from doc_miner.source import Warning
from doc_miner.textfold import fold

_NUMBER = re.compile(r"[一-鿿]{2,12}\s?[〔\[(【]\s?(?:19|20)\d{2}\s?[〕\])】]\s?第?\s?\d{1,4}\s?号")
_SALUTATION = re.compile(r"^[^,。;]{2,40}[:]$")
_TITLE_END = re.compile(
    r"(?:报告|方案|汇报|意见|公报|答复|通知|函|总结|计划|规划|办法|规定|要点|通报|反馈|情况|意见书|回复|材料|台账|清单|决定|纪要|细则|条例|措施|公告|复函|请示|纲要)(?:》)?(?:[(][^()]{1,20}[)])?$"
)
_ORGAN = r"(?:人民政府(?:办公室|办公厅|教育督导室|教育督导委员会(?:办公室)?)?|教育督导委员会(?:办公室)?|教育局|教育体育局|教体局|教育和体育局|教育科技局|教育厅|教育委员会|统计局|督导室|工作领导小组(?:办公室)?|领导小组(?:办公室)?|督导组|督导评估组|评估组|专项督导组|人大常委会(?:办公室)?|委员会(?:办公室)?|办公室|办公厅|政府|发展和改革局|财政局|信访局)"
_ISSUER_IN_TITLE = re.compile(rf"^(?P<issuer>[一-鿿]{{2,24}}?{_ORGAN})(?=关于|对|转发|印发|20\d\d|履行|落实|创建|$)")
_SCHOOL = re.compile(r"[一-鿿]{2,20}(?:小学|中学|学校|幼儿园|中心校)")
_DAY = re.compile(r"(?P<y>(?:19|20)\d{2}|[二一][〇零○OoО0][一二三四五六七八九〇零○0]{2})\s?[年.-]\s?(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s?(?:[月.-]\s?(?:(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s?日?)?)?")
_DATE_ALONE = re.compile(rf"^[\s(]*{_DAY.pattern}[\s)]*(?:印发)?$")
_SIGNED = re.compile(rf"{_ORGAN}\s*{_DAY.pattern}(?:印发)?\s*$")
_PRINTED = re.compile(rf"{_DAY.pattern}\s?印发")
_MADE_KNOWN = re.compile(rf"{_DAY.pattern}[^。]{{0,40}}公布")
_DAY_AND_REST = re.compile(rf"\s*{_DAY.pattern}.*$")
_ORGAN_AT_END = re.compile(rf"{_ORGAN}$")
_NO_ORGAN = re.compile(r"[,。;:【】、]|责任|牵头|配合|承办")
_YEAR_MONTH = re.compile(r"^[\s(]*(?P<y>(?:19|20)\d{2})\s?年\s?(?P<m>\d{1,2})\s?月[\s)]*$")
_DELIVERED = re.compile(rf"[\s(\-—–]*{_DAY.pattern}在[^。\n]{{4,40}}(?:会议|大会|全会|常委会)上[\s)]*$")
"""The line below a report's title that says when it was given (——2024年1月10日在…会议上)."""
_PUBLISHED = re.compile(r"(?:发布日期|发布时间|成文日期|发文日期|印发日期|时间|日期)\s?[:]?\s?" + _DAY.pattern)


def read_metadata(document: Document, lexicon: Lexicon) -> Metadata:
    """Return the meta data of a document; what it does not say is ``None``."""
    folded = fold(document.text)
    passages = Passages(document.text, folded, lexicon)
    lines = passages.paragraphs(0, min(len(document.text), 4000))[:16]
    title_span = find_title(document, passages, lines)
    title = re.sub(r"\s+", "", document.text[title_span[0] : title_span[1]]) if title_span else None
    title = _without_number(title).lstrip("#") if title else (re.sub(r"\s+", "", document.lead.split("\n")[0]) or None)
    foot = passages.paragraphs(max(0, len(document.text) - 900), len(document.text))[-14:]
    number = _own_number(document, folded, lines, title_span)
    issuer = _issuer(document, folded, title, lines, foot)
    date = _date(document, folded, lines, foot)
    doc_type = doc_type_of(title or "", lexicon, document)
    region, warnings = _region(document, title, issuer, date, lexicon, lines)
    return Metadata(title, doc_type, issuer, number, date, region, warnings)


# --- title and type --------------------------------------------------------------------------
def find_title(document: Document, passages: Passages, lines: list[Span]) -> Span | None:
    """Return the span of the title: as the file marks it, else the first line (or lines) that reads like one."""
    if document.title_span is not None:
        return document.title_span
    best: Span | None = None
    for index, (start, end) in enumerate(lines[:8]):
        text = passages.folded[start:end]
        if _SALUTATION.match(text) or len(text) > 90 or text.endswith(("。", ";")):
            if best is not None or len(text) > 120:
                break
            continue
        if _NUMBER.fullmatch(text.strip()) or re.match(r"[一二三四五六七八九十]+、|(?:根据|为)", text):
            continue
        stop = end
        if not _TITLE_END.search(text) and index + 1 < len(lines):
            following = passages.folded[lines[index + 1][0] : lines[index + 1][1]]
            if len(following) <= 50 and _TITLE_END.search(following) and not _SALUTATION.match(following) and not re.search(r"[,。]", following):
                stop = lines[index + 1][1]
        if _TITLE_END.search(passages.folded[start:stop].strip()):
            return start, stop
        best = best or (start, stop)
    return best


def _without_number(title: str) -> str:
    match = _NUMBER.match(fold(title))
    return title[match.end() :] if match else title


def doc_type_of(title: str, lexicon: Lexicon, document: Document) -> str:
    """Return the document type that a title names: the form that ends last in it, the longest where two do; 其他 for none."""
    folded = re.sub(r"[《》“”\"()]", "", fold(title))
    best: tuple[int, int, str] | None = None
    for form, doc_type in lexicon.doc_types:
        at = folded.rfind(form)
        if at >= 0 and (best is None or (at + len(form), len(form)) > best[:2]):
            best = (at + len(form), len(form), doc_type)
    if best is not None and (best[2] in ("督导反馈", "工作汇报") or folded.endswith(("公告", "公示", "通报"))) and re.search(r"整改(?:工作|任务|落实)?(?:情况|落实|报告|进展|完成|结果)", folded):
        return "整改报告"
    if best is not None and best[2] == "实施方案" and "整改" in folded:
        return "整改方案"
    return best[2] if best else "其他"


# --- number, date, issuer --------------------------------------------------------------------
def _own_number(document: Document, folded: str, lines: list[Span], title: Span | None) -> str | None:
    for start, end in lines[:8]:
        if folded[start] == "(" and folded[end - 1] == ")":
            start, end = start + 1, end - 1
        match = _NUMBER.match(folded, start, end)
        if match and (match.end() == end or (title is not None and start == title[0]) or end - match.end() < 40):
            return document.text[match.start() : match.end()].strip()
        if re.search(r"[。;]", folded[start:end]):
            break
        inside = _NUMBER.search(folded, start, end)
        if inside and inside.end() == end and inside.start() - start <= 12 and "《" not in folded[start:end] and "号)" not in folded[start : end + 1]:
            return document.text[inside.start() : inside.end()].strip()
    for line in document.lead.split("\n"):
        if re.search(r"文号|字号", line):
            found = _NUMBER.search(line)
            if found:
                return found[0].strip()
    return None


def _iso(match: re.Match[str]) -> str | None:
    year = match["y"].replace("O", "〇").replace("o", "〇").replace("О", "〇")
    y = int(year) if year.isdigit() else parse_chinese(year.replace("0", "〇"))
    m = int(match["m"]) if match["m"].isdigit() else parse_chinese(match["m"])
    day = match["d"] if "d" in match.re.groupindex else None
    d = None if not day else int(day) if day.isdigit() else parse_chinese(day)
    if not y or not m or not 1 <= m <= 12 or (d is not None and not 1 <= d <= monthrange(y, m)[1]):
        return None
    return f"{y:04d}-{m:02d}" + (f"-{d:02d}" if d else "")


def _date(document: Document, folded: str, lines: list[Span], foot: list[Span]) -> str | None:
    for start, end in reversed(foot):
        line = folded[start:end].strip()
        match = _DATE_ALONE.match(line) or (_DAY.search(line) if len(line) <= 44 and _SIGNED.search(line) else None)
        if match and (iso := _iso(match)):
            return iso
    for start, end in lines[:8]:
        match = _DATE_ALONE.match(folded[start:end].strip())
        if match and (iso := _iso(match)):
            return iso
    for start, end in foot:
        line = folded[start:end]
        found = _PRINTED.search(line) if "印发" in line else None
        if found and (iso := _iso(found)):
            return iso
    for start, end in lines[:8]:
        found = _MADE_KNOWN.search(folded[start:end]) if end - start <= 80 else None
        if found and (iso := _iso(found)):
            return iso
    for start, end in lines[:8]:
        found = _DELIVERED.match(folded, start, end)
        if found and (iso := _iso(found)):
            return iso
    for line in [document.lead, *(folded[a:b] for a, b in lines[:6])]:
        found = _PUBLISHED.search(fold(line))
        if found and (iso := _iso(found)):
            return iso
    return None


def _issuer(document: Document, folded: str, title: str | None, lines: list[Span], foot: list[Span]) -> str | None:
    """Return the body that signs, else the one in the title, else the one that has a line of its own below the title."""
    printed = None
    signed = next((above for above, below in zip(foot, foot[1:], strict=False) if _DATE_ALONE.match(folded[below[0] : below[1]].strip())), None)
    if signed is not None and _SCHOOL.fullmatch(folded[signed[0] : signed[1]].strip()):
        return document.text[signed[0] : signed[1]].strip()
    for start, end in reversed(foot):
        line = folded[start:end]
        name = _organ_alone(document.text[start:end])
        if name is None:
            continue
        if "印发" in line:
            printed = printed or name
            continue
        return name
    if title:
        match = _ISSUER_IN_TITLE.match(fold(title))
        if match:
            return title[: match.end("issuer")]
    below = next((name for start, end in lines[1:5] if (name := _organ_alone(document.text[start:end]))), None)
    return below or _letterhead(document.text, lines) or printed


def _letterhead(text: str, lines: list[Span]) -> str | None:
    """Return the body whose paper it is (青岚县教育督导委员会文件), which stands alone above the number of the document."""
    for start, end in lines[:3]:
        head = "".join(text[start:end].split())
        if head.endswith("文件") and (name := _organ_alone(head.removesuffix("文件"))):
            return name
    return None


def _organ_alone(text: str) -> str | None:
    """Return the name of a body that has a line to itself, with a date at most, or ``None``."""
    folded = fold(text).strip(" ()")
    bare = "".join(_DAY_AND_REST.sub("", folded).strip(" ()").split())
    if not 4 <= len(bare) <= 34 or _NO_ORGAN.search(bare) or bare.startswith(("抄送", "主送", "附件", "联系", "附")):
        return None
    return bare if _ORGAN_AT_END.search(bare) else None


# --- region ----------------------------------------------------------------------------------
def _region(document: Document, title: str | None, issuer: str | None, date: str | None, lexicon: Lexicon, lines: list[Span]) -> tuple[Region, tuple[Warning, ...]]:
    year = int(date[:4]) if date else _cited_year(document.text)
    head = " ".join(re.sub(r"\s+", "", document.text[a:b]) for a, b in lines[:6])
    found, candidates = lexicon.regions.resolve((title or "", issuer or "", head, document.text[:3000]), year)
    warnings: tuple[Warning, ...] = ()
    if not candidates and (found is None or found.county is None or found.code is None):
        found = _unlisted(document, title or "", issuer or "", head, found, lexicon)
        if found is not None and found.county is not None and found.province is None:
            above = lexicon.regions.city_named(document.text[:3000], year)
            if above is not None and found.city in (None, above.city):
                found = Region(found.code, above.province, above.city, found.county)
    if candidates:
        names = "、".join("".join(filter(None, (c.province, c.city, c.county))) for c in candidates[:6])
        warnings = (Warning("region-ambiguous", f"地区名对应多个县区，未作认定：{names}。"),)
    return found or Region(), warnings


_COUNTY = r"(?P<county>[一-鿿]{2,3}?(?:县|区|旗))"
_COUNTY_NAMED = re.compile(rf"(?:^|对|关于对?|向|赴|《|[一-鿿]市){_COUNTY}(?=人民政府|义务|履行|创建|教育|推进|开展|的|化解|关于|落实|政府|委|\d)")
_CITY_ABOVE = re.compile(r"(?P<city>(?<=位于)[一-鿿]{2,3}市|[一-鿿]{2,3}市(?=人民政府|委|教育|督导|政府))")
_COMMON = re.compile(r"^[全我本各该一两外邻辖城郊某市县区省级]|[各全该本]|开发区|新区|地区|城区|社区|校区|片区|园区|学区|景区|山区|库区|牧区|林区|矿区|市区|镇区|灾区|小区|辖区|省区")


def _unlisted(document: Document, title: str, issuer: str, head: str, found: Region | None, lexicon: Lexicon) -> Region | None:
    """Fill in a county that the table of regions does not hold, as the document names it; with its city where head or issuer states it."""
    county = found.county if found else None
    if county is None:
        names = [m["county"] for zone in (title, issuer) for m in _COUNTY_NAMED.finditer(zone) if not _COMMON.search(m["county"])]
        names += [m["county"] for m in re.finditer(rf"[—\-:,。]{_COUNTY}(?=化解|创建|推进|义务|教育|加快|打造|全力|着力)", title) if not _COMMON.search(m["county"])]
        county = next((name for name in names if document.text.count(name) >= 3 or f"{name}人民政府" in head), None)
    if county is None:
        return found
    city = found.city if found else None
    if city is None:
        cities = [m["city"].rpartition("省")[2] for zone in (title, issuer, head) for m in _CITY_ABOVE.finditer(zone) if not re.match(r"[全我本各该县某]|.?[各全本]", m["city"]) and not re.search(r"关于|[局厅委对向于]", m["city"])]
        city = cities[0] if cities else None
    province = found.province if found else None
    if province is None and city is not None:
        known = [region for region in lexicon.regions.lookup(city) if region.county is None and region.city == city]
        province = known[0].province if len(known) == 1 else None
    return Region(found.code if found else None, province, city, county)


def _cited_year(text: str) -> int | None:
    """Return the latest year named in a document without a date: the best guess of when its names were valid."""
    cited = [int(y) for y in re.findall(r"[〔\[]((?:19|20)\d{2})[〕\]]", text)]
    return max(cited or [m.year for m in find_dates(text[:6000]) if m.year and 1990 <= m.year <= 2035 and m.kind != "deadline"], default=None)
