"""Runs a job's script in the main environment; `spark` starts it beside the JVM. Standard library and Spark only.

Importing Spark takes as long as the JVM takes to start, so both happen at once: the import first, then the wait for
the file in which the JVM's gateway leaves its port and its secret.
"""

from __future__ import annotations

import importlib
import os
import runpy
import struct
import sys
import time
from pathlib import Path

_POLL_SECONDS = 0.01


def read_connection(file: Path) -> tuple[int, str]:
    """Return the port and the secret that org.apache.spark.api.python.PythonGatewayServer wrote."""
    content = file.read_bytes()
    port, length = struct.unpack(">ii", content[:8])
    return port, content[8 : 8 + length].decode()


def main(connection: Path, script: Path, arguments: list[str]) -> None:
    # Before the import: it decides which modules a script that replaces one of Spark's sees.
    sys.path.insert(0, str(script.parent))
    importlib.import_module("pyspark.sql")
    while not connection.exists():
        time.sleep(_POLL_SECONDS)
    port, secret = read_connection(connection)
    os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
    os.environ["PYSPARK_GATEWAY_SECRET"] = secret
    sys.argv = [str(script), *arguments]
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    # Python puts this folder first, where `glue_jobs` is the emulator's module and not the package of the jobs.
    del sys.path[0]
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
