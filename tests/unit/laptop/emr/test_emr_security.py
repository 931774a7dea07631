from __future__ import annotations

import json
from typing import Any

import pytest

from laptop.emulator.emr import faults, security

SOUND: dict[str, Any] = {
    "EncryptionConfiguration": {
        "EnableInTransitEncryption": True,
        "EnableAtRestEncryption": True,
        "InTransitEncryptionConfiguration": {
            "TLSCertificateConfiguration": {"CertificateProviderType": "PEM", "S3Object": "s3://a/certificates.zip"}
        },
        "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": {"EncryptionMode": "SSE-KMS", "AwsKmsKey": "arn"},
            "LocalDiskEncryptionConfiguration": {"EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": "arn"},
        },
    },
    "InstanceMetadataServiceConfiguration": {
        "MinimumInstanceMetadataServiceVersion": 2,
        "HttpPutResponseHopLimit": 1,
    },
}


def test_sound_configuration_has_no_problem() -> None:
    assert security.problem_of(json.dumps(SOUND)) == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"EnableAtRestEncryption": "yes"}, "must have the boolean EnableAtRestEncryption; got 'yes'"),
        ({"EnableAtRestEncryption": False}, "AtRestEncryptionConfiguration must be there exactly if"),
        ({"InTransitEncryptionConfiguration": {}}, "must have a provider PEM or Custom and S3Object; got None"),
        (
            {"AtRestEncryptionConfiguration": {"S3EncryptionConfiguration": {"EncryptionMode": "AES"}}},
            "EncryptionMode must be one of SSE-S3, SSE-KMS, CSE-KMS, CSE-Custom; got AES",
        ),
    ],
)
def test_fails_for_encryption_that_emr_would_not_understand(changes: dict[str, Any], message: str) -> None:
    document = {"EncryptionConfiguration": SOUND["EncryptionConfiguration"] | changes}
    assert message in security.problem_of(json.dumps(document))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "must be JSON"),
        ("[]", "at least one part"),
        ('{"EnableAtRestEncryption": true}', "got EnableAtRestEncryption"),
        ('{"InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": 3}}', "version 1 or 2"),
    ],
)
def test_fails_for_a_document_of_the_wrong_shape(text: str, message: str) -> None:
    assert message in security.problem_of(text)


def test_faults_are_what_their_document_says() -> None:
    assert faults.parse('{"no_spot": ["*"]}') == faults.Faults(no_spot=["*"])


@pytest.mark.parametrize("document", ['{"no_sopt": ["*"]}', "[]"])
def test_fails_for_a_fault_that_nobody_knows(document: str) -> None:
    with pytest.raises(ValueError, match="must be an object of no_spot"):
        faults.parse(document)
