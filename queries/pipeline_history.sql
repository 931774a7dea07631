-- name: pipeline_history
-- description: What the latest fifty runs took in, refused and wrote
-- workgroup: engineers
-- database: lake_analytics
select
  run_id,
  source_table,
  status,
  started_at,
  date_diff('second', started_at, finished_at) as seconds,
  files_new,
  rows_new,
  rows_invalid,
  rows_duplicate + rows_superseded as rows_replaced,
  rows_written,
  cardinality(added_columns) + cardinality(widened_columns) as drifted_columns
from pipeline_runs
order by started_at desc, source_table
limit 50
