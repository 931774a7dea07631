-- name: delays_by_carrier
-- description: Flights, cancellations and delays of each airline
-- workgroup: analysts
-- database: lake_analytics
select
  coalesce(airline, carrier) as airline,
  sum(flights) as flights,
  round(cast(sum(cancelled) as double) / sum(flights), 4) as cancelled_share,
  round(sum(mean_departure_delay * (flights - cancelled)) / sum(flights - cancelled), 2) as mean_departure_delay,
  max(p90_departure_delay) as worst_p90_departure_delay
from carrier_delays
group by coalesce(airline, carrier)
order by mean_departure_delay desc, airline
