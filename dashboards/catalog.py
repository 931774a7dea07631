"""Everything that is deployed, put together from the contracts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lake_common.contract import Contract

from dashboards import flights, operations, orders, row_access, traffic
from dashboards.data_sets import (
    clicks,
    cohort_retention,
    customers,
    pipeline_runs,
    quarantine,
    usage,
)
from dashboards.data_sets import flights as flights_data
from dashboards.data_sets import orders as orders_data
from dashboards.data_sets.columns import Tables
from dashboards.groups import GROUPS
from dashboards.model import Collection, Dashboard, DataSet
from dashboards.theme import THEME

_DATA_SETS = (orders_data, customers, cohort_retention, clicks, pipeline_runs, quarantine, usage, flights_data)
_DASHBOARDS: tuple[Callable[[Sequence[DataSet]], Dashboard], ...] = (
    orders.declare,
    traffic.declare,
    operations.declare,
    flights.declare,
)


def load(contracts: Sequence[Contract]) -> Collection:
    """Make the groups, data sets, dashboards and the theme.

    Never raises because of the contracts: `dashboards.check` says what does not fit them.

    Raises
    ------
    DashboardError
        If `row_access.toml` cannot be read, or restricts a data set that does not exist.
    """
    tables = Tables(contracts)
    data_sets = row_access.restricted([module.declare(tables) for module in _DATA_SETS])
    return Collection(
        groups=GROUPS,
        data_sets=data_sets,
        dashboards=tuple(declare(data_sets) for declare in _DASHBOARDS),
        theme=THEME,
    )
