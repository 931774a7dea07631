"""Fixtures for all tests, and what keeps them cheap: each environment is synthesized at most once per test run."""

import fcntl
import gc
import os
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from botocore.loaders import create_loader

from tests.synthesis import Assembly, synthesize

# By default, a quarter of the time goes into looking for garbage among what tests and libraries keep anyway.
gc.set_threshold(50_000)


def pytest_collection_finish() -> None:
    """Spare the collector what was imported: it stays as long as the test process."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let what was imported go in order: DuckDB looks for leaks when the interpreter ends."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def models_of_services_are_read_once() -> Iterator[None]:
    """Let all sessions of boto3 share what they read: most tests with AWS in memory make a session of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield


@pytest.fixture(scope="session")
def assembly_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Assembly]:
    """Give the assembly of an environment by its name; it is one for all processes of a test run."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    @cache
    def give(environment: str) -> Assembly:
        made = shared / f"assembly-{environment}"
        with made.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                # A synthesis that fails leaves nothing behind that others take for an assembly.
                synthesize(environment, tmp_path_factory.mktemp(environment)).folder.rename(made)
        return Assembly(environment, made)

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
