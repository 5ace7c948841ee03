"""The only characters a loader may take out or replace, and the warnings that say so.

Control characters and invisible marks come from broken exports and would stand between
two characters of a word; Kangxi radicals (⼈ for 人) come from broken font maps and look
right but match nothing.  Everything else stays as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

from doc_miner.source import Block, Line, Paragraph, Source, SourceTable, Warning

# Radicals of the supplement that stand for a whole character have no compatibility mapping
# in Unicode; these pairs follow its EquivalentUnifiedIdeograph.txt.
_SUPPLEMENT = (
    "⺁厂⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋⺬示⺭礻"
    "⺮竹⺯糹⺰纟⺱罓⺲罒⺶羊⺷羊⺸羊⺹耂⺺肀⺻聿⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦"
    "⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_RADICALS = dict(zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)) | {
    chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)
}
_RADICAL = re.compile(f"[{''.join(_RADICALS)}]")
# Tab and newline stay (cells of a text table, lines of a cell); lone surrogates break every writer.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_FAULT = re.compile(f"[{_CONTROLS}{''.join(_RADICALS)}]")


def repaired(source: Source) -> Source:
    """Return *source* without control characters and with radicals folded, each kind with one warning.

    A source that needs nothing is returned as it is.
    """
    if _FAULT.search("\n".join(_texts(source))) is None:
        return source
    counts = {"control": 0, "radicals": 0}

    def fix(line: Line) -> Line:
        kept = _without_control(line)
        counts["control"] += len(line.text) - len(kept.text)
        folded, changed = _RADICAL.subn(lambda match: _RADICALS[match.group()], kept.text)
        counts["radicals"] += changed
        return replace(kept, text=folded) if changed else kept

    blocks = tuple(_fixed_block(block, fix) for block in source.blocks)
    title = source.title and fix(Line(source.title)).text
    return replace(source, blocks=blocks, title=title, warnings=source.warnings + _warnings(counts))


def _texts(source: Source) -> Iterator[str]:
    yield source.title or ""
    for block in source.blocks:
        if isinstance(block, Paragraph):
            yield from [line.text for line in block.lines]
        else:
            yield block.caption
            yield block.unit
            for row in block.rows:
                yield from row


def _warnings(counts: dict[str, int]) -> tuple[Warning, ...]:
    messages = {
        "control": "去掉了 {} 个不可见的控制字符。",
        "radicals": "{} 个康熙部首字符已换成对应的汉字（原文件的字体映射有误）。",
    }
    return tuple(Warning(code, messages[code].format(count)) for code, count in counts.items() if count)


def _without_control(line: Line) -> Line:
    if not _CONTROL.search(line.text):
        return line
    kept = [index for index, character in enumerate(line.text) if not _CONTROL.match(character)]
    # An edge belongs to its character; the last edge closes the line.
    edges = tuple(line.edges[index] for index in kept) + line.edges[-1:] if line.edges else ()
    return replace(line, text="".join(line.text[index] for index in kept), edges=edges)


def _fixed_block(block: Block, fix: Callable[[Line], Line]) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, lines=tuple(fix(line) for line in block.lines))
    return _fixed_table(block, lambda text: fix(Line(text)).text)


def _fixed_table(table: SourceTable, fix: Callable[[str], str]) -> SourceTable:
    rows = tuple(tuple(fix(cell) for cell in row) for row in table.rows)
    return replace(table, rows=rows, caption=fix(table.caption), unit=fix(table.unit), lines=tuple("\n".join(map(fix, line.split("\n"))) for line in table.lines))
