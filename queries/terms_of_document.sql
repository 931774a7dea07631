-- name: terms_of_document
-- description: The terms that tell a document best from the others
-- workgroup: analysts
-- database: lake_analytics
-- parameters: collection, build (see text_indexes), doc_id
select
  rank,
  term,
  weight,
  tf,
  df
from text_top_terms
where collection = ? and build = ? and doc_id = ?
order by rank
