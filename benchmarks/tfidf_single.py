"""TF-IDF on one machine: DuckDB, polars and scikit-learn write the top terms that the lake's step writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

TOP = 20


def duckdb(files: str, out: str, threads: int) -> None:
    """Run SQL over rows of words, with neighbours by window functions: the fastest of several ways in DuckDB."""
    import duckdb as engine  # noqa: PLC0415 - the import is part of what is measured

    connection = engine.connect(config={"threads": threads, "preserve_insertion_order": False})
    connection.execute(f"""create temp table words as
        select doc_id, unnest(w) w, generate_subscripts(w, 1) pos
        from (select doc_id, regexp_extract_all(lower(body), '\\w\\w+') w from '{files}')""")
    connection.execute("""create temp table counts as
        with neighbours as (
            select doc_id, w, lead(w) over x w2, lead(w, 2) over x w3
            from words window x as (partition by doc_id order by pos)
        )
        select doc_id, term, count(*)::int tf from (
            select doc_id, w term from neighbours
            union all select doc_id, w || ' ' || w2 from neighbours where w2 is not null
            union all select doc_id, w || ' ' || w2 || ' ' || w3 from neighbours where w3 is not null
        ) group by all""")
    connection.execute(f"""create temp table scores as
        select doc_id, term, tf, df, tf * (ln((n + 1.0) / (df + 1.0)) + 1) score
        from counts
        join (select term, count(*)::bigint df from counts group by term having count(*) >= 2) using (term)
        cross join (select count(*) n from '{files}')""")
    connection.execute(f"""copy (
        select doc_id, rank::int rank, term, score / norm weight, tf, df
        from (select *, row_number() over (partition by doc_id order by score desc, term) rank from scores)
        join (select doc_id, sqrt(sum(score * score)) norm from scores group by doc_id) using (doc_id)
        where rank <= {TOP}) to '{out}/top.parquet' (compression zstd)""")
    connection.close()


def polars(files: str, out: str, _: int) -> None:
    """Run expressions over rows of words."""
    import polars as pl  # noqa: PLC0415

    read = pl.read_parquet(files, columns=["doc_id", "body"])
    words = read.select("doc_id", pl.col("body").str.to_lowercase().str.extract_all(r"\w\w+").alias("w"))
    words = words.explode("w").drop_nulls()
    words = words.with_columns(
        pl.col("w").shift(-1).over("doc_id").alias("w2"), pl.col("w").shift(-2).over("doc_id").alias("w3")
    )
    terms = pl.concat(
        [
            words.select("doc_id", pl.col("w").alias("term")),
            words.drop_nulls("w2").select("doc_id", pl.concat_str(["w", "w2"], separator=" ").alias("term")),
            words.drop_nulls("w3").select("doc_id", pl.concat_str(["w", "w2", "w3"], separator=" ").alias("term")),
        ]
    )
    del words
    counts = terms.group_by("doc_id", "term").agg(pl.len().alias("tf"))
    del terms
    frequent = counts.group_by("term").agg(pl.len().cast(pl.Int64).alias("df")).filter(pl.col("df") >= 2)
    idf = ((read.height + 1.0) / (pl.col("df") + 1.0)).log() + 1
    scores = counts.join(frequent, on="term").with_columns((pl.col("tf") * idf).alias("score"))
    norms = scores.group_by("doc_id").agg((pl.col("score") ** 2).sum().sqrt().alias("norm"))
    best = scores.sort(["doc_id", "score", "term"], descending=[False, True, False])
    best = best.group_by("doc_id", maintain_order=True).head(TOP).join(norms, on="doc_id")
    rank = pl.int_range(1, pl.len() + 1).over("doc_id").alias("rank")
    best.with_columns((pl.col("score") / pl.col("norm")).alias("weight"), rank).write_parquet(f"{out}/top.parquet")


def sklearn(files: str, out: str, _: int) -> None:
    """Run CountVectorizer, weigh with numpy, and take the best of each row."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415

    read = pa.concat_tables([pq.read_table(file, columns=["doc_id", "body"]) for file in _sorted(files)])
    vectorizer = CountVectorizer(ngram_range=(1, 3), min_df=2)
    counts = vectorizer.fit_transform(read["body"].to_pylist())
    terms = vectorizer.get_feature_names_out()
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((counts.shape[0] + 1.0) / (frequency + 1.0)) + 1
    found: dict[str, list[Any]] = {name: [] for name in ("doc_id", "rank", "term", "weight", "tf", "df")}
    for row, name in enumerate(read["doc_id"].to_pylist()):
        start, end = counts.indptr[row], counts.indptr[row + 1]
        for rank, (term, weight, tf) in enumerate(
            best(counts.indices[start:end], counts.data[start:end], idf, terms), 1
        ):
            for column, value in zip(found, (name, rank, terms[term], weight, tf, frequency[term]), strict=True):
                found[column].append(value)
    pq.write_table(pa.table(found), f"{out}/top.parquet")


def _sorted(files: str) -> list[Path]:
    folder, _, pattern = files.rpartition("/")
    return sorted(Path(folder).glob(pattern))


def best(indices: Any, counts: Any, idf: Any, terms: Any) -> list[tuple[int, float, int]]:
    """Give index, weight and count of the terms of highest weight of one document."""
    import numpy as np  # noqa: PLC0415

    if not len(indices):
        return []
    scores = counts * idf[indices]
    least = np.partition(scores, -TOP)[-TOP] if len(scores) > TOP else 0.0
    candidates = sorted(np.flatnonzero(scores >= least), key=lambda at: (-scores[at], terms[indices[at]]))[:TOP]
    norm = float(np.sqrt((scores * scores).sum()))
    return [(int(indices[at]), float(scores[at]) / norm, int(counts[at])) for at in candidates]
