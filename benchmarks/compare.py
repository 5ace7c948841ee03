"""Reports over many counties: how long they take to make and how long a browser takes to open them.

    python benchmarks/compare.py [--counties 40] [--years 5] [--large 2000] [--folder DIR] [--only small,large]

Writes documents of counties that do not exist from a grammar, mines them, and writes a comparison (page and workbook) and panels.
The last measure is of as many documents as ``--large`` says, retold with other counties in the dataset itself. Opening is timed in
headless Chromium, where it and playwright are installed, from the start of navigation: to the first text on the screen, to the load event, and to the
frame that shows the answer to a click made then (a list unfolds, or the window scrolls), which is held against the bar. Prints each
measure beside its bar; exit code 1 where a page misses one. With ``--folder`` the files stay there to be looked at.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from doc_miner.archive import mine_archive
from doc_miner.compare.command import write_comparison, write_indicator_panel
from doc_miner.dataset.rows import rows_of
from doc_miner.dataset.store import Store
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import default_lexicon
from doc_miner.loaders import load_source
from doc_miner.pipeline import Miner

REPORT_SECONDS, OPEN_SECONDS = 10.0, 2.0
_FIRST, _SECOND = "砚枫桐霁苕蓼澹沅栎槿", "湾陂汀岗渚畈塬堰"

# Category: what is lacking, what is done about it ({n}: a number, {m}: money, {y}: a year, {t}: a town), and how the figures moved.
TOPICS = (
    (
        ("中小学音体美教师配备不够，按课程计划测算仍缺{n}人。", "村级小学专任教师结构不合理，英语和信息技术学科缺口{n}人。"),
        (
            "面向社会公开招聘音乐、体育、美术教师{n}名，全部安排到乡镇任教。",
            "通过政府购买服务聘用顶岗教师{n}名，县财政列支{m}万元。",
            "从城区选派骨干教师{n}名到{t}小学支教，每周走教不少于两天。",
            "组织转岗教师参加县级学科培训{n}人次。",
            "由编办从事业编制中调剂教师编制{n}个。",
        ),
        "专任教师缺口由{a}人减少到{b}人。",
    ),
    (
        ("城区部分学校班额偏大，56人以上的大班额有{n}个。", "县城小学大班额问题依然存在，超过标准的班级有{n}个。"),
        (
            "新建{t}第二小学，总投资{m}万元，{y}年9月底前投入使用，新增学位{n}个。",
            "严格划定招生片区，从起始年级控制班额，转学由县教育局统一审批。",
            "扩建{t}中心小学教学楼，增加普通教室{n}间，计划{y}年8月完工。",
            "按照集团化办学的思路，由城区学校与乡镇学校结成{n}个共同体。",
        ),
        "56人以上大班额由{a}个减少到{b}个，占比由{p}%降至{q}%。",
    ),
    (
        ("小学生均体育运动场馆面积不足，有{n}所学校未达到标准。", "{t}等学校教学辅助用房面积不达标，共缺{n}平方米。"),
        (
            "投入资金{m}万元改造运动场{n}平方米，{y}年12月底前完工。",
            "与乡镇文体中心签订场地共享协议，错时向学生开放。",
            "利用撤并教学点的闲置校舍改造专用教室{n}间。",
        ),
        "小学生均体育运动场馆面积由{s}平方米提高到{u}平方米。",
    ),
    (
        ("村小网络多媒体教室数量不够，有{n}个班级没有配备设备。", "信息化设备老化，{n}台计算机超过使用年限。"),
        (
            "安排专项资金{m}万元采购多媒体设备{n}套，实现班班通。",
            "依托同步课堂为{n}个教学点开设音乐、美术课。",
            "制定信息化设备使用管理办法，每学期检查一次使用情况。",
        ),
        "配备多媒体设备的班级由{b}个增加到{a}个。",
    ),
    (
        ("校长教师交流轮岗力度不大，上年度参加交流的教师只占{p}%。",),
        (
            "出台校长教师交流轮岗实施办法，城区教师到乡村任教满两年方可评聘高级职称。",
            "成立由分管副县长任组长的工作专班，每季度召开一次专题会议。",
            "将交流轮岗纳入学校年度考核，对未完成任务的校长进行约谈。",
        ),
        "参加交流的教师占比由{q}%提高到{p}%。",
    ),
)
_RARE = ("引进县域外优质学校托管{t}初级中学，为期三年。", "由县人大组织代表每月到校视察整改进度并通报。", "购置校车{n}辆开通学生专线。")


def county(number: int) -> str:
    """Return the name of a county that does not exist; 80 of them, then with a further character."""
    more = "" if number < 80 else _SECOND[number // 80 % 8] + (_FIRST[number // 640 % 10] if number >= 640 else "")
    return _FIRST[number % 10] + _SECOND[number // 10 % 8] + more + "县"


def document(number: int, year: int, chance: random.Random) -> str:
    """Return the rectification report of a county in a year."""
    name, towns = county(number), [first + second + kind for first, second, kind in zip("石青云柳", "门桥溪林", "镇镇乡镇", strict=True)]
    topics = sorted(chance.sample(range(len(TOPICS)), chance.randint(3, len(TOPICS))))

    def filled(text: str) -> str:
        small, large = sorted(chance.sample(range(3, 300), 2))
        low, high = sorted(chance.sample(range(12, 280), 2))
        values = {
            "n": chance.randint(4, 460), "m": chance.randint(20, 3900), "y": year + chance.randint(0, 2), "t": chance.choice(towns), "a": large, "b": small, "p": f"{high / 10:.1f}", "q": f"{low / 10:.1f}",
            "s": f"{chance.randint(52, 74) / 10}", "u": f"{chance.randint(75, 98) / 10}",
        }  # fmt: skip
        return text.format(**values)

    lines = [f"{name}人民政府关于义务教育优质均衡发展督导反馈问题整改情况的报告", "", "省人民政府教育督导委员会：", "", "一、存在的主要问题", ""]
    problems = [filled(chance.choice(TOPICS[topic][0])) for topic in topics]
    lines += [f"（{'一二三四五'[at]}）{text}" for at, text in enumerate(problems)]
    lines += ["", "二、整改措施及成效", ""]
    for at, topic in enumerate(topics):
        _, measures, movement = TOPICS[topic]
        chosen = [filled(text) for text in chance.sample(measures, chance.randint(2, len(measures)))]
        if chance.random() < 0.06:
            chosen.append(filled(chance.choice(_RARE)))
        lines += [f"（{'一二三四五'[at]}）{problems[at]}", "", "整改落实情况："]
        lines += [f"{number}.{text}" for number, text in enumerate(chosen, 1)]
        lines += [filled(f"经过整改，{movement}"), ""]
    area, rate = chance.randint(60, 95) / 10, chance.randint(900, 999) / 10
    lines += [f"{year}年，全县小学生均体育运动场馆面积{area}平方米，初中三年巩固率{rate}%。", "", f"{name}人民政府", f"{year}年{chance.randint(3, 12)}月{chance.randint(1, 28)}日", ""]
    return "\n".join(lines)


def written(folder: Path, counties: int, years: int) -> None:
    """Write the documents; a county in ten has none in one of the years."""
    chance = random.Random(20191018)
    for number in range(counties):
        gap = chance.randrange(years) if number % 10 == 3 else -1
        for year in range(years):
            text = document(number, 2019 + year, chance)
            if year != gap:
                (folder / f"{number:04}-{2019 + year}.txt").write_text(text, encoding="utf-8")


def mined(dataset: Path, documents: int) -> None:
    """Write the rows of *documents* reports straight into a dataset, mined one after another in this process."""
    lexicon, chance = default_lexicon(), random.Random(7)
    miner = Miner(lexicon)
    with tempfile.TemporaryDirectory() as name, Store(dataset) as store:
        store.describe(lexicon, [], "2025-01-01T00:00:00+00:00")
        batch = []
        for number in range(documents):
            path = Path(name) / "report.txt"
            path.write_text(document(number // 5, 2019 + number % 5, chance), encoding="utf-8")
            report = miner.mine_source(load_source(path), path=f"{number}.txt", sha256=f"{number:016x}" * 4)
            batch.append(rows_of(report, mined_at="2025-01-01T00:00:00+00:00", miner_version="0", lexicon_digest="0", model_digest="0", size=1, mtime_ns=1))
            if len(batch) == 100 or number + 1 == documents:
                store.write([dict(rows) for rows in batch])
                batch = []


_PROBE = """addEventListener("load", function () {
  var load = performance.now(), one = document.querySelector("summary");
  if (one) one.click(); else scrollTo(0, document.body.scrollHeight);
  requestAnimationFrame(function () { setTimeout(function () {
    var first = performance.getEntriesByName("first-contentful-paint")[0];
    window.opened = [first ? first.startTime : 0, load, performance.now()];
  }, 0); });
});"""


def opened(page: Path) -> tuple[float, ...] | None:
    """Return the seconds until Chromium shows the first text of *page*, has loaded it, and has answered a click; None without Chromium and playwright."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if browser is None:
        return None
    with sync_playwright() as driver:
        program = driver.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        tab = program.new_page(viewport={"width": 1280, "height": 900})
        tab.add_init_script(_PROBE)
        tab.goto(page.resolve().as_uri(), timeout=120_000)
        found = tab.wait_for_function("window.opened", timeout=120_000).json_value()
        program.close()
    return tuple(float(one) / 1000 for one in found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counties", type=int, default=40)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--large", type=int, default=2000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default="small,large")
    options = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if "small" in options.only:
            missed += small(folder, options.counties, options.years)
        if "large" in options.only:
            dataset = folder / "large.db"
            if not dataset.exists():
                mined(dataset, options.large)
            missed += measured(folder, dataset, f"{options.large} documents")
    return 1 if missed else 0


def small(folder: Path, counties: int, years: int) -> int:
    (folder / "documents").mkdir(exist_ok=True)
    written(folder / "documents", counties, years)
    mine_archive([folder / "documents"], folder / "small.db", lexicon=default_lexicon(), engine=Serial())
    return measured(folder, folder / "small.db", f"{counties} counties × {years} years")


def measured(folder: Path, dataset: Path, what: str) -> int:
    print(what)
    missed = 0
    for out, make in (
        ("comparison.html", lambda path: write_comparison(dataset, path, None)),
        ("comparison.xlsx", lambda path: write_comparison(dataset, path, None)),
        ("panel-YZ-05.html", lambda path: write_indicator_panel(dataset, path, None, indicator="YZ-05")),
        ("panel-G2.html", lambda path: write_indicator_panel(dataset, path, None, category="G2")),
        ("panel-YZ-23.csv", lambda path: write_indicator_panel(dataset, path, None, indicator="YZ-23")),
    ):
        path = folder / f"{dataset.stem}-{out}"
        begun, busy = time.perf_counter(), time.process_time()
        make(path)
        seconds, busy = time.perf_counter() - begun, time.process_time() - busy
        opening = opened(path) if path.suffix == ".html" else None
        bar = f"bar {REPORT_SECONDS:g}, " if path.suffix == ".html" else ""
        missed += bool(bar) and (seconds > REPORT_SECONDS or (opening or (0.0,))[-1] > OPEN_SECONDS)
        told = "   opened: text {:.2f} s, loaded {:.2f} s, answers {:.2f} s".format(*opening) + f" (bar {OPEN_SECONDS:g})" if opening else ""
        print(f"  {out:20}{seconds:8.2f} s to make ({bar}processor {busy:.2f} s){path.stat().st_size / 1e6:9.1f} MB{told}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
