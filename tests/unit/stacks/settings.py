"""Sections of a configuration with some values replaced."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

Section = TypeVar("Section", bound=BaseModel)


def changed(section: Section, **changes: Any) -> Section:
    """Replace settings by their path, written with two underscores: `stream__shards`.

    Raises
    ------
    pydantic.ValidationError
        The section refuses the values.
    """
    values = section.model_dump()
    for path, value in changes.items():
        *folders, name = path.split("__")
        target = values
        for folder in folders:
            target = target[folder]
        target[name] = value
    return type(section).model_validate(values)
