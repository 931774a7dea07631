select
  segment,
  orders,
  revenue,
  last_order_date
from lake_analytics.customer_history
where is_current
