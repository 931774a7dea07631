"""Objects by S3 URI."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Bucket:
    """Reads and writes S3."""

    def __init__(self, s3: S3Client) -> None:
        self._s3 = s3

    def text(self, uri: str) -> str:
        bucket, key = split(uri)
        return self._s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8")

    def document(self, uri: str) -> tuple[Any, datetime]:
        """Return a JSON document and the time when it was written."""
        bucket, key = split(uri)
        found = self._s3.get_object(Bucket=bucket, Key=key)
        return json.loads(found["Body"].read()), found["LastModified"]


def split(uri: str) -> tuple[str, str]:
    """Return bucket and key.

    Raises
    ------
    ValueError
        If it is no S3 URI.
    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        raise ValueError(f"an object must be given as s3://bucket/key; got {uri!r}")
    return bucket, key
