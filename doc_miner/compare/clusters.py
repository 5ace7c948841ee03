"""Find statements that say nearly the same, in a time that grows with their number and not with its square.

Numbers and the names of regions do not count: 招聘教师35名 and 招聘教师120名 say the same thing of two counties.
Candidates come from MinHash signatures of character bigrams in bands; each is then measured exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from doc_miner.similarity import bigrams, dice
from doc_miner.textfold import fold

ALIKE = 0.72
"""Dice coefficient of bigrams from which two statements are the same; copied measures with changed names and numbers lie above 0.8."""

_BANDS, _ROWS = 16, 4
"""A pair with a Jaccard index of 0.56 (Dice 0.72) shares a band with a probability of 0.82, one of 0.7 with 0.99."""
_MOST_TRIED = 8
"""Clusters that are tried in a bucket; bounds the time where thousands share one."""
_NUMBER = re.compile(r"[\d０-９〇零一二三四五六七八九十百千万亿两]+(?:[.．]\d+)?")
_PLACE = re.compile(r"(?:全|我|本|该)(?:县|区|市|旗|城区|州)|[一-鿿]{2,8}?(?:中学|小学|学校|幼儿园)(?=[、，。；）)]|$)")


def clusters(texts: Sequence[str], names: Sequence[Sequence[str]]) -> list[int]:
    """Return for each of *texts* the number of its cluster, counted from 0 in the order of first appearance.

    *names* holds for each text the names of its region, which are left out of the comparison. Each
    cluster is led by its first text; a text joins the cluster whose leader it resembles most.
    """
    out: list[int] = []
    leaders: list[frozenset[str]] = []
    known: dict[str, int] = {}
    buckets: dict[tuple[int, bytes], list[int]] = {}
    signer = _Signer()
    for text, own in zip(texts, names, strict=True):
        plain = skeleton(text, own)
        if plain not in known:
            grams = bigrams(plain)
            bands = signer.bands(grams)
            candidates = dict.fromkeys(number for band in bands for number in buckets.get(band, ())[:_MOST_TRIED])
            best = max(((dice(grams, leaders[number]), -number) for number in candidates), default=(0.0, 0))
            if best[0] >= ALIKE:
                known[plain] = -best[1]
            else:
                known[plain] = len(leaders)
                leaders.append(grams)
                for band in bands:
                    buckets.setdefault(band, []).append(known[plain])
        out.append(known[plain])
    return out


def skeleton(text: str, names: Sequence[str] = ()) -> str:
    """Return what two statements share that differ in numbers and in whom they speak of.

    >>> skeleton("青岚县招聘教师35名，", ["青岚县"]) == skeleton("全县招聘教师120名。")
    True
    """
    text = fold(text)
    for name in names:
        text = text.replace(name, "")
    return re.sub(r"[\W_]+", "", _NUMBER.sub("0", _PLACE.sub("", text))) or text


class _Signer:
    """Computes MinHash signatures; the hash functions are fixed, so the same texts always give the same clusters."""

    def __init__(self) -> None:
        generator = np.random.Generator(np.random.PCG64(20170601))
        count = _BANDS * _ROWS
        self._factors = generator.integers(1, 2**63, count, dtype=np.uint64) | np.uint64(1)
        self._offsets = generator.integers(0, 2**63, count, dtype=np.uint64)

    def bands(self, grams: frozenset[str]) -> list[tuple[int, bytes]]:
        """Return (number of the band, its rows) for each band of the signature."""
        keys = np.fromiter((_key(gram) for gram in grams), np.uint64, len(grams))
        mixed = (keys[:, None] * self._factors + self._offsets) >> np.uint64(20)
        signature = mixed.min(axis=0).reshape(_BANDS, _ROWS)
        return [(number, band.tobytes()) for number, band in enumerate(signature)]


def _key(gram: str) -> int:
    """Return a number for a bigram (longer ones occur for texts of a single character only)."""
    first, second = ord(gram[0]) if gram else 0, ord(gram[1]) if len(gram) > 1 else 0
    return ((first << 21) | second) * 0x9E3779B97F4A7C15 & (2**64 - 1)
