-- name: largest_orders_of_month
-- description: The ten largest orders of a month
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM'
select
  order_id,
  customer_id,
  order_date,
  quantity,
  amount
from orders
where order_month = ?
order by amount desc, order_id
limit 10
