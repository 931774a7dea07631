"""What the laptop cannot do, it refuses; it never reports a success that did not happen."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("emr", "list_notebook_executions", {}),
        ("lakeformation", "list_resources", {}),
        ("glue", "start_ml_evaluation_task_run", {"TransformId": "x"}),
        ("athena", "list_notebook_metadata", {"WorkGroup": "primary"}),
    ],
)
def test_fails_loudly_for_what_the_laptop_does_not_do(
    laptop: Any, service: str, operation: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match=r"not implemented on the laptop|Unsupported service"):
        getattr(laptop.client(service), operation)(**arguments)


def test_fails_for_a_bucket_configuration_that_would_be_forgotten(laptop: Any) -> None:
    s3 = laptop.client("s3")
    s3.create_bucket(Bucket="no-false-green")
    with pytest.raises(ClientError, match="S3 metrics is not implemented on the laptop"):
        s3.put_bucket_metrics_configuration(Bucket="no-false-green", Id="a", MetricsConfiguration={"Id": "a"})
    s3.delete_bucket(Bucket="no-false-green")


def test_a_request_to_an_unknown_service_does_not_become_a_bucket(laptop: Any) -> None:
    before = [bucket["Name"] for bucket in laptop.client("s3").list_buckets()["Buckets"]]
    with pytest.raises(ClientError, match="the service macie2 is not implemented on the laptop"):
        laptop.client("macie2").update_macie_session(status="ENABLED")
    assert [bucket["Name"] for bucket in laptop.client("s3").list_buckets()["Buckets"]] == before
