-- name: revenue_by_weekday
-- description: Orders per day and average order on each day of the week (1 is Monday)
-- workgroup: analysts
-- database: lake_analytics
select
  day_of_week(order_date) as weekday,
  sum(orders) as orders,
  round(cast(sum(orders) as double) / count(*), 1) as orders_per_day,
  round(cast(sum(revenue) as double) / sum(orders), 2) as average_order
from daily_revenue
group by day_of_week(order_date)
order by weekday
