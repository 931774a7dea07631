from __future__ import annotations

import pytest

from search import __main__ as command
from smoke.place import NotDeployedError
from tests.unit.search.test_search_client import Engine


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(command, "connect", lambda environment, workgroup: made)
    monkeypatch.setenv("COLUMNS", "160")
    return made


@pytest.mark.usefixtures("engine")
def test_the_best_documents_are_shown_with_what_it_cost(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["free", "money", "--collection", "mail"]) == 0
    shown = capsys.readouterr().out
    assert "0.750" in shown
    assert "Free money" in shown
    assert "2 of 6,045 documents; 1,234 bytes read, 56 ms" in shown


def test_the_statement_can_be_had_instead(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["money", "--collection", "mail", "--sql"]) == 0
    assert capsys.readouterr().out.startswith("select\n  best.doc_id,")
    assert len(engine.statements) == 1


@pytest.mark.usefixtures("engine")
def test_fails_when_the_collection_is_not_clear(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["money"]) == 1
    assert capsys.readouterr().err == "error: --collection must name one of ['mail', 'kernel']\n"


@pytest.mark.usefixtures("engine")
def test_fails_for_a_query_without_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["?", "--collection", "mail"]) == 1
    assert "no word is left of '?'" in capsys.readouterr().err


def test_fails_when_nothing_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def nothing(environment: str, workgroup: str) -> Engine:
        raise NotDeployedError("the laptop's emulator does not run")

    monkeypatch.setattr(command, "connect", nothing)
    assert command.main(["money"]) == 1
    assert "the laptop's emulator does not run" in capsys.readouterr().err
