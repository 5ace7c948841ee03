"""Wrong use of the command line, in Chinese: what is wrong, and where help is."""

from __future__ import annotations

import re
from typing import Any


def usage_message(error: Any) -> str:
    """Return what to print for a usage error of Click (its own, or the one that newer Typers carry, which is why it is known by its shape)."""
    kind, said = type(error).__name__, str(getattr(error, "message", ""))
    if kind == "NoArgsIsHelpError":
        return said
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "doc-miner"
    return f"{_fault(error, kind, said)}\n用法见：{command} --help"


def _fault(error: Any, kind: str, said: str) -> str:
    name = _parameter(error)
    if kind == "NoSuchOption":
        near = "、".join(error.possibilities or ())
        return f"没有“{error.option_name}”这个选项。" + (f"是不是 {near}？" if near else "")
    if kind == "MissingParameter":
        return f"缺少 {name}。"
    for pattern, words in _WORDS:
        found = re.search(pattern, said)
        if found:
            return words.format(*found.groups(), name=name)
    return f"{name}：{said}" if name else said


_WORDS = (
    (r"No such command '(.*)'", "没有“{0}”这个命令。"),
    (r"unexpected extra argument(?:s|\(s\))? \((.*)\)", "多余的参数：{0}。"),
    (r"Option '(.*)' requires (?:an|\d+) argument", "选项 {0} 后面缺少值。"),
    (r"Option '(.*)' does not take a value", "选项 {0} 不带值。"),
    (r"(?:Value error, )?'(.*)' is not one of (.*)\.", "{name} 不能是“{0}”；可用：{1}。"),
    (r"greater than or equal to (\S+)|not in the range x>=(\S+)\.", "{name} 太小；请改大。"),
    (r"valid integer", "{name} 应是整数。"),
    (r"[Mm]issing command", "缺少命令。"),
)


def _parameter(error: Any) -> str:
    """Return what a parameter is called on the command line."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    if getattr(parameter, "param_type_name", "") == "argument":
        return str(parameter.metavar or parameter.name)
    return str(max(parameter.opts, key=len))
