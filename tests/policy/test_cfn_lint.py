"""cfn-lint finds no error and no warning beside those that are explained here."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.synthesis import Assembly

EXPLAINED = {
    "W3010": "zones are configured on purpose: the same commit gives the same network on every machine",
    "W6001": "failed batches go to a prefix of another stack's bucket; scripts find it beside the names of the stream",
}


def findings(templates: list[Path], *options: str) -> list[dict[str, object]]:
    command = [
        str(Path(sys.executable).with_name("cfn-lint")),
        "--format",
        "json",
        *options,
        "--",
        *map(str, templates),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("["), done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("environment", ["laptop", "prod"])
def test_templates_have_no_unexplained_findings(assembly_of: Callable[[str], Assembly], environment: str) -> None:
    templates = sorted(assembly_of(environment).nested.glob("*.template.json"))
    assert templates
    found = findings(templates, "--ignore-checks", *EXPLAINED)
    assert [f"{each['Rule']['Id']} {each['Message']}" for each in found] == []  # type: ignore[index]


def test_a_misspelt_property_is_found(tmp_path: Path) -> None:
    template = tmp_path / "bad.template.json"
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"BuketName": "typo"}}
    template.write_text(json.dumps({"Resources": {"Bad": resource}}))
    assert [each["Rule"]["Id"] for each in findings([template])] == ["E3002"]  # type: ignore[index]
