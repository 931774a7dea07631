"""What GitHub runs with the power to deploy."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in yaml.safe_load(file.read_text())["jobs"].items():
            yield f"{file.name}: {name}", job


JOBS = dict(jobs())


def test_the_auditor_of_workflows_finds_nothing() -> None:
    command = [str(ROOT / ".venv" / "bin" / "zizmor"), "--offline", "--no-progress", str(ROOT / ".github")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned_by_commit_with_their_version(file: Path) -> None:
    used = [line.split("uses:")[1].strip() for line in file.read_text().splitlines() if "uses:" in line]
    foreign = [name for name in used if not name.startswith("$/")]
    assert [name for name in foreign if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", name)] == []


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_nothing_but_what_its_jobs_ask_for(file: Path) -> None:
    assert yaml.safe_load(file.read_text())["permissions"] == {}


@pytest.mark.parametrize("name", JOBS)
def test_every_job_names_its_permissions_and_ends(name: str) -> None:
    job = JOBS[name]
    assert job["permissions"]
    assert "uses" in job or job["timeout-minutes"] <= 120


@pytest.mark.parametrize("name", JOBS)
def test_no_expression_is_pasted_into_a_script(name: str) -> None:
    scripts = [step["run"] for step in JOBS[name].get("steps", []) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize("name", JOBS)
def test_only_jobs_of_an_environment_may_take_a_role(name: str) -> None:
    job = JOBS[name]
    if job["permissions"].get("id-token") == "write":
        assert "environment" in job or job["uses"] == "$/.github/workflows/environment.yml"


def test_environments_come_one_after_the_other_and_only_after_approval() -> None:
    assert JOBS["promote.yml: dev"]["needs"] == "build"
    assert JOBS["promote.yml: staging"]["needs"] == ["build", "dev"]
    assert JOBS["promote.yml: prod"]["needs"] == ["build", "staging"]
    # The approval is asked for by the protection rules of this environment, before any step.
    assert JOBS["environment.yml: execute"]["environment"] == "${{ inputs.environment }}"
    assert JOBS["environment.yml: execute"]["needs"] == "prepare"


def test_every_environment_gets_the_digest_of_the_one_build() -> None:
    for name in ("dev", "staging", "prod"):
        assert JOBS[f"promote.yml: {name}"]["with"] == {
            "environment": name,
            "digest": "${{ needs.build.outputs.digest }}",
        }
