"""What a user chooses: regions, categories and years, typed as lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from doc_miner.errors import SettingsError
from doc_miner.lexicon import Category
from doc_miner.textfold import fold

_BETWEEN = re.compile(r"[,，、;；]")
_YEARS = re.compile(r"(?P<first>(?:19|20)\d\d)年?(?:(?:-|至|到)(?P<last>(?:19|20)\d\d)年?)?")


def listed(typed: Iterable[str] | None) -> list[str]:
    """Return the names in options that may be repeated and may each hold several.

    >>> listed(["柳江、融安", "450206"])
    ['柳江', '融安', '450206']
    """
    return list(dict.fromkeys(part.strip() for one in typed or () for part in _BETWEEN.split(one) if part.strip()))


def years(typed: Iterable[str] | None) -> list[int]:
    """Return the years that are listed, ranges with all their years; raises `SettingsError` for what is no year.

    >>> years(["2019-2021，2023年"])
    [2019, 2020, 2021, 2023]
    """
    out: set[int] = set()
    for part in listed(typed):
        match = _YEARS.fullmatch(fold(part).replace(" ", ""))
        last = int(match["last"] or match["first"]) if match else 0
        if match is None or last < int(match["first"]):
            raise SettingsError(f"“{part}”不是年份；写法如 2021、2019,2021 或 2019-2022。")
        out.update(range(int(match["first"]), last + 1))
    return sorted(out)


def categories(typed: Iterable[str] | None, known: Mapping[str, Category]) -> list[str]:
    """Return the codes of the categories typed as code or name; raises `SettingsError` with the candidates for an unknown one."""
    names = {category.name: code for code, category in known.items()}
    out = []
    for part in listed(typed):
        code = part.upper() if part.upper() in known else names.get(part)
        if code is None:
            raise SettingsError(f"没有类别“{part}”；可用：{'、'.join(f'{code} {category.name}' for code, category in known.items())}。")
        out.append(code)
    return list(dict.fromkeys(out))
