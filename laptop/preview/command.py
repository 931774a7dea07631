"""Writes the preview of what is deployed on the laptop."""

from __future__ import annotations

from pathlib import Path

from laptop import aws
from laptop.preview import page, people
from laptop.preview.gather import NAMESPACE, gather
from laptop.preview.page import PreviewError
from laptop.preview.snapshot import Snapshot
from laptop.state import Home, Run


def run(home: Home, emulator: Run) -> Path:
    """Write `dashboards/index.html` in the folder of the lake; return the page.

    Raises
    ------
    PreviewError
        No dashboard is deployed, or the page cannot be written.
    """
    return write(home, look(home, emulator))


def look(home: Home, emulator: Run) -> Snapshot:
    """Read all dashboards and the rows of everybody; register people if there are none yet."""
    quicksight = aws.client(home, emulator, "quicksight")
    account = {"AwsAccountId": aws.ACCOUNT}
    if not quicksight.list_dashboards(**account)["DashboardSummaryList"]:
        raise PreviewError("no dashboard is deployed; deploy the lake with `make deploy ENV=laptop`")
    if not quicksight.list_users(**account, Namespace=NAMESPACE)["UserList"]:
        people.register(quicksight)
    return gather(home, emulator)


def write(home: Home, snapshot: Snapshot) -> Path:
    """Write the page of a snapshot."""
    return page.write(snapshot, home.path / "dashboards")
