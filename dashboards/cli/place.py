"""The QuickSight of a deployed lake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboards.errors import DashboardError
from dashboards.model import Collection

if TYPE_CHECKING:
    from smoke.lake import Lake


@dataclass(frozen=True, kw_only=True)
class Place:
    """Clients of one environment, and what is deployed there.

    Attributes
    ----------
    quicksight
        Client of the region of data sets and dashboards.
    identities
        Client of the region of users and groups.
    """

    account: str
    namespace: str
    outputs: dict[str, str]
    collection: Collection
    quicksight: Any
    identities: Any
    functions: Any

    def invoke(self, output: str, event: Mapping[str, Any]) -> Any:
        """Return the answer of the function that an output names.

        Raises
        ------
        DashboardError
            If it refused; the message is the function's.
        """
        name = self.outputs[output]
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(dict(event)).encode())
        found = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise DashboardError(f"{name} refused: {found.get('errorMessage', found)}")
        return found


def find(environment: str) -> Place:
    """Find the dashboards of an environment.

    Raises
    ------
    DashboardError
        If business intelligence is off there.
    """
    from smoke.lake import connect  # noqa: PLC0415 (takes a second to load)

    return of(connect(environment))


def of(lake: Lake) -> Place:
    """Find the dashboards of a lake."""
    from contracts.loader import load_contracts  # noqa: PLC0415
    from dashboards.catalog import load  # noqa: PLC0415

    config = lake.config
    if "BiDataSourceArn" not in lake.outputs:
        raise DashboardError(f"{config.environment.name} has no dashboards: deploy it with enabled = true under [bi]")
    make: Any = lake.session.client
    return Place(
        account=config.environment.account,
        namespace=config.bi.namespace,
        outputs=lake.outputs,
        collection=load(load_contracts()),
        quicksight=make("quicksight"),
        identities=make("quicksight", region_name=config.bi.identity_region),
        functions=make("lambda"),
    )
