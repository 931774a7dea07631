-- name: income_by_education
-- description: Share of people with an income over 50,000 dollars by education, and how many did not state their work
-- workgroup: analysts
-- database: lake_curated
select
  education,
  count(*) as people,
  round(cast(count_if(income = '>50K') as double) / count(*), 4) as share_over_50k,
  round(avg(cast(hours_per_week as double)), 1) as hours_per_week,
  count_if(occupation is null) as occupation_unknown,
  count(distinct coalesce(occupation, 'unknown')) as occupations
from census
group by education
order by share_over_50k desc, education
