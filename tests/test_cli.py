"""The command line: help in Chinese, the exit codes of the contract, messages a user can act on, what ``show`` shows."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from doc_miner import mine
from doc_miner.cli import app, main
from doc_miner.dataset.schema import TABLES
from doc_miner.lexicon import CUE_KINDS, Lexicon
from doc_miner.loaders import ocr_choice

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "corpora" / "samples"
REPORT = """青岚县人民政府关于义务教育督导反馈问题整改情况的报告
临岳市人民政府：
现将整改情况报告如下。
一、存在问题及整改情况
（一）大班额问题突出。全县56人以上班级73个，占班级总数的7.3%。
整改措施：一是投入资金1276.5万元新建学校2所，班级由73个降至51个，减少了20个。二是正在制定控辍保学工作方案。
（二）教师队伍结构不合理。音乐教师缺86人，占比%。
整改措施：一是计划2024年底前招聘音乐教师40名。责任单位：县教育局、县人社局。
青岚县人民政府
2023年9月20日
"""


@dataclass
class Done:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program as its command does, in this process."""
    monkeypatch.setenv("COLUMNS", "5000")

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["doc-miner", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        out, err = capsys.readouterr()
        assert isinstance(code, int)
        return Done(code, out, err)

    return run


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "报告.txt"
    path.write_text(REPORT, "utf-8")
    return path


def commands() -> list[tuple[str, ...]]:
    def below(group: typer.Typer, before: tuple[str, ...]) -> list[tuple[str, ...]]:
        own = [(*before, one.name or getattr(one.callback, "__name__", "")) for one in group.registered_commands]
        for part in group.registered_groups:
            assert part.typer_instance is not None and part.name
            own += [(*before, part.name), *below(part.typer_instance, (*before, part.name))]
        return own

    return [(), *below(app, ())]


# --- help ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_has_its_help_in_chinese(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert (done.code, done.err) == (0, "")
    paragraphs = [line.strip() for line in done.out.split("\n\n") if line.strip() and not line.startswith(("用法：", "选项：", "参数：", "命令："))]
    assert not re.search("Usage|Options:|Arguments:|Commands:|OPTIONS|default:|required|Show this", done.out)
    assert paragraphs and all(re.search("[一-鿿]", text) for text in paragraphs)
    for option, text in re.findall(r"^  (--\S+|\S+…).*?  +(\S.*)$", done.out, re.M):
        assert re.search("[一-鿿]", text), (option, text)


@pytest.mark.parametrize("command", [command for command in commands() if command and command != ("lexicon",)], ids=" ".join)
def test_every_command_shows_an_example_to_paste(run: Run, command: tuple[str, ...]) -> None:
    assert f"示例：doc-miner {' '.join(command)} " in run(*command, "--help").out


def test_the_commands_are_those_of_this_version() -> None:
    assert {"mine", "show", "export", "lexicon check"} <= {" ".join(command) for command in commands()}


def test_no_command_at_all_shows_the_help(run: Run) -> None:
    done = run()
    assert done.code == 2 and "从县级督导、整改类公文中提取问题、数据和措施" in done.out + done.err


# --- mine ------------------------------------------------------------------------------------------
def cells(out: str) -> dict[str, str]:
    return dict(re.findall(r"^│ (\S+) +│ (\S.*?) +│$", out, re.M))


def test_all_read_ends_with_0_and_a_summary(run: Run, report: Path, tmp_path: Path) -> None:
    done = run("mine", report, "--dataset", tmp_path / "集.db")
    assert (done.code, done.err) == (0, "")
    told = cells(done.out)
    assert (told["文件"], told["读取"], told["未变化"], told["未能读取"]) == ("1", "1", "0", "0")
    with closing(sqlite3.connect(tmp_path / "集.db")) as db:
        for name, title in {"problems": "问题", "measures": "措施", "figures": "数据", "changes": "变化", "findings": "核查"}.items():
            assert told[title] == str(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
    assert done.out.rstrip().endswith(f"数据集：{tmp_path / '集.db'}")


def test_a_file_that_is_not_read_is_told_with_its_reason_and_ends_with_1(run: Run, report: Path, tmp_path: Path) -> None:
    (tmp_path / "空.pdf").write_bytes(b"")
    (tmp_path / "[red]坏[bold].docx").write_bytes(b"\x00\x01\x02" * 99)
    for unchanged in ("0", "3"):
        done = run("mine", tmp_path / "空.pdf", report, tmp_path / "[red]坏[bold].docx", "--dataset", tmp_path / "集" / "d.db")
        assert (done.code, done.err) == (1, "")
        assert f"未能读取 {tmp_path / '空.pdf'}：文件是空的。\n" in done.out
        assert f"未能读取 {tmp_path / '[red]坏[bold].docx'}：认不出的二进制文件；请另存为 PDF、DOCX 或 TXT 后再试。\n" in done.out
        assert (cells(done.out)["未能读取"], cells(done.out)["未变化"]) == ("2", unchanged)


def test_the_second_run_reads_nothing_unless_forced(run: Run, report: Path, tmp_path: Path) -> None:
    command = ("mine", report, "--dataset", tmp_path / "d.db")
    run(*command)
    assert (cells(run(*command).out)["读取"], cells(run(*command).out)["未变化"]) == ("0", "1")
    assert cells(run(*command, "--force").out)["读取"] == "1"


def test_the_dataset_is_made_in_the_folder_one_is_in(run: Run, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("mine", "报告.txt").code == 0
    assert (tmp_path / "dataset.db").is_file()


def test_processes_give_the_same_summary(run: Run, report: Path, tmp_path: Path) -> None:
    told = [cells(run("mine", report, "--dataset", tmp_path / f"{name}.db", "--engine", name, "--workers", "1").out) for name in ("serial", "processes")]
    assert {**told[0], "用时": ""} == {**told[1], "用时": ""}


# --- user errors -----------------------------------------------------------------------------------
def test_user_errors_are_one_message_and_exit_code_2(run: Run, report: Path, tmp_path: Path) -> None:
    missing, letter = tmp_path / "没有", tmp_path / "信.db"
    letter.write_text("这不是数据库。" * 100, "utf-8")
    newer = tmp_path / "新.db"
    with closing(sqlite3.connect(newer)) as db:
        db.execute("PRAGMA user_version=9")
    cases = [
        (("mine", missing), f"{missing}: 没有这个文件或文件夹；请检查路径。"),
        (("mine", report, "--dataset", letter), f"{letter}: 打不开数据集（这个文件不是数据库）；请检查路径、权限和磁盘空间，或换一个 --dataset。"),
        (("mine", report, "--dataset", newer), f"{newer}: 数据集由更新的版本（9）生成，本程序只认识到 2；请升级 doc-miner。"),
        (("export", "--format", "csv", "--out", tmp_path / "o", "--dataset", missing), f"{missing}: 没有这个数据集；请先运行 doc-miner mine 文件夹 --dataset {missing}"),
        (("export", "--format", "jsonl", "--out", tmp_path / "o", "--dataset", letter), f"{letter}: 读不出数据集（这个文件不是数据库）。"),
        (("export", "--format", "jsonl", "--out", tmp_path / "o", "--dataset", newer), f"{newer}: 数据集由更新的版本（9）生成，本程序只认识到 2；请升级 doc-miner。"),
    ]
    for command, message in cases:
        assert run(*command) == Done(2, "", f"{message}\n"), command


def test_ocr_on_every_page_needs_the_engine(run: Run, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_choice, "engine_version", lambda: "")
    done = run("mine", report, "--ocr", "always")
    assert (done.code, done.out) == (2, "")
    assert "pip install 'doc-miner[ocr]'" in done.err


def test_a_refused_export_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    assert run("export", "--format", "csv", "--out", tmp_path / "o", "--dataset", tmp_path / "没有.db").code == 2
    assert list(tmp_path.rglob("*")) in ([], [tmp_path / "o"])


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("nope",), "nope"),
        (("mine",), "路径"),
        (("mine", "a.txt", "--engine", "threads"), "threads"),
        (("mine", "a.txt", "--workers", "0"), "--workers"),
        (("mine", "a.txt", "--sideways"), "--sideways"),
        (("show",), "文件"),
        (("export", "--out", "o"), "--format"),
        (("export", "--format", "pdf", "--out", "o"), "pdf"),
    ],
    ids=str,
)
def test_wrong_use_ends_with_2_and_names_what_is_wrong(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], words: str) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*command)
    assert (done.code, done.out) == (2, "") and words in done.err and "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_faulty_lexicons_stop_mining_with_all_their_faults(run: Run, report: Path, tmp_path: Path, lexicon: Lexicon) -> None:
    broken, faults = break_lexicons(lexicon, tmp_path)
    done = run("mine", report, "--lexicons", broken, "--dataset", tmp_path / "d.db")
    assert (done.code, done.out, done.err.splitlines()) == (2, "", faults)
    assert run("show", report, "--lexicons", broken).err.splitlines() == faults
    assert not (tmp_path / "d.db").exists()


def test_show_of_a_file_that_cannot_be_read_gives_the_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    for name, reason in (("空.txt", "文件是空的。"), ("没有.txt", "文件不存在（或是失效的链接）；请检查路径。"), ("", "这是文件夹，不是文件。")):
        done = run("show", tmp_path / name)
        assert (done.code, done.out) == (2, "") and done.err.endswith(f"{reason}\n")


def test_show_names_the_file_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    assert run("show", tmp_path / "没有.txt").err == f"{tmp_path / '没有.txt'}: 文件不存在（或是失效的链接）；请检查路径。\n"


# --- the lexicons ----------------------------------------------------------------------------------
def break_lexicons(lexicon: Lexicon, tmp_path: Path) -> tuple[Path, list[str]]:
    """Return a folder of lexicons with two faults, and what is to be said of them."""
    folder = tmp_path / "lexicons"
    shutil.copytree(lexicon.folder, folder)
    units = (folder / "units.tsv").read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(units, 1) if line.startswith("公里\t"))
    cues = (folder / "cues.tsv").read_text("utf-8").splitlines()
    (folder / "units.tsv").write_text("\n".join([*units, units[first - 1], ""]), "utf-8")
    (folder / "cues.tsv").write_text("\n".join([*cues, "哈\t哈哈", ""]), "utf-8")
    repeated = f"units.tsv:{len(units) + 1}: “公里”重复，已见于第 {first} 行；请保留一行。"
    unknown = f"cues.tsv:{len(cues) + 1}: kind 不能是“哈”；可用：{'、'.join(CUE_KINDS)}。"
    return folder, [repeated, unknown]


def test_sound_lexicons_have_no_fault(run: Run, lexicon: Lexicon) -> None:
    for command in (("lexicon", "check"), ("lexicon", "check", "--lexicons", lexicon.folder)):
        assert run(*command) == Done(0, "词典没有错误。\n", "")


def test_all_faults_of_the_lexicons_are_told_at_once(run: Run, lexicon: Lexicon, tmp_path: Path) -> None:
    broken, faults = break_lexicons(lexicon, tmp_path)
    done = run("lexicon", "check", "--lexicons", broken)
    assert (done.code, done.err, done.out.splitlines()) == (1, "", [*faults, "共 2 处错误。"])


def test_a_folder_without_lexicons_lacks_every_file(run: Run, tmp_path: Path) -> None:
    done = run("lexicon", "check", "--lexicons", tmp_path)
    assert done.code == 1 and "units.tsv:1: 文件不存在或不能读取。" in done.out.splitlines()


# --- export ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_export_writes_one_file_a_table(run: Run, report: Path, tmp_path: Path, form: str) -> None:
    run("mine", report, "--dataset", tmp_path / "d.db")
    assert run("export", "--format", form, "--out", tmp_path / "出" / "口", "--dataset", tmp_path / "d.db") == Done(0, f"已写出 {len(TABLES) + 1} 个文件到 {tmp_path / '出' / '口'}\n", "")
    assert sorted(path.name for path in (tmp_path / "出" / "口").iterdir()) == sorted(["datapackage.json", *(f"{name}.{form}" for name in TABLES)])


def test_export_to_a_place_that_is_a_file_is_a_user_error(run: Run, report: Path, tmp_path: Path) -> None:
    run("mine", report, "--dataset", tmp_path / "d.db")
    assert run("export", "--format", "csv", "--out", report, "--dataset", tmp_path / "d.db").code == 2


# --- show ------------------------------------------------------------------------------------------
def lines(out: str) -> list[str]:
    return [re.sub(r"^[│├└─\s]+", "", line).rstrip() for line in out.splitlines()]


def test_show_prints_problems_with_measures_movements_and_findings(run: Run, report: Path) -> None:
    done = run("show", report)
    assert (done.code, done.err) == (0, "")
    shown = lines(done.out)
    assert shown[0] == "青岚县人民政府关于义务教育督导反馈问题整改情况的报告"
    for words in ("类型：整改报告", "临岳市青岚县", "发文：青岚县人民政府", "日期：2023-09-20"):
        assert words in shown[1]

    def at(*words: str) -> int:
        (place,) = [number for number, line in enumerate(shown) if all(word in line for word in words)]
        return place

    first, second, end = at("问题1", "大班额问题突出", "G2"), at("问题2", "教师队伍结构不合理", "R1"), at("核查")
    assert first < at("措施", "投入资金1276.5万元", "已完成") < at("变化：", "73个→51个") < at("措施", "正在制定控辍保学工作方案", "进行中") < second
    assert second < at("措施", "招聘音乐教师40名", "计划", "期限 2024-12-31", "责任 县教育局、县人社局") < end
    assert first < at("数据：", "1276.5万元", "2所") < second < at("数据：", "40名") < end
    assert end < at("矛盾：", "73个－51个＝22个", "20个")
    assert any(line.startswith("存疑：") and "缺少数字" in line for line in shown)


@pytest.mark.parametrize("name", ["x-county-2025-rectification-plan.txt", "yuntai-2022-rectification-report.html", "chengpu-2023-statistical-bulletin.pdf", "xiangping-2024-rectification-plan.docx"])
def test_show_leaves_out_no_record_of_a_sample(run: Run, name: str) -> None:
    done, found = run("show", SAMPLES / name), mine(SAMPLES / name)
    assert (done.code, done.err) == (0, "")
    flat = re.sub(r"\s", "", done.out)

    def shows(text: str) -> bool:
        return re.sub(r"\s", "", text) in flat

    assert shows(found.metadata.title or "")
    assert all(shows(problem.text[:60]) for problem in found.problems)
    assert all(shows(measure.text[:50]) and (measure.deadline is None or shows(f"期限 {measure.deadline}")) for measure in found.measures)
    assert all(shows(figure.text) for figure in found.figures)
    assert all(shows(finding.message) for finding in found.findings)


def test_show_prints_markup_of_a_document_as_it_stands(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("青岚县[bold]整改[/bold]报告\n一、存在问题\n（一）校舍[red]不足[/]，缺5间:smile:。\n", "utf-8")
    out = run("show", tmp_path / "a.txt").out
    assert "青岚县[bold]整改[/bold]报告" in out and "校舍[red]不足[/]，缺5间:smile:。" in out


def test_show_tells_which_problem_has_no_measure_and_which_measure_no_problem(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("青岚县整改报告\n一、存在问题\n（一）校舍不足，缺5间。\n", "utf-8")
    shown = lines(run("show", tmp_path / "a.txt").out)
    assert "（未找到对应措施）" in shown
    (tmp_path / "b.txt").write_text("青岚县工作汇报\n一、主要做法\n（一）新建学校2所，投入3万元。\n", "utf-8")
    shown = lines(run("show", tmp_path / "b.txt").out)
    assert "新建学校2所，投入3万元。" in shown[shown.index("其他措施（未对应到问题）") + 1]


def test_show_of_a_document_without_records_is_its_head(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("今天天气很好。\n", "utf-8")
    done = run("show", tmp_path / "a.txt")
    assert (done.code, done.err) == (0, "") and "问题1" not in done.out


# --- as a process ----------------------------------------------------------------------------------
def process(*arguments: object, **environment: str) -> Done:
    command = [sys.executable, "-m", "doc_miner", *map(str, arguments)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, capture_output=True, timeout=60, check=False)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return Done(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))


def test_the_module_runs_as_the_command_does(report: Path, tmp_path: Path) -> None:
    assert process("mine", tmp_path / "没有", PYTHONIOENCODING="utf-8") == Done(2, "", f"{tmp_path / '没有'}: 没有这个文件或文件夹；请检查路径。\n")
    assert process("mine", report, "--dataset", tmp_path / "d.db", PYTHONIOENCODING="utf-8").code == 0


def test_output_goes_to_a_chinese_console_that_is_not_utf8(report: Path) -> None:
    assert "问题1" in process("show", report, PYTHONIOENCODING="gb18030").out


def test_a_character_that_the_console_has_not_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("青岚县𠮷镇整改报告\n一、存在问题\n（一）𠮷镇校舍不足，缺5间。\n", "utf-8")
    done = process("show", tmp_path / "a.txt", PYTHONIOENCODING="gbk")
    assert done.code == 0 and "校舍不足，缺5间" in done.out


def test_help_needs_no_heavy_package(tmp_path: Path) -> None:
    code = "import sys; sys.argv = ['doc-miner', 'mine', '--help']\nfrom doc_miner.cli import main\ntry:\n    main()\nfinally:\n    print(sorted({'spacy', 'pandas', 'sklearn', 'pdfplumber', 'lxml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
