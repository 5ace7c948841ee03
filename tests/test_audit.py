"""The audit: its table, its page and its behaviour are equal; and what must be left alone."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doc_miner.archive import mine_archive
from doc_miner.audit import RULES, SEVERITIES, Rule
from doc_miner.audit.across import REGION_RULES, audit_dataset
from doc_miner.cli import app
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import Lexicon
from doc_miner.loaders import read_source
from doc_miner.model import Finding
from doc_miner.pipeline import Miner

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "audit.md").read_text(encoding="utf-8")


def findings(text: str, miner: Miner) -> tuple[Finding, ...]:
    if text.startswith("<"):
        return miner.mine_source(read_source(text.encode(), "example.html"), path="example.html", sha256="0" * 64).findings
    return miner.mine_text(text).findings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_its_example_and_leaves_its_counterexample(rule: Rule, miner: Miner) -> None:
    found = [finding for finding in findings(rule.example, miner) if finding.rule == rule.name]
    assert found
    assert {finding.severity for finding in found} == {rule.severity}
    assert rule.name not in [finding.rule for finding in findings(rule.counterexample, miner)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_counterexample_holds_a_contradiction(rule: Rule, miner: Miner) -> None:
    assert [finding.message for finding in findings(rule.counterexample, miner) if finding.severity == "error"] == []


def test_the_page_describes_every_rule_as_the_table_has_it() -> None:
    parts = dict(re.findall(r"^### `([a-z0-9-]+)`\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S))
    assert list(parts) == [rule.name for rule in RULES]
    for rule in RULES:
        examples = re.findall(r"^```(?:text|html) (example|counterexample)\n(.*?)\n```$", parts[rule.name], re.M | re.S)
        assert examples == [("example", rule.example), ("counterexample", rule.counterexample)]
        assert f"{rule.title}. `{rule.severity}`." in parts[rule.name]


def test_the_page_describes_every_rule_across_documents() -> None:
    for rule in REGION_RULES:
        assert f"| `{rule.name}` | `{rule.severity}` | {rule.title} | {rule.example} | {rule.counterexample} |" in PAGE


def test_names_are_unique_and_severities_known() -> None:
    names = [rule.name for rule in (*RULES, *REGION_RULES)]
    assert len(set(names)) == len(names)
    assert {rule.severity for rule in (*RULES, *REGION_RULES)} <= set(SEVERITIES)


CONSISTENT = (
    "大班额占比由7.3%降至4.3%，降低了3个百分点。",
    "全县现有专任教师2893人，其中女教师1620人、党员940人、骨干教师512人。",
    "共有幼儿园82所，其中公办园35所、普惠性民办园39所。",
    "现有各级各类学校131所，其中幼儿园58所、小学46所、初中17所。",
    "配备专任教师1630人，其中音乐64人、体育81人、美术59人。",
    "地区生产总值从31.5亿元增加到44.2亿元，年均增长7.1%。",
    "校长轮岗交流13人，占比11.92%。",
    "全县培训教师约1600人次，其中小学1020人次、初中610人次。",
    "百朋中学已配有教师计算机43台，占教师比55%。",
    "已有小学达到人手1台计算机；白沙中学已配有教师计算机43台，占教师比55%。",
    "小学、初中专任教师充足；生师比分别为16.0∶1和12.0∶1。",
    "小学学龄儿童入学率100%，学前教育毛入园率102.3%。",
    "校外学科类培训机构由127家压减到19家，压减率达85%。",
    "累计下发整改通知书63份，已整改问题占95.2%。",
    "项目于2020年2月29日开工，2021年12月31日竣工。",
    "全县在校生38214人，较上年有所减少，乡村学生不足四成。",
    "一季度销号6个，二季度销号9个，累计销号15个；未销号6个，占28.6%。其中立行立改8个全部销号，限期整改销号4个、余3个，长期坚持销号3个、余3个。",
    "抽查学校24所（小学12、初中8、普通高中2、幼儿园2），随堂听课48节。",
    "教学班700个，其中小学486个、初中214个；大班额37个（小学23个、初中14个），占5.3%。",
    "核定编制3860名，实有3572人，空编288名。2025年公开招聘120人，2026年拟再招聘110人，剩余58名编制。",
    "随机抽查教师48人，其中女教师31人，高出全市平均水平12人。",
    "累计下发整改通知书63份，已整改问题占95.2%，督导结果与评优挂钩。",
    "市级特色学校达140所以上。\n到2021年，市级特色学校达150所以上。",
    "每百名学生拥有骨干教师小学、初中分别为4.86人和6.02人。",
    "3所学校共缺9600平方米：东关小学4200平方米、西关小学3100平方米、南桥中学2300平方米，在建面积8000平方米，建成后还差1600平方米。",
    "乡镇岗位按月发放补助，偏远乡400元、一般乡300元、镇200元，即每年分别为4800元、3600元和2400元。",
    "建成教学楼2—3栋，每年举办1—2次比赛，2016—2020年投入资金3.2亿元。",
    "重点抓好三个方面：一是扩充学位；二是补足教师；三是改善条件。",
    "到2025年全面消除大班额；到2023年底的任务已经完成。",
    "三年来，累计投入资金13.26亿元。其中，一是投入6.58亿元新建学校；二是投入1.44亿元购置设备；三是投入5.24亿元培训教师。",
    "教育投入保持增长。2021年，全县教育支出7.14亿元，同比增长6.9%；小学生均经费达到11380元、初中达到14920元。",
    "青岚县督导反馈问题整改方案\n2022年8月15日\n加快建设第五初中，2023年秋季学期投入使用。到2023年底，反馈问题整改率100%。",
)


@pytest.mark.parametrize("text", CONSISTENT)
def test_what_agrees_or_cannot_be_decided_is_no_finding(text: str, miner: Miner) -> None:
    assert [(f.rule, f.message) for f in findings(text, miner) if f.severity != "info"] == []


WRONG = (
    ("网络多媒体教室达到1210间，比2019年的605间翻了两番。", "movement-difference"),
    ("整改共需资金1亿元。其中上级补助占45%，即5400万元；县级配套5500万元，占55%。", "share-of-whole"),
    ("2021年达标30所，占57.7%；2022年累计36所，占69.2%；2023年累计43所，占28.7%；2024年累计49所，占94.2%。", "share-of-whole"),
    ("全县教育经费总投入为10.36亿元，其中财政性教育经费9.64亿元，财政性经费占总投入的85.1%。", "share-of-whole"),
    ("本科上线2106人，上线率45.0%（实考3240人）。", "share-of-whole"),
    ("新增中小学学位9300个、幼儿园学位1440个，学位总量增加17040个。", "result-sum"),
    ("学校排查14个项目。目前已完成整改9个，基本完成3个，尚未启动1个。", "kinds-and-total"),
    ("应交流教师145人，今秋已交流116人，占80%，还需交流92人。", "result-rest"),
    ("学生三万八千二百人，跟五年前的四万五千二百人比，少了整整九千人。", "movement-difference"),
    ("占比由7.3%降至4.3%，降低了3个班。", "impossible-unit"),
    ("可新增中学学位2100%。", "impossible-unit"),
    ("有2所学校体育运动场地不足，共缺2626公里。", "impossible-unit"),
    ("艺术课程占总课时的比例不低于200%。", "rate-over-100"),
    ("按照《乡村教师支持计划（2015—2002年）》补充教师。", "inverted-range"),
    ("城关小学、北门小学、河湾中学共4所学校的教师达到人手1台计算机。", "list-count"),
    ("2023年10月16日至20日，督导组进行了为期8天的实地督导。", "period"),
    ("特殊教育学校生均公用经费6000万元。", "improbable-amount"),
    ("班级36个，大班额中超大班额6个，占班级总数的0.67。", "missing-unit"),
    ("今年应参加培训教师1311人，已完成培训1002人，完成率88.6%。", "share-of-whole"),
    ("有4所学校体育运动场地面积不足，占比6.60%。", "share-of-whole"),
    ("在校学生62318人，比上年减少1046人，下降2.7%。", "movement-difference"),
    ("目前尚有空编475名。2025年公开招聘教师150人，2026年拟再招聘教师225人，最终剩余110名编制。", "balance"),
    ("全县小学在校生8000人，教学及辅助用房面积41600平方米，生均6.2平方米。", "average"),
    ("工程于2019年13月完工。", "impossible-date"),
    ("尚缺体育、艺术教师人，其中乡镇学校缺86人。", "missing-number"),
    ("招聘教师75，其中音乐15名、体育28名、美术19名、科学13名。", "missing-unit"),
)


@pytest.mark.parametrize(("text", "rule"), WRONG)
def test_a_planted_error_is_found(text: str, rule: str, miner: Miner) -> None:
    assert rule in [finding.rule for finding in findings(text, miner)]


TABLES = (
    ("学段\t学校（所）\t班级（个）\t在校生（人）\n小学\t57\t986\t38420\n初中\t21\t405\t18630\n合计\t78\t1491\t57050", "table-total"),
    ("| 学段 | 班级 | 56人以上 |\n| --- | --- | --- |\n| 小学 | 612 | 34 |\n| 初中 | 288 | 25 |\n| 小计 | 800 | 59 |", "table-total"),
    ("学段\t2021年\t2022年\t增加额\n幼儿园\t600\t660\t90\n小学\t1028\t1109\t81\n初中\t1246\t1352\t106\n高中\t1310\t1402\t92", "table-derived"),
    ("指标\t小学标准\t小学现状\n生均教学用房\t4.5\t4.08\t5.8\n生均场馆\t7.5\t6.6\t10.2\n设备值\t7.5\t6.6\t10.2", "repeated-row"),
)


@pytest.mark.parametrize(("text", "rule"), TABLES)
def test_a_table_written_with_tabs_or_bars_is_read_as_one(text: str, rule: str, miner: Miner) -> None:
    source = read_source(("各学段情况如下。\n" + text + "\n以上数据截至年底。").encode(), "example.txt")
    assert rule in [finding.rule for finding in miner.mine_source(source, path="example.txt", sha256="0" * 64).findings]


def test_goals_are_marked_where_they_stand(miner: Miner) -> None:
    text = "县域义务教育优质均衡发展年度目标\n\n2021\n\n2022\n\n2023\n\n23.初中三年巩固率95%\n\n94%\n\n49%\n\n96%\n\n24.无过重课业负担。\n\n达标\n\n达标\n\n达标\n"
    (finding,) = (f for f in findings(text, miner) if f.rule == "goal-falls")
    assert text[finding.start : finding.end] == "49%"


def test_a_finding_cites_figures_of_its_document_and_lies_in_its_text(miner: Miner) -> None:
    report = miner.mine_text("招聘教师75名，其中音乐15名、体育28名、美术19名、科学16名。")
    (finding,) = report.findings
    assert set(finding.figures) <= {figure.figure_id for figure in report.figures}
    assert 0 <= finding.start < finding.end <= len(report.document.text)
    assert "15名＋28名＋19名＋16名＝78人" in finding.message


def test_samples_hold_no_contradiction(miner: Miner) -> None:
    folder = Path(__file__).resolve().parents[1] / "corpora" / "samples"
    for path in sorted(folder.glob("*.txt")):
        report = miner.mine_source(read_source(path.read_bytes(), path.name), path=path.name, sha256="0" * 64)
        assert [f.message for f in report.findings if f.severity == "error"] == []


REPORT = "{county}人民政府关于教育督导反馈问题整改情况的报告\n一、存在问题\n（一）大班额问题仍然突出。县城小学56人以上大班额较多，学位供给不足。\n整改措施：\n1.{measure}\n二、基本情况\n{year}年全县初中三年巩固率为{rate}%。\n{county}人民政府\n{day}\n"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    county = "柳州市融安县"
    (folder / "a.txt").write_text(REPORT.format(county=county, measure="新建学校2所，大班额已全部消除。", year=2019, rate="98.6", day="2019年9月27日"), encoding="utf-8")
    (folder / "b.txt").write_text(REPORT.format(county=county, measure="计划在2021年底前新建学校3所。", year=2019, rate="96.8", day="2020年10月9日"), encoding="utf-8")
    mine_archive([folder], folder / "dataset.db", lexicon=Lexicon.load(), engine=Serial())
    return folder / "dataset.db"


@pytest.mark.parametrize("rule", ["values-differ", "problem-returns", "promise-unreported"])
def test_documents_of_one_county_are_held_against_each_other(rule: str, archive: Path) -> None:
    assert [remark.path for remark in audit_dataset(archive, date(2024, 1, 1)) if remark.rule == rule] == [str(archive.parent / "b.txt")]


def test_a_promise_is_not_due_before_its_day(archive: Path) -> None:
    assert "promise-unreported" not in [remark.rule for remark in audit_dataset(archive, date(2021, 6, 1))]


def test_the_command_lists_by_severity(archive: Path) -> None:
    result = CliRunner().invoke(app, ["audit", "--dataset", str(archive), "--severity", "error", "--today", "2024-01-01"])
    assert result.exit_code == 0
    assert "矛盾" in result.output
    assert "两份文件数字不一" in result.output
    assert "提示（" not in result.output


GENERAL = (
    ("parts-and-whole", "交流轮岗教师225人，男教师87人，女教师128人。", "交流轮岗教师215人，男教师87人，女教师128人。"),
    ("parts-and-whole", "全县义务教育学校专任教师总数为2946人。其中：小学专任教师1803人；初中专任教师1161人。", "全县义务教育学校专任教师总数为2964人。其中：小学专任教师1803人；初中专任教师1161人。"),
    ("parts-and-whole", "全县排查出问题85个，已完成整改41个，正在整改13个，尚未启动4个。", "全县排查出问题58个，已完成整改41个，正在整改13个，尚未启动4个。"),
    ("parts-and-whole", "全县累计投入1.26亿元，其中：2020年3600万元，2021年4200元，2022年4800万元。", "全县累计投入1.26亿元，其中：2020年3600万元，2021年4200万元，2022年4800万元。"),
    ("parts-and-whole", "三年共投入2.86亿元，其中中央和自治区资金1.93亿元、县级配套1.33亿元。", "三年共投入2.86亿元，其中中央和自治区资金1.53亿元、县级配套1.33亿元。"),
    ("parts-and-whole", "安排教育专项资金5230万元，用于校舍维修1860万元、设备购置2410万元、教师培训1230万元。", "安排教育专项资金5230万元，用于校舍维修1860万元、设备购置2140万元、教师培训1230万元。"),
    ("sum-of-parts", "发放生活补助386万元、班主任津贴214万元、绩效奖励1450万元，合计发放2500万元。", "生活补助标准分别为每人每月200元、400元和600元，累计发放921.6万元。"),
    ("movement-difference", "布局调整前有教学点96个，调整后为71个，撤并35个。", "布局调整前有教学点96个，调整后为71个，撤并25个。"),
    ("movement-difference", "2022年教育支出53280万元，比2021年的49960万元增加3230万元。", "在校学生23941人，比上年减少1154人，下降4.6%。"),
    ("yearly-change", "2021年全县在校生38240人。\n2022年全县在校生38610人，比上年增加730人。", "2020年全县在校生38240人。\n2022年全县在校生38610人，比上年增加730人。"),
    ("yearly-change", "2020年全县大班额34个。\n2022年全县大班额9个。\n2022年比2020年全县大班额减少15个。", "2020年全县大班额34个。\n2022年全县大班额9个。\n2022年比2020年全县大班额减少25个。"),
    ("share-of-whole", "列入清单的54条意见中，已有36条整改到位，整改完成率为80%。", "列入清单的45条意见中，已有36条整改到位，整改完成率为80%。"),
    ("share-of-whole", "骨干教师634人，占全县教师总数2600人的14%。", "骨干教师364人，占全县教师总数2600人的14%。"),
    ("share-of-whole", "初中毕业生5200人，升入高中阶段学校4490人，升学率95%。", "初中毕业生5200人，升入普通高中2600人，升学率95%。"),
    ("average", "购置图书40800册，每册均价25元，合计120万元。", "购置图书48000册，每册均价25元，合计120万元。"),
    ("average", "为1520名学生发放补助，人均800元，共100万元。", "为1250名学生发放补助，人均800元，共100万元。"),
    ("ratio-of-totals", "全县学生9360人，专任教师850人，师生比1:13。", "全县学生9360人，专任教师702人，小学师生比1:17。"),
    ("missing-number", "初中毕业生升学率为，初中三年巩固率为97.6%。", "初中毕业生升学率为97%，初中三年巩固率为97.6%。"),
    ("missing-unit", "2021年招聘教师120。2022年招聘教师138人。", "问题1：招聘教师不够。2022年招聘教师138人。"),
    ("repeated-statement", "音体美教师短缺85名。\n关于音体美教师短缺58名的问题。", "音体美教师短缺85名。\n关于音体美教师短缺85名的问题。"),
)


@pytest.mark.parametrize(("rule", "wrong", "right"), GENERAL, ids=[f"{row[0]}-{n}" for n, row in enumerate(GENERAL)])
def test_a_rule_reads_other_wordings_of_its_identity(rule: str, wrong: str, right: str, miner: Miner) -> None:
    assert rule in [finding.rule for finding in findings(wrong, miner)]
    assert [finding.message for finding in findings(right, miner) if finding.severity != "info"] == []


def test_a_row_of_small_numbers_that_stands_twice_is_a_copy_only_where_the_totals_miss_it(miner: Miner) -> None:
    def table(second: str, total: str) -> str:
        rows = ("<td>乡镇</td><td>小学</td><td>初中</td><td>合计</td>", "<td>青石镇</td><td>6</td><td>2</td><td>8</td>", f"<td>白水镇</td>{second}", "<td>云岭乡</td><td>4</td><td>1</td><td>5</td>", f"<td>总计</td>{total}")
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    same = "<td>6</td><td>2</td><td>8</td>"
    assert "repeated-row" in [finding.rule for finding in findings(table(same, "<td>19</td><td>4</td><td>23</td>"), miner)]
    assert "repeated-row" not in [finding.rule for finding in findings(table(same, "<td>16</td><td>5</td><td>21</td>"), miner)]


@pytest.mark.parametrize(
    "text",
    [
        "四个方面共32项指标，达标29项，未达标3项。其中“资源配置”7项指标中达标6项、“政府保障”15项中达标13项。",
        "共分解任务41项：教育局18项，财政局6项，编办和人社局各5项，住建局4项，水利局3项。",
        "音乐教师应配6人只有2人，美术应配6人只有1人，体育应配8人只有5人，三科一共缺12人。",
        "自评得分：机会均等18.5分（满分20分），条件保障24.0分（满分26分），队伍建设27.0分（满分28分），总计69.5分。",
        "当年补充教师236人，其中硕士研究生49人；骨干教师512人，占专任教师的7.3%；交流轮岗教师418人。",
        "三年补充教师826名，其中研究生学历109名，小学、初中专任教师本科学历比例分别达到88.7%和97.2%。",
        "新安排住房740万套，其中改造580万套，增加110万套。",
        "补助标准由每人240元提高到280元，人均经费由25元提高到30元。",
        "计划招聘370人（在编225人、参聘145人），剩余100名编制备用。",
    ],
)
def test_numbers_that_do_not_belong_together_are_left_alone(text: str, miner: Miner) -> None:
    assert [finding.message for finding in findings(text, miner) if finding.severity != "info"] == []
