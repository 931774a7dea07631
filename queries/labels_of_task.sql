-- name: labels_of_task
-- description: The label of each object of a task: the latest, with who gave it and how sure it is
-- workgroup: analysts
-- database: lake_curated
-- parameters: task, as 'sports'
select
  object,
  max_by(label, labeled_at) as label,
  max_by(annotation, labeled_at) as annotation,
  max_by(confidence, labeled_at) as confidence,
  max_by(labeled_by, labeled_at) as labeled_by,
  max_by(workers, labeled_at) as workers,
  count(*) as times_labeled
from labels
where task = ?
group by object
order by confidence, object
limit 1000
