"""The SQL of a search. It means the same in Athena, in Spark, and in the laptop's engine.

The score is the cosine between the query and the document, both weighed by TF-IDF; if the index was built without a
norm, it is their scalar product. A posting carries the weight of its term in the document and the term's inverse
document frequency, so one table tells everything, and of it a search reads the few buckets that its terms are in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from emr_steps.search.query import Query

POSTINGS, DOCUMENTS = "lake_analytics.text_postings", "lake_curated.documents"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")

# The query's own length is found in the same pass: a term of document frequency df occurs in df rows, so the sum over
# all rows of weight squared / df is the sum over all terms of weight squared.
_RANKED = """\
select
  doc_id,
  {score} as score,
  terms
from (
  select
    doc_id,
    sum(weight * query_weight) as product,
    count(*) as terms,
    sum(required) as required,
    sqrt(sum(sum(query_weight * query_weight / df)) over ()) as length
  from (
    select
      doc_id,
      weight,
      df,
      idf * case term {counts} end as query_weight,
      case when term in ({required}) then 1 else 0 end as required
    from {postings}
    where collection = '{collection}' and build = '{build}'
      and bucket in ({buckets})
      and term in ({terms})
  ) as matches
  group by doc_id
) as scored
where required >= {least}
order by score desc, doc_id
limit {limit}"""
_WITH_TITLES = """\
select
  best.doc_id,
  best.score,
  best.terms,
  documents.title,
  documents.path,
  documents.label
from (
{ranked}
) as best
left join {documents} as documents
  on documents.collection = '{collection}' and documents.doc_id = best.doc_id
order by best.score desc, best.doc_id"""
_TITLES = """\
select doc_id, title, path, label
from {documents}
where collection = '{collection}' and doc_id in ({names})"""
# No term is written so.
_NOTHING = "''"


def ranked(
    query: Query, *, collection: str, build: str, buckets: int, norm: str, limit: int, postings: str = POSTINGS
) -> str:
    """Write the SQL that finds the best documents: `doc_id, score, terms`.

    Documents of equal score come in the order of their names, so an answer does not depend on the run.

    Raises
    ------
    ValueError
        If a name is not one that can be written into SQL as it is.
    """
    _check(collection, build)
    return _RANKED.format(
        score="product" if norm == "none" else "product / length",
        counts=" ".join(f"when {_text(term)} then {count!r}e0" for term, count in sorted(query.counts.items())),
        required=", ".join(_text(term) for term in sorted(query.required)) or _NOTHING,
        least=len(query.required),
        terms=", ".join(_text(term) for term in sorted(query.counts)),
        buckets=", ".join(map(str, query.buckets(buckets))),
        limit=limit,
        collection=collection,
        build=build,
        postings=postings,
    )


def with_titles(sql: str, collection: str, documents: str = DOCUMENTS) -> str:
    """Add `title, path, label` to what `ranked` finds, in the same statement."""
    _check(collection)
    indented = "\n".join(f"  {line}" for line in sql.splitlines())
    return _WITH_TITLES.format(ranked=indented, collection=collection, documents=documents)


def titles(names: Sequence[str], collection: str, documents: str = DOCUMENTS) -> str:
    """Write the SQL that looks up `doc_id, title, path, label` of some documents; it reads their row groups only."""
    _check(collection, *names)
    return _TITLES.format(names=", ".join(map(_text, names)), collection=collection, documents=documents)


def _check(*names: str) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"names of collections, builds and documents must match {_NAME.pattern}; got {name!r}")


def _text(term: str) -> str:
    """Write a literal. Terms have letters, digits, underscores and spaces only; a quote is doubled all the same."""
    return "'" + term.replace("'", "''") + "'"
