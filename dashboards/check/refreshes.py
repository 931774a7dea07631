"""Schedules that refresh SPICE.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RefreshFrequency.html,
https://docs.aws.amazon.com/quicksight/latest/user/refreshing-imported-data.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from dashboards.check.scene import Scene
from dashboards.nearest import suggestion

# "You can create up to five schedules for each dataset."
MAXIMUM = 5
_ONCE = {"MINUTE15", "MINUTE30", "HOURLY"}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_WEEKDAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_MONTH_DAYS = (*map(str, range(1, 29)), "LAST_DAY_OF_MONTH")


def without_spice(scene: Scene) -> Iterator[str]:
    """Refresh nothing that is queried directly."""
    for data_set in scene.data_sets:
        if data_set.import_mode == "SPICE":
            continue
        for refresh in data_set.refreshes:
            yield f"data set {data_set.name}: refresh {refresh.id} needs SPICE; got {data_set.import_mode}"
        if data_set.look_back:
            yield f"data set {data_set.name} looks back, which needs SPICE; got {data_set.import_mode}"


def without_look_back(scene: Scene) -> Iterator[str]:
    for data_set in scene.data_sets:
        for refresh in data_set.refreshes:
            if refresh.kind == "INCREMENTAL_REFRESH" and data_set.look_back is None:
                yield f"data set {data_set.name}: refresh {refresh.id} is incremental; the data set has no look_back"


def look_back(scene: Scene) -> Iterator[str]:
    """Look back in a column of dates that the data set takes from its source."""
    for data_set in scene.data_sets:
        window = data_set.look_back
        if window is None:
            continue
        columns = {column.name: scene.columns[data_set.id][column.name].type for column in data_set.columns}
        if window.column not in columns:
            near = suggestion(window.column, columns)
            yield f"data set {data_set.name} looks back in column {window.column}, which it does not take{near}"
        elif columns[window.column] not in (None, "DATETIME"):
            got = columns[window.column]
            yield f"data set {data_set.name} looks back in column {window.column}, which is {got}; expected DATETIME"
        if window.size < 1:
            yield f"data set {data_set.name} looks back {window.size} {window.unit}; expected 1 or more"


def intervals(scene: Scene) -> Iterator[str]:
    """How many schedules there may be, and of which interval."""
    for data_set in scene.data_sets:
        where = f"data set {data_set.name}"
        if len(data_set.refreshes) > MAXIMUM:
            yield f"{where} has {len(data_set.refreshes)} refreshes; QuickSight takes {MAXIMUM}"
        counts: Counter[str] = Counter(refresh.interval for refresh in data_set.refreshes)
        for interval in sorted(_ONCE & counts.keys()):
            if counts[interval] > 1:
                yield f"{where} has {counts[interval]} refreshes of interval {interval}; QuickSight takes one"
        for refresh in data_set.refreshes:
            if refresh.interval.startswith("MINUTE") and refresh.kind == "FULL_REFRESH":
                yield f"{where}: refresh {refresh.id} of interval {refresh.interval} must be incremental; it is full"


def times(scene: Scene) -> Iterator[str]:
    """Demand a time of the day from a day on, and a day for weeks and months."""
    for data_set in scene.data_sets:
        for refresh in data_set.refreshes:
            where = f"data set {data_set.name}: refresh {refresh.id} of interval {refresh.interval}"
            if refresh.interval in _ONCE and refresh.time_of_day is not None:
                yield f"{where} has no time of the day; got {refresh.time_of_day}"
            if refresh.interval not in _ONCE and not _TIME.fullmatch(refresh.time_of_day or ""):
                yield f"{where} needs a time of the day as HH:MM; got {refresh.time_of_day}"
            days = {"WEEKLY": _WEEKDAYS, "MONTHLY": _MONTH_DAYS}.get(refresh.interval)
            if days is None and refresh.day is not None:
                yield f"{where} has no day; got {refresh.day}"
            if days is not None and refresh.day not in days:
                yield f"{where} needs a day from {days[0]} to {days[-1]}; got {refresh.day}"


RULES = (without_spice, without_look_back, look_back, intervals, times)
