"""Filters, order and pages of SageMaker's lists. Pure."""

from __future__ import annotations

from laptop.emulator import paging
from laptop.emulator.registry import Json

_PAGE = 100


def filtered(entries: list[Json], request: Json, *, name: str, created: str) -> list[Json]:
    """Return the entries that pass the filters of a request: NameContains and times."""
    wanted = request.get("NameContains", "").lower()
    times = (("CreationTime", created), ("LastModifiedTime", "LastModifiedTime"))
    return [
        entry
        for entry in entries
        if wanted in entry[name].lower()
        and all(entry[member] > request[f"{what}After"] for what, member in times if f"{what}After" in request)
        and all(entry[member] < request[f"{what}Before"] for what, member in times if f"{what}Before" in request)
    ]


def page(member: str, entries: list[Json], request: Json, key: str, *, ascending: bool = False) -> Json:
    """Return one page, sorted; the token is the place of the next entry.

    Parameters
    ----------
    ascending
        The order unless SortOrder says otherwise.
    """
    order = request.get("SortOrder", "Ascending" if ascending else "Descending")
    found = sorted(entries, key=lambda entry: entry[key], reverse=order == "Descending")
    shown, more = paging.page(found, request, _PAGE)
    return {member: shown} | more
