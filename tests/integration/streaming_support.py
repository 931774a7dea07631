"""A stream, a function that records what it is called with, and a mapping between them."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Each call is one line of the file: what Lambda sent. A record says itself what is to happen to its batch.
HANDLER = """
import base64, json, os, sys, time

def handler(event, context):
    bodies = []
    for record in event.get("Records", []):
        try:
            bodies.append(json.loads(base64.b64decode(record["kinesis"]["data"])))
        except ValueError:
            bodies.append({"id": record["kinesis"]["data"][:10]})
    call = {name: value for name, value in event.items() if name != "Records"}
    call["ids"] = [body["id"] for body in bodies]
    call["numbers"] = [record["kinesis"]["sequenceNumber"] for record in event.get("Records", [])]
    call["shards"] = sorted({record["eventID"].split(":")[0] for record in event.get("Records", [])})
    call["process"] = os.getpid()
    with open(os.environ["CALLS"], "a") as file:
        file.write(json.dumps(call) + "\\n")
    for record, body in zip(event.get("Records", []), bodies):
        wish = body.get("wish")
        marker = os.environ["CALLS"] + "." + str(body["id"])
        if wish == "raise":
            raise ValueError("poison")
        if wish == "exit":
            os._exit(3)
        if wish == "sleep":
            time.sleep(60)
        if wish == "report":
            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
        if wish in ("raise once", "sleep once") and not os.path.exists(marker):
            open(marker, "w").close()
            if wish == "raise once":
                raise ValueError("once")
            time.sleep(60)
    if "window" in event:
        return {"state": {"ids": event["state"].get("ids", []) + call["ids"]}}
    return {}
"""


class Pipe:
    """A stream that a mapping connects with the recording function."""

    def __init__(self, laptop: Any, folder: Path, shards: int = 1, timeout: int = 10) -> None:
        self.kinesis = laptop.client("kinesis")
        self.functions = laptop.client("lambda")
        self.name = f"pipe-{uuid.uuid4().hex[:8]}"
        self.calls_file = folder / f"{self.name}.jsonl"
        self.kinesis.create_stream(StreamName=self.name, ShardCount=shards)
        self.stream_arn: str = self.kinesis.describe_stream_summary(StreamName=self.name)["StreamDescriptionSummary"][
            "StreamARN"
        ]
        self.functions.create_function(
            FunctionName=self.name,
            Runtime="python3.12",
            Handler="index.handler",
            Role="arn:aws:iam::000000000000:role/pipe",
            Code={"ZipFile": _package()},
            Timeout=timeout,
            Environment={"Variables": {"CALLS": str(self.calls_file)}},
        )
        self.mapping = ""

    def map(self, **settings: Any) -> str:
        chosen = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10, **settings}
        made = self.functions.create_event_source_mapping(
            EventSourceArn=self.stream_arn, FunctionName=self.name, **chosen
        )
        self.mapping = made["UUID"]
        return self.mapping

    def put(self, *bodies: dict[str, Any], key: str | None = None) -> list[str]:
        """Put JSON records; return their sequence numbers."""
        records = [
            {"Data": json.dumps(body).encode(), "PartitionKey": key or str(body.get("key", body["id"]))}
            for body in bodies
        ]
        answer = self.kinesis.put_records(StreamName=self.name, Records=records)
        assert answer["FailedRecordCount"] == 0
        return [record["SequenceNumber"] for record in answer["Records"]]

    def put_ids(self, *ids: int, **wishes: str) -> list[str]:
        """Put records of these ids; `wishes` maps `r<id>` to what happens to its batch."""
        return self.put(*({"id": number, "wish": wishes.get(f"r{number}")} for number in ids))

    def calls(self) -> list[dict[str, Any]]:
        if not self.calls_file.exists():
            return []
        # Behind the last line break may be one that is being written.
        return [json.loads(line) for line in self.calls_file.read_text().split("\n")[:-1]]

    def ids(self) -> list[list[int]]:
        return [call["ids"] for call in self.calls()]

    def wait_for_ids(self, *ids: int, seconds: float = 30) -> list[list[int]]:
        """Wait until the function has been called with each of these ids."""
        wait_until(lambda: set(ids) <= {number for call in self.ids() for number in call}, seconds)
        return self.ids()

    def state(self) -> str:
        return str(self.functions.get_event_source_mapping(UUID=self.mapping)["State"])

    def remove(self) -> None:
        if self.mapping:
            self.functions.delete_event_source_mapping(UUID=self.mapping)
        self.functions.delete_function(FunctionName=self.name)
        self.kinesis.delete_stream(StreamName=self.name)


@contextmanager
def pipe(laptop: Any, folder: Path, **settings: Any) -> Iterator[Pipe]:
    made = Pipe(laptop, folder, **settings)
    try:
        yield made
    finally:
        made.remove()


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(f"the condition must come true within {seconds} s")


def _package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", HANDLER)
    return buffer.getvalue()
