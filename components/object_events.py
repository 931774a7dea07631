"""The events by which S3 tells of new objects."""

from collections.abc import Iterable
from typing import Any

from aws_cdk import aws_s3 as s3

from components.arns import bucket_name


def new_objects(bucket: s3.IBucket, tables: Iterable[str]) -> dict[str, Any]:
    """Return the EventBridge pattern of new objects in the folders of some tables."""
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [bucket_name(bucket)]},
            "object": {
                "key": [{"prefix": f"{table}/"} for table in tables],
                # Consoles create a folder as an object without bytes.
                "size": [{"numeric": [">", 0]}],
            },
        },
    }
