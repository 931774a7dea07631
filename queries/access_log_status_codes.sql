-- name: access_log_status_codes
-- description: Requests to the web shop and bytes sent, by status code
-- workgroup: engineers
-- database: lake_raw
select
  response as status,
  count(*) as requests,
  count(distinct clientip) as clients,
  sum(bytes) as bytes_sent
from access_logs
where response is not null
group by response
order by requests desc, response
