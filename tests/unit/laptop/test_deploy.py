from __future__ import annotations

import json
from pathlib import Path

import pytest

from laptop import deploy
from laptop.deploy import Template
from laptop.launcher import LaptopError
from laptop.state import Home, Run


def test_stacks_of_nested_stages_are_found(tmp_path: Path) -> None:
    stage = tmp_path / "assembly-lake"
    stage.mkdir()
    (stage / "a.template.json").write_text(json.dumps({"Resources": {"A": {}, "B": {}}}))
    inner = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "a.template.json", "stackName": "lake-a"},
    }
    (stage / "manifest.json").write_text(
        json.dumps({"artifacts": {"LakeA1": inner, "assets": {"type": "cdk:asset-manifest"}}})
    )
    outer = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-lake"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"assembly-lake": outer}}))
    assert deploy.templates(tmp_path) == [Template("lake-a", 2)]


def test_fails_for_a_folder_that_is_no_assembly(tmp_path: Path) -> None:
    with pytest.raises(LaptopError, match=r"must be a cloud assembly; got no manifest\.json"):
        deploy.templates(tmp_path)


def test_no_setting_of_a_real_account_reaches_the_cdk_cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    environment = deploy._environment(Home(tmp_path), Run(1, 20001))
    settings = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & settings.keys()
    assert settings["AWS_ENDPOINT_URL"] == "http://127.0.0.1:20001"
    assert not Path(settings["AWS_CONFIG_FILE"]).exists()
    assert not Path(settings["AWS_SHARED_CREDENTIALS_FILE"]).exists()


def test_fails_with_the_end_of_the_cli_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(deploy, "_command", lambda arguments: ["sh", "-c", "echo it broke; exit 3"])
    with pytest.raises(LaptopError, match=r"synthesis failed \(the CDK CLI ended with code 3\):\nit broke"):
        deploy.synthesize(Home(tmp_path))
