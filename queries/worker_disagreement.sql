-- name: worker_disagreement
-- description: How often each worker of a task disagrees with the labels, and how long an answer takes
-- workgroup: analysts
-- database: lake_curated
-- parameters: task, as 'sports'
select
  worker,
  count(*) as answers,
  count_if(problem is not null) as unusable,
  count_if(not agrees) as disagreed,
  round(cast(count_if(not agrees) as double) / nullif(count_if(agrees is not null), 0), 4) as disagreement,
  round(avg(seconds), 1) as mean_seconds
from label_answers
where task = ?
group by worker
order by disagreement desc, worker
