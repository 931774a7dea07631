"""Why rows are not in the curated tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.data_sets import QUARANTINE
from dashboards.definition.charts import pie
from dashboards.definition.fields import dimension, latest, total
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.maps import tree_map
from dashboards.definition.ordering import descending
from dashboards.definition.tables import pivot_table, table
from dashboards.operations.choices import BAD_TABLE, FOUND, REASON


def make(controls: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Make the sheet."""
    kind = dimension(QUARANTINE, "kind", "Kind")
    return sheet(
        "quality",
        title="Quality",
        description="Why rows are not in the curated tables",
        filter_controls=controls,
        rows=[
            row_of(
                10,
                (
                    tree_map(
                        "reasons",
                        title="What is wrong with the rows?",
                        subtitle="Area is the number of rows, colour the number of files they came in",
                        group=REASON,
                        size=FOUND,
                        color=total(QUARANTINE, "files", "Files"),
                    ),
                    22,
                ),
                (
                    pie(
                        "kinds",
                        title="Bad, or only old?",
                        subtitle="Copies and older versions lost to a better row; nothing is missing for them",
                        category=kind,
                        value=FOUND,
                    ),
                    14,
                ),
            ),
            row(
                10,
                pivot_table(
                    "tables-and-kinds",
                    title="Which tables are concerned?",
                    rows=[BAD_TABLE],
                    columns=[kind],
                    values=[FOUND],
                ),
                table(
                    "reasons-of-tables-list",
                    title="What should producers mend first?",
                    group_by=[BAD_TABLE, REASON],
                    values=[
                        FOUND,
                        total(QUARANTINE, "files", "Files"),
                        latest(QUARANTINE, "ingest_date", "Last seen", form="YYYY-MM-DD"),
                    ],
                    order=descending(FOUND),
                ),
            ),
        ],
    )
