"""Time the review page on a document of 300 pages and 5,000 records: the API, and in Chromium the first paint and actions.

    python benchmarks/review.py [records]

Needs the extra ``web``, httpx, and for the browser playwright with Chromium.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from doc_miner.archive import mine_archive
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import default_lexicon

SENTENCE = "（{0}）新桥县第{0}小学现有学生{1}人、班级{2}个，2024年底前投入资金{3}万元改造校舍，缺教师{4}名。\n"


def document(records: int) -> str:
    lines = [SENTENCE.format(n, 300 + n, 6 + n % 30, n + 0.5, 1 + n % 40) for n in range(1, records // 5 + 1)]
    filler = "各学校要按照方案要求逐项落实，定期报告进展情况，确保整改工作取得实效，接受社会监督。" * 6 + "\n"
    return "新桥县义务教育督导反馈问题整改报告\n一、整改情况\n" + "".join(line + (filler if n % 2 else "") for n, line in enumerate(lines)) + "2024年1月5日\n"


def main(records: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "report.txt").write_text(document(records), "utf-8")
        mine_archive([path / "report.txt"], path / "dataset.db", lexicon=default_lexicon(), engine=Serial())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([sys.executable, "-m", "doc_miner", "review", "--dataset", "dataset.db", "--port", str(port)], cwd=path, stdout=subprocess.DEVNULL)
        try:
            time_api(f"http://127.0.0.1:{port}")
            time_browser(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def time_api(home: str) -> None:
    http = httpx.Client(base_url=home, timeout=60, follow_redirects=True)
    for _ in range(200):
        try:
            http.get("/login")
            break
        except httpx.TransportError:
            time.sleep(0.2)
    csrf = http.post("/login", data={"name": "bench", "next": "/"}).text.partition('name="csrf" content="')[2].partition('"')[0]
    (one,) = http.get("/api/documents").json()["documents"]
    found = http.get("/api/records", params={"limit": 1, "offset": one["records"] // 2}).json()["records"][0]
    address = f"/api/records/{found['kind']}/{found['record_id']}"
    print(f"{one['records']} records, {len(http.get('/api/documents/' + one['doc_id']).json()['text'])} characters")
    requests = {
        "document": lambda: http.get(f"/api/documents/{one['doc_id']}"), "first rows": lambda: http.get("/api/records", params={"doc_id": one["doc_id"], "limit": 200}),
        "rows not reviewed": lambda: http.get("/api/records", params={"doc_id": one["doc_id"], "open": True, "limit": 200}), "record": lambda: http.get(address),
        "place": lambda: http.get(f"{address}/place", params={"doc_id": one["doc_id"]}),
        "confirm": lambda: http.post("/api/reviews", json={"kind": found["kind"], "record_id": found["record_id"], "verdict": "confirmed"}, headers={"X-CSRF-Token": csrf}),
    }  # fmt: skip
    for name, request in requests.items():
        times = []
        for _ in range(9):
            begun = time.perf_counter()
            request().raise_for_status()
            times.append(1000 * (time.perf_counter() - begun))
        print(f"{name:18} {statistics.median(times):6.0f} ms")


def time_browser(home: str) -> None:
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print("no browser here")
        return
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{home}/login")
        page.fill("[name=name]", "bench")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{home}/")
        page.goto(f"{home}/review")
        page.wait_for_selector("body[data-ready=yes]")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        print(f"{'first paint':18} {paint:6.0f} ms")
        begun = time.perf_counter()
        page.goto(f"{home}/review")
        page.wait_for_selector("body[data-ready=yes]")
        print(f"{'text, list, record':18} {1000 * (time.perf_counter() - begun):6.0f} ms")
        for name, key in (("next", "j"), ("confirm, next", "c")):
            times = [
                page.evaluate(
                    """key => new Promise(done => {
                        const begun = performance.now();
                        new MutationObserver((_, watch) => { watch.disconnect(); requestAnimationFrame(() => done(performance.now() - begun)); }).observe(
                            document.getElementById("detail"), { childList: true });
                        document.getElementById("list").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                    })""",
                    key,
                )
                for _ in range(9)
            ]
            print(f"{name:18} {statistics.median(times):6.0f} ms")
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
