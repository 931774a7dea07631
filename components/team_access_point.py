"""A team's own, separately governed entry to a zone."""

from aws_cdk import Token
from aws_cdk import aws_s3 as s3
from aws_cdk.interfaces.aws_ec2 import IVPCRef
from constructs import Construct

from components.arns import bucket_name
from config.model import AccessPointConfig


class TeamAccessPoint(Construct):
    """An S3 access point: private, and if so configured open to the lake's network only.

    Whoever comes through it needs the permission in the own identity policy as well: same-account access through an
    access point is granted by either policy, and this one grants nothing.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """

    def __init__(self, scope: Construct, *, config: AccessPointConfig, bucket: s3.IBucket, vpc: IVPCRef) -> None:
        super().__init__(scope, f"{config.team.capitalize()}{config.zone.capitalize()}AccessPoint")
        self.config = config
        point = s3.CfnAccessPoint
        self._resource = s3.CfnAccessPoint(
            self,
            "Resource",
            bucket=bucket_name(bucket),
            vpc_configuration=point.VpcConfigurationProperty(vpc_id=vpc.vpc_ref.vpc_id) if config.vpc_only else None,
            public_access_block_configuration=point.PublicAccessBlockConfigurationProperty(
                block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
            ),
        )

    @property
    def alias(self) -> str:
        """Name to use instead of the bucket's, wherever a bucket name is expected."""
        return Token.as_string(self._resource.attr_alias)

    @property
    def arn(self) -> str:
        """ARN to name in the team's policy."""
        return Token.as_string(self._resource.attr_arn)
