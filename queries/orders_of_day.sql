-- name: orders_of_day
-- description: All orders of a day
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM', which spares reading the others; day, as 'yyyy-MM-dd'
select
  order_id,
  customer_id,
  quantity,
  amount
from orders
where order_month = ? and order_date = cast(? as date)
order by order_id
