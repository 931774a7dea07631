"""What readers choose, and what several visuals show."""

from __future__ import annotations

from dashboards.data_sets import PIPELINE_RUNS, QUARANTINE, USAGE
from dashboards.definition.fields import dimension, distinct, total
from dashboards.definition.formats import dollars, number
from dashboards.definition.parameters import choice, days_ago, decimal, one_of

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
