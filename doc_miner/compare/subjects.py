"""What a figure speaks of, as a report names it."""

from __future__ import annotations

import re

_MOVES = re.compile(r"(?:逐步|逐年|已|由|从|再|进一步)*(?:增加|增长|减少|降低|下降|提高|提升|上升|缩小|扩大|压减|压缩|缩减)(?:到|至|为|了)?$")


def state_of(subject: str | None) -> str:
    """Return the subject of a state before or after a movement without the word for the movement.

    Of 大班额由45个减少到7个 the 7 are 大班额, and no 大班额减少.

    >>> state_of("56人以上大班额减少"), state_of("教师占比提高到"), state_of("提高")
    ('56人以上大班额', '教师占比', '提高')
    """
    plain = _MOVES.sub("", subject or "")
    return plain if len(plain) > 1 else subject or ""
