"""Loads the modules that register operations of QuickSight."""

from laptop.emulator.quicksight import (
    account,
    dashboards,
    data_sets,
    data_sources,
    embedding,
    folders,
    groups,
    identities,
    ingestions,
    permissions,
    refreshes,
    rows,
    themes,
    vpc_connections,
)

__all__ = [
    "account",
    "dashboards",
    "data_sets",
    "data_sources",
    "embedding",
    "folders",
    "groups",
    "identities",
    "ingestions",
    "permissions",
    "refreshes",
    "rows",
    "themes",
    "vpc_connections",
]
