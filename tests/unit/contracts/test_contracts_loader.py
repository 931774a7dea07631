from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from lake_common.contract import Contract, ContractError

from contracts.loader import FOLDER, as_dict, load, load_contracts

ORDERS = (FOLDER / "orders.yaml").read_text(encoding="utf-8")


def broken(tmp_path: Path, old: str, new: str) -> Path:
    assert old in ORDERS
    (tmp_path / "orders.yaml").write_text(ORDERS.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def test_contracts_come_sorted_by_name_and_survive_json() -> None:
    contracts = load_contracts()
    assert [contract.name for contract in contracts] == sorted(file.stem for file in FOLDER.glob("*.yaml"))
    for contract in contracts:
        assert Contract.from_dict(json.loads(json.dumps(as_dict(contract)))) == contract
        assert hash(contract)


def test_orders_say_what_everyone_relies_on() -> None:
    orders = load("orders")
    assert [(column.name, column.type) for column in orders.columns] == [
        ("order_id", "string"),
        ("customer_id", "int"),
        ("order_date", "date"),
        ("quantity", "int"),
        ("amount", "decimal(10,2)"),
        ("order_month", "string"),
    ]
    assert orders.primary_key == ("order_id",)
    assert [column.name for column in orders.partition_columns] == ["order_month"]
    assert [column.name for column in orders.raw_columns] == [column.name for column in orders.data_columns]
    assert orders.projection["projection.order_month.format"] == "yyyy-MM"


def test_every_column_of_every_contract_is_described() -> None:
    undescribed = [
        f"{contract.name}.{column.name}"
        for contract in load_contracts()
        for column in contract.columns
        if not column.description.strip()
    ]
    assert undescribed == []


def test_a_table_is_sorted_by_its_primary_key_if_its_contract_names_nothing_else(tmp_path: Path) -> None:
    document = yaml.safe_load(ORDERS)
    document["customProperties"] = [item for item in document["customProperties"] if item["property"] != "sortBy"]
    (tmp_path / "orders.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert load("orders", tmp_path).sort_by == ("order_id",)
    assert load("orders").sort_by != ("order_id",)


def test_partition_columns_come_last_in_the_order_of_their_positions(tmp_path: Path) -> None:
    document = yaml.safe_load(ORDERS)
    properties = document["schema"][0]["properties"]
    properties.insert(
        0,
        {
            "name": "region",
            "logicalType": "string",
            "physicalType": "string",
            "description": "Region",
            "partitioned": True,
            "partitionKeyPosition": 2,
        },
    )
    (tmp_path / "orders.yaml").write_text(yaml.safe_dump(document))
    assert [column.name for column in load("orders", tmp_path).partition_columns] == ["order_month", "region"]
    assert load("orders", tmp_path).column("region").required


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1.0.0\n", "", r"orders.yaml: contract lacks 'version'"),
        ("status: active", "stats: active\nstatus: active", r"contract has the unknown key 'stats'; expected one of"),
        ("apiVersion: v3.0.2", "apiVersion: v2.2.2", r"must be v3.0.2 DataContract; got v2.2.2 DataContract"),
        ("name: orders\n", "name: sales\n", r"name is 'sales'; expected 'orders'"),
        (
            "maxLength: 64",
            "maxLenght: 64",
            r"properties\[0\] order_id.logicalTypeOptions has the unknown key 'maxLenght'",
        ),
        (
            "physicalType: int",
            "physicalType: integer",
            r"column 'customer_id' has type 'integer'; expected a Glue type",
        ),
        ("{format: csv}", "{format: xml}", r"source format must be one of \('csv', 'json'\); got 'xml'"),
        ("{format: csv}", "{format: csv, delimeter: ;}", r"customProperties.source has the unknown key 'delimeter'"),
        (
            "value: [customer_id,",
            "value: [customer,",
            r"sort_by names column 'customer', which the table does not have",
        ),
        ("value: 0.05", "value: 5", r"quarantine_limit must be a share from 0 to 1; got 5"),
        ("primaryKey: true", "unique: true", r"a table that is read from raw files needs a primary key"),
        ("- name: quantity", "- name: customer_id", r"column 'customer_id' occurs twice"),
        ("- name: quantity", "- name: Quantity", r"column 'Quantity' must match"),
        ("value: curated", "value: bronze", r"zone must be one of \('curated', 'analytics'\); got 'bronze'"),
        ("schema:", "schema: [", r"orders.yaml: "),
    ],
)
def test_fails_on_a_broken_contract_with_the_file_and_the_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        load_contracts(broken(tmp_path, old, new))
