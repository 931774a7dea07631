"""Whether people with any kind of sight can read the dashboards."""

from __future__ import annotations

import itertools

import pytest

from dashboards.theme import FEW_TO_MANY, THEME

Linear = tuple[float, float, float]

# Machado, Oliveira, Fernandes (2009), severity 1: what a colour looks like to somebody who lacks a kind of cones.
SIGHTS: dict[str, tuple[Linear, Linear, Linear]] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "no green cones": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "no blue cones": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
PAIRS = [
    ("PrimaryForeground", "PrimaryBackground"),
    ("SecondaryForeground", "SecondaryBackground"),
    ("AccentForeground", "Accent"),
    ("DangerForeground", "Danger"),
    ("WarningForeground", "Warning"),
    ("SuccessForeground", "Success"),
    ("DimensionForeground", "Dimension"),
    ("MeasureForeground", "Measure"),
]


def linear(color: str) -> Linear:
    channels = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def luminance(color: Linear) -> float:
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def lab(color: Linear) -> Linear:
    """CIELAB, D65, in which distances are about as large as they look."""
    red, green, blue = (min(max(channel, 0.0), 1.0) for channel in color)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(color: str, sight: str) -> Linear:
    channels = linear(color)
    red, green, blue = (sum(a * b for a, b in zip(row, channels, strict=True)) for row in SIGHTS[sight])
    return lab((red, green, blue))


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_texts_stand_out_from_their_ground(text: str, ground: str) -> None:
    colors = THEME["UIColorPalette"]
    dark, light = sorted(luminance(linear(colors[name])) for name in (text, ground))
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("sight", SIGHTS)
def test_neighbours_in_a_chart_are_told_apart_by_everybody(sight: str) -> None:
    # Five is the number of segments: as many series as a chart of these dashboards has with names of its own.
    colors = THEME["DataColorPalette"]["Colors"][:5]
    for one, other in itertools.combinations(colors, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5
        assert distance > 12, (one, other, distance)


@pytest.mark.parametrize("sight", SIGHTS)
def test_more_is_darker_to_everybody(sight: str) -> None:
    few, many = (seen(color, sight)[0] for color in FEW_TO_MANY)
    assert few - many > 50
