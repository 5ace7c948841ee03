"""The trained numbers: weights of grams, calibration, provenance; and the file that holds them.

The file is a plain ``npz`` read with ``allow_pickle=False``: it cannot run code. It is written
uncompressed with fixed times, so that the same training gives the same bytes everywhere.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from doc_miner.classify.grams import BITS, cut
from doc_miner.errors import SettingsError

FORMAT = 1
OUT_OF_SCOPE = "-"
"""The class of texts from other policy fields; never a label, it only lowers the confidence of the others."""

NEARNESS = 60.0
"""After so many characters a clause of a statement counts for less: exp(-1) of what is above the floor."""
FLOOR = 0.3

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """From scores to probabilities: a temperature, and a table from the best probability to how often it was right."""

    temperature: float
    probability: tuple[float, ...]
    right: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model over grams. ``classes`` are the categories and `OUT_OF_SCOPE`."""

    classes: tuple[str, ...]
    buckets: npt.NDArray[np.int32]
    rarity: Floats
    table: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats
    statement: Calibration
    figure: Calibration
    further: tuple[float, ...]
    """Logistic weights by which a further category joins the main one; the last is the threshold's."""
    together: Floats
    """Log odds that a category (column) stands beside a main one (row)."""
    provenance: dict[str, Any]


class Scorer:
    """Scores texts with `Weights`; the one place where texts meet the numbers."""

    def __init__(self, buckets: npt.NDArray[np.int32], rarity: Floats, table: npt.NDArray[np.int8], scale: Floats) -> None:
        self._rows = np.full((1 << BITS) + 1, len(buckets), dtype=np.int32)  # the last entry stands for bucket -1
        self._rows[buckets] = np.arange(len(buckets), dtype=np.int32)
        self._squares = np.concatenate([rarity * rarity, np.zeros(1, dtype=np.float32)])
        self._table = np.zeros((len(table) + 1, table.shape[1]), dtype=np.float32)
        np.multiply(table, rarity[:, None] * scale, out=self._table[:-1])

    def score(self, texts: Sequence[str], singly: int) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
        """Return the scores of each text; and of the first *singly* texts each clause's alone, and which text it belongs to."""
        grams = cut(texts)
        rows = self._rows[grams.buckets]
        weighted = self._table.take(rows[0::2], axis=0)
        weighted += self._table.take(rows[1::2], axis=0)
        starts = grams.clause_starts // 2
        sums = np.add.reduceat(weighted, starts, axis=0)
        squares = np.add.reduceat(self._squares.take(rows[0::2]) + self._squares.take(rows[1::2]), starts)
        nearness = (FLOOR + (1 - FLOOR) * np.exp(-grams.clause_offsets / NEARNESS)).astype(np.float32)
        first = np.flatnonzero(np.concatenate([[True], grams.clause_texts[1:] != grams.clause_texts[:-1]]))
        whole = np.add.reduceat(sums * nearness[:, None], first, axis=0)
        norms = np.sqrt(np.add.reduceat(squares * nearness * nearness, first))
        whole /= np.maximum(norms, np.float32(1e-6))[:, None]
        count = int(np.searchsorted(grams.clause_texts, singly))
        alone = sums[:count]
        alone /= np.maximum(np.sqrt(squares[:count]), np.float32(1e-6))[:, None]
        return whole, alone, grams.clause_texts[:count]


def softmax(scores: Floats, temperature: float) -> Floats:
    """Return probabilities along the last axis."""
    shifted = scores * np.float32(temperature)
    shifted = np.exp(shifted - shifted.max(axis=-1, keepdims=True))
    out: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return out


_ARRAYS = ("buckets", "rarity", "table", "scale", "bias", "together")


def save(weights: Weights, path: Path) -> bytes:
    """Write *weights* to *path* and return the bytes written."""
    meta = {
        "format": FORMAT,
        "classes": weights.classes,
        "statement": [weights.statement.temperature, weights.statement.probability, weights.statement.right],
        "figure": [weights.figure.temperature, weights.figure.probability, weights.figure.right],
        "further": weights.further,
        "provenance": weights.provenance,
    }
    text = json.dumps(meta, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")
    arrays: dict[str, npt.NDArray[Any]] = {"meta": np.frombuffer(text, dtype=np.uint8), **{name: getattr(weights, name) for name in _ARRAYS}}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, member.getvalue())
    data = out.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return data


def load(path: Path) -> Weights:
    """Return the weights in *path*, or raise `SettingsError` where it is no model of this version."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        meta = json.loads(arrays["meta"].tobytes().decode("utf-8"))
        if meta["format"] != FORMAT:
            raise SettingsError(f"{path}: 模型格式是 {meta['format']}，本程序读取格式 {FORMAT}；请用 doc-miner train 重新训练。")
        classes = tuple(meta["classes"])
        known = {name: arrays[name] for name in _ARRAYS}
        if known["table"].shape != (len(known["buckets"]), len(classes)) or known["together"].shape != (len(classes), len(classes)):
            raise ValueError("shapes")
        if len(known["buckets"]) and not 0 <= int(known["buckets"].min()) <= int(known["buckets"].max()) < 1 << BITS:
            raise ValueError("buckets")
        return Weights(
            classes=classes,
            statement=_calibration(meta["statement"]),
            figure=_calibration(meta["figure"]),
            further=tuple(meta["further"]),
            provenance=meta["provenance"],
            **known,
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise SettingsError(f"{path}: 不是可用的模型文件（{type(error).__name__}）；请用 doc-miner train 重新训练。") from error


def _calibration(row: Sequence[Any]) -> Calibration:
    return Calibration(float(row[0]), tuple(row[1]), tuple(row[2]))
