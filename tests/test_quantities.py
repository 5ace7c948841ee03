"""What holds of the figures of any text, and that a quantity which is printed is read back.

What must be found in which sentence stands under ``tests/cases``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from doc_miner import Figure, Lexicon, find_figures
from doc_miner.lexicon import QUALIFIERS
from doc_miner.pipeline import Miner

CASES = Path(__file__).parent / "cases"
SENTENCES = sorted(
    case if isinstance(case, str) else case[0]
    for path in CASES.rglob("*.toml")
    for group in tomllib.loads(path.read_text("utf-8"))["group"]
    for case in group.get("cases") or group["texts"]
)
CHARACTERS = "0123456789０４９.．,，:：、。；;（）()《》〔〕“”%％‰-—～~/+至到比一二三十百千万亿零〇点几多余约近超不低于由降减增人名所元个班平方米年月日第小学成分之占为_×①A \t　\n"

fragments = st.one_of(st.sampled_from(SENTENCES), st.text(st.sampled_from(CHARACTERS), max_size=12))
texts = st.builds(str.join, st.sampled_from(["", "，", "。", "；", "、", "\n"]), st.lists(fragments, max_size=4))


def reading(text: str) -> list[tuple[object, ...]]:
    """Return what the figures of a text say, without their places."""
    return [(figure.value, figure.value_max, figure.unit, figure.qualifier) for figure in find_figures(text)]


def moved(figures: list[Figure], by: int) -> list[Figure]:
    """Return figures at other places, without their ids (which are made from the places)."""
    return [replace(figure, start=figure.start + by, end=figure.end + by, figure_id="") for figure in figures]


# --- any text --------------------------------------------------------------------------------
@given(texts)
def test_a_figure_is_the_text_at_its_span(text: str) -> None:
    for figure in find_figures(text):
        assert figure.text == text[figure.start : figure.end]
        assert figure.text and figure.text == figure.text.strip()


@given(texts)
def test_figures_are_in_order_and_do_not_overlap(text: str) -> None:
    figures = find_figures(text)
    assert all(this.end <= following.start for this, following in zip(figures, figures[1:], strict=False))


@given(texts)
def test_values_are_exact_and_a_missing_one_says_so(text: str) -> None:
    for figure in find_figures(text):
        assert figure.missing == (figure.value is None)
        assert figure.value is None or isinstance(figure.value, Decimal | Fraction)
        assert figure.value_max is None or figure.value is not None and figure.value_max > figure.value
        assert figure.qualifier in QUALIFIERS
        assert figure.rule.startswith("figure/")


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=2).map(lambda sentences: "。".join(sentences) + "。"), st.sampled_from(SENTENCES))
def test_a_paragraph_in_front_moves_figures_and_changes_nothing_else(paragraph: str, text: str) -> None:
    before, own = find_figures(paragraph + "\n"), find_figures(text)
    assert moved(find_figures(f"{paragraph}\n{text}"), 0) == [*moved(before, 0), *moved(own, len(paragraph) + 1)]


REACHES = {
    "a qualifier": ("班额不得超过", "45人为宜。"),
    "a qualifier that closes a list": ("巩固率为99%。", "语文、数学均在92%、88%以上。"),
    "a unit in brackets": ("金额（万元）", "75"),
    "a unit in brackets before a word": ("打印设备60台（套）", "邮编545000"),
    "the noun behind a sum": ("其中农业人口30万", "投资额增加。"),
    "the word 比": ("生机比从14:1优化为8:1。", "凌晨2:15抢修。"),
    "the day after a ratio": ("生机比优化为8:1", "日均借阅30册。"),
    "the plan behind a figure": ("实践基地四十亩", "列入明年计划"),
    "the subject of a blank": ("教师缺口12人。", "占比%。"),
    "the subject of an item": ("一是补充教师。", "全县招聘64名；二是交流52名。"),
}


@pytest.mark.parametrize(("above", "below"), REACHES.values(), ids=REACHES.keys())
def test_a_line_does_not_reach_into_its_neighbour(above: str, below: str) -> None:
    assert moved(find_figures(f"{above}\n{below}"), 0) == [*moved(find_figures(above), 0), *moved(find_figures(below), len(above) + 1)]


def test_tenths_are_found_where_a_line_begins() -> None:
    assert [figure.text for figure in find_figures("寄宿生320人\n七成家长选择课后托管")] == ["320人", "七成"]


@given(texts)
def test_figures_are_the_same_on_every_run(text: str) -> None:
    assert find_figures(text) == find_figures(text)


# A comma between digits is left out: half-width it groups thousands, full-width it may part two numbers (210，198名).
WIDE = {ord(narrow): chr(ord(narrow) + 0xFEE0) for narrow in "0123456789.%():;-/+<>=~"}
NARROW = {wide: chr(narrow) for narrow, wide in ((key, ord(value)) for key, value in WIDE.items())} | {ord("，"): ","}


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map("。".join))
def test_width_of_digits_and_punctuation_does_not_change_what_is_read(text: str) -> None:
    assert reading(text.translate(WIDE)) == reading(text)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map("。".join))
def test_half_width_punctuation_does_not_change_what_is_read(text: str) -> None:
    assume(not re.search(r"\d，\d", text))
    assert reading(text.translate(NARROW)) == reading(text)


# --- what is printed is read back --------------------------------------------------------------
MAGNITUDES = {"": 1, "万": 10_000, "亿": 10**8, "千万": 10**7, "百万": 10**6}
UNITS = {"元": ("元", 1), "万元": ("元", 10_000), "亿元": ("元", 10**8), "人": ("人", 1), "名": ("人", 1), "平方米": ("平方米", 1), "㎡": ("平方米", 1), "册": ("册", 1), "所": ("所", 1), "亩": ("亩", 1)}
decimals = st.decimals(min_value="0.01", max_value=99_999, places=2, allow_nan=False, allow_infinity=False)


def plain(value: Decimal) -> str:
    """Return a decimal without trailing zeros and exponent."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


@given(decimals, st.sampled_from(sorted(MAGNITUDES)), st.sampled_from(sorted(UNITS)))
def test_a_printed_number_with_magnitude_and_unit_is_read_back(value: Decimal, magnitude: str, form: str) -> None:
    assume(not (magnitude and form in ("万元", "亿元")))  # 百万亿元 is written by nobody
    unit, factor = UNITS[form]
    printed = f"{plain(value)}{magnitude}{form}"
    assert [(figure.text, *read) for figure, read in zip(find_figures(f"全县共有{printed}。"), reading(f"全县共有{printed}。"), strict=True)] == [
        (printed, value * MAGNITUDES[magnitude] * factor, None, unit, "=")
    ]


@given(st.integers(1, 10**12), st.booleans())
def test_thousands_separators_are_read_back(number: int, wide: bool) -> None:
    printed = f"{number:,}".translate(WIDE) if wide else f"{number:,}"
    assert reading(f"安排专项资金{printed}元，用于改造校舍。") == [(number, None, "元", "=")]


@given(decimals.filter(lambda value: value <= 1000), st.sampled_from(["%", "％", "﹪"]))
def test_a_printed_percentage_is_read_back(value: Decimal, sign: str) -> None:
    assert reading(f"巩固率为{plain(value)}{sign}。") == [(value, None, "%", "=")]


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from(["-", "—", "～", "~", "－", "至", "到", "——", "–"]))
def test_a_printed_range_keeps_both_ends(low: int, width: int, mark: str) -> None:
    assert reading(f"每校配备{low}{mark}{low + width}人。") == [(low, low + width, "人", "=")]


@given(st.integers(1, 60), st.sampled_from([":", "：", "∶"]))
def test_a_printed_ratio_is_left_by_right(right: int, colon: str) -> None:
    assert [(Fraction(value), unit) for value, _, unit, _ in reading(f"师生比为1{colon}{right}。")] == [(Fraction(1, right), "比")]


@pytest.mark.parametrize(
    ("printed", "qualifier"),
    [
        ("45人", "="),
        ("不低于45人", ">="),
        ("不少于45人", ">="),
        ("45人以上", ">="),
        ("≥45人", ">="),
        ("至少45人", ">="),
        ("不超过45人", "<="),
        ("45人以内", "<="),
        ("≤45人", "<="),
        ("超过45人", ">"),
        ("45余人", ">"),
        ("450多人", ">"),
        ("不足45人", "<"),
        ("低于45人", "<"),
        ("约45人", "~"),
        ("近45人", "~"),
        ("45人左右", "~"),
    ],
)
def test_a_qualifier_belongs_to_the_figure(printed: str, qualifier: str) -> None:
    assert [(figure.text, figure.qualifier) for figure in find_figures(f"班额{printed}。")] == [(printed, qualifier)]


# --- what a text may hold that no writer meant --------------------------------------------------
@pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "。", "元", "万元", "不低于", "1", "%", "、", "1:0", "师生比1:0", "1/0", "零分之一", "𠮷3人", "²人", "①人"])
def test_a_scrap_raises_nothing(text: str) -> None:
    for figure in find_figures(text):
        assert figure.text == text[figure.start : figure.end]


def test_half_of_a_surrogate_pair_raises_nothing() -> None:
    assert [figure.text for figure in find_figures("3人\ud800")] == ["3人"]


def test_places_count_code_points() -> None:
    assert [(figure.start, figure.end) for figure in find_figures("𠮷𠮷小学3人")] == [(4, 6)]


@pytest.mark.parametrize("text", [f"投入{','.join(['111'] * 12)}元", "投入12345678901234567万亿元"], ids=["columns that ran together", "a magnitude on many digits"])
def test_a_number_too_long_to_be_meant_raises_nothing(text: str) -> None:
    find_figures(text)


def test_a_row_of_chinese_digits_raises_nothing() -> None:
    find_figures("招收" + "一二三四五" * 900 + "人")


# --- the lexicon decides ------------------------------------------------------------------------
def test_a_unit_of_the_lexicon_is_read_in_every_form(lexicon: Lexicon) -> None:
    """Counted apart: 年 and the like need a context of their own, and 个班 is read by what stands behind it."""
    unread = {
        form: reading(f"共有25{form}。")
        for form, unit in lexicon.units.items()
        if form != "年" and [(value, name) for value, _, name, _ in reading(f"共有25{form}。")] != [(25 * unit.factor, unit.unit)]
    }
    assert unread == {}


def test_a_set_phrase_of_the_lexicon_holds_no_figure(lexicon: Lexicon) -> None:
    assert {phrase: [figure.text for figure in find_figures(f"坚持{phrase}。")] for phrase in lexicon.set_phrases if find_figures(f"坚持{phrase}。")} == {}


def test_a_miner_reads_with_its_own_lexicon(lexicon: Lexicon) -> None:
    text = "全县现有30亩。"
    other = Miner(replace(lexicon, units={form: unit for form, unit in lexicon.units.items() if form != "亩"}))
    assert [figure.unit for figure in Miner(lexicon).figures.find(text)[0]] == ["亩"]
    assert [figure.unit for figure in other.figures.find(text)[0]] == []
