"""Recognise the lines of text in a picture: the only module that knows the OCR engine.

RapidOCR runs the PP-OCR networks in onnxruntime. Its models lie in its own package and are
named by path, so that nothing is ever fetched; a package without them counts as not installed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doc_miner.loaders.ocr_choice import not_installed

Image = NDArray[np.uint8]

_DETECTED_AT = 1280
"""Pixels of the longer side at which lines are looked for: A4 at 110 dpi, where lines are found as well as at 200 dpi in half the time."""
_SAMPLE = 6
_SURE = 0.8
_LEAST_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Letter:
    """A character with its left and right edge in pixels."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line as the engine reads it: its characters, its box in pixels (left, top, right, bottom) and its score from 0 to 1.

    ``is_stacked`` is a label of characters one below the other.
    """

    letters: tuple[Letter, ...]
    box: tuple[float, float, float, float]
    score: float
    is_stacked: bool = False

    @property
    def text(self) -> str:
        """The characters in one string."""
        return "".join(letter.text for letter in self.letters)


def read_lines(image: Image, threads: int, *, least: float = 0.0) -> tuple[list[TextLine], bool]:
    """Return the lines of *image* (rows × columns, grey), upright text being assumed, and whether these are all.

    Where the longest lines have a mean score below *least*, they alone are returned: the page is
    not upright, or hardly legible. What is higher than wide is read as characters one below the
    other (a label of a table, a lone 1), and as a line turned to the left; the better reading counts.
    """
    import cv2

    engine = _engine(threads)
    try:
        try:
            crops, found = engine.detect_and_crop(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), {})
        except _nothing_found():
            return [], True
        longest = sorted(range(len(crops)), key=lambda index: -max(crops[index].shape))
        sample = _recognised(engine, crops, found.boxes, longest[:_SAMPLE])
        if len(longest) > _SAMPLE and _mean(sample) < least:
            return sample, False
        return sample + _recognised(engine, crops, found.boxes, longest[_SAMPLE:]), True
    except Exception as error:  # the engine wraps what onnxruntime raises in a type of its own
        if "alloc" in str(error):
            raise MemoryError from error
        raise


def _nothing_found() -> type[Exception]:
    from rapidocr.main import RapidOCRError

    kind: type[Exception] = RapidOCRError
    return kind


def _recognised(engine: Any, crops: Sequence[Image], boxes: Any, chosen: Sequence[int]) -> list[TextLine]:
    lines = _read_crops(engine, [crops[index] for index in chosen], [boxes[index] for index in chosen])
    tall = [place for place, index in enumerate(chosen) if _is_tall(boxes[index])]
    # The engine lays tall crops on their side; what stood above stands to the left then.
    rows = _read_crops(engine, [stacked_row(crops[chosen[place]]) for place in tall], [boxes[chosen[place]] for place in tall])
    for place, row in zip(tall, rows, strict=True):
        line = lines[place]
        if row is not None and (line is None or row.score >= min(_SURE, line.score)):
            left, _, right, _ = row.box
            lines[place] = replace(row, letters=tuple(Letter(letter.text, left, right) for letter in row.letters), is_stacked=True)
    return [line for line in lines if line is not None]


def _is_tall(box: Any) -> bool:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = box.tolist()
    return max(math.hypot(x1 - x2, y1 - y2), math.hypot(x3 - x0, y3 - y0)) >= 1.5 * max(math.hypot(x0 - x1, y0 - y1), math.hypot(x2 - x3, y2 - y3))


def stacked_row(crop: Image) -> Image:
    """Return the characters that stand one below the other in *crop* (laid on its left side) side by side."""
    grey = crop.min(axis=2)
    ink = grey < (float(np.percentile(grey, 90)) + float(grey.min())) / 2
    across = np.flatnonzero(ink.any(axis=1))
    columns = np.flatnonzero(ink.any(axis=0))
    if not len(columns):
        return np.rot90(crop, -1)
    width = max(8, int(across[-1] - across[0] + 1))
    spans: list[list[int]] = []
    for column in columns.tolist():
        # A character may have gaps; no character is much higher than wide, but for those that are narrow themselves.
        if spans and (column == spans[-1][1] + 1 or column - spans[-1][0] < width) and column - spans[-1][0] < 2.5 * width:
            spans[-1][1] = column
        else:
            spans.append([column, column])
    height = max(end - start for start, end in spans) + 1
    margin = max(2, height // 6)
    paper = np.uint8(np.percentile(grey, 90))
    parts = []
    for start, end in spans:
        glyph = np.rot90(crop[:, start : end + 1], -1)
        above = (height - glyph.shape[0]) // 2
        padding = ((margin + above, margin + height - glyph.shape[0] - above), (0, 0), (0, 0))
        parts.append(np.pad(glyph, padding, constant_values=paper))
    row: Image = np.ascontiguousarray(np.hstack(parts))
    return row


def _read_crops(engine: Any, crops: Sequence[Image], boxes: Sequence[Any]) -> list[TextLine | None]:
    """Return the line in each crop, ``None`` where nothing is read."""
    lines: list[TextLine | None] = [None] * len(crops)
    if not crops:
        return lines
    result = engine.recognize_txt(list(crops))
    kept = [index for index, text in enumerate(result.txts) if text.strip() and result.scores[index] >= _LEAST_SCORE]
    if not kept:
        return lines
    result.txts, result.word_results = [result.txts[index] for index in kept], [result.word_results[index] for index in kept]
    places = np.array([boxes[index] for index in kept])
    words = engine.calc_word_boxes([crops[index] for index in kept], places, result)
    for index, box, found in zip(kept, places, words, strict=True):
        lines[index] = _line(box, found, result.scores[index])
    return lines


def _mean(lines: Sequence[TextLine]) -> float:
    return sum(line.score for line in lines) / len(lines) if lines else 0.0


def _line(box: Any, words: Sequence[Any], score: float) -> TextLine:
    xs, ys = [float(x) for x, _ in box], [float(y) for _, y in box]
    letters = tuple(
        Letter(str(text), min(float(x) for x, _ in corners), max(float(x) for x, _ in corners)) for text, _, corners in words if str(text)
    )
    return TextLine(letters, (min(xs), min(ys), max(xs), max(ys)), float(score))


@lru_cache(maxsize=1)
def _engine(threads: int) -> Any:
    try:
        import cv2
        import rapidocr
    except ImportError as error:
        raise not_installed() from error
    cv2.setNumThreads(threads)
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.use_cls": False,  # its guesses turn good lines over
            "Global.log_level": "critical",
            "Global.use_vertical_padding": False,
            "Global.return_word_box": True,
            "Global.return_single_char_box": True,
            "Det.model_path": _model(models, "det"),
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_AT,
            "Rec.model_path": _model(models, "rec"),
            "Rec.rec_batch_num": 1,  # as fast as six at a time, and in half the memory
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _model(folder: Path, kind: str) -> str:
    found = sorted(folder.glob(f"*_{kind}_*.onnx"))
    if len(found) != 1:
        raise not_installed()
    return str(found[0])
