"""Fields that the emulator's EC2 does not show.

| operation | fields |
|---|---|
| DescribeVpcEndpoints | policyDocument, groupSet, privateDnsEnabled |
| DescribeFlowLogs | logGroupName, deliverLogsPermissionArn, logFormat, maxAggregationInterval |
| DescribeNatGateways | natGatewayAddressSet |

Sources: API_VpcEndpoint, API_FlowLog and API_NatGateway in https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import ec2

from laptop.emulator.registry import Json

Action = Callable[[Any], tuple[int, Any, Any]]

_FLOW_LOG = {
    "DeliverLogsPermissionArn": "deliverLogsPermissionArn",
    "LogFormat": "logFormat",
    "LogGroupName": "logGroupName",
    "MaxAggregationInterval": "maxAggregationInterval",
}


def apply() -> None:
    """Replace the emulator's views."""
    ec2._vpce_fields_xml = _endpoint_view(ec2._vpce_fields_xml)
    actions = ec2._ACTION_MAP
    actions["DescribeFlowLogs"] = _with_fields(actions["DescribeFlowLogs"], "flowLogId", _flow_log_fields)
    actions["DescribeNatGateways"] = _with_fields(actions["DescribeNatGateways"], "natGatewayId", _nat_gateway_fields)


def keep_flow_log(flow_log: str, properties: Json) -> None:
    """Keep what CreateFlowLogs forgets."""
    kept = {name: str(properties[name]) for name in _FLOW_LOG if name in properties}
    ec2._flow_logs[flow_log] = {**ec2._flow_logs[flow_log], **kept}


def _endpoint_view(original: Callable[[Json, str], str]) -> Callable[[Json, str], str]:
    def view(endpoint: Json, tag: str = "item") -> str:
        policy = endpoint.get("PolicyDocument")
        document = policy if isinstance(policy, str) or not policy else json.dumps(policy)
        groups = "".join(f"<item><groupId>{group}</groupId></item>" for group in endpoint.get("SecurityGroupIds", []))
        private = str(endpoint.get("PrivateDnsEnabled", False)).lower()
        fields = f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private}</privateDnsEnabled>"
        if document:
            fields += f"<policyDocument>{escape(document)}</policyDocument>"
        return original(endpoint, tag).replace("<routeTableIdSet>", f"{fields}<routeTableIdSet>", 1)

    return view


def _with_fields(original: Action, member: str, fields: Callable[[], dict[str, str]]) -> Action:
    """Put fields behind the element that names a record."""

    def describe(parameters: Any) -> tuple[int, Any, Any]:
        status, headers, body = original(parameters)
        text = (body.decode() if isinstance(body, bytes) else body).replace("<natGatewayAddressSet/>", "")
        for identifier, more in fields().items():
            name = f"<{member}>{identifier}</{member}>"
            text = text.replace(name, name + more)
        return status, headers, text.encode()

    return describe


def _flow_log_fields() -> dict[str, str]:
    return {
        identifier: "".join(
            f"<{shown}>{escape(record[name])}</{shown}>" for name, shown in _FLOW_LOG.items() if name in record
        )
        for identifier, record in ec2._flow_logs.items()
    }


def _nat_gateway_fields() -> dict[str, str]:
    return {
        identifier: f"<natGatewayAddressSet><item><allocationId>{record['AllocationId']}</allocationId></item>"
        "</natGatewayAddressSet>"
        for identifier, record in ec2._nat_gateways.items()
        if record.get("AllocationId")
    }
