from __future__ import annotations

import json
from typing import Any

import pytest

from laptop.emulator import clients
from laptop.emulator.sagemaker.output import Output

JOB = {
    "name": "job",
    "request": {
        "LabelingJobName": "job",
        "LabelAttributeName": "label",
        "OutputConfig": {"S3OutputPath": "s3://lake/out"},
    },
}


class FakeS3:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, **request: Any) -> None:
        self.objects[request["Key"]] = request["Body"]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> FakeS3:
    fake = FakeS3()
    monkeypatch.setattr(clients, "client", lambda _service: fake)
    return fake


def test_half_a_character_in_an_answer_or_a_manifest_does_not_end_a_job(s3: FakeS3) -> None:
    half = "\ud83d"
    worker = {"id": "w", "issuer": "i", "sub": "s"}
    answer = {"worker": worker, "accepted": 1.0, "submitted": 2.0, "content": {"note": f"é{half}"}}
    labeled = {"state": "labeled", "line": json.dumps({"source": half}), "label": {"label": 1}}
    output = Output(JOB)
    output.worker_responses([{"id": "1", "answers": [answer]}], 1, "now")
    output.manifest("output.manifest", [labeled])
    first, second = (json.loads(body) for body in s3.objects.values())
    assert first["answers"][0]["answerContent"] == {"note": "é?"}
    assert second == {"source": "?", "label": 1}
