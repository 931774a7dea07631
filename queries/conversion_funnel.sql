-- name: conversion_funnel
-- description: How many visitors got as far as each kind of event
-- workgroup: analysts
-- database: lake_curated
select
  event,
  count(*) as events,
  count(distinct user_id) as visitors,
  round(cast(count(distinct user_id) as double) / (select count(distinct user_id) from clicks), 4) as share_of_visitors
from clicks
group by event
order by visitors desc, event
