"""Resources of QuickSight as plain data.

The library's classes for them take a tenth of a second to import, and check each of a dashboard's thousand members by
calls into another process. Nothing is lost: cfn-lint checks the templates by the same schemas.
"""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct


class QuickSightResource(cdk.CfnResource):
    """One resource; its ARN is a reference, so that CloudFormation keeps the order.

    Parameters
    ----------
    kind
        Last part of the type: `DataSet`, `Dashboard`, ...
    properties
        With the member names of CloudFormation.
    """

    def __init__(self, scope: Construct, construct_id: str, *, kind: str, properties: Mapping[str, Any]) -> None:
        super().__init__(scope, construct_id, type=f"AWS::QuickSight::{kind}", properties=properties)

    @property
    def arn(self) -> str:
        """ARN of the resource."""
        return self.get_att("Arn").to_string()
