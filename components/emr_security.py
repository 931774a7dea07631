"""How the cluster encrypts, authenticates and authorizes: its security configuration.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
"""

from typing import Any

from config.emr import ClusterConfig

_TICKET_HOURS = 24


def security_configuration(config: ClusterConfig, *, key_arn: str, certificates: str) -> dict[str, Any]:
    """Write the security configuration.

    Parameters
    ----------
    key_arn
        The key of what the cluster writes to S3 and of the disks of its nodes.
    certificates
        `s3://` address of a zip with the PEM files of encryption in transit.
    """
    body: dict[str, Any] = {
        "EncryptionConfiguration": _encryption(config, key_arn, certificates),
        # The first version of the metadata service gives the node's role to whoever makes it fetch a page.
        "InstanceMetadataServiceConfiguration": {
            "MinimumInstanceMetadataServiceVersion": 2,
            "HttpPutResponseHopLimit": 1,
        },
    }
    if config.authentication == "kerberos":
        body["AuthenticationConfiguration"] = {
            "KerberosConfiguration": {
                "Provider": "ClusterDedicatedKdc",
                "ClusterDedicatedKdcConfiguration": {"TicketLifetimeInHours": _TICKET_HOURS},
            }
        }
    if config.authorization == "lake_formation":
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-lf-enable.html
        body["AuthorizationConfiguration"] = {
            "IAMConfiguration": {
                "EnableApplicationScopedIAMRole": True,
                "ApplicationScopedIAMRoleConfiguration": {"PropagateSourceIdentity": True},
            },
            "LakeFormationConfiguration": {"AuthorizedSessionTagValue": "Amazon EMR"},
        }
    return body


def _encryption(config: ClusterConfig, key_arn: str, certificates: str) -> dict[str, Any]:
    encryption: dict[str, Any] = {
        "EnableAtRestEncryption": True,
        "AtRestEncryptionConfiguration": {
            "S3EncryptionConfiguration": {"EncryptionMode": "SSE-KMS", "AwsKmsKey": key_arn},
            "LocalDiskEncryptionConfiguration": {
                "EncryptionKeyProviderType": "AwsKms",
                "AwsKmsKey": key_arn,
                # The root volume too, which LUKS does not cover.
                "EnableEbsEncryption": True,
            },
        },
        "EnableInTransitEncryption": config.encryption_in_transit,
    }
    if config.encryption_in_transit:
        encryption["InTransitEncryptionConfiguration"] = {
            "TLSCertificateConfiguration": {"CertificateProviderType": "PEM", "S3Object": certificates}
        }
    return encryption
