-- name: text_answers
-- description: What the queries of the latest run of the text pipeline found
-- workgroup: analysts
-- database: lake_analytics
-- parameters: collection
select
  query,
  rank,
  score,
  title,
  path,
  label
from text_answers
where collection = ?
order by query, rank
