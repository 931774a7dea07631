-- name: common_phrases
-- description: Runs of three words that occur in most documents of a collection
-- workgroup: analysts
-- database: lake_analytics
-- parameters: collection, build (see text_indexes)
select
  term,
  df,
  idf
from text_terms
where collection = ? and build = ? and n = 3
order by df desc, term
limit 25
