"""The spaCy component: what the program finds, as spans of a Doc with their values under ``._.``."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from importlib.metadata import entry_points
from typing import Any

import pytest

from doc_miner.model import Report
from doc_miner.pipeline import Miner

spacy = pytest.importorskip("spacy", reason="spaCy is not installed")

TEXT = """青岚县义务教育督导反馈问题整改情况报告
一、存在问题
（一）大班额突出。全县56人以上班级73个，占比约7.3%。
二、整改措施
（一）化解大班额。2024年底前投入资金1.44亿元，新建学校3—5所，补齐三分之二的学位。责任单位：县教育局。
"""


@pytest.fixture(scope="module")
def component(nlp: Any) -> Any:
    from doc_miner.spacy_component import make_doc_miner

    return make_doc_miner(nlp, "doc_miner")


@pytest.fixture(scope="module")
def nlp() -> Any:
    return spacy.blank("zh")


@pytest.fixture(scope="module")
def doc(nlp: Any, component: Any) -> Any:
    return component(nlp.make_doc(TEXT))


def figures(doc: Any) -> dict[str, Any]:
    return {span._.record.text: span for span in doc.spans["figures"]}


def test_the_pipe_is_found_by_its_entry_point() -> None:
    if not any(point.name == "doc_miner" for point in entry_points(group="spacy_factories")):
        pytest.skip("doc-miner is not installed as a distribution, so its entry point is not registered")
    nlp = spacy.blank("zh")
    nlp.add_pipe("doc_miner")
    doc = nlp("全县投入1.44亿元。")
    assert nlp.pipe_names == ["doc_miner"]
    assert [span._.value for span in doc.spans["figures"]] == [144000000]


def test_the_factory_is_registered_once_the_module_is_imported(component: Any) -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("doc_miner", name="miner")
    doc = nlp("全县投入1.44亿元。")
    assert nlp.pipe_names == ["miner"]
    assert [span._.record.text for span in doc.spans["figures"]] == ["1.44亿元"]


def test_the_report_is_that_of_the_text(doc: Any, miner: Miner) -> None:
    assert isinstance(doc._.report, Report)
    assert doc._.report == miner.mine_text(TEXT)


@pytest.mark.parametrize(("kind", "label"), [("problems", "PROBLEM"), ("measures", "MEASURE"), ("figures", "FIGURE")])
def test_every_record_is_a_span_that_holds_it(doc: Any, kind: str, label: str) -> None:
    records = getattr(doc._.report, kind)
    assert records and [span._.record for span in doc.spans[kind]] == list(records)
    for span in doc.spans[kind]:
        record = span._.record
        assert span.label_ == label
        assert span.start_char <= record.start < record.end <= span.end_char
        assert TEXT[record.start : record.end] == record.text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("73个", {"value": Decimal(73), "unit": "个", "qualifier": "=", "value_max": None, "role": "level"}),
        ("约7.3%", {"value": Decimal("7.3"), "unit": "%", "qualifier": "~"}),
        ("1.44亿元", {"value": Decimal(144000000), "unit": "元"}),
        ("3—5所", {"value": Decimal(3), "value_max": Decimal(5), "unit": "所"}),
        ("三分之二", {"value": Fraction(2, 3), "unit": None}),
    ],
)
def test_the_values_of_a_figure_stand_under_its_span(doc: Any, text: str, values: dict[str, object]) -> None:
    span = figures(doc)[text]
    assert {name: getattr(span._, name) for name in values} == values


def test_problems_and_measures_tell_categories_status_deadline_and_units(doc: Any) -> None:
    (problem,), (measure,) = doc.spans["problems"], doc.spans["measures"]
    assert problem._.categories[0] == "G2" and problem._.rule.startswith("problem/")
    assert (measure._.status, measure._.deadline, measure._.units) == ("planned", "2024-12-31", ("县教育局",))
    assert measure._.record.problem_id == problem._.record.problem_id


def test_a_value_that_a_kind_of_record_has_not_is_none(doc: Any) -> None:
    (problem,) = doc.spans["problems"]
    assert problem._.value is None and problem._.deadline is None
    assert figures(doc)["73个"]._.status is None
    assert doc[0:1]._.record is None and doc[0:1]._.value is None


@pytest.mark.parametrize("text", ["", "\n", "青岚县", "没有数字。", "😀投入3万元，𠮷县"])
def test_any_text_gives_a_doc_with_its_spans(nlp: Any, component: Any, text: str) -> None:
    doc = component(nlp.make_doc(text))
    assert doc.text == text and set(doc.spans) == {"problems", "measures", "figures"}
    assert [span._.record.text for span in doc.spans["figures"]] == (["3万元"] if "3" in text else [])


def test_spans_survive_a_tokenizer_that_cuts_elsewhere(component: Any) -> None:
    doc = component(spacy.blank("xx").make_doc(TEXT))
    for kind in ("problems", "measures", "figures"):
        records = getattr(doc._.report, kind)
        assert [span.start_char <= one.start < one.end <= span.end_char for span, one in zip(doc.spans[kind], records, strict=True)] == [True] * len(records)


def test_two_figures_in_one_token_keep_their_own_records(component: Any) -> None:
    doc = component(spacy.blank("xx").make_doc("新建学校3所招聘教师96名"))
    assert [span._.record.text for span in doc.spans["figures"]] == ["3所", "96名"]


def test_documents_go_through_pipe_one_by_one(component: Any) -> None:
    def texts() -> Iterator[str]:
        yield from ("新建学校3所。", "没有。", "招聘教师96名。")

    nlp = spacy.blank("zh")
    nlp.add_pipe("doc_miner")
    assert [[span._.value for span in doc.spans["figures"]] for doc in nlp.pipe(texts())] == [[3], [], [96]]
