-- name: verify_{table}
-- description: Rows that {table} lost or doubled: the batch pipeline runs it after each run and fails if it returns a row
-- workgroup: pipeline
-- database: lake_curated
-- parameters: run_id
-- result: no row if rows(curated) + rows(quarantine) = rows(raw); else one row that says what is wrong.
-- Curated and quarantined rows are counted here; rows(raw) is what the latest run read.
with curated as (
  select count(*) as rows_curated
  from {table}
),
quarantined as (
  select count(*) as rows_quarantined
  from quarantine
  where source_table = '{table}'
),
reported as (
  select max_by(rows_raw, finished_at) as rows_raw, count(if(run_id = ?, 1)) as reports_of_run
  from lake_analytics.pipeline_runs
  where source_table = '{table}'
),
compared as (
  select
    case
      when r.reports_of_run = 0 then 'the run left no report'
      when c.rows_curated + q.rows_quarantined < r.rows_raw then 'rows are lost'
      when c.rows_curated + q.rows_quarantined > r.rows_raw then 'rows are doubled'
    end as violation,
    r.rows_raw,
    c.rows_curated,
    q.rows_quarantined
  from curated as c
  cross join quarantined as q
  cross join reported as r
)
select violation, rows_raw, rows_curated, rows_quarantined
from compared
where violation is not null
