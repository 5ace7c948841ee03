"""Run the page: what it needs before it may be opened to others, and where to find it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from doc_miner.dataset.connection import connect
from doc_miner.errors import SettingsError
from doc_miner.lexicon import Lexicon
from doc_miner.review.passwords import VARIABLE, hashed, read_hash, write_hash
from doc_miner.review.settings import Settings, is_loopback


def password_for(host: str, file: Path | None, ask: Callable[[], str | None]) -> str | None:
    """Return the hash of the password that a page on *host* needs: from *file* (made where there is none), the environment, or *ask*; None for this machine alone.

    Raises `SettingsError` where others would be served without one.
    """
    if file is not None and file.exists():
        return read_hash(file)
    given = os.environ.get(VARIABLE)
    if given is None and (file is not None or not is_loopback(host)):
        given = ask()
    if given is None:
        if is_loopback(host) and file is None:
            return None
        raise SettingsError(f"要让别的机器打开，必须有密码：在终端里运行时会询问，也可以用 --password-file 文件 或环境变量 {VARIABLE} 给出。")
    stored = hashed(given)
    if file is not None:
        write_hash(file, stored)
    return stored


def serve(settings: Settings, tell: Callable[[str], None]) -> None:
    """Serve until stopped. Raises `SettingsError` where a library is missing or the port is taken, `DatasetError` where there is no dataset."""
    with connect(settings.dataset):
        pass
    try:
        import uvicorn

        from doc_miner.review.app import create_app
    except ImportError as error:
        raise SettingsError(f"核对页面需要的程序库 {error.name} 没有安装；请运行 pip install 'doc-miner[web]'。") from error
    app = create_app(settings)
    with _bound(settings.host, settings.port) as listening:
        shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        tell(f"核对页面：http://{f'[{shown}]' if ':' in shown else shown}:{settings.port}/（{settings.dataset}，{'只读' if settings.read_only else '可改动'}）。按 Ctrl+C 结束。")
        if not is_loopback(settings.host):
            tell("别的机器也能打开，凭密码进入。传输没有加密，请只在可信的内网中使用，或放在 HTTPS 代理之后。")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, ws="none", lifespan="off"))
        server.run(sockets=[listening])


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else small answers wait 40 ms for one another
        return listening
    except OSError as error:
        raise SettingsError(f"不能在 {host}:{port} 上提供页面（{error.strerror}）；端口可能已被占用，请用 --port 换一个。") from error


def settings_of(
    dataset: Path, lexicons: Path | None, host: str, port: int, read_only: bool, file: Path | None, names: tuple[str, ...], ask: Callable[[], str | None]
) -> Settings:
    """Return the settings of a run of ``doc-miner review``."""
    password = password_for(host, file, ask)
    return Settings(dataset, Lexicon.load(lexicons), host, port, read_only, password, tuple(name.lower() for name in names))
