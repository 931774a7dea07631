"""Schedules."""

from dashboards.model import LookBack, Refresh
from tests.unit.dashboards.check.defects.defect import Defect
from tests.unit.dashboards.check.draft import Draft, Edit


def two_refreshes_an_hour(draft: Draft) -> None:
    given = draft.data_sets["clicks"].refreshes
    draft.change("clicks", refreshes=(*given, Refresh(id="seeded", kind="FULL_REFRESH", interval="HOURLY")))


def six_refreshes(draft: Draft) -> None:
    daily = [
        Refresh(id=f"seeded-{number}", kind="FULL_REFRESH", interval="DAILY", time_of_day=f"0{number}:00")
        for number in range(6)
    ]
    draft.change("orders", refreshes=tuple(daily))


def query_directly(draft: Draft) -> None:
    draft.change(
        "orders", import_mode="DIRECT_QUERY", look_back=None, refreshes=draft.data_sets["orders"].refreshes[1:]
    )


def look_back_on(name: str, size: int = 1) -> Edit:
    return lambda draft: draft.change("orders", look_back=LookBack(column=name, size=size, unit="DAY"))


DEFECTS = (
    Defect(
        "a refresh without SPICE",
        "refreshes.without_spice",
        ("data set orders: refresh orders-weekly needs SPICE; got DIRECT_QUERY",),
        query_directly,
    ),
    Defect(
        "an incremental refresh without look-back",
        "refreshes.without_look_back",
        ("refresh orders-daily is incremental; the data set has no look_back",),
        lambda draft: draft.change("orders", look_back=None),
    ),
    Defect(
        "a look-back in no date",
        "refreshes.look_back",
        ("looks back in column amount, which is DECIMAL; expected DATETIME",),
        look_back_on("amount"),
    ),
    Defect(
        "a look-back in an unknown column",
        "refreshes.look_back",
        ("looks back in column order_dat, which it does not take; did you mean order_date?",),
        look_back_on("order_dat"),
    ),
    Defect("a look-back of nothing", "refreshes.look_back", ("looks back 0 DAY",), look_back_on("order_date", 0)),
    Defect("six refreshes", "refreshes.intervals", ("has 6 refreshes; QuickSight takes 5",), six_refreshes),
    Defect(
        "two refreshes an hour",
        "refreshes.intervals",
        ("2 refreshes of interval HOURLY; QuickSight takes one",),
        two_refreshes_an_hour,
    ),
    Defect(
        "a full refresh every fifteen minutes",
        "refreshes.intervals",
        ("of interval MINUTE15 must be incremental; it is full",),
        lambda draft: draft.refresh("orders", kind="FULL_REFRESH", interval="MINUTE15", time_of_day=None),
    ),
    Defect(
        "a daily refresh without a time",
        "refreshes.times",
        ("needs a time of the day as HH:MM; got None",),
        lambda draft: draft.refresh("orders", time_of_day=None),
    ),
    Defect(
        "a weekly refresh on a day of the month",
        "refreshes.times",
        ("needs a day from SUNDAY to SATURDAY; got 31",),
        lambda draft: draft.refresh("orders", interval="WEEKLY", day="31"),
    ),
    Defect(
        "a look-back without SPICE",
        "refreshes.without_spice",
        ("data set orders looks back, which needs SPICE; got DIRECT_QUERY",),
        lambda draft: draft.change("orders", import_mode="DIRECT_QUERY", refreshes=()),
    ),
    Defect(
        "an hourly refresh at a time of the day",
        "refreshes.times",
        ("of interval HOURLY has no time of the day; got 05:00",),
        lambda draft: draft.refresh("orders", interval="HOURLY", time_of_day="05:00"),
    ),
    Defect(
        "a daily refresh on a day",
        "refreshes.times",
        ("of interval DAILY has no day; got SUNDAY",),
        lambda draft: draft.refresh("orders", day="SUNDAY"),
    ),
)
