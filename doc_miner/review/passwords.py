"""The password of a page that others may open: asked for, never on the command line, kept as a scrypt hash only."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from threading import Lock

from doc_miner.errors import SettingsError

VARIABLE = "DOC_MINER_PASSWORD"
"""The environment variable that a password may be given in."""
SHORTEST = 8
_N, _R, _P = 2**15, 8, 1  # 32 MB and about a tenth of a second for each guess (RFC 7914)
_MEMORY = 64 * 1024 * 1024
_TRIES, _PAUSE = 5, 30.0


def hashed(password: str) -> str:
    """Return the scrypt hash of a password as one line; raise `SettingsError` for one that is too short."""
    if len(password) < SHORTEST:
        raise SettingsError(f"密码太短，至少要 {SHORTEST} 个字符。")
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_digest(password, salt, _N, _R, _P).hex()}"


def fits(password: str, stored: str) -> bool:
    """Return whether *password* is the one whose hash is *stored*."""
    _, n, r, p, salt, digest = stored.split("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt), int(n), int(r), int(p)), bytes.fromhex(digest))


def _digest(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def read_hash(path: Path) -> str:
    """Return the hash in a password file; raise `SettingsError` for anything else."""
    try:
        stored = path.read_text("ascii").strip()
        fits("", stored)
    except (OSError, ValueError, MemoryError) as error:
        raise SettingsError(f"{path}: 不是密码文件（里面应是一行 scrypt$…）；请换一个还不存在的文件名，程序会询问密码并写入。") from error
    return stored


def write_hash(path: Path, stored: str) -> None:
    """Write a hash to a new file that only its owner may read."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{stored}\n")
    except OSError as error:
        raise SettingsError(f"{path}: 不能写入密码文件（{error.strerror}）。") from error


class Doorkeeper:
    """Tries passwords one at a time, and after five wrong ones makes everybody wait half a minute."""

    def __init__(self, stored: str) -> None:
        self._stored = stored
        self._lock = Lock()
        self._wrong = 0
        self._until = 0.0

    def admits(self, password: str) -> bool | None:
        """Return whether the password is right, or None where one has to wait."""
        with self._lock:
            if time.monotonic() < self._until:
                return None
            if fits(password, self._stored):
                self._wrong = 0
                return True
            self._wrong += 1
            if self._wrong >= _TRIES:
                self._wrong, self._until = 0, time.monotonic() + _PAUSE
            return False
