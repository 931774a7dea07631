"""What the laptop cannot do, it refuses; it never reports a success that did not happen."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("emr", "list_clusters", {}),
        ("lakeformation", "list_resources", {}),
        ("glue", "start_ml_evaluation_task_run", {"TransformId": "x"}),
        ("athena", "list_notebook_metadata", {"WorkGroup": "primary"}),
    ],
)
def test_fails_loudly_for_what_the_laptop_does_not_do(
    laptop: Any, service: str, operation: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match=r"not implemented on the laptop|Unsupported service"):
        getattr(laptop.client(service), operation)(**arguments)
