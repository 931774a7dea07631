"""A labeling team, functions and jobs on the laptop, made through the API as any client of AWS would."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from laptop import crowds
from tests.integration.conftest import Laptop

CLASSES = ("cat", "dog", "bird")
PAGE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-classifier name="label" categories="{{ task.input.labels | to_json | escape }}" header="Which?">
<classification-target>{{ task.input.text }}</classification-target>
<full-instructions header="How">Read.</full-instructions><short-instructions>Choose.</short-instructions>
</crowd-classifier></crowd-form>"""

PRE = """
def handle(event, context):
    line = event["dataObject"]
    if line.get("broken"):
        raise ValueError("no such object")
    assert event["version"] == "2018-10-16" and ":labeling-job/" in event["labelingJobArn"]
    return {"taskInput": {"text": line["source"], "labels": ["cat", "dog", "bird"]},
            "isHumanAnnotationRequired": not line.get("known", False)}
"""

POST = """
import json, os
from collections import Counter
import boto3

def handle(event, context):
    bucket, _, key = event["payload"]["s3Uri"].removeprefix("s3://").partition("/")
    batch = json.loads(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert event["labelCategories"] == ["cat", "dog", "bird"] and event["roleArn"].startswith("arn:aws:iam::")
    answers = []
    for item in batch:
        votes = Counter()
        for annotation in item["annotations"]:
            try:
                votes[json.loads(annotation["annotationData"]["content"])["label"]["label"]] += 1
            except (ValueError, TypeError, KeyError):
                pass
        label = votes.most_common(1)[0][0] if votes else None
        if item["dataObject"]["content"].startswith("lost"):
            continue
        answers.append({"datasetObjectId": item["datasetObjectId"], "consolidatedAnnotation": {"content": {
            event["labelAttributeName"]: {"label": label, "votes": sum(votes.values())}}}})
    return "nonsense" if batch[0]["dataObject"]["content"].startswith("nonsense") else answers
"""


def open_studio(laptop: Laptop) -> Iterator[Studio]:
    made = Studio(laptop)
    yield made
    made.close()


@dataclass
class Studio:
    """What labeling jobs need: a team, two functions, a role, a bucket with page and categories."""

    laptop: Laptop
    _own_workforce: bool = False

    def close(self) -> None:
        """Remove the team, and the workforce unless somebody else made it: an account has one."""
        self.api.delete_workteam(WorkteamName=self.team.rpartition("/")[2])
        if self._own_workforce:
            self.api.delete_workforce(WorkforceName="private-crowd")

    @cached_property
    def api(self) -> Any:
        return self.laptop.client("sagemaker")

    @cached_property
    def s3(self) -> Any:
        return self.laptop.client("s3")

    @cached_property
    def bucket(self) -> str:
        name = f"labeling-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=name)
        self.s3.put_object(Bucket=name, Key="page.html", Body=PAGE.encode())
        labels = {"document-version": "2018-11-28", "labels": [{"label": label} for label in CLASSES]}
        self.s3.put_object(Bucket=name, Key="labels.json", Body=json.dumps(labels).encode())
        return name

    @cached_property
    def role(self) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        made = self.laptop.client("iam").create_role(
            RoleName=f"labeling-{uuid.uuid4().hex[:8]}",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        return str(made["Role"]["Arn"])

    @cached_property
    def member(self) -> dict[str, str]:
        """A group of the user pool of the account's only workforce."""
        cognito = self.laptop.client("cognito-idp")
        workforces = self.api.list_workforces()["Workforces"]
        if workforces:
            pool, client = (workforces[0]["CognitoConfig"][name] for name in ("UserPool", "ClientId"))
        else:
            pool = cognito.create_user_pool(PoolName="labelers")["UserPool"]["Id"]
            client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="portal")["UserPoolClient"]["ClientId"]
            self._own_workforce = True
        group = f"labelers-{uuid.uuid4().hex[:8]}"
        cognito.create_group(UserPoolId=pool, GroupName=group)
        return {"UserPool": pool, "UserGroup": group, "ClientId": client}

    @cached_property
    def team(self) -> str:
        made = self.api.create_workteam(
            WorkteamName=f"team-{uuid.uuid4().hex[:8]}",
            Description="those who label",
            MemberDefinitions=[{"CognitoMemberDefinition": self.member}],
        )
        return str(made["WorkteamArn"])

    @cached_property
    def functions(self) -> tuple[str, str]:
        return self.function(PRE), self.function(POST)

    def function(self, source: str) -> str:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("handler.py", source)
        made = self.laptop.client("lambda").create_function(
            FunctionName=f"labeling-{uuid.uuid4().hex[:8]}",
            Runtime="python3.12",
            Role="arn:aws:iam::000000000000:role/functions",
            Handler="handler.handle",
            Timeout=60,
            Code={"ZipFile": archive.getvalue()},
        )
        return str(made["FunctionArn"])

    def put_lines(self, key: str, lines: Iterable[Any]) -> str:
        body = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())
        return f"s3://{self.bucket}/{key}"

    def request(self, name: str, manifest: str, **human: Any) -> dict[str, Any]:
        """Return a request of CreateLabelingJob; `human` overrides members of HumanTaskConfig, None removes one."""
        pre, post = self.functions
        task = {
            "WorkteamArn": self.team,
            "UiConfig": {"UiTemplateS3Uri": f"s3://{self.bucket}/page.html"},
            "PreHumanTaskLambdaArn": pre,
            "TaskTitle": "Which animal?",
            "TaskDescription": "Read and choose",
            "NumberOfHumanWorkersPerDataObject": 3,
            "TaskTimeLimitInSeconds": 60,
            "TaskAvailabilityLifetimeInSeconds": 3600,
            "MaxConcurrentTaskCount": 1000,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": post},
        }
        return {
            "LabelingJobName": name,
            "LabelAttributeName": "animal",
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": manifest}}},
            "OutputConfig": {"S3OutputPath": f"s3://{self.bucket}/output/"},
            "RoleArn": self.role,
            "LabelCategoryConfigS3Uri": f"s3://{self.bucket}/labels.json",
            "HumanTaskConfig": {name: value for name, value in (task | human).items() if value is not None},
        }

    def crowd(self, jobs: str, truths: dict[str, Any], workers: list[dict[str, Any]], **more: Any) -> None:
        """Send simulated workers to the jobs of a name."""
        name = uuid.uuid4().hex[:8]
        truth = self.put_lines(
            f"truth/{name}.jsonl", [{"source": key, "truth": value} for key, value in truths.items()]
        )
        crowds.put(self.laptop.home, name, {"jobs": jobs, "truth": truth, "seed": 1, "workers": workers, **more})

    def start(self, name: str, lines: Iterable[Any], **human: Any) -> str:
        self.api.create_labeling_job(**self.request(name, self.put_lines(f"{name}.manifest", lines), **human))
        return name

    def job(self, name: str) -> dict[str, Any]:
        return dict(self.api.describe_labeling_job(LabelingJobName=name))

    def wait(self, name: str, *statuses: str, seconds: float = 60) -> dict[str, Any]:
        """Wait until a job has ended, or has one of the statuses."""
        wanted = statuses or ("Completed", "Failed", "Stopped")
        end = time.monotonic() + seconds
        while (found := self.job(name))["LabelingJobStatus"] not in wanted:
            assert time.monotonic() < end, found
            time.sleep(0.05)
        return found

    def document(self, uri: str) -> str:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return str(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())

    def output(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of a job's output manifest."""
        text = self.document(f"s3://{self.bucket}/output/{name}/manifests/output/output.manifest")
        return [json.loads(line) for line in text.splitlines()]

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]
