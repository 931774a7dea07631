-- name: rating_histogram
-- description: How the ratings of each year are spread over the stars
-- workgroup: analysts
-- database: lake_analytics
select
  rated_year,
  rating,
  ratings,
  round(share, 4) as share
from rating_histogram
order by rated_year, rating
