"""Every case under ``tests/cases``: what must be found, what may be, and what must not (see the README there)."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from doc_miner import Figure, find_dates, find_figures

CASES = Path(__file__).parent / "cases"
FOLDERS = {"figures": "cases", "figures_negative": "texts", "dates": "cases"}
"""Folder to the key under which a group lists its cases."""

Listed = list[str]
"""A figure of a case: text, value, unit, qualifier, and "optional" where it need not be found."""


def _groups(folder: str) -> list[Any]:
    return [
        pytest.param(group["difficulty"], group[FOLDERS[folder]], id=f"{path.stem}-{number}")
        for path in sorted((CASES / folder).glob("*.toml"))
        for number, group in enumerate(tomllib.loads(path.read_text("utf-8"))["group"], 1)
    ]


def _report(difficulty: str, faults: dict[str, list[str]]) -> str:
    wrong = "\n".join(f"  {sentence}\n" + "\n".join(f"    {fault}" for fault in listed) for sentence, listed in faults.items() if listed)
    return f"{difficulty}\n{wrong}" if wrong else ""


def _exact(value: object) -> Fraction | None:
    return None if value in (None, "") else Fraction(value)  # type: ignore[arg-type]


def _placed(sentence: str, listed: list[Listed]) -> list[tuple[int, int, Listed]]:
    """Return the place of each listed text, each sought from the end of the one before it."""
    out, at = [], 0
    for entry in listed:
        start = sentence.index(entry[0], at)
        at = start + len(entry[0])
        out.append((start, at, entry))
    return out


def _misread_figures(sentence: str, listed: list[Listed]) -> list[str]:
    found = find_figures(sentence)
    places = _placed(sentence, listed)
    faults = [fault for start, end, entry in places if len(entry) == 4 for fault in _misread_figure(found, start, end, entry)]
    for figure in found:
        if not any(start < figure.end and figure.start < end for start, end, _ in places):
            faults.append(f"{figure.text} is no figure, but {figure.rule} finds one")
    return faults


def _misread_figure(found: list[Figure], start: int, end: int, entry: Listed) -> list[str]:
    figure = next((figure for figure in found if (figure.start, figure.end) == (start, end)), None)
    if figure is None:
        near = [figure.text for figure in found if figure.start < end and start < figure.end]
        return [f"{entry[0]} is not found; in its place {near}"]
    low, _, high = entry[1].partition("..")
    read = (_exact(figure.value), _exact(figure.value_max), figure.unit or "", figure.qualifier)
    return [] if read == (_exact(low), _exact(high), entry[2], entry[3]) else [f"{entry[0]} is read as {read}, not {entry[1:]}"]


@pytest.mark.parametrize(("difficulty", "cases"), _groups("figures"))
def test_every_figure_is_found_and_read(difficulty: str, cases: list[tuple[str, list[Listed]]]) -> None:
    assert _report(difficulty, {sentence: _misread_figures(sentence, listed) for sentence, listed in cases}) == ""


@pytest.mark.parametrize(("difficulty", "texts"), _groups("figures_negative"))
def test_what_is_no_figure_is_not_found(difficulty: str, texts: list[str]) -> None:
    assert _report(difficulty, {text: [f"{figure.text} ({figure.rule})" for figure in find_figures(text)] for text in texts}) == ""


@pytest.mark.parametrize(("difficulty", "cases"), _groups("dates"))
def test_every_date_is_found_and_read(difficulty: str, cases: list[tuple[str, str, list[list[str]]]]) -> None:
    faults = {}
    for sentence, reference, listed in cases:
        mentions = find_dates(sentence, date.fromisoformat(reference) if reference else None)
        found = [[mention.text, str(mention.first or ""), str(mention.last or "")] for mention in mentions]
        places = [start for start, _, _ in _placed(sentence, listed)]
        faults[sentence] = [] if (found, [mention.start for mention in mentions]) == (listed, places) else [f"found {found}, not {listed}"]
    assert _report(difficulty, faults) == ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_sentence_stands_twice_in_a_folder(folder: str) -> None:
    sentences = Counter(case if isinstance(case, str) else case[0] for group in _groups(folder) for case in group.values[1])
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


def test_negative_cases_are_as_many_as_positive_ones() -> None:
    counts = {folder: sum(len(group.values[1]) for group in _groups(folder)) for folder in FOLDERS}
    assert counts["figures_negative"] >= counts["figures"] > 0


@pytest.mark.parametrize("path", sorted(CASES.rglob("*.toml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_case_file_stays_short_and_says_what_is_hard(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") < 400
    assert all(group["difficulty"].strip() for group in tomllib.loads(text)["group"])
