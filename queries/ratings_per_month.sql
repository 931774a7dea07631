-- name: ratings_per_month
-- description: Ratings, users and mean rating per month of a year
-- workgroup: analysts
-- database: lake_curated
-- parameters: year
select
  date_format(rated_at, '%Y-%m') as rated_month,
  count(*) as ratings,
  count(distinct user_id) as users,
  round(avg(rating), 3) as mean_rating
from ratings
where rated_year = ?
group by date_format(rated_at, '%Y-%m')
order by rated_month
