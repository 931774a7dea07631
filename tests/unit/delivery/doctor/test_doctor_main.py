import json
from pathlib import Path

import pytest

from delivery.doctor import __main__ as doctor
from delivery.doctor import tools
from delivery.doctor.account import Account
from tests.unit.delivery.conftest import NO_STACKS, configured, with_answers


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the tools for installed: to ask them takes seconds."""
    monkeypatch.setattr(tools, "tool_version", lambda command: (22, 0, 0) if command[0] == "node" else (2, 1148, 1))


def test_an_account_in_order_has_no_problem(
    bootstrapped: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "load", lambda name: configured())
    with_answers(bootstrapped, monkeypatch, "cloudformation", NO_STACKS, NO_STACKS)
    report = tmp_path / "doctor.json"
    assert doctor.main(["--environment", "dev", "--json", str(report)]) == 0
    states = [row["state"] for row in json.loads(report.read_text())]
    # moto does not know the quota of Glue, and a dev environment has no addresses.
    assert (states.count("problem"), states.count("unknown"), states.count("warning")) == (0, 1, 1)
    assert "fix: " in capsys.readouterr().out


def test_no_question_is_asked_of_the_wrong_account(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.main(["--environment", "dev"]) == 1
    shown = capsys.readouterr().out
    assert f"{len(doctor.THEN)} more checks were not made" in shown
    assert "bootstrap" not in shown


def test_an_unknown_environment_has_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main(["--environment", "nowhere"]) == 2
    assert "environment must be one of" in capsys.readouterr().out
