"""Topics of labeling: for workers, and for objects that come one by one."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from components.arns import home

_SAGEMAKER = "sagemaker.amazonaws.com"


class LabelingTopics(Construct):
    """The topic that tells workers of tasks, and for tasks that stream, one for objects and one for labels.

    Parameters
    ----------
    key
        Key of the lake's data, which objects and labels are.
    notices_key
        Key that SageMaker may use itself, to tell workers.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, streaming: Sequence[str], key: kms.IKey, notices_key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id)
        self.notices = self._notices(notices_key)
        self.inputs = {task: self._topic(f"Objects-{task}", "Objects to label", key) for task in streaming}
        self.output = self._topic("Labels", "Labels of streaming jobs", key) if streaming else None

    def _notices(self, key: kms.IKey) -> sns.Topic:
        """Let SageMaker publish: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-sns.html."""
        topic = self._topic("Tasks", "New labeling tasks", key)
        own = {"StringEquals": {"aws:SourceAccount": home(self).account}}
        principal = iam.ServicePrincipal(_SAGEMAKER, conditions=own)
        topic.add_to_resource_policy(
            iam.PolicyStatement(actions=["sns:Publish"], principals=[principal], resources=[topic.topic_arn])
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey*"], principals=[principal], resources=["*"]
            )
        )
        return topic

    def _topic(self, construct_id: str, title: str, key: kms.IKey) -> sns.Topic:
        return sns.Topic(self, construct_id, display_name=title, master_key=key, enforce_ssl=True)
