"""The emulator is killed while something is done with a stack: what was begun is finished, as CloudFormation does."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from laptop import aws, launcher
from laptop.state import Home
from tests.integration.pipeline_support import wait_for

# A custom resource that answers a request once a file is there, and with what the file says.
HANDLER = """
import json, os, time, urllib.request
def handler(event, context):
    asked = event["ResourceProperties"]
    gate = os.path.join(asked["Gates"], event["RequestType"] + "-" + asked["Description"])
    open(gate + ".asked", "w").close()
    while not os.path.exists(gate):
        time.sleep(0.05)
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": open(gate).read(), "PhysicalResourceId": "gate", "Reason": "as told"}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request)
"""
STACK = "interrupted"


class Interrupted:
    """A lake that is killed once a change of its stack is on disk."""

    def __init__(self, home: Home, gates: Path) -> None:
        self.home = home
        self.gates = gates
        launcher.up(home)

    def client(self, service: str) -> Any:
        return aws.client(self.home, launcher.require(self.home), service)

    def kill_during(self, request: str, change: Callable[[], Any]) -> None:
        """Begin a change, and kill the emulator while the custom resource has a request, e.g. `Create-one`."""

        def begin() -> None:
            with pytest.raises(BotoCoreError):  # its answer never comes
                change()

        asked = self.gates / f"{request}.asked"
        asked.unlink(missing_ok=True)
        thread = threading.Thread(target=begin)
        thread.start()
        wait_for(lambda: asked.exists() or None, f"the request {request}")
        # A write that was under way may know less.
        self._wait_for_a_write()
        self._wait_for_a_write()
        os.killpg(launcher.require(self.home).pid, signal.SIGKILL)
        wait_for(lambda: self.home.running() is None or None, "the emulator to be gone")
        thread.join()
        launcher.up(self.home)

    def _wait_for_a_write(self) -> None:
        state, began = self.home.data / "emulator" / "state.json", time.time_ns()

        def written() -> bool | None:
            self.descriptions()  # without requests the emulator has nothing to write
            return (state.exists() and state.stat().st_mtime_ns > began) or None

        wait_for(written, "the state on disk")

    def answer(self, request: str, status: str = "SUCCESS") -> None:
        """Let the custom resource answer a request, e.g. `Create-one`."""
        written = self.gates / f"{request}.written"
        written.write_text(status)
        written.rename(self.gates / request)

    def status(self) -> str:
        return str(self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])

    def execute(self, kind: str, description: str) -> None:
        """Deploy the stack as the CDK CLI does."""
        api, names = self.client("cloudformation"), {"StackName": STACK, "ChangeSetName": kind.lower()}
        api.create_change_set(**names, ChangeSetType=kind, TemplateBody=self.template(description))
        api.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 1})
        api.execute_change_set(**names)

    def template(self, description: str) -> str:
        code = {"Code": {"ZipFile": HANDLER}, "Handler": "index.handler", "Runtime": "python3.12", "Timeout": 120}
        function = {**code, "Role": "arn:aws:iam::000000000000:role/any"}
        gate = {"ServiceToken": {"Fn::GetAtt": "Function.Arn"}, "Gates": str(self.gates), "Description": description}
        resources: dict[str, Any] = {
            "First": {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": "first", "Description": description}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Gate": {"Type": "Custom::Gate", "Properties": gate, "DependsOn": "First"},
            "Last": {
                "Type": "AWS::Athena::WorkGroup",
                "Properties": {"Name": "last", "Description": description},
                "DependsOn": "Gate",
            },
        }
        outputs = {"Last": {"Value": {"Ref": "Last"}, "Export": {"Name": "last"}}}
        return json.dumps({"Resources": resources, "Outputs": outputs})

    def descriptions(self) -> dict[str, str]:
        groups = self.client("athena").list_work_groups()["WorkGroups"]
        return {group["Name"]: group["Description"] for group in groups if group["Name"] in {"first", "last"}}

    def change_set(self, kind: str) -> str:
        names = {"StackName": STACK, "ChangeSetName": kind.lower()}
        return str(self.client("cloudformation").describe_change_set(**names)["ExecutionStatus"])


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Interrupted]:
    monkeypatch.setenv("LAKE_STATE_SECONDS", "0.2")
    home = Home(tmp_path / "lake")
    gates = tmp_path / "gates"
    gates.mkdir()
    yield Interrupted(home, gates)
    launcher.down(home)


def test_a_creation_an_update_and_a_deletion_go_on_after_a_kill(lake: Interrupted) -> None:
    lake.kill_during("Create-one", lambda: lake.execute("CREATE", "one"))
    assert lake.descriptions() == {"first": "one"}
    lake.answer("Create-one")
    assert lake.status() == "CREATE_COMPLETE"
    assert lake.descriptions() == {"first": "one", "last": "one"}
    assert lake.change_set("CREATE") == "EXECUTE_COMPLETE"
    assert [export["Value"] for export in lake.client("cloudformation").list_exports()["Exports"]] == ["last"]

    lake.kill_during("Update-two", lambda: lake.execute("UPDATE", "two"))
    assert lake.descriptions() == {"first": "two", "last": "one"}
    lake.answer("Update-two")
    assert lake.status() == "UPDATE_COMPLETE"
    assert lake.descriptions() == {"first": "two", "last": "two"}
    assert lake.change_set("UPDATE") == "EXECUTE_COMPLETE"

    lake.kill_during("Delete-two", lambda: lake.client("cloudformation").delete_stack(StackName=STACK))
    assert lake.descriptions() == {"first": "two"}
    lake.answer("Delete-two")
    assert lake.client("cloudformation").describe_stacks()["Stacks"] == []
    assert lake.descriptions() == {}
    assert lake.client("cloudformation").list_exports()["Exports"] == []


def test_what_fails_after_a_kill_is_rolled_back_and_can_be_deployed_again(lake: Interrupted) -> None:
    lake.kill_during("Create-one", lambda: lake.execute("CREATE", "one"))
    lake.answer("Create-one", "FAILED")
    # The CDK CLI deletes a stack in this state, and creates it again.
    assert lake.status() == "ROLLBACK_FAILED"
    assert lake.change_set("CREATE") == "EXECUTE_FAILED"
    lake.client("cloudformation").delete_stack(StackName=STACK)
    assert lake.descriptions() == {}
    lake.answer("Create-one")
    lake.execute("CREATE", "one")
    assert lake.status() == "CREATE_COMPLETE"

    lake.answer("Update-two", "FAILED")
    lake.kill_during("Update-one", lambda: lake.execute("UPDATE", "two"))
    lake.answer("Update-one")
    assert lake.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert lake.descriptions() == {"first": "one", "last": "one"}
    template = lake.client("cloudformation").get_template(StackName=STACK)["TemplateBody"]
    assert template["Resources"]["First"]["Properties"]["Description"] == "one"
