"""What stands before every request: whose name it calls, where it comes from, how large it is, who sends it; and the headers of every answer."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doc_miner.review.sessions import Session, Sessions
from doc_miner.review.settings import Settings

LARGEST = 64 * 1024
"""Bytes that a request may carry: a note, a list of offices, a long subject."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # without any, a form says that it comes from nowhere
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SAFE = ("GET", "HEAD")
_OPEN = ("/login", "/static/")
_ANYBODY = Session("", "")


class Guard:
    """Middleware around the whole application; ``scope["session"]`` is the session of what it lets through, ``scope["body"]`` what it carries."""

    def __init__(self, app: ASGIApp, settings: Settings, sessions: Sessions) -> None:
        self._app, self._settings, self._sessions = app, settings, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why not."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no other protocol is served
        headers = Headers(scope=scope)
        scope["session"] = self._session(headers)
        refusal = self._refusal(scope, headers)
        body = b""
        if refusal is None and scope["method"] not in _SAFE:
            received = await _read(receive)
            if received is None:
                refusal = _answer(scope, 413, f"请求太大，最多 {LARGEST // 1024} KB。")
            else:
                scope["body"] = body = received
                refusal = self._forged(scope, headers, body)
        await (refusal or self._app)(scope, _again(body, receive), _with_headers(scope, send))

    def _session(self, headers: Headers) -> Session | None:
        if self._settings.read_only and self._settings.password is None:
            return _ANYBODY
        return self._sessions.of(cookie_of(headers, self._settings.cookie))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        path, safe = scope["path"], scope["method"] in _SAFE
        host = headers.get("host", "")
        if not self._settings.may_be_called(host):
            return PlainTextResponse("不认识这个主机名；请用启动时显示的地址打开，或在启动时用 --name 指明。", 421)
        if not safe and not _from_here(headers, host):
            return _answer(scope, 403, "请求来自别的网站，未执行。")
        if scope["session"] is None and not path.startswith(_OPEN):
            if path.startswith("/api/") or not safe:
                return _answer(scope, 401, "请先登录。")
            target = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            return RedirectResponse(f"/login?next={quote(target, safe='')}", 303)
        if not safe and self._settings.read_only and not path.startswith(("/login", "/logout")):
            return _answer(scope, 403, "现在是只读方式，不能改动。")
        return None

    def _forged(self, scope: Scope, headers: Headers, body: bytes) -> Response | None:
        """Refuse a change without the token of its session: a page elsewhere cannot know it."""
        if scope["path"] == "/login":
            return None
        session: Session = scope["session"]
        token = headers.get("x-csrf-token") or ""
        if not token and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            token = parse_qs(body.decode("utf-8", "replace")).get("csrf", [""])[0]
        if not hmac.compare_digest(token.encode("utf-8", "replace"), session.csrf.encode()):
            return _answer(scope, 403, "页面已过期，未执行；请刷新后再试。")
        return None


def cookie_of(headers: Headers, name: str) -> str | None:
    """Return the cookie *name* of a request."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _from_here(headers: Headers, host: str) -> bool:
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    return origin in (None, f"http://{host}", f"https://{host}") and site in (None, "same-origin", "none")  # https: a proxy stands before us


def _answer(scope: Scope, status: int, message: str) -> Response:
    if scope["path"].startswith("/api/"):
        return JSONResponse({"message": message}, status)
    return PlainTextResponse(message, status)


async def _read(receive: Receive) -> bytes | None:
    """Return the body, or None where it is too large; no more than what is allowed is kept."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a function that hands the body on that was read, then what follows."""
    sent = False

    async def once() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _with_headers(scope: Scope, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if "cache-control" not in headers:
                headers["Cache-Control"] = "no-store"
        await send(message)

    return sending
