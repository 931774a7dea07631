from typing import Any, cast

import pytest

from smoke.check import CheckFailedError, NotProvenError, State, Suite, require, run
from smoke.lake import Lake

LAKE = cast("Lake", object())


def _results(suite: Suite) -> dict[str, tuple[State, str]]:
    return {result.title: (result.state, result.proof) for result in run(suite.checks, LAKE)}


def test_a_check_proves_fails_or_says_why_it_cannot() -> None:
    suite = Suite()

    @suite.check("proves")
    def proves(lake: Lake) -> str:
        return "seen"

    @suite.check("fails")
    def fails(lake: Lake) -> str:
        raise CheckFailedError("got 1, expected 2")

    @suite.check("cannot")
    def cannot(lake: Lake) -> str:
        raise NotProvenError("not here")

    assert _results(suite) == {
        "proves": (State.PROVEN, "seen"),
        "fails": (State.FAILED, "got 1, expected 2"),
        "cannot": (State.NOT_PROVEN, "not here"),
    }


def test_a_check_that_breaks_has_failed_and_the_next_one_runs() -> None:
    suite = Suite()

    @suite.check("breaks")
    def breaks(lake: Lake) -> str:
        missing: dict[str, Any] = {}
        return str(missing["key"])

    @suite.check("next")
    def following(lake: Lake) -> str:
        return "ran"

    assert _results(suite) == {"breaks": (State.FAILED, "KeyError: 'key'"), "next": (State.PROVEN, "ran")}


def test_fails_with_the_message_of_what_was_required() -> None:
    require(True, "never shown")
    with pytest.raises(CheckFailedError, match="must be 1; got 2"):
        require(False, "must be 1; got 2")
