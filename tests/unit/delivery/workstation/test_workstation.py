import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from delivery import assembly
from delivery.assembly import AssemblyError
from delivery.doctor.account import Account
from delivery.guard import inventory
from delivery.workstation import __main__ as workstation
from delivery.workstation import cli, teardown
from delivery.workstation.deployment import RefusedError, deploy
from delivery.workstation.remains import remains
from tests.unit.delivery.conftest import NUMBER, REGION, configured, with_answers

TAGS = [{"Key": "application", "Value": "ml-data-lake"}, {"Key": "environment", "Value": "dev"}]
BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Delete"}


class Calls:
    """Stands for the CDK CLI: remembers what it was called with."""

    def __init__(self, outputs: dict[str, Any] | None = None) -> None:
        self.seen: list[tuple[str, ...]] = []
        self._outputs = outputs

    def __call__(self, *arguments: str) -> int:
        self.seen.append(arguments)
        if self._outputs:
            Path(arguments[arguments.index("--outputs-file") + 1]).write_text(json.dumps(self._outputs))
        return 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An assembly of two stacks, with its inventory."""
    nested = tmp_path / "assembly-lake-dev"
    nested.mkdir()
    artifacts = {}
    for name, resources in {"Storage": {"Raw": BUCKET}, "Query": {"Team": {"Type": "AWS::Athena::WorkGroup"}}}.items():
        (nested / f"{name}.json").write_text(json.dumps({"Resources": resources}))
        properties = {"stackName": f"lake-dev-{name}", "templateFile": f"{name}.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (nested / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    monkeypatch.setattr(inventory, "FOLDER", tmp_path)
    inventory.take(assembly.resources(tmp_path, "dev")).write(tmp_path / "dev.json")
    return tmp_path


def shown(run: Callable[[Console], object]) -> str:
    text = io.StringIO()
    run(Console(file=text, width=200))
    return text.getvalue()


def test_a_deployment_says_what_it_does_before_and_shows_outputs_after(account: Account, folder: Path) -> None:
    calls = Calls({"lake-dev-Storage": {"RawBucketName": "raw-1", "ExportsOutputRefRaw": "raw-1"}})
    text = shown(lambda console: deploy(account, folder, [], console, calls))
    (seen,) = calls.seen
    assert seen[:3] == ("deploy", "--app", str(folder))
    assert seen[seen.index("--require-approval") + 1] == "destructive"
    assert seen[-1] == "lake-dev/*"
    assert f"2 stacks with 2 resources to account {NUMBER} in {REGION}: Storage, Query" in text
    assert "RawBucketName" in text
    assert "ExportsOutput" not in text


def test_one_stack_can_be_deployed(account: Account, folder: Path) -> None:
    calls = Calls()
    assert "and the stacks that they need" in shown(lambda console: deploy(account, folder, ["Query"], console, calls))
    assert calls.seen[0][-1] == "lake-dev/Query"


def test_an_unknown_stack_is_refused(account: Account, folder: Path) -> None:
    with pytest.raises(RefusedError, match=r"STACKS must be among \['Query', 'Storage'\]; got \['Querry'\]"):
        deploy(account, folder, ["Querry"], Console(quiet=True), Calls())


def test_another_account_is_refused(account: Account, folder: Path) -> None:
    environment = configured().environment.model_copy(update={"account": "444444444444"})
    stranger = replace(account, config=configured().model_copy(update={"environment": environment}))
    calls = Calls()
    with pytest.raises(RefusedError, match="444444444444"):
        deploy(stranger, folder, [], Console(quiet=True), calls)
    with pytest.raises(RefusedError, match="444444444444"):
        teardown.destroy(stranger, folder, "lake-dev", Console(quiet=True), calls)
    assert calls.seen == []


def test_a_change_that_the_inventory_does_not_allow_is_refused(account: Account, folder: Path) -> None:
    template = folder / "assembly-lake-dev" / "Storage.json"
    template.write_text(json.dumps({"Resources": {"Renamed": BUCKET}}))
    calls = Calls()
    text = io.StringIO()
    with pytest.raises(RefusedError, match="Nothing was changed"):
        deploy(account, folder, [], Console(file=text, width=200), calls)
    assert "renames Storage/Raw" in text.getvalue()
    assert calls.seen == []


def test_a_failed_deployment_says_how_to_go_on(account: Account, folder: Path) -> None:
    text = shown(lambda console: deploy(account, folder, [], console, lambda *arguments: 1))
    assert "make doctor ENV=dev" in text


def test_data_that_is_kept_needs_two_keys(account: Account, folder: Path) -> None:
    kept = replace(account, config=configured(environment={"retain_data": True}))
    with pytest.raises(RefusedError, match=r"(?s)Two keys are needed.*retain_data = false.*CONFIRM=lake-dev"):
        teardown.destroy(kept, folder, "lake-dev", Console(quiet=True), Calls())


def test_the_name_must_be_typed(account: Account, folder: Path) -> None:
    with pytest.raises(RefusedError, match="CONFIRM=lake-dev"):
        teardown.destroy(account, folder, "yes", Console(quiet=True), Calls())


def test_every_version_of_every_object_is_deleted(account: Account) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="raw")
    s3.put_bucket_versioning(Bucket="raw", VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "a", "b"):
        s3.put_object(Bucket="raw", Key=key, Body=b"1")
    s3.delete_object(Bucket="raw", Key="b")
    assert teardown.empty(s3, "raw") == 4
    s3.delete_bucket(Bucket="raw")
    assert s3.list_buckets()["Buckets"] == []


def test_an_object_that_cannot_be_deleted_stops_the_teardown() -> None:
    class Locked:
        def get_paginator(self, name: str) -> Any:
            return self

        def paginate(self, **arguments: Any) -> Any:
            return [{"Versions": [{"Key": "a", "VersionId": "1"}]}]

        def delete_objects(self, **arguments: Any) -> Any:
            return {"Errors": [{"Key": "a", "Message": "locked"}]}

    with pytest.raises(RefusedError, match="raw: 1 objects stay, first a: locked"):
        teardown.empty(Locked(), "raw")


def test_only_buckets_that_go_with_their_stack_are_emptied(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    template = json.dumps({"Resources": {"Raw": BUCKET, "Kept": kept, "Plain": {"Type": "AWS::S3::Bucket"}}})
    resources = [_resource(name, f"bucket-{name.lower()}") for name in ("Raw", "Kept", "Plain")]
    with_answers(
        account,
        monkeypatch,
        "cloudformation",
        ("get_template", {"TemplateBody": template}),
        ("list_stack_resources", {"StackResourceSummaries": resources}),
    )
    found = list(teardown.doomed_buckets(account.client("cloudformation"), ["lake-dev-Storage"]))
    assert found == ["bucket-raw", "bucket-plain"]


def test_what_is_left_is_listed_with_its_price_and_a_command(account: Account) -> None:
    key = account.client("kms").create_key(Tags=[{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in TAGS])
    gone = account.client("kms").create_key(Tags=[{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in TAGS])
    account.client("kms").schedule_key_deletion(KeyId=gone["KeyMetadata"]["KeyId"])
    s3 = account.client("s3")
    s3.create_bucket(Bucket="raw")
    s3.put_bucket_tagging(Bucket="raw", Tagging={"TagSet": TAGS})
    s3.create_bucket(Bucket="other")
    by_arn = {item.arn: item for item in remains(account)}
    assert by_arn.keys() == {key["KeyMetadata"]["Arn"], gone["KeyMetadata"]["Arn"], "arn:aws:s3:::raw"}
    assert by_arn[key["KeyMetadata"]["Arn"]].usd == 1.0
    assert "schedule-key-deletion" in by_arn[key["KeyMetadata"]["Arn"]].command
    assert (by_arn[gone["KeyMetadata"]["Arn"]].usd, by_arn[gone["KeyMetadata"]["Arn"]].command) == (0.0, "")
    text = shown(lambda console: teardown.show_remains(list(by_arn.values()), console))
    assert "3 resources are left, 1.00 USD a month" in text


def test_logs_that_crawlers_left_are_found_by_the_name_of_their_role(account: Account) -> None:
    logs = account.client("logs")
    for role in ("lake-dev-Catalog-RawCrawlerRole-1", "lake-prod-Catalog-RawCrawlerRole-1"):
        logs.create_log_group(logGroupName=f"/aws-glue/crawlers-keys-role/{role}")
    (found,) = remains(account)
    assert found.command.endswith("--log-group-name /aws-glue/crawlers-keys-role/lake-dev-Catalog-RawCrawlerRole-1")


def test_nothing_left_is_said(account: Account) -> None:
    assert "Nothing with the tags" in shown(lambda console: teardown.show_remains([], console))


def test_refusals_end_with_status_2(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    monkeypatch.setattr(workstation, "load", lambda name: configured())
    monkeypatch.setattr(cli, "cdk", Calls())
    assert workstation.main(["deploy", "--environment", "dev", "--assembly", str(folder / "missing")]) == 2
    assert "must hold an assembly of dev" in capsys.readouterr().out


def test_an_unknown_environment_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert workstation.main(["deploy", "--environment", "nowhere"]) == 2
    assert "environment must be one of" in capsys.readouterr().out


def test_a_failed_synthesis_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli, "cdk", lambda *arguments: 1)
    with pytest.raises(AssemblyError, match="nothing was changed"):
        cli.synthesize("dev", tmp_path)


def _resource(logical_id: str, name: str) -> dict[str, str]:
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": name,
        "ResourceType": "AWS::S3::Bucket",
        "LastUpdatedTimestamp": "2026-01-01",
        "ResourceStatus": "CREATE_COMPLETE",
    }
