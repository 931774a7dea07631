select
  q.source_table,
  q.ingest_date,
  problems.reason,
  q.contract_version,
  count(*) as found,
  count(distinct q.source_file) as files
from lake_curated.quarantine as q
cross join unnest(q.reasons) as problems (reason)
group by q.source_table, q.ingest_date, problems.reason, q.contract_version
