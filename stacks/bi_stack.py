"""Business intelligence: what people see of the lake, who of them sees what, and how fresh it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_athena as athena
from aws_cdk import aws_sns as sns
from constructs import Construct
from lake_common.contract import Contract

from components import bi_dashboard
from components.acknowledge import acknowledge
from components.arns import home
from components.bi_alarms import BiAlarms
from components.bi_dashboard import uses_parameters
from components.bi_data_set import DataSetPlace, data_set, rules_data_set
from components.bi_data_source import BiDataSource
from components.bi_functions import BiFunctions, Work
from components.bi_network import BiNetwork
from components.bi_principals import BiPrincipals
from components.private_network import Subnets
from components.quicksight import QuickSightResource
from components.zones import Zones
from config.bi import BiConfig
from config.model import BI_TEAM
from dashboards.model import Collection, DataSet


@dataclass(frozen=True, kw_only=True)
class BiNetworkParts:
    """Where QuickSight connects to the network: its subnets, and the group of the endpoints that it then reaches."""

    subnets: Subnets
    endpoints: str


class BiStack(cdk.Stack):
    """Data source, data sets and dashboards of QuickSight, for an account that has subscribed to it.

    Parameters
    ----------
    collection
        What is deployed; it has passed the check of `dashboards.check`.
    network
        Where to connect; None to ask Athena from outside of the network.
    work
        What the lake does, and is to be seen on the dashboard of operations.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: BiConfig,
        collection: Collection,
        contracts: tuple[Contract, ...],
        zones: Zones,
        workgroup: athena.CfnWorkGroup,
        network: BiNetworkParts | None,
        work: Work,
        topic: sns.ITopic,
        alarm_actions_enabled: bool,
        retain_data: bool,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            termination_protection=retain_data,
            # Definitions are deep: indented, they would take the template near the size that CloudFormation accepts.
            suppress_template_indentation=True,
        )
        self._config, self._collection, self._zones = config, collection, zones
        self._account = home(self).account
        self._contracts = {contract.name: contract for contract in contracts}
        self._alarms = BiAlarms(self, "Alarms", topic=topic, actions_enabled=alarm_actions_enabled)
        self._principals = BiPrincipals(self, "People", config=config, groups=collection.groups)
        self._owners = self._principals.owners
        self._folder = self._new_folder("Folder", "lake", "Data lake", readers=[])
        self._source = self._data_source(workgroup.ref, network)
        self._data_sets = self._new_data_sets()
        self._dashboards()
        self._functions(work)
        cdk.CfnOutput(self, "BiDataSourceArn", value=self._source.arn)

    def _data_source(self, workgroup: str, network: BiNetworkParts | None) -> BiDataSource:
        read = {name for each in self._collection.data_sets for name in each.tables}
        connection = (
            BiNetwork(self, "Network", subnets=network.subnets, endpoints=network.endpoints).arn if network else None
        )
        return BiDataSource(
            self,
            "Athena",
            workgroup=workgroup,
            team=BI_TEAM,
            zones=self._zones,
            tables=[self._contracts[name] for name in sorted(read)],
            owners=self._owners,
            folder=self._folder,
            connection=connection,
        )

    def _new_data_sets(self) -> Mapping[str, str]:
        """Make the data sets, and return the ARN of each by its id."""
        place = DataSetPlace(
            account=self._account,
            namespace=self._config.namespace,
            data_source=self._source.arn,
            folder=self._folder,
            groups=self._principals.groups,
            owners=self._owners,
            contracts=self._contracts,
        )
        return {spec.id: self._new_data_set(spec, place) for spec in self._collection.data_sets}

    def _new_data_set(self, spec: DataSet, place: DataSetPlace) -> str:
        name, rules = _pascal(spec.name), None
        if spec.row_access:
            properties = rules_data_set(spec, spec.row_access, place)
            rules = QuickSightResource(self, f"{name}Access", kind="DataSet", properties=properties).arn
        resource = QuickSightResource(self, f"{name}Data", kind="DataSet", properties=data_set(spec, place, rules))
        for refresh in spec.refreshes:
            schedule = QuickSightResource(
                self,
                f"{name}Refresh{_pascal(refresh.id)}",
                kind="RefreshSchedule",
                properties=bi_dashboard.refresh_schedule(
                    spec, refresh, account=self._account, time_zone=self._config.time_zone
                ),
            )
            # It names the data set by its id, which CloudFormation does not see as a reference.
            schedule.add_resource_dependency(resource)
        if spec.import_mode == "SPICE":
            self._alarms.refresh_failed(spec)
        return resource.arn

    def _dashboards(self) -> None:
        theme = QuickSightResource(
            self,
            "Theme",
            kind="Theme",
            properties=bi_dashboard.theme(self._collection.theme, account=self._account, owners=self._owners),
        ).arn
        for spec in self._collection.dashboards:
            name, readers = _pascal(spec.name), self._principals.readers(spec)
            resource = QuickSightResource(
                self,
                f"{name}Dashboard",
                kind="Dashboard",
                properties=bi_dashboard.dashboard(
                    spec,
                    account=self._account,
                    data_sets=self._data_sets,
                    theme=theme,
                    folder=self._new_folder(f"{name}Folder", spec.id, spec.title, readers=readers),
                    owners=self._owners,
                    readers=readers,
                    export_to_csv=self._config.export_to_csv,
                ),
            )
            if uses_parameters(spec.definition):
                acknowledge(
                    resource,
                    "E1029",
                    because="expressions name parameters of the dashboard like this, not those of CloudFormation",
                    revisit_when="a definition is to take something from the template",
                )
            cdk.CfnOutput(self, f"{name}DashboardId", value=spec.id)

    def _functions(self, work: Work) -> None:
        made = BiFunctions(
            self, "Functions", config=self._config, collection=self._collection, zones=self._zones, work=work
        )
        for label, function in (("DashboardUrl", made.dashboard_url), ("UsageHistory", made.usage_history)):
            self._alarms.function_throttled_or_fails(label, function.name)
            cdk.CfnOutput(self, f"{label}FunctionName", value=function.name)

    def _new_folder(self, construct_id: str, folder_id: str, title: str, *, readers: list[str]) -> str:
        return QuickSightResource(
            self,
            construct_id,
            kind="Folder",
            properties=bi_dashboard.folder(
                folder_id, title, account=self._account, owners=self._owners, readers=readers
            ),
        ).arn


def refreshed_after(collection: Collection) -> Mapping[str, tuple[str, ...]]:
    """Give the ids of the data sets that a product's pipeline refreshes when it has written, by product."""
    imported = [each for each in collection.data_sets if each.import_mode == "SPICE"]
    products = dict.fromkeys(product for each in imported for product in each.products)
    return {product: tuple(each.id for each in imported if product in each.products) for product in products}


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
