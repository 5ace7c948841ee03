"""The regions of a dataset, and which of them a user means who types 柳江, 柳江县 or 450206."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doc_miner.errors import SettingsError
from doc_miner.regions import RegionTable
from doc_miner.textfold import fold

_SUFFIX = re.compile(r"(?:自治[县旗州区]|地区|林区|特区|[省市县区旗盟州])$")
_OFFICE = re.compile(r"(?<=.{2})(?:人民政府|政府|教育局|教育和体育局|教体局)$")
_CODE = re.compile(r"\d\d(?:\d\d){0,2}")
_MOST_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A region that documents of the dataset speak for; what is not known is None."""

    code: str | None
    province: str | None
    city: str | None
    county: str | None

    @property
    def name(self) -> str:
        """The smallest unit that is known."""
        return self.county or self.city or self.province or ""

    @property
    def full(self) -> str:
        """The name with what lies above it and its code, which tells it from others of its name."""
        above = "".join(part for part in (self.province, self.city, self.county) if part)
        return f"{above}（{self.code}）" if self.code else above


def places_of(db: sqlite3.Connection) -> list[Place]:
    """Return the regions of the documents in a dataset, in the order of their codes and names."""
    rows = db.execute("SELECT DISTINCT region_code, province, city, county FROM documents WHERE coalesce(county, city, province) IS NOT NULL")
    return sorted((Place(*row) for row in rows), key=lambda place: (place.code or "9", place.province or "", place.city or "", place.county or ""))


def choose(typed: Iterable[str], known: Sequence[Place], table: RegionTable) -> list[Place]:
    """Return those of the *known* places that *typed* names mean, in the order of *known*.

    A name may be short (柳江), former (柳江县), of its government (柳江区人民政府), a code, or of a city or
    province or the code of one (4502), which means all places in it. Raises `SettingsError` for a name that fits none or several, with the candidates.
    """
    chosen = {place for name in typed for place in _meant(_OFFICE.sub("", fold("".join(name.split()))), known, table)}
    return [place for place in known if place in chosen]


def _meant(name: str, known: Sequence[Place], table: RegionTable) -> list[Place]:
    if above := [place for place in known if name in (place.city, place.province)]:
        return above
    named = [place for place in known if name in (place.code, place.county)]
    if found := named or [place for place in known if _short(place.county) == _short(name)]:
        return _single(name, found)
    if above := [place for place in known if _short(name) in (_short(place.city), _short(place.province))]:
        return above
    if _CODE.fullmatch(name) and (within := [place for place in known if (place.code or "").startswith(re.sub(r"(?<=..)(?:00)+$", "", name))]):
        return within
    regions = table.lookup(name)
    codes = {region.code for region in regions}
    if found := [place for place in known if place.code in codes]:
        return _single(name, found)
    if within := [place for place in known if any((r.city or r.province) in (place.city, place.province) and not r.county for r in regions)]:
        return within
    raise SettingsError(_unknown(name, known, [Place(r.code, r.province, r.city, r.county) for r in regions]))


def _short(name: str | None) -> str | None:
    """Return a name without what says of which kind it is; names of two characters keep it (吉县)."""
    return name if name is None or len(name) <= 2 else _SUFFIX.sub("", name)


def _single(name: str, found: list[Place]) -> list[Place]:
    if len(found) > 1:
        raise SettingsError(f"“{name}”可以指几个地区：{_listed(found)}；请写全称或代码。")
    return found


def _unknown(name: str, known: Sequence[Place], meant: Sequence[Place]) -> str:
    if meant:
        return f"数据集中没有“{name}”（{_listed(meant)}）的文档；有：{_listed(known)}。"
    letters = set(_short(name) or "")
    shared = {place: len(letters & set(_short(place.name) or "")) for place in known}
    near = sorted((place for place in known if shared[place]), key=lambda place: -shared[place]) or known
    return f"没有叫“{name}”的地区；数据集中有：{_listed(near)}。"


def _listed(places: Sequence[Place]) -> str:
    shown = "、".join(place.full for place in places[:_MOST_CANDIDATES])
    return shown + (f" 等 {len(places)} 个" if len(places) > _MOST_CANDIDATES else "")
