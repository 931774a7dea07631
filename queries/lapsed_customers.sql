-- name: lapsed_customers
-- description: Customers who bought before a month but not since, by the month of their last purchase
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM'
with customers as (
  select customer_id, max(order_month) as last_month
  from orders
  group by customer_id
)
select
  last_month,
  count(*) as customers
from customers
where last_month < ?
group by last_month
order by last_month
