-- name: verify_invariant
-- description: Rows that a table lost or doubled: the batch pipeline runs it after each run and fails if it returns a row
-- workgroup: pipeline
-- database: lake_curated
-- parameters: table, run_id
-- result: no row if rows(curated) + rows(quarantine) = rows(raw); else one row that says what is wrong.
-- Curated and quarantined rows are counted here; rows(raw) is what the latest run read. A new curated table adds a line.
with asked as (
  select cast(? as varchar) as source_table, cast(? as varchar) as run_id
),
curated as (
  select 'airlines' as source_table, count(*) as rows_curated from airlines
  union all
  select 'airports' as source_table, count(*) as rows_curated from airports
  union all
  select 'census' as source_table, count(*) as rows_curated from census
  union all
  select 'flights' as source_table, count(*) as rows_curated from flights
  union all
  select 'orders' as source_table, count(*) as rows_curated from orders
  union all
  select 'planes' as source_table, count(*) as rows_curated from planes
  union all
  select 'ratings' as source_table, count(*) as rows_curated from ratings
  union all
  select 'weather' as source_table, count(*) as rows_curated from weather
),
quarantined as (
  select count(*) as rows_quarantined
  from quarantine
  where source_table = (select source_table from asked)
),
reported as (
  select max_by(r.rows_raw, r.finished_at) as rows_raw, count(if(r.run_id = a.run_id, 1)) as reports_of_run
  from lake_analytics.pipeline_runs as r
  inner join asked as a on a.source_table = r.source_table
),
compared as (
  select
    a.source_table,
    case
      when r.reports_of_run = 0 then 'the run left no report'
      when c.rows_curated is null then 'queries/verify_invariant.sql does not count this table'
      when c.rows_curated + q.rows_quarantined < r.rows_raw then 'rows are lost'
      when c.rows_curated + q.rows_quarantined > r.rows_raw then 'rows are doubled'
    end as violation,
    r.rows_raw,
    c.rows_curated,
    q.rows_quarantined
  from asked as a
  left join curated as c on c.source_table = a.source_table
  cross join quarantined as q
  cross join reported as r
)
select
  source_table,
  violation,
  rows_raw,
  rows_curated,
  rows_quarantined
from compared
where violation is not null
