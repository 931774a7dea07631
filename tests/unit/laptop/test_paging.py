from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.paging import page
from laptop.emulator.registry import ServiceError


def test_pages_follow_each_other_to_the_end_of_a_list() -> None:
    first, more = page("abcde", {"MaxResults": 2}, 3)
    assert (first, more) == (["a", "b"], {"NextToken": "2"})
    assert page("abcde", more, 3) == (["c", "d", "e"], {})


def test_a_page_has_no_more_entries_than_the_service_gives() -> None:
    assert page("abcde", {"MaxResults": 100}, 3, member="Marker") == (["a", "b", "c"], {"Marker": "3"})


@pytest.mark.parametrize("token", ["6", "-1", "next", "²"])
def test_fails_for_a_token_that_no_answer_gave(token: Any) -> None:
    with pytest.raises(ServiceError, match="NextToken must be of the last answer") as caught:
        page("abcde", {"NextToken": token}, 3, "InvalidNextTokenException")
    assert caught.value.code == "InvalidNextTokenException"
