-- name: quarantined_rows_of_table
-- description: Up to a hundred quarantined rows of a table, the latest first
-- workgroup: engineers
-- database: lake_curated
-- parameters: table
select
  source_file,
  ingest_date,
  array_join(reasons, '; ') as reasons,
  raw_record
from quarantine
where source_table = ?
order by ingest_date desc nulls last, source_file, raw_record
limit 100
