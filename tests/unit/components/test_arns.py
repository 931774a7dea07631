"""Names are read from constructs once, and are the same as the library's."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from components.arns import arn, bucket_arn, home, objects_arn


def stack_in(region: str) -> cdk.Stack:
    literal = {"@aws-cdk/core:enablePartitionLiterals": True}
    app = cdk.App(context=literal, stack_traces=False, builtin_cloud_formation_validation=False)
    return cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region=region))


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
def test_a_partition_is_the_one_that_the_library_knows(region: str) -> None:
    stack = stack_in(region)
    assert home(stack).partition == stack.partition


def test_a_resource_is_named_in_the_account_and_region_of_its_scope() -> None:
    bucket = s3.Bucket(stack_in("eu-central-1"), "Raw")
    assert arn(bucket, "glue", "job/j") == "arn:aws:glue:eu-central-1:123456789012:job/j"


def test_objects_are_named_as_the_library_names_them() -> None:
    bucket = s3.Bucket(stack_in("eu-central-1"), "Raw")
    assert objects_arn(bucket, "orders/*") == bucket.arn_for_objects("orders/*")
    assert bucket_arn(bucket) == bucket.bucket_arn


def test_a_resource_of_another_region_or_of_none_is_named_so() -> None:
    stack = stack_in("eu-central-1")
    assert (
        arn(stack, "quicksight", "group/g", region="us-east-1") == "arn:aws:quicksight:us-east-1:123456789012:group/g"
    )
    assert arn(stack, "iam", "role/r", region="") == "arn:aws:iam::123456789012:role/r"
