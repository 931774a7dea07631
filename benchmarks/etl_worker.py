"""One candidate of the ETL benchmark in a process of its own: `python -m benchmarks.etl_worker NAME RAW OUT`.

Prints one line of JSON: seconds until the engine was there, seconds of work, and processor seconds of the work, which
depend less on what else the machine does.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.spark_lake import CORES

Work = Callable[[], None]


def main(name: str, raw: Path, out: Path) -> None:
    started = time.perf_counter()
    work = CANDIDATES[name](raw, out)
    ready, used = time.perf_counter(), _processor_seconds()
    work()
    done, used = time.perf_counter(), _processor_seconds() - used
    print(json.dumps({"session_seconds": ready - started, "work_seconds": done - ready, "cpu_seconds": used}))


def _processor_seconds() -> float:
    """Return the time of this process and of the Java process behind Spark, if there is one."""
    return time.process_time() + _java_seconds()


def _java_seconds() -> float:
    if "pyspark" not in sys.modules:
        return 0.0
    from pyspark import SparkContext  # noqa: PLC0415 - DuckDB and polars do without

    jvm, gateway = SparkContext._jvm, SparkContext._gateway
    if jvm is None or gateway is None:
        return 0.0
    # The class of the bean is internal to Java, so the method is looked up in its public interface.
    bean = jvm.java.lang.management.ManagementFactory.getOperatingSystemMXBean()
    public = jvm.java.lang.Class.forName("com.sun.management.OperatingSystemMXBean")
    method = public.getMethod("getProcessCpuTime", gateway.new_array(jvm.java.lang.Class, 0))
    return float(method.invoke(bean, gateway.new_array(jvm.java.lang.Object, 0))) / 1e9


def _lake(raw: Path, out: Path) -> Work:
    from benchmarks.spark_lake import start  # noqa: PLC0415 - the import is part of what is measured
    from contracts.loader import load_contracts  # noqa: PLC0415

    contracts = out / "contracts"
    contracts.mkdir(parents=True)
    for contract in load_contracts():
        (contracts / f"{contract.name}.json").write_text(json.dumps(contract.as_dict()))
    (out / "raw").symlink_to(raw.parent)
    start(out, ("raw", "curated-zone", "failures", "analytics"))
    from lake_common import contract as contract_module  # noqa: PLC0415

    from glue_jobs.curate import job  # noqa: PLC0415

    contract_module.PACKAGED = contracts
    arguments = {"raw_bucket": "raw", "curated_bucket": "curated-zone", "failures_bucket": "failures"}
    arguments |= {"analytics_bucket": "analytics", "tables": "orders", "run_id": "benchmark"}
    return lambda: job.main([text for key, value in arguments.items() for text in (f"--{key}", value)])


def _ordinary(raw: Path, out: Path) -> Work:
    from benchmarks.spark_lake import start  # noqa: PLC0415

    spark = start(out, ())
    from benchmarks.etl_ordinary import ordinary_spark  # noqa: PLC0415

    return lambda: ordinary_spark(spark, str(raw), str(out))


def _duckdb(raw: Path, out: Path) -> Work:
    from benchmarks import etl_duckdb  # noqa: PLC0415

    return lambda: etl_duckdb.run(raw, out, CORES)


def _polars(raw: Path, out: Path) -> Work:
    from benchmarks import etl_polars  # noqa: PLC0415

    return lambda: etl_polars.run(raw, out)


CANDIDATES: dict[str, Callable[[Path, Path], Work]] = {
    "the lake's job": _lake,
    "ordinary Spark": _ordinary,
    "DuckDB": _duckdb,
    "polars": _polars,
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve())
