"""Workgroups: what they enforce, over the emulator's own records of them.

https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from laptop.emulator.athena import library, options
from laptop.emulator.athena.results import Encryption
from laptop.emulator.clients import account
from laptop.emulator.registry import Call, ServiceError, operation

Json = dict[str, Any]
MINIMUM_CUTOFF_BYTES = 10_000_000
ENGINE_VERSION = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
NO_OUTPUT = (
    "No output location provided. An output location is required either through the Workgroup result configuration"
    " setting or as an API input."
)


@dataclass(frozen=True)
class Settings:
    """What holds for a query in a workgroup."""

    folder: str
    encryption: Encryption
    cutoff_bytes: int | None
    publish_metrics: bool


def invalid(message: str) -> ServiceError:
    return ServiceError("InvalidRequestException", message)


def get(name: str, call: Call) -> Json:
    """Return a workgroup with the defaults of what it does not say.

    Of a new workgroup, Athena enforces the settings and publishes metrics; the primary one enforces nothing.
    """
    try:
        document: Json = call("GetWorkGroup", {"WorkGroup": name})["WorkGroup"]
    except ServiceError as error:
        raise invalid(f"WorkGroup {name} is not found.") from error
    defaults = {
        "ResultConfiguration": {},
        "EnforceWorkGroupConfiguration": name != "primary",
        "PublishCloudWatchMetricsEnabled": True,
        "RequesterPaysEnabled": False,
        "EngineVersion": ENGINE_VERSION,
    }
    configuration = {**defaults, **(document.get("Configuration") or {})}
    for switch in ("EnforceWorkGroupConfiguration", "PublishCloudWatchMetricsEnabled", "RequesterPaysEnabled"):
        configuration[switch] = str(configuration[switch]).lower() == "true"
    document.pop("WorkGroupConfiguration", None)
    return {**document, "Configuration": configuration}


def settings(name: str, requested: Json, call: Call) -> Settings:
    """Return the settings of a query: the workgroup's where it enforces them, else the client's before its own."""
    workgroup = get(name, call)
    if workgroup.get("State") == "DISABLED":
        raise invalid(f"WorkGroup {name} is disabled.")
    configuration = workgroup["Configuration"]
    # CloudFormation may have made it, in the emulator's own way.
    options.require_workgroup(configuration, account())
    own = configuration["ResultConfiguration"]
    enforced = configuration["EnforceWorkGroupConfiguration"]
    chosen = own if enforced and own.get("OutputLocation") else {**own, **requested}
    location = chosen.get("OutputLocation")
    if not location:
        raise invalid(NO_OUTPUT)
    encryption = chosen.get("EncryptionConfiguration") or {}
    cutoff = configuration.get("BytesScannedCutoffPerQuery")
    return Settings(
        location.rstrip("/") + "/",
        Encryption(encryption.get("EncryptionOption", ""), encryption.get("KmsKey", "")),
        int(cutoff) if cutoff else None,
        configuration["PublishCloudWatchMetricsEnabled"],
    )


@operation("athena", "GetWorkGroup")
def get_workgroup(request: Json, call: Call) -> Json:
    return {"WorkGroup": get(request["WorkGroup"], call)}


@operation("athena", "CreateWorkGroup")
def create(request: Json, call: Call) -> Json:
    _check(request.get("Configuration") or {})
    return call("CreateWorkGroup", request)


@operation("athena", "UpdateWorkGroup")
def update(request: Json, call: Call) -> Json:
    get(request["WorkGroup"], call)
    _check(request.get("ConfigurationUpdates") or {})
    return call("UpdateWorkGroup", request)


@operation("athena", "DeleteWorkGroup")
def delete(request: Json, call: Call) -> Json:
    name = request["WorkGroup"]
    get(name, call)
    if not request.get("RecursiveDeleteOption") and library.has_contents(name):
        raise invalid(f"WorkGroup {name} is not empty")
    library.clear(name)
    return call("DeleteWorkGroup", request)


def _check(configuration: Json) -> None:
    options.require_workgroup(configuration, account())
    cutoff = configuration.get("BytesScannedCutoffPerQuery")
    if cutoff is not None and int(cutoff) < MINIMUM_CUTOFF_BYTES:
        raise invalid(f"BytesScannedCutoffPerQuery must be at least {MINIMUM_CUTOFF_BYTES}; got {cutoff}")
