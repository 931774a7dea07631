"""Options of Athena's API that the laptop does not serve: refused, so that nobody takes them for done. Pure.

Result reuse is not among them: a query whose result could be reused runs again, and the answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laptop.emulator.registry import NotImplementedOnLaptop

Json = Mapping[str, Any]

_CATALOG = "AwsDataCatalog"
_ENGINES = ("AUTO", "Athena engine version 3")
_OF_WORKGROUPS = (
    "AdditionalConfiguration",
    "CustomerContentEncryptionConfiguration",
    "EnableMinimumEncryptionConfiguration",
    "EngineConfiguration",
    "ExecutionRole",
    "IdentityCenterConfiguration",
    "ManagedQueryResultsConfiguration",
    "ManagedQueryResultsConfigurationUpdates",
    "MonitoringConfiguration",
    "QueryResultsS3AccessGrantsConfiguration",
    "RequesterPaysEnabled",
)


def require_query(request: Json, account: str) -> None:
    """Refuse a StartQueryExecution that Athena would run in another way.

    Raises
    ------
    NotImplementedOnLaptop
        It names another catalog, engine settings, or options of results that nothing here reads.
    """
    catalog = (request.get("QueryExecutionContext") or {}).get("Catalog") or _CATALOG
    _refuse("a query with", _given(request, ("EngineConfiguration",)))
    _refuse("the catalog", [catalog] if catalog.lower() != _CATALOG.lower() else [])
    _refuse("a query with", _of_results(request.get("ResultConfiguration") or {}, account))


def require_results(request: Json) -> None:
    """Refuse a GetQueryResults that asks for another thing than rows.

    Raises
    ------
    NotImplementedOnLaptop
        It asks for the manifest of an INSERT, a CTAS or an UNLOAD.
    """
    kind = request.get("QueryResultType") or "DATA_ROWS"
    _refuse("QueryResultType", [kind] if kind != "DATA_ROWS" else [])


def require_workgroup(configuration: Json, account: str) -> None:
    """Refuse a workgroup, or changes of one, whose queries Athena would run in another way.

    Raises
    ------
    NotImplementedOnLaptop
        It has another engine, or options that nothing here reads.
    """
    engine = (configuration.get("EngineVersion") or {}).get("SelectedEngineVersion") or "AUTO"
    results = configuration.get("ResultConfiguration") or configuration.get("ResultConfigurationUpdates") or {}
    _refuse("a workgroup with", _given(configuration, _OF_WORKGROUPS))
    _refuse("the engine", [engine] if engine not in _ENGINES else [])
    _refuse("a workgroup with", _of_results(results, account))


def _of_results(configuration: Json, account: str) -> Iterator[str]:
    yield from _given(configuration, ("AclConfiguration",))
    # The laptop's buckets are all of the one account.
    if configuration.get("ExpectedBucketOwner", account) != account:
        yield f"ExpectedBucketOwner {configuration['ExpectedBucketOwner']}"


def _given(options: Json, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if _is_asked_for(options.get(name))]


def _is_asked_for(value: Any) -> bool:
    """Tell whether an option is there and not switched off; CloudFormation writes switches as text."""
    if isinstance(value, Mapping):
        switches = [switch for name, switch in value.items() if name.startswith("Enable")]
        return any(map(_is_asked_for, switches)) if switches else bool(value)
    return str(value).lower() not in ("none", "false", "")


def _refuse(what: str, named: Iterator[str] | list[str]) -> None:
    found = ", ".join(named)
    if found:
        raise NotImplementedOnLaptop(f"{what} {found}")
