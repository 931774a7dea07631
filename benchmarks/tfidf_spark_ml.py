"""TF-IDF as Spark's guide shows it: RegexTokenizer, NGram, CountVectorizer, IDF; and the top terms of each vector.

https://spark.apache.org/docs/3.5.6/ml-features.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

# More than the corpus has, so that none is lost.
VOCABULARY = 1 << 26


def spark_ml(spark: SparkSession, files: str, out: str) -> None:
    from pyspark.ml.feature import IDF, CountVectorizer, NGram, RegexTokenizer  # noqa: PLC0415

    documents = spark.read.parquet(files)
    words = RegexTokenizer(inputCol="body", outputCol="w", pattern=r"\w\w+", gaps=False).transform(documents)
    pairs = NGram(n=2, inputCol="w", outputCol="w2").transform(words)
    triples = NGram(n=3, inputCol="w", outputCol="w3").transform(pairs)
    terms = triples.select("doc_id", F.concat("w", "w2", "w3").alias("terms"))
    counter = CountVectorizer(inputCol="terms", outputCol="tf", vocabSize=VOCABULARY, minDF=2.0).fit(terms)
    counted = counter.transform(terms)
    weigher = IDF(inputCol="tf", outputCol="weights").fit(counted)
    # Spark's idf lacks the 1 that scikit-learn adds. Its own transform of the vectors is left out: less work for it.
    idf = spark.sparkContext.broadcast(weigher.idf.toArray() + 1)
    vocabulary = spark.sparkContext.broadcast(counter.vocabulary)
    frequency = spark.sparkContext.broadcast(weigher.docFreq)

    def top(rows: Iterable[Any]) -> Iterator[tuple[str, int, str, float, int, int]]:
        from benchmarks.tfidf_single import best  # noqa: PLC0415 - runs in another process

        weights, terms, documents = idf.value, vocabulary.value, frequency.value
        for row in rows:
            for rank, (term, weight, tf) in enumerate(best(row.tf.indices, row.tf.values, weights, terms), 1):
                yield row.doc_id, rank, terms[term], weight, tf, int(documents[term])

    columns = "doc_id string, rank int, term string, weight double, tf int, df long"
    found = spark.createDataFrame(counted.select("doc_id", "tf").rdd.mapPartitions(top), columns)
    found.write.mode("overwrite").option("compression", "zstd").parquet(out)
