-- name: top_customers_of_month
-- description: The twenty customers who spent most in a month
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM'
select
  customer_id,
  count(*) as orders,
  sum(amount) as revenue
from orders
where order_month = ?
group by customer_id
order by revenue desc, customer_id
limit 20
