-- name: customer_orders
-- description: All orders of a customer
-- workgroup: analysts
-- database: lake_curated
-- parameters: customer_id
select
  order_date,
  order_id,
  quantity,
  amount
from orders
where customer_id = ?
order by order_date, order_id
