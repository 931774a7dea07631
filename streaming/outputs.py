"""Outputs of the lake's stacks, with an error that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smoke.lake import Lake


class NoStreamError(ValueError):
    """The lake has no ingestion stack."""


def output(lake: Lake, name: str) -> str:
    """Give an output by its name.

    Raises
    ------
    NoStreamError
        If it is not there.
    """
    try:
        return lake.outputs[name]
    except KeyError:
        raise NoStreamError(
            f"{lake.config.environment.name} has no output {name}: deploy it with enabled = true under [ingestion]"
        ) from None
