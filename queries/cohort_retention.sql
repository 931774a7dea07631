-- name: cohort_retention
-- description: Share of each cohort that bought again, one to twelve months after the first purchase
-- workgroup: analysts
-- database: lake_analytics
select
  cohort_month,
  max(cohort_size) as customers,
  max(if(months_since = 1, round(retention, 4))) as month_1,
  max(if(months_since = 2, round(retention, 4))) as month_2,
  max(if(months_since = 3, round(retention, 4))) as month_3,
  max(if(months_since = 6, round(retention, 4))) as month_6,
  max(if(months_since = 12, round(retention, 4))) as month_12
from cohort_retention
group by cohort_month
order by cohort_month
