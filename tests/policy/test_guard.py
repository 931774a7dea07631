"""No change of data or permissions goes unnoticed: the committed inventories are what the app would deploy."""

from collections.abc import Callable

import pytest

from delivery import assembly
from delivery.guard import inventory
from delivery.guard.compare import compare
from tests.policy.rules import STATEFUL
from tests.synthesis import Assembly


@pytest.mark.parametrize("environment", inventory.ENVIRONMENTS)
def test_data_and_permissions_are_as_the_inventory_says(
    environment: str, assembly_of: Callable[[str], Assembly]
) -> None:
    found = inventory.take(assembly.resources(assembly_of(environment).folder, environment))
    changes = compare(inventory.read(inventory.FOLDER / f"{environment}.json"), found)
    assert changes == [], "\n".join(f"{change}\n    {change.way_out}" for change in changes)


def test_everything_with_data_is_guarded() -> None:
    assert STATEFUL <= inventory.STATEFUL
