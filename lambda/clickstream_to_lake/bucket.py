"""A bucket of S3, as rows are written to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The object exists; another write of the same key is on its way.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_NOT_CREATED = ("PreconditionFailed", "ConditionalRequestConflict")


class Bucket:
    """The object store that `clickstream_to_lake.objects` needs, in S3."""

    def __init__(self, s3: S3Client, name: str) -> None:
        self._s3 = s3
        self._name = name

    def names(self, prefix: str, after: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix, StartAfter=after)
        for page in pages:
            for each in page.get("Contents", []):
                yield each["Key"]

    def read(self, key: str) -> bytes:
        return self._s3.get_object(Bucket=self._name, Key=key)["Body"].read()

    def create(self, key: str, content: bytes) -> bool:
        try:
            self._s3.put_object(
                Bucket=self._name, Key=key, Body=content, IfNoneMatch="*", ContentType="application/x-ndjson+gzip"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_CREATED:
                return False
            raise
        return True
