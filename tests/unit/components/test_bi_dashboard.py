from __future__ import annotations

from dataclasses import replace

from components.bi_dashboard import dashboard
from contracts.loader import load_contracts
from dashboards import catalog
from dashboards.model import Dashboard

SPEC = catalog.load(load_contracts()).dashboards[0]
LONGEST = 512


def version(spec: Dashboard) -> str:
    made = dashboard(
        spec,
        account="000000000000",
        data_sets={each.id: "arn" for each in spec.data_sets},
        theme="theme",
        folder="folder",
        owners=(),
        readers=(),
        export_to_csv=False,
    )
    return str(made["VersionDescription"])


def test_a_long_description_leaves_room_for_what_tells_versions_apart() -> None:
    long = replace(SPEC, description="x" * LONGEST)
    changed = replace(long, definition={**SPEC.definition, "Sheets": []})
    assert len(version(long)) <= LONGEST
    assert version(long) != version(changed)
