-- name: revenue_of_period
-- description: Orders and revenue from one day to another, both included
-- workgroup: analysts
-- database: lake_analytics
-- parameters: first day, last day, as 'yyyy-MM-dd'
select
  sum(orders) as orders,
  sum(quantity) as quantity,
  sum(revenue) as revenue
from daily_revenue
where order_date >= cast(? as date) and order_date <= cast(? as date)
