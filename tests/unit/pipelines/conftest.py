"""One world for each test."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.unit.pipelines.batch_world import Lake
from tests.unit.pipelines.text_world import Emr


@pytest.fixture
def lake() -> Iterator[Lake]:
    with mock_aws():
        yield Lake()


@pytest.fixture
def emr() -> Iterator[Emr]:
    with mock_aws():
        yield Emr()
