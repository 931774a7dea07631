"""Pages of lists; the token of the next one is the place of its first entry. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from laptop.emulator.registry import Json, ServiceError


def page(
    entries: Sequence[Any], request: Json, most: int, error: str = "ValidationException", member: str = "NextToken"
) -> tuple[list[Any], Json]:
    """Return one page of a list, and the member that leads to the next one.

    Parameters
    ----------
    request
        May have MaxResults and the token of the last answer.
    most
        Entries of a page, if the request does not ask for fewer.
    error
        Code of the service's error for a token that it never gave.
    member
        Name of the member with the token.

    Raises
    ------
    ServiceError
        The token is none of an earlier answer.
    """
    given = str(request.get(member) or 0)
    if not given.isdecimal() or int(given) > len(entries):
        raise ServiceError(error, f"{member} must be of the last answer; got {given!r}")
    first = int(given)
    last = first + min(request.get("MaxResults") or most, most)
    return list(entries[first:last]), {member: str(last)} if last < len(entries) else {}
