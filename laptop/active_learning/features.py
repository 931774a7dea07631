"""Numbers from pictures and texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.feature_extraction.text import TfidfVectorizer

from laptop.active_learning.certainty import Floats
from laptop.active_learning.learner import Features

# Enough to tell digits and icons apart. What needs more is not labeled by this machine: its labels do not pass.
_SIDE = 16


def images(files: Sequence[Path]) -> tuple[Floats, list[int]]:
    """Return the brightness of each picture, scaled to one size, and the numbers of those that can be read."""
    found = {number: _image(file) for number, file in enumerate(files)}
    readable = [number for number, image in found.items() if image is not None]
    blank = np.zeros(_SIDE * _SIDE)
    return np.stack([blank if image is None else image for image in found.values()]), readable


def _image(file: Path) -> Floats | None:
    try:
        with Image.open(file) as picture:
            small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    brightness: Floats = np.asarray(small, dtype=float).ravel() / 255
    return brightness


def texts(files: Sequence[Path]) -> tuple[Features, list[int]]:
    """Return the TF-IDF weights of words and pairs of words, and the numbers of the texts that can be read."""
    found = {number: _text(file) for number, file in enumerate(files)}
    readable = [number for number, text in found.items() if text is not None]
    weights = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    return weights.fit_transform([text or "" for text in found.values()]), readable


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
