"""Certificates by which nodes of a cluster encrypt what they send each other.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html#emr-encryption-certificates
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_KEY_BITS = 2048
# A clock that is a little behind must not refuse the certificate.
_LEEWAY = timedelta(hours=1)


def archive(region: str, now: datetime, valid_days: int) -> bytes:
    """Make a new key with its own certificate, as the zip that EMR expects.

    Nodes trust the certificate itself and nothing else, so no authority has to sign it. The key is in no other place
    than the returned bytes.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    domain = node_domain(region)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LEEWAY)
        .not_valid_after(now + timedelta(days=valid_days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _zipped({"privateKey.pem": private, "certificateChain.pem": pem, "trustedCertificates.pem": pem})


def node_domain(region: str) -> str:
    """Name all nodes in a region as the private DNS of EC2 does."""
    return "*.ec2.internal" if region == "us-east-1" else f"*.{region}.compute.internal"


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as output:
        for name, content in files.items():
            output.writestr(name, content)
    return buffer.getvalue()
