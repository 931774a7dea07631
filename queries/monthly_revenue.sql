-- name: monthly_revenue
-- description: Revenue per month and its change against the month before
-- workgroup: analysts
-- database: lake_analytics
with months as (
  select date_format(order_date, '%Y-%m') as order_month, sum(orders) as orders, sum(revenue) as revenue
  from daily_revenue
  group by date_format(order_date, '%Y-%m')
)
select
  order_month,
  orders,
  revenue,
  round(cast(revenue as double) / lag(cast(revenue as double)) over (order by order_month) - 1, 4) as growth
from months
order by order_month
