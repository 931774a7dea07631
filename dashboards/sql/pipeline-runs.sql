select
  run_id,
  source_table,
  status,
  started_at,
  finished_at,
  date_diff('second', started_at, finished_at) as seconds,
  files_new,
  files_refused,
  rows_new,
  rows_invalid,
  rows_duplicate + rows_superseded as rows_replaced,
  rows_written,
  partitions_rebuilt,
  cardinality(added_columns) + cardinality(widened_columns) as drifted_columns
from lake_analytics.pipeline_runs
