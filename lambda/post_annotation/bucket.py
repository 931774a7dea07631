"""Objects by S3 URI, and the payloads of earlier batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from post_annotation.history import earlier, quality_key, requests_folder
from post_annotation.request import ObjectAnswers, objects

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Bucket:
    """Reads and writes S3."""

    def __init__(self, s3: S3Client) -> None:
        self._s3 = s3

    def text(self, uri: str) -> str:
        bucket, key = split(uri)
        return self._s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8")

    def payload(self, uri: str) -> tuple[list[ObjectAnswers], datetime]:
        """Return the objects of a batch, and when their answers were handed over."""
        bucket, key = split(uri)
        found = self._s3.get_object(Bucket=bucket, Key=key)
        return objects(json.loads(found["Body"].read()), self.text), found["LastModified"]

    def earlier(self, uri: str, most_answers: int) -> list[ObjectAnswers]:
        """Return the objects of earlier batches, from the latest on, until there are so many answers."""
        bucket, key = split(uri)
        folder = requests_folder(key)
        if folder is None:
            return []
        found: list[ObjectAnswers] = []
        answers = 0
        for each in earlier(key, self._keys(bucket, folder)):
            batch, _ = self.payload(f"s3://{bucket}/{each}")
            answers += sum(len(one.answers) for one in batch)
            if answers > most_answers:
                break
            found += batch
        return found

    def write_quality(self, uri: str, document: Any) -> str | None:
        """Write what is known of the workers after a batch; return where, or None if the payload has no place."""
        bucket, key = split(uri)
        target = quality_key(key)
        if target is None:
            return None
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        self._s3.put_object(Bucket=bucket, Key=target, Body=body, ContentType="application/json")
        return f"s3://{bucket}/{target}"

    def _keys(self, bucket: str, prefix: str) -> Iterator[str]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield from (each["Key"] for each in page.get("Contents", ()))


def split(uri: str) -> tuple[str, str]:
    """Return bucket and key.

    Raises
    ------
    ValueError
        If it is no S3 URI.
    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        raise ValueError(f"an object must be given as s3://<bucket>/<key>; got {uri!r}")
    return bucket, key
