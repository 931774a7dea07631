-- name: best_movies_by_year
-- description: The ten best movies of a year
-- workgroup: analysts
-- database: lake_analytics
-- parameters: year
select
  rank,
  title,
  ratings,
  round(mean_rating, 2) as mean_rating
from best_movies_by_year
where rated_year = ?
order by rank
