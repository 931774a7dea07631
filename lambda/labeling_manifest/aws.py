"""Objects in S3, labeled objects in the ledger, and jobs in SageMaker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from lake_common.labeling import ledger
from lake_common.labeling.manifest import ManifestError

from labeling_manifest.sources import Found

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_THREADS = 16
_MISSING = {"404", "403", "NoSuchBucket", "NoSuchKey", "NotFound"}


class Objects:
    """Objects of any bucket, by `s3://` address."""

    def __init__(self, s3: S3Client) -> None:
        self._s3 = s3

    def below(self, bucket: str, prefix: str) -> Iterator[Found]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield Found(item["Key"], item["Size"])

    def read(self, address: str) -> bytes:
        bucket, key = _split(address)
        return self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def write(self, address: str, content: bytes) -> None:
        bucket, key = _split(address)
        self._s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/jsonlines")

    def check_all_exist(self, addresses: Iterable[str]) -> None:
        """Refuse addresses without an object that may be read.

        Raises
        ------
        ManifestError
            With the first five of them.
        """
        listed = list(addresses)
        with ThreadPoolExecutor(_THREADS) as threads:
            there = list(threads.map(self._exists, listed))
        missing = [address for address, found in zip(listed, there, strict=True) if not found]
        if missing:
            raise ManifestError(f"{len(missing)} objects are missing or may not be read, among them {missing[:5]}")

    def _exists(self, address: str) -> bool:
        bucket, key = _split(address)
        try:
            self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return False
            raise
        return True


class Labeled:
    """The objects of a task that have their label."""

    def __init__(self, dynamodb: DynamoDBClient, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def names(self, task: str) -> set[str]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#task = :task AND begins_with(#item, :kind)",
            ExpressionAttributeNames={"#task": "task", "#item": "item"},
            ExpressionAttributeValues={":task": {"S": task}, ":kind": {"S": ledger.OBJECT}},
            ProjectionExpression="#item",
            ConsistentRead=True,
        )
        return {item["item"]["S"].removeprefix(ledger.OBJECT) for page in pages for item in page["Items"]}


class Jobs:
    """Labeling jobs; the SDK's client has no types here."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker

    def output(self, name: str) -> tuple[str, str]:
        """Return label attribute and output manifest of a job."""
        job = self._sagemaker.describe_labeling_job(LabelingJobName=name)
        address = job.get("LabelingJobOutput", {}).get("OutputDatasetS3Uri")
        if not address:
            raise ManifestError(f"source.job must have labeled something; {name} is {job['LabelingJobStatus']}")
        return job["LabelAttributeName"], address

    @property
    def request_shape(self) -> Any:
        """The model of CreateLabelingJob's arguments."""
        return self._sagemaker.meta.service_model.operation_model("CreateLabelingJob").input_shape


def _split(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://") or not bucket or not key:
        raise ManifestError(f"an address must be s3://<bucket>/<key>; got {address!r}")
    return bucket, key
