"""A bucket with objects that wait for a replay."""

from __future__ import annotations

from typing import Any

REPLAYED = "replayed/"


class FailureBucket:
    """Objects below a prefix; what is replayed moves to `replayed/<key>` of the same bucket."""

    def __init__(self, s3: Any, name: str, prefix: str) -> None:
        self._s3, self.name, self.prefix = s3, name, prefix

    def waiting(self) -> list[str]:
        """List what waits, oldest name first."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self.prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key: str) -> bytes:
        body: bytes = self._s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def settle(self, key: str) -> None:
        """Move an object out of the way. Killed in between, it is there twice and will be replayed again."""
        self._s3.copy_object(Bucket=self.name, Key=f"{REPLAYED}{key}", CopySource={"Bucket": self.name, "Key": key})
        self._s3.delete_object(Bucket=self.name, Key=key)
