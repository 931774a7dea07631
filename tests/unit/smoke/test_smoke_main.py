import json
from pathlib import Path

import pytest

from smoke import __main__ as smoke
from smoke.check import Suite
from smoke.lake import Lake
from smoke.place import NotDeployedError


def _suite(*states: str) -> Suite:
    suite = Suite()
    for state in states:

        @suite.check(f"it is {state}")
        def check(lake: Lake, state: str = state) -> str:
            if state == "broken":
                raise ValueError("it broke")
            return "seen [with brackets]"

    return suite


@pytest.mark.parametrize(("states", "status"), [(("good", "good"), 0), (("good", "broken"), 1)])
def test_the_exit_status_says_whether_a_check_failed(
    states: tuple[str, ...], status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(smoke, "CHECKS", _suite(*states).checks)
    monkeypatch.setattr(smoke, "connect", lambda environment: object())
    report = tmp_path / "smoke.json"
    assert smoke.main(["--environment", "laptop", "--json", str(report)]) == status
    saved = json.loads(report.read_text())
    assert [result["title"] for result in saved] == [f"it is {state}" for state in states]
    assert saved[0]["state"] == "proven"


def test_fails_with_status_2_when_nothing_is_deployed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(environment: str) -> Lake:
        raise NotDeployedError(f"no lake is deployed here; run `make deploy ENV={environment}`")

    monkeypatch.setattr(smoke, "connect", nothing)
    assert smoke.main(["--environment", "dev"]) == 2
    assert "run `make deploy ENV=dev`" in capsys.readouterr().out


def test_proofs_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(smoke, "CHECKS", _suite("good").checks)
    monkeypatch.setattr(smoke, "connect", lambda environment: object())
    smoke.main(["--environment", "laptop"])
    shown = capsys.readouterr().out
    assert "seen [with brackets]" in shown
    assert "1 proven, 0 failed, 0 not proven" in shown


def test_each_claim_is_made_once() -> None:
    titles = [check.title for check in smoke.CHECKS]
    assert len(titles) == len(set(titles)) > 10
