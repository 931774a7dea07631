"""The groups of people who look at the lake. The stack makes them; who is in them is said outside of it."""

from __future__ import annotations

from dashboards.model import Group

AUTHORS = "lake-authors"
MANAGERS = "lake-managers"
RETENTION = "lake-retention"
OPERATORS = "lake-operators"

GROUPS = (
    Group(name=AUTHORS, description="Own dashboards and data sets, and may read personal columns", authors=True),
    Group(
        name=MANAGERS,
        description="See orders, traffic and flights of everybody, without personal columns",
        authors=False,
    ),
    Group(name=RETENTION, description="See orders of customers who are about to leave", authors=False),
    Group(name=OPERATORS, description="See how the lake works, and the traffic that it takes in", authors=False),
)
