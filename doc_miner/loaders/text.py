"""Read plain text: find its encoding from its bytes, then one paragraph a line
and the tables that stand in it.

The rule is: byte order mark, pattern of NUL bytes (UTF-16 without a mark), strict UTF-8,
else GB18030.  It is exact where statistical detectors fail, on strings of a few bytes.
"""

from __future__ import annotations

import codecs
import re
import string

from doc_miner.errors import LoadError
from doc_miner.loaders.limits import Limits
from doc_miner.loaders.text_tables import blocks_of
from doc_miner.source import Source, Warning

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_WRITTEN = re.compile("[\r\n\t -~\u4e00-\u9fff\u3000-\u303f\uff00-\uff5e·×—…“”‘’①-⑳Ⅰ-Ⅻ≤≥≠㎡]")
_RARE_BELOW_CJK = re.compile("[\u0100-\u07ff]|[\x80-\xff]{2}")
_AMBIGUOUS_BYTES = 200
_FEW = 0.02
_RIVALS = ("gb18030", "utf-16-le", "utf-16-be")
_SAMPLE = 2000
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·　％" + string.whitespace)
_HEAD = 65_536


def read(data: bytes, limits: Limits) -> Source:
    """Return one paragraph for every line of the text, empty lines included, and the tables whose rows are lines.

    >>> from doc_miner.loaders.limits import DEFAULT
    >>> read("一、存在问题\\n全区60人以上班级73个。".encode("gb18030"), DEFAULT).blocks[0].text
    '一、存在问题'
    """
    text, encoding = decode(data)
    lines = text.splitlines()
    warnings = encoding_warnings(text, encoding)
    return Source("txt", blocks_of(lines, limits.cells), warnings=warnings)


def encoding_warnings(text: str, encoding: str) -> tuple[Warning, ...]:
    """Return a warning where bytes could not be read in *encoding*."""
    lost = text.count("\ufffd")
    if not lost:
        return ()
    message = f"有 {lost} 处字节不是合法的 {encoding.upper()} 编码，以“\ufffd”代替。"
    return (Warning("encoding", message, f"第 {text.index(chr(0xFFFD)) + 1} 个字符"),)


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of *data* and the name of its encoding; the byte order mark is dropped.

    A few damaged bytes in a long text are read as U+FFFD.  Bytes that are text in no
    encoding we know raise `LoadError`.

    >>> decode("教师".encode("gb18030"))
    ('教师', 'gb18030')
    >>> decode("12人".encode("utf-16-le"))
    ('12人', 'utf-16-le')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace"), encoding
    decoded = _by_nul_pattern(data) or _by_strict_rule(data) or _with_few_faults(data)
    if decoded is None:
        raise LoadError("encoding", "无法识别文字编码（不是 UTF-8、UTF-16 或 GB18030）；请用记事本另存为 UTF-8 后再试。")
    return decoded


def has_mark(data: bytes) -> bool:
    """Return whether *data* begins with a byte order mark."""
    return any(data.startswith(mark) for mark, _ in _MARKS)


def is_text(data: bytes) -> bool:
    """Return whether *data* begins as text; only its first 64 KB are looked at.

    >>> is_text(b"\\x00\\x01\\x02\\x03" * 9)
    False
    """
    head = data[:_HEAD]
    # A character may be cut at the end of the head; at most three bytes of it are missing.
    return any(_decodes(head[: len(head) - cut]) for cut in range(4 if len(data) > _HEAD else 1))


def _decodes(data: bytes) -> bool:
    try:
        text, _ = decode(data)
    except LoadError:
        return False
    return _few_controls(text)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _by_nul_pattern(data: bytes) -> tuple[str, str] | None:
    """UTF-16 has its NULs (the high bytes of digits, spaces and line ends) on one side only."""
    if b"\0" not in data:
        return None
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if len(data) % 2 or even == odd or min(even, odd) > max(even, odd) // 10:
        return None
    # ASCII with a stray NUL would read as Hanzi: where all the rest is ASCII, nearly every other byte is NUL.
    if data.isascii() and max(even, odd) < len(data) * 0.4 and not _CONTROL.search(data.replace(b"\0", b"").decode("ascii")):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = _strict(data, encoding)
    return (text, encoding) if text and _chinese_share(text) > 0.9 else None


def _by_strict_rule(data: bytes) -> tuple[str, str] | None:
    utf8 = _strict(data, "utf-8")
    if utf8 is not None and not _CONTROL.search(utf8):
        rival = _gb_by_chance_utf8(data, utf8)
        return (rival, "gb18030") if rival is not None else (utf8, "utf-8")
    if utf8 is None and _nearly_utf8(data):
        return None
    rivals = [(_strict(data, encoding), encoding) for encoding in _RIVALS if utf8 is None or encoding != "gb18030"]
    written = [(text, encoding) for text, encoding in rivals if text and _plausible(text, short=encoding == "gb18030")]
    if written:
        return max(written, key=lambda rival: _commonness(rival[0]))  # the first of equals
    return (utf8, "utf-8") if utf8 is not None else None


def _plausible(text: str, *, short: bool) -> bool:
    """Return whether *text* may be what was written; where *short* texts pass, rare names (崆峒) are no fault in them."""
    return _few_controls(text) and (_commonness(text) >= 0.5 or (short and len(text) < 40))


def _few_controls(text: str) -> bool:
    """Return whether *text* has no more control characters than a broken export leaves in real text."""
    return len(_CONTROL.findall(text)) <= max(1, len(text) // 50)


def _commonness(text: str) -> float:
    """Return the share of Hanzi of GB 2312's first level and of ASCII among the first characters of *text*.

    Text of another encoding gives rare Hanzi or other scripts; punctuation counts for nothing either way.
    """
    letters = [character for character in text[:_SAMPLE] if character not in _PUNCTUATION]
    common = sum(1 for character in letters if character.isascii() or 0xB0 <= character.encode("gb2312", errors="replace")[0] <= 0xD7)
    return common / len(letters) if letters else 1.0


def _gb_by_chance_utf8(data: bytes, utf8: str) -> str | None:
    """Return the GB18030 reading of a short string whose bytes are also UTF-8 (一 is D2 BB: һ), where it is the likelier.

    It is, where UTF-8 would give letters of no language we read and GB 2312 gives Hanzi.
    """
    if len(data) > _AMBIGUOUS_BYTES or utf8.isascii():
        return None
    gb = _strict(data, "gb2312")
    if gb is None or _commonness(gb) <= _commonness(utf8):
        return None
    strange = _RARE_BELOW_CJK.search(utf8) or any(character >= "\u2e80" for character in utf8)
    return gb if strange else None


def _chinese_share(text: str) -> float:
    sample = text[:_SAMPLE]
    return len(_WRITTEN.findall(sample)) / len(sample)


def _nearly_utf8(data: bytes) -> bool:
    """Return whether all but a few of the non-ASCII characters are UTF-8: GB18030 never is."""
    return _few_faults(data.decode("utf-8", errors="replace"))


def _few_faults(text: str) -> bool:
    """Return whether few of the characters beyond ASCII are replacements, and there are enough to tell."""
    wide = len(text) - len(text.encode("ascii", errors="ignore"))
    return wide >= 20 and text.count("\ufffd") <= wide * _FEW


def _with_few_faults(data: bytes) -> tuple[str, str] | None:
    if b"\0" in data:
        return None
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, errors="replace")
        if _few_faults(text) and (encoding == "utf-8" or _plausible(text, short=True)):
            return text, encoding
    return None
