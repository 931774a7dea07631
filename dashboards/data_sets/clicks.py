"""What visitors did in the last ninety days, and when visits and visitors began."""

from __future__ import annotations

from dashboards.data_sets import CLICKS
from dashboards.data_sets.columns import Tables, computed, read_sql
from dashboards.groups import AUTHORS
from dashboards.model import CalculatedColumn, DataSet, LookBack, Refresh

NAME = CLICKS.removeprefix("lake-")
# Who reads the dashboard may not read who visited, so the SQL marks the rows that count one visit or one visitor:
# their sum is the number of them, whatever the reader groups by.
_ORDER = ("clicks.event_time", "clicks.event_id")


def declare(tables: Tables) -> DataSet:
    """Make the data set."""
    return DataSet(
        name=NAME,
        title="Clicks",
        description="One row per event of the last 90 days, within an hour of its happening.",
        products=("clickstream",),
        tables=("clicks",),
        sql=read_sql(NAME),
        import_mode="SPICE",
        columns=(
            tables.column("clicks.event_id", folder="Event"),
            tables.column("clicks.user_id", personal=True, folder="Visitor"),
            tables.column("clicks.session_id", personal=True, folder="Visitor"),
            *tables.columns("clicks", "event", "page", "product", "value", "source", folder="Event"),
            tables.column("clicks.event_time", folder="Event"),
            computed(
                "step",
                "INTEGER",
                "Which event of its visit it is, from 1; null if no visit is known",
                "clicks.session_id",
                *_ORDER,
                folder="Visitor",
            ),
            computed(
                "visitors",
                "INTEGER",
                "1 on the first event of a visitor on a day, else 0: the sum is the number of visitors per day",
                "clicks.user_id",
                "clicks.event_date",
                *_ORDER,
                folder="Visitor",
            ),
            computed(
                "reached",
                "INTEGER",
                "1 on a visitor's first event of its kind on a day, else 0: the sum is how many got so far",
                "clicks.user_id",
                "clicks.event",
                "clicks.event_date",
                *_ORDER,
                folder="Visitor",
            ),
        ),
        calculated=(
            CalculatedColumn(
                name="visits",
                type="INTEGER",
                expression="ifelse({step} = 1, 1, 0)",
                description="1 on the first event of a visit, else 0: the sum is the number of visits",
                folder="Visitor",
            ),
        ),
        personal_readers=(AUTHORS,),
        look_back=LookBack(column="event_time", size=1, unit="DAY"),
        refreshes=(
            Refresh(id="clicks-hourly", kind="INCREMENTAL_REFRESH", interval="HOURLY"),
            # Forgets what is older than the 90 days, and takes in what came later than a day.
            Refresh(id="clicks-weekly", kind="FULL_REFRESH", interval="WEEKLY", time_of_day="04:30", day="SUNDAY"),
        ),
    )
