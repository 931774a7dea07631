from __future__ import annotations

import botocore.session
import pytest

from laptop.emulator import shapes

LOG_URI = "s3://logs/\N{CRAB}"


@pytest.mark.parametrize("service", ["emr", "emr-serverless", "quicksight", "sagemaker"])
def test_every_pattern_of_a_model_can_be_checked_or_is_known_not_to_be(service: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    found = (model.shape_for(name).metadata.get("pattern") for name in model.shape_names)
    patterns = {pattern for pattern in found if pattern}
    unchecked = {pattern for pattern in patterns if shapes._compiled(pattern) is None}
    assert all("p{" in pattern.lower() for pattern in unchecked)
    assert len(unchecked) < len(patterns) / 10


def test_a_text_may_have_characters_beyond_16_bits_where_java_says_so() -> None:
    request = {"Name": "n", "Instances": {}, "LogUri": LOG_URI}
    assert shapes.problems("emr", "RunJobFlow", request) == []
    (problem,) = shapes.problems("emr", "RunJobFlow", request | {"LogUri": "\0"})
    assert "at 'logUri' failed to satisfy constraint: Member must satisfy regular expression" in problem
