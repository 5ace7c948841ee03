"""Find the region that a document belongs to: provinces, cities and counties, by name and year.

Names are read in the title, the issuer, the head and the body, in this order of trust. A name counts only where
it can stand as a name (建和县级骨干教师 does not name 和县). Where several regions fit, none is taken.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from doc_miner.errors import LexiconError

_HEADER = "code\tname\tlevel\tparent\tsince\tuntil\tformer\tnote"
_ROW = re.compile(
    r"\d{6}\t[一-鿿]{2,15}\t(?:province\t|(?:city|county)\t\d{6})\t(?:\d{4})?\t(?:\d{4})?\t"
    r"(?:[一-鿿]{2,15}:\d{4}(?:;(?!\t))?)*\t(?:generic|word)?",
    re.ASCII,
)
_TABLE = re.compile(rf"{_HEADER}\n(?:{_ROW.pattern}\n)*+", re.ASCII)
_FORMER = re.compile(r"(?:^|;)([一-鿿]{2,15}):(\d{4})")
_WIDTH, _OPEN, _LONGEST = 8, 9999, 15
_LEVELS = ("province", "city", "county")
_HEAD = 2  # the zones before it are the title and the issuer, the one after it is the body
_ENDING = re.compile("[县区市旗省州盟]")
_SUFFIX = re.compile("[一-鿿]{0,12}自治[区州县旗]|特别行政区|地区|林区|特区|[省市县区旗盟州]")
_WORDS_AFTER = {"区": "级域", "市": "级场", "旗": "级帜"}
# A Chinese character before a doubtful name shows that it is none, unless it is one of these.
_CONNECTIVES = frozenset("对在由与及向赴年")
_LEAD = re.compile(r"\A[\W_]*(?:\d{4}年度?)?(?:中共)?[\W_]*")
_ORGAN = re.compile("人民政府|政府|教育局|教育和?体育局|教体局|教育委|教育督导|委|人大|政协|人民代表")
_NATIONAL = re.compile(
    r"\A[\W_]*(?:\d{4}年)?(?:关于)?(?:中共中央|国务院|教育部|中华人民共和国|全国人|全国政协|全国教育|国家教育督导"
    r"|国家教育委|国家发展|国家统计局|新疆生产建设兵团)|国务院总理|国务院令第\w+号公布|全国人民代表大会第\w+次会议上"
)

# A county that the table does not list, as the very start of a title or an issuer states it.
_PLAIN = r"(?:(?![省市县区旗盟])[一-鿿])"
_UNLISTED = re.compile(
    rf"(?P<province>{_PLAIN}{{2,6}}?(?:省|自治区))?(?P<city>{_PLAIN}{{2,9}}?(?:市|自治州|地区|盟))?"
    rf"(?P<county>(?P<stem>{_PLAIN}{{2,5}}?)(?:自治县|县|区|旗))(?:(?={_ORGAN.pattern})"
    r"|(?<![地学校社园景库牧林矿郊辖特老片灾山城强税业大小][县区旗])"
    r"(?=教育|落实|创建|关于|义务|优质|均衡|推进|迎|接受|整改|实施|开展|全面|加强|深化|20\d\d|二〇|[\W_]|$))"
)
_NO_NAME = re.compile(
    "^(?:[全我各本该某此贵每外邻对在将把以从到为和与及第]|关于)|[全各我本该某新的与和等特]$|印发|推进|教育|义务|均衡|学校|创建"
    "|落实|实施|加强|建设|建立|评估|督导|发展|国家|贫|示范|先进|先行|重点|试点|试验|项目|特色|边境|民族|援|帮扶|对口|结对|被"
    "|认定|受检|验收|申报|达标|合格|薄弱|自治|行政|所在|支持|根据|部分|有关|相关|所有|若干|其他|[东西南北中]部|管|高新|开发"
    "|经开|保税|自贸|合作|协作|功能|工业|度假|风景|年"
)


@dataclass(frozen=True, slots=True)
class Region:
    """A region with what lies above it, in full official form; what is not known is None.

    Districts of 北京, 天津, 上海, 重庆 and counties that answer to their province have no city.
    """

    code: str | None = None
    province: str | None = None
    city: str | None = None
    county: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    code: str
    name: str
    level: str
    parent: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class RegionTable:
    """All regions from county level up since 1980, as lexicons/regions.tsv lists them."""

    _cells: Sequence[str]
    _codes: Sequence[str]
    _by_name: Mapping[str, Sequence[int]]
    _names: Sequence[str]
    """The names in order, for those that begin with a word."""
    _by_former: Mapping[str, Mapping[int, int]]
    """For each former name the rows that bore it and the year in which they gave it up."""

    @classmethod
    def load(cls, path: Path) -> RegionTable:
        """Read the table; raise `LexiconError` with every fault in it."""
        try:
            text = path.read_text(encoding="utf-8-sig").rstrip("\n") + "\n"
        except (OSError, UnicodeDecodeError) as error:
            raise LexiconError([f"{path.name}:1: 读不了这个文件（{error}）。"]) from error
        cells = text.replace("\n", "\t").split("\t")[_WIDTH:-1]
        if faults := [f"{path.name}:{fault}" for fault in _faults(text, cells)]:
            raise LexiconError(faults)
        by_name: dict[str, list[int]] = {}
        for index, name in enumerate(cells[1::_WIDTH]):
            by_name.setdefault(name, []).append(index)
        by_former: dict[str, dict[int, int]] = {}
        for index, former in enumerate(cells[6::_WIDTH]):
            for name, year in _FORMER.findall(former) if former else ():
                by_former.setdefault(name, {}).setdefault(index, int(year))
        return cls(cells, cells[::_WIDTH], by_name, sorted(by_name), by_former)

    def resolve(self, zones: Sequence[str], year: int | None) -> tuple[Region | None, tuple[Region, ...]]:
        """Return the region that *zones* speak of in *year*, and the candidates if several fit.

        *zones* are the title, the issuer, the head and the body; an absent one is "". With
        candidates, the region is the city or province that an earlier zone names, or None.
        """
        broad: Region | None = None
        unlisted: Region | None = None
        pending: tuple[Region, ...] = ()
        limit = len(zones)
        for rank, zone in enumerate(_LEAD.sub("", zone) for zone in zones):
            if rank >= limit or (rank == _HEAD and not (broad or pending) and any(map(_NATIONAL.search, zones[:3]))):
                break
            mentions = self._mentions(zone, year, broad)
            stated = None if pending or rank >= _HEAD else self._unlisted(zone, mentions)
            if stated and (unlisted is None or (unlisted.county == stated.county and stated.city)):
                unlisted, limit = stated, _HEAD
                continue
            picks = [region for region in _pick(mentions, rank) if broad is None or _inside(region, broad)]
            fitting = tuple(r for r in pending or picks if any(_inside(r, pick) for pick in picks))
            if len(fitting) > 1:
                pending = fitting
            elif fitting and not fitting[0].county:
                broad, pending = fitting[0], ()
                if rank < _HEAD:  # after a title about a city, only a head may still name a county
                    limit = min(limit, _HEAD if mentions[0].start == 0 else _HEAD + 1)
            elif fitting and not unlisted:
                return fitting[0], ()
        if unlisted and broad and not (unlisted.province or unlisted.city):
            unlisted = replace(unlisted, province=broad.province, city=broad.city)
        return unlisted or broad, () if unlisted else pending

    def city_named(self, text: str, year: int | None) -> Region | None:
        """Return the one city (or, where none is named, the one province) that *text* names, or names twice as often as any other."""
        named = Counter(region for mention in self._mentions(text, year, None) for region in _broad(mention.regions))
        for pool in ({r: n for r, n in named.items() if r.city}, {r: n for r, n in named.items() if not r.city}):
            ranked = sorted(pool.items(), key=lambda item: -item[1])
            if ranked and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1]):
                return ranked[0][0]
            if ranked:
                return None
        return None

    def lookup(self, name: str) -> tuple[Region, ...]:
        """Return the regions that a typed name or code may mean, the likeliest first.

        Short forms (柳江), former names (柳江县) and names with what lies above (广西柳江) do.
        """
        typed = re.sub(r"\s", "", name)
        ranked = [((0, 0, 0, -row.since), self._region(row, _OPEN)) for row in self._coded(typed)]
        for cut in range(len(typed) - 1):
            own = typed[cut:]
            short = [full for full in self._beginning(own) if _SUFFIX.fullmatch(full, len(own))]
            like = [(0, row) for row in _last(self._listed(own))] + [(1, row) for row in self._heirs(own, _OPEN)]
            for kind, row in like + [(2, row) for full in short for row in _last(self._listed(full))]:
                region = self._region(row, _OPEN)
                above = iter(f"{region.province}{region.city}")
                if all(character in above for character in typed[:cut]):
                    order = (kind, row.until != _OPEN, _LEVELS.index(row.level), -row.until)
                    ranked.append((order, region))
        return tuple(dict.fromkeys(region for _, region in sorted(ranked, key=lambda item: item[0])))

    def _row(self, index: int) -> _Row:
        code, name, level, parent, since, until = self._cells[index * _WIDTH : index * _WIDTH + 6]
        return _Row(code, name, level, parent, int(since or 0), int(until or _OPEN))

    def _listed(self, name: str) -> list[_Row]:
        return [self._row(index) for index in self._by_name.get(name, ())]

    def _beginning(self, word: str) -> list[str]:
        """Return the names that begin with *word*, in the order of the table."""
        begin = bisect_left(self._names, word)
        end = begin
        while end < len(self._names) and self._names[end].startswith(word):
            end += 1
        return sorted(self._names[begin:end], key=lambda name: self._by_name[name][0])

    def _coded(self, code: str) -> list[_Row]:
        return [self._row(index) for index in range(bisect_left(self._codes, code), bisect_right(self._codes, code))]

    def _heirs(self, name: str, year: int) -> list[_Row]:
        """Return the rows, valid in *year*, that bore *name* before."""
        rows = (self._row(index) for index, given_up in self._by_former.get(name, {}).items() if given_up <= year)
        return [row for row in rows if row.since <= year <= row.until]

    def _region(self, row: _Row, year: int) -> Region:
        """Return the region of a row with the names that lay above it in *year*, or nearest to it."""
        at = min(max(year, row.since), row.until)
        code, names = row.code, {row.level: row.name}
        while row.parent:
            end = row.until
            above = [other for other in self._coded(row.parent) if other.since <= at <= other.until]
            row = max(above, key=lambda other: (other.since < end, other.since))
            names[row.level] = row.name
        return Region(code, *(names.get(level) for level in _LEVELS))

    def _named(self, name: str, year: int | None) -> tuple[Region, ...]:
        """Return what *name* meant in *year*: then valid, else given up by then, else the latest."""
        at = _OPEN if year is None else year
        last = _last(rows := self._listed(name))
        valid = [row for row in rows if row.since <= at <= row.until and (at < row.until or row in last)]
        chosen = valid or (self._heirs(name, at) if year else []) or last
        return tuple(dict.fromkeys(self._region(row, at) for row in chosen))

    def _mentions(self, zone: str, year: int | None, broad: Region | None) -> list[_Mention]:
        """Return the names in *zone*, each with the regions that it can mean there."""
        found: list[_Mention] = []
        meaning = cache(partial(self._named, year=year))
        for end in (ending.end() for ending in _ENDING.finditer(zone)):
            floor = found[-1].end if found else 0
            for start in range(max(floor, end - _LONGEST), end - 1):
                name, longer = zone[start:end], {zone[start : end + 1], zone[start : end + 2]}
                if name in self._by_name and not any(map(self._by_name.__contains__, longer - {name})):
                    above = found[-1].regions if found and floor == start else ()
                    regions = _within(meaning(name), above) if _broad(above) else meaning(name)
                    if regions and self._stands(zone, start, end, above):
                        found.append(_Mention(start, end, regions))
                        break
        named = [region for mention in found for region in _broad(mention.regions)]
        cities = [region for region in named if region.city]
        for index, mention in enumerate(found):
            kept = (_within(mention.regions, pool) for pool in (cities, named, [broad] if broad else []))
            found[index] = replace(mention, regions=next(filter(None, kept), mention.regions))
        return found

    def _stands(self, zone: str, start: int, end: int, above: Sequence[Region]) -> bool:
        """Tell whether a name is one where it stands; *above* is what the name right before it means."""
        before, after = zone[start - 1 : start], zone[end : end + 1] or "\n"
        if after in _WORDS_AFTER.get(zone[end - 1], "级"):
            return False
        note = self._cells[self._by_name[zone[start:end]][0] * _WIDTH + 7]
        if note == "generic":
            return bool(_broad(above)) or (start == 0 and bool(_ORGAN.match(zone, end)))
        bounded = bool(above) or not "一" <= before <= "鿿" or before in _CONNECTIVES
        if note == "word" or end - start == 2:
            return bounded and after not in "域城"
        return bounded or after != "域"

    def _unlisted(self, zone: str, mentions: Sequence[_Mention]) -> Region | None:
        """Return the county that starts *zone* if the table does not list it there."""
        found = _UNLISTED.match(zone)
        if not found or any(map(_NO_NAME.search, (found["stem"], found["city"] or ""))):
            return None
        ends = {mention.end: mention for mention in mentions}
        county, city = ends.get(found.end("county")), ends.get(found.end("city"))
        listed = county and (city or not found["city"] or county.start > found.start("county"))
        if listed or (city and not _broad(city.regions)):
            return None
        above = city or ends.get(found.end("province"))
        province = above.regions[0].province if above else found["province"]
        return Region(None, province, city.regions[0].city if city else found["city"], found["county"])


def _faults(text: str, cells: Sequence[str]) -> Iterator[str]:
    """Yield the faults of a table, each after its line number; *cells* are those below its header."""
    if not _TABLE.fullmatch(text):
        header, *lines = text.removesuffix("\n").split("\n")
        if header != _HEADER:
            yield f"1: 首行应为 {_HEADER!r}。"
        unsound = ((number, line) for number, line in enumerate(lines, 2) if not _ROW.fullmatch(line))
        yield from (f"{number}: 这一行不合格式：{line!r}。" for number, line in unsound)
        return
    missing = set(cells[3::_WIDTH]) - set(cells[::_WIDTH]) - {""}
    keys = list(zip(cells[::_WIDTH], cells[4::_WIDTH], strict=True))
    if missing or keys != sorted(keys):
        yield from (f"{n}: 上级 {code!r} 不在表中。" for n, code in enumerate(cells[3::_WIDTH], 2) if code in missing)
        yield from (f"{n}: 没有按 code、since 排序。" for n in range(3, len(keys) + 2) if keys[n - 2] < keys[n - 3])


def _last(rows: Sequence[_Row]) -> list[_Row]:
    """Return the rows that do not go on in another of the same name with a new code or parent."""
    home = {"46": "44", "50": "51"}  # 海南 left 广东 in 1988, 重庆 left 四川 in 1997
    begun = {(row.since, home.get(row.code[:2], row.code[:2])) for row in rows}
    return [row for row in rows if (row.until, home.get(row.code[:2], row.code[:2])) not in begun]


def _inside(region: Region, broad: Region) -> bool:
    """Tell whether *region* is *broad* or lies in it."""
    above = (broad.province, broad.city or region.city, broad.county)
    return region == broad or above == (region.province, region.city, None)


def _within(regions: Sequence[Region], pool: Sequence[Region]) -> tuple[Region, ...]:
    return tuple(region for region in regions if any(_inside(region, broad) for broad in pool))


def _broad(regions: Sequence[Region]) -> Sequence[Region]:
    """Return the one city or province that a name means, or nothing."""
    return regions if len(regions) == 1 and not regions[0].county else ()


def _pick(mentions: Sequence[_Mention], rank: int) -> tuple[Region, ...]:
    """Return the region that a zone speaks of; several if it does not say which of them."""
    votes = Counter(mention.regions for mention in mentions)
    counties = [regions for regions in votes if regions[0].county]
    pool = counties or [r for r in votes if not any(r != other and _within(other, r) for other in votes)]
    if rank < _HEAD and mentions and mentions[0].start == 0:
        subject = mentions[0]
        for mention in mentions:
            subject = mention if mention.start == subject.end else subject
        pool = [regions for regions in counties if _within(regions, subject.regions)]
        if len(pool) != 1:
            return subject.regions
    best = max((votes[regions] for regions in pool), default=0)
    chosen = [regions for regions in pool if votes[regions] == best]
    rival = max((n for r, n in votes.items() if not any(c == r or _within(c, r) for c in chosen)), default=0)
    if (rank >= _HEAD and rival > best) or (rank > _HEAD and (len(chosen) != 1 or best <= max(1, 2 * rival))):
        return ()
    return tuple(dict.fromkeys(region for regions in chosen for region in regions))
