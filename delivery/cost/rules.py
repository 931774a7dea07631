"""What a line of the estimate is, and which resource types are priced by which function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from delivery.assembly import Resource
from delivery.cost.prices import Prices
from delivery.cost.workload import Workload


@dataclass(frozen=True)
class Line:
    """A quantity of something in a month, and its price in dollars."""

    service: str
    what: str
    quantity: float
    unit: str
    usd: float


@dataclass(frozen=True)
class Month:
    """What prices depend on besides the resource itself."""

    prices: Prices
    workload: Workload
    # Resources of each type in the environment, to share what is known only in total.
    counts: dict[str, int]
    # Data products, each with a pipeline.
    products: int

    def share(self, resource: Resource) -> float:
        """Give the part of a total that falls to one resource of its type."""
        return 1 / self.counts[resource.type]


Rule = Callable[[Resource, Month], Iterator[Line]]
RULES: dict[str, Rule] = {}

# Types for which AWS charges nothing, or whose use is charged to another resource.
FREE = frozenset(
    {
        "AWS::Athena::NamedQuery",
        "AWS::Athena::PreparedStatement",
        "AWS::Budgets::Budget",  # the first two of an account
        "AWS::Cognito::UserPool",  # the first ten thousand people who sign in
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolGroup",
        "AWS::EC2::EIP",  # charged with its NAT gateway
        "AWS::EC2::InternetGateway",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::EC2::FlowLog",  # charged with its log group
        "AWS::EMR::Studio",
        "AWS::Events::Rule",  # events of AWS services
        "AWS::Glue::Classifier",
        "AWS::Glue::DataCatalogEncryptionSettings",
        "AWS::Glue::Database",
        "AWS::Glue::SecurityConfiguration",
        "AWS::Glue::Table",  # the first million objects
        "AWS::Glue::Trigger",
        "AWS::Glue::Workflow",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::KMS::Alias",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogStream",
        "AWS::QuickSight::Dashboard",  # charged by those who look, with the data source
        "AWS::QuickSight::DataSet",  # what it holds is charged with the data source, what it scans with its workgroup
        "AWS::QuickSight::Folder",
        "AWS::QuickSight::Group",
        "AWS::QuickSight::RefreshSchedule",
        "AWS::QuickSight::Theme",
        "AWS::QuickSight::VPCConnection",
        "AWS::S3::AccessPoint",
        "AWS::S3::BucketPolicy",
        "AWS::SageMaker::Workforce",
        "AWS::SNS::Subscription",  # the first thousand mails
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    }
)


def priced(*types: str) -> Callable[[Rule], Rule]:
    """Register the function that prices resources of some types."""

    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(types, rule))
        return rule

    return register
