"""The HDFS of a cluster: a folder, which is gone when the cluster is.

`hdfs:///path` works in Spark through Hadoop's ViewFileSystemOverloadScheme, as `s3://` does (`spark`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from laptop.emulator.clients import cache_dir, client
from laptop.emulator.glue_run import split_uri
from laptop.emulator.spark_files import fits_in_folder

_VIEW_FS = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
# The authority of hdfs:///path, which on EMR is the primary node.
_DEFAULT = "namenode"


def folder(cluster_id: str) -> Path:
    """Return where the files of a cluster are."""
    return cache_dir() / "hdfs" / cluster_id


def configuration(cluster_id: str) -> dict[str, str]:
    """Return the settings with which Spark finds the folder; none while nothing was copied into it."""
    if not folder(cluster_id).is_dir():
        return {}
    table = "spark.hadoop.fs.viewfs.mounttable"
    return {
        "spark.hadoop.fs.hdfs.impl": _VIEW_FS,
        f"{table}.default.name.key": _DEFAULT,
        f"{table}.{_DEFAULT}.linkFallback": f"rawlocal://{folder(cluster_id)}",
    }


def copy(cluster_id: str, source: str, target: str) -> int:
    """Copy all files below one address to another; return how many there were.

    Raises
    ------
    ValueError
        The source is empty, or an address is of another kind.
    """
    if source.startswith("s3") and target.startswith("hdfs:"):
        copied = _from_s3(source, _path(cluster_id, target))
    elif source.startswith("hdfs:") and target.startswith("s3"):
        copied = _to_s3(_path(cluster_id, source), target)
    else:
        raise ValueError(f"s3-dist-cp must copy between s3:// and hdfs://; got {source} and {target}")
    if not copied:
        raise ValueError(f"s3-dist-cp must find files to copy; got none below {source}")
    return copied


def remove(cluster_id: str) -> None:
    """Forget the files of a cluster."""
    shutil.rmtree(folder(cluster_id), ignore_errors=True)


def _path(cluster_id: str, uri: str) -> Path:
    path = uri.removeprefix("hdfs:").lstrip("/").rstrip("/")
    if not fits_in_folder(path):
        raise ValueError(f"an address must be hdfs:///<path>; got {uri}")
    return folder(cluster_id) / path


def _from_s3(source: str, target: Path) -> int:
    bucket, prefix = split_uri(source)
    prefix = prefix.rstrip("/") + "/"
    copied = 0
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            relative = item["Key"].removeprefix(prefix)
            if not fits_in_folder(relative):
                continue
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            client("s3").download_file(bucket, item["Key"], str(target / relative))
            copied += 1
    return copied


def _to_s3(source: Path, target: str) -> int:
    bucket, prefix = split_uri(target)
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    for path in files:
        key = f"{prefix.rstrip('/')}/{path.relative_to(source).as_posix()}".lstrip("/")
        client("s3").upload_file(str(path), bucket, key)
    return len(files)
