"""Every numeral that can be spoken is read back; what has no exact value has none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_miner import find_figures
from doc_miner.numerals import magnitude, parse_arabic, parse_chinese, parse_numeral, tidy

DIGITS = "零一二三四五六七八九"
FINANCIAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
HUGE = 10**12


# --- an independent writer of numerals -----------------------------------------------------------
def spoken_section(number: int) -> str:
    """Return a number from 1 to 9999 in words, 零 for each gap: 1024 is 一千零二十四."""
    words, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + name
        gap = not digit
    return words


def spoken(number: int) -> str:
    """Return a whole number below 10^12 in words, as it is read aloud: 12 is 十二, 100_005 is 十万零五."""
    if number == 0:
        return "零"
    words = ""
    for place, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section = number // place % 10_000
        if section:
            gap = words and (section < 1000 or number // (place * 10_000) % 10 == 0)
            words += ("零" if gap else "") + spoken_section(section) + name
        elif words and number % place:
            continue
    return words.removeprefix("一") if words.startswith("一十") else words


def variants(words: str) -> Iterator[str]:
    """Yield other ways to write a spoken numeral."""
    yield words.translate(FINANCIAL)
    yield words.replace("零", "〇")
    yield words.replace("二百", "两百").replace("二千", "两千").replace("二万", "两万").replace("二亿", "两亿")
    yield f"一{words}" if words.startswith("十") else words
    yield words.replace("二十", "廿").replace("三十", "卅")
    yield words.replace("万", "萬").replace("亿", "億")


def digit_by_digit(number: int) -> str:
    return "".join(DIGITS[int(digit)] for digit in str(number))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (12, "十二"),
        (110, "一百一十"),
        (1024, "一千零二十四"),
        (2006, "二千零六"),
        (3400, "三千四百"),
        (34_567, "三万四千五百六十七"),
        (100_005, "十万零五"),
        (120_000_000, "一亿二千万"),
        (100_010_000, "一亿零一万"),
        (5_000_000_300, "五十亿零三百"),
    ],
)
def test_the_writer_of_these_tests_speaks_as_people_do(number: int, words: str) -> None:
    assert spoken(number) == words


# --- Chinese numerals ----------------------------------------------------------------------------
def test_every_numeral_below_ten_thousand_is_read() -> None:
    assert [number for number in range(10_000) if parse_chinese(spoken(number)) != number] == []


def test_every_numeral_below_ten_thousand_is_read_in_every_way_of_writing() -> None:
    assert [form for number in range(10_000) for form in variants(spoken(number)) if parse_chinese(form) != number] == []


def test_every_year_is_read_digit_by_digit() -> None:
    years = range(1900, 2100)
    assert [year for year in years if not parse_chinese(digit_by_digit(year)) == parse_chinese(digit_by_digit(year).replace("零", "〇")) == year] == []


@given(st.integers(0, HUGE - 1))
def test_a_numeral_up_to_a_million_millions_is_read(number: int) -> None:
    assert parse_chinese(spoken(number)) == number
    assert all(parse_chinese(form) == number for form in variants(spoken(number)))


@given(st.integers(0, 11), st.integers(1, 9), st.integers(0, 11), st.integers(0, 9))
def test_a_numeral_with_few_digits_is_read_in_every_place(high: int, first: int, low: int, last: int) -> None:
    number = first * 10**high + last * 10**low
    if number < HUGE:
        assert parse_chinese(spoken(number)) == number


@pytest.mark.parametrize(("words", "value"), [("三万五", 35_000), ("两百五", 250), ("一千二", 1200), ("两亿三", 230_000_000), ("三万零五", 30_005), ("一百零五", 105)])
def test_a_last_digit_counts_the_next_lower_place(words: str, value: int) -> None:
    assert parse_chinese(words) == value


@pytest.mark.parametrize("text", ["", "十几", "几十", "数百", "上千", "若干", "一百人", "三个", "12", "一 二", "万", "点五", "百分之五", "第一", "-三"])
def test_what_is_no_numeral_or_a_vague_one_has_no_value(text: str) -> None:
    assert parse_chinese(text) is None


@given(st.text(st.sampled_from("零〇一二三四五六七八九十百千万亿两廿卅点几余.,12 人")))
def test_any_row_of_such_characters_is_read_or_refused(text: str) -> None:
    assert isinstance(parse_numeral(text), Decimal | None)


# --- digits, decimals, magnitudes ------------------------------------------------------------------
@given(st.decimals(min_value=0, max_value=HUGE, places=3, allow_nan=False, allow_infinity=False), st.sampled_from(["", "百", "千", "万", "十万", "百万", "千万", "亿", "万亿"]))
def test_digits_with_a_decimal_point_separators_and_a_magnitude_are_read(value: Decimal, word: str) -> None:
    expected = value * magnitude(word)
    assert parse_arabic(f"{value}{word}") == parse_arabic(f"{value:,}{word}") == parse_numeral(f"{value}{word}") == expected


@given(st.integers(1, 9999), st.integers(1, 9))
def test_digits_mixed_with_magnitudes_are_added(high: int, low: int) -> None:
    assert parse_arabic(f"{high}亿{low}千万") == high * 10**8 + low * 10**7
    assert parse_arabic(f"{high}万{low}千") == high * 10_000 + low * 1000


@given(st.integers(0, 9999), st.text(st.sampled_from(DIGITS), min_size=1, max_size=4), st.sampled_from(["", "万", "亿"]))
def test_a_spoken_decimal_is_read(whole: int, places: str, word: str) -> None:
    fraction = "".join(str(DIGITS.index(digit)) for digit in places)
    assert parse_numeral(f"{spoken(whole)}点{places}{word}") == Decimal(f"{whole}.{fraction}") * magnitude(word)


@pytest.mark.parametrize("text", ["", "1.2.3", "1..2", ".5", "5.", "1a", "一点", "点一", "一点二点三", "一点十", "1万元", "万1"])
def test_a_broken_numeral_has_no_value(text: str) -> None:
    assert parse_numeral(text) is None


@given(st.integers(-HUGE, HUGE), st.integers(0, 6))
def test_tidy_keeps_the_value_and_drops_zeros(digits: int, places: int) -> None:
    value = Decimal(digits).scaleb(-places)
    tidied = tidy(value)
    assert tidied == value
    assert "E" not in str(tidied)
    assert "." not in str(tidied) or not str(tidied).endswith("0")


@given(st.fractions(-HUGE, HUGE, max_denominator=1000))
def test_tidy_makes_a_fraction_a_decimal_only_where_it_is_exact(value: Fraction) -> None:
    tidied = tidy(value)
    assert Fraction(tidied) == value
    only_twos_and_fives = 10**12 % value.denominator == 0
    assert isinstance(tidied, Decimal) == only_twos_and_fives


# --- in a sentence ---------------------------------------------------------------------------------
@given(st.integers(12, HUGE - 1))
def test_a_numeral_in_words_is_a_figure_with_its_value(number: int) -> None:
    written = f"{spoken(number)}元"
    assert [(figure.text, figure.value, figure.unit) for figure in find_figures(f"共投入{written}。")] == [(written, number, "元")]


@pytest.mark.parametrize("written", ["十一人", "十一万元"])
def test_eleven_is_a_numeral_before_a_unit(written: str) -> None:
    assert [figure.text for figure in find_figures(f"今年增加{written}。")] == [written]
