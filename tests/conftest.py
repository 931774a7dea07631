"""Fixtures for all tests: each environment is synthesized at most once per test process."""

from collections.abc import Callable

import pytest

from tests.synthesis import Assembly, synthesize


@pytest.fixture(scope="session")
def assembly_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Assembly]:
    """Give the assembly of an environment by its name."""
    made: dict[str, Assembly] = {}

    def give(environment: str) -> Assembly:
        if environment not in made:
            made[environment] = synthesize(environment, tmp_path_factory.mktemp(environment))
        return made[environment]

    return give


@pytest.fixture(scope="session")
def laptop_assembly(assembly_of: Callable[[str], Assembly]) -> Assembly:
    """The environment in which every feature is switched on."""
    return assembly_of("laptop")


@pytest.fixture(scope="session")
def prod_assembly(assembly_of: Callable[[str], Assembly]) -> Assembly:
    """The environment whose data must survive everything."""
    return assembly_of("prod")


@pytest.fixture(scope="session")
def dev_assembly(assembly_of: Callable[[str], Assembly]) -> Assembly:
    """The environment in which most switches are off."""
    return assembly_of("dev")
