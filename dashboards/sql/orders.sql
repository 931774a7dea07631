select
  o.order_id,
  o.customer_id,
  o.order_date,
  o.quantity,
  o.amount,
  coalesce(h.segment, 'not assessed') as segment,
  day_of_week(o.order_date) as weekday_number
from lake_curated.orders as o
left join lake_analytics.customer_history as h
  on h.customer_id = o.customer_id and h.is_current
