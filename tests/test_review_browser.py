"""The page in a browser: by keyboard and mouse on a text, a PDF and a scan, and what stands in the dataset afterwards."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doc_miner.lexicon import Lexicon

from .review_cases import TEXT, mined, remine

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("fastapi", reason="the extra web is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_SCRIPTS = Path(__file__).parents[1] / "doc_miner" / "review" / "static"


class Site:
    """A served dataset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.home = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "doc_miner", "review", "--dataset", "dataset.db", "--port", str(self.port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{self.home}/login", timeout=5).close()
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise AssertionError("the page is not served")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "dataset.db")) as db:
            return db.execute(sql, values).fetchall()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    mined(folder, lexicon, hostile=True)
    site = Site(folder)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


class Page:
    """A reader at the page; every fault of a script or a blocked resource is kept in ``faults``."""

    def __init__(self, site: Site, browser: Any, name: str = "甲") -> None:
        self.site, self.faults = site, []
        self.page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" and "409" not in message.text else None)
        self.page.goto(f"{site.home}/login")
        self.page.fill("[name=name]", name)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{site.home}/")

    def open(self, title: str, **query: str) -> None:
        (doc_id,) = self.site.rows("SELECT doc_id FROM documents WHERE title LIKE ?", f"%{title}%")[0]
        self.page.goto(f"{self.site.home}/review?doc_id={doc_id}" + "".join(f"&{name}={value}" for name, value in query.items()))
        self.page.wait_for_selector("body[data-ready=yes]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def says(self, words: str) -> None:
        self.page.wait_for_function("words => document.getElementById('message').textContent.includes(words)", arg=words)

    def choose(self, words: str) -> None:
        """Click on the row of a record."""
        self.page.locator("#list .row", has_text=words).first.click()
        self.page.wait_for_function("words => document.querySelector('#detail blockquote')?.textContent.includes(words)", arg=words)

    def mark(self, words: str) -> None:
        """Select words of the text with the mouse's means."""
        self.page.evaluate(
            """words => {
                const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
                for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                    const at = node.data.indexOf(words);
                    if (at >= 0) return getSelection().setBaseAndExtent(node, at, node, at + words.length);
                }
                throw new Error("not there: " + words);
            }""",
            words,
        )


@pytest.fixture
def page(site: Site, browser: Any) -> Iterator[Page]:
    with closing(sqlite3.connect(site.folder / "dataset.db")) as db, db:
        assert db.execute("SELECT count(*) FROM reviews WHERE state = 'applied'").fetchone() == (0,), "a test left something behind"
    page = Page(site, browser)
    yield page
    assert page.faults == []
    page.page.context.close()


def take_back_all(page: Page, count: int) -> None:
    for _ in range(count):
        page.page.evaluate("document.getElementById('message').textContent = ''")
        page.press("u")
        page.says("已撤销")


def test_by_keyboard_alone(page: Page, site: Site) -> None:
    page.open("𠮷岭县", kind="measure")
    assert page.page.evaluate("document.activeElement.id") == "list"
    page.press("j", "k", "c")
    page.says("已确认")
    assert site.rows("SELECT verdict, reviewer FROM reviews WHERE state = 'applied'") == [("confirmed", "甲")]
    page.page.wait_for_function("() => document.querySelector('#detail blockquote').textContent.includes('扩建校舍')")
    page.press("e")
    page.page.keyboard.press("Escape")
    page.page.focus("#detail [name=deadline]")
    page.page.fill("#detail [name=deadline]", "2025-06-30")
    page.page.select_option("#detail [name=status]", label="已完成")
    page.page.focus("#detail [name=deadline]")
    page.press("Enter")
    page.says("已保存 2 处更正")
    assert site.rows("SELECT status, deadline FROM measures WHERE text LIKE '扩建校舍%'") == [("done", "2025-06-30")]
    page.press("x")
    page.page.wait_for_selector("#ask[open]")
    page.page.keyboard.type("并非措施")
    page.press("Enter")
    page.says("已否定")
    assert site.rows("SELECT count(*) FROM measures WHERE text LIKE '扩建校舍%'") == [(0,)]
    assert site.rows("SELECT note FROM reviews WHERE verdict = 'rejected'") == [("并非措施",)]
    take_back_all(page, 4)
    assert site.rows("SELECT status, deadline FROM measures WHERE text LIKE '扩建校舍%'") == [("planned", None)]
    page.press("?")
    assert page.page.locator("#help[open] dt").count() > 10


def test_by_mouse_the_text_leads_to_the_record_and_back(page: Page) -> None:
    page.open("𠮷岭县")
    page.page.locator("#text .figure", has_text="5.5万元").click()
    page.page.wait_for_function("() => document.querySelector('#list [aria-selected=true] .words').textContent === '5.5万元'")
    page.choose("校舍紧张")
    assert "校舍紧张" in page.page.locator("#text .selected").first.text_content()
    page.page.click("#outline summary")
    page.page.locator("#outline button", has_text="二、整改措施").click()
    assert page.page.locator("#text .spot").count() > 0


def test_a_record_is_added_and_a_place_corrected_by_selecting_text(page: Page, site: Site) -> None:
    page.open("𠮷岭县")
    page.mark("山区教学点供水困难")
    page.press("a")
    page.page.select_option("#ask [name=category]", "R2")
    page.page.locator("#ask button.main").click()
    page.says("已新增")
    start = TEXT.index("山区教学点")
    added = "SELECT start, \"end\", text, categories FROM problems WHERE rule = 'problem/added'"
    assert site.rows(added) == [(start, start + 9, "山区教学点供水困难", '["R2"]')]
    page.mark("教学点供水困难")
    page.press("s")
    page.says("已保存")
    assert site.rows(added)[0][:3] == (start + 2, start + 9, "教学点供水困难")
    take_back_all(page, 2)
    assert site.rows(added) == []


def test_a_measure_is_linked_anew_and_what_is_reviewed_holds_in_the_next_run(page: Page, site: Site, lexicon: Lexicon) -> None:
    page.open("𠮷岭县", kind="measure")
    page.choose("扩建校舍")
    page.press("l")
    assert page.page.evaluate("document.activeElement.name") == "problem_id"
    page.page.select_option("#detail [name=problem_id]", index=1)
    page.page.click("#save")
    page.says("已保存")
    linked = "SELECT p.text FROM measures m JOIN problems p USING (problem_id) WHERE m.text LIKE '扩建校舍%'"
    assert site.rows(linked)[0][0].startswith("大班额")
    remine(site.folder, lexicon)
    assert site.rows(linked)[0][0].startswith("大班额")
    take_back_all(page, 1)
    assert site.rows(linked)[0][0].startswith("校舍")


@pytest.mark.parametrize("title", ["棠坞县", "松洼县"])
def test_on_a_pdf_and_a_scan_the_box_lies_on_the_page(page: Page, site: Site, title: str) -> None:
    page.open(title, kind="measure")
    page.press("p")
    page.page.wait_for_selector("#box:not([hidden])")
    page.page.wait_for_function("() => document.getElementById('picture').naturalWidth > 0")
    sheet, box = page.page.locator("#picture").bounding_box(), page.page.locator("#box").bounding_box()
    assert sheet["x"] < box["x"] < box["x"] + box["width"] < sheet["x"] + sheet["width"] and sheet["y"] < box["y"] < sheet["y"] + sheet["height"]
    page.press("c")
    page.says("已确认")
    assert site.rows("SELECT record_kind FROM reviews WHERE state = 'applied'") == [("measure",)]
    take_back_all(page, 1)


def test_filters_narrow_the_list(page: Page) -> None:
    page.open("𠮷岭县")
    page.page.select_option("[name=kind]", "problem")
    page.page.wait_for_function("() => document.querySelectorAll('#list .row').length === 2")
    page.page.check("[name=found]")
    page.page.wait_for_function("() => document.getElementById('count').textContent.includes('没有')")


def test_who_comes_second_sees_what_the_first_wrote(page: Page, site: Site, browser: Any) -> None:
    page.open("𠮷岭县", kind="measure")
    page.choose("扩建校舍")
    other = Page(site, browser, "乙")
    other.open("𠮷岭县", kind="measure")
    other.choose("扩建校舍")
    other.page.select_option("#detail [name=status]", label="已完成")
    other.page.click("#save")
    other.says("已保存")
    page.page.select_option("#detail [name=status]", label="进行中")
    page.page.click("#save")
    page.says("没有写入")
    assert "乙" in page.page.text_content("#message")
    assert page.page.evaluate("document.querySelector('#detail [name=status]').selectedOptions[0].textContent") == "已完成"
    assert len(site.rows("SELECT 1 FROM reviews WHERE field = 'status' AND state = 'applied'")) == 1
    take_back_all(other, 1)


def test_a_hostile_document_stays_text(page: Page, site: Site) -> None:
    page.open("青陂县")
    assert page.page.evaluate("document.querySelectorAll('#text script, #text img').length") == 0
    assert "<script>document.title='x'</script>" in page.page.text_content("#text")
    assert page.page.title() != "x" and page.page.locator("#text p").count() == 4
    page.page.goto(f"{site.home}/search?query=<script>")
    assert page.page.locator(".hits mark").first.text_content() == "<script>"


def test_it_fits_a_narrow_window_and_names_what_it_shows(page: Page) -> None:
    page.open("𠮷岭县")
    for width in (1920, 1280, 640):  # 640 is 1280 at 200 %
        page.page.set_viewport_size({"width": width, "height": 800})
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    unnamed = """[...document.querySelectorAll('button, input, select, [role=listbox], section')].filter(one =>
        !(one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length || one.type === 'hidden')).map(one => one.outerHTML)"""
    assert page.page.evaluate(unnamed) == []


def test_places_are_turned_between_code_points_and_units_in_one_way(page: Page) -> None:
    text = "a𠮷b𠮷𠮷c\nd😀"
    found = page.page.evaluate(
        """async text => {
            const { Offsets } = await import("/static/offsets.js");
            const offsets = new Offsets(text);
            const points = [...text];
            return {
                length: offsets.length,
                units: points.map((_, at) => offsets.toUnits(at)).concat(offsets.toUnits(points.length)),
                back: points.map((_, at) => offsets.toPoints(offsets.toUnits(at))),
                half: offsets.toPoints(2),
                slices: points.map((_, at) => offsets.slice(at, at + 1)),
            };
        }""",
        text,
    )
    units = [len(text[:at].encode("utf-16-le")) // 2 for at in range(len(text) + 1)]
    assert found == {"length": len(text), "units": units, "back": list(range(len(text))), "half": 1, "slices": list(text)}
    assert json.dumps([path.name for path in _SCRIPTS.glob("*.js") if "charCodeAt" in path.read_text("utf-8")]) == '["offsets.js"]'
