"""cfn-lint finds no error and no warning beside those that are explained here."""

import json
import subprocess
import sys
from pathlib import Path

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


def test_templates_have_no_unexplained_findings(laptop_assembly: Assembly, prod_assembly: Assembly) -> None:
    folders = [assembly.nested for assembly in (laptop_assembly, prod_assembly)]
    templates = [sorted(folder.glob("*.template.json")) for folder in folders]
    assert all(templates)
    # Together: the rules and schemas are read once.
    found = findings([template for each in templates for template in each], "--ignore-checks", *EXPLAINED)
    assert [f"{each['Filename']}: {each['Rule']['Id']} {each['Message']}" for each in found] == []  # type: ignore[index]


def test_a_misspelt_property_is_found(tmp_path: Path) -> None:
    template = tmp_path / "bad.template.json"
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"BuketName": "typo"}}
    template.write_text(json.dumps({"Resources": {"Bad": resource}}))
    assert [each["Rule"]["Id"] for each in findings([template])] == ["E3002"]  # type: ignore[index]
