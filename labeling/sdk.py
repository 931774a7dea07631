"""Labeling jobs through the SageMaker SDK, from a workstation or a notebook.

https://sagemaker.readthedocs.io/en/stable/api/sagemaker_core.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lake_common.labeling.tasks import task_of

if TYPE_CHECKING:
    from sagemaker.core.resources import LabelingJob

    from smoke.lake import Lake

_OPEN = "OPEN"
_LEDGER, _FUNCTION = "LabelingLedgerTableName", "LabelingManifestFunctionName"


class LabelingError(ValueError):
    """What was asked cannot be done; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Labeling:
    """The labeling jobs of a deployed lake.

    A job that is ordered here is written down as the workflow does, so neither orders what the other has ordered; and
    the workflow's next run of the task brings its labels into the tables.
    """

    lake: Lake

    def order(self, task: str, source: Mapping[str, Any], *, request: str) -> LabelingJob:
        """Order the next job of a task.

        Parameters
        ----------
        source
            `{"prefix"}`, `{"job", "below"}` or `{"stream"}`, as the workflow takes them.
        request
            Name of the request, which the labels will carry.

        Raises
        ------
        LabelingError
            If the deployed checks refuse it, nothing is left to label, or a job of the task is open.
        """
        latest = self._latest(task)
        built = self._build(task, source, number=int(latest["number"]["N"]) + 1 if latest else 1)
        if not built["objects"] and not built["stream"]:
            raise LabelingError(f"nothing of {task} is left to label: {built['labeled_before']} objects have labels")
        self._record(task, built, latest, request)
        return _create(self.lake.session, built["arguments"])

    def job(self, name: str) -> LabelingJob:
        """Find a job: its status, counters and output; `refresh()` looks again, `wait()` until it has ended."""
        from sagemaker.core.resources import LabelingJob  # noqa: PLC0415 - it takes seconds to load

        task_of(name)
        found = LabelingJob.get(labeling_job_name=name, session=self.lake.session)
        assert found is not None
        return found

    def _build(self, task: str, source: Mapping[str, Any], *, number: int) -> dict[str, Any]:
        event = {"task": task, "source": source, "query": "none", "number": number}
        answer = self.lake.client("lambda").invoke(FunctionName=self._output(_FUNCTION), Payload=json.dumps(event))
        built: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise LabelingError(f"{built.get('errorType')}: {built.get('errorMessage')}")
        return built

    def _latest(self, task: str) -> dict[str, Any] | None:
        answer = self.lake.client("dynamodb").get_item(
            TableName=self._output(_LEDGER), Key=_key(task), ConsistentRead=True
        )
        item: dict[str, Any] | None = answer.get("Item")
        if item and item["status"]["S"] == _OPEN:
            name = item["name"]["S"]
            raise LabelingError(f"job {name} of {task} is open; run the workflow to bring its labels in first")
        return item

    def _record(self, task: str, built: Mapping[str, Any], latest: Mapping[str, Any] | None, request: str) -> None:
        """Write the job down before it is ordered, unless somebody else has meanwhile."""
        dynamodb = self.lake.client("dynamodb")
        item = {
            **_key(task),
            "number": {"N": str(int(latest["number"]["N"]) + 1 if latest else 1)},
            "name": {"S": built["name"]},
            "status": {"S": _OPEN},
            "request": {"S": request},
            "stream": {"BOOL": built["stream"]},
            "arguments": {"S": json.dumps(built["arguments"])},
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(#item)"}
        names = {"#item": "item"}
        if latest:
            names = {"#name": "name", "#status": "status"}
            values = {":name": latest["name"], ":open": {"S": _OPEN}}
            condition = {
                "ConditionExpression": "#name = :name AND #status <> :open",
                "ExpressionAttributeValues": values,
            }
        try:
            dynamodb.put_item(TableName=self._output(_LEDGER), Item=item, ExpressionAttributeNames=names, **condition)
        except dynamodb.exceptions.ConditionalCheckFailedException as error:
            raise LabelingError(f"another job of {task} was ordered meanwhile; try again") from error

    def _output(self, name: str) -> str:
        try:
            return self.lake.outputs[name]
        except KeyError:
            environment = self.lake.config.environment.name
            raise LabelingError(
                f"{environment} has no output {name}: deploy it with enabled = true under [labeling]"
            ) from None


def _create(session: Any, arguments: Mapping[str, Any]) -> LabelingJob:
    from sagemaker.core.resources import LabelingJob  # noqa: PLC0415 - it takes seconds to load

    job = LabelingJob.create(**sdk_arguments(arguments), session=session)
    assert job is not None
    return job


def sdk_arguments(value: Any) -> Any:
    """Write a request of the API as the SDK takes it, which spells names with underscores."""
    from sagemaker.core.utils.utils import pascal_to_snake  # noqa: PLC0415 - it takes seconds to load

    if isinstance(value, Mapping):
        return {pascal_to_snake(name): sdk_arguments(item) for name, item in value.items()}
    if isinstance(value, list):
        return [sdk_arguments(item) for item in value]
    return value


def _key(task: str) -> dict[str, Any]:
    return {"task": {"S": task}, "item": {"S": "job"}}
