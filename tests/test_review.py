"""The page for reviewing, asked as a browser asks it: what it shows and changes, and what it refuses."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doc_miner.classify.reviews import reviewed_rows
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon

from .review_cases import HOSTILE, TEXT, mined, remine

fastapi = pytest.importorskip("fastapi", reason="the extra web is not installed")
pytest.importorskip("jinja2", reason="the extra web is not installed")
testclient = pytest.importorskip("starlette.testclient", reason="httpx is not installed")

from doc_miner.review.app import create_app  # noqa: E402
from doc_miner.review.guard import LARGEST  # noqa: E402
from doc_miner.review.passwords import Doorkeeper, fits, hashed, read_hash, write_hash  # noqa: E402
from doc_miner.review.serve import password_for, serve  # noqa: E402
from doc_miner.review.settings import Settings  # noqa: E402

HOME = "http://127.0.0.1:8000"


class Reader:
    """A browser with a name."""

    def __init__(self, settings: Settings, name: str = "甲", app: Any = None) -> None:
        self.app = app or create_app(settings)
        self.http = testclient.TestClient(self.app, base_url=HOME, follow_redirects=False)
        answer = self.http.post("/login", data={"name": name, "next": "/"})
        assert answer.status_code == 303, answer.text
        self.csrf = re.search(r'name="csrf" content="([^"]*)"', self.http.get("/").text)[1]  # type: ignore[index]

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(f"/api/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.http.post(f"/api/{path}", json=body, headers={"X-CSRF-Token": self.csrf} | headers)

    def find(self, kind: str, words: str, title: str = "𠮷岭") -> dict[str, Any]:
        doc_id = next(one["doc_id"] for one in self.get("documents")["documents"] if title in one["title"])
        rows = self.get("records", doc_id=doc_id, kind=kind)["records"]
        row = next(one for one in rows if words in one["text"])
        found: dict[str, Any] = self.get(f"records/{kind}/{row['record_id']}")
        return found

    def correct(self, record: dict[str, Any], field: str, new: Any, **more: Any) -> Any:
        body = {"kind": record["kind"], "record_id": record["record_id"], "verdict": "corrected", "field": field, "old": record["fields"][field], "new": new}
        return self.post("reviews", body | more)

    def judge(self, record: dict[str, Any], verdict: str, **more: Any) -> Any:
        return self.post("reviews", {"kind": record["kind"], "record_id": record["record_id"], "verdict": verdict, "old": record["fields"]} | more)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    folder = tmp_path_factory.mktemp("review")
    mined(folder, lexicon, hostile=True)
    return folder


@pytest.fixture
def settings(made: Path, tmp_path: Path, lexicon: Lexicon) -> Settings:
    with closing(sqlite3.connect(made / "dataset.db")) as source, closing(sqlite3.connect(tmp_path / "dataset.db")) as copy:
        source.backup(copy)
    return Settings(tmp_path / "dataset.db", lexicon)


@pytest.fixture
def reader(settings: Settings) -> Reader:
    return Reader(settings)


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings.dataset)) as db:
        return db.execute(sql).fetchall()


# --- what it shows -------------------------------------------------------------------------------
def test_places_are_code_points_of_the_text(reader: Reader) -> None:
    record = reader.find("figure", "5个")
    document = reader.get(f"documents/{record['doc_id']}")
    assert document["text"].startswith("𠮷岭县") and document["text"][record["start"] : record["end"]] == "5个"
    assert ["figure", record["record_id"], record["start"], record["end"], ""] in document["marks"]


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ({"kind": "measure"}, lambda row: row["kind"] == "measure"),
        ({"category": "G2"}, lambda row: "G2" in row["categories"]),
        ({"below": 0.8}, lambda row: (row["confidence"] or 0) < 0.8),
        ({"open": True}, lambda row: row["state"] == ""),
    ],
    ids=lambda given: str(given) if isinstance(given, dict) else "",
)
def test_filters_give_what_they_say(reader: Reader, wanted: dict[str, Any], holds: Any) -> None:
    everything = reader.get("records", limit=500)["records"]
    found = reader.get("records", **wanted, limit=500)["records"]
    assert found == [row for row in everything if holds(row)] != []
    for index, row in enumerate(found):
        assert reader.get(f"records/{row['kind']}/{row['record_id']}/place", **wanted) == {"index": index}


def test_lists_come_in_parts(reader: Reader) -> None:
    whole = reader.get("records", limit=500)
    parts = [reader.get("records", offset=at, limit=4)["records"] for at in range(0, whole["count"], 4)]
    assert [row for part in parts for row in part] == whole["records"]


def test_a_record_comes_with_what_belongs_to_it(reader: Reader) -> None:
    measure = reader.find("measure", "扩建校舍")
    assert [(one["kind"], one["text"][:4]) for one in measure["links"]] == [("problem", "校舍紧张")]
    assert measure["fields"]["units"] == ["县教育局"] and measure["section"].startswith("（二）")


@pytest.mark.parametrize("path", ["/", "/review", "/findings", "/search?query=大班额", "/search?query=新建&kind=措施", "/panel", "/panel?code=G2", "/compare", "/reviews"])
def test_every_page_opens(reader: Reader, path: str) -> None:
    answer = reader.http.get(path)
    assert answer.status_code == 200 and "</html>" in answer.text


@pytest.mark.parametrize("form", ["html", "xlsx"])
def test_a_comparison_is_handed_out_as_a_file(reader: Reader, form: str) -> None:
    answer = reader.http.get("/compare", params={"form": form, "category": "G2"})
    assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment;")
    assert answer.content.startswith(b"PK" if form == "xlsx" else b"<!")
    refused = reader.http.get("/compare", params={"form": form, "regions": "没有这个县"})
    assert refused.status_code == 400 and "没有这个县" in refused.text


def test_a_page_that_is_not_there_says_so(reader: Reader) -> None:
    assert reader.http.get("/nowhere").status_code == 404
    assert reader.http.get("/panel?code=XX").status_code == 400
    assert reader.http.get("/api/records/figure/nobody").json() == {"message": "数据集里没有这个文档或记录；它可能已被否定、撤销或重新处理。"}


def test_pages_of_a_pdf_and_a_scan_are_drawn_and_boxes_lie_on_them(reader: Reader) -> None:
    for title in ("棠坞县", "松洼县"):
        record = reader.find("measure", "化解大班额", title)
        assert record["page"] == 2
        page = reader.get(f"documents/{record['doc_id']}/pages/2")
        left, top, right, bottom = record["bbox"]
        assert 0 <= left < right <= page["width"] and 0 <= top < bottom <= page["height"]
        picture = reader.http.get(f"/api/documents/{record['doc_id']}/pages/2/picture")
        assert picture.headers["content-type"] == "image/jpeg" and picture.content.startswith(b"\xff\xd8")
        assert reader.http.get(f"/api/documents/{record['doc_id']}/pages/3").status_code == 404


# --- what it changes -----------------------------------------------------------------------------
def test_a_correction_holds_and_can_be_undone(reader: Reader, settings: Settings) -> None:
    record = reader.find("measure", "扩建校舍")
    done = reader.correct(record, "status", "done", note="已验收")
    assert done.status_code == 201 and done.json()["record"]["fields"]["status"] == "done" and done.json()["progress"]["reviewed"] == 1
    assert rows(settings, "SELECT reviewer, verdict, field, old, new, note FROM reviews") == [("甲", "corrected", "status", "planned", "done", "已验收")]
    undone = reader.post(f"reviews/{done.json()['review_id']}/undo")
    assert undone.status_code == 200 and undone.json()["record"]["fields"]["status"] == "planned" and undone.json()["progress"]["reviewed"] == 0


def test_a_measure_is_linked_with_another_problem(reader: Reader) -> None:
    other = reader.find("problem", "大班额")
    done = reader.correct(reader.find("measure", "扩建校舍"), "problem_id", other["record_id"])
    assert done.json()["record"]["links"][0]["record_id"] == other["record_id"]


def test_a_place_is_corrected_in_code_points(reader: Reader) -> None:
    problem = reader.find("problem", "大班额")
    start = TEXT.index("𠮷岭镇中心")
    done = reader.correct(problem, "span", [start, start + 7])
    assert done.json()["record"]["text"] == "𠮷岭镇中心小学"


def test_a_missed_record_is_added_a_wrong_one_rejected_and_both_undone(reader: Reader) -> None:
    doc_id, start = reader.find("problem", "校舍")["doc_id"], TEXT.index("另有山区")
    added = reader.post("records", {"kind": "problem", "doc_id": doc_id, "start": start, "end": start + 11, "values": {"categories": ["R2"]}})
    assert added.status_code == 201 and added.json()["record"]["text"] == "另有山区教学点供水困难" and added.json()["record"]["state"] == "added"
    rejected = reader.judge(reader.find("problem", "校舍"), "rejected", note="不是问题")
    assert rejected.status_code == 201 and rejected.json()["record"] is None
    for one in (added, rejected):
        assert reader.post(f"reviews/{one.json()['review_id']}/undo").status_code == 200
    assert [one["state"] for one in reader.get("reviews")["reviews"]] == ["undone", "undone"]


def test_what_was_said_outlives_the_next_run_and_is_learnt_from(made: Path, lexicon: Lexicon, tmp_path: Path) -> None:
    mined(tmp_path, lexicon)
    reader = Reader(Settings(tmp_path / "dataset.db", lexicon))
    assert reader.correct(reader.find("problem", "校舍"), "categories", ["G3"]).status_code == 201
    assert reader.judge(reader.find("measure", "化解"), "confirmed").status_code == 201
    remine(tmp_path, lexicon)
    assert reader.find("problem", "校舍")["fields"]["categories"] == ["G3"]
    assert reader.find("measure", "化解")["state"] == "confirmed"
    assert ("problem", "G3") in {(row.kind, row.categories[0]) for row in reviewed_rows(tmp_path / "dataset.db", lexicon)}


def test_of_two_readers_the_second_learns_what_the_first_wrote(settings: Settings) -> None:
    first = Reader(settings)
    second = Reader(settings, "乙", first.app)
    record = second.find("measure", "扩建校舍")
    assert first.correct(record, "status", "done").status_code == 201
    for late in (second.correct(record, "status", "ongoing"), second.judge(record, "confirmed"), second.judge(record, "rejected")):
        assert late.status_code == 409 and "甲" in late.json()["message"] and late.json()["record"]["fields"]["status"] == "done"
    assert len(rows(settings, "SELECT 1 FROM reviews")) == 1
    assert first.judge(first.find("measure", "扩建校舍"), "rejected").status_code == 201
    gone = second.correct(record, "units", [])
    assert gone.status_code == 409 and gone.json()["record"] is None


@pytest.mark.parametrize(
    ("field", "new"),
    [("status", "x"), ("status", 5), ("span", ["a", "b"]), ("span", [5, 2]), ("units", [1]), ("deadline", "年底"), ("problem_id", "x"), ("problem_id", [1]), ("nonsense", 1)],
    ids=str,
)
def test_what_cannot_be_is_refused(reader: Reader, settings: Settings, field: str, new: Any) -> None:
    record = reader.find("measure", "扩建校舍")
    record["fields"].setdefault(field, None)
    answer = reader.correct(record, field, new)
    assert answer.status_code == 422 and answer.json()["message"]
    assert rows(settings, "SELECT 1 FROM reviews") == []


@pytest.mark.parametrize("new", ["1e999999999", "NaN", "很多", 10**30, 1.5, True], ids=str)
def test_a_number_is_a_number(reader: Reader, new: Any) -> None:
    assert reader.correct(reader.find("figure", "5.5万元"), "value", new).status_code == 422


# --- what it refuses -----------------------------------------------------------------------------
def test_without_a_name_there_is_nothing_to_see(settings: Settings) -> None:
    http = testclient.TestClient(create_app(settings), base_url=HOME, follow_redirects=False)
    assert http.get("/review?doc_id=1").headers["location"] == "/login?next=%2Freview%3Fdoc_id%3D1"
    assert http.get("/api/documents").status_code == 401 and http.get("/api/openapi.json").status_code == 401
    assert http.post("/login", data={"name": " "}).status_code == 400


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "127.0.0.1:81", "localhost.:8000", "", "[::1]:8000@x", "10.0.0.1:8000"])
def test_a_forged_host_is_turned_away(reader: Reader, host: str) -> None:
    assert reader.http.get("/api/documents", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST:8000"])
def test_a_name_of_this_machine_is_not(reader: Reader, host: str) -> None:
    assert reader.http.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://example.org"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:8001"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "guess"}],
    ids=str,
)
def test_a_change_from_elsewhere_is_refused(reader: Reader, settings: Settings, headers: dict[str, str]) -> None:
    record = reader.find("measure", "扩建校舍")
    body = {"kind": "measure", "record_id": record["record_id"], "verdict": "confirmed"}
    assert reader.post("reviews", body, **headers).status_code == 403
    assert rows(settings, "SELECT 1 FROM reviews") == []


def test_another_session_s_token_does_not_help(settings: Settings) -> None:
    first = Reader(settings)
    second = Reader(settings, "乙", first.app)
    assert first.post("reviews/x/undo", **{"X-CSRF-Token": second.csrf}).status_code == 403


def test_a_request_may_not_be_large(reader: Reader) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(LARGEST):
            yield b" " * 1000

    headers = {"X-CSRF-Token": reader.csrf, "Content-Type": "application/json"}
    assert reader.http.post("/api/reviews", content=b"x" * (LARGEST + 1), headers=headers).status_code == 413
    assert reader.http.post("/api/reviews", content=endless(), headers=headers).status_code == 413


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"kind": "\\ud800"}', b"[" * 60_000, b'{"kind":"measure","record_id":"x","verdict":"confirmed","note":"\\ud800"}', b'{"old": NaN}'], ids=lambda one: str(one[:20]))
def test_a_body_that_cannot_be_read_is_no_crash(reader: Reader, content: bytes) -> None:
    answer = reader.http.post("/api/reviews", content=content, headers={"X-CSRF-Token": reader.csrf, "Content-Type": "application/json"})
    assert answer.status_code in (400, 422) and answer.json()["message"]


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/cli.py", "/static//etc/passwd", "/static/base.html", "/api/documents/..%2f..%2fetc/pages/1", "/api/documents/%2fetc%2fpasswd/pages/1/picture"])
def test_tricks_with_paths_lead_nowhere(reader: Reader, path: str) -> None:
    assert reader.http.get(path).status_code in (404, 422)


def test_a_file_that_is_not_the_one_mined_is_not_shown(reader: Reader, settings: Settings, tmp_path: Path) -> None:
    record = reader.find("measure", "化解", "棠坞县")
    other = tmp_path / "other.pdf"
    other.write_bytes(b"%PDF-1.4 something else")
    with closing(sqlite3.connect(settings.dataset)) as db, db:
        db.execute("UPDATE files SET path = ? WHERE doc_id = ?", (str(other), record["doc_id"]))
    answer = reader.http.get(f"/api/documents/{record['doc_id']}/pages/1/picture")
    assert answer.status_code == 404 and "找不到原文件，或它已改动" in answer.json()["message"]


def test_markup_of_documents_is_text(reader: Reader) -> None:
    for path in ("/", "/search?query=大班额", "/findings", "/panel?code=G2", "/reviews", "/login?next=/<script>alert(1)</script>"):
        page = reader.http.get(path).text
        assert "<script>document" not in page and "<img src=x" not in page and "<script>alert" not in page
    assert "&lt;script&gt;document" in reader.http.get("/").text
    document = next(one for one in reader.get("documents")["documents"] if "青陂" in one["title"])
    assert "<script>document.title='x'</script>" in reader.get(f"documents/{document['doc_id']}")["text"] and len(HOSTILE) > 100_000


def test_every_answer_carries_the_headers(reader: Reader) -> None:
    for path in ("/", "/static/review.js", "/api/documents", "/nowhere", "/api/records/figure/x"):
        headers = reader.http.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    page = reader.http.get("/review").text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|https?://", page)


def test_the_cookie_is_for_this_server_alone(settings: Settings) -> None:
    http = testclient.TestClient(create_app(settings), base_url=HOME, follow_redirects=False)
    cookie = http.post("/login", data={"name": "甲"}).headers["set-cookie"]
    assert cookie.startswith("doc_miner_8000=") and "HttpOnly" in cookie and "SameSite=strict" in cookie


@pytest.mark.parametrize("target", ["//example.org", "https://example.org", "/\\example.org", "/\r\nSet-Cookie: x=1", "javascript:alert(1)"])
def test_after_the_name_one_stays_here(settings: Settings, target: str) -> None:
    http = testclient.TestClient(create_app(settings), base_url=HOME, follow_redirects=False)
    assert http.post("/login", data={"name": "甲", "next": target}).headers["location"] == "/"


def test_who_only_reads_changes_nothing(settings: Settings, lexicon: Lexicon) -> None:
    http = testclient.TestClient(create_app(Settings(settings.dataset, lexicon, read_only=True)), base_url=HOME, follow_redirects=False)
    assert http.get("/review").status_code == 200 and http.get("/api/records").status_code == 200
    answer = http.post("/api/records", json={"kind": "problem"})
    assert answer.status_code == 403 and "只读" in answer.json()["message"]


def test_a_session_ends(reader: Reader) -> None:
    assert reader.http.post("/logout", data={"csrf": "no"}).status_code == 403
    assert reader.http.post("/logout", data={"csrf": reader.csrf}).status_code == 303
    assert reader.http.get("/api/documents").status_code == 401


# --- passwords -----------------------------------------------------------------------------------
def test_with_a_password_only_who_knows_it_comes_in(settings: Settings, lexicon: Lexicon) -> None:
    shared = Settings(settings.dataset, lexicon, host="0.0.0.0", password=hashed("correct horse"))
    http = testclient.TestClient(create_app(shared), base_url="http://10.1.2.3:8000", follow_redirects=False)
    assert http.post("/login", data={"name": "甲", "password": "wrong"}).status_code == 401
    assert http.post("/login", data={"name": "甲", "password": "correct horse"}).status_code == 303
    assert http.get("/api/documents").status_code == 200
    assert http.get("/api/documents", headers={"Host": "example.org:8000"}).status_code == 421


def test_who_guesses_waits() -> None:
    door = Doorkeeper(hashed("correct horse"))
    assert [door.admits("wrong") for _ in range(5)] == [False] * 5
    assert door.admits("correct horse") is None


def test_a_password_is_kept_as_a_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    monkeypatch.delenv("DOC_MINER_PASSWORD", raising=False)
    stored = password_for("0.0.0.0", file, lambda: "correct horse")
    assert stored == read_hash(file) == password_for("0.0.0.0", file, lambda: None) and fits("correct horse", stored)
    assert "horse" not in file.read_text() and file.stat().st_mode & 0o077 == 0
    with pytest.raises(SettingsError):
        write_hash(file, stored)
    file.write_text("correct horse")
    with pytest.raises(SettingsError, match="不是密码文件"):
        password_for("0.0.0.0", file, lambda: None)


def test_others_are_served_with_a_password_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOC_MINER_PASSWORD", raising=False)
    assert password_for("127.0.0.1", None, lambda: "never asked") is None
    with pytest.raises(SettingsError, match="必须有密码"):
        password_for("0.0.0.0", None, lambda: None)
    with pytest.raises(SettingsError, match="太短"):
        password_for("0.0.0.0", None, lambda: "short")
    monkeypatch.setenv("DOC_MINER_PASSWORD", "correct horse")
    assert fits("correct horse", password_for("0.0.0.0", None, lambda: None) or "")


def test_what_is_missing_is_told(settings: Settings, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "uvicorn":
            raise ImportError(name="uvicorn")
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=r"doc-miner\[web\]"):
        serve(settings, print)


# --- the description -----------------------------------------------------------------------------
def test_the_description_of_the_api_names_every_route(reader: Reader) -> None:
    described = reader.get("openapi.json")
    assert set(described["paths"]) >= {"/api/documents/{doc_id}", "/api/records", "/api/reviews", "/api/reviews/{review_id}/undo", "/api/vocabulary", "/api/search"}
    assert all("409" in one["responses"] for one in (described["paths"]["/api/reviews"]["post"], described["paths"]["/api/records"]["post"]))
    assert json.dumps(described, ensure_ascii=False).count("HTTPValidationError") == 0
