"""What a page for reviewing is told when it starts."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field
from pathlib import Path

from doc_miner.lexicon import Lexicon

_ANY = ("0.0.0.0", "::", "")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """The dataset and who may see it. ``password`` is a hash (`doc_miner.review.passwords`), or None where only this machine is served."""

    dataset: Path
    lexicon: Lexicon
    host: str = "127.0.0.1"
    port: int = 8000
    read_only: bool = False
    password: str | None = None
    names: tuple[str, ...] = field(default=())
    """Further names by which browsers may call this machine."""

    @property
    def cookie(self) -> str:
        """The name of the cookie; cookies do not tell ports apart, so the name does."""
        return f"doc_miner_{self.port}"

    def may_be_called(self, host: str) -> bool:
        """Return whether a browser may call this server *host* (a ``Host`` header).

        A page of a hostile site can make its own name point here (DNS rebinding); it cannot change the name. So the names are
        those of this machine, and addresses where all of them are served: an address has no name that could be made to point elsewhere.
        """
        name, port = _split(host)
        if port not in (str(self.port), ""):
            return False
        if name in (*_LOOPBACK, *self.names) or name == self.host.lower():
            return True
        return self.host in _ANY and (_is_address(name) or name == socket.gethostname().lower())


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server on *host*.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, True, False, False)
    """
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _split(host: str) -> tuple[str, str]:
    """Return name and port of a ``Host`` header.

    >>> _split("[::1]:8000"), _split("Localhost:8000"), _split("127.0.0.1")
    (('::1', '8000'), ('localhost', '8000'), ('127.0.0.1', ''))
    """
    host = host.strip().lower()
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        return name, rest.removeprefix(":")
    name, _, port = host.partition(":")
    return name, port
