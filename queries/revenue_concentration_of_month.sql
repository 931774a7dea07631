-- name: revenue_concentration_of_month
-- description: Revenue of a month by tenths of its customers, the best tenth first
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM'
with customers as (
  select customer_id, sum(amount) as revenue
  from orders
  where order_month = ?
  group by customer_id
),
ranked as (
  select revenue, ntile(10) over (order by revenue desc, customer_id) as tenth
  from customers
)
select
  tenth,
  count(*) as customers,
  sum(revenue) as revenue
from ranked
group by tenth
order by tenth
