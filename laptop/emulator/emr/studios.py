"""EMR Studios as records, and the tags of clusters and studios. No workspace can be opened on the laptop."""

from __future__ import annotations

import time
from collections.abc import Callable

from laptop.emulator import shapes
from laptop.emulator.clients import account, region
from laptop.emulator.emr import clusters
from laptop.emulator.emr.records import identifier
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, ServiceError, operation
from laptop.emulator.store import Store

TagChange = Callable[[dict[str, Json]], dict[str, Json]]

_store = Store("emr-studios")
_MEMBERS = ("Name", "Description", "SubnetIds", "DefaultS3Location")
_SUMMARY = ("StudioId", "Name", "VpcId", "Description", "Url", "AuthMode", "CreationTime")


def _find(studio_id: str) -> Json:
    found = _store.get(studio_id)
    if found is None:
        raise ServiceError("InvalidRequestException", f"Studio does not exist: {studio_id}.")
    return dict(found)


@operation("elasticmapreduce", "CreateStudio")
def create_studio(request: Json, call: Call) -> Json:
    shapes.check("emr", "CreateStudio", request, "InvalidRequestException")
    if request["AuthMode"] != "IAM":
        raise NotImplementedOnLaptop(f"an EMR Studio with AuthMode {request['AuthMode']}")
    if request.get("UserRole"):
        raise ServiceError("InvalidRequestException", "UserRole must be used with AuthMode SSO only; got IAM")
    studio_id = identifier("es")
    studio = request | {
        "StudioId": studio_id,
        "StudioArn": f"arn:aws:elasticmapreduce:{region()}:{account()}:studio/{studio_id}",
        "Url": f"https://{studio_id.lower()}.emrstudio-prod.{region()}.amazonaws.com",
        "CreationTime": time.time(),
        "Tags": request.get("Tags") or [],
    }
    _store.put(studio_id, studio)
    return {"StudioId": studio_id, "Url": studio["Url"]}


@operation("elasticmapreduce", "DescribeStudio")
def describe_studio(request: Json, call: Call) -> Json:
    return {"Studio": _find(request["StudioId"])}


@operation("elasticmapreduce", "ListStudios")
def list_studios(request: Json, call: Call) -> Json:
    return {"Studios": [{name: item[name] for name in _SUMMARY if name in item} for _, item in _store.items()]}


@operation("elasticmapreduce", "UpdateStudio")
def update_studio(request: Json, call: Call) -> Json:
    studio = _find(request["StudioId"])
    if "EncryptionKeyArn" in request:
        raise NotImplementedOnLaptop("EncryptionKeyArn of UpdateStudio")
    _store.put(studio["StudioId"], studio | {name: request[name] for name in _MEMBERS if name in request})
    return {}


@operation("elasticmapreduce", "DeleteStudio")
def delete_studio(request: Json, call: Call) -> Json:
    _store.delete(_find(request["StudioId"])["StudioId"])
    return {}


@operation("elasticmapreduce", "AddTags")
def add_tags(request: Json, call: Call) -> Json:
    new = {tag["Key"]: tag for tag in request["Tags"]}
    return _change_tags(request["ResourceId"], lambda tags: tags | new)


@operation("elasticmapreduce", "RemoveTags")
def remove_tags(request: Json, call: Call) -> Json:
    gone = set(request["TagKeys"])
    return _change_tags(request["ResourceId"], lambda tags: {key: tag for key, tag in tags.items() if key not in gone})


def _change_tags(resource_id: str, change: TagChange) -> Json:
    def alter(document: Json) -> None:
        tags = change({tag["Key"]: tag for tag in document["Tags"]})
        document["Tags"] = list(tags.values())

    if resource_id.startswith("es-"):
        studio = _find(resource_id)
        alter(studio)
        _store.put(resource_id, studio)
    else:
        clusters.change(resource_id, alter)
    return {}
