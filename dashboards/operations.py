"""How the lake works: what the pipelines did, what they refused and why, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.data_sets import PIPELINE_RUNS, QUARANTINE, USAGE
from dashboards.definition.charts import bar, line, pie, scatter, tree_map
from dashboards.definition.document import calculated, document
from dashboards.definition.fields import count, dimension, distinct, latest, mean, measure, metric, moment, total
from dashboards.definition.filters import (
    among,
    at_least,
    chosen,
    dropdown,
    on_sheets,
    on_visuals,
    open_list,
    searched,
    since,
    text_field,
)
from dashboards.definition.formats import dollars, number, percent
from dashboards.definition.insights import each, insight, output, ranked, sum_of, text
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.ordering import ascending, descending
from dashboards.definition.parameters import choice, days_ago, decimal, one_of
from dashboards.definition.tables import kpi, pivot_table, table
from dashboards.definition.used import data_sets_of
from dashboards.definition.visuals import Visual
from dashboards.groups import OPERATORS
from dashboards.model import Dashboard, DataSet

SINCE = days_ago("Since", title="Since", days=30)
TABLES = choice("Tables", title="Table", data_set=PIPELINE_RUNS, column="source_table")
SPLIT_BY = one_of("SplitBy", title="Split costs by", values=["team", "kind", "status"], default="team")
CHEAPEST = decimal("CostFrom", title="Hide what costs less (US dollars)", least=0, most=1, step=0.001, default=0)

RUNS = distinct(PIPELINE_RUNS, "run_id", "Runs")
ROWS = total(PIPELINE_RUNS, "rows_new", "Rows taken in")
REFUSED = total(PIPELINE_RUNS, "rows_invalid", "Rows refused")
RUN_TABLE = dimension(PIPELINE_RUNS, "source_table", "Table")
FOUND = total(QUARANTINE, "found", "Rows")
REASON = dimension(QUARANTINE, "reason", "Reason")
BAD_TABLE = dimension(QUARANTINE, "source_table", "Table")
COST = total(USAGE, "cost_usd", "Cost", dollars(4))
SCANNED = total(USAGE, "scanned_mib", "Data read", number(1, " MiB"))
TEAM = dimension(USAGE, "team", "Team or job")


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
            _runs(),
            _quality([dropdown(of_table, "Table"), text_field(with_words, "Reason contains")]),
            _cost(),
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


def _runs() -> dict[str, Any]:
    seconds = mean(PIPELINE_RUNS, "seconds", "Seconds per run", number(1))
    return sheet(
        "runs",
        title="Pipelines",
        description="What came in, how long it took, what was refused",
        parameters=[SINCE, TABLES],
        rows=[
            row(
                4,
                kpi("runs", title="Runs", value=RUNS),
                kpi("rows-taken-in", title="Rows taken in", value=ROWS),
                kpi("rows-refused", title="Rows refused", value=REFUSED),
                kpi(
                    "share-refused",
                    title="Share refused",
                    value=metric(PIPELINE_RUNS, "share_refused", "Share refused", percent(2)),
                ),
            ),
            row_of(
                10,
                (
                    bar(
                        "rows-by-table",
                        title="What came in?",
                        subtitle="Rows of new files that met their contract, and those that did not; click to filter",
                        category=RUN_TABLE,
                        values=[total(PIPELINE_RUNS, "rows_accepted", "Accepted"), REFUSED],
                        horizontal=True,
                        arrangement="STACKED",
                        filters_sheet=True,
                    ),
                    14,
                ),
                (
                    line(
                        "runs-by-hour",
                        title="When did pipelines run?",
                        subtitle="Runs per hour, by how they ended",
                        time=moment(PIPELINE_RUNS, "started_at", "HOUR", "Hour"),
                        values=[RUNS],
                        color=dimension(PIPELINE_RUNS, "status", "Status"),
                    ),
                    12,
                ),
                (
                    bar(
                        "seconds-by-table",
                        title="What takes long?",
                        subtitle="Mean seconds of a run",
                        category=RUN_TABLE,
                        values=[seconds],
                        horizontal=True,
                        limit=12,
                    ),
                    10,
                ),
            ),
            row(13, _run_table()),
        ],
    )


def _run_table() -> Visual:
    last_end = latest(PIPELINE_RUNS, "finished_at", "Last end")
    return table(
        "tables",
        title="How is each table doing?",
        subtitle="Red: rows were refused",
        group_by=[RUN_TABLE, dimension(PIPELINE_RUNS, "status", "Status")],
        values=[
            RUNS,
            ROWS,
            REFUSED,
            total(PIPELINE_RUNS, "rows_replaced", "Rows replaced"),
            total(PIPELINE_RUNS, "files_new", "Files"),
            total(PIPELINE_RUNS, "drifted_columns", "Columns that drifted"),
            metric(PIPELINE_RUNS, "rows_per_second", "Rows per second"),
            measure(PIPELINE_RUNS, "seconds", "MAX", "Longest run (s)"),
            last_end,
        ],
        order=descending(last_end),
        alarming=(REFUSED, "> 0"),
    )


def _quality(controls: Sequence[dict[str, Any]]) -> dict[str, Any]:
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


def _cost() -> dict[str, Any]:
    part = dimension(USAGE, "part", "Part")
    hour = moment(USAGE, "started_at", "HOUR", "Hour")
    calls = count(USAGE, "usage_id", "Queries and runs")
    seconds = total(USAGE, "seconds", "Seconds", number(1))
    return sheet(
        "cost",
        title="Cost",
        description="What queries read and jobs take, at list prices",
        parameters=[SINCE, SPLIT_BY, CHEAPEST],
        rows=[
            row(
                4,
                kpi("cost", title="Cost at list prices", value=COST),
                kpi("data-read", title="Data read by queries", value=SCANNED),
                kpi("calls", title="Queries and job runs", value=calls),
            ),
            row_of(
                10,
                (
                    bar(
                        "cost-by-hour",
                        title="When does it cost?",
                        subtitle="By hour, split as chosen above",
                        category=hour,
                        values=[COST],
                        color=part,
                        order=ascending(hour),
                        arrangement="STACKED",
                    ),
                    22,
                ),
                (_cost_story(), 14),
            ),
            row(
                10,
                bar(
                    "data-read-by-team",
                    title="Who reads the most data?",
                    category=TEAM,
                    values=[SCANNED],
                    horizontal=True,
                    limit=10,
                ),
                scatter(
                    "time-and-cost",
                    title="Does what takes long cost much?",
                    subtitle="A point is a team's queries, or a job's runs",
                    x=seconds,
                    y=COST,
                    points=TEAM,
                    color=dimension(USAGE, "kind", "Kind"),
                    size=calls,
                ),
            ),
            row(
                9,
                table(
                    "teams",
                    title="Who pays for what?",
                    group_by=[TEAM, dimension(USAGE, "status", "Status")],
                    values=[
                        calls,
                        seconds,
                        SCANNED,
                        total(USAGE, "dpu_seconds", "DPU seconds", number(0)),
                        COST,
                        latest(USAGE, "finished_at", "Last end"),
                    ],
                    order=descending(COST),
                    totals=True,
                ),
            ),
        ],
    )


def _cost_story() -> Visual:
    return insight(
        "cost-in-words",
        title="In words",
        data_set=USAGE,
        computations=[
            sum_of("Spent", value=COST),
            sum_of("Read", value=SCANNED),
            ranked("Top", category=TEAM, value=COST, size=3),
        ],
        narrative=[
            text("Since the chosen day, the lake cost ")
            + output("Spent.totalAggregate.formattedValue")
            + text(" at list prices; queries read ")
            + output("Read.totalAggregate.formattedValue")
            + text("."),
            text("Most of it went to:")
            + each(
                "Top",
                output("Top.items[index].categoryValue.formattedValue")
                + text(" with ")
                + output("Top.items[index].metricValue.formattedValue"),
            ),
            text("Storage and streams are not in these figures."),
        ],
    )
