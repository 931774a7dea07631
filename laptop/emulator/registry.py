"""What our service modules plug into the emulator.

A module registers its handlers when it is imported; `hooks` applies them to the emulator. Nothing here imports the
emulator, so that the modules stay testable without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Json = dict[str, Any]


class Call(Protocol):
    """Reaches the emulator's own implementation of an operation of the same service; raises its ServiceError."""

    def __call__(self, operation: str, request: Json) -> Json: ...


OperationHandler = Callable[[Json, Call], Json]
PageHandler = Callable[[str, Mapping[str, str]], Json]
TaskHandler = Callable[[str, Json], Any]
PropertyFill = Callable[[str, Json, Json], Json | None]
F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", bound="type[Resource]")


class ServiceError(Exception):
    """An error of an AWS service, as its SDK shows it: a code, a message and an HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


class NotImplementedOnLaptop(ServiceError):  # noqa: N818 (the name is the error code that callers see)
    """Refusal of what the laptop would only pretend to do.

    The status 501 is one that no AWS SDK retries.
    """

    def __init__(self, what: str) -> None:
        super().__init__("NotImplementedOnLaptop", f"{what} is not implemented on the laptop; it runs on AWS only", 501)


class TaskError(Exception):
    """Failure of a Step Functions task: the error name that `Retry` and `Catch` match, and its cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


@dataclass(frozen=True)
class Context:
    """Where CloudFormation creates a resource, and the name that it generates for one without a name of its own."""

    stack: str
    logical_id: str
    name: str


@dataclass(frozen=True)
class Created:
    """What `Ref` and `Fn::GetAtt` give."""

    physical_id: str
    attributes: Json


class Resource:
    """One CloudFormation resource type. `update` is called for changes that need no replacement.

    Attributes
    ----------
    replaced_by
        Properties whose change creates a new resource and deletes the old one ("Update requires: Replacement").
    properties
        Properties that the type implements; any other one fails the deployment.
    """

    replaced_by: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()

    def create(self, properties: Json, context: Context) -> Created:
        raise NotImplementedError

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        raise NotImplementedError

    def delete(self, physical_id: str, properties: Json) -> None:
        raise NotImplementedError


operations: dict[tuple[str, str], OperationHandler] = {}
pages: dict[str, PageHandler] = {}
tasks: dict[str, TaskHandler] = {}
resource_types: dict[str, Resource] = {}
fills: dict[str, list[PropertyFill]] = {}
starters: list[Callable[[], None]] = []
stoppers: list[Callable[[], None]] = []


def operation(service: str, name: str) -> Callable[[F], F]:
    """Serve one operation of a service that speaks JSON, e.g. `@operation("athena", "StartQueryExecution")`.

    The handler takes the request and `call`, and returns the response; datetimes become epoch seconds. It runs on a
    thread of its own in the caller's account and region, so it may block and may call the endpoint back.
    """
    return _into(operations, (service, name))


def own_page(prefix: str) -> Callable[[F], F]:
    """Serve GET requests of paths that no service of AWS has, e.g. `@own_page("/_lake/quicksight/")`.

    The handler takes the rest of the path and the query, and returns a JSON document; it may block.
    """
    return _into(pages, prefix)


def task(resource: str) -> Callable[[F], F]:
    """Serve a Step Functions integration, e.g. `@task("arn:aws:states:::glue:startJobRun")`.

    The handler takes the whole resource (with `.sync` or `.waitForTaskToken`, if any) and the task's input. It blocks
    until the task is over, and raises TaskError.
    """
    return _into(tasks, resource)


def resource_type(name: str) -> Callable[[R], R]:
    """Serve a CloudFormation resource type with a Resource class."""

    def register(cls: R) -> R:
        if name in resource_types:
            raise ValueError(f"{name} must be registered once; got a second class {cls.__qualname__}")
        resource_types[name] = cls()
        return cls

    return register


def after_resource(name: str) -> Callable[[F], F]:
    """Call `handler(physical_id, old, new)` after the emulator created (`old` is empty) or updated a resource.

    The handler applies the properties that the emulator drops, and may return attributes for `Fn::GetAtt`.
    """

    def register(handler: F) -> F:
        fills.setdefault(name, []).append(handler)
        return handler

    return register


def on_start(handler: F) -> F:
    """Call `handler()` on a thread of its own once the endpoint answers, with the state of the last run loaded."""
    starters.append(handler)
    return handler


def on_stop(handler: F) -> F:
    """Call `handler()` when the emulator stops: end what it started."""
    stoppers.append(handler)
    return handler


def _into(table: dict[Any, Any], key: Any) -> Callable[[F], F]:
    def register(handler: F) -> F:
        if key in table:
            raise ValueError(f"{key} must be registered once; got a second handler {handler.__qualname__}")
        table[key] = handler
        return handler

    return register
