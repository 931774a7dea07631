-- name: busiest_routes
-- description: The twenty routes with most flights in a month
-- workgroup: analysts
-- database: lake_curated
-- parameters: month, as 'yyyy-MM'
select
  f.origin,
  f.dest,
  a.name as airport,
  count(*) as flights,
  round(avg(cast(f.arr_delay as double)), 2) as mean_arrival_delay
from flights as f
left join airports as a on a.faa = f.dest
where f.flight_month = ?
group by f.origin, f.dest, a.name
order by flights desc, f.origin, f.dest
limit 20
