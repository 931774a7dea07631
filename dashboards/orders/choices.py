"""What readers choose, and what several sheets show."""

from __future__ import annotations

from datetime import date

from dashboards.data_sets import ORDERS
from dashboards.definition.fields import count, moment, total
from dashboards.definition.formats import dollars
from dashboards.definition.parameters import choice, day, whole_number

# The data end here: a look at the last weeks from today would show nothing.
FIRST_DAY, LAST_DAY = date(1997, 1, 1), date(1998, 6, 30)

SINCE = day("OrderedFrom", title="Ordered from", default=FIRST_DAY)
UNTIL = day("OrderedTo", title="Ordered to", default=LAST_DAY)
SEGMENT = choice("Segment", title="Segment", data_set=ORDERS, column="segment")
COHORT_SIZE = whole_number("CohortSize", title="Smallest cohort", least=0, most=10000, step=500, default=0)

REVENUE = total(ORDERS, "amount", "Revenue", dollars())
BY_MONTH = moment(ORDERS, "order_date", "MONTH", "Month")
ORDER_COUNT = count(ORDERS, "order_id", "Orders")
