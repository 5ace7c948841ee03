"""Recognise the lines of text in a picture: the only module that knows the OCR engine.

RapidOCR runs the PP-OCR networks in onnxruntime. Its models lie in its own package and are
named by path, so that nothing is ever fetched; a package without them counts as not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
_LEAST_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Letter:
    """A character with its left and right edge in pixels."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line as the engine reads it: its characters, its box in pixels (left, top, right, bottom) and its score from 0 to 1."""

    letters: tuple[Letter, ...]
    box: tuple[float, float, float, float]
    score: float

    @property
    def text(self) -> str:
        """The characters in one string."""
        return "".join(letter.text for letter in self.letters)


def read_lines(image: Image, threads: int, *, least: float = 0.0) -> tuple[list[TextLine], bool]:
    """Return the lines of *image* (rows × columns, grey), upright text being assumed, and whether these are all.

    Where the longest lines have a mean score below *least*, they alone are returned: the page is
    not upright, or hardly legible. Lines that run down the page are read as if turned to the left.
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
    if not chosen:
        return []
    parts, places = [crops[index] for index in chosen], boxes[list(chosen)]
    result = engine.recognize_txt(parts)
    kept = [index for index, text in enumerate(result.txts) if text.strip() and result.scores[index] >= _LEAST_SCORE]
    if not kept:
        return []
    result.txts, result.word_results = [result.txts[index] for index in kept], [result.word_results[index] for index in kept]
    scores, places = [result.scores[index] for index in kept], places[kept]
    words = engine.calc_word_boxes([parts[index] for index in kept], places, result)
    return [_line(box, found, score) for box, found, score in zip(places, words, scores, strict=True)]


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
