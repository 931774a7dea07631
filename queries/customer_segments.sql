-- name: customer_segments
-- description: Customers in each segment today, with what they have spent
-- workgroup: analysts
-- database: lake_analytics
select
  segment,
  count(*) as customers,
  sum(orders) as orders_when_assigned,
  sum(revenue) as revenue_when_assigned
from customer_history
where is_current
group by segment
order by customers desc, segment
