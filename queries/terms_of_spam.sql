-- name: terms_of_spam
-- description: Terms that tell spam from ham, by how often they are among the top terms of either (log of the odds)
-- workgroup: analysts
-- database: lake_analytics
-- parameters: collection, build (see text_indexes), collection
with counted as (
  select
    t.term,
    count_if(d.label = 'spam') as spam,
    count_if(d.label = 'ham') as ham
  from text_top_terms as t
  inner join lake_curated.documents as d on d.doc_id = t.doc_id
  where t.collection = ? and t.build = ? and d.collection = ? and d.label in ('spam', 'ham')
  group by t.term
),
shares as (
  select
    term,
    spam,
    ham,
    (spam + 0.5) / (sum(spam) over () + 1.0) as spam_share,
    (ham + 0.5) / (sum(ham) over () + 1.0) as ham_share
  from counted
)
select
  term,
  spam,
  ham,
  round(ln(cast(spam_share as double) / cast(ham_share as double)), 3) as log_odds
from shares
where spam + ham >= 5
order by log_odds desc, spam desc, term
limit 25
