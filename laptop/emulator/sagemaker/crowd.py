"""Simulated workers: a crowd answers the tasks of the jobs that it is meant for, besides people at the portal.

A crowd is a file `crowds/<name>.json` in the folder of the laptop's services (`.lake/data/services/`), written by
`laptop.crowds`; it may come after the job has begun:

| member | meaning |
|---|---|
| `jobs` | names of jobs, with `*` |
| `truth` | address of the truths in S3: JSON lines with `source` or `source-ref` and `truth`; only objects with a truth are answered. Spammers need none |
| `seed` | a number |
| `workers` | see `simulation` |
| `speed` | by how much faster the time limits of these jobs run out than the request says (1); read when a job begins |

Several crowds may work on a job. Nothing outside this folder knows of it: jobs without a crowd wait for people.
"""  # noqa: E501

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


def matching(job: str) -> dict[str, Json]:
    """Return the crowds of a job by name."""
    found = {}
    for file in sorted((clients.state_dir() / "crowds").glob("*.json")):
        crowd: Json = json.loads(file.read_text(encoding="utf-8"))
        if fnmatch.fnmatchcase(job, crowd["jobs"]):
            found[file.stem] = crowd
    return found


def speed(job: str) -> float:
    return max((float(crowd.get("speed", 1)) for crowd in matching(job).values()), default=1.0)


def attend(job: str) -> None:
    """Let the crowds of a job work, each on a thread, until the job ends."""
    clients.background(_attend, job)


def _attend(name: str) -> None:
    there: set[str] = set()
    while records.find(name)["status"] == "InProgress":
        for crowd_name, document in matching(name).items():
            if crowd_name not in there:
                there.add(crowd_name)
                clients.background(_work, name, document)
        time.sleep(_LOOK_SECONDS)


def _work(name: str, document: Json) -> None:
    try:
        crowd = Crowd(name, document)
        while records.find(name)["status"] == "InProgress":
            if not crowd.round():
                time.sleep(_POLL_SECONDS)
    except ValueError:
        logger.exception("a crowd of labeling job %s cannot work; its tasks wait for people", name)


class Crowd:
    """The workers of one job."""

    def __init__(self, name: str, document: Json) -> None:
        self._name = name
        self._document = document
        request = records.find(name)["request"]
        self._truths = _truths(document["truth"]) if document.get("truth") else None
        self._form = simulation.form_of(_read(request["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"]).decode())
        self._classes = records.find(name)["categories"]
        self._issuer = teams.issuer(request["HumanTaskConfig"]["WorkteamArn"])
        self._people = [self._person(worker) for worker in document["workers"]]
        self._lapsed: dict[tuple[str, str], int] = {}
        self._orders: dict[str, list[str]] = {}

    def round(self) -> int:
        """Go through the open tasks once; return how many were touched."""
        touched = 0
        for worker, person in zip(self._document["workers"], self._people, strict=True):
            for object_id in tasks.offered(self._name, person.id):
                if self._is_for(person, object_id):
                    touched += self._do(worker, person, object_id)
        return touched

    def _is_for(self, person: task_rules.Worker, object_id: str) -> bool:
        """Tell whether a worker is to take a task: the seed says who sees it first, then come the others."""
        if self._truths is not None and self._source(object_id) not in self._truths:
            return False
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
        source = self._source(object_id)
        chance = random.Random(_digest(self._seed, source, person.name, again))  # noqa: S311
        what = simulation.behaviour(worker, chance)
        content: Any = None
        if what == simulation.MALFORMED:
            content = simulation.nonsense(chance)
        elif what == simulation.ANSWER:
            truth = (self._truths or {}).get(source)
            content = simulation.answer(worker, truth, self._form, self._classes, chance)
        try:
            tasks.claim(self._name, object_id, person)
            if what in {simulation.ANSWER, simulation.MALFORMED}:
                tasks.submit(self._name, object_id, person.id, content)
            else:
                self._lapsed[object_id, person.name] = again + 1
            if what == simulation.DECLINE:
                tasks.decline(self._name, object_id, person.id)
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
