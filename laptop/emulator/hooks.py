"""Applies the registry to the emulator. With `selfcheck`, the only module that knows the emulator's private names."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any

from ministack import app
from ministack.core.concurrency import run_reentrant
from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions

from laptop.emulator import checkpoints, clients, known_good, registry, rest, s3_events
from laptop.emulator.cloudformation import plugin as cloudformation
from laptop.emulator.cloudformation import waiting
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, OperationHandler, ServiceError

logger = logging.getLogger("laptop")

Response = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, Mapping[str, str], bytes, Mapping[str, Any]], Awaitable[Response]]


def apply() -> None:
    """Plug every registered handler in, and shut what is not known to be good."""
    clients.use_scope(lambda: (get_account_id(), get_region()))
    _refuse_other_services(own=_serve_operations())
    for resource, handler in registry.tasks.items():
        stepfunctions._SERVICE_DISPATCH[resource] = _task(handler)
    s3_events.apply()
    cloudformation.apply()
    app.SERVICE_HANDLERS["cloudformation"] = waiting.until_ended(app.SERVICE_HANDLERS["cloudformation"])


def _serve_operations() -> frozenset[str]:
    """Serve our operations; return the services that the emulator does not have."""
    services = {service for service, _ in registry.operations} | known_good.OPERATIONS.keys()
    own = frozenset(services - app.SERVICE_HANDLERS.keys())
    for service in sorted(services):
        app.SERVICE_HANDLERS[service] = _service(service, app.SERVICE_HANDLERS.get(service))
    return own


def _refuse_other_services(own: frozenset[str]) -> None:
    ours = {service for service, _ in registry.operations}
    for service in app.SERVICE_HANDLERS.keys() - known_good.SERVICES - ours:
        app.SERVICE_HANDLERS[service] = _refusal(service)
    app.detect_service = _detector(app.detect_service, own)
    app.SERVICE_HANDLERS[_PAGES] = _page
    app.SERVICE_HANDLERS["s3"] = _with_managed_key(_without_unknown_configurations(app.SERVICE_HANDLERS["s3"]))


# Paths of our own; no bucket can be called so.
_PAGES = "/_lake/"


async def _page(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> Response:
    prefix = next((prefix for prefix in registry.pages if path.startswith(prefix)), None)
    if prefix is None or method != "GET":
        return _error(NotImplementedOnLaptop(f"{method} {path}"))
    values = {name: value[0] if isinstance(value, list) else value for name, value in query.items()}
    handler = registry.pages[prefix]

    def show(_request: Json, _call: Call) -> Json:
        return handler(path.removeprefix(prefix), values)

    served: Response = await run_reentrant(_serve, show, b"", _caller(None, "", headers), thread_name="laptop-page")
    return served


_SIGNED_AS = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")


def _detector(original: Callable[..., str], own: frozenset[str]) -> Callable[..., str]:
    """Keep requests of services that the emulator does not know out of S3, where it sends whatever it cannot place."""

    def detect(method: str, path: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> str:
        checkpoints.count_request()
        if path.startswith(_PAGES):
            return _PAGES
        signed = _SIGNED_AS.search(headers.get("authorization", ""))
        if signed and signed[1] in own:
            # Of a name that it does not know, the emulator asks the model of every service of AWS: seconds.
            return signed[1]
        service = original(method, path, headers, query)
        if service == "s3" and signed and not signed[1].startswith("s3"):
            service = signed[1]
        app.SERVICE_HANDLERS.setdefault(service, _refusal(service))
        return service

    return detect


def _without_unknown_configurations(original: Handler) -> Handler:
    """Refuse the bucket configurations that the emulator ignores: it takes their requests for a CreateBucket."""

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Response:
        ignored = known_good.IGNORED_BUCKET_CONFIGURATIONS & query.keys()
        if ignored:
            code, message = "NotImplemented", f"S3 {min(ignored)} is not implemented on the laptop; it runs on AWS only"
            document = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
            return 501, {"Content-Type": "application/xml"}, document.encode()
        return await original(method, path, headers, body, query)

    return handle


_ENCRYPTION = "x-amz-server-side-encryption"
_ENCRYPTION_KEY = f"{_ENCRYPTION}-aws-kms-key-id"


def _with_managed_key(original: Handler) -> Handler:
    """Encrypt with the account's `aws/s3` key where a write asks for KMS without naming a key; the emulator refuses it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html
    """

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Response:
        if headers.get(_ENCRYPTION) == "aws:kms" and _ENCRYPTION_KEY not in headers:
            key = f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"
            headers = {**headers, _ENCRYPTION_KEY: key}
        return await original(method, path, headers, body, query)

    return handle


def _refusal(service: str) -> Handler:
    async def refuse(*_: Any) -> Response:
        return _error(NotImplementedOnLaptop(f"the service {service}"))

    return refuse


def _service(service: str, original: Handler | None) -> Handler:
    allowed = known_good.OPERATIONS.get(service)

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Response:
        target = headers.get("x-amz-target", "")
        name = target.rpartition(".")[2]
        routed = None if target else rest.resolve(service, method, path, query, body)
        if routed:
            name, body = routed
        ours = registry.operations.get((service, name))
        if ours is not None:
            call = _caller(original, target.rpartition(".")[0], headers)
            served: Response = await run_reentrant(_serve, ours, body, call, thread_name=f"laptop-{service}-{name}")
            return served
        if original is None or (allowed is not None and name not in allowed):
            return _error(NotImplementedOnLaptop(f"{service}:{name or path}"))
        return await original(method, path, headers, body, query)

    return handle


def _serve(handler: OperationHandler, body: bytes, call: Call) -> Response:
    try:
        return _respond(handler(json.loads(body or b"{}"), call) or {})
    except ServiceError as error:
        return _error(error)
    except Exception as error:
        logger.exception("operation %s failed", getattr(handler, "__qualname__", handler))
        return _error(ServiceError("InternalServerException", f"{type(error).__name__}: {error}", 500))


def _caller(original: Handler | None, prefix: str, headers: Mapping[str, str]) -> Call:
    def call(operation: str, request: Json) -> Json:
        if original is None:
            raise NotImplementedOnLaptop(operation)
        changed = {**headers, "x-amz-target": f"{prefix}.{operation}"}
        status, _, body = app.call_service_handler_sync(
            original, "POST", "/", changed, json.dumps(request).encode(), {}
        )
        answer: Json = json.loads(body or b"{}")
        if status >= 300:
            code = str(answer.get("__type", "InternalServerException")).rpartition("#")[2]
            raise ServiceError(code, str(answer.get("message", answer.get("Message", ""))), status)
        return answer

    return call


def _task(handler: registry.TaskHandler) -> Callable[[str, Json], Any]:
    def run(resource: str, request: Json) -> Any:
        try:
            return handler(resource, request)
        except registry.TaskError as error:
            raise stepfunctions._ExecutionError(error.error, error.cause) from error

    return run


def _respond(document: Json, status: int = 200) -> Response:
    body = json.dumps(document, default=_encode, ensure_ascii=False).encode()
    return status, {"Content-Type": "application/x-amz-json-1.1"}, body


def _error(error: ServiceError) -> Response:
    # Services differ in the case of the member; SDKs read one of them.
    document = {"__type": error.code, "message": error.message, "Message": error.message, **error.members}
    status, headers, body = _respond(document, error.status)
    return status, {**headers, "x-amzn-errortype": error.code}, body


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a response must be JSON; got {type(value).__name__}: {value!r}")
