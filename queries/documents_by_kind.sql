-- name: documents_by_kind
-- description: Documents of a collection by kind and label
-- workgroup: analysts
-- database: lake_curated
-- parameters: collection
select
  kind,
  label,
  count(*) as documents,
  sum(bytes) as bytes
from documents
where collection = ?
group by kind, label
order by documents desc, kind, label
