"""Reads every resource back after it was created or updated, and fails the deployment if a property was dropped.

So a green deployment on the laptop says that each property of the template has reached the service whose API is
asked here. What an API of AWS never shows is listed with its reason.
"""

from __future__ import annotations

from laptop.emulator.cloudformation.compare import missing
from laptop.emulator.cloudformation.reads import READS
from laptop.emulator.registry import Json


def require_all(name: str, physical_id: str, properties: Json, attributes: Json) -> None:
    """Compare a resource with its template.

    Raises
    ------
    ValueError
        A property does not read back; CloudFormation shows the message.
    """
    dropped = lacking(name, physical_id, properties, attributes)
    if dropped:
        raise ValueError(
            f"{name} {physical_id} must have the properties of its template; the emulator dropped {', '.join(dropped)}"
        )


def lacking(name: str, physical_id: str, properties: Json, attributes: Json) -> list[str]:
    """Return the values of the template that do not read back."""
    how = READS.get(name)
    if how is None:
        return []
    described = [reader(physical_id, properties, attributes) for reader in how.readers]
    readable = {key: value for key, value in properties.items() if key not in how.unread}
    return missing(readable, described, how.aliases)
