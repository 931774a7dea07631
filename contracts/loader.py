"""Read data contracts in the Open Data Contract Standard, version 3.0.2, from YAML.

https://bitol-io.github.io/open-data-contract-standard/v3.0.2/
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from lake_common.contract import Column, Contract, ContractError, Rule, Source

FOLDER = Path(__file__).parent
API_VERSION = "v3.0.2"

_DOCUMENT = {"apiVersion", "kind", "id", "name", "version", "status", "dataProduct", "description", "schema"}
_OPTIONAL_DOCUMENT = {"customProperties", "tags"}
_TABLE = {"name", "properties"}
_OPTIONAL_TABLE = {"physicalType", "description", "quality"}
_PROPERTY = {"name", "logicalType", "physicalType", "description"}
_OPTIONAL_PROPERTY = {
    "required",
    "unique",
    "primaryKey",
    "primaryKeyPosition",
    "partitioned",
    "partitionKeyPosition",
    "transformLogic",
    "logicalTypeOptions",
    "quality",
}
_TYPE_OPTIONS = {"minimum", "maximum", "pattern", "maxLength"}
_CUSTOM = {
    "zone",
    "source",
    "storedAs",
    "sortBy",
    "bloomFilter",
    "versionColumn",
    "partitionProjection",
    "quarantineLimit",
}
_SOURCE = {
    "format": "format",
    "delimiter": "delimiter",
    "nullValue": "null_value",
    "quote": "quote",
    "escape": "escape",
    "multiline": "multiline",
    "dateFormat": "date_format",
    "timestampFormat": "timestamp_format",
}


def load_contracts(folder: Path = FOLDER) -> tuple[Contract, ...]:
    """Read all contracts of a folder, sorted by name.

    Raises
    ------
    ContractError
        If a file is not a valid contract; the message names the file and the key.
    """
    return tuple(_load(file) for file in sorted(folder.glob("*.yaml")))


def load(name: str, folder: Path = FOLDER) -> Contract:
    """Read the contract of one table."""
    return _load(folder / f"{name}.yaml")


def as_dict(contract: Contract) -> dict[str, Any]:
    """Plain data for JSON, as jobs find it in their zip; `Contract.from_dict` is the inverse."""
    return contract.as_dict()


def _load(file: Path) -> Contract:
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=_YAML)  # noqa: S506 - a safe loader
        contract = parse(document)
        if contract.name != file.stem:
            raise ContractError(f"name is {contract.name!r}; expected {file.stem!r}, as the file is called")
    except (ContractError, yaml.YAMLError) as error:
        raise ContractError(f"{file.name}: {error}") from error
    return contract


def parse(document: Mapping[str, Any]) -> Contract:
    """Turn the mapping that a YAML file holds into a contract."""
    _check_keys(document, _DOCUMENT, _OPTIONAL_DOCUMENT, "contract")
    if document["apiVersion"] != API_VERSION or document["kind"] != "DataContract":
        got = f"{document['apiVersion']} {document['kind']}"
        raise ContractError(f"apiVersion and kind must be {API_VERSION} DataContract; got {got}")
    if len(document["schema"]) != 1:
        raise ContractError(f"schema must hold one table; got {len(document['schema'])}")
    table = document["schema"][0]
    _check_keys(table, _TABLE, _OPTIONAL_TABLE, "schema[0]")
    custom = _custom(document.get("customProperties", []))
    columns = _columns(table["properties"])
    return Contract(
        name=document["name"],
        product=document["dataProduct"],
        zone=custom["zone"],
        version=document["version"],
        description=document["description"]["purpose"],
        columns=columns,
        source=_source(custom.get("source")),
        sort_by=tuple(custom.get("sortBy", (column.name for column in columns if column.primary_key))),
        bloom_filter=tuple(custom.get("bloomFilter", ())),
        version_column=custom.get("versionColumn"),
        projection=_projection(custom.get("partitionProjection", {})),
        quarantine_limit=custom.get("quarantineLimit", 0.0),
        quality=tuple(_rule(rule) for rule in table.get("quality", [])),
        stored_as=custom.get("storedAs", "parquet"),
    )


def _columns(properties: list[dict[str, Any]]) -> tuple[Column, ...]:
    for index, item in enumerate(properties):
        where = f"schema[0].properties[{index}] {item.get('name', '')}".rstrip()
        _check_keys(item, _PROPERTY, _OPTIONAL_PROPERTY, where)
        _check_keys(item.get("logicalTypeOptions", {}), set(), _TYPE_OPTIONS, f"{where}.logicalTypeOptions")
    data = [item for item in properties if not item.get("partitioned")]
    partitions = [item for item in properties if item.get("partitioned")]
    return tuple(map(_column, data + sorted(partitions, key=lambda item: int(item.get("partitionKeyPosition", 1)))))


def _column(item: Mapping[str, Any]) -> Column:
    options = item.get("logicalTypeOptions", {})
    return Column(
        name=item["name"],
        type=item["physicalType"],
        description=item["description"],
        required=any(item.get(key, False) for key in ("required", "primaryKey", "partitioned")),
        primary_key=item.get("primaryKey", False),
        unique=item.get("unique", False),
        partition=item.get("partitioned", False),
        transform=item.get("transformLogic"),
        minimum=_text(options.get("minimum")),
        maximum=_text(options.get("maximum")),
        pattern=options.get("pattern"),
        max_length=options.get("maxLength"),
        allowed=_allowed(item),
    )


def _allowed(item: Mapping[str, Any]) -> tuple[str, ...]:
    values: list[str] = []
    for rule in item.get("quality", []):
        if rule.get("rule") != "validValues":
            raise ContractError(f"quality of {item['name']} has rule {rule.get('rule')!r}; expected validValues")
        values += map(str, rule["validValues"])
    return tuple(values)


def _rule(rule: Mapping[str, Any]) -> Rule:
    _check_keys(rule, {"type", "name", "engine", "implementation"}, {"description"}, "schema[0].quality")
    if (rule["type"], rule["engine"]) != ("custom", "spark"):
        raise ContractError(f"quality {rule['name']} must be of type custom, engine spark; got {rule}")
    return Rule(name=rule["name"], expression=rule["implementation"])


def _custom(properties: list[dict[str, Any]]) -> dict[str, Any]:
    custom = {item["property"]: item["value"] for item in properties}
    _check_keys(custom, {"zone"}, _CUSTOM, "customProperties")
    return custom


def _source(value: Mapping[str, Any] | None) -> Source | None:
    if value is None:
        return None
    _check_keys(value, {"format"}, set(_SOURCE), "customProperties.source")
    return Source(**{_SOURCE[key]: item for key, item in value.items()})


def _projection(columns: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Athena's table properties for partition projection.

    https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
    """
    if not columns:
        return {}
    properties = {"projection.enabled": "true"}
    for column, options in columns.items():
        properties |= {f"projection.{column}.{key}": str(value) for key, value in options.items()}
    return properties


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _check_keys(got: Mapping[str, Any], required: set[str], optional: set[str], where: str) -> None:
    missing, unknown = sorted(required - set(got)), sorted(set(got) - required - optional)
    if missing:
        raise ContractError(f"{where} lacks {missing[0]!r}; it has {sorted(got)}")
    if unknown:
        raise ContractError(
            f"{where} has the unknown key {unknown[0]!r}; expected one of {sorted(required | optional)}"
        )


class _YAML(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The C parser where PyYAML has it: ten times faster, which a synth feels."""
