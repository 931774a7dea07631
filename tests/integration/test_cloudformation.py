"""CloudFormation on the laptop: what a template says is what the services read back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

TEMPLATES = Path(__file__).parent / "templates"


class Stack:
    """A stack that is deployed through the API, without the CDK CLI."""

    def __init__(self, laptop: Any, name: str) -> None:
        self.laptop = laptop
        self.name = name
        self.api = laptop.client("cloudformation")

    def deploy(self, template: dict[str, Any], **parameters: str) -> str:
        """Create or update; return the final status."""
        arguments = {
            "StackName": self.name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        }
        try:
            self.api.create_stack(**arguments)
        except self.api.exceptions.AlreadyExistsException:
            self.api.update_stack(**arguments)
        return self.wait()

    def wait(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status: str = self.describe()["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)
        raise TimeoutError(f"{self.name} must end; got {self.describe()}")

    def describe(self) -> dict[str, Any]:
        described: dict[str, Any] = self.api.describe_stacks(StackName=self.name)["Stacks"][0]
        return described

    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.describe()["Outputs"]}

    def failures(self) -> str:
        events = self.api.describe_stack_events(StackName=self.name)["StackEvents"]
        return "\n".join(
            event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]
        )

    def delete(self) -> str:
        identifier = self.describe()["StackId"]
        self.api.delete_stack(StackName=self.name)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status: str = self.api.describe_stacks(StackName=identifier)["Stacks"][0]["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)
        raise TimeoutError(f"{self.name} must be deleted within a minute")


@pytest.fixture
def stack(laptop: Any, request: pytest.FixtureRequest) -> Iterator[Stack]:
    made = Stack(laptop, request.node.name.replace("_", "-").split("[")[0][:100])
    yield made
    try:
        made.delete()
    except ClientError as error:
        if "does not exist" not in str(error):
            raise


def template(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((TEMPLATES / name).read_text())
    return loaded


def resources(**definitions: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": definitions}


def test_every_property_of_the_emulators_types_reads_back_and_all_of_it_can_be_deleted(stack: Stack) -> None:
    # The deployment itself compares each resource with its template; see laptop.emulator.cloudformation.readback.
    assert stack.deploy(template("emulator_types.yaml")) == "CREATE_COMPLETE", stack.failures()
    rules = stack.laptop.client("s3").get_bucket_lifecycle_configuration(Bucket="everything")["Rules"]
    assert {rule["ID"]: rule["Status"] for rule in rules} == {
        "archive": "Enabled",
        "markers": "Disabled",
        "old": "Enabled",
    }
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()


def test_our_types_create_update_and_delete_what_their_services_show(stack: Stack) -> None:
    own = template("own_types.yaml")
    assert stack.deploy(own, Description="first") == "CREATE_COMPLETE", stack.failures()
    before = stack.outputs()
    assert stack.deploy(own, Description="second", BudgetAmount="250") == "UPDATE_COMPLETE", stack.failures()
    laptop = stack.laptop
    assert laptop.client("glue").get_workflow(Name="own")["Workflow"]["Description"] == "second"
    budget = laptop.client("budgets").describe_budget(AccountId="000000000000", BudgetName="own")["Budget"]
    assert float(budget["BudgetLimit"]["Amount"]) == 250
    alarm = laptop.client("cloudwatch").describe_alarms(AlarmNames=["own"], AlarmTypes=["CompositeAlarm"])
    assert alarm["CompositeAlarms"][0]["AlarmDescription"] == "second"
    # A changed description replaces a named query and leaves a trail in place.
    assert stack.outputs()["NamedQueryId"] != before["NamedQueryId"]
    assert stack.outputs()["TrailArn"] == before["TrailArn"]
    assert len(laptop.client("athena").list_named_queries(WorkGroup="own")["NamedQueryIds"]) == 1
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
    assert "own" not in [trail["Name"] for trail in laptop.client("cloudtrail").list_trails()["Trails"]]
    assert "/own/flows" not in str(laptop.client("ec2").describe_flow_logs()["FlowLogs"])
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        laptop.client("glue").get_workflow(Name="own")


def test_a_property_that_a_later_template_lacks_is_removed(stack: Stack) -> None:
    bucket: dict[str, Any] = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "shrinking",
            "Tags": [{"Key": "owner", "Value": "data"}],
            "LifecycleConfiguration": {"Rules": [{"Id": "old", "Status": "Enabled", "ExpirationInDays": 3}]},
        },
    }
    assert stack.deploy(resources(Bucket=bucket)) == "CREATE_COMPLETE", stack.failures()
    del bucket["Properties"]["Tags"], bucket["Properties"]["LifecycleConfiguration"]
    assert stack.deploy(resources(Bucket=bucket)) == "UPDATE_COMPLETE", stack.failures()
    s3 = stack.laptop.client("s3")
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket="shrinking")
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket="shrinking")


def test_fails_and_rolls_back_when_a_property_would_be_dropped(stack: Stack) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "rolled-back"}}
    bucket = {
        "Type": "AWS::S3::Bucket",
        "DependsOn": "Queue",
        "Properties": {"BucketName": "dropped", "MetricsConfigurations": [{"Id": "EntireBucket"}]},
    }
    assert stack.deploy(resources(Queue=queue, Bucket=bucket)) == "ROLLBACK_COMPLETE"
    assert "the emulator dropped MetricsConfigurations.Id=EntireBucket" in stack.failures()
    assert "rolled-back" not in str(stack.laptop.client("sqs").list_queues().get("QueueUrls", []))
    assert "dropped" not in [bucket["Name"] for bucket in stack.laptop.client("s3").list_buckets()["Buckets"]]


def test_fails_for_a_property_that_our_type_does_not_implement(stack: Stack) -> None:
    address = {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc", "PublicIpv4Pool": "amazon"}}
    assert stack.deploy(resources(Address=address)) == "ROLLBACK_COMPLETE"
    assert "AWS::EC2::EIP must use properties that the laptop implements" in stack.failures()
    assert stack.laptop.client("ec2").describe_addresses()["Addresses"] == []


def test_fails_back_to_the_old_properties_when_an_update_fails(stack: Stack) -> None:
    workflow: dict[str, Any] = {"Type": "AWS::Glue::Workflow", "Properties": {"Name": "steady", "Description": "old"}}
    assert stack.deploy(resources(Workflow=workflow)) == "CREATE_COMPLETE", stack.failures()
    workflow["Properties"]["Description"] = "new"
    broken = {"Type": "AWS::EC2::EIP", "DependsOn": "Workflow", "Properties": {"Nonsense": "x"}}
    assert stack.deploy(resources(Workflow=workflow, Broken=broken)) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.laptop.client("glue").get_workflow(Name="steady")["Workflow"]["Description"] == "old"


def test_a_change_set_that_only_adds_an_export_is_executed(stack: Stack) -> None:
    template = resources(Bucket={"Type": "AWS::S3::Bucket"})
    assert stack.deploy(template) == "CREATE_COMPLETE", stack.failures()
    template["Outputs"] = {"Name": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "an-export"}}}
    arguments = {"StackName": stack.name, "ChangeSetName": "outputs"}
    stack.api.create_change_set(**arguments, TemplateBody=json.dumps(template), ChangeSetType="UPDATE")
    stack.api.execute_change_set(**arguments)
    assert stack.wait() == "UPDATE_COMPLETE"
    assert "an-export" in [export["Name"] for export in stack.api.list_exports()["Exports"]]


def test_fails_to_make_a_change_set_of_nothing(stack: Stack) -> None:
    template = resources(Bucket={"Type": "AWS::S3::Bucket"})
    assert stack.deploy(template) == "CREATE_COMPLETE", stack.failures()
    arguments = {"StackName": stack.name, "ChangeSetName": "nothing"}
    stack.api.create_change_set(**arguments, TemplateBody=json.dumps(template), ChangeSetType="UPDATE")
    described = stack.api.describe_change_set(**arguments)
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")


@pytest.mark.parametrize("name", ["AWS::Redshift::Cluster", "AWS::MSK::Cluster", "AWS::Made::Up"])
def test_fails_before_anything_is_created_for_a_type_that_nobody_vouches_for(laptop: Any, name: str) -> None:
    body = json.dumps(resources(Bucket={"Type": "AWS::S3::Bucket"}, Thing={"Type": name}))
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        laptop.client("cloudformation").create_stack(StackName="unknown-type", TemplateBody=body)


def test_whoever_looks_right_after_a_change_set_or_a_deletion_finds_it_done(laptop: Any) -> None:
    api, name = laptop.client("cloudformation"), "looked-at-once"
    body = json.dumps({"Resources": {"Team": {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": name}}}})
    made = api.create_change_set(StackName=name, ChangeSetName="one", ChangeSetType="CREATE", TemplateBody=body)
    api.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 0.1})
    api.execute_change_set(StackName=name, ChangeSetName="one")
    assert api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    api.delete_stack(StackName=made["StackId"])
    assert api.describe_stacks(StackName=made["StackId"])["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"


def test_a_refusal_does_not_wait_for_a_stack_under_review(laptop: Any) -> None:
    api, name = laptop.client("cloudformation"), "under-review"
    body = json.dumps({"Resources": {"Team": {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": name}}}})
    api.create_change_set(StackName=name, ChangeSetName="one", ChangeSetType="CREATE", TemplateBody=body)
    assert api.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    began = time.monotonic()
    with pytest.raises(ClientError, match="ChangeSetNotFound"):
        api.execute_change_set(StackName=name, ChangeSetName="none")
    # Answers are held for twenty.
    assert time.monotonic() - began < 10
    api.delete_stack(StackName=name)
