"""Simulated workers: a crowd answers the tasks of the jobs that it is meant for, besides people at the portal.

A crowd is a file `crowds/<name>.json` in the folder of the laptop's services (`.lake/data/services/`), written by
`laptop.crowds`; it may come after the job has begun:

| member | meaning |
|---|---|
| `jobs` | names of jobs, with `*` |
| `truth` | address of the truths in S3: JSON lines with `source` or `source-ref` and `truth` |
| `seed` | a number |
| `workers` | see `simulation` |
| `speed` | by how much faster the time limits of these jobs run out than the request says (1); read when a job begins |

Nothing outside this folder knows of it: jobs without a crowd wait for people.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import logging
import random
import time
import uuid
from typing import Any

from laptop.emulator import clients
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import records, simulation, task_rules, tasks, teams

logger = logging.getLogger("laptop.sagemaker")

_POLL_SECONDS = 0.05
_LOOK_SECONDS = 0.5


def find(job: str) -> Json | None:
    """Return the crowd of a job, or None."""
    folder = clients.state_dir() / "crowds"
    for file in sorted(folder.glob("*.json")):
        crowd: Json = json.loads(file.read_text(encoding="utf-8"))
        if fnmatch.fnmatchcase(job, crowd["jobs"]):
            return crowd
    return None


def speed(job: str) -> float:
    return float((find(job) or {}).get("speed", 1))


def attend(job: str) -> None:
    """Let the crowd of a job work, on a thread, until the job ends."""
    clients.background(_attend, job)


def _attend(name: str) -> None:
    crowd = None
    while records.find(name)["status"] == "InProgress":
        crowd = crowd or find(name)
        if crowd is None:
            time.sleep(_LOOK_SECONDS)
            continue
        if not Crowd(name, crowd).work():
            return


class Crowd:
    """The workers of one job."""

    def __init__(self, name: str, document: Json) -> None:
        self._name = name
        self._document = document
        request = records.find(name)["request"]
        self._truths = _truths(document["truth"]) if document.get("truth") else {}
        self._form = simulation.form_of(_read(request["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"]).decode())
        self._classes = records.find(name)["categories"]
        self._issuer = teams.issuer(request["HumanTaskConfig"]["WorkteamArn"])
        self._people = [self._person(worker) for worker in document["workers"]]
        self._lapsed: dict[tuple[str, str], int] = {}
        self._orders: dict[str, list[str]] = {}

    def work(self) -> bool:
        """Answer tasks until the job ends; false if the crowd is of no use for it."""
        try:
            while records.find(self._name)["status"] == "InProgress":
                if not self._round():
                    time.sleep(_POLL_SECONDS)
        except ValueError:
            logger.exception("the crowd of labeling job %s cannot work; its tasks wait for people", self._name)
            return False
        return True

    def _round(self) -> int:
        """Go through the open tasks once; return how many were touched."""
        touched = 0
        for worker, person in zip(self._document["workers"], self._people, strict=True):
            for object_id in tasks.offered(self._name, person.id):
                if self._is_for(person, object_id):
                    touched += self._do(worker, person, object_id)
        return touched

    def _is_for(self, person: task_rules.Worker, object_id: str) -> bool:
        """Tell whether a worker is to take a task: the seed says who sees it first, then come the others."""
        if (object_id, person.name) in self._lapsed:
            return not any(
                object_id in tasks.offered(self._name, other.id) for other in self._people if other != person
            )
        return self._rank(object_id, person) < self._needed(object_id)

    def _needed(self, object_id: str) -> int:
        return len(self._people) if self._late(object_id) else records.workers_of(self._name)

    def _late(self, object_id: str) -> bool:
        """Tell whether some of those who should answer did not: then anybody may."""
        return any(lapsed == object_id for lapsed, _ in self._lapsed)

    def _rank(self, object_id: str, person: task_rules.Worker) -> int:
        order = self._orders.get(object_id)
        if order is None:
            names = (other.name for other in self._people)
            order = self._orders[object_id] = sorted(names, key=lambda name: _digest(self._seed, object_id, name))
        return order.index(person.name)

    def _do(self, worker: Json, person: task_rules.Worker, object_id: str) -> int:
        again = self._lapsed.get((object_id, person.name), 0)
        chance = random.Random(_digest(self._seed, self._source(object_id), person.name, again))  # noqa: S311
        try:
            taken = tasks.claim(self._name, object_id, person)
            what = simulation.behaviour(worker, chance)
            if what in {simulation.LAPSE, simulation.DECLINE}:
                self._lapsed[object_id, person.name] = again + 1
            if what == simulation.DECLINE:
                tasks.decline(self._name, object_id, person.id)
            elif what == simulation.MALFORMED:
                tasks.submit(self._name, taken.object_id, person.id, simulation.nonsense(chance))
            elif what == simulation.ANSWER:
                truth = self._truths.get(self._source(object_id))
                given = simulation.answer(worker, truth, self._form, self._classes, chance)
                tasks.submit(self._name, object_id, person.id, given)
        except tasks.TaskGoneError:
            return 0
        return 1

    @property
    def _seed(self) -> Any:
        return self._document.get("seed", 0)

    def _source(self, object_id: str) -> str:
        return tasks.source(self._name, object_id)

    def _person(self, worker: Json) -> task_rules.Worker:
        sub = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._issuer}/{worker['name']}"))
        return teams.member(worker["name"], sub, self._issuer)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _truths(uri: str) -> dict[str, Any]:
    entries = [json.loads(line) for line in _read(uri).decode().splitlines()]
    return {entry.get("source") or entry["source-ref"]: entry["truth"] for entry in entries}


def _read(uri: str) -> bytes:
    bucket, key = split_uri(uri)
    content: bytes = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
