"""The text pipeline as the assembly has it, with a small lake of its own around it: no deployment is needed."""

from __future__ import annotations

import io
import json
import uuid
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from tests.integration.emr_support import SCRIPT, Emr, new_emr
from tests.integration.glue_support import new_bucket, wait_for
from tests.synthesis import Assembly

Json = dict[str, Any]
_ZONES = ("RawBucket", "CuratedBucket", "AnalyticsBucket", "FailuresBucket", "FilesBucket")
_CODE = ("DocumentsScript", "IndexScript", "SearchScript", "RatingsScript", "Runtime", "ClusterBootstrapScript")
_ROLE = "arn:aws:iam::000000000000:role/states-test"


@dataclass(frozen=True)
class TextLake:
    """Buckets, ledger and topic, and what stands for the `${...}` of the definition."""

    emr: Emr
    definition: Json
    values: dict[str, str]
    notices: str

    def put(self, collection: str, **files: str | bytes) -> None:
        """Put documents into the raw bucket; underlines in a name stand for slashes."""
        for name, body in files.items():
            key = f"documents/collection={collection}/{name.replace('__', '/')}.txt"
            content = body.encode() if isinstance(body, str) else body
            self.emr.laptop.client("s3").put_object(Bucket=self.values["RawBucket"], Key=key, Body=content)

    def start(self, collection: str, *, timeout_seconds: int | None = None, word: str = "", **more: Any) -> str:
        """Start the pipeline over a collection.

        Parameters
        ----------
        timeout_seconds
            Of the state machine, instead of its own.
        word
            What a small program does in place of each step; else the real steps run.
        """
        values = dict(self.values)
        text = json.dumps(self.definition | ({"TimeoutSeconds": timeout_seconds} if timeout_seconds else {}))
        if word:
            # The program's first argument is the name of an option of the steps; it takes the word from its own text.
            values |= dict.fromkeys(_CODE[:4], self._program(word))
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", value)
        states = self.emr.laptop.client("stepfunctions")
        machine = states.create_state_machine(name=f"text-{uuid.uuid4().hex[:8]}", definition=text, roleArn=_ROLE)
        given = {"collection": collection, "request": uuid.uuid4().hex} | more
        started = states.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(given))
        return str(started["executionArn"])

    def _program(self, word: str) -> str:
        body = SCRIPT.replace("sys.argv[1]", repr(word)).encode()
        self.emr.laptop.client("s3").put_object(Bucket=self.emr.bucket, Key=f"code/{word}.py", Body=body)
        return f"s3://{self.emr.bucket}/code/{word}.py"

    def end(self, execution: str) -> Json:
        states = self.emr.laptop.client("stepfunctions")

        def look() -> Json | None:
            answer: Json = states.describe_execution(executionArn=execution)
            return None if answer["status"] == "RUNNING" else answer

        ended: Json = wait_for(look, 300)
        return ended

    def cluster(self, execution: str) -> str:
        """Wait for the cluster of an execution; return its id."""
        name = f"lake-text {execution.rpartition(':')[2]}"

        def look() -> str | None:
            listed = self.emr.api.list_clusters()["Clusters"]
            return next((item["Id"] for item in listed if item["Name"] == name), None)

        return str(wait_for(look))

    def notice(self, execution: str) -> Json:
        """Wait for what the topic told of an execution."""
        sqs = self.emr.laptop.client("sqs")

        def look() -> Json | None:
            for message in sqs.receive_message(QueueUrl=self.notices, MaxNumberOfMessages=10).get("Messages", []):
                sqs.delete_message(QueueUrl=self.notices, ReceiptHandle=message["ReceiptHandle"])
                told: Json = json.loads(message["Body"])
                if told.get("execution") == execution:
                    return told
            return None

        found: Json = wait_for(look)
        return found

    def rows(self, zone: str, prefix: str) -> list[Json]:
        """Read the Parquet files below a prefix."""
        s3, bucket = self.emr.laptop.client("s3"), self.values[zone]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        bodies = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in listed if item["Size"] > 200]
        found = [body for body in bodies if body.startswith(b"PAR1")]
        return [row for body in found for row in pq.ParquetFile(io.BytesIO(body)).read().to_pylist()]


def new_text_lake(laptop: Any, assembly: Assembly) -> TextLake:
    """Make the lake, and store the code of the assembly in it."""
    emr = new_emr(laptop)
    machines = assembly.resources("Emr", "AWS::StepFunctions::StateMachine")
    machine = next(item for item in machines if item.properties["DefinitionSubstitutions"]["Engine"] == "cluster")
    given = machine.properties["DefinitionSubstitutions"]
    values = {name: value for name, value in given.items() if isinstance(value, str)}
    values |= {name: new_bucket(laptop) for name in _ZONES}
    values |= {name: _stored(emr, assembly, given[name].rpartition("/")[2]) for name in _CODE}
    queue, topic = _topic(laptop)
    key = laptop.client("kms").create_key()["KeyMetadata"]["Arn"]
    security = f"text-{uuid.uuid4().hex[:8]}"
    emr.api.create_security_configuration(
        Name=security,
        SecurityConfiguration=json.dumps(
            {"EncryptionConfiguration": {"EnableInTransitEncryption": False, "EnableAtRestEncryption": False}}
        ),
    )
    values |= {
        "CuratedDatabase": _database(laptop),
        "LedgerTable": _ledger(laptop),
        "TopicArn": topic,
        "KeyArn": key,
        "ClusterKeyArn": key,
        "ClusterServiceRole": "emr-test",
        "ClusterInstanceProfile": "emr-test",
        "ClusterSecurityConfiguration": security,
    }
    values |= dict.fromkeys(("LogUri", "ClusterLogUri"), f"s3://{emr.bucket}/logs/")
    values["ClusterWheelhouse"] = f"s3://{values['FilesBucket']}/{given['ClusterFiles'].partition('/')[0]}/"
    for name in given["ClusterFiles"].split(","):
        laptop.client("s3").put_object(Bucket=values["FilesBucket"], Key=name, Body=b"there")
    values |= {name: f"{name.lower()}-1" for name in given.keys() - values.keys()}
    definition = json.loads(_asset(assembly, machine.properties["DefinitionS3Location"]["Key"]))
    return TextLake(emr, definition, values, queue)


def _asset(assembly: Assembly, name: str) -> bytes:
    return (assembly.folder / f"asset.{name}").read_bytes()


def _stored(emr: Emr, assembly: Assembly, name: str) -> str:
    emr.laptop.client("s3").put_object(Bucket=emr.bucket, Key=f"assets/{name}", Body=_asset(assembly, name))
    return f"s3://{emr.bucket}/assets/{name}"


def _database(laptop: Any) -> str:
    glue, name = laptop.client("glue"), f"curated_{uuid.uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": name})
    keys = [{"Name": key, "Type": "string"} for key in ("source_table", "scope")]
    columns = {"Columns": [{"Name": "record_key", "Type": "string"}], "Location": "s3://nowhere/"}
    table = {"Name": "quarantine", "PartitionKeys": keys, "StorageDescriptor": columns}
    glue.create_table(DatabaseName=name, TableInput=table)
    return name


def _ledger(laptop: Any) -> str:
    name = f"ledger-{uuid.uuid4().hex[:8]}"
    laptop.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "claim", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "claim", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def _topic(laptop: Any) -> tuple[str, str]:
    sqs, sns, name = laptop.client("sqs"), laptop.client("sns"), f"notices-{uuid.uuid4().hex[:8]}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return queue, topic
