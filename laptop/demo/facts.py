"""Gather what the report tells from the lake itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from laptop.demo.lake import WORKGROUPS, Lake
from laptop.demo.pipelines import Execution
from laptop.report.model import QueryFact, ReasonFact, RunFact, SpanFact, StackFact, TableFact

_TABLES = re.compile(r"\b(?:FROM|JOIN)\s+(?:lake_\w+\.)?(\w+)", re.IGNORECASE)
# Where collections of documents lie; there is no raw table of them.
COLLECTIONS = "documents"
RAW_OF_AGGREGATE = {
    "daily_revenue": "orders",
    "cohort_retention": "orders",
    "customer_history": "orders",
    "carrier_delays": "flights",
    "movie_ratings": "ratings",
    "best_movies_by_year": "ratings",
    "rating_histogram": "ratings",
    "text_answers": COLLECTIONS,
    "text_builds": COLLECTIONS,
    "text_postings": COLLECTIONS,
    "text_terms": COLLECTIONS,
    "text_top_terms": COLLECTIONS,
}
# Tables of the EMR step `ratings`, which the demo leaves out: another start of Spark, for two small tables.
NOT_MADE = frozenset({"best_movies_by_year", "rating_histogram"})


def stacks(lake: Lake) -> tuple[StackFact, ...]:
    found = []
    for stack in lake.stacks:
        kinds = Counter(resource["ResourceType"] for resource in lake.resources(stack["StackName"]))
        found.append(StackFact(stack["StackName"], stack["StackStatus"], tuple(kinds.most_common())))
    return tuple(found)


def runs(executions: Iterable[Execution], started: float) -> tuple[RunFact, ...]:
    return tuple(
        RunFact(
            product=execution.product,
            cause=execution.cause,
            status=execution.status,
            begun=execution.begun.timestamp() - started,
            ended=(execution.ended or execution.begun).timestamp() - started,
            spans=tuple(
                SpanFact(span.state, span.begun.timestamp() - started, span.ended.timestamp() - started)
                for span in execution.spans
            ),
        )
        for execution in sorted(executions, key=lambda execution: execution.begun)
    )


def tables(lake: Lake) -> tuple[TableFact, ...]:
    """Count the rows of each raw table that has arrived, and what became of them."""
    quarantined = {
        str(table): int(rows)
        for table, rows in lake.query(
            "SELECT source_table, count(*) AS n FROM quarantine GROUP BY source_table"
        ).frame.itertuples(index=False)
    }
    curated = lake.tables("lake_curated")
    return tuple(
        _table(lake, name, curated[name].get("Parameters", {}).get("data_product", ""), quarantined.get(name, 0))
        for name in sorted(lake.tables("lake_raw"))
        if name in curated
    )


def _table(lake: Lake, name: str, product: str, quarantined: int) -> TableFact:
    count = f"SELECT count(*) FROM {name}"  # noqa: S608 - a name from the catalog
    _, raw_bytes = lake.objects(lake.bucket("raw"), f"{name}/")
    files, curated_bytes = lake.objects(lake.bucket("curated"), f"{name}/")
    return TableFact(
        name=name,
        product=product,
        raw_rows=int(lake.query(count, "lake_raw").frame.iloc[0, 0]),
        curated_rows=int(lake.query(count).frame.iloc[0, 0]),
        quarantined_rows=quarantined,
        raw_bytes=raw_bytes,
        curated_bytes=curated_bytes,
        files=files,
    )


def reasons(lake: Lake) -> tuple[ReasonFact, ...]:
    sql = """
        SELECT source_table, reason, count(*) AS n, min(raw_record) AS example
        FROM quarantine CROSS JOIN UNNEST(reasons) AS t (reason)
        GROUP BY source_table, reason ORDER BY n DESC, source_table, reason
    """
    return tuple(ReasonFact(*row) for row in lake.query(sql).frame.itertuples(index=False))


def queries(lake: Lake) -> tuple[QueryFact, ...]:
    """Run every named query of which the demo made the tables, in its workgroup."""
    athena, raw = lake.client("athena"), lake.bucket("raw")
    sizes: dict[str, int] = {}
    found = []
    for workgroup in WORKGROUPS:
        pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=workgroup)
        for identifier in (each for page in pages for each in page["NamedQueryIds"]):
            query = athena.get_named_query(NamedQueryId=identifier)["NamedQuery"]
            if NOT_MADE & _named_tables(query["QueryString"]):
                continue
            answer = lake.query(query["QueryString"], query["Database"], workgroup)
            read = raw_tables(query["QueryString"])
            for table in read - set(sizes):
                sizes[table] = lake.objects(raw, f"{table}/")[1]
            found.append(
                QueryFact(
                    name=query["Name"],
                    description=query.get("Description", ""),
                    workgroup=workgroup,
                    rows=len(answer.frame),
                    milliseconds=answer.milliseconds,
                    scanned_bytes=answer.scanned_bytes,
                    raw_bytes=sum(sizes[table] for table in read),
                )
            )
    return tuple(sorted(found, key=lambda query: query.name))


def raw_tables(sql: str) -> set[str]:
    """Name the raw tables from which a query's tables were made."""
    return {RAW_OF_AGGREGATE.get(name, name) for name in _named_tables(sql)}


def _named_tables(sql: str) -> set[str]:
    return {name.lower() for name in _TABLES.findall(sql)}


def revenue(lake: Lake) -> tuple[tuple[str, float], ...]:
    sql = """
        SELECT date_format(order_date, '%Y-%m') AS month, sum(revenue) AS revenue
        FROM daily_revenue GROUP BY date_format(order_date, '%Y-%m') ORDER BY month
    """
    frame = lake.query(sql, "lake_analytics").frame
    return tuple((str(month), float(dollars)) for month, dollars in frame.itertuples(index=False))


def cohorts(lake: Lake) -> tuple[tuple[str, int, float], ...]:
    sql = "SELECT cohort_month, months_since, retention FROM cohort_retention ORDER BY cohort_month, months_since"
    frame = lake.query(sql, "lake_analytics").frame
    return tuple((str(month), int(since), float(share)) for month, since, share in frame.itertuples(index=False))
