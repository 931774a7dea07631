"""The SQL of a search. It means the same in Athena, in Spark, and in the laptop's engine.

The score is the cosine between the query and the document, both weighed by TF-IDF; if the index was built without a
norm, it is their scalar product. A posting carries the weight of its term in the document and the term's inverse
document frequency, so one table tells everything, and of it a search reads the few buckets that its terms are in.
"""

from __future__ import annotations

import re

from emr_steps.search.query import Query

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")

_SQL = """\
with matches as (
  select
    doc_id,
    term,
    weight,
    idf * case term {counts} end as query_weight
  from {postings}
  where collection = '{collection}' and build = '{build}'
    and bucket in ({buckets})
    and term in ({terms})
),
length as (
  select sqrt(sum(query_weight * query_weight)) as norm
  from (select distinct term, query_weight from matches) as terms
),
best as (
  select
    doc_id,
    sum(weight * query_weight) as score,
    count(*) as terms
  from matches
  group by doc_id{having}
  order by score desc, doc_id
  limit {limit}
)
select
  best.doc_id,
  best.score{division} as score,
  best.terms,
  documents.title,
  documents.path,
  documents.label
from best
cross join length
left join {documents} as documents
  on documents.collection = '{collection}' and documents.doc_id = best.doc_id
order by score desc, best.doc_id"""


def statement(
    query: Query,
    *,
    collection: str,
    build: str,
    buckets: int,
    norm: str,
    limit: int,
    postings: str = "lake_analytics.text_postings",
    documents: str = "lake_curated.documents",
) -> str:
    """Write the SQL that answers a query with the best documents: `doc_id, score, terms, title, path, label`.

    Documents of equal score come in the order of their names, so an answer does not depend on the run.

    Raises
    ------
    ValueError
        If a name is not one that can be written into SQL as it is.
    """
    for name in (collection, build):
        if not _NAME.fullmatch(name):
            raise ValueError(f"names of collections and builds must match {_NAME.pattern}; got {name!r}")
    required = ", ".join(_text(term) for term in sorted(query.required))
    having = f"\n  having count_if(term in ({required})) = {len(query.required)}" if required else ""
    return _SQL.format(
        counts=" ".join(f"when {_text(term)} then {count!r}e0" for term, count in sorted(query.counts.items())),
        terms=", ".join(_text(term) for term in sorted(query.counts)),
        buckets=", ".join(map(str, query.buckets(buckets))),
        having=having,
        division="" if norm == "none" else " / length.norm",
        limit=limit,
        collection=collection,
        build=build,
        postings=postings,
        documents=documents,
    )


def _text(term: str) -> str:
    """Write a literal. Terms have letters, digits, underscores and spaces only; a quote is doubled all the same."""
    return "'" + term.replace("'", "''") + "'"
