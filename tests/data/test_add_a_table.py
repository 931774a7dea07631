"""The table that the README adds is curated like any other."""

import json
from datetime import date
from pathlib import Path

import pytest
from lake_common import contract as contract_module

from contracts.loader import load
from tests.data.conftest import Lake
from tests.data.curating import curate, curated, put, quarantined
from tests.readme import contracts_with_example

pytestmark = pytest.mark.spark


def test_rows_of_the_table_of_the_readme_are_typed_or_quarantined(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = contracts_with_example(tmp_path / "contracts")
    (tmp_path / f"{table}.json").write_text(json.dumps(load(table, tmp_path / "contracts").as_dict()))
    monkeypatch.setattr(contract_module, "PACKAGED", tmp_path)
    rows = "".join(f"o{number},2026-01-{number:02}\n" for number in range(1, 32))
    put(lake, "ingest_date=2026-01-31/a.csv", f"order_id,returned_on\n{rows}", table)

    curate(lake, table)

    found = curated(lake, table)
    assert len(found) == 31
    assert ("o1", date(2026, 1, 1)) in found
    put(lake, "ingest_date=2026-02-01/b.csv", "order_id,returned_on\no1,2026-01-01\n", table)
    curate(lake, table, run_id="again")
    assert [reason for reason, _ in quarantined(lake, table)] == [["duplicate"]]
