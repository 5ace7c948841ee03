"""A dataset to review: a text, a PDF and a scan with its text layer, all about an invented county."""

from __future__ import annotations

import io
from pathlib import Path

from doc_miner.archive import mine_archive
from doc_miner.engine.serial import Serial
from doc_miner.lexicon import Lexicon
from doc_miner.loaders.limits import Limits

TEXT = """𠮷岭县义务教育均衡发展督导反馈问题整改情况的报告
一、存在问题
（一）大班额问题突出。𠮷岭镇中心小学56人以上班级5个。
（二）校舍紧张。小学缺教室12间。
二、整改措施
（一）化解大班额。2024年底前投入资金5.5万元新建学校2所。
（二）扩建校舍。计划新建教室12间。责任单位：县教育局。
另有山区教学点供水困难。
𠮷岭县人民政府
2023年9月20日
"""
PAGES = [["棠坞县义务教育督导反馈问题整改报告", "一、存在问题", "（一）大班额问题突出。全县56人以上班级7个。"], ["二、整改措施", "（一）化解大班额。2024年底前新建学校3所。", "2023年10月8日"]]
HOSTILE = (
    "青陂县人民政府关于<script>document.title='x'</script>督导反馈问题整改情况的报告\n一、存在问题\n（一）大班额问题突出。<img src=x onerror=\"document.title='x'\">小学56人以上班级5个。"
    "\u202e倒写\u202c&lt;b&gt;&amp;\n" + "".join(f"第{number}个教学点缺水。" for number in range(10_000)) + "\n"
)


def mined(folder: Path, lexicon: Lexicon, *, hostile: bool = False) -> Path:
    """Return a dataset of all of them."""
    (folder / "报告.txt").write_text(TEXT, "utf-8")
    (folder / "报告.pdf").write_bytes(pdf(PAGES))
    (folder / "扫描.pdf").write_bytes(scan([[line.replace("棠坞", "松洼").replace("7个", "8个") for line in page] for page in PAGES]))
    if hostile:
        (folder / "恶意.txt").write_text(HOSTILE, "utf-8")
    remine(folder, lexicon)
    return folder / "dataset.db"


def remine(folder: Path, lexicon: Lexicon) -> None:
    """Mine everything again."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".pdf"))
    summary = mine_archive(files, folder / "dataset.db", lexicon=lexicon, engine=Serial(), force=True, limits=Limits(ocr="never"))
    assert summary.failures == ()


def pdf(pages: list[list[str]], *, invisible: bool = False, pictures: list[bytes] | None = None) -> bytes:
    """Return a PDF of pages of lines; *invisible* as the text layer over a picture of each page."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=True)
    for number, lines in enumerate(pages):
        if pictures:
            canvas.drawImage(ImageReader(io.BytesIO(pictures[number])), 0, 0, 595, 842)
        for row, line in enumerate(lines):
            text = canvas.beginText(72, 760 - 40 * row)
            text.setFont("STSong-Light", 16)
            text.setTextRenderMode(3 if invisible else 0)
            text.textOut(line)
            canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scan(pages: list[list[str]]) -> bytes:
    """Return a PDF of pictures with an invisible layer of their text, as scanners write it."""
    import pypdfium2

    pictures = []
    for page in pypdfium2.PdfDocument(pdf(pages)):
        out = io.BytesIO()
        page.render(scale=1.5).to_pil().save(out, "PNG")
        pictures.append(out.getvalue())
    return pdf(pages, invisible=True, pictures=pictures)
