"""The classifiers: labels, confidences, the model file, a category system of one's own."""

from __future__ import annotations

import io
import pickle
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from doc_miner.archive import mine_archive
from doc_miner.classify import REVIEW_BELOW, FigureWords, IndicatorFinder, LexiconClassifier, model_digest, speaks_of_basic_standard
from doc_miner.classify.choice import shipped_model
from doc_miner.classify.command import train_model
from doc_miner.classify.corpus import corpus_digest, read_corpus
from doc_miner.classify.trained import TrainedClassifier
from doc_miner.classify.training import measure
from doc_miner.classify.weights import load, save
from doc_miner.engine.serial import Serial
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon
from doc_miner.pipeline import Miner
from doc_miner.present.terminal import print_report
from doc_miner.textfold import fold

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpora" / "training"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="module")
def trained(lexicon: Lexicon) -> TrainedClassifier:
    return TrainedClassifier(load(shipped_model()), lexicon)


# --- labels --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "main"),
    [
        ("足额安排教师培训经费，按不低于学校年度公用经费预算总额的5%执行。", "G6"),
        ("教育经费投入不足，生均公用经费没有及时拨付到校。", "G4"),
        ("推进校长教师交流轮岗，今年选派骨干教师到乡村学校任教。", "G8"),
        ("教师编制总量不足，空余编制没有及时使用。", "G7"),
        ("落实控辍保学责任，及时劝返辍学学生。", "Q1"),
        ("实行划片招生、就近入学，严禁择校。", "G10"),
        ("对重度残疾儿童开展送教上门。", "Q2"),
        ("加快消除大班额。", "G2"),
    ],
)
def test_statements_of_close_topics_are_told_apart(trained: TrainedClassifier, text: str, main: str) -> None:
    assert trained.label_statement(fold(text)).categories[0] == main


def test_a_statement_of_two_things_has_both(trained: TrainedClassifier) -> None:
    label = trained.label_statement(fold("新建小学2所，新增学位2160个，有效化解城区大班额。"))
    assert label.categories[0] == "G1" and "G2" in label.categories


@pytest.mark.parametrize(
    ("subject", "sentence", "category"),
    [
        ("采购计算机资金", "采购300台计算机，拨款135万元", "R4"),
        ("新建学校投资", "投资2.9亿元新建小学2所", "G1"),
        ("招聘教师", "公开招聘教师96名", "R1"),
        ("高中在校生", "普通高中在校生8,392人", "O2"),
        ("县级自评得分", "县级自评得分96.5分", "O1"),
    ],
)
def test_a_figure_is_about_what_it_counts_or_buys(trained: TrainedClassifier, subject: str, sentence: str, category: str) -> None:
    assert trained.label_figure(fold(subject), fold(sentence), fold(sentence)).categories == (category,)


def test_all_at_once_is_the_same_as_one_by_one(trained: TrainedClassifier) -> None:
    statements = ["加快消除大班额。", "", "推进校长教师交流轮岗。\n选派骨干教师支教。", "加快消除大班额。"]
    figures = [FigureWords("新增学位", "新增学位450个", "投资900万元,新增学位450个"), FigureWords("", "", ""), FigureWords("资金", "资金20万元", "资金20万元,用于购置图书")]
    together, of_figures = trained.label_all(statements, figures)
    assert together == [trained.label_statement(text) for text in statements]
    assert of_figures == [trained.label_figure(f.subject, f.clause, f.sentence) for f in figures]
    assert trained.label_all([], []) == ([], [])


@pytest.mark.parametrize("text", ["", " ", "\x02\x02", "。。。", "1234", "\ud800", "abc", "新" * 5000, "\n\n", "é̂"])
def test_any_text_has_a_label_and_a_probability(trained: TrainedClassifier, lexicon: Lexicon, text: str) -> None:
    label = trained.label_statement(text)
    assert set(label.categories) <= set(lexicon.categories) and label.categories
    assert 0 <= label.confidence <= 1


@pytest.mark.parametrize("text", ["今年化肥农药使用量下降3%，建成高标准农田2万亩。", "公安机关侦破电信诈骗案件120起。", "县医院新增重症床位40张。", "规模以上工业增加值增长6.2%。"])
def test_other_fields_get_low_confidence(trained: TrainedClassifier, text: str) -> None:
    assert trained.label_statement(fold(text)).confidence < REVIEW_BELOW
    assert trained.label_figure("", fold(text), fold(text)).confidence < REVIEW_BELOW


def test_a_document_of_another_field_is_not_passed_off_as_sure() -> None:
    text = "全县农业工作总结\n一、存在的主要问题\n1.农田水利设施老化，灌溉用水得不到保障。\n2.生猪养殖污染治理不到位。\n二、整改措施\n1.维修渠道36公里，改造泵站12座。\n2.关停搬迁养殖场28家。\n"
    report = Miner().mine_text(text)
    sure = [record for record in (*report.problems, *report.measures) if record.confidence >= REVIEW_BELOW]
    assert len(sure) <= 1


HOSPITAL = "云栖县人民医院整改报告\n一、存在的主要问题\n1.家庭医生签约服务流于形式，群众满意度仅78%。\n二、整改情况\n1.举办乡村医生培训班4期，培训护理人员320人次。\n"


def test_figures_of_another_field_are_doubted_by_their_sentence_and_have_no_indicator() -> None:
    report = Miner().mine_text(HOSPITAL)
    assert len(report.figures) >= 3
    assert [f.text for f in report.figures if f.confidence >= 0.8] == []
    assert [f.indicator for f in report.figures] == [None] * len(report.figures)
    assert [p.indicator for p in report.problems] == [None]
    ours = Miner().mine_text("云栖县义务教育均衡发展自评报告\n1.义务教育群众满意度为91%，教师参加培训320人次。\n")
    assert [f.indicator for f in ours.figures] == ["JB-11", None]
    assert all(f.confidence >= REVIEW_BELOW for f in ours.figures)


def test_a_short_sentence_tells_nothing_of_the_field(trained: TrainedClassifier) -> None:
    assert trained.label_figure("大班额占比", "占8.9%", "占8.9%").confidence >= 0.8


def test_records_to_check_are_marked_where_they_are_shown_and_listed_in_the_dataset(tmp_path: Path, lexicon: Lexicon, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hospital.txt").write_text(HOSPITAL, encoding="utf-8")
    (tmp_path / "school.txt").write_text("云栖县整改报告\n一、存在的主要问题\n1.部分学校大班额问题突出。\n2.教师培训经费安排不足。\n", encoding="utf-8")
    for name, marked in (("hospital.txt", True), ("school.txt", False)):
        print_report(Miner(lexicon).mine_text((tmp_path / name).read_text(encoding="utf-8")), {code: c.name for code, c in lexicon.categories.items()})
        assert ("待复核，把握" in capsys.readouterr().out.replace("\n", "")) is marked
    mine_archive([tmp_path / "hospital.txt", tmp_path / "school.txt"], tmp_path / "d.db", lexicon=lexicon, engine=Serial())
    with closing(sqlite3.connect(tmp_path / "d.db")) as db, db:
        found = db.execute("SELECT record_kind, record_id, text, confidence FROM to_review").fetchall()
        assert {kind for kind, *_ in found} >= {"problem", "measure"}
        assert all(confidence < REVIEW_BELOW for *_, confidence in found) and "部分学校大班额问题突出。" not in {text for _, _, text, _ in found}
        kind, record, *_ = found[0]
        db.execute("INSERT INTO reviews (review_id, record_kind, record_id, field, verdict) VALUES ('r1', ?, ?, 'categories', 'confirmed')", (kind, record))
        assert record not in {row[0] for row in db.execute("SELECT record_id FROM to_review")}


# --- the shipped model -----------------------------------------------------------------------------
def test_shipped_model_is_the_default(lexicon: Lexicon) -> None:
    assert isinstance(Miner(lexicon).classifier, TrainedClassifier)


def test_shipped_model_keeps_its_scores(trained: TrainedClassifier, lexicon: Lexicon) -> None:
    scores = measure(trained, [row for row in read_corpus(CORPUS, lexicon) if row.in_test])
    assert scores == trained.weights.provenance["test"]
    assert scores["macro_f1"] >= 0.93
    assert scores["ece"] <= 0.05


def test_shipped_model_says_where_it_comes_from(trained: TrainedClassifier) -> None:
    known = trained.weights.provenance
    assert known["corpus_sha256"] == corpus_digest(CORPUS), "doc-miner train"
    assert known["corpus_date"] and known["versions"]["scikit-learn"] and known["training_rows"] > 5000


def test_shipped_model_is_small_and_holds_no_code() -> None:
    path = shipped_model()
    assert path.stat().st_size <= 5_000_000
    with zipfile.ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            with archive.open(name) as member:
                assert np.lib.format.read_array(member, allow_pickle=False).dtype.hasobject is False


def test_saved_and_loaded_again_is_the_same_file(tmp_path: Path, trained: TrainedClassifier) -> None:
    assert save(load(shipped_model()), tmp_path / "again.npz") == shipped_model().read_bytes()


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("ran",)

    hostile = io.BytesIO()
    np.savez(hostile, meta=np.array([Evil()], dtype=object))
    for number, data in enumerate([b"", b"PK\x03\x04", b"x" * 100, shipped_model().read_bytes()[:5000], pickle.dumps(1), hostile.getvalue()]):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(data)
        with pytest.raises(SettingsError, match="不是可用的模型文件"):
            load(path)


def test_help_import_and_digest_load_no_numpy() -> None:
    code = "import sys, doc_miner, doc_miner.cli, doc_miner.classify as c; c.model_digest(doc_miner.lexicon.default_lexicon()); print([m for m in ('numpy', 'sklearn', 'pandas', 'jieba') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip() == "[]"


# --- cue words alone -------------------------------------------------------------------------------
def test_cue_words_label_without_a_model(lexicon: Lexicon) -> None:
    classifier = LexiconClassifier(lexicon)
    assert classifier.label_statement("加快消除大班额").categories[0] == "G2"
    assert classifier.label_statement("天气晴好").confidence == 0.1
    assert classifier.label_all(["加快消除大班额"], [FigureWords("大班额", "大班额73个", "大班额73个")])[1][0].categories == ("G2",)


# --- official indicators ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "basic", "code"),
    [
        ("生均体育运动场馆面积不达标", False, "YZ-05"),
        ("生均体育运动场馆面积不达标", True, "JB-02"),
        ("教师培训经费安排不足", False, "YZ-26"),
        ("初中三年巩固率为96.4%", False, "YZ-23"),
        ("城乡学校师生比例失衡", False, None),
        ("生均教学及辅助用房面积差异系数超标", False, None),
        ("生均体育运动场馆面积、生均教学仪器设备值均不达标", False, None),
        ("加强队伍建设", False, None),
    ],
)
def test_an_indicator_is_named_by_its_wording_or_not_at_all(lexicon: Lexicon, text: str, basic: bool, code: str | None) -> None:
    assert IndicatorFinder(lexicon).find(text, basic=basic) == code


def test_an_indicator_of_another_category_is_a_passing_mention(lexicon: Lexicon) -> None:
    assert IndicatorFinder(lexicon).find("缺教师，也影响社会认可度", basic=False, categories=("R1",)) is None


@pytest.mark.parametrize(
    ("subject", "clause", "unit", "stage", "category", "code"),
    [
        ("小学生均体育运动场馆面积", "小学生均体育运动场馆面积8.1平方米", "平方米", "小学", "R2", "YZ-05"),
        ("占比", "初中三年巩固率98.7%", "%", "初中", "Q1", "YZ-23"),
        ("生均体育运动场馆面积未达标小学占比", "占18.5%", "%", "小学", "R2", None),
        ("生均体育运动场馆面积缺口", "缺口3.1万平方米", "平方米", None, "R2", None),
        ("生均体育运动场馆面积差异系数", "差异系数0.49", None, "小学", "R5", None),
        ("初中三年巩固率专任教师", "专任教师120人", "人", "初中", "R1", None),
        ("新建美术专用教室", "新建美术专用教室12间", "间", None, "R2", None),
        ("生均图书", "生均图书31册", "册", "小学", "R3", "JB-05"),
        ("社会认可度", "社会认可度提升2.1个百分点", "个百分点", None, "S1", None),
    ],
)
def test_a_figure_has_the_indicator_whose_value_it_states(
    lexicon: Lexicon, subject: str, clause: str, unit: str | None, stage: str | None, category: str, code: str | None
) -> None:
    assert IndicatorFinder(lexicon).find_for_figure(subject, clause, unit=unit, stage=stage, basic=False, category=category) == code


def test_the_standard_is_told_by_its_name() -> None:
    assert speaks_of_basic_standard("义务教育基本均衡县国家督导")
    assert not speaks_of_basic_standard("义务教育优质均衡县创建，巩固基本均衡成果，优质均衡")


# --- a category system of one's own ----------------------------------------------------------------
SAFETY = {
    "F1": ("消防安全", "灭火器、疏散通道、消防演练", "消防|灭火器|疏散|火灾|消火栓|烟感"),
    "F2": ("食品安全", "食堂、留样、从业人员健康证", "食堂|留样|健康证|食材|餐具|食品"),
    "F3": ("校车交通", "校车、驾驶员、线路", "校车|驾驶员|超载|线路|交通"),
    "F4": ("设施安全", "围墙、护栏、用电、危房", "围墙|护栏|用电|线路老化|危房|楼梯"),
}
PHRASES = {
    "F1": "过期未更换|配备不足|通道被杂物堵塞|演练没有开展|报警器失灵|标识缺失",
    "F2": "记录不全|没有按规定保存48小时|已过期|索证索票缺失|消毒不彻底|加工间生熟不分",
    "F3": "资质过期|没有签订责任书|车况检查流于形式|未安装定位|逾期未检|接送点没有标志",
    "F4": "高度不够|出现裂缝|老化裸露|年久失修|扶手松动|墙体倾斜",
}


@pytest.fixture
def safety(tmp_path: Path, lexicon: Lexicon) -> Path:
    folder = tmp_path / "safety"
    shutil.copytree(lexicon.folder, folder)
    (folder / "categories.tsv").write_text("code\tname\tdimension\tscope\n" + "".join(f"{code}\t{name}\t安全\t{scope}\n" for code, (name, scope, _) in SAFETY.items()), encoding="utf-8")
    cues = [(code, cue) for code, (_, _, forms) in SAFETY.items() for cue in forms.split("|")]
    (folder / "category_cues.tsv").write_text("code\tform\tweight\n" + "".join(f"{code}\t{cue}\t3\n" for code, cue in cues), encoding="utf-8")
    (folder / "indicators.tsv").write_text("code\tnumber\tname\tcategory\tthresholds\tsynonyms\tsource\n", encoding="utf-8")
    rows = ["kind\tcategories\ttext\tsubject\tcontext"]
    for code, (_, _, forms) in SAFETY.items():
        for cue, phrase in zip(forms.split("|"), PHRASES[code].split("|"), strict=False):
            rows += [f"problem\t{code}\t部分学校{cue}{phrase}。\t\t", f"measure\t{code}\t立即整改{cue}问题，逐校检查。\t\t", f"figure\t{code}\t排查{cue}隐患12处\t{cue}隐患\t"]
    (folder / "training").mkdir()
    (folder / "training" / "rows.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_a_category_system_of_ones_own_works_by_its_cues(safety: Path) -> None:
    miner = Miner(Lexicon.load(safety))
    assert isinstance(miner.classifier, LexiconClassifier)
    assert miner.classifier.label_statement("学校食堂没有留样").categories == ("F2",)
    assert miner.classifier.label_statement("天气晴好").categories[0] in SAFETY


def test_a_category_system_of_ones_own_is_trained_and_used(safety: Path) -> None:
    before = Lexicon.load(safety).digest
    summary = train_model(None, safety, None, None)
    assert "4 个类别" in summary
    lexicon = Lexicon.load(safety)
    assert lexicon.digest != before
    miner = Miner(lexicon)
    assert isinstance(miner.classifier, TrainedClassifier)
    for text, code in (("校车驾驶员资质审查不严。", "F3"), ("消火栓无水，疏散标识不清。", "F1"), ("围墙开裂，护栏高度不足。", "F4")):
        assert miner.classifier.label_statement(fold(text)).categories[0] == code
    first = (safety / "indicators.npz").read_bytes()
    train_model(None, safety, None, None)
    assert (safety / "indicators.npz").read_bytes() == first


def test_the_digest_is_that_of_the_model_in_use(safety: Path, lexicon: Lexicon) -> None:
    shipped = model_digest(lexicon)
    assert len(shipped) == 16
    assert model_digest(Lexicon.load(safety)) == "", "cue words decide"
    train_model(None, safety, None, None)
    own = model_digest(Lexicon.load(safety))
    assert len(own) == 16 and own != shipped
    path = safety / "indicators.npz"
    path.write_bytes(path.read_bytes() + b"\0")
    assert model_digest(Lexicon.load(safety)) != own
    path.write_bytes(b"no model")
    with pytest.raises(SettingsError, match="不是可用的模型文件"):
        model_digest(Lexicon.load(safety))


def test_a_model_of_few_sentences_says_so_and_is_not_sure(safety: Path) -> None:
    rows = (safety / "training" / "rows.tsv").read_text(encoding="utf-8").split("\n")
    (safety / "training" / "rows.tsv").write_text("\n".join(rows[:7]) + "\n", encoding="utf-8")
    assert "置信度无法校准" in train_model(None, safety, None, None)
    label = Miner(Lexicon.load(safety)).classifier.label_statement("消火栓无水,灭火器过期。")
    assert label.categories[0] == "F1" and label.confidence < REVIEW_BELOW


def test_training_without_sentences_says_what_is_missing(safety: Path) -> None:
    shutil.rmtree(safety / "training")
    with pytest.raises(SettingsError, match="找不到标注语句"):
        train_model(None, safety, None, None)
