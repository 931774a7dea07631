"""A role for AWS services."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from components.arns import home
from components.policy import Statement, document, trust_services


class ServiceRole(iam.CfnRole):
    """What a service may do in the lake's name, as one inline policy.

    Parameters
    ----------
    services
        Who may take the role, such as `glue.amazonaws.com`.
    policy_name
        Name of the inline policy.
    own_account_only
        Whether the services must act for this account; Lambda does not say for which account it takes a role.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        services: Sequence[str],
        policy_name: str,
        statements: Sequence[Statement],
        own_account_only: bool = True,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=description,
            assume_role_policy_document=trust_services(services, home(scope).account if own_account_only else None),
            policies=[iam.CfnRole.PolicyProperty(policy_name=policy_name, policy_document=document(statements))],
        )
        self.arn = self.attr_arn
