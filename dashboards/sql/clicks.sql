select
  event_id,
  user_id,
  session_id,
  event,
  page,
  product,
  value,
  source,
  event_time,
  if(session_id is not null, row_number() over (partition by session_id order by event_time, event_id)) as step,
  if(row_number() over (partition by event_date, user_id order by event_time, event_id) = 1, 1, 0) as visitors,
  if(row_number() over (partition by event_date, user_id, event order by event_time, event_id) = 1, 1, 0) as reached
from lake_curated.clicks
where event_date >= date_format(date_add('day', -90, current_date), '%Y-%m-%d')
