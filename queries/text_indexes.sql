-- name: text_indexes
-- description: Collections of documents that can be searched, and the build of the index that a search uses
-- workgroup: analysts
-- database: lake_analytics
select
  collection,
  build,
  buckets,
  documents,
  terms,
  postings,
  built_at
from text_builds
order by collection
