-- name: basket_values_of_month
-- description: Orders of a month by value, in steps of ten dollars
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM'
select
  cast(floor(amount / 10) * 10 as integer) as from_dollars,
  count(*) as orders,
  sum(amount) as revenue
from orders
where order_month = ?
group by cast(floor(amount / 10) * 10 as integer)
order by from_dollars
