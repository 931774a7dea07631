"""Workforces: one private one in each account and region, with the members of a Cognito user pool.

| operation | behaviour |
|---|---|
| CreateWorkforce | of a user pool and a client that exist; a second one is refused: ResourceLimitExceeded |
| | a workforce with a provider of its own (OidcConfig) is refused: AWS only |
| DescribeWorkforce, ListWorkforces | |
| UpdateWorkforce | SourceIpConfig, IpAddressType; a VPC is refused |
| DeleteWorkforce | refused while it has work teams: ResourceInUse |

A team that is created without one creates the default workforce `private-crowd` of the team's user pool.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-private-api.html
"""

from __future__ import annotations

import time
import zlib

from laptop.emulator.clients import account, client, region
from laptop.emulator.registry import Json, NotImplementedOnLaptop, ServiceError
from laptop.emulator.sagemaker import records
from laptop.emulator.store import Store

STORE = Store("labeling-workforces")
DEFAULT = "private-crowd"
_BEYOND = ("OidcConfig", "WorkforceVpcConfig")


def create(request: Json) -> Json:
    """Create a workforce; return its record."""
    for member in _BEYOND:
        if member in request:
            raise NotImplementedOnLaptop(f"{member} of a workforce")
    if "CognitoConfig" not in request:
        raise ServiceError("ValidationException", "a workforce must have CognitoConfig or OidcConfig; got neither")
    existing = [name for name, _ in STORE.items()]
    if existing:
        message = f"an account has one private workforce in a region; there is {existing[0]}"
        raise ServiceError("ResourceLimitExceeded", message)
    _require_client(request["CognitoConfig"])
    now = time.time()
    name = request["WorkforceName"]
    record: Json = {
        "WorkforceName": name,
        "WorkforceArn": records.arn("workforce", name),
        "SubDomain": sub_domain(),
        "CognitoConfig": request["CognitoConfig"],
        "SourceIpConfig": request.get("SourceIpConfig", {"Cidrs": []}),
        "IpAddressType": request.get("IpAddressType", "ipv4"),
        "CreateDate": now,
        "LastUpdatedDate": now,
        "Status": "Active",
    }
    STORE.put(name, record)
    return record


def _require_client(config: Json) -> None:
    cognito = client("cognito-idp")
    try:
        cognito.describe_user_pool_client(UserPoolId=config["UserPool"], ClientId=config["ClientId"])
    except cognito.exceptions.ResourceNotFoundException as error:
        raise ServiceError("ValidationException", f"the user pool must have the client: {error}") from error


def sub_domain() -> str:
    """Return where the portal of the account's workforce would be in AWS."""
    label = f"{zlib.crc32(account().encode()):010x}"
    return f"{label}.labeling.{region()}.sagemaker.aws"


def find(name: str) -> Json:
    """Return a workforce.

    Raises
    ------
    ServiceError
        There is none of this name.
    """
    record: Json | None = STORE.get(name)
    if record is None:
        raise ServiceError("ValidationException", f"workforce {name} must exist; it does not")
    return record


def ensure(name: str | None, member: Json) -> Json:
    """Return the workforce for a new team, and create the default one if there is none."""
    existing = [record for _, record in STORE.items()]
    if name is not None:
        return find(name)
    if existing:
        return dict(existing[0])
    config = {"UserPool": member["UserPool"], "ClientId": member["ClientId"]}
    return create({"WorkforceName": DEFAULT, "CognitoConfig": config})


def update(request: Json) -> Json:
    """Change what of a workforce can be changed; return its record."""
    for member in _BEYOND:
        if member in request:
            raise NotImplementedOnLaptop(f"{member} of a workforce")
    changes = {name: request[name] for name in ("SourceIpConfig", "IpAddressType") if name in request}
    record = find(request["WorkforceName"]) | changes | {"LastUpdatedDate": time.time()}
    STORE.put(record["WorkforceName"], record)
    return record


def delete(name: str, teams: list[Json]) -> bool:
    """Delete a workforce; tell whether there was one.

    Raises
    ------
    ServiceError
        It has teams.
    """
    record: Json | None = STORE.get(name)
    if record is None:
        return False
    inside = [team["WorkteamName"] for team in teams if team["WorkforceArn"] == record["WorkforceArn"]]
    if inside:
        raise ServiceError("ResourceInUse", f"workforce {name} has the workteams {', '.join(inside)}")
    return STORE.delete(name)
