"""The web application: routes, the guard around them, and faults as messages in Chinese."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from doc_miner import __version__
from doc_miner.errors import DocMinerError
from doc_miner.review.api import Clash, api_of
from doc_miner.review.guard import Guard
from doc_miner.review.pages import Templates, pages_of
from doc_miner.review.pictures import Pictures
from doc_miner.review.sessions import Sessions
from doc_miner.review.settings import Settings

_STATUS = {404: "没有这个页面。", 405: "这里不能这样请求。", 400: "请求的内容读不懂。"}


def create_app(settings: Settings) -> FastAPI:
    """Return the application for one dataset; its API is described at ``/api/openapi.json``."""
    app = FastAPI(
        title="doc-miner review", version=__version__, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, swagger_ui_oauth2_redirect_url=None,
        description="Records of a dataset beside their evidence, and what readers say of them. Places are code points of a document's text. "
        "Requests need the cookie of a session (POST /login); changes need its token in X-CSRF-Token.",
    )  # fmt: skip
    sessions, templates = Sessions(), Templates(settings)
    app.state.sessions = sessions
    app.include_router(api_of(settings, Pictures(settings.dataset)))
    app.include_router(pages_of(settings, sessions, templates))
    app.add_middleware(Guard, settings=settings, sessions=sessions)

    def told(request: Request, status: int, message: str, **more: Any) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"message": message} | more, status)
        try:
            return templates.page(request, "error.html", status, message=message)
        except Exception:  # the page of faults has one itself
            return PlainTextResponse(message, status)

    @app.exception_handler(AnyHTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        standard = type(error.detail) is not str or error.detail.isascii()
        return told(request, error.status_code, _STATUS.get(error.status_code, "不能这样请求。") if standard else error.detail)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        places = "、".join(sorted({".".join(str(part) for part in one["loc"]) for one in error.errors()}))
        return told(request, 422, f"请求的内容不合规定：{places[:300]}。")

    @app.exception_handler(Clash)
    async def overtaken(request: Request, error: Clash) -> Response:
        return told(request, 409, error.message, record=error.record)

    @app.exception_handler(DocMinerError)
    async def impossible(request: Request, error: DocMinerError) -> Response:
        return told(request, 422, str(error))

    return app
