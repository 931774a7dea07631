"""The worker portal of this emulator: its tasks are those of `tasks`, its workers members of the private workforce.

On AWS a worker signs in through Cognito; here a worker is whoever gives a name. The same name is the same worker.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from typing import Any

from laptop.emulator import clients
from laptop.emulator.registry import Json, ServiceError, on_start, on_stop
from laptop.emulator.sagemaker import batches, objects, records, task_rules, tasks, teams, templates
from laptop.emulator.sagemaker.service import readable
from laptop.portal import desk
from laptop.portal.desk import Task, TaskBrokenError, Work
from laptop.portal.server import Portal

# After the emulator's own port, so that two lakes rarely look at the same ones.
_PORTS = 100
_running: list[Portal] = []


class Desk:
    """Gives the tasks of labeling jobs to people."""

    def members(self) -> list[str]:
        cognito = clients.client("cognito-idp")
        groups = {
            (member["UserPool"], member["UserGroup"])
            for _, team in teams.STORE.items()
            for member in (each["CognitoMemberDefinition"] for each in team["MemberDefinitions"])
        }
        users = [
            user["Username"]
            for pool, group in sorted(groups)
            for user in cognito.list_users_in_group(UserPoolId=pool, GroupName=group)["Users"]
        ]
        return sorted(set(users))

    def jobs(self, worker: str) -> list[Work]:
        return [_work(job, worker) for job in records.all_jobs() if job["status"] == "InProgress"]

    def job(self, name: str, worker: str) -> Work:
        return _work(_find(name), worker)

    def claim(self, job: str, worker: str) -> Task | None:
        record = _find(job)
        if record["status"] != "InProgress":
            return None
        person = _person(record, worker)
        with objects.lock:
            held = _held(job, person)
            if held is None:
                taken = tasks.claim_next(job, person)
                return Task(job, taken.object_id, taken.until) if taken else None
        return Task(job, held["id"], held["claims"][person.id]["until"])

    def page(self, job: str, task: str, worker: str) -> str:
        record = _find(job)
        found = _held(job, _person(record, worker))
        if found is None or found["id"] != task:
            raise desk.TaskGoneError("This task is not yours any more.")
        template = _read(record["request"]["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"])
        try:
            return templates.render(template, found["input"], readable)
        except templates.TemplateError as error:
            raise TaskBrokenError(f"The template of this job cannot be shown: {error}") from error

    def submit(self, job: str, task: str, worker: str, content: Any) -> None:
        with _explained():
            tasks.submit(job, task, _person(_find(job), worker).id, content)

    def give_back(self, job: str, task: str, worker: str, *, decline: bool) -> None:
        give = tasks.decline if decline else tasks.release
        with _explained():
            give(job, task, _person(_find(job), worker).id)


class _explained:  # noqa: N801 (used like a function)
    """Says in a worker's words that a task is gone."""

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, tasks.TaskGoneError):
            raise desk.TaskGoneError("This task is not yours any more: its time is up, or the job is over.") from error


def _find(job: str) -> Json:
    try:
        return records.find(job)
    except ServiceError as error:
        raise desk.TaskGoneError(f"There is no job {job} any more.") from error


def _person(job: Json, name: str) -> task_rules.Worker:
    issuer = teams.issuer(job["request"]["HumanTaskConfig"]["WorkteamArn"])
    # The identity of simulated workers is made in the same way: one name, one worker.
    return teams.member(name, str(uuid.uuid5(uuid.NAMESPACE_URL, f"{issuer}/{name}")), issuer)


def _held(job: str, person: task_rules.Worker) -> Json | None:
    """Return the object of which a worker has the task."""
    now = time.time()
    for found in objects.of(job).values():
        claim = found["claims"].get(person.id)
        if found["state"] == task_rules.OPEN and claim and claim["until"] > now:
            return found
    return None


def _work(job: Json, worker: str) -> Work:
    task = job["request"]["HumanTaskConfig"]
    counted = batches.counters(objects.of(job["name"]).values())
    running = job["status"] == "InProgress"
    return Work(
        name=job["name"],
        title=task["TaskTitle"],
        description=task["TaskDescription"],
        keywords=task.get("TaskKeywords", []),
        offered=len(tasks.offered(job["name"], _person(job, worker).id)) if running else 0,
        labeled=counted["TotalLabeled"],
        total=counted["TotalLabeled"] + counted["Unlabeled"] + counted["FailedNonRetryableError"],
        running=running,
    )


def _read(uri: str) -> str:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content: bytes = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content.decode("utf-8")


@on_start
def start() -> None:
    """Serve the portal, and tell where."""
    port = int(os.environ["GATEWAY_PORT"])
    portal = Portal(Desk(), clients.endpoint(), range(port + 1, port + 1 + _PORTS))
    _running.append(portal)
    unfinished = clients.state_dir() / "portal.new"
    unfinished.write_text(json.dumps({"url": portal.origin}), encoding="utf-8")
    unfinished.replace(clients.state_dir() / "portal.json")


@on_stop
def stop() -> None:
    for portal in _running:
        portal.close()
    (clients.state_dir() / "portal.json").unlink(missing_ok=True)
