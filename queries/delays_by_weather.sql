-- name: delays_by_weather
-- description: Departure delays in dry, wet and very wet hours at each airport
-- workgroup: analysts
-- database: lake_curated
select
  f.origin,
  case
    when w.precip is null then 'unknown'
    when w.precip = 0 then 'dry'
    when w.precip < 0.1 then 'wet'
    else 'very wet'
  end as weather,
  count(*) as flights,
  count_if(f.dep_time is null) as cancelled,
  round(avg(cast(f.dep_delay as double)), 2) as mean_departure_delay
from flights as f
left join weather as w on w.origin = f.origin and w.time_hour = f.time_hour
group by 1, 2
order by 1, 2
