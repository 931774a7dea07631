"""The laptop's emulator starts once, keeps its state, listens on loopback only, and stops."""

from __future__ import annotations

import io
import json
import os
import signal
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from laptop import aws, cli, launcher
from laptop.launcher import LaptopError
from laptop.sockets import listeners
from laptop.state import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "lake")
    yield made
    launcher.down(made)


def test_up_is_idempotent_and_the_port_is_kept_after_down(home: Home) -> None:
    first = launcher.up(home)
    assert launcher.up(home) == first
    assert launcher.down(home)
    assert not launcher.down(home)
    assert launcher.up(home).port == first.port


def test_only_the_emulator_and_its_portal_listen_and_on_loopback_only(laptop: Any) -> None:
    # The portal starts once the emulator serves.
    deadline = time.monotonic() + 30
    while len(addresses := {str(each) for each in listeners(laptop.run.pid)}) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert f"tcp 127.0.0.1:{laptop.run.port}" in addresses
    assert len(addresses) == 2
    assert all(address.startswith("tcp 127.0.0.1:") for address in addresses)


def test_two_lakes_on_one_machine_share_nothing(laptop: Any, home: Home) -> None:
    other = launcher.up(home)
    assert (other.port, other.pid) != (laptop.run.port, laptop.run.pid)
    assert home.access_key != laptop.home.access_key
    aws.client(home, other, "s3").create_bucket(Bucket="only-here")
    assert "only-here" not in [bucket["Name"] for bucket in laptop.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize("way", ["down", "killed"])
def test_state_survives_a_restart(home: Home, way: str) -> None:
    run = launcher.up(home)
    identifiers = _fill(home, run)
    if way == "killed":
        # The emulator writes its state at intervals; see laptop.emulator.checkpoints.
        time.sleep(3)
        _kill(home, run)
    else:
        launcher.down(home)
    run = launcher.up(home)

    def client(service: str) -> Any:
        return aws.client(home, run, service)

    assert client("s3").get_object(Bucket="kept", Key="a/b.txt")["Body"].read() == b"hello"
    assert client("cloudformation").describe_stacks(StackName="kept")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    table = client("glue").get_table(DatabaseName="kept", Name="kept")["Table"]
    assert table["StorageDescriptor"]["Location"] == "s3://kept/a/"
    settings = client("glue").get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    assert settings == identifiers["settings"]
    query = client("athena").get_named_query(NamedQueryId=identifiers["query"])["NamedQuery"]
    assert query["QueryString"] == "select 1"
    mapping = client("lambda").get_event_source_mapping(UUID=identifiers["mapping"])
    assert mapping["EventSourceArn"].endswith(":kept")


def _kill(home: Home, run: Any) -> None:
    os.killpg(run.pid, signal.SIGKILL)
    while home.running():
        time.sleep(0.05)


def test_what_a_killed_process_created_is_no_obstacle_to_creating_it_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": "team"}}
    statement = {"StatementName": "one", "WorkGroup": {"Ref": "Team"}, "QueryStatement": "select 1"}
    body = json.dumps(
        {"Resources": {"Team": team, "One": {"Type": "AWS::Athena::PreparedStatement", "Properties": statement}}}
    )
    # The stack is never written.
    monkeypatch.setenv("LAKE_STATE_SECONDS", "600")
    run = launcher.up(home)
    _deploy(home, run, body)
    _kill(home, run)
    monkeypatch.setenv("LAKE_STATE_SECONDS", "0.1")
    run = launcher.up(home)
    with pytest.raises(ClientError, match="does not exist"):
        aws.client(home, run, "cloudformation").describe_stacks(StackName="killed")
    assert aws.client(home, run, "athena").list_prepared_statements(WorkGroup="team")["PreparedStatements"]
    _deploy(home, run, body)
    # What was written since is the stack's, and stays.
    time.sleep(3)
    _kill(home, run)
    stack = aws.client(home, launcher.up(home), "cloudformation").describe_stacks(StackName="killed")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_what_is_told_of_an_object_survives_a_kill_like_the_object(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKE_STATE_SECONDS", "600")
    run = launcher.up(home)
    s3, sqs = (aws.client(home, run, service) for service in ("s3", "sqs"))
    s3.create_bucket(Bucket="told")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    wanted = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="told", NotificationConfiguration=wanted)
    launcher.down(home)

    run = launcher.up(home)
    aws.client(home, run, "s3").put_object(Bucket="told", Key="object", Body=b"1")
    _kill(home, run)
    sqs = aws.client(home, launcher.up(home), "sqs")
    messages: list[str] = []
    deadline = time.monotonic() + 60
    while not any('"object"' in body for body in messages) and time.monotonic() < deadline:
        messages += [each["Body"] for each in sqs.receive_message(QueueUrl=queue).get("Messages", [])]
        time.sleep(0.05)
    assert any('"key": "object"' in body or '"key":"object"' in body for body in messages)


def _deploy(home: Home, run: Any, body: str) -> None:
    api = aws.client(home, run, "cloudformation")
    api.create_stack(StackName="killed", TemplateBody=body)
    api.get_waiter("stack_create_complete").wait(StackName="killed", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})


def _fill(home: Home, run: Any) -> dict[str, Any]:
    def client(service: str) -> Any:
        return aws.client(home, run, service)

    client("s3").create_bucket(Bucket="kept")
    client("s3").put_object(Bucket="kept", Key="a/b.txt", Body=b"hello")
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept"}}}}
    client("cloudformation").create_stack(StackName="kept", TemplateBody=json.dumps(template))
    client("cloudformation").get_waiter("stack_create_complete").wait(StackName="kept", WaiterConfig={"Delay": 1})
    client("glue").create_database(DatabaseInput={"Name": "kept"})
    client("glue").create_table(
        DatabaseName="kept", TableInput={"Name": "kept", "StorageDescriptor": {"Location": "s3://kept/a/"}}
    )
    encrypted = {"EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS", "SseAwsKmsKeyId": "k"}}
    client("glue").put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=encrypted)
    query = client("athena").create_named_query(Name="kept", Database="kept", QueryString="select 1")
    return {
        "settings": encrypted,
        "query": query["NamedQueryId"],
        "mapping": _event_source_mapping(client),
    }


def _event_source_mapping(client: Any) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = client("iam").create_role(RoleName="kept", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context):\n    return {}\n")
    client("lambda").create_function(
        FunctionName="kept",
        Runtime="python3.11",
        Role=role,
        Handler="handler.handle",
        Code={"ZipFile": package.getvalue()},
    )
    arn = "arn:aws:sqs:us-east-1:000000000000:kept"
    mapping = client("lambda").create_event_source_mapping(FunctionName="kept", EventSourceArn=arn, BatchSize=1)
    return str(mapping["UUID"])


def test_fails_with_the_log_when_the_emulator_refuses_to_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = launcher._environment
    monkeypatch.setattr(launcher, "_environment", lambda *given: {**environment(*given), "BIND_HOST": "0.0.0.0"})
    with pytest.raises(LaptopError, match=r"BIND_HOST must be '127\.0\.0\.1'; got '0\.0\.0\.0'"):
        launcher.up(home)
    assert home.running() is None


def test_fails_and_stops_when_something_listens_beyond_loopback(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    run = launcher.up(home)
    monkeypatch.setattr("laptop.sockets.Listener.is_loopback", property(lambda listener: listener.port != run.port))
    with pytest.raises(LaptopError, match="must listen on loopback only"):
        launcher.up(home)
    assert home.running() is None


def test_an_emulator_that_ignores_the_polite_signal_is_killed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    run = launcher.up(home)
    monkeypatch.setattr(launcher, "_STOP_SECONDS", 1)
    os.kill(run.pid, signal.SIGSTOP)
    assert launcher.down(home)
    assert home.running() is None


def test_the_commands_report_what_runs(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAKE_HOME", str(home.path))
    assert cli.main(["status"]) == 1
    assert cli.main(["destroy"]) == 1
    assert "the emulator does not run; start it with `make up`" in capsys.readouterr().out
    assert cli.main(["up"]) == 0
    run = launcher.require(home)
    assert cli.main(["status"]) == 0
    assert cli.main(["environment"]) == 0
    shown = capsys.readouterr().out
    assert "No stack is deployed." in shown
    assert f"export AWS_ENDPOINT_URL=http://127.0.0.1:{run.port}" in shown
    with urllib.request.urlopen(f"{run.endpoint}/_ministack/health") as answer:
        assert answer.status == 200
    assert cli.main(["logs", "--lines", "1000"]) == 0
    assert "Ready" in capsys.readouterr().out
    assert cli.main(["down"]) == 0
