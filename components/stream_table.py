"""A DynamoDB table of the ingestion stack."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from components.arns import key_arn


class StreamTable(dynamodb.CfnTable):
    """An on-demand table with the lake's key and point-in-time recovery.

    Parameters
    ----------
    keys
        Names of the partition key and, if there is one, of the sort key; both are strings.
    expires
        Attribute that holds the second since 1970 after which an item may go; None keeps items for ever.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        keys: tuple[str, ...],
        expires: str | None,
        key: kms.IKey,
        retain_data: bool,
    ) -> None:
        table = dynamodb.CfnTable
        super().__init__(
            scope,
            construct_id,
            attribute_definitions=[
                table.AttributeDefinitionProperty(attribute_name=name, attribute_type="S") for name in keys
            ],
            key_schema=[
                table.KeySchemaProperty(attribute_name=name, key_type=kind)
                for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            billing_mode="PAY_PER_REQUEST",
            sse_specification=table.SSESpecificationProperty(
                sse_enabled=True, sse_type="KMS", kms_master_key_id=key_arn(key)
            ),
            point_in_time_recovery_specification=table.PointInTimeRecoverySpecificationProperty(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_specification=table.TimeToLiveSpecificationProperty(attribute_name=expires, enabled=True)
            if expires
            else None,
            deletion_protection_enabled=retain_data,
        )
        self.apply_removal_policy(cdk.RemovalPolicy.RETAIN if retain_data else cdk.RemovalPolicy.DESTROY)
