-- name: weekdays_of_month
-- description: Orders and revenue of a month on each day of the week (1 is Monday)
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM'
select
  day_of_week(order_date) as weekday,
  count(*) as orders,
  sum(amount) as revenue
from orders
where order_month = ?
group by day_of_week(order_date)
order by weekday
