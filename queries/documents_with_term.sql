-- name: documents_with_term
-- description: The documents in which a term of up to three words weighs most
-- workgroup: analysts
-- database: lake_analytics
-- parameters: collection, build (see text_indexes), term, collection
select
  p.doc_id,
  p.weight,
  p.tf,
  d.title,
  d.path
from (
  select
    doc_id,
    weight,
    tf
  from text_postings
  where collection = ? and build = ? and term = ?
  order by weight desc, doc_id
  limit 20
) as p
left join lake_curated.documents as d on d.doc_id = p.doc_id and d.collection = ?
order by p.weight desc, p.doc_id
