"""Alerts: the one place where trouble is told, and the budget that tells of money."""

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from config.model import AlertsConfig

# EventBridge ignores messages to a topic or key whose policy puts a condition on it, so it comes without one:
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.md#eb-sns-permissions
_UNCONDITIONED = "events.amazonaws.com"
_CONDITIONED = ("cloudwatch.amazonaws.com", "budgets.amazonaws.com")


class AlertsStack(cdk.Stack):
    """An encrypted topic, its subscribers, and a monthly budget."""

    def __init__(self, scope: Construct, construct_id: str, *, config: AlertsConfig, retain_data: bool) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        self._key = self._topic_key(retain_data)
        self._topic = sns.Topic(self, "Topic", display_name="Data lake", master_key=self._key, enforce_ssl=True)
        for principal in _publishers(self.account):
            self._topic.add_to_resource_policy(
                iam.PolicyStatement(actions=["sns:Publish"], principals=[principal], resources=[self._topic.topic_arn])
            )
            self._key.add_to_resource_policy(
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey*"], principals=[principal], resources=["*"]
                )
            )
        for address in config.emails:
            self._subscribe(address)
        self._budget(config)
        cdk.CfnOutput(self, "AlertsTopicArn", value=self._topic.topic_arn)

    @property
    def topic(self) -> sns.ITopic:
        """Where pipelines, alarms, rules and the budget publish."""
        return self._topic

    @property
    def topic_key(self) -> kms.IKey:
        """What a publisher must be able to use besides the topic."""
        return self._key

    def _topic_key(self, retain_data: bool) -> kms.Key:
        """Make a key of its own: the services that may publish here must not be able to decrypt the lake's data."""
        return kms.Key(
            self,
            "TopicKey",
            description="Messages of the data lake's alerts",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN if retain_data else cdk.RemovalPolicy.DESTROY,
        )

    def _subscribe(self, address: str) -> None:
        """E-mail everything except the success of a pipeline, which is for programs."""
        sns.CfnSubscription(
            self,
            f"Email-{address}",
            topic_arn=self._topic.topic_arn,
            protocol="email",
            endpoint=address,
            filter_policy={"outcome": [{"exists": False}, {"anything-but": ["SUCCEEDED"]}]},
        )

    def _budget(self, config: AlertsConfig) -> None:
        """Cost of the account: the lake has its account to itself."""
        subscribers = [budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=self._topic.topic_arn)]
        subscribers += [
            budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=address)
            for address in config.emails
        ]
        thresholds = {"ACTUAL": config.actual_threshold_percent, "FORECASTED": config.forecast_threshold_percent}
        budgets.CfnBudget(
            self,
            "MonthlyBudget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=config.monthly_budget_usd, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=subscribers,
                )
                for kind, percent in thresholds.items()
            ],
        )


def _publishers(account: str) -> list[iam.IPrincipal]:
    own = {"StringEquals": {"aws:SourceAccount": account}}
    conditioned = [iam.ServicePrincipal(name, conditions=own) for name in _CONDITIONED]
    return [iam.ServicePrincipal(_UNCONDITIONED), *conditioned]
