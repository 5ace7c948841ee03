"""What users call the formats: those we read, archives whose files we read, those we refuse with advice, and the endings that promise them."""

from __future__ import annotations


def label(kind: str) -> str:
    """Return the Chinese name of the format *kind*.

    >>> "这是" + label("ofd")
    '这是 OFD 版式文件'
    """
    name = LABELS.get(kind) or CONTAINERS.get(kind) or REFUSED[kind][0]
    return f" {name}" if name[0].isascii() else name


LABELS = {
    "txt": "纯文本", "html": "HTML 网页", "docx": "DOCX 文档", "pdf": "PDF 文档", "ofd": "OFD 版式文件",
    "xlsx": "Excel 工作簿（XLSX）", "xls": "Excel 97-2003 工作簿（XLS）", "csv": "CSV 表格",
    "doc": "Word 97-2003（DOC）文档", "wps": "WPS 文字文档", "rtf": "RTF 文档", "mht": "单个文件网页（MHT）",
    "jpeg": "JPEG 图片", "png": "PNG 图片", "tiff": "TIFF 图片", "bmp": "BMP 图片",
}  # fmt: skip
CONTAINERS = {"zip": "ZIP 压缩包", "7z": "7z 压缩包", "rar": "RAR 压缩包"}
SUFFIXES = {
    "txt": "txt", "htm": "html", "html": "html", "shtml": "html", "docx": "docx", "pdf": "pdf", "doc": "doc", "dot": "doc", "wps": "wps", "wpt": "wps",
    "ofd": "ofd", "rtf": "rtf", "mht": "mht", "mhtml": "mht", "xlsx": "xlsx", "xls": "xls", "et": "xls", "pptx": "pptx", "ppt": "ppt",
    "jpg": "jpeg", "jpeg": "jpeg", "png": "png", "tif": "tiff", "tiff": "tiff", "gif": "gif", "bmp": "bmp",
    "csv": "csv", "tsv": "csv", "zip": "zip", "7z": "7z", "rar": "rar",
}
_SAVE_AS, _OCR = "请另存为 PDF 或 DOCX 后再试", "请另存为 JPEG、PNG 或 PDF 后再试"
_UNPACK = "请解压成文件夹，或改打包为 ZIP 后再试"
REFUSED = {
    "wordxml": ("Word XML 文件", "请用 Word 另存为 DOCX 后再试"),
    "xml": ("XML 文件", _SAVE_AS),
    "odt": ("ODT 文档", _SAVE_AS),
    "ods": ("ODS 表格", _SAVE_AS),
    "odp": ("ODP 演示文稿", _SAVE_AS),
    "epub": ("EPUB 电子书", _SAVE_AS),
    "pptx": ("PowerPoint 演示文稿（PPTX）", _SAVE_AS),
    "ppt": ("PowerPoint 97-2003 演示文稿（PPT）", _SAVE_AS),
    "ole": ("旧版 Office 的复合文件", _SAVE_AS),
    "ps": ("PostScript 文件", _SAVE_AS),
    "djvu": ("DjVu 文件", _SAVE_AS),
    "caj": ("CAJ 文件", _SAVE_AS),
    "ceb": ("方正 CEB 文件", _SAVE_AS),
    "gif": ("GIF 图片", _OCR),
    "webp": ("WebP 图片", _OCR),
    "heic": ("HEIC 图片", _OCR),
    "gzip": ("GZIP 压缩文件", _UNPACK),
    "bzip2": ("BZIP2 压缩文件", _UNPACK),
    "xz": ("XZ 压缩文件", _UNPACK),
    "tar": ("TAR 归档", _UNPACK),
    "media": ("音频或视频文件", "请转写成文字后再试"),
    "program": ("可执行程序", "请确认交来的是文档"),
}
