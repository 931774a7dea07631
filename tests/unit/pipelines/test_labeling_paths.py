"""Every way through the labeling workflow, with its own functions and a crowd that sends a bill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lake_common.labeling.manifest import write
from moto import mock_aws

from tests.unit.pipelines.interpreter import Execution, StatesError
from tests.unit.pipelines.labeling_world import World

SPORTS = {"task": "sports", "source": {"prefix": "objects/sports/"}, "request": "monday"}


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws():
        world = World()
        world.put_images("a", "b", "c")
        yield world


def names(world: World) -> list[str]:
    return sorted(world.crowd.jobs)


def stop_at(world: World, number: int, *, after: bool) -> dict[str, Callable[[Any], Any]]:
    """Make tasks of which the one of a number is killed: before it does anything, or after, with its answer lost."""
    count = [0]

    def guarded(task: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def run(request: Any) -> Any:
            count[0] += 1
            if count[0] == number and not after:
                raise KeyboardInterrupt
            answer = task(request)
            if count[0] == number:
                raise KeyboardInterrupt
            return answer

        return run

    return {resource: guarded(task) for resource, task in world.replies.items()}


def kill(world: World, document: dict[str, Any], number: int, *, after: bool) -> bool:
    """Run until a task is killed; False if there are not so many."""
    working = world.replies
    world.replies = stop_at(world, number, after=after)
    try:
        world.run(document, "killed")
    except KeyboardInterrupt:
        return True
    finally:
        world.replies = working
    return False


def report(execution: Execution) -> Any:
    assert execution.failure is None, execution.failure
    return execution.output["report"]


def test_objects_of_a_folder_become_rows_of_the_table(world: World) -> None:
    execution = world.run(SPORTS)

    assert report(execution)["labeled"] == {"human": 3, "machine": 0, "duplicate": 0}
    assert execution.output["outcome"] == "SUCCEEDED"
    assert world.objects() == ["a", "b", "c"]
    row = world.table("labels")[0]
    assert (row["label"], row["labeled_by"], row["workers"]) == ("soccer", "human", 2)
    assert 0 < row["confidence"] < 1
    assert (row["task"], row["request"], row["agreement"]) == ("sports", "monday", 1.0)
    assert {answer["worker"] for answer in world.table("label_answers")} == {"w1", "w2"}


def test_message_tells_what_it_cost_and_how_good_it_is(world: World) -> None:
    world.run(SPORTS)

    (message,) = world.messages
    assert (message["outcome"], message["task"], message["request"]) == ("SUCCEEDED", "sports", "monday")
    # Three objects and six answers.
    assert message["report"]["estimated_cost_usd"] == 0.36
    confidences = [row["confidence"] for row in world.table("labels")]
    assert message["report"]["mean_confidence"] == pytest.approx(sum(confidences) / 3, abs=0.0001)


def test_what_is_labeled_is_not_labeled_again(world: World) -> None:
    world.run(SPORTS)
    world.put_images("d")

    world.run({**SPORTS, "request": "tuesday"}, "second")

    assert world.bill() == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert world.objects() == ["a", "b", "c", "d"]
    assert len(names(world)) == 2


def test_request_that_comes_twice_is_a_duplicate(world: World) -> None:
    world.run(SPORTS)
    world.put_images("d")

    assert world.run(SPORTS, "again").output["outcome"] == "DUPLICATE"
    assert world.bill() == {"a": 1, "b": 1, "c": 1}


def test_nothing_to_label_costs_nothing(world: World) -> None:
    world.run(SPORTS)

    execution = world.run({**SPORTS, "request": "tuesday"}, "second")

    assert execution.output == {"outcome": "NOTHING", "task": "sports", "labeled_before": 3}
    assert len(names(world)) == 1


def test_failed_and_expired_objects_go_into_the_next_manifest(world: World) -> None:
    world.crowd.unlabeled = {"s3://labeling/objects/sports/b.png"}
    first = world.run(SPORTS)
    assert (first.output["outcome"], report(first)["unlabeled"]) == ("INCOMPLETE", 1)
    assert report(first)["reasons"] == {"no worker answered in time": 1}
    world.crowd.unlabeled = set()

    world.run({**SPORTS, "request": "tuesday"}, "second")

    assert world.bill() == {"a": 1, "b": 1, "c": 1}
    assert world.objects() == ["a", "b", "c"]


@pytest.mark.parametrize("after", [False, True], ids=["before it acts", "before it answers"])
def test_run_that_is_killed_anywhere_and_comes_again_pays_once_and_loses_nothing(
    after: bool,
) -> None:
    number, killed = 1, True
    while killed:
        with mock_aws():
            world = World()
            world.put_images("a", "b", "c")
            killed = kill(world, SPORTS, number, after=after)
            again = world.run(SPORTS, "again")
            assert again.failure is None, f"task {number}: {again.failure}"
            assert world.bill() == {"a": 1, "b": 1, "c": 1}, f"killed at task {number}"
            assert world.objects() == ["a", "b", "c"], f"killed at task {number}"
            assert len(world.table("label_answers")) == 6
        number += 1
    assert number > 12


@pytest.mark.parametrize("request_", ["monday", "tuesday"])
def test_job_that_the_kill_stopped_halfway_keeps_its_labels_and_leaves_the_rest_to_another(
    world: World, request_: str
) -> None:
    def aborted(request: Any) -> Any:
        world.crowd.most = 2
        world.crowd.create(request)
        world.crowd.finish(request["LabelingJobName"], "Stopped")
        raise KeyboardInterrupt

    working = dict(world.replies)
    world.replies["sagemaker:createLabelingJob.sync"] = aborted
    with pytest.raises(KeyboardInterrupt):
        world.run(SPORTS, "killed")
    world.replies, world.crowd.most = working, 10**6

    again = world.run({**SPORTS, "request": request_}, "again")

    assert again.output["outcome"] == "SUCCEEDED"
    assert world.bill() == {"a": 1, "b": 1, "c": 1}
    assert world.objects() == ["a", "b", "c"]
    assert len(names(world)) == 2


def test_job_that_outlived_its_execution_is_waited_for(world: World) -> None:
    def left_alone(request: Any) -> Any:
        world.crowd.create(request)
        raise KeyboardInterrupt

    working = dict(world.replies)
    world.replies["sagemaker:createLabelingJob.sync"] = left_alone
    with pytest.raises(KeyboardInterrupt):
        world.run(SPORTS, "killed")
    looks = [0]

    def describe(request: Any) -> Any:
        looks[0] += 1
        if looks[0] == 25:
            world.crowd.finish(request["LabelingJobName"], "Completed")
        return working["aws-sdk:sagemaker:describeLabelingJob"](request)

    world.replies = {**working, "aws-sdk:sagemaker:describeLabelingJob": describe}

    assert world.run(SPORTS, "again").output["outcome"] == "SUCCEEDED"
    assert looks[0] == 25
    assert world.bill() == {"a": 1, "b": 1, "c": 1}


def test_only_one_execution_of_a_task_orders_jobs(world: World) -> None:
    assert kill(world, SPORTS, 6, after=True)
    world.alive.add("arn:aws:states:us-east-1:000000000000:execution:Pipeline:killed")

    second = world.run({**SPORTS, "request": "tuesday"}, "second")

    assert second.output["outcome"] == "BUSY"
    assert second.output["execution"].endswith(":killed")


def test_fails_when_the_job_fails_and_the_next_run_starts_another(world: World) -> None:
    world.crowd.status, world.crowd.most = "Failed", 1

    failed = world.run(SPORTS)

    assert failed.failure is not None
    assert failed.failure.error == "Labeling.JobFailed"
    assert "the role cannot read the manifest" in failed.failure.cause
    assert world.messages[-1]["runbook"] == "docs/runbook.md#a-labeling-job-failed"
    assert world.objects() == ["a"]
    world.crowd.status, world.crowd.most = "Completed", 10**6
    assert world.run(SPORTS, "again").output["outcome"] == "SUCCEEDED"
    assert world.bill() == {"a": 1, "b": 1, "c": 1}


def test_job_that_sagemaker_refuses_fails_with_its_reason_and_is_forgotten(world: World) -> None:
    def refuse(_: Any) -> Any:
        raise StatesError("SageMaker.AmazonSageMakerException", "ResourceLimitExceeded: 20 jobs run")

    working = world.replies["sagemaker:createLabelingJob.sync"]
    world.replies["sagemaker:createLabelingJob.sync"] = refuse
    refused = world.run(SPORTS)
    assert refused.failure is not None
    assert "ResourceLimitExceeded" in refused.failure.cause
    world.replies["sagemaker:createLabelingJob.sync"] = working

    assert world.run(SPORTS, "again").output["outcome"] == "SUCCEEDED"
    assert world.objects() == ["a", "b", "c"]


def test_objects_may_come_from_a_query(world: World) -> None:
    world.query_result = '"object","source"\n"mail/1","Cheap watches"\n"mail/2","Lunch at noon?"\n'

    execution = world.run({"task": "mail", "source": {"query": "select ..."}, "request": "monday"})

    assert report(execution)["objects"] == 2
    assert sorted(row["object"] for row in world.table("labels")) == ["mail/1", "mail/2"]


def test_labels_of_which_nobody_was_sure_are_verified_by_a_chained_job(world: World) -> None:
    world.run(SPORTS)
    (job,) = names(world)

    checked = world.run({"task": "sports-check", "source": {"job": job, "below": 0.95}, "request": "check"}, "check")

    assert report(checked)["objects"] == 3
    assert {row["task"] for row in world.table("labels")} == {"sports", "sports-check"}
    none = world.run({"task": "sports-check", "source": {"job": job, "below": 0.5}, "request": "more"}, "more")
    assert none.output["outcome"] == "NOTHING"


def test_stream_is_opened_once_and_read_whenever_it_is_asked_for(world: World) -> None:
    document = {"task": "mail", "source": {"stream": True}, "request": "open"}
    opened = world.run(document)
    assert opened.output["outcome"] == "STREAMING"
    (job,) = names(world)
    lines = [{"source": "Cheap watches", "lake-object": "mail/1", "mail": 0, "mail-metadata": {"class-name": "spam"}}]
    write_output(world, job, lines)

    read = world.run({**document, "request": "read"}, "second")

    assert read.output["outcome"] == "SUCCEEDED"
    assert [row["object"] for row in world.table("labels")] == ["mail/1"]
    lines.append({"source": "Lunch?", "lake-object": "mail/2", "mail": 1, "mail-metadata": {"class-name": "ham"}})
    write_output(world, job, lines)
    world.run({**document, "request": "read again"}, "third")
    assert sorted(row["object"] for row in world.table("labels")) == ["mail/1", "mail/2"]
    assert names(world) == [job]


def write_output(world: World, job: str, lines: list[dict[str, Any]]) -> None:
    key = f"jobs/mail/{job}/manifests/output/output.manifest"
    world.s3.put_object(Bucket="labeling", Key=key, Body=write(lines))
    world.crowd.jobs[job] |= {"output": f"s3://labeling/{key}", "counters": {"HumanLabeled": len(lines)}}


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({**SPORTS, "task": "chess"}, "Labeling.InvalidInput"),
        ({**SPORTS, "source": {}}, "Labeling.InvalidInput"),
        ({**SPORTS, "source": {"prefix": "a", "query": "b"}}, "Labeling.InvalidInput"),
        ({**SPORTS, "source": {"prefix": "a", "limit": 1}}, "Labeling.InvalidInput"),
        ({**SPORTS, "request": ""}, "Labeling.InvalidInput"),
        ({**SPORTS, "source": {"prefix": "jobs/"}}, "ManifestError"),
        ({**SPORTS, "source": {"stream": True}}, "ManifestError"),
    ],
    ids=["task", "no source", "two sources", "strange source", "no request", "folder", "no stream"],
)
def test_fails_on_bad_input_before_it_costs_anything(world: World, document: dict[str, Any], error: str) -> None:
    execution = world.run(document)

    assert execution.failure is not None
    assert execution.failure.error == error
    assert world.crowd.jobs == {}
