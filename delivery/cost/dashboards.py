"""QuickSight: people, visitors, and what its memory (SPICE) holds. What its refreshes scan is Athena's."""

from __future__ import annotations

from collections.abc import Iterator

from delivery.assembly import Resource
from delivery.cost.rules import Line, Month, priced

# "10 GB of SPICE capacity for each author": https://aws.amazon.com/quicksight/pricing/
_GB_OF_AN_AUTHOR = 10


@priced("AWS::QuickSight::DataSource")
def subscription(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge the subscription once: the lake has one data source, through which everybody sees it."""
    use, share = month.workload.dashboards, month.share(resource)
    authors, readers = use.authors * share, use.readers * share
    yield Line("QuickSight", "authors", authors, "users", authors * _price(month, "author"))
    yield Line("QuickSight", "readers", readers, "users", readers * _price(month, "reader"))
    stored = max(0.0, use.spice_gib - _GB_OF_AN_AUTHOR * use.authors) * share
    yield Line("QuickSight", "SPICE beyond that of authors", stored, "GB-month", stored * _price(month, "spice_gb"))
    sessions = use.visitor_sessions * share
    if sessions:
        usd = max(_price(month, "sessions_month"), sessions * _price(month, "session"))
        yield Line("QuickSight", "sessions of visitors", sessions, "sessions", usd)


def _price(month: Month, item: str) -> float:
    return month.prices("quicksight", item)
