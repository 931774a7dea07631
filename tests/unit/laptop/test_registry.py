from __future__ import annotations

import pytest

from laptop.emulator import registry
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, Resource


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("operations", "tasks", "resource_types", "fills"):
        monkeypatch.setattr(registry, name, {})


def test_an_operation_is_registered_under_service_and_name() -> None:
    @registry.operation("athena", "StartQueryExecution")
    def start(request: Json, call: Call) -> Json:
        return {}

    assert registry.operations == {("athena", "StartQueryExecution"): start}


def test_fails_when_two_modules_serve_the_same_operation() -> None:
    @registry.operation("glue", "StartJobRun")
    def first(request: Json, call: Call) -> Json:
        return {}

    with pytest.raises(ValueError, match=r"\('glue', 'StartJobRun'\) must be registered once; got a second handler"):

        @registry.operation("glue", "StartJobRun")
        def second(request: Json, call: Call) -> Json:
            return {}


def test_fails_when_two_classes_serve_the_same_resource_type() -> None:
    registry.resource_type("AWS::A::B")(Resource)
    with pytest.raises(ValueError, match=r"AWS::A::B must be registered once"):
        registry.resource_type("AWS::A::B")(Resource)


def test_several_modules_may_fill_the_same_type() -> None:
    registry.after_resource("AWS::A::B")(lambda physical_id, old, new: None)
    registry.after_resource("AWS::A::B")(lambda physical_id, old, new: None)
    assert len(registry.fills["AWS::A::B"]) == 2


def test_what_the_laptop_does_not_do_has_a_status_that_no_sdk_retries() -> None:
    error = NotImplementedOnLaptop("emr:RunJobFlow")
    assert (error.code, error.status) == ("NotImplementedOnLaptop", 501)
    assert "emr:RunJobFlow is not implemented on the laptop" in error.message
