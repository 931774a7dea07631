-- name: best_movies
-- description: The twenty best movies; few ratings count less than many
-- workgroup: analysts
-- database: lake_analytics
select
  title,
  genres,
  ratings,
  round(mean_rating, 2) as mean_rating,
  round(bayesian_mean, 3) as bayesian_mean
from movie_ratings
order by movie_ratings.bayesian_mean desc, movie_id
limit 20
