-- name: quarantine_by_reason
-- description: Quarantined rows by table and reason; a row with two reasons counts for both
-- workgroup: engineers
-- database: lake_curated
select
  source_table,
  reason,
  count(*) as quarantined_rows,
  count(distinct source_file) as files
from quarantine
cross join unnest(reasons) as problems (reason)
group by source_table, reason
order by source_table, quarantined_rows desc, reason
