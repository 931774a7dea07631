"""The log files of a cluster below its LogUri, gzipped, as EMR pushes them to S3.

| key | content |
|---|---|
| `<log>/<cluster>/steps/<step>/controller.gz` | what was run, and how it ended |
| `<log>/<cluster>/steps/<step>/stdout.gz` | what the program printed |
| `<log>/<cluster>/steps/<step>/stderr.gz` | Spark's log, and the program's tracebacks |
| `<log>/<cluster>/node/<instance>/bootstrap-actions/<n>/{controller,stdout,stderr}.gz` | one bootstrap action |

Source: EMR management guide, "View log files archived to Amazon S3".
"""

from __future__ import annotations

import gzip
import logging
from collections.abc import Mapping, Sequence

from botocore.exceptions import ClientError

from laptop.emulator.clients import client
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Json

logger = logging.getLogger("laptop.emr")


def step_folder(cluster: Json, step_id: str) -> str:
    """Return the address of a step's log files; empty for a cluster without LogUri."""
    return _below(cluster, f"steps/{step_id}")


def bootstrap_folder(cluster: Json, instance_id: str, number: int) -> str:
    """Return the address of the log files of a bootstrap action, counted from 1."""
    return _below(cluster, f"node/{instance_id}/bootstrap-actions/{number}")


def _below(cluster: Json, path: str) -> str:
    uri = str(cluster["Request"].get("LogUri") or "").rstrip("/").replace("s3n://", "s3://")
    return f"{uri}/{cluster['Id']}/{path}" if uri else ""


def push(cluster: Json, folder: str, files: Mapping[str, Sequence[str]]) -> None:
    """Write log files of a cluster, given as lines; none if it has no LogUri."""
    if folder:
        write(folder, files, cluster["Request"].get("LogEncryptionKmsKeyId"))


def write(folder: str, files: Mapping[str, Sequence[str]], key: str | None) -> None:
    """Write log files, given as lines; a bucket that does not take them costs the logs and not the work, as on AWS."""
    bucket, prefix = split_uri(folder)
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
    for name, lines in files.items():
        body = gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)
        try:
            client("s3").put_object(Bucket=bucket, Key=f"{prefix}/{name}.gz", Body=body, **encryption)
        except ClientError as error:
            logger.warning("logs must go to %s; got %s", folder, error)
            return
