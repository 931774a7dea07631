"""What the lab asks of the ratings, in SQL that Hive, Spark, Trino and Athena read."""

from __future__ import annotations

HISTOGRAM = """
select
  rated_year,
  rating,
  count(*) as ratings,
  cast(count(*) as double) / sum(count(*)) over (partition by rated_year) as share
from ratings
group by rated_year, rating
"""

BEST = """
with movies as (
  select
    rated_year,
    movie_id,
    max(title) as title,
    count(*) as ratings,
    avg(rating) as mean_rating
  from ratings
  group by rated_year, movie_id
  having count(*) >= {least}
),
ranked as (
  select
    rated_year,
    cast(
      row_number() over (partition by rated_year order by mean_rating desc, ratings desc, movie_id) as int
    ) as rank,
    movie_id,
    title,
    ratings,
    mean_rating
  from movies
)
select rated_year, rank, movie_id, title, ratings, mean_rating from ranked where rank <= 10
"""
