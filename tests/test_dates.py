"""What holds of the dates of any text, and that a date which is printed is read back.

What must be found in which sentence stands under ``tests/cases/dates``.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_miner import DateMention, find_dates

CASES = Path(__file__).parent / "cases"
SENTENCES = sorted(
    case if isinstance(case, str) else case[0]
    for path in CASES.rglob("*.toml")
    for group in tomllib.loads(path.read_text("utf-8"))["group"]
    for case in group.get("cases") or group["texts"]
)
CHARACTERS = "0123456789２０１９.．-—/、，。：（）〔〕一二三〇零十廿年月日号底前末初上中下旬春秋季学期度半以来起内后至到截近今明去本每第届级五\t　\n "

fragments = st.one_of(st.sampled_from(SENTENCES), st.text(st.sampled_from(CHARACTERS), max_size=14))
texts = st.builds(str.join, st.sampled_from(["", "，", "。", "；", "、", "\n"]), st.lists(fragments, max_size=4))
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
references = st.one_of(st.none(), days)
WIDE = {ord(narrow): chr(ord(narrow) + 0xFEE0) for narrow in "0123456789.()-/"}


def reading(mentions: list[DateMention]) -> list[tuple[date | None, date | None]]:
    return [(mention.first, mention.last) for mention in mentions]


def moved(mentions: list[DateMention], by: int) -> list[DateMention]:
    return [replace(mention, start=mention.start + by, end=mention.end + by) for mention in mentions]


def in_words(day: date) -> str:
    """Return a day as 二〇一九年十二月二十一日."""
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    return f"{year}年{_two_digits(day.month)}月{_two_digits(day.day)}日"


def _two_digits(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else "一二三"[tens - 1] + "十") + ("一二三四五六七八九"[ones - 1] if ones else "")


# --- any text --------------------------------------------------------------------------------
@given(texts, references)
def test_a_date_is_the_text_at_its_span(text: str, reference: date | None) -> None:
    for mention in find_dates(text, reference):
        assert mention.text == text[mention.start : mention.end]
        assert mention.text and mention.text == mention.text.strip()
        assert "\n" not in mention.text


@given(texts, references)
def test_dates_are_in_order_and_do_not_overlap(text: str, reference: date | None) -> None:
    mentions = find_dates(text, reference)
    assert all(this.end <= following.start for this, following in zip(mentions, mentions[1:], strict=False))


@given(texts, references)
def test_a_date_does_not_end_before_it_begins(text: str, reference: date | None) -> None:
    for mention in find_dates(text, reference):
        assert mention.first is None or mention.last is None or mention.first <= mention.last


@given(texts, texts, references)
def test_a_paragraph_in_front_moves_dates_and_changes_nothing_else(paragraph: str, text: str, reference: date | None) -> None:
    before, own = find_dates(paragraph + "\n", reference), find_dates(text, reference)
    assert find_dates(f"{paragraph}\n{text}", reference) == [*before, *moved(own, len(paragraph) + 1)]


@pytest.mark.parametrize("front", ["整改报告\n", "全县于 ", "　　", "其中（ "])
@pytest.mark.parametrize("span", ["2018年9月至2019年7月", "2016年至2020年", "二〇一六年至二〇二〇年", "2020年3-5月"])
def test_a_span_is_read_whole_behind_white_space(front: str, span: str) -> None:
    assert [mention.text for mention in find_dates(f"{front}{span}")] == [span]


@pytest.mark.parametrize(("above", "below"), [("2019年", "9月份开学。"), ("共有学生2019", "年初开工。"), ("2024年12月", "至今未完成。")])
def test_a_date_ends_with_its_line(above: str, below: str) -> None:
    assert all("\n" not in mention.text for mention in find_dates(f"{above}\n{below}"))


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map("。".join), references)
def test_width_of_digits_and_punctuation_does_not_change_what_is_read(text: str, reference: date | None) -> None:
    assert reading(find_dates(text.translate(WIDE), reference)) == reading(find_dates(text, reference))


@given(texts)
def test_without_a_reference_only_what_is_written_has_days(text: str) -> None:
    """No clock is asked; and a reference adds days but changes none that are written."""
    written = [(mention.start, mention.first, mention.last) for mention in find_dates(text) if mention.first or mention.last]
    assert set(written) <= {(mention.start, mention.first, mention.last) for mention in find_dates(text, date(2031, 5, 17))}


@given(texts, references)
def test_dates_are_the_same_on_every_run(text: str, reference: date | None) -> None:
    assert find_dates(text, reference) == find_dates(text, reference)


# --- what is printed is read back --------------------------------------------------------------
FORMS = {
    "2019年3月4日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "2019年03月04日": lambda day: f"{day:%Y年%m月%d日}",
    "2019 年 3 月 4 日": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
    "2019年3月4号": lambda day: f"{day.year}年{day.month}月{day.day}号",
    "2019-03-04": lambda day: day.isoformat(),
    "2019.3.4": lambda day: f"{day.year}.{day.month}.{day.day}",
    "2019/3/4": lambda day: f"{day.year}/{day.month}/{day.day}",
    "２０１９年３月４日": lambda day: f"{day.year}年{day.month}月{day.day}日".translate(WIDE),
    "二〇一九年三月四日": in_words,
    "二零一九年三月四日": lambda day: in_words(day).replace("〇", "零"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_day_of_a_century_is_read_back(form: object) -> None:
    assert callable(form)
    century = [date(1970, 1, 1) + timedelta(days=37 * step) for step in range(980)]
    written = "；".join(form(day) for day in century)
    assert [(mention.text, mention.first, mention.last) for mention in find_dates(written)] == [(form(day), day, day) for day in century]


@given(days)
def test_a_deadline_has_no_first_day(day: date) -> None:
    printed = f"{day.year}年{day.month}月{day.day}日前"
    assert [(mention.text, mention.first, mention.last) for mention in find_dates(f"于{printed}完成。")] == [(printed, None, day)]


@given(days)
def test_what_goes_on_since_a_day_has_no_last_day(day: date) -> None:
    printed = f"{day.year}年{day.month}月{day.day}日以来"
    assert [(mention.text, mention.first, mention.last) for mention in find_dates(f"{printed}，全县持续整改。")] == [(printed, day, None)]


@given(days)
def test_a_month_and_a_year_are_read_from_first_to_last_day(day: date) -> None:
    month = (day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    assert reading(find_dates(f"在{day.year}年{day.month}月完成")) == [month]
    assert reading(find_dates(f"在{day.year}年完成")) == [(date(day.year, 1, 1), date(day.year, 12, 31))]


@given(days, st.integers(1, 3000), st.sampled_from(["至", "到", "-", "—", "——", "～"]))
def test_a_span_keeps_both_ends(first: date, length: int, mark: str) -> None:
    last = first + timedelta(days=length)
    printed = f"{first.year}年{first.month}月{first.day}日{mark}{last.year}年{last.month}月{last.day}日"
    assert [(mention.text, mention.first, mention.last) for mention in find_dates(f"自{printed}施工。")] == [(printed, first, last)]


@given(st.integers(1990, 2060), st.sampled_from(["-", "—", "至", "～"]))
def test_a_school_year_runs_from_september_to_august(year: int, mark: str) -> None:
    assert reading(find_dates(f"全县{year}{mark}{year + 1}学年开足课程")) == [(date(year, 9, 1), date(year + 1, 8, 31))]


# --- what is counted from the day of the document ---------------------------------------------------
RELATIVE = {
    "今年": lambda day: (date(day.year, 1, 1), date(day.year, 12, 31)),
    "去年": lambda day: (date(day.year - 1, 1, 1), date(day.year - 1, 12, 31)),
    "明年": lambda day: (date(day.year + 1, 1, 1), date(day.year + 1, 12, 31)),
    "今年底前": lambda day: (None, date(day.year, 12, 31)),
    "本月": lambda day: (day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])),
    "30天内": lambda day: (day, day + timedelta(days=30)),
}


@given(days, st.sampled_from(sorted(RELATIVE)))
def test_relative_words_are_counted_from_the_reference(reference: date, words: str) -> None:
    text = f"力争{words}完成整改。"
    assert reading(find_dates(text, reference)) == [RELATIVE[words](reference)]
    assert reading(find_dates(text)) == [(None, None)]


@pytest.mark.parametrize("words", ["本月", "上个月", "本学期", "本学年", "明年底前", "30天内"])
def test_relative_words_without_a_reference_are_mentions_without_days(words: str) -> None:
    assert [(mention.text, mention.first, mention.last) for mention in find_dates(f"{words}完成整改。")] == [(words, None, None)]


@pytest.mark.parametrize("reference", [date(2024, 2, 29), date(2024, 12, 31), date(2024, 1, 1), date(2023, 10, 31)])
@pytest.mark.parametrize("words", ["3年内", "一年内", "1个月内", "半年内", "近三年", "上个月", "下个月", "本学期", "上学期", "下学期", "本学年"])
def test_counting_on_the_last_day_of_a_month_raises_nothing(reference: date, words: str) -> None:
    for first, last in reading(find_dates(f"{words}完成", reference)):
        assert first is not None and last is not None and first <= last


@pytest.mark.parametrize(
    "text",
    ["2019年13月", "2019年0月5日", "2019年2月30日", "2023年2月29日", "2019-13-01", "2019.2.30", "0000年", "9999年", "1899年", "2019-2018年", "第2019号", "〔2019〕7号", "", "年", "月底", "年月日", "2019"],
)
def test_an_impossible_date_is_none_or_keeps_to_the_calendar(text: str) -> None:
    for mention in find_dates(text, date(2019, 6, 30)):
        assert mention.first is None or mention.last is None or mention.first <= mention.last
        assert mention.text == text[mention.start : mention.end]


@pytest.mark.parametrize("text", ["2019年2月30日", "2023年2月29日", "2019年13月", "2019-13-01"])
def test_a_day_that_no_calendar_has_gets_no_day(text: str) -> None:
    assert [mention.first for mention in find_dates(text) if mention.first == mention.last and mention.first] == []
