"""Problems, measures and their links in the layouts that offices use: documents of ``cases/layouts``, marked as its README says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doc_miner.pipeline import default_miner

FOLDER = Path(__file__).parent / "cases" / "layouts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
STATUS = {"d": "done", "o": "ongoing", "p": "planned"}
_MARK = re.compile(r"\{(?P<kind>[pm])(?P<number>\d+)(?P<status>[dop]?)\|(?P<text>[^{}]*)\}")

Problems = dict[str, str]
"""Name of each problem to its text."""
Measures = list[tuple[str, str, str]]
"""Text, name of the problem it answers (``0``: none), status."""


def read(name: str) -> tuple[str, Problems, Measures]:
    """Return the text of a case without its marks, and what they mark: problems and measures."""
    marked = (FOLDER / f"{name}.txt").read_text("utf-8")
    problems: Problems = {}
    measures: Measures = []
    for mark in _MARK.finditer(marked):
        text = bare(mark["text"])
        if mark["kind"] == "p":
            problems[mark["number"]] = text
        else:
            measures.append((text, mark["number"], STATUS[mark["status"]]))
    return _MARK.sub(lambda mark: mark["text"], marked), problems, measures


def bare(text: str) -> str:
    """Return a text without the marks at its ends, which belong to it or not."""
    return text.strip(" \n。；;，“”")


def mined(name: str) -> tuple[list[str], Measures]:
    """Return the problems and measures that are found in a case, in the form of `read`."""
    text, problems, _ = read(name)
    report = default_miner().mine_text(text)
    names = {text: number for number, text in problems.items()}
    of = {problem.problem_id: names.get(bare(problem.text), "?") for problem in report.problems}
    return [bare(problem.text) for problem in report.problems], [(bare(m.text), of[m.problem_id] if m.problem_id else "0", m.status or "") for m in report.measures]


@pytest.mark.parametrize("name", NAMES)
def test_problems_are_found(name: str) -> None:
    _, problems, _ = read(name)
    assert mined(name)[0] == list(problems.values())


@pytest.mark.parametrize("name", NAMES)
def test_measures_are_found_with_their_problem_and_status(name: str) -> None:
    _, _, measures = read(name)
    assert mined(name)[1] == measures
