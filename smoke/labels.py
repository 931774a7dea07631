"""Checks of labeling: who labels, and that every label is backed by what workers answered."""

from __future__ import annotations

from smoke.check import NotProvenError, Suite, require
from smoke.lake import Lake

suite = Suite()

_TWICE = "SELECT count(*) FROM (SELECT 1 FROM labels GROUP BY task, job, object HAVING count(*) > 1)"
_UNBACKED = """
    SELECT count(*) FROM labels l
    LEFT JOIN (SELECT task, job, object, count(answer) AS usable FROM label_answers GROUP BY task, job, object) a
      ON l.task = a.task AND l.job = a.job AND l.object = a.object
    WHERE l.labeled_by = 'human' AND coalesce(a.usable, 0) < l.workers
"""


@suite.check("Labelers, their team and the functions of their tasks are there")
def team(lake: Lake) -> str:
    outputs = _outputs(lake)
    arn = outputs["LabelingWorkteamArn"]
    if "/private-crowd/" not in arn:
        raise NotProvenError(f"{arn} belongs to others, who can see it alone")
    found = lake.client("sagemaker").describe_workteam(WorkteamName=arn.rpartition("/")[2])["Workteam"]
    pools = [member["CognitoMemberDefinition"]["UserPool"] for member in found["MemberDefinitions"]]
    for pool in pools:
        described = lake.client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]
        by_invitation = described["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]
        require(by_invitation, f"people must not sign up to {pool} by themselves; got {described}")
    for name in ("PreAnnotationFunctionArn", "PostAnnotationFunctionArn"):
        lake.client("lambda").get_function(FunctionName=outputs[name])
    return f"{arn}, whose members an administrator invites to {', '.join(pools)}"


@suite.check("Every label is there once, says how sure it is, and is backed by answers")
def labels(lake: Lake) -> str:
    _outputs(lake)
    total = int(lake.scalar("SELECT count(*) FROM labels"))
    if not total:
        raise NotProvenError("nothing has been labeled yet")
    twice = int(lake.scalar(_TWICE))
    require(twice == 0, f"an object must have one label of a job; {twice} have more")
    unsure = int(lake.scalar("SELECT count(*) FROM labels WHERE confidence IS NULL OR confidence NOT BETWEEN 0 AND 1"))
    require(unsure == 0, f"confidence must be between 0 and 1; that of {unsure} labels is not")
    unbacked = int(lake.scalar(_UNBACKED))
    require(unbacked == 0, f"labels of people must have their answers in label_answers; {unbacked} have not")
    answers = int(lake.scalar("SELECT count(*) FROM label_answers"))
    return f"{total:,} labels, {answers:,} answers"


def _outputs(lake: Lake) -> dict[str, str]:
    if "LabelingWorkteamArn" not in lake.outputs:
        raise NotProvenError("labeling is off in this environment")
    return lake.outputs
