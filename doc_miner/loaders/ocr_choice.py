"""Whether pages are read by OCR, and what users are told where they are not."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import Limits

_INSTALL = "请先运行 pip install 'doc-miner[ocr]' 安装文字识别（OCR）组件，再重新读取"


@cache
def engine_version() -> str:
    """Return name and version of the OCR engine, or '' where it is not installed."""
    if any(find_spec(module) is None for module in ("rapidocr", "onnxruntime", "cv2", "PIL")):
        return ""
    try:
        return f"rapidocr {version('rapidocr')}"
    except PackageNotFoundError:
        return ""


def mark(limits: Limits) -> str:
    """Return how the warning of a document read by OCR names the way it was read, '' where nothing is read so."""
    if limits.ocr == "never" or not engine_version():
        return ""
    return f"（OCR，{engine_version()}{'，每页' if limits.ocr == 'always' else ''}）"


def would_differ(path: str, warnings: str, limits: Limits) -> bool:
    """Return whether a document would be read otherwise now, as far as OCR goes; *warnings* are its own, as JSON ('' for none).

    With "always", a PDF that was not read by OCR is to be read again.
    """
    now = mark(limits)
    if '"ocr"' in warnings:
        return now not in warnings or not now
    missed = '"scanned"' in warnings or '"no-text-layer"' in warnings
    return bool(now) and (missed or (limits.ocr == "always" and path.lower().endswith(".pdf")))


def not_installed() -> LoadError:
    """Return the refusal of what can be read by OCR only, where there is no engine."""
    return LoadError("not_installed", f"读取扫描件需要文字识别，本机尚未安装；{_INSTALL}。")


def advice(limits: Limits) -> str:
    """Return what a user can do about pages that were not read by OCR, as half a sentence."""
    if limits.ocr == "never":
        return "本次设定为不做文字识别，请改用 --ocr auto 重新读取"
    if not engine_version():
        return _INSTALL
    return f"可能是图像格式不支持，或超过一个文档识别 {limits.ocr_pages} 页的上限，请拆分或另存为 PDF 后再试"
