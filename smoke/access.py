"""Checks of what must be denied: each team with its own role."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from smoke.check import CheckFailedError, NotProvenError, Suite, require
from smoke.lake import ANALYTICS, ENGINEERS, RAW, Lake

DENIED = {"AccessDenied", "AccessDeniedException", "403"}
suite = Suite()


@suite.check("Analysts cannot read the raw zone, write anywhere or use another team's workgroup")
def analysts(lake: Lake) -> str:
    if lake.on_laptop:
        raise NotProvenError("the emulator does not evaluate IAM; the policies themselves are tested on the templates")
    session = _assume(lake, "AnalystsRoleArn")
    s3, athena = session.client("s3"), session.client("athena")
    attempts = {
        "list the raw zone": lambda: s3.list_objects_v2(Bucket=lake.bucket("raw"), MaxKeys=1),
        "write to curated": lambda: s3.put_object(Bucket=lake.bucket("curated"), Key="smoke/denied", Body=b""),
        "delete from analytics": lambda: s3.delete_object(Bucket=lake.bucket("analytics"), Key="smoke/denied"),
        "query as engineers": lambda: athena.start_query_execution(
            QueryString="SELECT 1", WorkGroup=ENGINEERS, QueryExecutionContext={"Database": ANALYTICS}
        ),
        "change the catalog": lambda: session.client("glue").delete_table(DatabaseName=RAW, Name="orders"),
    }
    for what, attempt in attempts.items():
        _must_be_denied(what, attempt)
    return f"denied: {', '.join(attempts)}"


def _must_be_denied(what: str, attempt: Any) -> None:
    try:
        attempt()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        require(code in DENIED, f"analysts must be denied to {what}; got {code}: {error}")
        return
    raise CheckFailedError(f"analysts must be denied to {what}; it succeeded")


def _assume(lake: Lake, output: str) -> boto3.Session:
    if output not in lake.outputs:
        raise NotProvenError(f"no stack has the output {output}; teams get their policies attached elsewhere")
    answer = lake.client("sts").assume_role(RoleArn=lake.outputs[output], RoleSessionName="smoke")["Credentials"]
    return boto3.Session(
        aws_access_key_id=answer["AccessKeyId"],
        aws_secret_access_key=answer["SecretAccessKey"],
        aws_session_token=answer["SessionToken"],
        region_name=lake.config.environment.region,
    )
