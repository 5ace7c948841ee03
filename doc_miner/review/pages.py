"""The pages: HTML made of templates, every text escaped. The workspace itself is filled by its scripts from the API."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from urllib.parse import parse_qs, quote, urlencode

import jinja2
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from doc_miner.audit.across import audit_dataset
from doc_miner.compare.command import write_comparison
from doc_miner.compare.panel import build_panel
from doc_miner.dataset.connection import connect
from doc_miner.dataset.describe import QUALIFIERS, READ, SEVERITIES
from doc_miner.dataset.reviews import ReviewConflict, undo
from doc_miner.dataset.search import KINDS, search
from doc_miner.dataset.store import Store
from doc_miner.errors import SettingsError
from doc_miner.review import reading
from doc_miner.review.guard import cookie_of
from doc_miner.review.passwords import Doorkeeper
from doc_miner.review.sessions import Sessions
from doc_miner.review.settings import Settings
from doc_miner.review.vocabulary import KIND_NAMES, STATES, VERDICTS, title_of

_HERE = FilePath(__file__).parent
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_REPORTS = {"html": "text/html; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_SIZE = 100
"""Rows of a page of a list."""
_LONGEST_NAME = 40
Word = Annotated[str, Query(max_length=200)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


class Templates:
    """The templates, with what all of them show."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self._environment.filters["pairs"] = lambda values: [(value, value) for value in values]
        self._environment.globals |= {
            "KINDS": KIND_NAMES, "VERDICTS": VERDICTS, "STATES": STATES, "SEVERITIES": SEVERITIES, "READ": READ, "QUALIFIERS": QUALIFIERS, "title_of": title_of,
            "marked": _marked, "dataset": settings.dataset.name, "read_only": settings.read_only, "with_password": settings.password is not None,
        }  # fmt: skip

    def page(self, request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page."""
        session = request.scope.get("session")
        template = self._environment.get_template(name)
        return HTMLResponse(template.render(reviewer=session.name if session else "", csrf=session.csrf if session else "", path=request.url.path, **values), status)


def pages_of(settings: Settings, sessions: Sessions, templates: Templates) -> APIRouter:
    """Return the routes of the pages for one dataset."""
    router = APIRouter(include_in_schema=False)
    _add_static(router)
    _add_login(router, settings, sessions, templates)
    _add_lists(router, settings, templates)
    _add_comparisons(router, settings, templates)
    return router


def _add_static(router: APIRouter) -> None:
    files = {file.name: file for file in (_HERE / "static").iterdir() if file.suffix in _TYPES}

    @router.get("/static/{name}")
    def static(name: str) -> Response:
        file = files.get(name)
        if file is None:
            return HTMLResponse("没有这个文件。", 404)
        return Response(file.read_bytes(), headers={"Content-Type": _TYPES[file.suffix], "Cache-Control": "no-cache"})


def _add_login(router: APIRouter, settings: Settings, sessions: Sessions, templates: Templates) -> None:
    door = Doorkeeper(settings.password) if settings.password else None

    @router.get("/login")
    def ask(request: Request, next: Word = "/") -> Response:
        return templates.page(request, "login.html", next=_inside(next), fault="")

    @router.post("/login")
    def enter(request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.scope["body"].decode("utf-8", "replace")).items()}
        name, target = " ".join(form.get("name", "").split())[:_LONGEST_NAME], _inside(form.get("next", "/"))
        admitted = door.admits(form.get("password", "")) if door else True
        if not admitted or not name:
            fault = "请写上名字，核对会记在这个名下。" if admitted else "密码不对。" if admitted is False else "试错太多，请半分钟后再试。"
            return templates.page(request, "login.html", 429 if admitted is None else 400 if admitted else 401, next=target, fault=fault)
        answer = RedirectResponse(target, 303)
        answer.set_cookie(settings.cookie, sessions.begin(name), httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/")
        return answer

    @router.post("/logout")
    def leave(request: Request) -> Response:
        sessions.end(cookie_of(request.headers, settings.cookie))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(settings.cookie, path="/", httponly=True, samesite="strict")
        return answer


def _add_lists(router: APIRouter, settings: Settings, templates: Templates) -> None:
    def shown(request: Request, name: str, number: int, count: int, **values: Any) -> Response:
        query = {key: value for key, value in request.query_params.items() if key != "page" and value}
        around = {"number": number, "last": max(1, -(-count // _SIZE)), "count": count, "query": urlencode(query)}
        return templates.page(request, name, pages=around, **values)

    @router.get("/")
    def overview(request: Request, region: Word = "", page: PageNumber = 1) -> Response:
        with connect(settings.dataset) as db:
            count, documents = reading.list_documents(db, region=region, offset=(page - 1) * _SIZE, limit=_SIZE)
            return shown(request, "overview.html", page, count, documents=documents, regions=reading.list_regions(db), region=region)

    @router.get("/review")
    def workspace(request: Request) -> Response:
        return templates.page(request, "review.html")

    @router.get("/findings")
    def findings(request: Request, region: Word = "", severity: Word = "", page: PageNumber = 1) -> Response:
        remarks = audit_dataset(settings.dataset, datetime.now().date(), [severity] if severity in SEVERITIES else [])
        with connect(settings.dataset) as db:
            places, regions = reading.places_by_path(db), reading.list_regions(db)
        chosen = [(remark, places[remark.path]) for remark in remarks if remark.path in places and region in ("", places[remark.path]["region"])]
        return shown(request, "findings.html", page, len(chosen), findings=chosen[(page - 1) * _SIZE : page * _SIZE], regions=regions, region=region, severity=severity)

    @router.get("/reviews")
    def reviews(request: Request, doc_id: Word = "", verdict: Word = "", reviewer: Word = "", page: PageNumber = 1, fault: str = "") -> Response:
        with connect(settings.dataset) as db:
            count, found = reading.list_reviews(db, doc_id=doc_id, verdict=verdict, reviewer=reviewer, offset=(page - 1) * _SIZE, limit=_SIZE)
        return shown(request, "reviews.html", page, count, reviews=found, doc_id=doc_id, verdict=verdict, reviewer_=reviewer, fault="")

    @router.post("/reviews/{review_id}/undo")
    def take_back(request: Request, review_id: str) -> Response:
        try:
            with Store(settings.dataset, create=False) as store:
                undo(store, review_id)
        except ReviewConflict as error:
            return templates.page(request, "error.html", 409, message=str(error))
        return RedirectResponse("/reviews", 303)


def _add_comparisons(router: APIRouter, settings: Settings, templates: Templates) -> None:
    @router.get("/search")
    def searching(request: Request, query: Word = "", kind: Annotated[str, Query(max_length=10)] = "文档", region: Word = "") -> Response:
        kind = kind if kind in KINDS else "文档"
        found = search(settings.dataset, query, kinds=[kind], regions=[region] if region else (), limit=_SIZE) if query.strip() else None
        with connect(settings.dataset) as db:
            return templates.page(request, "search.html", found=found, query=query, kind=kind, kinds=list(KINDS), regions=reading.list_regions(db), region=region)

    @router.get("/panel")
    def panel(request: Request, code: Word = "", region: Word = "") -> Response:
        made, fault, regions = None, "", region.replace("、", " ").replace(",", " ").replace("，", " ").split()
        if code:
            by_indicator = code in settings.lexicon.indicators
            try:
                made = build_panel(settings.dataset, settings.lexicon, indicator=code if by_indicator else None, category=None if by_indicator else code, regions=regions)
            except SettingsError as error:
                fault = str(error)
        with connect(settings.dataset) as db:
            indicators, categories = reading.names_of(db, "indicators"), reading.names_of(db, "categories")
        return templates.page(request, "panel.html", 400 if fault else 200, panel=made, fault=fault, code=code, region=region, indicators=indicators, categories=categories)

    @router.get("/compare")
    def compare(request: Request, regions: Word = "", category: Word = "", years: Word = "", form: Annotated[str, Query(max_length=5)] = "") -> Response:
        """Ask what is to be compared; with a *form* (html, xlsx) hand out the report as a file, for a page of its own brings its own script."""
        fault = ""
        if form in _REPORTS:
            try:
                return _report(settings, form, regions, category, years)
            except SettingsError as error:
                fault = str(error)
        with connect(settings.dataset) as db:
            known, categories = reading.list_regions(db), reading.names_of(db, "categories")
        values = {"regions": regions, "category": category, "years": years, "known": known, "categories": categories, "fault": fault}
        return templates.page(request, "compare.html", 400 if fault else 200, **values)


def _report(settings: Settings, form: str, regions: str, category: str, years: str) -> Response:
    with TemporaryDirectory() as folder:
        out = FilePath(folder) / f"compare.{form}"
        write_comparison(settings.dataset, out, settings.lexicon.folder, regions=regions.split(), categories=[category] if category else None, years=years.split())
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote('地区比较')}.{form}"}
        return Response(out.read_bytes(), headers=headers, media_type=_REPORTS[form])


def _inside(target: str) -> str:
    """Return a path of this server, whatever is asked for.

    >>> _inside("/review?doc_id=1"), _inside("//example.org/"), _inside("https://example.org"), _inside("/\\\\example.org")
    ('/review?doc_id=1', '/', '/', '/')
    """
    return target if target.startswith("/") and target[1:2] not in ("/", "\\") and target.isprintable() else "/"


def _marked(text: str, marks: Any) -> list[tuple[str, bool]]:
    """Return the parts of *text*, each with whether it is marked.

    >>> _marked("大班额问题", [(0, 3)])
    [('大班额', True), ('问题', False)]
    """
    parts, at = [], 0
    for start, end in marks:
        if start >= at:
            parts += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [part for part in (*parts, (text[at:], False)) if part[0]]
