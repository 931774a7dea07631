-- name: daily_revenue
-- description: Revenue per day, and over the seven days up to it
-- workgroup: analysts
-- database: lake_analytics
select
  order_date,
  orders,
  revenue,
  sum(revenue) over (order by order_date range between interval '6' day preceding and current row) as revenue_7_days
from daily_revenue
order by order_date
