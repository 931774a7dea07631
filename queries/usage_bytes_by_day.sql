-- name: usage_bytes_by_day
-- description: Bytes that the queries of each team read on each day of a period
-- workgroup: engineers
-- database: lake_analytics
-- parameters: first day, last day, as 'yyyy-MM-dd'
select
  usage_date,
  team,
  count(*) as queries,
  sum(scanned_bytes) as scanned_bytes,
  sum(cost_usd) as cost_usd
from usage
where kind = 'query' and usage_date between ? and ?
group by usage_date, team
order by usage_date, team
