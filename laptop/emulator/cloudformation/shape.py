"""Small helpers to turn properties of a template into arguments of an API. Pure."""

from __future__ import annotations

from typing import Any

from laptop.emulator.registry import Json


def pick(properties: Json, *names: str, **renamed: str) -> Json:
    """Return the properties of these names that are there; `Api="Template"` renames one."""
    found = {name: properties[name] for name in names if name in properties}
    return found | {api: properties[name] for api, name in renamed.items() if name in properties}


def is_true(value: Any) -> bool:
    """Tell whether a boolean of a template, which may be written as a string, is true."""
    return str(value).lower() == "true"


def changed(old: Json, new: Json, *names: str) -> bool:
    """Tell whether one of the properties differs."""
    return any(old.get(name) != new.get(name) for name in names)


def tag_map(tags: Any) -> dict[str, str]:
    """Return tags, which some types write as a list and some as a map, as a map."""
    if isinstance(tags, dict):
        return {str(key): str(value) for key, value in tags.items()}
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags or []}
