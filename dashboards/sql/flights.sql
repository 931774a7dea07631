select
  date_trunc('month', f.flight_date) as month,
  f.origin,
  f.carrier,
  l.name as airline,
  f.dest,
  a.name as airport,
  a.lat as latitude,
  a.lon as longitude,
  count(*) as flights,
  count_if(f.dep_time is null) as cancelled,
  count(f.arr_delay) as arrived,
  sum(cast(f.arr_delay as bigint)) as delay_minutes
from lake_curated.flights as f
left join lake_curated.airports as a on a.faa = f.dest
left join lake_curated.airlines as l on l.carrier = f.carrier
group by date_trunc('month', f.flight_date), f.origin, f.carrier, l.name, f.dest, a.name, a.lat, a.lon
