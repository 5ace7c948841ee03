"""Make the picture of a page fit for reading: seals out, lines level, and where its ruling lines run.

All sizes are in millimetres of the page, so that a scan may have any resolution. Only OpenCV's
plain arithmetic is used; it comes with the OCR engine and is imported when a page is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from doc_miner.loaders.ocr_engine import Image

_SEAL = 26.0
"""Millimetres that a seal is wide and high at least (official ones 38 to 45); a character of a red letterhead is less."""
_INK = 40
"""How much more red than green and blue a pixel of red ink has."""
_CONTRAST = 2.2
"""How much paler text is under the ink of a seal."""
_BREAK = 1.2
"""Millimetres over which black text may interrupt the ring of a seal."""
_LOOKED_AT = 900
"""Pixels of the longer side at which the skew is measured."""
_MOST_SKEW, _STEP, _FINE_STEP = 6.0, 0.5, 0.05
_RULE_LENGTH = 7.5
"""Millimetres of a ruling line at least: longer than the strokes of a character of body size."""
_RULE_WIDTH = 2.0
_GAP = 0.35
"""Millimetres over which a rule may be broken; the strokes of one character are farther from the next."""
_GRID = 30.0
"""Millimetres that the longest rule of a table has at least; the strokes of large characters meet as well."""
_MOST_RULES = 2000

Rule = tuple[float, float, float]


def without_seals(image: Image, pixels_per_mm: float) -> Image:
    """Return *image* (three colours, red first) in grey, with the ink of seals taken out and what lies under it kept.

    Red ink is almost as bright as paper in the red channel, black text is dark in it. A red
    letterhead is text, and stays: only shapes as wide and as high as a seal are taken for one.
    """
    import cv2

    grey: Image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    red, green, blue = (image[:, :, channel].astype(np.int16) for channel in range(3))
    excess = red - np.maximum(green, blue)
    inked = (excess > _INK).astype(np.uint8)
    if np.count_nonzero(inked) < (pixels_per_mm * _SEAL):
        return grey
    size = max(1, round(pixels_per_mm * _BREAK))
    closed = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    for left, top, width, height, _ in boxes[1:]:
        if min(width, height) >= _SEAL * pixels_per_mm:
            area = np.s_[top : top + height, left : left + width]
            grey[area] = _lifted(image[area][:, :, 0], inked[area])
    return grey


def _lifted(red: Image, inked: Image) -> Image:
    """Return the red channel of a seal, its ink made as bright as the paper; the text under it, pale through the ink, regains its contrast."""
    if not (inked == 0).any():
        return red
    paper, ink = float(np.percentile(red[inked == 0], 60)), float(np.median(red[inked == 1]))
    brighter = np.clip(paper - (0.95 * ink - red.astype(np.float32)) * _CONTRAST, 0, paper)
    lifted: Image = np.where(inked == 1, brighter, red).astype(np.uint8)
    return lifted


def skew_of(grey: Image) -> float:
    """Return by how many radians the lines of *grey* run downwards to the right.

    The right angle makes the sums of the rows (or of the columns, on a page turned sideways) differ most.
    """
    import cv2

    scale = min(1.0, _LOOKED_AT / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = 255.0 - np.minimum(small, cv2.GaussianBlur(small, (0, 0), 15)).astype(np.float32)
    ink -= float(np.median(ink))
    ink[ink < 30] = 0
    if not ink.any():
        return 0.0

    def sharpness(degrees: float) -> float:
        turned = _rotated(ink, math.radians(degrees), 0.0)
        return max(float(np.square(np.diff(turned.sum(axis=axis))).sum()) for axis in (0, 1))

    coarse = max(np.arange(-_MOST_SKEW, _MOST_SKEW + _STEP, _STEP), key=sharpness)
    fine = max(np.arange(coarse - _STEP, coarse + _STEP + _FINE_STEP, _FINE_STEP), key=sharpness)
    return math.radians(float(fine))


def levelled(grey: Image, skew: float) -> Image:
    """Return *grey* turned back by *skew* about its middle, of the same size."""
    if abs(skew) < math.radians(_FINE_STEP):
        return grey
    level: Image = _rotated(grey, skew, float(np.percentile(grey, 80)))
    return level


def _rotated(image: np.ndarray, radians: float, border: float) -> np.ndarray:
    import cv2

    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(radians), 1.0)
    turned: np.ndarray = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=border)
    return turned


# --- ruling lines ------------------------------------------------------------------------------
def ruling_lines(grey: Image, pixels_per_mm: float) -> tuple[list[Rule], list[Rule]]:
    """Return the rules of a level page that meet others, in pixels: across as (y, left, right), down as (x, top, bottom)."""
    import cv2

    window = int(8 * pixels_per_mm) | 1
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, 25)
    length = max(8, round(_RULE_LENGTH * pixels_per_mm))
    across = [(top + height / 2, left, left + width) for left, top, width, height in _stretches(dark, (1, length), pixels_per_mm)]
    down = [(left + width / 2, top, top + height) for left, top, width, height in _stretches(dark, (length, 1), pixels_per_mm)]
    near = 1.5 * pixels_per_mm
    if len(across) + len(down) > _MOST_RULES:  # a drawing
        return [], []
    kept_across, kept_down = set[Rule](), set[Rule]()
    for group_across, group_down in _groups(across, down, near):
        if max(end - start for _, start, end in (*group_across, *group_down)) >= _GRID * pixels_per_mm:
            kept_across.update(group_across)
            kept_down.update(group_down)
    return sorted(kept_across), sorted(kept_down)


def _stretches(dark: Image, kernel: tuple[int, int], pixels_per_mm: float) -> Iterator[tuple[float, float, float, float]]:
    """Yield the boxes (left, top, width, height) of straight dark strokes as long as *kernel* (rows, columns)."""
    import cv2

    # A thin line that is not quite level, or broken by noise, is made whole before it is measured.
    thick = 3 if min(dark.shape) > 1000 else 2
    wide = cv2.dilate(dark, np.ones((thick if kernel[0] == 1 else 1, thick if kernel[1] == 1 else 1), np.uint8))
    gap = max(2, round(_GAP * pixels_per_mm))
    wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((1, gap) if kernel[0] == 1 else (gap, 1), np.uint8))
    lines = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(kernel, np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    for left, top, width, height, _ in boxes[1:].tolist():
        if min(width, height) <= _RULE_WIDTH * pixels_per_mm:
            yield left, top, width, height


def _groups(across: Sequence[Rule], down: Sequence[Rule], near: float) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Yield the rules that hang together by meeting each other."""
    left_across, left_down = list(across), list(down)
    while left_across:
        group: tuple[list[Rule], list[Rule]] = ([left_across.pop()], [])
        grown = True
        while grown:
            new_down = [rule for rule in left_down if any(_meet(other, rule, near) for other in group[0])]
            left_down = [rule for rule in left_down if rule not in new_down]
            group[1].extend(new_down)
            new_across = [rule for rule in left_across if any(_meet(rule, other, near) for other in group[1])]
            left_across = [rule for rule in left_across if rule not in new_across]
            group[0].extend(new_across)
            grown = bool(new_down or new_across)
        if group[1]:
            yield group


def _meet(across: Rule, down: Rule, near: float) -> bool:
    return across[1] - near <= down[0] <= across[2] + near and down[1] - near <= across[0] <= down[2] + near


def without_rules(grey: Image, across: Sequence[Rule], down: Sequence[Rule], pixels_per_mm: float) -> Image:
    """Return *grey* with ruling lines painted over, so that none is read as a character or joins two cells."""
    import cv2

    bare = grey.copy()
    paper = int(np.percentile(grey, 70))
    thick = max(3, round(0.55 * pixels_per_mm))
    for y, left, right in across:
        cv2.line(bare, (round(left), round(y)), (round(right), round(y)), paper, thick)
    for x, top, bottom in down:
        cv2.line(bare, (round(x), round(top)), (round(x), round(bottom)), paper, thick)
    return bare
