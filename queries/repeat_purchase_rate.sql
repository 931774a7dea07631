-- name: repeat_purchase_rate
-- description: Share of customers who have bought more than once
-- workgroup: analysts
-- database: lake_curated
with customers as (
  select customer_id, count(*) as orders
  from orders
  group by customer_id
)
select
  count(*) as customers,
  count_if(orders > 1) as repeat_customers,
  round(cast(count_if(orders > 1) as double) / count(*), 4) as repeat_rate
from customers
