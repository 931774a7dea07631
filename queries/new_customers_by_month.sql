-- name: new_customers_by_month
-- description: Customers by the month of their first purchase
-- workgroup: analysts
-- database: lake_curated
with customers as (
  select customer_id, min(order_month) as first_month
  from orders
  group by customer_id
)
select
  first_month,
  count(*) as customers
from customers
group by first_month
order by first_month
