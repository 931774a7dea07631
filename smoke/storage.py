"""Checks of the buckets: writing, encryption, transport, public access."""

from __future__ import annotations

import uuid

import awswrangler as wr
import pandas as pd  # type: ignore[import-untyped]
from botocore.exceptions import ClientError

from smoke.check import NotProvenError, Suite, require
from smoke.lake import Lake

ZONES = ("raw", "curated", "analytics", "results", "artifacts", "failures")
suite = Suite()


@suite.check("What is written is read back the same")
def round_trip(lake: Lake) -> str:
    path = f"s3://{lake.bucket('artifacts')}/smoke/{uuid.uuid4()}/"
    written = pd.DataFrame({"id": [1, 2, 3], "name": ["Zoë", None, "日本"], "price": [1.5, float("nan"), -0.0]})
    try:
        wr.s3.to_parquet(written, path=path, dataset=True, boto3_session=lake.session)
        read = wr.s3.read_parquet(path, dataset=True, boto3_session=lake.session)
    finally:
        wr.s3.delete_objects(path, boto3_session=lake.session)
    # Reading turns text and integers into nullable types; the values are what matters.
    pd.testing.assert_frame_equal(written, read, check_dtype=False)
    require(not wr.s3.list_objects(path, boto3_session=lake.session), f"{path} must be empty after its deletion")
    return f"3 rows with nulls and non-ASCII text went through s3://{lake.bucket('artifacts')}"


@suite.check("Objects are encrypted with the lake's key without being asked to")
def encryption(lake: Lake) -> str:
    s3, key = lake.client("s3"), f"smoke/{uuid.uuid4()}"
    bucket = lake.bucket("artifacts")
    s3.put_object(Bucket=bucket, Key=key, Body=b"smoke")
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    finally:
        s3.delete_object(Bucket=bucket, Key=key)
    got = (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId"))
    require(got[0] == "aws:kms" and _key_id(got[1]) == _key_id(lake.outputs["DataKeyArn"]), _expected(lake, got))
    defaults = {zone: _default_encryption(lake, zone) for zone in ZONES}
    wrong = {zone: found for zone, found in defaults.items() if found != ("aws:kms", True)}
    require(not wrong, f"every bucket must default to aws:kms with a bucket key; got {wrong}")
    return f"x-amz-server-side-encryption: aws:kms, {got[1]}; the same default in {len(ZONES)} buckets"


@suite.check("Curated data and query results are encrypted with the lake's key")
def stored_objects(lake: Lake) -> str:
    s3, seen = lake.client("s3"), []
    for zone in ("curated", "analytics", "results"):
        bucket = lake.bucket(zone)
        for item in s3.list_objects_v2(Bucket=bucket, MaxKeys=20).get("Contents", []):
            head = s3.head_object(Bucket=bucket, Key=item["Key"])
            got = (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId"))
            where = f"s3://{bucket}/{item['Key']}: "
            require(
                got[0] == "aws:kms" and _key_id(got[1]) == _key_id(lake.outputs["DataKeyArn"]),
                where + _expected(lake, got),
            )
            seen.append(item["Key"])
    if not seen:
        raise NotProvenError("the zones hold no objects yet")
    return f"{len(seen)} objects of three zones carry the key"


@suite.check("No bucket is public and every version is kept")
def private(lake: Lake) -> str:
    s3 = lake.client("s3")
    for zone in ZONES:
        bucket = lake.bucket(zone)
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        require(len(block) == 4 and all(block.values()), f"{bucket} must block all public access; got {block}")
        versioning = s3.get_bucket_versioning(Bucket=bucket).get("Status")
        require(versioning == "Enabled", f"{bucket} must keep versions; got {versioning}")
    return f"public access is blocked and versioning enabled in {len(ZONES)} buckets"


@suite.check("Requests without TLS are refused")
def transport(lake: Lake) -> str:
    if lake.on_laptop:
        raise NotProvenError("the emulator speaks plain HTTP and does not evaluate bucket policies")
    region = lake.config.environment.region
    plain = lake.session.client("s3", endpoint_url=f"http://s3.{region}.amazonaws.com")
    try:
        plain.list_objects_v2(Bucket=lake.bucket("raw"), MaxKeys=1)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        require(code == "AccessDenied", f"HTTP must end in AccessDenied; got {code}")
        return "listing the raw bucket over HTTP ended in AccessDenied"
    require(False, "listing the raw bucket over HTTP must be denied; it succeeded")
    return ""


def _default_encryption(lake: Lake, zone: str) -> tuple[str | None, bool | None]:
    found = lake.client("s3").get_bucket_encryption(Bucket=lake.bucket(zone))
    rule = found["ServerSideEncryptionConfiguration"]["Rules"][0]
    return rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], rule.get("BucketKeyEnabled")


def _key_id(arn: str | None) -> str | None:
    return arn.rsplit("/", 1)[-1] if arn else None


def _expected(lake: Lake, got: tuple[str | None, str | None]) -> str:
    return f"must be encrypted by aws:kms with {lake.outputs['DataKeyArn']}; got {got}"
