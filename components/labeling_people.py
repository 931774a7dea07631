"""Who labels: a workteam of one's own people, of a vendor, or of the public."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct
from lake_common.labeling.regions import public_workteam

from components.acknowledge import acknowledge
from components.arns import home
from config.labeling import LabelingConfig

# Where the worker portal comes back to after signing in. SageMaker adds its own address when the workforce is made, and
# Cognito wants one before that.
# https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-create-private-api.html
_PLACEHOLDER = "https://localhost/"


class LabelingPeople(Construct):
    """The workteam, and for people of one's own the pool that they sign in to.

    Parameters
    ----------
    notices
        Topic that tells workers of new tasks; a public or a vendor's workteam needs none.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, config: LabelingConfig, notices: sns.ITopic, retain_data: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self._config, self._notices, self._retain_data = config, notices, retain_data
        self.user_pool_id: str | None = None
        if config.workers == "public":
            self.workteam_arn = public_workteam(home(self).region)
        elif config.workers == "vendor":
            self.workteam_arn = config.vendor_workteam_arn
        else:
            self.workteam_arn = self._private()

    def _private(self) -> str:
        private = self._config.private
        pool_id, client_id = private.user_pool_id, private.client_id
        workforce: sagemaker.CfnWorkforce | None = None
        if private.create:
            pool = self._pool()
            client = self._client(pool)
            domain = self._domain(pool)
            pool_id, client_id = pool.ref, client.ref
            workforce = self._workforce(pool_id, client_id)
            # The portal signs people in through the domain, which the workforce looks up.
            workforce.node.add_dependency(domain)
        self.user_pool_id = pool_id
        group = cognito.CfnUserPoolGroup(
            self, "Labelers", user_pool_id=pool_id, description="People who label objects of the lake"
        )
        return self._workteam(pool_id, client_id, group, workforce)

    def _pool(self) -> cognito.CfnUserPool:
        private, user_pool = self._config.private, cognito.CfnUserPool
        pool = cognito.CfnUserPool(
            self,
            "Pool",
            # Nobody signs up: an administrator invites.
            admin_create_user_config=user_pool.AdminCreateUserConfigProperty(allow_admin_create_user_only=True),
            username_attributes=["email"],
            auto_verified_attributes=["email"],
            account_recovery_setting=user_pool.AccountRecoverySettingProperty(
                recovery_mechanisms=[user_pool.RecoveryOptionProperty(name="verified_email", priority=1)]
            ),
            mfa_configuration=private.multi_factor,
            # By an application: text messages cost, and are easier to catch.
            enabled_mfas=[] if private.multi_factor == "OFF" else ["SOFTWARE_TOKEN_MFA"],
            policies=user_pool.PoliciesProperty(
                password_policy=user_pool.PasswordPolicyProperty(
                    minimum_length=14,
                    require_lowercase=True,
                    require_uppercase=True,
                    require_numbers=True,
                    require_symbols=True,
                    temporary_password_validity_days=private.temporary_password_days,
                )
            ),
            deletion_protection="ACTIVE" if self._retain_data else "INACTIVE",
        )
        pool.apply_removal_policy(cdk.RemovalPolicy.RETAIN if self._retain_data else cdk.RemovalPolicy.DESTROY)
        acknowledge(
            pool,
            "COG8",
            because="threat protection is billed for each person who signs in, and the pool opens nothing but tasks",
            revisit_when="the pool lets people into anything else",
        )
        if private.multi_factor != "ON":
            acknowledge(
                pool,
                "COG2",
                because="the environment's configuration says that labelers may sign in without a second factor",
                revisit_when="labeling.private.multi_factor of the environment becomes ON",
            )
        return pool

    def _client(self, pool: cognito.CfnUserPool) -> cognito.CfnUserPoolClient:
        return cognito.CfnUserPoolClient(
            self,
            "PortalClient",
            user_pool_id=pool.ref,
            generate_secret=True,
            explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            supported_identity_providers=["COGNITO"],
            allowed_o_auth_flows_user_pool_client=True,
            allowed_o_auth_flows=["code"],
            allowed_o_auth_scopes=["email", "openid", "profile"],
            callback_ur_ls=[_PLACEHOLDER],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
        )

    def _domain(self, pool: cognito.CfnUserPool) -> cognito.CfnUserPoolDomain:
        """Give the sign-in page an address: unique in its region, so made of the stack's own identifier."""
        identifier = cdk.Fn.select(2, cdk.Fn.split("/", cdk.Aws.STACK_ID))
        return cognito.CfnUserPoolDomain(self, "Domain", domain=f"lake-labels-{identifier}", user_pool_id=pool.ref)

    def _workforce(self, pool_id: str, client_id: str) -> sagemaker.CfnWorkforce:
        return sagemaker.CfnWorkforce(
            self,
            "Workforce",
            workforce_name=self._config.private.name,
            cognito_config=sagemaker.CfnWorkforce.CognitoConfigProperty(client_id=client_id, user_pool=pool_id),
        )

    def _workteam(
        self,
        pool_id: str,
        client_id: str,
        group: cognito.CfnUserPoolGroup,
        workforce: sagemaker.CfnWorkforce | None,
    ) -> str:
        team = sagemaker.CfnWorkteam
        workteam = sagemaker.CfnWorkteam(
            self,
            "Workteam",
            description="People who label objects of the lake",
            workforce_name=self._config.private.name,
            member_definitions=[
                team.MemberDefinitionProperty(
                    cognito_member_definition=team.CognitoMemberDefinitionProperty(
                        cognito_user_pool=pool_id, cognito_client_id=client_id, cognito_user_group=group.ref
                    )
                )
            ],
            notification_configuration=team.NotificationConfigurationProperty(
                notification_topic_arn=self._notices.topic_arn
            ),
        )
        if workforce:
            workteam.node.add_dependency(workforce)
        return workteam.ref
