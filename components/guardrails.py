"""What holds for every resource of an environment, whoever adds it: tags and the rules of the gate."""

import aws_cdk as cdk

from config.model import EnvironmentConfig


def tag(stage: cdk.Stage, environment: EnvironmentConfig) -> None:
    """Tag every resource with who owns it and who pays.

    On the stage, because tags of the app do not cross its boundary.
    """
    tags = {
        "application": "ml-data-lake",
        "environment": environment.name,
        "owner": environment.owner,
        "cost-center": environment.cost_center,
    }
    for key, value in tags.items():
        cdk.Tags.of(stage).add(key, value)


def explain_placeholder(stage: cdk.Stage, environment: EnvironmentConfig) -> None:
    """Warn whoever deploys before the account in the configuration has been replaced by a real one."""
    if environment.has_placeholder_account:
        cdk.Annotations.of(stage).add_warning_v2(
            "placeholder-account",
            f"{environment.account} is a placeholder: set environment.account in "
            f"config/environments/{environment.name}.toml to your AWS account before you deploy.",
        )


def enforce(app: cdk.App) -> None:
    """Make the synthesis fail on what cdk-nag's AwsSolutions pack or CloudFormation's own rules find.

    cdk-nag is imported here: only the gate pays for it.
    """
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415

    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True), cdk.CloudFormationValidatePlugin())
