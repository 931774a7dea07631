-- name: archive_against_clicks
-- description: Events by day in Firehose's archive and in the curated clicks; they differ by what waits, failed or was rejected
-- workgroup: engineers
-- database: lake_curated
-- parameters: first day, as 'yyyy-MM-dd', twice
select
  coalesce(a.event_date, c.event_date) as event_date,
  coalesce(a.events, 0) as archived,
  coalesce(c.events, 0) as curated
from (
  select event_date, count(distinct event_id) as events from click_archive where event_date >= ? group by event_date
) as a
full join (
  select event_date, count(distinct event_id) as events from clicks where event_date >= ? group by event_date
) as c on c.event_date = a.event_date
order by coalesce(a.event_date, c.event_date)
