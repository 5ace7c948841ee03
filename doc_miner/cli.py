"""The command line; the only module that prints. Help and messages are in Chinese."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import Enum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from doc_miner.present.help import Command, Group

app = typer.Typer(
    name="doc-miner",
    cls=Group,
    help="从县级督导、整改类公文中提取问题、数据和措施，生成可核对的数据集。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
lexicon_app = typer.Typer(cls=Group, help="检查词典。", no_args_is_help=True)
app.add_typer(lexicon_app, name="lexicon")

DatasetOption = Annotated[Path, typer.Option("--dataset", help="数据集文件。", metavar="文件")]


RegionsOption = Annotated[
    list[str] | None, typer.Option("--regions", help="只看这些省、市、县区，名称（可以简写，如 柳江）或代码；可以用逗号或顿号列出几个，也可以重复。", metavar="地区")
]
YearsOption = Annotated[list[str] | None, typer.Option("--years", help="只看这些年份，如 2019,2021 或 2019-2022；也可以重复。", metavar="年份")]
LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        help="读取一个文件的上限，可重复：seconds（秒）、memory_mb（内存 MB）、file_mb（文件 MB）、pages（页）、archive_mb、archive_entries、"
        "archive_ratio、archive_depth（压缩包解压后 MB、文件数、压缩比、层数）等。例：--limit seconds=60",
        metavar="名称=数值",
    ),
]


class EngineName(str, Enum):
    """The engines that can be chosen."""

    serial = "serial"
    processes = "processes"


class ExportFormat(str, Enum):
    """The formats of an export."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"


class Severity(str, Enum):
    """How grave a finding is."""

    error = "error"
    warning = "warning"
    info = "info"


class Ocr(str, Enum):
    """When to read pictures of text."""

    auto = "auto"
    never = "never"
    always = "always"


@app.command()
def mine(
    paths: Annotated[list[Path], typer.Argument(help="要读取的文件或文件夹，可以有多个。", metavar="路径…")],
    dataset: DatasetOption = Path("dataset.db"),
    engine: Annotated[EngineName, typer.Option(help="serial 逐个处理；processes 用多个进程。", metavar="引擎")] = EngineName.serial,
    workers: Annotated[int | None, typer.Option(help="进程数，默认等于处理器核数。", metavar="N", min=1)] = None,
    ocr: Annotated[Ocr, typer.Option(help="文字识别（OCR）：auto 需要时识别（须已安装）；never 不识别；always 每页都识别。", metavar="方式")] = Ocr.auto,
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
    force: Annotated[bool, typer.Option("--force", help="未变化的文件也重新读取。")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="从数据集中删除文件已不在的文档；有人工核对的除外。")] = False,
    limit: LimitOption = None,
) -> None:
    """读取文件和文件夹，把新的或改动过的文档加入数据集。

    全部读取成功时退出码为 0；有文档未能读取时为 1（逐一列出原因）；用法错误时为 2。

    示例：doc-miner mine 整改报告/ --dataset 数据集.db
    """
    from dataclasses import replace

    from doc_miner.archive import mine_archive
    from doc_miner.engine import engine_for
    from doc_miner.errors import SettingsError
    from doc_miner.lexicon import Lexicon
    from doc_miner.loaders.limits import limits_of
    from doc_miner.loaders.ocr_choice import engine_version, not_installed
    from doc_miner.present.terminal import Progress, print_summary

    if ocr is Ocr.always and not engine_version():
        raise SettingsError(not_installed().message)
    limits, lexicon = replace(limits_of(limit or ()), ocr=ocr.value), Lexicon.load(lexicons)
    with Progress() as progress:
        summary = mine_archive(
            paths, dataset, lexicon=lexicon, engine=engine_for(engine.value, workers), limits=limits, force=force, prune=prune, progress=progress.update
        )
    print_summary(summary, dataset)
    raise typer.Exit(1 if summary.failures else 0)


@app.command()
def status(
    paths: Annotated[list[Path] | None, typer.Argument(help="要对照的文件或文件夹；默认为以前处理过的。", metavar="[路径…]")] = None,
    dataset: DatasetOption = Path("dataset.db"),
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
) -> None:
    """列出新增、改动、移动、过时、未能读取和已不在的文件，以及不再适用的核对。只读，不改动数据集。

    示例：doc-miner status 整改报告/ --dataset 数据集.db
    """
    from doc_miner.present.status import print_status

    print_status(paths or [], dataset, lexicons)


@app.command()
def check(
    dataset: DatasetOption = Path("dataset.db"),
    repair: Annotated[bool, typer.Option("--repair", help="修复能修复的，并把旧版本的数据集升级。")] = False,
) -> None:
    """检查数据集：文件完整，编号都有着落，每条记录与原文位置一致。没有问题时退出码为 0，否则为 1。

    示例：doc-miner check --dataset 数据集.db
    """
    from doc_miner.dataset.check import report

    lines, sound = report(dataset, repair)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if sound else 1)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="一个文档；压缩包里的写作 压缩包!/文件名。", metavar="文件")],
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
    limit: LimitOption = None,
) -> None:
    """在终端里显示一个文档：大纲、问题及其措施、数据、核查。

    示例：doc-miner show 整改报告.pdf
    """
    from doc_miner.errors import LoadError
    from doc_miner.lexicon import Lexicon, default_lexicon
    from doc_miner.loaders.limits import limits_of
    from doc_miner.pipeline import mine as mine_file
    from doc_miner.present.terminal import print_report

    limits = limits_of(limit or ())
    lexicon = Lexicon.load(lexicons) if lexicons else default_lexicon()
    try:
        found = mine_file(file, lexicon=lexicon if lexicons else None, limits=limits)
    except LoadError as error:
        raise LoadError(error.code, f"{file}: {error.message}") from error
    print_report(found, {code: category.name for code, category in lexicon.categories.items()})


@app.command()
def export(
    format: Annotated[ExportFormat, typer.Option("--format", help="xlsx 一个工作簿；csv、jsonl、parquet 每个表一个文件。", metavar="格式")],
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹；xlsx 也可以写文件名。", metavar="路径")],
    dataset: DatasetOption = Path("dataset.db"),
) -> None:
    """把数据集导出为文件：Excel、WPS 工作簿，或每个表一个 CSV、JSONL、Parquet 文件。

    示例：doc-miner export --format xlsx --out 整改数据.xlsx
    """
    from doc_miner.dataset.export import export as export_dataset

    files = export_dataset(dataset, format.value, out)
    typer.echo(f"已写出 {len(files)} 个文件到 {out}")


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(help="要查找的词，长短不限；几个词用空格隔开，须同时出现。", metavar="词…")],
    dataset: DatasetOption = Path("dataset.db"),
    kind: Annotated[list[str] | None, typer.Option("--kind", help="找什么：文档、问题、措施、数据，可以重复；默认文档。", metavar="种类")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="只找这个省、市或县区，可以重复。", metavar="地区")] = None,
    year: Annotated[list[int] | None, typer.Option("--year", help="只找这一年的文档，可以重复。", metavar="年份")] = None,
    category: Annotated[list[str] | None, typer.Option("--category", help="只找这一类的记录，如 G2，可以重复。", metavar="代码")] = None,
    limit: Annotated[int, typer.Option(help="最多列出几条。", metavar="N", min=1)] = 20,
) -> None:
    """在整个数据集里查找，最相关的在前。

    示例：doc-miner search 大班额 --kind 措施 --region 柳江
    """
    from doc_miner.dataset.search import search as search_dataset
    from doc_miner.present.terminal import print_found

    kinds, words = kind or (["问题", "措施", "数据"] if category else ["文档"]), " ".join(query)
    print_found(search_dataset(dataset, words, kinds=kinds, regions=region or (), years=year or (), categories=category or (), limit=limit), words)


@app.command()
def audit(
    dataset: DatasetOption = Path("dataset.db"),
    severity: Annotated[list[Severity] | None, typer.Option(help="只列出某一级：error 矛盾；warning 存疑；info 提示。可重复使用，默认全部列出。", metavar="级别")] = None,
    today: Annotated[datetime | None, typer.Option(help="以哪一天判断承诺是否到期，默认今天。", metavar="日期", formats=["%Y-%m-%d"])] = None,
) -> None:
    """按严重程度列出核查结果：文档内部的矛盾、缺损的数字、与标准的差距，以及同一地区各文件之间的不一致。

    示例：doc-miner audit --dataset 数据集.db --severity error
    """
    from doc_miner.audit.across import audit_dataset
    from doc_miner.present.findings import print_findings

    day = today.date() if today else datetime.now().date()
    print_findings(audit_dataset(dataset, day, [one.value for one in severity or []]))


@app.command()
def compare(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件：.html 网页报告，.xlsx 工作簿。", metavar="文件")],
    regions: RegionsOption = None,
    categories: Annotated[list[str] | None, typer.Option("--categories", help="只比较这些类别，代码或名称，如 G2、教师配备；可以用逗号或顿号列出几个，也可以重复。", metavar="类别")] = None,
    years: YearsOption = None,
    dataset: DatasetOption = Path("dataset.db"),
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
) -> None:
    """并列比较各地区的问题、措施、时限、资金、结果和数据的变化，写成报告。

    每句话都带原文、文档和页码；相近的措施并成一行，写明哪些地区采用。

    示例：doc-miner compare --regions 柳江、融安 --categories G2 --out 比较.html
    """
    from doc_miner.compare.command import write_comparison

    typer.echo(write_comparison(dataset, out, lexicons, regions=regions, categories=categories, years=years))


@app.command()
def panel(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件：.csv、.xlsx、.parquet 或 .html。", metavar="文件")],
    indicator: Annotated[str | None, typer.Option(help="国家标准中的指标，如 YZ-05。", metavar="代码")] = None,
    category: Annotated[str | None, typer.Option(help="类别，如 G2；与 --indicator 二选一。", metavar="代码")] = None,
    regions: RegionsOption = None,
    years: YearsOption = None,
    dataset: DatasetOption = Path("dataset.db"),
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
) -> None:
    """一个指标或类别的面板：地区 × 年份，学段和单位分开，冲突和缺数据都标明。

    示例：doc-miner panel --indicator YZ-05 --out 体育场馆.xlsx
    """
    from doc_miner.compare.command import write_indicator_panel

    typer.echo(write_indicator_panel(dataset, out, lexicons, indicator=indicator, category=category, regions=regions, years=years))


@app.command()
def train(
    corpus: Annotated[Path | None, typer.Option(help="标注语句文件夹（*.tsv）；默认为词典文件夹下的 training/，或源码中的 corpora/training/。", metavar="文件夹")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
    reviews: Annotated[Path | None, typer.Option(help="数据集文件：把其中人工复核过的类别也作为标注。", metavar="文件")] = None,
    out: Annotated[Path | None, typer.Option(help="模型写到哪个文件；默认为词典文件夹下的 indicators.npz，或自带的模型文件。", metavar="文件")] = None,
) -> None:
    """用标注语句训练指标分类模型。相同的语句和词典得到逐字节相同的文件。

    放在词典文件夹里的模型（indicators.npz）在使用该词典时自动启用。

    示例：doc-miner train --lexicons 我的词典/
    """
    from doc_miner.classify.command import train_model

    typer.echo(train_model(corpus, lexicons, reviews, out))


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Option("--gold", help="标准答案文件夹（*.json）。", metavar="文件夹")],
    dataset: DatasetOption = Path("dataset.db"),
    previous: Annotated[Path | None, typer.Option(help="上一模型生成的数据集：列出改对和改错的记录。", metavar="文件")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
) -> None:
    """对照标准答案，按记录种类和类别列出分类得分、混淆和置信度误差。

    示例：doc-miner evaluate --gold 标准答案/ --dataset 新.db --previous 旧.db
    """
    from doc_miner.evaluate import compare, report
    from doc_miner.lexicon import Lexicon

    before = compare(previous, gold) if previous else None
    typer.echo(report(compare(dataset, gold), Lexicon.load(lexicons), before), nl=False)


@lexicon_app.command("check")
def lexicon_check(
    lexicons: Annotated[Path | None, typer.Option(help="词典文件夹，默认用自带的。", metavar="文件夹")] = None,
) -> None:
    """一次列出词典里的全部错误；没有错误时退出码为 0，否则为 1。

    示例：doc-miner lexicon check --lexicons 我的词典/
    """
    from doc_miner.lexicon import check_lexicons

    faults = check_lexicons(lexicons)
    for fault in faults:
        typer.echo(fault)
    typer.echo(f"共 {len(faults)} 处错误。" if faults else "词典没有错误。")
    raise typer.Exit(1 if faults else 0)


for _command in (*app.registered_commands, *lexicon_app.registered_commands):
    _command.cls = Command


def main() -> None:
    """Run the command line: wrong use and what a user can repair are a message and exit code 2, not a trace."""
    from doc_miner.errors import DocMinerError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a character that the console has not ends nothing
    try:
        sys.exit(app(prog_name="doc-miner", standalone_mode=False) or 0)
    except DocMinerError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("已停止。已写入的数据完好，再次运行即可继续。", err=True)
        sys.exit(130)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        from doc_miner.present.usage import usage_message

        typer.echo(usage_message(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
