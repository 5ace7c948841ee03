"""Scores of labels: accuracy, macro-F1, calibration error."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def scores_of(pairs: Sequence[tuple[Collection[str], str]]) -> tuple[float, float]:
    """Return accuracy and macro-F1 of main categories; any of a record's categories is right, as in the gold scores.

    A wrong answer is a miss of the first category and a false alarm of the one given.

    >>> scores_of([(("G1",), "G1"), (("G2", "G1"), "G1"), (("G4",), "G1"), (("G4",), "G4")])[0]
    0.75
    """
    if not pairs:
        return 0.0, 0.0
    rows = by_class(pairs).values()
    right = sum(hits for hits, _, _ in rows)
    return right / len(pairs), sum(2 * h / (2 * h + m + f) if h else 0.0 for h, m, f in rows) / len(rows)


def by_class(pairs: Sequence[tuple[Collection[str], str]]) -> dict[str, tuple[int, int, int]]:
    """Return hits, misses and false alarms of each category that is wanted somewhere."""
    counts: dict[str, list[int]] = {}
    for wanted, _ in pairs:
        for code in list(wanted)[:1]:
            counts.setdefault(code, [0, 0, 0])
    for wanted, found in pairs:
        if found in wanted:
            counts.setdefault(found, [0, 0, 0])[0] += 1
            continue
        for code in list(wanted)[:1]:
            counts[code][1] += 1
        counts.setdefault(found, [0, 0, 0])[2] += 1
    return {code: (h, m, f) for code, (h, m, f) in sorted(counts.items())}


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return the expected calibration error of (confidence, right) pairs over bins of equal width.

    >>> calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])
    0.0
    """
    if not pairs:
        return 0.0
    gaps = [0.0] * bins
    for confidence, right in pairs:
        gaps[min(int(confidence * bins), bins - 1)] += confidence - right
    return sum(abs(gap) for gap in gaps) / len(pairs)
