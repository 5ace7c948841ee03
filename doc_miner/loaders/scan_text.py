"""Make runs of recognised lines: true sizes and places, and what the engine is known to misread put right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from doc_miner.loaders.ocr_engine import Letter, TextLine
from doc_miner.loaders.pdf_runs import Run
from doc_miner.loaders.scan_image import Rule

_BOX_OVER_SIZE = 1.1
"""How much higher a line's box is than its characters are wide, where the page does not tell."""
_SAME_SIZE = 0.13
"""Sizes that differ by less are one: they are measured, where other formats state them."""
_ENOUGH = 3
_SAME_HEIGHT = 0.3
"""The same for lines of few characters, whose size is told from the height of their box."""
_WIDE_GAP = 1.1
_OPEN, _CLOSE = "[\\[【〔［（(]", "[\\]】〕］）)]"
_YEAR = re.compile(rf"(?<=[\u4e00-\u9fff])({_OPEN})((?:19|20)\d\d)({_CLOSE})(?=第?\d{{1,4}}号)")
_DASH = re.compile(r"(?<=\d)一(?=\d)")
_MISREAD = frozenset("[]【】［］〔〕")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


@dataclass(frozen=True, slots=True)
class _Sized:
    line: TextLine
    size: float


def runs_of(lines: Sequence[TextLine], down: Sequence[Rule]) -> tuple[list[Run], int]:
    """Return the runs of recognised lines in pixels, cut at the rules *down* and at wide gaps, and how many marks were put right."""
    done = [_mended(_without_spaces(line)) for line in lines]
    lines = [line for line, _ in done if line.letters]
    runs = [run for one in _sized([line for line in lines if not _is_label(line)]) for run in _runs(one, down)]
    runs += [_label(line) for line in lines if _is_label(line)]
    return runs, sum(count for _, count in done)


def _is_label(line: TextLine) -> bool:
    """Return whether the line runs down the page; a lone character does not."""
    left, top, right, bottom = line.box
    return len(line.letters) > 1 and (line.is_stacked or bottom - top > 1.5 * (right - left))


def _label(line: TextLine) -> Run:
    left, top, right, bottom = line.box
    text = "".join(letter.text[0] for letter in line.letters)
    return Run(text, [left] * len(text) + [right], top, bottom, sideways=True, confidence=line.score)


def _without_spaces(line: TextLine) -> TextLine:
    """Return *line* without spaces but for those between two Latin words; wide gaps show in the places of the characters."""
    letters = line.letters
    kept = [
        letter
        for index, letter in enumerate(letters)
        if not letter.text.isspace()
        or (0 < index < len(letters) - 1 and _is_latin(letters[index - 1].text) and _is_latin(letters[index + 1].text))
    ]
    return replace(line, letters=tuple(kept))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _mended(line: TextLine) -> tuple[TextLine, int]:
    """Return *line* with the brackets of document numbers as they are printed, 〔2019〕, where the engine read others, and a dash for 一 between digits.

    Round brackets on both sides stay: some offices do print them.
    """
    text = line.text
    if len(text) != len(line.letters):
        return line, 0
    letters, count = list(line.letters), 0
    for match in _YEAR.finditer(text):
        first, last = match[1], match[3]
        if first + last != "〔〕" and (first in _MISREAD or last in _MISREAD):
            letters[match.start(1)] = replace(letters[match.start(1)], text="〔")
            letters[match.start(3)] = replace(letters[match.start(3)], text="〕")
            count += 1
    for match in _DASH.finditer(text):
        letters[match.start()] = replace(letters[match.start()], text="—")
        count += 1
    return (replace(line, letters=tuple(letters)), count) if count else (line, 0)


# --- sizes -------------------------------------------------------------------------------------
def _sized(lines: Sequence[TextLine]) -> list[_Sized]:
    """Return the lines with the size of their characters, those that are nearly of one size being given the same."""
    pitches = [_pitch(line) for line in lines]
    ratios = [_height(line) / pitch for line, pitch in zip(lines, pitches, strict=True) if pitch]
    over = median(ratios) if len(ratios) >= _ENOUGH else _BOX_OVER_SIZE
    known = _common_sizes([(pitch, len(line.letters)) for line, pitch in zip(lines, pitches, strict=True) if pitch])
    return [
        _Sized(line, _nearest(known, pitch, _SAME_SIZE) if pitch else _nearest(known, _height(line) / over, _SAME_HEIGHT))
        for line, pitch in zip(lines, pitches, strict=True)
    ]


def _common_sizes(measured: Sequence[tuple[float, int]]) -> list[float]:
    """Return the sizes on a page, that of most characters first, from sizes measured and the number of characters each."""
    weights: dict[float, int] = {}
    for size, count in sorted(measured, key=lambda item: -item[1]):
        near = next((known for known in weights if abs(known - size) < _SAME_SIZE * known), size)
        weights[near] = weights.get(near, 0) + count
    return sorted(weights, key=lambda size: -weights[size])


def _nearest(known: Sequence[float], size: float, apart: float) -> float:
    return next((one for one in known if abs(one - size) < apart * one), size)


def _height(line: TextLine) -> float:
    return line.box[3] - line.box[1]


def _pitch(line: TextLine) -> float | None:
    """Return the distance in pixels of one Chinese character from the next, where there are enough of them: their size."""
    steps = [
        _middle(other) - _middle(one)
        for one, other in zip(line.letters, line.letters[1:], strict=False)
        if _WIDE.match(one.text) and _WIDE.match(other.text)
    ]
    if len(steps) < _ENOUGH:
        return None
    pitch = median(steps)
    # Much more than the height is text set apart, much less a box of two lines.
    return pitch if 0.5 < pitch / max(1.0, _height(line)) < 1.2 else None


# --- runs --------------------------------------------------------------------------------------
def _middle(letter: Letter) -> float:
    return (letter.left + letter.right) / 2


def _half(letter: Letter, size: float) -> float:
    return size / (2 if unicodedata.east_asian_width(letter.text[0]) in "WFA" else 4)


def _runs(one: _Sized, down: Sequence[Rule]) -> Iterator[Run]:
    line, size = one.line, one.size
    middle = (line.box[1] + line.box[3]) / 2
    walls = [x for x, top, bottom in down if top <= middle <= bottom]
    letters: list[Letter] = []
    for letter in line.letters:
        if letters:
            before, here = _middle(letters[-1]), _middle(letter)
            gap = here - before - _half(letters[-1], size) - _half(letter, size)
            if gap > _WIDE_GAP * size or any(before < x < here for x in walls):
                yield _run(letters, size, middle, line.score)
                letters = []
        letters.append(letter)
    if letters:
        yield _run(letters, size, middle, line.score)


def _run(letters: Sequence[Letter], size: float, middle: float, score: float) -> Run:
    """Return the run of *letters*; the engine tells the middle of each well, its edges hardly."""
    middles = [_middle(letter) for letter in letters]
    halves = [_half(letter, size) for letter in letters]
    edges = [middles[0] - halves[0]]
    for index in range(1, len(letters)):
        before, here = middles[index - 1], middles[index]
        share = halves[index - 1] / (halves[index - 1] + halves[index])
        edges.append(max(edges[-1], before + share * (here - before)))
    edges.append(max(edges[-1], middles[-1] + halves[-1]))
    text = "".join(letter.text[0] for letter in letters)
    return Run(text, edges, middle - size / 2, middle + size / 2, confidence=score)
