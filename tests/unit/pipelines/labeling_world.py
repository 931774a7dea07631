"""A small world for the labeling workflow: its own functions, a ledger, a catalog, and a crowd that sends a bill."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labeling_manifest.aws import Jobs, Labeled, Objects
from labeling_manifest.build import Builder
from labeling_manifest.settings import Settings as ManifestSettings
from labeling_results.aws import Catalog, Files, Ledger
from labeling_results.harvest import Harvester
from labeling_results.settings import Settings as ResultsSettings
from labeling_results.statements import Harvest
from lake_common.labeling.manifest import name_of, read, write
from lake_common.labeling.requests import JobSettings, TaskFiles

from contracts.loader import load
from labeling.loader import load_tasks
from tests.unit.pipelines import support
from tests.unit.pipelines.interpreter import Execution, StatesError
from tests.unit.pipelines.support import REGION, client

DEFINITION = Path(__file__).parents[3] / "pipelines" / "labeling.asl.json"
BUCKET, CURATED = "labeling", "curated"
TASKS = {folder.task.name: folder for folder in load_tasks()}
_STEP_FUNCTIONS = {"CuratedDatabase": "lake_curated", "LedgerTable": "ledger", "TopicArn": "topic", "Workgroup": "wg"}
NOW = "2026-01-02 03:04:05.000"


def place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


@dataclass
class Crowd:
    """Ground Truth: labels what it gets, keeps a name for ever, and sends a bill.

    `unlabeled` objects expire; `most` objects are labeled before a job that is stopped stops.
    """

    s3: Any
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    paid: Counter[str] = field(default_factory=Counter)
    unlabeled: set[str] = field(default_factory=set)
    status: str = "Completed"
    most: int = 10**6

    def create(self, request: dict[str, Any]) -> None:
        name = request["LabelingJobName"].lower()
        if name in self.jobs:
            raise StatesError("SageMaker.AmazonSageMakerException", f"Labeling job {name} exists already")
        self.jobs[name] = {"request": request, "status": "InProgress"}

    def finish(self, name: str, status: str) -> None:
        job = self.jobs[name.lower()]
        if job["status"] != "InProgress":
            return
        request = job["request"]
        attribute, output = request["LabelAttributeName"], f"{request['OutputConfig']['S3OutputPath']}{name}"
        source = request["InputConfig"]["DataSource"].get("S3DataSource")
        lines = read(self._get(source["ManifestS3Uri"])) if source else []
        labeled = 0
        for number, line in enumerate(lines):
            object_name = name_of(line)
            if object_name in self.unlabeled or labeled >= self.most:
                continue
            labeled += 1
            self.paid[object_name] += 1
            line |= {attribute: 0, f"{attribute}-metadata": metadata("soccer", job=name)}
            self._put(
                f"{output}/annotations/worker-response/iteration-1/{number}/1.json",
                answers(("w1", "soccer"), ("w2", "soccer")),
            )
        manifest = f"{output}/manifests/output/output.manifest"
        self._put(manifest, write(lines))
        counters = {"HumanLabeled": labeled, "MachineLabeled": 0, "FailedNonRetryableError": len(lines) - labeled}
        job |= {"status": status, "output": manifest, "counters": counters}

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        job = self.jobs.get(request["LabelingJobName"].lower())
        if job is None:
            raise StatesError("SageMaker.ResourceNotFoundException", "no such job")
        return {
            "LabelingJobStatus": job["status"],
            "LabelCounters": job.get("counters", {}),
            "LabelAttributeName": job["request"]["LabelAttributeName"],
            "FailureReason": "the role cannot read the manifest" if job["status"] == "Failed" else "",
            "LabelingJobOutput": {"OutputDatasetS3Uri": job.get("output", "")},
        }

    def _get(self, uri: str) -> bytes:
        bucket, key = place(uri)
        content: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def _put(self, uri: str, content: bytes) -> None:
        bucket, key = place(uri)
        self.s3.put_object(Bucket=bucket, Key=key, Body=content)


def metadata(label: str, *, job: str, confidence: float = 0.9) -> dict[str, Any]:
    return {
        "class-name": label,
        "confidence": confidence,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-01-01T00:00:00.000000",
        "job-name": f"labeling-job/{job}",
    }


def answers(*given: tuple[str, str]) -> bytes:
    entries = [
        {
            "workerId": worker,
            "answerContent": {"label": {"label": label}},
            "submissionTime": "2026-01-01T00:00:00Z",
            "timeSpentInSeconds": 3.5,
        }
        for worker, label in given
    ]
    return json.dumps({"answers": entries}).encode()


class World:
    """Everything that the state machine touches; `tasks` of the interpreter are its methods."""

    def __init__(self) -> None:
        self.s3, self.dynamodb, self.glue = client("s3"), client("dynamodb"), client("glue")
        for bucket in (BUCKET, CURATED, "assets", "results"):
            self.s3.create_bucket(Bucket=bucket)
        self._create_tables()
        self.crowd = Crowd(self.s3)
        self.alive: set[str] = set()
        self.harvests = 0
        self.messages: list[dict[str, Any]] = []
        self.query_result = ""
        self.builder = self._builder()
        self.replies: dict[str, Callable[[Any], Any]] = {
            **support.Ledger(("task", "item")).tasks,
            "aws-sdk:sfn:describeExecution": self._describe_execution,
            "lambda:invoke": self._invoke,
            "sagemaker:createLabelingJob.sync": self._label,
            "sagemaker:createLabelingJob": self._open_stream,
            "aws-sdk:sagemaker:describeLabelingJob": self.crowd.describe,
            "athena:startQueryExecution.sync": self._query,
            "sns:publish": self._publish,
        }

    def put_images(self, *names: str) -> None:
        for name in names:
            self.s3.put_object(
                Bucket=BUCKET, Key=f"objects/sports/{name}.png", Body=b"\x89PNG\r\n\x1a\n" + name.encode()
            )

    def run(self, document: dict[str, Any], name: str = "run-1") -> Execution:
        tasks = {"Tasks": ",".join(TASKS), "ManifestFunction": "manifest", "ResultsFunction": "results"}
        substitutions = _STEP_FUNCTIONS | tasks
        text = re.sub(r"\$\{(\w+)\}", lambda match: substitutions[match[1]], DEFINITION.read_text())
        return Execution(json.loads(text), self.replies, name).run(document)

    def table(self, name: str) -> list[dict[str, Any]]:
        """Return the rows that a query of the table would see: those of its partitions."""
        rows = []
        for partition in self.glue.get_partitions(DatabaseName="lake_curated", TableName=name)["Partitions"]:
            bucket, prefix = place(partition["StorageDescriptor"]["Location"])
            task, job = partition["Values"]
            for key in self._keys(bucket, prefix):
                content = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
                rows += [{**json.loads(line), "task": task, "job": job} for line in content.splitlines()]
        return rows

    def objects(self) -> list[str]:
        """Return the labeled objects that the table shows, short."""
        return sorted(Path(row["object"]).stem for row in self.table("labels"))

    def bill(self) -> dict[str, int]:
        return {Path(name).stem: count for name, count in self.crowd.paid.items()}

    def _create_tables(self) -> None:
        self.glue.create_database(DatabaseInput={"Name": "lake_curated"})
        for name in ("labels", "label_answers"):
            contract = load(name)
            self.glue.create_table(
                DatabaseName="lake_curated",
                TableInput={
                    "Name": name,
                    "PartitionKeys": [{"Name": each.name, "Type": each.type} for each in contract.partition_columns],
                    "StorageDescriptor": {
                        "Columns": [{"Name": each.name, "Type": each.type} for each in contract.data_columns],
                        "Location": f"s3://{CURATED}/{name}/",
                    },
                },
            )

    def _builder(self) -> Builder:
        files = {}
        for name, folder in TASKS.items():
            self.s3.put_object(Bucket="assets", Key=f"{name}.json", Body=folder.categories.encode())
            files[name] = TaskFiles(template=f"s3://assets/{name}.html", categories=f"s3://assets/{name}.json")
        jobs = JobSettings(
            region=REGION,
            role_arn="arn:aws:iam::000000000000:role/labeling",
            workteam_arn=f"arn:aws:sagemaker:{REGION}:000000000000:workteam/private-crowd/team",
            key_arn="arn:aws:kms:us-east-1:000000000000:key/1",
            output=f"s3://{BUCKET}/jobs",
            output_topic_arn="",
            pre_annotation_arn=f"arn:aws:lambda:{REGION}:000000000000:function:pre",
            post_annotation_arn=f"arn:aws:lambda:{REGION}:000000000000:function:post",
            automated=False,
            price_tenth_cents=0,
            content=(),
            files=files,
        )
        settings = ManifestSettings(
            bucket=BUCKET,
            ledger_table="ledger",
            most_objects=100,
            topics={"mail": f"arn:aws:sns:{REGION}:000000000000:mail"},
            jobs=jobs,
        )
        return Builder(
            settings=settings,
            objects=Objects(self.s3),
            labeled=Labeled(self.dynamodb, "ledger"),
            jobs=_KnownJobs(client("sagemaker"), self.crowd),
        )

    def _invoke(self, request: Any) -> Any:
        payload = request["Payload"]
        if request["FunctionName"] == "manifest":
            task = TASKS[payload["task"]].task
            try:
                built = self.builder.build(
                    task, payload["source"], query=payload["query"], number=int(payload["number"])
                )
            except ValueError as error:
                raise StatesError(type(error).__name__, str(error)) from error
            return {"Payload": built}
        return {"Payload": self._results(payload)}

    def _results(self, payload: Any) -> Any:
        task = TASKS[payload["task"]].task
        settings = ResultsSettings(
            bucket=BUCKET,
            curated_bucket=CURATED,
            raw_database="lake_raw",
            curated_database="lake_curated",
            ledger_table="ledger",
            object_usd=0.08,
            answer_usd=0.02,
        )
        harvester = Harvester(
            settings=settings,
            files=Files(self.s3),
            ledger=Ledger(self.dynamodb, "ledger", task.name),
            catalog=Catalog(self.glue, "lake_curated"),
        )
        if payload["action"] == "publish":
            return harvester.publish(Harvest(task=task.name, job=payload["job"], id=payload["harvest"]))
        self.harvests += 1
        harvest = Harvest(task=task.name, job=payload["job"], id=f"h{self.harvests}")
        return harvester.read(task, harvest, request=payload["request"], described=payload["described"], now=NOW)

    def _label(self, request: Any) -> Any:
        self.crowd.create(request)
        self.crowd.finish(request["LabelingJobName"], self.crowd.status)
        if self.crowd.status != "Completed":
            raise StatesError("States.TaskFailed", "the labeling job did not complete")
        return {}

    def _open_stream(self, request: Any) -> Any:
        self.crowd.create(request)
        return {"LabelingJobArn": "arn"}

    def _query(self, request: Any) -> Any:
        """Do what UNLOAD does to files; another query gives what the test put there."""
        sql = request["QueryString"]
        if not sql.startswith("unload"):
            self.s3.put_object(Bucket="results", Key="q.csv", Body=self.query_result.encode())
            return {"QueryExecution": {"ResultConfiguration": {"OutputLocation": "s3://results/q.csv"}}}
        bucket, prefix = place(re.findall(r"to '([^']+)'", sql)[0])
        if self._keys(bucket, prefix):
            raise StatesError("States.TaskFailed", "HIVE_PATH_ALREADY_EXISTS")
        folder = "/".join(f"{key}={value}" for key, value in re.findall(r"(task|job|harvest) = '([^']+)'", sql))
        content = self.s3.get_object(Bucket=BUCKET, Key=f"results/{folder}/rows.json.gz")["Body"].read()
        rows = [json.loads(line) for line in gzip.decompress(content).splitlines()]
        if "unnest(" in sql:
            rows = [{"object": row["object"], **answer} for row in rows for answer in row["answers"]]
        self.s3.put_object(Bucket=bucket, Key=f"{prefix}part-0", Body="\n".join(map(json.dumps, rows)).encode())
        return {"QueryExecution": {"QueryExecutionId": "q"}}

    def _describe_execution(self, request: Any) -> Any:
        return {"Status": "RUNNING" if request["ExecutionArn"] in self.alive else "ABORTED"}

    def _publish(self, request: Any) -> Any:
        self.messages.append(request["Message"])
        return {"MessageId": "m"}

    def _keys(self, bucket: str, prefix: str) -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


class _KnownJobs(Jobs):
    """Jobs of the crowd, with the model of the real API."""

    def __init__(self, sagemaker: Any, crowd: Crowd) -> None:
        super().__init__(sagemaker)
        self._crowd = crowd

    def output(self, name: str) -> tuple[str, str]:
        job = self._crowd.jobs[name]
        return job["request"]["LabelAttributeName"], job["output"]
