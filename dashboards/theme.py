"""Colours and fonts of all dashboards.

The palette is that of Okabe and Ito, which people with any kind of colour blindness tell apart
(https://jfly.uni-koeln.de/color/), without its yellow, too pale on white, and with slate instead of black.
"""

from __future__ import annotations

from dashboards.model import Definition

THEME_ID = "lake"
NAME = "Lake"

# From pale to dark of one hue: reads the same for who does not tell colours apart, and on paper.
FEW_TO_MANY = ("#EAF1F8", "#0B4F8A")
DANGER = "#B3403A"

THEME: Definition = {
    "DataColorPalette": {
        "Colors": ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#6B7A8F", "#3B3B98"],
        "MinMaxGradient": list(FEW_TO_MANY),
        "EmptyFillColor": "#E3E7EC",
    },
    "UIColorPalette": {
        "PrimaryForeground": "#1F2A37",
        "PrimaryBackground": "#FFFFFF",
        "SecondaryForeground": "#4A5565",
        "SecondaryBackground": "#F4F6F9",
        "Accent": "#0B4F8A",
        "AccentForeground": "#FFFFFF",
        "Danger": DANGER,
        "DangerForeground": "#FFFFFF",
        "Warning": "#E69F00",
        "WarningForeground": "#1F2A37",
        "Success": "#1B7F5C",
        "SuccessForeground": "#FFFFFF",
        "Dimension": "#0072B2",
        "DimensionForeground": "#FFFFFF",
        "Measure": "#1B7F5C",
        "MeasureForeground": "#FFFFFF",
    },
    "Sheet": {
        "Tile": {"Border": {"Show": False}},
        "TileLayout": {"Gutter": {"Show": True}, "Margin": {"Show": True}},
    },
    "Typography": {"FontFamilies": [{"FontFamily": "Amazon Ember"}]},
}
