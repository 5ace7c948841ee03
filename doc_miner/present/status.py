"""Show what a run of ``mine`` would do, and what it did: files new, changed, stale, failed, gone, and reviews that fit no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from doc_miner.dataset.connection import connect
from doc_miner.dataset.reviews import unfit
from doc_miner.dataset.store import known_files, remarks
from doc_miner.errors import SettingsError
from doc_miner.inventory import Inventory, Versions, find_files, named, take_inventory, written_path
from doc_miner.lexicon import Lexicon

if TYPE_CHECKING:
    from doc_miner.dataset.reviews import Unfit


def print_status(paths: Sequence[Path | str], dataset: Path, lexicons: Path | None) -> None:
    """Print how the files under *paths* (default: what was mined before) stand beside the dataset; reads only."""
    lexicon = Lexicon.load(lexicons)
    with connect(dataset) as db:
        known, refused, lost = known_files(db), remarks(db), unfit(db)
        roots = list(paths) or [named(path) for (path,) in db.execute("SELECT path FROM roots ORDER BY path")]
    there = [root for root in roots if paths or isinstance(root, str) or root.exists() or root.is_symlink()]
    if roots and not there:
        raise SettingsError(f"{roots[0]}: 找不到处理过的文件夹；相对路径请在原来的文件夹里运行，或写明路径。")
    files = [str(file) for file in find_files(there, dataset)]
    found = take_inventory(files, roots, known, refused, Versions.current(lexicon))
    console = Console(highlight=False)
    for title, advice, listed in _parts(found):
        console.print(Text(f"{title}：{len(listed)}" + (f"（{advice}）" if listed and advice else "")), soft_wrap=True)
        for one in listed:
            console.print(Text(f"  {one}"), soft_wrap=True)
    unchanged = len(found.unchanged) + sum(bool(found.entries[file]) for file in found.same)
    console.print(Text(f"未变化：{unchanged}"))
    print_unfit(console, lost)
    console.print(Text(f"数据集：{dataset}"), soft_wrap=True)


def _parts(found: Inventory) -> Iterable[tuple[str, str, list[str]]]:
    moved = [file for file in found.same if not found.entries[file]]
    return (
        ("新增", "运行 doc-miner mine 读取", [written_path(one) for one in found.new]),
        ("改动", "运行 doc-miner mine 更新", [written_path(one) for one in found.changed]),
        ("移动、改名或副本", "内容已在数据集中，运行 doc-miner mine 记下新路径", [written_path(one) for one in moved]),
        ("过时", "词典、模型或程序已更新，运行 doc-miner mine 重新读取，核对会保留", [written_path(one) for one in found.stale]),
        ("未能读取", "", [f"{path}：{reason}" for path, reason in sorted(found.failed.items())]),
        ("已不在", "数据仍保留；运行 doc-miner mine --prune 可删除", found.gone),
    )


def print_unfit(console: Console, lost: Sequence[Unfit]) -> None:
    """Print the reviews that fit no more, each with its reason."""
    if lost:
        console.print(Text(f"不再适用的核对：{len(lost)}（仍保留在 reviews 表中）"), soft_wrap=True)
    for one in lost:
        words = " ".join(one.text.split())
        console.print(Text(f"  {one.path}{' ' if one.path else ''}“{words[:40]}”：{one.note}"), soft_wrap=True)
