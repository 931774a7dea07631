import json
from pathlib import Path

import pytest

from delivery import assembly
from delivery.assembly import AssemblyError
from delivery.promotion import __main__ as promotion
from delivery.promotion.digest import digest, verify

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
NAT = {"Type": "AWS::EC2::NatGateway"}


def write(folder: Path, **resources: object) -> Path:
    for environment in ("dev", "staging", "prod"):
        nested = folder / f"assembly-lake-{environment}"
        nested.mkdir(parents=True)
        (nested / "Storage.json").write_text(json.dumps({"Resources": resources}))
        properties = {"stackName": f"lake-{environment}-Storage", "templateFile": "Storage.json"}
        stack = {"type": "aws:cloudformation:stack", "properties": properties}
        (nested / "manifest.json").write_text(json.dumps({"artifacts": {"Storage": stack}}))
    (folder / "manifest.json").write_text("{}")
    return folder


def test_a_report_says_what_differs_and_what_it_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path / "before", Raw=BUCKET, Queue={"Type": "AWS::SQS::Queue"})
    changed = {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 60}}
    after = write(tmp_path / "after", Queue=changed, Gateway=NAT)
    assert promotion.main(["report", "--before", str(before), "--assembly", str(after)]) == 0
    text = capsys.readouterr().out
    dev = text[: text.index("### staging")]
    assert dev.startswith("### dev")
    assert "- adds `Storage/Gateway` (AWS::EC2::NatGateway)" in dev
    assert "- removes `Storage/Raw` (AWS::S3::Bucket)" in dev
    assert "- changes `Storage/Queue` (AWS::SQS::Queue): MessageRetentionPeriod" in dev
    assert "**Data and permissions**: 1 to look at" in dev
    assert "- :warning: `deletes Storage/Raw (AWS::S3::Bucket)`" in dev
    assert "- Storage, VPC: +36.50" in dev


def test_no_difference_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path / "before", Raw=BUCKET)
    assert promotion.main(["report", "--before", str(before), "--assembly", str(before)]) == 0
    assert "1 (0 differ)" in capsys.readouterr().out


def test_a_long_list_is_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path / "before")
    after = write(tmp_path / "after", **{f"Gateway{n}": NAT for n in range(50)})
    promotion.main(["report", "--before", str(before), "--assembly", str(after)])
    assert "- and 10 more" in capsys.readouterr().out


def test_an_assembly_is_named_by_all_of_its_content(tmp_path: Path) -> None:
    first, same = write(tmp_path / "first", Raw=BUCKET), write(tmp_path / "same", Raw=BUCKET)
    assert digest(first) == digest(same)
    (same / "outputs.json").write_text("what the CLI wrote")
    assert digest(first) == digest(same)
    verify(same, digest(first))
    (same / "asset.zip").write_bytes(b"1")
    assert digest(first) != digest(same)
    with pytest.raises(AssemblyError, match="Nothing was changed"):
        verify(same, digest(first))


def test_a_folder_that_is_no_assembly_has_no_digest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert promotion.main(["digest", "--assembly", str(tmp_path)]) == 2
    assert "got no manifest.json" in capsys.readouterr().out


def test_stacks_come_after_those_that_they_depend_on(tmp_path: Path) -> None:
    nested = tmp_path / "assembly-lake-dev"
    nested.mkdir()
    artifacts = {}
    for name, needed in {"Query": ["Storage", "Alerts"], "Storage": ["Network"], "Alerts": [], "Network": []}.items():
        (nested / f"{name}.json").write_text("{}")
        properties = {"stackName": f"lake-dev-{name}", "templateFile": f"{name}.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties, "dependencies": needed}
    (nested / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    order = [stack.short for stack in assembly.stacks(tmp_path, "dev")]
    assert order.index("Network") < order.index("Storage") < order.index("Query")
    assert order[-1] == "Query"
