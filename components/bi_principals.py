"""Who looks at dashboards and who owns them, as ARNs of the identity region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from components.acknowledge import acknowledge
from components.arns import arn
from components.quicksight import QuickSightResource
from config.bi import BiConfig
from dashboards.model import Dashboard, Group


class BiPrincipals(Construct):
    """The groups of the dashboards, and the people and groups that the configuration names besides.

    Raises
    ------
    ValueError
        If the configuration names a group that has its role already, or somebody of another namespace.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: BiConfig, groups: Sequence[Group]) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        self._check(groups)
        self.groups: Mapping[str, str] = {group.name: self._group(group) for group in groups}
        self._authors = [group.name for group in groups if group.authors]
        if config.create_groups:
            acknowledge(
                self,
                "F3006",
                because="the type is younger than this validator's list; cfn-lint, with AWS's own schemas, knows it",
                revisit_when="the validator knows AWS::QuickSight::Group",
            )

    @property
    def owners(self) -> list[str]:
        """Those who may change what the stack makes."""
        return [*(self.groups[name] for name in self._authors), *map(self._arn, self._config.owners)]

    def readers(self, dashboard: Dashboard) -> list[str]:
        """Those who may look at a dashboard, without its owners, who may anyhow."""
        named = [self.groups[name] for name in dashboard.readers if name not in self._authors]
        return [*named, *map(self._arn, self._config.readers)]

    def _group(self, group: Group) -> str:
        if not self._config.create_groups:
            return self._arn(self._path(group))
        return QuickSightResource(
            self,
            "".join(part.capitalize() for part in group.name.split("-")),
            kind="Group",
            properties={
                "Namespace": self._config.namespace,
                "GroupName": group.name,
                "Description": group.description,
            },
        ).arn

    def _path(self, group: Group) -> str:
        return f"group/{self._config.namespace}/{group.name}"

    def _arn(self, path: str) -> str:
        return arn(self, "quicksight", path, region=self._config.identity_region)

    def _check(self, groups: Sequence[Group]) -> None:
        named = {*self._config.owners, *self._config.readers}
        known = sorted(named & {self._path(group) for group in groups})
        if known:
            raise ValueError(f"bi.owners and bi.readers must not name groups of dashboards/groups.py; got {known}")
        strangers = sorted(path for path in named if path.split("/")[1] != self._config.namespace)
        if strangers:
            raise ValueError(f"bi.owners and bi.readers must be of namespace {self._config.namespace}; got {strangers}")
