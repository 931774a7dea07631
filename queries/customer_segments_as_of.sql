-- name: customer_segments_as_of
-- description: Customers in each segment on a day
-- workgroup: analysts
-- database: lake_analytics
-- parameters: day, as 'yyyy-MM-dd'
with asked as (
  select cast(? as date) as on_day
)
select
  segment,
  count(*) as customers
from customer_history
cross join asked
where valid_from <= on_day and on_day < valid_to
group by segment
order by customers desc, segment
