"""Tasks, settings and requests for tests of labeling."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from lake_common.labeling.requests import JobSettings, TaskFiles
from lake_common.labeling.tasks import Task

from labeling.loader import load_tasks

BUCKET = "labeling"
REGION = "us-east-1"
ACCOUNT = "000000000000"
TASKS: dict[str, Task] = {folder.task.name: folder.task for folder in load_tasks()}
WORKTEAM = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/team"


def settings(**changes: Any) -> JobSettings:
    """Make settings that AWS would accept; arguments replace some."""
    fields: dict[str, Any] = {
        "region": REGION,
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/labeling",
        "workteam_arn": WORKTEAM,
        "key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234",
        "output": f"s3://{BUCKET}/jobs",
        "output_topic_arn": "",
        "pre_annotation_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pre",
        "post_annotation_arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:post",
        "automated": False,
        "price_tenth_cents": 0,
        "content": (),
        "files": {name: TaskFiles(template=f"s3://a/{name}.html", categories=f"s3://a/{name}.json") for name in TASKS},
    }
    return JobSettings(**{**fields, **changes})


@cache
def request_shape() -> Any:
    """Give the model of CreateLabelingJob's arguments."""
    make: Any = boto3.Session(region_name=REGION).client
    return make("sagemaker").meta.service_model.operation_model("CreateLabelingJob").input_shape
