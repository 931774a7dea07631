-- name: order_by_id
-- description: One order
-- workgroup: analysts
-- database: lake_curated
-- parameters: order_id
select
  order_id,
  customer_id,
  order_date,
  quantity,
  amount
from orders
where order_id = ?
