-- name: usage_cost_by_team
-- description: What each workgroup and job cost in each month, by list prices
-- workgroup: engineers
-- database: lake_analytics
select
  substr(usage_date, 1, 7) as month,
  kind,
  team,
  count(*) as executions,
  count_if(status <> 'SUCCEEDED') as unsuccessful,
  sum(scanned_bytes) as scanned_bytes,
  sum(dpu_seconds) / 3600 as dpu_hours,
  sum(cost_usd) as cost_usd
from usage
group by substr(usage_date, 1, 7), kind, team
order by month desc, cost_usd desc, kind, team
