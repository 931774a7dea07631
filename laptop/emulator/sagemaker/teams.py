"""Work teams of the private workforce.

| operation | behaviour |
|---|---|
| CreateWorkteam | of a group of the workforce's user pool that exists; names are unique: ResourceInUse |
| | more than 25: ResourceLimitExceeded |
| DescribeWorkteam, ListWorkteams | |
| UpdateWorkteam | members, description, notification topic |
| DeleteWorkteam | not while it has a job: ResourceInUse |
| ListSubscribedWorkteams | always empty: vendors are in the AWS Marketplace |

Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateWorkteam.html
"""

from __future__ import annotations

import hashlib
import time

from laptop.emulator.clients import client, region
from laptop.emulator.registry import Json, NotImplementedOnLaptop, ServiceError
from laptop.emulator.sagemaker import records, workforces
from laptop.emulator.sagemaker.task_rules import Worker
from laptop.emulator.store import Store

STORE = Store("labeling-workteams")
_MAX = 25


def create(request: Json) -> Json:
    """Create a team; return its record."""
    name = request["WorkteamName"]
    if STORE.get(name):
        raise ServiceError("ResourceInUse", f"a workteam with the name {name} exists already")
    if len(list(STORE.items())) >= _MAX:
        raise ServiceError("ResourceLimitExceeded", f"an account may have {_MAX} workteams in a region")
    member = _members(request["MemberDefinitions"])
    workforce = workforces.ensure(request.get("WorkforceName"), member)
    _require_same_pool(workforce, request["MemberDefinitions"])
    now = time.time()
    record: Json = {
        "WorkteamName": name,
        "WorkteamArn": records.arn("workteam", f"{workforces.DEFAULT}/{name}"),
        "WorkforceArn": workforce["WorkforceArn"],
        "SubDomain": workforce["SubDomain"],
        "Description": request["Description"],
        "MemberDefinitions": request["MemberDefinitions"],
        "CreateDate": now,
        "LastUpdatedDate": now,
        **_configurations(request),
    }
    STORE.put(name, record)
    return record


def _configurations(request: Json) -> Json:
    return {
        name: request[name] for name in ("NotificationConfiguration", "WorkerAccessConfiguration") if name in request
    }


def _members(definitions: list[Json]) -> Json:
    """Check that every group exists; return the first definition."""
    found = []
    for definition in definitions:
        if "CognitoMemberDefinition" not in definition:
            raise NotImplementedOnLaptop("OidcMemberDefinition of a workteam")
        found.append(definition["CognitoMemberDefinition"])
    cognito = client("cognito-idp")
    for member in found:
        try:
            cognito.get_group(GroupName=member["UserGroup"], UserPoolId=member["UserPool"])
        except cognito.exceptions.ResourceNotFoundException as error:
            raise ServiceError("ValidationException", f"the user pool must have the group: {error}") from error
    return dict(found[0])


def _require_same_pool(workforce: Json, definitions: list[Json]) -> None:
    pool = workforce["CognitoConfig"]["UserPool"]
    for definition in definitions:
        got = definition["CognitoMemberDefinition"]["UserPool"]
        if got != pool:
            message = f"members must be of the workforce's user pool {pool}; got {got}"
            raise ServiceError("ValidationException", message)


def find(name: str) -> Json:
    """Return a team.

    Raises
    ------
    ServiceError
        There is none of this name.
    """
    record: Json | None = STORE.get(name)
    if record is None:
        raise ServiceError("ValidationException", f"workteam {name} must exist; it does not")
    return record


def by_arn(arn: str) -> Json:
    """Return the team of an ARN.

    Raises
    ------
    ServiceError
        There is none.
    """
    record = find(arn.rpartition("/")[2])
    if record["WorkteamArn"] != arn:
        raise ServiceError("ValidationException", f"workteam {arn} must exist; there is {record['WorkteamArn']}")
    return record


def update(request: Json) -> Json:
    """Change a team; return its record."""
    record = find(request["WorkteamName"])
    if "MemberDefinitions" in request:
        _members(request["MemberDefinitions"])
        _require_same_pool(workforces.find(record["WorkforceArn"].rpartition("/")[2]), request["MemberDefinitions"])
    changes = {name: request[name] for name in ("MemberDefinitions", "Description") if name in request}
    record |= changes | _configurations(request) | {"LastUpdatedDate": time.time()}
    STORE.put(record["WorkteamName"], record)
    return record


def delete(name: str) -> bool:
    """Delete a team; tell whether there was one.

    Raises
    ------
    ServiceError
        A job needs it.
    """
    record: Json | None = STORE.get(name)
    if record is None:
        return False
    for job in records.all_jobs():
        busy = job["status"] not in records.ENDED
        if busy and job["request"]["HumanTaskConfig"]["WorkteamArn"] == record["WorkteamArn"]:
            raise ServiceError("ResourceInUse", f"workteam {name} works on labeling job {job['name']}")
    return STORE.delete(name)


def issuer(workteam_arn: str) -> str:
    """Return the address of the user pool of a team's members."""
    member = by_arn(workteam_arn)["MemberDefinitions"][0]["CognitoMemberDefinition"]
    return f"https://cognito-idp.{region()}.amazonaws.com/{member['UserPool']}"


def member(name: str, sub: str, pool_issuer: str) -> Worker:
    """Return a worker of the private workforce; its id follows from its identity."""
    digest = hashlib.sha256(f"{pool_issuer}/{sub}".encode()).hexdigest()[:16]
    return Worker(f"private.{region()}.{digest}", name, sub, pool_issuer)
