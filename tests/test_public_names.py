"""The names that other programs rely on, and that asking for them costs nothing before they are used."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path

import pytest

import doc_miner

PROMISED = {
    "Dataset",
    "DateMention",
    "DocMinerError",
    "Figure",
    "Lexicon",
    "LexiconError",
    "LoadError",
    "Measure",
    "Problem",
    "Report",
    "__version__",
    "find_dates",
    "find_figures",
    "mine",
    "open_dataset",
}
HEAVY = ["spacy", "pandas", "sklearn", "jieba", "pdfplumber", "lxml", "numpy", "pypdfium2", "trafilatura", "typer", "rich"]
ROOT = Path(__file__).resolve().parents[1]


def loaded_after(statement: str) -> set[str]:
    """Return which heavy packages a fresh interpreter has loaded after a statement."""
    program = f"import json, sys\n{statement}\nprint(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout))


def test_the_public_names_are_those_promised() -> None:
    assert sorted(doc_miner.__all__) == sorted(PROMISED)
    assert len(doc_miner.__all__) == len(set(doc_miner.__all__))


def test_the_names_of_the_contract_are_public(shared: Path) -> None:
    """The contract is authoritative: what its Python section calls must exist under that name."""
    section = (shared / "CONTRACT.md").read_text("utf-8").split("## Python")[1]
    called = set(re.findall(r"doc_miner\.([a-z_]+)\(", section)) | set(re.findall(r"list of ([A-Z]\w+)", section))
    assert {"mine", "find_figures", "find_dates", "open_dataset"} <= called
    assert called - set(doc_miner.__all__) == set()


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_public_name_is_there_and_described(name: str) -> None:
    value = getattr(doc_miner, name)
    assert name == "__version__" or value.__doc__


def test_importing_everything_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from doc_miner import *", names)
    assert set(names) - {"__builtins__"} == PROMISED


def test_a_name_is_the_same_object_wherever_it_is_taken_from() -> None:
    assert doc_miner.find_dates is import_module("doc_miner.dates").find_dates
    assert doc_miner.Figure is import_module("doc_miner.model").Figure


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="module 'doc_miner' has no attribute 'find_problems'"):
        doc_miner.find_problems  # noqa: B018


def test_the_version_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", doc_miner.__version__)


@pytest.mark.parametrize("name", ["LoadError", "LexiconError"])
def test_errors_a_user_can_repair_have_one_base(name: str) -> None:
    assert issubclass(getattr(doc_miner, name), doc_miner.DocMinerError)


@pytest.mark.parametrize("name", ["Figure", "Problem", "Measure", "Report", "DateMention"])
def test_records_are_frozen(name: str) -> None:
    record = getattr(doc_miner, name)
    assert is_dataclass(record) and record.__dataclass_params__.frozen and hasattr(record, "__slots__")


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_after("import doc_miner") == set()


def test_dates_need_nothing_heavy() -> None:
    assert loaded_after("import doc_miner; doc_miner.find_dates('2025年底前')") == set()


def test_figures_need_no_loader_and_no_segmenter() -> None:
    """They may load numpy: the classifier that stands ready with the miner is a table of numbers."""
    assert loaded_after("import doc_miner; doc_miner.find_figures('投入1.44亿元')") <= {"numpy"}


def test_opening_a_dataset_loads_pandas_only_when_a_table_is_asked_for() -> None:
    assert loaded_after("import doc_miner; doc_miner.open_dataset") == set()


def test_importing_the_package_loads_no_module_of_its_own() -> None:
    program = "import sys, doc_miner; print(sorted(name for name in sys.modules if name.startswith('doc_miner')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['doc_miner']"


def test_the_public_names_are_listed_by_dir() -> None:
    program = "import doc_miner; print(sorted(set(doc_miner.__all__) - set(dir(doc_miner))))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


# --- the promises of the contract, on one example each -------------------------------------------
def test_figures_have_offsets_into_the_string_given() -> None:
    text = "投入1.44亿元，新增学位4050个"
    assert [(figure.text, text[figure.start : figure.end], str(figure.value), figure.unit) for figure in doc_miner.find_figures(text)] == [
        ("1.44亿元", "1.44亿元", "144000000", "元"),
        ("4050个", "4050个", "4050", "个"),
    ]


def test_dates_have_text_place_and_days() -> None:
    (mention,) = doc_miner.find_dates("力争在2025年底前")
    assert (mention.text, mention.start, mention.end, mention.first, str(mention.last)) == ("2025年底前", 3, 10, None, "2025-12-31")


def test_a_document_is_mined_into_a_report(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_text("望溪县整改报告\n一、存在问题\n1.教师不足，尚缺12人。\n二、整改措施\n1.公开招聘教师12人。\n", "utf-8")
    report = doc_miner.mine(path)
    for name in ("document", "problems", "measures", "figures", "changes", "targets", "findings"):
        assert getattr(report, name) is not None
    for record in (*report.problems, *report.measures, *report.figures):
        assert record.text == report.document.text[record.start : record.end]
    assert [figure.text for figure in report.figures] == ["12人", "12人"]


def test_a_file_that_is_not_there_is_a_load_error(tmp_path: Path) -> None:
    with pytest.raises(doc_miner.LoadError):
        doc_miner.mine(tmp_path / "没有.txt")
