"""The help of the command line in Chinese: what Typer writes around our own words."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_WORDS = (
    (r"(?m)^Usage:", "用法："),
    (r"(?m)^Options:$", "选项："),
    (r"(?m)^Commands:$", "命令："),
    (r"(?m)^Arguments:$", "参数："),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]…"),
    (r"\[default:\s+", "[默认："),
    (r"\[required\]", "[必填]"),
    (r"Show this message and exit\.", "显示本说明。"),
)


def in_chinese(text: str) -> str:
    """Return the help of a command with headings and notes in Chinese.

    >>> in_chinese("Usage: doc-miner [OPTIONS] COMMAND [ARGS]...")
    '用法： doc-miner [选项] 命令 [参数]…'
    """
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    return text


class Command(TyperCommand):
    """A command with its help in Chinese."""

    def get_help(self, ctx: Any) -> str:
        """Return the help as it is printed."""
        return in_chinese(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands with its help in Chinese."""

    def get_help(self, ctx: Any) -> str:
        """Return the help as it is printed."""
        return in_chinese(super().get_help(ctx))
