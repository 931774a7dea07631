"""The output folder of a job: `<S3OutputPath>/<job name>/`.

| path | what |
|---|---|
| `annotations/worker-response/iteration-<n>/<object>/<time>.json` | the answers about one object, with who and when |
| `annotations/consolidated-annotation/consolidation-request/iteration-<n>/<time>.json` | for the post-annotation function |
| `annotations/consolidated-annotation/consolidation-response/iteration-<n>/<time>.json` | what it returned |
| `annotations/intermediate/<n>/annotations.json` | the lines of the batch |
| `manifests/output/output.manifest` | all lines, written anew after each batch |

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
"""  # noqa: E501

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from laptop.emulator import clients
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import manifest, records

_WRITERS = 8


class Output:
    """Writes below the output folder of one job."""

    def __init__(self, job: Json) -> None:
        self._request = job["request"]
        self._bucket, prefix = split_uri(self._request["OutputConfig"]["S3OutputPath"])
        self._folder = f"{prefix.rstrip('/')}/{job['name']}".lstrip("/")
        key = self._request["OutputConfig"].get("KmsKeyId")
        self._encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}

    def uri(self, path: str) -> str:
        return f"s3://{self._bucket}/{self._folder}/{path}"

    def write(self, path: str, content: bytes) -> str:
        """Write an object and return its address."""
        key = f"{self._folder}/{path}"
        clients.client("s3").put_object(Bucket=self._bucket, Key=key, Body=content, **self._encryption)
        return self.uri(path)

    def write_json(self, path: str, document: Any) -> str:
        return self.write(path, _encoded(json.dumps(document, ensure_ascii=False)))

    def worker_responses(self, batch: Iterable[Json], iteration: int, stamp: str) -> None:
        """Write the answers about each object."""
        s3 = clients.client("s3")

        def write(found: Json) -> None:
            path = f"annotations/worker-response/iteration-{iteration}/{found['id']}/{stamp}.json"
            body = _encoded(json.dumps(responses(found), ensure_ascii=False))
            s3.put_object(Bucket=self._bucket, Key=f"{self._folder}/{path}", Body=body, **self._encryption)

        with ThreadPoolExecutor(_WRITERS) as writers:
            list(writers.map(write, batch))

    def manifest(self, path: str, objects: Iterable[Json]) -> str:
        created = isoformat(time.time())
        lines = [manifest.output_line(found, self._request, created) for found in objects]
        return self.write(path, _encoded("".join(f"{line}\n" for line in lines)))


def _encoded(text: str) -> bytes:
    """Write half a character, which an escape of an answer or a manifest can hold, as a question mark, as Java does."""
    return text.encode(errors="replace")


def output_uri(job: Json) -> str:
    return Output(job).uri("manifests/output/output.manifest")


def begin_batch(job_name: str) -> str:
    """Return the time for the names of a batch's files: its own, and the same again if the batch was cut off."""
    job = records.find(job_name)
    stamp = job["stamp"] if job["writing"] else max(int(time.time()), job["stamp"] + 1)
    records.change(job_name, stamp=stamp, writing=True)
    return time.strftime("%Y-%m-%d_%H:%M:%S", time.gmtime(stamp))


def end_batch(job_name: str) -> None:
    records.change(job_name, writing=False)


def isoformat(seconds: float) -> str:
    """Return a time as in `creation-date`: UTC, without saying so."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def responses(found: Json) -> Json:
    """Return the answers about an object, as worker-response shows them."""
    return {"answers": [_response(answer) for answer in found["answers"]]}


def _response(answer: Json) -> Json:
    worker = answer["worker"]
    return {
        "acceptanceTime": _milliseconds(answer["accepted"]),
        "answerContent": answer["content"],
        "submissionTime": _milliseconds(answer["submitted"]),
        "timeSpentInSeconds": round(answer["submitted"] - answer["accepted"], 3),
        "workerId": worker["id"],
        "workerMetadata": {
            "identityData": {"identityProviderType": "Cognito", "issuer": worker["issuer"], "sub": worker["sub"]}
        },
    }


def _milliseconds(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
