"""Who is reviewing: a name for each browser, kept in memory as long as the server runs."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from threading import Lock

_MOST = 1000
_SECONDS = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that may use the page: the reviewer's name, and the token that every change must carry."""

    name: str
    csrf: str
    until: float = float("inf")


class Sessions:
    """The sessions by the hash of their cookie; the cookie itself is nowhere kept. One lasts twelve hours."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._lock = Lock()

    def begin(self, name: str) -> str:
        """Open a session and return its cookie; of more than a thousand the oldest ends."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._open) >= _MOST:
                self._open.pop(next(iter(self._open)))
            self._open[_key(cookie)] = Session(name, secrets.token_urlsafe(32), time.monotonic() + _SECONDS)
        return cookie

    def of(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie, or None."""
        session = self._open.get(_key(cookie)) if cookie else None
        return session if session and session.until > time.monotonic() else None

    def end(self, cookie: str | None) -> None:
        """Close the session of a cookie."""
        with self._lock:
            self._open.pop(_key(cookie or ""), None)


def _key(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
