-- name: labels_by_origin
-- description: How many objects people, machines and copies labeled, and how sure the labels are
-- workgroup: analysts
-- database: lake_curated
select
  task,
  labeled_by,
  count(*) as labels,
  round(avg(confidence), 4) as mean_confidence,
  count_if(confidence < 0.8) as unsure,
  sum(workers) as answers
from labels
group by task, labeled_by
order by task, labeled_by
