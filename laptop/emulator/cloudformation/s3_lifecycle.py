"""Lifecycle rules: from CloudFormation to the S3 API. Pure.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def lifecycle_rules(configuration: Json) -> list[Json]:
    """Return the API's rules for a `LifecycleConfiguration`.

    Raises
    ------
    ValueError
        A rule has a property that is not implemented here; nothing is dropped.
    """
    return [_rule(rule) for rule in configuration["Rules"]]


_KNOWN = {
    "AbortIncompleteMultipartUpload",
    "ExpirationDate",
    "ExpirationInDays",
    "ExpiredObjectDeleteMarker",
    "Id",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionExpirationInDays",
    "NoncurrentVersionTransition",
    "NoncurrentVersionTransitions",
    "ObjectSizeGreaterThan",
    "ObjectSizeLessThan",
    "Prefix",
    "Status",
    "TagFilters",
    "Transition",
    "Transitions",
}


def _rule(rule: Json) -> Json:
    unknown = sorted(rule.keys() - _KNOWN)
    if unknown:
        raise ValueError(f"a lifecycle rule must have properties of {sorted(_KNOWN)}; got {unknown}")
    converted: Json = {"Status": rule["Status"], "Filter": _filter(rule)}
    if "Id" in rule:
        converted["ID"] = rule["Id"]
    parts = {
        "Expiration": _expiration(rule),
        "Transitions": [_transition(item) for item in _both(rule, "Transition")],
        "NoncurrentVersionTransitions": [_noncurrent(item) for item in _both(rule, "NoncurrentVersionTransition")],
        "NoncurrentVersionExpiration": _noncurrent_expiration(rule),
        "AbortIncompleteMultipartUpload": _integers(rule.get("AbortIncompleteMultipartUpload", {})),
    }
    return converted | {name: part for name, part in parts.items() if part}


def _both(rule: Json, name: str) -> list[Json]:
    """Return what stands under the plural and under the deprecated singular."""
    return [*rule.get(f"{name}s", []), *([rule[name]] if name in rule else [])]


def _filter(rule: Json) -> Json:
    conditions: Json = {}
    if "Prefix" in rule:
        conditions["Prefix"] = rule["Prefix"]
    for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if name in rule:
            conditions[name] = int(rule[name])
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters", [])]
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    if tags:
        return {"Tag": tags[0]}
    return conditions or {"Prefix": ""}


def _expiration(rule: Json) -> Json:
    expiration: Json = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = int(rule["ExpirationInDays"])
    if "ExpirationDate" in rule:
        expiration["Date"] = rule["ExpirationDate"]
    if str(rule.get("ExpiredObjectDeleteMarker", "")).lower() == "true":
        expiration["ExpiredObjectDeleteMarker"] = True
    return expiration


def _transition(item: Json) -> Json:
    converted: Json = {"StorageClass": item["StorageClass"]}
    if "TransitionInDays" in item:
        converted["Days"] = int(item["TransitionInDays"])
    if "TransitionDate" in item:
        converted["Date"] = item["TransitionDate"]
    return converted


def _noncurrent(item: Json) -> Json:
    converted: Json = {"StorageClass": item["StorageClass"], "NoncurrentDays": int(item["TransitionInDays"])}
    if "NewerNoncurrentVersions" in item:
        converted["NewerNoncurrentVersions"] = int(item["NewerNoncurrentVersions"])
    return converted


def _noncurrent_expiration(rule: Json) -> Json:
    if "NoncurrentVersionExpirationInDays" in rule:
        return {"NoncurrentDays": int(rule["NoncurrentVersionExpirationInDays"])}
    return _integers(rule.get("NoncurrentVersionExpiration", {}))


def _integers(item: Json) -> Json:
    return {name: int(value) for name, value in item.items()}
