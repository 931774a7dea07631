"""Security configurations: named JSON documents that EMR checks when they are created.

Source: EMR management guide, "Create a security configuration with the Amazon EMR console or with the AWS CLI".
"""

from __future__ import annotations

import json
import time
from typing import Any

from laptop.emulator.registry import Call, Json, ServiceError, operation
from laptop.emulator.store import Store

_store = Store("emr-security-configurations")

_PARTS = frozenset(
    {
        "EncryptionConfiguration",
        "AuthenticationConfiguration",
        "AuthorizationConfiguration",
        "InstanceMetadataServiceConfiguration",
    }
)
_S3_MODES = ("SSE-S3", "SSE-KMS", "CSE-KMS", "CSE-Custom")


def find(name: str) -> Json:
    """Return a security configuration.

    Raises
    ------
    ServiceError
        There is none of this name.
    """
    found = _store.get(name)
    if found is None:
        message = f"Security configuration with name '{name}' does not exist."
        raise ServiceError("InvalidRequestException", message)
    return dict(found)


@operation("elasticmapreduce", "CreateSecurityConfiguration")
def create_security_configuration(request: Json, call: Call) -> Json:
    name = request["Name"]
    if _store.get(name):
        raise ServiceError("InvalidRequestException", f"Security configuration with name '{name}' already exists.")
    problem = problem_of(request["SecurityConfiguration"])
    if problem:
        raise ServiceError("InvalidRequestException", problem)
    document = {
        "Name": name,
        "SecurityConfiguration": request["SecurityConfiguration"],
        "CreationDateTime": time.time(),
    }
    _store.put(name, document)
    return {"Name": name, "CreationDateTime": document["CreationDateTime"]}


def problem_of(text: str) -> str:
    """Return what EMR refuses of a security configuration, or an empty text."""
    try:
        document = json.loads(text)
    except ValueError as error:
        return f"SecurityConfiguration must be JSON; got {error}"
    if not isinstance(document, dict) or not document:
        return "SecurityConfiguration must be an object with at least one part; got none"
    unknown = sorted(document.keys() - _PARTS)
    if unknown:
        return f"SecurityConfiguration must have only {', '.join(sorted(_PARTS))}; got {', '.join(unknown)}"
    return _problem_of_encryption(document.get("EncryptionConfiguration")) or _problem_of_metadata(
        document.get("InstanceMetadataServiceConfiguration")
    )


def _problem_of_encryption(encryption: Any) -> str:
    if encryption is None:
        return ""
    for place in ("InTransit", "AtRest"):
        switch, part = f"Enable{place}Encryption", f"{place}EncryptionConfiguration"
        if not isinstance(encryption.get(switch), bool):
            return f"EncryptionConfiguration must have the boolean {switch}; got {encryption.get(switch)!r}"
        if encryption[switch] != (part in encryption):
            return f"{part} must be there exactly if {switch} is true; got {encryption[switch]}"
    at_rest = encryption.get("AtRestEncryptionConfiguration", {})
    mode = at_rest.get("S3EncryptionConfiguration", {}).get("EncryptionMode")
    if "S3EncryptionConfiguration" in at_rest and mode not in _S3_MODES:
        return f"EncryptionMode must be one of {', '.join(_S3_MODES)}; got {mode}"
    certificates = encryption.get("InTransitEncryptionConfiguration", {}).get("TLSCertificateConfiguration")
    if encryption["EnableInTransitEncryption"]:
        provider = (certificates or {}).get("CertificateProviderType")
        if provider not in {"PEM", "Custom"} or not certificates.get("S3Object"):
            return f"TLSCertificateConfiguration must have a provider PEM or Custom and S3Object; got {certificates}"
    return ""


def _problem_of_metadata(metadata: Any) -> str:
    if metadata is None:
        return ""
    version, hops = metadata.get("MinimumInstanceMetadataServiceVersion"), metadata.get("HttpPutResponseHopLimit")
    if version not in {1, 2} or not isinstance(hops, int) or not 1 <= hops <= 64:
        return f"InstanceMetadataServiceConfiguration must have version 1 or 2 and 1 to 64 hops; got {metadata}"
    return ""


@operation("elasticmapreduce", "DescribeSecurityConfiguration")
def describe_security_configuration(request: Json, call: Call) -> Json:
    return find(request["Name"])


@operation("elasticmapreduce", "ListSecurityConfigurations")
def list_security_configurations(request: Json, call: Call) -> Json:
    names = ("Name", "CreationDateTime")
    return {"SecurityConfigurations": [{name: item[name] for name in names} for _, item in _store.items()]}


@operation("elasticmapreduce", "DeleteSecurityConfiguration")
def delete_security_configuration(request: Json, call: Call) -> Json:
    find(request["Name"])
    _store.delete(request["Name"])
    return {}
