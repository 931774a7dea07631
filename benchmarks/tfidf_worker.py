"""One candidate of the TF-IDF benchmark in a process of its own: `python -m benchmarks.tfidf_worker NAME ROOT OUT`.

Prints `ready` when its engine is there and `done` when its files are; whoever started it measures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.spark_lake import CORES
from benchmarks.tfidf_data import COLLECTION

Work = Callable[[], None]
FULL = "the lake's step, all tables"


def main(name: str, root: Path, out: Path) -> None:
    work = CANDIDATES[name](root, out)
    print("ready", flush=True)
    work()
    print("done", flush=True)


def files_of(root: Path) -> str:
    """Give the pattern of the documents' files."""
    return f"{root}/documents/collection={COLLECTION}/*.parquet"


def _lake(root: Path, out: Path) -> Work:
    """Write the top terms alone, as all the others do, by the parts that the step is made of."""
    from benchmarks.spark_lake import start  # noqa: PLC0415 - the import is part of what is measured

    spark = start(out, ())
    from lake_common.hadoop_files import HadoopFiles  # noqa: PLC0415

    from emr_steps.index import sizes, step, tasks  # noqa: PLC0415
    from emr_steps.index.build import answered_chunks  # noqa: PLC0415
    from emr_steps.index.options import IndexOptions  # noqa: PLC0415

    for key, value in step.SETTINGS.items():
        spark.conf.set(key, value)

    def work() -> None:
        corpus = step.read(spark, HadoopFiles(spark), f"{root}/documents/collection={COLLECTION}")
        chunks = answered_chunks(corpus.rows, IndexOptions(), parts=sizes.tasks(corpus.stored_bytes))
        best = tasks.only_top_rows(IndexOptions(), 0, corpus.documents, step.TOP_TERMS)
        top = chunks.mapInArrow(best, tasks.TOP_TERMS)
        top.write.option("compression", "zstd").parquet(f"{out}/top")

    return work


def _lake_full(root: Path, out: Path) -> Work:
    from benchmarks.spark_lake import start  # noqa: PLC0415
    from contracts.loader import load_contracts  # noqa: PLC0415

    contracts = out / "contracts"
    contracts.mkdir(parents=True)
    for contract in load_contracts():
        (contracts / f"{contract.name}.json").write_text(json.dumps(contract.as_dict()))
    (out / "curated-zone").symlink_to(root)
    spark = start(out, ("analytics",))
    spark.sparkContext._jsc.hadoopConfiguration().set(
        "fs.viewfs.mounttable.curated-zone.linkFallback", f"rawlocal://{root}"
    )
    from lake_common import contract as contract_module  # noqa: PLC0415

    from emr_steps.index import step  # noqa: PLC0415

    contract_module.PACKAGED = contracts
    buckets = {"raw": "raw", "curated": "curated-zone", "analytics": "analytics", "failures": "failures"}
    given = {f"--{zone}_bucket": bucket for zone, bucket in buckets.items()}
    given |= {"--collection": COLLECTION, "--run_id": "benchmark"}
    return lambda: step.main([text for pair in given.items() for text in pair])


def _spark_ml(root: Path, out: Path) -> Work:
    from benchmarks.spark_lake import start  # noqa: PLC0415

    spark = start(out, ())
    from benchmarks.tfidf_spark_ml import spark_ml  # noqa: PLC0415

    return lambda: spark_ml(spark, files_of(root), f"{out}/top")


def _single(name: str) -> Callable[[Path, Path], Work]:
    def candidate(root: Path, out: Path) -> Work:
        from benchmarks import tfidf_single  # noqa: PLC0415

        (out / "top").mkdir(parents=True)
        return lambda: getattr(tfidf_single, name)(files_of(root), f"{out}/top", CORES)

    return candidate


CANDIDATES: dict[str, Callable[[Path, Path], Work]] = {
    "the lake's step, top terms": _lake,
    "Spark ML": _spark_ml,
    "scikit-learn": _single("sklearn"),
    "DuckDB": _single("duckdb"),
    "polars": _single("polars"),
    # Last, because what it wrote is looked at.
    FULL: _lake_full,
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve())
