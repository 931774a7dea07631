"""The logical ids of resources with data, exactly: whoever renames one replaces a bucket, and loses it in `dev`.

A change here is a migration: see docs/decisions/0003-logical-ids-are-pinned.md.
"""

from tests.policy.rules import STATEFUL
from tests.synthesis import Assembly

PINNED = {
    "Network": {"LogKeyE83D0C1B"},
    "Storage": {
        "AccessLogs8B620ECA",
        "Analytics0CFCBF3B",
        "Artifacts82DD59A1",
        "ClusterFilesAA04C01A",
        "CuratedF137945A",
        "DataKey17AFBB84",
        "Failures8A3E1A2F",
        "Notebooks05B72151",
        "Raw72517081",
        "Results25575328",
    },
    "Alerts": {"TopicKeyB2E0C9CB"},
    "Processing": {"PipelinesLedgerAC6D2FF9"},
    "Ingestion": {"Counters", "FileArrivalFilesE8407997", "Stream"},
    "Labeling": {"Labeling805EA058", "Ledger", "PeoplePool74375F38"},
}


def test_resources_with_data_keep_their_logical_ids(laptop_assembly: Assembly) -> None:
    found: dict[str, set[str]] = {}
    for each in laptop_assembly.resources():
        if each.type in STATEFUL:
            found.setdefault(each.stack, set()).add(each.logical_id)
    assert found == PINNED
