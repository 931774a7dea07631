"""How the lake works: what the pipelines did, what they refused and why, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.data_sets import PIPELINE_RUNS, QUARANTINE, USAGE
from dashboards.definition.document import calculated, document
from dashboards.definition.filter_controls import dropdown, text_field
from dashboards.definition.filters import among, at_least, chosen, on_sheets, on_visuals, open_list, searched, since
from dashboards.definition.used import data_sets_of
from dashboards.groups import OPERATORS
from dashboards.model import Dashboard, DataSet
from dashboards.operations import cost, quality, runs
from dashboards.operations.choices import CHEAPEST, SINCE, SPLIT_BY, TABLES


def declare(data_sets: Sequence[DataSet]) -> Dashboard:
    """Make the dashboard."""
    of_table = open_list("reasons-of-tables", QUARANTINE, "source_table", scope=on_sheets("quality"))
    with_words = searched("reasons-with-words", QUARANTINE, "reason", scope=on_sheets("quality"))
    definition = document(
        parameters=[SINCE, TABLES, SPLIT_BY, CHEAPEST],
        filters=[
            since("recent-runs", PIPELINE_RUNS, "started_at", SINCE, scope=on_sheets("runs")),
            chosen("runs-of-tables", PIPELINE_RUNS, "source_table", TABLES, scope=on_sheets("runs")),
            of_table,
            with_words,
            since("recent-usage", USAGE, "started_at", SINCE, scope=on_sheets("cost")),
            among("usage-by-queries", USAGE, "kind", ["query"], scope=on_visuals("cost", "data-read-by-team")),
            at_least("usage-that-costs", USAGE, "cost_usd", CHEAPEST, scope=on_sheets("cost")),
        ],
        calculations=[
            calculated(PIPELINE_RUNS, "share_refused", "sum({rows_invalid}) / sum({rows_new})"),
            calculated(PIPELINE_RUNS, "rows_per_second", "sum({rows_new}) / sum({seconds})"),
            calculated(
                USAGE,
                "part",
                "ifelse(${SplitBy} = 'team', {team}, ${SplitBy} = 'kind', {kind}, {status})",
            ),
        ],
        sheets=[
            runs.make(),
            quality.make([dropdown(of_table, "Table"), text_field(with_words, "Reason contains")]),
            cost.make(),
        ],
    )
    return Dashboard(
        name="operations",
        title="Lake operations",
        description="What the pipelines took in and refused, why, and what queries and jobs cost. Times are UTC.",
        data_sets=data_sets_of(definition, data_sets),
        definition=definition,
        readers=(OPERATORS,),
    )
