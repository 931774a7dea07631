-- name: usage_heaviest_queries
-- description: The twenty queries of a period that read the most; their text is in the history of Athena
-- workgroup: engineers
-- database: lake_analytics
-- parameters: first day, last day, as 'yyyy-MM-dd'
select
  usage_id,
  team,
  status,
  started_at,
  seconds,
  scanned_bytes,
  cost_usd
from usage
where kind = 'query' and usage_date between ? and ?
order by scanned_bytes desc, usage_id
limit 20
