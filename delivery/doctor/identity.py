"""Who deploys, and where to. Nothing else can be asked before this is in order."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, TokenRetrievalError

from delivery.doctor.account import Account, error_code
from delivery.doctor.finding import Finding, Suite, good, problem, warning

suite = Suite()

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_STANDARD_PARTITION = "aws"


@suite.check("The credentials belong to the account of the environment")
def credentials(account: Account) -> Iterator[Finding]:
    expected = account.config.environment.account
    try:
        caller = account.client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        yield _unusable(error)
        return
    if caller["Account"] == expected:
        yield good(f"account {expected}, as {caller['Arn']}")
        return
    if account.config.environment.has_placeholder_account:
        fix = f'Write account = "{caller["Account"]}" under [environment] in {account.file}'
    else:
        fix = f"Sign in to account {expected}, for example: export AWS_PROFILE=<a profile of {expected}>"
    yield problem(
        f"the credentials belong to account {caller['Account']}; {account.file} says {expected}",
        why="The CDK CLI would look for its roles in the wrong account, and a lake must never land in another one's.",
        fix=fix,
    )


@suite.check("The region is known and offers every service of the lake")
def region(account: Account) -> Iterator[Finding]:
    partition = account.session.get_partition_for_region(account.region)
    if partition != _STANDARD_PARTITION:
        yield warning(
            f"{account.region} is in the partition {partition}",
            why="The lake has been tested with templates of the partition aws only; services differ in others.",
            fix=f"Read `make diff ENV={account.name}` with care",
        )
    missing = [name for name in services(account) if account.region not in _regions(account, name, partition)]
    if missing:
        yield problem(
            f"{account.region} does not offer {', '.join(missing)}",
            why="CloudFormation would fail at the first resource of these services.",
            fix=f"Choose another region under [environment] in {account.file}, or switch the feature off",
        )
    else:
        yield good(f"{account.region} offers {len(services(account))} services")


def services(account: Account) -> list[str]:
    """Name the services that an environment uses, as the SDK names them."""
    used = ["athena", "cloudformation", "cloudwatch", "dynamodb", "ec2", "events", "glue", "iam", "kms", "logs", "s3"]
    used += ["scheduler", "sns", "sqs", "ssm", "stepfunctions"]
    if account.config.ingestion.enabled:
        used += ["firehose", "kinesis", "lambda"]
    if account.config.emr.enabled:
        used += ["emr"]
    if account.config.emr.enabled and account.config.emr.serverless.enabled:
        used += ["emr-serverless"]
    if account.config.labeling.enabled:
        used += ["cognito-idp", "lambda", "sagemaker"]
    if account.config.bi.enabled:
        used += ["lambda", "quicksight"]
    return sorted(set(used))


def _regions(account: Account, service: str, partition: str) -> set[str]:
    found = set(account.session.get_available_regions(service, partition_name=partition))
    # Global services list no region of their own.
    return found or {account.region}


def _unusable(error: ClientError | BotoCoreError) -> Finding:
    expired = isinstance(error, ClientError) and error_code(error) in _EXPIRED
    if expired or isinstance(error, TokenRetrievalError):
        return problem(
            f"the credentials have expired: {error}",
            why="Nothing can be deployed with them.",
            fix="aws sso login   (or renew them the way you got them)",
        )
    if isinstance(error, NoCredentialsError):
        return problem(
            "no credentials were found",
            why="Nothing can be deployed without.",
            fix="aws configure sso && export AWS_PROFILE=<profile>",
        )
    return problem(
        f"the credentials cannot be used: {error}",
        why="Nothing can be deployed with them.",
        fix="aws sts get-caller-identity   (must answer with the account)",
    )
