"""The pipeline inside of AWS."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from config.loader import ConfigError
from delivery.pipeline import settings
from delivery.pipeline.app import make_app
from tests.synthesis import ROOT, Assembly, flags

# CDK Pipelines names a dependency that a reference already makes, and joins text where it could substitute.
OF_THE_LIBRARY = ("dependency already enforced", "Prefer using Fn::Sub over Fn::Join")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of the pipeline; test_gate applies the rules of the gate to it."""
    made = tmp_path_factory.mktemp("pipeline")
    make_app(flags(), str(made)).synth()
    return made


@pytest.fixture(scope="module")
def resources(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "lake-delivery.template.json").read_text())["Resources"]
    return found


def only(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [body["Properties"] for body in resources.values() if body["Type"] == kind]
    properties: dict[str, Any] = found
    return properties


def test_the_template_is_valid(folder: Path) -> None:
    template = str(folder / "lake-delivery.template.json")
    command = [str(ROOT / ".venv/bin/cfn-lint"), "--format", "json", "--template", template]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [(finding["Rule"]["Id"], finding["Message"]) for finding in json.loads(done.stdout)]
    assert [each for each in found if not any(words in each[1] for words in OF_THE_LIBRARY)] == []


def test_environments_follow_one_another_with_approval_before_and_proof_after(resources: dict[str, Any]) -> None:
    pipeline = only(resources, "AWS::CodePipeline::Pipeline")
    assert pipeline["PipelineType"] == "V2"
    stages = {stage["Name"]: [action["Name"] for action in stage["Actions"]] for stage in pipeline["Stages"]}
    assert list(stages) == ["Source", "Build", "UpdatePipeline", "Assets", "lake-dev", "lake-staging", "lake-prod"]
    assert "Approve-dev" not in stages["lake-dev"]
    for name in ("dev", "staging", "prod"):
        orders = {
            action["Name"]: action["RunOrder"]
            for stage in pipeline["Stages"]
            for action in stage["Actions"]
            if stage["Name"] == f"lake-{name}"
        }
        deployments = [order for action, order in orders.items() if "." in action]
        assert orders[f"Prove-{name}"] > max(deployments)
        if name != "dev":
            assert orders[f"Approve-{name}"] < min(deployments)


def test_artifacts_are_encrypted_with_a_key_that_other_accounts_may_use(resources: dict[str, Any]) -> None:
    store = only(resources, "AWS::CodePipeline::Pipeline")["ArtifactStore"]
    assert store["EncryptionKey"]["Type"] == "KMS"
    key = only(resources, "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    assert "333333333333" in json.dumps(key["KeyPolicy"])


def test_somebody_hears_of_failures_and_of_approvals(resources: dict[str, Any]) -> None:
    rule = only(resources, "AWS::CodeStarNotifications::NotificationRule")
    assert "codepipeline-pipeline-pipeline-execution-failed" in rule["EventTypeIds"]
    assert "codepipeline-pipeline-manual-approval-needed" in rule["EventTypeIds"]


def test_it_deploys_the_templates_that_a_workstation_deploys(folder: Path, dev_assembly: Assembly) -> None:
    nested = folder / "assembly-lake-delivery-lake-dev"
    artifacts = json.loads((nested / "manifest.json").read_text())["artifacts"].values()
    found = {
        artifact["properties"]["stackName"].rsplit("-", 1)[-1]: json.loads(
            (nested / artifact["properties"]["templateFile"]).read_text()
        )["Resources"]
        for artifact in artifacts
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert found == {stack: template["Resources"] for stack, template in dev_assembly.templates.items()}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("branch", "brnach"), "branch: Field required"),
        (('["staging", "prod"]', '["test"]'), "approved"),
        (("444444444444", "4"), "account"),
    ],
)
def test_wrong_settings_are_named(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    file = tmp_path / "pipeline.toml"
    file.write_text(settings.FILE.read_text().replace(*change))
    with pytest.raises(ConfigError, match=words):
        settings.load(file)
