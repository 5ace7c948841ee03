"""The shipped lexicons have no fault, and every fault that an editor can make is named with its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from doc_miner import Lexicon, LexiconError
from doc_miner.lexicon import CUE_KINDS, FILES, QUALIFIERS, ROLES, STAGES, check_lexicons, default_lexicon, shipped_folder
from doc_miner.pipeline import Miner
from doc_miner.textfold import fold

SHIPPED = Path(__file__).resolve().parents[1] / "lexicons"
NAMES = sorted([*FILES, "regions.tsv"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped lexicons, to be broken."""
    for name in NAMES:
        shutil.copy(SHIPPED / name, tmp_path / name)
    return tmp_path


Edit = Callable[[Path], None]


def append(*lines: str) -> Edit:
    """Return an edit that adds lines at the end."""
    return lambda path: path.write_text(path.read_text("utf-8") + "".join(f"{line}\n" for line in lines), "utf-8")


def header(line: str) -> Edit:
    """Return an edit that puts another line in the place of the first."""
    return lambda path: path.write_text("\n".join([line, *path.read_text("utf-8").split("\n")[1:]]), "utf-8")


def delete(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def save_as_gbk(path: Path) -> None:
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))


def next_line(name: str) -> int:
    """Return the number of the line that `append` adds first."""
    return (SHIPPED / name).read_text("utf-8").count("\n") + 1


NO_HEADER = "doc_types.tsv:1: 首行应为：doc_type form（以制表符分隔）。"
ROLE_LIST = "、".join(ROLES)
KIND_LIST = "、".join(CUE_KINDS)

# What is wrong, the file, the edit, and the message ({n} is the line added).
BROKEN: dict[str, tuple[str, Edit, str]] = {
    "a missing file": ("doc_types.tsv", delete, "doc_types.tsv:1: 文件不存在或不能读取。"),
    "an empty file": ("doc_types.tsv", empty, NO_HEADER),
    "a header in another order": ("doc_types.tsv", header("form\tdoc_type"), NO_HEADER),
    "a header with a space for the tab": ("doc_types.tsv", header("doc_type form"), NO_HEADER),
    "a header that lacks a column": ("doc_types.tsv", header("doc_type"), NO_HEADER),
    "a header with a column more": ("doc_types.tsv", header("doc_type\tform\tnote"), NO_HEADER),
    "another encoding": ("doc_types.tsv", save_as_gbk, "doc_types.tsv:1: 不是 UTF-8 编码（第 14 字节）；请另存为 UTF-8。"),
    "a row with too many cells": ("units.tsv", append("垛\t垛\t1\tcount\t\t备注"), "units.tsv:{n}: 有 6 列，应为 5 列。"),
    "a row without its first cell": ("units.tsv", append("\t垛\t1\tcount"), "units.tsv:{n}: 第一列为空。"),
    "a cell with white space around it": ("units.tsv", append("垛 \t垛\t1\tcount"), "units.tsv:{n}: 单元格前后有多余空白。"),
    "a unit listed twice": ("units.tsv", append("垛\t垛\t1\tcount", "垛\t垛\t1\tcount"), "units.tsv:{m}: “垛”重复，已见于第 {n} 行；请保留一行。"),
    "a qualifier listed twice": ("qualifiers.tsv", append("莫超\tbefore\t<=", "莫超\tbefore\t<="), "qualifiers.tsv:{m}: “莫超 before”重复，已见于第 {n} 行；请保留一行。"),
    "a cue listed twice": ("cues.tsv", append("action\t试写", "action\t试写"), "cues.tsv:{m}: “action 试写”重复，已见于第 {n} 行；请保留一行。"),
    "a quantity in an unknown unit": ("quantities.tsv", append("试写\t垛\t\t\t试写3垛。\t试写3人。"), "quantities.tsv:{n}: “垛”既不是 units.tsv 中的单位，也不是其中的 kind。"),
    "a quantity with one limit": ("quantities.tsv", append("试写\t人\t3\t\t试写3人。\t试写4人。"), "quantities.tsv:{n}: least 和 most 应当都填或都不填。"),
    "an indicator listed twice": ("indicators.tsv", append("XX-01\t1\t甲\tR1", "XX-01\t2\t乙\tR1"), "indicators.tsv:{m}: “XX-01”重复，已见于第 {n} 行；请保留一行。"),
    "a factor that is a word": ("units.tsv", append("垛\t垛\t一\tcount"), "units.tsv:{n}: factor 应为正整数，现为“一”。"),
    "a factor of zero": ("units.tsv", append("垛\t垛\t0\tcount"), "units.tsv:{n}: factor 应为正整数，现为“0”。"),
    "a factor with a point": ("units.tsv", append("垛\t垛\t1.5\tcount"), "units.tsv:{n}: factor 应为正整数，现为“1.5”。"),
    "a factor that is left out": ("units.tsv", append("垛\t垛"), "units.tsv:{n}: factor 应为正整数，现为“”。"),
    "an unknown role": ("headings.tsv", append("试写标题\tproblems"), "headings.tsv:{n}: role 不能是“problems”；可用：" + ROLE_LIST + "。"),
    "an unknown kind of cue": ("cues.tsv", append("actions\t试写"), "cues.tsv:{n}: kind 不能是“actions”；可用：" + KIND_LIST + "。"),
    "an unknown document type": ("doc_types.tsv", append("函\t函复"), "doc_types.tsv:{n}: doc_type 不能是“函”；可用：整改报告、整改方案、工作汇报、实施方案、督导反馈、自评报告、统计公报、其他。"),
    "an unknown position": ("qualifiers.tsv", append("莫超\tfront\t<="), "qualifiers.tsv:{n}: position 不能是“front”；可用：before、after。"),
    "an unknown qualifier": ("qualifiers.tsv", append("莫超\tbefore\t≤"), "qualifiers.tsv:{n}: qualifier 不能是“≤”；可用：=、>=、<=、>、<、~。"),
    "a noun counted in an unknown unit": ("counted_nouns.tsv", append("试写物\t垛"), "counted_nouns.tsv:{n}: 单位“垛”不在 units.tsv 中。"),
    "a cue of an unknown category": ("category_cues.tsv", append("Z9\t试写\t1"), "category_cues.tsv:{n}: 类别“Z9”不在 categories.tsv 中。"),
    "a weight out of range": ("category_cues.tsv", append("R1\t试写\t4"), "category_cues.tsv:{n}: weight 应为 1、2 或 3，现为“4”。"),
    "an indicator of an unknown category": ("indicators.tsv", append("XX-01\t1\t试写\tZ9"), "indicators.tsv:{n}: 类别“Z9”不在 categories.tsv 中。"),
    "an indicator without a number": ("indicators.tsv", append("XX-01\t\t试写\tR1"), "indicators.tsv:{n}: number 应为整数，现为“”。"),
    "a threshold without a comparator": ("indicators.tsv", append("XX-01\t1\t试写\tR1\t小学4.2人"), "indicators.tsv:{n}: thresholds 中“小学4.2人”不能识别；写法如：小学>=4.2人;初中>=5.3人。"),
    "a threshold for an unknown stage": ("indicators.tsv", append("XX-01\t1\t试写\tR1\t大学>=4.2人"), "indicators.tsv:{n}: thresholds 中“大学>=4.2人”不能识别；写法如：小学>=4.2人;初中>=5.3人。"),
    "a threshold in an unknown unit": ("indicators.tsv", append("XX-01\t1\t试写\tR1\t小学>=4.2垛"), "indicators.tsv:{n}: thresholds 中“小学>=4.2垛”不能识别；写法如：小学>=4.2人;初中>=5.3人。"),
    "the second of two thresholds": ("indicators.tsv", append("XX-01\t1\t试写\tR1\t小学>=4.2人;初中≥5.3人"), "indicators.tsv:{n}: thresholds 中“初中≥5.3人”不能识别；写法如：小学>=4.2人;初中>=5.3人。"),
    "the second of two entries": ("headings.tsv", append("试写标题\tproblem", "试写小标题\tproblems"), "headings.tsv:{m}: role 不能是“problems”；可用：" + ROLE_LIST + "。"),
}


def expected(what: str) -> str:
    name, _, message = BROKEN[what]
    return message.format(n=next_line(name), m=next_line(name) + 1)


# --- the shipped ones ------------------------------------------------------------------------
def test_the_shipped_lexicons_have_no_fault() -> None:
    assert check_lexicons() == []


def test_the_shipped_lexicons_are_those_of_the_checkout() -> None:
    assert shipped_folder() == SHIPPED


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_file_is_clean_text(name: str) -> None:
    data = (SHIPPED / name).read_bytes()
    assert b"\r" not in data and not data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\n") and not data.endswith(b"\n\n")


def test_every_list_of_the_shipped_lexicons_is_filled(lexicon: Lexicon) -> None:
    assert lexicon.units and lexicon.qualifiers and lexicon.set_phrases and lexicon.headings and lexicon.categories
    assert {kind for kind in CUE_KINDS if not lexicon.cues[kind]} == set()
    assert {code for code in lexicon.categories if not any(code in codes for codes in lexicon.category_cues.values())} == set()
    assert {qualifier.qualifier for qualifier in lexicon.qualifiers.values()} == set(QUALIFIERS) - {"="}


def test_the_indicators_of_the_quality_standard_are_complete(lexicon: Lexicon) -> None:
    assert [code for code in lexicon.indicators if code.startswith("YZ")] == [f"YZ-{number:02}" for number in range(1, 33)]
    assert {code for code, indicator in lexicon.indicators.items() if not indicator.source} == set()
    assert {threshold.stage for indicator in lexicon.indicators.values() for threshold in indicator.thresholds} <= {*STAGES, None}


def test_forms_are_folded_for_matching(lexicon: Lexicon) -> None:
    forms = [*lexicon.units, *lexicon.qualifiers, *lexicon.set_phrases, *lexicon.headings, *lexicon.category_cues]
    assert [form for form in forms if form != fold(form)] == []


# --- broken ones -----------------------------------------------------------------------------
@pytest.mark.parametrize("what", BROKEN)
def test_a_fault_is_named_with_its_place(folder: Path, what: str) -> None:
    name, edit, _ = BROKEN[what]
    edit(folder / name)
    assert check_lexicons(folder) == [expected(what)]


def test_all_faults_are_named_at_once(folder: Path) -> None:
    chosen = ["a factor of zero", "an unknown role", "an unknown kind of cue", "a weight out of range", "the second of two thresholds", "another encoding"]
    for what in chosen:
        name, edit, _ = BROKEN[what]
        edit(folder / name)
    assert sorted(check_lexicons(folder)) == sorted(map(expected, chosen))


def test_loading_raises_all_faults(folder: Path) -> None:
    chosen = ["a factor of zero", "an unknown role"]
    for what in chosen:
        name, edit, _ = BROKEN[what]
        edit(folder / name)
    with pytest.raises(LexiconError) as raised:
        Lexicon.load(folder)
    assert sorted(raised.value.faults) == sorted(map(expected, chosen))
    assert sorted(str(raised.value).split("\n")) == sorted(raised.value.faults)


def test_a_missing_folder_names_every_file(tmp_path: Path) -> None:
    faults = check_lexicons(tmp_path / "none")
    assert [name for name in FILES if f"{name}:1: 文件不存在或不能读取。" not in faults] == []
    assert any("regions.tsv:1: " in fault for fault in faults)
    assert len(faults) == len(NAMES)


def test_without_units_every_noun_that_is_counted_in_them_is_named_too(folder: Path) -> None:
    delete(folder / "units.tsv")
    faults = check_lexicons(folder)
    assert faults[0] == "units.tsv:1: 文件不存在或不能读取。"
    assert {fault.split(":")[0] for fault in faults[1:]} <= {"counted_nouns.tsv", "indicators.tsv", "quantities.tsv"}


def test_a_fault_of_the_regions_is_named_with_the_others(folder: Path) -> None:
    append("990000\t试写省\tprovinces\t\t\t\t\t")(folder / "regions.tsv")
    append("试写标题\tproblems")(folder / "headings.tsv")
    faults = check_lexicons(folder)
    assert expected("an unknown role") in faults
    assert len(faults) == 2 and f"regions.tsv:{next_line('regions.tsv')}: " in faults[1]


def test_faults_of_all_files_begin_alike(folder: Path) -> None:
    for name in NAMES:
        header("表头")(folder / name)
    assert [fault for fault in check_lexicons(folder) if fault.split(":")[0] not in NAMES] == []


def test_a_line_separator_inside_a_cell_does_not_move_line_numbers(folder: Path) -> None:
    append("垛\t垛\t1\tcount\t说明\u2028续", "撮\t撮\t0\tcount")(folder / "units.tsv")
    assert check_lexicons(folder) == [f"units.tsv:{next_line('units.tsv') + 1}: factor 应为正整数，现为“0”。"]


@pytest.mark.parametrize(("name", "line"), [("cues.tsv", "action\t"), ("category_cues.tsv", "R1\t\t1"), ("doc_types.tsv", "整改报告\t")])
def test_a_form_that_is_left_out_is_a_fault(folder: Path, name: str, line: str) -> None:
    append(line)(folder / name)
    assert [fault.split(" ")[0] for fault in check_lexicons(folder)] == [f"{name}:{next_line(name)}:"]


def test_two_forms_that_differ_in_width_only_are_a_repetition(folder: Path) -> None:
    append("ＧＢ\tGB\t1000\tcount")(folder / "units.tsv")
    assert [fault.split(" ")[0] for fault in check_lexicons(folder)] == [f"units.tsv:{next_line('units.tsv')}:"]


# --- what an editor may do -------------------------------------------------------------------
def test_comments_blank_lines_a_byte_order_mark_and_windows_line_ends_are_no_faults(folder: Path) -> None:
    path = folder / "units.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + "\r\n# 新增的单位\r\n垛\t垛\t10\tcount\r\n".encode())
    assert Lexicon.load(folder).units["垛"].factor == 10


def test_a_byte_order_mark_before_the_regions_is_no_fault(folder: Path) -> None:
    path = folder / "regions.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_lexicons(folder) == []


def test_cells_at_the_end_of_a_row_may_be_left_out(folder: Path) -> None:
    append("莫超\tbefore\t<=")(folder / "qualifiers.tsv")
    assert Lexicon.load(folder).qualifiers["莫超"].qualifier == "<="


def test_a_form_may_be_written_in_full_width(folder: Path) -> None:
    append("ｄｗｔ\t载重吨\t1\tmass")(folder / "units.tsv")
    assert Lexicon.load(folder).units["dwt"].unit == "载重吨"


def test_a_new_entry_is_found_in_the_text(folder: Path) -> None:
    append("垛\t垛\t1\tcount")(folder / "units.tsv")
    assert [(figure.text, figure.unit) for figure in Miner(Lexicon.load(folder)).figures.find("购置作业本20垛。")[0]] == [("20垛", "垛")]


# --- digest ----------------------------------------------------------------------------------
def test_the_digest_is_that_of_the_contents(folder: Path) -> None:
    loaded = Lexicon.load(folder)
    assert loaded.digest == default_lexicon().digest
    assert loaded.folder != default_lexicon().folder


@pytest.mark.parametrize("name", [name for name in NAMES if name != "regions.tsv"])
def test_the_digest_changes_with_any_byte(folder: Path, name: str) -> None:
    before = Lexicon.load(folder).digest
    append("# ")(folder / name)
    assert Lexicon.load(folder).digest != before


def test_the_digest_changes_with_the_regions(folder: Path) -> None:
    before = Lexicon.load(folder).digest
    path = folder / "regions.tsv"
    path.write_text(path.read_text("utf-8").replace("\t北京市\t", "\t北京新市\t", 1), "utf-8")
    assert Lexicon.load(folder).digest != before
